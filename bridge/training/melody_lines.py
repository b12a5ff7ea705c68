"""Melodies as the melody model learns them: one row a note, made by the very functions that playing uses.

A row is what is seen at the onset, what then came (time to the next onset, sounding length, next leap), and what is
seen of the next onset. The last note of a tune has no row: nothing follows it. The first is heard and never predicted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.melody_notes import (
    AHEAD_BAR_AT,
    AHEAD_SIZES,
    BAR_AT,
    GENRE_AT,
    HEARD_FLOATS,
    HEARD_SIZES,
    LEGATO,
    LONGEST,
    NO_BAR,
    NO_GENRE,
    OTHER_WAIT,
    STEP_TWELFTHS,
    WAITS,
    Past,
    Where,
    ahead,
    hear,
    leap_class,
    length_class,
    wait_class,
)
from bridge.music.vocabulary import GENRES
from bridge.training.corpus import Tune

Array = NDArray[Any]
SHARES = {
    "folk": 0.35, "artsong": 0.25, "standards": 0.15, "hymn": 0.1, "chorale": 0.15,
    "pop": 0.3, "rock": 0.15, "jazz": 0.2,
}  # fmt: skip
"""Share of the windows by genre (they need not sum to 1)."""
UNTOLD = 0.15  # share of the windows without their genre, and of those without bar numbers: players may say neither
ESCAPES = np.array([1.0 / (wait + 12) ** 2 for wait in range(1, LONGEST + 1) if wait not in WAITS])
ESCAPE_BITS = dict(
    zip(
        (wait for wait in range(1, LONGEST + 1) if wait not in WAITS),
        (-np.log2(ESCAPES / ESCAPES.sum())).tolist(),
        strict=True,
    )
)  # what it costs to name a wait that has no class of its own, given that it has none; the same for every model judged


@dataclass(frozen=True, slots=True)
class Line:
    """A tune's melody in notes; arrays have one cell a note, those of what came one less."""

    genre: int
    times: Array  # (notes,) twelfths
    pitches: Array  # (notes,)
    wheres: tuple[Where, ...]
    heard: Array  # (notes, integers) uint8
    floats: Array  # (notes, HEARD_FLOATS) float16
    ahead: Array  # (notes - 1, integers) uint8
    waits: Array  # (notes - 1,) classes
    lengths: Array  # (notes - 1,) classes
    leaps: Array  # (notes - 1,) classes
    escapes: Array  # (notes - 1,) bits that name a wait without a class, 0 for the others
    steps: int
    """Sixteenths from the first onset to the last."""

    @property
    def on_grid(self) -> bool:
        """Whether every onset, and every end that silence follows, lies on a sixteenth."""
        rests = self.lengths[self.lengths > LEGATO]
        return bool((self.times % STEP_TWELFTHS == 0).all() and (np.array(WAITS)[rests - 1] % STEP_TWELFTHS == 0).all())


def places(times: Sequence[int], bars: Sequence[int], numerator: int, denominator: int) -> tuple[Where, ...]:
    """Where each time lies by the onsets of the bars, in twelfths; a pick-up lies at its bar's end."""
    edges = list(bars) or [0]
    length = Where(0, numerator, denominator).length
    found = []
    for time in times:
        number = bisect_right(edges, time) - 1
        phase = time - edges[number] if number >= 0 else (time - edges[0]) % length
        found.append(Where(phase, numerator, denominator, number))
    return tuple(found)


