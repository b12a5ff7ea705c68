"""Chords and their symbols."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.music.harmony import QUALITIES, Chord, parse_chord, pitch_class, pitch_classes, pitch_name

chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(list(QUALITIES)), st.integers(0, 11))


@given(chords)
def test_a_symbol_is_read_back_as_the_same_chord(chord: Chord) -> None:
    assert parse_chord(chord.symbol) == chord


@given(chords, st.integers(0, 11))
def test_transposition_moves_every_pitch_class(chord: Chord, shift: int) -> None:
    moved = pitch_classes((chord.root + shift) % 12, chord.quality)
    assert moved == {(p + shift) % 12 for p in chord.pitch_classes}


def test_symbols_and_names() -> None:
    chord = parse_chord("A:min7/G")
    assert chord == Chord(9, "min7", 7)
    assert chord.name == "Am7/G"
    assert chord.pitch_classes == {9, 0, 4, 7}
    assert parse_chord("N") is None
    assert parse_chord("Gb:7") == parse_chord("F#:7")


@pytest.mark.parametrize("symbol", ["", "C", "C:", "H:maj", "C:maj9", "C:maj/", "C:maj/X", "c:maj", "N:maj"])
def test_what_is_no_symbol_is_refused(symbol: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_chord(symbol)


@pytest.mark.parametrize(("name", "number"), [("C", 0), ("B#", 0), ("Cb", 11), ("F##", 7), ("Bb", 10), ("Ebb", 2)])
def test_pitch_classes_of_names(name: str, number: int) -> None:
    assert pitch_class(name) == number


def test_pitch_names() -> None:
    assert [pitch_name(p) for p in (60, 28, 127)] == ["C4", "E1", "G9"]


def test_a_chord_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="not a chord"):
        Chord(12, "maj", 0)
