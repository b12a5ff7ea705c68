"""The MIDI shell: for each of its players notes and clock in from one port, the band out through another.

RtMidi's threads, one an input, only stamp, parse and enqueue; the thread `MIDI-out` plays every player's cues on their
tick and says hello for the players. The owner feeds it through a queue, so neither waits for the other.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from queue import Empty, SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Self

import rtmidi

from bridge.engine.roster import LOCAL
from bridge.engine.schedule import Schedule
from bridge.io.midi_in import Clocks, Inlet
from bridge.io.midi_out import Follow, Keys, Line, Performer
from bridge.io.midi_ports import APIS, JackWatch, client_name, open_port, system
from bridge.music.events import VERSION, Event, Hello, Output, Peer
from bridge.music.timeline import Timeline

IN_NAME: Final = "Improv In"
OUT_NAME: Final = "Improv Out"
HELLO: Final = 2.0  # seconds between hellos, as the protocol asks of every peer
MEASURED: Final = 4096  # wakeups whose lateness is kept
FAREWELL: Final = 2.0  # seconds that the output gets to end; RtMidi itself waits for a dead JACK server for one


@dataclass(frozen=True, slots=True)
class Ports:
    """One player's pair: existing ports by a part of their name, or None: virtual ones."""

    player: int = 1
    midi_in: str | None = None
    midi_out: str | None = None

    @property
    def peer(self) -> Peer:
        """What the player's messages are addressed to: a port of ours, told apart by the player's number."""
        return Peer(LOCAL, self.player)

    @property
    def names(self) -> tuple[str, str]:
        """Input and output as the player knows them; virtual ones of player 2 and up carry the number."""
        number = "" if self.player == 1 else f" {self.player}"
        return self.midi_in or IN_NAME + number, self.midi_out or OUT_NAME + number


def pairs(players: int, midi_in: Sequence[str], midi_out: Sequence[str]) -> tuple[Ports, ...]:
    """The ports of players 1, 2 ... in order; where no more names are given, ports are virtual."""
    names = zip_longest(midi_in, midi_out, [None] * players)
    return tuple(Ports(number, source, target) for number, (source, target, _) in enumerate(names, 1))


@dataclass(frozen=True, slots=True)
class MidiReport:
    """What passed through the shell so far; lateness of MIDI-out against its own alarm, in milliseconds."""

    system: str
    received: int
    ignored: int
    failed: int
    sent: int
    lost: int
    late_ms: tuple[float, float, float]  # p50, p99, max
    clock_ignored: int = 0  # words of the clock from inputs that do not lead


class MidiShell:
    """The MIDI ports of one or more players, open from enter to exit; every note that it started has ended at exit."""

    def __init__(
        self,
        enqueue: Callable[[Event, float], object],
        *,
        ports: Sequence[Ports] = (Ports(),),
        api: str | None = None,
        offset: float = 0.0,
    ) -> None:
        """Output is `offset` seconds late, or early where negative."""
        self.system = ""
        self._enqueue = enqueue
        self._api = api
        self._offset = offset
        self._ports = tuple(ports)
        self._peers = frozenset(pair.peer for pair in ports)
        self._clocks = Clocks()
        self._inlets = {pair.player: Inlet(pair.player, self._clocks, enqueue) for pair in ports}
        self._lines: list[Line] = []
        self._late: deque[float] = deque(maxlen=MEASURED)
        self._queue: SimpleQueue[Output | Follow | None] = SimpleQueue()
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        """Open the ports; raises PortError, whose text says what to do."""
        with ExitStack() as stack:
            self.system = system(self._api)
            watch = stack.enter_context(JackWatch()) if self.system == "jack" else None
            keys = self._outputs(stack, watch)
            stack.callback(self._join, self._start(keys))
            for pair in self._ports:
                name = pair.names[0]
                source = rtmidi.MidiIn(rtapi=APIS[self.system], name=client_name(self.system, name))
                source.ignore_types(sysex=True, timing=False, active_sense=True)
                source.set_callback(self._inlets[pair.player].hear)
                self._opened(stack, source, name, pair.midi_in, "input")
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def send(self, outputs: Iterable[Output]) -> None:
        """Take what concerns these ports out of `outputs`, in order; returns at once."""
        for output in outputs:
            if not self._peers.isdisjoint(output.to):
                self._queue.put(output)

    def follow(self, timeline: Timeline | None) -> None:
        """Pass on the newest clock, None while it stands; returns at once."""
        self._queue.put(Follow(timeline))

    def report(self) -> MidiReport:
        """What passed through so far."""
        late = sorted(self._late) or [0.0]
        p50, p99 = (late[int(share * (len(late) - 1))] * 1e3 for share in (0.5, 0.99))
        inlets, lines = self._inlets.values(), self._lines
        return MidiReport(
            self.system, sum(inlet.received for inlet in inlets), sum(inlet.reader.ignored for inlet in inlets),
            sum(inlet.failed for inlet in inlets), sum(line.sent for line in lines), sum(line.lost for line in lines),
            (p50, p99, late[-1] * 1e3), self._clocks.ignored,
        )  # fmt: skip

    def _outputs(self, stack: ExitStack, watch: JackWatch | None) -> dict[int, Keys]:
        """Open the outputs; each player's keys. Players who name the same existing port share its keys."""
        gone = watch.gone.is_set if watch else lambda: False
        keys: dict[int, Keys] = {}
        shared: dict[str, Keys] = {}
        for pair in self._ports:
            if pair.midi_out in shared:
                keys[pair.player] = shared[pair.midi_out]
                continue
            name = pair.names[1]
            output = rtmidi.MidiOut(rtapi=APIS[self.system], name=client_name(self.system, name))
            self._opened(stack, output, name, pair.midi_out, "output")
            self._lines.append(Line(output.send_message, gone, name))
            keys[pair.player] = Keys(self._lines[-1])
            if pair.midi_out is not None:
                shared[pair.midi_out] = keys[pair.player]
        return keys

    def _opened(self, stack: ExitStack, port: Any, name: str, wanted: str | None, direction: str) -> None:
        stack.callback(port.delete)
        open_port(port, name, wanted, direction)
        stack.callback(port.close_port)

    def _start(self, keys: Mapping[int, Keys]) -> threading.Thread:
        performer = Performer(Schedule(), keys, self._offset)
        thread = threading.Thread(target=self._perform, args=(performer,), name="MIDI-out", daemon=True)
        thread.start()
        return thread

    def _join(self, thread: threading.Thread) -> None:
        self._queue.put(None)
        thread.join(FAREWELL)

    def _perform(self, performer: Performer) -> None:
        """The MIDI-out thread: everything on its moment, hello in between, silence at the end."""
        hello = perf_counter()
        try:
            while True:
                now = perf_counter()
                if now >= hello:
                    for peer in (pair.peer for pair in self._ports):
                        self._enqueue(Hello(VERSION, peer.port, "player", peer.port, peer.host), now)
                    hello = now + HELLO
                alarm = performer.wakeup()
                until = hello if alarm is None else min(alarm, hello)
                try:
                    item = self._queue.get(timeout=max(0.0, until - perf_counter()))
                except Empty:
                    pass
                else:
                    if item is None:
                        return
                    performer.take(item)
                self._ring(performer, alarm, now)
        finally:
            performer.finish()

    def _ring(self, performer: Performer, alarm: float | None, since: float) -> None:
        """Perform if the alarm's moment has come, and keep how late we are where we have been waiting for it."""
        now = perf_counter()
        if alarm is None or now < alarm:
            return
        performer.perform(now)
        if alarm >= since:
            self._late.append(now - alarm)
