"""What a benchmark found: a small table for people, facts for scripts, and the goals that were missed."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.engine.measures import Measure

PERCENTS: Final = (0, 1, 50, 99, 100)


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark's outcome; every figure stands beside a floor or a peer of the same run."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: dict[str, object]
    notes: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()  # goals, in words

    def markdown(self) -> str:
        """The table, with its notes and the missed goals below it."""
        lines = [f"### {self.name}: {self.title}", "", _row(self.columns)]
        lines.append(_row(["---", *["--:"] * (len(self.columns) - 1)]))
        lines += [_row(cells) for cells in self.rows]
        lines += [f"\n{note}" for note in self.notes]
        lines.append("\ngoals: " + ("; ".join(f"MISSED {goal}" for goal in self.missed) or "all reached"))
        return "\n".join(lines)

    def event(self) -> dict[str, object]:
        """The line that `--json` prints."""
        return {"event": "bench", "bench": self.name, "missed": list(self.missed)} | self.facts


@dataclass(frozen=True, slots=True)
class Spread:
    """How a quantity was spread, in its own unit (mostly milliseconds)."""

    count: int
    min: float
    p1: float
    p50: float
    p99: float
    max: float

    def cells(self, digits: int = 2) -> tuple[str, ...]:
        """min, p1, median, p99, max, and how many values."""
        values = (self.min, self.p1, self.p50, self.p99, self.max)
        return (*(f"{value:.{digits}f}" for value in values), f"{self.count}")


SPREAD: Final = ("min", "p1", "median", "p99", "max", "values")  # the columns of `Spread.cells`


def spread(values: Measure | Iterable[float]) -> Spread:
    """The spread of some values, rounded to a thousandth; zeros where there are none."""
    measure = values if isinstance(values, Measure) else Measure()
    if not isinstance(values, Measure):
        for value in values:
            measure.add(value)
    return Spread(len(measure), *(round(value, 3) for value in measure.percentiles(PERCENTS)))


def machine() -> str:
    """Where this runs and how busy it is, in one line: a timing without it says little."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return (
        f"{os.cpu_count()} cores, {load}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
