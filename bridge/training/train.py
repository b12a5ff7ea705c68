"""`improv train accompaniment`: from a folder of tunes to a model that plays along.

Reads top to bottom: arguments, one update, validation (free-running, from a cold start), the loop. Warm up by teacher
forcing for a moment, then let most windows run on the model's own samples. Metrics go to `log.jsonl`, one JSON object
a line; a checkpoint (`checkpoint.npz`: weights, averages, Adam's moments) is written with them and resumed from.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bridge.music.vocabulary import NO_CHORD
from bridge.training import losses, network, past
from bridge.training.arguments import Arguments, command_of, parse
from bridge.training.card import commit
from bridge.training.corpus import CorpusError, Tune, Windows, read, window
from bridge.training.measures import BEATS, Performance, bass_line, harmony, human
from bridge.training.rollout import Roll, roll

Tensor = Any
Rolling = Callable[..., Roll]
GENRES = {"standards": 0.25, "hymn": 0.15, "chorale": 0.15, "artsong": 0.2, "folk": 0.25}  # share of the windows
DOWNBEAT_CHANGES, OTHER_CHANGES = 0.73, 0.36  # chord changes at bar lines and on other beats, human, by those shares


def update_loss(args: Arguments, batch: dict[str, Tensor], played: Roll, forced: Tensor) -> dict[str, Tensor]:
    """Every term of the loss and `loss`, their weighted sum."""
    valid, place = batch["valid"], batch["place"]
    decides = place[..., 0] * valid
    known = decides * tf.cast(batch["chord"] >= 0, tf.float32)
    fed = tf.cast(forced, tf.float32)[None, :] * tf.ones_like(valid)
    own = 1 - fed
    chances = tf.nn.softmax(played.chord_logits)
    heard = decides * own * tf.reduce_sum(batch["coming"], axis=-1)
    changes, started = losses.change(chances, played.before), tf.cast(played.before != NO_CHORD, tf.float32)
    downbeat = place[..., 1]
    moving = decides * own * started
    low = tf.nn.softmax(played.own_bass_logits)
    root = tf.where(played.chord < NO_CHORD, played.chord // 8, 0)
    onsets = tf.reduce_sum(tf.reshape(low[..., 2:], (*low.shape[:2], 12, past.BASS_OCTAVES)), axis=-1)
    fresh = decides * own * tf.cast((played.before != played.chord) & (played.chord < NO_CHORD), tf.float32)
    terms = {
        "forced_chord": losses.cross_entropy(played.chord_logits, batch["chord"], known * fed),
        "own_chord": losses.cross_entropy(played.chord_logits, batch["chord"], known * own),
        "hit": losses.mean(losses.expected_hit(chances, batch["coming"]), heard),
        "down_rate": losses.mean(changes, moving * downbeat),
        "other_rate": losses.mean(changes, moving * (1 - downbeat)),
        "rates": losses.rate_error(changes, moving * downbeat, DOWNBEAT_CHANGES)
        + losses.rate_error(changes, moving * (1 - downbeat), OTHER_CHANGES),
        "fat": losses.fatness(chances, decides * own),
        "variety": losses.variety(chances, decides * own),
        "root": losses.mean(tf.gather(onsets, root, batch_dims=2), fresh),
        "bass": losses.cross_entropy(
            played.bass_logits, played.bass_target, valid * tf.cast(batch["bass"] >= 0, tf.float32)
        ),
        "melody": losses.cross_entropy(played.melody_logits, played.melody_target, valid),
    }
    rolling = tf.reduce_mean(own)
    terms["loss"] = (
        (1 - rolling) * terms["forced_chord"]
        + rolling
        * (
            args.imitate * terms["own_chord"]
            - args.hit * terms["hit"]
            + args.steady * terms["rates"]
            + args.lean * terms["fat"]
            - args.varied * terms["variety"]
            - args.rooted * terms["root"]
        )
        + terms["bass"]
        + terms["melody"]
    )
    return terms


class Learner:
    """The weights, their running average (which is what plays) and Adam's moments, as one list of variables."""

    def __init__(self, args: Arguments) -> None:
        self.args = args
        self.weights = network.new_weights(args.units, args.hidden, args.seed)
        self.average = network.Weights(*(tf.Variable(w) for w in self.weights))
        self.moments = [[tf.Variable(tf.zeros_like(w)) for w in self.weights] for _ in range(2)]
        self.number = tf.Variable(0)
        self.seconds = tf.Variable(0.0)
        self.update = tf.function(self._update, jit_compile=True)

    @property
    def variables(self) -> dict[str, Any]:
        """Everything a checkpoint holds, by name."""
        groups = {"weights": self.weights, "average": self.average, "first": self.moments[0], "second": self.moments[1]}
        named = {f"{g}/{n}": v for g, vs in groups.items() for n, v in zip(network.Weights._fields, vs, strict=True)}
        return named | {"number": self.number, "seconds": self.seconds}

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        part = path.with_suffix(".part.npz")
        np.savez(part, **{name: variable.numpy() for name, variable in self.variables.items()})
        part.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        with np.load(path, allow_pickle=False) as saved:
            for name, variable in self.variables.items():
                variable.assign(saved[name])

    def _update(self, batch: dict[str, Tensor], forced: Tensor, rate: Tensor) -> dict[str, Tensor]:
        """One step of Adam (Kingma and Ba, 2015) with the gradient clipped to norm 1."""
        shape = (self.args.steps, self.args.batch, network.NOISE)
        uniform = tf.random.stateless_uniform(shape, tf.stack([self.args.seed, self.number]), 1e-7, 1 - 1e-7)
        gumbel = -tf.math.log(-tf.math.log(uniform))
        with tf.GradientTape() as tape:
            played = roll(self.weights, batch, forced, tf.constant(1.0), gumbel)
            terms = update_loss(self.args, batch, played, forced)
        gradients, norm = tf.clip_by_global_norm(tape.gradient(terms["loss"], list(self.weights)), 1.0)
        self.number.assign_add(1)
        n = tf.cast(self.number, tf.float32)
        scale = rate * tf.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        keep = tf.minimum(0.995, n / (n + 10))
        for w, a, m, v, g in zip(self.weights, self.average, *self.moments, gradients, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g * g)
            w.assign_sub(scale * m / (tf.sqrt(v) + 1e-7))
            a.assign(keep * a + (1 - keep) * w)
        return terms | {"gradient": norm}


