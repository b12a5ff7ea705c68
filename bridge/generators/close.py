"""The close: how an answer comes to an end that sounds like one.

Rules: an end is a note on a beat with a beat's time for it, and of the pitch classes that were asked for (`Ask.home`)
one rather than another. Both are wishes in nats, added to what a network says before its temperature, so that a cold
answer leans to them as a warm one does; neither is a must. Only the last bar's rhythm and the last note's pitch are
led, of a variation the pitch alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GOAL: Final = 3.0  # nats by which the pitch class that is wanted most is preferred as the last
RUSHED: Final = 2.0  # nats against a note that has no beat's time left, and against an end on a note off the beat
SETTLED: Final = 1.0  # nats against another note after one on a beat in the last half of the last bar


@dataclass(frozen=True, slots=True)
class Way:
    """How far it is from a note to the end of the answer; all in one unit of time, as `beat` and `bar` are."""

    left: int  # from the note's onset to the end
    phase: int  # of the onset in its bar
    beat: int
    bar: int

    @property
    def rests(self) -> bool:
        """Whether the answer may end on this note."""
        return self.phase % self.beat == 0 and self.left >= self.beat

    def onset(self, left: int) -> float:
        """The wish for another note, `left` before the end."""
        wish = -RUSHED if 0 < left < self.beat else 0.0
        return wish - SETTLED if self.rests and self.left <= max(self.beat, self.bar // 2) else wish

    @property
    def end(self) -> float:
        """The wish for no other note."""
        return 0.0 if self.rests else -RUSHED


def pitches(home: Sequence[float], low: int, count: int) -> Any:
    """The wish for each of `count` pitches from `low` up as the last, (count,)."""
    return GOAL * np.array([home[pitch % 12] for pitch in range(low, low + count)], np.float32)
