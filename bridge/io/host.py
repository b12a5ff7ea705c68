"""The host loop: one thread owns the jam, takes what the shells enqueue, and wakes when the jam asks.

Nothing here waits for anything but the queue. The loop ends on `stop`, which a signal handler may call; the jam then
silences every peer. Margins are taken after sending, so that they hold whatever the sending cost.
"""

import gc
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue
from time import perf_counter
from types import FrameType
from typing import Any, Final, Protocol

from bridge.engine.frame import Frame, Generator, Thought
from bridge.engine.jam import Jam
from bridge.engine.measures import Measure
from bridge.io.record import Recorded
from bridge.music.events import Event, Output, Pace, Start, Tempo
from bridge.music.timeline import Timeline

LOG: Final = logging.getLogger(__name__)
NAP: Final = 0.25  # seconds of waiting at most; Windows hears Ctrl-C only between waits
BACKLOG: Final = 10_000  # events that may wait; a flood costs no more memory than this
BATCH: Final = 256  # events taken before the jam's own deadlines are looked at again
PACE: Final = 1.0  # seconds between measures of the pace
FEW: Final = 32  # decisions before the first
RECENT: Final = 256  # values that count
SWITCH: Final = (
    0.0002  # seconds that a busy thread keeps the interpreter; by default 5 ms, and MIDI-out is late by that
)


class Shell(Protocol):
    """Where outputs go: OSC, MIDI."""

    def send(self, outputs: Sequence[Output]) -> None:
        """Send what concerns this shell; never raises for a peer's sake."""
        ...


class Follower(Protocol):
    """A shell that plays by itself and therefore needs the clock: MIDI."""

    def follow(self, timeline: Timeline | None) -> None:
        """Take the newest clock; None while it stands."""
        ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a run: margins from sending a cue to its tick, steps of the mind."""

    heard: int
    cues: int
    late: int
    margin_ms: dict[str, float]  # min, p1, p50, p99
    step_ms: dict[str, float]  # p50, p99
    drops: int
    failures: int

    def event(self) -> dict[str, object]:
        """The line that `--json` prints at the end."""
        return {"event": "summary", **asdict(self)}


class Timed:
    """A mind whose steps are timed, in milliseconds; each is one sixteenth for one player, all heads, all voices."""

    def __init__(self, mind: Generator, clock: Callable[[], float] = perf_counter) -> None:
        """`clock` gives seconds: the wall's by default, or `thread_time` for the processor's."""
        self.name = mind.name
        self.ms = Measure()
        self._mind, self._clock = mind, clock

    def start(self) -> Any:
        """The mind's own beginning."""
        return self._mind.start()

    def step(self, state: Any, frame: Frame) -> tuple[Any, Thought]:
        """The mind's own step."""
        began = self._clock()
        answer = self._mind.step(state, frame)
        self.ms.add((self._clock() - began) * 1000)
        return answer


