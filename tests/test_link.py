"""A Link session in virtual time: what the engine hears of it, and that beats, starts, stops and jumps become music."""

import subprocess
import sys
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.clock import Change, Clock
from bridge.engine.frame import Frame, Note, Thought
from bridge.engine.jam import Jam
from bridge.engine.schedule import Schedule
from bridge.generators.rules import RulesBand
from bridge.io.link import AHEAD, EVERY, LEAD, POLL, Herald, LinkShell, Reading, wish
from bridge.music.errors import PortError
from bridge.music.events import (
    BASS,
    Continue,
    Cue,
    Do,
    Event,
    Link,
    NoteOff,
    NoteOn,
    Output,
    Position,
    Pulse,
    Set,
    Silence,
    Start,
    Stop,
    Transport,
)
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO, PPQ, STEP, Meter, Timeline
from tests.virtual import cues, hello, of, play, pulses

MICRO = 1e-6  # seconds; what Link's own clock can tell apart
COMMON = Meter()


class Sixteenths:
    """A test generator: the bass strikes every sixteenth, its pitch says which of the bar."""

    name = "sixteenths"

    def start(self) -> int:
        return 0

    def step(self, state: int, frame: Frame) -> tuple[int, Thought]:
        return state + 1, Thought((Note(BASS, STEP - 8, 30 + frame.place.step, 90),))


@dataclass(frozen=True, slots=True)
class Span:
    """The session from a moment on: the beat that falls there, its tempo, whether it plays."""

    since: float
    beat: float
    tempo: float
    playing: bool = True
    meter: Meter = COMMON

    def at(self, time: float) -> float:
        return self.beat + (time - self.since) * self.tempo / 60


def heard(spans: list[Span], until: float) -> list[tuple[float, Link]]:
    """What the engine hears of a session, looked at as often as the shell looks."""
    herald, time, events = Herald(), spans[0].since, []
    while time < until:
        span = spans[bisect_right([each.since for each in spans], time) - 1]
        reading = Reading(time, span.at(time), span.tempo, span.playing, span.meter)
        event = herald.hear(reading)
        if event is not None:
            events.append((time, event))
        time += max(MICRO, herald.wait(reading))
    return events


def script(spans: list[Span], until: float, *more: tuple[float, Event]) -> list[tuple[float, Event]]:
    """The session and a player who holds a key from soon after its start."""
    hellos = [(float(second), hello(1)) for second in range(int(until) + 1)]
    first = next(time for time, event in heard(spans, until) if event.playing)
    return [*hellos, (first + 0.01, NoteOn(1, -1, 60, 90)), *heard(spans, until), *more]


def linked(mind: object = None) -> Jam:
    jam = Jam(mind or Sixteenths(), clock="link")  # type: ignore[arg-type]
    jam.settings.set("entry_bars", 0)
    jam.settings.set("patience_bars", 0)
    return jam


def played(out: list[tuple[float, Output]]) -> list[tuple[float, int]]:
    """When each cue sounds, and what it says."""
    return [(o.time, cue.pitch - 30) for _, o, cue in cues(out) if o.time is not None]


def test_a_steady_session_is_told_now_and_then_and_a_change_at_once() -> None:
    told = heard([Span(0.0, 0.0, 120.0), Span(1.0011, 2.0022, 90.0), Span(2.0, 3.0, 90.0, playing=False)], 3.0)
    apart = [later[0] - sooner[0] for sooner, later in pairwise(told)]
    assert max(apart) <= EVERY + POLL + 1e-9
    assert len(told) <= 3.0 / EVERY + 3
    assert 0 <= next(time for time, event in told if event.tempo == 90.0) - 1.0011 <= POLL
    assert 0 <= next(time for time, event in told if not event.playing) - 2.0 <= POLL + 1e-9


def test_a_jump_of_the_beats_is_told_at_once() -> None:
    told = heard([Span(0.0, 0.0, 120.0), Span(1.0, 7.5, 120.0)], 1.1)
    assert next(time for time, event in told if event.beat > 7) <= 1.0 + POLL + 1e-9


def test_a_tempo_beyond_the_range_by_links_rounding_is_within_it() -> None:
    events = heard([Span(0.0, 0.0, 60e6 / 60060)], 0.2)  # 999 quarter notes a minute, in whole microseconds a beat
    assert {event.tempo for _, event in events} == {MAX_TEMPO}


