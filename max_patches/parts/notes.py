"""What the player plays: passed on, and told to the engine with the tick at which it was played.

Notes and controllers are stamped before anything else happens to them. Everything but notes is passed on untouched;
notes are passed on unless the input is muted, releases always, so that nothing hangs.
"""

from max_patches.patcher import Box, Patch

SPREAD = "t b l b"  # ask the clock, then the message, then send


def notes(local: str) -> Patch:
    """Inlets: MIDI, the clock's answer, mute, player. Outlets: MIDI passed on, bang for the clock, OSC."""
    patch = Patch(local)
    midi, where = patch.inlet("MIDI bytes"), patch.inlet("the clock's answer")
    mute, player = patch.inlet("1: notes are not passed on"), patch.inlet("player")
    thru, ask, osc = patch.outlet("MIDI bytes"), patch.outlet("bang: where is the song?"), patch.outlet("to the engine")
    both = patch.new("t i i")
    parse, select = patch.new("midiparse"), patch.new("midiselect @note all")
    patch.chain(midi, both)
    patch.wire(both[1], parse)
    patch.wire(both[0], select)
    tick, number = patch.new("unpack 0"), patch.new("t i")
    patch.chain(where, tick)
    patch.chain(player, number)
    told(patch, parse[0], (tick, number), ask, osc, "note_on")
    told(patch, parse[2], (tick, number), ask, osc, "control")
    shape = patch.new("midiformat")
    patch.wire(select[7], thru)
    patch.wire(select[6], shape[6])
    split, passes, gate = patch.new("t l l"), patch.new("expr ($i2 == 0) || ($i3 == 0)"), patch.new("gate")
    patch.chain(select[0], split)
    patch.wire(split[1], passes)
    patch.wire(mute, passes[2])
    patch.wire(passes, gate[0])
    patch.wire(split[0], gate[1])
    patch.chain(gate, shape, thru)
    return patch


def told(patch: Patch, source: object, marks: tuple[Box, Box], ask: Box, osc: Box, what: str) -> None:
    """A pair of numbers becomes a message with player and tick before it."""
    tick, player = marks
    order, pair, who = patch.new(SPREAD), patch.new("unpack 0 0"), patch.new("i 1")
    pack = patch.new("pack 1 0 0 0")
    patch.wire(source, order)  # type: ignore[arg-type]
    patch.wire(order[2], ask)
    patch.wire(tick, pack[1])
    patch.wire(order[1], pair)
    patch.wire(pair[1], pack[3])
    patch.wire(pair[0], pack[2])
    patch.wire(player, who[1])
    patch.chain(order[0], who, pack, patch.new(f"prepend /improv/{what}"), osc)
