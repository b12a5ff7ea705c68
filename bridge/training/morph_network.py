"""A recurrent variational autoencoder over a piece of a phrase (Roberts et al., MusicVAE, ICML 2018; much smaller).

Where it differs: the encoder's states are read out step by step (not its last state only) into the latent vector z,
and the decoder gets from z a reading of its own for every step, beside its own past; so a few minutes of training
suffice to give a phrase back. And the decoder is told how noisy z is (as a diffusion model is): at noise a it learned
from z = sqrt(1 - a^2) mean + a noise what phrases such a z leaves possible, from the phrase itself at 0 to any phrase
at 1. Its teacher-forced past is often blanked out: z must carry the phrase. Training (a batch) and the exported file
(one piece) run this same code. Shapes: (batch, STEPS, ...).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.generators.morph_phrase import CLASSES, STEPS
from bridge.music.vocabulary import FIRST_ONSET, GENRES, HOLD, PLACE_WIDTH, REST

Tensor = Any  # tensorflow ships no types

GENRE_WIDTH = len(GENRES) + 1  # one-hot; the first cell: unknown
HEARD = 2 * CLASSES + PLACE_WIDTH + 1  # a step as the encoder hears it: token, last pitch, place, whether it exists
FIXED = GENRE_WIDTH + 12 + 3  # what the decoder knows of the whole piece beside z: genre, scale, how noisy z is
PAST = 2 * CLASSES + PLACE_WIDTH + FIXED  # ... and of a step: last token, last pitch, place
IMPOSSIBLE = -1e9
MOST = 3.0  # nats by which `fair` may lift an onset: beyond, what the model wants has been ruled out altogether


class Weights(NamedTuple):
    """The variables, all float32."""

    heard: Tensor  # (2, HEARD, 4 * units): forwards and backwards
    heard_bias: Tensor
    heard_recurrent: Tensor
    summary: Tensor  # (2 * units, share)
    mean: Tensor  # (STEPS * share, latent)
    spread: Tensor
    spread_bias: Tensor
    reading: Tensor  # (latent, STEPS * reading)
    reading_bias: Tensor
    start: Tensor  # (latent, 2 * hidden)
    past: Tensor  # (PAST, 4 * hidden)
    read: Tensor  # (reading, 4 * hidden)
    recurrent: Tensor
    bias: Tensor
    output: Tensor  # (hidden + reading, CLASSES)
    output_bias: Tensor


class Posterior(NamedTuple):
    """Where a piece lies in the latent space: mean and log standard deviation, (batch, latent)."""

    mean: Tensor
    spread: Tensor


def new_weights(units: int, hidden: int, latent: int, share: int, reading: int, seed: int) -> Weights:
    """Glorot-uniform weights; forget gates start open (bias 1: Jozefowicz et al., ICML 2015), the posterior narrow."""
    random = np.random.default_rng(seed)

    def glorot(*shape: int) -> Tensor:
        limit = (6 / (shape[-2] + shape[-1])) ** 0.5
        return random.uniform(-limit, limit, shape).astype(np.float32)

    def gates(*shape: int) -> Tensor:
        bias = np.zeros(shape, np.float32)
        bias[..., shape[-1] // 4 : shape[-1] // 2] = 1
        return bias

    arrays = Weights(
        heard=glorot(2, HEARD, 4 * units),
        heard_bias=gates(2, 1, 4 * units),
        heard_recurrent=glorot(2, units, 4 * units),
        summary=glorot(2 * units, share),
        mean=glorot(STEPS * share, latent),
        spread=0.1 * glorot(STEPS * share, latent),
        spread_bias=np.full(latent, -1, np.float32),
        reading=glorot(latent, STEPS * reading),
        reading_bias=np.zeros(STEPS * reading, np.float32),
        start=glorot(latent, 2 * hidden),
        past=glorot(PAST, 4 * hidden),
        read=glorot(reading, 4 * hidden),
        recurrent=glorot(hidden, 4 * hidden),
        bias=gates(4 * hidden),
        output=glorot(hidden + reading, CLASSES),
        output_bias=np.zeros(CLASSES, np.float32),
    )
    return Weights(*(tf.Variable(x, name=name) for name, x in zip(Weights._fields, arrays, strict=True)))


def last_pitches(classes: Tensor, before: Tensor) -> Tensor:
    """The class of the latest onset at or before each step, REST before the first; `before` (batch,) came earlier."""
    line = tf.concat([before[:, None], classes], axis=1)
    number = tf.range(STEPS + 1)[None, :]
    latest = tf.where(line >= FIRST_ONSET, number, 0)
    latest = tf.reduce_max(tf.where(_TRIANGLE, latest[:, None, :], 0), axis=2)  # (batch, STEPS + 1)
    return tf.gather(line, latest, batch_dims=1)


_TRIANGLE = np.tril(np.ones((STEPS + 1, STEPS + 1), bool))[None]


def _run(gates: Tensor, recurrent: Tensor, output: Tensor, cell: Tensor) -> Tensor:
    """An LSTM over gates (steps, ..., 4 * units) to which its own output is added; its outputs (steps, ..., units)."""
    steps = gates.shape[0]
    outputs = tf.TensorArray(tf.float32, steps)

    def body(step: Tensor, output: Tensor, cell: Tensor, outputs: Any) -> Any:
        output, cell = _cell(gates[step] + tf.matmul(output, recurrent), cell)
        return step + 1, output, cell, outputs.write(step, output)

    first = (tf.constant(0), output, cell, outputs)
    *_, outputs = tf.while_loop(lambda step, *_: step < steps, body, first, maximum_iterations=steps)
    return outputs.stack()


def _cell(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    into, forget, new, out = tf.split(gates, 4, axis=-1)
    cell = tf.sigmoid(forget) * cell + tf.sigmoid(into) * tf.tanh(new)
    return tf.sigmoid(out) * tf.tanh(cell), cell


def encode(weights: Weights, classes: Tensor, before: Tensor, place: Tensor, valid: Tensor) -> Posterior:
    """The posterior of pieces, classes (batch, STEPS), `before` (batch,), `valid` (batch, STEPS) 1 inside the piece."""
    sounding = last_pitches(classes, before)[:, 1:]
    seen = [tf.one_hot(classes, CLASSES), tf.one_hot(sounding, CLASSES), place, valid[..., None]]
    heard = tf.concat(seen, axis=2) * valid[..., None]  # (batch, STEPS, HEARD)
    heard = tf.transpose(heard, (1, 0, 2))
    both = tf.stack([heard, tf.reverse(heard, [0])])  # (2, STEPS, batch, HEARD)
    width = weights.heard.shape[2]
    gates = tf.matmul(tf.reshape(both, (2, -1, HEARD)), weights.heard) + weights.heard_bias
    gates = tf.transpose(tf.reshape(gates, (2, STEPS, -1, width)), (1, 0, 2, 3))
    blank = tf.zeros_like(gates[0, :, :, : width // 4])
    states = _run(gates, weights.heard_recurrent, blank, blank)  # (STEPS, 2, batch, units)
    states = tf.concat([states[:, 0], tf.reverse(states[:, 1], [0])], axis=2)
    states = tf.transpose(states, (1, 0, 2))
    summary = tf.nn.relu(tf.matmul(states, weights.summary)) * valid[..., None]
    summary = tf.reshape(summary, (-1, STEPS * summary.shape[2]))
    spread = tf.matmul(summary, weights.spread) + weights.spread_bias
    return Posterior(tf.matmul(summary, weights.mean), tf.clip_by_value(spread, -6.0, 1.0))


def readings(weights: Weights, latent: Tensor) -> Tensor:
    """What the decoder reads off z (see `trusted`) at every step, (batch, STEPS, reading)."""
    read = tf.tanh(tf.matmul(latent, weights.reading) + weights.reading_bias)
    return tf.reshape(read, (-1, STEPS, weights.read.shape[0]))


def trusted(latent: Tensor, noise: Tensor) -> Tensor:
    """The part of a noisy z (batch, latent) that is worth reading at noise (batch,): nothing of it at 1."""
    return latent * tf.sqrt(1 - tf.square(noise))[:, None]


def fixed(genre: Tensor, scale: Tensor, noise: Tensor) -> Tensor:
    """What the decoder knows of a piece beside z, (batch, FIXED); `scale` (batch, 12) counts from the tonic."""
    levels = tf.stack([noise, tf.square(noise), tf.sqrt(1 - tf.square(noise))], axis=1)
    return tf.concat([tf.one_hot(genre + 1, GENRE_WIDTH), scale, levels], axis=1)


def begin(weights: Weights, latent: Tensor) -> tuple[Tensor, Tensor]:
    """The decoder's first state, (batch, hidden) twice."""
    output, cell = tf.split(tf.tanh(tf.matmul(latent, weights.start)), 2, axis=1)
    return output, cell


