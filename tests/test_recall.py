"""What the accompanist recalls: the passage most like the last one, and what followed it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

tf = pytest.importorskip("tensorflow", reason="the network needs tensorflow")

from bridge.generators.model import setting_features  # noqa: E402
from bridge.music.vocabulary import HOLD, REST, Spot, onset  # noqa: E402
from bridge.training import network, past, tune_heads  # noqa: E402

TUNE = [60, 62, 64, 65, 67, 64, 60, 69, 67, 65, 64, 62]  # a note a beat


def played(pitches: Sequence[int | None], per_beat: int = 4) -> past.Player:
    """A player who has been heard with a note on every beat, held until the next; None is a beat of silence."""
    player = past.start(1, 4)
    for pitch in pitches:
        for step in range(per_beat):
            token = REST if pitch is None else HOLD if step else onset(pitch)
            player = past.hear(player, tf.constant([token]))
    return player


def recalled(player: past.Player, per_beat: int = 4) -> tuple[NDArray[np.float32], int, int]:
    """The shares of the pitch classes, and how many cells of steps and of notes are full."""
    place = tf.constant([setting_features(Spot(0, 12, 8) if per_beat == 6 else Spot(0), -1)])
    shares, steps, notes = np.split(past.recall(player, place).numpy()[0], [12, 12 + len(past.RECALL_STEPS)])
    for cells in (steps, notes):
        assert (np.diff(cells) <= 0).all()
    return shares, int(steps.sum()), int(notes.sum())


def cells(count: int, edges: Sequence[int]) -> int:
    return sum(count >= edge for edge in edges)


@pytest.mark.parametrize("per_beat", [4, 6])
@pytest.mark.parametrize("again", [2, 5, 7])
def test_a_tune_that_comes_back_goes_on_as_it_did(per_beat: int, again: int) -> None:
    shares, steps, notes = recalled(played([*TUNE, *TUNE[:again]], per_beat), per_beat)
    np.testing.assert_allclose(shares, np.eye(12)[TUNE[again] % 12], atol=1e-6)
    same = min(again * per_beat, past.RECALL_BACK)  # the note before the tune began was another
    assert steps == cells(same, past.RECALL_STEPS)
    assert notes == cells(len({step // per_beat for step in range(again * per_beat - same, again * per_beat)}) - 1,
                          past.RECALL_NOTES)  # fmt: skip


def test_the_octave_does_not_matter() -> None:
    shares, _, _ = recalled(played([*TUNE, *(pitch - 12 for pitch in TUNE[:4])]))
    np.testing.assert_allclose(shares, np.eye(12)[TUNE[4] % 12])


def test_the_longest_passage_wins_and_of_equals_the_latest() -> None:
    short, long = [64, 65, 71], [60, 62, 64, 65, 67]
    shares, _, _ = recalled(played([*long, 50, *short, 50, 60, 62, 64, 65]))
    np.testing.assert_allclose(shares, np.eye(12)[67 % 12])
    shares, _, _ = recalled(played([50, 64, 65, 67, 50, 64, 65, 71, 50, 64, 65]))
    np.testing.assert_allclose(shares, np.eye(12)[71 % 12])


def test_notes_tell_more_than_a_long_silence() -> None:
    """Eight beats of silence have been before, too; but so have the three notes after them, elsewhere."""
    tune = [*[None] * 8, 61, 63, 66, 68, 50, 52, 63, 66, 70, *[None] * 4, 63, 66]
    shares, _, _ = recalled(played(tune))
    np.testing.assert_allclose(shares, np.eye(12)[70 % 12])
    shares, steps, notes = recalled(played([60, *[None] * 12]))
    assert (shares.sum(), notes) == (0, 0)
    assert steps == len(past.RECALL_STEPS)


def test_a_beat_of_two_notes_is_shared() -> None:
    player = played([60, 62])
    for pitch in (64, 65):
        for token in (onset(pitch), HOLD):
            player = past.hear(player, tf.constant([token]))
    for pitch in (50, 60, 62):
        for token in (onset(pitch), HOLD, HOLD, HOLD):
            player = past.hear(player, tf.constant([token]))
    shares, _, _ = recalled(player)
    np.testing.assert_allclose(shares, (np.eye(12)[4] + np.eye(12)[5]) / 2)


def test_who_has_heard_nothing_recalls_nothing() -> None:
    for heard in ([], [60], TUNE[:5]):
        shares, steps, notes = recalled(played(heard))
        assert (steps, notes) == (0, 0)  # no two beats of these are alike
        assert shares.sum() in (0, 1)  # which no cell that is full makes count


def test_what_is_too_long_ago_is_forgotten() -> None:
    middle = [61 + (0, 2, 5, 7, 9, 10)[number % 6] for number in range(past.RECALL_BEATS)]  # no note of the tune's
    shares, steps, notes = recalled(played([*TUNE, *middle[: past.RECALL_BEATS - 12], *TUNE[:3]]))
    assert (np.argmax(shares), notes) == (TUNE[3] % 12, cells(2, past.RECALL_NOTES))
    assert steps == cells(12, past.RECALL_STEPS)
    _, steps, notes = recalled(played([*TUNE, *middle[: past.RECALL_BEATS - 11], *TUNE[:3]]))
    assert (steps, notes) == (cells(4, past.RECALL_STEPS), 0)  # only the last note, of later in the tune


def test_it_speaks_of_what_it_recalls_and_an_older_model_of_nothing() -> None:
    weights = network.Weights(*(tf.constant(w) for w in network.new_weights(4, 4, 3)))
    player = played([*TUNE, *TUNE[:5]])
    told = past.recall(player, tf.constant([setting_features(Spot(0), -1)]))
    plain, fuller = network.guess_logits(weights, player), network.guess_logits(weights, player, told)
    gained = (fuller - plain).numpy()[0]
    assert gained[TUNE[5] % 12] == pytest.approx(float(np.dot(told[0, 12:], network.RECALL)))
    assert np.delete(gained, TUNE[5] % 12) == pytest.approx(0)
    older = weights._replace(recall=tf.zeros(len(network.RECALL)))
    np.testing.assert_array_equal(network.chord_logits(older, player, told), network.chord_logits(older, player))
    assert np.any(network.chord_logits(weights, player, told) != network.chord_logits(weights, player))
    np.testing.assert_array_equal(tune_heads.recalling(older).recall, np.float32(network.RECALL))
    assert tune_heads.recalling(weights) is weights
