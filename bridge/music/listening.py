"""What can be told from notes alone: how much each pitch class was heard, and the key.

Profiles: C. Krumhansl, "Cognitive Foundations of Musical Pitch" (1990), table 2.1, correlated with the heard weights.
"""

from collections.abc import Collection, Sequence
from math import sqrt

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
FADE = 0.95  # a sixteenth; a note's weight halves in 13 sixteenths and is a fifth after two bars of 4/4

Chroma = tuple[float, ...]  # (12,) weights, C first
NOTHING: Chroma = (0.0,) * 12


def faded(chroma: Chroma, pitches: Collection[int]) -> Chroma:
    """The weights a sixteenth later, in which `pitches` sounded."""
    weights = [weight * FADE for weight in chroma]
    for pitch in pitches:
        weights[pitch % 12] += 1.0
    return tuple(weights)


def key_of(chroma: Chroma) -> tuple[int, str]:
    """The likeliest key as (tonic pitch class, "maj" or "min"); C major where nothing was heard."""
    best, answer = 0.0, (0, "maj")
    for tonic in range(12):
        turned = chroma[tonic:] + chroma[:tonic]
        for mode, profile in (("maj", MAJOR), ("min", MINOR)):
            fit = _correlation(turned, profile)
            if fit > best + 1e-9:
                best, answer = fit, (tonic, mode)
    return answer


def _correlation(a: Sequence[float], b: Sequence[float]) -> float:
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    cross = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return cross / spread if spread else 0.0
