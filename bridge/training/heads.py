"""What is asked of both of an accompanist's heads at once: pure functions of a roll, the gradient of each exact.

Chords as in `losses`, with four more. *Habits*: how often a chord is left, by genre, place in the bar and age of the
chord, is to be as people do it; of the expected rate, not of samples, so a cell that is right is left alone. *Waits*:
so by genre and how long ago the melody's last note began: people move on while the melody rests. *Fifths*: so with the
share of root changes that fall a fifth. *Parallels*: what the bass is expected to make with the melody at
the next beat. The melody is recorded, so this is known of every pitch that the bass might go to (the bass table of
`bass.moves`). Shapes: time first, (steps, batch, ...), but for what is read at beats, (batch, beats, ...).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bridge.music.vocabulary import FIRST_ONSET, GENRES, NO_CHORD
from bridge.training import drawing, network, past, rewards_band
from bridge.training.bass import FIFTH, OCTAVE
from bridge.training.corpus import Tune
from bridge.training.losses import mean
from bridge.training.passages import human_passage
from bridge.training.rewards_band import AGES, ROOTS
from bridge.training.rollout import Roll

Tensor = Any
KINDS = len(GENRES) + 1
CELLS = KINDS * 3 * AGES  # of the habits of change
WAITS = 7  # a note of the melody begins with the chord; it began less than 1, 2, 3, 4, 5 beats before; longer ago
FADE = 0.9  # of the counts of habits, at each update: some ten updates count
_FALL, _BOTH = (ROOTS[None, :] - ROOTS[:, None]) % 12, np.minimum(ROOTS[None, :], ROOTS[:, None]) >= 0
MOVES, FALLS = (np.asarray(_BOTH & kind, np.float32) for kind in (_FALL > 0, _FALL == 5))
"""(chord before, chord): whether the root moves, and whether it falls a fifth."""


def cell_of(genre: Tensor, place: Tensor, age: Tensor) -> Tensor:
    """The cell of the habits of a decision; `place` 0 bar line, 1 middle, 2 another beat, `age` in beats."""
    return ((genre % KINDS) * 3 + place) * AGES + tf.clip_by_value(age, 1, AGES) - 1


def waited(melody: Tensor, per_beat: Tensor) -> Tensor:
    """How long ago the melody's last note began, one of WAITS, and -1 before any; both (steps, batch).

    `melody` has the tokens of the steps; `per_beat` the sixteenths of a beat. It counts a note that begins at the step
    itself, which whoever decides a chord there has not heard yet.
    """
    at = tf.range(melody.shape[0])
    begun = tf.where(melody >= FIRST_ONSET, at[:, None], -1)
    last = tf.reduce_max(tf.where(at[:, None, None] >= at[None, :, None], begun[None], -1), axis=1)
    since = at[:, None] - last
    return tf.where(last < 0, -1, tf.where(since > 0, 1 + tf.minimum(since // per_beat, WAITS - 2), 0))


def habits(changes: Tensor, mask: Tensor, cell: Tensor, rates: Tensor, of_late: Tensor) -> tuple[Tensor, Tensor]:
    """The squared distance of the rate of change from the human one, (cells,), a mean over decisions; and the counts.

    `of_late` is what the windows before left of theirs, (2, cells): changes, decisions.
    """
    cell, mask, cells = tf.reshape(cell, [-1]), tf.reshape(mask, [-1]), len(rates)
    pair = tf.stack([tf.reshape(changes, [-1]) * mask, mask])
    return distance(tf.stack([tf.math.unsorted_segment_sum(x, cell, cells) for x in tf.unstack(pair)]), rates, of_late)


def fifths(
    chances: Tensor, before: Tensor, mask: Tensor, genre: Tensor, shares: Tensor, of_late: Tensor
) -> tuple[Tensor, Tensor]:
    """The same of the share of root changes that fall a fifth, by genre: `shares` (KINDS,), `of_late` (2, KINDS)."""
    falls, moves = (tf.reduce_sum(chances * tf.gather(table, before), axis=-1) * mask for table in (FALLS, MOVES))
    member = tf.one_hot(genre % KINDS, KINDS)
    counts = [tf.linalg.matvec(member, tf.reduce_sum(x, axis=0), transpose_a=True) for x in (falls, moves)]
    return distance(tf.stack(counts), shares, of_late)


def distance(counts: Tensor, shares: Tensor, of_late: Tensor) -> tuple[Tensor, Tensor]:
    """The squared distance of the shares that `counts`, (2, cells), and those `of_late` make together from `shares`.

    A batch alone is too few: its chance deviations would be paid for as if they were habits. It is a small part of all,
    so its gradient is scaled up by as much; the value is not. The second result is what is left of all for the next.
    """
    done, told = tf.unstack(counts + of_late)
    value = tf.reduce_sum(told * tf.square(done / (told + 1e-6) - shares)) / (tf.reduce_sum(told) + 1e-6)
    scale = tf.stop_gradient(tf.reduce_sum(told) / (tf.reduce_sum(counts[1]) + 1e-6))
    return scale * value + tf.stop_gradient(value - scale * value), FADE * tf.stop_gradient(counts + of_late)


def human_fifths(tunes: Sequence[Tune], least: int = 200) -> NDArray[np.float32]:
    """The share of people's root changes that fall a fifth, by genre, (KINDS,); of all where there are too few."""
    counts = np.zeros((KINDS, 2))
    for tune in tunes:
        if not tune.dup and (tune.chords >= 0).any():
            played = human_passage(tune)
            pair = played.before[0], played.chord[0]
            counts[tune.genre_index % KINDS] += FALLS[pair].sum(), MOVES[pair].sum()
    counts[-1] = counts.sum(axis=0)
    shares = counts[:, 0] / np.maximum(1, counts[:, 1])
    return np.where(counts[:, 1] >= least, shares, shares[-1]).astype(np.float32)


