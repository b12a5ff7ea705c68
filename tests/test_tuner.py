"""The tuner's algorithm on a little game whose best play is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="tuning needs tensorflow")

from bridge.music.errors import ModelError  # noqa: E402
from bridge.training.tuner import ALGORITHMS, Arguments, Batch, returns, tune  # noqa: E402

STEPS, ACTIONS, DISCOUNT = 3, 3, 0.9
PRIOR = np.log(np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0.1, 0.1, 0.8]], np.float32))
REWARD = np.array([[0, 0, 0.5], [1, 0, 0], [0, 0.3, 0], [0, 0, -1.0]], np.float32)
"""Of an action, by the one before it (the last row: before the first); the same game at every step."""


class Table(NamedTuple):
    """A number for every step, action before it, and action; and one for every state."""

    logits: Any
    values: Any


class Game:
    """Three choices out of three; what one earns depends on the one before."""

    def __init__(self) -> None:
        self.prior = Table(tf.constant(np.tile(PRIOR, (STEPS, 1, 1))), tf.zeros((STEPS, ACTIONS + 1)))
        self.heard: list[int] = []

    def weights(self, algorithm: str) -> Table:
        logits = tf.zeros_like(self.prior.logits) if algorithm == "g" else self.prior.logits
        return Table(tf.Variable(logits), tf.Variable(self.prior.values))

    def outputs(self, weights: Any, batch: dict[str, Any]) -> tuple[Any, Any]:
        before = tf.pad(batch["actions"][:, :-1], [(0, 0), (1, 0)], constant_values=ACTIONS)
        seen = tf.one_hot(before, ACTIONS + 1)
        return tf.einsum("ets,tsa->eta", seen, weights.logits), tf.einsum("ets,ts->et", seen, weights.values)

    def play(self, networks: tuple[Any, ...], number: int, explore: float) -> Batch:
        self.heard.append(number)
        random = np.random.default_rng((7, number))
        actions = np.zeros((32, STEPS), np.int32)
        before = np.full(32, ACTIONS)
        for step in range(STEPS):
            scores = sum(each.logits.numpy()[step][before] for each in networks)
            drawn = np.argmax(scores + random.gumbel(size=scores.shape), axis=1)
            before = np.where(random.random(32) < explore, random.integers(ACTIONS, size=32), drawn)
            actions[:, step] = before
        return {"actions": actions, "valid": np.ones(actions.shape, np.float32)}

    def rewards(self, episodes: Batch) -> dict[str, Any]:
        before = np.pad(episodes["actions"][:, :-1], [(0, 0), (1, 0)], constant_values=ACTIONS)
        return {"game": REWARD[before, episodes["actions"]]}

    def people(self, number: int) -> Batch | None:
        return None

    def whole(self, networks: tuple[Any, ...]) -> Table:
        return Table(sum(each.logits for each in networks), networks[-1].values)

    def validate(self, networks: tuple[Any, ...]) -> dict[str, float]:
        return {"valid_number": float(len(networks))}


class Told(Game):
    """The same, whose every action's reward and outcome are known."""

    def ahead(self, weights: Any, batch: dict[str, Any]) -> tuple[Any, Any]:
        after = [tf.concat([x[1:], x[:1]], axis=0)[None, :, :ACTIONS] for x in weights]  # after the last, anything
        logits, values = (tf.repeat(x, len(batch["actions"]), axis=0) for x in after)
        return logits, values

    def play(self, networks: tuple[Any, ...], number: int, explore: float) -> Batch:
        found = super().play(networks, number, explore)
        before = np.pad(found["actions"][:, :-1], [(0, 0), (1, 0)], constant_values=ACTIONS)
        return found | {"paid": REWARD[before].astype(np.float32)}


