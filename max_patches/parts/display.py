"""What the device shows: its tie to the engine, what the band does, the chord that sounds and the chords that are
planned.

Everything goes through `deferlow`: nothing is drawn by the scheduler. A chord is planned when its tick is more than a
sixteenth away; a plan's chords come in one burst, one a beat, and are shown together.
"""

from typing import Final

from bridge.music.harmony import COMMON_NAMES
from max_patches.patcher import Box, Patch, Port
from max_patches.states import CONNECTED, STATES, TROUBLE

SIXTEENTH: Final = 120  # ticks
BURST: Final = 20  # milliseconds of quiet that end a plan's chords
MOST: Final = 16  # chords of one plan that are waited for ...
SHOWN: Final = 4  # ... and that are shown
NONE: Final = "N.C."
SHORT: Final = 4000  # milliseconds that a trouble is shown
OUTLETS: Final = ("light", "tie", "band", "now", "next", "trouble")


def display(local: str) -> Patch:
    """Inlets: state of the tie, state, chord, trouble, the clock's answer. Outlets: see OUTLETS."""
    patch = Patch(local)
    tie, state, chord = patch.inlet("state of the tie"), patch.inlet("mode, phase, bar"), patch.inlet("chord")
    trouble, where = patch.inlet("error code"), patch.inlet("the clock's answer")
    outs = {name: patch.outlet(name) for name in OUTLETS}
    calm = patch.new("deferlow")
    order, which = patch.new("t i i"), patch.new("sel " + " ".join(map(str, STATES)))
    patch.chain(tie, calm, order)
    patch.chain(order[1], patch.new(f"expr $i1 == {CONNECTED}"), patch.new("prepend set"), outs["light"])
    patch.wire(order[0], which)
    for number, text in STATES.items():
        patch.chain(which[number], patch.message(f"set {text}"), outs["tie"])
    words, bar, play = patch.new("unpack s s 0"), patch.new("pack s 0"), patch.new("prepend set")
    patch.chain(state, patch.new("deferlow"), words)
    patch.wire(words[2], bar[1])
    patch.wire(words[1], bar[0])
    patch.chain(bar, play, outs["band"])
    _troubles(patch, trouble, outs["trouble"])
    _chords(patch, chord, where, outs)
    return patch


def _troubles(patch: Patch, trouble: Box, out: Box) -> None:
    """A refusal is said for a while."""
    which, wait = patch.new("sel " + " ".join(map(str, TROUBLE))), patch.new(f"delay {SHORT}")
    patch.chain(trouble, patch.new("deferlow"), which)
    for number, text in enumerate(TROUBLE.values()):
        both = patch.new("t b b")
        patch.wire(which[number], both)
        patch.chain(both[1], patch.message(f"set {text}"), out)
        patch.wire(both[0], wait)
    patch.chain(wait, patch.new("deferlow"), patch.message("set"), out)


def _chords(patch: Patch, chord: Box, where: Box, outs: dict[str, Box]) -> None:
    """Root and quality become a name, which goes to what sounds or to what is planned."""
    order, when = patch.new("t l l"), patch.new(f"expr 1 + (($i1 - $i2) >= {SIXTEENTH})")
    now, gate, parts = patch.new("unpack 0"), patch.new("gate 2"), patch.new("unpack 0 0 s")
    patch.chain(where, now, when[1])
    patch.chain(chord, patch.new("deferlow"), order)
    patch.chain(order[1], patch.new("unpack 0"), when)
    patch.wire(when, gate[0])
    patch.wire(order[0], parts)
    names, look, write = patch.message(" ".join(COMMON_NAMES)), patch.new("zl lookup"), patch.new("sprintf %s%s")
    patch.chain(patch.new("loadbang"), names, look[1])
    silent = patch.new("sel -1")
    patch.wire(parts[2], write[1])
    patch.wire(parts[1], silent)
    patch.chain(silent[0], patch.message(NONE), gate[1])
    patch.chain(silent[1], look, write, gate[1])
    patch.chain(gate[0], patch.new("prepend set"), outs["now"])
    _plan(patch, gate[1], outs["next"])


def _plan(patch: Patch, name: Port, out: Box) -> None:
    both, wait, together = patch.new("t l b"), patch.new(f"delay {BURST}"), patch.new(f"zl group {MOST}")
    patch.wire(name, both)
    patch.chain(both[1], wait, patch.new("deferlow"), together)
    patch.wire(both[0], together)
    patch.chain(together, patch.new(f"zl slice {SHOWN}"), patch.new("prepend set"), out)
