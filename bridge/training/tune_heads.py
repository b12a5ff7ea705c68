"""`improv tune heads`: both heads of an accompanist, chords and bass, bent by exact gradients; the LSTM is frozen.

improv tune heads --data DIR --from accompaniment-tuned --updates 200
improv export --run out/accompaniment-tuned-heads --out models/accompaniment-tuned --data DIR

What the next beat decides needs no Q-learning, for what we play does not change a recorded melody: the expectation of
each term, over all chords or all notes of the bass, is known. The tuner (`tuner_band`) is for what comes later. Windows
are played on the model's own past; both heads are held near where they began by their divergence from it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.card import card_of
from bridge.generators.shelf import folder
from bridge.music.vocabulary import NO_CHORD
from bridge.training import heads, loop, losses, network, past
from bridge.training.accompaniment import human_habits as human_sizes
from bridge.training.arguments import PLACES, Common, docs
from bridge.training.card import commit
from bridge.training.corpus import SETS, Tune
from bridge.training.free_running import HELD_STEPS, free_run, time_first
from bridge.training.measures import human
from bridge.training.passages import figures_of, human_habits
from bridge.training.rollout import Roll, roll
from bridge.training.sources import learnt_from, tunes_of
from bridge.training.tune_band import KIND
from bridge.training.windows import Windows, mix_of

Tensor = Any
CURVES = {
    "expected hit (train)": ["hit"],
    "nats from where it began": ["chord_apart", "bass_apart"],
    "parallels a beat (train)": ["parallels"],
    "note-in-chord share (valid)": ["valid_note_in_chord_share"],
    "chord lengths (valid)": ["valid_chord_length_emd_beats", "valid_chord_length_entropy_minus_human"],
    "parallels in 100 moves (valid)": ["valid_parallel_fifths_per_100_moves", "valid_parallel_octaves_per_100_moves"],
}
OPTIONS = {"rights": "set", "start": "from"}


@dataclass(frozen=True, slots=True)
class Arguments(Common):
    """What a run depends on."""

    updates: int = 200
    """Length of the run."""
    start: str = "accompaniment"
    """The model to tune, by name or folder."""
    rate: float = 2e-3
    """Adam's learning rate at its highest; it falls to a twentieth."""
    batch: int = 40
    """Windows an update."""
    steps: int = 128
    """Sixteenths of a window."""
    temperature: float = 0.0
    """At which the tuned model is to be played; 0: as its card says."""
    jumps: float = 0.3
    """Share of the windows whose key jumps at a bar line."""
    dropout: float = 0.1
    """Share of the LSTM's units that the chord head does not see, others in every window."""
    mix: str = ""
    """Shares of the windows by genre where they are not to be the set's own, such as artsong=0.4,folk=0.1."""
    hit: float = 12.0
    """Weight of the expected share of the coming beat's melody inside the chord."""
    habits: float = 10.0
    """Weight of the distance of the rates of change from people's, by genre, place in the bar and age of the chord."""
    waits: float = 0.0
    """Weight of the same by genre and how long ago the melody's last note began."""
    lean: float = 8.0
    """Weight of the pitch classes a chord in excess of the human number in the same genre."""
    fifths: float = 2.0
    """Weight of the distance of the share of falling fifths from people's, by genre."""
    imitate: float = 0.1
    """Weight of the human chords' cross-entropy, on the model's own past."""
    guess: float = 1.0
    """Weight of the nats by which the coming beat's pitch classes are guessed wrong."""
    near: float = 0.5
    """Weight of the chord head's divergence from where it began, nats a decision."""
    parallels: float = 20.0
    """Weight of the parallel fifths and octaves that the bass is expected to make with the melody, a beat."""
    firm: float = 4.0
    """Weight of the bass head's divergence from where it began, nats a sixteenth."""


def recalling(weights: network.Weights) -> network.Weights:
    """These weights; one that recalls nothing yet begins to."""
    return weights if np.any(weights.recall) else weights._replace(recall=tf.constant(network.RECALL, tf.float32))


