"""A voice that answers: it listens while the player plays, and goes on from there when the player stops.

Laws: what it plays depends on (model, state, key, temperature) only; an answer ends within the bars it was given; a
player who strikes takes the word at once. The state is a value: kept, rewound and carried from call to call, so a later
answer remembers the earlier ones. It decides at every sixteenth; triplets and other times in between come as `delay`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.engine.frame import Frame, Note, Thought
from bridge.generators.melody_model import HIGH, LOW, Bounds, MelodyModel, State
from bridge.generators.melody_notes import LEGATO, STEP_TWELFTHS, TWELFTH, Where, length_class
from bridge.music.timeline import STEP, Place
from bridge.music.vocabulary import genre_index

VOICE = "melody"
MOST_BARS = 8  # an answer is no longer, however long the call was
FEWEST_NOTES = 2  # a call has at least so many
REACH = 7  # semitones that an answer may go beyond the pitches heard
OPENING = 67  # the pitch to begin with where nothing was heard
FAR = 100_003  # keys between two answers that were given neighbouring keys
DRAWS = 8  # keys that one frame may use; no sixteenth holds more notes


@dataclass(frozen=True, slots=True)
class Sung:
    """A note of a line; times in twelfths of a quarter."""

    time: int
    length: int
    pitch: int

    @property
    def end(self) -> int:
        """When it is over."""
        return self.time + self.length


@dataclass(frozen=True, slots=True)
class Manner:
    """How an answer is drawn."""

    temperature: float
    key: int
    """Of the random choices: equal keys, equal answers."""
    genre: int = -1
    """Place in `vocabulary.GENRES`, -1: not told."""


@dataclass(frozen=True, slots=True)
class MelodyState:
    """What the voice remembers: the line, the last note's length once it ended, and what it is doing."""

    network: State
    length: int = 0
    """Twelfths that the last note sounds; 0 while the player still holds it."""
    call: tuple[int, int] = (0, 0)
    """Twelfths at which the call's first bar began, and notes heard in it."""
    end: int = 0
    """Twelfths at which the answer is over; 0 while listening."""
    coming: tuple[int, int, int] | None = None
    """The next note of the answer: twelfths, pitch, and the length class of the note before."""


def low_and_high(state: State) -> tuple[int, int]:
    """The pitches that suit what was heard: its range, and up to a fifth around where the corpus still sings."""
    _, _, low, high = state.past.heard
    return min(low, max(LOW, low - REACH)), max(high, min(HIGH, high + REACH))


def fed(
    model: MelodyModel, state: State, notes: Sequence[Sung], wheres: Sequence[Where], genre: int
) -> tuple[State, int]:
    """The state after these notes, a primer or a call, each at its place; and the last one's length in twelfths."""
    length = 0
    for note, where in zip(notes, wheres, strict=True):
        before = _told(length, note.time - state.past.times[-1]) if state.past.times else LEGATO
        state = model.hear(state, note.time, note.pitch, where, before, genre)
        length = note.length
    return state, length


def respond(
    model: MelodyModel, state: State, begin: int, span: int, where: Where, manner: Manner, length: int = 0
) -> tuple[State, list[Sung]]:
    """A phrase of `span` twelfths from `begin`, which lies at `where`, that goes on from what was heard.

    `length` is how long the last note heard sounded, 0 if until the phrase. All notes end within the span.
    """
    end, notes = begin + span, list[Sung]()
    low, high = low_and_high(state)
    coming = first(model, state, begin, where, manner, length)
    while coming[0] < end:
        time, pitch, before = coming
        state = model.hear(state, time, pitch, where.later(time - begin), before, manner.genre)
        key = manner.key * FAR + len(notes) + 1
        choice = model.choose(state, temperature=manner.temperature, random=key, bounds=Bounds(low=low, high=high))
        notes.append(Sung(time, min(choice.length, end - time), pitch))
        coming = (time + choice.wait, choice.pitch, choice.length_class)
    return state, notes


