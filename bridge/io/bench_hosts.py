"""Simulated hosts for benchmarks: many devices of one DAW in this process, each with a receive port of its own.

All devices report the transport in one burst every 25 ms and play tunes whose notes are stamped at their source. What
arrives is stamped first and read after the run, so that reading delays no later stamp. Two probes go round meanwhile:
a bare datagram to a process that does nothing but return it, and `/improv/get` to the engine. perf_counter counts from
the same moment in all processes on Linux and macOS, and the hosts' clock is all that margins are taken from.
"""

import select
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from heapq import merge
from time import perf_counter
from typing import Final

from bridge import tunes
from bridge.engine.measures import Measure
from bridge.io.wire import decode_message, encode_event
from bridge.music.errors import PortError
from bridge.music.events import VERSION, Bye, Cue, Event, Get, Hello, NoteOff, NoteOn, Position
from bridge.music.timeline import Meter, Timeline

HERE: Final = "127.0.0.1"
POSITIONS: Final = 0.025  # seconds between reports of the transport
HELLOS: Final = 2.0  # seconds between keep-alives
PROBES: Final = 0.037  # seconds between probes; drifts through every phase of the reports
PATIENCE: Final = 10.0  # seconds to wait for the engine's welcome
AFTERMATH: Final = 0.3  # seconds to listen on after the stop
LARGEST: Final = 65_536  # bytes of a datagram
BUFFER: Final = 1 << 20  # bytes that the system may hold for each device
GET: Final = "lookahead_ms"  # what the probe asks the engine for

Act = Callable[[float], None]
Item = tuple[float, int, Act]  # second, device, what to do then


@dataclass(frozen=True, slots=True)
class Heard:
    """A cue as it arrived: how many milliseconds before its tick."""

    player: int
    cue: Cue
    margin: float


@dataclass(slots=True)
class Probe:
    """A question that goes round; one at a time."""

    ms: Measure = field(default_factory=Measure)  # there and back
    asked: float | None = None  # second
    lost: int = 0

    def ask(self, time: float) -> None:
        """It leaves at `time` seconds; one that is still out is lost."""
        self.lost += self.asked is not None
        self.asked = time

    def answered(self, time: float) -> None:
        """It is back."""
        if self.asked is not None:
            self.ms.add((time - self.asked) * 1000)
            self.asked = None


