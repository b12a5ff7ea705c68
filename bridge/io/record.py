"""Recording: a jam that keeps an account of all it is told and says, and the thread that writes it to a file.

Rules: the owner of the jam only appends to a queue; encoding and writing are the writer's, at least every quarter of a
second, each line whole. A kill loses the last batch at most. What cannot be written ends the recording with one
warning, never the jam.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from bridge.engine.jam import Jam
from bridge.music.entries import DRIFT, Advanced, Clocked, Closed, Entry, Header, Received, Said, Struck
from bridge.music.events import ARRIVAL, Event, NoteOff, NoteOn, Output
from bridge.music.log import Scribe, head
from bridge.music.timeline import PPQ, Timeline

LOG: Final = logging.getLogger(__name__)
BATCH: Final = 0.25  # seconds between two writes; a kill loses so much at most
FULL: Final = 200_000  # entries that may wait for a disk that hangs: some 15 minutes of a busy jam
FAREWELL: Final = 5.0  # seconds that the last write may take
TRUST: Final = 2 * PPQ  # ticks between a note's stamp and its arrival beyond which the engine takes the arrival

Keep = Callable[[Entry], object]


class Recorded:
    """A jam as the host knows it; every input is handed to `keep`, then what came of it."""

    def __init__(self, jam: Jam, keep: Keep) -> None:
        self._jam = jam
        self._keep = keep
        self._clock: tuple[object, ...] = ()
        self._line: Timeline | None = None  # as the log tells it

    def receive(self, event: Event, time: float) -> list[Output]:
        """The jam's own; a note is kept with the tick that it counts for, too."""
        self._keep(Received(event, time))
        outputs = self._jam.receive(event, time)
        self._watch(time)
        if isinstance(event, NoteOn | NoteOff):
            self._stamp(event, time)
        return self._said(outputs)

    def advance(self, time: float) -> list[Output]:
        """The jam's own."""
        self._keep(Advanced(time))
        outputs = self._jam.advance(time)
        self._watch(time)
        return self._said(outputs)

    def close(self, time: float) -> list[Output]:
        """The jam's own."""
        self._keep(Closed(time))
        outputs = self._jam.close(time)
        self._watch(time)
        return self._said(outputs)

    def __getattr__(self, name: str) -> Any:
        """What is no input is the jam's own."""
        return getattr(self._jam, name)

    def _said(self, outputs: list[Output]) -> list[Output]:
        if outputs:
            self._keep(Said(tuple(outputs)))
        return outputs

    def _watch(self, time: float) -> None:
        """Keep where the transport is, if the last word on it would now be wrong."""
        clock = self._jam.clock
        line = clock.timeline
        now = (line is None, clock.base, clock.origin, clock.meter)
        told = self._line
        if now == self._clock and (line is None or (told and abs(told.tick_at(time) - line.tick_at(time)) <= DRIFT)):
            return
        stands = told.tick_at(time) if told else 0.0
        tick = round(line.tick_at(time) if line else stands, 3)
        self._clock = now
        self._line = Timeline(clock.tempo, tick, time) if line else None
        whole = round(tick)
        place = clock.place_at(whole)
        self._keep(
            Clocked(
                time, tick, clock.tempo, int(line is not None), clock.meter.numerator, clock.meter.denominator,
                clock.base, whole - place.phase, clock.source,
            )
        )  # fmt: skip

    def _stamp(self, event: NoteOn | NoteOff, time: float) -> None:
        """Keep at which tick a note counts: its own stamp where that is credible, else its arrival."""
        line, session = self._jam.timeline, self._jam.sessions.get(event.player)
        if line is None or session is None:
            return
        arrival = round(line.tick_at(time))
        at = arrival if event.tick == ARRIVAL else event.tick - (session.offset or 0)
        at = at if abs(at - arrival) <= TRUST else arrival
        self._keep(Struck(event.player, at, event.pitch, event.velocity if isinstance(event, NoteOn) else 0))


class Writer:
    """A log that grows: `keep` may be called from one thread, and returns at once; the rest is a thread's."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.writing = False  # whether what is kept now will be in the file
        self._header = header
        self._queue: deque[Entry] = deque()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Open the file, which must not be there yet, and make its folder; or else warn, and record nothing."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("x", encoding="ascii", newline="\n")
            file.write(head(self._header))
            file.flush()
        except OSError as error:
            self._give_up(error)
        else:
            self.writing = True
            self._thread = threading.Thread(target=self._work, args=(file,), name="log", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left; a log without an entry is removed."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(FAREWELL)

    def keep(self, entry: Entry) -> None:
        """Take an entry; returns at once, whatever the disk does."""
        if self.writing:
            self._queue.append(entry)
            if len(self._queue) > FULL:
                self._give_up(OSError(None, "the disk does not keep up"))

    def _work(self, file: IO[str]) -> None:
        """The writer's thread: a batch every quarter of a second, the rest at the end."""
        scribe, empty, ended = Scribe(), True, False
        try:
            with file:
                while self.writing and not ended:
                    ended = self._ending.wait(BATCH)
                    batch = [self._queue.popleft() for _ in range(len(self._queue))]
                    file.write("".join(map(scribe.text, batch)))
                    file.flush()
                    empty = empty and not batch
            if empty:
                self.path.unlink(missing_ok=True)
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            if self.writing:
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Say once that no more is recorded; what was written stays."""
        self.writing = False
        self._queue.clear()
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        LOG.warning("the jam goes on, but is not recorded: %s (%s); name another place with --record, or --no-record",
                    self.path, reason)  # fmt: skip


def remembered(entries: Iterable[Entry], header: Header) -> str:
    """A whole log as text, of entries that were kept in memory."""
    scribe = Scribe()
    return head(header) + "".join(map(scribe.text, entries))
