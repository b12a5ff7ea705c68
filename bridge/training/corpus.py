"""Tunes as arrays, one cell a sixteenth; windows of them as training batches.

The format that `--data DIR` names: any number of files `{tier}_{source}.jsonl.gz`, one JSON record a line.
Times are in sixteenths from the tune's start (rounded here; off-grid notes are counted). Keys used:
`source`, `id`, `genre` (a path such as `folk/irish`), `licence`, `meter` ("6/8"), `bars` (the onset of every bar;
what comes before the first is a pick-up), `melody` and optionally `bass` (lists of [onset, duration, pitch]),
optionally `chords` (a list of [onset, symbol], each holding until the next; symbols as in `music/harmony.py`), `split`
(train, valid or test), optionally `dup` (skipped in training).
Transposition comes after splitting, never before it.
"""

from __future__ import annotations

import gzip
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.harmony import parse_chord
from bridge.music.vocabulary import (
    BASS_HIGH,
    BASS_LOW,
    CHORDS,
    FIRST_ONSET,
    HOLD,
    NO_CHORD,
    PLACE_WIDTH,
    REST,
    Spot,
    chord_class,
    chord_pitch_classes,
    onset,
    place_features,
)

CLEAN = ("openewld", "openhymnal", "openscore_lieder", "bach_chorales", "oneill1850", "ryan", "aird")
"""Sources under open licences without copyleft, or in the public domain: what the default model may learn from."""
UNKNOWN = -1  # where a tune carries no chord or no bass: masked in the loss
PITCH_CLASSES = np.array(
    [[float(p in chord_pitch_classes(c)) for p in range(12)] for c in range(CHORDS)], np.float32
)  # (chords, 12)

Array = NDArray[Any]


class CorpusError(ValueError):
    """The data folder or a record in it cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Tune:
    """One piece on the grid of sixteenths; every array has one cell a step."""

    source: str
    name: str
    genre: str
    licence: str
    split: str
    dup: bool
    melody: Array  # (steps,) tokens
    sounding: Array  # (steps,) pitch class of the melody, -1 where silent
    chords: Array  # (steps,) chord classes, UNKNOWN where not given
    bass: Array  # (steps,) tokens, UNKNOWN where not given
    spots: Array  # (steps, 3) step in the bar, numerator, denominator
    places: Array  # (steps, PLACE_WIDTH) bytes, see `place_bytes`
    coming: Array  # (steps, 12) share of the coming beat's melody in each pitch class, at decisions only
    rounded: int
    """Melody notes moved onto the grid."""

    @property
    def steps(self) -> int:
        """Sixteenths in the piece."""
        return len(self.melody)

    @property
    def decisions(self) -> Array:
        """Whether a chord is decided, (steps,)."""
        return self.places[:, 0] > 0

    @property
    def starts(self) -> Array:
        """The steps at which a bar begins."""
        return np.flatnonzero(self.places[:, 1])


def read(folder: Path, sources: Sequence[str] = CLEAN, splits: Iterable[str] = ("train",)) -> list[Tune]:
    """Every tune of these sources and splits. Raises CorpusError if the folder has no file of a source."""
    wanted, tunes = set(splits), []
    for source in sources:
        files = sorted(folder.glob(f"*_{source}.jsonl.gz"))
        if not files:
            raise CorpusError(f"{folder} has no file *_{source}.jsonl.gz; name a folder of tunes with --data")
        for path in files:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                records = (json.loads(line) for line in lines)
                tunes += [tune_of(r) for r in records if r["split"] in wanted and r["melody"]]
    return tunes


def tune_of(record: dict[str, Any]) -> Tune:
    """A record on the grid."""
    notes = record["melody"]
    last = max(onset_ + duration for onset_, duration, _ in notes)
    steps = max(1, round(max(last, record["bars"][-1] if record["bars"] else 0)))
    numerator, denominator = (int(x) for x in record["meter"].split("/"))
    places = list(_places(record["bars"], steps, numerator, denominator))
    decisions = [place.on_beat for place in places]
    melody, pitches = line_tokens(notes, steps)
    sounding = np.where(pitches >= 0, pitches % 12, -1).astype(np.int8)
    bass = np.full(steps, UNKNOWN, np.int16)
    if record.get("bass"):
        bass, _ = line_tokens([(o, d, fold(p, BASS_LOW, BASS_HIGH)) for o, d, p in record["bass"]], steps)
    return Tune(
        source=record["source"],
        name=record.get("title") or record["id"],
        genre=record["genre"],
        licence=record.get("licence", ""),
        split=record["split"],
        dup=bool(record.get("dup")),
        melody=melody,
        sounding=sounding,
        chords=_chords(record.get("chords") or [], steps),
        bass=bass,
        spots=np.array([(place.step, numerator, denominator) for place in places], np.int16),
        places=np.array([place_bytes(place) for place in places], np.uint8).reshape(steps, PLACE_WIDTH),
        coming=_coming(sounding, decisions),
        rounded=sum(o != int(o) for o, _, _ in notes),
    )


def fold(pitch: int, low: int, high: int) -> int:
    """A pitch moved by octaves into low..high."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def line_tokens(notes: Iterable[Sequence[float]], steps: int) -> tuple[Array, Array]:
    """A line's token and its sounding pitch (-1: none) at every step; a later note cuts an earlier one."""
    tokens, pitches = np.full(steps, REST, np.int16), np.full(steps, -1, np.int16)
    for start, duration, pitch in sorted(map(tuple, notes)):
        first = min(round(start), steps - 1)
        last = min(max(first + 1, round(start + duration)), steps)
        tokens[first:], pitches[first:] = REST, -1
        tokens[first:last], pitches[first:last] = HOLD, pitch
        tokens[first] = onset(int(pitch))
    return tokens, pitches


