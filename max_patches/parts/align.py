"""A voice on another track counts its ticks from elsewhere than the player's device; this brings them together.

Both devices hear the same transport, so that the difference of (tick - song) is the difference of their counts. It is
taken where the player's device says it twice alike: at a loop seam one of the two may have jumped and the other not
yet. Without a word for three seconds the voice knows that no device of this player is in the set.
"""

from typing import Final

from max_patches.parts.position import SHARED
from max_patches.patcher import Box, Patch

SLACK: Final = 4  # ticks by which two words may differ and still be alike
LOST: Final = 3000  # milliseconds


def align(local: str) -> Patch:
    """Inlets: the clock's answer, player. Outlets: the answer in the player's ticks, bang for the clock, 1 aligned."""
    patch = Patch(local)
    where, player = patch.inlet("the clock's answer"), patch.inlet("player")
    theirs, ask = patch.outlet("the answer in the player's ticks"), patch.outlet("bang: where is the song?")
    aligned = patch.outlet("1: the player's device is here")
    heard, split = patch.new(f"r {SHARED}"), patch.new("t l l")
    mine, gate = patch.new("expr $i1 == $i4"), patch.new("gate")
    patch.chain(heard, split)
    patch.wire(split[1], mine)
    patch.wire(player, mine[3])
    patch.wire(mine, gate[0])
    patch.wire(split[0], gate[1])
    # tick - song there, less tick - song here; the clock is asked first
    order, apart = patch.new("t l b b"), patch.new("expr $i2 - $i3 - $i4")
    watch, count = patch.new(f"delay {LOST}"), patch.new("expr $i1 - $i2")
    patch.chain(gate, order)
    patch.wire(order[2], watch)
    patch.wire(order[1], ask)
    patch.wire(order[0], apart)
    moved = _moved(patch, where, theirs, count)
    patch.wire(count, apart[3])
    # two words alike
    base, let = patch.new("t i i i"), patch.new("gate")
    alike = patch.new(f"expr ($i1 - $i2 <= {SLACK}) && ($i2 - $i1 <= {SLACK})")
    patch.chain(apart, base)
    patch.wire(base[2], alike)
    patch.wire(alike, let[0])
    patch.wire(base[1], let[1])
    patch.wire(base[0], alike[1])
    found, here = patch.new("t b i"), patch.new("change")
    yes, no = patch.message("1"), patch.message("0")
    patch.chain(let, found)
    patch.wire(found[1], moved[1])
    patch.chain(found[0], yes, here, aligned)
    patch.chain(watch, no, here)
    patch.chain(player, patch.new("t b"), no)
    return patch


def _moved(patch: Patch, where: Box, theirs: Box, count: Box) -> Box:
    """The clock's answer with its tick moved; `count` gets tick and song as they were."""
    answer, pack = patch.new("unpack 0 0 0. 0 4 4"), patch.new("pack 0 0 120. 0 4 4")
    patch.chain(where, answer)
    for outlet in (5, 4, 3, 2):
        patch.wire(answer[outlet], pack[outlet])
    song, tick, moved = patch.new("t i i"), patch.new("t i i"), patch.new("+ 0")
    patch.wire(answer[1], song)
    patch.wire(song[1], count[1])
    patch.wire(song[0], pack[1])
    patch.wire(answer[0], tick)
    patch.wire(tick[1], count)
    patch.wire(tick[0], moved)
    patch.chain(moved, pack, theirs)
    return moved
