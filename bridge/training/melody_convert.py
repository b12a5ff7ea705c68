"""The melody model as LiteRT files, and the proof that they say what the network says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.melody_model import (
    LEAP_FILE,
    LEAP_IN,
    LEAP_OUT,
    LISTEN_FILE,
    LISTEN_IN,
    LISTEN_OUT,
    NOISES,
    PROFILE,
    MelodyModel,
)
from bridge.generators.melody_notes import (
    AHEAD_SIZES,
    HEARD_FLOATS,
    HEARD_SIZES,
    WAIT_CLASSES,
    WAITS,
    Where,
    ahead,
    hear,
)
from bridge.generators.model import gumbel
from bridge.music.errors import ModelError
from bridge.music.vocabulary import GENRES
from bridge.training import melody_network as network
from bridge.training.convert import lite
from bridge.training.loop import ExportError

PARITY_STEPS = 64
TOLERANCE = 1e-3  # of a logit's probability or a state value; rounding differs between the two runtimes
TEMPERATURE = 0.9  # default of a card

Tensor = Any


def listened(weights: network.Weights, lstm: Tensor, heard: Tensor, floats: Tensor) -> dict[str, Tensor]:
    """A note taken in: the next state, when the next note may begin, how long this one sounds for each such time."""
    given = tf.matmul(network.seen(heard, floats), weights.inputs) + weights.bias
    state = network.cell(weights, lstm, given)
    output = state[:, 0]
    every = tf.tile(output, (WAIT_CLASSES, 1))
    lengths = network.length_logits(weights, every, tf.range(WAIT_CLASSES))
    answers = (state, network.wait_logits(weights, output, heard), lengths)
    return dict(zip(LISTEN_OUT, answers, strict=True))


def leapt(weights: network.Weights, lstm: Tensor, ahead: Tensor, profile: Tensor) -> dict[str, Tensor]:
    """The next pitch, given where it falls."""
    return {LEAP_OUT[0]: network.leap_logits(weights, lstm[:, 0], ahead, profile)}


def convert(weights: network.Weights, facts: dict[str, Any]) -> dict[str, bytes]:
    """Both files for one line, weights as constants."""
    fixed = network.Weights(*(tf.constant(w) for w in weights))
    lstm = ((1, 2, int(weights.recurrent.shape[0])), tf.float32)
    shapes = {
        "lstm": lstm,
        "heard": ((1, len(HEARD_SIZES)), tf.int32),
        "floats": ((1, HEARD_FLOATS), tf.float32),
        "ahead": ((1, len(AHEAD_SIZES)), tf.int32),
        "profile": ((1, PROFILE), tf.float32),
    }
    listen, leap = ([tf.TensorSpec(*shapes[name], name=name) for name in names] for names in (LISTEN_IN, LEAP_IN))
    return {
        LISTEN_FILE: lite(lambda *values: listened(fixed, *values), listen),
        LEAP_FILE: lite(lambda *values: leapt(fixed, *values), leap),
    }


def card(weights: network.Weights) -> dict[str, Any]:
    """What playing needs to know."""
    return {"temperature": TEMPERATURE, "noise": NOISES, "lstm": [1, 2, int(weights.recurrent.shape[0])]}


def parity(weights: network.Weights, folder: Path, seed: int = 0) -> float:
    """The largest difference over random notes. Raises ExportError if a value differs by TOLERANCE or a draw at all."""
    random = np.random.default_rng(seed)
    try:
        model = MelodyModel.load(folder)
    except ModelError as error:
        raise ExportError(str(error)) from error
    state, time, where, pitch, length, worst = model.start(), 0, Where(0, 4, 4, 0), 67, 0, 0.0
    for number in range(PARITY_STEPS):
        genre = number % (len(GENRES) + 1) - 1
        _, sight = hear(state.past, time, pitch, where, length, genre)
        values = (state.lstm, np.array([sight.ints], np.int32), sight.floats[None])
        truth = {name: x.numpy() for name, x in listened(weights, *map(tf.constant, values)).items()}
        state = model.hear(state, time, pitch, where, length, genre)
        choice = model.decide(state, gumbel(number, NOISES), 1.0)
        there = where.later(choice.wait)
        rests = choice.length_class > 0
        seen = np.array([ahead(state.past, choice.wait, there, rests=rests)], np.int32)
        leap = leapt(weights, *map(tf.constant, (truth["next_lstm"], seen, values[2][:, :PROFILE])))["leap"].numpy()
        ours: tuple[Any, ...] = (
            state.waits,
            state.lengths,
            model.leaps(state, choice.wait, there, rests=choice.length_class > 0),
        )
        theirs = (truth["wait"][0], truth["length"], leap[0])
        if any(np.argmax(ours[head]) != np.argmax(theirs[head]) for head in (0, 2)):
            raise ExportError(f"note {number}: the exported files decide otherwise than the network; not written")
        gaps = [np.abs(_chances(a) - _chances(b)).max() for a, b in zip(ours, theirs, strict=True)]
        worst = max(worst, *map(float, gaps), float(np.abs(state.lstm - truth["next_lstm"]).max()))
        if not worst < TOLERANCE:
            raise ExportError(f"note {number}: the exported files are {worst:.2g} away from the network; not written")
        time, where, length = time + choice.wait, there, choice.length_class
        pitch = int(random.integers(48, 84)) if number % 4 == 0 else choice.pitch
    return worst


def _chances(logits: Any) -> Any:
    """Probabilities of the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


__all__ = ["WAITS", "card", "convert", "parity"]
