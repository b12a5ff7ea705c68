"""What the melody model sees of a line, note by note: integers and floats that do not change when the line is moved.

Rules: time is in twelfths of a quarter (`TWELFTH` ticks), so triplets and sixteenths are both exact. Every pitch is
told relative to the last one, so a line in another key looks the same, by construction. Training and playing call
`hear` and `ahead` alike, note by note. `Past` is a value: nothing in it is ever written to.

At a note's onset the model sees how it was reached, where in the bar it lies, and what the line did at this place 1, 2,
4 and 8 bars ago and after the longest earlier stretch like its end (an echo). Then follow the time to the next onset,
how long this note sounds, and the next pitch: `ahead` is what is seen once that time is known.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.vocabulary import GENRES

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

TWELFTH = 40  # ticks
STEP_TWELFTHS = 3  # a sixteenth
WAITS = (
    *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 24, 27, 30, 33, 36, 39, 42, 48, 54, 60, 66, 72),
    *(84, 90, 96, 108, 120, 144),
)  # twelfths from one onset to the next; 99.7 % of those in the corpus
OTHER_WAIT = len(WAITS)  # the class of every other time
WAIT_CLASSES = len(WAITS) + 1
LONGEST = 1152  # twelfths; 24 bars of 4/4. A longer wait counts as this
LEGATO = 0  # the class of a note that sounds until the next; class 1 + i lasts WAITS[i], and then there is silence
LENGTH_CLASSES = 1 + len(WAITS)
LEAP = 24  # semitones; wider leaps (5 in a million in the clean corpus) are folded by octaves
LEAPS = 2 * LEAP + 1

ECHOES = (1, 2, 4, 8)  # bars
HALF_LIVES = (24.0, 96.0, 384.0)  # twelfths; memories of pitch classes: two quarters, eight, thirty-two
REMEMBERED = 512  # notes; what lies further back is forgotten
BEATS, WITHIN, BARS = 8, 18, 8
RUN = 8  # notes; longer agreement with the past looks like this one
MATCHES = (0, 1, 2, 3, 4, 6, 8, 12)  # notes; steps in which the length of a match is told

NO_LEAP, NO_WAIT, NO_LENGTH, NO_BAR, NO_GENRE = LEAPS, WAIT_CLASSES, LENGTH_CLASSES, BARS, len(GENRES)
HEARD_SIZES = (
    *(LEAPS + 1, WAIT_CLASSES + 1, LENGTH_CLASSES + 1, BEATS, WITHIN, BEATS, 2, BARS + 1, len(GENRES) + 1),
    *(WAIT_CLASSES + 1,) * len(ECHOES),
    *(len(MATCHES), WAIT_CLASSES + 1, LENGTH_CLASSES + 1, LEAPS + 1),
)  # cells of each integer that `hear` gives
BAR_AT, GENRE_AT = 7, 8
WAIT_ECHOES = (*range(9, 9 + len(ECHOES)), 10 + len(ECHOES))  # which of them are waits that may come again
HEARD_FLOATS = 12 * len(HALF_LIVES) + 3 + 4 * len(ECHOES)
AHEAD_SIZES = (WAIT_CLASSES, 2, BEATS, WITHIN, 3, BARS + 1, *(LEAPS + 1,) * (2 * len(ECHOES) + 1))
AHEAD_BAR_AT = 5
LEAP_ECHOES = tuple(range(6, 7 + 2 * len(ECHOES)))  # which integers of `ahead` are leaps that may come again

_WAIT_CLASS = {wait: number for number, wait in enumerate(WAITS)}


@dataclass(frozen=True, slots=True)
class Where:
    """Where in the music an onset lies."""

    phase: int = 0
    """Twelfths since the bar began."""
    numerator: int = 4
    denominator: int = 4
    bar: int = -1
    """Number of the bar, -1 where unknown."""

    @property
    def length(self) -> int:
        """Twelfths in the bar, at least 1."""
        return max(1, self.numerator * 48 // self.denominator)

    @property
    def beat(self) -> int:
        """Twelfths in the beat: a quarter, or a dotted quarter where eighths are counted in threes."""
        return 18 if self.denominator == 8 and self.numerator % 3 == 0 else 12

    def later(self, wait: int) -> Where:
        """The place so many twelfths later, in the same meter."""
        bars, phase = divmod(self.phase + wait, self.length) if self.phase < self.length else (0, self.phase + wait)
        if not bars and phase >= self.length:  # a bar that the map draws out, as at a fermata
            bars, phase = divmod(phase, self.length)
        return Where(phase, self.numerator, self.denominator, self.bar + bars if self.bar >= 0 else -1)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The line so far; the last note's length is not known yet."""

    times: tuple[int, ...] = ()
    pitches: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()
    """Length classes of all notes but the last."""
    where: Where = Where()
    """Of the last note."""
    symbols: tuple[int, ...] = ()
    alike: Any = None
    """For every earlier note how many notes up to it equal those up to the last, (notes,) int32."""
    profile: Any = None
    """Fading sums of how long each pitch class sounded, (12 * half-lives,)."""
    runs: tuple[tuple[int, int, int], ...] = ((0, 0, 0),) * len(ECHOES)
    """For every echo: notes in agreement in rhythm, in melody, and the shift between then and now in semitones."""
    match: tuple[int, int] = (-1, 0)
    """The note after which the longest stretch like the end of the line ended, and how long that was."""
    heard: tuple[int, int, int, int] = (0, 0, 127, 0)
    """Notes, the sum of their pitches, the lowest and the highest."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What the network is shown at an onset."""

    ints: tuple[int, ...]
    floats: Floats  # (HEARD_FLOATS,)


