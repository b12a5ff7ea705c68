"""The OSC shell on real sockets."""

import logging
import random
import socket
import time
from time import perf_counter

import pytest

from bridge.io.osc import OscShell
from bridge.io.wire import decode_message, encode_event
from bridge.music.errors import PortError
from bridge.music.events import (
    Cue,
    Do,
    Error,
    Event,
    Heartbeat,
    Hello,
    NoteOn,
    Of,
    Output,
    Peer,
    Silence,
    Thru,
    Value,
)
from tests.sockets import client, eventually

NOTE = NoteOn(1, -1, 60, 90)


class Inbox(list[tuple[Event, float]]):
    """What the shell enqueued."""

    def __call__(self, event: Event, time: float) -> None:
        self.append((event, time))

    @property
    def events(self) -> list[Event]:
        return [event for event, _ in self]


def cue(tick: int, voice: str = "bass") -> Cue:
    return Cue(voice, tick, 120, 40, 90, 1)


def test_events_come_in_order_and_stamped_at_their_arrival() -> None:
    inbox = Inbox()
    with OscShell(inbox, port=0) as shell, client(shell.port) as peer:
        before = perf_counter()
        peer.say(Hello(1, 1, "player", peer.port), NOTE, Do(1, "panic"))
        assert eventually(lambda: len(inbox) == 3)
        assert inbox.events == [Hello(1, 1, "player", peer.port, "127.0.0.1", peer.port), NOTE, Do(1, "panic")]
        times = [time for _, time in inbox]
        assert before <= times[0] <= times[1] <= times[2] <= perf_counter()


def test_cues_of_one_moment_share_a_bundle_that_says_when_they_sound() -> None:
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as peer:
        moment = perf_counter() + 0.08
        shell.send([
            Output((peer.peer,), cue(480), 1, moment, 480),
            Output((peer.peer,), cue(600), 1, moment + 0.1, 600),
            Output((peer.peer,), cue(480, "accompaniment"), 1, moment, 480),
        ])  # fmt: skip
        unix = moment + time.time() - perf_counter()
        first, second = peer.hear(), peer.hear()
        assert [message for _, message in first] == [cue(480), cue(480, "accompaniment")]
        assert [message for _, message in second] == [cue(600)]
        assert [at for at, _ in first] == [pytest.approx(unix, abs=0.005)] * 2
        assert second[0][0] == pytest.approx(unix + 0.1, abs=0.005)


def test_a_cue_never_overtakes_a_silence() -> None:
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as peer:
        to = (peer.peer,)
        soon = perf_counter() + 0.1
        silence = Silence("all", 2)
        shell.send([Output(to, cue(0), 1, soon), Output(to, silence, 1), Output(to, cue(1), 1, soon)])
        assert [[message for _, message in peer.hear()] for _ in range(3)] == [[cue(0)], [silence], [cue(1)]]


def test_what_concerns_the_present_goes_as_plain_messages() -> None:
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as peer:
        shell.send([Output((peer.peer,), Heartbeat(3)), Output((peer.peer,), Value("level", 0.5))])
        first = peer.packet()
        assert first.startswith(b"/improv/heartbeat\0")
        assert peer.hear() == [(None, Value("level", 0.5))]


def test_every_packet_for_a_monitor_says_whom_it_is_about() -> None:
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as peer:
        monitor = Peer("127.0.0.1", peer.port, "monitor")
        soon = perf_counter() + 0.1
        shell.send(
            [Output((monitor,), cue(tick), player, soon, tick) for player in (1, 2) for tick in range(60)]
            + [Output((monitor,), Heartbeat(1)), Output((monitor,), Heartbeat(1), 2)]
        )
        heard: dict[int, int] = {}
        while sum(heard.values()) < 122:
            packet = peer.packet()
            assert len(packet) < 1400
            assert packet.startswith(b"#bundle\0")
            (_, of), *rest = decode_message(packet)
            assert isinstance(of, Of)
            assert rest
            heard[of.player] = heard.get(of.player, 0) + len(rest)
        assert heard == {1: 60, 2: 61, 0: 1}


def test_two_peers_hear_what_is_theirs() -> None:
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as one, client(shell.port) as two:
        shell.send([
            Output((one.peer,), Heartbeat(1)),
            Output((two.peer,), Heartbeat(2)),
            Output((one.peer, two.peer, Peer("midi", 0)), Heartbeat(3)),
        ])  # fmt: skip
        assert [one.hear(), one.hear()] == [[(None, Heartbeat(1))], [(None, Heartbeat(3))]]
        assert [two.hear(), two.hear()] == [[(None, Heartbeat(2))], [(None, Heartbeat(3))]]
        assert shell.sent == 4
        shell.send([Output((one.peer, Peer("midi", 1)), Thru(60, 90), channel=4)])
        assert shell.unsent == 0
        assert one.silent(), "keys that are passed on are for MIDI alone"


