"""What training asks of the model: pure functions of logits, each one number or one per decision.

Since what we play does not change a recorded melody, the gradient of the expected hit through the probabilities is
exact: no sampled reward, no baseline. Shapes: time first, (steps, batch, ...).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from bridge.training.corpus import PITCH_CLASSES

Tensor = Any

FAT = 3.45  # pitch classes a chord; draws below temperature 1 are leaner (human: 3.26); above 3.5 they fit anything


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
    """Pitch classes that a chord drawn from (..., chords) has on average."""
    return tf.reduce_sum(probabilities * PITCH_CLASSES.sum(axis=1), axis=-1)


def fatness(probabilities: Tensor, mask: Tensor) -> Tensor:
    """By how much the mean size of a chord exceeds FAT."""
    return tf.nn.relu(mean(expected_size(probabilities), mask) - FAT)


def change(probabilities: Tensor, before: Tensor) -> Tensor:
    """The probability of leaving the chord that sounded before, (steps, batch)."""
    return 1 - tf.gather(probabilities, before, batch_dims=2)


def rate_error(changes: Tensor, mask: Tensor, goal: float) -> Tensor:
    """The squared distance of the mean rate of change from the rate of human players."""
    return tf.square(mean(changes, mask) - goal) * tf.cast(tf.reduce_sum(mask) > 0, tf.float32)


def variety(probabilities: Tensor, mask: Tensor) -> Tensor:
    """Nats of a window's average chord distribution: low where a tune is played on few chords."""
    average = tf.reduce_sum(probabilities * mask[..., None], axis=0) / (tf.reduce_sum(mask, axis=0)[:, None] + 1e-6)
    return tf.reduce_mean(-tf.reduce_sum(average * tf.math.log(average + 1e-6), axis=-1))
