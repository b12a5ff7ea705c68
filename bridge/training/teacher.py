"""The offline teacher: it sees a whole window's melody, both ways, and says which chord it would play next.

It is asked on the student's own past (the chord that sounds there, and for how long), so it can say how to go on from
wherever the student is: distillation on the student's own roll-outs (as ReaLchords does, Wu et al., ICML 2024). Beats,
not sixteenths, are its steps, so it costs a tenth of the student; it never plays. Twelve views, as in `network`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.music.errors import ModelError
from bridge.music.vocabulary import NO_CHORD
from bridge.training import losses
from bridge.training.arguments import Common
from bridge.training.corpus import PITCH_CLASSES, Tune
from bridge.training.network import CHORD_QUALITY, CHORD_ROOT, SETTING, dense, setting, views_of
from bridge.training.past import ages
from bridge.training.windows import Windows, window

Tensor = Any
FILE = "teacher.npz"  # in the folder of a model, so that whoever trains on from it has its teacher too


class Weights(NamedTuple):
    """The variables, all float32; `forth` and `back` are the two directions."""

    rotated_forth: Tensor
    plain_forth: Tensor
    recurrent_forth: Tensor
    bias_forth: Tensor
    rotated_back: Tensor
    plain_back: Tensor
    recurrent_back: Tensor
    bias_back: Tensor
    chord_in: Tensor
    chord_plain: Tensor
    chord_hidden: Tensor
    chord: Tensor
    chord_bias: Tensor


def new_weights(units: int, hidden: int, seed: int) -> Weights:
    """Glorot-uniform weights; forget gates start open."""
    random = np.random.default_rng((seed, 7))

    def glorot(*shape: int) -> Any:
        limit = (6 / (shape[0] + shape[-1])) ** 0.5
        return random.uniform(-limit, limit, shape).astype(np.float32)

    bias = np.zeros(4 * units, np.float32)
    bias[units : 2 * units] = 1
    way = (glorot(12, 4 * units), glorot(SETTING, 4 * units), glorot(units, 4 * units), bias)
    back = (glorot(12, 4 * units), glorot(SETTING, 4 * units), glorot(units, 4 * units), bias)
    arrays = (
        *(*way, *back, glorot(24, hidden), glorot(9 + 7 + SETTING, hidden)),
        *(glorot(2 * units, hidden), glorot(hidden, 9), np.zeros(9, np.float32)),
    )
    return Weights(*(tf.Variable(x, name=name) for name, x in zip(Weights._fields, arrays, strict=True)))


def at_beats(values: Tensor, beats: Tensor) -> Tensor:
    """Rows of (batch, steps, ...) at these steps, (batch, beats, ...); a step of -1 gives the first row."""
    return tf.gather(values, tf.maximum(beats, 0), batch_dims=1)


def encode(weights: Weights, batch: dict[str, Tensor]) -> Tensor:
    """What the whole melody says at every beat, (batch, beats, 12, 2 * units); the batch comes first."""
    beats = batch["beats"]
    melody = views_of_beats(at_beats(batch["coming"], beats))  # (batch, beats, 12, 12)
    there = tf.cast(beats >= 0, tf.float32)
    plain = setting(at_beats(batch["place"], beats), tf.tile(batch["genre"][:, None], (1, beats.shape[1])))
    forth = _lstm(melody, plain, there, weights[:4])
    back = _lstm(melody[:, ::-1], plain[:, ::-1], there[:, ::-1], weights[4:8])[:, ::-1]
    return tf.concat([forth, back], axis=3)


def views_of_beats(classes: Tensor) -> Tensor:
    """(batch, beats, 12) -> (batch, beats, 12 views, 12)."""
    return tf.reshape(views_of(tf.reshape(classes, (-1, 12))), (-1, classes.shape[1], 12, 12))


def _lstm(melody: Tensor, plain: Tensor, there: Tensor, weights: tuple[Tensor, ...]) -> Tensor:
    """One direction, (batch, beats, 12, units); where a beat is not there the state waits."""
    rotated, kernel, recurrent, bias = weights
    size, beats, units = melody.shape[0], melody.shape[1], recurrent.shape[0]
    inputs = tf.transpose(tf.matmul(melody, rotated) + (tf.matmul(plain, kernel) + bias)[:, :, None, :], [1, 0, 2, 3])

    def body(beat: Tensor, output: Tensor, cell: Tensor, outputs: Tensor) -> Any:
        gates = inputs[beat] + dense(output, recurrent)
        into, forget, new, out = tf.split(gates, 4, axis=2)
        here = there[:, beat][:, None, None]
        cell = here * (tf.sigmoid(forget) * cell + tf.sigmoid(into) * tf.tanh(new)) + (1 - here) * cell
        output = here * tf.sigmoid(out) * tf.tanh(cell) + (1 - here) * output
        return beat + 1, output, cell, outputs.write(beat, output)

    silent = tf.zeros((size, 12, units))
    start = (tf.constant(0), silent, silent, tf.TensorArray(tf.float32, beats))
    limits = {"parallel_iterations": 1, "maximum_iterations": beats}
    outputs = tf.while_loop(lambda beat, *_: beat < beats, body, start, **limits)[-1].stack()
    return tf.transpose(outputs, [1, 0, 2, 3])


def chord_logits(weights: Weights, known: Tensor, batch: dict[str, Tensor], before: Tensor, age: Tensor) -> Tensor:
    """(batch, beats, chords): the chord at every beat, after the chord `before` that has sounded for `age` steps."""
    beats = before.shape[1]
    flat = tf.reshape(before, (-1,))
    classes = [tf.gather(PITCH_CLASSES, flat), tf.gather(CHORD_ROOT, flat)]
    views = tf.concat([views_of(c) for c in classes], axis=2)
    place = setting(at_beats(batch["place"], batch["beats"]), tf.tile(batch["genre"][:, None], (1, beats)))
    plain = tf.concat([tf.gather(CHORD_QUALITY, flat), ages(tf.reshape(age, (-1,)))], axis=1)
    plain = tf.concat([plain, tf.reshape(place, (-1, SETTING))], axis=1)
    hidden = tf.nn.relu(
        dense(tf.reshape(known, (-1, 12, known.shape[-1])), weights.chord_hidden)
        + dense(views, weights.chord_in)
        + tf.matmul(plain, weights.chord_plain)[:, None, :]
    )
    logits = dense(hidden, weights.chord) + weights.chord_bias  # (batch * beats, 12, 9)
    silence = tf.reduce_mean(logits[:, :, 8:], axis=1)
    joined = tf.concat([tf.reshape(logits[:, :, :8], (-1, NO_CHORD)), silence], axis=1)
    return tf.reshape(joined, (-1, beats, NO_CHORD + 1))


def forced_loss(weights: Weights, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Nats a chord on the human past, and how much of the coming melody the likeliest chord holds."""
    beats = batch["beats"]
    before, age = at_beats(batch["before"], beats), at_beats(batch["age"], beats)
    logits = chord_logits(weights, encode(weights, batch), batch, before, age)
    target, valid = at_beats(batch["chord"], beats), at_beats(batch["valid"], beats)
    known = valid * tf.cast((beats >= 0) & (target >= 0), tf.float32)
    coming = at_beats(batch["coming"], beats)
    heard = known * tf.reduce_sum(coming, axis=-1)
    likeliest = tf.one_hot(tf.argmax(logits, axis=-1), NO_CHORD + 1)
    return losses.cross_entropy(logits, target, known), losses.mean(losses.expected_hit(likeliest, coming), heard)


