"""What every event would earn at once at every step of a piece, by the rules of `rewards_melody.py`.

A rule judges a step by what came before it, so it is known of all 38 events, not only of the one that was played. For
each rule here, `known(events)[name][piece, step, event]` is what `REWARDS[name]` gives at that step to the piece up to
there with this event in its place; a test compares them. `intervals` is left out: nothing is tuned by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.note_events import EVENTS, FIRST, HOLD, LOW, OFF, Events
from bridge.training import rewards_melody as rules
from bridge.training.rewards import KEYS, key_profiles, scale_of

Array = NDArray[Any]
PITCHES = np.arange(FIRST, EVENTS)
CLASSES = (PITCHES - FIRST + LOW) % 12


def before(found: Array, first: float = 0) -> Array:
    """What was found up to the step before, `first` before the first."""
    shifted = np.roll(found, 1, axis=1)
    shifted[:, 0] = first
    return shifted


def keys(events: Events) -> Array:
    """The key of the piece up to each step with each event at that step (pieces, steps, EVENTS)."""
    heard = rules.sounding(events)
    there = before(heard, -1)
    sounded = np.cumsum((heard >= 0)[..., None] & (rules.pitch_class(heard)[..., None] == np.arange(12)), axis=1)
    fit = before(sounded).astype(np.float64) @ key_profiles().T
    with_class = np.argmax(np.round(fit[:, :, None] + key_profiles().T, 9), axis=3)
    found = np.empty((*events.shape, EVENTS), np.int64)
    found[..., FIRST:] = with_class[..., CLASSES]
    silent = np.argmax(np.round(fit, 9), axis=2)
    held = np.take_along_axis(with_class, rules.pitch_class(there)[..., None], axis=2)[..., 0]
    found[..., OFF], found[..., HOLD] = silent, np.where(there >= 0, held, silent)
    return found


def in_key(key: Array) -> Array:
    """As `rewards_melody.in_key`."""
    found = np.zeros(key.shape)
    scales = scale_of(np.arange(KEYS))[:, CLASSES]
    found[..., FIRST:] = -1.0 * ~scales[key[..., FIRST:], np.arange(len(CLASSES))]
    return found


def whole_key(events: Events, key: Array) -> Array:
    """As `rewards_melody.whole_key`."""
    strange, number = ~scale_of(np.arange(KEYS)), rules.strangers(events)
    found = np.take_along_axis(before(number)[:, :, None], key[..., None], axis=3)[..., 0].astype(np.float64)
    found[..., FIRST:] += strange[key[..., FIRST:], CLASSES]
    so_far = np.take_along_axis(number, rules.key_so_far(events)[..., None], axis=2)[..., 0]
    return before(so_far)[..., None] - found


def tonic(events: Events, key: Array, beat: int) -> Array:
    """As `rewards_melody.tonic`."""
    steps, begin = events.shape[1], max(1, events.shape[1] - beat)
    first = np.where(events[:, :1] >= FIRST, rules.pitch_class(events[:, :1]), -1)
    began = first[..., None] == key % 12
    began[:, 0] = False
    began[:, 0, FIRST:] = key[:, 0, FIRST:] % 12 == CLASSES
    found: Array = 3.0 * (began - before(rules.starts_on_tonic(events).astype(float))[..., None])
    found[:, begin, FIRST:] += 3.0 * (key[:, begin, FIRST:] % 12 == CLASSES)
    found[:, begin + 1 : begin + 2, HOLD] += 3.0
    found[:, begin + 2 : steps, :FIRST] += 3.0
    return found


def coefficients(events: Events) -> list[Array]:
    """As `rewards_melody.autocorrelation`, by lag; 0 where all events are equal, and before it means anything."""
    x, steps, found = events.astype(np.float64), events.shape[1], []
    each, count = np.arange(float(EVENTS)), np.arange(1.0, steps + 1)[:, None]
    mean = (before(np.cumsum(x, axis=1))[..., None] + each) / count
    spread = before(np.cumsum(x * x, axis=1))[..., None] + each**2 - count * mean**2
    for lag in rules.LAGS:
        late, early = x.copy(), np.zeros_like(x)
        late[:, :lag], early[:, lag:] = 0, x[:, :-lag]
        now = (np.arange(steps) >= lag)[:, None] * each
        pairs = before(np.cumsum(late * early, axis=1))[..., None] + now * early[..., None]
        sums = (before(np.cumsum(late, axis=1)) + np.cumsum(early, axis=1))[..., None] + now
        cross = pairs - mean * sums + np.maximum(0, count - lag) * mean**2
        found.append(np.divide(cross, spread, out=np.zeros_like(cross), where=spread > 1e-9))
        found[-1][:, : rules.UNSURE] = 0.0
    return found


def variety(events: Events, sizes: Sequence[Array]) -> Array:
    """As `rewards_melody.variety`."""
    beyond = [np.where(np.abs(size) > rules.HIGH_CORRELATION, np.abs(size), 0.0) for size in sizes]
    return grown(events, -3.0 * np.sum(beyond, axis=0))


def balance(events: Events, sizes: Sequence[Array], means: Sequence[float]) -> Array:
    """As `rewards_melody.balance`."""
    return grown(events, np.sum([-mean * size for mean, size in zip(means, sizes, strict=True)], axis=0))


def grown(events: Events, score: Array) -> Array:
    """By how much each event changes a score of the piece so far."""
    so_far = np.take_along_axis(score, events[..., None].astype(np.int64), axis=2)[..., 0]
    return score - before(so_far)[..., None]


def distinct(events: Events, beat: int) -> Array:
    """As `rewards_melody.distinct`."""
    span = 2 * beat
    counts = np.cumsum(events[..., None] == np.arange(EVENTS), axis=1)
    earlier = np.zeros_like(counts)
    earlier[:, span:] = counts[:, :-span]
    there = (before(counts) > earlier)[..., FIRST:]  # struck in the last two beats but for this step
    number = np.repeat(there.sum(axis=2)[..., None], EVENTS, axis=2)
    number[..., FIRST:] += ~there
    number[:, : span - 1] = 0
    return number


def again(events: Events, beat: int) -> Array:
    """As `rewards_melody.again`."""
    span, steps = 2 * beat, events.shape[1]
    found = np.zeros((*events.shape, EVENTS), bool)
    for lag in range(span, steps - span + 1):
        equal = np.cumsum(events[:, lag:] == events[:, :-lag], axis=1)
        past = np.pad(equal, [(0, 0), (span, 0)])[:, : equal.shape[1]]
        nearly = before(equal) - past == span - 1  # the last steps but this one
        nearly[:, : span - 1] = False
        found[:, lag:] |= nearly[..., None] & (events[:, :-lag, None] == np.arange(EVENTS))
    return found


def recall(events: Events, beat: int) -> Array:
    """As `rewards_melody.recall`."""
    span, steps = 2 * beat, events.shape[1]
    found = np.zeros((*events.shape, EVENTS), int)
    for lag in range(span, steps):
        equal = events[:, lag:] == events[:, :-lag]
        here = np.arange(1, steps - lag + 1)
        run = before(here - np.maximum.accumulate(np.where(equal, 0, here), axis=1))
        longer = np.minimum(run + 1, span)[..., None] * (events[:, :-lag, None] == np.arange(EVENTS))
        found[:, lag:] = np.maximum(found[:, lag:], longer)
    return (found / span) ** 2 - before((rules.matched(events, beat) / span) ** 2)[..., None]


def walked(events: Events) -> tuple[Array, Array, Array]:
    """What only a walk along the piece tells: `repetition`, `leap` and `extremes`, as `rewards_melody`'s."""
    pieces, steps = events.shape
    repeated, leapt = np.zeros((pieces, steps, EVENTS)), np.zeros((pieces, steps, EVENTS))
    state = Walk(pieces)
    for step in range(steps):
        repeated[:, step], leapt[:, step] = state.repetition(), state.leap()
        state.take(events[:, step])
    return repeated, leapt, _extremes(events)


