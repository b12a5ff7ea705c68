"""Voicing: the right notes, in the register, moving little."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.engine.frame import Note
from bridge.generators.comping import strikes
from bridge.music.listening import NOTHING, faded, key_of
from bridge.music.timeline import PPQ, Meter, place
from bridge.music.voicing import BASS_HIGH, BASS_LOW, HIGH, LOW, bass_near, voice

TRIADS = [{0, 4, 7}, {5, 9, 0}, {7, 11, 2}, {9, 0, 4}, {2, 5, 9, 0}, {11, 2, 5}]


@given(st.lists(st.sets(st.integers(0, 11), min_size=1, max_size=4), min_size=1, max_size=8))
def test_a_voicing_has_each_pitch_class_once_within_the_register(chords: list[set[int]]) -> None:
    before: tuple[int, ...] = ()
    for chord in chords:
        pitches = voice(chord, before)
        assert sorted(pitch % 12 for pitch in pitches) == sorted(chord)
        assert list(pitches) == sorted(set(pitches))
        assert pitches[0] >= LOW
        assert pitches[-1] <= HIGH + 12
        before = pitches


def test_common_chord_changes_move_each_voice_by_a_step_or_two() -> None:
    before = voice(TRIADS[0])
    for chord in TRIADS * 3:
        pitches = voice(chord, before)
        assert all(min(abs(pitch - old) for old in before) <= 3 for pitch in pitches)
        assert pitches[0] >= LOW
        assert pitches[-1] <= HIGH
        before = pitches


def test_the_same_chord_again_stays_where_it_is() -> None:
    for chord in TRIADS:
        first = voice(chord)
        assert voice(chord, first) == first


@given(st.integers(0, 11), st.integers(BASS_LOW, BASS_HIGH))
def test_the_bass_stays_near_and_in_its_register(pitch_class: int, before: int) -> None:
    pitch = bass_near(pitch_class, before)
    assert pitch % 12 == pitch_class
    assert BASS_LOW <= pitch <= BASS_HIGH
    assert abs(pitch - before) <= 11


def test_a_strike_ends_before_the_next_beat_and_a_waltz_leaves_one_to_the_bass() -> None:
    for meter in (Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(5, 4), Meter(7, 8)):
        silent = [0] if meter == Meter(3, 4) else []
        for phase in range(0, meter.bar, PPQ // 4):
            notes = strikes(place(phase, 0, meter), (60, 64, 67), 90, changed=False)
            on_beat = phase % meter.beat == 0 and phase // meter.beat not in silent
            assert [note.pitch for note in notes] == ([60, 64, 67] if on_beat else [])
            assert all(isinstance(note, Note) and 0 < note.ticks < meter.beat for note in notes)
            assert all(phase + note.ticks < meter.bar for note in notes), "a bar line ends what sounds"
    assert strikes(place(0, 0, Meter(3, 4)), (60,), 90, changed=True), "a new chord is always struck"


def test_keys_are_told_from_scales_and_cadences() -> None:
    def heard(pitches: list[int]) -> tuple[int, str]:
        chroma = NOTHING
        for pitch in pitches:
            chroma = faded(chroma, [pitch])
        return key_of(chroma)

    assert heard([62, 64, 66, 67, 69, 71, 73, 74, 69, 66, 62]) == (2, "maj")
    assert heard([57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57]) == (9, "min")
    assert key_of(NOTHING) == (0, "maj")
