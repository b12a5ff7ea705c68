"""One LSTM seen from twelve roots: its weights are shared by the twelve transpositions of what it hears.

View r hears everything with pitch class r moved to 0 and says how well r would do as root of the next chord, as next
bass note, as next melody note. A tune in another key thus gives the same chords in that key, by construction
(weight sharing over a group: Cohen and Welling, ICML 2016), and no key has to be learned twelve times.
Only `step` decides what playing does; training (a batch) and the exported file (one player) run this same code.

A step: `listen` (the melody before this step and the past output -> LSTM) -> chord -> bass given the chord; the third
head guesses the player's own next token. Sampling is argmax(logits / temperature + noise) with the caller's Gumbel
noise (Gumbel-max trick), so one call does all, and randomness stays outside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.music.errors import ModelError
from bridge.music.vocabulary import BASS_HIGH, BASS_LOW, FIRST_ONSET, GENRES, NO_CHORD, PLACE_WIDTH, REST
from bridge.training.corpus import PITCH_CLASSES
from bridge.training.drawing import BASS_BEND, BASS_NOISE, MELODY_BEND, audible, audible_bass, sample, sample_line
from bridge.training.loop import WEIGHTS_FILE
from bridge.training.past import (
    BASS_CENTRE,
    BASS_OCTAVES,
    ECHOES,
    HALF_LIVES,
    MELODY_OCTAVES,
    Player,
    ages,
    bass_pitches,
    echoes,
    hear,
    melody_pitches,
    pitch_class,
    recall,
    remember,
    token_of,
)

Tensor = Any  # tensorflow ships no types

MELODY_NOISE = 2 + 12 * MELODY_OCTAVES
NOISE = NO_CHORD + 1 + BASS_NOISE + MELODY_NOISE  # Gumbel numbers that a step consumes: chord, bass, melody
SETTING = PLACE_WIDTH + len(GENRES)  # a step's place features and its genre, one-hot, zeros where it is unknown
ROTATED = 12 * (2 + len(HALF_LIVES) + 2 + 1 + 2 * len(ECHOES))
PLAIN = 4 + 9 + 7 + 8 + len(ECHOES) + SETTING
GUESS = ("guess_hidden", "guess", "chord_guess", "chord_fit", "recall")  # the weights that a model from before it lacks
GUESSED = 24  # what the chord head reads of the guess, in each view
RECALL = (0.0, 0.0, 0.0, 0.2, 1.0, 0.7, 0.7, 0.6, 0.6, 0.8)  # nats to begin with, for each cell of `past.recall`
FIT = 0.5  # nats that the guessed share of a chord is worth to begin with

_ROTATION = (np.arange(12)[:, None] + np.arange(12)[None, :]) % 12  # [view, i] -> pitch class
_ROOTS = np.eye(12, dtype=np.float32)[np.arange(NO_CHORD) // 8]
CHORD_ROOT = np.concatenate([_ROOTS, np.zeros((1, 12), np.float32)])  # (chords, 12)
_QUALITIES = np.eye(9, dtype=np.float32)[np.arange(NO_CHORD) % 8]
CHORD_QUALITY = np.concatenate([_QUALITIES, np.eye(9, dtype=np.float32)[8:]])  # (chords, 9)


class Weights(NamedTuple):
    """The variables, all float32."""

    rotated: Tensor
    plain: Tensor
    recurrent: Tensor
    bias: Tensor
    chord: Tensor
    chord_bias: Tensor
    chord_hidden: Tensor
    bass_in: Tensor
    bass_hidden: Tensor
    bass: Tensor
    bass_pool: Tensor
    melody_hidden: Tensor
    melody: Tensor
    melody_pool: Tensor
    guess_hidden: Tensor
    guess: Tensor
    chord_guess: Tensor
    chord_fit: Tensor
    recall: Tensor


def new_weights(units: int, hidden: int, seed: int) -> Weights:
    """Glorot-uniform weights; the forget gate starts open (bias 1: Jozefowicz et al., ICML 2015)."""
    random = np.random.default_rng(seed)

    def glorot(*shape: int) -> Tensor:
        limit = (6 / (shape[0] + shape[-1])) ** 0.5
        return random.uniform(-limit, limit, shape).astype(np.float32)

    bias = np.zeros(4 * units, np.float32)
    bias[units : 2 * units] = 1
    arrays = Weights(
        rotated=glorot(ROTATED, 4 * units),
        plain=glorot(PLAIN, 4 * units),
        recurrent=glorot(units, 4 * units),
        bias=bias,
        chord=glorot(hidden, 9),
        chord_bias=np.zeros(9, np.float32),
        chord_hidden=glorot(units, hidden),
        bass_in=glorot(12 * 4 + 9 + 3 + 8 + SETTING, hidden),
        bass_hidden=glorot(units, hidden),
        bass=glorot(hidden, BASS_OCTAVES),
        bass_pool=glorot(hidden, 2),
        melody_hidden=glorot(units, hidden),
        melody=glorot(hidden + 12, MELODY_OCTAVES),
        melody_pool=glorot(hidden, 2),
        guess_hidden=glorot(units, 2 * hidden),
        guess=glorot(2 * hidden, 1),
        chord_guess=np.zeros((GUESSED, hidden), np.float32),
        chord_fit=np.full(1, FIT, np.float32),
        recall=np.array(RECALL, np.float32),
    )
    return variables(arrays)


def guessing(weights: Weights, seed: int) -> Weights:
    """These weights; to a model that guesses nothing yet, a guess is added that begins from its melody head."""
    if weights.guess_hidden.shape[1] > 1:
        return weights
    units, hidden = weights.melody_hidden.shape
    fresh = new_weights(int(units), int(hidden), seed)
    known = tf.concat([weights.melody_hidden, fresh.guess_hidden[:, hidden:]], axis=1)
    return weights._replace(guess_hidden=known, guess=fresh.guess, chord_fit=fresh.chord_fit, recall=fresh.recall)


def variables(weights: Weights) -> Weights:
    """Variables that begin as these arrays."""
    return Weights(*(tf.Variable(x, name=name) for name, x in zip(Weights._fields, weights, strict=True)))


def weights_of(folder: Path) -> Weights:
    """The float weights of a model's folder, frozen. Raises ModelError."""
    path = folder / WEIGHTS_FILE
    try:
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[f"average/{name}"] for name in Weights._fields if name not in GUESS}
            guess = {name: saved[f"average/{name}"] for name in GUESS if f"average/{name}" in saved}
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path} holds no accompanist's weights ({error}); export that model again") from error
    (units, _), (_, hidden) = arrays["chord_hidden"].shape, arrays["chord_hidden"].shape
    shapes = ((units, 1), (1, 1), (GUESSED, hidden), (1,), (len(RECALL),))  # of a model from before there was a guess
    silent = {name: np.zeros(shape, np.float32) for name, shape in zip(GUESS, shapes, strict=True)}
    return Weights(**{name: tf.constant(array) for name, array in (arrays | silent | guess).items()})


