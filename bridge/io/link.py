"""The Link shell: a session of Ableton Link is the engine's clock, and a player's wishes for the transport go to it.

Link has a clock of its own that drifts against ours. So every reading of the session's beat is taken between two looks
at our clock, and that pair is all that the engine hears. The thread `Link` alone touches the session; others enqueue.
aalink is under the GPL (3 or later): an extra, imported here and nowhere else, and only where a session is asked for.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Self

from bridge.music.errors import PortError
from bridge.music.events import Continue, Do, Event, Link, Set, Start, Stop
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO, PPQ, STEP, Meter

LOG: Final = logging.getLogger(__name__)
POLL: Final = 0.005  # seconds between looks; as late the engine hears of a tempo change or a stop
EVERY: Final = 0.05  # seconds after which the engine hears from a steady session too, lest the two clocks drift apart
SAME: Final = 2e-5  # seconds by which a reading may differ from what the last one foretold without being news
NARROW: Final = 1e-4  # seconds between the two looks at our clock; a reading with more was interrupted and is repeated
TRIES: Final = 5  # readings, if all are interrupted; the narrowest counts
LEAD: Final = STEP * 5 / 6 / PPQ  # beats before beat 0 at which a start is told: after the last sixteenth of the
# count-in, and more than the three quarters of one by which the engine decides ahead
AHEAD: Final = 0.1  # seconds from the wish to play until it counts, so that the first beat is decided in time
MISSING: Final = "Ableton Link needs aalink (GPL-3.0): pip install 'improv-bridge[link]'"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the session says at one moment; `beat` counts quarter notes, bars begin at multiples of the meter's bar."""

    time: float
    beat: float
    tempo: float
    playing: bool
    meter: Meter


class Herald:
    """What of the readings the engine hears: changes at once, else one every `EVERY` seconds; time is in the readings.

    A session that starts counts in: its beats are below 0 until all peers' bars begin. The engine hears of the start
    when beat 0 is `LEAD` away.
    """

    def __init__(self) -> None:
        self._told: Reading | None = None

    def hear(self, now: Reading) -> Link | None:
        """The event that the engine has to hear, if any."""
        playing = now.beat >= -LEAD if now.playing and not self._plays() else now.playing
        told = Reading(now.time, now.beat, min(MAX_TEMPO, max(MIN_TEMPO, now.tempo)), playing, now.meter)
        if self._told is not None and _foretold(self._told, told):
            return None
        self._told = told
        return Link(told.beat, told.tempo, int(playing), told.meter.numerator, told.meter.denominator)

    def wait(self, now: Reading) -> float:
        """Seconds from `now` to the next reading."""
        if now.playing and not self._plays():
            return min(POLL, max(0.0, (-LEAD - now.beat) * 60 / now.tempo))
        return POLL

    def _plays(self) -> bool:
        return self._told is not None and self._told.playing


def _foretold(last: Reading, now: Reading) -> bool:
    """Whether `now` is what everybody who knows `last` expects, and the last is not long ago."""
    since = now.time - last.time
    expected = last.beat + since * last.tempo / 60
    same = (last.tempo, last.playing, last.meter) == (now.tempo, now.playing, now.meter)
    return same and since < EVERY and abs(now.beat - expected) * 60 / now.tempo < SAME


def wish(event: Event) -> bool:
    """Whether an event is for the session: play, halt (MIDI start, continue, stop), its tempo, to leave it or join."""
    match event:
        case Start() | Continue() | Stop() | Do(action="play" | "halt"):
            return True
        case Set(name="tempo", value=int() | float() as tempo):
            return MIN_TEMPO <= tempo <= MAX_TEMPO
        case Set(name="link", value=0 | 1):
            return True
    return False


