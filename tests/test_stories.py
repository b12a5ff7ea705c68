"""Stories: what happens on a stage, as lists of events. None leaves a note hanging or a voice on the wrong bar."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.engine.frame import Frame, Note, Thought
from bridge.engine.jam import Jam
from bridge.engine.schedule import Schedule
from bridge.generators.rules import RulesBand
from bridge.music.events import (
    BASS,
    Bye,
    Continue,
    Do,
    Error,
    Event,
    Get,
    Heartbeat,
    NoteOn,
    Of,
    Output,
    Peer,
    Plan,
    Position,
    Pulse,
    Set,
    Silence,
    SongPosition,
    Start,
    State,
    Stop,
    Tempo,
    Transport,
    Value,
    Welcome,
)  # fmt: skip
from bridge.music.timeline import PPQ, STEP
from tests.virtual import Host, cues, hello, of, play, pulses

SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


class Downbeats:
    """A test generator: the bass says the number of the bar on its first beat, for a quarter."""

    name = "downbeats"

    def start(self) -> int:
        return 0

    def step(self, state: int, frame: Frame) -> tuple[int, Thought]:
        if frame.place.step:
            return state, Thought()
        return state + 1, Thought((Note(BASS, PPQ - 8, 30 + frame.place.bar, 90),))


class Raises(RulesBand):
    """A test generator that raises at chosen ticks."""

    def __init__(self, bad: range) -> None:
        self.bad = bad

    def step(self, state: Any, frame: Frame) -> tuple[Any, Thought]:
        if frame.tick in self.bad:
            raise RuntimeError("weights lost")
        return super().step(state, frame)


def sounding(jam: Jam, out: list[tuple[float, Output]], until: float) -> list[tuple[float, int, int]]:
    """Play the cues of a recorded jam as a device would; every note-on has its note-off, and nothing is left at the
    end.
    """
    schedule, events = Schedule(), []
    for time, output in out:
        if isinstance(output.message, Silence):
            events += [(time, s.pitch, s.velocity) for s in schedule.silence(output.player, output.message.voice)]
        elif output.time is not None:
            schedule.add(output)
    schedule.follow(None)
    events += [(until, s.pitch, s.velocity) for s in schedule.due(until)]
    return events


def test_a_tune_is_accompanied_from_the_second_bar_on_the_beat() -> None:
    host = Host().tune(SCALE * 2).stop()
    jam = Jam(RulesBand())
    out = play(jam, host.script, host.time + 0.5)
    sent = cues(out)
    assert {cue.voice for _, _, cue in sent} == {"accompaniment", "bass"}
    assert min(cue.tick for _, _, cue in sent) == 4 * PPQ
    for time, output, cue in sent:
        assert cue.tick % STEP == 0
        assert output.time is not None
        assert output.time == pytest.approx(cue.tick / 960, abs=0.003)
        assert 0.07 < output.time - time <= 0.081
    report = jam.report()
    assert (report.heard, report.late, report.drops) == (16, 0, 0)
    assert report.cues == len(sent)
    assert report.margin_ms["min"] == pytest.approx(80, abs=1)


def test_a_note_that_is_sent_ahead_of_its_bar_line_does_not_bring_the_band_in_on_it() -> None:
    host = Host().run(4).tune(SCALE * 2)
    ahead = [(time - 0.15 if isinstance(event, NoteOn) else time, event) for time, event in host.script]
    assert min(cue.tick for _, _, cue in cues(play(Jam(RulesBand()), ahead, host.time))) == 8 * PPQ


def test_stop_silences_at_once_and_voids_what_was_promised() -> None:
    host = Host().tune(SCALE).stop()
    out = play(Jam(RulesBand()), host.script, host.time + 1)
    (time, silence), *more = of(out, Silence)
    assert (time, more) == (host.time, [])
    generations = {cue.generation for _, _, cue in cues(out)}
    assert max(generations) < silence.message.generation  # type: ignore[union-attr]
    assert not [t for t, _, _ in cues(out) if t > host.time]


def test_a_loop_seam_keeps_the_bars_right_and_the_notes_going() -> None:
    host = Host()
    host.tune(SCALE).locate(0).tune(SCALE).locate(0).tune(SCALE).stop()  # a loop of two bars, three times
    out = play(Jam(Downbeats()), host.script, host.time + 1)
    said = [(cue.tick // (4 * PPQ), cue.pitch - 30) for _, _, cue in cues(out)]
    assert said == [(1, 1), (2, 2), (3, 1), (4, 0), (5, 1), (6, 0)], "from the second seam on the loop is expected"
    assert len(of(out, Silence)) == 1


def test_a_relocation_to_another_phase_moves_the_bar_lines() -> None:
    host = (
        Host().tune(SCALE).locate(10 * PPQ).tune(SCALE + SCALE[:2]).stop()
    )  # bar 3 beat 3: the next bar line is 2 beats on
    out = play(Jam(Downbeats()), host.script, host.time + 1)
    after = [cue.tick - 8 * PPQ for _, _, cue in cues(out) if cue.tick > 8 * PPQ]
    assert after == [2 * PPQ, 6 * PPQ, 10 * PPQ]


def test_stop_and_continue_brings_the_band_back_at_the_next_beat() -> None:
    host = Host().tune(SCALE).stop().wait(3)
    resumed = host.tick
    host.tune(SCALE).stop()
    out = play(Jam(RulesBand()), host.script, host.time + 1)
    back = min(cue.tick for _, _, cue in cues(out) if cue.tick >= resumed)
    assert back - resumed <= PPQ
    assert len({cue.generation for _, _, cue in cues(out)}) == 2


def test_start_and_continue_are_told_at_once_and_not_only_on_the_next_bar_line() -> None:
    host = Host().tune(SCALE).run(1).stop()
    host.wait(1)
    again = host.time
    out = play(Jam(RulesBand()), host.tune(SCALE).script, host.time)
    assert of(out, State)[1][1].message == State("accompany", "listening", 1)
    assert next((t, o.message) for t, o in of(out, State) if t >= again) == (again, State("accompany", "playing", 3))


def test_play_from_elsewhere_begins_anew() -> None:
    host = Host().tune(SCALE).stop().wait(1).locate(16 * PPQ)
    resumed, start = host.tick, host.time
    host.tune(SCALE).stop()
    out = play(Jam(RulesBand()), host.script, host.time + 1)
    assert min(cue.tick for time, _, cue in cues(out) if time > start) == resumed + 4 * PPQ


def test_a_tempo_change_and_a_ramp_keep_every_cue_on_its_tick_and_early() -> None:
    host = Host().tune(SCALE)
    host.tempo = 90
    host.tune(SCALE)
    for i in range(32):
        host.tempo = 90 + 3 * i
        host.note(SCALE[i % 8], 0.5).run(0.5)
    host.stop()
    out = play(Jam(RulesBand()), host.script, host.time + 1)
    moment = {}  # tick -> true second, from the host's own positions
    for time, event in host.script:
        if isinstance(event, Position):
            moment[event.tick] = time
    ticks = sorted(moment)
    for time, output, cue in cues(out):
        later = min((t for t in ticks if t >= cue.tick), default=None)
        if later is not None:
            assert time < moment[later]
        assert output.time is not None
        assert output.time > time


def test_a_meter_change_moves_the_bar_lines_with_it() -> None:
    host = Host().tune(SCALE)
    host.meter = (3, 4)
    host.tune(SCALE + SCALE[:1]).stop()
    out = play(Jam(Downbeats()), host.script, host.time + 1)
    ticks = [cue.tick // PPQ for _, _, cue in cues(out)]
    assert ticks == [4, 8, 11, 14, 17]


@pytest.mark.parametrize(("bar", "meter"), [(7, (4, 4)), (60, (4, 4)), (517, (7, 8)), (7, (1, 32))])
def test_bars_that_begin_off_the_songs_sixteenths_have_their_beats_all_the_same(
    bar: int, meter: tuple[int, int]
) -> None:
    host = Host(meter=meter).tune(SCALE * 2)
    script = [(time, replace(event, bar=bar) if isinstance(event, Position) else event) for time, event in host.script]
    sent = cues(play(Jam(RulesBand()), script, host.time))
    assert sent
    for _, _, cue in sent:
        assert (cue.tick - bar) % (meter[0] * 1920 // meter[1]) % PPQ == 0
        assert cue.ticks > 0


def test_a_host_that_names_its_bars_a_tick_astray_gets_each_step_once_and_the_bar_counted() -> None:
    host = Host().tune(SCALE * 2)
    script: list[tuple[float, Event]] = [
        (time, replace(event, bar=max(0, event.song // 1920 * 1920 + index % 3 - 1)))
        if isinstance(event, Position) else (time, event)
        for index, (time, event) in enumerate(host.script)
    ]  # fmt: skip
    jam = Jam(Downbeats())
    out = play(jam, script, host.time)
    assert jam.steps == len(SCALE) * 8 + 1
    assert [cue.pitch for _, _, cue in cues(out)] == [31, 32, 33, 34]
    assert [o.message.bar for _, o in of(out, State)][-1] == 5  # type: ignore[union-attr]


def test_a_host_that_has_no_ticks_is_followed_by_its_song_position_across_a_loop() -> None:
    host = Host().tune(SCALE * 2).locate(0).tune(SCALE * 2).stop()
    script = [(time, replace(event, tick=-1) if isinstance(event, Position) else event) for time, event in host.script]
    jam = Jam(RulesBand())
    out = play(jam, script, host.time)
    assert len(of(out, Silence)) == 1, "the stop's alone"
    sent = cues(out)
    assert len(sent) == len(cues(play(Jam(RulesBand()), host.script, host.time)))
    for _, output, cue in sent:
        assert output.time == pytest.approx(cue.tick / 960, abs=0.003)
        assert cue.tick % PPQ == 0


def test_in_seven_eight_nothing_that_is_struck_lasts_beyond_the_bar_line() -> None:
    host = Host(meter=(7, 8)).tune(SCALE * 3, 0.5)
    for _, _, cue in cues(play(Jam(RulesBand()), host.script, host.time)):
        assert cue.tick % 1680 + cue.ticks < 1680


def test_a_late_joiner_gets_a_welcome_at_once_and_a_band_at_a_bar_line() -> None:
    first = Host(player=1).tune(SCALE * 3)
    second = Host(player=2, port=9002, time=5.3, tick=40.0, song=5.3 * 960)
    second.tune([48] * 10).stop()
    first.stop()
    out = play(Jam(RulesBand()), first.script + second.script, max(first.time, second.time) + 1)
    assert any(o.message == Welcome(1, 2, 1) for _, o in out)
    theirs = cues(out, player=2)
    numbering = 40 - round(5.3 * 960)  # what the second device adds to our ticks
    assert theirs
    assert all((cue.tick - numbering) % STEP == 0 for _, _, cue in theirs)
    assert (min(cue.tick for _, _, cue in theirs) - numbering) % (4 * PPQ) == 0
    assert all(o.to == (Peer("127.0.0.1", 9002),) for _, o, _ in theirs)


def test_a_lost_peer_is_silenced_and_forgotten_and_the_others_play_on() -> None:
    first, second = Host(player=1), Host(player=2, port=9002)
    first.tune(SCALE * 5)
    second.tune(SCALE)  # then its cable is pulled
    jam = Jam(RulesBand())
    out = play(jam, first.script + second.script, first.time)
    gone = [t for t, o in of(out, Silence) if o.to == (Peer("127.0.0.1", 9002),)]
    assert gone
    assert 6 < gone[0] - second.time < 9
    assert list(jam.sessions) == [1]
    assert [t for t, _, _ in cues(out, 1) if t > gone[0]]
    assert not [t for t, _, _ in cues(out, 2) if t > gone[0]]


def test_the_leader_leaves_and_another_host_leads() -> None:
    first, second = Host(player=1), Host(player=2, port=9002)
    first.tune(SCALE * 2)
    first.script.append((first.time, Bye(1)))
    second.tune(SCALE * 5)
    jam = Jam(RulesBand())
    out = play(jam, first.script + second.script, second.time)
    late = [cue.tick for t, _, cue in cues(out, 2) if t > first.time + 1]
    assert late
    assert jam.playing
    assert sorted(late) == late


def test_hello_again_from_the_same_device_moves_its_port_at_once() -> None:
    jam = Jam(RulesBand())
    out = jam.receive(hello(1, port=9001, source=5555), 0.0)
    out = jam.receive(hello(1, port=9005, source=5555), 0.5)
    old, new = Peer("127.0.0.1", 9001), Peer("127.0.0.1", 9005)
    assert [o.to for o in out if isinstance(o.message, Silence)] == [(old,)]
    assert [o.to for o in out if isinstance(o.message, Welcome)] == [(new,)]
    assert jam.roster.peers(1) == (new,)


def test_a_device_that_says_another_number_leaves_its_old_seat_and_leads_on() -> None:
    jam = Jam(RulesBand())
    host = Host().tune(SCALE)
    host.script.append((host.time, hello(2, port=9001)))
    host.player = 2
    host.tune(SCALE)
    out = play(jam, host.script, host.time)
    assert [*jam.sessions] == [2]
    assert {cue.tick // (4 * PPQ) for _, _, cue in cues(out, 2)} >= {3}, "the new player's band is in, a bar later"
    for player in range(1, 3000):
        jam.receive(hello(player, port=9001), host.time)
    assert [*jam.sessions] == [2999]


def test_a_generation_never_falls_behind_where_a_player_leaves_and_joins_again() -> None:
    jam = Jam(RulesBand(), generation=7)
    jam.receive(hello(1), 0.0)
    for _ in range(3):
        (silence,) = [o for o in jam.receive(Do(1, "panic"), 0.1) if isinstance(o.message, Silence)]
    jam.receive(Bye(1), 0.2)
    (welcome,) = [o for o in jam.receive(hello(1), 0.3) if isinstance(o.message, Welcome)]
    assert welcome.message.generation >= silence.message.generation == 10  # type: ignore[union-attr]


def test_another_device_gets_the_seat_only_when_its_owner_is_gone() -> None:
    jam = Jam(RulesBand())
    jam.receive(hello(1, port=9001, source=5555), 0.0)
    (refused,) = jam.receive(hello(1, port=9005, source=7777), 1.0)
    assert refused.message == Error(2, "player_in_use")
    assert refused.to == (Peer("127.0.0.1", 9005),)
    out = jam.receive(hello(1, port=9005, source=7777), 3.1)
    assert any(isinstance(o.message, Welcome) for o in out)


def test_a_listener_hears_its_player_and_leaves_alone() -> None:
    host = Host()
    host.script.append((0.0, hello(1, role="listener", port=9050)))
    host.script.append((2.0, hello(1, role="listener", port=9050)))
    host.tune(SCALE)
    host.script.append((host.time - 1.0, Bye(1, "127.0.0.1", 9050)))
    jam = Jam(RulesBand())
    out = play(jam, host.script, host.time)
    listener = Peer("127.0.0.1", 9050, "listener")
    assert any(listener in o.to for _, o, _ in cues(out))
    assert 1 in jam.sessions
    assert listener not in jam.roster.peers(1)


def test_an_engine_that_restarts_under_a_running_host_joins_in_on_the_bar() -> None:
    host = Host(tick=123456.0, song=8 * PPQ).tune(SCALE * 2)
    out = play(Jam(RulesBand(), generation=77), host.script, host.time)
    assert any(o.message == Welcome(1, 1, 77) for _, o in out)
    first = min(cue.tick for _, _, cue in cues(out))
    assert first == 123456 + 4 * PPQ


def test_a_mind_that_raises_is_covered_to_the_bars_end_and_tried_again() -> None:
    host = Host().tune(SCALE * 4).stop()
    jam = Jam(Raises(range(9 * PPQ, 9 * PPQ + 2 * STEP)), fallback=RulesBand())
    out = play(jam, host.script, host.time + 1)
    report = jam.report()
    assert (report.failures, report.failure) == (1, "RuntimeError: weights lost")
    beats = {cue.tick // PPQ for _, _, cue in cues(out) if cue.voice == BASS}
    assert beats >= set(range(4, 32)), "no beat without its bass"


def test_a_mind_that_always_raises_leaves_a_band_by_rule() -> None:
    host = Host().tune(SCALE * 2).stop()
    jam = Jam(Raises(range(10**6)), fallback=RulesBand())
    assert cues(play(jam, host.script, host.time + 1))
    host = Host().tune(SCALE * 2).stop()
    silent = Jam(Raises(range(10**6)))
    assert not cues(play(silent, host.script, host.time + 1)), "without a fallback it is silent, but it goes on"
    assert silent.report().failures > 1


def test_a_jam_without_its_model_says_so_to_who_joins() -> None:
    out = Jam(RulesBand(), fault="no_model").receive(hello(), 0.0)
    assert [o.message for o in out if isinstance(o.message, Error)] == [Error(5, "no_model")]


def test_a_stall_costs_notes_but_not_the_place() -> None:
    host = Host().tune(SCALE * 3)
    jam = Jam(Downbeats())
    early = [(t, e) for t, e in host.script if t < 5.0]
    out = play(jam, early)
    frozen = [(t, e) for t, e in host.script if t >= 5.0]
    for t, e in frozen:
        if t < 7.3:  # the owner was held up for 2.3 s; the edge stamped what came meanwhile
            out += [(7.3, o) for o in jam.receive(e, t)]
    out += [(7.3, o) for o in jam.advance(7.3)]
    out += play(jam, [(t, e) for t, e in frozen if t >= 7.3], host.time)
    assert [cue.tick // (4 * PPQ) for _, _, cue in cues(out)] == [1, 2, 4, 5, 6]
    assert jam.late == 1
    assert [o.message for _, o in of(out, Error)] == [Error(6, "late")]
    assert all(o.time is not None and o.time > t for t, o, _ in cues(out))


def test_a_host_that_dies_while_playing_is_silenced_after_two_seconds() -> None:
    host = Host(hellos=False)
    host.script.append((0.0, hello()))
    host.tune(SCALE)
    jam = Jam(RulesBand())
    out = play(jam, host.script, host.time + 4)
    (time, _), *_ = of(out, Silence)
    assert 2.0 < time - host.time < 2.1
    assert not jam.playing


def test_two_players_each_get_their_own_band() -> None:
    one, two = Host(player=1), Host(player=2, port=9002)
    one.tune([60, 64, 67, 72] * 4)
    two.tune([54, 58, 61, 66] * 4)
    out = play(Jam(RulesBand()), one.script + two.script, one.time)
    chroma = {p: {cue.pitch % 12 for _, _, cue in cues(out, p)} for p in (1, 2)}
    assert {0, 4, 7} <= chroma[1]
    assert {6, 10, 1} <= chroma[2]


def midi(events: list[tuple[float, object]], jam: Jam, until: float) -> list[tuple[float, Output]]:
    seat = hello(1, port=0)
    joined = type(seat)(1, 1, "player", 0, "midi", 0)
    return play(jam, [(0.0, joined), *events], until)  # type: ignore[list-item]


def test_midi_clock_start_stop_song_position_continue() -> None:
    script: list[tuple[float, object]] = [(1.0, Start()), *pulses(1.01, 24 * 12, 120)]
    script += [(1.1 + 0.5 * i, NoteOn(1, -1, SCALE[i % 8], 90)) for i in range(12)]
    script += [(7.0, Stop()), (7.5, SongPosition(32)), (8.0, Continue()), *pulses(8.01, 24 * 8, 120)]
    script += [(8.1, NoteOn(1, -1, 60, 90))]
    jam = Jam(Downbeats())
    out = midi(script, jam, 14.5)
    times = [(round(o.time - 1.01, 2), cue.pitch - 30) for _, o, cue in cues(out) if o.time]
    assert times == [(2.0, 1), (4.0, 2), (6.0, 3), (9.0, 3), (11.0, 4), (13.0, 5)]
    stopped = [t for t, _ in of(out, Silence)]
    assert stopped[0] == 7.0
    assert stopped[1] == pytest.approx(8.01 + 191 / 48 + 2, abs=0.01), "a master that falls silent has stopped"


def test_a_local_clock_plays_without_any_host() -> None:
    jam = Jam(Downbeats(), clock="local")
    script = [(0.0, Tempo(60.0)), (0.0, Start()), (0.5, NoteOn(1, -1, 60, 80)), (6.0, Tempo(120.0))]
    out = midi(script, jam, 9.0)  # type: ignore[arg-type]
    assert [round(o.time, 3) for _, o, _ in cues(out) if o.time] == [4.0, 7.0, 9.0]


def test_the_engines_own_clock_takes_a_tempo_and_plays_and_halts() -> None:
    jam = Jam(RulesBand(), clock="local", tempo=120.0)
    script: list[tuple[float, Event]] = [(0.0, hello()), (0.1, Tempo(120.0)), (0.1, Start())]
    script += [(1.0 + n, hello()) for n in range(9)]
    script += [(2.1, Set(1, "tempo", 60.0)), (4.1, Do(1, "halt")), (5.1, Do(1, "play")), (7.0, Set(1, "tempo", 5.0))]
    out = play(jam, script, 8.1)
    assert jam.timeline is not None
    assert jam.timeline.tick_at(8.1) == pytest.approx(2 * 2 * PPQ + 2 * PPQ + 3 * PPQ, abs=2)
    assert Value("tempo", 60.0) in [o.message for _, o in out]
    assert [o.message.reason for _, o in of(out, Error) if isinstance(o.message, Error)] == ["bad_value"]


def test_a_hosts_tempo_is_its_own() -> None:
    host = Host().run(1)
    host.script += [(host.time, Set(1, "tempo", 90.0)), (host.time, Do(1, "halt"))]
    host.run(2)
    jam = Jam(RulesBand())
    out = play(jam, host.script, host.time)
    assert [o.message.reason for _, o in of(out, Error) if isinstance(o.message, Error)] == ["host_leads"] * 2
    assert jam.clock.tempo == 120.0
    assert jam.playing


def test_osc_keeps_the_transport_while_its_host_plays() -> None:
    host = Host().tune(SCALE)
    host.script += [(1.0, Start()), *pulses(1.0, 48, 200)]
    jam = Jam(RulesBand())
    play(jam, host.script, host.time)
    assert jam.clock.source == "osc"
    assert jam.clock.tempo == 120


def test_settings_are_checked_echoed_and_shared_where_they_are_everyones() -> None:
    jam = Jam(RulesBand())
    jam.receive(hello(1), 0.0)
    jam.receive(hello(2, port=9002), 0.0)
    (echo,) = jam.receive(Set(1, "temperature", 1.25), 0.1)
    assert echo.message == Value("temperature", 1.25)
    assert jam.sessions[2].settings.number("temperature") == 0.6
    jam.receive(Set(1, "lookahead_ms", 40), 0.1)
    assert jam.sessions[2].settings.number("lookahead_ms") == 40
    assert jam.lookahead == 0.04
    for bad in (
        Set(1, "temperature", 9.0), Set(1, "nonsense", 1), Set(1, "mode", "sing"), Set(1, "bass", 0.5), Get(1, "x"),
        Do(1, "explode"), Set(1, "temperature", float("nan")), Set(1, "temperature", "hot"),
    ):  # fmt: skip
        (refused,) = jam.receive(bad, 0.2)
        assert refused.message == Error(4, "bad_value")
    names = [o.message.name for o in jam.receive(Get(1, "*"), 0.3) if isinstance(o.message, Value)]
    assert "mode" in names
    assert len(names) == len(set(names)) > 8


def test_a_voice_that_is_switched_off_is_silenced_and_stays_silent() -> None:
    host = Host().tune(SCALE)
    host.script.append((3.0, Set(1, "bass", 0)))
    out = play(Jam(RulesBand()), host.script, host.time)
    assert [o.message.voice for t, o in of(out, Silence) if isinstance(o.message, Silence)] == ["bass"]
    assert not [1 for t, _, cue in cues(out) if t > 3.0 and cue.voice == BASS]
    assert [1 for t, _, cue in cues(out) if t > 3.0]


def test_listen_mode_and_panic_hush_the_band() -> None:
    for wish in (Set(1, "mode", "listen"), Do(1, "panic"), Do(1, "stop")):
        host = Host().tune(SCALE)
        host.script.append((3.6, wish))
        jam = Jam(RulesBand())
        out = play(jam, host.script, host.time)
        assert [t for t, _ in of(out, Silence)] == [3.6]
        assert not [t for t, _, _ in cues(out) if t > 3.6], wish
        assert of(out, State)[-1][1].message.phase in ("idle", "listening")  # type: ignore[union-attr]


def test_the_band_rests_when_the_player_does_and_enters_again() -> None:
    host = Host().tune(SCALE)
    host.script.append((0.0, Set(1, "patience_bars", 2)))
    host.run(16)
    again = host.tick
    host.tune(SCALE).stop()
    out = play(Jam(RulesBand()), host.script, host.time)
    ticks = [cue.tick for _, _, cue in cues(out)]
    assert not [t for t in ticks if 20 * PPQ <= t < again]
    assert [t for t in ticks if t > again]


def test_a_monitor_hears_of_everyone_and_a_plan_comes_after_its_cues() -> None:
    host = Host().tune(SCALE * 2)
    host.script += [(t, hello(0, role="monitor", port=9100)) for t in range(0, 9, 2)]
    out = play(Jam(RulesBand()), host.script, host.time)
    monitor = Peer("127.0.0.1", 9100, "monitor")
    kinds = {type(o.message) for _, o in out if monitor in o.to}
    assert {Transport, State, Value, Heartbeat, Welcome, Plan} <= kinds
    assert Of not in kinds, "the shell writes it"
    for time, output in of(out, Plan):
        assert isinstance(output.message, Plan)
        assert output.message.tick > (time + 0.08) * 960 - 3


def test_plans_of_a_steady_tune_come_true() -> None:
    host = Host().tune([60, 64, 67, 64] * 6)
    out = play(Jam(RulesBand()), host.script, host.time)
    sent = {(cue.tick, cue.voice, cue.pitch) for _, _, cue in cues(out)}
    planned = [
        (p.tick, p.voice, p.pitch) for t, o in of(out, Plan) if t > 6 and isinstance(p := o.message, Plan)
        and p.tick < host.tick - PPQ
    ]  # fmt: skip
    assert planned
    assert sum(p in sent for p in planned) > 0.9 * len(planned)


def test_the_same_script_and_seed_give_the_same_music() -> None:
    def once() -> list[tuple[float, Output]]:
        host = Host().tune(SCALE * 2).stop()
        return play(Jam(RulesBand(), seed=5), host.script, host.time + 1)

    assert once() == once()


def test_unknown_players_are_counted_and_bad_versions_told() -> None:
    jam = Jam(RulesBand())
    assert jam.receive(NoteOn(9, 0, 60, 90), 0.0) == []
    assert jam.receive(Position(9, 0, 0, 120, 1, 4, 4), 0.0) == []
    (refused,) = jam.receive(hello(1, version=9), 0.0)
    assert refused.message == Error(3, "bad_version")
    assert jam.drops == 3


def test_a_packet_that_comes_twice_or_out_of_order_changes_nothing() -> None:
    def once(twice: bool) -> list[tuple[float, Output]]:
        host = Host().tune(SCALE * 2).stop()
        script = host.script
        if twice:
            script = script + [(t + 0.0001, e) for t, e in script if isinstance(e, NoteOn)]
        return cues(play(Jam(RulesBand()), script, host.time + 1))  # type: ignore[return-value]

    assert once(twice=False) == once(twice=True)


def test_pulses_alone_start_nothing() -> None:
    jam = Jam(RulesBand())
    assert midi([(t, Pulse()) for t, _ in pulses(0.5, 96, 120)], jam, 3.0)
    assert not jam.playing
    assert jam.report().steps == 0


def test_closing_silences_every_player() -> None:
    host = Host().tune(SCALE)
    jam = Jam(RulesBand())
    out = play(jam, host.script)
    out += [(host.time, o) for o in jam.close(host.time)]
    assert of(out, Silence)
    ons = [e for e in sounding(jam, out, host.time) if e[2]]
    assert ons == []


def test_a_bass_note_lasts_as_long_as_the_plan_foresaw() -> None:
    class Halves(RulesBand):
        """A test generator: a bass note on every second beat, said to last a quarter."""

        def step(self, state: Any, frame: Frame) -> tuple[Any, Thought]:
            on = frame.place.phase % (2 * PPQ) == 0
            return state, Thought((Note(BASS, PPQ - 8, 40, 90),) if on else (), None, 60)

    host = Host().tune(SCALE * 2).stop()
    out = cues(play(Jam(Halves()), host.script, host.time + 1))
    first, *later = [cue.ticks for _, _, cue in out]
    assert first == PPQ - 8, "the band has only just entered: nothing was planned"
    assert set(later[:-1]) == {2 * PPQ - 8}


def test_stop_keeps_what_was_heard_and_panic_forgets_it() -> None:
    for action, kept in (("stop", True), ("panic", False)):
        host = Host().tune(SCALE)
        host.script.append((host.time, Do(1, action)))
        host.run(1)
        jam = Jam(RulesBand())
        out = play(jam, host.script, host.time)
        assert [t for t, _ in of(out, Silence)] == [pytest.approx(4.0)]
        assert (sum(jam.sessions[1].ear.chroma) > 1) == kept
        assert not [t for t, _, _ in cues(out) if t > 4.0]


def test_a_listener_before_its_player_costs_no_band_and_hears_it_when_it_comes() -> None:
    host = Host(time=3.0)
    host.script += [(t, hello(1, role="listener", port=9050)) for t in range(0, 12, 2)]
    host.tune(SCALE * 2)
    jam = Jam(RulesBand())
    early = play(jam, [(t, e) for t, e in host.script if t < 3.0], 2.9)
    assert jam.sessions == {}
    assert of(early, Heartbeat), "it is told that the engine is there"
    out = play(jam, [(t, e) for t, e in host.script if t >= 3.0], host.time)
    assert any(Peer("127.0.0.1", 9050, "listener") in o.to for _, o, _ in cues(out))


def test_ticks_begin_anew_when_everybody_has_gone() -> None:
    jam = Jam(RulesBand())
    wild = [(0.0, hello()), (0.1, Position(1, 2**31 - 50, 0, 120.0, 0, 4, 4)), (0.2, Position(1, 5, 0, 120.0, 0, 4, 4))]
    play(jam, wild, 20.0)
    host = Host(time=21.0, tick=960.0, song=960.0).tune(SCALE * 2)
    out = play(jam, host.script, host.time)
    assert {cue.tick % STEP for _, _, cue in cues(out)} == {0}
    assert all(o.tick < 20_000 for _, o, _ in cues(out))


def test_a_cue_that_could_only_just_be_in_time_is_not_sent() -> None:
    host = Host().tune(SCALE).stop().wait(1)
    host.tick = host.song = 3839.0  # one tick, 1 ms, before a bar line
    host.tune(SCALE)
    out = play(Jam(RulesBand()), host.script, host.time)
    assert min(o.time - t for t, o, _ in cues(out) if o.time) > 0.002
