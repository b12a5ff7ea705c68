"""How well the melody model foresees held-out tunes, in bits, beside what it must beat.

Every note is foreseen from the notes before it, by the runtime that plays. A tune's first note is heard, not foreseen;
its end is not foreseen either. Bits are whole: when the next note begins, how long this one sounds, what pitch comes;
a wait that has no class of its own costs its escape and what names it, for every model alike. Most sixteenths only
hold: `held` are the bits for "nothing begins yet", a step each, `struck` those for an onset and its pitch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.melody_model import MelodyModel
from bridge.generators.melody_notes import OTHER_WAIT, WAITS
from bridge.music.vocabulary import GENRES
from bridge.training.corpus import Tune
from bridge.training.markov import CLASSES, ORDERS, WAYS, Chain, LastBar, remembering, truth
from bridge.training.melody_answers import judge_answers
from bridge.training.melody_lines import Line, lines_of

Array = NDArray[Any]
Chances = dict[str, Array]  # by question: (notes - 1, classes)
Figures = dict[str, float]
USUAL = frozenset({(4, 4), (2, 2), (2, 4), (3, 4), (6, 8), (9, 8), (12, 8), (3, 8), (3, 2), (6, 4)})
"""Meters of which the corpus has ten tunes or more; all others are counted as odd."""
ON_GRID = "on_sixteenths"
QUESTIONS = tuple(CLASSES)
_LATER = np.array([[later >= wait for later in WAITS] + [True] for wait in WAITS] + [[False] * len(WAITS) + [True]])


@dataclass(slots=True)
class Sums:
    """Bits, hits and counts over tunes."""

    when: float = 0.0
    length: float = 0.0
    pitch: float = 0.0
    held: float = 0.0
    top1: float = 0.0
    top5: float = 0.0
    onsets: int = 0
    steps: int = 0

    def add(self, line: Line, chances: Chances) -> None:
        """Count a tune."""
        rows = np.arange(len(line.waits))
        given = {q: np.maximum(chances[q][rows, truth(line, q)], 1e-12) for q in QUESTIONS}
        survive = np.maximum((chances["when"] * _LATER[line.waits]).sum(axis=1), given["when"])
        self.when += float(-np.log2(given["when"]).sum() + line.escapes.sum())
        self.held += float(-np.log2(np.minimum(1.0, survive)).sum())
        self.length += float(-np.log2(given["length"]).sum())
        self.pitch += float(-np.log2(given["pitch"]).sum())
        better = (chances["pitch"] > given["pitch"][:, None]).sum(axis=1)
        self.top1 += int((better < 1).sum())
        self.top5 += int((better < 5).sum())
        self.onsets += len(rows)
        self.steps += line.steps

    def figures(self) -> Figures:
        """In plain words; bits an onset, unless a step is named."""
        n, total = max(1, self.onsets), self.when + self.length + self.pitch
        return {
            "bits_per_onset": total / n,
            "bits_per_step": total / max(1, self.steps),
            "bits_when_per_onset": self.when / n,
            "bits_pitch_per_onset": self.pitch / n,
            "bits_length_per_onset": self.length / n,
            "bits_per_held_step": (self.held + self.length) / max(1, self.steps - self.onsets),
            "bits_per_struck_step": (self.when - self.held + self.pitch) / n,
            "top1": self.top1 / n,
            "top5": self.top5 / n,
        }


def foresee(model: MelodyModel, line: Line) -> Chances:
    """What the model gives everything that may follow each note but the last, note by note, at temperature 1."""
    state, rows = model.start(), []
    for number in range(len(line.waits)):
        before = int(line.lengths[number - 1]) if number else 0
        state = model.hear(
            state, int(line.times[number]), int(line.pitches[number]), line.wheres[number], before, line.genre
        )
        wait = min(int(line.times[number + 1] - line.times[number]), 1152)
        leaps = model.leaps(state, wait, line.wheres[number + 1], rests=line.lengths[number] > 0)
        assert state.waits is not None
        assert state.lengths is not None
        rows.append((state.waits, state.lengths[line.waits[number]], leaps))
    return {q: _softmax(np.stack(column)) for q, column in zip(QUESTIONS, zip(*rows, strict=True), strict=True)}


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    chances: Array = powers / powers.sum(axis=-1, keepdims=True)
    return chances


def groups(line: Line) -> list[str]:
    """What a line is counted under."""
    return ["all", GENRES[line.genre] if line.genre >= 0 else "unknown", *([ON_GRID] if line.on_grid else [])]


def figures_by_group(lines: Sequence[Line], chances: Callable[[Line], Chances]) -> dict[str, Figures]:
    """`all`, every genre that is there, and the tunes that lie on the grid of sixteenths as a whole."""
    sums: dict[str, Sums] = {"all": Sums(), ON_GRID: Sums()}
    for line in lines:
        said = chances(line)
        for name in groups(line):
            sums.setdefault(name, Sums()).add(line, said)
    return {name: each.figures() for name, each in sums.items()}


def judge(model: MelodyModel, tunes: Sequence[Tune]) -> dict[str, Any]:
    """The model's figures over these tunes, whole and by genre, and what was there to be judged."""
    lines = lines_of(tunes)
    found = figures_by_group(lines, lambda line: foresee(model, line))
    return {
        "model": found.pop("all") | counts(tunes, lines),
        ON_GRID: found.pop(ON_GRID) | {"tunes": sum(line.on_grid for line in lines)},
        "by_genre": found,
    }


