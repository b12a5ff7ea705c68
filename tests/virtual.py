"""Virtual time: a script of events in, timed outputs out. Nothing sleeps, nothing is mocked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bridge.engine.jam import Jam
from bridge.music.events import (
    Cue,
    Event,
    Hello,
    NoteOff,
    NoteOn,
    Output,
    Position,
    Pulse,
)  # fmt: skip
from bridge.music.timeline import PPQ

Script = Iterable[tuple[float, Event]]


def play(jam: Jam, script: Script, until: float | None = None) -> list[tuple[float, Output]]:
    """Feed the script in order of time, wake the jam whenever it asks, and assert that it makes progress."""
    events = sorted(script, key=lambda item: item[0])
    out: list[tuple[float, Output]] = []
    now = float("-inf")
    for time, event in events:
        out += _run(jam, now, time)
        out += [(time, output) for output in jam.receive(event, time)]
        now = time
    if until is not None:
        out += _run(jam, now, until)
    return out


def _run(jam: Jam, now: float, until: float) -> list[tuple[float, Output]]:
    """Wake the jam from `now` on: what it should have been asked for before is asked for late."""
    out: list[tuple[float, Output]] = []
    same, last = 0, now
    while (wake := jam.wakeup()) is not None and wake <= until:
        same = same + 1 if wake <= last else 0
        assert same < 1000, f"no progress at {wake}"
        last = max(last, wake)
        out += [(last, output) for output in jam.advance(last)]
    return out


def hello(player: int = 1, role: str = "player", port: int = 9001, source: int = 0, version: int = 1) -> Hello:
    return Hello(version, player, role, port, "127.0.0.1", source)


@dataclass
class Host:
    """A DAW: writes the positions that its device would send. `tick` is monotonic, `song` jumps."""

    player: int = 1
    tempo: float = 120.0
    meter: tuple[int, int] = (4, 4)
    every: float = 0.025
    tick: float = 0.0
    song: float = 0.0
    time: float = 0.0
    script: list[tuple[float, Event]] = field(default_factory=list)
    hellos: bool = True
    port: int = 9001
    delay: float = 0.0
    _said: float = -10.0

    def at(self, *, playing: bool = True) -> None:
        self._keep()
        self.script.append((self.time + self.delay, Position(
            self.player, int(self.tick), int(self.song), self.tempo, int(playing), *self.meter)))  # fmt: skip

    def _keep(self) -> None:
        if self.hellos and self.time - self._said >= 2.0:
            self._said = self.time
            self.script.append((self.time, hello(self.player, port=self.port)))

    def run(self, beats: float) -> "Host":
        """Play on for `beats` quarter notes."""
        end = self.tick + beats * PPQ
        while True:
            self.at()
            ticks = min(self.every * self.tempo * PPQ / 60, end - self.tick)
            if ticks <= 1e-6:
                return self
            self.time += ticks * 60 / (self.tempo * PPQ)
            self.tick += ticks
            self.song += ticks

    def wait(self, seconds: float) -> "Host":
        end = self.time + seconds
        while self.time < end - 1e-9:
            self.time = min(end, self.time + 1.0)
            self._keep()
        return self

    def stop(self) -> "Host":
        self.at(playing=False)
        return self

    def locate(self, song: float) -> "Host":
        self.song = song
        return self

    def note(self, pitch: int, beats: float, velocity: int = 90, *, at: float | None = None) -> "Host":
        """A note of `beats`, from now on, stamped at its source."""
        rate = self.tempo * PPQ / 60
        start = self.time if at is None else at
        tick = round(self.tick + (start - self.time) * rate)
        self.script.append((start + 0.001, NoteOn(self.player, tick, pitch, velocity)))
        end = start + beats * PPQ / rate - 0.01
        self.script.append((end + 0.001, NoteOff(self.player, tick + round(beats * PPQ) - 10, pitch)))
        return self

    def tune(self, pitches: Sequence[int], beats: float = 1.0) -> "Host":
        for pitch in pitches:
            self.note(pitch, beats)
            self.run(beats)
        return self


def pulses(start: float, count: int, tempo: float) -> list[tuple[float, Event]]:
    return [(start + i * 60 / tempo / 24, Pulse()) for i in range(count)]


def cues(out: Iterable[tuple[float, Output]], player: int | None = None) -> list[tuple[float, Output, Cue]]:
    return [
        (time, o, o.message) for time, o in out
        if isinstance(o.message, Cue) and (player is None or o.player == player)
    ]  # fmt: skip


def of(out: Iterable[tuple[float, Output]], kind: type) -> list[tuple[float, Output]]:
    return [(time, o) for time, o in out if isinstance(o.message, kind)]
