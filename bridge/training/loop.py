"""The training loop of every model: reads top to bottom, knows nothing of music.

A `Task` says what is trained; the loop gives it Adam (Kingma and Ba, 2015) with the gradient clipped to norm 1, a
running average of the weights (which is what plays), a learning rate that falls over the run, validation now and then,
and a checkpoint from which the same command goes on. Metrics go to `log.jsonl`, one JSON object a line. Where TF_CONFIG
names several workers, each takes its part of every batch and gradients are averaged between them (`tf.distribute`).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from bridge.music.errors import ModelError
from bridge.training.arguments import Common

Tensor = Any
Note = Callable[[dict[str, Any]], None]
CHECKPOINT, BEST, WEIGHTS_FILE = "checkpoint.npz", "best.npz", "weights.npz"


class ExportError(RuntimeError):
    """The exported file does not play what the network plays; nothing was written."""


class Task(Protocol):
    """What is trained; all of it a pure function of the seed and the number of the update."""

    name: str
    best: tuple[str, int]
    """The figure of `validate` by which the best weights are kept; +1: higher is better, -1: lower is."""

    def weights(self) -> Any:
        """Fresh variables, a NamedTuple of float32 `tf.Variable`."""
        ...

    def batch(self, number: int) -> dict[str, Any]:
        """Arrays of the same shape for every number; the first axis is the batch, which workers divide."""
        ...

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Scalars, among them `loss`; traced once, compiled by XLA."""
        ...

    def validate(self, weights: Any) -> dict[str, float]:
        """Held-out figures, each named valid_..."""
        ...


