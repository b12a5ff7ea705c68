"""Minds that answer: the melody model and the morph model.

Laws: what one composes depends on (weights, state, key) and nothing else; every note of a response begins and ends
within it. Weights are chosen by genre, as for the band; where they change, what was heard stays known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from bridge.engine.answerer import Ask, Phrase, Tone, line_of
from bridge.generators import close, morph_phrase
from bridge.generators.card import fingerprint
from bridge.generators.comping import accent
from bridge.generators.melody import FAR, Manner, first, low_and_high
from bridge.generators.melody_model import Bounds, MelodyModel, State
from bridge.generators.melody_notes import LEGATO, STEP_TWELFTHS, TWELFTH, WAITS, Floats, Where, length_class
from bridge.generators.morph_model import MorphModel
from bridge.generators.shelf import PLAIN, set_of
from bridge.music.timeline import STEP, Meter, Place, place
from bridge.music.vocabulary import genre_index

USUAL: Final = 0.5  # a player's temperature at which the card's own is meant: band and melody share one setting
HOTTEST: Final = 1.5  # beyond, no melody is left


@dataclass(frozen=True, slots=True)
class Line:
    """What the melody model remembers and, while it composes, where it is."""

    network: State
    genre: str = ""
    length: int = 0  # ticks that the last note of what was said sounds, 0: it was heard, and says so itself
    ask: Ask | None = None
    coming: tuple[int, int, int] | None = None  # next note: twelfths, pitch, length class of the note before
    count: int = 0  # notes composed


class MelodyAnswerer:
    """Goes on from the call, as the melody model learnt to."""

    def __init__(self, sets: Mapping[str, MelodyModel], name: str = "melody") -> None:
        """`sets` are the weights by their set's name; `default` among them answers for those that are not there."""
        self.name = name
        self._sets = dict(sets)

    @property
    def weights(self) -> dict[str, str]:
        """A sum of each set's networks, as for the band."""
        return {name: fingerprint(model.card) for name, model in self._sets.items()}

    def start(self) -> Line:
        """Nothing heard."""
        return Line(self._sets[PLAIN].start())

    def hear(self, state: Line, tick: int, pitch: int, place: Place, before: int, genre: str) -> Line:
        """One onset; a second in the same twelfth of a quarter is passed over."""
        state = self._in(state, genre)
        time, times = round(tick / TWELFTH), state.network.past.times
        if times and time <= times[-1]:
            return state
        told = _told(before, time - times[-1]) if times else LEGATO
        network = self._model(genre).hear(state.network, time, pitch, _where(place), told, genre_index(genre))
        return Line(network, genre)

    def ask(self, state: Line, ask: Ask) -> Line:
        """The first note of the response: on its downbeat where the call began on its own, else at or soon after it."""
        state = self._in(state, ask.genre)
        manner = Manner(self._warmth(ask), ask.key, genre_index(ask.genre))
        begin = round(ask.begin / TWELFTH)
        prompt = any(abs(tone.tick - ask.source.begin) < STEP // 2 for tone in ask.source.tones)
        model, where = self._model(ask.genre), _where(ask.place)
        coming = first(model, state.network, begin, where, manner, _sounded(ask), prompt=prompt)
        return Line(state.network, ask.genre, 0, ask, coming, 0)

    def coming(self, state: Line) -> int | None:
        """The tick of the next note: it was chosen with the length of the last."""
        if state.ask is None or state.coming is None:
            return None
        return state.ask.begin + (state.coming[0] - round(state.ask.begin / TWELFTH)) * TWELFTH

    def compose(self, state: Line) -> tuple[Line, tuple[Tone, ...] | None]:
        """One more note."""
        ask, coming = state.ask, state.coming
        if ask is None or coming is None:
            return state, None
        begin, end = round(ask.begin / TWELFTH), round((ask.begin + ask.ticks) / TWELFTH)
        time, pitch, before = coming
        if time >= end:
            return state, None
        model, where = self._model(ask.genre), _where(ask.place).later(time - begin)
        genre, warmth, key = genre_index(ask.genre), self._warmth(ask), ask.key * FAR + state.count
        network = model.hear(state.network, time, pitch, where, before, genre)
        low, high = low_and_high(network)
        wish = _closing(end - time, where) if ask.home else None
        choice = model.choose(
            network, temperature=warmth, random=key + 1, bounds=Bounds(low=low, high=high), wish=wish
        )  # fmt: skip
        if ask.home and state.count and time + choice.wait >= end:
            pitch = self._last(state, ask, key)
            network = model.hear(state.network, time, pitch, where, before, genre)
        coming = (time + choice.wait, choice.pitch, choice.length_class)
        length = min(choice.length, end - time)
        tick = ask.begin + (time - begin) * TWELFTH
        at = place(ask.place.phase + tick - ask.begin, 0, ask.place.meter)
        loud = max(1, min(127, round(ask.velocity * accent(at))))
        tone = Tone(tick, length * TWELFTH, pitch, loud)
        return replace(state, network=network, coming=coming, count=state.count + 1, length=tone.ticks), (tone,)

    def _last(self, state: Line, ask: Ask, key: int) -> int:
        """The pitch of the note that comes, drawn again with what the end is to be."""
        network = state.network
        assert state.coming is not None
        time, _, before = state.coming
        low, high = low_and_high(network)
        return self._model(ask.genre).pitch(
            network, time - network.past.times[-1], before, temperature=self._warmth(ask), random=key,
            bounds=Bounds(low=low, high=high), home=close.pitches(ask.home, 0, 12),
        )  # fmt: skip

    def _warmth(self, ask: Ask) -> float:
        """The temperature to draw at: at the usual setting the one that the weights were judged best at."""
        return min(HOTTEST, ask.temperature * self._model(ask.genre).temperature / USUAL)

    def _model(self, genre: str) -> MelodyModel:
        return self._sets.get(set_of(genre), self._sets[PLAIN])

    def _in(self, state: Line, genre: str) -> Line:
        """The state for a genre's weights; other weights than before keep what was heard, not what they made of it."""
        if state.genre and self._model(state.genre) is not self._model(genre):
            state = replace(state, network=replace(state.network, lstm=self._model(genre).start().lstm))
        return replace(state, genre=genre)


class MorphAnswerer:
    """Varies the phrase: another variation for each time that it fits into the response."""

    name = "morph"

    def __init__(self, sets: Mapping[str, MorphModel]) -> None:
        """`sets` as for the melody."""
        self._sets = dict(sets)

    @property
    def weights(self) -> dict[str, str]:
        """A sum of each set's networks, as for the band."""
        return {name: fingerprint(model.card) for name, model in self._sets.items()}

    def start(self) -> None:
        """It remembers nothing: the phrase comes with the question."""

    def hear(self, state: None, tick: int, pitch: int, place: Place, before: int, genre: str) -> None:
        """Nothing to do."""

    def ask(self, state: Any, ask: Ask) -> tuple[Ask, int]:
        """The question, and the number of the first variation."""
        return ask, 0

    def coming(self, state: Any) -> None:
        """What comes next is not known before it is composed."""

    def compose(self, state: tuple[Ask, int]) -> tuple[tuple[Ask, int], tuple[Tone, ...] | None]:
        """The next variation, all of it."""
        ask, number = state
        begin = ask.begin + number * ask.source.ticks
        if begin >= ask.begin + ask.ticks:
            return state, None
        model = self._sets.get(set_of(ask.genre), self._sets[PLAIN])
        last = begin + ask.source.ticks >= ask.begin + ask.ticks
        home = close.pitches(ask.home, 0, 128) * min(1.0, 2 * ask.amount) if ask.home and last else None
        varied = model.vary(
            _phrase(ask.source, ask.place.meter), ask.amount, seed=ask.key + number, genre=genre_index(ask.genre),
            home=home,
        )  # fmt: skip
        tones = tuple(Tone(begin + note.tick, note.ticks, note.pitch, note.velocity) for note in varied.notes)
        return (ask, number + 1), tones


def _phrase(source: Phrase, meter: Meter) -> morph_phrase.Phrase:
    """A phrase as the morph model takes it; a pick-up leads into its repetition, where there is room."""
    bars = max(1, round(source.ticks / meter.bar))
    notes = [(tone.tick - source.begin, tone) for tone in line_of(source)]
    inside = [morph_phrase.Note(tick, tone.ticks, tone.pitch, tone.velocity) for tick, tone in notes if tick >= 0]
    last = inside[-1].end if inside else 0
    for tick, tone in notes:
        if tick < 0 and tick + bars * meter.bar >= last:
            inside.append(morph_phrase.Note(tick + bars * meter.bar, tone.ticks, tone.pitch, tone.velocity))
    return morph_phrase.Phrase(tuple(inside), meter, bars)


def _sounded(ask: Ask) -> int:
    """Twelfths that the last note of the source sounded, 0 if until the response."""
    last = ask.source.tones[-1] if ask.source.tones else None
    return 0 if last is None or last.end >= ask.begin - TWELFTH else max(1, last.ticks // TWELFTH)


def _told(before: int, wait: int) -> int:
    """The class of a length in ticks; 0, and a gap too short to be meant as silence, count as legato."""
    length = before // TWELFTH
    return LEGATO if not length or wait - length < STEP_TWELFTHS else length_class(length, wait)


def _closing(left: int, where: Where) -> Floats:
    """The wish for each time to the next note, (WAIT_CLASSES,), of one `left` twelfths before the answer's end."""
    way = close.Way(left, where.phase, where.beat, where.length)
    return np.array([*(way.end if wait >= left else way.onset(left - wait) for wait in WAITS), 0.0], np.float32)


def _where(at: Place) -> Where:
    return Where(at.phase // TWELFTH, at.meter.numerator, at.meter.denominator, at.bar)
