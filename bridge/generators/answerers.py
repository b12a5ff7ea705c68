"""The melody minds that a player can choose among, by the name that `set model` takes.

`melody` is the note-by-note model with its sets by genre; `note_rnn` the paper's model untuned, `q`, `psi`, `g` the
same tuned by each algorithm (docs/tuning.md). Nothing is opened until asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bridge.engine.frame import Generator
from bridge.generators import shelf
from bridge.generators.melody import Melody
from bridge.generators.melody_model import MelodyModel
from bridge.generators.note_rnn import NoteRnn
from bridge.generators.note_rnn_model import NoteRnnModel

MELODY: Final = "melody"
NOTE_RNNS: Final = {"note_rnn": "note_rnn", "q": "note_rnn-q", "psi": "note_rnn-psi", "g": "note_rnn-g"}
"""Name -> folder on the shelf."""
Loader = Callable[[], Generator]


def answerers(genre: str = "any") -> dict[str, Loader]:
    """What opens each mind whose weights are there; opening raises ModelError. The genre chooses `melody`'s set."""
    there = shelf.names()
    found: dict[str, Loader] = {}
    if MELODY in there:
        found[MELODY] = lambda: Melody(MelodyModel.load(shelf.folder_for(MELODY, genre)))
    for name, folder in NOTE_RNNS.items():
        if folder in there:
            found[name] = _opener(name, folder)
    return found


def _opener(name: str, folder: str) -> Loader:
    return lambda: NoteRnn(NoteRnnModel.load(shelf.folder(folder)), name)
