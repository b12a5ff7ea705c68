"""A trained accompanist from a folder: `step.tflite` (the network) and `model.json` (its card).

Rules: the model holds weights, never state, so one serves every player; a state is a value, saved and rewound like any
other. What a step draws depends on (card, state, heard, temperature, key) and nothing else. Needs numpy and the LiteRT
runtime, and imports the latter only when a model is opened; never TensorFlow. Not for two threads at once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.errors import ModelError
from bridge.music.vocabulary import CHORDS, FINGERPRINT, LINE_TOKENS, NO_CHORD, REST, Spot, place_features
from bridge.quiet import hushed

Floats = NDArray[np.float32]
FORMAT = 1
KIND = "accompaniment"
STEP_FILE, CARD_FILE = "step.tflite", "model.json"
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
    """Probability of hold, rest, and an onset of each pitch class, (14,)."""


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
        self._places: dict[Spot, Floats] = {}
        self._open(network)

    @classmethod
    def load(cls, folder: Path) -> AccompanimentModel:
        """Open a model folder. Raises ModelError if it is missing, corrupt, or made for another version."""
        card = _card(folder)
        try:
            network = (folder / STEP_FILE).read_bytes()
        except OSError as error:
            raise ModelError(
                f"{folder / STEP_FILE} cannot be read ({error.strerror}); install the model again"
            ) from error
        if hashlib.sha256(network).hexdigest() != card["sha256"]:
            raise ModelError(f"{folder / STEP_FILE} is not the file its card describes; install the model again")
        try:
            return cls(network, card)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder} cannot be opened ({text}); install the model again") from error

    def _open(self, network: bytes) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelError("the runtime of models is missing; install it with: pip install ai-edge-litert") from error
        with hushed():
            interpreter = Interpreter(model_content=network, num_threads=1)
            interpreter.allocate_tensors()
        runner = interpreter.get_signature_runner()
        inputs, outputs = runner.get_input_details(), runner.get_output_details()
        if set(inputs) != set(INPUTS) or set(outputs) != set(OUTPUTS):
            raise ValueError("its inputs or outputs are not those of this version")
        self._interpreter = interpreter
        self._in = [inputs[name]["index"] for name in INPUTS]
        self._out = [outputs[name]["index"] for name in OUTPUTS]

    def start(self) -> State:
        """Nothing heard, nothing played."""
        return self._start

    def step(self, state: State, heard: Heard, *, temperature: float, random: int) -> tuple[State, Decision]:
        """Decide one sixteenth. `random` is the key of its draws: equal arguments give an equal result.

        `temperature` from 0 (the likeliest) to about 1.5 (wild); 1 is as learned. It bends which chord and which pitch,
        not when the bass moves: rhythm is always drawn as learned.
        """
        return self.decide(state, heard, gumbel(random, self._noises), temperature)

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
            self._place(heard.place),
            noise[None],
            np.array(max(COLDEST, temperature), np.float32),
        )
        interpreter = self._interpreter
        for index, value in zip(self._in, values, strict=True):
            interpreter.set_tensor(index, value)
        interpreter.invoke()
        lstm, profile, memory, history, chord, bass, melody, chords, melodies = map(interpreter.get_tensor, self._out)
        number = int(chord[0])
        decision = Decision(number, int(bass[0]), int(melody[0]), float(chords[0, number]), chords[0], melodies[0])
        return State(lstm, profile, memory, history), decision

    def _place(self, place: Spot) -> Floats:
        """Features (1, PLACE_WIDTH), remembered for the places of the last few meters."""
        features = self._places.get(place)
        if features is None:
            if len(self._places) > 500:
                self._places.clear()
            features = self._places[place] = np.array([place_features(place)], np.float32)
        return features


def gumbel(key: int, count: int) -> Floats:
    """`count` draws from the standard Gumbel distribution: a pure function of the key (any int)."""
    uniform = np.random.Generator(np.random.Philox(key=key % 2**128)).random(count)
    noise: Floats = -np.log(-np.log(np.clip(uniform, 1e-7, 1 - 1e-7))).astype(np.float32)
    return noise


def _card(folder: Path) -> dict[str, Any]:
    """The card, if this version of the code can play its model."""
    path = folder / CARD_FILE
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{folder} is no model: it has no {CARD_FILE}; name another folder") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read; install the model again") from error
    if not isinstance(card, dict) or card.get("kind") != KIND:
        raise ModelError(f"{path} does not describe an accompaniment model; name another folder")
    if card.get("format") != FORMAT:
        raise ModelError(f"{path} has format {card.get('format')}, this version plays format {FORMAT}; export it again")
    if card.get("vocabulary") != FINGERPRINT:
        raise ModelError(f"{path} was trained with another vocabulary; train and export it with this version")
    missing = {"sha256", "temperature", "noise", "lstm", "profile", "start_memory", "history", "unheard"} - set(card)
    if missing:
        raise ModelError(f"{path} lacks {', '.join(sorted(missing))}; install the model again")
    return card


__all__ = ["CHORDS", "NO_CHORD", "AccompanimentModel", "Decision", "Heard", "State", "gumbel"]
