"""The clock: what the host's transport does, told in our own monotonic ticks.

Rule 1. The host is the only master; a local clock is a host like any other.
Rule 2. Ticks never go back. A loop seam or a relocation moves the song position under them: `base = tick - song`
changes.
Rule 3. One source at a time: the one that plays keeps the transport until it stops or falls silent.
Rule 4. A loop, once seen, is expected: the bar that comes after its end is the bar at its beginning.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from math import ceil, floor

from bridge.engine.follow import ASTRAY, PositionFollower, PulseFollower
from bridge.music.timeline import PPQ, PULSE, STEP, Meter, Place, Timeline, place

SILENT = 2.0  # seconds without a word from a playing host after which we take it for stopped
SLIDE = STEP // 4  # ticks by which a Link session may put itself right in passing; more is a jump of its beats
SLACK = 2  # ticks by which position and song, rounded apart, may disagree


class Change(Enum):
    """What a word from the host meant for the band."""

    STARTED = auto()  # plays, from elsewhere than where it stopped
    CONTINUED = auto()  # plays on from where it stopped
    STOPPED = auto()
    MOVED = auto()  # a loop seam or a relocation while playing
    BROKEN = auto()  # the host's numbering itself jumped; what was promised is void


@dataclass(frozen=True, slots=True)
class Loop:
    """A jump of the song position that was seen once: from `end` back to `begin`, in song ticks."""

    begin: int
    end: int


class Clock:
    """The transport as far as it is known; all ticks are the engine's own."""

    def __init__(self, tempo: float = 120.0, meter: Meter | None = None) -> None:
        self.source = "none"
        self.playing = False
        self.timeline: Timeline | None = None  # None while stopped
        self.meter = meter or Meter()
        self.shift = 0  # the reporting host's ticks - ours
        self.base = 0  # tick - song
        self.origin = 0  # song position at which some bar began
        self.loop: Loop | None = None
        self.heard = 0.0  # when the host was last heard
        self.tempo = tempo
        self._tick = 0  # of the last report or pulse
        self._song = 0  # where the song stands or will continue
        self._pulses = PulseFollower(tempo)
        self._positions = PositionFollower()
        self._armed = False  # a MIDI start or continue waits for its pulse
        self._fresh = True  # the next start is not a continuation
        self._target: int | None = None  # a song position that the next pulse takes effect at

    # -- reading ---------------------------------------------------------------------------------------------

    def song_at(self, tick: int) -> int:
        """The song position at `tick`, a loop once seen being taken at its next end as well."""
        song = tick - self.base
        if self.loop and song >= self.loop.end > self._song >= self.loop.begin:
            song -= self.loop.end - self.loop.begin
        return song

    def place_at(self, tick: int) -> Place:
        """The bar and the place in it of `tick`."""
        return place(self.song_at(tick), self.origin, self.meter)

    # -- a host that reports positions -----------------------------------------------------------------------

    def position(
        self, tick: int, song: int, tempo: float, meter: Meter, time: float, *, playing: bool, bar: int = -1
    ) -> Change | None:
        """The host says where it is, in its own ticks: `tick - self.shift` are ours."""
        tick -= self.shift
        self.heard, self.source, self.tempo = time, "osc", tempo
        if not playing:
            change = self._halt(song)
            self._meter(meter, song, bar)
            tick = self._forward(tick, self._tick)
            self._tick, self.base = tick, tick - song
            return change
        if self.timeline is None:
            self._meter(meter, song, bar)
            tick = self._forward(tick, self._tick)
            return self._run(self._positions.begin(tick, tempo, time), tick, song)
        if self._tick - ASTRAY * self.timeline.rate < tick < self._tick:
            return None  # an older report, overtaken on its way
        timeline = self._positions.follow(self.timeline, tick, tempo, time)
        if timeline is None:
            tick = self._forward(tick, ceil(self.timeline.tick_at(time)))
            timeline = self._positions.begin(tick, tempo, time)
            self._move(tick, song, self._song)
            self._meter(meter, song, bar)
            self.timeline, self.loop = timeline, None
            return Change.BROKEN
        self.timeline = timeline
        if self._positions.astray:
            return None
        moved = self._move(tick, song, self._song)
        self._meter(meter, song, bar, moved=moved is not None)
        return moved

    def stamp(self, song: int, time: float) -> int:
        """Our tick of a report that has none: where its song position is expected about now, else its arrival."""
        if self.timeline is None:
            return self._tick
        now = self.timeline.tick_at(time)
        expected = song + self.base
        return expected if abs(expected - now) < ASTRAY * self.timeline.rate else round(now)

    def _forward(self, tick: int, least: int) -> int:
        """Keep our ticks from going back where the host's numbering begins anew."""
        if tick < least:
            self.shift -= least - tick
            return least
        return tick

    def _move(self, tick: int, song: int, before: int) -> Change | None:
        """Take the song position; a jump back is learnt as a loop if a bar or a beat ended since `before`."""
        base = tick - song
        self._tick, self._song = tick, song
        if abs(base - self.base) <= SLACK:
            return None
        length, latest = base - self.base, tick - self.base
        self.base, self.loop = base, None
        if length > 0:
            for unit in (self.meter.bar, self.meter.beat):
                end = latest - (latest - self.origin) % unit
                if before <= end and end - length >= 0:
                    self.loop = Loop(end - length, end)
                    break
        return Change.MOVED

    def _meter(self, meter: Meter, song: int, bar: int, *, moved: bool = False) -> None:
        """Take the meter; where the host does not say where its bar began, a change of meter falls on a bar line."""
        if bar >= 0:
            if (bar - self.origin + SLACK) % meter.bar > 2 * SLACK or meter != self.meter:
                self.origin = bar % meter.bar  # bars are counted from the song's beginning, as without this word
        elif not self.playing:
            self.origin = 0
        elif meter != self.meter and moved:
            self.origin = song - song % STEP  # loops begin on bar lines
        elif meter != self.meter:
            self.origin += round((song - self.origin) / self.meter.bar) * self.meter.bar
        self.meter = meter

    # -- a host that sends MIDI clock, or the local clock --------------------------------------------------------

    def pulse(self, time: float) -> Change | None:
        """One of 24 a quarter note."""
        if self._armed and self._owns("midi"):
            self._armed = False
            self._pulses.begin(time)
            self.heard, self.source = time, "midi"
            tick = self._tick
            return self._run(Timeline(self._pulses.tempo, tick, time), tick, self._song)
        ticks = self._pulses.pulse(time) * PULSE
        if self.source != "midi" or not self.playing:
            return None
        self.heard, before = time, self._song
        song = before + ticks  # less than before where pulses had been assumed that never were; ticks go on
        if self._target is not None:
            song, self._target = self._target, None
        self._tick += max(0, ticks)
        self.tempo = self._pulses.tempo
        self.timeline = Timeline(self.tempo, self._tick, self._pulses.time)
        return self._move(self._tick, song, before)

    def start(self, time: float) -> Change | None:
        """Play from the song's beginning: at the next pulse, or at once where the clock is our own."""
        if not self._owns("midi") and self.source != "local":
            return None
        self._song, self._fresh = 0, True
        return self._arm(time)

    def go_on(self, time: float) -> Change | None:
        """Play from the song position."""
        if not self._owns("midi") and self.source != "local":
            return None
        return self._arm(time)

    def stop(self, time: float) -> Change | None:
        """The transport stands."""
        self._armed = False
        if self.source not in ("midi", "local"):
            return None
        self.heard, self._target = time, None
        tick = self._now(time) if self.source == "local" else self._tick
        if self.source == "midi" and self.playing:
            tick += PULSE  # a continue goes on with the next pulse
        change = self._halt(tick - self.base if self.playing else self._song)
        self._tick = tick
        return change

    def song_position(self, sixteenths: int) -> None:
        """Where to continue; while playing, a relocation that the next pulse carries out."""
        song = sixteenths * STEP
        if self.playing and self.source == "midi":
            self._target = song
        elif not self.playing:
            self._fresh = self._fresh or song != self._song
            self._song = song

    def local(self, tempo: float, time: float) -> None:
        """Be our own master, at `tempo`."""
        if not self._owns("local"):
            return
        self.source, self.tempo, self.heard = "local", tempo, time
        if self.timeline:
            self.timeline = self.timeline.at_tempo(tempo, time)

    def check(self, time: float) -> Change | None:
        """A playing host that says nothing for two seconds is gone."""
        if self.playing and self.source != "local" and time - self.heard > SILENT:
            return self._halt(self._song)
        return None

    def deadline(self) -> float | None:
        """When `check` has to be called, in seconds."""
        return self.heard + SILENT + 0.001 if self.playing and self.source != "local" else None

    def forget(self) -> None:
        """Number ticks from the next host's own again; only while the transport stands."""
        self.shift, self.base, self._tick, self._song, self._fresh = 0, 0, 0, 0, True

    def owner(self, source: str) -> bool:
        """Whether a word from `source` counts now."""
        return self._owns(source)

    # -- a session of Ableton Link -----------------------------------------------------------------------------

    def linked(self, beat: float, tempo: float, meter: Meter, time: float, *, playing: bool) -> Change | None:
        """A Link session says where it is: its beats are our song, taken as they are, since Link has filtered them."""
        since, self.heard, self.source, self.tempo = time - self.heard, time, "link", tempo
        self.meter, self.origin, self.loop = meter, 0, None
        song = beat * PPQ
        if not playing:
            return self._halt(floor(song))
        if self.timeline is None:
            base = self._tick - floor(song)
            return self._run(Timeline(tempo, song + base, time), self._tick, floor(song))
        expected, line = self.timeline.tick_at(time), Timeline(tempo, song + self.base, time)
        moved = abs(line.tick - expected) > SLIDE + abs(line.rate - self.timeline.rate) * since
        if moved:
            self.base = ceil(expected - song)
        self.timeline = replace(line, tick=song + self.base)
        self._tick = max(self._tick, floor(song) + self.base)
        self._song = self._tick - self.base
        return Change.MOVED if moved else None

    # -- inside ----------------------------------------------------------------------------------------------

    def _owns(self, source: str) -> bool:
        return self.source == source or not self.playing

    def _now(self, time: float) -> int:
        return round(self.timeline.tick_at(time)) if self.timeline else self._tick

    def _arm(self, time: float) -> Change | None:
        if self.playing and self.timeline:
            self._tick = max(self._tick, ceil(self.timeline.tick_at(time)))
        if self.source == "local":
            self.heard = time
            return self._run(Timeline(self.tempo, self._tick, time), self._tick, self._song)
        self._armed = True
        return None

    def _run(self, timeline: Timeline, tick: int, song: int) -> Change:
        change = Change.STARTED if self._fresh or abs(song - self._song) > PPQ else Change.CONTINUED
        if self.playing:
            change = Change.STARTED
        self.playing, self.timeline, self._fresh = True, timeline, False
        self._tick, self._song, self.base = tick, song, tick - song
        if change is Change.STARTED:
            self.loop = None
        return change

    def _halt(self, song: int) -> Change | None:
        if not self.playing:
            self._fresh = self._fresh or abs(song - self._song) > PPQ
            self._song = song
            return None
        self._tick = max(self._tick, ceil(self.timeline.tick_at(self.heard)) if self.timeline else 0)
        self.playing, self.timeline, self._song = False, None, song
        return Change.STOPPED