def counts(tunes: Sequence[Tune], lines: Sequence[Line]) -> dict[str, int]:
    """How much was judged, and what was unusual about it."""
    return {
        "tunes": len(tunes),
        "onsets": sum(len(line.waits) for line in lines),
        "tunes_too_short": len(tunes) - len(lines),
        "tunes_of_unknown_genre": sum(tune.genre_index < 0 for tune in tunes),
        "tunes_in_odd_meters": sum(tune.meter not in USUAL for tune in tunes),
        "waits_without_a_class": sum(int((line.waits == OTHER_WAIT).sum()) for line in lines),
    }


class Baselines:
    """What the model must beat, made from the lines to learn from."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.chains = {(q, way): Chain(lines, q, way) for q in QUESTIONS for way in WAYS}
        self.rules = {q: LastBar(lines, q) for q in QUESTIONS}

    def markov(self, held: Sequence[Line]) -> dict[str, Figures]:
        """Chains of order 1 to ORDERS, for each question in the way that does best at that order.

        `best`: the best order and way for each question. `best_with_memory` also learns from each tune as it goes, as
        no plain chain does.
        """
        ways = {(way, order): Sums() for way in WAYS for order in range(ORDERS)}
        for line in held:
            said = self._said(line)
            for way, order in ways:
                ways[way, order].add(line, {q: said[q, way][order] for q in QUESTIONS})

        def best(orders: Sequence[int]) -> dict[str, tuple[str, int]]:
            some = {key: sums for key, sums in ways.items() if key[1] in orders}
            return {q: min(some, key=lambda key: float(getattr(some[key], q))) for q in QUESTIONS}

        picks = {f"order_{order + 1}": best([order]) for order in range(ORDERS)} | {"best": best(range(ORDERS))}
        sums = {name: Sums() for name in (*picks, "best_with_memory")}
        for line in held:
            said, usual = self._said(line), Chances()
            for name, pick in picks.items():
                usual = {q: said[q, way][order] for q, (way, order) in pick.items()}
                sums[name].add(line, usual)
            sums["best_with_memory"].add(line, {q: remembering(line, q, "places", usual[q]) for q in QUESTIONS})
        return {name: each.figures() for name, each in sums.items()}

    def _said(self, line: Line) -> dict[tuple[str, str], list[Array]]:
        """What every order of every chain gives, by question and way."""
        return {key: chain.chances(line) for key, chain in self.chains.items()}

    def last_bar(self, held: Sequence[Line]) -> Figures:
        """What "repeat the last bar" reaches."""
        sums = Sums()
        for line in held:
            sums.add(line, {q: self.rules[q].chances(line) for q in QUESTIONS})
        return sums.figures()


def beside(model: MelodyModel, baselines: Baselines | None, held: Sequence[Tune]) -> dict[str, Any]:
    """The model's figures on held-out tunes and its answers to them, beside the baselines'."""
    found = judge(model, held) | {"answers": judge_answers(model, held, model.temperature, seed=1)}
    own = lines_of(held)
    if baselines and own:
        chains = baselines.markov(own)
        found |= {"repeat_last_bar": baselines.last_bar(own), "markov": chains}
        bits = found["model"]["bits_per_onset"]
        for name in ("best", "best_with_memory"):
            found["model"][f"fewer_bits_than_markov_{name}"] = 1 - bits / chains[name]["bits_per_onset"]
    return found


def report(folder: Path, train: Sequence[Tune], held: Sequence[Tune]) -> dict[str, Any]:
    """The model's figures on held-out tunes; beside the baselines', if there are tunes for these to learn from."""
    lines = lines_of(train)
    return beside(MelodyModel.load(folder), Baselines(lines) if lines else None, held)
