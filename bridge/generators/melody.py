"""A voice that answers: it listens while the player plays, and goes on from there when the player stops.

Laws: what it plays depends on (model, state, key, temperature) only; an answer ends within the bars it was given; a
player who strikes takes the word at once. The state is a value: kept, rewound and carried from call to call, so a later
answer remembers the earlier ones. It decides at every sixteenth; triplets and other times in between come as `delay`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.generators.melody_model import HIGH, LOW, Bounds, MelodyModel, State
from bridge.generators.melody_notes import LEGATO, STEP_TWELFTHS, Where, length_class

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
    model: MelodyModel, state: State, begin: int, where: Where, manner: Manner, length: int, *, prompt: bool = False
) -> tuple[int, int, int]:
    """The first note of an answer at or, unless `prompt`, soon after `begin`: twelfths, pitch, length class of the
    note before it.
    """
    if not state.past.times:
        return begin, OPENING, LEGATO
    last = state.past.times[-1]
    low, high = low_and_high(state)
    wait = max(1, begin - last)
    soon = wait if prompt else begin - last + max(where.beat, where.length // 2)
    bounds = Bounds(wait, soon, low, high)
    choice = model.choose(state, temperature=manner.temperature, random=manner.key * FAR, bounds=bounds)
    before = _told(length, choice.wait) if length else choice.length_class
    return last + choice.wait, choice.pitch, before


def _told(length: int, wait: int) -> int:
    """The class of a length; 0, and a gap too short to be meant as silence, count as legato."""
    return LEGATO if not length or wait - length < STEP_TWELFTHS else length_class(length, wait)
