"""What a morph model does to phrases it never saw, through the runtime that plays it.

Given back: steps and onsets of a phrase, from its latent vector alone. The dial: how much of a phrase is kept at each
of eleven settings, beside how much human variants of one tune keep and what two unrelated phrases share by chance.
Validity of all variations, by the whole tune's notes (which the model has not seen). The way between two phrases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bridge.generators.model import gumbel
from bridge.generators.morph_model import MorphModel, views
from bridge.generators.morph_phrase import CLASSES, STEPS, Note, Phrase, key_of, reference, tokens_of
from bridge.music.vocabulary import FIRST_ONSET, STEP_TICKS
from bridge.training.corpus import Tune
from bridge.training.morph_measures import kept, mean_of, similarity, spearman, validity
from bridge.training.morph_variants import variants
from bridge.training.morph_windows import Window, windows_of

PHRASES = 240  # measured, evenly by genre
PAIRS = 240  # of human variants, of unrelated phrases, of phrases to be mixed
DIALS = tuple(round(0.1 * n, 1) for n in range(11))
STATIONS = 7  # phrases on the way from one to another, both ends included
HOME = 0.02  # share of a tune's notes from which a pitch class is at home in it
SURE = 1e9  # a wish that is granted


class Sample(NamedTuple):
    """A phrase of a held-out tune."""

    phrase: Phrase
    genre: int
    home: frozenset[int]
    span: tuple[int, int]
    tune: int


def phrase_at(tune: Tune, window: Window) -> Phrase:
    """The notes of a window that begin in it, on the grid."""
    tokens = tune.melody[window.start : window.start + window.steps].astype(int)
    edges = [*np.flatnonzero(tokens != 0).tolist(), len(tokens)]
    notes = [
        Note(begin * STEP_TICKS, (end - begin) * STEP_TICKS, int(tokens[begin]) - FIRST_ONSET, 90)
        for begin, end in pairwise(edges)
        if tokens[begin] >= FIRST_ONSET
    ]
    return Phrase(tuple(notes), window.meter, window.steps * STEP_TICKS // window.meter.bar)


def samples_of(tunes: Sequence[Tune], count: int, seed: int) -> list[Sample]:
    """Whole phrases, genres and tunes evenly: a pure function of the seed."""
    random = np.random.default_rng(seed)
    shelves: dict[str, dict[int, list[Window]]] = {}
    for window in windows_of(tunes, full=True).rows:
        shelves.setdefault(tunes[window.tune].genre.split("/")[0], {}).setdefault(window.tune, []).append(window)
    found: list[Sample] = []
    while shelves and len(found) < count:
        for genre in sorted(shelves):
            tune = sorted(shelves[genre])[random.integers(len(shelves[genre]))]
            rows = shelves[genre][tune]
            found.append(sample_of(tunes[tune], rows[random.integers(len(rows))]))
    return found[:count]


def sample_of(tune: Tune, window: Window) -> Sample:
    """A window as a phrase, with what its whole tune says of key and range."""
    pitches = tune.melody[tune.melody >= FIRST_ONSET] - FIRST_ONSET
    shares = np.bincount(pitches % 12, minlength=12) / len(pitches)
    home = frozenset(int(p) for p in np.flatnonzero(shares >= HOME))
    return Sample(
        phrase_at(tune, window), tune.genre_index, home, (int(pitches.min()), int(pitches.max())), window.tune
    )


def given_back(model: MorphModel, samples: Sequence[Sample]) -> dict[str, float]:
    """Phrases said again from their latent vectors: on the true past, on the model's own, and drawn."""
    rows: list[dict[str, float]] = []
    for number, sample in enumerate(samples):
        tokens, _ = tokens_of(sample.phrase)
        draws = gumbel(number, STEPS * CLASSES).reshape(STEPS, CLASSES)
        for view in views(sample.phrase, tokens, key_of(tokens)):
            latent, inside = model.encode(view), np.arange(STEPS) < view.piece.steps
            truth = SURE * np.eye(CLASSES, dtype=np.float32)[view.classes]

            def say(wish: Any, view: Any = view, latent: Any = latent, genre: int = sample.genre) -> Any:
                return model.decode(view, latent, 0.0, wish, before=view.before, genre=genre)

            said = {"": say(0 * truth)[0], "_forced": say(truth)[1].argmax(axis=1), "_drawn": say(draws)[0]}
            row: dict[str, float] = {}
            for name, classes in said.items():
                right = (classes == view.classes) & inside
                ours, theirs = ((x >= FIRST_ONSET) & inside for x in (classes, view.classes))
                row[f"step_accuracy{name}"] = float(right.sum() / inside.sum())
                row[f"onset_f1{name}"] = float(2 * (right & theirs).sum() / max(1, ours.sum() + theirs.sum()))
                row[f"whole{name}"] = float(right.sum() == inside.sum())
            rows.append(row)
    return mean_of(rows)