def forced(weights: Weights, latent: Tensor, batch: dict[str, Tensor], kept: Tensor) -> Tensor:
    """Logits (batch, STEPS, CLASSES) with the true past; where `kept`, (2, batch, STEPS, 1), is 0 it is blanked out."""
    classes, before = batch["classes"], batch["before"]
    previous = tf.concat([first(before)[:, None], classes[:, :-1]], axis=1)
    last = last_pitches(classes, before)[:, :-1]
    whole = tf.repeat(fixed(batch["genre"], batch["scale"], batch["noise"])[:, None], STEPS, axis=1)
    past = [tf.one_hot(previous, CLASSES) * kept[0], tf.one_hot(last, CLASSES) * kept[1], batch["place"], whole]
    latent = trusted(latent, batch["noise"])
    read = tf.transpose(readings(weights, latent), (1, 0, 2))
    both = tf.concat([tf.transpose(tf.concat(past, axis=2), (1, 0, 2)), read], axis=2)
    gates = _dense(both, tf.concat([weights.past, weights.read], axis=0)) + weights.bias
    outputs = _run(gates, weights.recurrent, *begin(weights, latent))
    logits = _dense(tf.concat([outputs, read], axis=2), weights.output) + weights.output_bias
    return tf.transpose(logits, (1, 0, 2)) + holdable(previous)


