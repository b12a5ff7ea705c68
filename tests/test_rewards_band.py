"""The tuner's rewards for accompaniments: each on a passage of a few beats that it must tell from another."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bridge.music.harmony import parse_chord
from bridge.music.vocabulary import GENRES, NO_CHORD, chord_class
from bridge.training import rewards_band as rewards
from bridge.training.rewards_band import Passage

C, F, G, AM, DIM = (chord_class(parse_chord(symbol)) for symbol in ("C:maj", "F:maj", "G:7", "A:min", "B:dim"))
FOLK = GENRES.index("folk")
KINDS = len(GENRES) + 1


def passage(*chords: int, **more: Any) -> Passage:
    """One episode of beats in 4/4 from a bar line on; a melody of C."""
    chord = np.array([chords])
    beats = chord.shape[1]
    before = np.concatenate([[[NO_CHORD]], chord[:, :-1]], axis=1)
    age = np.zeros((1, beats), int)
    for beat in range(1, beats):
        age[0, beat] = age[0, beat - 1] + 1 if beat == 1 or chord[0, beat - 1] == before[0, beat - 1] else 1
    place = np.array([[(0, 2, 1, 2)[beat % 4] for beat in range(beats)]])
    silent = np.full((1, beats), -1)
    fields: dict[str, Any] = {
        "chord": chord,
        "before": before,
        "age": age,
        "coming": np.tile(np.eye(12)[0], (1, beats, 1)),
        "place": place,
        "bar": np.array([[beat // 4 for beat in range(beats)]]),
        "genre": np.array([FOLK]),
        "low": silent,
        "high": silent,
        "foreseen": np.zeros((1, beats)),
        "valid": np.ones((1, beats)),
    }
    return Passage(**fields | more)


def test_a_chord_that_holds_the_melody_is_paid_by_the_part_it_holds() -> None:
    coming = np.array([[np.eye(12)[0], (np.eye(12)[0] + np.eye(12)[2]) / 2, np.eye(12)[1], np.zeros(12)]])
    np.testing.assert_allclose(rewards.melody_in_chord(passage(C, C, C, C, coming=coming)), [[1, 0.5, 0, 0]])


def test_what_was_not_decided_is_not_paid() -> None:
    valid = np.array([[1.0, 0.0]])
    np.testing.assert_allclose(rewards.melody_in_chord(passage(C, C, valid=valid)), [[1, 0]])


def test_a_miss_costs_on_strong_beats_only() -> None:
    np.testing.assert_allclose(rewards.strong_beats(passage(G, G, G, G)), [[-1, 0, -1, 0]])
    assert not rewards.strong_beats(passage(C, C, C, C)).any()


def test_near_chords_are_nearer() -> None:
    np.testing.assert_allclose(rewards.voice_leading(passage(C, C, AM)), [[0, 0, -2 / 3]])  # G to A, two semitones
    assert rewards.MOVEMENT[C, F] == pytest.approx(1.0)  # E to F and G to A
    assert rewards.MOVEMENT[C, C] == 0
    assert rewards.MOVEMENT[C, AM] == rewards.MOVEMENT[(C + 16) % 96, (AM + 16) % 96]


def test_parallels_cost_and_contrary_motion_does_not() -> None:
    low, high = np.array([[48, 50, 52, 48]]), np.array([[60, 62, 60, 67]])
    np.testing.assert_allclose(rewards.parallels(passage(C, C, C, C, low=low, high=high)), [[0, -1, 0, 0]])
    fifths = passage(C, C, low=np.array([[48, 50]]), high=np.array([[67, 69]]))
    assert rewards.parallels(fifths)[0, 1] == -1
    held = passage(C, C, low=np.array([[48, 48]]), high=np.array([[67, 67]]))
    assert not rewards.parallels(held).any()


def test_a_falling_fifth_ends_a_phrase() -> None:
    bar = np.array([[2, 2, 3, 3]])
    np.testing.assert_allclose(rewards.cadence(passage(F, F, G, C, bar=bar)), [[0, 0, 0, 1]])
    assert not rewards.cadence(passage(F, F, G, C, bar=bar - 2)).any()
    assert not rewards.cadence(passage(F, F, G, C, bar=np.full((1, 4), -1))).any()  # nobody said where the phrase is


def test_harmonic_rhythm_pays_for_what_people_do_oftener_than_we() -> None:
    played = passage(C, C, F, F)
    human, own = np.full((KINDS, 3, rewards.AGES), 0.6), np.full((KINDS, 3, rewards.AGES), 0.3)
    paid = rewards.harmonic_rhythm(played, human, own)
    assert paid[0, 0] == 0  # the first chord follows none
    assert paid[0, 2] == pytest.approx(np.log(2))
    assert paid[0, 1] == paid[0, 3] == pytest.approx(np.log(0.4 / 0.7))
    assert not rewards.harmonic_rhythm(played, own, own).any()  # agreement is the only end


def test_habits_are_counted_where_they_belong() -> None:
    counts, moves = rewards.habits(passage(C, C, F, F), KINDS)
    assert counts.sum() == 3
    assert counts[FOLK, 1, 1] == moves[FOLK, 1, 1] == 1  # in the middle of the bar a chord of two beats was left
    assert moves.sum() == 1
    chances = rewards.rates(counts, moves, doubt=0.0001)
    assert chances[FOLK, 1, 1] == pytest.approx(1, abs=0.01)


def test_a_chord_for_ever_is_repetition() -> None:
    played = passage(*[C] * 12)
    assert rewards.repetition(played).sum() == -(12 - rewards.LONG)
    assert not rewards.repetition(passage(C, F, C, F, C, F, C, F, C, F, C, F)).any()


def test_fat_chords_cost_what_they_have_in_excess() -> None:
    sizes = np.full(KINDS, 3.0)
    np.testing.assert_allclose(rewards.fatness(passage(C, G), sizes), [[0, -(1 - rewards.ROOM)]])


def test_a_genre_is_heard_in_changes() -> None:
    evidence = np.zeros((KINDS, 97, 97))
    evidence[FOLK, C, G] = 1.5
    np.testing.assert_allclose(rewards.genre(passage(C, G, G, C), evidence), [[0, 1.5, 0, 0]])
    assert not rewards.genre(passage(C, G, genre=np.array([-1])), evidence).any()


def test_foresight_is_what_the_predictor_gained() -> None:
    played = passage(C, C, foreseen=np.array([[0.2, -0.1]]), valid=np.array([[1.0, 0.0]]))
    np.testing.assert_allclose(rewards.foresight(played), [[0.2, 0]])


def test_lengths_are_those_of_chords_that_ended() -> None:
    found = rewards.lengths(passage(C, C, C, F, C, C))
    assert found[2] == found[0] == 1
    assert found.sum() == 2


def test_guards_see_a_collapse_to_one_chord() -> None:
    human = rewards.lengths(passage(C, C, F, F, G, G, C, C))
    poor, rich = (rewards.guards(passage(*chords), human) for chords in ([C] * 8, [C, C, F, F, G, G, AM, AM]))
    assert poor["guard_entropy"] == 0
    assert rich["guard_entropy"] == pytest.approx(np.log(4))
    assert poor["guard_distinct"] == 1 < rich["guard_distinct"]
    assert poor["guard_repeated"] > rich["guard_repeated"] == 0
    assert rich["guard_pitch_classes"] == 3.25
    assert rich["distance_lengths_beats"] == 0
    assert np.isnan(poor["distance_lengths_beats"])  # no chord ended


def test_guards_see_silence() -> None:
    played = passage(C, C, NO_CHORD, NO_CHORD)
    assert rewards.guards(played, np.ones(33))["guard_silence"] == 0.5
    assert rewards.guards(replace(played, valid=np.array([[1.0, 1, 0, 0]])), np.ones(33))["guard_silence"] == 0
