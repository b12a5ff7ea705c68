"""The backing: chords and bass of one player, from a generator that may fail, with a plan of what comes.

Rule 1. The mind hears every sixteenth, sounding or not, so that it knows the music when it enters.
Rule 2. Where it raises, its fallback plays to the end of the bar, and it is tried again.
Rule 3. The last states are kept: where the bars move under the music (a loop seam), it goes back to the seam and hears
what followed once more, on the right bars.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.engine.foresight import Foresight
from bridge.engine.frame import PROMISED, Frame, Generator, Thought
from bridge.engine.plan import Plan, Planned
from bridge.music import harmony
from bridge.music.events import ACCOMPANIMENT, Chord
from bridge.music.timeline import STEP, Place
from bridge.music.vocabulary import NO_CHORD, chord_class

KEPT: Final = 16  # states of the last sixteenths; a seam is noticed within a beat at any tempo

Keys = Callable[[int], int]  # a tick -> the key of its random choices
Places = Callable[[int], Place]
Wish = Callable[[int], tuple[tuple[int, float], ...]]  # what is wanted of the chord at a tick


@dataclass(frozen=True, slots=True)
class Past:
    """A sixteenth that was decided, and the mind's state before it."""

    frame: Frame
    state: Any


class Backing:
    """One player's chords and bass."""

    def __init__(self, mind: Generator, fallback: Generator | None) -> None:
        self.chord: Chord | None = None  # what is played now
        self.failures, self.failure = 0, ""  # steps at which the mind raised, and what it said the first time
        self.plan = Plan()
        self.due = False  # whether a plan is to be made after this sixteenth
        self._mind, self._fallback = mind, fallback
        self._state: Any = None
        self._spare: Any = None  # the fallback's state
        self._broken_bar: int | None = None  # bar in which the mind raised
        self._last: tuple[Frame, Thought] | None = None
        self._foresight = Foresight()
        self._ring: deque[Past] = deque(maxlen=KEPT)
        self._promises: dict[int, int] = {}  # tick -> chord class
        self._fresh = False  # whether it was made anew
        self.clear()

    def clear(self) -> None:
        """Forget what was heard and played."""
        self._state = self._mind.start()
        self._spare = self._fallback.start() if self._fallback else None
        self.chord, self._broken_bar = None, None
        self.halt()

    def halt(self) -> None:
        """The transport stands: there is no next sixteenth yet."""
        self._last = None
        self._ring.clear()
        self._promises.clear()
        self.plan.clear()

    @property
    def number(self) -> int:
        """The class of the chord that is played now."""
        return _number(self.chord)

    def step(self, frame: Frame, commit: int) -> Thought:
        """Decide a sixteenth; a chord that was planned for it within `commit` ticks is kept."""
        self._promises = {
            tick: chord for tick, chord in self._promises.items() if frame.tick <= tick <= frame.tick + commit
        }
        frame = self._bound(frame)
        self._ring.append(Past(frame, self._state))
        raw = self._think(frame)
        thought = self._foresight.lengthen(frame.tick, raw)
        self._last = frame, raw
        if thought.chord is not None:
            self.chord = thought.chord
        self._fresh = not self.plan.came(frame, raw, self.number, due=self.due) or self._fresh
        return thought

    def rewind(self, tick: int, places: Places) -> int:
        """The bars moved at `tick`: hear the sixteenths since again, if their place is another now. How many."""
        kept = [past for past in self._ring if past.frame.tick >= tick]
        if not kept or self._broken_bar is not None or all(p.frame.place == places(p.frame.tick) for p in kept):
            return 0
        self._state = kept[0].state
        while self._ring and self._ring[-1].frame.tick >= tick:
            self._ring.pop()
        for past in kept:
            frame = replace(past.frame, place=places(past.frame.tick))
            self._ring.append(Past(frame, self._state))
            thought = self._think(frame)
            self._last = frame, thought
            self.chord = thought.chord or self.chord
        self.revise()
        return len(kept)

    def revise(self) -> None:
        """What was planned does not hold any more."""
        self.plan.clear()
        self._fresh = True

    # -- the plan ------------------------------------------------------------------------------------------------

    def extend(self, places: Places, keys: Keys, wish: Wish, horizon: int, most: int, *, imagine: bool) -> bool:
        """Plan up to `most` sixteenths more, `horizon` ticks ahead at most; whether the plan is whole. Where it does
        not `imagine`, the player is taken to be silent.
        """
        if self._last is None or self._broken_bar is not None:
            self.plan.clear()
            return True
        now = self._last[0].tick
        for _ in range(most):
            last = self.plan.last
            frame, thought, state, chord = (
                (*self._last, self._state, self.number)
                if last is None
                else (last.frame, last.thought, last.state, last.chord)
            )
            if frame.tick + STEP > now + horizon:
                return True
            onset = thought.onset if imagine else None
            held = ((onset,) if onset is not None else frame.held) if imagine else ()
            tick = frame.tick + STEP
            frame = replace(
                frame, tick=tick, place=places(tick), onset=onset, held=held, key=keys(tick), wishes=wish(tick)
            )
            frame = self._bound(frame)
            try:
                state, thought = self._mind.step(state, frame)
            except Exception:  # the mind that fails in a plan fails in the next step too, and is counted there
                return True
            if thought.chord is not None:
                chord = _number(thought.chord)
            self.plan.add(Planned(frame, thought, state, chord, now))
        last = self.plan.last
        return last is None or last.frame.tick + STEP > now + horizon

    def shown(self, beat: int, commit: int) -> tuple[list[tuple[int, Thought]], bool]:
        """The plan as it is told, (tick, thought) for each sixteenth; whether all of it is new, not only its end."""
        steps = [(step.frame.tick, step.thought) for step in self.plan]
        self._foresight = Foresight.of(steps)
        if self._last is not None:
            now = self._last[0].tick
            self.plan.show(now, beat)
            for step in self.plan:
                if step.frame.tick <= now + commit and step.chord != NO_CHORD:
                    self._promises.setdefault(step.frame.tick, step.chord)
        fresh, self._fresh = self._fresh, False
        return [(tick, self._foresight.lengthen(tick, thought)) for tick, thought in steps], fresh

    # -- inside --------------------------------------------------------------------------------------------------

    def _bound(self, frame: Frame) -> Frame:
        """The frame with the promise for its tick, if there is one; a harmony that is shared goes before it."""
        promise = self._promises.get(frame.tick)
        if promise is None or any(nats >= PROMISED for _, nats in frame.wishes):
            return frame
        return replace(frame, wishes=((promise, PROMISED),))

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
            self._failed(error)
            self._broken_bar = frame.place.bar
            return replace(self._improvise(frame), rests=frozenset([ACCOMPANIMENT]))

    def _improvise(self, frame: Frame) -> Thought:
        if self._fallback is None:
            return Thought()
        try:
            self._spare, thought = self._fallback.step(self._spare, frame)
        except Exception as error:
            self._failed(error)
            return Thought()
        return thought

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self.failure = self.failure or f"{type(error).__name__}: {error}"


def _number(chord: Chord | None) -> int:
    if chord is None or chord.root < 0:
        return NO_CHORD
    return chord_class(harmony.Chord(chord.root, chord.quality, chord.root))
