"""The demo's host: a process of its own that plays tunes to an engine as a DAW would, and notes what comes back.

`python -m bridge.io.demo_host` takes a `Job` as JSON in its only argument and writes one JSON object a line: each note
played, cue, chord and silence received, the bars as they begin, `end` with the sums, or `error`. It ends early, and
as cleanly, once its standard input closes. Clock, notes and keep-alives leave at their time over real UDP; a cue is
stamped with perf_counter on arrival, and its margin is how long before its tick that was. A chord later than the latest
cue is only planned, and not noted.
"""

import json
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from heapq import heappop, heappush
from time import perf_counter
from typing import Final

from bridge import tunes
from bridge.io.wire import decode_message, encode_event
from bridge.music.errors import BridgeError, PortError, WireError
from bridge.music.events import (
    VERSION,
    Bye,
    Chord,
    Cue,
    Error,
    Event,
    Hello,
    Message,
    NoteOff,
    NoteOn,
    Position,
    Silence,
    State,
    Welcome,
)
from bridge.music.timeline import Timeline

LOOPBACK: Final = "127.0.0.1"
CLOCK: Final = 0.025  # seconds between positions
KEEPALIVE: Final = 2.0  # seconds between hellos
PATIENCE: Final = 10.0  # seconds to wait for the engine's welcome
AFTERMATH: Final = 0.3  # seconds to listen for the silence after the stop
DATAGRAM: Final = 65_536  # bytes

