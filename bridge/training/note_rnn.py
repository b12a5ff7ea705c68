"""`improv train note_rnn`: the Note RNN that the tuner starts from, in any key.

Reads top to bottom: arguments, the loss (cross-entropy of the next event), validation in bits a sixteenth, then what
`improv export` asks of every kind of model. A tuned model (`improv tune melody`) is exported by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.card import card_of
from bridge.generators.note_events import BACK, EVENTS, FIRST, PAST
from bridge.generators.note_rnn_model import INPUTS, OUTPUTS, STEP_FILE, NoteRnnModel
from bridge.music.errors import ModelError
from bridge.training import note_network as network
from bridge.training.arguments import Common
from bridge.training.convert import lite
from bridge.training.corpus import SETS, CorpusError, read
from bridge.training.loop import ExportError
from bridge.training.note_pieces import Piece, Windows, pieces_of, stretch
from bridge.training.sources import learnt_from, tunes_of

Tensor = Any
WEIGHTS = network.Weights
SHAPE = ("units",)
"""Arguments that a model which is trained on keeps."""
BITS = float(1 / np.log(2))  # a nat
STRETCH, ROWS = 256, 32  # steps and rows of a batch of held-out pieces
PARITY_STEPS, TOLERANCE = 64, 1e-3
TEMPERATURE = 1.0  # default of a card: as it learnt, which is how the paper's compositions are drawn
CURVES = {
    "bits a sixteenth, held out": ["valid_bits_per_step", "valid_bits_per_struck_step"],
    "nats a sixteenth, training": ["loss"],
    "next event, held out": ["valid_top1", "valid_top1_pitch"],
}


@dataclass(frozen=True, slots=True)
class Arguments(Common):
    """What a run of the Note RNN depends on."""

    batch: int = 64
    """Windows an update."""
    units: int = 128
    """Of the LSTM."""
    steps: int = 128
    """Sixteenths a window."""
    drop: float = 0.1
    """Share of the LSTM's outputs that the next event does not see, in training."""


