"""The planner: whose plan is made next, in the time that decisions leave, and what the pace means for all.

Rule 1. Everybody's plan is looked at once a sixteenth; who was not served before the next begins.
Rule 2. Nobody is planned for longer than a few sixteenths at a time: a decision never waits for a whole plan.
Rule 3. What the next decisions need goes first: the notes of everybody's response up to the next beat, and those of one
that may begin on the next bar line.
"""

from collections.abc import Mapping, Sequence

from bridge.engine.modes import SOUNDING
from bridge.engine.outbox import Outbox
from bridge.engine.session import Session
from bridge.engine.stage import Stage
from bridge.music.events import RESPONSE, Output, Pace
from bridge.music.timeline import STEP, Timeline


class Planner:
    """The queue of plans."""

    def __init__(self, stage: Stage, box: Outbox, sessions: Mapping[int, Session]) -> None:
        self.planned = 0  # sixteenths, of all players
        self.warning = ""  # that the tempo cannot be served, in words
        self._stage, self._box, self._sessions = stage, box, sessions
        self._queue: list[int] = []  # players whose plan is to be made
        self._composing: list[int] = []  # players whose response is to be composed ahead

    @property
    def waiting(self) -> bool:
        """Whether a plan is to be made."""
        return bool(self._queue or self._composing)

    def clear(self) -> None:
        """Nobody's."""
        self._queue.clear()
        self._composing.clear()

    def begin(self, players: Sequence[int]) -> None:
        """A sixteenth was decided: everybody's plan is due, first of those who waited longest."""
        there = [player for player in players if player in self._sessions]
        self._composing = [player for player in there if RESPONSE in SOUNDING[self._sessions[player].mode]]
        first = self._queue[0] if self._queue else 0
        later = [player for player in there if player >= first]
        self._queue = later + [player for player in there if player < first]

    def plan(self) -> list[Output]:
        """A part of one player's plan, or of what has to be there before any."""
        if self._composing:
            composer = self._sessions.get(self._composing[0])
            if composer is None or self._stage.ahead(composer):
                self._composing.pop(0)
            return []
        session = self._sessions.get(self._queue[0])
        if session is None:
            self._queue.pop(0)
            return []
        made = session.backing.plan.truth.made
        outputs, whole = self._stage.plan(session, self._sessions)
        self.planned += session.backing.plan.truth.made - made
        if whole:
            self._queue.pop(0)
        return outputs

    def paced(self, event: Pace, line: Timeline | None) -> list[Output]:
        """The shell says how long things take: adapt, and say so in words where the tempo cannot be served."""
        keeper, sessions = self._stage.pace, self._sessions.values()
        keeper.take(event)
        if line is None or not sessions:
            return []
        sixteenth, players = STEP / line.rate, len(sessions)
        horizons = [self._stage.horizon(session, players) for session in sessions]
        if all(keeper.serves(horizon, players, sixteenth) for horizon in horizons):
            self.warning = ""
            return []
        if self.warning:
            return []
        self.warning = keeper.words(line.tempo, players)
        return [output for session in sessions for output in self._box.fault(session, "too_fast")]