@pytest.mark.parametrize("tempo", [MIN_TEMPO, 60.0, 120.0, 240.0, MAX_TEMPO])
def test_a_count_in_is_no_music_and_beat_0_is_decided_in_time(tempo: float) -> None:
    spans = [Span(0.0, 5.0, tempo, playing=False), Span(1.0, -3.3, tempo)]
    zero = 1.0 + 3.3 * 60 / tempo
    told = heard(spans, zero + 1.0)
    started = next(time for time, event in told if event.playing)
    assert started == pytest.approx(zero - LEAD * 60 / tempo, abs=1e-6)
    out = play(jam := linked(), script(spans, zero + 1.0), zero + 1.0)
    seen = [o.message for _, o in of(out, Silence)]
    assert seen == [], "nothing had been promised"
    assert jam.sessions[1].generation == 1
    steps = jam.steps
    assert steps == pytest.approx(tempo / 15 * 1.0, abs=3), "decided from beat 0 on, and nothing of the count-in"
    assert min(moment for moment, _ in played(out)) >= zero - MICRO
    assert jam.late == 0


@settings(max_examples=60, deadline=None)
@given(
    st.floats(MIN_TEMPO, MAX_TEMPO), st.floats(-20.0, 1e6), st.floats(0.0, 1e5), st.sampled_from([COMMON, Meter(3, 4)])
)
def test_every_cue_falls_on_the_sessions_own_sixteenth(tempo: float, beat: float, since: float, meter: Meter) -> None:
    span = Span(since, beat, tempo, meter=meter)
    until = since + max(0.0, -beat) * 60 / tempo + 4 * 60 / tempo
    jam = linked()
    first = next((time for time, event in heard([span], until) if event.playing), until)
    events = [(since, hello(1)), (first + 1e-3, NoteOn(1, -1, 60, 90)), *heard([span], until)]
    for moment, step in played(play(jam, events, until)):
        quarters = span.at(moment)
        assert abs(quarters - round(quarters * 4) / 4) * 60 / tempo < 5e-6
        assert round(quarters * 4) % (meter.bar // STEP) == step, "and on the bar's own"


@pytest.mark.parametrize(("before", "after"), [(120.0, 140.0), (20.0, 999.0), (999.0, 20.0)])
def test_a_change_of_tempo_moves_no_beat(before: float, after: float) -> None:
    change = 2.0001  # just after a look, so that the next is late
    spans = [Span(0.0, 0.0, before), Span(change, change * before / 60, after)]
    jam = linked()
    out = play(jam, script(spans, 6.0), 6.0)
    settled = played([each for each in out if each[0] > change + POLL])
    assert len(settled) >= 4
    for moment, step in settled:
        quarters = spans[1].at(moment)
        assert abs(quarters - round(quarters * 4) / 4) * 60 / after < 5e-6
        assert round(quarters * 4) % 16 == step


@pytest.mark.parametrize(("before", "after"), [(120.0, 140.0), (20.0, 999.0), (999.0, 20.0)])
def test_a_change_of_tempo_between_two_looks_is_no_jump(before: float, after: float) -> None:
    clock = Clock()
    for time in (0.0, 0.05):
        clock.linked(time * before / 60, before, COMMON, time, playing=True)
    beat = 0.095 * before / 60 + POLL * after / 60
    assert clock.linked(beat, after, COMMON, 0.1, playing=True) is None
    assert clock.timeline is not None
    assert clock.timeline.tick_at(0.1) - clock.base == pytest.approx(beat * PPQ)


@pytest.mark.parametrize("beat", [-3.0, 0.4, 1000.3])
def test_a_jump_of_the_beats_goes_on_at_the_tick_that_was_due(beat: float) -> None:
    clock = Clock()
    clock.linked(0.0, 120.0, COMMON, 0.0, playing=True)
    assert clock.linked(beat, 120.0, COMMON, 0.01, playing=True) is Change.MOVED
    assert clock.timeline is not None
    assert 0 <= clock.timeline.tick_at(0.01) - 0.01 * 960 < 1
    assert clock.song_at(round(clock.timeline.tick_at(0.01))) == pytest.approx(beat * PPQ, abs=1)


@pytest.mark.parametrize(("first", "joined"), [(0.0, 101.7), (101.7, 0.3)])
def test_a_session_that_is_joined_moves_the_song_and_neither_ticks_nor_the_band_stop(
    first: float, joined: float
) -> None:
    spans = [Span(0.0, first, 120.0), Span(3.01, joined, 130.0)]
    jam = linked()
    out = play(jam, script(spans, 8.0), 8.0)
    ticks = [cue.tick for _, _, cue in cues(out)]
    assert ticks == sorted(ticks)
    assert ticks[-1] - ticks[0] < 8 * PPQ * 130 / 60, "nor do they leap"
    moments = [moment for moment, _ in played(out)]
    assert max(later - sooner for sooner, later in pairwise(moments)) < 2.1 * 15 / 120
    assert len(of(out, Silence)) == 0, "plays on across the seam"
    after = played([each for each in out if each[0] > 3.01 + POLL])
    assert len(after) > 30
    for moment, step in after:
        assert round(spans[1].at(moment) * 4) % 16 == step
        assert abs(spans[1].at(moment) * 4 - round(spans[1].at(moment) * 4)) / 4 * 60 / 130 < 5e-6


def test_a_small_correction_keeps_ticks_on_sixteenths() -> None:
    spans = [Span(0.0, 0.0, 120.0), Span(3.0, 6.004, 120.0), Span(4.0, 7.999, 120.0)]
    out = play(linked(), script(spans, 6.0), 6.0)
    assert all(cue.tick % STEP == cues(out)[0][2].tick % STEP for _, _, cue in cues(out))
    late = [moment for moment, _ in played(out) if moment > 4.2]
    assert all(abs(spans[2].at(m) * 4 - round(spans[2].at(m) * 4)) < 1e-4 for m in late)


def test_a_stop_silences_and_a_start_begins_anew() -> None:
    spans = [Span(0.0, 0.0, 120.0), Span(4.0, 8.0, 120.0, playing=False), Span(6.0, -1.0, 120.0)]
    jam = linked()
    out = play(jam, script(spans, 9.0, (6.6, NoteOff(1, -1, 60)), (6.61, NoteOn(1, -1, 62, 90))), 9.0)
    (stopped,) = of(out, Silence)
    assert 4.0 <= stopped[0] <= 4.0 + POLL + 1e-9
    assert not [moment for moment, _ in played(out) if 4.1 < moment < 6.5]
    again = [item for item in played(out) if item[0] > 6.5]
    assert again[0] == (pytest.approx(7.0), 4), "at the next beat after the player's first note"


def test_a_session_that_nobody_reads_any_more_has_stopped() -> None:
    jam = linked()
    play(jam, [(0.0, hello(1)), (0.0, Link(0.0, 120.0, 1, 4, 4))], 5.0)
    assert not jam.playing


def test_a_monitor_hears_of_a_tempo_that_changes_while_the_transport_stands() -> None:
    spans = [Span(0.0, 0.0, 130.0, playing=False), Span(1.0, 2.0, 96.0, playing=False)]
    out = play(linked(), [(0.0, hello(0, "monitor", 9009)), *heard(spans, 2.0)], 2.0)
    told = [(time, o.message.tempo) for time, o in of(out, Transport) if isinstance(o.message, Transport)]
    assert [tempo for _, tempo in told][-2:] == [130.0, 96.0]
    assert told[-1][0] == pytest.approx(1.0, abs=POLL)


def test_only_the_session_leads_and_a_players_host_is_aligned_with_it() -> None:
    jam = linked(RulesBand())
    others: list[tuple[float, Event]] = [(1.0, Start()), *pulses(1.0, 48, 200)]
    others += [(1 + i * 0.02, Position(1, 5000 + i * 19, i * 19, 96.0, 1, 3, 4)) for i in range(50)]
    play(jam, script([Span(0.0, 0.0, 130.0)], 3.0, *others), 3.0)
    assert (jam.clock.source, jam.clock.tempo, jam.clock.meter) == ("link", 130.0, COMMON)
    assert jam.sessions[1].offset is not None


def test_midi_clock_does_not_start_what_the_session_does_not() -> None:
    jam = linked()
    standing = heard([Span(0.0, 0.0, 130.0, playing=False)], 2.0)
    play(jam, [(0.0, hello(1)), *standing, (1.0, Start()), *pulses(1.0, 48, 200)], 2.0)
    assert (jam.playing, jam.steps) == (False, 0)


def test_a_session_leads_only_where_it_was_asked_for() -> None:
    jam = Jam(RulesBand())
    play(jam, [(0.0, hello(1)), *heard([Span(0.0, 0.0, 130.0)], 1.0), *[(1.0, Pulse())]], 1.0)
    assert (jam.clock.source, jam.playing) == ("none", False)


def test_a_meter_that_is_set_is_the_quantum_from_then_on() -> None:
    spans = [Span(0.0, 0.0, 120.0), Span(3.0, 6.0, 120.0, meter=Meter(3, 4))]
    out = play(jam := linked(), script(spans, 6.0), 6.0)
    assert jam.clock.meter == Meter(3, 4)
    assert {round(spans[1].at(m) * 4) % 12 - step for m, step in played(out) if m > 3.2} == {0}


def test_midi_plays_what_was_cued_on_the_tempo_that_came_after() -> None:
    """As the MIDI-out thread does: the cue keeps its tick, the moment follows the newest timeline."""
    spans = [Span(0.0, 0.0, 60.0), Span(2.2, 2.2, 90.0)]
    jam, schedule = linked(), Schedule()
    events = sorted(script(spans, 5.0), key=lambda item: item[0])
    struck: list[float] = []
    line: Timeline | None = None
    now = 0.0
    for time, event in events:
        while (wake := min(each for each in (jam.wakeup(), schedule.wakeup(), time) if each is not None)) < time:
            now = wake = max(now, wake)
            struck += [wake for note in schedule.due(wake) if note.velocity]
            for output in jam.advance(wake):
                if isinstance(output.message, Cue):
                    schedule.add(output)
        jam.receive(event, time)
        if jam.timeline is not line:
            line = jam.timeline
            schedule.follow(line)
    changed = [moment for moment in struck if moment > 2.2]
    assert len(changed) > 10
    assert max(abs(spans[1].at(m) * 4 - round(spans[1].at(m) * 4)) for m in changed) / 4 * 60 / 90 < 1e-4


@pytest.mark.parametrize(
    ("event", "meant"),
    [
        (Start(), True), (Continue(), True), (Stop(), True), (Do(1, "play"), True), (Do(1, "halt"), True),
        (Set(1, "tempo", 96.5), True), (Set(1, "tempo", 20), True), (Set(1, "link", 0), True),
        (Set(1, "link", 1), True),
        (Do(1, "stop"), False), (Set(1, "tempo", 19.9), False), (Set(1, "tempo", 1000), False),
        (Set(1, "tempo", "fast"), False), (Set(1, "tempo", float("nan")), False), (Set(1, "link", 2), False),
        (Set(1, "level", 1.0), False), (Pulse(), False), (NoteOn(1, -1, 60, 90), False),
    ],
)  # fmt: skip
def test_wishes_go_to_the_session_and_everything_else_to_the_engine(event: Event, meant: bool) -> None:
    passed: list[tuple[Event, float]] = []
    shell = LinkShell(lambda *item: passed.append(item), tempo=120.0, meter=lambda: COMMON, start_stop=True)
    shell.heed(event, 3.0)
    assert wish(event) == meant
    assert passed == ([] if isinstance(event, Start | Continue | Stop) else [(event, 3.0)])


def test_what_is_no_wish_is_refused_by_the_engine() -> None:
    jam = linked()
    jam.receive(hello(1), 0.0)
    for bad in (Set(1, "tempo", 5000.0), Set(1, "link", 7), Do(1, "pause")):
        jam.receive(bad, 0.1)
    assert jam.drops == 3


def test_without_aalink_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aalink", None)
    shell = LinkShell(lambda *_: None, tempo=120.0, meter=lambda: COMMON, start_stop=True)
    with pytest.raises(PortError, match=r"pip install 'improv-bridge\[link\]'"):
        shell.__enter__()


def test_serving_without_link_imports_no_gpl_package() -> None:
    code = "import sys, bridge.cli, bridge.io.serve, bridge.io.doctor; print('aalink' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_a_start_of_ours_leaves_time_to_decide_the_first_beat() -> None:
    """At any tempo the start is told, and the look before it over, ahead of the longest decision."""
    assert POLL < AHEAD
    assert LEAD * PPQ > 0.75 * STEP
