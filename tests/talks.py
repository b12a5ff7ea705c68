"""Call and response for tests: minds that count or break, a jam that responds, and what came of it."""

from typing import Any

from bridge.engine.answerer import Ask, Tone
from bridge.engine.echo import Echo
from bridge.engine.jam import Jam
from bridge.engine.settings import Settings
from bridge.generators.rules import RulesBand
from bridge.music.events import RESPONSE, Output, State
from bridge.music.timeline import PPQ
from tests.virtual import cues, of

BAR = 4 * PPQ
CALL = [60, 62, 64, 65]


class Counts(Echo):
    """A test mind: the first response plays its take's number above 60 on every beat; a mutation adds 12."""

    name = "counts"

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def start(self) -> Any:
        return 0

    def hear(self, state: Any, tick: int, pitch: int, place: Any, before: int, genre: str) -> Any:
        return state + 1 if isinstance(state, int) else state

    def ask(self, state: Any, ask: Ask) -> Any:
        self.asked.append(ask)
        return (ask, 0)

    def compose(self, state: Any) -> Any:
        ask, number = state
        if number * PPQ >= ask.ticks:
            return state, None
        mutated = any(tone.pitch >= 72 for tone in ask.source.tones)
        return (ask, number + 1), (Tone(ask.begin + number * PPQ, PPQ // 2, 84 if mutated else 72, 80),)


class Breaks(Echo):
    """A test mind that raises when it is asked, or while it composes."""

    name = "breaks"

    def __init__(self, where: str) -> None:
        self.where = where

    def ask(self, state: Any, ask: Ask) -> Any:
        if self.where == "ask":
            raise RuntimeError("no answer")
        return super().ask(state, ask)

    def compose(self, state: Any) -> Any:
        if self.where == "compose":
            raise RuntimeError("lost the thread")
        return super().compose(state)


def jam_of(mode: str = "respond", mind: Any = None, **values: float | int | str) -> Jam:
    settings = Settings()
    for name, value in {"mode": mode, **values}.items():
        settings.set(name, value)
    mind = mind or Echo()
    minds = {"echo": Echo(), "melody": mind, "morph": mind}
    return Jam(RulesBand(), answerers=minds, settings=settings)


def said(out: list[tuple[float, Output]]) -> list[tuple[int, int]]:
    return [(cue.tick, cue.pitch) for _, _, cue in cues(out) if cue.voice == RESPONSE]


def phases(out: list[tuple[float, Output]]) -> list[str]:
    told = [o.message.phase for _, o in of(out, State) if isinstance(o.message, State)]
    return [phase for number, phase in enumerate(told) if number == 0 or told[number - 1] != phase]
