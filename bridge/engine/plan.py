"""The plan: what a mind would play from here on, kept step by step so that a revision costs only its own steps.

Rule 1. Planned and sounded are two things: a plan is shown, never played; what sounds is decided anew, sixteenth by
sixteenth, from what was heard.
Rule 2. A plan whose imagined sixteenth came true is only lengthened; else it is made anew from where it failed.
Rule 3. A chord within the commit distance, once planned, is a promise: it stays, whatever is played.
The scheme and its terms (horizon, commit, staleness) are discussed in ReaLJam (Scarlatos et al., 2025) and StreamMUSE
(arXiv 2606.11886); keeping the states, so that nothing is fed twice, in Dicy2's rewinding scheduler.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bridge.engine.frame import Frame, Thought
from bridge.music.timeline import STEP

OPEN: Final = 64  # sixteenths that are shown and not judged yet; seven beats of six are the most there can be
LEADS: Final = (1, 2, 4)  # beats ahead at which it is noted whether what was shown comes true


@dataclass(frozen=True, slots=True)
class Planned:
    """A sixteenth as it was imagined."""

    frame: Frame
    thought: Thought
    state: Any  # of the mind, after it
    chord: int  # chord class that sounds then
    made: int  # tick from which it was planned

    @property
    def notes(self) -> frozenset[tuple[str, int]]:
        """What would be struck: voice and pitch."""
        return frozenset((note.voice, note.pitch) for note in self.thought.notes)


@dataclass(slots=True)
class Truth:
    """How plans fared against what was then decided."""

    shown: dict[int, int] = field(default_factory=lambda: dict.fromkeys(LEADS, 0))
    """Beats ahead -> sixteenths that were shown so early."""
    chords: dict[int, int] = field(default_factory=lambda: dict.fromkeys(LEADS, 0))
    """Beats ahead -> those of them whose chord came true."""
    notes: dict[int, float] = field(default_factory=lambda: dict.fromkeys(LEADS, 0.0))
    """Beats ahead -> their struck notes that came true, as shares (F1 of shown and played); none and none is 1."""
    steps: int = 0  # sixteenths decided for which a plan was due
    ready: int = 0  # those of them that were planned when they came
    stale: deque[int] = field(default_factory=lambda: deque(maxlen=4096))  # steps since that plan was made
    made: int = 0  # steps planned, all told


class Plan:
    """The sixteenths to come, in order."""

    def __init__(self) -> None:
        self.truth = Truth()
        self._steps: deque[Planned] = deque()
        self._shown: dict[tuple[int, int], Planned] = {}  # (beats ahead, tick) -> as it was shown then

    def __iter__(self) -> Iterator[Planned]:
        return iter(self._steps)

    @property
    def last(self) -> Planned | None:
        """The furthest sixteenth."""
        return self._steps[-1] if self._steps else None

    def clear(self) -> None:
        """Nothing is planned."""
        self._steps.clear()
        self._shown.clear()

    def came(self, frame: Frame, thought: Thought, chord: int, *, due: bool) -> bool:
        """The sixteenth of `frame` was decided: take it off the plan; whether it was as imagined, so that the rest
        stands. Else the rest is dropped. `due`: it should have been planned.
        """
        self.truth.steps += due
        while self._steps and self._steps[0].frame.tick < frame.tick:
            self._steps.popleft()
        there = self._steps.popleft() if self._steps and self._steps[0].frame.tick == frame.tick else None
        if there is not None:
            self.truth.ready += 1
            self.truth.stale.append((frame.tick - there.made) // STEP - 1)
        self._judge(frame.tick, thought, chord)
        if there is not None and there.frame.seen == frame.seen and there.chord == chord:
            return True
        self._steps.clear()
        return False

    def add(self, step: Planned) -> None:
        """One more sixteenth."""
        self.truth.made += 1
        self._steps.append(step)

    def show(self, now: int, beat: int) -> None:
        """The plan was shown at `now`: remember what it says of the sixteenths some beats ahead."""
        leads = {now + lead * beat: lead for lead in LEADS}
        if len(self._shown) > OPEN:  # the grid moved: those sixteenths never come
            self._shown = {key: step for key, step in self._shown.items() if key[1] > now}
        for step in self._steps:
            lead = leads.get(step.frame.tick)
            if lead is not None:
                self._shown[lead, step.frame.tick] = step

    def _judge(self, tick: int, thought: Thought, chord: int) -> None:
        played = frozenset((note.voice, note.pitch) for note in thought.notes)
        for lead in LEADS:
            step = self._shown.pop((lead, tick), None)
            if step is None:
                continue
            self.truth.shown[lead] += 1
            self.truth.chords[lead] += step.chord == chord
            total = len(step.notes) + len(played)
            self.truth.notes[lead] += 2 * len(step.notes & played) / total if total else 1.0
