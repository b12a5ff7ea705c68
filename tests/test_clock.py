"""The clock follower in virtual time: phase error under jitter, steps, ramps, losses, stops, relocations."""

import random
from collections.abc import Callable
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.engine.clock import Change, Clock
from bridge.engine.follow import PositionFollower, PulseFollower
from bridge.music.timeline import PPQ, PULSE, STEP, Meter, Timeline

JITTER = 1e-3  # seconds, sigma


def steady(tempo: float, count: int) -> list[float]:
    return [i * 60 / tempo / 24 for i in range(count)]


def varying(tempo_at: Callable[[float], float], beats: float) -> list[float]:
    """Moments of the pulses of a host whose tempo is a function of the beat."""
    times, time = [], 0.0
    for i in range(round(beats * 24)):
        times.append(time)
        time += 60 / tempo_at(i / 24) / 24
    return times


def phase_errors(truth: list[float], seed: int, jitter: float = JITTER, tempo: float = 120.0) -> list[float]:
    """Seconds by which each pulse's predicted moment misses the true one, from the third pulse on."""
    chance = random.Random(seed)
    follower = PulseFollower(tempo)
    errors = []
    for i, moment in enumerate(truth[:-1]):
        follower.pulse(moment + chance.gauss(0, jitter))
        if i >= 2:
            errors.append(follower.time + follower.period - truth[i + 1])
    return errors


def rms(values: list[float]) -> float:
    return sqrt(sum(v * v for v in values) / len(values))


@pytest.mark.parametrize("tempo", [60, 90, 120, 180, 240])
def test_jitter_of_a_millisecond_leaves_less_than_four_tenths(tempo: float) -> None:
    errors = [e for seed in range(4) for e in phase_errors(steady(tempo, 24 * 60), seed)[48:]]
    assert rms(errors) < 0.4e-3


@pytest.mark.parametrize("tempo", [60, 120, 220])
def test_a_ten_percent_step_is_followed_within_a_beat(tempo: float) -> None:
    at_a_beat = []
    for seed in range(20):
        truth = varying(lambda beat: tempo * (1.1 if beat >= 16 else 1.0), 20)
        at_a_beat += phase_errors(truth, seed)[17 * 24 - 2 : 18 * 24]
    assert rms(at_a_beat) < 0.6e-3
    assert max(map(abs, at_a_beat)) < 2e-3


@pytest.mark.parametrize("seed", range(5))
def test_a_ramp_of_60_to_180_in_eight_bars_is_followed_within_5_ms(seed: int) -> None:
    truth = varying(lambda beat: 60 + 120 * min(1.0, max(0.0, (beat - 8) / 32)), 44)
    errors = phase_errors(truth, seed)
    assert max(map(abs, errors[48:])) < 5e-3


def test_thirty_percent_of_a_beat_lost_in_a_burst_moves_nothing() -> None:
    chance = random.Random(5)
    for trial in range(50):
        truth = steady(120, 24 * 12)
        lost = set(chance.sample(range(24 * 6, 24 * 7), 7))
        follower = PulseFollower()
        counted = 0
        for i, moment in enumerate(truth):
            if i not in lost:
                counted += follower.pulse(moment + chance.gauss(0, JITTER))
        assert counted == len(truth), f"trial {trial}"
        assert abs(follower.time - truth[-1]) < 1.5e-3


def test_pulses_that_come_late_in_a_bunch_are_counted_once() -> None:
    truth = steady(120, 240)
    follower, counted = PulseFollower(), 0
    for i, moment in enumerate(truth):
        arrival = truth[105] + (i - 100) * 1e-4 if 100 <= i < 105 else moment  # held up on their way
        counted += follower.pulse(arrival)
    assert counted == len(truth)


@pytest.mark.parametrize("tempo", [60, 120, 220])
def test_a_pulse_that_comes_twice_is_counted_once_and_does_not_move_the_tempo(tempo: float) -> None:
    follower, counted = PulseFollower(tempo), 1
    truth = steady(tempo, 240)
    follower.begin(truth[0])
    for i, moment in enumerate(truth[1:], 1):
        counted += follower.pulse(moment)
        if i in (1, 100, 130, 131):
            counted += follower.pulse(moment + 1e-4)
        assert i < 48 or follower.tempo == pytest.approx(tempo, rel=0.02)
    assert counted == len(truth)


