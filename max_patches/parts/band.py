"""What the band plays: cues become notes at their tick, and end, whatever happens.

A cue's tick is turned into milliseconds when it comes: Max's own tick delays stand still with the transport, and then
a note would hang. Of two generations only the newest counts; a `silence` of a voice, or of all, empties what waits
and releases what sounds. A cue that is more than 120 ticks late, or comes while the transport stands, is not played.
"""

from typing import Final

from bridge.engine.parameters import VOICES
from bridge.music.events import ALL, BASS, METRONOME
from max_patches.patcher import Box, Patch

LATE: Final = 120  # ticks
SINGLE: Final = (BASS,)  # voices of one note at a time: a new one ends the last
PLAYED: Final = (*VOICES, METRONOME)  # what can sound, in the order of outlets
HERE: Final = ("all", "chords", "bass", "response", "metronome", "none")  # what a device plays, as its menu says it


def voice(local: str, *, single: bool) -> Patch:
    """Inlets: cue, the clock's answer, generation, 1 ready, bang: silence. Outlets: (pitch, velocity), bang for the
    clock, cues taken.
    """
    patch = Patch(local)
    cue, where = patch.inlet("tick, ticks, pitch, velocity, generation"), patch.inlet("the clock's answer")
    known, ready = patch.inlet("generation"), patch.inlet("1: ready to play")
    hush = patch.inlet("bang: silence")
    sound, ask, taken = (patch.outlet("pitch, velocity"), patch.outlet("bang: where is the song?"),
                         patch.outlet("cues taken"))  # fmt: skip
    order, test, split = patch.new("t l b"), patch.new("gate"), patch.new("t l l")
    good = patch.new(f"expr ($i5 >= $i6) && $i7 && $i8 && ($f1 > $f9 - {LATE}.)")
    patch.chain(cue, order)
    patch.wire(order[1], ask)
    patch.chain(order[0], split)
    patch.wire(split[1], good)
    patch.wire(good, test[0])
    patch.wire(split[0], test[1])
    patch.wire(known, good[5])
    patch.wire(ready, good[6])
    now = patch.new("unpack 0 0 0. 0")
    patch.chain(where, now)
    patch.wire(now[3], good[7])
    patch.wire(now[0], good[8])
    parts, note = patch.new("t l l l l"), patch.new("unpack 0 0 0 0")
    until, length = patch.new("expr max(0.\\, ($f1 - $f6) * 125. / $f7)"), patch.new("expr max(1.\\, $f2 * 125. / $f6)")
    patch.wire(now[0], until[5])
    patch.wire(now[2], until[6])
    patch.wire(now[2], length[5])
    patch.chain(test, parts)
    patch.wire(parts[3], taken)
    patch.wire(parts[2], until)
    patch.wire(parts[1], length)
    patch.wire(parts[0], note)
    pipe = patch.new("pipe 0 0 0. 0.")
    patch.wire(until, pipe[3])
    patch.wire(length, pipe[2])
    patch.wire(note[3], pipe[1])
    patch.wire(note[2], pipe[0])
    _sound(patch, pipe, hush, sound, single=single)
    return patch


def _sound(patch: Patch, pipe: Box, hush: Box, sound: Box, *, single: bool) -> None:
    """A note and its end; a single voice ends its last note first."""
    make, pair, stop = patch.new("makenote 100 500 @repeatmode 1"), patch.new("pack 0 0"), patch.message("stop")
    patch.wire(pipe[2], make[2])
    patch.wire(pipe[1], make[1])
    if single:
        first = patch.new("t i b")
        patch.wire(pipe[0], first)
        patch.wire(first[1], stop)
        patch.wire(first[0], make)
    else:
        patch.wire(pipe[0], make)
    patch.wire(make[1], pair[1])
    patch.chain(make, pair, sound)
    silence = patch.new("t b b")
    patch.chain(hush, silence)
    patch.chain(silence[1], patch.message("clear"), pipe)
    patch.chain(silence[0], stop, make)


