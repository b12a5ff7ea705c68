"""The key of a piece: as written where mode and tonic are written, else from the signature and what is heard.

Method: Krumhansl's profiles (`music/listening.py`) on the notes and the chords, in which the first and the last chord,
most often the tonic, count extra; docs/corpus.md has the figures of other profiles. A MIDI file that names no key, or
names C by default, says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bridge.corpus.score import Note, Score
from bridge.music.harmony import COMMON_NAMES, parse_chord
from bridge.music.listening import key_of

EDGE = 0.1  # share of the whole sounding time that the first and the last chord's root each count for, on top
LONG = 8.0  # sixteenths; what a note lasts beyond does not count
HELD = 16.0  # sixteenths; nor what a chord does


def find_key(score: Score, notes: Sequence[Note], chords: Sequence[tuple[float, str]], begin: float) -> str:
    """The key as `G:maj`; `begin` is where the first full bar begins, in the chords' time."""
    if score.key is not None:
        return score.key
    heard = _heard(notes, chords, begin)
    if not score.signature:
        return heard
    major = 7 * score.signature % 12
    minor = f"{COMMON_NAMES[(major + 9) % 12]}:min"
    return minor if heard == minor else f"{COMMON_NAMES[major]}:maj"


def _heard(notes: Sequence[Note], chords: Sequence[tuple[float, str]], begin: float) -> str:
    """The key told from the notes and the chords."""
    chroma = [0.0] * 12
    for _, duration, pitch in notes:
        chroma[pitch % 12] += min(duration, LONG)
    named = [(onset, chord) for onset, symbol in chords if (chord := parse_chord(symbol)) is not None]
    for (onset, chord), (following, _) in pairwise([*named, (named[-1][0] + HELD / 2 if named else 0.0, None)]):
        for pitch_class in chord.pitch_classes if chord else ():
            chroma[pitch_class] += min(following - onset, HELD)
    first = max((index for index, (onset, _) in enumerate(named) if onset <= begin), default=0)
    edges = [named[first][1].root, named[-1][1].root] if named else [max(notes)[2] % 12] if notes else []
    total = sum(chroma)
    for pitch_class in edges:
        chroma[pitch_class] += EDGE * total
    tonic, mode = key_of(tuple(chroma))
    return f"{COMMON_NAMES[tonic]}:{mode}"
