"""`improv export`: from a checkpoint to a folder that playing can open, refused unless both play the same.

TensorFlow's converter can write a file without weights and report nothing; so the file is played for 64 random steps
beside the network it came from, every output compared, before anything is put in place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.model import (
    CARD_FILE,
    FORMAT,
    INPUTS,
    KIND,
    OUTPUTS,
    STEP_FILE,
    AccompanimentModel,
    Heard,
    gumbel,
)
from bridge.music.errors import ModelError
from bridge.music.vocabulary import FINGERPRINT, HOLD, PLACE_WIDTH, REST, Spot, onset, place_features
from bridge.training import network, past
from bridge.training.card import draw_curves, read_log, readme, rights
from bridge.training.corpus import CorpusError
from bridge.training.evaluate import evaluate
from bridge.training.network import Weights
from bridge.training.past import Player

DEFAULT = Path("models/accompaniment")
PARITY_STEPS = 64
TOLERANCE = 1e-3  # of a probability or a state value; rounding differs between the two runtimes, decisions must not

Tensor = Any


class ExportError(RuntimeError):
    """The exported file does not play what the network plays; nothing was written."""


def outputs_of(weights: Weights, *values: Tensor) -> dict[str, Tensor]:
    """One step as the exported file answers it, given INPUTS in order."""
    lstm, profile, memory, history, heard, place, noise, temperature = values
    player, played = network.step(weights, Player(lstm, profile, memory, history), heard, place, noise, temperature)
    melody = tf.nn.softmax(played.melody_logits)
    classes = tf.reduce_sum(tf.reshape(melody[:, 2:], (-1, 12, past.MELODY_OCTAVES)), axis=2)
    melodies = tf.concat([melody[:, :2], classes], axis=1)
    chances = tf.nn.softmax(played.chord_logits)
    answers = (*player, played.chord, played.bass, played.melody, chances, melodies)
    return dict(zip(OUTPUTS, answers, strict=True))


def convert(weights: Weights) -> bytes:
    """The step for one player as a LiteRT file, weights as constants, float32."""
    units = weights.recurrent.shape[0]
    fixed = Weights(*(tf.constant(w) for w in weights))
    shapes = {
        "lstm": ((1, 2, 12, units), tf.float32),
        "profile": ((1, 12 * len(past.HALF_LIVES)), tf.float32),
        "memory": ((1, past.MEMORY), tf.int32),
        "history": ((1, 2, past.HISTORY), tf.int32),
        "heard": ((1,), tf.int32),
        "place": ((1, PLACE_WIDTH), tf.float32),
        "noise": ((1, network.NOISE), tf.float32),
        "temperature": ((), tf.float32),
    }
    signature = [tf.TensorSpec(*shapes[name], name=name) for name in INPUTS]
    module = tf.Module()
    module.step = tf.function(lambda *values: outputs_of(fixed, *values), input_signature=signature)
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=module.step.get_concrete_function())
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        content: bytes = converter.convert()
    return content


def card_of(weights: Weights, content: bytes, temperature: float, more: dict[str, Any]) -> dict[str, Any]:
    """What `model.json` says: what playing needs, then where the weights come from."""
    return {
        "kind": KIND,
        "format": FORMAT,
        "vocabulary": FINGERPRINT,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "parameters": int(sum(np.prod(w.shape) for w in weights)),
        "temperature": temperature,
        "noise": network.NOISE,
        "lstm": [1, 2, 12, int(weights.recurrent.shape[0])],
        "profile": [1, 12 * len(past.HALF_LIVES)],
        "history": [1, 2, past.HISTORY],
        "unheard": past.UNHEARD,
        "start_memory": list(past.START_MEMORY),
    } | more


def check_parity(weights: Weights, content: bytes, card: dict[str, Any], seed: int = 0) -> float:
    """The largest difference over random steps. Raises ExportError if any decision differs or a value by TOLERANCE."""
    random = np.random.default_rng(seed)
    try:
        model = AccompanimentModel(content, card)
    except (ValueError, RuntimeError) as error:
        raise ExportError(f"the converted file cannot be opened: {error}") from error
    state, worst = model.start(), 0.0
    for number in range(PARITY_STEPS):
        token = int(random.choice([HOLD, REST, onset(int(random.integers(48, 84)))], p=[0.4, 0.1, 0.5]))
        heard, noise = Heard(token, Spot(number % 16)), gumbel(number, network.NOISE)
        place = np.array([place_features(heard.place)], np.float32)
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


def read_weights(*checkpoints: Path) -> Weights:
    """The running average of the weights, its mean over checkpoints of one run (Izmailov et al., UAI 2018)."""
    found = []
    for checkpoint in checkpoints:
        with np.load(checkpoint, allow_pickle=False) as saved:
            found.append([saved[f"average/{name}"] for name in Weights._fields])
    return Weights(*(tf.constant(np.mean(arrays, axis=0)) for arrays in zip(*found, strict=True)))


def export(weights: Weights, out: Path, temperature: float, more: dict[str, Any]) -> dict[str, Any]:
    """Convert, check, write the folder; the card as written. Raises ExportError, and then writes nothing."""
    content = convert(weights)
    card = card_of(weights, content, temperature, more)
    card["parity"] = {"steps": PARITY_STEPS, "largest_difference": check_parity(weights, content, card)}
    out.mkdir(parents=True, exist_ok=True)
    (out / STEP_FILE).write_bytes(content)
    (out / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def step_times(model: AccompanimentModel, steps: int = 2000) -> dict[str, float]:
    """Milliseconds that a step takes on this machine: median and 99th percentile."""
    state, spent = model.start(), []
    for number in range(steps):
        heard = Heard(onset(60 + number % 12) if number % 2 else HOLD, Spot(number % 16))
        begun = time.perf_counter()
        state, _ = model.step(state, heard, temperature=1.0, random=number)
        spent.append(1000 * (time.perf_counter() - begun))
    return {f"p{p}": round(float(np.percentile(spent, p)), 3) for p in (50, 99)}


def finish(out: Path, card: dict[str, Any], run: Path, data: Path | None) -> None:
    """Measure the exported model, and write its card, log and curves beside it."""
    model = AccompanimentModel.load(out)
    card["step_ms"] = step_times(model)
    if data:
        card["figures"] = rounded(evaluate(model, data, model.temperature, 0, baselines=True))
    log = read_log(run / "log.jsonl")
    if log:
        shutil.copyfile(run / "log.jsonl", out / "log.jsonl")
        draw_curves(log, out / "curves.svg")
    (out / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (out / "README.md").write_text(readme(card), encoding="utf-8")


def rounded(value: Any) -> Any:
    """The same nest of figures to four digits, so that the card is short."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return round(float(value), 4) if isinstance(value, float) else value