class Host:
    """The owner of a jam; `enqueue` and `stop` may be called from any thread, `run` from one."""

    def __init__(self, jam: Jam | Recorded) -> None:
        self.margin = Measure()  # milliseconds, after sending
        self.lost = 0  # events that found the queue full
        self.late = 0  # cues whose tick came while they were sent
        self._jam = jam
        self._queue: SimpleQueue[tuple[Event, float] | None] = SimpleQueue()
        self._timeline: Timeline | None = None
        self._deciding, self._planning = Measure(), Measure()  # milliseconds a sixteenth
        self._spent = 0.0  # seconds on the sixteenth that is being decided, so far
        self._told = 0.0  # when the jam was last told of them
        self._warning = ""
        self._failures = 0
        self._stopping = False
        self._still: Callable[[bool], object] = lambda wanted: None

    def accompany(self, still: Callable[[bool], object]) -> None:
        """Work beside the engine, which stands `still` (True) while the engine decides, and goes on then (False)."""
        self._still = still

    def enqueue(self, event: Event, time: float) -> None:
        """Hand an event that arrived at `time` seconds to the owner; returns at once."""
        if self._queue.qsize() < BACKLOG:
            self._queue.put((event, time))
        else:
            self.lost += 1

    def lead(self, tempo: float, time: float) -> None:
        """Be the clock: start at `tempo` quarter notes a minute, for a jam that was told that its clock is local."""
        self.enqueue(Tempo(tempo), time)
        self.enqueue(Start(), time)

    def stop(self) -> None:
        """End the loop at once; safe in a signal handler."""
        self._stopping = True
        self._queue.put(None)  # wakes the owner

    def run(self, shells: Sequence[Shell], followers: Sequence[Follower] = ()) -> None:
        """Play until `stop`; then every peer is silenced."""
        try:
            while self._round(shells, followers):
                pass
        finally:
            outputs = self._jam.close(perf_counter())
            for shell in shells:
                shell.send(outputs)

    def summary(self, refused: int = 0) -> Summary:
        """What came of the run so far; `refused` are packets that never became events."""
        report = self._jam.report()
        least, p1, p50, p99 = self.margin.percentiles((0, 1, 50, 99))
        step50, step99 = self._jam.step_ms.percentiles((50, 99))
        return Summary(
            report.heard, report.cues, report.late + self.late,
            {"min": round(least, 3), "p1": round(p1, 3), "p50": round(p50, 3), "p99": round(p99, 3)},
            {"p50": round(step50, 3), "p99": round(step99, 3)},
            report.drops + self.lost + refused, report.failures,
        )  # fmt: skip

    def _round(self, shells: Sequence[Shell], followers: Sequence[Follower]) -> bool:
        """Wait, take what came, do what is due; whether to go on."""
        jam = self._jam
        wake = jam.wakeup()
        wait = NAP if wake is None else min(NAP, max(0.0, wake - perf_counter()))
        outputs: list[Output] = []
        for event, time in self._waiting(wait):
            outputs += jam.receive(event, time)
        self._send(outputs, shells, followers)
        now, wake = perf_counter(), jam.wakeup()
        if wake is not None and now >= wake:
            steps, planned = jam.steps, jam.planned
            self._still(True)
            try:
                outputs = jam.advance(now)
            finally:
                self._still(False)
            if jam.deciding:  # for one player of several
                self._spent += perf_counter() - now
            else:
                outputs += self._measure(now, jam.steps - steps, jam.planned - planned)
            self._send(outputs, shells, followers)
        return not self._stopping

    def _measure(self, began: float, steps: int, planned: int) -> list[Output]:
        """Note how long a decision or a part of a plan took; once a second tell the jam, and what it says to that."""
        now = perf_counter()
        spent, self._spent = self._spent + now - began, 0.0
        if steps:
            self._deciding.add(spent * 1000 / steps)
        elif planned:
            self._planning.add((now - began) * 1000 / planned)
        if now < self._told + PACE or len(self._deciding) < FEW:
            return []
        self._told = now
        (decide,), (plan,) = (each.percentiles((95,), RECENT) for each in (self._deciding, self._planning))
        return self._jam.receive(Pace(decide, plan), now)

    def _waiting(self, wait: float) -> list[tuple[Event, float]]:
        """The events that are there, or come within `wait` seconds; a batch at most."""
        items: list[tuple[Event, float]] = []
        with suppress(Empty):
            item = self._queue.get(timeout=wait)
            while item is not None and not self._stopping:
                items.append(item)
                item = self._queue.get_nowait() if len(items) < BATCH else None
        return items

    def _send(self, outputs: list[Output], shells: Sequence[Shell], followers: Sequence[Follower]) -> None:
        timeline = self._jam.timeline
        if timeline is not self._timeline:
            self._timeline = timeline
            for follower in followers:
                follower.follow(timeline)
        if not outputs:
            return
        for shell in shells:
            shell.send(outputs)
        sent = perf_counter()
        for output in outputs:
            if output.time is not None and any(peer.role != "monitor" for peer in output.to):
                self.margin.add((output.time - sent) * 1000)
                self.late += output.time < sent
        self._complain()

    def _complain(self) -> None:
        """Say once what a mind raised, and each time that the tempo cannot be served; the jam plays on."""
        if self._jam.warning != self._warning:
            self._warning = self._jam.warning
            if self._warning:
                LOG.warning("%s", self._warning)
        if self._failures == 0:
            for session in self._jam.sessions.values():
                if session.failures:
                    self._failures = session.failures
                    LOG.warning("the mind failed, the rules play to the end of the bar: %s", session.failure)


@contextmanager
def signals(host: Host) -> Iterator[None]:
    """SIGINT, SIGTERM and a closed terminal end the host's loop; only for the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        host.stop()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = [(getattr(signal, name), signal.signal(getattr(signal, name), stop)) for name in names]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Short pauses: what is loaded by now is never searched for garbage, and threads take turns fast."""
    interval = sys.getswitchinterval()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.unfreeze()
