"""The Note RNN, untuned or tuned, as a mind that answers: the paper's own model beside `answerers.MelodyAnswerer`.

Laws: what it composes depends on (weights, state, key) and nothing else; every note begins and ends within the
response. It thinks in sixteenths, of which each holds one event: what is played in between goes to the nearest one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bridge.engine.answerer import Ask, Tone
from bridge.generators import close, shelf
from bridge.generators.comping import accent
from bridge.generators.note_events import FIRST, HIGH, HOLD, LOW, OFF, event, pitch_of
from bridge.generators.note_rnn_model import NoteRnnModel, State
from bridge.music.timeline import STEP, Place, place

FOLDERS: Final = {"note_rnn": "note_rnn", "q": "note_rnn-q", "psi": "note_rnn-psi", "g": "note_rnn-g"}
"""Name that `set model` takes -> folder on the shelf (docs/tuning.md)."""
REACH = 7  # semitones that a response may go beyond the pitches heard
FORGETS = 64  # sixteenths between two notes after which it begins anew: it never learnt to count so far
FAR = 100_003  # keys between two responses that were given neighbouring keys


@dataclass(frozen=True, slots=True)
class Line:
    """What it remembers and, while it composes, where it is; steps are sixteenths in the engine's numbering."""

    network: State
    """After the event at `struck`."""
    struck: int = -1
    """The step of the last onset, heard or composed; -1: none."""
    low: int = HIGH
    high: int = LOW
    """The pitches heard, moved into those that it knows; none at first."""
    ask: Ask | None = None
    coming: tuple[int, int] | None = None
    """The next onset of the response: its step, and the event."""
    ahead: State | None = None
    """The network before that onset."""


class NoteRnn:
    """Goes on from the call, sixteenth by sixteenth."""

    def __init__(self, model: NoteRnnModel, name: str = "note_rnn") -> None:
        self.name = name
        self._model = model

    def start(self) -> Line:
        """Nothing heard."""
        return Line(self._model.start())

    def hear(self, state: Line, tick: int, pitch: int, place: Place, before: int, genre: str) -> Line:
        """One onset; a second in the same sixteenth is passed over."""
        step, number = round(tick / STEP), event(pitch)
        if state.struck >= 0 and step <= state.struck:
            return state
        network = self._model.hear(self._until(state, step, before), number)
        known = number - FIRST + LOW
        return Line(network, step, min(state.low, known), max(state.high, known))

    def ask(self, state: Line, ask: Ask) -> Line:
        """The first note of the response, on its first sixteenth."""
        begin, last = round(ask.begin / STEP), ask.source.tones[-1:]
        sounds = last[0].ticks if last and last[0].end < ask.begin else 0
        network = self._until(state, begin, sounds)
        low, high = bounds(state)
        first = self._model.choose(
            network, temperature=ask.temperature, random=ask.key * FAR, low=low, high=high, onset=True
        )
        return replace(state, ask=ask, coming=(begin, first), ahead=network)

    def coming(self, state: Line) -> None:
        """What comes next is not known before it is composed."""

    def compose(self, state: Line) -> tuple[Line, tuple[Tone, ...] | None]:
        """One more note; to know how long it sounds, the events until the next are drawn with it."""
        if state.ask is None or state.coming is None or state.ahead is None:
            return state, None
        ask, (step, number) = state.ask, state.coming
        network = self._model.hear(state.ahead, number)
        over, coming, ahead = self._drawn(replace(state, network=network), ask, step)
        if coming is None and ask.home:
            number = self._last(state, ask, step)
            network = self._model.hear(state.ahead, number)
        tick = _tick(ask, step)
        at = place(ask.place.phase + tick - ask.begin, 0, ask.place.meter)
        loud = max(1, min(127, round(ask.velocity * accent(at))))
        pitch = pitch_of(number)
        assert pitch is not None
        tone = Tone(tick, min(_tick(ask, over), ask.begin + ask.ticks) - tick, pitch, loud)
        return replace(state, network=network, struck=step, coming=coming, ahead=ahead), (tone,)

    def _last(self, state: Line, ask: Ask, step: int) -> int:
        """The onset of the last note, drawn again with what the end is to be."""
        assert state.ahead is not None
        low, high = bounds(state)
        return self._model.choose(
            state.ahead, temperature=ask.temperature, random=ask.key * FAR + step - round(ask.begin / STEP),
            low=low, high=high, onset=True, wish=close.pitches(ask.home, LOW, HIGH - LOW + 1),
        )  # fmt: skip

    def _drawn(self, state: Line, ask: Ask, step: int) -> tuple[int, tuple[int, int] | None, State | None]:
        """After an onset: the step at which its note is over, the next onset if one comes, the network before it."""
        low, high = bounds(state)
        begin, wish = round(ask.begin / STEP), 0.0
        network, end, over = state.network, begin - (-ask.ticks // STEP), 0
        for ahead in range(step + 1, end):
            key = ask.key * FAR + ahead - begin
            if ask.home:
                wish = _closing(ask, step, ahead)
            number = self._model.choose(
                network, temperature=ask.temperature, random=key, low=low, high=high, wish=wish
            )  # fmt: skip
            over = ahead if number != HOLD and not over else over
            if number >= FIRST:
                return over, (ahead, number), network
            network = self._model.hear(network, number)
        return over or end, None, None

    def _until(self, state: Line, step: int, sounds: int) -> State:
        """The network before `step`; the last note sounded for so many ticks, 0: until now."""
        gap = step - state.struck - 1
        if state.struck < 0 or gap > FORGETS:
            return self._model.start()
        ends = max(0, round(sounds / STEP) - 1) if sounds else gap
        network = state.network
        for after in range(gap):
            network = self._model.hear(network, OFF if after == ends else HOLD)
        return network


def _closing(ask: Ask, struck: int, ahead: int) -> float:
    """The wish for an onset at the sixteenth `ahead`, where the last one was at `struck`."""
    end, meter, last = ask.begin + ask.ticks, ask.place.meter, _tick(ask, struck)
    phase = (ask.place.phase + last - ask.begin) % meter.bar
    way = close.Way(end - last, phase, meter.beat, meter.bar)
    return way.onset(end - _tick(ask, ahead))


def _tick(ask: Ask, step: int) -> int:
    """Where a step of the response lies. Its bar line need not be a sixteenth from tick 0: loops seam anywhere."""
    return ask.begin + (step - round(ask.begin / STEP)) * STEP


def bounds(state: Line) -> tuple[int, int]:
    """The lowest and highest pitch of a response: what was heard, and a fifth around it."""
    return (max(LOW, state.low - REACH), min(HIGH, state.high + REACH)) if state.low <= state.high else (LOW, HIGH)


def answerers() -> dict[str, Callable[[], NoteRnn]]:
    """What opens each mind of this kind whose weights are there, by name; opening raises ModelError."""
    there = shelf.names()

    def opener(name: str) -> Callable[[], NoteRnn]:
        return lambda: NoteRnn(NoteRnnModel.load(shelf.folder(FOLDERS[name])), name)

    return {name: opener(name) for name, folder in FOLDERS.items() if folder in there}