def tensors(batch: dict[str, Any]) -> dict[str, Tensor]:
    """A batch, time first, floats as float32 and the rest as int32."""
    kinds = {key: tf.float32 if x.dtype.kind == "f" else tf.int32 for key, x in batch.items()}
    return {key: tf.constant(np.swapaxes(x, 0, 1), kinds[key]) for key, x in batch.items()}


def free_run(
    rolling: Rolling, weights: network.Weights, tunes: list[Tune], temperature: float, seed: int
) -> list[Performance]:
    """What the model plays to these tunes from a cold start, hearing only their melody; `rolling` is `roll`, traced."""
    steps = 4 * BEATS
    batch = tensors({k: np.stack([window(t, 0, steps)[k] for t in tunes]) for k in window(tunes[0], 0, 1)})
    gumbel = np.random.default_rng(seed).gumbel(size=(steps, len(tunes), network.NOISE)).astype(np.float32)
    blank = {key: tf.fill(batch[key].shape, -1) for key in ("chord", "bass")}
    played = rolling(weights, batch | blank, tf.zeros(len(tunes), tf.bool), tf.constant(temperature), gumbel)
    chords, bass = played.chord.numpy(), network_bass(played)
    return [Performance(t, chords[: t.steps, i], bass[: t.steps, i]) for i, t in enumerate(tunes)]


def network_bass(played: Roll) -> Any:
    """The bass tokens of a roll without a given bass, (steps, batch): there the target is the model's own choice."""
    flat = [
        past.token_of(choice, past.bass_pitches(last)).numpy()
        for choice, last in zip(played.bass_target, played.own_bass_last, strict=True)
    ]
    return np.stack(flat)


