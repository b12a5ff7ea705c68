"""The melody model's network: an LSTM that takes one step a note, and three heads.

The LSTM takes a note in; the heads say when the next begins, then, given that, how long this one sounds, then, given
both and what lies there, the next pitch. Two heads have beside their own voice a few copies: what the line did one,
two, four, eight bars ago and after its longest match, each as loud as a gate lets it be (a pointer to the past:
Vinyals et al., NIPS 2015). Training (a batch of lines) and the exported file (one note) run this same code.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.generators.melody_notes import (
    AHEAD_SIZES,
    HALF_LIVES,
    HEARD_FLOATS,
    HEARD_SIZES,
    LEAP_ECHOES,
    LEAPS,
    LENGTH_CLASSES,
    WAIT_CLASSES,
    WAIT_ECHOES,
)

Tensor = Any  # tensorflow ships no types

HEARD_WIDTH = sum(HEARD_SIZES) + HEARD_FLOATS
AHEAD_WIDTH = sum(AHEAD_SIZES) + 12 * len(HALF_LIVES)


class Weights(NamedTuple):
    """The variables, all float32."""

    inputs: Tensor  # (HEARD_WIDTH, 4 * units)
    recurrent: Tensor  # (units, 4 * units)
    bias: Tensor
    wait_hidden: Tensor  # (units, hidden)
    wait_bias: Tensor
    wait: Tensor  # (hidden, WAIT_CLASSES + gates)
    length_hidden: Tensor  # (units, 32)
    length_wait: Tensor  # (WAIT_CLASSES, 32)
    length: Tensor  # (32, LENGTH_CLASSES)
    leap_hidden: Tensor  # (units, hidden)
    leap_ahead: Tensor  # (AHEAD_WIDTH, hidden)
    leap_bias: Tensor
    leap: Tensor  # (hidden, LEAPS + gates)


def new_weights(units: int, hidden: int, seed: int) -> Weights:
    """Glorot-uniform weights; the forget gate starts open (bias 1: Jozefowicz et al., ICML 2015)."""
    random = np.random.default_rng(seed)

    def glorot(*shape: int) -> Tensor:
        limit = (6 / (shape[0] + shape[-1])) ** 0.5
        return random.uniform(-limit, limit, shape).astype(np.float32)

    bias = np.zeros(4 * units, np.float32)
    bias[units : 2 * units] = 1
    arrays = Weights(
        inputs=glorot(HEARD_WIDTH, 4 * units),
        recurrent=glorot(units, 4 * units),
        bias=bias,
        wait_hidden=glorot(units, hidden),
        wait_bias=np.zeros(hidden, np.float32),
        wait=glorot(hidden, WAIT_CLASSES + len(WAIT_ECHOES)),
        length_hidden=glorot(units, 32),
        length_wait=glorot(WAIT_CLASSES, 32),
        length=glorot(32, LENGTH_CLASSES),
        leap_hidden=glorot(units, hidden),
        leap_ahead=glorot(AHEAD_WIDTH, hidden),
        leap_bias=np.zeros(hidden, np.float32),
        leap=glorot(hidden, LEAPS + len(LEAP_ECHOES)),
    )
    return Weights(*(tf.Variable(x, name=name) for name, x in zip(Weights._fields, arrays, strict=True)))


def cells(ints: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """(rows, integers) as one row of ones and zeros, (rows, sum of sizes)."""
    return tf.concat([tf.one_hot(ints[:, i], size) for i, size in enumerate(sizes)], axis=1)


def seen(heard: Tensor, floats: Tensor) -> Tensor:
    """What the LSTM is given of a note, (rows, HEARD_WIDTH)."""
    return tf.concat([cells(heard, HEARD_SIZES), floats], axis=1)


def cell(weights: Weights, state: Tensor, given: Tensor) -> Tensor:
    """One step of the LSTM; `state` is (rows, 2, units), `given` the product of what is seen, (rows, 4 * units)."""
    before, memory = tf.unstack(state, axis=1)
    into, forget, new, out = tf.split(given + tf.matmul(before, weights.recurrent), 4, axis=1)
    memory = tf.sigmoid(forget) * memory + tf.sigmoid(into) * tf.tanh(new)
    return tf.stack([tf.sigmoid(out) * tf.tanh(memory), memory], axis=1)


def copied(voice: Tensor, ints: Tensor, columns: tuple[int, ...], classes: int) -> Tensor:
    """Logits: a head's own, and what the past suggests as loud as its gates say; a class that is none adds nothing."""
    own, gates = voice[:, :classes], voice[:, classes:]
    for number, column in enumerate(columns):
        own += gates[:, number : number + 1] * tf.one_hot(ints[:, column], classes)
    return own


