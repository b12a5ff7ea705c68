"""What a model must beat, judged by the same code: chords drawn at random, and a rule that harmonises what it heard.

Every baseline hears a tune as the model does: at a beat, the melody strictly before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bridge.music.vocabulary import BASS_HIGH, BASS_LOW, HOLD, NO_CHORD, REST, onset
from bridge.training.corpus import PITCH_CLASSES, Tune
from bridge.training.measures import Performance

Array = Any
CENTRE = 43  # pitch, G2; where the plainest bass begins

MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How well each pitch class fits a key, from the tonic up (Krumhansl and Kessler, 1982)."""
DIATONIC = {  # chord classes relative to the tonic: root * 8 + quality (0 maj, 1 min, 5 dim)
    "major": (0, 17, 33, 40, 56, 73),
    "minor": (1, 24, 41, 56, 64, 80),
}


def random_triads(tune: Tune, steps: int, random: np.random.Generator) -> Performance:
    """A major or minor triad on any root, kept with the human probability of .58 at each beat."""
    current = NO_CHORD
    chords = []
    for step in range(min(steps, tune.steps)):
        if tune.decisions[step] and (current == NO_CHORD or random.random() < 0.42):
            current = int(random.integers(12)) * 8 + int(random.integers(2))
        chords.append(current)
    return Performance(tune, np.array(chords), np.zeros(0))


def estimated_key(heard: Array) -> tuple[int, str]:
    """Tonic and mode of the profile that correlates best with how long each pitch class sounded, (12,)."""
    centred = heard - heard.mean()
    scores = {
        (tonic, mode): float(
            centred @ np.roll(profile - profile.mean(), tonic) / np.linalg.norm(profile - profile.mean())
        )
        for tonic in range(12)
        for mode, profile in (("major", MAJOR), ("minor", MINOR))
    }
    return max(scores, key=lambda key: scores[key])


def _rule(tune: Tune, steps: int, every: int) -> Iterator[int]:
    """The diatonic triad that holds most of what sounded since the last chord; ties go to the chord that sounds."""
    heard, current, beat, since = np.zeros(12), NO_CHORD, 0, np.zeros(12)
    for step in range(min(steps, tune.steps)):
        if step and tune.sounding[step - 1] >= 0:
            fresh = np.eye(12)[tune.sounding[step - 1]]
            heard, since = 0.99 * heard + fresh, since + fresh
        if tune.decisions[step]:
            if heard.any() and beat % every == 0 and since.any():
                tonic, mode = estimated_key(heard)
                options = [(12 * 8 + tonic * 8 + c) % 96 for c in DIATONIC[mode]]
                fits = {c: float(PITCH_CLASSES[c] @ since) + 0.01 * (c == current) for c in options}
                current, since = max(options, key=lambda c: fits[c]), np.zeros(12)
            beat += 1
        yield current


def rule(tune: Tune, steps: int, every: int) -> Performance:
    """Harmonise what was just heard in the key estimated so far, every so many beats."""
    return Performance(tune, np.array(list(_rule(tune, steps, every))), np.zeros(0))


def roots_on_beats(played: Performance) -> Performance:
    """The same chords over the plainest bass: at every beat the chord's root, as near the last note as may be."""
    tokens, last = np.full(len(played.chords), HOLD, np.int16), CENTRE
    beats = set(played.beats.tolist())
    for step, chord in enumerate(played.chords):
        if chord == NO_CHORD:
            tokens[step] = REST
        elif step in beats:
            up = (int(chord) // 8 - last) % 12
            last += up if up <= 6 else up - 12
            last = last + 12 if last < BASS_LOW else last - 12 if last > BASS_HIGH else last
            tokens[step] = onset(last)
    return Performance(played.tune, played.chords, tokens)