class Walk:
    """What the rules remember of a piece, before the next event."""

    def __init__(self, pieces: int) -> None:
        zeros = np.zeros((pieces, 1), np.int64)
        self.pitch, self.count, self.offs, self.gap = zeros - 1, zeros, zeros, zeros > 0
        self.since, self.way, self.origin = zeros, zeros, zeros

    def repetition(self) -> Array:
        """Of each event."""
        found = np.zeros((len(self.pitch), EVENTS))
        found[:, OFF : OFF + 1] = -100.0 * (self.offs > rules.OFFS)
        many = self.count > np.where(self.gap, rules.IN_ROW_APART, rules.IN_ROW)
        found[:, FIRST:] = -100.0 * (many & (self.pitch == PITCHES))
        return found

    def leap(self) -> Array:
        """Of each event."""
        found = np.zeros((len(self.pitch), EVENTS))
        _, back, on, crept = self.moves(PITCHES)
        resolved = crept | (back & (self.since + 1 > rules.APART + 1))
        found[:, FIRST:] = 5.0 * np.where(resolved, rules.RESOLVED, np.where(on, rules.DOUBLED, 0))
        return found

    def moves(self, now: Array) -> tuple[Array, Array, Array, Array]:
        """Whether an event leaps, leaps back, leaps on, creeps back."""
        struck = (now >= FIRST) & (self.pitch >= 0)
        leapt, to = struck & (np.abs(now - self.pitch) >= rules.LEAP), np.sign(now - self.pitch)
        open_ = self.way != 0
        crept = struck & ~leapt & open_ & (self.way * (now - self.origin) <= 0)
        return leapt, leapt & (self.way == -to) & open_, leapt & (self.way == to), crept

    def take(self, events: Events) -> None:
        """Go on by an event of each piece."""
        now = events[:, None].astype(np.int64)
        leapt, back, _, crept = self.moves(now)
        to, struck, same = np.sign(now - self.pitch), now >= FIRST, now == self.pitch
        self.since = np.where(leapt, 0, self.since + 1)
        self.origin = np.where(leapt & (self.way == 0), self.pitch, self.origin)
        self.way = np.where(back | crept, 0, np.where(leapt, to, self.way))
        self.count = np.where(struck, np.where(same, self.count + 1, 1), self.count)
        self.gap = np.where(struck, self.gap & same, True)
        self.offs = np.where(struck, 0, self.offs + (now == OFF))
        self.pitch = np.where(struck, now, self.pitch)