def surprise(model: MorphModel, phrase: Phrase, genre: int) -> float:
    """Nats a step of a phrase by the decoder alone, told nothing of it but key, meter and genre: how unusual it is."""
    tokens, _ = tokens_of(phrase)
    nats, steps = 0.0, 0
    if not phrase.notes:
        return 0.0
    for view in views(phrase, tokens, key_of(tokens)):
        truth = SURE * np.eye(CLASSES, dtype=np.float32)[view.classes]
        nothing = np.zeros(model.latent, np.float32)
        _, logits = model.decode(view, nothing, 1.0, truth, before=view.before, genre=genre)
        logits = logits - logits.max(axis=1, keepdims=True)
        chances = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        nats -= float(chances[np.arange(view.piece.steps), view.classes[: view.piece.steps]].sum())
        steps += view.piece.steps
    return nats / max(1, steps)


def along_the_dial(model: MorphModel, samples: Sequence[Sample]) -> dict[str, Any]:
    """What is kept at each setting, its rank correlation with the dial, and the validity of all variations."""
    by_dial: dict[float, list[dict[str, float]]] = {dial: [] for dial in DIALS}
    valid: list[dict[str, float]] = []
    slopes = []
    for seed, sample in enumerate(samples):
        line = []
        for dial in DIALS:
            varied = model.vary(sample.phrase, dial, seed=seed, genre=sample.genre)
            row = kept(sample.phrase, varied) | {"surprise": surprise(model, varied, sample.genre)}
            by_dial[dial].append(row)
            line.append(row["similarity"])
            if dial:
                valid.append(validity(sample.phrase, varied, sample.home, sample.span))
        slopes.append(spearman(DIALS, line))
    table = {f"{dial:.1f}": mean_of(rows) for dial, rows in by_dial.items()}
    every = [(dial, row["similarity"]) for dial, rows in by_dial.items() for row in rows]
    means = [row["similarity"] for row in table.values()]
    return {
        "dial": table,
        "spearman": spearman(*zip(*every, strict=True)),
        "spearman_of_a_phrase": float(np.mean(slopes)),
        "spearman_of_means": spearman(DIALS, means),
        "monotone": float(all(after <= before for before, after in pairwise(means))),
        "validity": mean_of(valid),
        "validity_of_the_phrases": mean_of([validity(s.phrase, s.phrase, s.home, s.span) for s in samples]),
    }


def beside_humans(tunes: Sequence[Tune], samples: Sequence[Sample], dial: dict[str, Any]) -> dict[str, Any]:
    """What human variants of one tune keep, what unrelated phrases share, and the dial's setting nearest to humans."""
    windows, random = windows_of(tunes, full=True), np.random.default_rng(1)
    pairs = variants(windows)
    chosen = pairs[random.permutation(len(pairs))[:PAIRS]]
    rows = [kept(*(phrase_at(tunes[windows.rows[n].tune], windows.rows[n]) for n in map(int, pair))) for pair in chosen]
    strangers = [similarity(a.phrase, in_key_of(a.phrase, b.phrase)) for a, b in mates(samples) if a.tune != b.tune]
    found: dict[str, Any] = {"human_variants": mean_of(rows), "pairs": len(pairs)}
    if strangers:
        found["unrelated_similarity"] = float(np.mean(strangers))
    if rows:
        human = found["human_variants"]["similarity"]
        found["human_like_dial"] = float(min(dial, key=lambda key: abs(dial[key]["similarity"] - human)))
    return found


