"""Minds for tests whose every note is known, and a jam with settings."""

from typing import Any

from bridge.engine.answerer import Answerer
from bridge.engine.echo import Echo
from bridge.engine.frame import Frame, Generator, Note, Thought
from bridge.engine.jam import Jam
from bridge.engine.settings import Settings
from bridge.generators.rules import RulesBand
from bridge.music.events import ACCOMPANIMENT, BASS, Chord
from bridge.music.timeline import PPQ, STEP

TRIAD = (60, 64, 67)


class Everywhere:
    """A test generator: a triad and a bass note on every sixteenth, as loud as the player; C major all the time."""

    name = "everywhere"

    def __init__(self, pitches: tuple[int, ...] = TRIAD) -> None:
        self.pitches = pitches
        self.frames: list[Frame] = []

    def start(self) -> int:
        return 0

    def step(self, state: int, frame: Frame) -> tuple[int, Thought]:
        self.frames.append(frame)
        chord = tuple(Note(ACCOMPANIMENT, STEP - 8, pitch, frame.velocity) for pitch in self.pitches)
        bass = Note(BASS, STEP - 8, self.pitches[0] - 24, frame.velocity)
        root = self.pitches[0] % 12
        return state + 1, Thought((*chord, bass), None if state else Chord(frame.tick, root, "maj"))


class Hears:
    """A test generator whose state is what it heard; it strikes a bass note a beat."""

    name = "hears"

    def start(self) -> tuple[Any, ...]:
        return ()

    def step(self, state: tuple[Any, ...], frame: Frame) -> tuple[tuple[Any, ...], Thought]:
        state = (*state, (frame.tick, frame.onset, frame.held))
        return state, Thought(() if frame.tick % PPQ else (Note(BASS, PPQ - 8, 36, 80),))


def settings_of(**values: float | int | str) -> Settings:
    settings = Settings()
    for name, value in values.items():
        settings.set(name, value)
    return settings


def jam_of(
    mind: Generator | None = None, answerer: Answerer | None = None, seed: int = 0, **values: Any
) -> Jam:  # fmt: skip
    answerer = answerer or Echo()
    minds = {"echo": Echo(), "melody": answerer, "morph": answerer}
    return Jam(mind or RulesBand(), answerers=minds, seed=seed, settings=settings_of(**values))
