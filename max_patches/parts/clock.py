"""Where the song is: Max's transport, counted on so that ticks never go back.

A bang asks; the answer is (tick, song, tempo, playing, numerator, denominator). `song` is the transport's own
position and jumps at a loop seam; `tick` goes on: where the position moved by something else than the time that
passed (60 ticks of play), what passed is taken. Both in 480 a quarter note. In a device the transport is Live's.
"""

from typing import Final

from max_patches.patcher import Patch

APART: Final = 60  # ticks by which position and time may disagree before it was a jump
MOVED: Final = "expr $f1 - $f2"  # ticks since the last answer, by the song position
PLAIN: Final = f"expr ($f1 >= 0.) && ($f1 - $f2 <= {APART}.) && (($f1 - $f2 >= -{APART}.) || !($i3 && $i4))"
TICK: Final = "expr $f2 + $i3 * ($i4 || $i5) * $f1 + (1 - $i3) * ($i4 && $i5) * $f6"
# PLAIN: moved, passed, playing, was playing. TICK: moved, the last tick, plain, playing, was playing, passed.


def clock(local: str) -> Patch:
    """Inlet: bang. Outlet: the answer, a list of six."""
    patch = Patch(local)
    patch.note("A bang asks where the song is. The tick goes on where a loop or a click moves the song position.")
    ask, answer = patch.inlet("bang: where is the song?"), patch.outlet("tick, song, tempo, playing, meter")
    order = patch.new("t b b b")
    transport, watch, timer = patch.new("transport"), patch.new("t b b"), patch.new("timer")
    song, state, meter = patch.new("f"), patch.new("i"), patch.new("unpack 4 4")
    passed, moved, plain = patch.new("expr $f1 * $f2 / 125."), patch.new(MOVED), patch.new(PLAIN)
    tick, last, pack = patch.new(TICK), patch.new("f"), patch.new("pack 0 0 120. 0 4 4")
    patch.chain(ask, order)
    # first the transport, whose every outlet is only stored
    patch.wire(order[2], transport)
    patch.wire(transport[7], song[1])
    patch.wire(transport[6], state[1])
    patch.wire(transport[6], plain[2])
    patch.wire(transport[6], tick[3])
    patch.wire(transport[6], pack[3])
    patch.wire(transport[4], passed[1])
    patch.wire(transport[4], pack[2])
    patch.chain(transport[5], meter)
    patch.wire(meter[0], pack[4])
    patch.wire(meter[1], pack[5])
    # then the milliseconds since the last answer, as ticks
    patch.wire(order[1], watch)
    patch.wire(watch[1], timer[1])
    patch.wire(watch[0], timer[0])
    patch.chain(timer, passed)
    patch.wire(passed, plain[1])
    patch.wire(passed, tick[5])
    # then the song position is let go
    patch.chain(order[0], song)
    split = patch.new("t f f f")
    patch.chain(song, split)
    patch.wire(split[2], last[1])
    patch.wire(split[1], pack[1])
    way = patch.new("t f f")
    patch.chain(split[0], moved, way)
    patch.wire(way[1], plain)
    patch.wire(plain, tick[2])
    patch.wire(way[0], tick)
    done, remember = patch.new("t f b f"), patch.new("t b b")
    patch.chain(tick, done)
    patch.wire(done[2], tick[1])
    patch.chain(done[1], remember)
    patch.chain(remember[1], last)
    patch.wire(last, moved[1])
    patch.chain(remember[0], state)
    patch.wire(state, plain[3])
    patch.wire(state, tick[4])
    patch.chain(done[0], pack, answer)
    return patch