class Workers:
    """The processes that train together: this one alone, or those that TF_CONFIG names."""

    def __init__(self) -> None:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        self.count = len(config.get("cluster", {}).get("worker", ["self"]))
        self.index = int(config.get("task", {}).get("index", 0)) if self.count > 1 else 0
        self._strategy = tf.distribute.MultiWorkerMirroredStrategy() if self.count > 1 else None
        self.mean = tf.function(self._mean)

    @property
    def chief(self) -> bool:
        """Whether this one validates, logs and saves."""
        return self.index == 0

    def part(self, batch: dict[str, Any]) -> dict[str, Any]:
        """This worker's rows of a batch."""
        return {key: rows[self.index :: self.count] for key, rows in batch.items()}

    def _mean(self, tensors: list[Tensor]) -> list[Tensor]:
        """The mean of each tensor over the workers; all of them wait for one another here."""
        if self._strategy is None:
            return tensors

        def reduce(own: Tensor) -> Tensor:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.MEAN, tf.identity(own))

        flat = tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], axis=0)
        parts = tf.split(self._strategy.run(reduce, args=(flat,)), [int(np.prod(t.shape)) for t in tensors])
        return [tf.reshape(part, tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]


class Learner:
    """The weights, their running average and Adam's moments, as one list of variables."""

    def __init__(self, task: Task, workers: Workers) -> None:
        self.task, self.workers = task, workers
        self.weights = task.weights()
        kind = type(self.weights)
        self.average = kind(*(tf.Variable(w) for w in self.weights))
        self.moments = [kind(*(tf.Variable(tf.zeros_like(w)) for w in self.weights)) for _ in range(2)]
        self.number, self.seconds, self.best = tf.Variable(0), tf.Variable(0.0), tf.Variable(np.float32(np.nan))
        self.gradients = tf.function(self._gradients, jit_compile=True)
        self.apply = tf.function(self._apply, jit_compile=True)

    @property
    def variables(self) -> dict[str, Any]:
        """Everything a checkpoint holds, by name."""
        groups = {"weights": self.weights, "average": self.average, "first": self.moments[0], "second": self.moments[1]}
        named = {f"{g}/{n}": v for g, vs in groups.items() for n, v in vs._asdict().items()}
        return named | {"number": self.number, "seconds": self.seconds, "best": self.best}

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        part = path.with_suffix(".part.npz")
        np.savez(part, **{name: variable.numpy() for name, variable in self.variables.items()})
        part.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. Raises ModelError if it is another network's."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                for name, variable in self.variables.items():
                    variable.assign(saved[name])
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{path} cannot be resumed ({error}); name another --out, or delete it") from error

    def start_from(self, path: Path) -> None:
        """Begin with the average weights that a file has. Raises ModelError if they are not of this network."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                for name, variable in self.weights._asdict().items():
                    variable.assign(saved[f"average/{name}"])
                    getattr(self.average, name).assign(saved[f"average/{name}"])
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{path} does not fit this network ({error}); export that model again") from error

    def update(self, batch: dict[str, Any], rate: float) -> dict[str, float]:
        """One step of Adam on this batch, shared with the other workers; every term of the loss."""
        tensors = {key: tf.constant(x, _kind(x)) for key, x in self.workers.part(batch).items()}
        terms, gradients = self.gradients(tensors, self.number)
        if self.workers.count > 1:
            gradients = self.workers.mean(list(gradients))
        norm = self.apply(list(gradients), tf.constant(rate, tf.float32))
        return {key: float(value) for key, value in terms.items()} | {"gradient": float(norm)}

    def _gradients(self, batch: dict[str, Tensor], number: Tensor) -> tuple[dict[str, Tensor], list[Tensor]]:
        with tf.GradientTape() as tape:
            terms = self.task.loss(self.weights, batch, number)
        gradients = tape.gradient(terms["loss"], list(self.weights))
        return terms, [tf.zeros_like(w) if g is None else g for w, g in zip(self.weights, gradients, strict=True)]

    def _apply(self, gradients: list[Tensor], rate: Tensor) -> Tensor:
        gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
        self.number.assign_add(1)
        n = tf.cast(self.number, tf.float32)
        scale = rate * tf.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        keep = tf.minimum(0.995, n / (n + 10))
        for w, a, m, v, g in zip(self.weights, self.average, *self.moments, gradients, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g * g)
            w.assign_sub(scale * m / (tf.sqrt(v) + 1e-7))
            a.assign(keep * a + (1 - keep) * w)
        return norm


def writer(path: Path) -> Note:
    """Notes that become lines of a JSON-lines log."""

    def note(figures: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(json.dumps({key: round(value, 4) for key, value in figures.items()}) + "\n")

    return note


def _kind(array: Any) -> Any:
    return tf.float32 if array.dtype.kind == "f" else tf.int32


def rate_at(args: Common, done: float, number: int) -> float:
    """The learning rate: up over 50 updates, then down a half cosine over the run, to a twentieth."""
    return float(args.rate * min(1.0, (number + 1) / 50) * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * min(1.0, done)))))


class Run:
    """One run of a task: how far it is, what it measured, what it keeps."""

    def __init__(self, task: Task, args: Common, note: Note) -> None:
        self.task, self.args, self.note = task, args, note
        self.workers = Workers()
        self.learner = Learner(task, self.workers)
        self.sums: dict[str, list[float]] = {}
        self._begun = self._before = 0.0
        self.seconds, self.checked = 0.0, -1e9

    @property
    def number(self) -> int:
        """Updates made."""
        return int(self.learner.number.numpy())

    @property
    def done(self) -> float:
        """The part of the run that is done, 0-1; by updates where their number is given, else by the clock."""
        if self.args.updates:
            return self.number / self.args.updates
        return self.seconds / (60 * self.args.minutes)

    def open(self, start: Path | None) -> None:
        """Resume from the checkpoint in `args.out` if there is one, else begin from `start` or from new weights."""
        self.args.out.mkdir(parents=True, exist_ok=True)
        checkpoint = self.args.out / CHECKPOINT
        if checkpoint.exists():
            self.learner.load(checkpoint)
        elif start is not None:
            self.learner.start_from(start)
        self._begun, self._before = time.monotonic(), float(self.learner.seconds.numpy())
        self.seconds = self._before

    def step(self) -> None:
        """One update; then every worker knows the same time, so that all stop together."""
        number = self.number
        terms = self.learner.update(self.task.batch(number), rate_at(self.args, self.done, number))
        for key, value in terms.items():
            self.sums.setdefault(key, []).append(value)
        seconds = self._before + time.monotonic() - self._begun
        if self.workers.count > 1:
            seconds = float(self.workers.mean([tf.constant(seconds)])[0])
        self.seconds = seconds

    def check(self) -> None:
        """Validate, log, save; keep the average weights if they are the best so far."""
        self.checked = self.seconds
        if not self.workers.chief:
            return
        self.learner.seconds.assign(self.seconds)
        figures = self.task.validate(self.learner.average)
        means = {key: float(np.mean(values)) for key, values in self.sums.items()}
        self.note({"update": self.number, "minutes": self.seconds / 60} | means | figures)
        self.sums = {}
        key, sign = self.task.best
        best = float(self.learner.best.numpy())
        if self.number and key in figures and not sign * figures[key] <= sign * best:
            self.learner.best.assign(figures[key])
            np.savez(
                self.args.out / BEST, **{f"average/{n}": v.numpy() for n, v in self.learner.average._asdict().items()}
            )
        self.learner.save(self.args.out / CHECKPOINT)


def fit(task: Task, args: Common, note: Note, tick: Callable[[float], None], start: Path | None = None) -> Learner:
    """Train to the end of the run; `note` gets figures now and then, `tick` the share done (0-1) after every update."""
    run = Run(task, args, note)
    run.open(start)
    while True:
        over = run.done >= 1
        if over or run.seconds - run.checked > 60 * args.check:
            run.check()
        if over:
            return run.learner
        run.step()
        tick(run.done)
