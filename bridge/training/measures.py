"""How well an accompaniment fits: the measures, as pure functions of what was played.

Note-in-chord ratio and chord-length entropy are those of ReaLchords (Wu et al., ICML 2024), on sixteenth frames and
with lengths counted in beats; pitch classes a chord and distinct chords a tune guard against fat and poor harmony.
A chord is read at the beats where chords are decided, for humans and for models alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bridge.music.vocabulary import FIRST_ONSET, NO_CHORD, REST
from bridge.training.corpus import PITCH_CLASSES, Tune

Array = Any
LONGEST = 34  # beats; this and longer chords share the last bin
BEATS = 96  # of a tune are judged


@dataclass(frozen=True, slots=True)
class Performance:
    """What was played to a tune: at every step a chord class (NO_CHORD: none) and a bass token (empty: no bass)."""

    tune: Tune
    chords: Array  # (steps,)
    bass: Array  # (steps,) or (0,)

    @property
    def beats(self) -> Array:
        """The steps at which chords are decided."""
        return np.flatnonzero(self.tune.decisions[: len(self.chords)])


def human(tune: Tune, steps: int) -> Performance:
    """The tune's own chords, read at the beats, and its own bass."""
    steps = min(steps, tune.steps)
    chords, current = np.full(steps, NO_CHORD), NO_CHORD
    decisions = tune.decisions
    for step in range(steps):
        if decisions[step] and tune.chords[step] >= 0:
            current = tune.chords[step]
        chords[step] = current
    bass = tune.bass[:steps]
    return Performance(tune, chords, bass if (bass >= 0).any() else np.zeros(0, np.int16))


def note_in_chord(played: Performance) -> float:
    """The share of frames whose melody pitch class is in the chord, where both sound; nan if nowhere."""
    sounding = played.tune.sounding[: len(played.chords)]
    both = (sounding >= 0) & (played.chords != NO_CHORD)
    return float(PITCH_CLASSES[played.chords[both], sounding[both]].mean()) if both.any() else float("nan")


def note_covered(played: Performance) -> float:
    """As `note_in_chord`, but a frame whose melody meets silence is a miss."""
    sounding = played.tune.sounding[: len(played.chords)]
    heard = sounding >= 0
    return float(PITCH_CLASSES[played.chords[heard], sounding[heard]].mean()) if heard.any() else float("nan")


def chord_runs(played: Performance) -> list[tuple[int, int]]:
    """(chord, beats) of every chord in turn, silence included."""
    runs: list[tuple[int, int]] = []
    for chord in played.chords[played.beats]:
        if runs and runs[-1][0] == chord:
            runs[-1] = (int(chord), runs[-1][1] + 1)
        else:
            runs.append((int(chord), 1))
    return runs


def entropy(counts: Array) -> float:
    """Nats of a histogram."""
    shares = counts[counts > 0] / max(1, counts.sum())
    return float(-(shares * np.log(shares)).sum())


def length_entropy(performances: Sequence[Performance]) -> float:
    """Nats of the histogram of chord lengths in beats, over all tunes."""
    lengths = [beats for played in performances for chord, beats in chord_runs(played) if chord != NO_CHORD]
    return entropy(np.bincount(np.minimum(lengths, LONGEST))) if lengths else 0.0


def falling_fifths(runs: Sequence[tuple[int, int]]) -> float:
    """The share of root changes that fall a fifth, as from dominant to tonic; nan without any."""
    roots = [chord // 8 for chord, _ in runs if chord != NO_CHORD]
    moves = [(b - a) % 12 for a, b in pairwise(roots) if a != b]
    return float(np.mean([move == 5 for move in moves])) if moves else float("nan")


def human_root(played: Performance) -> tuple[float, float]:
    """The share of beats on the root that the human chose there, and whether (0 or 1) the last beat is one."""
    beats = played.beats
    theirs = human(played.tune, len(played.chords)).chords[beats]
    same = (played.chords[beats] // 8 == theirs // 8)[theirs != NO_CHORD]
    return (float(same.mean()), float(same[-1])) if len(same) else (float("nan"), float("nan"))


def harmony(performances: Sequence[Performance]) -> dict[str, float]:
    """All harmony measures, means over tunes except for the pooled chord-length entropy."""
    beats = [played.chords[played.beats] for played in performances]
    sounding = [chords[chords != NO_CHORD] for chords in beats]
    runs = [chord_runs(played) for played in performances]
    kinds = np.bincount(np.concatenate([chords[chords != NO_CHORD] % 8 for chords in beats]), minlength=8)
    return {
        "tunes": len(performances),
        "note_in_chord": float(np.nanmean([note_in_chord(played) for played in performances])),
        "note_covered": float(np.nanmean([note_covered(played) for played in performances])),
        "length_entropy": length_entropy(performances),
        "pitch_classes": float(np.mean([PITCH_CLASSES[chords].sum(1).mean() for chords in sounding if len(chords)])),
        "distinct": float(np.mean([len(set(chords.tolist())) for chords in sounding])),
        "changes_a_beat": float(np.mean([(len(r) - 1) / max(1, len(b) - 1) for r, b in zip(runs, beats, strict=True)])),
        "silent": float(np.mean([(chords == NO_CHORD).mean() for chords in beats if len(chords)])),
        "longest": float(np.mean([max((n for c, n in r if c != NO_CHORD), default=0) for r in runs])),
        "falling_fifths": float(np.nanmean([falling_fifths(r) for r in runs])),
        "human_root": float(np.nanmean([human_root(played)[0] for played in performances])),
        "human_last_root": float(np.nanmean([human_root(played)[1] for played in performances])),
        "plain_triads": float(kinds[:2].sum()) / max(1.0, float(kinds.sum())),
    }


def bass_line(performances: Sequence[Performance]) -> dict[str, float]:
    """How the bass sits under the chords that were played with it, pooled over tunes."""
    on_beat, roots, tones, onsets, steps, leaps, same, pitches = 0, 0, 0, 0, 0, 0, 0, []
    rooted = changed = rests = 0
    for played in performances:
        if not len(played.bass):
            continue
        beats, last, before, steps = set(played.beats.tolist()), None, NO_CHORD, steps + len(played.bass)
        rests += int((played.bass == REST).sum())
        for step, (token, chord) in enumerate(zip(played.bass, played.chords, strict=True)):
            fresh, before = chord != before, chord
            if token < FIRST_ONSET:
                continue
            pitch = int(token) - FIRST_ONSET
            pitches.append(pitch)
            onsets += 1
            leaps += last is not None and abs(pitch - last) > 4
            same += last == pitch
            last = pitch
            if step in beats and chord != NO_CHORD:
                on_beat += 1
                roots += pitch % 12 == chord // 8
                tones += PITCH_CLASSES[chord, pitch % 12] > 0
                rooted += fresh and pitch % 12 == chord // 8
                changed += fresh
    if not pitches:
        return {}
    return {
        "root_on_beats": roots / max(1, on_beat),
        "chord_tone_on_beats": tones / max(1, on_beat),
        "root_at_changes": rooted / max(1, changed),
        "onsets_a_beat": 4 * onsets / max(1, steps),
        "rests": rests / steps,
        "repeats": same / onsets,
        "leaps": leaps / onsets,
        "lowest": float(min(pitches)),
        "highest": float(max(pitches)),
        "mean_pitch": float(np.mean(pitches)),
    }
