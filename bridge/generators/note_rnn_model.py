"""A Note RNN from a folder, tuned or not: `step.tflite` (takes an event in, says the next), `model.json`.

Rules: the model holds weights, never state; a state is a value that can be kept, rewound and carried across calls. One
step a sixteenth. What is drawn depends on (card, state, noise, temperature, bounds) and nothing else. Needs numpy and
the LiteRT runtime, imported when a model is opened; never TensorFlow. Not for two threads at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.card import CARD_FILE, card_of, content_of, require
from bridge.generators.lite import Lite
from bridge.generators.model import gumbel
from bridge.generators.note_events import BACK, EVENTS, FIRST, HIGH, LOW, NONE, PAST
from bridge.music.errors import ModelError

KIND = "note_rnn"
STEP_FILE = "step.tflite"
INPUTS, OUTPUTS = ("state", "past"), ("next_state", "logits")
COLDEST = 0.05  # the lowest temperature; below it a draw is the likeliest choice anyway
NEVER = np.float32(-1e9)
NEEDED = ("lstm", "noise", "back")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that a model remembers of one line. Its arrays are never written to."""

    lstm: Floats  # (networks, 1, 2, units)
    logits: Floats  # (EVENTS,) of the next event
    past: NDArray[np.int32]  # (PAST,) the last events, the latest last; NONE before the first


class NoteRnnModel:
    """A network for one line, stepped once a sixteenth."""

    def __init__(self, content: bytes, card: dict[str, Any]) -> None:
        self.card = card
        self.temperature = float(card["temperature"])
        if card["noise"] != EVENTS:
            raise ValueError(f"its choices take {card['noise']} random numbers, those of this version {EVENTS}")
        if tuple(card["back"]) != BACK:
            raise ValueError(f"it looks back {card['back']} sixteenths, this version {list(BACK)}")
        self._step = Lite(content, INPUTS, OUTPUTS)
        nothing = np.full(PAST, NONE, np.int32)
        self._start = State(*self.run(np.zeros(card["lstm"], np.float32), nothing), nothing)

    @classmethod
    def load(cls, folder: Path) -> NoteRnnModel:
        """Open a model folder. Raises ModelError if it is missing, corrupt, or made for another version."""
        card = card_of(folder, KIND)
        require(folder / CARD_FILE, card, NEEDED)
        content = content_of(folder, card, STEP_FILE)
        try:
            return cls(content, card)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder} cannot be opened ({text}); install the model again") from error

    def start(self) -> State:
        """Nothing heard; the first event is foreseen."""
        return self._start

    def run(self, lstm: Floats, past: NDArray[np.int32]) -> tuple[Floats, Floats]:
        """The network's state after the last event of a past (PAST,), and the logits of the next, (EVENTS,)."""
        lstm, logits = self._step(lstm, past[None])
        return lstm, logits[0]

    def hear(self, state: State, event: int) -> State:
        """The state after an event. Raises ValueError for a number that is none."""
        if not 0 <= event < EVENTS:
            raise ValueError(f"{event} is no event; it must be 0-{EVENTS - 1}")
        past = np.append(state.past[1:], np.int32(event))
        return State(*self.run(state.lstm, past), past)

    def choose(
        self, state: State, *, temperature: float, random: int, low: int = LOW, high: int = HIGH, onset: bool = False,
        wish: Floats | float = 0.0,
    ) -> int:  # fmt: skip
        """The next event: an onset within these pitches, or unless `onset` is asked for a hold or a note-off.

        `wish` is added to the logits of the onsets. Equal arguments give equal events.
        """
        logits = state.logits.copy()
        logits[FIRST:] += wish
        if onset:
            logits[:FIRST] = NEVER
        logits[FIRST : FIRST + max(0, low - LOW)] = NEVER
        logits[FIRST + max(0, high - LOW + 1) :] = NEVER
        if temperature < COLDEST:
            return int(np.argmax(logits))
        return int(np.argmax(logits / temperature + gumbel(random, EVENTS)))