class Band:
    """The boxes of the band that more than one step of it needs."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self.voices = [patch.sub(name, voice(patch.local, single=name in SINGLE)) for name in PLAYED]
        self.known, self.flush = patch.new("t i"), patch.new("t " + " ".join("b" * len(PLAYED)))
        self.hush = [patch.new("t b b") for _ in PLAYED]


def band(local: str) -> Patch:
    """Inlets: cue, silence, generation, the clock's answer, voices here, 1 ready, bang: silence.
    Outlets: one (pitch, velocity) for each voice, bang for the clock, what was taken and silenced, bang: a new engine.
    """
    patch = Patch(local)
    cue, silence, generation = patch.inlet("cue"), patch.inlet("silence"), patch.inlet("generation")
    where, here = patch.inlet("the clock's answer"), patch.inlet("which voices play here")
    ready, hush = patch.inlet("1: ready to play"), patch.inlet("bang: silence")
    sounds = [patch.outlet(f"{name}: pitch, velocity") for name in PLAYED]
    ask, log, anew = (patch.outlet("bang: where is the song?"), patch.outlet("what is played"),
                      patch.outlet("bang: the generation is another"))  # fmt: skip
    all_ = Band(patch)
    route, which = patch.new("route " + " ".join(PLAYED)), patch.new("t " + " ".join("i" * len(PLAYED)))
    patch.chain(cue, route)
    patch.chain(here, which)
    patch.chain(hush, all_.flush)
    for number, box in enumerate(all_.voices):
        every = "($i1 == 0) || " if PLAYED[number] in VOICES else ""  # a click is never meant by all
        allowed, gate = patch.new(f"expr {every}($i1 == {number + 1})"), patch.new("gate 1 1")
        patch.wire(which[number], allowed)
        patch.wire(allowed, gate[0])
        patch.wire(route[number], gate[1])
        patch.wire(gate, box[0])
        patch.wire(where, box[1])
        patch.wire(all_.known, box[2])
        patch.wire(ready, box[3])
        patch.wire(all_.flush[number], all_.hush[number])
        patch.wire(all_.hush[number][1], box[4])
        patch.chain(all_.hush[number][0], patch.message(f"silence {number}"), log)
        patch.wire(box[0], sounds[number])
        patch.wire(box[1], ask)
        patch.chain(box[2], patch.new(f"prepend cue {number}"), log)
    _generations(all_, generation, anew)
    _silences(all_, silence)
    return patch


def _generations(all_: Band, generation: Box, anew: Box) -> None:
    """A generation that no silence brought: the engine, or what was promised, began anew."""
    patch = all_.patch
    split, other, order = patch.new("t i i"), patch.new("expr $i1 != $i2"), patch.new("t b b")
    patch.chain(generation, split)
    patch.wire(split[1], other)
    patch.wire(all_.known, other[1])
    patch.chain(other, patch.new("sel 1"), order)
    patch.wire(order[1], all_.flush)
    patch.wire(order[0], anew)
    patch.wire(split[0], all_.known)


def _silences(all_: Band, silence: Box) -> None:
    """A silence that is not older than what is known raises the generation and ends its voice, or all."""
    patch = all_.patch
    split, number, twice = patch.new("t l l"), patch.new("unpack s 0"), patch.new("t i i")
    newer, most, gate = (patch.new("expr $i1 >= $i2"), patch.new("expr max($i1\\, $i2)"), patch.new("gate"))
    patch.chain(silence, split)
    patch.chain(split[1], number)
    patch.chain(number[1], twice)
    patch.wire(all_.known, newer[1])
    patch.wire(all_.known, most[1])
    patch.wire(twice[1], newer)
    patch.wire(newer, gate[0])
    patch.chain(twice[0], most, all_.known)
    patch.wire(split[0], gate[1])
    route = patch.new("route " + " ".join((*PLAYED, ALL)))
    patch.wire(gate, route)
    for place, hush in enumerate(all_.hush):
        patch.wire(route[place], hush)
    patch.wire(route[len(PLAYED)], all_.flush)
