"""The MIDI shell: notes and clock in from one port, the band out through another.

RtMidi's thread only stamps, parses and enqueues; the thread `MIDI-out` plays cues on their tick and says hello for the
port's player. The owner feeds it through a queue, so neither waits for the other.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Self

import rtmidi

from bridge.engine.schedule import Schedule
from bridge.io.midi_bytes import Reader
from bridge.io.midi_out import Follow, Keys, Line, Performer
from bridge.io.midi_ports import APIS, JackWatch, client_name, open_port, system
from bridge.music.events import VERSION, Event, Hello, Output, Peer
from bridge.music.timeline import Timeline

LOG: Final = logging.getLogger(__name__)
PEER: Final = Peer("midi", 0)
IN_NAME: Final = "Improv In"
OUT_NAME: Final = "Improv Out"
HELLO: Final = 2.0  # seconds between hellos, as the protocol asks of every peer
MEASURED: Final = 4096  # wakeups whose lateness is kept
FAREWELL: Final = 2.0  # seconds that the output gets to end; RtMidi itself waits for a dead JACK server for one


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


class MidiShell:
    """Both MIDI ports of one player, open from enter to exit; every note that it started has ended at exit."""

    def __init__(
        self,
        enqueue: Callable[[Event, float], object],
        *,
        player: int = 1,
        midi_in: str | None = None,
        midi_out: str | None = None,
        api: str | None = None,
        offset: float = 0.0,
    ) -> None:
        """Ports are virtual unless `midi_in`, `midi_out` name existing ones; output is `offset` seconds late."""
        self.system = ""
        self._enqueue = enqueue
        self._names = midi_in, midi_out
        self._api = api
        self._offset = offset
        self._player = player
        self._reader = Reader(player)
        self._received = 0
        self._failed = 0
        self._line: Line | None = None
        self._late: deque[float] = deque(maxlen=MEASURED)
        self._queue: SimpleQueue[Output | Follow | None] = SimpleQueue()
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        """Open the ports; raises PortError, whose text says what to do."""
        with ExitStack() as stack:
            self.system = system(self._api)
            watch = stack.enter_context(JackWatch()) if self.system == "jack" else None
            number = APIS[self.system]
            output = rtmidi.MidiOut(rtapi=number, name=client_name(self.system, OUT_NAME))
            self._opened(stack, output, OUT_NAME, self._names[1])
            stack.callback(self._join, self._start(output.send_message, watch))
            source = rtmidi.MidiIn(rtapi=number, name=client_name(self.system, IN_NAME))
            source.ignore_types(sysex=True, timing=False, active_sense=True)
            source.set_callback(self._hear)
            self._opened(stack, source, IN_NAME, self._names[0])
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def send(self, outputs: Iterable[Output]) -> None:
        """Take what concerns this port out of `outputs`, in order; returns at once."""
        for output in outputs:
            if PEER in output.to:
                self._queue.put(output)

    def follow(self, timeline: Timeline | None) -> None:
        """Pass on the newest clock, None while it stands; returns at once."""
        self._queue.put(Follow(timeline))

    def report(self) -> MidiReport:
        """What passed through so far."""
        late = sorted(self._late) or [0.0]
        p50, p99 = (late[int(share * (len(late) - 1))] * 1e3 for share in (0.5, 0.99))
        sent, lost = (self._line.sent, self._line.lost) if self._line else (0, 0)
        return MidiReport(
            self.system, self._received, self._reader.ignored, self._failed, sent, lost, (p50, p99, late[-1] * 1e3)
        )

    def _opened(self, stack: ExitStack, port: Any, name: str, wanted: str | None) -> None:
        stack.callback(port.delete)
        open_port(port, name, wanted, "input" if name == IN_NAME else "output")
        stack.callback(port.close_port)

    def _hear(self, message: tuple[Sequence[int], float], _: object) -> None:
        """RtMidi's callback, on its thread; nothing that it raised would be seen."""
        time = perf_counter()
        try:
            self._received += 1
            for event in self._reader.read(message[0]):
                self._enqueue(event, time)
        except Exception:
            self._failed += 1
            if self._failed == 1:
                LOG.exception("a MIDI message was dropped; please report this")

    def _start(self, send: Callable[[Sequence[int]], object], watch: JackWatch | None) -> threading.Thread:
        self._line = Line(send, watch.gone.is_set if watch else lambda: False)
        performer = Performer(Schedule(), Keys(self._line), self._offset)
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
                    self._enqueue(Hello(VERSION, self._player, "player", PEER.port, PEER.host), now)
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
