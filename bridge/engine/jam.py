"""The jam: everyone on one transport. Events go in, outputs come out, time is an argument.

Rule 1. `receive` never raises on what a peer can send; `advance` is called whenever `wakeup` asks for it, or later.
Rule 2. A stop silences everyone at once and begins a new generation; cues of an older one are void.
Rule 3. Plans are made when no decision is due, a few sixteenths of one player at a time, so that they delay nothing.
"""


from bridge.engine import console
from bridge.engine.clock import Change, Clock
from bridge.engine.conductor import Conductor
from bridge.engine.controls import SUSTAIN
from bridge.engine.door import Cast, Door
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO, Minds
from bridge.engine.frame import Generator
from bridge.engine.measures import KEPT, Measure
from bridge.engine.outbox import Outbox
from bridge.engine.planner import Planner
from bridge.engine.report import RECENT, Report, report, values
from bridge.engine.roster import Roster
from bridge.engine.session import Session
from bridge.engine.settings import Settings
from bridge.engine.stage import Stage
from bridge.music import events as ev
from bridge.music.errors import WireError
from bridge.music.events import EVERYONE, Event, Output
from bridge.music.timeline import PPQ, Meter, Timeline

HEARTBEAT = 1.0  # seconds
NEVER = float("inf")  # seconds
PRESSED = 64  # of 127; a pedal that is down
LED = ("tempo", "link", "play", "halt")  # wishes about the clock
TRUST = 2 * PPQ  # ticks between a note's stamp and its arrival, beyond which the arrival counts