class NoteTask:
    """What is trained: the next event, by what truly came."""

    name = "note_rnn"
    best = ("valid_bits_per_step", -1)

    def __init__(self, args: Arguments, pieces: Sequence[Piece], held: Sequence[Piece]) -> None:
        self.args, self.held = args, held
        self.sources: dict[str, Any] = {}
        self.windows = Windows(pieces, args.steps, args.seed)
        self._judge = tf.function(bits_of, jit_compile=True)

    def weights(self) -> network.Weights:
        """Fresh variables."""
        return network.new_weights(self.args.units, self.args.seed)

    def batch(self, number: int) -> dict[str, Any]:
        """Windows of tunes, genres by their shares, in any key."""
        return self.windows.batch(self.args.batch, number)

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Nats a sixteenth."""
        events = batch["events"]
        output = network.outputs(weights, events)
        kept = tf.random.stateless_uniform(output.shape, tf.stack([self.args.seed, number])) >= self.args.drop
        output *= tf.cast(kept, tf.float32) / (1 - self.args.drop)
        return {"loss": nats(network.logits(weights, output, network.backs(events)), batch)}

    def validate(self, weights: Any) -> dict[str, float]:
        """Bits a sixteenth on the held-out pieces, and hits."""
        return {f"valid_{key}": value for key, value in judged(self._judge, weights, self.held).items()}


def nats(logits: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """The mean cost of the events of a batch."""
    cost = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["events"], logits)
    return tf.reduce_sum(cost * batch["valid"]) / tf.reduce_sum(batch["valid"])


def bits_of(weights: Any, batch: dict[str, Tensor]) -> Tensor:
    """(rows, 6): bits, bits of onsets, events foreseen, pitches foreseen at onsets, onsets, steps."""
    truth, valid = batch["events"], batch["valid"]
    scores = tf.nn.log_softmax(network.logits(weights, network.outputs(weights, truth), network.backs(truth)))
    onset = valid * tf.cast(truth >= FIRST, tf.float32)
    bits = -BITS * tf.gather(scores, truth, batch_dims=2)
    first = tf.cast(tf.argmax(scores, axis=2, output_type=tf.int32) == truth, tf.float32)
    pitch = tf.cast(tf.argmax(scores[..., FIRST:], axis=2, output_type=tf.int32) + FIRST == truth, tf.float32)
    columns = (bits * valid, bits * onset, first * valid, pitch * onset, onset, valid)
    return tf.stack([tf.reduce_sum(column, axis=1) for column in columns], axis=1)


def judged(judge: Callable[..., Tensor], weights: Any, pieces: Sequence[Piece]) -> dict[str, float]:
    """Figures over whole pieces, in stretches of STRETCH from the zero state; and over their first 32 sixteenths."""
    rows = [stretch(p.events, at, STRETCH) for p in pieces for at in range(0, len(p.events), STRETCH)]
    openings = [stretch(p.events, 0, 32) for p in pieces if len(p.events) >= 32]
    openings = [{key: np.pad(x, (0, STRETCH - 32)) for key, x in row.items()} for row in openings]
    sums = [_summed(judge, weights, each) for each in (rows, openings)]
    bits, struck, first, pitch, onsets, steps = sums[0]
    return {
        "bits_per_step": bits / steps,
        "bits_per_struck_step": struck / onsets,
        "bits_per_opening_step": sums[1][0] / sums[1][5],
        "top1": first / steps,
        "top1_pitch": pitch / onsets,
        "steps": steps,
    }


def _summed(judge: Callable[..., Tensor], weights: Any, rows: Sequence[dict[str, Any]]) -> list[float]:
    sums: Any = np.zeros(6)
    for first in range(0, len(rows), ROWS):
        part = list(rows[first : first + ROWS])
        part += [part[-1] | {"valid": np.zeros(STRETCH, np.float32)}] * (ROWS - len(part))
        sums = sums + judge(
            weights, {key: tf.constant(np.stack([r[key] for r in part])) for key in part[0]}
        ).numpy().sum(0)
    return [float(x) for x in np.maximum(sums, 1e-9)]


def task(args: Arguments, say: Callable[[str], None] = lambda text: None) -> NoteTask:
    """The task of a run: reads the tunes. Raises CorpusError."""
    tunes = tunes_of(args, say)
    pieces = pieces_of([tune for tune in tunes if tune.split == "train" and not tune.dup])
    if not pieces:
        raise CorpusError(f"{args.data} has no melody on the grid of sixteenths; name other tunes with --data")
    made = NoteTask(args, pieces, pieces_of([tune for tune in tunes if tune.split == "valid"]))
    made.sources = learnt_from(tunes)
    return made


def stepped(weights: network.Weights, state: Tensor, past: Tensor) -> dict[str, Tensor]:
    """One step as the exported file answers it, given INPUTS in order."""
    state = network.cell(weights, state, network.given(weights, network.seen(past)))
    return dict(zip(OUTPUTS, (state, network.logits(weights, state[:, :, 0], network.back_of(past))), strict=True))


def convert(weights: network.Weights, facts: dict[str, Any]) -> dict[str, bytes]:
    """The step for one line, weights as constants."""
    fixed = network.Weights(*(tf.constant(w) for w in weights))
    networks, units = weights.recurrent.shape[:2]
    shapes = {"state": ((networks, 1, 2, units), tf.float32), "past": ((1, PAST), tf.int32)}
    signature = [tf.TensorSpec(*shapes[name], name=name) for name in INPUTS]
    return {STEP_FILE: lite(lambda *values: stepped(fixed, *values), signature)}


def card(weights: network.Weights) -> dict[str, Any]:
    """What playing needs to know."""
    networks, units = (int(x) for x in weights.recurrent.shape[:2])
    return {"temperature": TEMPERATURE, "noise": EVENTS, "back": list(BACK), "lstm": [networks, 1, 2, units]}


def parity(weights: network.Weights, folder: Path, seed: int = 0) -> float:
    """The largest difference over random events. Raises ExportError if a choice differs, or a value by TOLERANCE."""
    random = np.random.default_rng(seed)
    try:
        model = NoteRnnModel.load(folder)
    except ModelError as error:
        raise ExportError(str(error)) from error
    lstm, past, worst = model.start().lstm, model.start().past, 0.0
    for number in range(PARITY_STEPS):
        values = (tf.constant(lstm), tf.constant(past[None]))
        truth = {name: x.numpy() for name, x in stepped(weights, *values).items()}
        lstm, scores = model.run(lstm, past)
        theirs = truth["logits"][0]
        gaps = (np.abs(_chances(scores) - _chances(theirs)).max(), np.abs(lstm - truth["next_state"]).max())
        if np.argmax(scores) != np.argmax(theirs):
            raise ExportError(f"step {number}: the exported file decides otherwise than the network; not written")
        worst = max(worst, *map(float, gaps))
        if not worst < TOLERANCE:
            raise ExportError(f"step {number}: the exported file is {worst:.2g} away from the network; not written")
        event = int(random.integers(EVENTS)) if number % 3 else int(np.argmax(scores))
        past = np.append(past[1:], np.int32(event))
    return worst


def _chances(logits: Any) -> Any:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def figures(folder: Path, data: Path) -> dict[str, Any]:
    """Held-out figures of an exported model, by the runtime that plays."""
    told = card_of(folder)
    sources = tuple(told.get("training", {}).get("sources") or told.get("sources") or SETS["default"])
    model = NoteRnnModel.load(folder)
    found = {}
    for split in ("valid", "test"):
        pieces = pieces_of(read(data, sources, (split,)))
        found[split] = judged_by(model, pieces)
    return found


def judged_by(model: NoteRnnModel, pieces: Sequence[Piece]) -> dict[str, float]:
    """What `judged` gives, event by event through the exported file."""
    bits = struck = first = pitch = opening = 0.0
    steps = onsets = opened = 0
    for each in pieces:
        for at in range(0, len(each.events), STRETCH):
            state = model.start()
            for step, truth in enumerate(map(int, each.events[at : at + STRETCH])):
                scores, state = state.logits, model.hear(state, truth)
                cost = -float(np.log2(max(1e-12, _chances(scores)[truth])))
                bits, first, steps = bits + cost, first + (np.argmax(scores) == truth), steps + 1
                if truth >= FIRST:
                    struck, onsets = struck + cost, onsets + 1
                    pitch += np.argmax(scores[FIRST:]) + FIRST == truth
                if at == 0 and step < 32 <= len(each.events):
                    opening, opened = opening + cost, opened + 1
    return {
        "bits_per_step": bits / max(1, steps),
        "bits_per_struck_step": struck / max(1, onsets),
        "bits_per_opening_step": opening / max(1, opened),
        "top1": float(first) / max(1, steps),
        "top1_pitch": float(pitch) / max(1, onsets),
        "pieces": len(pieces),
        "steps": steps,
    }


__all__ = ["CURVES", "SHAPE", "WEIGHTS", "Arguments", "card", "convert", "figures", "parity", "task"]
