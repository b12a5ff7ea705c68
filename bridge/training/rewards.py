"""What rewards share: how they are combined, how a score becomes a reward, how a key is told from the notes.

A reward is a pure function of whole episodes, an array (episodes, steps); what it gives at a step depends on the
steps up to it and nothing later, so that a value can be learnt of it. Rules for melodies are in `rewards_melody.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.errors import ModelError
from bridge.music.listening import MAJOR, MINOR

Array = NDArray[Any]
Reward = Callable[..., Array]
MAJOR_SCALE, MINOR_SCALE = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11)  # the latter with its leading note
KEYS = 24  # 0-11 major by the tonic's pitch class, 12-23 minor


def parse_weights(text: str, usual: Mapping[str, float], what: str = "reward") -> dict[str, float]:
    """`key=1,motif=0.5` as weights, the usual ones where nothing is said. Raises ModelError for an unknown name."""
    weights = dict(usual)
    for part in filter(None, text.replace(" ", "").split(",")):
        name, _, value = part.partition("=")
        if name not in usual:
            raise ModelError(f"there is no {what} {name!r}; the {what}s are {', '.join(usual)}")
        try:
            weights[name] = float(value)
        except ValueError as error:
            raise ModelError(f"the weight of {name} is {value!r}, which is no number; say {name}=1") from error
    return weights


def earned(score: Array) -> Array:
    """The reward of a score (episodes, steps) of what there is so far: its change, so that the sum is the last score.

    Potential-based shaping (Ng et al., 1999) of a reward given at the end.
    """
    return np.diff(score.astype(np.float64), axis=1, prepend=0.0)


def key_profiles() -> Array:
    """The profiles of the 24 keys, (KEYS, 12), each with mean 0 and length 1 (Krumhansl, 1990)."""
    rows = np.array([np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)])
    rows = rows - rows.mean(axis=1, keepdims=True)
    profiles: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return profiles


def key_of_so_far(pitch_classes: Array) -> Array:
    """The likeliest key of every beginning, (episodes, steps) 0-23; -1 in `pitch_classes` stands for silence.

    The sixteenths for which each pitch class sounded, correlated with the profiles as `music/listening.py` does it.
    """
    sounded = np.cumsum(pitch_classes[..., None] == np.arange(12), axis=1).astype(np.float64)
    best: Array = np.argmax(np.round(sounded @ key_profiles().T, 9), axis=2)  # rounded: equal fits, the lower number
    return best


def scale_of(key: Array) -> Array:
    """Whether each pitch class belongs to these keys (..., 12)."""
    scales = np.zeros((KEYS, 12), bool)
    for tonic in range(12):
        scales[tonic, [(tonic + degree) % 12 for degree in MAJOR_SCALE]] = True
        scales[12 + tonic, [(tonic + degree) % 12 for degree in MINOR_SCALE]] = True
    members: Array = scales[key]
    return members
