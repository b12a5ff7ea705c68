"""A session: one player, what is heard of them, and the band that answers.

Phases: idle (the transport stands, or the band is told to listen only), listening (until the bar line after the
player's first notes), playing (until the player is silent for `patience_bars`). The mind is fed at every sixteenth of
a running transport, in every phase, so that it knows the music when it enters.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bridge.engine.clock import Clock
from bridge.engine.ear import Ear
from bridge.engine.foresight import Foresight
from bridge.engine.frame import Frame, Generator, Note, Thought
from bridge.engine.settings import Settings
from bridge.music.events import ACCOMPANIMENT, Chord
from bridge.music.timeline import STEP, Place


def key(seed: int, player: int, tick: int) -> int:
    """A number that names one random choice: the same seed, player and tick give the same (splitmix64)."""
    z = (seed * 0x9E3779B97F4A7C15 + player * 0xD1B54A32D192ED03 + tick + 0x632BE59BD9B4E019) & (2**64 - 1)
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
    return z ^ (z >> 31)


class Session:
    """One player's side of the jam; all ticks are the engine's own."""

    def __init__(self, player: int, mind: Generator, fallback: Generator | None, generation: int) -> None:
        self.player = player
        self.settings = Settings()
        self.ear = Ear()
        self.phase = "idle"
        self.generation = generation
        self.offset: int | None = None  # the player's ticks - ours; None until the player reports positions
        self.chord: Chord | None = None  # what the band plays now
        self.failures = 0  # steps at which the mind raised
        self.failure = ""  # what it said the first time
        self._mind, self._fallback = mind, fallback
        self._state: Any = None
        self._spare: Any = None  # the fallback's state while it plays
        self._broken_bar: int | None = None  # bar in which the mind raised
        self._waited = 0  # bar lines since the first note
        self._last: tuple[Frame, Thought] | None = None
        self._foresight = Foresight()
        self._rings = 0  # tick at which the last of the chords that were cued ends
        self.restart()

    def restart(self) -> None:
        """Begin as if nothing had been heard, and wait for the player's first notes."""
        self.clear()
        self._waited = 0
        self.phase = "idle"

    def clear(self) -> None:
        """Forget what was heard."""
        self._state = self._mind.start()
        self._spare = self._fallback.start() if self._fallback else None
        self.ear.clear()
        self.chord, self._last, self._broken_bar = None, None, None

    def rest(self) -> None:
        """Fall silent, but keep what was heard; the player's next notes bring the band back at a bar line."""
        self.ear.last, self._waited = None, 0
        self.phase = "idle" if self.phase == "idle" else "listening"

    def resume(self) -> None:
        """The transport runs again; a band that was playing comes back at the next beat."""
        if self.phase == "idle":
            self._waited = 0
            self.phase = "listening"

    def halt(self) -> None:
        """The transport stands; keys that were down count as released."""
        self.ear.lift()
        self._last = None

    def step(self, tick: int, clock: Clock, seed: int, others: tuple[int, ...]) -> Thought:
        """Hear the sixteenth before `tick` and decide this one; the thought's notes are to be played if the phase is
        playing.
        """
        place = clock.place_at(tick)
        onset = self.ear.hear(tick)
        self._enter(tick, place)
        frame = Frame(
            tick, place, clock.tempo, onset, tuple(sorted(self.ear.held)), round(self.ear.velocity), self.ear.chroma,
            key(seed, self.player, tick), self.settings.number("temperature"), others, self.settings.word("genre"),
        )  # fmt: skip
        thought = self._foresight.lengthen(tick, self._think(frame))
        self._last = (frame, thought)
        if thought.chord is not None:
            self.chord = thought.chord
        return thought

    def audible(self, thought: Thought) -> list[Note]:
        """The notes of a thought that the settings let through, at their loudness."""
        if self.phase != "playing":
            return []
        level = self.settings.number("level")
        return [
            replace(note, velocity=max(1, min(127, round(note.velocity * level))))
            for note in thought.notes
            if self.settings.values.get(note.voice, 1) and level > 0
        ]

    def cut(self, thought: Thought, tick: int) -> bool:
        """Whether the thought at `tick` ends chords that were cued to sound on; they count as ended."""
        if ACCOMPANIMENT not in thought.rests or self._rings <= tick:
            return False
        self._rings = tick
        return True

    def cued(self, note: Note, tick: int) -> None:
        """A note was cued for `tick`."""
        if note.voice == ACCOMPANIMENT:
            self._rings = max(self._rings, tick + note.ticks)

    def _enter(self, tick: int, place: Place) -> None:
        if self.settings.word("mode") == "listen":
            self.phase, self._waited = "idle", 0
            return
        if self.phase == "idle":
            self.phase = "listening"
        bar_line = place.step == 0
        if self.phase == "playing":
            patience = self.settings.number("patience_bars") * place.meter.bar
            if bar_line and patience and self.ear.silent_since(tick) > patience:
                self.phase, self._waited, self.ear.last = "listening", 0, None
        elif self.ear.last is not None:
            bars = int(self.settings.number("entry_bars"))
            self._waited += bar_line
            if (bars and bar_line and self._waited >= bars) or (not bars and place.phase % place.meter.beat < STEP):
                self.phase = "playing"

    def _think(self, frame: Frame) -> Thought:
        """The mind's answer; where it raises, the fallback's until the next bar. The jam never stops."""
        if self._broken_bar == frame.place.bar:
            return self._improvise(frame)
        if self._broken_bar is not None:
            self._broken_bar, self._state = None, self._mind.start()
        try:
            self._state, thought = self._mind.step(self._state, frame)
            return thought
        except Exception as error:
            self.failures += 1
            self.failure = self.failure or f"{type(error).__name__}: {error}"
            self._broken_bar = frame.place.bar
            return replace(self._improvise(frame), rests=frozenset([ACCOMPANIMENT]))

    def _improvise(self, frame: Frame) -> Thought:
        if self._fallback is None:
            return Thought()
        try:
            self._spare, thought = self._fallback.step(self._spare, frame)
        except Exception as error:
            self.failures += 1
            self.failure = self.failure or f"{type(error).__name__}: {error}"
            return Thought()
        return thought

    def plan(self, clock: Clock, seed: int) -> list[tuple[int, Thought]]:
        """What the band would play from here on, on the melody that it expects: (tick, thought) for each sixteenth."""
        thoughts = list(self._imagine(clock, seed))
        self._foresight = Foresight.of(thoughts)
        return [(tick, self._foresight.lengthen(tick, thought)) for tick, thought in thoughts]

    def _imagine(self, clock: Clock, seed: int) -> Iterator[tuple[int, Thought]]:
        if self._last is None or self._broken_bar is not None or self.phase != "playing":
            return
        (frame, thought), state, held = self._last, self._state, self._last[0].held
        steps = int(self.settings.number("horizon") * frame.place.meter.beat) // STEP
        for tick in range(frame.tick + STEP, frame.tick + (steps + 1) * STEP, STEP):
            if thought.onset is not None:
                held = (thought.onset,)
            frame = Frame(
                tick, clock.place_at(tick), frame.tempo, thought.onset, held, frame.velocity, frame.chroma,
                key(seed, self.player, tick), frame.temperature, frame.others, frame.genre,
            )  # fmt: skip
            try:
                state, thought = self._mind.step(state, frame)
            except Exception:  # the mind that fails in a plan fails in the next step too, and is counted there
                return
            yield tick, thought
