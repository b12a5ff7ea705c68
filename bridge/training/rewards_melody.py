"""The rules for melodies of Jaques et al. (2017), after Gauldin's "Practical Approach to Eighteenth-Century
Counterpoint".

Every function takes pieces of events (pieces, steps), see `generators/note_events.py`. Where the paper has C major,
the key is told from the piece so far; where it has bars of 4/4, `beat` says how many sixteenths the beat has (4, or 6
in compound meters). The same functions count the table (`tuning_measures.py`). Amounts are the released code's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.note_events import EVENTS, FIRST, HOLD, LOW, OFF, Events
from bridge.training.rewards import KEYS, earned, key_of_so_far, scale_of

Array = NDArray[Any]
LAGS, HIGH_CORRELATION = (1, 2, 3), 0.15
IN_ROW, IN_ROW_APART, OFFS = 4, 6, 1  # notes that may stand before another of their pitch; with gaps; of note-offs
UNSURE = 7  # first steps of a piece, whose coefficients mean nothing yet
LEAP, APART = 7, 6  # semitones from which an interval is a leap; sixteenths after which leaping back resolves it
FIFTH = 7
RESOLVED, DOUBLED = 1, -1
DISTINCT = 3  # pitches that make a motif


def last_onset(events: Events) -> Array:
    """The step of the last onset at or before each step, -1 before the first."""
    steps = np.where(events >= FIRST, np.arange(events.shape[1]), -1)
    latest: Array = np.maximum.accumulate(steps, axis=1)
    return latest


def sounding(events: Events) -> Array:
    """The event that sounds at each step, -1 in silence: held notes count, what a note-off ended does not."""
    told = np.where(events != HOLD, np.arange(events.shape[1]), -1)
    latest = np.maximum.accumulate(told, axis=1)
    found = np.take_along_axis(events, np.maximum(latest, 0), axis=1)
    heard: Array = np.where((latest >= 0) & (found >= FIRST), found, -1)
    return heard


def key_so_far(events: Events) -> Array:
    """The likeliest key of the piece up to each step, 0-23."""
    heard = sounding(events)
    return key_of_so_far(np.where(heard >= 0, pitch_class(heard), -1))


def pitch_class(events: Events) -> Array:
    """Pitch classes of onsets; meaningless for others."""
    return (events - FIRST + LOW) % 12


def outside(events: Events, key: Array) -> Array:
    """Which steps strike a note that is not in the key (pieces,)."""
    member = np.take_along_axis(scale_of(key), pitch_class(events), axis=1)
    found: Array = (events >= FIRST) & ~member
    return found


def in_key(events: Events) -> Array:
    """-1 for a note outside the key that the piece suggests up to and with that note."""
    member = np.take_along_axis(scale_of(key_so_far(events)), pitch_class(events)[..., None], axis=2)[..., 0]
    wrong: Array = (events >= FIRST) & ~member
    return -wrong.astype(np.float64)


def strangers(events: Events) -> Array:
    """How many notes up to each step are outside each key (pieces, steps, KEYS)."""
    onsets = (events >= FIRST)[..., None] & (pitch_class(events)[..., None] == np.arange(12))
    number: Array = np.cumsum(onsets, axis=1) @ (~scale_of(np.arange(KEYS))).T.astype(np.int64)
    return number


def whole_key(events: Events) -> Array:
    """-1 for every note outside the key of the whole piece, told as its beginnings grow: the table's row.

    A note may earn back what others lost, or lose it, by changing what the key seems to be.
    """
    return -earned(np.take_along_axis(strangers(events), key_so_far(events)[..., None], axis=2)[..., 0])


def starts_on_tonic(events: Events) -> Array:
    """Whether the piece up to each step began, at its first step, with the tonic of what its key now seems to be."""
    home: Array = (events[:, :1] >= FIRST) & (pitch_class(events[:, :1]) == key_so_far(events) % 12)
    return home


def tonic(events: Events, beat: int = 4) -> Array:
    """+3 for the tonic first; in the last beat +3 for the tonic, then for a hold, then for silence or hold."""
    steps, begin = events.shape[1], max(1, events.shape[1] - beat)
    given = earned(3.0 * starts_on_tonic(events))
    home = (events >= FIRST) & (pitch_class(events) == key_so_far(events) % 12)
    given[:, begin] += 3.0 * home[:, begin]
    given[:, begin + 1 : begin + 2] += 3.0 * (events[:, begin + 1 : begin + 2] == HOLD)
    given[:, begin + 2 : steps] += 3.0 * (events[:, begin + 2 : steps] < FIRST)
    return given


def repeats(events: Events) -> Array:
    """Which steps repeat too much: the sixth onset of a pitch in a row, the eighth where holds or rests lie between.

    And the third note-off without a note between. A hold repeats nothing: that is where the released code goes wrong.
    """
    pieces = len(events)
    pitch, count, offs = np.full(pieces, -1), np.zeros(pieces, int), np.zeros(pieces, int)
    gap, found = np.zeros(pieces, bool), np.zeros(events.shape, bool)
    for step, now in enumerate(events.T):
        struck, same = now >= FIRST, now == pitch
        found[:, step] = struck & same & (count > np.where(gap, IN_ROW_APART, IN_ROW))
        found[:, step] |= (now == OFF) & (offs > OFFS)
        count = np.where(struck, np.where(same, count + 1, 1), count)
        gap = np.where(struck, gap & same, True)
        offs = np.where(struck, 0, offs + (now == OFF))
        pitch = np.where(struck, now, pitch)
    return found


def repetition(events: Events) -> Array:
    """-100 for a step that repeats too much."""
    return -100.0 * repeats(events)


def autocorrelation(events: Events, lag: int) -> Array:
    """The coefficient at this lag of the event numbers up to each step; nan where all are equal."""
    x = events.astype(np.float64)
    count = np.arange(1, x.shape[1] + 1.0)
    total, squares = np.cumsum(x, axis=1), np.cumsum(x * x, axis=1)
    mean = total / count
    late, early = x.copy(), np.zeros_like(x)
    late[:, :lag], early[:, lag:] = 0, x[:, :-lag]
    cross = np.cumsum(late * early, axis=1) - mean * (np.cumsum(late, axis=1) + np.cumsum(early, axis=1))
    cross += np.maximum(0, count - lag) * mean**2
    spread = squares - count * mean**2
    return np.where(spread > 1e-9, cross / np.where(spread > 1e-9, spread, 1.0), np.nan)


def variety(events: Events) -> Array:
    """-3 times the size of each coefficient at lags 1-3 beyond 0.15, of the whole piece in the end."""
    sizes = [np.abs(np.nan_to_num(autocorrelation(events, lag))) for lag in LAGS]
    score = -3.0 * np.sum([np.where(size > HIGH_CORRELATION, size, 0.0) for size in sizes], axis=0)
    score[:, :UNSURE] = 0.0
    return earned(score)


def balance(events: Events, means: Sequence[float] = (0.0,) * len(LAGS)) -> Array:
    """Against the mean coefficient of all pieces of late, `means` by lag: minus its product with each piece's own.

    The table has the mean, which is 0 where pieces differ from one another; `variety` asks each piece for it alone.
    """
    sizes = [-mean * np.nan_to_num(autocorrelation(events, lag)) for mean, lag in zip(means, LAGS, strict=True)]
    score = np.sum(sizes, axis=0)
    score[:, :UNSURE] = 0.0
    return earned(score)


def distinct(events: Events, beat: int = 4) -> Array:
    """How many pitches begin within the last two beats, 0 until there are two."""
    span = 2 * beat
    counts = np.cumsum(events[..., None] == np.arange(FIRST, EVENTS), axis=1)
    before = np.zeros_like(counts)
    before[:, span:] = counts[:, :-span]
    number: Array = (counts > before).sum(axis=2)
    number[:, : span - 1] = 0
    return number


def motif(events: Events, beat: int = 4) -> Array:
    """+3 while the last two beats hold three pitches or more, and 0.3 for each beyond."""
    number = distinct(events, beat)
    return np.where(number >= DISTINCT, 3.0 + 0.3 * (number - DISTINCT), 0.0)


def crowded(events: Events, beat: int = 4) -> Array:
    """-0.3 for each pitch of a motif beyond three: what `motif` pays for it, to be taken back.

    It asks for sixteenths without rest, which the table does not count.
    """
    return np.where(distinct(events, beat) >= DISTINCT, -0.3 * (distinct(events, beat) - DISTINCT), 0.0)


def again(events: Events, beat: int = 4) -> Array:
    """Whether the last two beats, event for event, came before, without overlap."""
    span, steps = 2 * beat, events.shape[1]
    found = np.zeros(events.shape, bool)
    for lag in range(span, steps - span + 1):
        equal = np.cumsum(events[:, lag:] == events[:, :-lag], axis=1)
        before = np.pad(equal, [(0, 0), (span, 0)])[:, : equal.shape[1]]
        found[:, lag:] |= equal - before == span
    return found


def matched(events: Events, beat: int = 4) -> Array:
    """How many of the last events, without a gap, came likewise two beats or more before; two beats of them at most."""
    span, steps = 2 * beat, events.shape[1]
    found = np.zeros(events.shape, int)
    for lag in range(span, steps):
        equal = events[:, lag:] == events[:, :-lag]
        here = np.arange(1, steps - lag + 1)
        run = here - np.maximum.accumulate(np.where(equal, 0, here), axis=1)
        found[:, lag:] = np.maximum(found[:, lag:], np.minimum(run, span))
    return found


def recall(events: Events, beat: int = 4) -> Array:
    """What leads to a repeated motif: the square of its share that is there, paid as it grows, taken when it breaks.

    A potential (Ng et al., 1999): it makes the way shorter, and the goal no other.
    """
    return earned((matched(events, beat) / (2.0 * beat)) ** 2)


def repeated_motif(events: Events, beat: int = 4) -> Array:
    """+4 while the last two beats are a motif that came before, and 1 for each pitch beyond three."""
    number = distinct(events, beat)
    return np.where((number >= DISTINCT) & again(events, beat), 4.0 + number - DISTINCT, 0.0)


def intervals(events: Events) -> Array:
    """5 times what the released code gives to steps (.08), thirds (.09), fourths, ...; rests and holds a little too."""
    before = np.pad(last_onset(events)[:, :-1], [(0, 0), (1, 0)], constant_values=-1)
    pitch = np.take_along_axis(events, np.maximum(before, 0), axis=1)
    degree = (pitch_class(pitch) - key_so_far(events) % 12) % 12
    stable = (degree == 0) | (degree == FIFTH)
    size = np.minimum(np.abs(events - pitch), 13)
    table = np.array([0, 0.08, 0.08, 0.09, 0.09, 0.07, 0, 0.02, 0.05, 0.05, -0.3, -0.3, 0, -1.0])
    amount = table[size]
    amount = np.where(((size == 3) | (size == 4)) & ((degree == 0) | (degree == 4)), 0.15, amount)
    amount = np.where((size == FIFTH) & stable, 0.1, amount)
    amount = np.where(events == HOLD, np.where(stable, 0.3, 0.075), amount)
    amount = np.where(events == OFF, np.where(stable, 0.15, 0.05), amount)
    return 5.0 * np.where(before >= 0, amount, 0.0)


def leaps(events: Events) -> Array:
    """RESOLVED where a leap is resolved, gradually or by leaping back late enough; DOUBLED by one its way."""
    pieces = len(events)
    pitch, since = np.full(pieces, -1), np.zeros(pieces, int)
    way, origin = np.zeros(pieces, int), np.zeros(pieces, int)
    found = np.zeros(events.shape, int)
    for step, now in enumerate(events.T):
        struck = (now >= FIRST) & (pitch >= 0)
        leapt = struck & (np.abs(now - pitch) >= LEAP)
        to, since = np.sign(now - pitch), since + 1
        back, on = leapt & (way == -to) & (way != 0), leapt & (way == to)
        crept = struck & ~leapt & (way != 0) & (way * (now - origin) <= 0)
        found[:, step] = np.where(crept | (back & (since > APART + 1)), RESOLVED, np.where(on, DOUBLED, 0))
        origin = np.where(leapt & (way == 0), pitch, origin)
        way = np.where(back | crept, 0, np.where(leapt, to, way))
        since = np.where(leapt, 0, since)
        pitch = np.where(now >= FIRST, now, pitch)
    return found


def leap(events: Events) -> Array:
    """+5 for a leap resolved, -5 for a second one the same way."""
    return 5.0 * leaps(events)


def doubled(events: Events) -> Array:
    """-5 for a second leap the same way: what `leap` takes for it, to be weighed alone."""
    return np.where(leaps(events) == DOUBLED, -5.0, 0.0)


def unique(events: Events, way: int) -> Array:
    """Whether the highest pitch so far (way 1; the lowest for -1) was struck once only; no note, no."""
    struck = events >= FIRST
    height = np.where(struck, way * events, -EVENTS)
    top = np.maximum.accumulate(height, axis=1)
    once: Array = np.zeros(events.shape, bool)
    count = np.zeros(len(events), int)
    for step in range(events.shape[1]):
        new = struck[:, step] & (top[:, step] > (top[:, step - 1] if step else -EVENTS))
        count = np.where(new, 1, count + (struck[:, step] & (height[:, step] == top[:, step])))
        once[:, step] = count == 1
    return once


def extremes(events: Events) -> Array:
    """+3 for a highest and +3 for a lowest pitch that is struck once only."""
    return earned(3.0 * unique(events, 1) + 3.0 * unique(events, -1))


REWARDS = {
    "key": in_key, "tonic": tonic, "repetition": repetition, "variety": variety, "motif": motif,
    "repeated_motif": repeated_motif, "intervals": intervals, "leap": leap, "doubled": doubled, "extremes": extremes,
    "whole_key": whole_key, "crowded": crowded, "recall": recall, "balance": balance,
}  # fmt: skip
BY_BEAT = frozenset({"tonic", "motif", "crowded", "repeated_motif", "recall"})
"""The rewards that ask for the beat."""