class Tuning:
    """The task (`loop.Task`) of bending both heads of a model."""

    name = "accompaniment"
    best = ("valid_note_in_chord_share", 1)

    def __init__(self, args: Arguments, base: network.Weights, tunes: Sequence[Tune], temperature: float) -> None:
        self._args, self._base, self._temperature = args, recalling(base), temperature
        train = [tune for tune in tunes if tune.split == "train"]
        self._windows = Windows(train, args.steps, mix_of(args.rights, args.mix), seed=args.seed, jumps=args.jumps)
        self._sizes = human_sizes(train)[1]
        counts, moves, _ = human_habits(train)
        self._rates, self._fifths = heads.human_rates(counts, moves), heads.human_fifths(train)
        self._waits = heads.human_waits(train)
        self._held = [tune for tune in tunes if tune.split == "valid" and (tune.chords >= 0).any()]
        self._rolling = tf.function(roll)
        self._of_late = {
            name: tf.Variable(tf.zeros((2, size)), trainable=False)
            for name, size in (("habits", heads.CELLS), ("waits", len(self._waits)), ("fifths", heads.KINDS))
        }

    def weights(self) -> network.Weights:
        """Variables that begin as the model."""
        return network.variables(self._base)

    def batch(self, number: int) -> dict[str, Any]:
        """Windows of the train split."""
        return self._windows.batch(self._args.batch, number)

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Every term and `loss`, their weighted sum; its gradient reaches the two heads only."""
        args, size = self._args, batch["heard"].shape[0]
        shape = (args.steps, size, network.NOISE)
        uniform = tf.random.stateless_uniform(shape, tf.stack([args.seed, number]), 1e-7, 1 - 1e-7)
        first, noise = time_first(batch), -tf.math.log(-tf.math.log(uniform))
        still = network.Weights(*map(tf.stop_gradient, weights))
        blank = {key: tf.fill(first[key].shape, -1) for key in ("chord", "bass")}
        played = roll(still, first | blank, tf.zeros(size, tf.bool), tf.constant(self._temperature), noise)
        played = Roll(*(x if x is None else tf.stop_gradient(x) for x in played))
        seeds, units = tf.stack([args.seed + 1, number]), weights.recurrent.shape[0]
        kept = tf.random.stateless_uniform((size, 1, units), seeds) >= args.dropout
        seen = played.output * tf.cast(kept, tf.float32) / (1 - args.dropout)
        terms = self._chord_terms(weights, first, played, seen) | self._bass_terms(weights, first, played)
        terms["loss"] = (
            args.habits * terms["habits"] + args.waits * terms["waits"] + args.fifths * terms["fifths"]
            + args.lean * terms["fat"] + args.guess * terms["guess"]
            + args.imitate * terms["human"] + args.near * terms["chord_apart"] - args.hit * terms["hit"]
            + args.parallels * terms["parallels"] + args.firm * terms["bass_apart"]
        )  # fmt: skip
        return terms

    def _chord_terms(
        self, weights: network.Weights, batch: dict[str, Tensor], played: Roll, seen: Tensor
    ) -> dict[str, Tensor]:
        place, cold = batch["place"], self._temperature
        logits, guess = _read(weights, seen, played.recalled)
        old, _ = _read(self._base, played.output, played.recalled)
        chances = tf.nn.softmax(logits / cold)
        decides = place[..., 0] * batch["valid"] * tf.cast(played.last >= 0, tf.float32)
        started = decides * tf.cast(played.before != NO_CHORD, tf.float32)
        known = decides * tf.cast(batch["chord"] >= 0, tf.float32)
        kind = tf.where(place[..., 1] > 0, 0, tf.where(place[..., 2] > 0, 1, 2))
        per_beat = tf.where(place[..., 3] > 0, 6, 4)
        age = tf.cast(tf.round(played.age / per_beat), tf.int32)
        cell = heads.cell_of(batch["genre"][None, :], kind, age)
        heard = decides * tf.reduce_sum(batch["coming"], axis=-1)
        late, changes = self._of_late, losses.change(chances, played.before)
        habits, left = heads.habits(changes, started, cell, self._rates, late["habits"])
        late["habits"].assign(left)
        wait = heads.waited(batch["melody"], per_beat)
        waits, left = heads.habits(
            changes, started * tf.cast(wait >= 0, tf.float32), batch["genre"][None, :] % heads.KINDS * heads.WAITS
            + tf.maximum(wait, 0), self._waits, late["waits"],
        )  # fmt: skip
        late["waits"].assign(left)
        fifths, left = heads.fifths(chances, played.before, started, batch["genre"], self._fifths, late["fifths"])
        late["fifths"].assign(left)
        return {
            "hit": losses.mean(losses.expected_hit(chances, batch["coming"]), heard),
            "habits": habits,
            "waits": waits,
            "fat": losses.fatness(chances, started, batch["genre"], self._sizes),
            "fifths": fifths,
            "guess": losses.mean(-tf.reduce_sum(batch["coming"] * tf.nn.log_softmax(guess), axis=-1), heard),
            "human": losses.cross_entropy(logits, batch["chord"], known),
            "chord_apart": heads.divergence(logits / cold, old / cold, decides),
        }

    def _bass_terms(self, weights: network.Weights, batch: dict[str, Tensor], played: Roll) -> dict[str, Tensor]:
        steps, size = batch["heard"].shape
        places = network.setting(batch["place"], tf.tile(batch["genre"][None, :], (steps, 1)))
        new, old = (heads.bass_line(w, played, played.output, places, self._temperature) for w in (weights, self._base))
        chances = heads.at_beats(tf.reshape(tf.nn.softmax(new), (steps, size, -1)), batch["beats"])
        wrong = tf.reduce_sum(chances * heads.parallel(played, batch["beats"]), axis=-1)
        sounding = batch["valid"] * tf.cast(played.chord != NO_CHORD, tf.float32)
        there = tf.cast(batch["beats"] >= 0, tf.float32) * heads.at_beats(sounding, batch["beats"])
        apart = heads.divergence(new, old, tf.reshape(sounding, [-1]))
        return {"parallels": losses.mean(wrong, there), "bass_apart": apart}

    def validate(self, weights: Any) -> dict[str, float]:
        """Free-running on all held-out tunes of the validation split: figures of `improv evaluate`."""
        if not self._held:
            return {}
        played = free_run(self._rolling, weights, self._held, self._temperature, self._args.seed)
        return figures_of(played, [human(tune, HELD_STEPS) for tune in self._held])


def _read(weights: network.Weights, output: Tensor, recalled: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of the chords and of the guess, of the LSTM's output, (steps, batch, 12, units), and what is recalled."""
    flat = tf.reshape(output, (-1, *output.shape[2:]))
    player = past.start(1, output.shape[-1])._replace(lstm=tf.stack([flat, flat], axis=1))
    both = (
        head(weights, player, tf.reshape(recalled, (-1, past.RECALLED)))
        for head in (network.chord_logits, network.guess_logits)
    )
    chord, guess = (tf.reshape(logits, (*output.shape[:2], -1)) for logits in both)
    return chord, guess


