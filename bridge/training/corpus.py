"""Tunes as arrays, one cell a sixteenth.

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
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.corpus.jam import is_jam
from bridge.corpus.pack import is_pack
from bridge.music.harmony import parse_chord
from bridge.music.vocabulary import (
    BASS_HIGH,
    BASS_LOW,
    CHORDS,
    HOLD,
    NO_CHORD,
    PERIOD,
    PLACE_WIDTH,
    REST,
    Spot,
    chord_class,
    chord_pitch_classes,
    genre_index,
    onset,
    place_features,
)

COPYLEFT = ("nottingham", "tuneworks", "oldtime_rjl20")
COPYRIGHT = ("pop909", "rs200", "wjazzd")
"""Licensed annotations of works in copyright (billboard_chords is one too, and has no melody)."""
CLEAN = ("openewld", "openhymnal", "openscore_lieder", "bach_chorales", "oneill1850", "ryan", "aird")
"""Sources under open licences without copyleft, or in the public domain: what the default model may learn from."""
SETS = {"default": CLEAN, "folk": CLEAN + COPYLEFT, "pop": CLEAN + COPYRIGHT}
"""Weights are kept apart by what they learned from, so that any can be withdrawn."""
SURE = 0.6  # `bass_quality` from which an estimated bass is believed
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
    spots: Array  # (steps, 4) step in the bar, numerator, denominator, bar modulo PERIOD
    places: Array  # (steps, PLACE_WIDTH) bytes, see `place_bytes`
    coming: Array  # (steps, 12) share of the coming beat's melody in each pitch class, at decisions only
    rounded: int
    """Melody notes moved onto the grid."""
    notes: tuple[tuple[float, float, int], ...] = ()
    """The melody as it was, (onset, duration, pitch), in sixteenths; thirds of one for triplets."""
    bars: tuple[float, ...] = ()
    """The onset of every bar, in sixteenths."""
    meter: tuple[int, int] = (4, 4)
    family: str = ""
    """Variants of one tune share it; splits never divide it."""

    @property
    def genre_index(self) -> int:
        """The place of the genre in `vocabulary.GENRES`, -1 for a foreign one."""
        return genre_index(self.genre)

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


def files(path: Path, sources: Sequence[str] | None = None) -> list[Path]:
    """The pack files at a path: itself, or those of a folder, all or of these sources. Raises CorpusError."""
    if path.is_file():
        return [path]
    if sources is None:
        found = sorted(each for each in path.glob("*.jsonl*") if is_pack(each) and not is_jam(each))
        if not found:
            raise CorpusError(f"{path} has no *.jsonl.gz; name a folder or file of tunes with --data")
        return found
    found = []
    for source in sources:
        some = sorted(path.glob(f"*_{source}.jsonl.gz"))
        if not some:
            raise CorpusError(f"{path} has no file *_{source}.jsonl.gz; name a folder of tunes with --data")
        found += some
    return found


def records(path: Path, sources: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The records of a pack file or of a folder of them, all or of these sources. Raises CorpusError."""
    for file in files(path, sources):
        try:
            with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open() as lines:
                for line in lines:
                    record = json.loads(line)
                    if sources is None or record.get("source") in sources:
                        yield record
        except (OSError, ValueError, EOFError) as error:
            raise CorpusError(f"{file} is no file of tunes ({error}); see docs/corpus.md") from error


def read(path: Path, sources: Sequence[str] | None = CLEAN, splits: Iterable[str] = ("train",)) -> list[Tune]:
    """Every tune with a melody, of these sources (None: all that are there) and splits. Raises CorpusError."""
    wanted = set(splits)
    return [tune_of(r) for r in records(path, sources) if r["split"] in wanted and r["melody"]]


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
    if record.get("bass") and (record.get("bass_quality", 1) or 0) >= SURE:
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
        spots=np.array([(place.step, numerator, denominator, place.bar) for place in places], np.int16),
        places=np.array([place_bytes(place) for place in places], np.uint8).reshape(steps, PLACE_WIDTH),
        coming=_coming(sounding, decisions),
        rounded=sum(o != int(o) for o, _, _ in notes),
        notes=tuple((float(o), float(d), int(p)) for o, d, p in sorted(map(tuple, notes))),
        bars=tuple(map(float, record["bars"])),
        meter=(numerator, denominator),
        family=str(record.get("group", record["id"])),
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


@lru_cache(maxsize=4096)
def place_bytes(place: Spot) -> tuple[int, ...]:
    """Place features as bytes; the last but one in hundredths, the last in sixteenths."""
    features = place_features(place)
    return (*map(int, features[:-2]), round(100 * features[-2]), min(255, round(16 * features[-1])))


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
        yield _spot(within, numerator, denominator, index % PERIOD)


_spot = lru_cache(maxsize=4096)(Spot)


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
