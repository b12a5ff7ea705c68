"""What a network remembers of one player: the LSTM, what was heard, what was played, how the tune went.

All of it is a value handed from step to step; nothing here has weights. Shapes: (batch, ...).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.music.vocabulary import FIRST_ONSET, HOLD, NO_CHORD, PLACE_WIDTH
from bridge.training.corpus import PITCH_CLASSES

Tensor = Any  # tensorflow ships no types

HALF_LIVES = (4.0, 16.0, 64.0)  # steps; memories of which pitch classes were heard: the beat, the bar, the phrase
MELODY_OCTAVES = 4  # candidates for the next melody note: two octaves down to almost two up
BASS_OCTAVES = 3  # candidates for the next bass note: an octave down to almost two up
MELODY_CENTRE, BASS_CENTRE = 67, 43  # pitches that intervals are counted from before anything sounded
MEMORY = 7  # ints: melody pitch, sounds; chord, age in steps; bass pitch, sounds, age (a pitch of -1: none yet)
START_MEMORY = (-1, 0, NO_CHORD, 0, -1, 0, 0)
ECHOES = (1, 2, 4, 8)  # bars; tunes repeat themselves at these distances, so what came then may come again
ECHO_BACK, ECHO_AHEAD = 8, 4  # steps compared with the past, and steps read from what then followed
RECALL_BACK, RECALL_BEATS = 32, 96  # steps compared at most, and beats back at which an earlier passage may lie
RECALL_STEPS, RECALL_NOTES = (1, 4, 8, 16, 32), (1, 2, 3, 5, 8)  # of what is alike; the cells fill one after another
RECALLED = 12 + len(RECALL_STEPS) + len(RECALL_NOTES)  # what `recall` gives
HISTORY = 384 + RECALL_BACK  # steps remembered; 24 bars of 4/4, 16 of 12/8
UNHEARD = -2  # in the history, before anything; -1 is silence


class Player(NamedTuple):
    """Everything that a step hands to the next: (batch, ...)."""

    lstm: Tensor  # (batch, 2, 12, units) output and cell
    profile: Tensor  # (batch, 12 * half-lives) decaying sums of what sounded
    memory: Tensor  # (batch, MEMORY) int32
    history: Tensor  # (batch, 2, HISTORY) int32; melody pitch class and own chord, the latest first


def start(batch: int, units: int) -> Player:
    """Nothing heard, nothing played."""
    return Player(
        tf.zeros((batch, 2, 12, units)),
        tf.zeros((batch, 12 * len(HALF_LIVES))),
        tf.tile(tf.constant([START_MEMORY], tf.int32), (batch, 1)),
        tf.fill((batch, 2, HISTORY), UNHEARD),
    )


def pitch_class(pitch: Tensor) -> Tensor:
    """One-hot (batch, 12), zeros for pitch -1."""
    return tf.one_hot(tf.where(pitch >= 0, pitch % 12, -1), 12)


def ages(steps: Tensor) -> Tensor:
    """(batch,) ages in steps as 7 cells that fill one after another: 1, 2, 4, 8, 16, 32, 64 steps or more."""
    return tf.cast(steps[:, None] >= tf.constant([[1, 2, 4, 8, 16, 32, 64]]), tf.float32)


def hear(player: Player, heard: Tensor) -> Player:
    """The token of the step before enters the memory and the pitch-class profiles."""
    pitch, sounds, *rest = tf.unstack(player.memory, axis=1)
    begins = heard >= FIRST_ONSET
    pitch = tf.where(begins, heard - FIRST_ONSET, pitch)
    sounds = tf.where(begins, 1, tf.where(heard == HOLD, sounds, 0))
    fresh = pitch_class(pitch) * tf.cast(sounds, tf.float32)[:, None]
    decay = np.repeat(0.5 ** (1 / np.array(HALF_LIVES, np.float32)), 12)[None, :].astype(np.float32)
    profile = player.profile * decay + tf.tile(fresh, (1, len(HALF_LIVES)))
    now = tf.stack([tf.where(sounds > 0, pitch % 12, -1), rest[0]], axis=1)  # the chord of the step before
    history = tf.concat([now[:, :, None], player.history[:, :, :-1]], axis=2)
    return Player(player.lstm, profile, tf.stack([pitch, sounds, *rest], axis=1), history)


def echoes(player: Player, place: Tensor) -> tuple[list[Tensor], Tensor]:
    """What followed at this place some bars ago, and how like now it was until then.

    Returns for every distance the share of each pitch class over the next steps, (batch, 12), then the pitch classes
    of one's own chord there, (batch, 12); and the share of equal steps before, (batch, distances).
    """
    lags = tf.cast(tf.round(16 * place[:, PLACE_WIDTH - 1]), tf.int32)[:, None] * tf.constant(
        [ECHOES]
    )  # (batch, distances)
    ages = lags[:, :, None] + tf.range(-ECHO_AHEAD, ECHO_BACK)[None, None, :]  # 0 is the step before this
    known = (ages >= 0) & (ages < HISTORY)
    melody, chords = tf.unstack(player.history, axis=1)
    then = tf.where(known, tf.gather(melody, tf.clip_by_value(ages, 0, HISTORY - 1), batch_dims=1), UNHEARD)
    ahead, back = then[:, :, :ECHO_AHEAD], then[:, :, ECHO_AHEAD:]
    alike = (back == melody[:, None, :ECHO_BACK]) & (back > UNHEARD)
    alikeness = tf.reduce_mean(tf.cast(alike, tf.float32), axis=2)
    shares = tf.reduce_sum(tf.one_hot(ahead, 12), axis=2) / ECHO_AHEAD  # (batch, distances, 12)
    at = ages[:, :, ECHO_AHEAD - 1]  # the step itself, then
    chord = tf.gather(chords, tf.clip_by_value(at, 0, HISTORY - 1), batch_dims=1)
    chord = tf.where((at < HISTORY) & (chord >= 0), chord, NO_CHORD)
    return [*tf.unstack(shares, axis=1), *tf.unstack(tf.gather(PITCH_CLASSES, chord), axis=1)], alikeness


def recall(player: Player, place: Tensor) -> Tensor:
    """What followed the earlier passage that is most like the last, whole beats ago, and how like it is.

    The pitch classes of the beat that then came, their shares, (batch, 12); then cells that fill with the steps and
    with the notes for which the two agree, backwards from here: (batch, RECALLED) in all. A tune that comes back to
    where it was goes on as it did (the longest suffix seen before, as in factor oracles: Assayag and Dubnov, Soft
    Computing 8, 2004).
    """
    melody = player.history[:, 0]
    per_beat = tf.where(place[:, 3] > 0, 6, 4)
    lags = per_beat[:, None] * tf.range(1, RECALL_BEATS + 1)[None, :]
    back = lags[:, :, None] + tf.range(RECALL_BACK)[None, None, :]
    then = tf.gather(melody, tf.minimum(back, HISTORY - 1), batch_dims=1)
    alike = (then == melody[:, None, :RECALL_BACK]) & (then > UNHEARD) & (back < HISTORY)
    run = tf.cast(tf.cumsum(tf.cast(~alike, tf.int32), axis=2) == 0, tf.int32)
    moves = tf.cast(melody[:, 1:RECALL_BACK] != melody[:, : RECALL_BACK - 1], tf.int32)
    steps, notes = tf.reduce_sum(run, axis=2), tf.reduce_sum(run[:, :, 1:] * moves[:, None, :], axis=2)
    best = tf.argmax(steps + 4 * notes, axis=1, output_type=tf.int32)  # of equals the latest
    lag = tf.gather(lags, best, batch_dims=1)[:, None]
    ahead = tf.range(6)[None, :]
    came = tf.gather(melody, tf.clip_by_value(lag - 1 - ahead, 0, HISTORY - 1), batch_dims=1)
    came = tf.where((ahead < per_beat[:, None]) & (lag <= HISTORY), came, -1)
    shares = tf.reduce_sum(tf.one_hot(came, 12), axis=1) / tf.cast(per_beat[:, None], tf.float32)
    counts = [
        tf.gather(count, best, batch_dims=1)[:, None] >= tf.constant([cells])
        for count, cells in ((steps, RECALL_STEPS), (notes, RECALL_NOTES))
    ]
    return tf.concat([shares, *(tf.cast(count, tf.float32) for count in counts)], axis=1)


def remember(player: Player, chord: Tensor, bass: Tensor) -> Player:
    """What was played at this step becomes the past of the next."""
    pitch, sounds, last_chord, age, last_bass, bass_sounds, bass_age = tf.unstack(player.memory, axis=1)
    begins = bass >= FIRST_ONSET
    age = tf.where(chord == last_chord, tf.minimum(age + 1, 64), 1)
    last_bass = tf.where(begins, bass - FIRST_ONSET, last_bass)
    bass_sounds = tf.where(begins, 1, tf.where(bass == HOLD, bass_sounds, 0))
    bass_age = tf.where(begins, 1, tf.minimum(bass_age + 1, 64))
    memory = tf.stack([pitch, sounds, chord, age, last_bass, bass_sounds, bass_age], axis=1)
    return Player(player.lstm, player.profile, memory, player.history)


def _candidates(last: Tensor, centre: int, octaves: int, below: int) -> Tensor:
    """(batch, 12, octaves) pitches, by pitch class and octave, counted from `below` octaves under the last pitch."""
    last = tf.where(last >= 0, last, centre)[:, None]
    up = (tf.range(12)[None, :] - last) % 12
    return (last + up)[:, :, None] + 12 * (tf.range(octaves) - below)[None, None, :]


def bass_pitches(last: Tensor) -> Tensor:
    """The pitches that the bass may go to from `last`."""
    return _candidates(last, BASS_CENTRE, BASS_OCTAVES, 1)


def melody_pitches(last: Tensor) -> Tensor:
    """The pitches that the melody is thought to go to from `last`."""
    return _candidates(last, MELODY_CENTRE, MELODY_OCTAVES, 2)


def token_of(choice: Tensor, pitches: Tensor) -> Tensor:
    """The token (batch,) of a head's choice (batch,) among hold, rest and candidate pitches (batch, 12, octaves)."""
    flat = tf.reshape(pitches, (-1, pitches.shape[1] * pitches.shape[2]))
    pitch = tf.gather(flat, tf.maximum(choice - 2, 0), batch_dims=1)
    return tf.where(choice < 2, choice, FIRST_ONSET + tf.clip_by_value(pitch, 0, 127))


def choice_of(token: Tensor, last: Tensor, centre: int, octaves: int, below: int) -> Tensor:
    """The inverse of `token_of`; a leap too wide for the candidates is folded by octaves."""
    last = tf.where(last >= 0, last, centre)
    pitch = token - FIRST_ONSET
    octave = tf.clip_by_value(tf.math.floordiv(pitch - last, 12) + below, 0, octaves - 1)
    return tf.where(token < FIRST_ONSET, token, 2 + (pitch % 12) * octaves + octave)