def first(
    model: MelodyModel, state: State, begin: int, where: Where, manner: Manner, length: int
) -> tuple[int, int, int]:
    """The first note of an answer at or soon after `begin`: twelfths, pitch, length class of the note before it."""
    if not state.past.times:
        return begin, OPENING, LEGATO
    last = state.past.times[-1]
    low, high = low_and_high(state)
    soon = begin - last + max(where.beat, where.length // 2)
    bounds = Bounds(max(1, begin - last), soon, low, high)
    choice = model.choose(state, temperature=manner.temperature, random=manner.key * FAR, bounds=bounds)
    before = _told(length, choice.wait) if length else choice.length_class
    return last + choice.wait, choice.pitch, before


class Melody:
    """The answering voice as a generator of the engine."""

    def __init__(self, model: MelodyModel, name: str = "melody") -> None:
        self.name = name
        self._model = model

    def start(self) -> MelodyState:
        """Nothing heard, nothing played."""
        return MelodyState(self._model.start())

    def step(self, state: MelodyState, frame: Frame) -> tuple[MelodyState, Thought]:
        """One sixteenth: take in what was played, answer where it is time to, else listen."""
        now, speaking = frame.tick // TWELFTH, state.end > 0
        state = self._listened(state, frame, now)
        if speaking and not state.end:
            return state, Thought(rests=frozenset([VOICE]))
        if not state.end and self._wanted(state, frame, now):
            bar, last = _where(frame.place).length, state.network.past.times[-1]
            bars = min(MOST_BARS, 1 + max(0, last - state.call[0]) // bar)
            end = now + bars * bar
            manner = Manner(frame.temperature, frame.key)
            coming = first(self._model, state.network, now, _where(frame.place), manner, state.length)
            state = replace(state, end=end, coming=coming)
        return self._spoken(state, frame, now) if state.end else (state, Thought())

    def _listened(self, state: MelodyState, frame: Frame, now: int) -> MelodyState:
        """The state after what the player did in the sixteenth before; a strike ends an answer."""
        if frame.onset is None:
            ended = not state.length and not state.end and not frame.held and state.network.past.times
            return replace(state, length=now - state.network.past.times[-1]) if ended else state
        time, where = now - STEP_TWELFTHS, _where(_before(frame.place))
        past = state.network.past
        if past.times and time <= past.times[-1]:  # struck in the same sixteenth as a note of the answer
            return replace(state, length=0, call=(time - where.phase, 1), end=0, coming=None)
        before = _told(state.length, time - past.times[-1]) if past.times else LEGATO
        network = self._model.hear(state.network, time, frame.onset, where, before, genre_index(frame.genre))
        begun, notes = state.call
        call = (begun, notes + 1) if notes and not state.end else (time - where.phase, 1)
        return MelodyState(network, 0, call)

    def _wanted(self, state: MelodyState, frame: Frame, now: int) -> bool:
        """Whether an answer begins: a bar line after a call, nothing struck for a bar, or half a one after 2, 4, 8."""
        if frame.place.phase >= STEP or state.call[1] < FEWEST_NOTES:
            return False
        bar = _where(frame.place).length
        quiet, even = now - state.network.past.times[-1], (now - state.call[0]) in (2 * bar, 4 * bar, 8 * bar)
        return 2 * quiet >= bar if even else quiet >= bar

    def _spoken(self, state: MelodyState, frame: Frame, now: int) -> tuple[MelodyState, Thought]:
        """The notes of the answer that begin in this sixteenth; the last of them ends with it."""
        notes: list[Note] = []
        network, coming = state.network, state.coming
        low, high = low_and_high(network)
        while coming is not None and coming[0] < min(now + STEP_TWELFTHS, state.end) and len(notes) < DRAWS:
            time, pitch, before = coming
            where = _where(frame.place).later(time - now)
            network = self._model.hear(network, time, pitch, where, before, genre_index(frame.genre))
            choice = self._model.choose(
                network,
                temperature=frame.temperature,
                random=frame.key * DRAWS + len(notes),
                bounds=Bounds(low=low, high=high),
            )
            ticks = min(choice.length, state.end - time) * TWELFTH
            notes.append(Note(VOICE, ticks, pitch, frame.velocity, (time - now) * TWELFTH))
            state = replace(state, length=min(choice.length, state.end - time))
            coming = (time + choice.wait, choice.pitch, choice.length_class)
        over = now + STEP_TWELFTHS >= state.end or coming is None
        if over:
            return MelodyState(network, state.length), Thought(tuple(notes))
        return replace(state, network=network, coming=coming), Thought(tuple(notes))


def _told(length: int, wait: int) -> int:
    """The class of a length; 0, and a gap too short to be meant as silence, count as legato."""
    return LEGATO if not length or wait - length < STEP_TWELFTHS else length_class(length, wait)


def _where(place: Place) -> Where:
    return Where(place.phase // TWELFTH, place.meter.numerator, place.meter.denominator, place.bar)


def _before(place: Place) -> Place:
    """The place a sixteenth earlier."""
    if place.phase >= STEP:
        return replace(place, phase=place.phase - STEP)
    return replace(place, bar=place.bar - 1, phase=max(0, place.phase + place.meter.bar - STEP))
