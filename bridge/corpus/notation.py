"""MusicXML and the other notations that music21 reads, and music21's own corpus. Needs the extra `corpus`.

Rules: notes sound where the instrument sounds; repeats are not expanded, a first ending is left out where a second
follows; grace notes are left out; a staff with words is sung, and so more likely the melody.
"""

from __future__ import annotations

from pathlib import Path

from bridge.corpus.score import Score, UnreadableError


def read_notation(path: Path, title: str) -> Score:
    """The score in a file. Raises UnreadableError."""
    raise UnreadableError("needs an extra", f"{path}: pip install 'improv-bridge[corpus]'")


def library(name: str) -> list[Path]:
    """The files of a part of music21's own corpus: a composer, or a part of a path. Raises UnreadableError."""
    raise UnreadableError("needs an extra", f"{name}: pip install 'improv-bridge[corpus]'")
