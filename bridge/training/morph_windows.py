"""Phrases of tunes as arrays for the morph model: every window of a few bars, and how they are drawn.

A window begins on a bar line, fits in morph_phrase.STEPS sixteenths and is told relative to its own key, so that no
transposition is needed; rows are drawn by genre, then by tune, then evenly, as a pure function of seed and number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.generators.morph_phrase import STEPS, classes_of, key_of, pieces, reference, spot
from bridge.music.timeline import Meter
from bridge.music.vocabulary import FIRST_ONSET, HOLD, PLACE_WIDTH, REST, place_features
from bridge.training.corpus import Tune

Array = NDArray[Any]

NOTES = 4  # in a window at least; a half window (one bar of 4/4) needs half of them
HALVES = 0.15  # share of half windows, for phrases of an odd number of bars


class Window(NamedTuple):
    """A few bars of a tune."""

    tune: int
    start: int  # step in the tune
    steps: int
    meter: Meter
    centre: int  # the pitch that its classes are relative to
    scale: tuple[bool, ...]  # (12,) from the tonic


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The windows of many tunes, row by row."""

    rows: tuple[Window, ...]
    classes: Array  # (rows, STEPS) int8
    before: Array  # (rows,) class of the note that sounds before the window, REST for none
    held: Array  # (rows,) whether it sounds into it
    meters: Array  # (rows,) row of `places`
    places: Array  # (meters, STEPS, PLACE_WIDTH) float32
    genres: Array  # (rows,) vocabulary genre, -1 unknown
    steps: Array  # (rows,)
    scales: Array  # (rows, 12) float32

    def batch(self, rows: Array) -> dict[str, Array]:
        """These rows as the network takes them."""
        steps = self.steps[rows]
        return {
            "classes": self.classes[rows].astype(np.int32),
            "before": self.before[rows].astype(np.int32),
            "place": self.places[self.meters[rows]],
            "genre": self.genres[rows].astype(np.int32),
            "scale": self.scales[rows],
            "valid": (np.arange(STEPS)[None, :] < steps[:, None]).astype(np.float32),
        }


def windows_of(tunes: Sequence[Tune], full: bool | None = None) -> Windows:
    """Every window of these tunes; `full`: only the whole ones (True) or the half ones (False)."""
    rows, classes, before, held, meters = [], [], [], [], []
    table: dict[Meter, int] = {}
    for number, tune in enumerate(tunes):
        for window, part, previous in _windows(tune, number):
            if full is not None and full != is_full(window):
                continue
            rows.append(window)
            line = np.full(STEPS, REST, np.int8)
            line[: window.steps] = classes_of(part, window.centre)
            classes.append(line)
            before.append(int(classes_of(np.array([previous]), window.centre)[0]))
            held.append(part[0] == HOLD)
            meters.append(table.setdefault(window.meter, len(table)))
    places = [[place_features(spot(meter, step)) for step in range(STEPS)] for meter in table]
    return Windows(
        tuple(rows),
        np.array(classes, np.int8).reshape(-1, STEPS),
        np.array(before, np.int8),
        np.array(held, bool),
        np.array(meters, np.int32),
        np.array(places, np.float32).reshape(-1, STEPS, PLACE_WIDTH),
        np.array([tunes[row.tune].genre_index for row in rows], np.int8),
        np.array([row.steps for row in rows], np.int32),
        np.array([row.scale for row in rows], np.float32).reshape(-1, 12),
    )


def is_full(window: Window) -> bool:
    """Whether as many bars are in the window as the model takes at once."""
    return window.steps == pieces(window.meter, 4)[0].steps


def _windows(tune: Tune, number: int) -> Iterator[tuple[Window, Array, int]]:
    """Windows of a tune, their tokens, and the token sounding before them (REST for none)."""
    meter = Meter(int(tune.spots[0, 1]), int(tune.spots[0, 2]))
    whole = pieces(meter, 4)[0].steps
    phases, melody = tune.spots[:, 0], tune.melody.astype(np.int32)
    last = np.maximum.accumulate(np.where(melody == HOLD, 0, np.arange(len(melody))))
    for steps in {whole, max(whole // 2, min(whole, pieces(meter, 1)[0].steps))}:
        expected = np.array([spot(meter, step).step for step in range(steps)])
        least = NOTES if steps == whole else NOTES // 2
        for start in tune.starts.tolist():
            part = melody[start : start + steps]
            if (part >= FIRST_ONSET).sum() < least or not np.array_equal(phases[start : start + steps], expected):
                continue
            previous = int(melody[last[start - 1]]) if start else REST
            if part[0] == HOLD and previous < FIRST_ONSET:
                continue
            key = key_of(part)
            yield Window(number, start, steps, meter, reference(part, key.tonic), key.steps), part, previous


class Draw:
    """Rows by genre (weighted), then by tune (evenly), then by window (evenly)."""

    def __init__(self, windows: Windows, tunes: Sequence[Tune], weights: dict[str, float], seed: int) -> None:
        self._seed = seed
        tune_of = np.array([row.tune for row in windows.rows])
        share = np.array([HALVES / (1 - HALVES) if not is_full(row) else 1.0 for row in windows.rows])
        genres = [tunes[n].genre.split("/")[0] for n in tune_of]
        weight = np.array([weights.get(genre, 0.1) for genre in genres])
        per_tune = np.bincount(tune_of, share, minlength=len(tunes))
        shelf = Counter(genre for _, genre in set(zip(tune_of.tolist(), genres, strict=True)))
        chances = weight * share / per_tune[tune_of] / np.array([shelf[genre] for genre in genres])
        self._sums = np.cumsum(chances / chances.sum())

    def rows(self, size: int, number: int) -> Array:
        """The rows of batch `number`, (size,): a pure function of the seed and the number."""
        random = np.random.default_rng((self._seed, number))
        return np.minimum(np.searchsorted(self._sums, random.random(size)), len(self._sums) - 1)
