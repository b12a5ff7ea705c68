"""How well chords fit: every figure of `accompaniment`, of what was played beside what humans played to the same tunes.

Definitions are those of ReaLchords (Wu et al., ICML 2024) on frames of a sixteenth: note-in-chord ratio, onset
interval, chord-length entropy. Chords are read at the beats where they are decided, a human's as a model's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bridge.music.vocabulary import FIRST_ONSET, NO_CHORD
from bridge.training.corpus import PITCH_CLASSES
from bridge.training.measures import (
    LONGEST,
    Performance,
    chord_runs,
    falling_fifths,
    human_root,
    note_covered,
    note_in_chord,
)
from bridge.training.tally import Figures, Tally, earth_movers_distance, entropy, histogram, present, ratio

Array = Any
FRAMES = 33  # sixteenths; longer chords share one bin of the chord-length entropy
INTERVALS = 17  # sixteenths; longer onset intervals share one bin
LONG = 32  # sixteenths; a longer chord is too long (the limit of ReaLchords' penalty)
REPEATED = 4  # beats; a chord that goes on for longer repeats itself


def chord_lengths(played: Performance) -> list[int]:
    """Sixteenths that each chord lasts, silences left out."""
    return [stop - start for start, stop, chord in stretches(played) if chord != NO_CHORD]


def stretches(played: Performance) -> list[tuple[int, int, int]]:
    """(first step, step after the last, chord class) of every chord or silence in turn."""
    chords = played.chords
    if not len(chords):
        return []
    edges = [0, *(np.flatnonzero(np.diff(chords)) + 1).tolist(), len(chords)]
    return [(a, b, int(chords[a])) for a, b in pairwise(edges)]


def onset_intervals(played: Performance) -> list[int]:
    """Sixteenths from the nearest melody onset at or before each chord's onset; chords before any note left out."""
    onsets = np.flatnonzero(played.tune.melody[: len(played.chords)] >= FIRST_ONSET)
    starts = [start for start, _, chord in stretches(played) if chord != NO_CHORD]
    before = np.searchsorted(onsets, starts, side="right") - 1
    return [start - int(onsets[i]) for start, i in zip(starts, before, strict=True) if i >= 0]


def pitch_classes_a_chord(played: Performance) -> float | None:
    """The mean number of pitch classes of the chords, each beat one."""
    chords = sounding(played)
    return float(PITCH_CLASSES[chords].sum(1).mean()) if len(chords) else None


def sounding(played: Performance) -> Array:
    """The chord at every beat that has one."""
    chords = played.chords[played.beats]
    return chords[chords != NO_CHORD]


def changes_a_beat(played: Performance) -> float | None:
    """How often a new chord begins, per beat."""
    beats = len(played.beats)
    return (len(chord_runs(played)) - 1) / (beats - 1) if beats > 1 else None


def repeated_share(played: Performance) -> float | None:
    """The share of beats at which the same chord has been going on for more than REPEATED beats already."""
    runs = [beats for chord, beats in chord_runs(played) if chord != NO_CHORD]
    return ratio(sum(max(0, beats - REPEATED) for beats in runs), sum(runs))


def silence_share(played: Performance) -> float | None:
    """The share of frames without a chord."""
    return float((played.chords == NO_CHORD).mean()) if len(played.chords) else None


def entropy_of_lengths(performances: Sequence[Performance]) -> float | None:
    """Nats of the histogram of chord lengths in sixteenths, over all tunes, bins 1-33 and longer."""
    lengths = [length for played in performances for length in chord_lengths(played)]
    return entropy(histogram(lengths, 1, FRAMES + 1)) if lengths else None


def entropy_of_beats(performances: Sequence[Performance]) -> float | None:
    """The same with lengths in beats, whatever a beat is in the meter."""
    lengths = [beats for played in performances for chord, beats in chord_runs(played) if chord != NO_CHORD]
    return entropy(histogram(lengths, 1, LONGEST)) if lengths else None


def bar_line_share(played: Performance) -> float | None:
    """The share of chord onsets, but for one at the very beginning, that fall on the first beat of a bar."""
    starts = [start for start, _, chord in stretches(played) if chord != NO_CHORD and start]
    return ratio(sum(bool(played.tune.places[start, 1]) for start in starts), len(starts))


def length_emd(ours: Sequence[Performance], theirs: Sequence[Performance]) -> float | None:
    """Earth mover's distance in beats between the histograms of chord lengths: two may have one entropy."""
    return earth_movers_distance(*(np.array(length_counts(each, LONGEST)) for each in (ours, theirs)))


def length_counts(performances: Sequence[Performance], longest: int = 16) -> list[int]:
    """How many chords last 1, 2 ... `longest` or more beats."""
    lengths = [beats for played in performances for chord, beats in chord_runs(played) if chord != NO_CHORD]
    counts: list[int] = histogram(lengths, 1, longest).tolist()
    return counts


def onset_emd(ours: Sequence[Performance], theirs: Sequence[Performance]) -> float | None:
    """Earth mover's distance x 1000 between the histograms of onset intervals, their 19 bins laid out over 0-1."""
    a, b = (histogram((i for p in each for i in onset_intervals(p)), 0, INTERVALS + 1) for each in (ours, theirs))
    distance = earth_movers_distance(a, b)
    return None if distance is None else 1000 * distance / (INTERVALS + 1)


def distinct_chords(played: Performance) -> float | None:
    """How many different chords a tune has, None without any."""
    return float(len(set(sounding(played).tolist()))) or None


