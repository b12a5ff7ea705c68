"""What chords say of a genre: counts of how chords follow one another, as a small classifier and as a reward.

Naive Bayes over the changes of a tune: the root's interval with the qualities before and after (so no key matters), for
how many beats the chord before had lasted, and where in the bar the new one begins. Trained on the train split; its
accuracy on held-out tunes, beside the floor of always naming the commonest genre, is on its card. Needs numpy only.
One file for each set of sources, so that a reward brings no set's rights into another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.errors import ModelError
from bridge.music.vocabulary import CHORDS, FINGERPRINT, GENRES, NO_CHORD
from bridge.training.corpus import Tune
from bridge.training.measures import human
from bridge.training.tally import Figures

Array = NDArray[Any]
FILE, CARD = "genre.npz", "genre.json"
LONGEST = 16  # beats; longer chords share the last cell
DOUBT = 0.5  # added to every count, so that what was not seen is unlikely and not impossible
STEPS = 384  # sixteenths of a tune that are judged, as everywhere
MOST = 2.0  # nats; what one change may say for or against a genre in the reward


@dataclass(frozen=True, slots=True, eq=False)
class Genres:
    """Log-probabilities by genre; rows of `names` only, others have none."""

    names: tuple[str, ...]
    prior: Array  # (genres,)
    moves: Array  # (genres, 8, 12, 8) of interval and new quality, given the old quality
    lasting: Array  # (genres, LONGEST)
    places: Array  # (genres, 3) of a change: bar line, middle of the bar, another beat


def place_of(places: Array) -> Array:
    """0 on a bar line, 1 in the middle of the bar, 2 elsewhere, from place features (..., PLACE_WIDTH)."""
    return np.where(places[..., 1] > 0, 0, np.where(places[..., 2] > 0, 1, 2))


def changes(chords: Array, beats: Array, places: Array) -> Array:
    """(changes, 5): quality before, interval, quality after, beats that the one before lasted, place of the new one."""
    found, since = [], 0
    for number, (a, b) in enumerate(zip(chords[beats][:-1], chords[beats][1:], strict=True), 1):
        if a == b:
            continue
        if NO_CHORD not in (a, b):
            place = int(place_of(places[beats[number]]))
            found.append((a % 8, (b // 8 - a // 8) % 12, b % 8, min(number - since, LONGEST) - 1, place))
        since = number
    return np.array(found, np.int64).reshape(-1, 5)


def of_tune(tune: Tune) -> Array:
    """The changes that people made to the first STEPS of a tune."""
    theirs = human(tune, STEPS)
    return changes(theirs.chords.astype(np.int64), theirs.beats, tune.places)


def learn(tunes: Sequence[Tune]) -> Genres:
    """Counts over these tunes. Raises ModelError where they are not of two genres at least."""
    rows: dict[str, list[Array]] = {}
    for tune in tunes:
        found = of_tune(tune) if tune.genre_index >= 0 and not tune.dup else ()
        if len(found):
            rows.setdefault(GENRES[tune.genre_index], []).append(np.asarray(found))
    names = tuple(sorted(rows))
    if len(names) < 2:
        raise ModelError("a classifier of genres needs tunes with chords of two genres at least; name more with --data")
    prior = np.array([len(rows[name]) for name in names], float)
    moves, lasting, places = (np.zeros((len(names), *shape)) for shape in ((8, 12, 8), (LONGEST,), (3,)))
    for number, name in enumerate(names):
        for before, interval, after, beats, place in np.concatenate(rows[name]):
            moves[number, before, interval, after] += 1
            lasting[number, beats] += 1
            places[number, place] += 1
    # a quality that a genre hardly has moves as in all genres: their shares, worth 96 * DOUBT changes
    common = (moves.sum(0) + DOUBT) / (moves.sum(0) + DOUBT).sum((1, 2), keepdims=True)
    moves = moves + 96 * DOUBT * common
    return Genres(
        names,
        np.log(prior / prior.sum()),
        np.log(moves / moves.sum((2, 3), keepdims=True)),
        np.log((lasting + DOUBT) / (lasting + DOUBT).sum(1, keepdims=True)),
        np.log((places + DOUBT) / (places + DOUBT).sum(1, keepdims=True)),
    )


def scores(known: Genres, found: Array) -> Array:
    """Log-probability of each genre and these changes, (genres,)."""
    before, interval, after, beats, place = found.T
    said = known.moves[:, before, interval, after] + known.lasting[:, beats] + known.places[:, place]
    return np.asarray(known.prior + said.sum(axis=1))


def accuracy(known: Genres, tunes: Sequence[Tune]) -> Figures:
    """How often the likeliest genre is a tune's own, beside the floor of the commonest one, by genre as well."""
    right: dict[str, list[bool]] = {}
    for tune in tunes:
        name = GENRES[tune.genre_index] if tune.genre_index >= 0 else ""
        found = of_tune(tune)
        if name in known.names and len(found):
            right.setdefault(name, []).append(known.names[int(scores(known, found).argmax())] == name)
    each = {name: float(np.mean(hits)) for name, hits in sorted(right.items())}
    all_ = [hit for hits in right.values() for hit in hits]
    floor = max((len(hits) for hits in right.values()), default=0) / max(1, len(all_))
    return {
        "tunes": len(all_),
        "accuracy": float(np.mean(all_)) if all_ else None,
        "majority_floor": floor,
        "mean_over_genres": float(np.mean(list(each.values()))) if each else None,
        "genres": {name: {"tunes": len(right[name]), "accuracy": each[name]} for name in each},
    }


def evidence(known: Genres) -> Array:
    """What a change says for a genre, nats beyond the mean chance over genres, (GENRES + 1, CHORDS, CHORDS).

    0 for genres that are not known, for an untold one, and to and from no chord. Within +-MOST, so that no rare
    progression is worth more than what it costs in the frozen model.
    """
    any_ = np.logaddexp.reduce(known.moves, axis=0) - np.log(len(known.names))
    table = np.zeros((len(GENRES) + 1, CHORDS, CHORDS), np.float32)
    before, after = np.meshgrid(np.arange(NO_CHORD), np.arange(NO_CHORD), indexing="ij")
    cell = (before % 8, (after // 8 - before // 8) % 12, after % 8)
    for number, name in enumerate(known.names):
        said = (known.moves[number] - any_)[cell]
        table[GENRES.index(name), :NO_CHORD, :NO_CHORD] = np.clip(said, -MOST, MOST)
    return table


def save(known: Genres, folder: Path, facts: Figures) -> None:
    """The counts and their card."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: getattr(known, name).astype(np.float32) for name in ("prior", "moves", "lasting", "places")}
    np.savez_compressed(folder / FILE, **arrays)
    card = {"kind": "genre", "vocabulary": FINGERPRINT, "genres": list(known.names)} | facts
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def load(folder: Path) -> Genres:
    """What was saved. Raises ModelError."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        with np.load(folder / FILE, allow_pickle=False) as saved:
            known = Genres(tuple(card["genres"]), *(saved[name] for name in ("prior", "moves", "lasting", "places")))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{folder} has no classifier of genres ({error}); make it with improv tune genre") from error
    if card.get("vocabulary") != FINGERPRINT:
        raise ModelError(f"{folder} was made with another vocabulary; make it again with improv tune genre")
    return known