@pytest.mark.parametrize("jump", [-0.7, -0.5, 0.4, 0.5, 0.7])
def test_a_host_whose_time_jumps_by_part_of_a_pulse_loses_none(jump: float) -> None:
    truth = [moment + (jump * 60 / 120 / 24 if i >= 120 else 0) for i, moment in enumerate(steady(120, 240))]
    follower, counted = PulseFollower(), 0
    for moment in truth:
        counted += follower.pulse(moment)
    assert counted == len(truth)
    assert follower.tempo == pytest.approx(120, rel=0.01)


def test_a_loss_that_a_pulse_in_its_place_confirms_stays_counted_when_time_then_jumps() -> None:
    """As under an overloaded JACK server: a pulse lost, the next two in their place, then all late by .4 pulses."""
    truth = [moment + (0.4 * 60 / 120 / 24 if i >= 123 else 0) for i, moment in enumerate(steady(120, 240))]
    follower, counted = PulseFollower(), 0
    for i, moment in enumerate(truth):
        if i != 120:
            counted += follower.pulse(moment)
    assert counted == len(truth)
    assert follower.tempo == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("pauses", [(0.6, 0.3), (0.5, 0.5), (0.4, 0.6), (0.6, 0.6)])
def test_two_pauses_of_the_host_that_add_up_to_a_pulse_are_no_loss(pauses: tuple[float, float]) -> None:
    """As a JACK server that stands still for .6 of a pulse, and at the next again: nothing was lost."""
    period = 60 / 120 / 24
    truth = [m + period * sum(pauses[: max(0, i - 119)]) for i, m in enumerate(steady(120, 240))]
    follower, counted = PulseFollower(), 0
    for moment in truth:
        counted += follower.pulse(moment)
    assert counted == len(truth)
    assert follower.tempo == pytest.approx(120, rel=0.01)


def test_a_loss_right_after_a_pause_of_the_host_is_counted() -> None:
    truth = [m + (0.6 * 60 / 120 / 24 if i >= 120 else 0) for i, m in enumerate(steady(120, 240))]
    follower, counted = PulseFollower(), 0
    for i, moment in enumerate(truth):
        if i != 121:
            counted += follower.pulse(moment)
    assert counted == len(truth)


@pytest.mark.parametrize(("before", "after"), [(60, 220), (220, 60), (220, 120), (120, 80), (80, 120)])
def test_a_start_at_another_tempo_is_counted_from_its_first_pulse(before: float, after: float) -> None:
    follower = PulseFollower()
    for moment in steady(before, 100):
        follower.pulse(moment)
    truth = [30.0 + moment for moment in steady(after, 100)]
    follower.begin(truth[0])
    for moment in truth[1:]:
        assert follower.pulse(moment) == 1
    assert follower.tempo == pytest.approx(after, rel=0.01)


def test_half_the_tempo_is_a_tempo_and_not_a_loss() -> None:
    truth = varying(lambda beat: 120 if beat < 8 else 60, 16)
    follower, counted = PulseFollower(), 0
    for moment in truth:
        counted += follower.pulse(moment)
    assert counted == len(truth)
    assert follower.tempo == pytest.approx(60, rel=0.01)


@given(st.floats(20, 999), st.integers(0, 2**20), st.floats(0, 1e4))
def test_a_timeline_is_a_bijection(tempo: float, tick: int, time: float) -> None:
    line = Timeline(tempo, tick, time)
    assert round(line.tick_at(line.time_at(tick + 12345))) == tick + 12345
    assert line.at_tempo(77.0, time + 3).tick_at(time + 3) == pytest.approx(line.tick_at(time + 3))


def midi_clock(truth: list[float]) -> tuple[Clock, list[Change | None]]:
    clock = Clock()
    clock.start(truth[0] - 0.001)
    return clock, [clock.pulse(t) for t in truth]


def test_stop_and_continue_elsewhere_are_exact_to_the_tick() -> None:
    clock, changes = midi_clock(steady(120, 96 + 10))
    assert changes[0] is Change.STARTED
    assert clock.song_at(clock._tick) == 105 * PULSE
    assert clock.stop(3.0) is Change.STOPPED
    assert clock.timeline is None
    clock.song_position(33)
    clock.go_on(4.0)
    assert clock.pulse(4.01) is Change.STARTED
    line = clock.timeline
    assert line is not None
    assert clock.song_at(round(line.tick)) == 33 * STEP
    before = line.tick
    for i in range(1, 25):
        clock.pulse(4.01 + i * 60 / 120 / 24)
    assert clock.timeline is not None
    assert round(clock.timeline.tick - before) == PPQ
    assert clock.song_at(round(clock.timeline.tick)) == 33 * STEP + PPQ


