"""The echo: the answer by rule, for when no model can be had or one fails."""

from dataclasses import replace
from typing import Any

from bridge.engine.answerer import Ask, Tone, line_of
from bridge.music.timeline import Place


class Echo:
    """Says again what was said to it: what answers where no model can."""

    name = "echo"

    def start(self) -> None:
        """It remembers nothing."""

    def hear(self, state: None, tick: int, pitch: int, place: Place, before: int, genre: str) -> None:
        """Nothing to do."""

    def ask(self, state: Any, ask: Ask) -> tuple[Ask, int]:
        """The question, and which repetition comes first."""
        return ask, 0

    def coming(self, state: Any) -> None:
        """What comes next is not known before it is composed."""

    def compose(self, state: tuple[Ask, int]) -> tuple[tuple[Ask, int], tuple[Tone, ...] | None]:
        """The source once more, without its pick-up."""
        ask, number = state
        shift = ask.begin - ask.source.begin + number * ask.source.ticks
        if shift + ask.source.begin >= ask.begin + ask.ticks:
            return state, None
        tones = tuple(replace(t, tick=t.tick + shift) for t in line_of(ask.source) if t.tick >= ask.source.begin)
        return (ask, number + 1), tones