def place_bytes(place: Spot) -> list[int]:
    """Place features as bytes; the last but one in hundredths, the last in sixteenths."""
    features = place_features(place)
    return [int(x) for x in features[:-2]] + [round(100 * features[-2]), min(255, round(16 * features[-1]))]


def place_floats(places: Array) -> Array:
    """The inverse of `place_bytes`, (..., PLACE_WIDTH) float32."""
    floats = places.astype(np.float32)
    floats[..., -2] /= 100
    floats[..., -1] /= 16
    return floats


def _places(bars: Sequence[float], steps: int, numerator: int, denominator: int) -> Iterator[Spot]:
    """The place of every step; a pick-up lies at its bar's end."""
    bar = Spot(0, numerator, denominator).bar_steps
    onsets = [round(b) for b in bars] or [0]
    for step in range(steps):
        index = bisect_right(onsets, step) - 1
        within = step - onsets[index] if index >= 0 else (step - onsets[0]) % bar
        yield Spot(within, numerator, denominator)


def _chords(changes: Sequence[tuple[float, str]], steps: int) -> Array:
    chords = np.full(steps, UNKNOWN, np.int8)
    for start, symbol in sorted(changes):
        chords[min(round(start), steps) :] = chord_class(parse_chord(symbol))
    return chords


def _coming(sounding: Array, decisions: Sequence[bool]) -> Array:
    """At each decision, how the melody until the next one spreads over the pitch classes; rows sum to 1 or are 0."""
    coming = np.zeros((len(sounding), 12), np.float32)
    edges = [*np.flatnonzero(decisions), len(sounding)]
    for start, stop in pairwise(edges):
        heard = sounding[start:stop]
        heard = heard[heard >= 0]
        if len(heard):
            coming[start] = np.bincount(heard, minlength=12) / len(heard)
    return coming


def transposed_line(tokens: Array, shift: int) -> Array:
    """Tokens moved by semitones; an onset pushed outside 0-127 comes back by an octave."""
    moved = tokens + shift
    moved = np.where(moved > 129, moved - 12, np.where(moved < 2, moved + 12, moved))
    return np.where(tokens >= 2, moved, tokens)


def transposed_chords(chords: Array, shift: int) -> Array:
    """Chord classes moved by semitones; UNKNOWN and NO_CHORD stay."""
    return np.where((chords >= 0) & (chords < NO_CHORD), (chords + 8 * shift) % NO_CHORD, chords)


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
        return window(tune, start, self.steps, shift=int(random.integers(-5, 7)))


def window(tune: Tune, start: int, steps: int, shift: int = 0) -> dict[str, Array]:
    """`steps` steps from `start`, transposed; beyond the tune's end `valid` is 0.

    The melody is given twice: `heard` (the token of the step before, REST at the start) and `melody` (what comes).
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
    missing = steps - len(melody)
    fill = {"heard": REST, "melody": REST, "chord": UNKNOWN, "bass": UNKNOWN}
    return {
        key: np.pad(x, [(0, missing)] + [(0, 0)] * (x.ndim - 1), constant_values=fill.get(key, 0))
        for key, x in row.items()
    }
