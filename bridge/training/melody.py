"""`improv train melody`: from a folder of tunes to a model that continues and answers a phrase.

Reads top to bottom: arguments, the loss (cross-entropy of what truly came: the time to the next onset, the sounding
length, the next pitch), validation in bits, then what `improv export` asks of every kind of model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.card import card_of
from bridge.generators.melody_model import MelodyModel
from bridge.generators.melody_notes import HEARD_FLOATS, HEARD_SIZES
from bridge.music.vocabulary import GENRES
from bridge.training import melody_network as network
from bridge.training.arguments import Common
from bridge.training.corpus import CorpusError, read
from bridge.training.melody_convert import card, convert, parity
from bridge.training.melody_evaluate import Baselines, beside
from bridge.training.melody_grid import GridTask
from bridge.training.melody_lines import Line, Phrases, lines_of, rows_of
from bridge.training.sources import learnt_from, tunes_of

Tensor = Any
WEIGHTS = network.Weights
SHAPE = ("units", "hidden")
"""Arguments that a model which is trained on keeps."""
BITS = float(1 / np.log(2))  # a nat
CURVES = {
    "bits an onset, held out": ["valid_bits_per_onset", "valid_bits_pitch", "valid_bits_when", "valid_bits_length"],
    "bits an onset, training": ["pitch", "when", "length"],
    "next pitch, held out": ["valid_top1", "valid_top5"],
}


@dataclass(frozen=True, slots=True)
class Arguments(Common):
    """What a run of the melody model depends on."""

    units: int = 256
    """Of the LSTM."""
    hidden: int = 128
    """Of the heads for time and pitch."""
    notes: int = 128
    """Notes a window."""
    drop: float = 0.3
    """Share of the LSTM's outputs that the heads do not see, in training."""
    echoes: int = 2
    """What the past suggests: 0 nothing, 1 what came 1, 2, 4, 8 bars ago, 2 also what followed the longest match."""
    encoding: str = "notes"
    """One step a note (notes), or for comparison one a sixteenth (grid, which cannot be exported)."""