class LinkShell:
    """One peer of a Link session, from enter to exit; `enqueue` is called on its thread with an event and its time."""

    def __init__(
        self, enqueue: Callable[[Event, float], object], *, tempo: float, meter: Callable[[], Meter], start_stop: bool
    ) -> None:
        """`tempo` counts only where there is no session to join. With `start_stop` the session's transport is ours;
        else ours runs at once and is our own. `meter` is asked on the thread.
        """
        self._enqueue = enqueue
        self._tempo = tempo
        self._meter = meter
        self._start_stop = start_stop
        self._herald = Herald()
        self._wishes: SimpleQueue[Event | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._plays = False  # the session's transport at the last look
        self._quantum = 0.0
        self._failed = False

    def __enter__(self) -> Self:
        """Join the session, or begin one; raises PortError, whose text says what to do."""
        session = _session(self._tempo)
        session.start_stop_sync_enabled = self._start_stop
        session.enabled = True
        if not self._start_stop:
            session.playing = True
        self._thread = threading.Thread(target=self._run, args=(session,), name="Link", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.join(1.0)

    def heed(self, event: Event, time: float) -> None:
        """Take a wish to the session, and what a player says to the engine. For the other shells, on their threads."""
        if wish(event):
            self._wishes.put(event)
        if not isinstance(event, Start | Continue | Stop):
            self._enqueue(event, time)  # which answers; of a session's clock only `Link` events make anything

    # -- the thread ------------------------------------------------------------------------------------------

    def _run(self, session: Any) -> None:
        wait = 0.0
        while True:
            try:
                wanted = self._wishes.get(timeout=wait) if wait > 0 else self._wishes.get_nowait()
            except Empty:
                pass
            else:
                if wanted is None:
                    session.enabled = False
                    return
                _grant(session, wanted)
            wait = self._look(session)

    def _look(self, session: Any) -> float:
        """Read the session, tell the engine what is new; the seconds to wait for the next look."""
        try:
            meter = self._meter()
            if meter.bar / PPQ != self._quantum:
                session.quantum = self._quantum = meter.bar / PPQ
            plays = session.playing
            if plays and not self._plays:
                session.request_beat_at_start_playing_time(0.0)
            self._plays = plays
            reading = _read(session, meter, playing=plays)
            event = self._herald.hear(reading)
            if event is not None:
                self._enqueue(event, reading.time)
            return self._herald.wait(reading)
        except Exception:  # a mistake of ours must not end the clock
            if not self._failed:
                LOG.exception("a look at the Link session failed (said once); please report this")
            self._failed = True
            return POLL


def _read(session: Any, meter: Meter, *, playing: bool) -> Reading:
    """The session's beat and tempo of one moment, in our time to within `NARROW` seconds."""
    best: tuple[float, Reading] | None = None
    for _ in range(TRIES):
        tempo, before = session.tempo, perf_counter()
        beat = session.beat
        after = perf_counter()
        reading = Reading((before + after) / 2, beat, tempo, playing, meter)
        if tempo == session.tempo and (best is None or after - before < best[0]):
            best = after - before, reading
        if best is not None and best[0] < NARROW:
            break
    return best[1] if best is not None else reading


def _grant(session: Any, wanted: Event) -> None:
    match wanted:
        case Set(name="tempo", value=tempo):
            session.tempo = float(tempo)
        case Set(name="link", value=on):
            session.enabled = bool(on)
        case Stop() | Do(action="halt"):
            session.playing = False
        case _ if not session.playing:
            start = session.time + timedelta(seconds=AHEAD)
            session.set_is_playing_and_request_beat_at_time(True, start, 0.0)


def _session(tempo: float) -> Any:
    """A peer that has not joined yet. Raises PortError where aalink is missing."""
    try:
        import aalink
    except ImportError as error:
        raise PortError(MISSING if error.name == "aalink" else f"aalink does not load: {error}; {MISSING}") from error

    async def made() -> Any:
        return aalink.Link(tempo)  # wants a running loop, for callbacks that we do not use

    return asyncio.run(made())
