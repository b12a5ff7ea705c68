"""Figures with the number of tunes that each rests on, and the few statistics that they share.

A figure that no tune counts for is None, never nan: JSON has no nan, and a mean of nothing is no number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

Array = Any
Figure = float | int | None
Figures = dict[str, Any]
COUNTED = "tunes_counted"


class Tally:
    """Figures by name, each with how many tunes counted."""

    def __init__(self) -> None:
        self._figures: dict[str, Figure] = {}
        self._counted: dict[str, int] = {}

    def put(self, name: str, value: Figure, tunes: int) -> None:
        """A figure that rests on this many tunes."""
        usable = value is not None and math.isfinite(value) and tunes > 0
        self._figures[name] = value if usable else None
        self._counted[name] = tunes if usable else 0

    def mean(self, name: str, values: Iterable[float | None]) -> None:
        """The mean over the tunes that have a value."""
        known = present(values)
        self.put(name, sum(known) / len(known) if known else None, len(known))

    def share(self, name: str, ours: Iterable[float | None], theirs: Iterable[float | None]) -> None:
        """The mean of ours over the mean of theirs, over the tunes that have both."""
        both = [(a, b) for a, b in zip(ours, theirs, strict=True) if present([a]) and present([b])]
        total = sum(float(b or 0) for _, b in both)
        self.put(name, sum(float(a or 0) for a, _ in both) / total if total else None, len(both))

    def done(self) -> Figures:
        """The figures, and under COUNTED the tunes of each."""
        return {**self._figures, COUNTED: dict(self._counted)}


def present(values: Iterable[float | None]) -> list[float]:
    """The values that are numbers."""
    return [float(value) for value in values if value is not None and math.isfinite(value)]


def ratio(part: float, whole: float) -> float | None:
    """part / whole, None where there is no whole."""
    return part / whole if whole else None


def histogram(values: Iterable[int], low: int, high: int) -> Array:
    """How often each of low..high occurs, (high - low + 1,); what lies outside goes to the nearer end."""
    cells = np.clip(np.fromiter(values, np.int64), low, high) - low
    return np.bincount(cells, minlength=high - low + 1)


def entropy(counts: Array) -> float:
    """Nats of a histogram; 0 of an empty one."""
    shares = counts[counts > 0] / max(1, counts.sum())
    return float(-(shares * np.log(shares)).sum())


def earth_movers_distance(ours: Array, theirs: Array) -> float | None:
    """How far, in cells, the mean count has to move to make one histogram of the other; None if one is empty."""
    if not ours.sum() or not theirs.sum():
        return None
    return float(np.abs(np.cumsum(ours / ours.sum()) - np.cumsum(theirs / theirs.sum())).sum())


def within(names: Sequence[str], found: Sequence[Any], wanted: str) -> list[Any]:
    """The members of `found` whose name is the wanted one."""
    return [each for name, each in zip(names, found, strict=True) if name == wanted]


def rounded(value: Any, digits: int = 4) -> Any:
    """The same figures with so many digits after the point, in any nesting; not-numbers become None."""
    if isinstance(value, dict):
        return {str(key): rounded(each, digits) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each, digits) for each in value]
    if isinstance(value, np.generic | np.ndarray):
        return rounded(value.tolist(), digits)
    if isinstance(value, float):
        return round(value, digits) if math.isfinite(value) else None
    return value
