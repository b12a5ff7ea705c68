"""The host loop, with a recording double of the jam and with the real one, over real sockets."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.engine.frame import Frame
from bridge.engine.jam import Jam, Report
from bridge.engine.measures import Measure
from bridge.engine.settings import Settings
from bridge.generators.rules import RulesBand
from bridge.io.host import BACKLOG, Host, Timed, signals, undisturbed
from bridge.io.osc import OscShell
from bridge.music.events import (
    Cue,
    Do,
    Event,
    Hello,
    NoteOff,
    NoteOn,
    Output,
    Peer,
    Position,
    Silence,
    Tempo,
    Welcome,
)
from bridge.music.timeline import Meter, Timeline, place
from tests.sockets import Client, client, eventually

NOBODY = Peer("127.0.0.1", 1)
NOTE = NoteOn(1, -1, 60, 90)


class Recorder:
    """The jam's outside: keeps what it is told, wakes at the moments it is given, cues once a wakeup."""

    def __init__(self, *alarms: float) -> None:
        self.alarms = list(alarms)
        self.heard: list[tuple[Event, float]] = []
        self.woken: list[float] = []
        self.closed: list[float] = []
        self.sessions: dict[int, Any] = {}
        self.timeline: Timeline | None = None
        self.step_ms = Measure()
        self.steps = self.planned = 0
        self.deciding = False
        self.warning = ""

    def receive(self, event: Event, time: float) -> list[Output]:
        self.heard.append((event, time))
        if event == Do(1, "start"):
            self.timeline = Timeline()
        return [Output((NOBODY,), Silence("all", len(self.heard)))]

    def advance(self, time: float) -> list[Output]:
        self.woken.append(time)
        return [Output((NOBODY,), Cue("bass", 0, 1, 40, 90, 1), 1, self.alarms.pop(0) + 0.05)]

    def wakeup(self) -> float | None:
        return self.alarms[0] if self.alarms else None

    def close(self, time: float) -> list[Output]:
        self.closed.append(time)
        return [Output((NOBODY,), Silence("all", 99))]

    def report(self) -> Report:
        return Report(1, len(self.heard), len(self.woken), 0, 0, 0, "", {}, 0)


