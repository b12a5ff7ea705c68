"""The tuner: deep Q-learning that bends a trained sequence model towards rewards. Reads top to bottom, knows no music.

Q-, Psi- and G-learning as Jaques et al. (2017) put them to use: replay, a target network that follows softly and is
what plays in the end, double Q-learning (van Hasselt et al., 2016: the online network says what is done next, the
target network what that is worth). p is the frozen model, r the rewards:

    q    Q(s, a)   <- log p(a|s) + r + discount * Q'(s', best a')                  policy: softmax Q
    psi  Psi(s, a) <- log p(a|s) + r + discount * E_a' [Psi'(s', a') - log pi]     policy: softmax Psi
    g    G(s, a)   <- r + discount * E_a' [G'(s', a') + log p - log pi]            policy: softmax (G + log p)

The expectation under the online policy pi is the paper's logsumexp once both networks agree. q and psi are written as
log-softmax + value (duelling, Wang et al., 2016), so that the frozen weights with value 0 say log p: a run begins as
the model itself; g as logits + value, both 0 at first. The policy that is sampled, logged, judged and exported is one
and the same, at temperature 1.

*Recurrence.* The replay holds whole episodes, and every update runs the networks over them from their first step: our
episodes are short, and no stored state can go stale (why Kapturowski et al., 2019, burn in). `trace` looks further
ahead: along any path psi and g are consistent (Nachum et al., 2017), q cuts it where the best is not done (Watkins).

*Full backups.* Where an environment knows what every action earns and leads to, as a composer does, the scores of all
actions are learnt at every step, not of the one that was drawn: an expectation instead of a sample (Sutton and Barto,
2018, section 8.5). What is learnt is told in two parts, the value of the state (Huber's loss) and the policy that the
scores say: in one error of each score, a large one of the value would drown, and turn, the small ones between actions.
Of policies the divergence is from the learnt to the wanted one (as in soft actor-critic, Haarnoja et al., 2018): where
a network cannot be both, it leaves out what is forbidden. The target network alone looks ahead then.

*Anchor.* The cross-entropy of what people did, on the corpus (as in DQfD, Hester et al., 2018): values are learnt
only where the model goes, this holds it where people go. 0 leaves it out, as the paper does.

*Another environment* is a class with the members of `Environment`; `tune` does the rest. The steps of an episode are
decisions: where a network steps in between, `outputs` gathers what it says at decisions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.music.errors import ModelError
from bridge.training.environment import ALGORITHMS, Arguments, Array, Batch, Environment
from bridge.training.loop import BEST, CHECKPOINT
from bridge.training.losses import mean

Tensor = Any


def scores_of(algorithm: str, logits: Tensor, values: Tensor) -> Tensor:
    """Q, Psi or G of every action."""
    return (logits if algorithm == "g" else tf.nn.log_softmax(logits)) + values[..., None]


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
        self.number, self.best = 0, -np.inf
        self.replay: Batch = {}
        self.ahead: Any = getattr(environment, "ahead", None)
        self.full = bool(args.full) and self.ahead is not None
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
        usual = self.replay["reward"].mean(axis=0)
        paid = {"paid": some["paid"] - usual[:, None]} if self.full else {}
        return some | {"reward": some["reward"] - usual} | paid

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
        """The error of the scores, of all actions or of what was done; and what is logged of the policy."""
        args, valid, actions = self.args, batch["valid"], batch["actions"]
        prior = tf.stop_gradient(tf.nn.log_softmax(self.environment.outputs(self.environment.prior, batch)[0]))
        logits, values = self.environment.outputs(self.weights, batch)
        online, policy = scores_of(args.algorithm, logits, values), policy_of(args.algorithm, logits, prior)
        chances, done = tf.exp(policy), partial(tf.gather, indices=actions, batch_dims=2)
        if self.full:
            aims = tf.stop_gradient(self._every(batch, prior))
            every, likely = (each + (prior if args.algorithm == "g" else 0.0) for each in (online, aims))
            error = tf.reduce_logsumexp(every, axis=-1) - tf.reduce_logsumexp(likely, axis=-1)
            wanted = tf.nn.log_softmax(likely)
            apart = tf.reduce_sum(chances * (policy - wanted), axis=-1)
        else:
            error, apart = done(online) - tf.stop_gradient(self._done(batch, prior, online, policy)), 0.0
        huber = tf.where(tf.abs(error) < 1, 0.5 * error * error, tf.abs(error) - 0.5)
        more: dict[str, Tensor] = getattr(self.environment, "terms", lambda *_: {})(policy, prior, batch)
        return more | {
            "loss": mean(huber + apart, valid) + sum(more.values()),
            "error": mean(tf.abs(error), valid),
            "score": mean(done(online), valid),
            "log_p": mean(done(prior), valid),
            "entropy": -mean(tf.reduce_sum(chances * policy, axis=-1), valid),
            "divergence": mean(tf.reduce_sum(chances * (policy - prior), axis=-1), valid),  # from p, nats a step
        }

    def _done(self, batch: dict[str, Tensor], prior: Tensor, online: Tensor, policy: Tensor) -> Tensor:
        """What the scores of what was done should be, (episodes, steps), along the path that was taken."""
        args, actions = self.args, batch["actions"]
        target = scores_of(args.algorithm, *self.environment.outputs(self.target, batch))
        value = worth(args.algorithm, target, online, policy, prior)
        done = partial(tf.gather, indices=actions, batch_dims=2)
        bonus, trace = tf.zeros_like(value), args.trace * tf.ones_like(value)
        if args.algorithm == "q":
            trace *= tf.cast(tf.argmax(online, axis=-1, output_type=tf.int32) == actions, tf.float32)
        else:
            bonus = (done(prior) if args.algorithm == "g" else 0.0) - done(policy)
        reward = batch["reward"] + (0.0 if args.algorithm == "g" else done(prior))
        return returns(reward, value, bonus, trace, batch["valid"], args.discount)

    def _every(self, batch: dict[str, Tensor], prior: Tensor) -> Tensor:
        """What the scores of all actions should be, (episodes, steps, actions)."""
        algorithm, ahead = self.args.algorithm, self.ahead
        logits, values = ahead(self.target, batch)
        if algorithm == "g":
            chances = tf.nn.log_softmax(ahead(self.environment.prior, batch)[0])
            then = values + tf.reduce_logsumexp(logits + chances, axis=-1)
        else:
            best = tf.reduce_max(tf.nn.log_softmax(logits), axis=-1) if algorithm == "q" else 0.0
            then = values + best
        left = tf.pad(batch["valid"][:, 1:], [(0, 0), (0, 1)])[..., None]  # after the end nothing is worth
        reward = batch["paid"] + (0.0 if algorithm == "g" else prior)
        return reward + self.args.discount * left * then

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
        np.savez(part, number=self.number, seconds=seconds, best=self.best, **arrays)
        part.replace(path)

    def keep(self, path: Path) -> None:
        """Write the policy as it plays now, as export takes it."""
        whole = self.environment.whole(self.networks(self.target))
        arrays: dict[str, Any] = {f"average/{name}": np.asarray(x) for name, x in whole._asdict().items()}
        np.savez(path, **arrays)

    def load(self, path: Path) -> float:
        """Go on from a checkpoint; the seconds spent until then. Raises ModelError if it is another network's."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                for name, variable in self.variables.items():
                    variable.assign(saved[name])
                self.replay = {key[7:]: saved[key] for key in saved.files if key.startswith("replay/")}
                self.number, self.best = int(saved["number"]), float(saved["best"])
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
            figures = environment.validate(tuner.networks(tuner.target))
            merit = environment.merit(figures) if hasattr(environment, "merit") else float(tuner.number)
            note(line | figures | ({"merit": merit} if hasattr(environment, "merit") else {}))
            if merit >= tuner.best:
                tuner.best = merit
                tuner.keep(out / BEST)
            tuner.save(out / CHECKPOINT, seconds)
            busy, sums = 0.0, {}
    return tuner


def _kind(array: Array) -> Any:
    return tf.float32 if array.dtype.kind == "f" else tf.int32


__all__ = ["ALGORITHMS", "Arguments", "Batch", "Environment", "Tuner", "tune"]