def setting(place: Tensor, genre: Tensor) -> Tensor:
    """(..., SETTING) of places (..., PLACE_WIDTH) and genres (...), -1 for unknown."""
    return tf.concat([place, tf.one_hot(genre, len(GENRES))], axis=-1)


def views_of(classes: Tensor) -> Tensor:
    """(batch, 12) by pitch class -> (batch, 12 views, 12) with each view's own class first."""
    return tf.gather(classes, tf.constant(_ROTATION), axis=1)


def listen(weights: Weights, player: Player, heard: Tensor, place: Tensor) -> Player:
    """One step of the LSTM in all twelve views; `heard` is the token of the step before, `place` (batch, SETTING)."""
    player = hear(player, heard)
    return cell_of(weights, player, *inputs_of(player, heard, place))


def inputs_of(player: Player, heard: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
    """What the LSTM is fed, (batch, 12, ROTATED) and (batch, PLAIN), of a player that has heard the step before."""
    pitch, sounds, chord, chord_age, bass, bass_sounds, bass_age = tf.unstack(player.memory, axis=1)
    sounding = pitch_class(pitch) * tf.cast(sounds, tf.float32)[:, None]
    begins = tf.cast(heard >= FIRST_ONSET, tf.float32)[:, None]
    shares = tf.reshape(player.profile, (-1, len(HALF_LIVES), 12))
    shares = shares / (tf.reduce_sum(shares, axis=2, keepdims=True) + 0.5)
    bass_class = pitch_class(bass)
    classes = [sounding * begins, sounding, *tf.unstack(shares, axis=1)]
    classes += [tf.gather(PITCH_CLASSES, chord), tf.gather(CHORD_ROOT, chord), bass_class]
    then, alikeness = echoes(player, place)
    rotated = tf.concat([views_of(c) for c in classes + then], axis=2)  # (batch, 12, ROTATED)
    flags = [begins[:, 0], sounds, heard == REST, pitch >= 0]
    plain = tf.concat(
        [
            tf.stack([tf.cast(flag, tf.float32) for flag in flags], axis=1),
            tf.gather(CHORD_QUALITY, chord),
            ages(chord_age),
            ages(bass_age),
            tf.cast(bass_sounds, tf.float32)[:, None],
            alikeness,
            place,
        ],
        axis=1,
    )
    return rotated, plain


def cell_of(weights: Weights, player: Player, rotated: Tensor, plain: Tensor) -> Player:
    """The LSTM's step, fed these."""
    before, cell = player.lstm[:, 0], player.lstm[:, 1]
    both = tf.concat([rotated, before], axis=2)
    kernel = tf.concat([weights.rotated, weights.recurrent], axis=0)
    gates = dense(both, kernel) + (tf.matmul(plain, weights.plain) + weights.bias)[:, None, :]
    into, forget, new, out = tf.split(gates, 4, axis=2)
    cell = tf.sigmoid(forget) * cell + tf.sigmoid(into) * tf.tanh(new)
    output = tf.sigmoid(out) * tf.tanh(cell)
    return Player(tf.stack([output, cell], axis=1), player.profile, player.memory, player.history)


def dense(x: Tensor, kernel: Tensor) -> Tensor:
    """(batch, 12, n) by (n, m) as one flat product."""
    return tf.reshape(tf.matmul(tf.reshape(x, (-1, x.shape[-1])), kernel), (-1, 12, kernel.shape[-1]))


def guess_logits(weights: Weights, player: Player, recalled: Tensor | None = None) -> Tensor:
    """(batch, 12): of which pitch class the coming beat's melody will be; each view speaks of its own.

    `recalled` is of `past.recall`, (batch, RECALLED), None for nothing: a pitch class that came here before gets more.
    """
    hidden = tf.nn.relu(dense(player.lstm[:, 0], weights.guess_hidden))
    guess = dense(hidden, weights.guess)[:, :, 0]
    told = 0 if recalled is None else recalled[:, :12] * tf.linalg.matvec(recalled[:, 12:], weights.recall)[:, None]
    return guess + told


def chord_logits(weights: Weights, player: Player, recalled: Tensor | None = None) -> Tensor:
    """(batch, chords): eight qualities from each view, and no chord from their mean.

    A view alone would have to foresee the third and the fifth of its chord as well; so each reads what all of them
    guess of the coming beat, and a chord is worth `chord_fit` nats times the share that it is guessed to hold.
    """
    guess = guess_logits(weights, player, recalled)
    share = tf.nn.softmax(guess)
    told = [views_of(share), views_of(guess - tf.reduce_mean(guess, axis=1, keepdims=True)) / 4]
    seen = dense(player.lstm[:, 0], weights.chord_hidden)
    hidden = tf.nn.relu(seen + dense(tf.concat(told, axis=2), weights.chord_guess))
    fit = weights.chord_fit * tf.matmul(share, PITCH_CLASSES, transpose_b=True)
    logits = dense(hidden, weights.chord) + weights.chord_bias  # (batch, 12, 9)
    silence = tf.reduce_mean(logits[:, :, 8:], axis=1)
    return tf.concat([tf.reshape(logits[:, :, :8], (-1, NO_CHORD)), silence], axis=1) + fit


def bass_logits(weights: Weights, player: Player, chord: Tensor, memory: Tensor, place: Tensor) -> Tensor:
    """(batch, 2 + 12 * octaves): hold, rest, onsets by pitch class and octave from the last, given the chord.

    `memory` is the player's, with the chord sounding *before* this step.
    """
    _, _, previous, _age, bass, sounds, bass_age = tf.unstack(memory, axis=1)
    classes = [tf.gather(PITCH_CLASSES, chord), tf.gather(CHORD_ROOT, chord), pitch_class(bass)]
    classes.append(tf.gather(CHORD_ROOT, previous))
    changed = previous != chord
    flags = [changed, sounds, bass >= 0]
    flags_ = tf.stack([tf.cast(flag, tf.float32) for flag in flags], axis=1)
    height = tf.cast(tf.where(bass >= 0, bass, BASS_CENTRE), tf.float32)[:, None] / 16 - 2.75
    plain = tf.concat([flags_, ages(bass_age), height, tf.gather(CHORD_QUALITY, chord), place], axis=1)
    views = tf.concat([views_of(c) for c in classes], axis=2)
    split = views.shape[-1]
    hidden = tf.nn.relu(
        dense(player.lstm[:, 0], weights.bass_hidden)
        + dense(views, weights.bass_in[:split])
        + tf.matmul(plain, weights.bass_in[split:])[:, None, :]
    )
    onsets = dense(hidden, weights.bass)  # (batch, 12, octaves)
    pitches = bass_pitches(bass)
    onsets = tf.where((pitches >= BASS_LOW) & (pitches <= BASS_HIGH), onsets, -1e9)
    pool = tf.matmul(tf.reduce_mean(hidden, axis=1), weights.bass_pool)
    return tf.concat([pool, tf.reshape(onsets, (-1, 12 * BASS_OCTAVES))], axis=1)


def melody_logits(weights: Weights, player: Player) -> Tensor:
    """(batch, 2 + 12 * octaves): hold, rest, onsets by pitch class and octave from the last melody note."""
    hidden = tf.nn.relu(dense(player.lstm[:, 0], weights.melody_hidden))
    last = views_of(pitch_class(player.memory[:, 0]))
    onsets = dense(tf.concat([hidden, last], axis=2), weights.melody)
    pool = tf.matmul(tf.reduce_mean(hidden, axis=1), weights.melody_pool)
    return tf.concat([pool, tf.reshape(onsets, (-1, 12 * MELODY_OCTAVES))], axis=1)


class Played(NamedTuple):
    """What a step says, and the logits it said it with."""

    chord: Tensor  # (batch,)
    bass: Tensor  # (batch,) token
    melody: Tensor  # (batch,) token
    chord_logits: Tensor
    bass_logits: Tensor
    melody_logits: Tensor


def step(
    weights: Weights, player: Player, heard: Tensor, place: Tensor, noise: Tensor, temperature: Tensor
) -> tuple[Player, Played]:
    """All three heads of one sixteenth; a chord is chosen only where the place's first feature says so."""
    chord_noise, bass_noise, melody_noise = tf.split(noise, [NO_CHORD + 1, BASS_NOISE, MELODY_NOISE], axis=1)
    player = listen(weights, player, heard, place)
    logits = chord_logits(weights, player, recall(player, place))
    chord = tf.where(place[:, 0] > 0, sample(audible(player, logits), chord_noise, temperature), player.memory[:, 2])
    low = bass_logits(weights, player, chord, player.memory, place)
    last = player.memory[:, 4]
    bass = token_of(sample_line(audible_bass(chord, low, last), bass_noise, temperature, BASS_BEND), bass_pitches(last))
    high = melody_logits(weights, player)
    melody = token_of(sample_line(high, melody_noise, temperature, MELODY_BEND), melody_pitches(player.memory[:, 0]))
    return remember(player, chord, bass), Played(chord, bass, melody, logits, low, high)
