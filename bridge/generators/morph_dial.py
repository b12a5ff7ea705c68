"""The dial of a variation, from "almost the same" (0) to "free" (1), and what a variation may contain at all.

Rules: the dial says how much of the phrase's latent vector is drowned in noise (the decoder is told), how much the
draws count against the likeliest choice, and how firmly the notes on strong beats are kept. NOISE was calibrated on
validation tunes so that the share of onsets kept with their pitch falls evenly. Whatever the dial: a pitch outside the
phrase's scale may come only where the phrase had it, and the range grows by no more than a fifth on either side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.morph_phrase import CLASSES, SPAN, STEPS, Key
from bridge.music.timeline import Meter
from bridge.music.vocabulary import FIRST_ONSET, STEP_TICKS

Array = NDArray[Any]

NOISE = (0.0, 0.56, 0.65, 0.71, 0.75, 0.78, 0.81, 0.84, 0.88, 0.93, 1.0)  # at dial 0, 0.1 ... 1
COOL, WARM = 0.6, 1.0  # temperature at dial 0 and 1; colder draws would make phrases more usual than human ones
FIRM = 4.0  # nats by which a note on the bar's first beat is kept at dial 0; half of it on the other beats
STRETCH = 7  # semitones that the range may grow by on either side at dial 1
WAY = (0.0, 0.09, 0.17, 0.28, 0.5, 0.72, 0.83, 0.91, 1.0)  # of the way from one phrase to another, done evenly, ...
ARC = (0.2, 0.32, 0.38, 0.44, 0.5, 0.56, 0.62, 0.68, 0.8)  # ... of the arc between them: near its ends nothing changes
IMPOSSIBLE = -1e9


def noise_at(dial: float) -> float:
    """The share of noise in the latent vector, 0-1, at a dial from 0 to 1."""
    return float(np.interp(dial, np.linspace(0, 1, len(NOISE)), NOISE))


def temperature_at(dial: float) -> float:
    """The weight of the draws against the likeliest choice."""
    return COOL + (WARM - COOL) * dial


def arc_at(share: float) -> float:
    """How far along the arc between two latent vectors the way from phrase to phrase is, both 0-1."""
    return float(np.interp(share, WAY, ARC))


def allowed(tokens: Array, key: Key, centre: int, stretch: float, bounds: tuple[int, int]) -> Array:
    """What may be said at each step of a piece, (STEPS, CLASSES) of 0 or IMPOSSIBLE.

    `tokens` (steps,) is the piece, `bounds` the phrase's lowest and highest pitch; `stretch` from 0 to 1 widens them.
    """
    pitches = np.arange(centre - SPAN, centre + SPAN + 1)
    low, high = bounds[0] - round(STRETCH * stretch), bounds[1] + round(STRETCH * stretch)
    inside = (pitches >= max(0, low)) & (pitches <= min(127, high))
    inside &= np.isin(pitches % 12, sorted(key.scale))
    may = np.ones((STEPS, CLASSES), bool)
    may[:, FIRST_ONSET:] = inside
    for step in np.flatnonzero(tokens >= FIRST_ONSET):
        may[step, FIRST_ONSET:] |= pitches == tokens[step] - FIRST_ONSET
    return np.where(may, 0.0, IMPOSSIBLE).astype(np.float32)


def firmness(classes: Array, meter: Meter, first: int, dial: float) -> Array:
    """What is added for keeping the phrase's own onset on a beat, (STEPS, CLASSES)."""
    wish = np.zeros((STEPS, CLASSES), np.float32)
    for step in np.flatnonzero(classes >= FIRST_ONSET):
        phase = (first + int(step)) * STEP_TICKS % meter.bar
        if phase % meter.beat == 0:
            wish[step, classes[step]] = FIRM * (1 - dial) ** 2 * (1.0 if phase == 0 else 0.5)
    return wish
