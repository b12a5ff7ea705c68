"""The bass line: from what the network decides to notes in the register of a bass.

Laws: the line moves by octaves only as a whole, so that its steps stay steps; a note is sure to last to the next beat
at most, and ends before it. Two habits of a network that plays on its own past are put right: it strikes a pitch again
between beats, where hardly any bass does, and it hammers the root where dances alternate with the fifth.
"""

from dataclasses import dataclass
from typing import Final

from bridge.engine.frame import Frame, Note
from bridge.generators.comping import GAP, accent, loudness
from bridge.music import vocabulary
from bridge.music.events import BASS
from bridge.music.harmony import QUALITIES, Chord
from bridge.music.timeline import PPQ, STEP

LOUD: Final = 1.05  # of the chords' loudness
TOP, BOTTOM = 52, 28  # pitches, E3 and E1: beyond them the whole line moves by an octave
FILLS: Final = {"folk": 0.6, "standards": 0.6, "rock": 0.9, "jazz": 0.95}
"""Style -> the share of a beat that a note fills; the others are legato up to what the plan foresees."""
HAMMERS: Final = ("pop", "rock")  # styles whose basses do repeat a pitch between beats
ALTERNATES: Final = ("folk", "standards")  # styles whose basses go to the fifth rather than stay on the root
FIFTH: Final = 2  # place of the fifth in a chord's intervals


@dataclass(frozen=True, slots=True)
class Line:
    """Where the line lies and what it played last."""

    shift: int = 0  # semitones, a multiple of 12, from what the network decides
    decided: int = -1  # the network's last pitch, -1: it rests
    played: int = -1
    chord: Chord | None = None  # that it was played to


def notes(line: Line, token: int, frame: Frame, style: str, chord: Chord | None) -> tuple[Line, tuple[Note, ...]]:
    """The note of a step, if one begins, and the line after it."""
    decided = vocabulary.pitch_of(token)
    if decided is None:
        return (Line(line.shift) if token == vocabulary.REST else line), ()
    again = decided == line.decided
    if again and frame.place.phase % frame.place.meter.beat >= STEP and style not in HAMMERS:
        return line, ()
    shift = line.shift
    while decided + shift > TOP:
        shift -= 12
    while decided + shift < BOTTOM:
        shift += 12
    pitch = decided + shift
    stays = chord is not None and chord == line.chord and pitch % 12 == line.played % 12 == chord.root
    if chord and stays and style in ALTERNATES:
        pitch = _fifth(pitch, chord)
    left, fills = frame.place.left, FILLS.get(style)
    ticks = left - GAP if fills is None else min(left - GAP, max(PPQ // 6, round(left * fills)))
    loud = loudness(frame.velocity, LOUD * accent(frame.place))
    note = Note(BASS, max(1, ticks), pitch, loud, 0, 0 if fills is None else ticks)
    return Line(shift, decided, pitch, chord), (note,)


def _fifth(pitch: int, chord: Chord) -> int:
    """The chord's fifth below a pitch, or above where that is too low."""
    below = pitch - (pitch - chord.root - QUALITIES[chord.quality][FIFTH]) % 12
    return below if below >= BOTTOM else below + 12
