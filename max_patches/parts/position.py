"""The host's clock for the engine: every 25 ms while anything moves, and again when asked.

What is sent to the engine is also told to the other devices of this player, whose clocks count from elsewhere.
"""

from typing import Final

from max_patches.patcher import Patch

EVERY: Final = 25  # milliseconds; what the engine's follower was measured with
SHARED: Final = "improv-where"  # player, tick, song: for every device that plays a voice of this player


def position(local: str) -> Patch:
    """Inlets: 1 runs, the clock's answer, bang: say it again, player. Outlets: bang for the clock, OSC, playing."""
    patch = Patch(local)
    run, where = patch.inlet("1: run"), patch.inlet("the clock's answer")
    again, player = patch.inlet("bang: say it again"), patch.inlet("player")
    ask, osc = patch.outlet("bang: where is the song?"), patch.outlet("to the engine")
    plays = patch.outlet("1 or 0 as the transport starts or stops")
    metro, order, kept, moved = (patch.new(f"metro {EVERY}"), patch.new("t b b"), patch.new("zl reg"),
                                 patch.new("zl change"))  # fmt: skip
    patch.chain(run, metro, order)
    patch.wire(order[1], ask)
    patch.wire(order[0], kept)
    patch.wire(where, kept[1])
    patch.chain(kept, moved)
    patch.chain(again, patch.message("zlclear"), moved)
    split = patch.new("t l l l")
    patch.chain(moved, split)
    playing, change = patch.new("unpack 0 0 0. 0"), patch.new("change")
    patch.wire(split[2], playing)
    patch.chain(playing[3], change, plays)
    say = patch.new("prepend /improv/position 1")
    patch.chain(player, patch.message("set /improv/position $1"), say)
    patch.chain(split[1], say, osc)
    share, two, pack = patch.new("t b l"), patch.new("unpack 0 0"), patch.new("pack 1 0 0")
    who = patch.new("i 1")
    patch.wire(player, who[1])
    patch.chain(split[0], share)
    patch.wire(share[1], two)
    patch.wire(two[1], pack[2])
    patch.wire(two[0], pack[1])
    patch.chain(share[0], who, pack, patch.new(f"s {SHARED}"))
    return patch