def line_of(notes: Sequence[Sequence[float]], bars: Sequence[float], meter: tuple[int, int], genre: int) -> Line | None:
    """A melody's rows; times come in sixteenths. None where fewer than two notes follow each other."""
    clear: dict[int, tuple[int, int]] = {}
    for onset, duration, pitch in notes:  # of two at once the longer one counts
        time, length = round(3 * onset), max(1, round(3 * duration))
        clear[time] = max(clear.get(time, (0, 0)), (length, int(pitch)))
    times = sorted(clear)
    if len(times) < 2:
        return None
    wheres = places(times, [round(3 * bar) for bar in bars], *meter)
    past, length = Past(), LEGATO
    heard, floats, coming, truths, escapes = [], [], [], [], []
    for number, time in enumerate(times):
        past, sight = hear(past, time, clear[time][1], wheres[number], length, genre)
        heard.append(sight.ints)
        floats.append(sight.floats)
        if number + 1 == len(times):
            break
        wait = min(LONGEST, times[number + 1] - time)
        length = length_class(clear[time][0], wait)
        coming.append(ahead(past, wait, wheres[number + 1], rests=length != LEGATO))
        leap = leap_class(clear[times[number + 1]][1] - clear[time][1])
        truths.append((wait_class(wait), length, leap))
        escapes.append(ESCAPE_BITS[wait] if wait_class(wait) == OTHER_WAIT else 0.0)
    waits, lengths, leaps = np.array(truths).T
    return Line(
        genre, np.array(times), np.array([clear[time][1] for time in times]), wheres,
        np.array(heard, np.uint8), np.array(floats, np.float16), np.array(coming, np.uint8),
        waits, lengths, leaps, np.array(escapes), max(1, (times[-1] - times[0]) // STEP_TWELFTHS),
    )  # fmt: skip


def lines_of(tunes: Sequence[Tune], tick: Callable[[int], None] = lambda done: None) -> list[Line]:
    """The melodies of these tunes; `tick` is told how many are done."""
    found = []
    for number, tune in enumerate(tunes):
        line = line_of(tune.notes, tune.bars, tune.meter, tune.genre_index)
        found += [line] if line else []
        tick(number + 1)
    return found


class Phrases:
    """An endless stream of batches: genres by share, tunes by the square root of their length, from anywhere."""

    def __init__(self, lines: Sequence[Line], notes: int, seed: int) -> None:
        self.notes, self.seed = notes, seed
        self.shelves: dict[int, list[Line]] = {}
        for line in lines:
            self.shelves.setdefault(line.genre, []).append(line)
        self.genres = sorted(self.shelves)
        shares = np.array([SHARES.get(GENRES[genre], 0.1) if genre >= 0 else 0.1 for genre in self.genres])
        self.shares = shares / shares.sum()
        self.chances = {genre: _chances(shelf) for genre, shelf in self.shelves.items()}

    def batch(self, size: int, number: int) -> dict[str, Array]:
        """Batch `number`, (size, notes, ...): a pure function of the seed and the number."""
        random = np.random.default_rng((self.seed, number))
        rows = []
        for line in self.some(size, random):
            late = max(0, len(line.waits) - self.notes)
            start = 0 if random.random() < 0.3 else int(random.integers(late + 1))
            row = rows_of(line, start, self.notes)
            if random.random() < UNTOLD:
                row["heard"][:, GENRE_AT] = NO_GENRE
            if random.random() < UNTOLD:
                row["heard"][:, BAR_AT], row["ahead"][:, AHEAD_BAR_AT] = NO_BAR, NO_BAR
            rows.append(row)
        return {key: np.stack([row[key] for row in rows]) for key in rows[0]}

    def some(self, size: int, random: np.random.Generator) -> Iterator[Line]:
        """So many lines."""
        for choice in random.choice(len(self.genres), size, p=self.shares):
            genre = self.genres[choice]
            yield self.shelves[genre][random.choice(len(self.shelves[genre]), p=self.chances[genre])]


def _chances(shelf: Sequence[Line]) -> Array:
    weights = np.sqrt([len(line.waits) for line in shelf])
    chances: Array = weights / weights.sum()
    return chances


def rows_of(line: Line, start: int, notes: int) -> dict[str, Array]:
    """`notes` rows from `start`; beyond the tune's end `valid` is 0."""
    part = slice(start, start + notes)
    heard = line.heard[part][: len(line.waits[part])].astype(np.int32)
    row = {
        "heard": heard,
        "floats": line.floats[part][: len(heard)].astype(np.float32),
        "ahead": line.ahead[part].astype(np.int32),
        "truth": np.stack([line.waits, line.lengths, line.leaps], axis=1)[part].astype(np.int32),
        "valid": np.ones(len(heard), np.float32),
    }
    return {key: np.pad(x, [(0, notes - len(x))] + [(0, 0)] * (x.ndim - 1)) for key, x in row.items()}


__all__ = ["AHEAD_SIZES", "HEARD_FLOATS", "HEARD_SIZES", "Line", "Phrases", "line_of", "lines_of", "rows_of"]
