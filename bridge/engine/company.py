"""Company: what a session hears of the others at a sixteenth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.engine.ear import Ear
from bridge.engine.frame import PROMISED
from bridge.music.listening import NOTHING, Chroma
from bridge.music.vocabulary import NO_CHORD


@dataclass(frozen=True, slots=True)
class Company:
    """The others, as far as a session heeds them; `held` is always told, the rest where it listens to everybody."""

    held: tuple[int, ...] = ()  # pitches that the others hold
    chord: int = NO_CHORD  # the harmony that is shared, NO_CHORD where there is none
    everybody: bool = False  # whether the session listens to all
    onset: int | None = None  # the highest pitch that one of them struck
    chroma: Chroma = NOTHING  # of everybody, the session's own player too; lately
    tonal: Chroma = NOTHING  # the same for long
    last: int | None = None  # tick of their last onset in a closed sixteenth
    silent: int | None = None  # ticks since then, 0 while one of them holds a key; None before anything was heard

    def bound(self, wishes: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
        """A player's own wishes of the chord, or the promise of the harmony that is shared."""
        return wishes if self.chord == NO_CHORD else ((self.chord, PROMISED),)


@dataclass(frozen=True, slots=True)
class Room:
    """All ears at a sixteenth."""

    ears: Mapping[int, Ear]  # by player
    onsets: Mapping[int, int | None]
    tick: int
    chroma: Chroma  # of everybody
    tonal: Chroma
    down: Sequence[tuple[int, int]]  # player, pitch

    @classmethod
    def of(cls, ears: Mapping[int, Ear], onsets: Mapping[int, int | None], tick: int) -> "Room":
        """The room as it was heard before `tick`; who struck what highest is in `onsets`."""
        lately = _together([ear.chroma for ear in ears.values()])
        long = _together([ear.tonal for ear in ears.values()])
        down = [(player, pitch) for player, ear in ears.items() for pitch in ear.held]
        return cls(ears, onsets, tick, lately, long, down)

    def beside(self, player: int, chord: int, *, everybody: bool) -> Company:
        """The company of one player, with the chord that is shared."""
        held = tuple(pitch for other, pitch in self.down if other != player)
        if not everybody:
            return Company(held, chord)
        struck = (pitch for other, pitch in self.onsets.items() if other != player and pitch is not None)
        others = [ear for other, ear in self.ears.items() if other != player]
        last = max((ear.last for ear in others if ear.last is not None), default=None)
        silent = 0 if held else None if last is None else max(0, self.tick - last)
        return Company(held, chord, True, max(struck, default=None), self.chroma, self.tonal, last, silent)


def _together(heard: Sequence[Chroma]) -> Chroma:
    return tuple(map(sum, zip(*heard, strict=True))) if heard else NOTHING