class Jam:
    """The engine: a clock, the roster, and a session for each player."""

    def __init__(
        self, mind: Generator, *, fallback: Generator | None = None, answerers: Minds | None = None, seed: int = 0,
        settings: Settings | None = None, generation: int = 1, clock: str = "auto", tempo: float = 120.0,
        fault: str = "", desk: console.Desk | None = None,
    ) -> None:  # fmt: skip
        self.step_ms = Measure()  # filled by the shell, since the engine reads no clock
        self.sessions: dict[int, Session] = {}
        self.roster = Roster()
        self.settings = settings or Settings()  # of the jam; a new player begins with a copy
        self.settings.values["tempo"] = float(tempo)
        self.desk = desk or console.Desk()
        self.drops = 0  # events that could not be used
        self.heard = 0  # notes struck
        self._conductor = Conductor(clock, tempo)
        self._box = Outbox(self.roster)
        self._stage = Stage(self.clock, self.settings, self._box, seed)
        self._beat = NEVER
        self._planner = Planner(self._stage, self._box, self.sessions)
        minds = Cast(mind, fallback, answerers or {ECHO: Echo()})
        self._door = Door(self.roster, self.sessions, self._conductor, self._stage, self._box, minds, generation, fault)
        self._now = 0.0

    @property
    def clock(self) -> Clock:
        """The transport as followed."""
        return self._conductor.clock

    @property
    def playing(self) -> bool:
        """Whether the transport runs."""
        return self.clock.playing

    @property
    def timeline(self) -> Timeline | None:
        """The clock as followed, in the engine's ticks; None while it stands."""
        return self.clock.timeline

    @property
    def lookahead(self) -> float:
        """Seconds by which decisions precede their tick."""
        return self._stage.lookahead

    @property
    def late(self) -> int:
        """Cues that could not be in time and were not sent."""
        return self._stage.late

    @property
    def steps(self) -> int:
        """Sixteenths decided."""
        return self._stage.steps

    @property
    def deciding(self) -> bool:
        """Whether a sixteenth is decided for some of the players and not yet for all."""
        return self._stage.deciding

    @property
    def planned(self) -> int:
        """Sixteenths planned, of all players."""
        return self._planner.planned

    @property
    def warning(self) -> str:
        """That the tempo cannot be served, in words; empty while it can."""
        return self._planner.warning

    @property
    def margin(self) -> Measure:
        """Milliseconds from deciding a cue to its tick."""
        return self._stage.margin

    # -- in --------------------------------------------------------------------------------------------------

    def receive(self, event: Event, time: float) -> list[Output]:
        """Take an event that arrived at `time` seconds."""
        self._now = max(self._now, time)
        match event:
            case ev.Hello():
                return self._welcomed(event, time)
            case ev.Bye(player, host, port):
                return self._door.leave(player, self.roster.leave(player, host, port))
            case ev.Position():
                return self._position(event, time)
            case ev.Pulse() | ev.Start() | ev.Continue() | ev.Stop() | ev.SongPosition() | ev.Tempo():
                return self._changed(self._conductor.transport(event, self.settings, time), time)
            case ev.Link():
                before = (self.clock.meter, self.clock.tempo)
                return self._led(before, self._conductor.transport(event, self.settings, time), time)
            case ev.Pace():
                return self._planner.paced(event, self.timeline)
            case ev.Weights(player, name):
                return self._door.taught(player, name)
            case ev.NoteOn() | ev.NoteOff() | ev.Control() | ev.Set() | ev.Get() | ev.Do():
                session = self.sessions.get(event.player)
                if session is None or not self.roster.alive(event.player, time):
                    self.drops += 1
                    return self._box.refuse(self.roster.peers(event.player), "unknown_player", event.player)
                return self._played(session, event, time)

    def advance(self, time: float) -> list[Output]:
        """Do what is due at `time` seconds: decisions first, then what can wait."""
        self._now = max(self._now, time)
        outputs = self._changed(self.clock.check(time), time)
        decided = False
        while self.deciding or ((due := self._stage.due()) is not None and time >= due[1]):
            if not self.deciding and due:
                self._stage.open(due[0], self.sessions, time)
            outputs += self._stage.decide(self.sessions, time)
            decided = True
            if self.deciding:  # what is decided leaves before the next player's part is thought of
                break
            self._planner.begin(self.roster.players())
        if not decided and self._planner.waiting:
            return outputs + self._planner.plan()
        if time >= self._beat + decided * HEARTBEAT:  # a decision goes first, unless the heartbeat is overdue
            outputs += self._heartbeat(time)
        return outputs

    def wakeup(self) -> float | None:
        """When `advance` is needed next, in seconds; None while nobody is there and nothing runs."""
        due = self._stage.due()
        moments = [due[1] if due else NEVER, self.clock.deadline() or NEVER, self._beat]
        waits = self.deciding or self._planner.waiting
        soonest = min(*moments, self._now) if waits else min(moments)
        return soonest if soonest < NEVER else None

    def close(self, time: float) -> list[Output]:
        """The engine ends: silence for everyone."""
        self._now = max(self._now, time)
        return self._door.silence()

    def report(self, latest: int = KEPT) -> Report:
        """What came of the jam so far, its margins of the `latest` cues."""
        return report(self._stage, self.sessions.values(), self.roster, self.heard, self.drops, latest)

    def _welcomed(self, hello: ev.Hello, time: float) -> list[Output]:
        refused = self._door.refused
        outputs = self._door.hello(hello, time, self.desk.beginning(hello.player, self.settings))
        self.drops += self._door.refused - refused
        if self._beat == NEVER and self.roster.everyone():
            self._beat = time + HEARTBEAT
        return outputs

    # -- the clock -------------------------------------------------------------------------------------------

    def _position(self, event: ev.Position, time: float) -> list[Output]:
        session = self.sessions.get(event.player)
        if session is None or not self.roster.alive(event.player, time):
            self.drops += 1
            return []
        before = (self.clock.meter, self.clock.tempo)
        return self._led(before, self._conductor.position(event, session, time), time)

    def _led(self, before: tuple[Meter, float], change: Change | None, time: float) -> list[Output]:
        """What a host said that tells meter and tempo; where only these changed, the monitors hear of it."""
        outputs = self._changed(change, time)
        if change is None and before != (self.clock.meter, self.clock.tempo):
            outputs += self._box.transport(self.clock, self._stage.tick)
        return outputs

    def _changed(self, change: Change | None, time: float) -> list[Output]:
        """What the transport's change means for everyone."""
        outputs = self._door.silence() if change in (Change.STOPPED, Change.BROKEN) else []
        match change:
            case None:
                return []
            case Change.STOPPED:
                self._stage.drop()
                for session in self.sessions.values():
                    session.halt()
            case Change.STARTED:
                for session in self.sessions.values():
                    session.start()
            case Change.CONTINUED:
                for session in self.sessions.values():
                    session.resume()
            case Change.MOVED | Change.BROKEN:  # what is promised plays on; the next step knows the new bar
                loop = self.clock.loop
                for session in self.sessions.values():
                    session.backing.rewind(
                        loop.begin + self.clock.base if loop else self._stage.tick, self.clock.place_at
                    )
        if change in (Change.STARTED, Change.CONTINUED, Change.BROKEN):
            self._stage.begin(time)
        if change in (Change.STARTED, Change.CONTINUED, Change.STOPPED):
            for session in self.sessions.values():
                outputs += self._box.state(session, self.clock, self._stage.tick + 1)
        self._planner.clear()
        return outputs + self._box.transport(self.clock, self._stage.tick)

    # -- what a player does ----------------------------------------------------------------------------------

    def _played(self, session: Session, event: Event, time: float) -> list[Output]:
        match event:
            case ev.NoteOn(_, tick, pitch, velocity) if velocity > 0:
                at = self._stamp(session, tick, time)
                thru = self._box.thru(session, pitch, velocity)
                if not session.strike(at, pitch, velocity, self.clock):
                    return thru
                self.heard += 1
                return thru + self._box.monitors(ev.Heard(at, pitch, velocity), session.player)
            case ev.NoteOn(_, tick, pitch, _) | ev.NoteOff(_, tick, pitch):
                at = self._stamp(session, tick, time)
                session.release(at, pitch, self.clock)
                thru = self._box.thru(session, pitch, 0)
                return thru + self._box.monitors(ev.Heard(at, pitch, 0), session.player)
            case ev.Set() | ev.Get() | ev.Do():
                return self._asked(session, event, time)
            case ev.Control():
                if event.number == SUSTAIN:
                    session.ear.pedal(self._stamp(session, event.tick, time), down=event.value >= PRESSED)
                wishes = console.turned(session, event, self.desk)
                return [output for wish in wishes for output in self._asked(session, wish, time)]
        return []

    def _asked(self, session: Session, wish: ev.Set | ev.Get | ev.Do, time: float) -> list[Output]:
        led: list[Output] = []
        try:
            if isinstance(wish, ev.Set) and wish.name in LED:
                self.settings.check(wish.name, wish.value)
            if isinstance(wish, ev.Set | ev.Do) and (wish.name if isinstance(wish, ev.Set) else wish.action) in LED:
                led = self._changed(self._conductor.led(wish, self.settings, time), time)
            done = led + console.asked(session, wish, self.settings, self.sessions.values(), self._box, self.desk)
        except WireError as error:
            self.drops += 1
            return self._box.refuse(self.roster.peers(session.player), error.reason, session.player)
        return done + (self._box.state(session, self.clock, self._stage.tick) if isinstance(wish, ev.Do) else [])

    def _stamp(self, session: Session, tick: int, time: float) -> int:
        """The engine's tick of an event: its own stamp where that is credible, else its arrival."""
        if self.timeline is None:
            return self._stage.tick
        arrival = round(self.timeline.tick_at(time))
        at = arrival if tick == ev.ARRIVAL else tick - (session.offset or 0)
        return at if abs(at - arrival) <= TRUST else arrival

    # -- now and then ----------------------------------------------------------------------------------------

    def _heartbeat(self, time: float) -> list[Output]:
        self._beat = time + HEARTBEAT
        outputs = [output for player, peer in self.roster.lost(time) for output in self._door.leave(player, [peer])]
        for player in self.roster.numbers():
            outputs += self._box.tell(self.roster.peers(player), ev.Heartbeat(self._door.generation_of(player)), player)
        monitors = self.roster.monitors()
        outputs += self._box.tell(monitors, ev.Heartbeat(self._door.generation), EVERYONE)
        if monitors:  # sorting what was measured takes its time, which nobody else's band shall wait for
            for name, value in values(self.report(RECENT), self._stage.margin, self.step_ms):
                outputs += self._box.tell(monitors, ev.Value(name, value), EVERYONE)
        if not self.roster.everyone():
            self._beat = NEVER
        return outputs
