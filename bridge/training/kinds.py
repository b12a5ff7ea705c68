"""The kinds of model, and the module that trains each.

Such a module has: `Arguments` (a class that extends `arguments.Common`), `task(args)` (a `loop.Task`), `WEIGHTS` (the
class of its weights), `SHAPE` (the arguments that say how large it is, taken over when training goes on from a model),
`convert(weights, facts)` (LiteRT files by name), `card(weights)` (what playing needs), `parity(weights, folder)`
(the largest difference between TensorFlow and the exported folder; raises ExportError), `figures(folder, data)`
(held-out figures for the card), `CURVES` (titles and keys of the learning curves) and, if it keeps more than weights,
`extras(run)`.
"""

from __future__ import annotations

import importlib
from typing import Any

from bridge.music.errors import ModelError

KINDS = {
    "accompaniment": "bridge.training.accompaniment",
    "melody": "bridge.training.melody",
    "morph": "bridge.training.morph",
    "note_rnn": "bridge.training.note_rnn",
}


def module_of(kind: str) -> Any:
    """The module that trains this kind of model. Raises ModelError for an unknown one."""
    if kind not in KINDS:
        raise ModelError(f"there is no kind of model {kind!r}; it is one of {', '.join(KINDS)}")
    return importlib.import_module(KINDS[kind])
