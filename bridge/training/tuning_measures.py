"""What is counted of melodies: the rows of the paper's table, and guards against melodies that only please the rules.

The rules are those of `rewards_melody.py`, by the same code. As in the paper the shares of repeated notes, of notes
out of key and of notes in motifs are shares of all sixteenths, so that at most 25 of 32 steps are in a motif. Guards
compare with what people wrote: distances are total variation, 0 (equal) to 1 (nothing in common).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.note_events import EVENTS, FIRST, OFF, Events
from bridge.training import rewards_melody as rules

Array = NDArray[Any]
ROWS = (
    "excessively_repeated", "autocorrelation_1", "autocorrelation_2", "autocorrelation_3", "not_in_key",
    "starting_with_tonic", "leaps_resolved", "unique_max", "unique_min", "in_motif", "in_repeated_motif",
)  # fmt: skip
LEAST = ROWS[:5]
"""Rows that should be near 0; the others should be high."""
PUBLISHED = {
    "note_rnn": (0.633, -0.16, 0.14, -0.13, 0.001, 0.009, 0.772, 0.647, 0.494, 0.059, 0.00007),
    "q": (0.0, -0.11, 0.03, 0.03, 0.01, 0.288, 0.911, 0.564, 0.519, 0.757, 0.0011),
    "psi": (0.0002, -0.10, -0.01, 0.01, 0.006, 0.287, 0.90, 0.594, 0.583, 0.738, 0.0009),
    "g": (0.0003, 0.55, 0.31, 0.17, 0.287, 0.0, 0.522, 0.371, 0.565, 0.693, 0.0001),
}
"""Table 1 of Jaques et al., "Tuning Recurrent Neural Networks with Reinforcement Learning" (ICLR 2017 preprint)."""
ERRORS = dict(zip(ROWS, (1e-4, 0.005, 0.005, 0.005, 6e-4, 0.015, 0.007, 0.016, 0.016, 0.003, 4e-4), strict=True))
"""Standard errors of the rows over 1,024 pieces, of which those of shares are as of so many draws."""
UNLIKELY = -20.0  # nats; a row that is farther away than this is as far as any
INTERVAL, LONGEST = 12, 16  # wider intervals and longer notes are counted with these


def table(events: Events, beat: int = 4) -> dict[str, float]:
    """The rows of the paper's table over pieces (pieces, steps)."""
    key = rules.key_so_far(events)[:, -1]
    number = rules.distinct(events, beat) >= rules.DISTINCT
    found = rules.leaps(events)
    resolved, doubled = int((found == rules.RESOLVED).sum()), int((found == rules.DOUBLED).sum())
    lags = [np.nanmean(np.append(rules.autocorrelation(events, lag)[:, -1], 0.0)) for lag in rules.LAGS]
    counted = (
        rules.repeats(events).mean(), *lags, rules.outside(events, key).mean(),
        rules.starts_on_tonic(events)[:, -1].mean(), resolved / max(1, resolved + doubled),
        rules.unique(events, 1)[:, -1].mean(), rules.unique(events, -1)[:, -1].mean(),
        number.mean(), (number & rules.again(events, beat)).mean(),
    )  # fmt: skip
    return {row: float(value) for row, value in zip(ROWS, counted, strict=True)}


def beaten(figures: dict[str, float], column: str = "q") -> list[str]:
    """The rows of a column of the published table that these figures reach or pass, to the digits printed there."""
    better = []
    for row, published in zip(ROWS, PUBLISHED[column], strict=True):
        better += [row] if lead(row, figures[row], published) >= 0 else []
    return better


def lead(row: str, value: float, published: float) -> float:
    """By how much a row is better than the published figure; 0: equal."""
    if row in LEAST:
        return abs(published) + (0.0005 if published == 0 else 0) - abs(value)
    return value - published


def merit(figures: dict[str, float], bits: float, column: str = "q") -> float:
    """The log of the chance, 0 at best, that all rows reach those of a published column, as far as 1,024 pieces tell.

    And that the bits are within a tenth of the untuned model's `bits`; all taken as independent and normal.
    """
    margins = [(1.1 * bits - figures["bits_per_step"]) / (0.002 * bits)]
    for row, published in zip(ROWS, PUBLISHED[column], strict=True):
        margins.append(lead(row, figures[row], published) / ERRORS[row])
    return sum(max(UNLIKELY, math.log(max(1e-300, 0.5 * math.erfc(-z / math.sqrt(2))))) for z in margins)


def shapes(events: Events) -> dict[str, Array]:
    """Shares of intervals, of note lengths, of degrees above the tonic, of places of onsets in the beat."""
    onsets = events >= FIRST
    before = np.pad(rules.last_onset(events)[:, :-1], [(0, 0), (1, 0)], constant_values=-1)
    pitch = np.take_along_axis(events, np.maximum(before, 0), axis=1)
    again = onsets & (before >= 0)
    leap = np.clip(events - pitch, -INTERVAL, INTERVAL)[again] + INTERVAL
    degree = (rules.pitch_class(events) - rules.key_so_far(events)[:, -1:] % 12)[onsets] % 12
    steps = np.broadcast_to(np.arange(events.shape[1]), events.shape)
    ends = (events != 1) & (before >= 0)
    lasting = ends & (np.take_along_axis(events, np.maximum(before, 0), axis=1) >= FIRST)
    length = np.minimum((steps - before)[lasting & (onsets | (events == OFF))], LONGEST) - 1
    cells = {"intervals": (leap, 2 * INTERVAL + 1), "lengths": (length, LONGEST), "degrees": (degree, 12)}
    counts = {name: np.bincount(values, minlength=size) for name, (values, size) in cells.items()}
    counts["places"] = np.bincount(steps[onsets] % 4, minlength=4)
    return {name: each / max(1, each.sum()) for name, each in counts.items()}


def guards(events: Events, people: dict[str, Array]) -> dict[str, float]:
    """What tells melodies from tricks: notes, pitches, silence, sameness; distances to people's shapes."""
    onsets = events >= FIRST
    heard = rules.sounding(events)
    pitches = (events[..., None] == np.arange(FIRST, EVENTS)).any(axis=1).sum(axis=1)
    classes = (np.eye(12, dtype=bool)[rules.pitch_class(events)] & onsets[..., None]).any(axis=1).sum(axis=1)
    bars = events[:, : events.shape[1] // 16 * 16].reshape(len(events), -1, 16)
    alike = (bars[:, 1:] == bars[:, :-1]).all(axis=2).mean() if bars.shape[1] > 1 else 0.0
    run = np.where(heard[:, 1:] == heard[:, :-1], 0, np.arange(1, events.shape[1]))
    longest = np.diff(np.pad(np.maximum.accumulate(run, axis=1), [(0, 0), (1, 0)]), axis=1).max(axis=1)
    found = {
        "notes": onsets.sum(axis=1).mean(), "pitches": pitches.mean(), "pitch_classes": classes.mean(),
        "silence": (heard < 0).mean(), "longest_note": longest.mean(), "bar_again": alike,
        "different_pieces": len(np.unique(events, axis=0)) / len(events),
        "same_pitch_next": shapes(events)["intervals"][INTERVAL],
    }  # fmt: skip
    found |= {f"distance_{name}": 0.5 * np.abs(each - people[name]).sum() for name, each in shapes(events).items()}
    return {name: float(value) for name, value in found.items()}


def openings(pieces: Sequence[Events], steps: int) -> Events:
    """The first `steps` sixteenths of every piece that has so many."""
    return np.stack([piece[:steps] for piece in pieces if len(piece) >= steps])