class Hosts:
    """The devices of one DAW; for one run."""

    def __init__(self, sockets: Sequence[socket.socket], echo: socket.socket, engine: int, echoer: int) -> None:
        """`engine` and `echoer` are UDP ports here; the sockets are bound and do not block."""
        self.echo, self.get = Probe(), Probe()
        self.behind = Measure()  # milliseconds by which we ourselves were late to send
        self.silenced: set[int] = set()  # players that heard a silence after the stop
        self._sockets, self._echo, self._engine, self._echoer = sockets, echo, (HERE, engine), (HERE, echoer)
        self._packets: list[tuple[float, int, bytes]] = []
        self._welcome: set[int] = set()
        self._timeline = Timeline()

    def join(self) -> None:
        """Say hello until every device was welcomed; raises PortError."""
        deadline = perf_counter() + PATIENCE
        while len(self._welcome) < len(self._sockets):
            if perf_counter() > deadline:
                raise PortError(f"no engine answers on port {self._engine[1]}: run improv doctor")
            self._hello()
            self._listen(perf_counter() + 0.05)

    def play(self, tempo: float, seconds: float, meter: Meter) -> None:
        """Run the transport from tick 0, play the tunes over and over, stop, leave."""
        start = perf_counter() + 0.2
        self._timeline = Timeline(tempo, 0, start)
        for time, _, act in merge(*self._agenda(start, start + seconds, meter), key=lambda item: item[0]):
            self._listen(time)
            now = perf_counter()
            self.behind.add((now - time) * 1000)
            act(now)
        stop = perf_counter()
        self._report(stop, meter, playing=0)
        self._listen(stop + AFTERMATH)
        self.silenced = {
            who + 1 for at, who, data in self._packets if at > stop and data.startswith(b"/improv/silence")
        }
        for index, port in enumerate(self._sockets):
            self._send(index, Bye(index + 1, port=port.getsockname()[1]))

    def cues(self) -> list[Heard]:
        """Every cue that came, in the order of arrival."""
        return [
            Heard(who + 1, message, (self._timeline.time_at(message.tick) - at) * 1000)
            for at, who, data in self._packets
            for _, message in decode_message(data)
            if isinstance(message, Cue)
        ]

    # -- what the devices do -----------------------------------------------------------------------------------

    def _agenda(self, start: float, end: float, meter: Meter) -> list[Iterator[Item]]:
        every = [
            _every(start, end, POSITIONS, lambda now: self._report(now, meter, playing=1)),
            _every(start + HELLOS, end, HELLOS, lambda _now: self._hello()),
            _every(start + 0.5, end, PROBES, self._ask_echo),
            _every(start + 0.5 + PROBES / 2, end, PROBES, self._ask_engine),
        ]
        named = [tune for tune in map(tunes.load, tunes.names()) if tune.meter == meter]
        lines = [self._notes(index, named[index % len(named)], end) for index in range(len(self._sockets))]
        return [*every, *lines]

    def _notes(self, index: int, tune: tunes.Tune, end: float) -> Iterator[Item]:
        """The tune over and over after a bar of count-in; each note ends before the next begins."""
        base = tune.meter.bar
        while True:
            for tick, ticks, pitch, velocity in tune.notes:
                on, off = base + tick, base + tick + max(1, ticks - 1)
                if self._timeline.time_at(on) >= end:
                    return
                yield self._note(index, on, NoteOn(index + 1, on, pitch, velocity))
                yield self._note(index, off, NoteOff(index + 1, off, pitch))
            base += tune.ticks

    def _note(self, index: int, tick: int, event: Event) -> Item:
        return self._timeline.time_at(tick), index, lambda _now: self._send(index, event)

    def _report(self, now: float, meter: Meter, *, playing: int) -> None:
        for index in range(len(self._sockets)):
            tick = max(0, int(self._timeline.tick_at(perf_counter() if playing else now)))
            bar = tick - tick % meter.bar
            tempo, numerator, denominator = self._timeline.tempo, meter.numerator, meter.denominator
            self._send(index, Position(index + 1, tick, tick, tempo, playing, numerator, denominator, bar))

    def _hello(self) -> None:
        for index, port in enumerate(self._sockets):
            self._send(index, Hello(VERSION, index + 1, "player", port.getsockname()[1]))

    def _ask_echo(self, now: float) -> None:
        self.echo.ask(now)
        with suppress(OSError):
            self._echo.sendto(b"/echo\0\0\0,\0\0\0", (HERE, self._echoer[1]))

    def _ask_engine(self, now: float) -> None:
        self.get.ask(now)
        self._send(0, Get(1, GET))

    def _send(self, index: int, event: Event) -> None:
        with suppress(OSError):  # Windows tells of an unreachable engine here
            self._sockets[index].sendto(encode_event(event), self._engine)

    # -- what they hear ----------------------------------------------------------------------------------------

    def _listen(self, until: float) -> None:
        """Take what comes until the second `until`; whatever waits already is taken in any case."""
        everyone = [*self._sockets, self._echo]
        while True:
            wait = max(0.0, until - perf_counter())
            for ready in select.select(everyone, (), (), wait)[0]:
                self._take(ready)
            if perf_counter() >= until:
                return

    def _take(self, ready: socket.socket) -> None:
        with suppress(OSError):
            data = ready.recv(LARGEST)
            now = perf_counter()
            if ready is self._echo:
                self.echo.answered(now)
                return
            index = self._sockets.index(ready)
            self._packets.append((now, index, data))
            if data.startswith(b"/improv/value"):
                self.get.answered(now)
            elif data.startswith(b"/improv/welcome"):
                self._welcome.add(index)


@contextmanager
def hosts(players: int, engine: int, echoer: int) -> Iterator[Hosts]:
    """Hosts with `players` devices; raises PortError."""
    opened: list[socket.socket] = []
    try:
        for _ in range(players + 1):
            opened.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            opened[-1].setblocking(False)
            opened[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            opened[-1].bind((HERE, 0))
        yield Hosts(opened[:-1], opened[-1], engine, echoer)
    except OSError as error:
        raise PortError(f"no UDP port can be opened on {HERE} ({error}): run improv doctor") from error
    finally:
        for each in opened:
            each.close()


def _every(start: float, end: float, period: float, act: Act) -> Iterator[Item]:
    for i in range(int((end - start) / period)):
        yield start + i * period, 0, act
