"""How humans vary a phrase: pairs of windows of one tune that share half of their onsets or more, but not all.

They are what the middle of the dial learns from, and what it is compared with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.morph_phrase import classes_of, tokens_of_classes
from bridge.music.vocabulary import FIRST_ONSET, REST
from bridge.training.morph_windows import Windows

Array = NDArray[Any]

LOW, HIGH = 0.5, 0.97  # F1 of the onsets, with their pitch, that two human variants share


def matches(lines: Array, others: Array) -> Array:
    """Onsets with pitch that lines (n, steps) share with others (m, steps), (n, m)."""
    marks = np.where(lines >= FIRST_ONSET, lines, -1), np.where(others >= FIRST_ONSET, others, -2)
    counts: Array = (marks[0][:, None] == marks[1][None]).sum(axis=2)
    return counts


def variants(windows: Windows) -> Array:
    """Pairs of rows, (pairs, 2), sorted by the first: windows of one tune and length, alike from LOW to HIGH."""
    found: list[Array] = [np.zeros((0, 2), int)]
    groups: dict[tuple[int, int], list[int]] = {}
    for number, row in enumerate(windows.rows):
        groups.setdefault((row.tune, row.steps), []).append(number)
    for members in groups.values():
        rows = np.array(members)
        lines = np.stack([tokens_of_classes(windows.classes[r].astype(np.int16), windows.rows[r].centre) for r in rows])
        counts = (lines >= FIRST_ONSET).sum(axis=1)
        f1 = 2 * matches(lines, lines) / (counts[:, None] + counts[None])
        first, second = np.nonzero((f1 >= LOW) & (f1 < HIGH))
        found.append(np.stack([rows[first], rows[second]], axis=1))
    pairs = np.concatenate(found)
    return pairs[np.argsort(pairs[:, 0], kind="stable")]


def variant_of(windows: Windows, pairs: Array, rows: Array, random: np.random.Generator) -> Array:
    """A variant of each row, (rows,), evenly among those it has; the row itself where it has none."""
    low, high = (np.searchsorted(pairs[:, 0], rows, side=side) for side in ("left", "right"))
    pick = low + (random.random(len(rows)) * (high - low)).astype(int)
    chosen = rows.copy()
    chosen[high > low] = pairs[pick[high > low], 1]
    return chosen


def targets(windows: Windows, rows: Array, others: Array) -> dict[str, Array]:
    """The lines of `others` as heard around the references of `rows`: `target` and `target_before`."""
    lines, before = windows.classes[others].astype(np.int32), windows.before[others].astype(np.int32)
    for number in np.flatnonzero(rows != others):
        centres = windows.rows[others[number]].centre, windows.rows[rows[number]].centre
        lines[number] = classes_of(tokens_of_classes(lines[number], centres[0]), centres[1])
        held = classes_of(tokens_of_classes(before[number : number + 1], centres[0]), centres[1])
        before[number] = held[0] if windows.held[others[number]] else REST
    return {"target": lines, "target_before": before}
