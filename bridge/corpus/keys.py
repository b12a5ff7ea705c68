"""The key of a piece: as written where mode and tonic are written, else from the signature and what is heard.

Method: Krumhansl's profiles (`music/listening.py`); the final note, most often the tonic, counts extra. A MIDI file
that names no key, or names C by default, says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bridge.corpus.score import Note, Score
from bridge.music.harmony import COMMON_NAMES
from bridge.music.listening import key_of

FINAL = 0.15  # share of the whole sounding time that the final note counts for, on top
LONG = 8.0  # sixteenths; what a note lasts beyond does not count


def find_key(score: Score, notes: Sequence[Note]) -> str:
    """The key as `G:maj`."""
    if score.key is not None:
        return score.key
    heard = _heard(notes)
    if not score.signature:
        return heard
    major = 7 * score.signature % 12
    minor = f"{COMMON_NAMES[(major + 9) % 12]}:min"
    return minor if heard == minor else f"{COMMON_NAMES[major]}:maj"


def _heard(notes: Sequence[Note]) -> str:
    """The key told from the notes."""
    chroma = [0.0] * 12
    for _, duration, pitch in notes:
        chroma[pitch % 12] += min(duration, LONG)
    if notes:
        chroma[max(notes)[2] % 12] += FINAL * sum(chroma)
    tonic, mode = key_of(tuple(chroma))
    return f"{COMMON_NAMES[tonic]}:{mode}"
