"""The tuner: deep Q-learning that bends a trained sequence model towards rewards. Reads top to bottom, knows no music.

Q-, Psi- and G-learning as Jaques et al. (2017) put them to use: replay, a target network that follows softly and is
what plays in the end, double Q-learning (van Hasselt et al., 2016: the online network says what is done next, the
target network what that is worth). p is the frozen model, r the rewards:

    q    Q(s, a)   <- log p(a|s) + r + discount * Q'(s', best a')                  policy: softmax Q
    psi  Psi(s, a) <- log p(a|s) + r + discount * E_a' [Psi'(s', a') - log pi]     policy: softmax Psi
    g    G(s, a)   <- r + discount * E_a' [G'(s', a') + log p - log pi]            policy: softmax (G + log p)

The expectation under the online policy pi is the paper's logsumexp once both networks agree. q and psi are written as
log-softmax + value (duelling, Wang et al., 2016), so that the frozen weights with value 0 say log p: a run begins as
the model itself. The policy that is sampled, logged, judged and exported is one and the same, at temperature 1.

*Recurrence.* The replay holds whole episodes, and every update runs the networks over them from their first step: our
episodes are short, and no stored state can go stale (why Kapturowski et al., 2019, burn in). `trace` looks further
ahead: along any path psi and g are consistent (Nachum et al., 2017), q cuts it where the best is not done (Watkins).

*Anchor.* The cross-entropy of what people did, on the corpus (as in DQfD, Hester et al., 2018): values are learnt
only where the model goes, this holds it where people go. 0 leaves it out, as the paper does.

*Another environment* is a class with the members of `Environment`; `tune` does the rest. The steps of an episode are
decisions: where a network steps in between, `outputs` gathers what it says at decisions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bridge.music.errors import ModelError
from bridge.training.loop import CHECKPOINT
from bridge.training.losses import mean

Tensor = Any
Array = NDArray[Any]
Batch = dict[str, Array]
"""Arrays, first axis the episode: `actions` (episodes, steps) int32, `valid` (episodes, steps) float32, 0 after the
episode's end, and whatever else the environment's `outputs` and `rewards` read."""
ALGORITHMS = ("q", "psi", "g")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a run of the tuner depends on, beside the environment."""

    algorithm: str = "psi"
    """q, psi or g."""
    updates: int = 800
    """Length of the run; each update plays and learns once."""
    episodes: int = 64
    """Episodes played before every update, all at once."""
    batch: int = 64
    """Episodes learnt from in an update."""
    replay: int = 2048
    """Episodes remembered; the oldest go first."""
    discount: float = 0.92
    """Of the next step's value."""
    trace: float = 0.7
    """How far returns look past the next step's value, 0 (one step, as in the paper) to 1."""
    scale: float = 1.0
    """1/c of the paper: weight of all rewards beside log p."""
    follow: float = 0.04
    """Share of the way that the target network goes to the online one after an update."""
    rate: float = 2e-3
    """Adam's learning rate at its highest; it falls to a tenth."""
    explore: float = 0.01
    """Share of actions that are drawn uniformly at first; it falls to a tenth."""
    anchor: float = 1.5
    """Weight of the cross-entropy of what people did, nats a step; 0: none."""
    check: int = 50
    """Updates between lines of the log and checkpoints."""
    seed: int = 1
    """Of the episodes and the batches."""


