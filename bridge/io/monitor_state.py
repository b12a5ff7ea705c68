"""What a monitor knows: a state machine fed with the engine's messages and the seconds at which they came.

All ticks are the engine's own. A chord up to the latest cue is played, a later one is planned. A plan that comes for a
tick more than a sixteenth before the last one begins anew; a silence ends what sounds and voids the plans. An engine
that was lost and comes back finds a clean slate, since it may be another one.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from bridge.engine.measures import Measure
from bridge.io.take import chord_name
from bridge.music.events import (
    ALL,
    EVERYONE,
    Chord,
    Cue,
    Error,
    Heard,
    Message,
    Plan,
    Silence,
    State,
    Transport,
    Value,
)
from bridge.music.timeline import PPQ, STEP, Meter, Timeline

LOST: Final = 3.0  # seconds without a word, after which the engine counts as lost
KEPT: Final = 64 * PPQ  # ticks of the past that are remembered
RECENT: Final = 400  # cues whose margins count

Condition = Literal["waiting", "here", "lost"]


@dataclass(frozen=True, slots=True)
class Span:
    """A note on the roll; one that is still held has no length yet."""

    tick: int
    ticks: int | None
    pitch: int


@dataclass(frozen=True, slots=True)
class Named:
    """A chord's name and the tick from which it holds; the name is empty for no chord."""

    tick: int
    name: str


@dataclass(slots=True)
class PlayerView:
    """One player: what was heard, what was cued, what is planned."""

    mode: str = "-"
    phase: str = "-"
    genre: str = "any"
    notes: int = 0  # heard, in all
    cues: int = 0  # in all
    heard: list[Span] = field(default_factory=list)
    sounds: dict[str, list[Span]] = field(default_factory=dict)  # by voice: committed
    plans: dict[str, list[Span]] = field(default_factory=dict)  # by voice: provisional
    played: list[Named] = field(default_factory=list)
    planned: list[Named] = field(default_factory=list)
    latest: int = -(2**31)  # tick of the latest cue
    planned_to: int = -(2**31)  # tick of the latest plan

    def strike(self, tick: int, pitch: int) -> None:
        """A key goes down."""
        self.release(tick, pitch)
        self.notes += 1
        self.heard.append(Span(tick, None, pitch))

    def release(self, tick: int, pitch: int) -> None:
        """A key comes up."""
        for at, span in enumerate(self.heard):
            if span.pitch == pitch and span.ticks is None:
                self.heard[at] = Span(span.tick, max(tick - span.tick, 1), pitch)

    def cue(self, cue: Cue) -> None:
        """A committed note; plans for its moment have been overtaken."""
        self.cues += 1
        self.latest = max(self.latest, cue.tick)
        self.sounds.setdefault(cue.voice, []).append(Span(cue.tick, cue.ticks, cue.pitch))
        for voice, spans in self.plans.items():
            self.plans[voice] = [span for span in spans if span.tick > cue.tick]
        self.planned = [named for named in self.planned if named.tick > cue.tick]

    def plan(self, message: Plan | Chord) -> None:
        """A provisional note or chord; one that lies before the last forgets the plan that was."""
        if message.tick < self.planned_to - STEP:
            self.plans.clear()
            self.planned.clear()
        self.planned_to = message.tick
        if isinstance(message, Plan):
            self.plans.setdefault(message.voice, []).append(Span(message.tick, message.ticks, message.pitch))
        else:
            self.planned.append(Named(message.tick, chord_name(message.root, message.quality)))

    def chord(self, chord: Chord) -> None:
        """A chord that is played."""
        named = Named(chord.tick, chord_name(chord.root, chord.quality))
        self.played = [each for each in self.played if each.tick < chord.tick]
        if not self.played or self.played[-1].name != named.name:
            self.played.append(named)

    def silence(self, voice: str, tick: int) -> None:
        """Nothing of a voice, or of all, sounds or is planned from `tick` on."""
        for name, spans in self.sounds.items():
            if voice in (ALL, name):
                cut = (Span(s.tick, min(s.ticks or 0, tick - s.tick), s.pitch) for s in spans)
                self.sounds[name] = [span for span in cut if span.ticks and span.ticks > 0]
        self.plans.clear()
        self.planned.clear()

    def forget(self, before: int) -> None:
        """Drops what lies before a tick."""
        self.heard = [span for span in self.heard if span.tick >= before]
        for spans in self.sounds.values():
            spans[:] = [span for span in spans if span.tick >= before]
        self.played = self.played[-1:] if self.played and self.played[-1].tick < before else self.played

    def now(self, tick: float) -> str:
        """The chord at a tick; empty where none is known."""
        return next((named.name for named in reversed(self.played) if named.tick <= tick), "")

    def coming(self, tick: float) -> Named | None:
        """The next chord of another name after a tick, committed or planned."""
        now = self.now(tick)
        ahead = sorted((n for n in (*self.played, *self.planned) if n.tick > tick), key=lambda named: named.tick)
        return next((named for named in ahead if named.name and named.name != now), None)