Report = Callable[[dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What the host shall do: a tune by name or path, at a tempo, for players 1 to `players`, for `seconds` at most."""

    port: int  # of the engine
    tune: str
    tempo: float  # quarter notes per minute
    seconds: float
    players: int = 1
    trade: int = 0  # bars after which as many are left empty, for an answer; 0: none


@dataclass(slots=True)
class Device:
    """One player's device on its track: a socket, and what its engine said; it knows the host's clock."""

    player: int
    port: int  # of the engine
    socket: socket.socket
    report: Report
    welcome: bool = False
    refusal: str = ""
    margins: list[float] = field(default_factory=list)  # seconds, one for each cue
    latest: int = -(2**31)  # tick of the latest cue

    def send(self, event: Event) -> None:
        """An event to the engine; while nobody listens there it is lost, as on any network."""
        try:
            self.socket.sendto(encode_event(event), (LOOPBACK, self.port))
        except ConnectionError:
            return

    def hello(self) -> None:
        """Join, or say that it is still there."""
        self.send(Hello(VERSION, self.player, "player", self.socket.getsockname()[1]))

    def receive(self, timeline: Timeline | None) -> None:
        """Takes one datagram from the socket, stamped first of all."""
        try:
            data = self.socket.recv(DATAGRAM)
        except OSError:  # Windows tells of an unreachable engine here
            return
        now = perf_counter()
        try:
            heard = decode_message(data)
        except WireError as error:
            self.report({"event": "error", "text": f"the engine sent what is not in the protocol: {error}"})
            return
        for _, message in heard:
            self._take(message, now, timeline)

    def _take(self, message: Message, now: float, timeline: Timeline | None) -> None:
        """Notes what one message says."""
        match message:
            case Cue() if timeline is not None:
                margin = timeline.time_at(message.tick) - now
                self.margins.append(margin)
                self.latest = max(self.latest, message.tick)
                self._say("cue", message, margin_ms=round(margin * 1000, 3))
            case Chord() if message.tick <= self.latest:
                self._say("chord", message)
            case Silence() if timeline is not None:
                self._say("silence", message, tick=int(timeline.tick_at(now)))
            case State():
                self._say("state", message)
            case Welcome():
                self.welcome = True
            case Error():
                self.refusal = message.reason
            case _:
                pass

    def _say(self, event: str, message: Cue | Chord | Silence | State, **more: float) -> None:
        self.report({"event": event, "player": self.player} | asdict(message) | more)


@dataclass(slots=True)
class Host:
    """The transport and its devices: joins, plays the tune once, stops, leaves."""

    job: Job
    tune: tunes.Tune
    devices: list[Device]
    report: Report
    cancelled: threading.Event
    timeline: Timeline | None = None
    heard: int = 0
    _agenda: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)  # a heap: when, order, what
    _order: int = 0

    def run(self) -> None:
        """Everything from the first hello to the last bye; raises PortError if the engine does not answer."""
        self._join()
        start = perf_counter() + 0.1
        self.timeline = timeline = Timeline(self.job.tempo, 0.0, start)
        count_in = self.tune.meter.bar
        end = min(timeline.time_at(count_in + self.tune.ticks), start + self.job.seconds)
        self._every(start, CLOCK, self._clock)
        self._every(start + KEEPALIVE, KEEPALIVE, self._keepalive)
        for bar in range((count_in + self.tune.ticks) // count_in):
            self._at(timeline.time_at(bar * count_in), self._bar(bar))
        for tick, ticks, pitch, velocity in self.tune.notes:
            note = (count_in + tick, ticks, pitch, velocity)
            self._at(timeline.time_at(note[0]), self._note_on(note))
            self._at(timeline.time_at(note[0] + ticks), self._note_off(note))
        self._work(end)
        self._stop(min(perf_counter(), end))

    def _join(self) -> None:
        """Hello until every device has been welcomed."""
        begin = perf_counter()
        self._every(begin, 0.25, self._keepalive)
        while not all(device.welcome for device in self.devices) and not self.cancelled.is_set():
            if refused := next((device for device in self.devices if device.refusal), None):
                raise PortError(f"the engine refused player {refused.player} ({refused.refusal}): end what plays there")
            if perf_counter() > begin + PATIENCE:
                raise PortError(f"no engine answers on port {self.job.port}: start one with improv serve")
            self._work(perf_counter() + 0.05)
        self._agenda.clear()

    def _work(self, until: float) -> None:
        """Does what is on the agenda, and listens, up to the second `until` or till cancelled."""
        byself = {device.socket: device for device in self.devices}
        while (now := perf_counter()) < until and not self.cancelled.is_set():
            if self._agenda and self._agenda[0][0] <= now:
                due, _, act = heappop(self._agenda)
                act(due)
                continue
            wake = min(until, self._agenda[0][0] if self._agenda else until, now + 0.1)
            for ready in select.select(list(byself), (), (), max(wake - now, 0.0))[0]:
                byself[ready].receive(self.timeline)

    def _stop(self, time: float) -> None:
        """Stops the transport at the second `time`, hears out the engine's silence, and leaves."""
        assert self.timeline is not None
        tick = round(self.timeline.tick_at(time))
        self._agenda.clear()
        self._position(tick, playing=0)
        self.report({"event": "stop", "tick": tick})
        self.cancelled.clear()
        self._work(perf_counter() + AFTERMATH)
        for device in self.devices:
            device.send(Bye(device.player, port=device.socket.getsockname()[1]))
        margins = [margin for device in self.devices for margin in device.margins]
        late = sum(margin < 0.0 for margin in margins)
        self.report({"event": "end", "tick": tick, "heard": self.heard, "cues": len(margins), "late": late})

    def _at(self, time: float, act: Callable[[float], None]) -> None:
        self._order += 1
        heappush(self._agenda, (time, self._order, act))

    def _every(self, time: float, period: float, act: Callable[[float], None]) -> None:
        def again(due: float) -> None:
            act(due)
            self._at(due + period, again)

        self._at(time, again)

    def _keepalive(self, _due: float) -> None:
        for device in self.devices:
            device.hello()

    def _clock(self, _due: float) -> None:
        assert self.timeline is not None
        self._position(max(int(self.timeline.tick_at(perf_counter())), 0), playing=1)

    def _position(self, tick: int, *, playing: int) -> None:
        meter = self.tune.meter
        bar = tick // meter.bar * meter.bar
        for device in self.devices:
            device.send(
                Position(device.player, tick, tick, self.job.tempo, playing, meter.numerator, meter.denominator, bar)
            )

    def _note_on(self, note: tunes.Note) -> Callable[[float], None]:
        tick, ticks, pitch, velocity = note

        def act(_due: float) -> None:
            for device in self.devices:
                device.send(NoteOn(device.player, tick, pitch, velocity))
                self.heard += 1
            self.report({"event": "note", "tick": tick, "ticks": ticks, "pitch": pitch, "velocity": velocity})

        return act

    def _note_off(self, note: tunes.Note) -> Callable[[float], None]:
        def act(_due: float) -> None:
            for device in self.devices:
                device.send(NoteOff(device.player, note[0] + note[1], note[2]))

        return act

    def _bar(self, bar: int) -> Callable[[float], None]:
        def act(_due: float) -> None:
            self.report({"event": "bar", "bar": bar, "tick": bar * self.tune.meter.bar})

        return act


def devices(job: Job, report: Report) -> Iterator[Device]:
    """A device for each player, with a receive port of its own; raises PortError."""
    for player in range(1, job.players + 1):
        port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        port.setblocking(False)
        try:
            port.bind((LOOPBACK, 0))
        except OSError as error:
            raise PortError(f"no UDP port can be opened on {LOOPBACK} ({error}): see improv doctor") from None
        yield Device(player, job.port, port, report)


def run(job: Job, report: Report, cancelled: threading.Event) -> None:
    """Plays a job to its end; raises BridgeError."""
    band: list[Device] = []
    tune = tunes.load(job.tune)
    try:
        band.extend(devices(job, report))
        Host(job, tunes.traded(tune, job.trade) if job.trade else tune, band, report, cancelled).run()
    finally:
        for device in band:
            device.socket.close()


def _print(event: dict[str, object]) -> None:
    print(json.dumps(event), flush=True)


def main(argv: list[str]) -> int:
    """The process: a job as JSON in, events as JSON lines out; exit code 1 where it could not play."""
    cancelled = threading.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        cancelled.set()

    threading.Thread(target=watch, name="stdin", daemon=True).start()
    try:
        run(Job(**json.loads(argv[0])), _print, cancelled)
    except BridgeError as error:
        _print({"event": "error", "text": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
