"""The stage: at every sixteenth each session decides, and what it decides becomes cues.

Rule 1. A step is decided `lookahead` before its tick; steps lie on the bars' grid, also after a relocation.
Rule 2. A cue that can no longer be in time is not sent but counted as late. The minds hear every step all the same, so
that a stall costs notes and never the place.
Rule 3. A chord or a response that was cued to sound on, and must not, is ended by a silence of its voice.
Rule 4. All ears are asked before any mind is, so that who hears everybody hears the same sixteenth of each.
Rule 5. One session is decided at a time, so that its cues can leave before the next one's are thought of.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.engine.clock import Clock
from bridge.engine.company import Company, Room
from bridge.engine.frame import Thought
from bridge.engine.measures import Measure
from bridge.engine.outbox import Outbox
from bridge.engine.pace import Keeper
from bridge.engine.session import Session
from bridge.engine.settings import Settings
from bridge.engine.touch import EARLIEST
from bridge.music import events as ev
from bridge.music.events import Output
from bridge.music.timeline import STEP, Place, Timeline, next_multiple
from bridge.music.vocabulary import NO_CHORD

NONE = ev.Chord(0, -1, "N")
NARROW = 0.002  # seconds; a cue with less than this to go arrives late or at best unevenly
PART = 2  # notes of a response composed at once, for the same reason
CHUNK = 4  # sixteenths planned at once, so that no plan keeps a decision waiting for more than about 2 ms
BEHIND = 64  # steps; a longer stall is skipped, not caught up


@dataclass(slots=True)
class Round:
    """A sixteenth that is being decided: what was heard before it, and who still waits."""

    tick: int
    place: Place
    room: Room
    waiting: deque[int]  # players
    shared: int = NO_CHORD  # the harmony that is shared, once the first who has it decided


class Stage:
    """Where the next step is, and what came of the ones before."""

    def __init__(self, clock: Clock, settings: Settings, box: Outbox, seed: int) -> None:
        self.margin = Measure()  # milliseconds from deciding a cue to its tick
        self.cues, self.late, self.steps = 0, 0, 0
        self.pace = Keeper()
        self.tick = 0  # of the last step that was decided
        self._clock, self._settings, self._box, self._seed = clock, settings, box, seed
        self._began = False
        self._round: Round | None = None
        self._reachable = 0.0  # no cue can be in time before this second: the transport has only just begun

    @property
    def lookahead(self) -> float:
        """Seconds by which decisions precede their tick: as set or as it takes, 3/4 of a sixteenth at most."""
        asked = self._settings.number("lookahead_ms") / 1000
        line = self._clock.timeline
        return self.pace.lookahead(asked, STEP / line.rate) if line else asked

    def begin(self, time: float) -> None:
        """The transport runs from here."""
        if self._clock.timeline:
            self.tick = round(self._clock.timeline.tick_at(time)) - 1
            self._reachable = time + self.lookahead
            self._began = True
            self.drop()

    def drop(self) -> None:
        """The sixteenth that is being decided is void: the transport stopped, or its numbering began anew."""
        self._round = None

    @property
    def deciding(self) -> bool:
        """Whether somebody's part of a sixteenth that was opened is still to be decided."""
        return self._round is not None

    def due(self) -> tuple[int, float] | None:
        """The next step's tick and the second at which to decide it; None while the transport stands."""
        line = self._clock.timeline
        if line is None or not self._began:
            return None
        tick = self._after(self.tick + 1)
        return tick, line.time_at(tick) - self.lookahead

    def _after(self, tick: float) -> int:
        """The first sixteenth of the bars at or after `tick`."""
        return next_multiple(tick, STEP, self._clock.base + self._clock.origin)

    def open(self, tick: int, sessions: Mapping[int, Session], time: float) -> None:
        """Close all ears before the sixteenth at `tick`, which is to be decided."""
        line = self._clock.timeline
        if line is None:
            return
        if line.tick_at(time) - tick > BEHIND * STEP:
            tick = self._after(line.tick_at(time))
        self.tick = tick
        players = sorted(sessions)
        ears = {player: sessions[player].ear for player in players}
        onsets = {player: ear.hear(tick) for player, ear in ears.items()}
        self._round = Round(tick, self._clock.place_at(tick), Room.of(ears, onsets, tick), deque(players))

    def decide(self, sessions: Mapping[int, Session], time: float) -> list[Output]:
        """The next session decides the sixteenth that was opened."""
        line, now = self._clock.timeline, self._round
        if line is None or now is None:
            self.drop()
            return []
        outputs: list[Output] = []
        session = self._next(now, sessions)
        if session is not None:
            asks, all_ears = self._shares(session), session.settings.word("listen") == "all"
            company = now.room.beside(session.player, now.shared if asks else NO_CHORD, everybody=all_ears)
            onset, commit = now.room.onsets[session.player], self.commit(session, len(sessions))
            outputs = self._decided(session, now.place, onset, company, commit, line, time)
            if now.shared == NO_CHORD and asks and session.backs:
                now.shared = session.backing.number
        if not now.waiting:
            self._round = None
            self.steps += 1
            outputs += self._box.transport(self._clock, now.tick) if self.on_beat() else []
        return outputs

    @staticmethod
    def _next(now: Round, sessions: Mapping[int, Session]) -> Session | None:
        """Who decides next: of those who were heard, not who left, nor who took the seat since."""
        while now.waiting:
            session = sessions.get(now.waiting.popleft())
            if session is not None and session.ear is now.room.ears[session.player]:
                return session
        return None

    @staticmethod
    def _shares(session: Session) -> bool:
        return session.settings.word("harmony") == "shared"

    def _decided(
        self, session: Session, place: Place, onset: int | None, company: Company, commit: int, line: Timeline,
        time: float,
    ) -> list[Output]:  # fmt: skip
        """One session's sixteenth."""
        mode, phase, bar_line = session.mode, session.shown, place.step == 0
        thought = session.step(self.tick, self._clock, self._seed, onset, company, commit)
        outputs: list[Output] = []
        if session.mode != mode:
            outputs += [output for voice in session.unheard(mode) for output in self._box.silence(session, voice)]
        outputs += self._cue(session, thought, place, line, time)
        if session.backs and session.chord and (bar_line or session.chord != session.told):
            session.told = session.chord
            outputs += self._box.chord(session, replace(session.spoken(session.chord), tick=self.tick))
        if bar_line or (session.shown, session.mode) != (phase, mode):
            outputs += self._box.state(session, self._clock, self.tick)
        return outputs

    def on_beat(self) -> bool:
        """Whether the last step that was decided begins a beat."""
        place = self._clock.place_at(self.tick)
        return place.phase % place.meter.beat < STEP

    def _cue(self, session: Session, thought: Thought, place: Place, line: Timeline, time: float) -> list[Output]:
        outputs: list[Output] = []
        late = self.late
        for voice in session.cut(thought, self.tick):
            outputs += self._box.silence(session, voice)
        for note in session.audible(thought, place, self._early()):
            at = self.tick + note.delay
            moment = line.time_at(at)
            if moment <= time + NARROW:
                self.late += moment > self._reachable
                continue
            self.cues += 1
            session.cued(note, at)
            self.margin.add((moment - time) * 1000)
            theirs = at + (session.offset or 0)
            cue = ev.Cue(note.voice, theirs, note.ticks, note.pitch, note.velocity, session.generation)
            channel = int(session.settings.number(f"{note.voice}_channel"))
            outputs += self._box.send(session, cue, moment, at, channel)
        return outputs if self.late == late else [*outputs, *self._box.fault(session, "late")]

    def ahead(self, session: Session) -> bool:
        """Compose a little of a session's response ahead of its time; whether there is nothing left to do."""
        return self._clock.timeline is None or session.ahead(self.tick, self._clock, self._seed)

    def horizon(self, session: Session, players: int) -> int:
        """Ticks that a session plans ahead: as set, as far as the pace allows."""
        line = self._clock.timeline
        wanted = int(session.settings.number("horizon") * self._clock.meter.beat)
        return self.pace.horizon(wanted, players, STEP / line.rate) if line else wanted

    def commit(self, session: Session, players: int) -> int:
        """Ticks ahead up to which a planned chord is kept: as set, and as the pace demands."""
        line = self._clock.timeline
        asked = int(session.settings.number("commit") * self._clock.meter.beat)
        if line is None:
            return asked
        return self.pace.commit(asked, self.horizon(session, players), players, STEP / line.rate)

    def _early(self) -> int:
        """Ticks by which a cue may come before its sixteenth."""
        line = self._clock.timeline
        return int(EARLIEST * self.lookahead * line.rate) if line else 0

    def plan(self, session: Session, sessions: Mapping[int, Session]) -> tuple[list[Output], bool]:
        """A few sixteenths more of what a session would play over its horizon, told for display when it is whole."""
        players = len(sessions)
        horizon = self.horizon(session, players)
        if not session.exchange.compose(self.tick + STEP + horizon, PART):
            return [], False
        if not session.plan(self._clock, self._seed, horizon, CHUNK, self._harmony(session, sessions)):
            return [], False
        thoughts, fresh = session.planned(self._clock, horizon, self.tick, self.commit(session, players))
        outputs, early = list[Output](), self._early()
        if fresh and thoughts:  # the chord that holds until another is named tells that a plan begins anew
            coming = thoughts[0][1].chord if thoughts[0][0] == self.tick + STEP else None
            now = coming or session.chord if session.backs else None
            outputs += self._box.chord(session, replace(session.spoken(now or NONE), tick=self.tick + STEP))
        for tick, thought in thoughts:
            theirs = tick + (session.offset or 0)
            if thought.chord and session.backs and tick > self.tick + STEP * fresh:
                outputs += self._box.chord(session, session.spoken(thought.chord))
            for note in session.audible(thought, self._clock.place_at(tick), early):
                plan = ev.Plan(note.voice, theirs + note.delay, note.ticks, note.pitch, note.velocity)
                outputs += self._box.send(session, plan)
        return outputs, True

    def _harmony(self, session: Session, sessions: Mapping[int, Session]) -> dict[int, int]:
        """The harmony that a session shares, as it is planned by the first who does: tick -> chord class."""
        if not self._shares(session):
            return {}
        sharing = (sessions[player] for player in sorted(sessions) if self._shares(sessions[player]))
        first = next((other for other in sharing if other.backs), session)
        return {} if first is session else {step.frame.tick: step.chord for step in first.backing.plan}
