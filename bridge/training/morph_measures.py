"""How alike two phrases are, and whether a phrase is one: pure functions of notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.morph_phrase import Phrase, onsets, share, similarity, tokens_of
from bridge.music.vocabulary import STEP_TICKS

Array = NDArray[Any]


def kept(one: Phrase, other: Phrase) -> dict[str, float]:
    """What of a phrase another has kept: onset and pitch, rhythm alone (F1), the pitch of the onsets kept, notes."""
    a, b = onsets(one), onsets(other)
    together = a.keys() & b.keys()
    return {
        "similarity": similarity(one, other),
        "onsets_kept": share(len(together), len(a), len(b)),
        "pitches_kept": share(sum(a[step] == b[step] for step in together), len(together)),
        "steps_same": float((tokens_of(one)[0] == tokens_of(other)[0]).mean()),
        "same": float(a == b),
        "notes": share(len(b), len(a)),
    }


def validity(source: Phrase, phrase: Phrase, home: Collection[int], span: tuple[int, int]) -> dict[str, float]:
    """Shares of notes: inside the phrase, on the grid, of the tune's pitch classes (`home`), within its range."""
    notes = phrase.notes
    inside = [note.tick >= 0 and note.end <= source.ticks and note.ticks > 0 for note in notes]
    apart = [a.end <= b.tick for a, b in pairwise(notes)]
    grid = [note.tick % STEP_TICKS == 0 for note in notes]
    return {
        "length_and_meter": float((phrase.bars, phrase.meter) == (source.bars, source.meter)),
        "inside": share(sum(inside), len(inside)),
        "one_at_a_time": share(sum(apart), len(apart)),
        "on_the_grid": share(sum(grid), len(grid)),
        "in_the_tunes_key": share(sum(note.pitch % 12 in home for note in notes), len(notes)),
        "in_the_tunes_range": share(sum(span[0] <= note.pitch <= span[1] for note in notes), len(notes)),
    }


def mean_of(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure over rows; nothing over no rows."""
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]} if rows else {}


def ranks(values: Array) -> Array:
    """Ranks from 0, equal values sharing theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: Array = (np.cumsum(counts) - (counts + 1) / 2)[inverse]
    return middle


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation; 0 where one of them does not vary."""
    a, b = (ranks(np.asarray(x, float)) for x in (one, other))
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum() / spread) if spread else 0.0


__all__ = ["kept", "mean_of", "ranks", "similarity", "spearman", "validity"]