def validate(rolling: Rolling, weights: network.Weights, tunes: list[Tune], seed: int) -> dict[str, float]:
    """Free-running harmony on held-out tunes beside what humans played to them."""
    played = free_run(rolling, weights, tunes, 1.0, seed)
    ours, theirs = harmony(played), harmony([human(t, 4 * BEATS) for t in tunes])
    figures = {f"valid_{k}": v for k, v in ours.items()} | {f"valid_bass_{k}": v for k, v in bass_line(played).items()}
    figures["valid_share"] = ours["note_in_chord"] / theirs["note_in_chord"]
    figures["valid_human_length_entropy"] = theirs["length_entropy"]
    figures["valid_distinct_share"] = ours["distinct"] / theirs["distinct"]
    return figures


def rate_at(args: Arguments, seconds: float, number: int) -> float:
    """The learning rate: up over 50 updates, then down a half cosine over the run, to a twentieth."""
    done = min(1.0, seconds / (60 * args.minutes))
    return float(args.rate * min(1.0, (number + 1) / 50) * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * done))))


def train(args: Arguments, note: Callable[[dict[str, Any]], None], tick: Callable[[float], None]) -> Learner:
    """Train for `minutes`; `note` gets figures now and then, `tick` the minutes done after every update."""
    tunes = read(args.data, args.sources, ("train", "valid"))
    held = [t for t in tunes if t.split == "valid" and (t.chords >= 0).any()]
    windows = Windows([t for t in tunes if t.split == "train"], args.steps, GENRES, seed=args.seed)
    learner, rolling = Learner(args), tf.function(roll)
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = args.out / "checkpoint.npz"
    if checkpoint.exists():
        learner.load(checkpoint)
    begun, before, checked = time.monotonic(), float(learner.seconds.numpy()), -1e9
    sums: dict[str, list[float]] = {}
    while True:
        seconds, number = before + time.monotonic() - begun, int(learner.number.numpy())
        done = seconds >= 60 * args.minutes
        if done or seconds - checked > max(60.0, 2.0 * args.minutes) or number == args.warmup:
            checked = seconds
            learner.seconds.assign(seconds)
            learner.save(checkpoint)
            figures = validate(rolling, learner.average, held, args.seed) if held else {}
            means = {key: float(np.mean(values)) for key, values in sums.items()}
            note({"update": number, "minutes": seconds / 60} | means | figures)
            sums = {}
        if done:
            return learner
        share = 1.0 if number < args.warmup else args.forced
        forced = np.arange(args.batch) < round(share * args.batch)
        batch = tensors(windows.batch(args.batch, number))
        terms = learner.update(batch, tf.constant(forced), tf.constant(rate_at(args, seconds, number)))
        for key, value in terms.items():
            sums.setdefault(key, []).append(float(value))
        tick(seconds / 60)


def main(argv: list[str]) -> int:
    """`improv train`: 0 when done or stopped by Ctrl-C (resumable), 1 if the data cannot be used."""
    args = parse(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    facts = {key: value for key, value in asdict(args).items() if key not in ("data", "out")}
    run = {"command": command_of(args), "commit": commit(), "training": facts}
    (args.out / "run.json").write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress, (args.out / "log.jsonl").open("a", encoding="utf-8") as log:
        task = progress.add_task("reading tunes", total=args.minutes)

        def note(figures: dict[str, Any]) -> None:
            log.write(json.dumps({key: round(value, 4) for key, value in figures.items()}) + "\n")
            log.flush()
            text = f"update {figures['update']}, share of the human fit {figures.get('valid_share', float('nan')):.2f}"
            progress.update(task, description=text)

        try:
            train(args, note, lambda minutes: progress.update(task, completed=minutes))
        except CorpusError as error:
            print(f"improv train: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print(f"stopped; run the same command again to go on from {args.out / 'checkpoint.npz'}", file=sys.stderr)
    return 0
