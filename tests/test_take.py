"""The take: whatever was cued, its file has one release for every stroke, and no pitch struck twice in a voice."""

import tempfile
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.io.take import MELODY, PARTS, Note, Take, write_midi
from bridge.music.errors import BridgeError
from bridge.music.events import ACCOMPANIMENT, ALL, BASS, RESPONSE
from bridge.music.timeline import Meter

BAR = 1920


def take() -> Take:
    return Take("A tune", 120.0, Meter())


def test_a_voice_s_notes_are_in_order_and_clear_of_each_other() -> None:
    band = take()
    for note in (Note(480, 480, 60, 80), Note(0, 960, 60, 80), Note(0, 480, 64, 70), Note(0, 960, 64, 60)):
        band.add(ACCOMPANIMENT, note)
    assert band.notes(ACCOMPANIMENT) == [Note(0, 480, 60, 80), Note(0, 960, 64, 60), Note(480, 480, 60, 80)]


def test_silence_ends_what_sounds_and_forgets_what_was_to_come() -> None:
    band = take()
    for voice in (MELODY, ACCOMPANIMENT, BASS):
        band.add(voice, Note(0, 960, 60, 80))
        band.add(voice, Note(960, 960, 62, 80))
    band.silence(BASS, 1200)
    assert band.notes(BASS) == [Note(0, 960, 60, 80), Note(960, 240, 62, 80)]
    band.silence(ALL, 500)
    assert band.notes(BASS) == band.notes(ACCOMPANIMENT) == [Note(0, 500, 60, 80)]
    assert len(band.notes(MELODY)) == 2
    band.add(BASS, Note(700, 100, 62, 80))
    assert band.notes(BASS)[-1] == Note(700, 100, 62, 80)


def test_nothing_sounds_beyond_the_end() -> None:
    band = take()
    band.add(BASS, Note(0, 960, 40, 80))
    band.add(BASS, Note(960, 960, 41, 80))
    band.end = 600
    assert band.notes(BASS) == [Note(0, 600, 40, 80)]
    assert band.bars == 1


def test_it_begins_on_the_bar_of_the_first_sound() -> None:
    band = take()
    band.add(MELODY, Note(2 * BAR + 100, 480, 60, 80))
    assert (band.begin, band.bars) == (2 * BAR, 1)
    band.add(BASS, Note(BAR, 2 * BAR + 1, 40, 80))
    assert (band.begin, band.bars) == (BAR, 3)


def test_chords_are_named_once_and_the_latest_word_counts() -> None:
    band = take()
    band.add(MELODY, Note(0, 3 * BAR, 60, 80))
    for tick, root, quality in (
        (0, 9, "min7"),
        (BAR, 2, "maj"),
        (BAR, 9, "min7"),
        (2 * BAR, -1, "N"),
        (9 * BAR, 0, "7"),
    ):
        band.name_chord(tick, root, quality)
    assert band.chords() == [(0, "Am7"), (2 * BAR, "")]


def test_the_file_has_a_track_for_each_voice(tmp_path: Path) -> None:
    band = take()
    band.add(MELODY, Note(BAR, 480, 72, 90))
    band.add(ACCOMPANIMENT, Note(BAR, 480, 60, 70))
    band.add(BASS, Note(BAR + 480, 480, 36, 80))
    band.name_chord(BAR, 0, "maj")
    write_midi(band, tmp_path / "demo.mid")
    file = mido.MidiFile(tmp_path / "demo.mid")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 4)
    assert [track.name for track in file.tracks] == ["A tune", "Melody", "Accompaniment", "Bass"]
    assert [m.text for m in file.tracks[0] if m.type == "marker"] == ["C"]
    assert {m.channel for track in file.tracks for m in track if not m.is_meta} == {part.channel for part in PARTS[:3]}
    band.add(RESPONSE, Note(2 * BAR, 480, 67, 90))
    write_midi(band, tmp_path / "answered.mid")
    assert [track.name for track in mido.MidiFile(tmp_path / "answered.mid").tracks][4:] == ["Response"]
    assert [(m.time, m.note) for m in file.tracks[3] if m.type == "note_on"] == [(480, 36)]
    assert file.length == pytest.approx(2.0)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="choose another folder") as caught:
        write_midi(take(), tmp_path / "nowhere" / "demo.mid")
    assert "\n" not in str(caught.value)


NOTES = st.builds(Note, st.integers(-2000, 9000), st.integers(-5, 3000), st.integers(40, 44), st.integers(0, 127))


@given(
    st.lists(st.tuples(st.sampled_from([MELODY, ACCOMPANIMENT, BASS]), NOTES), max_size=40),
    st.lists(st.tuples(st.integers(-2000, 12_000), st.integers(-1, 11)), max_size=8),
    st.none() | st.integers(0, 8000),
    st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8)]),
)
def test_every_stroke_is_released_and_none_falls_on_a_sounding_pitch(
    notes: list[tuple[str, Note]], chords: list[tuple[int, int]], end: int | None, meter: Meter
) -> None:
    band = Take("Ödé — 律", 97.0, meter, end=end)
    for voice, note in notes:
        band.add(voice, note)
    for tick, root in chords:
        band.name_chord(tick, root, "min")
    with tempfile.TemporaryDirectory() as folder:
        write_midi(band, Path(folder) / "x.mid")
        file = mido.MidiFile(Path(folder) / "x.mid")
    for track in file.tracks:
        down: set[int] = set()
        for message in track:
            assert message.time >= 0
            if message.type == "note_on":
                assert message.note not in down
                down.add(message.note)
            elif message.type == "note_off":
                down.remove(message.note)
        assert not down
