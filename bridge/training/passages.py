"""What was played, as the tuner remembers it and as the rewards read it; what people played to the same tunes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.vocabulary import GENRES, NO_CHORD
from bridge.training import rewards_band
from bridge.training.bass import bass_figures, pitches_of
from bridge.training.chords import chord_figures
from bridge.training.corpus import Tune
from bridge.training.genres import place_of
from bridge.training.measures import Performance, human
from bridge.training.rewards_band import Passage

Array = NDArray[Any]
Batch = dict[str, Array]
AFTER = 8  # sixteenths over which it is seen how well the player is foreseen, given what was played
KINDS = len(GENRES) + 1


def figures_of(ours: Sequence[Performance], theirs: Sequence[Performance]) -> dict[str, float]:
    """What a validation says, by the code of `improv evaluate`."""
    chords, bass = chord_figures(ours, theirs), bass_figures(ours, theirs)
    names = ("note_in_chord_share", "chord_length_entropy_minus_human", "chord_length_emd_beats",
             "onset_interval_emd_x1000", "pitch_classes_per_chord", "distinct_chords_share", "chord_changes_per_beat",
             "changes_on_bar_lines_share", "repeated_chord_share", "falling_fifth_share")  # fmt: skip
    found = {name: chords[name] for name in names}
    found |= {name: bass[name] for name in ("parallel_fifths_per_100_moves", "parallel_octaves_per_100_moves")}
    return {f"valid_{name}": float(value) for name, value in found.items() if value is not None}


def episodes_of(rows: Batch, found: Batch, gain: Array, log_p: Array) -> Batch:
    """What the tuner remembers of windows that were played; `gain` is how much better the player was foreseen."""
    beats = np.maximum(rows["beats"], 0)
    at = np.arange(len(beats))[:, None], beats
    steps = gain.shape[1]
    summed = np.concatenate([np.zeros((len(beats), 1)), np.cumsum(gain * rows["valid"], axis=1)], axis=1)
    first, last = np.minimum(beats + 1, steps), np.minimum(beats + 1 + AFTER, steps)
    place = rows["place"][at]
    heard = (rows["beats"] >= 0) & (found["last"] >= 0)
    told = place[..., -7:-3].any(-1)
    bar = np.where(told, place[..., -7:-3].argmax(-1) + 4 * place[..., -3].astype(int), -1)
    per_beat = np.where(place[..., 3] > 0, 6, 4)
    return {
        "actions": found["chord"].astype(np.int32),
        "valid": (heard * rows["valid"][at]).astype(np.float32),
        "output": found["output"].astype(np.float16),
        "log_p": log_p.astype(np.float16),
        "before": found["before"],
        "age": np.round(found["age"] / per_beat).astype(np.int32),
        "coming": rows["coming"][at],
        "place": place_of(place),
        "bar": bar,
        "genre": rows["genre"],
        "low": np.stack([pitches_of(line) for line in found["bass"]])[at],
        "high": np.stack([pitches_of(line) for line in rows["melody"]])[at],
        "foreseen": (np.take_along_axis(summed, last, 1) - np.take_along_axis(summed, first, 1)) / AFTER,
    }


def passage_of(episodes: Batch) -> Passage:
    """The same as the rewards read it."""
    names = ("before", "age", "coming", "place", "bar", "genre", "low", "high", "foreseen", "valid")
    return Passage(chord=episodes["actions"], **{name: episodes[name] for name in names})


def human_passage(tune: Tune) -> Passage:
    """What people played to a tune, as one episode."""
    theirs = human(tune, tune.steps)
    beats = theirs.beats
    chord = theirs.chords[beats].astype(np.int64)
    before = np.concatenate([[NO_CHORD], chord[:-1]])
    age, held = np.zeros(len(chord), np.int64), 0
    for number in range(1, len(chord)):
        held = held + 1 if number == 1 or chord[number - 1] == chord[number - 2] else 1
        age[number] = held
    empty = np.full((1, len(chord)), -1)
    return Passage(
        chord=chord[None],
        before=before[None],
        age=age[None],
        coming=tune.coming[beats][None],
        place=place_of(tune.places[beats])[None],
        bar=tune.spots[beats, 3].astype(np.int64)[None],
        genre=np.array([tune.genre_index]),
        low=empty,
        high=empty,
        foreseen=np.zeros((1, len(chord))),
        valid=np.ones((1, len(chord))),
    )


def human_habits(tunes: Sequence[Tune]) -> tuple[Array, Array, Array]:
    """Of people, over all tunes that have chords: the two counts of `rewards_band.habits`, and `lengths`."""
    none = np.zeros((KINDS, 3, rewards_band.AGES))
    counts, moves, lengths = none, none, np.zeros(33)
    for tune in tunes:
        if not tune.dup and (tune.chords >= 0).any():
            played = human_passage(tune)
            found = rewards_band.habits(played, KINDS)
            counts, moves = counts + found[0], moves + found[1]
            lengths = lengths + rewards_band.lengths(played)
    return counts, moves, lengths
