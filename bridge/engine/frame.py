"""What a generator sees and what it answers.

A generator holds weights and no state: the state is a value that the session keeps, so that one generator serves every
player, and a state can be kept, rewound and replayed.
"""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from bridge.music.events import Chord
from bridge.music.timeline import Place

PROMISED: Final = 1000.0  # nats; no mind wants anything else as much


@dataclass(frozen=True, slots=True)
class Frame:
    """One sixteenth as a generator sees it: what was heard before it, and where it lies."""

    tick: int  # of this sixteenth, in the engine's numbering
    place: Place  # the bar, and the place in it
    tempo: float
    onset: int | None  # pitch that the player struck in the sixteenth before, the highest if several
    held: tuple[int, ...]  # pitches that are down, low to high
    velocity: int  # how hard the player plays lately, 1-127
    chroma: tuple[float, ...]  # (12,) lately heard pitch classes, fading over about two bars
    key: int  # names the random choices of this step: a function of seed, player and tick
    temperature: float
    others: tuple[int, ...] = ()  # pitches that the other players hold
    genre: str = "any"  # one of `vocabulary.GENRES`, or any
    wishes: tuple[tuple[int, float], ...] = ()  # (chord class, nats by which it is wanted); PROMISED: it must be
    learnt: str = ""  # weights that were learnt from the player, by name; "": those that the mind came with

    @property
    def seen(self) -> tuple[object, ...]:
        """What two frames share if a mind in the same state decides the same on both, loudness and wishes aside."""
        return (self.place, self.onset, bool(self.held), self.key, self.temperature, self.genre, self.learnt)


@dataclass(frozen=True, slots=True)
class Note:
    """A note that a voice plays `delay` ticks after its frame's tick, for `ticks`, which is sure.

    `hold` is how long it may last where the last plan foresaw that its chord stays, or of a bass note when the next
    comes; 0: no longer than sure, of a bass note as foreseen.
    """

    voice: str
    ticks: int
    pitch: int
    velocity: int
    delay: int = 0
    hold: int = 0


@dataclass(frozen=True, slots=True)
class Thought:
    """A generator's answer to one frame."""

    notes: tuple[Note, ...] = ()
    chord: Chord | None = None  # a chord that begins with this frame; None: as before
    onset: int | None = None  # the pitch that the player is expected to strike in this sixteenth, if any
    rests: frozenset[str] = frozenset()  # voices whose notes, if any sound on, end with this frame


class Generator(Protocol):
    """A musical mind: `step` answers a frame, `start` is the mind before it heard anything.

    The state is the generator's own immutable value. `step` may raise; the engine then plays its fallback to the end
    of the bar.
    """

    name: str

    def start(self) -> Any:
        """The state before anything was heard."""
        ...

    def step(self, state: Any, frame: Frame) -> tuple[Any, Thought]:
        """What to play at `frame`, and the state after it."""
        ...
