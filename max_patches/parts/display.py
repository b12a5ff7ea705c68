"""What the device shows: its tie to the engine, what the band does, the chord that sounds and the chords that are
planned.

Everything goes through `deferlow`: nothing is drawn by the scheduler. A chord is planned when its tick is a sixteenth
or more away. A plan tells the chord that holds and then the changes; it goes on where it ended, until one begins anew.
"""

from typing import Final

from bridge.music.harmony import COMMON_NAMES
from max_patches.patcher import Box, Patch, Port
from max_patches.states import CONNECTED, STATES, TROUBLE

SIXTEENTH: Final = 120  # ticks
MOST: Final = 32  # chords to come that are kept ...
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
    order, both, when = patch.new("t l l"), patch.new("t i i"), patch.new(f"expr 1 + (($i1 - $i2) >= {SIXTEENTH})")
    now, gate, parts, tick = patch.new("unpack 0"), patch.new("gate 2"), patch.new("unpack 0 0 s"), patch.new("i")
    patch.chain(where, now, when[1])
    patch.chain(chord, patch.new("deferlow"), order)
    patch.chain(order[1], patch.new("unpack 0"), both)
    patch.wire(both[1], when)
    patch.wire(both[0], tick[1])
    patch.wire(when, gate[0])
    patch.wire(order[0], parts)
    names, look, write = patch.message(" ".join(COMMON_NAMES)), patch.new("zl lookup"), patch.new("sprintf %s%s")
    patch.chain(patch.new("loadbang"), names, look[1])
    silent = patch.new("sel -1")
    patch.wire(parts[2], write[1])
    patch.wire(parts[1], silent)
    patch.chain(silent[0], patch.message(NONE), gate[1])
    patch.chain(silent[1], look, write, gate[1])
    plan = Plan(patch, outs["next"])
    plan.planned(gate[1], tick)
    plan.sounds(gate[0], outs["now"])


class Plan:
    """The chords to come, kept as a list. A plan that begins anew empties it, a chord that comes true leaves it.

    Whether `zl group` forgets what a bang made it say, and when, is not written down: so it is emptied by hand, and
    what stays is put back once it has said it.
    """

    def __init__(self, patch: Patch, out: Box) -> None:
        self.patch = patch
        self.list, kept, self.update = patch.new(f"zl group {2 * MOST}"), patch.new("zl reg"), patch.new("t b b b b b")
        self.equal, empty = patch.new("zl compare"), patch.message("zlclear")
        self.empty = empty
        patch.chain(self.update[4], patch.message("set -"), out)
        patch.chain(self.update[3], patch.message("zlclear"), kept)
        patch.wire(self.update[2], self.list)
        patch.chain(self.update[1], empty, self.list)
        patch.chain(self.update[0], kept, self.list)
        # what the list says: without its first if that is what sounds, kept, and shown
        said, which = patch.new("t l l"), patch.new("gate 2")
        first, rest = patch.new("zl slice 1"), patch.new("zl slice 1")
        patch.chain(self.list, said)
        patch.wire(said[1], first)
        patch.chain(first, self.equal, patch.new("expr $i1 + 1"), which[0])
        patch.wire(said[0], which[1])
        stays = patch.new("t l l")
        patch.wire(which[0], stays)
        patch.chain(which[1], rest)
        patch.wire(rest[1], stays)
        patch.chain(stays[1], patch.new(f"zl slice {MOST}"), kept[1])
        patch.chain(stays[0], patch.new(f"zl slice {SHOWN}"), patch.new("prepend set"), out)

    def planned(self, name: Port, tick: Box) -> None:
        """A chord that is planned for the tick that is kept; one that lies before the last begins a new plan."""
        patch = self.patch
        order, both, anew = patch.new("t b l b"), patch.new("t i i"), patch.new(f"expr $i1 < $i2 - {SIXTEENTH}")
        patch.wire(name, order)
        patch.chain(order[2], tick, both)
        patch.wire(both[1], anew)
        patch.wire(both[0], anew[1])
        patch.chain(anew, patch.new("sel 1"), self.empty)
        patch.wire(order[1], self.list)
        patch.wire(order[0], self.update)

    def sounds(self, name: Port, out: Box) -> None:
        """A chord that is played now."""
        order = self.patch.new("t b l l")
        self.patch.wire(name, order)
        self.patch.chain(order[2], self.patch.new("prepend set"), out)
        self.patch.wire(order[1], self.equal[1])
        self.patch.wire(order[0], self.update)
