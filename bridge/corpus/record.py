"""A score becomes a record of the pack format (docs/corpus.md), and says what was lost.

Rules: whole bars of silence before the first note are cut; a tune whose first note lies in the second half of its bar
begins with a pick-up, which lies before `bars[0]`. Chords are those written; else, where there is more than the
melody, they are estimated and marked so; from a melody alone none are made up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bridge.corpus.grid import Grid, on_grid, one_voice, plain
from bridge.corpus.harmony import estimate
from bridge.corpus.keys import find_key
from bridge.corpus.score import NOT_STATED, Meter, Note, Score, UnreadableError
from bridge.corpus.voices import find_voices

FEWEST = 8  # notes of a melody; a shorter one teaches nothing
PULSE = 0.3  # pulse below which a file was played without a click and has no bars; loosely played eighths have 0.8
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """What is said of a tune beside its notes."""

    source: str
    id: str
    genre: str
    licence: str = NOT_STATED


@dataclass(frozen=True, slots=True)
class Made:
    """A record and what was lost on the way to it, by heading."""

    record: Record
    lost: Counter[str] = field(default_factory=Counter)


def make_record(score: Score, origin: Origin) -> Made:
    """The record of a score. Raises UnreadableError where it holds no tune."""
    voices = find_voices(score.parts)
    if not voices.melody:
        raise UnreadableError("no notes")
    melody, bass = _line(voices.melody), _line(voices.bass)
    if len(melody.notes) < FEWEST:
        raise UnreadableError("too short", f"{len(melody.notes)} notes")
    if melody.pulse < PULSE + len(melody.notes) ** -0.5:  # what chance gives to few notes is on top
        raise UnreadableError("not in time", "its notes lie anywhere between the beats of its bars")
    start, bars = place(score, min(onset for onset, _, _ in (*melody.notes, *bass.notes)))
    meter = _main_meter(score, bars, start)
    chords, written = _chords(score, bars, start, meter, polyphonic=voices.polyphonic)
    record: Record = {
        "source": origin.source,
        "id": origin.id,
        "title": score.title,
        "licence": origin.licence,
        "rights": NOT_STATED,
        "genre": origin.genre,
        "key": find_key(score, [*melody.notes, *bass.notes], chords, bars[0]),
        "meter": f"{meter.numerator}/{meter.denominator}",
        "bars": [plain(bar) for bar in bars],
        "melody": _shifted(melody.notes, start),
        "chords": [[plain(onset), symbol] for onset, symbol in chords],
        "bass": _shifted(bass.notes, start),
    }
    record |= _facts(score, bars, meter, melody, bass)
    if chords and not written:
        record["chords_from"] = "estimated"
    record |= {"tempo": score.tempo} if score.tempo else {}
    record |= score.extra
    return Made(record, _lost(record, melody, bass, score))


def _line(notes: Sequence[Note]) -> Grid:
    """One voice on the grid."""
    grid = on_grid(notes)
    return Grid(tuple(one_voice(grid.notes)), grid.triplets, grid.moved, grid.pulse)


def place(score: Score, first: float) -> tuple[float, list[float]]:
    """Where the record begins in the file, and the onsets of its bars after that, given the first note's onset."""
    onsets = [round(3 * onset) / 3 for onset in score.bar_onsets() if onset <= score.end - 1e-6] or [0.0]
    index = bisect_right(onsets, first + 1e-6) - 1
    start = first if index < 0 else onsets[index]
    bar = score.meter_at(start).bar if index < 0 or index + 1 == len(onsets) else onsets[index + 1] - onsets[index]
    if index >= 0 and first - start >= bar / 2 and index + 1 < len(onsets):
        start, index = first, index + 1
    return start, [onset - start for onset in onsets[max(index, 0) :]]


def _main_meter(score: Score, bars: Sequence[float], start: float) -> Meter:
    """The meter that holds for most of the bars."""
    counted = Counter((meter.numerator, meter.denominator) for meter in (score.meter_at(bar + start) for bar in bars))
    numerator, denominator = counted.most_common(1)[0][0]
    return Meter(start, numerator, denominator)


def _chords(
    score: Score, bars: Sequence[float], start: float, meter: Meter, *, polyphonic: bool
) -> tuple[list[tuple[float, str]], bool]:
    """The chord changes from the record's beginning, and whether they were written."""
    if score.chords:
        moved = [(max(0.0, round(3 * (onset - start)) / 3), symbol) for onset, symbol in sorted(score.chords)]
        return _changes(moved), True
    if not polyphonic:
        return [], False
    length = score.end - start
    beats = _beats(bars, length, 6.0 if meter.denominator == 8 and meter.numerator % 3 == 0 else 4.0)
    notes = [(onset - start, duration, pitch) for onset, duration, pitch in score.notes]
    return estimate(notes, beats, set(bars)), False


def _changes(chords: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Chords without repetitions; of two at one moment the later."""
    changes: list[tuple[float, str]] = []
    for onset, symbol in chords:
        if changes and changes[-1][0] == onset:
            changes.pop()
        if not changes or changes[-1][1] != symbol:
            changes.append((onset, symbol))
    return changes


def _beats(bars: Sequence[float], length: float, beat: float) -> list[float]:
    """The onset of every beat, counted from each bar; a pick-up's are counted back from the first."""
    beats = [bars[0] - beat * count for count in range(int(bars[0] // beat), 0, -1)]
    for bar, following in zip(bars, [*bars[1:], max(length, bars[-1] + beat)], strict=True):
        beats += [bar + beat * count for count in range(max(1, int((following - bar + 1e-6) // beat)))]
    return beats


def _shifted(notes: Sequence[Note], start: float) -> list[list[int | float]]:
    return [[plain(onset - start), plain(duration), pitch] for onset, duration, pitch in notes]


def _facts(score: Score, bars: Sequence[float], meter: Meter, melody: Grid, bass: Grid) -> Record:
    """What the notes' grid and the bars are like."""
    regular = sum(abs(b - a - meter.bar) < 0.01 for a, b in pairwise(bars))
    moved = melody.moved + bass.moved
    facts: Record = {
        "grid": "lossy" if moved else "12" if melody.triplets + bass.triplets else "16",
        "meter_changes": regular < len(bars) - 1,
        "key_changes": score.keys > 1,
        "n_bars": len(bars),
        "regular": round(regular / (len(bars) - 1), 3) if len(bars) > 1 else 1.0,
    }
    if moved:
        facts["lossy"] = round(moved / (len(melody.notes) + len(bass.notes)), 3)
    return facts


def _lost(record: Record, melody: Grid, bass: Grid, score: Score) -> Counter[str]:
    """What the grid, the bars and the lines could not hold, or hold only with care, by heading."""
    lost = Counter[str]()
    lost["triplet notes kept on thirds"] = melody.triplets + bass.triplets
    lost["notes moved onto the grid"] = melody.moved + bass.moved
    lost["tunes on twelve per quarter"] = record["grid"] == "12"
    lost["tunes with notes moved"] = record["grid"] == "lossy"
    lost["tunes with a pick-up"] = record["bars"][0] > 0
    lost["tunes with meter changes or odd bars"] = record["meter_changes"]
    lost["tunes with key changes"] = record["key_changes"]
    lost["tunes whose meter was assumed"] = not score.meters
    lost["tunes without bass"] = not record["bass"]
    lost["tunes without chords"] = not record["chords"]
    lost["tunes with estimated chords"] = record.get("chords_from") == "estimated"
    return +lost
