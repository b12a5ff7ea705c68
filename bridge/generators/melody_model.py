"""A trained melody from a folder: `listen.tflite` (takes a note in), `leap.tflite` (says the next pitch), `model.json`.

Rules: the model holds weights, never state; a state is a value that can be kept, rewound and carried across calls. One
step a note: `hear` takes a note in, `choose` draws what follows it (when, how long this note sounds, what pitch). What
is drawn depends on (card, state, noise, temperature, bounds) and nothing else. Needs numpy and the LiteRT runtime, and
imports the latter only when a model is opened; never TensorFlow. Not for two threads at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bridge.generators.card import CARD_FILE, card_of, content_of, require
from bridge.generators.lite import Lite
from bridge.generators.melody_notes import (
    HALF_LIVES,
    LEAP,
    LEAPS,
    LEGATO,
    LENGTH_CLASSES,
    LONGEST,
    OTHER_WAIT,
    WAIT_CLASSES,
    WAITS,
    Floats,
    Past,
    Where,
    ahead,
    hear,
    wait_class,
)
from bridge.generators.model import gumbel
from bridge.music.errors import ModelError

KIND = "melody"
LISTEN_FILE, LEAP_FILE = "listen.tflite", "leap.tflite"
LISTEN_IN, LISTEN_OUT = ("lstm", "heard", "floats"), ("next_lstm", "wait", "length")
LEAP_IN, LEAP_OUT = ("lstm", "ahead", "profile"), ("leap",)
NOISES = WAIT_CLASSES + LENGTH_CLASSES + LEAPS  # Gumbel numbers that a choice consumes
COLDEST = 0.05  # the lowest temperature; below it a draw is the likeliest choice anyway
PROFILE = 12 * len(HALF_LIVES)
LOW, HIGH = 36, 96  # pitches that are played unless bounds say otherwise; the corpus's melodies lie in 46-89
NEVER = np.float32(-1e9)
NEEDED = ("lstm", "noise")


NOTHING = Past()


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that a model remembers of one line. Its arrays are never written to."""

    lstm: Floats  # (1, 2, units)
    past: Past = NOTHING
    waits: Floats | None = None  # (WAIT_CLASSES,) logits of the time to the next onset; None before the first note
    lengths: Floats | None = None  # (WAIT_CLASSES, LENGTH_CLASSES) logits of the last note's length, by that time
    profile: Floats | None = None  # (1, PROFILE) as seen at the last note


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a choice keeps to."""

    earliest: int = 1
    """Twelfths from the last onset; the next onset is not before."""
    latest: int = LONGEST
    """... and not after, where `earliest` leaves a choice."""
    low: int = LOW
    high: int = HIGH
    """The lowest and highest pitch."""


ANYTHING = Bounds()


@dataclass(frozen=True, slots=True)
class Choice:
    """What follows the last note."""

    wait: int
    """Twelfths from its onset to the next."""
    length: int
    """Twelfths that it sounds, at most `wait`."""
    length_class: int
    pitch: int
    """Of the next note."""


class MelodyModel:
    """A network for one line, stepped once a note."""

    def __init__(self, listen: bytes, leap: bytes, card: dict[str, Any]) -> None:
        self.card = card
        self.temperature = float(card["temperature"])
        if card["noise"] != NOISES:
            raise ValueError(f"its choices take {card['noise']} random numbers, those of this version {NOISES}")
        self._start = State(np.zeros(card["lstm"], np.float32))
        self._listen = Lite(listen, LISTEN_IN, LISTEN_OUT)
        self._leap = Lite(leap, LEAP_IN, LEAP_OUT)

    @classmethod
    def load(cls, folder: Path) -> MelodyModel:
        """Open a model folder. Raises ModelError if it is missing, corrupt, or made for another version."""
        card = card_of(folder, KIND)
        require(folder / CARD_FILE, card, NEEDED)
        files = [content_of(folder, card, name) for name in (LISTEN_FILE, LEAP_FILE)]
        try:
            return cls(files[0], files[1], card)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder} cannot be opened ({text}); install the model again") from error

    def start(self) -> State:
        """Nothing heard."""
        return self._start

    def hear(self, state: State, time: int, pitch: int, where: Where, length: int = LEGATO, genre: int = -1) -> State:
        """The onset of a note at `time` twelfths, at its place in the bar; `length` is the class of the note before.

        Raises ValueError where `time` does not increase.
        """
        past, sight = hear(state.past, time, pitch, where, length, genre)
        lstm, waits, lengths = self._listen(state.lstm, np.array([sight.ints], np.int32), sight.floats[None])
        return State(lstm, past, waits[0], lengths, sight.floats[None, :PROFILE])

    def leaps(self, state: State, wait: int, where: Where, *, rests: bool) -> Floats:
        """Logits of the next leap, (LEAPS,), if the next onset comes `wait` twelfths after the last, at `where`."""
        seen = np.array([ahead(state.past, wait, where, rests=rests)], np.int32)
        logits: Floats = self._leap(state.lstm, seen, state.profile)[0][0]
        return logits

    def choose(
        self, state: State, *, temperature: float, random: int, bounds: Bounds = ANYTHING, where: Where | None = None,
        wish: Floats | None = None,
    ) -> Choice:  # fmt: skip
        """What follows the last note. `random` is the key of the draws: equal arguments give an equal result.

        `temperature` from 0 (the likeliest) to about 1.5 (wild); 1 is as learned. It bends pitches; times only by its
        square root (down to a quarter), for a rhythm drawn coldly is nothing but eighths. `wish`, (WAIT_CLASSES,), is
        added to the logits of the time. Raises ValueError before the first note.
        """
        return self.decide(state, gumbel(random, NOISES), temperature, bounds, where, wish)

    def decide(
        self, state: State, noise: Floats, temperature: float, bounds: Bounds = ANYTHING, where: Where | None = None,
        wish: Floats | None = None,
    ) -> Choice:  # fmt: skip
        """As `choose`, with the noise given, (NOISES,). `where` is the last note's place if not the one it was told."""
        if state.waits is None or state.lengths is None:
            raise ValueError("nothing was heard yet: feed a note before asking what follows it")
        bend = max(COLDEST, temperature)
        slow = min(bend**0.5, 2 * bend)
        waits = state.waits if wish is None else state.waits + wish
        number = _drawn(_possible(bounds), waits / slow + noise[:WAIT_CLASSES])
        wait = WAITS[number] if number != OTHER_WAIT else bounds.earliest
        shorter = np.array([0, *WAITS]) < wait  # the first is legato
        length = _drawn(shorter, state.lengths[number] / slow + noise[WAIT_CLASSES : WAIT_CLASSES + LENGTH_CLASSES])
        pitch = self._pitch(state, (wait, length), noise, bend, bounds, where)
        sounding = wait if length == LEGATO else WAITS[length - 1]
        return Choice(wait, sounding, length, pitch)

    def pitch(
        self, state: State, wait: int, length: int, *, temperature: float, random: int, bounds: Bounds, home: Floats
    ) -> int:
        """The next pitch of a choice with these arguments that came to this time and length class, drawn again where
        `home`, (12,), is added to the logits of the pitch classes.
        """
        noise = gumbel(random, NOISES)
        return self._pitch(state, (wait, length), noise, max(COLDEST, temperature), bounds, None, home)

    def _pitch(
        self, state: State, time: tuple[int, int], noise: Floats, bend: float, bounds: Bounds, where: Where | None,
        home: Floats | None = None,
    ) -> int:  # fmt: skip
        wait, length = time
        there = (where or state.past.where).later(wait)
        leaps = self.leaps(state, wait, there, rests=length != LEGATO)
        pitches = state.past.pitches[-1] + np.arange(-LEAP, LEAP + 1)
        leaps = leaps if home is None else leaps + home[pitches % 12]
        inside = (pitches >= bounds.low) & (pitches <= bounds.high)
        pitch = int(pitches[_drawn(inside if inside.any() else pitches >= 0, leaps / bend + noise[-LEAPS:])])
        return max(0, min(127, pitch))


def _possible(bounds: Bounds) -> Any:
    """Which classes of waits keep to the bounds, (WAIT_CLASSES,); the last, if none does: the earliest there is."""
    waits = np.array([*WAITS, 0])
    early = waits >= bounds.earliest
    both = early & (waits <= bounds.latest)
    if both.any():
        return both
    if bounds.earliest == bounds.latest:  # no class has that one, so that it is the other time
        return waits == 0
    return early if early.any() else waits == 0


def _drawn(possible: Any, scores: Floats) -> int:
    """The best of those that are possible."""
    return int(np.argmax(np.where(possible, scores, NEVER)))


__all__ = ["ANYTHING", "NOISES", "Bounds", "Choice", "MelodyModel", "State", "Where", "wait_class"]
