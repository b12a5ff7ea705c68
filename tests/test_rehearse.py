"""A roll that is read once more has the logits and the gradients of the roll itself."""

from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="training needs tensorflow")

from bridge.training import network, rehearse, rollout  # noqa: E402
from bridge.training.corpus import tune_of  # noqa: E402
from bridge.training.tuner_band import tensors  # noqa: E402
from bridge.training.windows import window  # noqa: E402
from tests.test_training import record  # noqa: E402

UNITS, STEPS = 8, 24
LOGITS = ("chord_logits", "own_bass_logits", "bass_logits", "melody_logits", "guess_logits")


def batch() -> dict[str, Any]:
    rows = [window(tune_of(record()), start, STEPS, shift) for start, shift in ((0, 0), (16, 3))]
    return tensors({key: np.stack([row[key] for row in rows]) for key in rows[0]})


def seen(through: Any, weights: network.Weights) -> tuple[rollout.Roll, dict[str, Any]]:
    """What is played, and the gradients of a sum over everything that a loss may read; one row on the human past."""
    random = np.random.default_rng(2)
    noise = random.gumbel(size=(STEPS, 2, network.NOISE)).astype(np.float32)
    mask = tf.constant(random.integers(0, 2, (2, 1, UNITS)) * 2, tf.float32)
    with tf.GradientTape() as tape:
        played = through(weights, batch(), tf.constant([True, False]), tf.constant(0.7), noise, mask)
        total = tf.add_n([tf.reduce_sum(tf.nn.log_softmax(getattr(played, name))[..., :3]) for name in LOGITS])
        total += tf.reduce_sum(tf.square(played.output))
    gradients = tape.gradient(total, list(weights))
    return played, dict(zip(weights._fields, gradients, strict=True))


def test_it_is_the_roll_itself_gradients_and_all() -> None:
    weights = network.new_weights(UNITS, 4, 3)
    plain, once = seen(rollout.roll, weights)
    again, twice = seen(rehearse.rehearse, weights)
    np.testing.assert_array_equal(plain.chord, again.chord)
    for name in (*LOGITS, "output"):
        np.testing.assert_allclose(getattr(plain, name), getattr(again, name), atol=1e-4)
    for name, gradient in once.items():
        assert np.abs(gradient).max() > 0
        np.testing.assert_allclose(gradient, twice[name], rtol=1e-3, atol=1e-3)