def between(model: MorphModel, samples: Sequence[Sample]) -> dict[str, Any]:
    """The way between two phrases of one genre, in one key: how alike each station is to both ends, in order."""
    rows, orders, valid = [], [], []
    for one, foreign in mates(samples):
        other = foreign._replace(phrase=in_key_of(one.phrase, foreign.phrase))
        way = model.between(one.phrase, other.phrase, STATIONS, genre=one.genre)
        first = [similarity(one.phrase, phrase) for phrase in way]
        last = [similarity(other.phrase, phrase) for phrase in way]
        odd = [surprise(model, phrase, one.genre) for phrase in way]
        told = {"like_the_first": first, "like_the_last": last, "surprise": odd}
        rows.append({f"{n} {key}": value for key, values in told.items() for n, value in enumerate(values)})
        orders.append(spearman(range(STATIONS), [b - a for a, b in zip(first, last, strict=True)]))
        pitches = [note.pitch for phrase in (one.phrase, other.phrase) for note in phrase.notes]
        home, span = one.home | {pitch % 12 for pitch in pitches}, (min(pitches), max(pitches))
        valid += [validity(one.phrase, phrase, home, span) for phrase in way[1:-1]]
    if not rows:
        return {"pairs": 0}
    mean = mean_of(rows)
    return {
        "pairs": len(rows),
        "way": {f"phrase {n + 1} of {STATIONS}": {key: mean[f"{n} {key}"] for key in told} for n in range(STATIONS)},
        "order": float(np.mean(orders)),
        "validity": mean_of(valid),
    }


def mates(samples: Sequence[Sample]) -> list[tuple[Sample, Sample]]:
    """Phrases that can be mixed: each with the next of the same genre, meter and length."""
    groups: dict[Any, list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.genre, sample.phrase.meter, sample.phrase.bars), []).append(sample)
    return [pair for group in groups.values() for pair in pairwise(group)][:PAIRS]


def in_key_of(one: Phrase, other: Phrase) -> Phrase:
    """The other phrase moved to the key of one."""
    lines = [tokens_of(phrase)[0] for phrase in (one, other)]
    centres = [reference(line, key_of(line).tonic) for line in lines]
    return transposed(other, centres[0] - centres[1])


def same_in_every_key(model: MorphModel, samples: Sequence[Sample]) -> float:
    """The share of phrases whose variation, a tritone away or less, is the same variation in that key."""
    same = []
    for seed, sample in enumerate(samples):
        shift = seed % 12 - 5
        moved, back = (
            model.vary(transposed(sample.phrase, by), 0.5, seed=seed, genre=sample.genre) for by in (shift, 0)
        )
        same.append(moved == transposed(back, shift))
    return float(np.mean(same)) if same else 1.0


def transposed(phrase: Phrase, shift: int) -> Phrase:
    """The phrase in another key, `shift` semitones away."""
    notes = tuple(note._replace(pitch=note.pitch + shift) for note in phrase.notes)
    return Phrase(notes, phrase.meter, phrase.bars)


def report(
    folder: Path, held: Sequence[Tune], say: Callable[[str], None] = lambda text: None, count: int = PHRASES
) -> dict[str, Any]:
    """Every figure of a morph model on held-out tunes; of tunes without a phrase only their number."""
    model, samples = MorphModel.load(folder), samples_of(held, count, 0)
    if not samples:
        return {"phrases": 0}
    say(f"morph: {len(samples)} phrases")
    dial = along_the_dial(model, samples)
    return {
        "phrases": len(samples),
        "given_back": given_back(model, samples),
        **dial,
        **beside_humans(held, samples, dial["dial"]),
        "between": between(model, samples),
        "same_in_every_key": same_in_every_key(model, samples[:96]),
    }
