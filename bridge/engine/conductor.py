"""The conductor: which of the hosts leads, and how each player numbers ticks.

Rule 1. The first player to report a playing host leads, until its host stops or the player leaves.
Rule 2. The others' positions only tell how their ticks relate to ours: exactly, where their song position is ours.
Rule 3. MIDI clock and the local clock lead only while no reported host plays.
Rule 4. A Link session leads alone, where it was asked for.
"""

from dataclasses import replace

from bridge.engine.clock import Change, Clock
from bridge.engine.session import Session
from bridge.engine.settings import Settings
from bridge.music import events as ev
from bridge.music.errors import WireError
from bridge.music.timeline import PPQ, Meter

APART = PPQ / 2  # ticks between where two hosts are by song and by time, up to which they are taken to play together


class Conductor:
    """The clock and who leads it."""

    def __init__(self, wanted: str, tempo: float) -> None:
        self.clock = Clock(tempo)
        self.master: int | None = None
        self._wanted = wanted  # auto, osc, midi, link or local

    def position(self, event: ev.Position, session: Session, time: float) -> Change | None:
        """A player's host says where it is."""
        clock = self.clock
        if event.tick == ev.ARRIVAL:
            event = replace(event, tick=clock.stamp(event.song, time) + clock.shift)
        if self._wanted not in ("auto", "osc") or not clock.owner("osc"):
            self._align(session, event, time)
            return None
        if self.master is None or (not clock.playing and event.playing):
            self.master = event.player
            if session.offset is not None:
                clock.shift = session.offset
        if self.master != event.player:
            self._align(session, event, time)
            return None
        meter = Meter(event.numerator, event.denominator)
        playing = bool(event.playing)
        change = clock.position(event.tick, event.song, event.tempo, meter, time, playing=playing, bar=event.bar)
        session.offset = clock.shift
        return change

    def _align(self, session: Session, event: ev.Position, time: float) -> None:
        """Learn how a player who does not lead numbers ticks."""
        if not event.playing or self.clock.timeline is None:
            return
        apart = event.tick - self.clock.timeline.tick_at(time)
        exact = (event.tick - event.song) - self.clock.base
        if abs(exact - apart) < APART:
            session.offset = exact
        elif session.offset is None or abs(session.offset - apart) > PPQ:
            session.offset = round(apart)

    def transport(self, event: ev.Event, settings: Settings, time: float) -> Change | None:
        """MIDI clock, or the local clock; neither says a meter, so that it is a setting. Or a Link session."""
        clock = self.clock
        local = self._wanted == "local"
        if isinstance(event, ev.Link) and self._wanted == "link":
            meter = Meter(event.numerator, event.denominator)
            return clock.linked(event.beat, event.tempo, meter, time, playing=bool(event.playing))
        if self._wanted in ("osc", "link"):
            return None
        if not clock.playing:
            clock.meter = Meter(int(settings.number("numerator")), int(settings.number("denominator")))
        match event:
            case ev.Pulse() if not local:
                return clock.pulse(time)
            case ev.Start():
                return clock.start(time)
            case ev.Continue():
                return clock.go_on(time)
            case ev.Stop():
                return clock.stop(time)
            case ev.SongPosition(sixteenths):
                clock.song_position(sixteenths)
            case ev.Tempo(tempo) if local:
                clock.local(tempo, time)
        return None

    def led(self, wish: ev.Set | ev.Do, settings: Settings, time: float) -> Change | None:
        """A player's wish about the tempo, or to play or halt, for the clock of our own; a Link session heeds such
        wishes itself. Raises WireError where a host leads.
        """
        if self._wanted == "link":
            return None
        if self._wanted != "local" or (isinstance(wish, ev.Set) and wish.name == "link"):
            raise WireError("the tempo and the transport are the host's own", reason="host_leads")
        match wish:
            case ev.Set(value=float() | int() as tempo):
                return self.transport(ev.Tempo(float(tempo)), settings, time)
            case ev.Do(action="play") if not self.clock.playing:
                return self.transport(ev.Continue(), settings, time)
            case ev.Do(action="halt"):
                return self.transport(ev.Stop(), settings, time)
        return None

    def left(self, player: int) -> None:
        """A player has gone; the clock runs on until another leads or it falls silent."""
        if self.master == player:
            self.master = None
