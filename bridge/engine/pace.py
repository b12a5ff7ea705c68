"""The pace: whether this machine keeps up, and what is given up first where it does not.

Generation times are measured by the shell, which has a clock, and come in as events, so that a jam can be replayed.
With r the sixteenths from a note to the plan that knows it, two rules bind a plan (peers that found them: ReaLJam's
commit of at least 2r - 1 frames; StreamMUSE's horizon of at least twice the 95th percentile of the round trip).
Rule 1. Decisions go first. Plans get half of the time that is left, and are as long as that allows.
Rule 2. Where a sixteenth cannot even be decided in time, the engine says so in words.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

from bridge.music.events import Pace
from bridge.music.timeline import PPQ, STEP

SHARE: Final = 0.5  # of the time between two decisions that plans may take
SHORTEST: Final = PPQ  # ticks; a plan of less than a beat shows nothing
WIDEST: Final = 0.75  # of a sixteenth: the earliest that cues leave
ROOM: Final = 2.0  # deciding a sixteenth may take so many times less than the lookahead


@dataclass(slots=True)
class Keeper:
    """What was measured last, and what follows from it."""

    decide: float = 0.0  # seconds to decide a sixteenth for everybody, 95th percentile
    plan: float = 0.0  # seconds to plan a sixteenth of one player, 95th percentile

    def take(self, pace: Pace) -> None:
        """New measures."""
        self.decide, self.plan = pace.decide_ms / 1000, pace.plan_ms / 1000

    def lookahead(self, asked: float, sixteenth: float) -> float:
        """Seconds by which decisions precede their tick: as asked, more where deciding takes long, three quarters of a
        sixteenth at most.
        """
        return min(max(asked, ROOM * self.decide), WIDEST * sixteenth)

    def horizon(self, wanted: int, players: int, sixteenth: float) -> int:
        """Ticks to plan ahead: as wanted, or as many as can be planned anew for everybody within a sixteenth."""
        if not self.plan or not players:
            return wanted
        left = SHARE * max(0.0, sixteenth - self.decide)
        steps = int(left / (self.plan * players))
        return min(wanted, max(SHORTEST, steps * STEP))

    def round_trip(self, horizon: int, players: int, sixteenth: float) -> int:
        """Sixteenths from a note to the plan that knows it, for the last player served."""
        return max(1, ceil((self.decide + self.plan * players * (horizon // STEP)) / sixteenth))

    def commit(self, asked: int, horizon: int, players: int, sixteenth: float) -> int:
        """Ticks within which planned chords are kept: as asked, and 2r - 1 sixteenths of which the lookahead is one."""
        least = 2 * self.round_trip(horizon, players, sixteenth) - 2
        return max(asked, min(horizon, least * STEP))

    def serves(self, horizon: int, players: int, sixteenth: float) -> bool:
        """Whether the plan is at least twice the round trip long, and a sixteenth is decided within the lookahead."""
        return self.decide <= WIDEST * sixteenth and (
            not horizon or horizon // STEP >= 2 * self.round_trip(horizon, players, sixteenth)
        )

    def words(self, tempo: float, players: int) -> str:
        """What cannot be kept up, for people."""
        sixteenth = 15 / tempo * 1000
        return (
            f"at {tempo:.0f} bpm a sixteenth lasts {sixteenth:.0f} ms; deciding one for {players} players takes "
            f"{self.decide * 1000:.1f} ms and planning one {self.plan * 1000:.2f} ms a player: lower the tempo or the "
            f"horizon, or let fewer play"
        )
