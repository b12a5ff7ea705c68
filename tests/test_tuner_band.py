"""The accompanist in the tuner's hands, on a corpus made here: heads, episodes, rewards, guards."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="tuning needs tensorflow")

from bridge.music.errors import ModelError  # noqa: E402
from bridge.music.vocabulary import CHORDS, GENRES, NO_CHORD  # noqa: E402
from bridge.training import (  # noqa: E402
    loop,
    network,
    passages,
    past,
    rollout,
    tuner,
)
from bridge.training.corpus import Tune, tune_of  # noqa: E402
from bridge.training.tuner_band import Accompanying, Head, Rewards, joined, new_head, read_of, tensors  # noqa: E402
from bridge.training.windows import MIXES, mix_of, spliced, window  # noqa: E402
from tests.test_training import record  # noqa: E402

UNITS, TEMPERATURE = 8, 0.5


@pytest.fixture
def tune_() -> Tune:
    return tune_of(record())


def base() -> network.Weights:
    return network.Weights(*(tf.constant(w) for w in network.new_weights(UNITS, 4, 3)))


def environment(**prices: float) -> Accompanying:
    tunes = [tune_of(record(number, split)) for number, split in enumerate(["train", "train", "valid"])]
    evidence = np.zeros((len(GENRES) + 1, CHORDS, CHORDS), np.float32)
    return Accompanying(
        base(), tunes, {"folk": 1.0}, evidence, Rewards(**prices), temperature=TEMPERATURE, episodes=3, steps=48,
        hidden=4, jumps=0.5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Accompanying:
    """One for all tests that only play: tracing takes longer than playing."""
    return environment()


def busy(head: Head, seed: int = 0) -> Head:
    """A head that says something."""
    random = np.random.default_rng(seed)
    return Head(head.share, *(tf.constant(random.normal(size=w.shape).astype(np.float32)) for w in head[1:]))


def test_a_wider_head_is_the_model_and_what_was_learnt() -> None:
    prior, head = base(), busy(new_head(UNITS, 6, 1.0, 0))
    output = tf.constant(np.random.default_rng(1).normal(size=(5, 12, UNITS)).astype(np.float32))
    player = past.start(5, UNITS)._replace(lstm=tf.stack([output, output], axis=1))
    whole = network.chord_logits(joined(prior, [head], TEMPERATURE), player) / TEMPERATURE
    parts = network.chord_logits(prior, player) / TEMPERATURE + read_of(head, output)[0]
    np.testing.assert_allclose(whole, parts, atol=1e-4)


def test_a_new_head_changes_nothing(made: Accompanying) -> None:
    for algorithm, share in (("psi", 1.0), ("q", 1.0), ("g", 0.0)):
        head = made.weights(algorithm)
        episodes = made.play((made.prior,), 0, 0.0)
        batch = {k: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for k, x in episodes.items()}
        logits, values = made.outputs(head, batch)
        np.testing.assert_allclose(logits, share * episodes["log_p"].astype(np.float32), atol=1e-6)
        assert not np.asarray(values).any()


def test_an_episode_remembers_the_state_it_was_decided_in(made: Accompanying) -> None:
    episodes = made.play((made.prior,), 0, 0.0)
    assert episodes["actions"].shape == episodes["valid"].shape == (3, 48 // 4 + 1)
    assert 0 < episodes["valid"].sum() < episodes["valid"].size  # nothing is decided before the player was heard
    passage = passages.passage_of(episodes)
    for row in range(3):
        decided = np.flatnonzero(episodes["valid"][row])
        then, now = decided[:-1], decided[1:]
        np.testing.assert_array_equal(passage.before[row, now], passage.chord[row, then])
    assert (episodes["age"][episodes["before"] == episodes["actions"]] >= 0).all()


def test_what_is_played_is_a_function_of_the_number(made: Accompanying) -> None:
    one, two = (made.play((made.prior,), 5, 0.2) for _ in range(2))
    assert all((one[key] == two[key]).all() for key in one)
    assert (one["actions"] != made.play((made.prior,), 6, 0.2)["actions"]).any()


def test_exploring_asks_no_network(made: Accompanying) -> None:
    other = (busy(made.prior),)
    calm = made.play((made.prior,), 1, 0.0)
    assert (calm["actions"] != made.play(other, 1, 0.0)["actions"]).any()
    wild = made.play((made.prior,), 1, 1.0)
    heard = wild["valid"] > 0
    assert (wild["actions"] == made.play(other, 1, 1.0)["actions"])[heard].all()
    assert (wild["actions"][heard] != NO_CHORD).all()


def test_rewards_are_counted_from_the_untuned(made: Accompanying) -> None:
    earned = made.rewards(made.play((made.prior,), 0, 0.0))
    assert set(earned) == set(Rewards.__dataclass_fields__)
    assert earned["melody_in_chord"].sum() == pytest.approx(0, abs=1e-3)
    assert not earned["genre"].any()  # no evidence, no reward


def test_tuning_raises_what_it_is_paid_for(made: Accompanying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only = dict.fromkeys(Rewards.__dataclass_fields__, 0.0) | {"voice_leading": 3.0}
    monkeypatch.setattr(made, "prices", Rewards(**only))
    args = tuner.Arguments(
        updates=40, episodes=3, batch=8, replay=32, rate=0.05, follow=0.3, check=20, anchor=0.0, discount=0.5
    )
    lines: list[dict[str, Any]] = []
    done = tuner.tune(made, args, tmp_path, lines.append)
    assert lines[-1]["reward_voice_leading"] > lines[0]["reward_voice_leading"]
    assert lines[-1]["divergence"] > 0
    assert {"guard_entropy", "valid_note_in_chord_share", "distance_lengths_beats"} <= set(lines[-1])
    further = tuner.Tuner(made, args)
    further.load(tmp_path / loop.CHECKPOINT)
    np.testing.assert_array_equal(further.target.out, done.target.out)


def test_a_window_may_jump_at_a_bar_line(tune_: Tune) -> None:
    here, there = window(tune_, 0, 64), window(tune_, 0, 64, shift=6)
    made = spliced(here, there, 20)
    np.testing.assert_array_equal(made["chord"][:20], here["chord"][:20])
    np.testing.assert_array_equal(made["chord"][20:], there["chord"][20:])
    assert made["heard"][20] == here["heard"][20]
    assert made["heard"][21] == there["heard"][21]
    assert made["before"][20] == here["before"][20]


def test_a_mix_is_the_set_s_but_for_what_is_said() -> None:
    assert mix_of("folk", "") == MIXES["folk"]
    assert mix_of("folk", "folk=0.9, hymn=0") == MIXES["folk"] | {"folk": 0.9, "hymn": 0.0}
    with pytest.raises(ModelError, match="there is no genre 'jazz'"):
        mix_of("folk", "jazz=1")


def test_what_is_dropped_out_is_not_read_and_not_forgotten(tune_: Tune) -> None:
    rows = {key: x[None] for key, x in window(tune_, 0, 24).items()}
    weights, noise = base()._replace(recall=tf.zeros(len(network.RECALL))), tf.zeros((24, 1, network.NOISE))

    def logits(mask: Any) -> Any:
        return rollout.roll(weights, tensors(rows), tf.ones(1, tf.bool), tf.constant(1.0), noise, mask)

    whole, none, some = (logits(mask) for mask in (None, tf.ones((1, 1, UNITS)), tf.zeros((1, 1, UNITS))))
    np.testing.assert_allclose(whole.chord_logits, none.chord_logits)
    assert np.ptp(np.asarray(some.chord_logits), axis=0).max() == 0  # the heads read nothing
    np.testing.assert_allclose(whole.output, some.output)  # the LSTM goes on as ever


def test_people_have_habits(tune_: Tune) -> None:
    counts, moves, lengths = passages.human_habits([tune_])
    folk = GENRES.index("folk")
    assert moves[folk, 0, 3] == 5  # five chords of four beats were left on bar lines, and C, in the middle, after eight
    assert moves[folk, 0, 7] == 1
    assert (lengths[3], lengths[7]) == (5, 1)
    assert (moves <= counts).all()


def test_guards_are_part_of_the_log(made: Accompanying) -> None:
    made.rewards(made.play((made.prior,), 0, 0.0))
    figures = made.validate((made.prior,))
    assert figures["guard_pitch_classes"] > 2
    assert figures["valid_note_in_chord_share"] >= 0
