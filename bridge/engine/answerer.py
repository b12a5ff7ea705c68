"""What a mind that answers with a melody is asked, and what it says.

Like a generator it holds weights and no state. It is told the call note by note, asked for a response on a bar line,
and composes it note by note, a little ahead of the music; what it composes depends on the state and the key only.
"""

from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from bridge.music.timeline import Place

CHORD: Final = 40  # ticks; onsets closer than a twelfth of a quarter are one chord, whose top note is the line


@dataclass(frozen=True, slots=True)
class Tone:
    """A note of a line, in the engine's ticks."""

    tick: int
    ticks: int
    pitch: int
    velocity: int

    @property
    def end(self) -> int:
        """The tick at which it ends."""
        return self.tick + self.ticks


@dataclass(frozen=True, slots=True)
class Phrase:
    """A call, or a response: whole bars from a bar line on; a pick-up lies before it."""

    begin: int  # tick of its first bar line
    ticks: int
    tones: tuple[Tone, ...]  # in order of time


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted of a response."""

    begin: int  # tick, a bar line
    ticks: int  # its length
    place: Place  # of its beginning
    source: Phrase  # what it answers or varies
    key: int  # names its random choices
    temperature: float
    amount: float  # of a variation, 0-1
    genre: str
    velocity: int  # how hard the player plays, 1-127
    home: tuple[float, ...] = ()  # (12,) how much each pitch class is wanted at its end, 0-1; (): none is


class Answerer(Protocol):
    """A mind for one line; its state is its own immutable value. Where one of these raises, a plainer mind
    answers; only `coming`, which reads the state and no more, must not.
    """

    name: str

    def start(self) -> Any:
        """The state before anything was heard."""
        ...

    def hear(self, state: Any, tick: int, pitch: int, place: Place, before: int, genre: str) -> Any:
        """Take in the onset of a note at its place; `before` is how long the note before it sounded, 0: until now."""
        ...

    def ask(self, state: Any, ask: Ask) -> Any:
        """The state of composing a response."""
        ...

    def coming(self, state: Any) -> int | None:
        """The tick of the next note that `compose` will give, where that is known already."""
        ...

    def compose(self, state: Any) -> tuple[Any, tuple[Tone, ...] | None]:
        """The next notes of the response, in order of time, and the state after them; None when it is over."""
        ...


def line_of(phrase: Phrase) -> list[Tone]:
    """The top line of a phrase: one note at a time, each ended by the next."""
    line: list[Tone] = []
    for tone in phrase.tones:
        if line and tone.tick - line[-1].tick < CHORD:
            line[-1] = max(line[-1], tone, key=lambda one: one.pitch)
        else:
            line.append(tone)
    follow = [tone.tick for tone in line[1:]]
    ends = [*follow, phrase.begin + phrase.ticks]
    return [replace(t, ticks=max(1, min(t.end, end) - t.tick)) for t, end in zip(line, ends, strict=False)]
