"""The measures of `improv evaluate`, each by values worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest

from bridge.generators.model import Decision
from bridge.music.harmony import parse_chord
from bridge.music.vocabulary import HOLD, NO_CHORD, REST, chord_class, onset
from bridge.training.baselines import roots_on_beats
from bridge.training.bass import (
    bass_figures,
    interval_counts,
    moves,
    on_strong_beats,
    onset_gap_counts,
    pitches_of,
    repeats,
)
from bridge.training.chords import (
    bar_line_share,
    beats_to_recover,
    by_beat,
    chord_figures,
    chord_lengths,
    entropy_of_beats,
    entropy_of_lengths,
    in_fours,
    lasting,
    length_emd,
    onset_emd,
    onset_intervals,
    pitch_classes_a_chord,
    repeated_share,
    share_curve,
    silence_share,
)
from bridge.training.corpus import Tune, tune_of
from bridge.training.measures import Performance, human
from bridge.training.others import merged, pooled
from bridge.training.predict import Foresight, prediction_figures
from bridge.training.tally import COUNTED, Tally, earth_movers_distance, entropy, histogram, rounded

C, F, G7, AM = (chord_class(parse_chord(symbol)) for symbol in ("C:maj", "F:maj", "G:7", "A:min"))
NONE: Any = np.zeros(0, np.int16)


def made(melody: list[list[float]], meter: str = "4/4", bar: int = 16, bars: int = 4, **more: Any) -> Tune:
    record = {
        "source": "made",
        "id": "1",
        "genre": "folk",
        "meter": meter,
        "bars": [bar * i for i in range(bars)],
        "melody": melody,
        "split": "test",
    }
    return tune_of(record | more)


@pytest.fixture
def tune() -> Tune:
    """Four bars of quarters: C, E, G, A; C, F, G, A and so on, from beat one."""
    pitches = [60, 64, 67, 69, 60, 65, 67, 69] * 2
    return made([[4 * i, 4, pitch] for i, pitch in enumerate(pitches)], chords=[[0, "C:maj"], [32, "F:maj"]])


def playing(tune: Tune, beats: list[int], bass: Any = NONE) -> Performance:
    """Chords by the beat, each four steps."""
    return Performance(tune, np.repeat(np.array(beats), 4), bass)


def test_the_distance_between_histograms_is_how_far_counts_move() -> None:
    assert earth_movers_distance(np.array([1, 0, 0]), np.array([0, 0, 1])) == 2
    assert earth_movers_distance(np.array([2, 2]), np.array([1, 1])) == 0
    assert earth_movers_distance(np.array([1, 1, 0]), np.array([0, 1, 1])) == pytest.approx(1)
    assert earth_movers_distance(np.array([0, 0]), np.array([1, 1])) is None


def test_histograms_gather_what_lies_outside_at_their_ends() -> None:
    assert histogram([-9, 0, 1, 1, 7], -1, 2).tolist() == [1, 1, 2, 1]
    assert histogram([], 0, 2).tolist() == [0, 0, 0]


def test_entropy_is_in_nats() -> None:
    assert entropy(np.array([1, 1])) == pytest.approx(math.log(2))
    assert entropy(np.array([3, 0])) == 0
    assert entropy(np.array([0, 0])) == 0


def test_a_tally_says_how_many_tunes_count_and_never_nan() -> None:
    tally = Tally()
    tally.mean("mean", [1.0, None, float("nan"), 3.0])
    tally.mean("nothing", [None, float("nan")])
    tally.share("share", [1.0, None, 1.0], [2.0, 5.0, 2.0])
    tally.put("broken", float("nan"), 3)
    figures = tally.done()
    assert figures.pop(COUNTED) == {"mean": 2, "nothing": 0, "share": 2, "broken": 0}
    assert figures == {"mean": 2.0, "nothing": None, "share": 0.5, "broken": None}


def test_rounding_reaches_everything() -> None:
    assert rounded({"a": [np.float64(1.23456), float("inf")], "b": {"c": np.int64(3)}}) == {
        "a": [1.2346, None],
        "b": {"c": 3},
    }


def test_chords_are_as_long_as_they_sound(tune: Tune) -> None:
    played = playing(tune, [NO_CHORD, C, C, F] + 9 * [G7] + [NO_CHORD] + 2 * [C])
    assert chord_lengths(played) == [8, 4, 36, 8]
    assert entropy_of_lengths([played]) == pytest.approx(entropy(np.array([1, 2, 1])))
    assert entropy_of_beats([played, playing(tune, [C] * 16)]) == pytest.approx(entropy(np.array([2, 1, 1, 1])))
    assert entropy_of_lengths([playing(tune, [NO_CHORD] * 16)]) is None
    assert repeated_share(played) == pytest.approx(5 / 14)
    assert silence_share(played) == pytest.approx(2 / 16)
    assert bar_line_share(played) == 1 / 4  # on beats 2, 4, 5 and 15
    assert length_emd([playing(tune, [C] * 16)], [played]) == pytest.approx(16 - (2 + 1 + 9 + 2) / 4)
    assert pitch_classes_a_chord(playing(tune, [C, G7, NO_CHORD, NO_CHORD])) == 3.5


def test_an_onset_interval_counts_from_the_note_before() -> None:
    late = made([[4, 8, 60], [20, 2, 62], [56, 8, 64]])
    played = playing(late, [C, C, F, F, G7, G7] + 9 * [F] + [C])
    assert onset_intervals(played) == [4, 12, 4, 4]  # the chord of beat one comes before any note
    human_ = playing(late, [NO_CHORD] + 14 * [C] + [F])
    assert onset_intervals(human_) == [0, 4]
    # cumulative: ours 0 until 4, 3/4 until 12, 1; theirs 1/2 from 0, 1 from 4
    assert onset_emd([played], [human_]) == pytest.approx(1000 * (4 * 0.5 + 8 * 0.25) / 18)
    assert onset_emd([played], [playing(late, [NO_CHORD] * 16)]) is None


def test_chords_fit_by_the_beat(tune: Tune) -> None:
    played = playing(tune, [C, C, C, C, NO_CHORD, C, C, C] + [AM] * 8)
    assert by_beat(played, 10).tolist()[:4] == [1, 1, 1, 0]
    assert math.isnan(by_beat(played, 10)[4])
    assert by_beat(played, 10).tolist()[5:] == [0, 1, 0, 1, 1]
    theirs = playing(tune, [C, C, C, AM] * 4)
    assert share_curve([played], [theirs], 5) == [1, 1, 1, 0, None]
    assert lasting([played, playing(tune, [C] * 3)], 20) == {
        "beats_1_4": 2,
        "beats_5_8": 1,
        "beats_9_12": 1,
        "beats_13_16": 1,
        "beats_17_20": 0,
    }
    assert in_fours([1, 1, 1, 0, None]) == {"beats_1_4": 0.75, "beats_5_8": None}


def test_a_recovery_is_four_beats_that_are_nearly_as_good_as_before() -> None:
    curve: list[float | None] = [None] * 8 + [0.8] * 8 + [0.1] * 3 + [0.6, 0.8, 0.8, 0.8, 0.8]
    assert beats_to_recover(curve) == 3  # 0.6, 0.8, 0.8, 0.8: 0.75 is more than 0.72
    assert beats_to_recover([0.8] * 16 + [0.1] * 16) is None
    assert beats_to_recover([None] * 32) is None


def test_figures_of_chords_compare_with_humans_only_where_there_are_any(tune: Tune) -> None:
    bare = made([[4 * i, 4, 60] for i in range(16)])
    ours = [playing(tune, [C] * 8 + [F] * 8), playing(bare, [C] * 16)]
    theirs = [human(tune, 400), human(bare, 400)]
    figures = chord_figures(ours, theirs)
    counted = figures[COUNTED]
    assert figures["tunes"] == 2
    assert figures["note_in_chord_ratio"] == pytest.approx((10 / 16 + 1) / 2)
    assert (figures["note_in_chord_share"], counted["note_in_chord_share"]) == (pytest.approx(1), 1)
    assert (figures["distinct_chords_per_tune"], figures["distinct_chords_share"]) == (1.5, 1)
    assert figures["chord_length_entropy"] == pytest.approx(entropy(np.array([2, 1])))
    assert figures["beats_on_the_human_root_share"] == 1
    assert counted["chord_length_entropy"] == 2
    nothing = chord_figures([], [])
    assert {value for name, value in nothing.items() if name not in (COUNTED, "tunes")} == {None}


BASS: Any = np.array([onset(36), HOLD, HOLD, HOLD, onset(43), HOLD, REST, REST] * 2 + [onset(41)] + [HOLD] * 47)


def test_a_bass_is_on_the_root_or_in_the_chord(tune: Tune) -> None:
    assert pitches_of(BASS)[:9].tolist() == [36, 36, 36, 36, 43, 43, -1, -1, 36]
    played = playing(tune, [C] * 4 + [F] * 8 + [C] * 4, BASS)
    # strong: beats 1 and 3 of four bars; 36 on C (root) twice, 41 on F (root) four times, 41 on C (neither) twice
    assert on_strong_beats(played) == (6 / 8, 6 / 8)
    third = np.where(np.arange(64) == 16, onset(45), BASS)
    assert on_strong_beats(playing(tune, [C] * 4 + [F] * 8 + [C] * 4, third)) == (2 / 8, 6 / 8)


def test_parallels_are_counted_by_the_move() -> None:
    melody = made([[0, 4, 67], [4, 4, 69], [8, 4, 72], [12, 4, 71], [16, 48, 71]])
    low = [onset(60), 0, 0, 0, onset(62), 0, 0, 0, onset(60), 0, 0, 0, onset(59), 0, 0, 0, onset(55)] + [HOLD] * 47
    # 67/60 -> 69/62: fifths; -> 72/60: contrary; -> 71/59: octaves, the same way; then the melody stays
    assert moves(Performance(melody, np.full(64, C), np.array(low))) == (3, 1, 1)
    figures = bass_figures([Performance(melody, np.full(64, C), np.array(low))], [human(melody, 64)])
    assert figures["parallel_fifths_per_100_moves"] == pytest.approx(100 / 3)
    assert figures["pitch_interval_emd_semitones"] is None
    assert figures[COUNTED]["pitch_interval_emd_semitones"] == 0


def test_intervals_and_gaps_of_a_bass_are_histograms(tune: Tune) -> None:
    line = np.array([onset(36), HOLD, onset(36), onset(60), REST, REST, onset(43)] + [HOLD] * 57)
    played = playing(tune, [C] * 16, line)
    intervals = interval_counts([played])
    assert {i - 13: int(n) for i, n in enumerate(intervals) if n} == {0: 1, 13: 1, -13: 1}
    assert {i + 1: int(n) for i, n in enumerate(onset_gap_counts([played])) if n} == {1: 1, 2: 1, 3: 1}
    assert repeats(played) == pytest.approx(1 / 3)
    assert repeats(playing(tune, [C] * 16, np.full(64, REST))) is None


def test_the_plainest_bass_plays_roots_nearby(tune: Tune) -> None:
    played = roots_on_beats(playing(tune, [NO_CHORD, C, F, F] + [G7] * 12))
    tokens = played.bass[::4].tolist()
    assert tokens[:5] == [REST, onset(48), onset(53), onset(53), onset(55)]
    assert on_strong_beats(played) == (1, 1)


def decision(chances: dict[int, float], quiet: tuple[float, float]) -> Decision:
    """A decision that gives these chances to pitches around 67, and to hold and rest."""
    empty = Decision(NO_CHORD, REST, REST, 1.0, np.zeros(97, np.float32), np.zeros(50, np.float32), 67)
    pitches = empty.melody_pitches.tolist()
    onsets = [chances.get(pitch, 0.0) for pitch in pitches]
    return Decision(NO_CHORD, REST, REST, 1.0, empty.chord_chances, np.array([*quiet, *onsets], np.float32), 67)


def test_foresight_counts_onsets_apart() -> None:
    found = Foresight([onset(67), HOLD, onset(69), REST, onset(120)])
    for step in range(5):
        found(step, decision({67: 0.25, 69: 0.125, 60: 0.125}, (0.25, 0.25)))
    assert (found.steps, found.onsets, found.first, found.best, found.beyond) == (5, 3, 1, 2, 1)
    figures = prediction_figures([found])
    beyond = math.log2(1e6)
    assert figures["bits_at_onsets"] == pytest.approx((2 + 3 + beyond) / 3)
    assert figures["pitch_bits_at_onsets"] == pytest.approx((1 + 2 + beyond) / 3)
    assert figures["bits_at_holds_and_rests"] == pytest.approx(2)
    assert figures["bits_per_onset"] == pytest.approx((2 + 3 + beyond + 4) / 3)
    assert figures["bits_per_step"] == pytest.approx((2 + 3 + beyond + 4) / 5)
    assert figures["onset_pitch_top_1"] == pytest.approx(1 / 3)
    assert prediction_figures([])["bits_per_onset"] is None


def test_what_is_saved_on_markov_is_made_anew_from_the_sums() -> None:
    chains = {"best": {"bits_per_onset": 5.0}}
    figures = {"bits_per_onset": 4.0, "fewer_bits_than_markov_best": 0.7, "markov": chains}
    assert pooled(figures) == figures
    sets = figures | {"weight_sets": {"a": {}}, "baselines_learned_from_tunes": 1.5}
    assert pooled(sets) == {**figures, "fewer_bits_than_markov_best": pytest.approx(0.2), "weight_sets": {"a": {}}}


def test_figures_of_sets_are_put_together_by_weight() -> None:
    parts = [
        {"onsets": 30, "bits": 4.0, "genres": {"folk": {"bits": 4.0}}, "name": "a", "none": None, "way": [1.0, 0.0]},
        {"onsets": 10, "bits": 8.0, "genres": {"pop": {"bits": 8.0}}, "name": "b", "none": 1.0, "way": [0.0, 4.0]},
    ]
    assert merged(parts, [30.0, 10.0]) == {
        "onsets": 40,
        "bits": 5.0,
        "genres": {"folk": {"bits": 4.0}, "pop": {"bits": 8.0}},
        "none": 1.0,
        "way": [0.75, 1.0],
    }
