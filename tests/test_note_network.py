"""The Note RNN's network: what it is told of the past, that it can copy, what it says of every next event at once."""

from __future__ import annotations

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="the network is TensorFlow's")

from bridge.generators.note_events import BACK, EVENTS, FIRST, NONE, PAST  # noqa: E402
from bridge.training import note_network as network  # noqa: E402

UNITS, STEPS = 6, 40


@pytest.fixture(scope="module")
def weights() -> network.Weights:
    """Nothing is 0, so that no term can be left out unseen."""
    random = np.random.default_rng(5)
    fresh = network.new_weights(UNITS, 1)
    return network.Weights(*(tf.constant(random.normal(0, 0.4, w.shape).astype(np.float32)) for w in fresh))


@pytest.fixture(scope="module")
def events() -> np.ndarray:
    """Two pieces: anything, and eight events over and over."""
    random = np.random.default_rng(6)
    turn = random.integers(EVENTS, size=8)
    return np.stack([random.integers(EVENTS, size=STEPS), np.resize(turn, STEPS)]).astype(np.int32)


def test_a_past_is_the_last_events(events: np.ndarray) -> None:
    past = network.pasts(tf.constant(events)).numpy()
    assert past.shape == (2, STEPS + 1, PAST)
    assert (past[:, 0] == NONE).all()
    assert past[0, 5].tolist() == [NONE] * (PAST - 5) + events[0, :5].tolist()
    assert past[1, STEPS].tolist() == events[1, -PAST:].tolist()


def test_it_sees_what_came_before_and_whether_it_came_again(events: np.ndarray) -> None:
    told = network.seen(network.pasts(tf.constant(events))).numpy()
    step = 34
    for row, piece in enumerate(events):
        parts = np.split(told[row, step], np.cumsum([EVENTS] * (1 + len(BACK))))
        assert [int(part.argmax()) for part in parts[:-1]] == [piece[step - lag] for lag in (1, *BACK)]
        assert parts[-1].tolist() == [float(piece[step - 1] == piece[step - 1 - lag]) for lag in BACK]
    assert told[1, step, -len(BACK) :].tolist() == [1.0, float(events[1, 1] == events[1, 5]), 1.0, 1.0, 1.0]
    assert not told[:, 0].any()


def test_what_is_ahead_of_every_event_is_what_comes_after_it(weights: network.Weights, events: np.ndarray) -> None:
    output, back = network.ahead(weights, tf.constant(events))
    said = network.logits(weights, output, back).numpy()
    worth = network.values(weights, output).numpy()
    for step in (0, 7, 8, 20, STEPS - 2):
        for event in (0, 1, int(events[1, step]), int(events[0, step - BACK[0]]), EVENTS - 1):
            other = events.copy()
            other[:, step] = event
            after = network.outputs(weights, tf.constant(other))
            logits = network.logits(weights, after, network.backs(tf.constant(other))).numpy()
            assert said[:, step, event] == pytest.approx(logits[:, step + 1], abs=1e-4)
            assert worth[:, step, event] == pytest.approx(network.values(weights, after).numpy()[:, step + 1], abs=1e-3)


@pytest.mark.parametrize("lag", range(len(BACK)))
def test_a_gate_that_is_open_repeats_what_came_so_long_ago(weights: network.Weights, lag: int) -> None:
    copy = np.zeros(weights.copy.shape, np.float32)
    copy[:, -1, lag] = 100.0
    noise = np.random.default_rng(1).gumbel(size=(3, 2 * PAST, EVENTS)).astype(np.float32)
    made = network.compose(weights._replace(copy=tf.constant(copy)), tf.constant(noise), tf.constant(1.0)).numpy()
    assert (made[:, BACK[lag] :] == made[:, : -BACK[lag]]).all()
    assert len(np.unique(made[:, : BACK[0]])) > 8 > FIRST
    assert (made[0, : BACK[0]] != made[1, : BACK[0]]).any()
