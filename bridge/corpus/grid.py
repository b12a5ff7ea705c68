"""Notes on the grid: sixteenths, and thirds of one where a beat moves in triplets; and what that cost.

Rules: every quarter decides for itself, and takes thirds only where they fit clearly better than sixteenths, so that a
loosely played sixteenth is not read as a triplet. A value is an int on the grid of sixteenths, else x.333 or x.667;
`round(3 * value)` is exact at twelve per quarter.
"""

from __future__ import annotations

from cmath import exp, pi
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.corpus.score import Note

CLOSE = 0.1  # sixteenths, 12 ms at 120 bpm; a note nearer to the grid than this counts as on it
DIVISIONS = (1, 2, 3, 4, 6, 8, 12)  # of the quarter, on which notes may cluster
BETTER = 0.1  # sixteenths; by so much thirds must fit better, on average, than sixteenths. Triplets fit better by .22


@dataclass(frozen=True, slots=True)
class Grid:
    """A line on the grid, and what was lost on the way."""

    notes: tuple[Note, ...]
    triplets: int
    """Notes on thirds of a sixteenth."""
    moved: int
    """Notes that were further than CLOSE from the grid."""
    pulse: float
    """How strongly the notes cluster on some division of the quarter: 1 written, 0.5 loose, near 0 without bars."""


def on_grid(notes: Sequence[Note]) -> Grid:
    """The notes with onset and duration on the grid; of notes that fall on one place, the longest."""
    beats: dict[int, list[float]] = {}
    for onset, _, _ in notes:
        beats.setdefault(int((onset + 0.5) // 4), []).append(onset)
    thirds = {beat for beat, onsets in beats.items() if moves_in_thirds(onsets)}
    found: dict[tuple[float, int], Note] = {}
    moved = 0
    for onset, duration, pitch in notes:
        fine = int((onset + 0.5) // 4) in thirds
        start = snap(onset, fine=fine)
        moved += abs(start - onset) > CLOSE
        stop = onset + duration
        end = snap(stop, fine=int((stop - 0.5) // 4) in thirds)
        note = (start, max(end - start, 1 / 3 if fine else 1.0), pitch)
        other = found.get((start, pitch))
        if other is None or other[1] < note[1]:
            found[start, pitch] = note
    line = tuple(found[key] for key in sorted(found))
    triplets = sum(not onset.is_integer() for onset, _, _ in line)
    return Grid(line, triplets, moved, pulse([onset for onset, _, _ in notes]))


def snap(value: float, *, fine: bool) -> float:
    """The nearest sixteenth, or third of one."""
    return round(3 * value) / 3 if fine else float(round(value))


def moves_in_thirds(onsets: Iterable[float]) -> bool:
    """Whether thirds of a sixteenth fit these onsets clearly better than sixteenths."""
    coarse = [abs(onset - round(onset)) for onset in onsets]
    fine = [abs(3 * onset - round(3 * onset)) / 3 for onset in onsets]
    return (sum(coarse) - sum(fine)) / max(len(coarse), 1) > BETTER


def pulse(onsets: Sequence[float]) -> float:
    """The length, 0-1, of the mean vector of the onsets' phases (Rayleigh), in the division where it is longest."""
    if not onsets:
        return 0.0
    turns = [[2j * pi * part * onset / 4 for onset in onsets] for part in DIVISIONS]
    return max(abs(sum(map(exp, some))) / len(onsets) for some in turns)


def plain(value: float) -> int | float:
    """A time as the pack writes it: 4, 1.333, 2.667."""
    return int(value) if float(value).is_integer() else round(value, 3)


def one_voice(notes: Iterable[Note]) -> list[Note]:
    """A line in which nothing overlaps: a later note ends an earlier one."""
    line: list[Note] = []
    for onset, duration, pitch in sorted(notes):
        if line and line[-1][0] + line[-1][1] > onset:
            before, _, held = line.pop()
            if onset > before:
                line.append((before, onset - before, held))
        line.append((onset, duration, pitch))
    return line