class Sent(list[Output]):
    """A shell that keeps what it is given, and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.clocks: list[Timeline | None] = []

    def send(self, outputs: Sequence[Output]) -> None:
        self.extend(outputs)

    def follow(self, timeline: Timeline | None) -> None:
        self.clocks.append(timeline)


@contextmanager
def running(host: Host, *shells: Any, followers: Sequence[Any] = ()) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=host.run, args=(shells, followers))
    thread.start()
    try:
        yield thread
    finally:
        host.stop()
        thread.join(5)
        assert not thread.is_alive()


def test_events_reach_the_jam_in_order_with_their_time() -> None:
    jam, sent = Recorder(), Sent()
    host = Host(jam)  # type: ignore[arg-type]
    events = [(NoteOn(1, -1, pitch, 90), float(pitch)) for pitch in range(60, 80)]
    with running(host, sent):
        for event, time in events:
            host.enqueue(event, time)
        assert eventually(lambda: len(jam.heard) == len(events))
    assert jam.heard == events
    assert [output.message for output in sent] == [Silence("all", n) for n in (*range(1, 21), 99)]
    assert len(jam.closed) == 1


def test_the_jam_is_woken_when_it_asks() -> None:
    start = perf_counter() + 0.05
    alarms = [start + 0.02 * number for number in range(10)]
    jam, sent = Recorder(*alarms), Sent()
    host = Host(jam)  # type: ignore[arg-type]
    with running(host, sent):
        assert eventually(lambda: len(jam.woken) == 10)
    lateness = [woken - alarm for woken, alarm in zip(jam.woken, alarms, strict=True)]
    assert min(lateness) >= 0
    assert sorted(lateness)[5] < 0.02
    summary = host.summary(refused=3)
    assert summary.cues == 10
    assert 0 < summary.margin_ms["min"] <= summary.margin_ms["p50"] <= summary.margin_ms["p99"] <= 50
    assert summary.late == 0
    assert summary.drops == 3
    assert summary.event()["event"] == "summary"


def test_who_works_beside_the_engine_stands_still_while_it_decides() -> None:
    jam, said = Recorder(*(perf_counter() + 0.01 * n for n in range(5))), list[tuple[bool, int]]()
    host = Host(jam)  # type: ignore[arg-type]
    host.accompany(lambda wanted: said.append((wanted, len(jam.woken))))
    with running(host):
        assert eventually(lambda: len(jam.woken) == 5)
    assert said == [each for n in range(5) for each in ((True, n), (False, n + 1))]


def test_it_goes_on_where_a_decision_raises() -> None:
    class Broken(Recorder):
        def advance(self, time: float) -> list[Output]:
            raise RuntimeError("broken")

    said: list[bool] = []
    host = Host(Broken(perf_counter()))  # type: ignore[arg-type]
    host.accompany(said.append)
    with pytest.raises(RuntimeError, match="broken"):
        host.run([])
    assert said == [True, False]


def test_a_cue_that_leaves_after_its_tick_counts_as_late() -> None:
    jam, sent = Recorder(perf_counter() - 1.0), Sent()
    host = Host(jam)  # type: ignore[arg-type]
    with running(host, sent):
        assert eventually(lambda: jam.woken)
    summary = host.summary()
    assert summary.late == 1
    assert summary.margin_ms["min"] < -900


def test_a_shell_that_schedules_is_told_the_clock_before_its_cues() -> None:
    jam, sent = Recorder(), Sent()
    host = Host(jam)  # type: ignore[arg-type]
    with running(host, sent, followers=[sent]):
        host.enqueue(NOTE, 0.0)
        host.enqueue(Do(1, "start"), 0.0)
        assert eventually(lambda: sent.clocks)
        host.enqueue(NOTE, 0.0)
        assert eventually(lambda: len(jam.heard) == 3)
    assert sent.clocks == [Timeline()]


def test_a_flood_waits_in_bounded_memory_and_stop_overtakes_it() -> None:
    jam, sent = Recorder(), Sent()
    host = Host(jam)  # type: ignore[arg-type]
    for _ in range(BACKLOG + 500):
        host.enqueue(NOTE, 0.0)
    assert host.lost == 500
    host.stop()
    with running(host, sent):
        pass
    assert len(jam.heard) < BACKLOG
    assert sent[-1].message == Silence("all", 99)
    assert host.summary().drops == 500


def test_a_mind_that_fails_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    jam, sent = Recorder(), Sent()
    jam.sessions[1] = SimpleNamespace(failures=2, failure="ValueError: no idea")
    host = Host(jam)  # type: ignore[arg-type]
    with running(host, sent):
        for _ in range(5):
            host.enqueue(NOTE, 0.0)
        assert eventually(lambda: len(jam.heard) == 5)
    assert [record.getMessage().endswith("ValueError: no idea") for record in caplog.records] == [True]


def test_signals_end_the_loop_and_are_given_back() -> None:
    jam, sent = Recorder(), Sent()
    host = Host(jam)  # type: ignore[arg-type]
    before = signal.getsignal(signal.SIGTERM)
    with signals(host), undisturbed():
        timer = threading.Timer(0.1, signal.raise_signal, [signal.SIGTERM])
        timer.start()
        host.run([sent])
        timer.join()
    assert signal.getsignal(signal.SIGTERM) is before
    assert [output.message for output in sent] == [Silence("all", 99)]


def test_steps_are_timed_and_unchanged() -> None:
    mind, timed = RulesBand(), Timed(RulesBand())
    frame = Frame(0, place(0, 0, Meter()), 120.0, 60, (60,), 90, (0.0,) * 12, 1, 1.0)
    assert timed.step(timed.start(), frame) == mind.step(mind.start(), frame)
    assert len(timed.ms) == 1
    assert timed.ms.percentiles([50])[0] > 0


# -- the real jam, over real sockets -----------------------------------------------------------------------------


@contextmanager
def band(clock: str = "auto") -> Iterator[tuple[Host, int]]:
    settings = Settings()
    settings.set("entry_bars", 0)
    host = Host(Jam(RulesBand(), settings=settings, clock=clock))
    with OscShell(host.enqueue, port=0) as shell, running(host, shell):
        yield host, shell.port


def perform(peers: Sequence[Client], beats: float = 6, tempo: float = 240.0) -> None:
    """Stream a melody and its clock as a host does, in real time, for every peer as its own player."""
    start, rate = perf_counter(), tempo * 480 / 60
    down: dict[int, int] = {}
    wait = threading.Event()
    while (tick := int((perf_counter() - start) * rate)) < beats * 480:
        for player, peer in enumerate(peers, 1):
            peer.say(Position(player, tick, tick, tempo, 1, 4, 4))
            pitch = 60 + (tick // 240) % 8
            if down.get(player) != pitch:
                if player in down:
                    peer.say(NoteOff(player, tick, down[player]))
                peer.say(NoteOn(player, tick, pitch, 90))
                down[player] = pitch
        wait.wait(0.01)
    for player, peer in enumerate(peers, 1):
        peer.say(Position(player, tick, tick, tempo, 0, 4, 4))


def test_two_players_each_get_a_band_in_time() -> None:
    with band() as (host, port), client(port) as one, client(port) as two:
        for player, peer in enumerate((one, two), 1):
            peer.say(Hello(1, player, "player", peer.port))
            assert peer.until(Welcome) == Welcome(1, player, 1)
        perform([one, two])
        for peer in (one, two):
            cue = peer.until(Cue)
            assert isinstance(cue, Cue)
            assert cue.tick > 0
            assert peer.until(Silence)
    summary = host.summary()
    assert summary.heard > 10
    assert summary.cues > 8
    assert summary.failures == 0
    assert summary.margin_ms["p50"] > 0


def test_the_local_clock_leads() -> None:
    with band("local") as (host, port), client(port) as peer:
        peer.say(Hello(1, 1, "player", peer.port))
        assert peer.until(Welcome)
        host.lead(240.0, perf_counter())
        peer.say(NOTE, NoteOff(1, -1, 60), NOTE)
        assert isinstance(peer.until(Cue), Cue)
        host.stop()
        assert peer.until(Silence) == Silence("all", 2)


def test_the_local_clock_is_a_tempo_and_a_start() -> None:
    jam = Recorder()
    host = Host(jam)  # type: ignore[arg-type]
    with running(host):
        host.lead(90.0, 1.5)
        assert eventually(lambda: len(jam.heard) == 2)
    assert jam.heard[0] == (Tempo(90.0), 1.5)
