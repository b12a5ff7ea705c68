"""The bass line: from what the network decides to notes in the register of a bass.

Laws: the line moves by octaves only as a whole, so that its steps stay steps; a note is sure to last to the next beat
at most, and ends before it.
"""

from dataclasses import dataclass, replace
from typing import Final

from bridge.engine.frame import Frame, Note
from bridge.generators.comping import GAP, accent, loudness
from bridge.music import vocabulary
from bridge.music.events import BASS
from bridge.music.timeline import PPQ

LOUD: Final = 1.05  # of the chords' loudness
TOP, BOTTOM = 52, 29  # pitches, E3 and F1: beyond them the whole line moves by an octave
LONGEST: Final = {"folk": 0.6, "standards": 0.6, "rock": 0.9, "jazz": 0.95}
"""Genre -> the share of a beat that a note on a beat fills; the others are legato up to what the plan foresees."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where the line lies."""

    shift: int = 0  # semitones, a multiple of 12, from what the network decides


def notes(line: Line, token: int, frame: Frame, style: str) -> tuple[Line, tuple[Note, ...]]:
    """The note of a step, if one begins, and the line after it."""
    decided = vocabulary.pitch_of(token)
    if decided is None:
        return line, ()
    shift = line.shift
    while decided + shift > TOP:
        shift -= 12
    while decided + shift < BOTTOM:
        shift += 12
    left = frame.place.left
    short = LONGEST.get(style)
    ticks = left - GAP if short is None else min(left - GAP, max(PPQ // 6, round(left * short)))
    loud = loudness(frame.velocity, LOUD * accent(frame.place))
    hold = 0 if short is None else ticks
    return replace(line, shift=shift), (Note(BASS, max(1, ticks), decided + shift, loud, 0, hold),)