def wait_class(wait: int) -> int:
    """The class of a time between onsets in twelfths."""
    return _WAIT_CLASS.get(wait, OTHER_WAIT)


def length_class(length: int, wait: int) -> int:
    """The class of a sounding length in twelfths, LEGATO where it fills the wait; between classes the shorter."""
    if length >= wait:
        return LEGATO
    return max(1, bisect_right(WAITS, length))


def leap_class(leap: int) -> int:
    """The class 0-48 of an interval in semitones."""
    while leap > LEAP:
        leap -= 12
    while leap < -LEAP:
        leap += 12
    return leap + LEAP


def place_ints(where: Where) -> tuple[int, int]:
    """Which beat, and twelfths into it."""
    beat, within = divmod(where.phase, where.beat)
    return min(beat, BEATS - 1), within


def bar_class(where: Where) -> int:
    """The bar modulo 8, NO_BAR where unknown."""
    return where.bar % BARS if where.bar >= 0 else NO_BAR


def hear(past: Past, time: int, pitch: int, where: Where, length: int, genre: int = -1) -> tuple[Past, Sight]:
    """The onset of a note, at `time` twelfths; `length` is the class of the note before it. Time must increase."""
    first = not past.times
    wait = 0 if first else time - past.times[-1]
    if wait < 0 or (not first and wait == 0):
        raise ValueError(f"a note at {time} cannot follow one at {past.times[-1]}")
    past, leap, before = _grown(past, time, pitch, where, length, wait)
    echoes = [_wait_then(past, time, bars * where.length) for bars in ECHOES]
    beats = max(1, min(BEATS, -(-where.length // where.beat)))
    at, size = past.match
    followed = (NO_WAIT, NO_LENGTH, NO_LEAP)
    if at >= 0:
        followed = (
            wait_class(past.times[at + 1] - past.times[at]),
            past.lengths[at],
            leap_class(past.pitches[at + 1] - past.pitches[at]),
        )
    ints = (
        *(leap, before, NO_LENGTH if first else length, *place_ints(where), beats - 1, int(where.beat == 18)),
        *(bar_class(where), genre if genre >= 0 else NO_GENRE, *echoes, bisect_right(MATCHES, size) - 1, *followed),
    )
    return past, Sight(ints, _floats(past, pitch))


def _grown(past: Past, time: int, pitch: int, where: Where, length: int, wait: int) -> tuple[Past, int, int]:
    """The past with one more note; the class of the leap to it and of the wait for it."""
    if not past.times:
        grown = Past(
            (time,), (pitch,), (), where, (-1,), np.zeros(1, np.int32), np.zeros(12 * len(HALF_LIVES), np.float32),
            heard=(1, pitch, pitch, pitch),
        )  # fmt: skip
        return grown, NO_LEAP, NO_WAIT
    leap, before = leap_class(pitch - past.pitches[-1]), wait_class(wait)
    symbol = leap * WAIT_CLASSES + before
    keep = slice(-REMEMBERED, None)
    times, pitches = (*past.times, time)[keep], (*past.pitches, pitch)[keep]
    symbols, lengths = (*past.symbols, symbol)[keep], (*past.lengths, length)[1 - REMEMBERED :]
    alike = np.zeros(len(past.symbols) + 1, np.int32)
    same = np.fromiter(past.symbols, np.int32, len(past.symbols)) == symbol
    alike[1:-1] = (past.alike[:-1] + 1) * same[1:]
    alike = alike[keep]
    sounded = wait if length == LEGATO else WAITS[length - 1]
    profile = past.profile.copy()
    profile[past.pitches[-1] % 12 :: 12] += sounded
    profile *= np.repeat(np.exp2(-wait / np.array(HALF_LIVES)), 12).astype(np.float32)
    count, total, low, high = past.heard
    grown = Past(
        times, pitches, lengths, where, symbols, alike, profile,
        tuple(_run(run, times, pitches, bars * where.length) for run, bars in zip(past.runs, ECHOES, strict=True)),
        _longest(alike),
        (count + 1, total + pitch, min(low, pitch), max(high, pitch)),
    )  # fmt: skip
    return grown, leap, before


def _longest(alike: Ints) -> tuple[int, int]:
    """The latest of the notes with the longest match, and the match's length."""
    at = len(alike) - 1 - int(np.argmax(alike[::-1]))
    size = int(alike[at])
    return (at, size) if size else (-1, 0)


def _run(run: tuple[int, int, int], times: tuple[int, ...], pitches: tuple[int, ...], lag: int) -> tuple[int, int, int]:
    """How long the line has agreed with itself `lag` twelfths ago, now that its last note is there."""
    at = bisect_left(times, times[-1] - lag)
    if times[at] != times[-1] - lag or at == len(times) - 1:
        return 0, 0, 0
    shift = pitches[-1] - pitches[at]
    steady = at > 0 and times[at] - times[at - 1] == times[-1] - times[-2]
    rhythm = run[0] + 1 if steady else 1
    return rhythm, run[1] + 1 if steady and run[1] and run[2] == shift else 1, shift


def _wait_then(past: Past, time: int, lag: int) -> int:
    """The class of the time to the next onset `lag` twelfths ago."""
    after = bisect_right(past.times, time - lag)
    return wait_class(past.times[after] - (time - lag)) if after > 0 and lag > 0 else NO_WAIT


def _floats(past: Past, pitch: int) -> Floats:
    """Pitch classes heard, from the last pitch up; its height among the pitches; agreement with the echoes."""
    shares = past.profile.reshape(len(HALF_LIVES), 12)
    turned = np.concatenate([shares[:, pitch % 12 :], shares[:, : pitch % 12]], axis=1)
    turned = turned / (turned.sum(axis=1, keepdims=True) + 1.0)
    count, total, low, high = past.heard
    height = [(pitch - total / count) / 12, (pitch - low) / 12, (high - pitch) / 12]
    runs = [x for rhythm, tune, shift in past.runs for x in _agreement(rhythm, tune, shift)]
    return np.concatenate([3 * turned.ravel(), height, runs], dtype=np.float32)


def _agreement(rhythm: int, tune: int, shift: int) -> tuple[float, float, float, float]:
    exact = float(shift == 0 and tune > 0)
    return float(rhythm > 0), min(rhythm, RUN) / RUN, min(tune, RUN) / RUN, exact * min(tune, RUN) / RUN


def ahead(past: Past, wait: int, where: Where, *, rests: bool) -> tuple[int, ...]:
    """What is seen of the next onset, `wait` twelfths after the last and at `where`; `rests`: silence comes before."""
    time, pitch = past.times[-1] + wait, past.pitches[-1]
    bars = 0 if where.bar < 0 else min(2, max(0, where.bar - past.where.bar))
    echoes: list[int] = []
    turned: list[int] = []
    for count in ECHOES:
        lag = count * where.length
        then, now = bisect_right(past.times, time - lag) - 1, bisect_right(past.times, past.times[-1] - lag) - 1
        known = then >= 0 and lag > 0
        echoes.append(leap_class(past.pitches[then] - pitch) if known else NO_LEAP)
        turned.append(leap_class(past.pitches[then] - past.pitches[now]) if known and now >= 0 else NO_LEAP)
    at = past.match[0]
    follows = leap_class(past.pitches[at + 1] - past.pitches[at]) if at >= 0 else NO_LEAP
    return (wait_class(wait), int(rests), *place_ints(where), bars, bar_class(where), *echoes, *turned, follows)
