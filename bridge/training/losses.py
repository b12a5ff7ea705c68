"""What training asks of the model: pure functions of logits, each one number or one per decision.

Since what we play does not change a recorded melody, the gradient of the expected hit through the probabilities is
exact: no sampled reward, no baseline. Shapes: time first, (steps, batch, ...).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from bridge.training.corpus import PITCH_CLASSES

Tensor = Any

ROOM = 0.1  # pitch classes a chord that we allow beyond the human number of the genre; fat chords fit anything


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of values where the mask is 1, and 0 where it is nowhere."""
    return tf.reduce_sum(values * mask) / (tf.reduce_sum(mask) + 1e-6)


def cross_entropy(logits: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Nats per unmasked event."""
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.maximum(targets, 0), logits=logits)
    return mean(nats, mask)


def expected_hit(probabilities: Tensor, coming: Tensor) -> Tensor:
    """The share of the coming beat's melody, (..., 12), that a chord drawn from (..., chords) contains on average."""
    return tf.reduce_sum(tf.matmul(probabilities, PITCH_CLASSES) * coming, axis=-1)


def expected_size(probabilities: Tensor) -> Tensor:
    """Pitch classes that a chord drawn from (..., chords) has on average, where one is drawn at all."""
    return tf.reduce_sum(probabilities * PITCH_CLASSES.sum(axis=1), axis=-1) / (1.001 - probabilities[..., -1])


def fatness(probabilities: Tensor, mask: Tensor, genre: Tensor, sizes: Tensor) -> Tensor:
    """By how much the mean size of a chord exceeds the human one, (genres + 1,), and ROOM; a mean over genres."""
    weight, size = by_genre(expected_size(probabilities), mask, genre, sizes.shape[0])
    excess = tf.nn.relu(size - sizes - ROOM)
    return tf.reduce_sum(weight * excess) / (tf.reduce_sum(weight) + 1e-6)


def by_genre(values: Tensor, mask: Tensor, genre: Tensor, kinds: int) -> tuple[Tensor, Tensor]:
    """How many unmasked values, (steps, batch), each genre has, and their means, (kinds,); an unknown one is last."""
    member = tf.one_hot(genre % kinds, kinds)  # (batch, kinds)
    weight = tf.linalg.matvec(member, tf.reduce_sum(mask, axis=0), transpose_a=True)
    summed = tf.linalg.matvec(member, tf.reduce_sum(values * mask, axis=0), transpose_a=True)
    return weight, summed / (weight + 1e-6)


def change(probabilities: Tensor, before: Tensor) -> Tensor:
    """The probability of leaving the chord that sounded before, (steps, batch)."""
    return 1 - tf.gather(probabilities, before, batch_dims=2)


def genre_rates(changes: Tensor, mask: Tensor, downbeat: Tensor, genre: Tensor, rates: Tensor) -> Tensor:
    """The mean squared distance, over the genres in the batch, of the rates of change from the human ones.

    `rates` is (genres + 1, 2): at bar lines and on other beats; its last row is for windows of unknown genre.
    """
    total = tf.constant(0.0)
    for column, where in enumerate((mask * downbeat, mask * (1 - downbeat))):
        weight, rate = by_genre(changes, where, genre, rates.shape[0])
        error = tf.square(rate - rates[:, column])
        total += tf.reduce_sum(weight * error) / (tf.reduce_sum(weight) + 1e-6)
    return total