def wait_logits(weights: Weights, output: Tensor, heard: Tensor) -> Tensor:
    """(rows, WAIT_CLASSES): when the next note begins."""
    hidden = tf.nn.relu(tf.matmul(output, weights.wait_hidden) + weights.wait_bias)
    return copied(tf.matmul(hidden, weights.wait), heard, WAIT_ECHOES, WAIT_CLASSES)


def length_logits(weights: Weights, output: Tensor, wait: Tensor) -> Tensor:
    """(rows, LENGTH_CLASSES): how long the note sounds, given the class of the wait, (rows,)."""
    hidden = tf.matmul(output, weights.length_hidden)
    hidden += tf.matmul(tf.one_hot(wait, WAIT_CLASSES), weights.length_wait)
    return tf.matmul(tf.nn.relu(hidden), weights.length)


def leap_logits(weights: Weights, output: Tensor, ahead: Tensor, floats: Tensor) -> Tensor:
    """(rows, LEAPS): the interval to the next pitch, given where it falls."""
    seen_there = tf.concat([cells(ahead, AHEAD_SIZES), floats[:, : 12 * len(HALF_LIVES)]], axis=1)
    hidden = tf.matmul(output, weights.leap_hidden) + tf.matmul(seen_there, weights.leap_ahead) + weights.leap_bias
    return copied(tf.matmul(tf.nn.relu(hidden), weights.leap), ahead, LEAP_ECHOES, LEAPS)


class Logits(NamedTuple):
    """What the three heads say of every note of a batch, (batch, notes, classes)."""

    wait: Tensor
    length: Tensor
    leap: Tensor


def lines(weights: Weights, batch: dict[str, Tensor], drop: Tensor | None = None) -> Logits:
    """The heads over whole lines, what came before being given; `drop` (batch, notes, units) scales what they read."""
    size, notes = batch["heard"].shape[:2]
    units = weights.recurrent.shape[0]
    flat = {key: tf.reshape(batch[key], (-1, batch[key].shape[-1])) for key in ("heard", "floats", "ahead", "truth")}
    given = tf.matmul(seen(flat["heard"], flat["floats"]), weights.inputs) + weights.bias
    given = tf.transpose(tf.reshape(given, (size, notes, 4 * units)), (1, 0, 2))
    outputs = tf.TensorArray(tf.float32, notes)

    def body(t: Tensor, state: Tensor, outputs: Any) -> Any:
        state = cell(weights, state, given[t])
        return t + 1, state, outputs.write(t, state[:, 0])

    loop = tf.while_loop(
        lambda t, *_: t < notes,
        body,
        (tf.constant(0), tf.zeros((size, 2, units)), outputs),
        parallel_iterations=1,
        maximum_iterations=notes,
    )
    output = tf.transpose(loop[2].stack(), (1, 0, 2))
    if drop is not None:
        output *= drop
    output = tf.reshape(output, (-1, units))
    said = (
        wait_logits(weights, output, flat["heard"]),
        length_logits(weights, output, flat["truth"][:, 0]),
        leap_logits(weights, output, flat["ahead"], flat["floats"]),
    )
    return Logits(*(tf.reshape(x, (size, notes, -1)) for x in said))
