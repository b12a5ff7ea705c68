"""Phrases on the grid: what the morph model hears of a phrase, and how its answer becomes a phrase again.

Rules: a phrase has a length in whole bars that never changes; a line has one vocabulary token a sixteenth. The model
sees it in pieces of at most STEPS sixteenths that begin on bar lines, with pitches relative to a reference (the tonic
that lies nearest the middle of the piece), so a phrase in another key gives the same variation in that key. Ties
between keys are broken by the distance from the last note, never by the name of a pitch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.music.errors import BridgeError
from bridge.music.listening import MAJOR, MINOR
from bridge.music.timeline import Meter
from bridge.music.vocabulary import FIRST_ONSET, HOLD, REST, STEP_TICKS, Spot, onset

STEPS = 32  # sixteenths in a piece: two bars of 4/4, 3/4 or 6/8, four of 2/4, one of 9/8
SPAN = 24  # semitones on either side of the reference; a pitch beyond is heard an octave nearer
CLASSES = FIRST_ONSET + 2 * SPAN + 1  # hold, rest, onsets from SPAN below the reference to SPAN above it
TOGETHER = (4, 2, 1)  # bars that a piece may have

SCALES = {
    "maj": ((0, 2, 4, 5, 7, 9, 11), (0, 2, 4, 5, 7, 9, 10), (0, 2, 4, 6, 7, 9, 11)),
    "min": ((0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 3, 5, 7, 8, 11), (0, 2, 3, 5, 7, 9, 11)),
}  # by mode: major, Mixolydian, Lydian; natural minor, Dorian, harmonic and melodic minor; the earlier wins a tie

_PROFILES = np.array([MAJOR, MINOR])  # (2, 12)
_CENTRED = _PROFILES - _PROFILES.mean(axis=1, keepdims=True)
_FITS = np.stack([np.roll(row / np.linalg.norm(row), tonic) for tonic in range(12) for row in _CENTRED])  # (24, 12)

Array = NDArray[Any]


class PhraseError(BridgeError):
    """A phrase that cannot be morphed; the message says why."""


class Note(NamedTuple):
    """A note of a phrase; its tick counts from the phrase's first bar line."""

    tick: int
    ticks: int
    pitch: int
    velocity: int

    @property
    def end(self) -> int:
        """The tick at which it ends."""
        return self.tick + self.ticks


