"""Foresight: how long notes may last, on the word of the last plan.

Rule 1. A bass note lasts up to the next one that was planned, a chord up to the next change that was planned, if any.
Rule 2. Never longer than a note may (its `hold`), never shorter than it is sure to (its `ticks`).
Rule 3. Where the plan was wrong, the new bass note ends the old (a rule of every voice called bass), and the stage ends
the chord.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bridge.engine.frame import Note, Thought
from bridge.music.events import ACCOMPANIMENT, BASS
from bridge.music.timeline import PPQ, STEP

LONGEST = 2 * PPQ  # ticks; a bass note lasts no longer on the word of a plan alone
GAP = 8  # ticks between a note's end and what follows, so that a repeated pitch is heard as two


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the last plan says of the notes to come."""

    basses: Mapping[int, int] = field(default_factory=dict)  # tick of a bass note -> ticks to the next, or to a rest
    changes: tuple[int, ...] = ()  # ticks at which the chord changes
    begins: int = 0  # first tick of the plan
    ends: int = 0  # first tick after it

    @classmethod
    def of(cls, thoughts: Sequence[tuple[int, Thought]]) -> "Foresight":
        """The foresight of a plan: (tick, thought) for each sixteenth."""
        if not thoughts:
            return cls()
        basses: dict[int, int] = {}
        end = None
        for tick, thought in reversed(thoughts):
            if any(note.voice == BASS for note in thought.notes):
                if end is not None:
                    basses[tick] = min(end - tick, LONGEST) - GAP
                end = tick
            elif BASS in thought.rests:
                end = tick
        changes = tuple(tick for tick, thought in thoughts if ACCOMPANIMENT in thought.rests)
        return cls(basses, changes, thoughts[0][0], thoughts[-1][0] + STEP)

    def lengthen(self, tick: int, thought: Thought) -> Thought:
        """The thought at a tick with its notes as long as was foreseen."""
        if not thought.notes or not self.begins <= tick < self.ends:
            return thought
        return replace(thought, notes=tuple(self._longer(tick, note) for note in thought.notes))

    def _longer(self, tick: int, note: Note) -> Note:
        if note.voice == BASS:
            foreseen = self.basses.get(tick)
            if foreseen is None:
                return note
            return replace(note, ticks=min(foreseen, note.hold) if note.hold else foreseen)
        until = next((change - tick - GAP for change in self.changes if change > tick), note.hold)
        return replace(note, ticks=max(note.ticks, min(note.hold, until)))
