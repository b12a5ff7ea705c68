"""The plain encoding, for comparison: one step a sixteenth, each a hold, a rest, or the onset of a pitch.

It is told what the note model is told of place, genre, key and height, but nothing of what the past suggests. Only
tunes that lie on the grid of sixteenths are judged, from their first onset to their last, so that bits an onset mean
the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bridge.generators.melody_notes import (
    BARS,
    BEATS,
    HALF_LIVES,
    LEAPS,
    LEGATO,
    NO_GENRE,
    STEP_TWELFTHS,
    WAITS,
    WITHIN,
    bar_class,
    place_ints,
)
from bridge.training.melody_lines import UNTOLD, Line, Phrases

Tensor = Any
Array = NDArray[Any]
HOLD, REST, TOKENS = 0, 1, 2 + LEAPS
SIZES = (TOKENS, BEATS, WITHIN, BARS + 1, NO_GENRE + 1)
FLOATS = 12 * len(HALF_LIVES) + 3
STEPS, WINDOWS = 256, 16  # of a batch, as many cells as 32 windows of 128 notes
BITS = float(1 / np.log(2))


class Weights(NamedTuple):
    """The variables, all float32."""

    inputs: Tensor
    recurrent: Tensor
    bias: Tensor
    hidden: Tensor
    hidden_bias: Tensor
    token: Tensor


def steps_of(line: Line) -> dict[str, Array]:
    """A line by sixteenths, from the step after its first onset to that of its last: inputs, floats and tokens."""
    at = np.round(line.times / STEP_TWELFTHS).astype(int) - round(int(line.times[0]) / STEP_TWELFTHS)
    steps = int(at[-1])
    tokens = np.full(steps + 1, HOLD)
    for number, (start, wait) in enumerate(zip(at[:-1], np.diff(at), strict=True)):
        if line.lengths[number] != LEGATO:
            sounds = max(1, WAITS[line.lengths[number] - 1] // STEP_TWELFTHS)
            tokens[start + min(sounds, wait) : start + wait] = REST
    tokens[at[1:]] = 2 + line.leaps
    last = np.searchsorted(at, np.arange(steps), side="right") - 1  # the note that was struck last before each step
    rows = []
    for step, note in enumerate(last):
        where = line.wheres[note].later(STEP_TWELFTHS * (step + 1 - int(at[note])))
        rows.append((tokens[step] if step else 2 + LEAPS // 2, *place_ints(where), bar_class(where), line.genre))
    inputs = np.array(rows)
    inputs[:, 4] = np.where(inputs[:, 4] < 0, NO_GENRE, inputs[:, 4])
    return {"inputs": inputs, "floats": line.floats[last, :FLOATS].astype(np.float32), "truth": tokens[1:]}


def stretch(rows: dict[str, Array], start: int, steps: int) -> dict[str, Array]:
    """`steps` steps from `start`; beyond the end `valid` is 0."""
    part = {key: x[start : start + steps] for key, x in rows.items()}
    part["valid"] = np.ones(len(part["truth"]), np.float32)
    missing = steps - len(part["truth"])
    return {key: np.pad(x, [(0, missing)] + [(0, 0)] * (x.ndim - 1)) for key, x in part.items()}


class GridTask:
    """The next sixteenth of a line, by what truly came."""

    name = "melody-grid"
    best = ("valid_bits_per_onset", -1)

    def __init__(self, units: int, hidden: int, seed: int, drop: float, lines: Sequence[Line], held: Sequence[Line]):
        self.units, self.hidden, self.seed, self.drop = units, hidden, seed, drop
        self.phrases = Phrases([line for line in lines if len(line.times) > 1], STEPS, seed)
        self.held = [steps_of(line) for line in held if line.on_grid]
        self._judge = tf.function(_bits, jit_compile=True)

    def weights(self) -> Weights:
        """Fresh variables, Glorot-uniform; the forget gate starts open."""
        random = np.random.default_rng(self.seed)

        def glorot(rows: int, columns: int) -> Any:
            limit = (6 / (rows + columns)) ** 0.5
            return random.uniform(-limit, limit, (rows, columns)).astype(np.float32)

        bias = np.zeros(4 * self.units, np.float32)
        bias[self.units : 2 * self.units] = 1
        arrays = (
            *(glorot(sum(SIZES) + FLOATS, 4 * self.units), glorot(self.units, 4 * self.units), bias),
            *(glorot(self.units, self.hidden), np.zeros(self.hidden, np.float32), glorot(self.hidden, TOKENS)),
        )
        return Weights(*(tf.Variable(x) for x in arrays))

    def batch(self, number: int) -> dict[str, Any]:
        """Windows of tunes, genres by their shares: a pure function of the seed and the number."""
        random = np.random.default_rng((self.seed, number))
        rows = []
        for line in self.phrases.some(WINDOWS, random):
            whole = steps_of(line)
            late = max(0, len(whole["truth"]) - STEPS)
            row = stretch(whole, 0 if random.random() < 0.3 else int(random.integers(late + 1)), STEPS)
            if random.random() < UNTOLD:
                row["inputs"][:, 4] = NO_GENRE
            rows.append(row)
        return {key: np.stack([row[key] for row in rows]) for key in rows[0]}

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Nats a step."""
        seed = tf.stack([self.seed, number])
        kept = tf.random.stateless_uniform((*batch["truth"].shape[:2], self.units), seed) >= self.drop
        scores = logits(weights, batch, tf.cast(kept, tf.float32) / (1 - self.drop))
        cost = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["truth"], scores)
        return {"loss": tf.reduce_sum(cost * batch["valid"]) / tf.reduce_sum(batch["valid"])}

    def validate(self, weights: Any) -> dict[str, float]:
        """Bits an onset and a step over the held-out tunes that lie on the grid."""
        parts = [stretch(rows, at, STEPS) for rows in self.held for at in range(0, len(rows["truth"]), STEPS)]
        sums = np.zeros(5)
        for first in range(0, len(parts), WINDOWS):
            some = parts[first : first + WINDOWS]
            some += [some[-1] | {"valid": np.zeros(STEPS, np.float32)}] * (WINDOWS - len(some))
            kinds = {"floats": tf.float32, "valid": tf.float32}
            batch = {k: tf.constant(np.stack([r[k] for r in some]), kinds.get(k, tf.int32)) for k in some[0]}
            sums += self._judge(weights, batch).numpy()
        when, pitch, top1, onsets, steps = sums
        figures = {"bits_per_onset": (when + pitch) / onsets, "bits_when": when / onsets, "bits_pitch": pitch / onsets}
        figures |= {"top1": top1 / onsets, "bits_per_step": (when + pitch) / steps, "onsets": onsets}
        return {f"valid_{key}": float(value) for key, value in figures.items()}


