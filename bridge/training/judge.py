"""The accompanist judged on held-out tunes: chords, bass, and how well it foresees the player; JSON-ready figures.

Each tune is played by the weight set that its genre selects when the band plays. Humans and baselines are judged by the
same code on the same tunes. Everything is free-running from a cold start unless its key says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.generators import shelf
from bridge.music.vocabulary import GENRES
from bridge.training.baselines import random_triads, roots_on_beats, rule
from bridge.training.bass import DISTANCES, bass_figures, has_bass, interval_counts, onset_gap_counts
from bridge.training.chords import (
    beats_to_recover,
    chord_figures,
    in_fours,
    lasting,
    length_counts,
    share_curve,
)
from bridge.training.corpus import CLEAN, COPYLEFT, COPYRIGHT, Tune
from bridge.training.measures import Performance, human
from bridge.training.perform import shifted
from bridge.training.play import CURVE, PRIMED, Played, Stage
from bridge.training.predict import prediction_figures
from bridge.training.tally import COUNTED

Figures = dict[str, Any]
PUBLISHED: Final = {
    "online_maximum_likelihood": 0.52,
    "realchords": 0.68,
    "realchords_multi_scale": 0.77,
    "offline_maximum_likelihood": 0.90,
}
"""Note-in-chord ratio as a share of the test set's own, 70.94 % (Wu et al., ICML 2024, table 1): other data."""
ABSENT: Final = ("note_in_chord_share", "note_in_chord_share_silence_missed", "distinct_chords_share",
                 "chord_length_entropy_minus_human", "chord_length_emd_beats", "onset_interval_emd_x1000",
                 "beats_on_the_human_root_share", "last_beat_on_the_human_root_share")  # fmt: skip
"""Comparisons with humans that say nothing of humans themselves."""


def has_chords(tune: Tune) -> bool:
    """Whether humans put chords to it."""
    return bool((tune.chords >= 0).any())


def genre_of(tune: Tune) -> str:
    """The first part of its genre path."""
    return tune.genre.split("/")[0]


def route(tune: Tune, sets: Iterable[str]) -> str:
    """The weight set that plays this tune: its genre's where that is there, else the first."""
    there = list(sets)
    wanted = shelf.set_of(GENRES[tune.genre_index] if tune.genre_index >= 0 else "")
    return wanted if wanted in there else there[0]


def rights_of(tune: Tune) -> str:
    """The group of sources that a tune comes from."""
    groups = {"clean": CLEAN, "copyleft": COPYLEFT, "copyright": COPYRIGHT}
    return next((name for name, sources in groups.items() if tune.source in sources), "unseen")


GROUPS: Final[dict[str, Callable[[Tune], str]]] = {
    "genres": genre_of,
    "splits": lambda tune: tune.split or "none",
    "sources_by_rights": rights_of,
}