def test_continue_without_a_song_position_goes_on_with_the_next_pulse() -> None:
    clock, _ = midi_clock(steady(120, 48))
    clock.stop(1.0)
    clock.go_on(2.0)
    assert clock.pulse(2.0) is Change.CONTINUED
    assert clock.timeline is not None
    assert clock.song_at(round(clock.timeline.tick)) == 48 * PULSE


def test_a_song_position_while_playing_is_a_seam_and_is_learnt_as_a_loop() -> None:
    bar = 4 * PPQ
    clock, _ = midi_clock(steady(120, 96 * 2))  # two bars; the last pulse is one before bar 3
    clock.song_position(0)
    assert clock.pulse(4.0) is Change.MOVED
    assert clock.place_at(clock._tick).phase == 0
    assert clock.place_at(clock._tick).bar == 0
    assert clock.place_at(clock._tick + bar).bar == 1
    assert clock.place_at(clock._tick + 2 * bar).bar == 0, "the loop's end is its beginning"


def test_ticks_never_go_back() -> None:
    clock = Clock()
    ticks, time = [], 0.0
    for start, song in ((0, 0), (5000, 0), (100, 7680), (0, 0)):  # a device that begins anew, twice
        for i in range(40):
            clock.position(start + i * 24, song + i * 24, 120.0, Meter(), time, playing=True)
            assert clock.timeline is not None
            ticks.append(clock.timeline.tick_at(time))
            time += 0.025
        clock.position(start + 960, song + 960, 120.0, Meter(), time, playing=False)
    assert ticks == sorted(ticks)


def test_positions_with_network_jitter_are_smoothed() -> None:
    chance = random.Random(1)
    follower, line = PositionFollower(), None
    errors = []
    for i in range(2000):
        now = i * 0.025
        delay = chance.expovariate(1000)  # 1 ms in the mean
        tick = int(now * 960)
        line = (
            follower.begin(tick, 120.0, now + delay)
            if line is None
            else follower.follow(line, tick, 120.0, now + delay)
        )
        assert line is not None
        errors.append(line.tick_at(now + delay) / 960 - (now + delay))
    settled = errors[100:]
    mean = sum(settled) / len(settled)
    assert rms([e - mean for e in settled]) < 0.4e-3
    assert abs(mean) < 2.5e-3, "the mean delay and the rounding down of ticks remain"


def test_one_wild_report_is_not_believed_three_are() -> None:
    clock = Clock()
    for i in range(20):
        clock.position(i * 24, i * 24, 120.0, Meter(), i * 0.025, playing=True)
    assert clock.position(9000, 9000, 120.0, Meter(), 0.5, playing=True) is None
    assert clock.timeline is not None
    assert clock.timeline.tick_at(0.5) == pytest.approx(480, abs=3)
    assert clock.position(9024, 9024, 120.0, Meter(), 0.525, playing=True) is None
    assert clock.position(9048, 9048, 120.0, Meter(), 0.55, playing=True) is Change.BROKEN
    assert clock.timeline.tick_at(0.55) == pytest.approx(9048)


def test_a_host_that_falls_silent_has_stopped() -> None:
    clock = Clock()
    clock.position(0, 0, 120.0, Meter(), 0.0, playing=True)
    assert clock.check(1.9) is None
    assert clock.check(2.1) is Change.STOPPED


def test_a_change_of_meter_falls_on_the_bar_line() -> None:
    clock = Clock()
    for tick in range(0, 4 * PPQ, 24):
        clock.position(tick, tick, 120.0, Meter(4, 4), tick / 960, playing=True)
    clock.position(1930, 1930, 120.0, Meter(3, 4), 1930 / 960, playing=True)
    assert clock.place_at(1920).phase == 0
    assert clock.place_at(1920 + 3 * PPQ).phase == 0
    clock.position(1954, 1954, 120.0, Meter(5, 4), 1954 / 960, playing=True, bar=1440)
    assert clock.place_at(1440 + 5 * PPQ).phase == 0, "a host that says where its bar began is believed"
