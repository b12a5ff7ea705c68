"""How a bass line sits: on the chords it was played with, against the melody, and beside the basses of humans.

Strong beats are the first of the bar and its middle one. A move is from one beat to the next where melody and bass
both sound and both change; it is parallel where both go the same way, a fifth or an octave apart before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bridge.music.vocabulary import FIRST_ONSET, HOLD, NO_CHORD, REST
from bridge.training.corpus import PITCH_CLASSES
from bridge.training.measures import Performance
from bridge.training.tally import Figures, Tally, earth_movers_distance, histogram, ratio

Array = Any
WIDEST = 13  # semitones; wider leaps of the bass share a bin on either side
LATEST = 33  # sixteenths; later onsets share a bin
FIFTH, OCTAVE = 7, 0  # semitones modulo 12
LEVELS = {
    "lowest_pitch": 0,
    "pitch_5_percent": 5,
    "pitch_median": 50,
    "pitch_95_percent": 95,
    "highest_pitch": 100,
}  # name -> the percentage of notes that lie at or below


def pitches_of(tokens: Array) -> Array:
    """The pitch that sounds at every step of a line, -1 for none, (steps,)."""
    pitches, sounding = np.full(len(tokens), -1), -1
    for step, token in enumerate(tokens):
        if token >= FIRST_ONSET:
            sounding = int(token) - FIRST_ONSET
        elif token != HOLD:
            sounding = -1
        pitches[step] = sounding
    return pitches


def strong(played: Performance) -> Array:
    """The steps of strong beats."""
    places = played.tune.places[: len(played.chords)]
    return np.flatnonzero((places[:, 1] > 0) | (places[:, 2] > 0))


def has_bass(played: Performance) -> bool:
    """Whether any bass note sounds."""
    return bool(len(played.bass)) and bool((played.bass >= FIRST_ONSET).any())


def onsets(played: Performance) -> list[tuple[int, int]]:
    """(step, pitch) of every bass note."""
    return [(step, int(token) - FIRST_ONSET) for step, token in enumerate(played.bass) if token >= FIRST_ONSET]


def on_strong_beats(played: Performance) -> tuple[float | None, float | None]:
    """The shares of strong beats with chord and bass at which the bass is the root, and a chord tone."""
    low, steps = pitches_of(played.bass), strong(played)
    steps = steps[(low[steps] >= 0) & (played.chords[steps] != NO_CHORD)]
    if not len(steps):
        return None, None
    chords, classes = played.chords[steps], low[steps] % 12
    return float((classes == chords // 8).mean()), float((PITCH_CLASSES[chords, classes] > 0).mean())


def moves(played: Performance) -> tuple[int, int, int]:
    """(moves, of these parallel fifths, parallel octaves) between melody and bass, from beat to beat."""
    low, high = pitches_of(played.bass), pitches_of(played.tune.melody[: len(played.bass)])
    count = fifths = octaves = 0
    for a, b in pairwise(played.beats):
        if min(low[a], low[b], high[a], high[b]) < 0 or low[a] == low[b] or high[a] == high[b]:
            continue
        count += 1
        if (low[b] > low[a]) == (high[b] > high[a]):
            before, after = (high[a] - low[a]) % 12, (high[b] - low[b]) % 12
            fifths += before == after == FIFTH
            octaves += before == after == OCTAVE
    return count, int(fifths), int(octaves)


def repeats(played: Performance) -> float | None:
    """The share of bass notes, after the first, that repeat the last one's pitch."""
    line = [pitch for _, pitch in onsets(played)]
    return ratio(sum(a == b for a, b in pairwise(line)), len(line) - 1) if len(line) > 1 else None


def interval_counts(performances: Iterable[Performance]) -> Array:
    """How often the bass moves by -13 or less ... 13 semitones or more, (27,)."""
    lines = ([pitch for _, pitch in onsets(p)] for p in performances)
    return histogram((b - a for line in lines for a, b in pairwise(line)), -WIDEST, WIDEST)


def onset_gap_counts(performances: Iterable[Performance]) -> Array:
    """How often the next bass note comes after 1 ... 33 or more sixteenths, (33,)."""
    lines = ([step for step, _ in onsets(p)] for p in performances)
    return histogram((b - a for line in lines for a, b in pairwise(line)), 1, LATEST)


DISTANCES = {"pitch_interval_emd_semitones": interval_counts, "onset_gap_emd_sixteenths": onset_gap_counts}
"""Figures that compare histograms with those of human basses."""


def notes_a_beat(played: Performance) -> float | None:
    """Bass notes per beat."""
    return ratio(len(onsets(played)), len(played.beats))


def bass_figures(ours: Sequence[Performance], theirs: Sequence[Performance]) -> Figures:
    """Every figure of one player's bass; distances only over tunes that have a human bass."""
    heard = [p for p in ours if has_bass(p)]
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if has_bass(a) and has_bass(b)]
    tally = Tally()
    shares = [on_strong_beats(p) for p in heard]
    tally.mean("root_on_strong_beats_share", [root for root, _ in shares])
    tally.mean("chord_tone_on_strong_beats_share", [tone for _, tone in shares])
    counted = [moves(p) for p in heard]
    total, tunes = sum(m for m, _, _ in counted), sum(m > 0 for m, _, _ in counted)
    tally.put("moves_against_the_melody", total, tunes)
    tally.put("parallel_fifths_per_100_moves", ratio(100 * sum(f for _, f, _ in counted), total), tunes)
    tally.put("parallel_octaves_per_100_moves", ratio(100 * sum(o for _, _, o in counted), total), tunes)
    tally.mean("repeated_note_share", [repeats(p) for p in heard])
    tally.mean("notes_per_beat", [notes_a_beat(p) for p in heard])
    tally.mean("rest_share", [float((p.bass == REST).mean()) for p in heard])
    pitches = np.array([pitch for p in heard for _, pitch in onsets(p)])
    for name, part in LEVELS.items():
        tally.put(name, float(np.percentile(pitches, part)) if len(pitches) else None, len(heard))
    for name, counts in DISTANCES.items():
        distance = earth_movers_distance(counts(a for a, _ in pairs), counts(b for _, b in pairs))
        tally.put(name, distance, len(pairs))
    return {"tunes": len(heard), **tally.done()}
