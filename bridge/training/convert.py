"""The accompanist as a LiteRT file, and the proof that it plays what the network plays."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.model import INPUTS, OUTPUTS, STEP_FILE, AccompanimentModel, Heard, gumbel, setting_features
from bridge.music.errors import ModelError
from bridge.music.vocabulary import GENRES, HOLD, REST, Spot, onset
from bridge.training import network, past
from bridge.training.loop import ExportError
from bridge.training.network import Weights
from bridge.training.past import Player

PARITY_STEPS = 64
TOLERANCE = 1e-3  # of a probability or a state value; rounding differs between the two runtimes, decisions must not
TEMPERATURE = 0.4  # default of the card: 0.5 fits 1 % less, 0.3 changes chords less often than people

Tensor = Any


def lite(function: Callable[..., dict[str, Tensor]], signature: Sequence[Any]) -> bytes:
    """A function of tensors of fixed shapes as a LiteRT file, float32; its weights must be constants."""
    module = tf.Module()
    module.step = tf.function(function, input_signature=list(signature))
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=module.step.get_concrete_function())
        content: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return content


def outputs_of(weights: Weights, *values: Tensor) -> dict[str, Tensor]:
    """One step as the exported file answers it, given INPUTS in order."""
    lstm, profile, memory, history, heard, place, noise, temperature = values
    player, played = network.step(weights, Player(lstm, profile, memory, history), heard, place, noise, temperature)
    chances, melodies = tf.nn.softmax(played.chord_logits), tf.nn.softmax(played.melody_logits)
    answers = (*player, played.chord, played.bass, played.melody, chances, melodies)
    return dict(zip(OUTPUTS, answers, strict=True))


def convert(weights: Weights, facts: dict[str, Any]) -> dict[str, bytes]:
    """The step for one player, weights as constants."""
    units = weights.recurrent.shape[0]
    fixed = Weights(*(tf.constant(w) for w in weights))
    shapes = {
        "lstm": ((1, 2, 12, units), tf.float32),
        "profile": ((1, 12 * len(past.HALF_LIVES)), tf.float32),
        "memory": ((1, past.MEMORY), tf.int32),
        "history": ((1, 2, past.HISTORY), tf.int32),
        "heard": ((1,), tf.int32),
        "place": ((1, network.SETTING), tf.float32),
        "noise": ((1, network.NOISE), tf.float32),
        "temperature": ((), tf.float32),
    }
    signature = [tf.TensorSpec(*shapes[name], name=name) for name in INPUTS]
    return {STEP_FILE: lite(lambda *values: outputs_of(fixed, *values), signature)}


def card(weights: Weights) -> dict[str, Any]:
    """What playing needs to know."""
    return {
        "temperature": TEMPERATURE,
        "noise": network.NOISE,
        "lstm": [1, 2, 12, int(weights.recurrent.shape[0])],
        "profile": [1, 12 * len(past.HALF_LIVES)],
        "history": [1, 2, past.HISTORY],
        "unheard": past.UNHEARD,
        "start_memory": list(past.START_MEMORY),
    }


def parity(weights: Weights, folder: Path, seed: int = 0) -> float:
    """The largest difference over random steps. Raises ExportError if any decision differs or a value by TOLERANCE."""
    random = np.random.default_rng(seed)
    try:
        model = AccompanimentModel.load(folder)
    except ModelError as error:
        raise ExportError(str(error)) from error
    state, worst = model.start(), 0.0
    for number in range(PARITY_STEPS):
        token = int(random.choice([HOLD, REST, onset(int(random.integers(48, 84)))], p=[0.4, 0.1, 0.5]))
        heard = Heard(token, Spot(number % 16, bar=number // 16), number % (len(GENRES) + 1) - 1)
        noise = gumbel(number, network.NOISE)
        place = np.array([setting_features(heard.place, heard.genre)], np.float32)
        values = (state.lstm, state.profile, state.memory, state.history, [token], place, noise[None], np.float32(1.0))
        expected = {name: tensor.numpy() for name, tensor in outputs_of(weights, *map(tf.constant, values)).items()}
        state, decision = model.decide(state, heard, noise, 1.0)
        if (
            (decision.chord, decision.bass, decision.melody)
            != tuple(int(expected[name][0]) for name in ("chord", "bass", "melody"))
            or (state.memory != expected["next_memory"]).any()
            or (state.history != expected["next_history"]).any()
        ):
            raise ExportError(f"step {number}: the exported file decides otherwise than the network; not written")
        pairs = {
            "next_lstm": state.lstm,
            "next_profile": state.profile,
            "chord_chances": decision.chord_chances[None],
            "melody_chances": decision.melody_chances[None],
        }
        worst = max([worst, *(float(np.abs(x - expected[name]).max()) for name, x in pairs.items())])
        if not worst < TOLERANCE:
            raise ExportError(f"step {number}: the exported file is {worst:.2g} away from the network; not written")
    return worst
