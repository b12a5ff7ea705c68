"""What a parser found in a file, before anything is decided about it: parts of notes, meters, and what was written.

Rules: every time is in sixteenths from the beginning of the file, a float, exactly as the file has it; nothing is
rounded, chosen or left out here but drums. What is None was not said.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from bridge.music.errors import BridgeError

LONGEST = 40_000  # sixteenths; 2,500 bars of 4/4. Beyond it stand broken delta times and whole operas

UNKNOWN = "unknown"  # a genre that nobody named
NOT_STATED = "not stated"  # a licence that nobody named

Note = tuple[float, float, int]  # onset and duration in sixteenths, pitch


class UnreadableError(BridgeError):
    """A file or a tune of it that cannot be used; `reason` is the heading under which the report counts it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = " ".join(detail.split())  # some parsers' messages have several lines
        super().__init__(f"{reason} ({self.detail})" if detail else reason)


@dataclass(frozen=True, slots=True)
class Part:
    """Notes that belong together: one channel of one track, one staff, one voice."""

    name: str
    notes: tuple[Note, ...]
    program: int | None = None
    """The General MIDI program, 0-127."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature and the moment from which it holds."""

    onset: float
    numerator: int
    denominator: int

    @property
    def bar(self) -> float:
        """Sixteenths in a bar."""
        return self.numerator * 16 / self.denominator


@dataclass(frozen=True, slots=True)
class Score:
    """One piece as its file has it."""

    title: str
    parts: tuple[Part, ...]
    meters: tuple[Meter, ...]
    """In order of time; empty where the file names none."""
    bars: tuple[float, ...] | None = None
    """The onset of every bar where the file says it; what comes before the first is a pick-up."""
    key: str | None = None
    """As `G:maj`, where tonic and mode are written."""
    signature: int | None = None
    """Sharps of the first key signature, flats negative, where only that is written."""
    keys: int = 0
    """How many different key signatures the file has."""
    chords: tuple[tuple[float, str], ...] = ()
    """Written chord symbols, in the syntax of `music/harmony.py`."""
    tempo: int | None = None
    """Quarter notes per minute, at the beginning."""
    extra: dict[str, str] = field(default_factory=dict)
    """What else the record shall say: `composer`, `subgenre` ..."""

    @property
    def notes(self) -> list[Note]:
        """Every note, in order of time."""
        return sorted(note for part in self.parts for note in part.notes)

    @property
    def end(self) -> float:
        """Where the last note ends; 0 without notes."""
        return max((onset + duration for part in self.parts for onset, duration, _ in part.notes), default=0.0)

    def meter_at(self, onset: float) -> Meter:
        """The meter that holds at a moment; 4/4, as the MIDI specification has it, where none was named."""
        index = bisect_right([meter.onset for meter in self.meters], onset + 1e-6) - 1
        return self.meters[max(index, 0)] if self.meters else Meter(0.0, 4, 4)

    def bar_onsets(self) -> list[float]:
        """The onset of every bar up to the last note: as written, else by the meters, a meter change beginning one."""
        if self.bars is not None:
            return list(self.bars)
        onsets: list[float] = []
        meters = self.meters or (Meter(0.0, 4, 4),)
        for meter, following in zip(meters, [*meters[1:], None], strict=True):
            stop = self.end if following is None else min(following.onset, self.end)
            count = max(0, -int(-(stop - meter.onset - 1e-6) // meter.bar))
            onsets += [meter.onset + bar * meter.bar for bar in range(count)]
        return onsets[1:] if self._short_first_bar() else onsets

    def _short_first_bar(self) -> bool:
        """Whether the first meter lasts one bar and is shorter than the next: the way notation programs say pick-up."""
        if len(self.meters) < 2 or self.meters[0].onset > 0:
            return False
        first, second = self.meters[:2]
        return second.onset <= first.bar + 1e-6 and first.bar < second.bar
