"""A performance: what was heard and what sounded in a recorded jam, told from its log alone.

Ticks are those of a file that begins at 0: where the transport stood, or the engine's numbering jumped, the next bar
line follows the last bar. Notes end as on a device (`engine/schedule.py`): at their end, when their pitch is struck
again, at a silence, when the transport stops, and of the bass when a new one begins. A chord is what the band played,
not what it planned: it comes without plans, and lies a sixteenth ahead at most, or no later than the latest cue.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from bridge.music import harmony
from bridge.music.entries import Advanced, Clocked, Closed, Entry, Received, Said, Struck
from bridge.music.events import ALL, BASS, EVERYONE, Chord, Cue, Output, Plan, Silence, State
from bridge.music.timeline import PPQ, STEP, Meter, Timeline

HEARD: Final = "heard"  # as a voice: what the player played
JUMP: Final = PPQ  # ticks; a clock that is off by more has begun to count anew


class Note(NamedTuple):
    """A note that sounded."""

    tick: int
    ticks: int
    pitch: int
    velocity: int


class Mark(NamedTuple):
    """A word at a moment: a chord's name, or a player's mode and phase."""

    tick: int
    player: int
    text: str
    chord: bool


@dataclass(slots=True)
class Performance:
    """All of a jam that can be heard, by player and voice, and the measure of it."""

    notes: dict[tuple[int, str], list[Note]] = field(default_factory=dict)
    chords: dict[int, list[tuple[int, Chord]]] = field(default_factory=dict)  # by player; tick, chord
    marks: list[Mark] = field(default_factory=list)
    meters: list[tuple[int, Meter]] = field(default_factory=list)  # from a bar line on; the first at 0
    tempos: list[tuple[int, float]] = field(default_factory=list)  # quarter notes a minute
    bars: list[int] = field(default_factory=list)  # the tick at which every bar begins
    end: int = 0  # the bar line that ends the last of them

    @property
    def players(self) -> list[int]:
        """Who is heard, or answered, in order."""
        return sorted({player for player, _ in self.notes})


@dataclass(slots=True)
class _Key:
    """A note that is cued or down: what it was when it began, and where it will end."""

    note: Note
    off: int | None  # the tick at which it ends, None while it is held


class Listener:
    """Takes a log's entries one by one; `performance` is what they came to."""

    def __init__(self) -> None:
        self.performance = Performance()
        self._clock: Clocked | None = None
        self._time = 0.0
        self._shift = 0  # file tick - engine tick
        self._start = 0  # the file's tick of the bar line at which the transport began to run
        self._offsets: dict[int, int] = {}  # player -> the ticks of its device - the engine's
        self._latest: dict[int, int] = {}  # player -> the file's tick of its latest cue
        self._open: dict[tuple[int, str], list[_Key]] = {}  # notes that may yet be cut
        self._states: dict[int, str] = {}

    def take(self, entry: Entry) -> None:
        """The next entry of the log."""
        match entry:
            case Received(_, time) | Advanced(time) | Closed(time):
                self._time = time
            case Clocked():
                self._clocked(entry)
            case Struck(player, tick, pitch, velocity):
                self._struck(player, tick + self._shift, pitch, velocity)
            case Said(outputs):
                self._said(outputs)

    def finish(self) -> Performance:
        """What it all came to, each voice in order."""
        self._stop(self._now())
        done = self.performance
        for notes in done.notes.values():
            notes.sort()
        done.notes = {where: notes for where, notes in sorted(done.notes.items()) if notes}
        last = max((note.tick + note.ticks for notes in done.notes.values() for note in notes), default=0)
        self._bars(max(last, 1))
        done.end = next(bar for bar in done.bars if bar >= max(last, 1))
        done.bars = [bar for bar in done.bars if bar < done.end]
        done.meters = done.meters or [(0, Meter())]
        done.tempos = done.tempos or [(0, Timeline().tempo)]
        return done

    # -- the clock -------------------------------------------------------------------------------------------

    def _now(self) -> int:
        """The file's tick at this moment."""
        clock = self._clock
        if clock is None:
            return 0
        tick = _line(clock).tick_at(self._time) if clock.playing else clock.tick
        return round(tick) + self._shift

    def _meter(self) -> Meter:
        return self.performance.meters[-1][1] if self.performance.meters else Meter()

    def _clocked(self, clock: Clocked) -> None:
        before, now = self._clock, self._now()
        runs = before is not None and before.playing
        if runs and not clock.playing:
            self._stop(now)
        meter, done = Meter(clock.numerator, clock.denominator), self.performance
        jumped = runs and abs(round(clock.tick) + self._shift - now) > JUMP
        if clock.playing and (not runs or jumped):
            if jumped:
                self._stop(now)
            self._bars(now)
            first = not done.notes and not any(self._open.values())
            start = 0 if first else next((bar for bar in reversed(done.bars) if bar >= now), now)
            if first:
                done.bars, done.meters, done.tempos = [], [], []
            self._start, self._shift = start, start - clock.bar
            done.bars = [bar for bar in done.bars if bar < start] + [start]
            self._metered(start, meter)
        elif clock.playing and before and (meter != self._meter() or (clock.bar - before.bar) % meter.bar):
            line = max(clock.bar + self._shift, self._start + (clock.bar + self._shift - self._start) % meter.bar)
            self._bars(line)  # a bar line elsewhere: the last bar before it is short
            done.bars = [bar for bar in done.bars if bar < line] + [line]
            self._metered(line, meter)
        if clock.playing:
            self._tempo(clock, before if runs and not jumped else None)
        self._clock = clock

    def _bars(self, until: int) -> None:
        """Bar lines up to the first at or after `until`."""
        bars, bar = self.performance.bars, self._meter().bar
        if not bars:
            bars.append(0)
        while bars[-1] < until:
            bars.append(bars[-1] + bar)

    def _metered(self, tick: int, meter: Meter) -> None:
        meters = [each for each in self.performance.meters if each[0] < tick]
        self.performance.meters = [*meters, (tick, meter)]

    def _tempo(self, clock: Clocked, before: Clocked | None) -> None:
        """The tempo from here on; of a ramp what it came to on the way is put in afterwards."""
        tempos = self.performance.tempos
        tick = max(0, round(clock.tick) + self._shift)
        begun = before is not None and tempos and tempos[-1][0] == max(0, round(before.tick) + self._shift)
        if before is not None and begun and clock.time > before.time and abs(clock.tempo - before.tempo) > 0.05:
            mean = (clock.tick - before.tick) / (clock.time - before.time) * 60 / PPQ
            if 20 <= mean <= 999:
                tempos[-1] = (tempos[-1][0], mean)
        if not tempos:
            tick = 0
        if not tempos or abs(tempos[-1][1] - clock.tempo) > 0.001 * clock.tempo:
            self.performance.tempos = [each for each in tempos if each[0] < tick] + [(tick, clock.tempo)]

    # -- notes -----------------------------------------------------------------------------------------------

    def _struck(self, player: int, tick: int, pitch: int, velocity: int) -> None:
        where = (player, HEARD)
        for key in self._open.get(where, []):
            if key.note.pitch == pitch and key.off is None:
                key.off = max(tick, key.note.tick + 1)
        if velocity:
            self._open.setdefault(where, []).append(_Key(Note(tick, 0, pitch, velocity), None))
        self._settle(where, self._now() - 4 * PPQ)

    def _said(self, outputs: tuple[Output, ...]) -> None:
        planned = {output.player for output in outputs if isinstance(output.message, Plan)}
        now = self._now()
        for output in outputs:
            if all(peer.role == "monitor" for peer in output.to):
                continue
            player = output.player
            match output.message:
                case Cue() as cue if self._clock and self._clock.playing:
                    self._offsets[player] = cue.tick - output.tick
                    self._cue(player, cue, output.tick + self._shift)
                case Silence(voice, _):
                    for where in [*self._open]:
                        if player in (EVERYONE, where[0]) and where[1] != HEARD and voice in (ALL, where[1]):
                            self._cut(where, now)
                case Chord() as chord if player not in planned:
                    tick = chord.tick - self._offsets.get(player, 0) + self._shift
                    if tick <= max(now + STEP, self._latest.get(player, 0)):
                        self._chord(player, replace(chord, tick=tick))
                case State(mode, phase, _):
                    self._state(player, f"{mode}: {phase}", now)

    def _cue(self, player: int, cue: Cue, tick: int) -> None:
        where = (player, cue.voice)
        self._latest[player] = max(tick, self._latest.get(player, 0))
        for key in self._open.get(where, []):  # notes begin in order of their ticks, however they came
            if cue.voice != BASS and key.note.pitch != cue.pitch:
                continue
            if key.off is not None and key.note.tick <= tick < key.off:
                key.off = tick
            elif key.off is not None and tick < key.note.tick < tick + cue.ticks:
                cue = replace(cue, ticks=key.note.tick - tick)
        self._open.setdefault(where, []).append(
            _Key(Note(tick, cue.ticks, cue.pitch, cue.velocity), tick + cue.ticks)
        )
        self._settle(where, self._now())

    def _cut(self, where: tuple[int, str], tick: int) -> None:
        """Nothing of a voice sounds on from here: what is down ends, what is to come is forgotten."""
        for key in self._open.pop(where, []):
            if key.note.tick < tick:
                self._keep(where, key, min(tick, tick if key.off is None else key.off))

    def _settle(self, where: tuple[int, str], tick: int) -> None:
        """What ended before `tick` cannot change any more."""
        keys = self._open.get(where, [])
        for key in keys:
            if key.off is not None and key.off <= tick:
                self._keep(where, key, key.off)
        self._open[where] = [key for key in keys if key.off is None or key.off > tick]

    def _keep(self, where: tuple[int, str], key: _Key, off: int) -> None:
        if off > key.note.tick:
            note = key.note._replace(tick=max(0, key.note.tick), ticks=off - max(0, key.note.tick))
            if note.ticks > 0:
                self.performance.notes.setdefault(where, []).append(note)

    def _stop(self, tick: int) -> None:
        """The transport stands from here on: nothing sounds."""
        for where in [*self._open]:
            self._cut(where, tick)

    def _chord(self, player: int, chord: Chord) -> None:
        chords = [each for each in self.performance.chords.get(player, []) if each[0] < chord.tick]
        last = chords[-1][1] if chords else None
        if last is None or (last.root, last.quality) != (chord.root, chord.quality):
            chords.append((chord.tick, chord))
        self.performance.chords[player] = chords

    def _state(self, player: int, text: str, now: int) -> None:
        if self._states.get(player) != text:
            self._states[player] = text
            if self._clock and self._clock.playing:
                self.performance.marks.append(Mark(max(0, -(-now // STEP) * STEP), player, text, chord=False))


def _line(clock: Clocked) -> Timeline:
    return Timeline(clock.tempo, clock.tick, clock.time)


def perform(entries: Iterable[Entry]) -> Performance:
    """The performance that a log's entries tell of; chords are among its marks."""
    listener = Listener()
    for entry in entries:
        listener.take(entry)
    done = listener.finish()
    for player, chords in done.chords.items():
        done.marks += [Mark(max(0, tick), player, chord_name(chord), chord=True) for tick, chord in chords]
    done.marks = sorted(mark for mark in done.marks if mark.tick < done.end)
    return done


def chord_name(chord: Chord) -> str:
    """The name as musicians write it (`Am7`); `N.C.` where there is none."""
    if not 0 <= chord.root < 12 or chord.quality not in harmony.QUALITIES:
        return "N.C."
    return harmony.Chord(chord.root, chord.quality, chord.root).name
