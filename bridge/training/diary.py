"""What there is to learn from in a running jam's log: each player's bars as the network heard them.

Rules: the melody is what the player's ear took (the highest note of a sixteenth, held while any key is down), chords
and bass are what sounded. A line that is not whole yet is read later. Of every four groups of two bars one is held
back: it is heard as the past of what follows, and never asked for in training. Which one is drawn by the number of the
eight bars, so that it is not always the same place of the form, and what was held back once always is.
"""

from __future__ import annotations

import copy
import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from bridge.music.entries import Entry, Header, Received
from bridge.music.events import BASS, Set
from bridge.music.harmony import QUALITIES, Chord
from bridge.music.log import Reader
from bridge.music.performance import HEARD, Listener, Note, Performance
from bridge.music.timeline import STEP
from bridge.music.vocabulary import (
    BASS_HIGH,
    BASS_LOW,
    HOLD,
    NO_CHORD,
    PERIOD,
    REST,
    Spot,
    chord_class,
    onset,
)

GROUP: Final = 2  # bars that are held back or learnt from together
EVERY: Final = 4  # groups of which one is held back

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Pages:
    """A player's part of a jam on the grid of sixteenths, whole bars; every array has one cell a step."""

    player: int
    genre: int
    """Place of the genre in `vocabulary.GENRES`, -1: none set."""
    melody: Array  # (steps,) tokens
    chords: Array  # (steps,) classes as sounded, NO_CHORD where nothing did
    bass: Array  # (steps,) tokens as sounded
    spots: tuple[Spot, ...]  # (steps,)
    groups: Array  # (steps,) number of the group of bars, from 0
    played: Array  # (steps,) whether the player was heard in that bar or the one before it

    @property
    def steps(self) -> int:
        """Sixteenths."""
        return len(self.melody)

    @property
    def heard(self) -> Array:
        """The token of the step before, (steps,): REST at the first."""
        return np.concatenate([[REST], self.melody[:-1]])

    @property
    def held(self) -> Array:
        """Whether a step is held back, (steps,)."""
        turns = np.array([zlib.crc32(b"%d" % block) % EVERY for block in range(self.groups[-1] // EVERY + 1)])
        back: Array = (self.groups % EVERY == turns[self.groups // EVERY]) & self.played
        return back

    @property
    def bars(self) -> int:
        """Bars in which the player was heard."""
        begins = np.array([spot.step == 0 for spot in self.spots])
        return int((begins & self.played).sum())


class _Tail:
    """The whole lines of a file that grows; ends where no more is there yet, and then may be asked again."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        where = self._file.tell()
        line = self._file.readline()
        if line.endswith(b"\n"):
            return line
        self._file.seek(where)
        raise StopIteration

    def close(self) -> None:
        self._file.close()


class Diary:
    """A log that may still grow: `read` what was added, then take the players' `pages`."""

    def __init__(self, path: Path) -> None:
        """Raises LogError where the file is no log, OSError where it cannot be read."""
        self._tail = _Tail(path)
        self._log = Reader(self._tail, path.name)
        self._listener = Listener()
        self._genres: dict[int, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tail.close()

    @property
    def header(self) -> Header:
        """What the jam was made with."""
        return self._log.header

    def read(self) -> int:
        """Take what was written since; how many entries. Raises LogError where the log is damaged."""
        count = 0
        for entry in self._log:
            count += 1
            self._take(entry)
        return count

    def genre(self, player: int) -> str:
        """The genre that a player set last, else the one that the jam began with."""
        return self._genres.get(player, str(self.header.settings.get("genre", "any")))

    def pages(self, index: int, player: int) -> Pages | None:
        """A player's bars so far, `index` being the genre's number; None where nothing was heard."""
        done = copy.deepcopy(self._listener).finish()  # the listener goes on where it was
        return pages_of(done, player, index)

    @property
    def players(self) -> list[int]:
        """Who was heard so far."""
        return sorted({player for player, voice in self._listener.performance.notes if voice == HEARD})

    def _take(self, entry: Entry) -> None:
        self._listener.take(entry)
        match entry:
            case Received(Set(player, "genre", str() as value), _):
                self._genres[player] = value


def pages_of(done: Performance, player: int, genre: int) -> Pages | None:
    """A player's part of a performance; None where there is no whole bar with a note of theirs."""
    notes = done.notes.get((player, HEARD), [])
    spots = tuple(_spots(done))
    steps = len(spots)
    if not notes or not steps:
        return None
    melody = line(notes, steps)
    low = [note._replace(pitch=_folded(note.pitch)) for note in done.notes.get((player, BASS), [])]
    chords = np.full(steps, NO_CHORD, np.int32)
    for tick, chord in done.chords.get(player, []):
        known = 0 <= chord.root < 12 and chord.quality in QUALITIES
        number = chord_class(Chord(chord.root, chord.quality, chord.root)) if known else NO_CHORD
        chords[max(0, round(tick / STEP)) :] = number
    bar = np.cumsum([spot.step == 0 for spot in spots]) - 1
    sounding = np.zeros(bar[-1] + 2, bool)
    for step in np.flatnonzero(melody != REST):
        sounding[bar[step] : bar[step] + 2] = True
    return Pages(player, genre, melody, chords, line(low, steps), spots, bar // GROUP, sounding[bar])


def line(notes: list[Note], steps: int) -> Array:
    """The tokens, (steps,), that an ear takes of these notes: the highest that begins, held while any is down."""
    highest, down = np.full(steps, -1), np.zeros(steps, bool)
    for tick, ticks, pitch, _ in notes:
        first = round(tick / STEP)
        if first < steps:
            highest[first] = max(highest[first], pitch)
            down[first : max(first + 1, round((tick + ticks) / STEP))] = True
    return np.where(highest >= 0, onset(0) + highest, np.where(down, HOLD, REST)).astype(np.int32)


def _folded(pitch: int) -> int:
    """A bass note moved by octaves to where basses are."""
    while pitch < BASS_LOW:
        pitch += 12
    while pitch > BASS_HIGH:
        pitch -= 12
    return pitch


def _spots(done: Performance) -> Iterator[Spot]:
    """Where each step lies; bars are counted from the jam's first, and the last, which may go on, is left out."""
    for number, (begin, end) in enumerate(itertools.pairwise(done.bars)):
        meter = next(meter for tick, meter in reversed(done.meters) if tick <= begin)
        for step in range((end - begin) // STEP):
            yield Spot(step, meter.numerator, meter.denominator, number % PERIOD)
