"""What can be told from notes alone: how much each pitch class was heard, and the key.

Profiles: C. Krumhansl, "Cognitive Foundations of Musical Pitch" (1990), table 2.1, correlated with the heard weights.
"""

from collections.abc import Collection, Sequence
from math import sqrt
from operator import mul

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
PROFILES = (("maj", MAJOR), ("min", MINOR))
FADE = 0.95  # a sixteenth; a note's weight halves in 13 sixteenths and is a fifth after two bars of 4/4
SLOW = 0.99  # the same for what the key is told from, which no bar on a dominant may change: a half after four bars

Chroma = tuple[float, ...]  # (12,) weights, C first
NOTHING: Chroma = (0.0,) * 12


def faded(chroma: Chroma, pitches: Collection[int], fade: float = FADE) -> Chroma:
    """The weights a sixteenth later, in which `pitches` sounded."""
    weights = [weight * fade for weight in chroma]
    for pitch in pitches:
        weights[pitch % 12] += 1.0
    return tuple(weights)


def key_of(chroma: Chroma) -> tuple[int, str]:
    """The likeliest key as (tonic pitch class, "maj" or "min"); C major where nothing was heard."""
    best, answer = 0.0, (0, "maj")
    heard = _whitened(chroma)
    if heard is None:
        return answer
    for tonic in range(12):
        turned = heard[tonic:] + heard[:tonic]
        for mode, profile in WHITENED:
            fit = sum(map(mul, turned, profile))
            if fit > best + 1e-9:
                best, answer = fit, (tonic, mode)
    return answer


def _whitened(weights: Sequence[float]) -> tuple[float, ...] | None:
    """Weights with mean 0 and length 1, so that the product of two is their correlation; None where all are equal."""
    mean = sum(weights) / len(weights)
    length = sqrt(sum((weight - mean) ** 2 for weight in weights))
    return tuple((weight - mean) / length for weight in weights) if length else None


WHITENED = tuple((mode, white) for mode, profile in PROFILES if (white := _whitened(profile)) is not None)
