"""Which notes are the melody and which the bass.

Rules: the melody is the part that looks most like one (by its name, its register, how seldom it plays chords, how much
of the piece it fills), the bass the lowest of the others; of a part with chords the upper, or the lower, line is taken.
Where one part plays everything, as a piano reduction does, both come from it: notes far from the line are not of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bridge.corpus.score import Note, Part

LEGATO = 0.5  # sixteenths; notes that overlap by more are a chord, by less a legato
CHORDS = 0.3  # share of a part's notes that sound with others, from which it plays chords
NEIGHBOURS = 16  # notes to each side that say where a line lies
FAR = 9  # semitones from its neighbours' median at which a note of a chordal part is no longer melody
DEEP = 60  # pitch; a line that lies above middle C is no bass
LOW = 50  # pitch; nor is the lower edge of chords that lies above D3
TOP = 64  # pitch above which no note is bass
LEAD = re.compile(r"melod|vocal|voice|vox|sing|lead|solo|tune|sopran|cantus|descant|chant|fiddle|whistle", re.I)
BASS = re.compile(r"bass|contrab|tuba|pedal|left|\blh\b", re.I)
BACKING = re.compile(r"chord|pad|string|harmon|accomp|comp|backing|choir|rhythm|left|\blh\b|drum|alto|tenor", re.I)
BASSES = range(32, 40)  # General MIDI programs


@dataclass(frozen=True, slots=True)
class Voices:
    """The two lines of a piece; either may be empty."""

    melody: tuple[Note, ...]
    bass: tuple[Note, ...]
    polyphonic: bool
    """Whether there is more than the melody: notes from which chords can be told."""


def find_voices(parts: Sequence[Part]) -> Voices:
    """Melody and bass of a piece."""
    parts = [part for part in parts if part.notes]
    if not parts:
        return Voices((), (), polyphonic=False)
    end = max(onset + duration for part in parts for onset, duration, _ in part.notes)
    lead = max(parts, key=lambda part: _melodic(part, end))
    melody = upper_line(lead.notes)
    others = [part for part in parts if part is not lead]
    low = max(others, key=lambda part: _deep(part, end), default=None)
    if low is not None and _lies(lower_line(low.notes)) < (LOW if chordal(low.notes) > CHORDS else DEEP):
        bass = lower_line(low.notes)
    else:
        taken = set(melody)
        rest = [note for part in parts for note in part.notes if note not in taken]
        bass = lower_line(rest)
        if not bass or _lies(bass) >= LOW or len(bass) * 20 < len(melody):
            bass = []
    return Voices(tuple(melody), tuple(bass), polyphonic=bool(others) or chordal(lead.notes) > CHORDS)


def upper_line(notes: Sequence[Note]) -> list[Note]:
    """The highest of the notes that sound together; of a chordal part, without what lies far below the line."""
    line: list[Note] = []
    for note in sorted(notes, key=lambda note: (note[0], -note[2])):
        if line:
            onset, duration, pitch = line[-1]
            over = onset + duration - note[0]
            if note[0] - onset < LEGATO / 2 or (note[2] < pitch and over > min(LEGATO, duration / 2)):
                continue
            line[-1] = (onset, min(duration, note[0] - onset), pitch)
        line.append(note)
    return [note for note, height in zip(line, heights(line), strict=True) if note[2] > height - FAR] \
        if chordal(notes) > CHORDS else line  # fmt: skip


def lower_line(notes: Sequence[Note]) -> list[Note]:
    """The lowest of the notes that sound together, without what lies far above the line."""
    turned = [(onset, duration, -pitch) for onset, duration, pitch in notes]
    line = upper_line(turned)
    return [(onset, duration, -pitch) for onset, duration, pitch in line if -pitch <= TOP]


def heights(line: Sequence[Note]) -> list[float]:
    """Where the line lies around each of its notes: the median pitch of its neighbours."""
    pitches = [pitch for _, _, pitch in line]
    return [median(pitches[max(0, i - NEIGHBOURS) : i + NEIGHBOURS + 1]) for i in range(len(pitches))]


def chordal(notes: Sequence[Note]) -> float:
    """The share of notes, 0-1, that begin together with another or while another clearly goes on."""
    together, until, last = 0, -1.0, -1.0
    for onset, duration, _ in sorted(notes):
        together += onset - last < LEGATO / 2 or until - onset > LEGATO
        until, last = max(until, onset + duration), onset
    return together / max(len(notes), 1)


def _melodic(part: Part, end: float) -> float:
    """How much a part looks like a melody; only comparisons mean something."""
    score = 4.0 if LEAD.search(part.name) else 0.0
    score -= 4.0 if BASS.search(part.name) or part.program in BASSES else 0.0
    score -= 2.0 if BACKING.search(part.name) else 0.0
    score += 3.0 * (1 - chordal(part.notes))
    score += max(-2.0, min(1.5, (_lies(upper_line(part.notes)) - 60) / 8))
    score += 2.0 * _filled(part, end)
    return score - (3.0 if len({pitch for _, _, pitch in part.notes}) < 4 else 0.0)


def _deep(part: Part, end: float) -> float:
    """How much a part looks like a bass."""
    score = 4.0 if BASS.search(part.name) or part.program in BASSES else 0.0
    score += 2.0 * (1 - chordal(part.notes))
    return score + (60 - _lies(lower_line(part.notes))) / 6 + _filled(part, end)


def _filled(part: Part, end: float) -> float:
    """The share of the piece's bars (of 16 sixteenths) in which a part begins a note."""
    return len({int(onset // 16) for onset, _, _ in part.notes}) / max(1.0, end / 16)


def _lies(notes: Sequence[Note]) -> float:
    """The median pitch of a line; middle C of an empty one."""
    return median(pitch for _, _, pitch in notes) if notes else 60.0
