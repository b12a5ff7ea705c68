"""What an accompanist plays to held-out tunes from a cold start, hearing only their melody; no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.training import network, past
from bridge.training.corpus import Tune
from bridge.training.measures import Performance
from bridge.training.rollout import Roll
from bridge.training.windows import window

Tensor = Any
HELD_STEPS = 256  # sixteenths of each tune in a validation


def time_first(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The arrays that have steps, with these in front; those of a window as a whole stay."""
    whole = ("genre", "beats", "forced")
    return {key: x if key in whole else tf.transpose(x, [1, 0, *range(2, len(x.shape))]) for key, x in batch.items()}


def free_run(
    rolling: Callable[..., Roll], weights: Any, tunes: list[Tune], temperature: float, seed: int
) -> list[Performance]:
    """What the model plays to these tunes from a cold start, hearing only their melody; `rolling` is `roll`, traced."""
    rows = [window(t, 0, HELD_STEPS) for t in tunes]
    arrays = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
    held = {key: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for key, x in arrays.items()}
    batch = time_first(held)
    gumbel = np.random.default_rng(seed).gumbel(size=(HELD_STEPS, len(tunes), network.NOISE)).astype(np.float32)
    blank = {key: tf.fill(batch[key].shape, -1) for key in ("chord", "bass")}
    played = rolling(weights, batch | blank, tf.zeros(len(tunes), tf.bool), tf.constant(temperature), gumbel)
    chords, bass = played.chord.numpy(), own_bass(played)
    return [Performance(t, chords[: t.steps, i], bass[: t.steps, i]) for i, t in enumerate(tunes)]


def own_bass(played: Roll) -> Any:
    """The bass tokens of a roll without a given bass, (steps, batch): there the target is the model's own choice."""
    flat = [
        past.token_of(choice, past.bass_pitches(last)).numpy()
        for choice, last in zip(played.bass_target, played.own_bass_last, strict=True)
    ]
    return np.stack(flat)
