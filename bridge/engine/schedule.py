"""The schedule: cues in, note-ons and note-offs out, each on its tick.

Rule 1. What is pending keeps its tick; the moment follows the newest timeline.
Rule 2. Every note-on has exactly one note-off: at its end, when its pitch is struck again, or at a silence.
Rule 3. The bass is one voice: a new note of it ends the last.
Rule 4. At one moment releases come before onsets.
Rule 5. While the clock stands, what sounds is released and nothing begins.
Rule 6. A note ends on the channel on which it began, whatever its voice's channel has become.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

from bridge.music.events import ALL, BASS, EVERYONE, Cue, Output
from bridge.music.timeline import Timeline

FULL = 4096  # pending notes; more is a fault, and the rest is dropped and counted


@dataclass(frozen=True, slots=True)
class Sounding:
    """A note that begins, or with velocity 0 ends, now."""

    player: int
    voice: str
    pitch: int
    velocity: int
    channel: int = 0  # MIDI, 1-16; 0: the voice's usual one


class Schedule:
    """Pending and sounding notes of any number of players and voices."""

    def __init__(self) -> None:
        self.timeline: Timeline | None = None
        self.dropped = 0
        self._count = 0  # keeps the heap from comparing cues, and equal ticks in order
        self._pending: list[tuple[int, int, int, Cue, int]] = []  # (tick, count, player, cue, channel)
        self._sounding: dict[tuple[int, str, int], tuple[int, int]] = {}  # (player, voice, pitch) -> (its end, channel)

    def add(self, output: Output) -> None:
        """Take a cue; `output.tick` is when it begins, in the engine's ticks."""
        cue = output.message
        if not isinstance(cue, Cue):
            return
        if len(self._pending) >= FULL or cue.ticks <= 0:
            self.dropped += 1
            return
        self._count += 1
        heappush(self._pending, (output.tick, self._count, output.player, cue, output.channel))

    def follow(self, timeline: Timeline | None) -> None:
        """Take the newest clock; None while it stands."""
        self.timeline = timeline

    def silence(self, player: int = EVERYONE, voice: str = ALL) -> list[Sounding]:
        """Forget what is pending and release what sounds, of one player or everyone, of one voice or all."""

        def meant(who: int, which: str) -> bool:
            return player in (EVERYONE, who) and voice in (ALL, which)

        self._pending = [entry for entry in self._pending if not meant(entry[2], entry[3].voice)]
        self._pending.sort()
        ended = [where for where in self._sounding if meant(where[0], where[1])]
        return [self._release(where) for where in ended]

    def due(self, time: float) -> list[Sounding]:
        """What has to begin or end at `time` seconds or before, in order."""
        if self.timeline is None:
            return self.silence()
        notes: list[Sounding] = []
        while (tick := self._next()) is not None and self.timeline.time_at(tick) <= time:
            notes += [self._release(where) for where, (end, _) in list(self._sounding.items()) if end <= tick]
            while self._pending and self._pending[0][0] <= tick:
                notes += self._begin(*heappop(self._pending))
        return notes

    def wakeup(self) -> float | None:
        """When `due` next has something, in seconds."""
        if self.timeline is None:
            return float("-inf") if self._sounding or self._pending else None
        tick = self._next()
        return None if tick is None else self.timeline.time_at(tick)

    def _next(self) -> int | None:
        ticks = [*(end for end, _ in self._sounding.values()), *(entry[0] for entry in self._pending[:1])]
        return min(ticks, default=None)

    def _begin(self, tick: int, _count: int, player: int, cue: Cue, channel: int) -> list[Sounding]:
        where = (player, cue.voice, cue.pitch)
        ended = [old for old in self._sounding if old == where or old[:2] == (player, BASS) == where[:2]]
        before = [self._release(old) for old in ended]
        self._sounding[where] = tick + cue.ticks, channel
        return [*before, Sounding(player, cue.voice, cue.pitch, cue.velocity, channel)]

    def _release(self, where: tuple[int, str, int]) -> Sounding:
        _, channel = self._sounding.pop(where)
        return Sounding(*where, 0, channel)
