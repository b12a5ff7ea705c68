"""A response: what the machine says, as it is composed, and what it said."""

from dataclasses import dataclass, field
from typing import Any

from bridge.engine.answerer import Answerer, Ask, Phrase, Tone


@dataclass(slots=True)
class Response:
    """A response that sounds, loops, or is being composed."""

    ask: Ask
    mind: Answerer
    state: Any  # of composing it
    done: bool = False  # composed to its end
    asked: int = 0  # how often its mind was asked for more
    next: int = 0  # place in the tones of the first that was not played yet
    shift: int = 0  # ticks by which a loop has moved it
    tones: list[Tone] = field(default_factory=list)

    @property
    def known(self) -> int:
        """The tick before which nothing is left to compose: of the next note where the mind knows it, else the last."""
        coming = self.mind.coming(self.state)
        if coming is None:
            coming = self.tones[-1].tick if self.tones else -(2**31)
        return coming + self.shift

    @property
    def begin(self) -> int:
        """The tick at which it begins, or began again."""
        return self.ask.begin + self.shift

    @property
    def end(self) -> int:
        """The tick at which it is over, or begins again."""
        return self.begin + self.ask.ticks


@dataclass(frozen=True, slots=True)
class Said:
    """What the machine said last, all of it."""

    phrase: Phrase
    response: Response
