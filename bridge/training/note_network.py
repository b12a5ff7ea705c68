"""The Note RNN: an LSTM over 38 events, one step a sixteenth (Jaques et al., 2017: one layer; theirs had 100 cells).

It looks back, as Magenta's Lookback RNN does: beside the last event it is given the events that came BACK sixteenths
before the next one, and whether the last event was what came as long before it. And it can copy: for each of these
distances one number, which the LSTM says, is added to the logit of the event found there (a pointer, as in See et al.,
2017, before the softmax).

Every array begins with an axis of networks, whose logits are summed: one for a Note RNN, two where G-learning plays
the frozen network and its correction together. `value` is read by the tuner only (see tuner.py) and never exported.
A `past` is the last PAST events, the latest last, NONE before the first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.generators.note_events import BACK, EVENTS, NONE, PAST

Tensor = Any
LAGS = len(BACK)
SEEN = EVENTS * (1 + LAGS) + LAGS  # the last event, those BACK, whether the last one repeated them
GAIN = 10.0  # of the value head: its size is that of many rewards, and Adam moves all weights alike


class Weights(NamedTuple):
    """The variables, float32; u units, n networks."""

    inputs: Tensor  # (n, SEEN, 4u)
    recurrent: Tensor  # (n, u, 4u)
    bias: Tensor  # (n, 4u)
    output: Tensor  # (n, u, EVENTS)
    output_bias: Tensor  # (n, EVENTS)
    copy: Tensor  # (n, u + 1, LAGS), the last row is its bias
    value: Tensor  # (n, u + 1), the last is its bias


def new_weights(units: int, seed: int) -> Weights:
    """Fresh variables, Glorot-uniform; the forget gate starts open, the value at 0."""
    random = np.random.default_rng(seed)

    def glorot(rows: int, columns: int) -> Any:
        limit = (6 / (rows + columns)) ** 0.5
        return random.uniform(-limit, limit, (1, rows, columns)).astype(np.float32)

    bias = np.zeros((1, 4 * units), np.float32)
    bias[:, units : 2 * units] = 1
    zeros = (np.zeros((1, *shape), np.float32) for shape in ((EVENTS,), (units + 1, LAGS), (units + 1,)))
    seen = np.concatenate([glorot(EVENTS, 4 * units) for _ in range(1 + LAGS)] + [glorot(LAGS, 4 * units)], axis=1)
    arrays = (seen, glorot(units, 4 * units), bias, glorot(units, EVENTS), *zeros)
    return Weights(*(tf.Variable(x) for x in arrays))


def start(weights: Weights, pieces: int) -> Tensor:
    """The state before the first event, (n, pieces, 2, u): output and memory."""
    networks, units = weights.recurrent.shape[:2]
    return tf.zeros((networks, pieces, 2, units))


def seen(past: Tensor) -> Tensor:
    """What the network is given of pasts (..., PAST): (..., SEEN)."""
    last, back, before = past[..., -1], back_of(past), tf.stack([past[..., -1 - lag] for lag in BACK], axis=-1)
    same = tf.cast((before == last[..., None]) & (before != NONE), tf.float32)
    told = tf.reshape(tf.one_hot(back, EVENTS), (*back.shape[:-1], LAGS * EVENTS))
    return tf.concat([tf.one_hot(last, EVENTS), told, same], axis=-1)


def back_of(past: Tensor) -> Tensor:
    """The events BACK from the next one, (..., LAGS)."""
    return tf.stack([past[..., -lag] for lag in BACK], axis=-1)


def pasts(events: Tensor) -> Tensor:
    """The past before each event of whole pieces (pieces, steps), and after the last: (pieces, steps + 1, PAST)."""
    padded = tf.pad(events, [(0, 0), (PAST, 0)], constant_values=NONE)
    return tf.stack([padded[:, at : at + events.shape[1] + 1] for at in range(PAST)], axis=2)


def given(weights: Weights, told: Tensor) -> Tensor:
    """What is seen (..., SEEN) adds to the gates, (n, ..., 4u)."""
    flat = tf.matmul(tf.reshape(told, (1, -1, SEEN)), weights.inputs) + weights.bias[:, None]
    return tf.reshape(flat, (flat.shape[0], *told.shape[:-1], flat.shape[-1]))


def cell(weights: Weights, state: Tensor, told: Tensor) -> Tensor:
    """The state after events, `told` (n, pieces, 4u) what they give."""
    output, memory = state[:, :, 0], state[:, :, 1]
    into, forget, new, out = tf.split(told + tf.matmul(output, weights.recurrent), 4, axis=2)
    memory = tf.sigmoid(forget) * memory + tf.sigmoid(into) * tf.tanh(new)
    return tf.stack([tf.sigmoid(out) * tf.tanh(memory), memory], axis=2)


def logits(weights: Weights, output: Tensor, back: Tensor) -> Tensor:
    """(..., EVENTS) of the next event, from outputs (n, ..., u) and what is BACK (..., LAGS), summed over networks."""
    flat = tf.reshape(output, (output.shape[0], -1, output.shape[-1]))
    said = tf.reduce_sum(tf.matmul(flat, weights.output) + weights.output_bias[:, None], axis=0)
    copied = tf.reduce_sum(tf.matmul(flat, weights.copy[:, :-1]) + weights.copy[:, -1:], axis=0)
    shape = tuple(output.shape[1:-1])
    more = tf.reshape(copied, (*shape, LAGS, 1)) * tf.one_hot(back, EVENTS)
    return tf.reshape(said, (*shape, EVENTS)) + tf.reduce_sum(more, axis=-2)


def values(weights: Weights, output: Tensor) -> Tensor:
    """(...,), from outputs (n, ..., u)."""
    head = GAIN * weights.value[0]
    return tf.linalg.matvec(output[0], head[:-1]) + head[-1]


def states(weights: Weights, events: Tensor) -> Tensor:
    """The state before each event of whole pieces (pieces, steps), from the start: (n, pieces, steps, 2, u)."""
    pieces, steps = events.shape
    told = given(weights, tf.transpose(seen(pasts(events)[:, :-1]), (1, 0, 2)))

    def body(t: Tensor, state: Tensor, found: Any) -> Any:
        state = cell(weights, state, told[:, t])
        return t + 1, state, found.write(t, state)

    begin = (tf.constant(0), start(weights, pieces), tf.TensorArray(tf.float32, steps))
    loop = tf.while_loop(lambda t, *_: t < steps, body, begin, parallel_iterations=1, maximum_iterations=steps)
    return tf.transpose(loop[2].stack(), (1, 2, 0, 3, 4))


def outputs(weights: Weights, events: Tensor) -> Tensor:
    """What the LSTM says before each event of whole pieces (pieces, steps): (n, pieces, steps, u)."""
    return states(weights, events)[..., 0, :]


def backs(events: Tensor) -> Tensor:
    """What came BACK from each event of whole pieces (pieces, steps): (pieces, steps, LAGS)."""
    return back_of(pasts(events)[:, :-1])


def ahead(weights: Weights, events: Tensor) -> tuple[Tensor, Tensor]:
    """What the LSTM would say after each of all events at each step, (n, pieces, steps, EVENTS, u); what is BACK then.

    The latter is (pieces, steps, 1, LAGS): it does not depend on the event, for the nearest is more than one away.
    """
    before, later, now = states(weights, events), pasts(events)[:, 1:], backs(events)
    output, memory = before[..., 0, :], before[..., 1, None, :]
    back = back_of(later)
    told = tf.reshape(tf.one_hot(back, EVENTS), (1, -1, LAGS * EVENTS))
    known = tf.matmul(told, weights.inputs[:, EVENTS:-LAGS]) + weights.bias[:, None]
    known = tf.reshape(known, (known.shape[0], *events.shape, known.shape[-1]))
    known = (known + tf.einsum("npsu,nuv->npsv", output, weights.recurrent))[..., None, :]
    gates = known + weights.inputs[:, None, None, :EVENTS]
    for lag in range(LAGS):
        gates += tf.one_hot(now[..., lag], EVENTS)[..., None] * weights.inputs[:, None, None, None, lag - LAGS]
    into, forget, new, out = tf.split(gates, 4, axis=4)
    memory = tf.sigmoid(forget) * memory + tf.sigmoid(into) * tf.tanh(new)
    return tf.sigmoid(out) * tf.tanh(memory), back[:, :, None]


def compose(weights: Weights, noise: Tensor, temperature: Tensor) -> Tensor:
    """Pieces (pieces, steps) drawn event by event, by Gumbel noise (pieces, steps, EVENTS); the likeliest at 0."""
    pieces, steps = noise.shape[:2]

    def body(t: Tensor, state: Tensor, past: Tensor, found: Any) -> Any:
        state = cell(weights, state, given(weights, seen(past)))
        scores = logits(weights, state[:, :, 0], back_of(past)) + temperature * noise[:, t]
        drawn = tf.argmax(scores, axis=1, output_type=tf.int32)
        return t + 1, state, tf.concat([past[:, 1:], drawn[:, None]], axis=1), found.write(t, drawn)

    begin = (tf.constant(0), start(weights, pieces), tf.fill((pieces, PAST), NONE), tf.TensorArray(tf.int32, steps))
    loop = tf.while_loop(lambda t, *_: t < steps, body, begin, parallel_iterations=1, maximum_iterations=steps)
    return tf.transpose(loop[3].stack())


def joined(networks: tuple[Weights, ...]) -> Weights:
    """Networks as one, whose logits are summed."""
    return Weights(*(tf.concat(arrays, axis=0) for arrays in zip(*networks, strict=True)))