def _extremes(events: Events) -> Array:
    found = np.zeros((*events.shape, EVENTS))
    for way in (1, -1):
        height = np.where(events >= FIRST, way * events, -EVENTS)
        top = before(np.maximum.accumulate(height, axis=1), -EVENTS)[..., None]
        once = before(rules.unique(events, way).astype(float))[..., None]
        after = np.where(way * PITCHES > top, 1.0, np.where(way * PITCHES == top, 0.0, once))
        found[..., FIRST:] += 3.0 * (after - once)
    return found


def known(events: Events, beat: int = 4, means: Sequence[float] = (0.0,) * len(rules.LAGS)) -> dict[str, Array]:
    """By the name of the rule, (pieces, steps, EVENTS) each; `means` are those of `balance`."""
    key, number, sizes = keys(events), distinct(events, beat), coefficients(events)
    repeated, leapt, ends = walked(events)
    many = number >= rules.DISTINCT
    return {
        "key": in_key(key), "whole_key": whole_key(events, key),
        "tonic": tonic(events, key, beat), "repetition": repeated,
        "variety": variety(events, sizes), "balance": balance(events, sizes, means),
        "motif": np.where(many, 3.0 + 0.3 * (number - rules.DISTINCT), 0.0),
        "repeated_motif": np.where(many & again(events, beat), 4.0 + number - rules.DISTINCT, 0.0),
        "crowded": np.where(many, -0.3 * (number - rules.DISTINCT), 0.0),
        "recall": recall(events, beat), "leap": leapt, "doubled": np.minimum(leapt, 0.0), "extremes": ends,
    }  # fmt: skip


__all__ = ["known"]
