"""The model playing along a batch of windows, on its own past or on the human one, with all that a loss needs.

A plain next-step training gives a model that follows its own wrong key for ever once it plays alone; so most windows
are played on the model's own samples (no gradient through them), and only their targets come from the corpus.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from bridge.music.vocabulary import NO_CHORD
from bridge.training import drawing, network, past
from bridge.training.network import Weights
from bridge.training.past import Player

Tensor = Any


class Roll(NamedTuple):
    """Time first: (steps, batch, ...)."""

    chord_logits: Tensor
    before: Tensor  # the chord sounding before the step
    age: Tensor  # for how many steps it has
    chord: Tensor  # the chord sounding at the step
    own_bass_logits: Tensor  # on the model's own chord and bass
    own_bass_last: Tensor  # the bass pitch before the step, -1 for none
    bass_logits: Tensor  # on the human chord and bass, as far as known
    bass_target: Tensor  # the human choice among those
    melody_logits: Tensor
    melody_target: Tensor
    output: Tensor  # of the LSTM, in all views, (steps, batch, 12, units)
    memory: Tensor  # what the step begins with, (steps, batch, past.MEMORY)
    truth: Tensor  # the same, had the human played so far, as far as known
    true_chord: Tensor  # what the human has at the step
    guess_logits: Tensor  # of the coming beat's pitch class, (steps, batch, 12)
    recalled: Tensor  # of an earlier passage, (steps, batch, past.RECALLED)
    rotated: Tensor = None  # what the LSTM is fed, (steps, batch, 12, network.ROTATED); with `inputs` only
    plain: Tensor = None  # the same, (steps, batch, network.PLAIN)

    @property
    def last(self) -> Tensor:
        """The melody pitch heard last, -1 before any, (steps, batch)."""
        return self.memory[..., 0]


def human(own: Tensor, given: Tensor) -> Tensor:
    """What the human played, where that is known, else what the model did."""
    return tf.where(given >= 0, given, own)


def roll(
    weights: Weights,
    batch: dict[str, Tensor],
    forced: Tensor,
    temperature: Tensor,
    gumbel: Tensor,
    mask: Tensor | None = None,
    *,
    inputs: bool = False,
) -> Roll:
    """Play the windows from a cold start; `forced` (batch,) says which are fed the human past.

    `batch` is time first (but for `genre`); `gumbel` is the noise, (steps, batch, network.NOISE); `mask`, (batch, 1,
    units), multiplies what the heads read of the LSTM, the same at every step and in every view (Gal and Ghahramani,
    NeurIPS 2016), to drop some of it out. With `inputs` it is noted what the LSTM was fed, for `rehearse.reread`.
    """
    steps, size = batch["heard"].shape[0], batch["heard"].shape[1]
    units = weights.recurrent.shape[0]
    player = past.start(size, units)
    truth = player.memory
    kinds = [tf.float32, tf.int32, tf.int32, tf.int32, tf.float32, tf.int32, tf.float32, tf.int32, tf.float32, tf.int32]
    kinds += [tf.float32, tf.int32, tf.int32, tf.int32, tf.float32, tf.float32]
    kinds += [tf.float32, tf.float32] if inputs else []
    arrays = [tf.TensorArray(kind, steps) for kind in kinds]
    places = network.setting(batch["place"], tf.tile(batch["genre"][None, :], (steps, 1)))

    def body(t: Tensor, player: Player, truth: Tensor, arrays: Any) -> Any:
        place = places[t]
        player = past.hear(player, batch["heard"][t])
        fed = network.inputs_of(player, batch["heard"][t], place)
        player = whole = network.cell_of(weights, player, *fed)
        if mask is not None:
            player = player._replace(lstm=tf.stack([player.lstm[:, 0] * mask, player.lstm[:, 1]], axis=1))
        # the melody half of the memory is the same for both pasts
        truth = tf.concat([player.memory[:, :2], truth[:, 2:]], axis=1)
        recalled = past.recall(player, place)
        logits = network.chord_logits(weights, player, recalled)
        noise = tf.split(gumbel[t], [NO_CHORD + 1, drawing.BASS_NOISE, network.MELODY_NOISE], axis=1)
        decides = place[:, 0] > 0
        before = player.memory[:, 2]
        chord = tf.where(decides, drawing.sample(drawing.audible(player, logits), noise[0], temperature), before)
        low = network.bass_logits(weights, player, chord, player.memory, place)
        last = player.memory[:, 4]
        bass = past.token_of(
            drawing.sample_line(drawing.audible_bass(chord, low, last), noise[1], temperature, drawing.BASS_BEND),
            past.bass_pitches(last),
        )
        true_chord = tf.where(decides, human(chord, batch["chord"][t]), truth[:, 2])
        true_bass = human(bass, batch["bass"][t])
        true_low = network.bass_logits(weights, player, true_chord, truth, place)
        bass_target = past.choice_of(true_bass, truth[:, 4], past.BASS_CENTRE, past.BASS_OCTAVES, 1)
        high = network.melody_logits(weights, player)
        melody_target = past.choice_of(
            batch["melody"][t], player.memory[:, 0], past.MELODY_CENTRE, past.MELODY_OCTAVES, 2
        )
        said = (logits, before, player.memory[:, 3], chord, low, last, true_low, bass_target, high, melody_target)
        guess = network.guess_logits(weights, player, recalled)
        row = (*said, whole.lstm[:, 0], whole.memory, truth, true_chord, guess, recalled)
        row += fed if inputs else ()
        arrays = [array.write(t, x) for array, x in zip(arrays, row, strict=True)]
        own = past.remember(player, chord, bass).memory
        truth = past.remember(player._replace(memory=truth), true_chord, true_bass).memory
        memory = tf.where(forced[:, None], truth, own)
        return t + 1, whole._replace(memory=memory), truth, arrays

    out = tf.while_loop(
        lambda t, *_: t < steps,
        body,
        (tf.constant(0), player, truth, arrays),
        parallel_iterations=1,
        maximum_iterations=steps,
    )
    return Roll(*(array.stack() for array in out[-1]))
