"""A response: what the machine says, as it is composed, and what it said."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from bridge.engine.answerer import Answerer, Ask, Phrase, Tone

MOST_TONES: Final = 2048  # in one response, or times that its mind is asked for more: it has lost its way
ENOUGH: Final = 32  # times that a mind is asked for more of a draft, which is a beat long


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

    def go_on(self) -> None:
        """Compose a little more; raises what its mind raises."""
        self.asked += 1
        self.state, found = self.mind.compose(self.state)
        end, last = self.ask.begin + self.ask.ticks, self.tones[-1].tick if self.tones else -1
        self.tones += [_inside(tone, end) for tone in found or () if last < tone.tick < end]
        self.done = found is None or max(len(self.tones), self.asked) > MOST_TONES

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


def begun(ask: Ask, mind: Answerer, state: Any) -> Response:
    """A response of which nothing is composed yet, by a mind in a state, None for its first; raises what it raises."""
    return Response(ask, mind, mind.ask(mind.start() if state is None else state, ask))


@dataclass(slots=True)
class Draft:
    """A response that is begun before its bar line, in case that nothing comes between."""

    ask: Ask
    asked: Answerer  # who is asked, and in which state
    state: Any
    response: Response | None = None
    failed: bool = False  # the mind raised: it will again in its time, and is counted then

    def of(self, ask: Ask, mind: Answerer, state: Any) -> bool:
        """Whether it is what this mind, in this very state, says when asked this."""
        return self.asked is mind and self.state is state and self.ask == ask

    def go_on(self, until: int) -> bool:
        """Begin it, or compose a little more; whether nothing is left to do up to a tick."""
        response = self.response
        if self.failed or (response and (response.done or response.known >= until or response.asked >= ENOUGH)):
            return True
        try:
            if response is None:
                self.response = begun(self.ask, self.asked, self.state)
            else:
                response.go_on()
        except Exception:
            self.failed = True
        return self.failed


def _inside(tone: Tone, end: int) -> Tone:
    return tone if tone.end <= end else replace(tone, ticks=max(1, end - tone.tick))