def longest_chord(played: Performance) -> float | None:
    """Beats of the longest chord, None without any."""
    return float(max((beats for chord, beats in chord_runs(played) if chord != NO_CHORD), default=0)) or None


EACH: dict[str, Callable[[Performance], float | None]] = {
    "note_in_chord_ratio": note_in_chord,
    "note_in_chord_ratio_silence_missed": note_covered,
    "pitch_classes_per_chord": pitch_classes_a_chord,
    "chord_changes_per_beat": changes_a_beat,
    "distinct_chords_per_tune": distinct_chords,
    "changes_on_bar_lines_share": bar_line_share,
    "repeated_chord_share": repeated_share,
    "silence_share": silence_share,
    "longest_chord_beats": longest_chord,
    "falling_fifth_share": lambda p: falling_fifths(chord_runs(p)),
}
"""Figures that are means over tunes."""


def chord_figures(ours: Sequence[Performance], theirs: Sequence[Performance]) -> Figures:
    """Every figure of one player on these tunes; shares and distances only where the tunes have human chords."""
    tally = Tally()
    reference = [p for p in theirs if len(sounding(p))]
    judged = [a for a, b in zip(ours, theirs, strict=True) if len(sounding(b))]
    for name, measure in EACH.items():
        tally.mean(name, [measure(p) for p in ours])
    values, others = [note_in_chord(p) for p in ours], [note_in_chord(p) for p in theirs]
    tally.share("note_in_chord_share", values, others)
    covered, wholly = [note_covered(p) for p in ours], [note_covered(p) for p in theirs]
    usable = [b if len(sounding(p)) else None for b, p in zip(wholly, theirs, strict=True)]
    tally.share("note_in_chord_share_silence_missed", covered, usable)
    tally.share("distinct_chords_share", map(distinct_chords, ours), map(distinct_chords, theirs))
    each = [length for p in ours for length in chord_lengths(p)]
    tally.put("long_chord_share", ratio(sum(n > LONG for n in each), len(each)), with_chords(ours))
    tally.put("chord_length_entropy", entropy_of_lengths(ours), with_chords(ours))
    difference = _difference(entropy_of_lengths(judged), entropy_of_lengths(reference))
    tally.put("chord_length_entropy_minus_human", difference, len(reference))
    tally.put("chord_length_entropy_in_beats", entropy_of_beats(ours), with_chords(ours))
    tally.put("chord_length_emd_beats", length_emd(judged, reference), len(reference))
    tally.put("onset_interval_emd_x1000", onset_emd(judged, reference), len(reference))
    agreed = [human_root(p) if len(sounding(q)) else (None, None) for p, q in zip(ours, theirs, strict=True)]
    tally.mean("beats_on_the_human_root_share", [a for a, _ in agreed])
    tally.mean("last_beat_on_the_human_root_share", [b for _, b in agreed])
    return {"tunes": len(ours), **tally.done()}


def with_chords(performances: Sequence[Performance]) -> int:
    """How many of these have any chord."""
    return sum(len(sounding(p)) > 0 for p in performances)


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def by_beat(played: Performance, beats: int) -> Array:
    """Note-in-chord ratio of each of the first `beats` beats, (beats,); nan where nothing is to be counted."""
    edges = [*played.beats.tolist(), len(played.chords)]
    heard = played.tune.sounding[: len(played.chords)]
    both = (heard >= 0) & (played.chords != NO_CHORD)
    fits = np.where(both, PITCH_CLASSES[played.chords, np.maximum(heard, 0)], 0)
    ratios = np.full(beats, np.nan)
    for beat, (start, stop) in enumerate(pairwise(edges)):
        if beat < beats and both[start:stop].any():
            ratios[beat] = fits[start:stop].sum() / both[start:stop].sum()
    return ratios


def share_curve(ours: Sequence[Performance], theirs: Sequence[Performance], beats: int) -> list[float | None]:
    """Mean note-in-chord ratio of every beat over that of humans at the same beat; None where one has none."""
    means = []
    for performances in (ours, theirs):
        rows = [by_beat(p, beats) for p in performances]
        means.append([_mean([row[beat] for row in rows]) for beat in range(beats)])
    return [a / b if a is not None and b else None for a, b in zip(*means, strict=True)]


def _mean(values: Sequence[float]) -> float | None:
    known = present(values)
    return sum(known) / len(known) if known else None


def in_fours(curve: Sequence[float | None]) -> dict[str, float | None]:
    """The curve in stretches of four beats: `beats_1_4` ..."""
    firsts = range(0, len(curve), 4)
    return {f"beats_{b + 1}_{b + 4}": _mean([c for c in curve[b : b + 4] if c is not None]) for b in firsts}


def lasting(performances: Sequence[Performance], beats: int) -> dict[str, int]:
    """How many tunes have any beat of each stretch of `in_fours`."""
    ends = [len(p.beats) for p in performances]
    return {f"beats_{b + 1}_{b + 4}": sum(end > b for end in ends) for b in range(0, beats, 4)}


def beats_to_recover(curve: Sequence[float | None], jump: int = 16, part: float = 0.9) -> int | None:
    """Beats after the jump until four beats in a row reach on average `part` of the eight before it; None: never."""
    before = _mean([c for c in curve[jump - 8 : jump] if c is not None])
    if before is None:
        return None
    for beat in range(jump, len(curve) - 3):
        now = _mean([c for c in curve[beat : beat + 4] if c is not None])
        if now is not None and now >= part * before:
            return beat - jump
    return None
