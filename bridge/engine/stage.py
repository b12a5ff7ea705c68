"""The stage: at every sixteenth each session decides, and what it decides becomes cues.

Rule 1. A step is decided `lookahead` before its tick; steps lie on the bars' grid, also after a relocation.
Rule 2. A cue that can no longer be in time is not sent but counted as late. The minds hear every step all the same, so
that a stall costs notes and never the place.
Rule 3. A chord that was cued to sound on, and must not, is ended by a silence of its voice.
"""

from collections.abc import Mapping
from dataclasses import replace

from bridge.engine.clock import Clock
from bridge.engine.frame import Thought
from bridge.engine.measures import Measure
from bridge.engine.outbox import Outbox
from bridge.engine.session import Session
from bridge.engine.settings import Settings
from bridge.music import events as ev
from bridge.music.events import ACCOMPANIMENT, Output
from bridge.music.timeline import STEP, Timeline, next_multiple

NARROW = 0.002  # seconds; a cue with less than this to go arrives late or at best unevenly
BEHIND = 64  # steps; a longer stall is skipped, not caught up


class Stage:
    """Where the next step is, and what came of the ones before."""

    def __init__(self, clock: Clock, settings: Settings, box: Outbox, seed: int) -> None:
        self.margin = Measure()  # milliseconds from deciding a cue to its tick
        self.cues, self.late, self.steps = 0, 0, 0
        self.tick = 0  # of the last step that was decided
        self._clock, self._settings, self._box, self._seed = clock, settings, box, seed
        self._began = False
        self._reachable = 0.0  # no cue can be in time before this second: the transport has only just begun

    @property
    def lookahead(self) -> float:
        """Seconds by which decisions precede their tick: as set, but never more than three quarters of a sixteenth."""
        asked = self._settings.number("lookahead_ms") / 1000
        line = self._clock.timeline
        return min(asked, 0.75 * STEP / line.rate) if line else asked

    def begin(self, time: float) -> None:
        """The transport runs from here."""
        if self._clock.timeline:
            self.tick = round(self._clock.timeline.tick_at(time)) - 1
            self._reachable = time + self.lookahead
            self._began = True

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

    def decide(self, tick: int, sessions: Mapping[int, Session], time: float) -> list[Output]:
        """Every session decides the sixteenth at `tick`."""
        line = self._clock.timeline
        if line is None:
            return []
        if line.tick_at(time) - tick > BEHIND * STEP:
            tick = self._after(line.tick_at(time))
        self.tick = tick
        self.steps += 1
        bar_line = self._clock.place_at(tick).step == 0
        outputs: list[Output] = []
        for session in sessions.values():
            phase, chord = session.phase, session.chord
            others = tuple(p for other in sessions.values() if other is not session for p in other.ear.held)
            thought = session.step(tick, self._clock, self._seed, others)
            outputs += self._cue(session, thought, line, time)
            if session.phase == "playing" and session.chord and (bar_line or session.chord != chord):
                outputs += self._box.chord(session, replace(session.chord, tick=tick))
            if bar_line or session.phase != phase:
                outputs += self._box.state(session, self._clock, tick)
        if self.on_beat():
            outputs += self._box.transport(self._clock, tick)
        return outputs

    def on_beat(self) -> bool:
        """Whether the last step that was decided begins a beat."""
        place = self._clock.place_at(self.tick)
        return place.phase % place.meter.beat < STEP

    def _cue(self, session: Session, thought: Thought, line: Timeline, time: float) -> list[Output]:
        outputs: list[Output] = []
        late = self.late
        if session.cut(thought, self.tick):
            outputs += self._box.silence(session, ACCOMPANIMENT)
        for note in session.audible(thought):
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
            outputs += self._box.send(session, cue, moment, at)
        return outputs if self.late == late else [*outputs, *self._box.fault(session, "late")]

    def plan(self, session: Session) -> list[Output]:
        """What a session would play over its horizon, for display."""
        outputs: list[Output] = []
        for tick, thought in session.plan(self._clock, self._seed):
            theirs = tick + (session.offset or 0)
            for note in session.audible(thought):
                plan = ev.Plan(note.voice, theirs + note.delay, note.ticks, note.pitch, note.velocity)
                outputs += self._box.send(session, plan)
            if thought.chord:
                outputs += self._box.chord(session, thought.chord)
        return outputs
