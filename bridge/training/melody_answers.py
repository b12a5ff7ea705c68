"""What the melody model answers, beside how the human went on: free-running responses to the first bars of a tune.

The call is a tune's first four bars (and its pick-up), the answer four more; the human's own next four bars are judged
by the same code. In-key shares count against the key that the call suggests. Distances between histograms are those of
an earth mover: how far, in semitones or sixteenths, the mean note would have to be moved.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.melody import Manner, Sung, fed, respond
from bridge.generators.melody_model import MelodyModel
from bridge.generators.melody_notes import STEP_TWELFTHS, Where
from bridge.training.baselines import estimated_key
from bridge.training.corpus import Tune
from bridge.training.melody_lines import places

Array = NDArray[Any]
Figures = dict[str, float]
BARS = 4
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10, 11)}
FEW = 4  # notes; a call with fewer says nothing


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call, and what followed it; times in twelfths, the follow-up lies in `begin` to `begin + span`."""

    genre: int
    call: tuple[Sung, ...]
    wheres: tuple[Where, ...]
    begin: int
    span: int
    place: Where
    follow: tuple[Sung, ...]


def exchange_of(tune: Tune) -> Exchange | None:
    """The first bars with melody as call, the next as follow-up; None where these are too short or of uneven length."""
    numerator, denominator = tune.meter
    bar = Where(0, numerator, denominator).length
    edges = [round(3 * onset) for onset in tune.bars]
    skipped = bisect_right(edges, round(3 * min(onset for onset, _, _ in tune.notes)) + bar // 2) - 1
    bars = edges[max(0, skipped) :][: 2 * BARS]  # a first note in the second half of its bar is a pick-up
    if len(bars) < 2 * BARS or any(b - a != bar for a, b in itertools.pairwise(bars)):
        return None
    begin, end = bars[BARS], bars[BARS] + BARS * bar
    times: dict[int, Sung] = {}
    for onset, duration, pitch in tune.notes:
        time = round(3 * onset)
        times[time] = Sung(time, max(1, round(3 * duration)), int(pitch))
    notes = [times[time] for time in sorted(times)]
    call = tuple(note for note in notes if note.time < begin)
    follow = tuple(Sung(n.time, min(n.length, end - n.time), n.pitch) for n in notes if begin <= n.time < end)
    if len(call) < FEW or len(follow) < FEW:
        return None
    wheres = places([note.time for note in call], edges, numerator, denominator)
    here = Where(0, numerator, denominator, max(0, skipped) + BARS)
    return Exchange(tune.genre_index, call, wheres, begin, BARS * bar, here, follow)


def answered(model: MelodyModel, given: Exchange, temperature: float, seed: int) -> tuple[Sung, ...]:
    """What the model goes on with."""
    state, length = fed(model, model.start(), given.call, given.wheres, given.genre)
    manner = Manner(temperature, seed, given.genre)
    return tuple(respond(model, state, given.begin, given.span, given.place, manner, length)[1])


def means(exchanges: Sequence[Exchange], answers: Sequence[Sequence[Sung]]) -> Figures:
    """The mean answer."""
    rows = [_row(given, notes) for given, notes in zip(exchanges, answers, strict=True)]
    return {key: float(np.mean([row[key] for row in rows])) for key in ROW}


def distances(exchanges: Sequence[Exchange], answers: Sequence[Sequence[Sung]], others: Sequence[Exchange]) -> Figures:
    """How far the histograms of leaps, waits and degrees lie from those of what humans went on with in `others`."""
    humans = [given.follow for given in others]
    ours, theirs = _share(_degrees(exchanges, answers), 12), _share(_degrees(others, humans), 12)
    return {
        "leap_emd": _earth_moved(_leaps(answers), _leaps(humans)),
        "wait_emd": _earth_moved(_waits(answers), _waits(humans)),
        "degree_distance": float(np.abs(ours - theirs).sum() / 2),
    }


def _row(given: Exchange, notes: Sequence[Sung]) -> Figures:
    if not notes:
        return dict.fromkeys(ROW, 0.0) | {"silence": 1.0}
    tonic, mode = key_of(given.call)
    degrees = [(note.pitch - tonic) % 12 for note in notes]
    call = [note.pitch for note in given.call]
    values = (
        float(np.mean([degree in SCALES[mode] for degree in degrees])),
        _known(given.call, notes),
        len(notes) / max(1, len(given.follow)),
        1 - sum(note.length for note in notes) / given.span,
        float(degrees[-1] == 0),
        float(np.mean([min(call) - 5 <= note.pitch <= max(call) + 5 for note in notes])),
        float(_longest_run([note.pitch for note in notes])),
        float(len({note.pitch for note in notes})),
        max(note.length for note in notes) / given.place.length,
    )
    return dict(zip(ROW, values, strict=True))


ROW = (
    *("in_key", "heard_before", "notes_share", "silence", "ends_on_tonic", "in_range", "longest_run", "pitches"),
    "longest_note_bars",
)
"""Shares, but `notes_share` (notes for each of the human's), `longest_run` (equal pitches), `pitches` (different)."""


def key_of(notes: Sequence[Sung]) -> tuple[int, str]:
    """The key that these notes suggest, by how long each pitch class sounds."""
    heard = np.zeros(12)
    for note in notes:
        heard[note.pitch % 12] += note.length
    return estimated_key(heard)


def _known(call: Sequence[Sung], notes: Sequence[Sung], size: int = 4) -> float:
    """Share of stretches of four notes (leaps and waits) that came before, in the call or the answer."""
    whole = [*call, *notes]
    shapes = [(b.pitch - a.pitch, b.time - a.time) for a, b in itertools.pairwise(whole)]
    grams = [tuple(shapes[i : i + size]) for i in range(len(shapes) - size + 1)]
    seen: set[Any] = set(grams[: max(0, len(call) - size)])
    hits = []
    for gram in grams[max(0, len(call) - size) :]:
        hits.append(gram in seen)
        seen.add(gram)
    return float(np.mean(hits)) if hits else 0.0


def _longest_run(pitches: Sequence[int]) -> int:
    longest = run = 1
    for a, b in itertools.pairwise(pitches):
        run = run + 1 if a == b else 1
        longest = max(longest, run)
    return longest


def _leaps(lines: Sequence[Sequence[Sung]]) -> Array:
    return np.array([b.pitch - a.pitch for line in lines for a, b in itertools.pairwise(line)])


def _waits(lines: Sequence[Sequence[Sung]]) -> Array:
    waits = [b.time - a.time for line in lines for a, b in itertools.pairwise(line)]
    return np.array(waits) / STEP_TWELFTHS


def _degrees(exchanges: Sequence[Exchange], lines: Sequence[Sequence[Sung]]) -> Array:
    tonics = [key_of(given.call)[0] for given in exchanges]
    return np.array([(n.pitch - tonic) % 12 for tonic, line in zip(tonics, lines, strict=True) for n in line], int)


def _share(values: Array, size: int) -> Array:
    counts: Array = np.bincount(values.astype(int), minlength=size) / max(1, len(values))
    return counts


def _earth_moved(one: Array, two: Array) -> float:
    """The first Wasserstein distance of two samples."""
    if not len(one) or not len(two):
        return float("nan")
    edges = np.sort(np.concatenate([one, two]))
    below = [np.searchsorted(np.sort(each), edges[:-1], side="right") / len(each) for each in (one, two)]
    return float((np.abs(below[0] - below[1]) * np.diff(edges)).sum())


def judge_answers(model: MelodyModel, tunes: Sequence[Tune], temperature: float, seed: int) -> dict[str, Any]:
    """Answers to the calls of these tunes beside the humans' (whose distances are of one half of them to the other)."""
    given = [each for tune in tunes if (each := exchange_of(tune))]
    if not given:
        return {}
    answers = [answered(model, each, temperature, seed * 1000 + number) for number, each in enumerate(given)]
    humans = [each.follow for each in given]
    apart = distances(given[::2], humans[::2], given[1::2]) if len(given) > 1 else {}
    return {
        "calls": len(given),
        "model": means(given, answers) | distances(given, answers, given),
        "human": means(given, humans) | apart,
    }
