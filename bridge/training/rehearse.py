"""A roll that can be learnt from: played without a gradient, then read once more with one, all of it at once.

Samples have no gradient, so nothing that the LSTM hears of its own past has one. The gradient is the same as through
the roll itself; but every product save the recurrent one is a single large one, and what one step keeps for the
gradient is not copied at the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from bridge.training import network, past
from bridge.training.network import Weights
from bridge.training.rollout import Roll, roll

Tensor = Any


def rehearse(
    weights: Weights,
    batch: dict[str, Tensor],
    forced: Tensor,
    temperature: Tensor,
    gumbel: Tensor,
    mask: Tensor | None = None,
) -> Roll:
    """What `roll` gives, with gradients through the logits and `output`."""
    still = Weights(*map(tf.stop_gradient, weights))
    played = Roll(*map(tf.stop_gradient, roll(still, batch, forced, temperature, gumbel, mask, inputs=True)))
    return reread(weights, played, batch, mask)


def reread(weights: Weights, played: Roll, batch: dict[str, Tensor], mask: Tensor | None = None) -> Roll:
    """The roll with the logits that these weights give on it; it was rolled with `inputs` and this mask."""
    steps, size = played.chord.shape
    units = weights.recurrent.shape[0]
    heard = tf.matmul(flat(played.plain), weights.plain) + weights.bias
    fed = network.dense(flat(played.rotated), weights.rotated) + heard[:, None, :]
    output = recurrence(tf.reshape(fed, (steps, -1, 4 * units)), tf.convert_to_tensor(weights.recurrent))
    output = tf.reshape(output, (steps, size, 12, units))
    seen = flat(output if mask is None else output * mask)
    player = past.start(1, units)._replace(lstm=tf.stack([seen, seen], axis=1), memory=flat(played.memory))
    places = network.setting(batch["place"], tf.tile(batch["genre"][None, :], (steps, 1)))
    chord, true_chord, truth, place = map(flat, (played.chord, played.true_chord, played.truth, places))
    recalled = flat(played.recalled)
    logits = {
        "chord_logits": network.chord_logits(weights, player, recalled),
        "guess_logits": network.guess_logits(weights, player, recalled),
        "own_bass_logits": network.bass_logits(weights, player, chord, player.memory, place),
        "bass_logits": network.bass_logits(weights, player, true_chord, truth, place),
        "melody_logits": network.melody_logits(weights, player),
    }
    return played._replace(output=output, **{k: tf.reshape(x, (steps, size, -1)) for k, x in logits.items()})


def flat(values: Tensor) -> Tensor:
    """(steps, batch, ...) as (steps * batch, ...)."""
    return tf.reshape(values, (-1, *values.shape[2:]))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def recurrence(fed: Tensor, recurrent: Tensor) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor]]]:
    """Outputs, (steps, rows, units), of an LSTM from a cold start whose gates get `fed`, (steps, rows, 4 units)."""
    steps, rows, units = fed.shape[0], fed.shape[1], recurrent.shape[0]
    silent = tf.zeros((rows, units))
    limits = {"parallel_iterations": 1, "maximum_iterations": steps}

    def forth(t: Tensor, output: Tensor, cell: Tensor, *noted: Tensor) -> Any:
        into, forget, new, out = tf.split(fed[t] + tf.matmul(output, recurrent), 4, axis=1)
        into, forget, new, out = tf.sigmoid(into), tf.sigmoid(forget), tf.tanh(new), tf.sigmoid(out)
        cell = forget * cell + into * new
        output = out * tf.tanh(cell)
        row = output, cell, tf.concat([into, forget, new, out], axis=1)
        return t + 1, output, cell, *(array.write(t, x) for array, x in zip(noted, row, strict=True))

    arrays = [tf.TensorArray(tf.float32, steps) for _ in range(3)]
    done = tf.while_loop(lambda t, *_: t < steps, forth, (tf.constant(0), silent, silent, *arrays), **limits)
    outputs, cells, gates = (array.stack() for array in done[3:])

    def gradient(wanted: Tensor) -> tuple[Tensor, Tensor]:
        before = tf.concat([silent[None], cells[:-1]], axis=0)

        def back(t: Tensor, output: Tensor, cell: Tensor, noted: Tensor) -> Any:
            into, forget, new, out = tf.split(gates[t], 4, axis=1)
            output, shown = output + wanted[t], tf.tanh(cells[t])
            cell = cell + output * out * (1 - shown * shown)
            parts = [cell * new * into * (1 - into), cell * before[t] * forget * (1 - forget),
                     cell * into * (1 - new * new), output * shown * out * (1 - out)]  # fmt: skip
            row = tf.concat(parts, axis=1)
            return t - 1, tf.matmul(row, recurrent, transpose_b=True), cell * forget, noted.write(t, row)

        start = (tf.constant(steps - 1), silent, silent, tf.TensorArray(tf.float32, steps))
        rows_ = tf.while_loop(lambda t, *_: t >= 0, back, start, **limits)[-1].stack()
        earlier = tf.concat([silent[None], outputs[:-1]], axis=0)
        return rows_, tf.matmul(flat(earlier), flat(rows_), transpose_a=True)

    return outputs, gradient
