"""The rules for melodies: each on pieces small enough to be judged by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.generators.note_events import EVENTS, FIRST, HOLD, LOW, OFF, event, events_of, notes_of
from bridge.music.errors import ModelError
from bridge.music.listening import key_of
from bridge.training import rewards_melody as rules
from bridge.training.rewards import earned, key_of_so_far, parse_weights, scale_of
from bridge.training.rewards_melody import REWARDS
from bridge.training.tuning_measures import LEAST, PUBLISHED, ROWS, beaten, guards, merit, openings, shapes, table

SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def piece(*pitches: int, length: int = 1, steps: int | None = None) -> np.ndarray:
    """Notes of one length after one another, (1, steps)."""
    notes = [(length * n, length, pitch) for n, pitch in enumerate(pitches)]
    return events_of(notes, steps or length * len(pitches))[None]


some_pieces = st.lists(st.lists(st.integers(0, EVENTS - 1), min_size=32, max_size=32), min_size=1, max_size=4)


def test_notes_become_events_and_back() -> None:
    notes = [(0, 2, 60), (2, 1, 62), (5, 3, 64)]
    events = events_of(notes, 10)
    assert events.tolist() == [14, HOLD, 16, OFF, HOLD, 18, HOLD, HOLD, OFF, HOLD]
    assert notes_of(events) == notes
    assert [event(p) - FIRST + LOW for p in (30, 48, 83, 90)] == [54, 48, 83, 78]


def test_special_events_are_not_swapped() -> None:
    """The released code has 0 for note-off where its model has it for no event: held notes then look like repeats."""
    scale = piece(*SCALE, length=4)
    halves = piece(60, 62, 64, 65, length=8)
    assert not rules.repeats(scale).any()
    assert not rules.repeats(halves).any()
    swapped = np.where(scale == HOLD, OFF, scale)
    assert rules.repeats(swapped).mean() == 0.25
    assert (rules.sounding(scale) >= 0).all()
    assert (rules.sounding(swapped) < 0).mean() == 0.75


def test_the_sixth_in_a_row_is_too_much_and_the_eighth_with_gaps() -> None:
    assert rules.repeats(piece(*[60] * 8))[0].tolist() == [False] * 5 + [True] * 3
    apart = rules.repeats(piece(*[60] * 10, length=2))[0]
    assert np.flatnonzero(apart).tolist() == [14, 16, 18]
    assert not rules.repeats(piece(60, 60, 60, 60, 62, 60, 60, 60, 60)).any()
    assert rules.repetition(piece(*[60] * 6))[0].tolist() == [0, 0, 0, 0, 0, -100]


def test_note_offs_count_until_the_next_note() -> None:
    events = np.array([[14, OFF, OFF, OFF, HOLD, OFF, 14, OFF]])
    assert np.flatnonzero(rules.repeats(events)[0]).tolist() == [3, 5]


@pytest.mark.parametrize("shift", range(-6, 6))
def test_keys_are_told_from_the_piece_in_any_key(shift: int) -> None:
    major = piece(*(p + shift for p in (60, 64, 67, 65, 62, 59, 60, 60)), length=2)
    minor = piece(*(p + shift for p in (57, 60, 64, 62, 59, 56, 57, 57)), length=2)
    assert rules.key_so_far(major)[0, -1] == (60 + shift) % 12
    assert rules.key_so_far(minor)[0, -1] == 12 + (57 + shift) % 12
    assert rules.in_key(major).sum() == rules.in_key(minor).sum() == 0
    wrong = piece(*(p + shift for p in (60, 64, 67, 65, 62, 59, 60, 66, 60, 60)), length=2)
    assert rules.in_key(wrong).sum() == -1
    assert rules.outside(wrong, rules.key_so_far(wrong)[:, -1])[0].nonzero()[0].tolist() == [14]


def test_the_key_is_that_of_the_band() -> None:
    heard = np.array([[0, 0, 4, 7, 7, 5, 2, 11, 0, -1, -1, 9]])
    chroma = tuple(float((heard == p).sum()) for p in range(12))
    tonic, mode = key_of(chroma)
    assert key_of_so_far(heard)[0, -1] == tonic + (12 if mode == "min" else 0)


def test_holds_and_rests_are_never_out_of_key() -> None:
    events = np.array([[OFF, HOLD, 14, HOLD, OFF, HOLD]])
    assert rules.outside(events, np.array([4]))[0].nonzero()[0].tolist() == [2]  # a C in E major
    assert scale_of(np.array([0]))[0].sum() == 7
    assert scale_of(np.array([21]))[0].nonzero()[0].tolist() == [0, 2, 4, 5, 7, 8, 9, 11]  # A minor, G sharp too


def test_the_tonic_begins_and_ends() -> None:
    home = piece(60, 67, 64, 60, 67, 64, 62, 60, length=4)
    away = piece(64, 60, 67, 60, 64, 67, 60, 62, length=4)
    assert rules.starts_on_tonic(home)[0, -1]
    assert not rules.starts_on_tonic(away)[0, -1]
    assert rules.tonic(home).sum() == 3 + 3 + 3 + 3 + 3
    assert rules.tonic(away).sum() == 3 + 3 + 3  # no tonic, but it is held
    assert rules.tonic(piece(60, 64, 67, 60, length=6), beat=6).sum() == 3 + 3 + 5 * 3


def test_autocorrelation_is_that_of_the_numbers() -> None:
    events = np.random.default_rng(0).integers(0, EVENTS, (3, 20))
    for lag in rules.LAGS:
        for row in range(3):
            x = events[row] - events[row].mean()
            assert rules.autocorrelation(events, lag)[row, -1] == pytest.approx((x[lag:] * x[:-lag]).sum() / (x @ x))
    assert np.isnan(rules.autocorrelation(piece(60, 60), 1)).all()
    assert rules.variety(np.full((1, 9), 14)).sum() == 0
    assert rules.variety(piece(*[60, 72] * 8)).sum() < -6


def test_a_motif_is_three_pitches_in_two_beats() -> None:
    assert rules.distinct(piece(60, 62, 64, 60, length=2))[0].tolist() == [0] * 7 + [3]
    assert rules.motif(piece(60, 62, 64, 65, length=2))[0, 7] == pytest.approx(3.3)
    assert rules.motif(piece(60, 62, 60, 62, length=2)).sum() == 0
    assert rules.distinct(piece(60, 62, 64, 60, length=3), beat=6)[0].tolist() == [0] * 11 + [3]
    assert rules.distinct(piece(*SCALE, 60, 60))[0, -1] == 7  # the first two have left the window


def test_a_motif_that_comes_again_is_found_anywhere_without_overlap() -> None:
    motif = (60, 62, 64, 65, 67, 65, 64, 62)
    twice = piece(*motif, 70, 71, 72, *motif)
    assert rules.again(twice)[0].nonzero()[0].tolist() == [18]
    assert rules.repeated_motif(twice)[0, 18] == 4 + 2
    assert not rules.again(piece(*motif, *motif[:7])).any()
    assert rules.again(piece(*[60] * 16))[0].nonzero()[0].tolist() == [15]
    assert rules.repeated_motif(piece(*[60] * 16)).sum() == 0


def test_intervals_are_paid_by_size_and_place_in_the_key() -> None:
    paid = rules.intervals(piece(60, 67, 65, 64, 62, 60))[0]
    assert paid.tolist() == pytest.approx([0, 0.5, 0.4, 0.4, 0.4, 0.4])
    assert rules.intervals(piece(60, 74))[0, 1] == -5
    assert rules.intervals(piece(60, 60))[0, 1] == 0
    assert rules.intervals(np.array([[HOLD, 14, HOLD, OFF]]))[0].tolist() == pytest.approx([0, 0, 1.5, 0.75])


def test_leaps_are_resolved_gradually_or_late_and_not_doubled() -> None:
    assert rules.leaps(piece(60, 67, 65, 64, 62, 60))[0].tolist() == [0, 0, 0, 0, 0, rules.RESOLVED]
    assert rules.leaps(piece(60, 67, 74))[0].tolist() == [0, 0, rules.DOUBLED]
    assert rules.leaps(piece(60, 67, 60)).any() == False  # noqa: E712  (back too soon)
    late = rules.leaps(piece(60, 67, 60, length=8))[0]
    assert late.nonzero()[0].tolist() == [16]
    assert rules.leap(piece(60, 67, 74)).sum() == -5


def test_extremes_are_unique() -> None:
    once = piece(62, 60, 64, 67, 64)
    assert rules.unique(once, 1)[0, -1]
    assert rules.unique(once, -1)[0, -1]
    assert not rules.unique(piece(60, 67, 64, 67), 1)[0, -1]
    assert not rules.unique(np.full((1, 4), HOLD), 1).any()
    assert rules.extremes(once).sum() == 6


@given(some_pieces)
def test_what_a_step_earns_does_not_depend_on_later_ones(rows: list[list[int]]) -> None:
    events = np.array(rows, np.int32)
    for name, rule in REWARDS.items():
        if name == "tonic":  # its last beat is counted from the piece's end
            continue
        assert np.allclose(rule(events)[:, :20], rule(events[:, :20])), name


@given(some_pieces, st.integers(0, 11))
def test_no_rule_knows_a_key(rows: list[list[int]], up: int) -> None:
    low = np.array(rows, np.int32)
    low = np.where(low > 25, low - 12, low)
    high = np.where(low >= FIRST, low + up, low)
    for name, rule in REWARDS.items():
        if name not in ("variety", "tonic", "key", "whole_key", "intervals"):
            assert np.allclose(rule(low), rule(high)), name


def test_a_score_is_earned_by_its_changes() -> None:
    assert earned(np.array([[1, 1, 0, 3]])).tolist() == [[1, 0, -1, 3]]


def test_weights_are_read() -> None:
    assert parse_weights("key=2, motif=0.5", {"key": 1.0, "motif": 1.0, "leap": 3.0}) == {
        "key": 2.0, "motif": 0.5, "leap": 3.0,
    }  # fmt: skip
    with pytest.raises(ModelError, match="no reward 'keys'"):
        parse_weights("keys=1", {"key": 1.0})
    with pytest.raises(ModelError, match="no number"):
        parse_weights("key=much", {"key": 1.0})


def test_the_table_counts_by_the_same_rules() -> None:
    good = np.concatenate([piece(60, 67, 64, 60, 67, 65, 64, 62, length=4), piece(*SCALE, *SCALE[::-1], length=2)])
    figures = table(good)
    assert figures["excessively_repeated"] == figures["not_in_key"] == 0
    assert figures["starting_with_tonic"] == 1
    assert figures["in_motif"] == pytest.approx(rules.motif(good).astype(bool).mean())
    assert set(PUBLISHED) == {"note_rnn", "q", "psi", "g"}
    assert all(len(column) == len(ROWS) for column in PUBLISHED.values())
    assert beaten(dict(zip(ROWS, PUBLISHED["q"], strict=True))) == list(ROWS)
    assert beaten(dict(zip(ROWS, PUBLISHED["g"], strict=True))) == ["excessively_repeated", "unique_min"]


def test_guards_tell_a_trick_from_a_tune() -> None:
    tunes = np.concatenate([piece(*(p + up for p in SCALE), *SCALE[::-1], length=2) for up in range(5)])
    people = shapes(tunes)
    assert all(each.sum() == pytest.approx(1) for each in people.values())
    same, trick = guards(tunes, people), guards(piece(*[60] * 32), people)
    assert same["distance_intervals"] == 0
    assert trick["distance_intervals"] > 0.9
    assert trick["same_pitch_next"] == trick["bar_again"] == trick["pitches"] == 1
    assert guards(np.full((1, 32), HOLD), people)["silence"] == 1
    assert openings([np.arange(40), np.arange(10)], 32).shape == (1, 32)


def test_the_merit_of_weights_is_whether_all_rows_are_reached_at_no_more_bits() -> None:
    goal = dict(zip(ROWS, PUBLISHED["q"], strict=True))
    better = {row: value * (0.1 if row in LEAST else 3.0) for row, value in goal.items()}
    good = merit(better | {"bits_per_step": 1.0}, 1.0)
    assert -0.1 < good < 0
    assert merit(better | {"bits_per_step": 1.2}, 1.0) < good - 10
    for row in ROWS[1:]:
        assert merit(better | {row: 3 * goal[row] if row in LEAST else 0.0, "bits_per_step": 1.0}, 1.0) < good - 2, row
    assert beaten(better) == list(ROWS)
