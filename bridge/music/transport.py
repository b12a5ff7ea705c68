"""What a transport without positions says: MIDI's system messages, the local clock's tempo, an Ableton Link session."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pulse:
    """One of 24 a quarter note (MIDI 0xF8)."""


@dataclass(frozen=True, slots=True)
class Start:
    """The next pulse is the song's first (MIDI 0xFA)."""


@dataclass(frozen=True, slots=True)
class Continue:
    """The next pulse goes on from the song position (MIDI 0xFB)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The transport stands (MIDI 0xFC)."""


@dataclass(frozen=True, slots=True)
class SongPosition:
    """Where the song will continue (MIDI 0xF2), in sixteenths from its beginning."""

    sixteenths: int


@dataclass(frozen=True, slots=True)
class Tempo:
    """The local clock's tempo; only an engine that is its own master hears this."""

    tempo: float


@dataclass(frozen=True, slots=True)
class Link:
    """Where a session of Ableton Link stands; its bars begin at whole multiples of the meter's bar."""

    beat: float  # quarter notes; below 0 before the start
    tempo: float  # quarter notes per minute, 20..999
    playing: int  # 1 while the session's transport runs
    numerator: int
    denominator: int