def test_a_taken_port_is_one_line_that_says_what_to_do() -> None:
    with (
        OscShell(Inbox(), port=0) as shell,
        pytest.raises(PortError, match=rf"UDP port {shell.port} .* is taken; .*--port") as caught,
        OscShell(Inbox(), port=shell.port),
    ):
        pass
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000)])
def test_an_impossible_address_is_a_port_error(host: str, port: int) -> None:
    with pytest.raises(PortError, match="--port"), OscShell(Inbox(), host=host, port=port):
        pass


def test_a_port_is_free_again_after_exit() -> None:
    with OscShell(Inbox(), port=0) as shell:
        port = shell.port
    started = perf_counter()
    with OscShell(Inbox(), port=port) as again:
        assert again.port == port
    assert perf_counter() - started < 0.5


def test_a_flood_of_garbage_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    inbox, dice, count = Inbox(), random.Random(7), 5000
    good = encode_event(NOTE)
    with OscShell(inbox, port=0) as shell, client(shell.port) as peer, caplog.at_level(logging.WARNING):
        for number in range(count):
            garbage = bytearray(good if number % 2 else dice.randbytes(dice.randrange(200)))
            if number % 2:
                garbage[dice.randrange(14)] ^= 1 << dice.randrange(7)  # the address is never right again
            peer.raw(bytes(garbage))
            if number % 50 == 0:
                assert eventually(lambda least=number - 100: shell.received >= least)
        peer.say(NOTE)
        assert eventually(lambda: NOTE in inbox.events)
        assert shell.failed == 0
        assert shell.refused == shell.received - 1 >= count // 2
    assert inbox.events == [NOTE]
    assert len(caplog.records) == 1


def test_who_said_hello_is_told_of_a_bad_value_but_not_flooded() -> None:
    nonsense = b"/improv/nothing\0,\0\0\0"
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as peer, client(shell.port) as stranger:
        stranger.raw(nonsense)
        assert eventually(lambda: shell.refused == 1)
        assert shell.sent == 0
        peer.say(Hello(1, 1, "player", peer.port))
        for _ in range(100):
            peer.raw(nonsense)
        assert peer.hear() == [(None, Error(4, "bad_value"))]
        assert eventually(lambda: shell.refused == 101)
        assert shell.sent < 20
        assert stranger.silent()


def test_a_sender_without_a_port_of_its_own_is_told_where_it_listens() -> None:
    """As with liblo's oscsend, which sends every message from another port."""
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as ear, client(shell.port) as mouth:
        mouth.say(Hello(1, 1, "player", ear.port))
        with client(shell.port) as another:
            another.raw(b"/improv/nothing\0,\0\0\0")
            assert ear.hear() == [(None, Error(4, "bad_value"))]
        with client(shell.port) as second:
            second.say(Hello(1, 2, "player", second.port))
            assert eventually(lambda: shell.received == 3)
            with client(shell.port) as third:
                third.raw(b"/improv/nothing\0,\0\0\0")  # from either of two: nobody is blamed
                assert eventually(lambda: shell.refused == 2)
            assert shell.sent == 1


def test_nobody_at_the_other_end_is_no_reason_to_stop() -> None:
    inbox = Inbox()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        gone = Peer("127.0.0.1", closed.getsockname()[1])
    with OscShell(inbox, port=0) as shell, client(shell.port) as peer:
        for _ in range(50):
            shell.send([Output((gone, Peer("255.255.255.255", 9), peer.peer), Heartbeat(1))])
        assert [peer.hear() for _ in range(50)] == [[(None, Heartbeat(1))]] * 50
        assert shell.unsent == 50  # a broadcast, which the system refuses
        peer.say(NOTE)
        assert eventually(lambda: inbox.events == [NOTE])


def test_what_does_not_fit_the_protocol_is_counted_not_raised() -> None:
    with OscShell(Inbox(), port=0) as shell, client(shell.port) as peer:
        shell.send([Output((peer.peer,), cue(2**40), 1, perf_counter()), Output((peer.peer,), Heartbeat(1))])
        assert peer.hear() == [(None, Heartbeat(1))]
        assert shell.unsent == 1


def test_a_mistake_of_ours_does_not_make_the_engine_deaf(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def broken(event: Event, time: float) -> None:
        heard.append(event)
        raise RuntimeError("a bug")

    with OscShell(broken, port=0) as shell, client(shell.port) as peer:
        peer.say(NOTE, NOTE)
        assert eventually(lambda: len(heard) == 2)
        assert eventually(lambda: shell.failed == 2)
    assert len(caplog.records) == 1
