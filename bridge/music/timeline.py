"""Musical time: integer ticks, 480 per quarter note, against monotonic seconds.

Only this module converts between the two. A tick is an int wherever music is decided; a tick as a float exists only as
the answer to "where are we now?".
"""

from dataclasses import dataclass
from math import floor

PPQ = 480  # ticks per quarter note: Max's unit, divisible by 24 pulses, by triplets and by 32nds
STEP = PPQ // 4  # ticks per sixteenth, the grid on which the band decides
PULSE = PPQ // 24  # ticks per MIDI clock pulse
MIN_TEMPO = 20.0  # quarter notes per minute; the range of Ableton Link, and of Live
MAX_TEMPO = 999.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A bijection between seconds and ticks at one tempo (after Ableton Link's Timeline)."""

    tempo: float = 120.0  # quarter notes per minute
    tick: float = 0.0  # the tick that falls ...
    time: float = 0.0  # ... at this second

    @property
    def rate(self) -> float:
        """Ticks per second."""
        return self.tempo * PPQ / 60.0

    def tick_at(self, time: float) -> float:
        """The position, in ticks, at `time` seconds."""
        return self.tick + (time - self.time) * self.rate

    def time_at(self, tick: float) -> float:
        """The moment, in seconds, at which `tick` falls."""
        return self.time + (tick - self.tick) / self.rate

    def at_tempo(self, tempo: float, time: float) -> "Timeline":
        """The timeline that goes on from where this one is at `time`, at another tempo."""
        return Timeline(tempo, self.tick_at(time), time)


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature. A bar is `numerator` notes of 1/`denominator`; the denominator is a power of two up to 32."""

    numerator: int = 4
    denominator: int = 4

    @property
    def bar(self) -> int:
        """Ticks in a bar."""
        return self.numerator * PPQ * 4 // self.denominator

    @property
    def compound(self) -> bool:
        """Whether the beat is a dotted quarter: 3/8, 6/8, 9/8, 12/8."""
        return self.denominator == 8 and self.numerator % 3 == 0

    @property
    def beat(self) -> int:
        """Ticks in a felt beat: a dotted quarter in 6/8, else a quarter."""
        return PPQ * 3 // 2 if self.compound else PPQ


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tick lies in its bar."""

    bar: int  # whole bars since the origin, from 0
    phase: int  # ticks into the bar, 0 .. meter.bar - 1
    meter: Meter

    @property
    def step(self) -> int:
        """Whole sixteenths into the bar."""
        return self.phase // STEP

    @property
    def left(self) -> int:
        """Ticks to the next beat, or to the bar line where that comes first, as in 7/8."""
        return min(self.meter.beat - self.phase % self.meter.beat, self.meter.bar - self.phase)


def place(song: int, origin: int, meter: Meter) -> Place:
    """The place of the song position `song`, in ticks, where some bar of `meter` begins at `origin`."""
    bar, phase = divmod(song - origin, meter.bar)
    return Place(bar, phase, meter)


def next_multiple(tick: float, unit: int, base: int = 0) -> int:
    """The first tick at or after `tick` that lies a whole number of `unit` from `base`."""
    return base - unit * floor((base - tick) / unit)