def best(algorithm: str) -> Any:
    """log pi of the optimum at the first step, and the whole table of pi, by going backwards."""
    worth, found = np.zeros(ACTIONS), []
    for _ in range(STEPS):
        scores = PRIOR + REWARD + DISCOUNT * worth[None]
        found.append(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
        worth = (scores.max(axis=1) if algorithm == "q" else np.logaddexp.reduce(scores, axis=1))[:ACTIONS]
    return np.array(found[::-1])


def arguments(algorithm: str, updates: int = 900, trace: float = 0.5) -> Arguments:
    return Arguments(
        algorithm=algorithm, updates=updates, episodes=32, batch=64, replay=1024, discount=DISCOUNT, trace=trace,
        follow=0.05, rate=2e-2, explore=0.3, anchor=0.0, check=300,
    )  # fmt: skip


@pytest.mark.parametrize("game", [Game, Told])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_best_play_of_a_known_game_is_found(algorithm: str, game: type[Game], tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = []
    updates = 900 if game is Game else 300  # of what is known, an expectation instead of a sample, less is needed
    args = replace(arguments(algorithm, updates), check=updates // 3)
    tuner = tune(game(), args, tmp_path, lines.append)
    table = sum(each.logits.numpy() for each in tuner.networks(tuner.target))
    found = table - np.logaddexp.reduce(table, axis=2, keepdims=True)
    before = np.tile(PRIOR, (STEPS, 1, 1))
    states = [(0, ACTIONS)] + [(step, state) for step in range(1, STEPS) for state in range(ACTIONS)]

    def distance(policy: Any) -> float:
        return max(float(np.abs(np.exp(policy[s]) - np.exp(best(algorithm)[s])).max()) for s in states)

    assert distance(before) > 0.15
    assert distance(found) < (0.04 if game is Game else 0.01)
    assert [line["update"] for line in lines] == [args.check, 2 * args.check, updates]
    assert lines[-1]["reward_game"] > lines[0]["reward_game"] - 0.2


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_without_reward_the_model_stays_what_it_is(algorithm: str, tmp_path: Path) -> None:
    class Idle(Game):
        def rewards(self, episodes: Batch) -> dict[str, Any]:
            return {"game": np.zeros(episodes["actions"].shape)}

    args = arguments(algorithm, updates=1)
    lines: list[dict[str, Any]] = []
    tune(Idle(), args, tmp_path, lines.append)
    assert abs(lines[0]["divergence"]) < 1e-5
    if algorithm != "q":  # the best path's log p is below 0 for q: its values move
        assert lines[0]["error"] < 1e-5


def test_a_run_that_is_stopped_and_resumed_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = tune(Game(), arguments("psi", updates=20), tmp_path / "whole", lambda line: None)
    args = arguments("psi", updates=20)
    from bridge.training.tuner import Tuner

    first = Tuner(Game(), args)
    for _ in range(9):
        first.step()
    (tmp_path / "halves").mkdir()
    first.save(tmp_path / "halves" / "checkpoint.npz", 1.0)
    game = Game()
    again = tune(game, args, tmp_path / "halves", lambda line: None)
    assert game.heard == list(range(9, 20))
    for one, other in zip(whole.target, again.target, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())


def test_returns_end_with_the_episode_and_mix_steps() -> None:
    reward, value = tf.constant([[1.0, 2.0, 4.0]]), tf.constant([[10.0, 20.0, 30.0]])
    bonus, ones = tf.constant([[0.0, 0.5, 0.25]]), tf.ones((1, 3))
    short = returns(reward, value, bonus, 0 * ones, ones, 0.5)
    assert short.numpy().tolist() == [[11.0, 17.0, 4.0]]
    long = returns(reward, value, bonus, ones, ones, 0.5)
    assert long.numpy().tolist() == [[1 + 0.5 * (2 + 0.5 * 4.25 + 0.5), 2 + 0.5 * 4.25, 4.0]]
    ended = returns(reward, value, bonus, 0 * ones, tf.constant([[1.0, 0.0, 0.0]]), 0.5)
    assert ended.numpy()[0, 0] == 1.0


def test_an_unknown_algorithm_and_a_foreign_checkpoint_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no algorithm"):
        tune(Game(), arguments("sarsa"), tmp_path, lambda line: None)
    (tmp_path / "checkpoint.npz").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be resumed"):
        tune(Game(), arguments("q"), tmp_path, lambda line: None)
