"""The accompanist's training: chords, bass, and what the player will play, mostly on the model's own past.

A teacher that sees the whole melody learns first, from the human past. Then the student: a moment of teacher forcing,
after which most windows run on its own samples. There it is asked for chords that hold the coming melody (the expected
hit, exact), for what the teacher would play from where it is, and for the human rate of change of the genre.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.shelf import folder
from bridge.music.vocabulary import GENRES, NO_CHORD
from bridge.training import loop, losses, network, past, teacher
from bridge.training.arguments import Common
from bridge.training.convert import card, convert, parity
from bridge.training.corpus import PITCH_CLASSES, Tune
from bridge.training.free_running import HELD_STEPS, free_run, time_first
from bridge.training.measures import bass_line, harmony, human
from bridge.training.rehearse import rehearse
from bridge.training.rollout import Roll, roll
from bridge.training.sources import learnt_from, tunes_of
from bridge.training.windows import Windows, mix_of

Tensor = Any
WEIGHTS = network.Weights
SHAPE = ("units", "hidden")  # arguments that say how large the network is
STARTS = True  # a task begins with the weights of the model that training goes on from, and adds what they lack
HELD = 96  # tunes in a validation
CURVES = {
    "free-running fit (valid)": ["valid_share"],
    "expected hit (train)": ["hit"],
    "nats a step (train)": ["bass", "melody"],
    "chord-length entropy (valid)": ["valid_length_entropy", "valid_human_length_entropy"],
}


@dataclass(frozen=True, slots=True)
class Arguments(Common):
    """What a run depends on."""

    minutes: float = 45.0
    """Length of the run; the learning rate falls over it."""
    units: int = 128
    """Of the LSTM."""
    hidden: int = 64
    """Of each head."""
    steps: int = 128
    """Sixteenths a window."""
    temperature: float = 0.5
    """At which it will be played: its own roll-outs are drawn, and fit and rate of change are counted, there."""
    warmup: int = 200
    """Updates with the human past only (none with --from)."""
    forced: float = 0.15
    """Share of the windows with the human past thereafter."""
    taught: float = 6.0
    """Minutes that the teacher learns before, or continues to learn with --from; 0: no teacher, or the one there is."""
    teacher: str = ""
    """With --from: the model whose teacher continues to teach, where the one to start from has none."""
    distil: float = 0.8
    """Weight of the distance to the teacher on the model's own past."""
    imitate: float = 0.0
    """Weight of the human chords' cross-entropy on the model's own past (1 on the human past)."""
    hit: float = 8.0
    """Weight of the expected share of the coming beat's melody inside the chord."""
    guess: float = 1.0
    """Weight of the nats by which the coming beat's pitch classes are guessed wrong."""
    steady: float = 3.0
    """Weight of the distance between the rate of chord changes and the human one in the same genre."""
    lean: float = 8.0
    """Weight of the pitch classes a chord in excess of the human number in the same genre."""
    rooted: float = 0.02
    """Weight of the probability that the bass, where a new chord begins, plays its root."""
    jumps: float = 0.0
    """Share of the windows whose key jumps at a bar line."""
    dropout: float = 0.0
    """Share of the LSTM's units that the heads do not see, others in every window."""
    mix: str = ""
    """Shares of the windows by genre where they are not to be the set's own, such as artsong=0.4,folk=0.1."""


def human_habits(tunes: list[Tune]) -> tuple[Any, Any]:
    """How often humans change the chord at bar lines and on other beats, and pitch classes a chord, by genre.

    (9, 2) and (9,); the last row is over all genres, and stands for those of which there is little.
    """
    sizes = np.zeros((len(GENRES) + 1, 2))  # chords, pitch classes
    counts = np.zeros((len(GENRES) + 1, 2, 2))  # genre, other beat or downbeat, stays or changes
    for tune in tunes:
        if tune.dup or not (tune.chords >= 0).any():
            continue
        beats = np.flatnonzero(tune.decisions)
        chords = human(tune, tune.steps).chords[beats]
        sounding = chords[chords != NO_CHORD]
        sizes[tune.genre_index] += len(sounding), PITCH_CLASSES[sounding].sum()
        for step, before, now in zip(beats[1:], chords[:-1], chords[1:], strict=True):
            if before != NO_CHORD:
                counts[tune.genre_index, int(tune.places[step, 1]), int(now != before)] += 1
    counts[-1], sizes[-1] = counts.sum(axis=0), sizes.sum(axis=0)
    rates = counts[:, ::-1, 1] / np.maximum(1, counts.sum(axis=2))[:, ::-1]
    mean = sizes[:, 1] / np.maximum(1, sizes[:, 0])
    many = counts.sum(axis=2)[:, ::-1] > 200
    return np.where(many, rates, rates[-1]).astype(np.float32), np.where(many[:, 0], mean, mean[-1]).astype(np.float32)