def _dense(x: Tensor, kernel: Tensor) -> Tensor:
    """(steps, batch, n) by (n, m) as one flat product."""
    return tf.reshape(tf.matmul(tf.reshape(x, (-1, x.shape[2])), kernel), (x.shape[0], -1, kernel.shape[1]))


def first(before: Tensor) -> Tensor:
    """The token before a piece: HOLD if a note sounds on from before, REST if not."""
    return tf.where(before >= FIRST_ONSET, HOLD, REST)


def holdable(previous: Tensor) -> Tensor:
    """What must be added to logits so that nothing is held where nothing sounds, (..., CLASSES)."""
    hold = tf.one_hot(HOLD, CLASSES)
    return IMPOSSIBLE * tf.cast(previous == REST, tf.float32)[..., None] * hold


def free(weights: Weights, latent: Tensor, batch: dict[str, Tensor], wish: Tensor) -> tuple[Tensor, Tensor]:
    """Classes (batch, STEPS) and their logits, each step on the model's own past: argmax of logits + wish.

    `wish`, (batch, STEPS, CLASSES), is Gumbel noise (times a temperature), what is asked for, and IMPOSSIBLE for what
    is ruled out; the onsets that are left then share the chance of all, so that ruling out pitches costs no notes.
    """
    previous, last = first(batch["before"]), batch["before"]
    latent = trusted(latent, batch["noise"])
    read = tf.transpose(readings(weights, latent), (1, 0, 2))
    whole = fixed(batch["genre"], batch["scale"], batch["noise"])
    from_previous, from_last, from_rest = tf.split(weights.past, [CLASSES, CLASSES, PAST - 2 * CLASSES])
    known = tf.concat([batch["place"], tf.repeat(whole[:, None], STEPS, axis=1)], axis=2)
    known = tf.concat([tf.transpose(known, (1, 0, 2)), read], axis=2)
    gates = _dense(known, tf.concat([from_rest, weights.read], axis=0)) + weights.bias
    units = weights.recurrent.shape[0]
    heads = _dense(read, weights.output[units:]) + weights.output_bias
    wishes = tf.transpose(wish, (1, 0, 2))
    arrays = tf.TensorArray(tf.int32, STEPS), tf.TensorArray(tf.float32, STEPS)

    def body(step: Tensor, previous: Tensor, last: Tensor, output: Tensor, cell: Tensor, said: Any, how: Any) -> Any:
        past = tf.gather(from_previous, previous) + tf.gather(from_last, last)
        output, cell = _cell(gates[step] + past + tf.matmul(output, weights.recurrent), cell)
        logits = tf.matmul(output, weights.output[:units]) + heads[step] + holdable(previous)
        now = tf.argmax(fair(logits, wishes[step]) + wishes[step], axis=1, output_type=tf.int32)
        last = tf.where(now >= FIRST_ONSET, now, last)
        return step + 1, now, last, output, cell, said.write(step, now), how.write(step, logits)

    start = (tf.constant(0), previous, last, *begin(weights, latent), *arrays)
    *_, said, how = tf.while_loop(lambda step, *_: step < STEPS, body, start, maximum_iterations=STEPS)
    return tf.transpose(said.stack()), tf.transpose(how.stack(), (1, 0, 2))


def fair(logits: Tensor, wish: Tensor) -> Tensor:
    """Logits (batch, CLASSES) whose onsets that are not ruled out are together as likely as all were."""
    onsets = logits[:, FIRST_ONSET:]
    left = tf.where(wish[:, FIRST_ONSET:] > IMPOSSIBLE / 2, onsets, IMPOSSIBLE)
    lift = tf.reduce_logsumexp(onsets, axis=1) - tf.reduce_logsumexp(left, axis=1)
    return tf.concat([logits[:, :FIRST_ONSET], onsets + tf.minimum(lift, MOST)[:, None]], axis=1)
