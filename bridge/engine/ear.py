"""The ear: what one player plays, ready to be asked for sixteenth by sixteenth.

Rule 1. A note belongs to the sixteenth whose beginning is nearest, or to the next one that was not asked for yet:
late notes move, none is lost.
Rule 2. A packet that comes twice or too late changes nothing that was answered.
"""

from bridge.music.listening import NOTHING, Chroma, faded
from bridge.music.timeline import PPQ, STEP

FORGET = 32 * PPQ  # ticks; a key held for eight bars of 4/4 has lost its note-off
USUAL = 80  # velocity, until something is heard


class Ear:
    """Held and struck notes of one player, in the engine's ticks."""

    def __init__(self) -> None:
        self.held: dict[int, int] = {}  # pitch -> tick of its onset
        self.chroma: Chroma = NOTHING
        self.velocity = float(USUAL)
        self.last: int | None = None  # tick of the last onset in a closed sixteenth
        self._pending: list[tuple[int, int]] = []  # (tick, pitch) not asked for yet
        self._ended: dict[int, int] = {}  # pitch -> tick of its last release

    def strike(self, tick: int, pitch: int, velocity: int) -> bool:
        """A key went down; False for a packet that came twice."""
        if self.held.get(pitch) == tick or (tick, pitch) in self._pending:
            return False
        if self._ended.get(pitch, -1) <= tick:
            self.held[pitch] = tick
        self._pending.append((tick, pitch))
        self.velocity += 0.3 * (velocity - self.velocity)
        return True

    def release(self, tick: int, pitch: int) -> bool:
        """A key came up; False where it was not down, or came down again since."""
        self._ended[pitch] = tick
        if self.held.get(pitch, tick + 1) > tick:
            return False
        del self.held[pitch]
        return True

    def hear(self, step: int) -> int | None:
        """Close the sixteenth before `step`: the highest pitch struck in it, if any."""
        limit = step - STEP // 2
        onsets = [(tick, pitch) for tick, pitch in self._pending if tick < limit]
        struck = [pitch for _, pitch in onsets]
        if onsets:
            self.last = max(self.last or 0, *(tick for tick, _ in onsets))
        self._pending = [(tick, pitch) for tick, pitch in self._pending if tick >= limit]
        for pitch in [pitch for pitch, tick in self.held.items() if step - tick > FORGET]:
            del self.held[pitch]
        self.chroma = faded(self.chroma, {*struck, *self.held})
        return max(struck, default=None)

    def silent_since(self, step: int) -> int:
        """Ticks since the last onset; 0 while a key is down or before anything was heard."""
        return 0 if self.held or self.last is None else max(0, step - self.last)

    def clear(self) -> None:
        """Forget what was heard; keys that are down stay down."""
        self.chroma, self.last, self._pending = NOTHING, None, []

    def lift(self) -> None:
        """All keys come up: the transport stopped, or its numbering began anew."""
        self.held.clear()
        self._pending.clear()
        self._ended.clear()
