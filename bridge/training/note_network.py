"""The Note RNN: an LSTM over 38 events, one step a sixteenth (Jaques et al., 2017: one layer; theirs had 100 cells).

Every array begins with an axis of networks, whose logits are summed: one for a Note RNN, two where G-learning plays
the frozen network and its correction together. `value` is read by the tuner only (see tuner.py) and never exported.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.generators.note_events import EVENTS, NONE

Tensor = Any
GAIN = 10.0  # of the value head: its size is that of many rewards, and Adam moves all weights alike


class Weights(NamedTuple):
    """The variables, float32; u units, n networks."""

    inputs: Tensor  # (n, EVENTS, 4u)
    recurrent: Tensor  # (n, u, 4u)
    bias: Tensor  # (n, 4u)
    output: Tensor  # (n, u, EVENTS)
    output_bias: Tensor  # (n, EVENTS)
    value: Tensor  # (n, u + 1), the last is its bias


def new_weights(units: int, seed: int) -> Weights:
    """Fresh variables, Glorot-uniform; the forget gate starts open, the value at 0."""
    random = np.random.default_rng(seed)

    def glorot(rows: int, columns: int) -> Any:
        limit = (6 / (rows + columns)) ** 0.5
        return random.uniform(-limit, limit, (1, rows, columns)).astype(np.float32)

    bias = np.zeros((1, 4 * units), np.float32)
    bias[:, units : 2 * units] = 1
    zeros = np.zeros((1, EVENTS), np.float32), np.zeros((1, units + 1), np.float32)
    arrays = (glorot(EVENTS, 4 * units), glorot(units, 4 * units), bias, glorot(units, EVENTS), *zeros)
    return Weights(*(tf.Variable(x) for x in arrays))


def start(weights: Weights, pieces: int) -> Tensor:
    """The state before the first event, (n, pieces, 2, u): output and memory."""
    networks, units = weights.recurrent.shape[:2]
    return tf.zeros((networks, pieces, 2, units))


def given(weights: Weights, seen: Tensor) -> Tensor:
    """What events (..., EVENTS) one-hot add to the gates, (n, ..., 4u); all zeros stand for no event."""
    flat = tf.matmul(tf.reshape(seen, (1, -1, EVENTS)), weights.inputs) + weights.bias[:, None]
    return tf.reshape(flat, (flat.shape[0], *seen.shape[:-1], flat.shape[-1]))


def cell(weights: Weights, state: Tensor, told: Tensor) -> Tensor:
    """The state after events, `told` (n, pieces, 4u) what they give."""
    output, memory = state[:, :, 0], state[:, :, 1]
    into, forget, new, out = tf.split(told + tf.matmul(output, weights.recurrent), 4, axis=2)
    memory = tf.sigmoid(forget) * memory + tf.sigmoid(into) * tf.tanh(new)
    return tf.stack([tf.sigmoid(out) * tf.tanh(memory), memory], axis=2)


def logits(weights: Weights, output: Tensor) -> Tensor:
    """(..., EVENTS) of the next event, from outputs (n, ..., u), summed over the networks."""
    flat = tf.reshape(output, (output.shape[0], -1, output.shape[-1]))
    said = tf.reduce_sum(tf.matmul(flat, weights.output) + weights.output_bias[:, None], axis=0)
    return tf.reshape(said, (*output.shape[1:-1], EVENTS))


def values(weights: Weights, output: Tensor) -> Tensor:
    """(...,), from outputs (n, ..., u)."""
    head = GAIN * weights.value[0]
    return tf.linalg.matvec(output[0], head[:-1]) + head[-1]


def states(weights: Weights, events: Tensor) -> Tensor:
    """The state before each event of whole pieces (pieces, steps), from the start: (n, pieces, steps, 2, u)."""
    pieces, steps = events.shape
    before = tf.pad(events[:, :-1], [(0, 0), (1, 0)], constant_values=NONE)
    told = given(weights, tf.one_hot(tf.transpose(before), EVENTS))

    def body(t: Tensor, state: Tensor, found: Any) -> Any:
        state = cell(weights, state, told[:, t])
        return t + 1, state, found.write(t, state)

    begin = (tf.constant(0), start(weights, pieces), tf.TensorArray(tf.float32, steps))
    loop = tf.while_loop(lambda t, *_: t < steps, body, begin, parallel_iterations=1, maximum_iterations=steps)
    return tf.transpose(loop[2].stack(), (1, 2, 0, 3, 4))


def outputs(weights: Weights, events: Tensor) -> Tensor:
    """What the LSTM says before each event of whole pieces (pieces, steps): (n, pieces, steps, u)."""
    return states(weights, events)[..., 0, :]


def ahead(weights: Weights, events: Tensor) -> Tensor:
    """What the LSTM would say after each of all events at each step: (n, pieces, steps, EVENTS, u)."""
    before = states(weights, events)
    output, memory = before[..., 0, :], before[..., 1, None, :]
    known = tf.einsum("npsu,nuv->npsv", output, weights.recurrent)[..., None, :]
    told = weights.inputs[:, None, None] + weights.bias[:, None, None, None]
    into, forget, new, out = tf.split(known + told, 4, axis=4)
    memory = tf.sigmoid(forget) * memory + tf.sigmoid(into) * tf.tanh(new)
    return tf.sigmoid(out) * tf.tanh(memory)


def compose(weights: Weights, noise: Tensor, temperature: Tensor) -> Tensor:
    """Pieces (pieces, steps) drawn event by event, by Gumbel noise (pieces, steps, EVENTS); the likeliest at 0."""
    pieces, steps = noise.shape[:2]

    def body(t: Tensor, state: Tensor, last: Tensor, found: Any) -> Any:
        state = cell(weights, state, given(weights, tf.one_hot(last, EVENTS)))
        scores = logits(weights, state[:, :, 0]) + temperature * noise[:, t]
        drawn = tf.argmax(scores, axis=1, output_type=tf.int32)
        return t + 1, state, drawn, found.write(t, drawn)

    begin = (tf.constant(0), start(weights, pieces), tf.fill((pieces,), NONE), tf.TensorArray(tf.int32, steps))
    loop = tf.while_loop(lambda t, *_: t < steps, body, begin, parallel_iterations=1, maximum_iterations=steps)
    return tf.transpose(loop[3].stack())


def joined(networks: tuple[Weights, ...]) -> Weights:
    """Networks as one, whose logits are summed."""
    return Weights(*(tf.concat(arrays, axis=0) for arrays in zip(*networks, strict=True)))