def parse(argv: list[str]) -> Arguments:
    """Arguments of `improv tune heads` from the command line; every field is an option."""
    parser = argparse.ArgumentParser(
        prog="improv tune heads", description="Bend the chord and bass heads of a model by exact gradients.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    helps, usual = docs(Arguments), Arguments()
    for item in fields(Arguments):
        if item.name in ("minutes", "sources", "genre"):
            continue
        default = getattr(usual, item.name)
        words: dict[str, Any] = {"type": Path if item.name in PLACES else type(default), "default": default}
        if item.name == "rights":
            words["choices"] = sorted(SETS)
        if item.name == "data":
            words["required"] = True
        if item.name == "out":
            words["default"] = None
        parser.add_argument(f"--{OPTIONS.get(item.name, item.name)}", dest=item.name, help=helps[item.name], **words)
    values = vars(parser.parse_args(argv))
    values["out"] = values["out"] or Path("out") / f"{Path(values['start']).name}-heads"
    return Arguments(**values)


def command_of(args: Arguments) -> str:
    """The command that starts this run, with every option that is not the default."""
    usual, words = Arguments(), ["improv tune heads --data DIR"]
    for item in fields(args):
        value = getattr(args, item.name)
        if item.name not in PLACES and value != getattr(usual, item.name):
            told = Path(value).name if item.name == "start" else value
            words.append(f"--{OPTIONS.get(item.name, item.name)} {told}")
    return " ".join(words)


def main(argv: list[str]) -> int:
    """`improv tune heads`: 0 when done or stopped by Ctrl-C (resumable). Raises CorpusError, ModelError."""
    args = parse(argv)
    start = folder(args.start)
    before = card_of(start, KIND)
    temperature = args.temperature or float(before["temperature"])
    base, tunes = network.weights_of(start), tunes_of(args, print)
    facts = {key: value for key, value in asdict(args).items() if key not in PLACES}
    known = ("name", "command", "commit", "sources", "data", "started_from")
    run = {
        "kind": KIND, "command": command_of(args), "commit": commit(),
        "algorithm": "exact", "curves": CURVES, "training": facts | {"start": start.name, "sources": []},
        "learnt_from": learnt_from(tunes), "started_from": {key: before.get(key) for key in known},
        "temperature": temperature,
    }  # fmt: skip
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "run.json").write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    tick: Callable[[float], None] = lambda done: None  # noqa: E731
    try:
        loop.fit(Tuning(args, base, tunes, temperature), args, loop.writer(args.out / "log.jsonl"), tick)
    except KeyboardInterrupt:
        print(f"stopped; run the same command again to go on from {args.out / loop.CHECKPOINT}", file=sys.stderr)
        return 0
    print(f"done; now: improv export --last --run {args.out} --out NAME_OF_A_FOLDER --data DIR")
    return 0
