"""Comping: patterns for every genre and meter, strikes within what is sure, sparser and denser with the player."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.engine.frame import Frame
from bridge.generators.comping import STYLES, Comping, Hit, drawn, heed, hit, loudness
from bridge.generators.patterns import Book
from bridge.music.errors import ModelError
from bridge.music.timeline import STEP, Meter, place
from bridge.music.vocabulary import GENRES

METERS = [
    Meter(n, d) for n, d in (
        (4, 4), (3, 4), (2, 4), (6, 8), (3, 8), (9, 8), (12, 8), (5, 4), (7, 8), (2, 2), (3, 2), (1, 4), (7, 16),
        (1, 32),
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.load()


def frame(tick: int, meter: Meter, key: int = 1, *, onset: int | None = None, tempo: float = 100.0) -> Frame:
    return Frame(tick, place(tick, 0, meter), tempo, onset, (), 90, (0.0,) * 12, key, 0.5)


def played(
    book: Book, genre: str, meter: Meter, bars: int, *, seed: int = 0, onsets: int = 4, tempo: float = 100.0
) -> list[tuple[int, Hit]]:
    """The strikes under one chord, for a player who strikes `onsets` times in every 16 sixteenths."""
    state, found = Comping(), []
    for tick in range(0, bars * meter.bar, STEP):
        busy = (tick // STEP) % 16 * onsets % 16 < onsets
        now = frame(tick, meter, hash((seed, tick)) & (2**64 - 1), onset=60 if busy else None, tempo=tempo)
        state = heed(state, now, genre, book)
        struck = hit(state, now, changed=tick == 0, marked=False)
        found += [(tick, struck)] if struck else []
    return found


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_has_patterns_for_every_meter(book: Book, genre: str) -> None:
    for meter in METERS:
        patterns = book.of(genre, meter)
        assert patterns
        for pattern in patterns:
            steps = [strike.step for strike in pattern.strikes]
            assert steps == sorted(set(steps))
            assert steps[0] >= 0
            assert steps[-1] < max(1, meter.bar // STEP)
            assert all(strike.voices in "*012" and strike.steps >= 1 for strike in pattern.strikes)


@given(st.sampled_from(GENRES), st.sampled_from(METERS), st.integers(0, 2**32), st.integers(0, 16))
def test_what_a_strike_is_sure_of_ends_with_its_beat_and_what_it_hopes_with_the_bar(
    book: Book, genre: str, meter: Meter, seed: int, onsets: int
) -> None:
    strikes = played(book, genre, meter, 3, seed=seed, onsets=onsets)
    for tick, struck in strikes:
        where = place(tick, 0, meter)
        assert 0 < struck.ticks <= struck.hold
        if struck.pushes:
            assert where.left < struck.ticks <= struck.hold < where.left + meter.bar
        else:
            assert struck.ticks <= where.left
            assert where.phase + struck.hold <= meter.bar
        assert 0.5 < struck.loud < 1.6


def test_the_same_keys_give_the_same_strikes_and_other_keys_other_patterns(book: Book) -> None:
    takes = [tuple(played(book, "artsong", Meter(), 16, seed=seed)) for seed in range(8)]
    assert takes[0] == tuple(played(book, "artsong", Meter(), 16, seed=0))
    assert len(set(takes)) >= 6


def test_a_pattern_stays_for_its_phrase(book: Book) -> None:
    state, names = Comping(), []
    for tick in range(0, 64 * Meter().bar, STEP):
        now = frame(tick, Meter(), hash(("phrase", tick)) & (2**64 - 1), onset=60 if tick % 480 == 0 else None)
        state = heed(state, now, "artsong", book)
        names.append((now.place.bar // 4, state.pattern))
    assert all(len({pattern for bar, pattern in names if bar == phrase}) == 1 for phrase in range(16))
    assert len({pattern for _, pattern in names}) >= 3


@pytest.mark.parametrize("genre", ["artsong", "folk", "jazz", "pop", "rock", "standards"])
def test_a_busy_player_is_given_room_and_a_resting_one_is_carried(book: Book, genre: str) -> None:
    counts = []
    for onsets in (16, 4, 0):
        takes = [played(book, genre, Meter(), 16, seed=seed, onsets=onsets) for seed in range(20)]
        counts.append(sum(len(take) for take in takes))
    busy, usual, resting = counts
    assert busy < usual < resting


def test_fast_music_has_no_strikes_too_close_to_play(book: Book) -> None:
    for genre in GENRES:
        for meter in (Meter(2, 4), Meter(4, 4), Meter(3, 4)):
            ticks = sorted(
                {tick for seed in range(10) for tick, _ in played(book, genre, meter, 8, seed=seed, tempo=200.0)}
            )
            assert all(tick % (2 * STEP) == 0 for tick in ticks)


def test_a_new_chord_is_struck_unless_the_bass_marks_it_and_the_pattern_follows(book: Book) -> None:
    waltz = next(p for p in book.of("folk", Meter(3, 4)) if p.name == "waltz")
    state = Comping("folk", Meter(3, 4), waltz)
    one, two = frame(0, Meter(3, 4)), frame(480, Meter(3, 4))
    assert hit(state, one, changed=False, marked=True) is None
    assert hit(state, one, changed=True, marked=True) is None, "oom"
    alone = hit(state, one, changed=True, marked=False)
    assert alone is not None
    assert alone.of((60, 64, 67)) == (60, 64, 67)
    pah = hit(state, two, changed=False, marked=False)
    assert pah is not None
    rocking = next(p for p in book.of("pop", Meter(6, 8)) if p.name == "rocking")
    broken = replace(state, pattern=rocking, meter=Meter(6, 8))
    single = hit(broken, frame(0, Meter(6, 8)), changed=False, marked=True)
    assert single is not None
    assert single.of((60, 64, 67)) == (60,)
    assert single.of((60,)) == (60,)


def test_strikes_that_sound_over_the_beat_are_pushed_where_the_genre_does(book: Book) -> None:
    pushed = next(p for p in book.of("jazz", Meter()) if p.name == "pushed")
    state = Comping("jazz", Meter(), pushed)
    last = hit(state, frame(14 * STEP, Meter()), changed=False, marked=False)
    assert last is not None
    assert not last.pushes, "one is struck anyway"
    middle = hit(state, frame(6 * STEP, Meter()), changed=False, marked=False)
    assert middle is not None
    assert middle.pushes
    hymn = hit(replace(state, genre="hymn"), frame(6 * STEP, Meter()), changed=False, marked=False)
    assert hymn is not None
    assert not hymn.pushes


def test_loudness_follows_the_player_with_a_wider_swing() -> None:
    soft, usual, hard = loudness(40, 1.0), loudness(80, 1.0), loudness(120, 1.0)
    assert 1 <= soft < usual < hard < 127
    assert hard - soft > 0.72 * 80
    assert usual == round(0.72 * 80)
    assert loudness(1, 1.0) == 1


def test_a_player_without_a_genre_is_given_one_of_the_styles() -> None:
    assert {drawn(key << 32) for key in range(0, 2**16, 999)} == set(STYLES)


def test_a_broken_file_is_a_model_error(tmp_path: Path) -> None:
    for text in (None, "{", '{"patterns": {"jazz": []}}', '{"patterns": {"jazz 4/4": [{"name": 1}]}}'):
        path = tmp_path / "comping.json"
        if text is not None:
            path.write_text(text)
        with pytest.raises(ModelError, match=r"comping\.json cannot be read"):
            Book.load(path)