class Environment(Protocol):
    """What is tuned, and towards what; all of it a pure function of the seed and the number of the update."""

    prior: Any  # the frozen weights, a NamedTuple of tensors

    def weights(self, algorithm: str) -> Any:
        """Fresh variables of the same type: the frozen ones for q and psi; for g such that all logits are 0."""
        ...

    def outputs(self, weights: Any, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (episodes, steps, actions) before each action, and values (episodes, steps); traced, under XLA."""
        ...

    def play(self, networks: tuple[Any, ...], number: int, explore: float) -> Batch:
        """New episodes, drawn from the softmax of the networks' summed logits, with chance `explore` uniformly."""
        ...

    def rewards(self, episodes: Batch) -> dict[str, Array]:
        """Every reward by name, weighted, (episodes, steps)."""
        ...

    def people(self, number: int) -> Batch | None:
        """What people did, for the anchor, in the form of an episode; None if there are none."""
        ...

    def validate(self, networks: tuple[Any, ...]) -> dict[str, float]:
        """Held-out figures and guards, each named valid_..."""
        ...


def scores_of(algorithm: str, logits: Tensor, values: Tensor) -> Tensor:
    """Q, Psi or G of every action."""
    return logits if algorithm == "g" else tf.nn.log_softmax(logits) + values[..., None]


def policy_of(algorithm: str, logits: Tensor, prior: Tensor) -> Tensor:
    """log pi of every action; `prior` is log p."""
    return tf.nn.log_softmax(logits + prior if algorithm == "g" else logits)


def worth(algorithm: str, target: Tensor, online: Tensor, policy: Tensor, prior: Tensor) -> Tensor:
    """The value of each state by the target network's scores, of what the online network would do there."""
    if algorithm == "q":
        best = tf.argmax(online, axis=-1, output_type=tf.int32)
        return tf.gather(target, best, batch_dims=len(target.shape) - 1)
    return tf.reduce_sum(tf.exp(policy) * (target - policy + (prior if algorithm == "g" else 0.0)), axis=-1)


def returns(reward: Tensor, value: Tensor, bonus: Tensor, trace: Tensor, valid: Tensor, discount: float) -> Tensor:
    """What each action's score should be, all (episodes, steps).

    `value` is the worth of each state, `bonus` what turns an action's score into its state's worth, `trace` how much of
    the path taken from there is believed. After the end nothing is worth anything.
    """
    after, found = tf.zeros_like(reward[:, 0]), []
    for step in reversed(range(reward.shape[1])):
        found.append(reward[:, step] + discount * after)
        mixed = (1 - trace[:, step]) * value[:, step] + trace[:, step] * (found[-1] + bonus[:, step])
        after = mixed * valid[:, step]
    return tf.stack(found[::-1], axis=1)


class Tuner:
    """The online and the target network, Adam's moments, the replay: between two updates a file."""

    def __init__(self, environment: Environment, args: Arguments) -> None:
        if args.algorithm not in ALGORITHMS:
            raise ModelError(f"there is no algorithm {args.algorithm!r}; it is one of {', '.join(ALGORITHMS)}")
        self.environment, self.args = environment, args
        self.weights, self.target = (environment.weights(args.algorithm) for _ in range(2))
        kind = type(self.weights)
        self.moments = [kind(*(tf.Variable(tf.zeros_like(w)) for w in self.weights)) for _ in range(2)]
        self.number = 0
        self.replay: Batch = {}
        self._learn = tf.function(self._update, jit_compile=True)

    def networks(self, weights: Any) -> tuple[Any, ...]:
        """The networks whose summed logits are the policy."""
        return (self.environment.prior, weights) if self.args.algorithm == "g" else (weights,)

    def step(self) -> dict[str, float]:
        """Play, remember, learn once; every term of the rewards as its sum over an episode, and of the loss."""
        done = min(1.0, self.number / max(1, self.args.updates))
        networks, explore = self.networks(self.weights), self.args.explore * (1 - 0.9 * done)
        episodes = self.environment.play(networks, self.number, explore)
        terms = self.environment.rewards(episodes)
        reward = self.args.scale * np.sum(list(terms.values()), axis=0)
        self._remember(episodes | {"reward": reward.astype(np.float32)})
        people = self.environment.people(self.number) if self.args.anchor else None
        rate = self.args.rate * min(1.0, (self.number + 1) / 50) * (0.1 + 0.45 * (1 + np.cos(np.pi * done)))
        tensors = [{k: tf.constant(x, _kind(x)) for k, x in each.items()} for each in (self._some(), people or {})]
        learnt = self._learn(*tensors, tf.constant(rate, tf.float32), tf.constant(self.number + 1.0))
        self.number += 1
        valid = episodes["valid"]
        earned = {f"reward_{name}": float((term * valid).sum() / len(valid)) for name, term in terms.items()}
        return earned | {name: float(value) for name, value in learnt.items()}

    def _remember(self, episodes: Batch) -> None:
        """Put episodes into the replay, the oldest out."""
        for key, rows in episodes.items():
            self.replay[key] = np.concatenate([self.replay.get(key, rows[:0]), rows])[-self.args.replay :]

    def _some(self) -> Batch:
        """Episodes to learn from; rewards less their step's mean, which decides nothing: values start near 0."""
        random = np.random.default_rng((self.args.seed, self.number))
        rows = random.integers(len(self.replay["actions"]), size=self.args.batch)
        some = {key: each[rows] for key, each in self.replay.items()}
        return some | {"reward": some["reward"] - self.replay["reward"].mean(axis=0)}

    def _update(self, batch: dict[str, Tensor], people: dict[str, Tensor], rate: Tensor, number: Tensor) -> Any:
        """One step of Adam on the error of the scores, gradients clipped to norm 5; then the target network follows."""
        with tf.GradientTape() as tape:
            terms = self._loss(batch)
            if people:
                terms["anchor"] = self._anchor(people)
                terms["loss"] += self.args.anchor * terms["anchor"]
        gradients = tape.gradient(terms["loss"], list(self.weights), unconnected_gradients="zero")
        gradients, terms["gradient"] = tf.clip_by_global_norm(gradients, 5.0)
        scale = rate * tf.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        for w, t, m, v, g in zip(self.weights, self.target, *self.moments, gradients, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g * g)
            w.assign_sub(scale * m / (tf.sqrt(v) + 1e-7))
            t.assign_add(self.args.follow * (w - t))
        return terms

    def _loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Huber's loss of the scores of what was done; and what is logged of the policy."""
        args, valid, actions = self.args, batch["valid"], batch["actions"]
        prior = tf.stop_gradient(tf.nn.log_softmax(self.environment.outputs(self.environment.prior, batch)[0]))
        logits, values = self.environment.outputs(self.weights, batch)
        target = scores_of(args.algorithm, *self.environment.outputs(self.target, batch))
        online, policy = scores_of(args.algorithm, logits, values), policy_of(args.algorithm, logits, prior)
        value = worth(args.algorithm, target, online, policy, prior)
        done = partial(tf.gather, indices=actions, batch_dims=2)
        bonus, trace = tf.zeros_like(value), args.trace * tf.ones_like(value)
        if args.algorithm == "q":
            trace *= tf.cast(tf.argmax(online, axis=-1, output_type=tf.int32) == actions, tf.float32)
        else:
            bonus = (done(prior) if args.algorithm == "g" else 0.0) - done(policy)
        reward = batch["reward"] + (0.0 if args.algorithm == "g" else done(prior))
        error = done(online) - tf.stop_gradient(returns(reward, value, bonus, trace, valid, args.discount))
        huber = tf.where(tf.abs(error) < 1, 0.5 * error * error, tf.abs(error) - 0.5)
        chances = tf.exp(policy)
        more: dict[str, Tensor] = getattr(self.environment, "terms", lambda *_: {})(policy, prior, batch)
        return more | {
            "loss": mean(huber, valid) + sum(more.values()),
            "error": mean(tf.abs(error), valid),
            "score": mean(done(online), valid),
            "log_p": mean(done(prior), valid),
            "entropy": -mean(tf.reduce_sum(chances * policy, axis=-1), valid),
            "divergence": mean(tf.reduce_sum(chances * (policy - prior), axis=-1), valid),  # from p, nats a step
        }

    def _anchor(self, people: dict[str, Tensor]) -> Tensor:
        """Nats a step of what people did, by the policy."""
        logits, _ = self.environment.outputs(self.weights, people)
        prior = tf.nn.log_softmax(self.environment.outputs(self.environment.prior, people)[0])
        done = tf.gather(policy_of(self.args.algorithm, logits, prior), people["actions"], batch_dims=2)
        return mean(-done, people["valid"])

    @property
    def variables(self) -> dict[str, Any]:
        """The networks and moments, by name."""
        groups = zip(("weights", "average", "first", "second"), (self.weights, self.target, *self.moments), strict=True)
        return {f"{group}/{name}": v for group, each in groups for name, v in each._asdict().items()}

    def save(self, path: Path, seconds: float) -> None:
        """Write a checkpoint, whole or not at all; the target network is its `average`, which export takes."""
        part = path.with_suffix(".part.npz")
        arrays = {name: variable.numpy() for name, variable in self.variables.items()}
        arrays |= {f"replay/{key}": rows for key, rows in self.replay.items()}
        np.savez(part, number=self.number, seconds=seconds, **arrays)
        part.replace(path)

    def load(self, path: Path) -> float:
        """Go on from a checkpoint; the seconds spent until then. Raises ModelError if it is another network's."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                for name, variable in self.variables.items():
                    variable.assign(saved[name])
                self.replay = {key[7:]: saved[key] for key in saved.files if key.startswith("replay/")}
                self.number = int(saved["number"])
                return float(saved["seconds"])
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{path} cannot be resumed ({error}); name another --out, or delete it") from error


def tune(
    environment: Environment, args: Arguments, out: Path, note: Callable[[dict[str, Any]], None],
    tick: Callable[[float], None] = lambda done: None,
) -> Tuner:  # fmt: skip
    """Tune to the end of the run, from the checkpoint in `out` if there is one; `note` gets a line now and then."""
    tuner = Tuner(environment, args)
    out.mkdir(parents=True, exist_ok=True)
    before = tuner.load(out / CHECKPOINT) if (out / CHECKPOINT).exists() else 0.0
    begun, busy, sums = time.monotonic(), 0.0, dict[str, list[float]]()
    while tuner.number < args.updates:
        began = time.monotonic()
        for key, value in tuner.step().items():
            sums.setdefault(key, []).append(value)
        busy += time.monotonic() - began
        tick(tuner.number / args.updates)
        if tuner.number % args.check == 0 or tuner.number == args.updates:
            seconds = before + time.monotonic() - begun
            line: dict[str, Any] = {"update": tuner.number, "minutes": seconds / 60}
            line |= {key: float(np.mean(values)) for key, values in sums.items()}
            line["steps_per_second"] = len(sums["loss"]) * args.episodes * tuner.replay["actions"].shape[1] / busy
            note(line | environment.validate(tuner.networks(tuner.target)))
            tuner.save(out / CHECKPOINT, seconds)
            busy, sums = 0.0, {}
    return tuner


def _kind(array: Array) -> Any:
    return tf.float32 if array.dtype.kind == "f" else tf.int32