def spread(tunes: Sequence[Tune], most: int) -> list[int]:
    """The places of at most `most` tunes of each genre, evenly spread over them."""
    shelves: dict[str, list[int]] = {}
    for place, tune in enumerate(tunes):
        shelves.setdefault(genre_of(tune), []).append(place)
    chosen = [[shelf_[i * len(shelf_) // most] for i in range(most)] if len(shelf_) > most else shelf_
              for shelf_ in shelves.values()]  # fmt: skip
    return sorted(place for places in chosen for place in places)


class Judge:
    """The performances of the routed models on the tunes, by way of playing, made once each."""

    def __init__(self, stage: Stage, sets: dict[str, Path], tunes: Sequence[Tune]) -> None:
        self.stage, self.sets, self.tunes = stage, sets, tunes
        self.theirs = [human(tune, stage.settings.steps) for tune in tunes]
        self.routes = [route(tune, sets) for tune in tunes]

    def routed(self, way: str, places: Sequence[int] | None = None) -> list[Played]:
        """What each tune's own set plays to it; `places`: of these tunes only, in their order."""
        chosen = list(range(len(self.tunes)) if places is None else places)
        found: dict[int, Played] = {}
        for name, folder in self.sets.items():
            mine = [place for place in chosen if self.routes[place] == name]
            played = self.stage.play(folder, way, [self.tunes[place] for place in mine]) if mine else []
            found |= dict(zip(mine, played, strict=True))
        return [found[place] for place in chosen]

    def whole(self, name: str, cold: Sequence[Played]) -> list[Played]:
        """What one set plays to every tune; what it played as the routed set is taken from `cold`."""
        others = [place for place, routed in enumerate(self.routes) if routed != name]
        played = iter(self.stage.play(self.sets[name], "cold", [self.tunes[place] for place in others]))
        return [cold[place] if routed == name else next(played) for place, routed in enumerate(self.routes)]


def judge(stage: Stage, sets: dict[str, Path], tunes: Sequence[Tune], *, baselines: bool = True) -> Figures:
    """The sections `accompaniment`, `bass` and `player` of the report."""
    known = [tune for tune in tunes if has_chords(tune)]
    bare = [tune for tune in tunes if not has_chords(tune)]
    court = Judge(stage, sets, known)
    cold = court.routed("cold")
    ours = [played.performance for played in cold]
    chords = chord_figures(ours, court.theirs) | {"human": of_humans(court.theirs)}
    chords["published_on_other_data"] = {"note_in_chord_share": PUBLISHED}
    if baselines:
        chords["baselines"] = _baselines(known, court.theirs, stage.settings.seed, stage.settings.steps)
    for group, name_of in GROUPS.items():
        chords[group] = _grouped(known, ours, court.theirs, name_of)
    chords["chord_lengths_in_beats"] = {"model": length_counts(ours), "human": length_counts(court.theirs)}
    chords |= {"start": _starts(court, ours), "jump": _jump(court), "blind": _blind(court, ours)}
    chords["weight_sets"] = _sets(court, cold)
    apart = Judge(stage, sets, [bare[i] for i in spread(bare, stage.settings.blind_tunes)])
    beyond = apart.routed("cold")
    alone = [played.performance for played in beyond]
    chords["tunes_without_human_chords"] = without(chord_figures(alone, apart.theirs), ABSENT)
    return {
        "accompaniment": chords,
        "bass": _bass(known, ours, court.theirs),
        "player": _player(court, cold, beyond),
    }


def without(figures: Figures, names: Iterable[str]) -> Figures:
    """The figures without some, and without the numbers of tunes that these rest on."""
    gone = set(names)
    kept = {name: value for name, value in figures.items() if name not in gone}
    return {name: without(value, gone) if isinstance(value, dict) else value for name, value in kept.items()}


def of_humans(theirs: Sequence[Performance]) -> Figures:
    """The same figures of humans, without the comparisons with themselves."""
    return without(chord_figures(theirs, theirs), ABSENT)


def _baselines(tunes: Sequence[Tune], theirs: Sequence[Performance], seed: int, steps: int) -> Figures:
    random = np.random.default_rng(seed)
    players: dict[str, Callable[[Tune], Performance]] = {
        "random_triads": lambda tune: random_triads(tune, steps, random),
        "rule_every_second_beat": lambda tune: rule(tune, steps, 2),
        "rule_every_beat": lambda tune: rule(tune, steps, 1),
    }
    return {name: chord_figures([player(tune) for tune in tunes], theirs) for name, player in players.items()}


def _grouped(
    tunes: Sequence[Tune], ours: Sequence[Performance], theirs: Sequence[Performance], name_of: Callable[[Tune], str]
) -> Figures:
    """Figures by group, each with the human's beside it."""
    names = [name_of(tune) for tune in tunes]
    parts = {}
    for name in sorted(set(names)):
        chosen = [i for i, each in enumerate(names) if each == name]
        mine, human_ = [ours[i] for i in chosen], [theirs[i] for i in chosen]
        parts[name] = chord_figures(mine, human_) | {"human": of_humans(human_)}
    return parts


def _starts(court: Judge, cold: Sequence[Performance]) -> Figures:
    """From cold, and after eight beats of the human's own harmony, beat by beat."""
    curves = {
        "cold": share_curve(cold, court.theirs, CURVE),
        "primed": share_curve([p.performance for p in court.routed("primed")], court.theirs, CURVE),
    }
    curves["primed"][:PRIMED] = [None] * PRIMED
    counted = {COUNTED: lasting(court.theirs, CURVE)}
    return {name: {"share_by_beat": curve, **in_fours(curve), **counted} for name, curve in curves.items()}


def _jump(court: Judge) -> Figures:
    """The melody jumps to the farthest key at beat 17."""
    long = [i for i, tune in enumerate(court.tunes) if int(tune.decisions.sum()) > 20]
    moved = [human(shifted(court.tunes[i]), court.stage.settings.steps) for i in long]
    curve = share_curve([p.performance for p in court.routed("jump", long)], moved, CURVE)
    return {
        "tunes": len(long),
        "share_by_beat": curve,
        **in_fours(curve),
        "beats_to_90_percent_of_before": beats_to_recover(curve),
        COUNTED: lasting(moved, CURVE),
    }


def _blind(court: Judge, cold: Sequence[Performance]) -> Figures:
    """What is left when the melody reaches the model a beat, or a bar, late."""
    places = spread(court.tunes, court.stage.settings.blind_tunes)
    theirs = [court.theirs[i] for i in places]
    parts = {"not_blind": chord_figures([cold[i] for i in places], theirs)}
    for name, way in {"one_beat": "blind_beat", "one_bar": "blind_bar"}.items():
        parts[name] = chord_figures([p.performance for p in court.routed(way, places)], theirs)
    return parts


def _sets(court: Judge, cold: Sequence[Played]) -> Figures:
    """Every set of weights on every tune, and by genre."""
    parts: Figures = {}
    for name in court.sets:
        played = [p.performance for p in court.whole(name, cold)]
        genres = _grouped(court.tunes, played, court.theirs, genre_of)
        parts[name] = chord_figures(played, court.theirs) | {
            "genres": {genre: without(figures, ("human",)) for genre, figures in genres.items()}
        }
    return parts


def _bass(tunes: Sequence[Tune], ours: Sequence[Performance], theirs: Sequence[Performance]) -> Figures:
    figures = bass_figures(ours, theirs)
    figures["human"] = without(bass_figures(theirs, theirs), DISTANCES)
    figures["root_on_every_beat"] = bass_figures([roots_on_beats(p) for p in ours], theirs)
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if has_bass(b)]
    for name, counts in {"pitch_intervals": interval_counts, "onset_gaps": onset_gap_counts}.items():
        both = {"model": counts(a for a, _ in pairs), "human": counts(b for _, b in pairs)}
        figures[name] = {who: found.tolist() for who, found in both.items()}
    names = [genre_of(tune) for tune in tunes]
    genres = {}
    for name in sorted(set(names)):
        chosen = [i for i, each in enumerate(names) if each == name]
        mine, others = [ours[i] for i in chosen], [theirs[i] for i in chosen]
        genres[name] = bass_figures(mine, others)
        if any(map(has_bass, others)):
            genres[name]["human"] = without(bass_figures(others, others), DISTANCES)
    return figures | {"genres": genres}


def _player(court: Judge, cold: Sequence[Played], beyond: Sequence[Played]) -> Figures:
    """How well the next note is foreseen: on all tunes, and on some with whatever accompaniment as context."""
    places = spread(court.tunes, court.stage.settings.context_tunes)
    contexts = {
        "own_accompaniment": [cold[place] for place in places],
        "human_accompaniment": court.routed("human", places),
        "no_accompaniment": court.routed("nothing", places),
    }
    figures: Figures = prediction_figures([p.foresight for p in cold if p.foresight])
    for name, played in contexts.items():
        figures[name] = prediction_figures([p.foresight for p in played if p.foresight])
    names = [genre_of(tune) for tune in court.tunes]
    figures["genres"] = {
        genre: prediction_figures([p.foresight for n, p in zip(names, cold, strict=True) if n == genre and p.foresight])
        for genre in sorted(set(names))
    }
    figures["tunes_without_human_chords"] = prediction_figures([p.foresight for p in beyond if p.foresight])
    return figures
