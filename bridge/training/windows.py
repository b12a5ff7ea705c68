"""Windows of tunes as training batches: genres by weight, transposed, from anywhere or from the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.vocabulary import BASS_HIGH, BASS_LOW, FIRST_ONSET, NO_CHORD, REST, onset
from bridge.training.corpus import UNKNOWN, Tune, place_floats, transposed_chords, transposed_line
from bridge.training.rewards import parse_weights

Array = NDArray[Any]
BAR_CELLS = slice(-7, -2)  # of the place features: the bar modulo 4, and which half of eight
UNTOLD = 0.15  # share of the windows without their genre, and of those without their bar numbers: players say neither
MIXES = {
    "default": {"standards": 0.25, "hymn": 0.15, "chorale": 0.15, "artsong": 0.2, "folk": 0.25},
    "folk": {"standards": 0.1, "hymn": 0.1, "chorale": 0.05, "artsong": 0.05, "folk": 0.7},
    "pop": {"standards": 0.15, "hymn": 0.05, "artsong": 0.05, "folk": 0.05, "pop": 0.4, "rock": 0.1, "jazz": 0.2},
}
"""Share of the windows by genre, for each set of sources."""


def mix_of(rights: str, other: str) -> dict[str, float]:
    """The mix of a set, but for the shares that `other` (`artsong=0.4,folk=0.1`) names. Raises ModelError."""
    return parse_weights(other, MIXES[rights], "genre")


@dataclass(slots=True)
class Windows:
    """An endless stream of batches: genres by weight, tunes evenly within one, windows from anywhere or the start."""

    tunes: list[Tune]
    steps: int
    weights: dict[str, float]
    """Weight by the first part of the genre (`folk` of `folk/irish`)."""
    cold: float = 0.5
    """Share of windows that start where the tune starts."""
    seed: int = 0
    jumps: float = 0.0
    """Share of windows whose key jumps at some bar line, so that whoever plays along learns to follow."""
    shelves: dict[str, list[Tune]] = field(init=False)

    def __post_init__(self) -> None:
        self.shelves = {}
        for tune in self.tunes:
            if not tune.dup:
                self.shelves.setdefault(tune.genre.split("/")[0], []).append(tune)

    def batch(self, size: int, number: int) -> dict[str, Array]:
        """Batch `number`, (size, steps, ...): a pure function of the seed and the number."""
        random = np.random.default_rng((self.seed, number))
        genres = sorted(self.shelves)
        weights = np.array([self.weights.get(genre, 0.1) for genre in genres])
        rows = []
        for genre in random.choice(len(genres), size, p=weights / weights.sum()):
            shelf = self.shelves[genres[genre]]
            rows.append(self._row(shelf[random.integers(len(shelf))], random))
        return {key: np.stack([row[key] for row in rows]) for key in rows[0]}

    def _row(self, tune: Tune, random: np.random.Generator) -> dict[str, Array]:
        late = tune.starts[tune.starts < tune.steps - self.steps // 2]
        start = 0 if random.random() < self.cold or not len(late) else int(late[random.integers(len(late))])
        shift = int(random.integers(-5, 7))
        row = window(tune, start, self.steps, shift)
        if self.jumps and random.random() < self.jumps:
            bars = np.flatnonzero(row["place"][: tune.steps - start, 1])
            if len(bars) > 2:
                later = window(tune, start, self.steps, shift + int(random.integers(1, 12)) - 12 * (shift > 0))
                row = spliced(row, later, int(bars[random.integers(1, len(bars))]))
        if random.random() < UNTOLD:
            row["genre"] = np.array(-1)
        if random.random() < UNTOLD:
            row["place"][:, BAR_CELLS] = 0
        return row


def spliced(row: dict[str, Array], later: dict[str, Array], step: int) -> dict[str, Array]:
    """A window that is `row` until `step` and `later` from there on; a held note and the chord before stay as heard."""
    whole = ("beats", "genre")
    made = {key: x if key in whole else np.concatenate([x[:step], later[key][step:]]) for key, x in row.items()}
    made["heard"][step], made["before"][step] = row["heard"][step], row["before"][step]
    return made


def window(tune: Tune, start: int, steps: int, shift: int = 0) -> dict[str, Array]:
    """`steps` steps from `start`, transposed; beyond the tune's end `valid` is 0.

    The melody is given twice: `heard` (the token of the step before, REST at the start) and `melody` (what comes).
    `beats` are the steps at which chords are decided, (steps // 4 + 1,), -1 where there are no more.
    """
    part = slice(start, start + steps)
    melody = transposed_line(tune.melody[part].astype(np.int32), shift)
    before = transposed_line(tune.melody[max(0, start - 1) : start].astype(np.int32), shift)
    heard = np.concatenate([before if start else np.array([REST]), melody])[: len(melody)]
    bass = transposed_line(tune.bass[part].astype(np.int32), shift)
    bass = np.where(bass > onset(BASS_HIGH), bass - 12, bass)
    bass = np.where((bass >= FIRST_ONSET) & (bass < onset(BASS_LOW)), bass + 12, bass)
    row = {
        "heard": heard,
        "melody": melody,
        "chord": transposed_chords(tune.chords[part].astype(np.int32), shift),
        "bass": bass,
        "place": place_floats(tune.places[part]),
        "coming": np.roll(tune.coming[part], shift, axis=1),
        "valid": np.ones(len(melody), np.float32),
    }
    row |= _decisions(row)
    missing = steps - len(melody)
    fill = {"heard": REST, "melody": REST, "chord": UNKNOWN, "bass": UNKNOWN, "before": NO_CHORD}
    padded = {
        key: np.pad(x, [(0, missing)] + [(0, 0)] * (x.ndim - 1), constant_values=fill.get(key, 0))
        for key, x in row.items()
    }
    beats = np.flatnonzero(padded["place"][:, 0])
    padded["beats"] = np.concatenate([beats, np.full(steps // 4 + 1, -1)])[: steps // 4 + 1]
    padded["genre"] = np.array(tune.genre_index)
    return padded


def _decisions(row: dict[str, Array]) -> dict[str, Array]:
    """Of the human chords, (steps,): the one that sounded before each decision, and for how many steps it had."""
    chord, decides = row["chord"], row["place"][:, 0] > 0
    before, age = np.full(len(chord), NO_CHORD, np.int32), np.zeros(len(chord), np.int32)
    current, held = NO_CHORD, 0
    for step in range(len(chord)):
        before[step], age[step] = current, held
        if decides[step] and chord[step] >= 0 and chord[step] != current:
            current, held = chord[step], 0
        held = min(held + 1, 64)
    return {"before": before, "age": age}