class Teaching:
    """The task of training a teacher on tunes that have chords."""

    name = "teacher"
    best = ("valid_nats", -1)

    def __init__(
        self, args: Common, tunes: list[Tune], units: int, hidden: int, steps: int, mix: dict[str, float]
    ) -> None:
        self._args, self._units, self._hidden = args, units, hidden
        chorded = [tune for tune in tunes if (tune.chords >= 0).any()]
        self._windows = Windows([t for t in chorded if t.split == "train"], steps, mix, seed=args.seed)
        held = [t for t in chorded if t.split == "valid"]
        rows = [window(t, 0, steps) for t in held[:: -(-len(held) // 128) or 1]] if held else []
        self._held = {k: np.stack([row[k] for row in rows]) for k in rows[0]} if rows else {}
        self._judge = tf.function(forced_loss)

    def weights(self) -> Weights:
        """Fresh variables."""
        return new_weights(self._units, self._hidden, self._args.seed)

    def batch(self, number: int) -> dict[str, Any]:
        """Windows of tunes with chords."""
        return self._windows.batch(self._args.batch, number)

    def loss(self, weights: Weights, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Cross-entropy on the human past."""
        nats, hit = forced_loss(weights, batch)
        return {"loss": nats, "hit": hit}

    def validate(self, weights: Weights) -> dict[str, float]:
        """The same on held-out tunes, from their beginnings."""
        if not self._held:
            return {}
        tensors = {k: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for k, x in self._held.items()}
        nats, hit = self._judge(weights, tensors)
        return {"valid_nats": float(nats), "valid_hit": float(hit)}


def read(path: Path) -> Weights:
    """A teacher that was saved. Raises ModelError if the file is not one."""
    try:
        with np.load(path, allow_pickle=False) as saved:
            return Weights(*(tf.constant(saved[f"average/{name}"]) for name in Weights._fields))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path} is no teacher ({error}); train with --taught 6 instead") from error
