"""What a jam's log is made of: everything that went into the engine, in order, what came out, and a few facts beside.

The engine is a function of its header and of the first three entries (ARCHITECTURE.md, line 1); the others follow from
them, and are kept so that a log can be heard, drawn and learnt from without a model. Times are the engine's monotonic
seconds, ticks its own.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bridge.music.events import Event, Output


@dataclass(frozen=True, slots=True)
class Header:
    """What a jam was made with, and when and by which version."""

    seed: int
    generation: int
    clock: str  # auto, osc, midi, local
    tempo: float  # quarter notes a minute, of a local clock
    model: str | None  # as asked for; None: the default
    mind: str  # the name of what played
    fault: str = ""  # what every player was told on joining
    settings: dict[str, float | int | str] = field(default_factory=dict)  # of the jam when it began
    desk: dict[str, Any] = field(default_factory=dict)  # presets, and what controls do; see io/provenance
    answerers: list[str] = field(default_factory=list)  # the names of the minds that answer
    weights: dict[str, str] = field(default_factory=dict)  # mind/set of weights -> a sum of its networks
    arithmetic: str = ""  # fingerprint of what the mind computes on this very machine; "" where not taken
    machine: str = ""  # processor and runtime, in words
    date: str = ""  # of the beginning, ISO 8601 with the offset from UTC
    began: float = 0.0  # the same moment in the engine's seconds
    bridge: str = ""  # version of the package
    protocol: int = 1

    @property
    def moment(self) -> datetime | None:
        """The beginning as a date; None where it is not said."""
        try:
            return datetime.fromisoformat(self.date)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Received:
    """An event that arrived at `time`."""

    event: Event
    time: float


@dataclass(frozen=True, slots=True)
class Advanced:
    """The engine was woken at `time`."""

    time: float


@dataclass(frozen=True, slots=True)
class Closed:
    """The engine was ended at `time`."""

    time: float


@dataclass(frozen=True, slots=True)
class Said:
    """What the engine said to the input before."""

    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Clocked:
    """Where the transport is. Between two of these, ticks go on at the first one's tempo, to within DRIFT ticks."""

    time: float
    tick: float
    tempo: float
    playing: int
    numerator: int
    denominator: int
    base: int  # tick - song position
    bar: int  # the tick at which the bar began
    source: str


@dataclass(frozen=True, slots=True)
class Struck:
    """A player's key went down at `tick`, or with velocity 0 came up; as the engine stamped it."""

    player: int
    tick: int
    pitch: int
    velocity: int



Input = Received | Advanced | Closed
Entry = Input | Said | Clocked | Struck
DRIFT = 1.0  # ticks, about a millisecond at 120 a minute, by which a Clocked may be wrong before another is written