def human_rates(counts: Any, moves: Any) -> NDArray[np.float32]:
    """People's rates of change by cell, (CELLS,), of the counts of `passages.human_habits`."""
    return rewards_band.rates(counts, moves).astype(np.float32).reshape(-1)


def human_waits(tunes: Sequence[Tune]) -> NDArray[np.float32]:
    """People's rates of change by genre and `waited`, (KINDS * WAITS,), thin cells drawn to those of all genres."""
    counts = np.zeros((2, KINDS, WAITS))
    for tune in tunes:
        if not tune.dup and (tune.chords >= 0).any():
            played, beats = human_passage(tune), np.flatnonzero(tune.places[:, 0])
            per_beat = np.where(tune.places[:, 3] > 0, 6, 4)[:, None]
            wait = np.asarray(waited(tf.constant(tune.melody[:, None], tf.int32), tf.constant(per_beat, tf.int32)))
            wait, before = wait[beats, 0], played.before[0]
            there = (wait >= 0) & (before != NO_CHORD)
            np.add.at(counts[0, tune.genre_index % KINDS], wait[there], 1)
            np.add.at(counts[1, tune.genre_index % KINDS], wait[there], (played.chord[0] != before)[there])
    return rewards_band.rates(*counts).astype(np.float32).reshape(-1)


def divergence(new: Tensor, old: Tensor, mask: Tensor) -> Tensor:
    """Nats by which the softmax of `new` is away from that of `old`, a mean over what is not masked."""
    new, old = tf.nn.log_softmax(new), tf.nn.log_softmax(old)
    return mean(tf.reduce_sum(tf.exp(new) * (new - old), axis=-1), mask)


def bass_line(weights: network.Weights, played: Roll, output: Tensor, places: Tensor, temperature: float) -> Tensor:
    """Logits that the bass is drawn from at every step, on what was played, (steps * batch, tokens).

    `output`, (steps, batch, 12, units), is what the head reads; `places` is (steps, batch, network.SETTING).
    """
    flat = tf.reshape(output, (-1, *output.shape[2:]))
    chord, memory = tf.reshape(played.chord, [-1]), tf.reshape(played.memory, (-1, past.MEMORY))
    player = past.start(1, output.shape[-1])._replace(lstm=tf.stack([flat, flat], axis=1))
    place = tf.reshape(places, (-1, network.SETTING))
    logits = network.bass_logits(weights, player, chord, memory, place)
    heard = drawing.audible_bass(chord, logits, memory[:, 4])
    return drawing.bent_line(heard, tf.constant(temperature), drawing.BASS_BEND)


def parallel(played: Roll, beats: Tensor) -> Tensor:
    """1 for every token of the bass that would go in parallel fifths or octaves with the melody from the last beat.

    (batch, beats, tokens); `beats` are the steps of the beats, (batch, beats), -1 where there are no more. Both must
    move, the same way, a fifth or an octave apart before and after; a token that holds is the pitch that sounds.
    """
    steps = played.memory.shape[0]
    after = tf.concat([played.memory[1:], played.memory[-1:]], axis=0)  # a step's notes are remembered at the next
    high = tf.transpose(tf.where(after[..., 1] > 0, after[..., 0], -1))
    low = tf.transpose(tf.where(after[..., 5] > 0, after[..., 4], -1))
    memory = tf.transpose(played.memory, [1, 0, 2])
    known = tf.cast((beats >= 0) & (beats < steps - 1), tf.int32)
    now = tf.maximum(beats, 0)
    then = tf.concat([now[:, :1], now[:, :-1]], axis=1)
    wanted = ((high, then), (high, now), (low, then))
    high_then, high_now, low_then = (tf.gather(line, at, batch_dims=1) for line, at in wanted)
    was = tf.gather(memory, now, batch_dims=1)  # (batch, beats, MEMORY)
    pitches = tf.reshape(past.bass_pitches(tf.reshape(was[..., 4], [-1])), (*beats.shape, 12 * past.BASS_OCTAVES))
    held = tf.where(was[..., 5] > 0, was[..., 4], -1)[..., None]
    low_now = tf.concat([held, -tf.ones_like(held), pitches], axis=-1)
    before, there = (high_then - low_then)[..., None] % 12, (high_then >= 0) & (high_now >= 0) & (low_then >= 0)
    same = tf.sign(low_now - low_then[..., None]) == tf.sign(high_now - high_then)[..., None]
    moved = (low_now >= 0) & (low_now != low_then[..., None]) & there[..., None] & same
    apart = (high_now[..., None] - low_now) % 12
    found = moved & (apart == before) & ((apart == FIFTH) | (apart == OCTAVE))
    return tf.cast(found, tf.float32) * tf.cast(known, tf.float32)[..., None]


def at_beats(values: Tensor, beats: Tensor) -> Tensor:
    """(steps, batch, ...) read at the beats, (batch, beats, ...)."""
    rest = range(2, len(values.shape))
    return tf.gather(tf.transpose(values, [1, 0, *rest]), tf.maximum(beats, 0), batch_dims=1)