class Accompanying:
    """The task of training a student, with a teacher or without."""

    name = "accompaniment"
    best = ("valid_score", 1)

    def __init__(self, args: Arguments, tunes: list[Tune], tutor: teacher.Weights | None) -> None:
        self._args, self._tutor = args, tutor
        train = [t for t in tunes if t.split == "train"]
        self.sources = learnt_from(tunes)
        mix = mix_of(args.rights, args.mix)
        self._windows = Windows(train, args.steps, mix, seed=args.seed, jumps=args.jumps)
        self._rates, self._sizes = human_habits(train)
        held = [t for t in tunes if t.split == "valid" and (t.chords >= 0).any()]
        self._held = held[:: -(-len(held) // HELD) or 1]
        self._rolling = tf.function(roll)

    def weights(self) -> network.Weights:
        """Fresh variables; or the model's that training goes on from, whose chord head is wider if it was tuned."""
        if self._args.start:
            start = network.weights_of(folder(self._args.start))
            return network.variables(network.guessing(start, self._args.seed))
        return network.new_weights(self._args.units, self._args.hidden, self._args.seed)

    def batch(self, number: int) -> dict[str, Any]:
        """Windows; the first rows of `forced` are fed the human past."""
        warm = number < self._args.warmup and not self._args.start
        share = 1.0 if warm else self._args.forced
        forced = np.arange(self._args.batch) < round(share * self._args.batch)
        return self._windows.batch(self._args.batch, number) | {"forced": forced.astype(np.int32)}

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Every term and `loss`, their weighted sum."""
        args = self._args
        size = batch["heard"].shape[0]
        shape = (args.steps, size, network.NOISE)
        uniform = tf.random.stateless_uniform(shape, tf.stack([args.seed, number]), 1e-7, 1 - 1e-7)
        first, noise, mask = time_first(batch), -tf.math.log(-tf.math.log(uniform)), None
        if args.dropout:
            seeds, units = tf.stack([args.seed + 1, number]), weights.recurrent.shape[0]
            kept = tf.random.stateless_uniform((size, 1, units), seeds) >= args.dropout
            mask = tf.cast(kept, tf.float32) / (1 - args.dropout)
        played = rehearse(weights, first, batch["forced"] > 0, tf.constant(args.temperature), noise, mask)
        terms = student_terms(first, played, self._rates, self._sizes, args.temperature) | {"distil": tf.constant(0.0)}
        own = terms.pop("own")
        if self._tutor is not None:
            terms["distil"] = distance(self._tutor, batch, played, own)
        rolling = tf.reduce_mean(own)
        terms["loss"] = (
            (1 - rolling) * terms["forced_chord"]
            + rolling
            * (
                args.imitate * terms["own_chord"]
                + args.distil * terms["distil"]
                - args.hit * terms["hit"]
                + args.steady * terms["rates"]
                + args.lean * terms["fat"]
                - args.rooted * terms["root"]
            )
            + terms["bass"]
            + terms["melody"]
            + args.guess * terms["guess"]
        )
        return terms

    def validate(self, weights: Any) -> dict[str, float]:
        """Free-running harmony on held-out tunes beside what humans played to them."""
        if not self._held:
            return {}
        played = free_run(self._rolling, weights, self._held, self._args.temperature, self._args.seed)
        ours, theirs = harmony(played), harmony([human(t, HELD_STEPS) for t in self._held])
        figures = {f"valid_{k}": v for k, v in ours.items()}
        figures |= {f"valid_bass_{k}": v for k, v in bass_line(played).items()}
        figures["valid_share"] = ours["note_in_chord"] / theirs["note_in_chord"]
        figures["valid_human_length_entropy"] = theirs["length_entropy"]
        figures["valid_distinct_share"] = ours["distinct"] / theirs["distinct"]
        excess = abs(ours["length_entropy"] - theirs["length_entropy"]) - 0.3
        figures["valid_score"] = figures["valid_share"] - 0.2 * max(0.0, excess)
        return figures


def distance(tutor: teacher.Weights, batch: dict[str, Tensor], played: Roll, own: Tensor) -> Tensor:
    """Cross-entropy to the teacher at the decisions of the student's own roll-outs."""
    beats, back = batch["beats"], tf.transpose
    before, age = (teacher.at_beats(back(x), beats) for x in (played.before, played.age))
    known = teacher.encode(tutor, batch)
    said = tf.nn.softmax(teacher.chord_logits(tutor, known, batch, before, age))
    ours = tf.nn.log_softmax(teacher.at_beats(back(played.chord_logits, (1, 0, 2)), beats))
    mask = teacher.at_beats(back(own) * batch["valid"], beats) * tf.cast(beats >= 0, tf.float32)
    return losses.mean(-tf.reduce_sum(tf.stop_gradient(said) * ours, axis=-1), mask)


def student_terms(
    batch: dict[str, Tensor], played: Roll, rates: Any, sizes: Any, temperature: float
) -> dict[str, Tensor]:
    """The terms of the loss, and `own`: where, (steps, batch), the past is the model's own."""
    valid, place = batch["valid"], batch["place"]
    decides = place[..., 0] * valid
    known = decides * tf.cast(batch["chord"] >= 0, tf.float32)
    fed = tf.cast(batch["forced"], tf.float32)[None, :] * tf.ones_like(valid)
    own = 1 - fed
    chances = tf.nn.softmax(played.chord_logits / temperature)
    heard = decides * own * tf.reduce_sum(batch["coming"], axis=-1)
    started = tf.cast(played.before != NO_CHORD, tf.float32)
    low = tf.nn.softmax(played.own_bass_logits)
    root = tf.where(played.chord < NO_CHORD, played.chord // 8, 0)
    onsets = tf.reduce_sum(tf.reshape(low[..., 2:], (*low.shape[:2], 12, past.BASS_OCTAVES)), axis=-1)
    fresh = decides * own * tf.cast((played.before != played.chord) & (played.chord < NO_CHORD), tf.float32)
    return {
        "own": own,
        "forced_chord": losses.cross_entropy(played.chord_logits, batch["chord"], known * fed),
        "own_chord": losses.cross_entropy(played.chord_logits, batch["chord"], known * own),
        "hit": losses.mean(losses.expected_hit(chances, batch["coming"]), heard),
        "guess": losses.mean(
            -tf.reduce_sum(batch["coming"] * tf.nn.log_softmax(played.guess_logits), axis=-1),
            decides * tf.reduce_sum(batch["coming"], axis=-1),
        ),
        "rates": losses.genre_rates(
            losses.change(chances, played.before), decides * own * started, place[..., 1], batch["genre"], rates
        ),
        "fat": losses.fatness(chances, decides * own * started, batch["genre"], sizes),
        "root": losses.mean(tf.gather(onsets, root, batch_dims=2), fresh),
        "bass": losses.cross_entropy(
            played.bass_logits, played.bass_target, valid * tf.cast(batch["bass"] >= 0, tf.float32)
        ),
        "melody": losses.cross_entropy(played.melody_logits, played.melody_target, valid),
    }


def task(args: Arguments) -> Accompanying:
    """The student's task; the teacher is trained here, first, unless there is one in the run's folder already."""
    tunes = tunes_of(args, print)
    return Accompanying(args, tunes, taught(args, tunes))


def taught(args: Arguments, tunes: list[Tune]) -> teacher.Weights | None:
    """The teacher of a run: resumed, trained, or that of the model to start from; None without one."""
    start = folder(args.teacher or args.start) if args.teacher or args.start else None
    inherited = start / teacher.FILE if start and (start / teacher.FILE).exists() else None
    if not args.distil or not (args.taught or inherited):
        return None
    lesson = teacher.Teaching(args, tunes, args.hidden, args.hidden, args.steps, mix_of(args.rights, args.mix))
    out = args.out / "teacher"
    if not args.taught and inherited:
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(inherited, out / loop.BEST)  # the new model's folder has it too
        return teacher.read(inherited)
    updates = max(1, round(args.updates * args.taught / args.minutes)) if args.updates else 0  # so a run repeats itself
    plan = replace(args, out=out, minutes=args.taught, updates=updates, check=min(args.check, args.taught / 4))
    log = out / "log.jsonl"
    learner = loop.fit(lesson, plan, loop.writer(log), lambda done: None, inherited)
    return teacher.Weights(*(tf.constant(w) for w in learner.average))


def extras(run: Path) -> dict[str, Path]:
    """Files of a run that belong into the model's folder, by their name there: the teacher, for who goes on."""
    best = run / "teacher" / loop.BEST
    return {teacher.FILE: best} if best.exists() else {}


def figures(model: Path, data: Path) -> dict[str, Any]:
    """Held-out figures through the runtime, for the card."""
    from bridge.training.evaluate import card_figures

    return card_figures(model, data)


__all__ = ["CURVES", "SHAPE", "WEIGHTS", "Arguments", "card", "convert", "extras", "figures", "parity", "task"]