@dataclass(frozen=True, slots=True)
class Phrase:
    """Notes one after another, inside a number of whole bars."""

    notes: tuple[Note, ...]
    meter: Meter = Meter()  # noqa: RUF009  (a frozen value)
    bars: int = 2

    @property
    def ticks(self) -> int:
        """Its length."""
        return self.bars * self.meter.bar

    @property
    def steps(self) -> int:
        """Its length in sixteenths, the last one perhaps cut short (a bar of 7/32)."""
        return -(-self.ticks // STEP_TICKS)


class Piece(NamedTuple):
    """A part of a phrase that the model takes at once."""

    first: int  # step in the phrase
    steps: int


class Key(NamedTuple):
    """What a phrase is heard in."""

    tonic: int  # pitch class
    mode: str  # "maj" or "min"
    scale: frozenset[int]  # pitch classes
    heard: frozenset[int]  # pitch classes, also those outside the scale

    @property
    def steps(self) -> tuple[bool, ...]:
        """Whether each semitone above the tonic is in the scale or was heard, (12,)."""
        return tuple((self.tonic + step) % 12 in self.scale | self.heard for step in range(12))


def pieces(meter: Meter, bars: int) -> list[Piece]:
    """The parts of `bars` bars: as many bars as fit in STEPS (4, 2 or 1); longer or crooked bars are cut at STEPS."""
    if meter.bar % STEP_TICKS or meter.bar > STEPS * STEP_TICKS:
        steps = -(-bars * meter.bar // STEP_TICKS)
        return [Piece(first, min(STEPS, steps - first)) for first in range(0, steps, STEPS)]
    bar, found, done = meter.bar // STEP_TICKS, [], 0
    while done < bars:
        count = next(n for n in TOGETHER if n == 1 or (n <= bars - done and n * bar <= STEPS))
        found.append(Piece(done * bar, count * bar))
        done += count
    return found


def spot(meter: Meter, step: int) -> Spot:
    """The place in its bar of a step of a phrase."""
    return Spot(step * STEP_TICKS % meter.bar // STEP_TICKS, meter.numerator, meter.denominator)


def tokens_of(phrase: Phrase) -> tuple[Array, Array]:
    """A phrase as tokens (steps,), and which of its notes begins at each step, -1 for none.

    A note belongs to the nearest sixteenth; of two at one step the later is kept, a note ends where the next begins.
    """
    steps = phrase.steps
    tokens, owners = np.full(steps, REST, np.int32), np.full(steps, -1, np.int32)
    for number, note in sorted(enumerate(phrase.notes), key=lambda pair: pair[1].tick):
        first = min(max(0, round(note.tick / STEP_TICKS)), steps - 1)
        last = min(max(first + 1, round(note.end / STEP_TICKS)), steps)
        tokens[first:], owners[first:] = REST, -1
        tokens[first:last] = HOLD
        tokens[first], owners[first] = onset(note.pitch), number
    return tokens, owners


def phrase_of(tokens: Array, owners: Array, source: Phrase) -> Phrase:
    """Tokens as a phrase with the length of `source`, and with its touch.

    A note that begins where one of the source began keeps that note's moment and velocity, and its length too where
    it lasts as many steps; other notes lie on the grid and take the velocity of the note before them in the source.
    """
    before, lengths = _lengths(tokens_of(source)[0]), _lengths(tokens)
    notes: list[Note] = []
    velocity = source.notes[0].velocity if source.notes else 80
    for step in range(len(tokens)):
        owner = source.notes[owners[step]] if owners[step] >= 0 else None
        velocity = owner.velocity if owner else velocity
        if tokens[step] < FIRST_ONSET:
            continue
        tick = owner.tick if owner else step * STEP_TICKS
        ticks = owner.ticks if owner and before.get(step) == lengths[step] else lengths[step] * STEP_TICKS
        notes.append(Note(tick, ticks, int(tokens[step]) - FIRST_ONSET, velocity))
    return Phrase(tuple(_apart(notes, source.ticks)), source.meter, source.bars)


def _lengths(tokens: Array) -> dict[int, int]:
    """The length in steps of the note that begins at each step."""
    edges = [*np.flatnonzero(tokens != HOLD).tolist(), len(tokens)]
    return {begin: end - begin for begin, end in pairwise(edges) if tokens[begin] >= FIRST_ONSET}


def _apart(notes: Sequence[Note], ticks: int) -> list[Note]:
    """The notes inside the phrase, each ended where the next begins; one that has no room is left out."""
    kept: list[Note] = []
    for note, after in zip(notes, [*(note.tick for note in notes), ticks][1:], strict=True):
        begin = max(0, note.tick)
        end = min(note.end, after, ticks)
        if end > begin:
            kept.append(Note(begin, end - begin, note.pitch, note.velocity))
    return kept


def key_of(tokens: Array) -> Key:
    """The likeliest key of a line (duration-weighted, Krumhansl's profiles) and the scale of it that fits best.

    Raises ValueError if the line has no note.
    """
    weights, last = _heard(tokens)
    fits = np.round(_FITS @ (weights - weights.mean()), 6)
    best = np.flatnonzero(fits == fits.max())
    tonic, minor = divmod(int(min(best, key=lambda i: ((i // 2 - last) % 12, i % 2))), 2)
    mode = "min" if minor else "maj"
    covered = [round(sum(float(weights[(tonic + p) % 12]) for p in scale), 6) for scale in SCALES[mode]]
    scale = SCALES[mode][covered.index(max(covered))]
    heard = frozenset(np.flatnonzero(weights).tolist())
    return Key(tonic, mode, frozenset((tonic + p) % 12 for p in scale), heard)


def _heard(tokens: Array) -> tuple[Array, int]:
    """Sixteenths that each pitch class sounds, (12,), and the last pitch class."""
    weights, pitch = np.zeros(12), -1
    for token in tokens.tolist():
        pitch = token - FIRST_ONSET if token >= FIRST_ONSET else -1 if token == REST else pitch
        if pitch >= 0:
            weights[pitch % 12] += 1
    onsets = tokens[tokens >= FIRST_ONSET]
    if not len(onsets):
        raise ValueError("a line without a note has no key")
    return weights, int(onsets[-1] - FIRST_ONSET) % 12


def reference(tokens: Array, tonic: int) -> int:
    """The pitch of class `tonic` nearest the middle of a line's range; the lower one of two."""
    pitches = tokens[tokens >= FIRST_ONSET] - FIRST_ONSET
    middle = (int(pitches.min()) + int(pitches.max())) / 2 if len(pitches) else 66.0
    below = int(middle) - (int(middle) - tonic) % 12
    return below if middle - below <= below + 12 - middle else below + 12


def classes_of(tokens: Array, centre: int) -> Array:
    """Tokens as the model's classes 0..CLASSES-1: hold, rest, onsets relative to the pitch `centre`."""
    away = tokens - FIRST_ONSET - centre
    away = np.where(away > SPAN, SPAN - 11 + (away - SPAN - 1) % 12, away)
    away = np.where(away < -SPAN, -SPAN + 11 - (-away - SPAN - 1) % 12, away)
    return np.where(tokens >= FIRST_ONSET, FIRST_ONSET + SPAN + away, tokens)


def tokens_of_classes(classes: Array, centre: int) -> Array:
    """The inverse of `classes_of`, but for pitches that were heard an octave nearer."""
    return np.where(classes >= FIRST_ONSET, classes - SPAN + centre, classes)


def onsets(phrase: Phrase) -> dict[int, int]:
    """The pitch that begins at each step where one does."""
    tokens, _ = tokens_of(phrase)
    return {int(step): int(tokens[step]) - FIRST_ONSET for step in np.flatnonzero(tokens >= FIRST_ONSET)}


def share(part: float, *wholes: float) -> float:
    """An F1 (two wholes) or a ratio (one); 1 where there is nothing to have a part of."""
    total = sum(wholes)
    return len(wholes) * part / total if total else 1.0


def similarity(one: Phrase, other: Phrase) -> float:
    """F1 of the onsets that two phrases share, with their pitch, 0-1."""
    a, b = onsets(one), onsets(other)
    return share(len(a.items() & b.items()), len(a), len(b))
