"""The integers that training and playing share."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.music.harmony import parse_chord
from bridge.music.vocabulary import (
    CHORDS,
    FINGERPRINT,
    GENRES,
    HOLD,
    NO_CHORD,
    PLACE_WIDTH,
    REST,
    Spot,
    chord_class,
    chord_of,
    chord_pitch_classes,
    genre_index,
    onset,
    pitch_of,
    place_features,
)


@given(st.integers(0, CHORDS - 1))
def test_a_chord_class_and_its_chord_are_one(number: int) -> None:
    assert chord_class(chord_of(number)) == number


@given(st.integers(0, 127))
def test_an_onset_and_its_pitch_are_one(pitch: int) -> None:
    assert pitch_of(onset(pitch)) == pitch


def test_hold_and_rest_have_no_pitch() -> None:
    assert pitch_of(HOLD) is None
    assert pitch_of(REST) is None


def test_inversions_share_a_class() -> None:
    assert chord_class(parse_chord("D:7/F#")) == chord_class(parse_chord("D:7"))
    assert chord_class(parse_chord("N")) == NO_CHORD
    assert chord_pitch_classes(NO_CHORD) == frozenset()


@pytest.mark.parametrize("number", [-1, 128])
def test_a_pitch_outside_midi_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        onset(number)


@pytest.mark.parametrize("number", [-1, CHORDS])
def test_a_class_outside_the_vocabulary_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        chord_of(number)


def test_a_token_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        pitch_of(130)


@given(st.integers(0, 200), st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_every_place_has_features(step: int, numerator: int, denominator: int) -> None:
    features = place_features(Spot(step, numerator, denominator))
    assert len(features) == PLACE_WIDTH
    assert all(0 <= x <= 1 for x in features[:-1])
    assert features[-1] * 16 == round(features[-1] * 16)


@pytest.mark.parametrize(
    ("meter", "decisions"),
    [((4, 4), [0, 4, 8, 12]), ((3, 4), [0, 4, 8]), ((6, 8), [0, 6]), ((9, 8), [0, 6, 12]), ((7, 8), [0, 4, 8, 12])],
)
def test_chords_are_decided_on_beats(meter: tuple[int, int], decisions: list[int]) -> None:
    spots = [Spot(step, *meter) for step in range(Spot(0, *meter).bar_steps)]
    assert [spot.step for spot in spots if spot.on_beat] == decisions
    assert [spot.step for spot in spots if place_features(spot)[0]] == decisions


def test_a_bar_is_known_by_its_number_modulo_eight() -> None:
    features = [place_features(Spot(4, 3, 4, bar)) for bar in range(-1, 17)]
    assert sum(features[0]) == sum(features[1]) - 1  # unknown: no cell is set
    assert features[1] == features[9] == features[17]
    assert len({tuple(f) for f in features}) == 9


@pytest.mark.parametrize(
    ("path", "genre"), [("folk/irish", "folk"), ("Jazz", "jazz"), ("blues", "jazz"), ("lieder/late", "artsong")]
)
def test_a_genre_is_known_by_its_first_part(path: str, genre: str) -> None:
    assert GENRES[genre_index(path)] == genre


def test_a_foreign_genre_has_no_index() -> None:
    assert genre_index("gamelan") == genre_index("") == -1


def test_a_place_before_its_bar_is_refused() -> None:
    with pytest.raises(ValueError, match="not a place"):
        Spot(-1)


def test_the_fingerprint_does_not_depend_on_the_process() -> None:
    code = "from bridge.music.vocabulary import FINGERPRINT; print(FINGERPRINT)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == FINGERPRINT
