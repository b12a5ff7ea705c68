"""The patterns by which accompaniments strike their chords, one bar each, by genre and meter.

They are data, `comping.json`, made by tools/make_comping.py, which says what was counted where. Rules: a strike lies on
a sixteenth of its bar and ends within it; a meter that nobody counted is put together from bars of 4/4, 3/4 and 2/4,
or of 6/8.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

from bridge.music.errors import ModelError
from bridge.music.timeline import STEP, Meter

FILE: Final = Path(__file__).with_name("comping.json")
ALL: Final = "*"  # voices: the whole chord; else 0 the lowest, 1 one between, 2 the highest
NEIGHBOURS: Final = {
    "artsong": ("standards", "hymn"), "chorale": ("hymn", "artsong"), "folk": ("standards", "artsong"),
    "hymn": ("chorale", "artsong"), "jazz": ("standards", "pop"), "pop": ("rock", "artsong"), "rock": ("pop", "folk"),
    "standards": ("folk", "artsong"),
}  # fmt: skip
"""Genre -> where to look for a meter that it has no pattern for."""


@dataclass(frozen=True, slots=True)
class Strike:
    """Some voices of a chord, struck at a sixteenth of the bar."""

    step: int
    voices: str
    steps: int  # how long they would sound if the chord stays, in sixteenths
    loud: float  # of the bar's mean


@dataclass(frozen=True, slots=True)
class Pattern:
    """The strikes of one bar, in order."""

    name: str
    share: float  # how often it is met, among those of its genre and meter
    strikes: tuple[Strike, ...]

    @property
    def finest(self) -> int:
        """The least distance of two strikes, in sixteenths; 16 where there is one."""
        steps = [strike.step for strike in self.strikes]
        return min((b - a for a, b in pairwise(steps)), default=16)

    @property
    def broken(self) -> bool:
        """Whether the chord is mostly taken apart, voice by voice."""
        return 2 * sum(strike.voices != ALL for strike in self.strikes) > len(self.strikes)

    def at(self, step: int) -> Strike | None:
        """The strike at a sixteenth of the bar, if any."""
        return next((strike for strike in self.strikes if strike.step == step), None)

    def after(self, step: int) -> int | None:
        """The sixteenth of the first strike later than `step`, if any."""
        return next((strike.step for strike in self.strikes if strike.step > step), None)


Shelf = Mapping[tuple[str, int, bool], tuple[Pattern, ...]]  # (genre, sixteenths of the bar, compound) -> patterns


class Book:
    """All patterns; answers with one for a genre, a meter and a number from sparse, 0, to dense, 1."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = dict(shelf)

    @classmethod
    def load(cls, path: Path = FILE) -> "Book":
        """Read the patterns. Raises ModelError where they are missing or broken."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))["patterns"]
            return cls({_place(name): _patterns(found) for name, found in data.items()})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path} cannot be read ({type(error).__name__}); install improv-bridge again") from error

    def of(self, genre: str, meter: Meter, finest: int = 1) -> tuple[Pattern, ...]:
        """The patterns of a genre and meter whose strikes are `finest` sixteenths apart at least, sparse ones first."""
        size = max(1, meter.bar // STEP)
        for name in (genre, *NEIGHBOURS.get(genre, ("standards", "artsong"))):
            found = self._whole(name, size, compound=meter.compound)
            fit = tuple(pattern for pattern in found if pattern.finest >= finest)
            if fit or found:
                return fit or (max(found, key=lambda pattern: pattern.finest),)
        return ()

    def choose(self, genre: str, meter: Meter, dense: float, finest: int = 1) -> Pattern | None:
        """The pattern at the share `dense`, 0-1, of those in order of density: common ones are met often."""
        there = self.of(genre, meter, finest)
        if not there:
            return None
        sums = list(accumulate(pattern.share for pattern in there))
        return there[min(len(there) - 1, bisect_right(sums, min(1.0, max(0.0, dense)) * sums[-1]))]

    def _whole(self, genre: str, size: int, *, compound: bool) -> tuple[Pattern, ...]:
        """The patterns of a bar of `size` sixteenths: as counted, or put together once and kept."""
        place = (genre, size, compound)
        found = self._shelf.get(place)
        if found is None:
            blocks = _blocks(size, compound=compound)
            parts = [self._shelf.get((genre, block, compound), ()) for block in blocks]
            found = _joined(parts, blocks, size) if all(parts) else ()
            self._shelf[place] = found
        return found


def _place(name: str) -> tuple[str, int, bool]:
    genre, _, meter = name.partition(" ")
    numerator, _, denominator = meter.partition("/")
    kind = Meter(int(numerator), int(denominator))
    return genre, kind.bar // STEP, kind.compound


def _patterns(found: list[dict[str, object]]) -> tuple[Pattern, ...]:
    made = [
        Pattern(str(one["name"]), float(one["share"]), tuple(Strike(*strike) for strike in one["strikes"]))  # type: ignore[arg-type, attr-defined]
        for one in found
    ]
    return tuple(sorted(made, key=_density))


def _density(pattern: Pattern) -> tuple[float, int]:
    """Chords count whole, single voices a third."""
    return sum(1.0 if strike.voices == ALL else 0.34 for strike in pattern.strikes), -pattern.strikes[0].step


def _blocks(size: int, *, compound: bool) -> list[int]:
    """Bars that were counted, in sixteenths, which laid end to end reach `size` at least."""
    if compound:
        return [12] * -(-size // 12)
    blocks = []
    while size > 0:
        block = 12 if size in (10, 12, 20, 24) else 16 if size > 12 else 8 if size <= 8 else 12
        blocks.append(block)
        size -= block
    return blocks


def _joined(parts: list[tuple[Pattern, ...]], blocks: list[int], size: int) -> tuple[Pattern, ...]:
    """Patterns of the first part, each followed by those as dense of the others, cut at `size`."""
    made = []
    for number, first in enumerate(parts[0]):
        strikes, begin = [], 0
        for part, block in zip(parts, blocks, strict=True):
            one = part[number * len(part) // len(parts[0])] if part is not parts[0] else first
            strikes += [replace(strike, step=strike.step + begin) for strike in one.strikes]
            begin += block
        cut = tuple(replace(s, steps=min(s.steps, size - s.step)) for s in strikes if s.step < size)
        if cut:
            made.append(Pattern(first.name, first.share, cut))
    return tuple(made)
