"""How what the heads say becomes what is played: draws from logits, by the Gumbel numbers of a step."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from bridge.music.vocabulary import NO_CHORD
from bridge.training.past import BASS_OCTAVES, Player, bass_pitches

Tensor = Any

BASS_NOISE = 2 + 12 * BASS_OCTAVES
BASS_BEND, MELODY_BEND = 0.25, 0.5  # exponents of the temperature for these lines, see `sample_line`
REPEAT_COST = 1.6  # nats; without it the bass, on its own past, repeats a note twice as often as human basses do
REST_COST = 1.5  # nats; without it the bass, once it rests, rests for bars


def sample(logits: Tensor, noise: Tensor, temperature: Tensor) -> Tensor:
    """(batch,) int32: a draw from softmax(logits / temperature) if `noise` is Gumbel distributed, (batch, classes)."""
    return tf.argmax(logits / temperature + noise, axis=1, output_type=tf.int32)


def audible(player: Player, logits: Tensor) -> Tensor:
    """Chord logits (batch, chords) for playing: nothing sounds until the player has been heard."""
    waiting = (player.memory[:, 0] < 0)[:, None]
    silence = tf.constant(np.arange(NO_CHORD + 1) == NO_CHORD)[None, :]
    return tf.where(waiting, tf.where(silence, 0.0, -1e9), logits)


def audible_bass(chord: Tensor, logits: Tensor, last: Tensor) -> Tensor:
    """Bass logits for playing: it rests without a chord, otherwise less readily, and repeats its `last` pitch less
    readily, than it learned to on the human past."""
    kinds = tf.constant(np.arange(BASS_NOISE))[None, :]
    silence = kinds == 1
    same = tf.reshape(bass_pitches(last) == last[:, None, None], (-1, 12 * BASS_OCTAVES))
    same = tf.concat([tf.zeros_like(same[:, :2]), same], axis=1)
    eager = logits - REST_COST * tf.cast(silence, tf.float32) - REPEAT_COST * tf.cast(same, tf.float32)
    return tf.where((chord == NO_CHORD)[:, None], tf.where(silence, 0.0, -1e9), eager)


def bent_line(logits: Tensor, temperature: Tensor, bend: float) -> Tensor:
    """What a line is drawn from, of a head that says hold, rest, or one of many onsets, (batch, classes).

    Temperature bends which onset, never when: a low one over all of them would turn every line into held notes, hold
    being the likeliest by far. And which onset is bent by temperature ** `bend` only: drawn as coldly as the chords, a
    bass hammers one note.
    """
    onsets = logits[:, 2:]
    begins = tf.reduce_logsumexp(onsets, axis=1, keepdims=True)
    return tf.concat([logits[:, :2], begins + tf.nn.log_softmax(onsets / tf.pow(temperature, bend))], axis=1)


def sample_line(logits: Tensor, noise: Tensor, temperature: Tensor, bend: float) -> Tensor:
    """As `sample`, from `bent_line`."""
    return tf.argmax(bent_line(logits, temperature, bend) + noise, axis=1, output_type=tf.int32)