@dataclass(slots=True)
class MonitorState:
    """Everything that a monitor shows; changes only by `feed`."""

    seen: float | None = None  # second of the latest word from the engine
    transport: Transport | None = None
    anchor: Timeline | None = None  # the clock: by the latest cue, whose moment is known exactly, else by arrival
    players: dict[int, PlayerView] = field(default_factory=dict)
    values: dict[str, float | int | str] = field(default_factory=dict)
    trouble: tuple[str, float] = ("", 0.0)  # the latest error, and the second at which it came
    margins: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))  # milliseconds, at arrival

    def feed(self, message: Message, time: float, player: int = EVERYONE, due: float | None = None) -> None:
        """Takes a message that arrived at `time`; `due` is the second that its bundle names, of a cue its beginning."""
        if self.condition(time) == "lost":
            self.players.clear()
            self.values.clear()
            self.transport = self.anchor = None
        self.seen = time
        match message:
            case Transport():
                self._follow(message, time)
            case Value(name="genre") if player != EVERYONE:
                self.players.setdefault(player, PlayerView()).genre = str(message.value)
            case Error():
                self.trouble = message.reason, time
            case Value():
                self.values[message.name] = message.value
            case _ if player != EVERYONE:
                self._of(self.players.setdefault(player, PlayerView()), message, time, due)

    def _follow(self, transport: Transport, time: float) -> None:
        """The clock as reported. The report of a beat is as early as its cues, so that it anchors only a new clock."""
        before = self.transport
        self.transport = transport
        same = before is not None and (before.tempo, before.playing) == (transport.tempo, transport.playing)
        if self.anchor is None or not same or abs(self.anchor.tick_at(time) - transport.tick) > PPQ:
            self.anchor = Timeline(transport.tempo, transport.tick, time)
        for view in self.players.values():
            view.forget(transport.tick - KEPT)

    def _of(self, view: PlayerView, message: Message, time: float, due: float | None) -> None:
        """A message about one player."""
        match message:
            case State():
                view.mode, view.phase = message.mode, message.phase
            case Heard() if message.velocity:
                view.strike(message.tick, message.pitch)
            case Heard():
                view.release(message.tick, message.pitch)
            case Cue():
                view.cue(message)
                if due is not None:
                    self.margins.append((due - time) * 1000)
                    if self.transport is not None:
                        self.anchor = Timeline(self.transport.tempo, message.tick, due)
            case Chord() if message.tick <= view.latest:
                view.chord(message)
            case Plan() | Chord():
                view.plan(message)
            case Silence():
                view.silence(message.voice, int(self.tick(time)))

    def condition(self, time: float) -> Condition:
        """Whether the engine is here, was lost, or has never been heard."""
        if self.seen is None:
            return "waiting"
        return "here" if time - self.seen <= LOST else "lost"

    @property
    def playing(self) -> bool:
        """Whether the transport runs."""
        return self.transport is not None and bool(self.transport.playing)

    @property
    def meter(self) -> Meter:
        """The meter as last reported."""
        return Meter(self.transport.numerator, self.transport.denominator) if self.transport else Meter()

    def tick(self, time: float) -> float:
        """The engine's tick at `time`, as far as the monitor knows; it stands still while the engine is lost."""
        if self.transport is None or self.anchor is None:
            return 0.0
        if not self.transport.playing:
            return float(self.transport.tick)
        return self.anchor.tick_at(self.seen if self.condition(time) == "lost" and self.seen else time)

    def bar_line(self) -> int:
        """The engine's tick at which some bar began; every bar line lies whole bars from it."""
        return self.transport.tick - self.transport.song + self.transport.bar if self.transport else 0

    def bar_number(self, tick: float) -> int:
        """The song's bar, from 1, at an engine's tick."""
        if self.transport is None:
            return 0
        song = tick - (self.transport.tick - self.transport.song)
        return int((song - self.transport.bar % self.meter.bar) // self.meter.bar) + 1

    def margin(self) -> tuple[float, float, float] | None:
        """Percentiles 1, 50 and 99 of the latest cues' margins, in milliseconds; None where there are none.

        They are the engine's own, once it has told them: what is measured here is late by this process's delays.
        """
        if not self.margins:
            return None
        told = [self.values.get(f"margin_ms_{name}") for name in ("p1", "p50", "p99")]
        if all(isinstance(value, int | float) and value for value in told):
            return float(told[0] or 0), float(told[1] or 0), float(told[2] or 0)
        measure = Measure()
        for margin in self.margins:
            measure.add(margin)
        p1, p50, p99 = measure.percentiles((1, 50, 99))
        return p1, p50, p99