class MelodyTask:
    """What is trained: the next onset's time and pitch and each note's length, by what truly came."""

    name = "melody"
    best = ("valid_bits_per_onset", -1)

    def __init__(self, args: Arguments, lines: Sequence[Line], held: Sequence[Line]) -> None:
        self.args, self.held = args, held
        self.sources: dict[str, Any] = {}
        self.phrases = Phrases(lines, args.notes, args.seed)
        self._judge = tf.function(_bits, jit_compile=True)

    def weights(self) -> network.Weights:
        """Fresh variables."""
        return network.new_weights(self.args.units, self.args.hidden, self.args.seed)

    def batch(self, number: int) -> dict[str, Any]:
        """Windows of tunes, genres by their shares."""
        return self.phrases.batch(self.args.batch, number)

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Nats an onset, and the three parts in bits."""
        shape = (*batch["heard"].shape[:2], weights.recurrent.shape[0])
        seed = tf.stack([self.args.seed, number])
        kept = tf.cast(tf.random.stateless_uniform(shape, seed) >= self.args.drop, tf.float32) / (1 - self.args.drop)
        costs, _ = costs_of(weights, without(batch, self.args.echoes), kept)
        count = tf.reduce_sum(batch["valid"])
        when, length, pitch = (tf.reduce_sum(cost * batch["valid"]) / count for cost in costs)
        return {"loss": when + length + pitch, "when": BITS * when, "length": BITS * length, "pitch": BITS * pitch}

    def validate(self, weights: Any) -> dict[str, float]:
        """Bits an onset on the held-out lines, whole and by genre, each line in stretches of 256 notes."""
        rows = [(line, rows_of(line, at, 256)) for line in self.held for at in range(0, len(line.waits), 256)]
        sums: dict[int, Any] = {}
        on_grid: Any = 0
        for first in range(0, len(rows), 32):
            part = rows[first : first + 32]
            filled = [row for _, row in part] + [part[-1][1]] * (32 - len(part))
            batch = {key: tf.constant(np.stack([row[key] for row in filled])) for key in filled[0]}
            totals = self._judge(weights, without(batch, self.args.echoes)).numpy()
            for (line, _), total in zip(part, totals, strict=False):
                sums[line.genre] = sums.get(line.genre, 0) + total
                on_grid = on_grid + total * line.on_grid
        return figures_of(sums, on_grid) if sums else {}


def figures_of(sums: dict[int, Any], on_grid: Any) -> dict[str, float]:
    """Held-out figures from the sums by genre of bits (when, length, pitch), hits (first, first five) and onsets.

    `on_grid` are those of the tunes that lie on the sixteenths, the only ones that the plain encoding is judged by.
    """
    whole = sum(sums.values())
    when, length, pitch, top1, top5 = (float(x) for x in whole[:5] / whole[5])
    figures = {"bits_per_onset": when + length + pitch, "bits_when": when, "bits_length": length, "bits_pitch": pitch}
    figures |= {"top1": top1, "top5": top5}
    for genre, each in sorted(sums.items()):
        name = GENRES[genre] if genre >= 0 else "unknown"
        figures[f"bits_per_onset_{name}"] = float(each[:3].sum() / each[5])
    if on_grid[5]:
        figures["bits_per_onset_on_sixteenths"] = float(on_grid[:3].sum() / on_grid[5])
    return {f"valid_{key}": value for key, value in figures.items()}


def costs_of(weights: Any, batch: dict[str, Tensor], drop: Tensor | None) -> tuple[tuple[Tensor, ...], Tensor]:
    """Nats of the true wait, length and leap of every note, (batch, notes) each, and the logits of the leaps."""
    logits = network.lines(weights, batch, drop)
    truths = tf.unstack(batch["truth"], axis=2)
    costs = tuple(
        tf.nn.sparse_softmax_cross_entropy_with_logits(truth, each) for truth, each in zip(truths, logits, strict=True)
    )
    return costs, logits.leap


def _bits(weights: Any, batch: dict[str, Tensor]) -> Tensor:
    """(batch, 6): bits for when, length and pitch, pitches foreseen as first or among the first five, and onsets."""
    costs, leap = costs_of(weights, batch, None)
    truth = tf.one_hot(batch["truth"][..., 2], leap.shape[-1])
    rank = tf.reduce_sum(tf.cast(leap > tf.reduce_sum(leap * truth, axis=-1, keepdims=True), tf.float32), axis=-1)
    hits = (tf.cast(rank < 1, tf.float32), tf.cast(rank < 5, tf.float32))
    columns = [BITS * cost for cost in costs] + [*hits, tf.ones_like(rank)]
    return tf.stack([tf.reduce_sum(column * batch["valid"], axis=1) for column in columns], axis=1)


def without(batch: dict[str, Tensor], echoes: int) -> dict[str, Tensor]:
    """The batch with only so much of what the past suggests; for comparison."""
    if echoes == 2:
        return batch
    from bridge.generators import melody_notes as sight

    hidden = [*range(9, 13)] if echoes == 0 else []
    hidden += range(13, len(HEARD_SIZES))
    then = [*range(6, len(sight.AHEAD_SIZES) - 1)] if echoes == 0 else []
    then.append(len(sight.AHEAD_SIZES) - 1)
    floats = np.ones(HEARD_FLOATS, np.float32)
    if echoes == 0:
        floats[12 * len(sight.HALF_LIVES) + 3 :] = 0
    return batch | {
        "heard": _blank(batch["heard"], hidden, HEARD_SIZES),
        "ahead": _blank(batch["ahead"], then, sight.AHEAD_SIZES),
        "floats": batch["floats"] * floats,
    }


def _blank(ints: Tensor, columns: Sequence[int], sizes: tuple[int, ...]) -> Tensor:
    """Integers with these columns told as `none`, their last class."""
    cells = tf.unstack(ints, axis=2)
    for column in columns:
        cells[column] = tf.fill(tf.shape(cells[column]), sizes[column] - 1)
    return tf.stack(cells, axis=2)


def task(args: Arguments, say: Callable[[str], None] = lambda text: None) -> MelodyTask | GridTask:
    """The task of a run: reads the tunes. Raises CorpusError."""
    tunes = tunes_of(args, say)
    say("turning tunes into notes")
    lines = lines_of([tune for tune in tunes if tune.split == "train" and not tune.dup])
    if not lines:
        raise CorpusError(f"{args.data} has no melody of two notes or more; name a folder of other tunes with --data")
    held = lines_of([tune for tune in tunes if tune.split == "valid"])
    if args.encoding == "grid":
        return GridTask(args.units, args.hidden, args.seed, args.drop, lines, held)
    made = MelodyTask(args, lines, held)
    made.sources = learnt_from(tunes)
    return made


def figures(folder: Path, data: Path) -> dict[str, Any]:
    """Held-out figures of an exported model beside its baselines, for its card."""
    told = card_of(folder)
    sources = tuple(told.get("training", {}).get("sources") or told.get("sources") or ()) or None
    learnt = lines_of([tune for tune in read(data, sources, ("train",)) if not tune.dup])
    model, baselines = MelodyModel.load(folder), Baselines(learnt) if learnt else None
    return {split: beside(model, baselines, read(data, sources, (split,))) for split in ("valid", "test")}


__all__ = ["CURVES", "SHAPE", "WEIGHTS", "Arguments", "card", "convert", "figures", "parity", "task"]