def logits(weights: Any, batch: dict[str, Tensor], drop: Tensor | None) -> Tensor:
    """(batch, steps, TOKENS)."""
    size, steps = batch["truth"].shape[:2]
    cells = [tf.one_hot(batch["inputs"][..., i], width) for i, width in enumerate(SIZES)]
    seen = tf.concat([*cells, batch["floats"]], axis=-1)
    given = tf.transpose(tf.matmul(seen, weights.inputs) + weights.bias, (1, 0, 2))
    units = weights.recurrent.shape[0]

    def body(t: Tensor, output: Tensor, memory: Tensor, outputs: Any) -> Any:
        into, forget, new, out = tf.split(given[t] + tf.matmul(output, weights.recurrent), 4, axis=1)
        memory = tf.sigmoid(forget) * memory + tf.sigmoid(into) * tf.tanh(new)
        output = tf.sigmoid(out) * tf.tanh(memory)
        return t + 1, output, memory, outputs.write(t, output)

    zeros = tf.zeros((size, units))
    start = (tf.constant(0), zeros, zeros, tf.TensorArray(tf.float32, steps))
    loop = tf.while_loop(lambda t, *_: t < steps, body, start, parallel_iterations=1, maximum_iterations=steps)
    output = tf.transpose(loop[3].stack(), (1, 0, 2))
    output = output if drop is None else output * drop
    return tf.matmul(tf.nn.relu(tf.matmul(output, weights.hidden) + weights.hidden_bias), weights.token)


def _bits(weights: Any, batch: dict[str, Tensor]) -> Tensor:
    """Bits for when (hold, rest or onset) and for the pitches of onsets, pitches foreseen, onsets, steps."""
    scores = tf.nn.log_softmax(logits(weights, batch, None))
    truth, valid = batch["truth"], batch["valid"]
    given = tf.gather(scores, truth, batch_dims=2)
    onset = valid * tf.cast(truth >= 2, tf.float32)
    begins = tf.reduce_logsumexp(scores[..., 2:], axis=-1)
    when = tf.where(truth >= 2, begins, given)
    best = tf.argmax(scores[..., 2:], axis=-1, output_type=tf.int32)
    hits = tf.cast(best == truth - 2, tf.float32) * onset
    columns = (-BITS * when * valid, -BITS * (given - begins) * onset, hits, onset, valid)
    return tf.stack([tf.reduce_sum(column) for column in columns])
