"""A trained accompanist from a folder: `step.tflite` (the network) and `model.json` (its card).

Rules: the model holds weights, never state, so one serves every player; a state is a value, saved and rewound like any
other. What a step draws depends on (card, state, heard, temperature, key) and nothing else. Needs numpy and the LiteRT
runtime, and imports the latter only when a model is opened; never TensorFlow. Not for two threads at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.card import CARD_FILE, card_of, content_of, require
from bridge.generators.lite import Lite
from bridge.music.errors import ModelError
from bridge.music.vocabulary import (
    GENRES,
    LINE_TOKENS,
    PERIOD,
    REST,
    Spot,
    place_features,
)

Floats = NDArray[np.float32]
KIND = "accompaniment"
STEP_FILE = "step.tflite"
NEEDED = ("noise", "lstm", "profile", "start_memory", "history", "unheard")
MELODY_OCTAVES = 4  # candidates for the next melody note, of each pitch class: two octaves down to almost two up
MELODY_CENTRE = 67  # pitch that they are counted from before the player was heard
INPUTS = ("lstm", "profile", "memory", "history", "heard", "place", "noise", "temperature")
OUTPUTS = (
    *("next_lstm", "next_profile", "next_memory", "next_history"),
    *("chord", "bass", "melody", "chord_chances", "melody_chances"),
)
START = Spot()
COLDEST = 0.05  # the lowest temperature; below it a draw is the likeliest choice anyway


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that a model remembers of one player. Its arrays are never written to."""

    lstm: Floats
    profile: Floats
    memory: NDArray[np.int32]
    history: NDArray[np.int32]

    @property
    def chord(self) -> int:
        """The chord class now sounding, vocabulary.NO_CHORD before the first."""
        return int(self.memory[0, 2])


@dataclass(frozen=True, slots=True)
class Heard:
    """What a step is decided from: the melody strictly before it, and where it lies."""

    melody: int = REST
    """Token of the step before: HOLD, REST or `vocabulary.onset(pitch)`."""
    place: Spot = START
    """The step to be decided."""
    genre: int = -1
    """Place of the genre in `vocabulary.GENRES`, -1: not told."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What the model plays at a step, and what it thinks the player will."""

    chord: int
    """Chord class now sounding; it moves only where `heard.place.on_beat`."""
    bass: int
    """Token: HOLD, REST or the onset of a pitch in BASS_LOW-BASS_HIGH."""
    melody: int
    """Token the player is thought to play at this very step, drawn like the rest."""
    chord_chance: float
    """Probability, 0-1, of this chord at temperature 1."""
    chord_chances: Floats
    """Probability of every chord class at temperature 1, (CHORDS,)."""
    melody_chances: Floats
    """Probability of hold, rest, and an onset of each of `melody_pitches`, (50,)."""
    last: int = -1
    """The pitch of the melody that was heard last, -1 before any."""

    @property
    def melody_pitches(self) -> NDArray[np.int64]:
        """The pitches that the player is thought to strike, in the order of `melody_chances[2:]`, (48,)."""
        last = self.last if self.last >= 0 else MELODY_CENTRE
        up = (np.arange(12) - last) % 12
        return (last + up[:, None] + 12 * (np.arange(MELODY_OCTAVES) - 2)[None, :]).reshape(-1)

    @property
    def melody_events(self) -> Floats:
        """Probability of hold, rest, and an onset of each pitch class, (14,)."""
        classes = self.melody_chances[2:].reshape(12, MELODY_OCTAVES).sum(axis=1)
        return np.concatenate([self.melody_chances[:2], classes])


class AccompanimentModel:
    """A network for chords, bass and the player's next note, stepped once a sixteenth."""

    def __init__(self, network: bytes, card: dict[str, Any]) -> None:
        self.card = card
        self.temperature = float(card["temperature"])
        self._noises = int(card["noise"])
        self._start = State(
            np.zeros(card["lstm"], np.float32),
            np.zeros(card["profile"], np.float32),
            np.array([card["start_memory"]], np.int32),
            np.full(card["history"], card["unheard"], np.int32),
        )
        self._places: dict[tuple[Spot, int], Floats] = {}
        self._network = Lite(network, INPUTS, OUTPUTS)

    @classmethod
    def load(cls, folder: Path) -> AccompanimentModel:
        """Open a model folder. Raises ModelError if it is missing, corrupt, or made for another version."""
        card = card_of(folder, KIND)
        require(folder / CARD_FILE, card, NEEDED)
        network = content_of(folder, card, STEP_FILE)
        try:
            return cls(network, card)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder} cannot be opened ({text}); install the model again") from error

    def start(self) -> State:
        """Nothing heard, nothing played."""
        return self._start

    def step(
        self, state: State, heard: Heard, *, temperature: float, random: int, wishes: Sequence[tuple[int, float]] = ()
    ) -> tuple[State, Decision]:
        """Decide one sixteenth. `random` is the key of its draws: equal arguments give an equal result.

        `wishes` are chord classes and the nats by which each is wanted.

        `temperature` from 0 (the likeliest) to about 1.5 (wild); 1 is as learned. It bends which chord and which pitch,
        not when the bass moves: rhythm is always drawn as learned.
        """
        noise = gumbel(random, self._noises)
        for chord, nats in wishes:  # the chord's numbers come first, and are divided by the temperature as these are
            noise[chord] += nats / max(COLDEST, temperature)
        return self.decide(state, heard, noise, temperature)

    def decide(self, state: State, heard: Heard, noise: Floats, temperature: float) -> tuple[State, Decision]:
        """As `step`, with the noise given, (noises,): what is added to one choice's noise is a wish for it."""
        if not 0 <= heard.melody < LINE_TOKENS:
            raise ValueError(f"melody token {heard.melody} is outside 0-{LINE_TOKENS - 1}")
        values = (
            state.lstm,
            state.profile,
            state.memory,
            state.history,
            np.array([heard.melody], np.int32),
            self._setting(heard.place, heard.genre),
            noise[None],
            np.array(max(COLDEST, temperature), np.float32),
        )
        lstm, profile, memory, history, chord, bass, melody, chords, melodies = self._network(*values)
        number = int(chord[0])
        decision = Decision(
            *(number, int(bass[0]), int(melody[0]), float(chords[0, number]), chords[0], melodies[0], int(memory[0, 0]))
        )
        return State(lstm, profile, memory, history), decision

    def _setting(self, place: Spot, genre: int) -> Floats:
        """Features (1, SETTING) of a place and a genre, remembered for the places of the last few meters."""
        at = replace(place, bar=place.bar % PERIOD) if place.bar >= PERIOD else place
        features = self._places.get((at, genre))
        if features is None:
            if len(self._places) > 4000:
                self._places.clear()
            features = self._places[at, genre] = np.array([setting_features(at, genre)], np.float32)
        return features


def setting_features(place: Spot, genre: int) -> list[float]:
    """The place's features, then the genre, one-hot; zeros for an unknown genre."""
    return place_features(place) + [float(genre == index) for index in range(len(GENRES))]


def gumbel(key: int, count: int) -> Floats:
    """`count` draws from the standard Gumbel distribution: a pure function of the key (any int)."""
    uniform = np.random.Generator(np.random.Philox(key=key % 2**128)).random(count)
    noise: Floats = -np.log(-np.log(np.clip(uniform, 1e-7, 1 - 1e-7))).astype(np.float32)
    return noise


__all__ = [
    *("CARD_FILE", "AccompanimentModel", "Decision", "Heard", "State"),
    *("gumbel", "setting_features"),
]