def main(argv: list[str]) -> int:
    """`improv export`: 0 if a folder was written, 1 if parity or the checkpoint failed."""
    parser = argparse.ArgumentParser(
        prog="improv export",
        description="Make a model folder from a training run's checkpoint, and measure it.",
        epilog="example: improv export --run out/accompaniment --out models/accompaniment --data DIR",
    )
    parser.add_argument("--run", type=Path, default=Path("out/accompaniment"), help="the run (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=DEFAULT, help="folder to write (default: %(default)s)")
    parser.add_argument(
        "--average", type=Path, nargs="*", default=[], help="earlier checkpoints, averaged with the last"
    )
    parser.add_argument("--data", type=Path, help="folder of tunes; with it the card gets its held-out figures")
    parser.add_argument("--temperature", type=float, default=0.5, help="default of the card (default: %(default)s)")
    parser.add_argument("--note", action="append", default=[], help="a known weakness, for the card (may be repeated)")
    args = parser.parse_args(argv)
    try:
        weights = read_weights(args.run / "checkpoint.npz", *args.average)
        more: dict[str, Any] = {"name": args.out.name, "notes": args.note}
        facts = args.run / "run.json"
        if facts.exists():
            more |= json.loads(facts.read_text(encoding="utf-8"))
            more["data"] = rights(more["training"]["sources"])
        card = export(weights, args.out, args.temperature, more)
        finish(args.out, card, args.run, args.data)
    except (OSError, KeyError, CorpusError, ExportError, ModelError) as error:
        print(f"improv export: {error}", file=sys.stderr)
        return 1
    parity = card["parity"]["largest_difference"]
    print(f"{args.out}: {card['bytes']} bytes, {card['parameters']} parameters, parity within {parity:.1e}")
    return 0
