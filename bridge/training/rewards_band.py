"""What makes an accompaniment good: the rewards of the tuner and its guards, as pure functions of what was played.

Everything is counted at beats, where chords are decided, over many tunes at once: (episodes, beats). A reward is
unweighted, and 0 where it has nothing to say. The guards are figures, not rewards: a policy that is paid for one thing
is watched for what it neglects (Wu et al., ICML 2024, found likelihood rewards collapse to one chord for ever).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.music.vocabulary import CHORDS, NO_CHORD
from bridge.training.corpus import PITCH_CLASSES
from bridge.training.tally import earth_movers_distance, entropy

Array = NDArray[Any]
LONG = 8  # beats; a chord that goes on for longer is one too long (32 sixteenths, as in ReaLchords' penalty)
PHRASE = 4  # bars; cadences are looked for at the ends of fours
SIZES = PITCH_CLASSES.sum(axis=1)  # (chords,)
ROOTS = np.where(np.arange(CHORDS) < NO_CHORD, np.arange(CHORDS) // 8, -1)
AGES = 8  # beats; longer ones share the last cell of the habits of change
MOST = 1.5  # nats; the largest reward or fine for changing when people do, or do not
ROOM = 0.1  # pitch classes a chord beyond the human number of the genre that are not fined, as in training


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """What was played to some tunes, read at their beats."""

    chord: Array  # (episodes, beats) class that sounds from the beat on
    before: Array  # (episodes, beats) class that sounded until it
    age: Array  # (episodes, beats) beats for which that one had sounded, 0 at the beginning
    coming: Array  # (episodes, beats, 12) share of the beat's melody in each pitch class, zeros where it is silent
    place: Array  # (episodes, beats) 0 bar line, 1 middle of the bar, 2 another beat
    bar: Array  # (episodes, beats) number of the bar modulo 8, -1 where untold
    genre: Array  # (episodes,) place in vocabulary.GENRES, -1 where untold
    low: Array  # (episodes, beats) bass pitch at the beat, -1 for none
    high: Array  # (episodes, beats) melody pitch at the beat, -1 for none
    foreseen: Array  # (episodes, beats) nats a sixteenth by which what was played makes the coming melody likelier
    valid: Array  # (episodes, beats) 1 where something was decided

    @property
    def changes(self) -> Array:
        """Where a new chord begins after another one."""
        sounding = (self.before != NO_CHORD) & (self.chord != NO_CHORD)
        return np.asarray((self.chord != self.before) & sounding & (self.valid > 0))


def melody_in_chord(played: Passage) -> Array:
    """0-1: the share of the beat's melody that the chord holds (note-in-chord ratio, Wu et al., ICML 2024)."""
    return np.asarray((PITCH_CLASSES[played.chord] * played.coming).sum(axis=-1) * played.valid)


def strong_beats(played: Passage) -> Array:
    """-1..0: the share of the melody that the chord misses, on bar lines and in the middle of bars.

    Where a listener hears the harmony (Lerdahl and Jackendoff, 1983, metrical preference rule 5f).
    """
    heard = played.coming.sum(axis=-1) * (played.place < 2) * played.valid
    return np.asarray(melody_in_chord(played) * heard - heard)


def _movement() -> Array:
    """Semitones that a voice moves on average between two chords, voices led the shortest way, (chords, chords)."""
    table = np.zeros((CHORDS, CHORDS), np.float32)
    tones = [np.flatnonzero(row) for row in PITCH_CLASSES]
    for a in range(8):
        for b in range(NO_CHORD):
            few, many = sorted((tones[a], tones[b]), key=len)
            least = min(
                sum(min((x - y) % 12, (y - x) % 12) for x, y in zip(few, way, strict=True))
                for way in permutations(many, len(few))
            )
            for shift in range(12):
                table[a + 8 * shift, (b + 8 * shift) % NO_CHORD] = least / len(few)
    return table


MOVEMENT = _movement()


def voice_leading(played: Passage) -> Array:
    """-6..0: semitones a voice has to move to the new chord, the shortest way (Tymoczko, Science 313, 2006)."""
    return np.where(played.changes, -MOVEMENT[played.before, played.chord], 0.0)


def parallels(played: Passage) -> Array:
    """-1 where bass and melody go the same way from beat to beat, a fifth or an octave apart before and after (Fux)."""
    was_low, was_high = (np.pad(x, ((0, 0), (1, 0)), constant_values=-1)[:, :-1] for x in (played.low, played.high))
    there = np.minimum(np.minimum(was_low, played.low), np.minimum(was_high, played.high)) >= 0
    down, up = played.low - was_low, played.high - was_high
    before, after = (was_high - was_low) % 12, (played.high - played.low) % 12
    same = there & (down != 0) & (np.sign(down) == np.sign(up)) & (before == after)
    return np.asarray(np.where(same & ((after == 7) | (after == 0)), -1.0, 0.0) * played.valid)


def cadence(played: Passage) -> Array:
    """1 where a phrase of four bars ends, or the next begins, with a root that falls a fifth (Caplin, 1998)."""
    fifth = (ROOTS[played.chord] - ROOTS[played.before]) % 12 == 5
    ends = (played.bar >= 0) & (played.bar % PHRASE == PHRASE - 1)
    begins = (played.bar >= 0) & (played.bar % PHRASE == 0) & (played.place == 0)
    return np.where(fifth & (ends | begins) & played.changes, 1.0, 0.0)


def harmonic_rhythm(played: Passage, human: Array, own: Array) -> Array:
    """-MOST..MOST: log of how much likelier people, than we of late, are to do so: to change or to stay.

    `human` and `own` are `habits`. It ends where both agree, so it has no end that pays but the human one (matching
    of occupancies, as in Ho and Ermon, NeurIPS 2016, with counts for a discriminator).
    """
    cell = (played.genre[:, None] % len(human), played.place, np.clip(played.age, 1, AGES) - 1)
    theirs, ours = (np.clip(rates[cell], 0.01, 0.99) for rates in (human, own))
    ratio = np.where(played.chord != played.before, np.log(theirs / ours), np.log((1 - theirs) / (1 - ours)))
    return np.asarray(np.clip(ratio, -MOST, MOST) * played.valid * (played.before != NO_CHORD))


def repetition(played: Passage) -> Array:
    """-1 for every beat on a chord that has lasted for LONG beats already (Wu et al., ICML 2024)."""
    stays = (played.chord == played.before) & (played.chord != NO_CHORD)
    return np.asarray(np.where(stays & (played.age >= LONG), -1.0, 0.0) * played.valid)


def fatness(played: Passage, sizes: Array) -> Array:
    """-1..0: minus the pitch classes in excess of the human number of the genre, (genres + 1,), and ROOM.

    A chord of all twelve would fit any melody.
    """
    most = sizes[played.genre % len(sizes)][:, None] + ROOM
    return np.asarray(-np.maximum(0, SIZES[played.chord] - most) * played.valid)


def genre(played: Passage, evidence: Array) -> Array:
    """Nats by which a change of chord speaks for the genre that was asked for, rather than for any.

    `evidence` is (genres + 1, chords, chords), by genre, chord before and chord; see `genres.evidence`.
    """
    said = evidence[played.genre % len(evidence)]
    found = said[np.arange(len(said))[:, None], played.before, played.chord]
    return np.where(played.changes, found, 0.0)


def foresight(played: Passage) -> Array:
    """Nats a sixteenth by which a frozen predictor foresees the coming melody better, given what we play, than
    given silence (the third reward of the 2016 demo; see docs/tuning-band.md for its weakness)."""
    return np.asarray(played.foreseen * played.valid)


def habits(played: Passage, kinds: int) -> tuple[Array, Array]:
    """(decisions, changes), each (kinds, 3, AGES): how often a chord was, or was not, left, by genre, place and age."""
    there = (played.valid > 0) & (played.before != NO_CHORD)
    genres = np.broadcast_to(played.genre[:, None] % kinds, played.chord.shape)
    cells = (genres[there], played.place[there], np.clip(played.age[there], 1, AGES) - 1)
    counts, moves = np.zeros((kinds, 3, AGES)), np.zeros((kinds, 3, AGES))
    np.add.at(counts, cells, 1)
    np.add.at(moves, cells, (played.chord != played.before)[there])
    return counts, moves


def rates(counts: Array, moves: Array, doubt: float = 20.0) -> Array:
    """Chances of change of every cell, drawn by `doubt` decisions' worth towards those of all genres together."""
    over_all = (moves.sum(0) + 0.4) / (counts.sum(0) + 1)
    found = (moves + doubt * over_all) / (counts + doubt)
    return np.asarray(np.concatenate([found[:-1], over_all[None]]))  # the last: genre untold


def lengths(played: Passage) -> Array:
    """How many chords lasted 1, 2 ... 33 and more beats, those that the passage's end cuts short left out, (33,)."""
    done = played.age[(played.chord != played.before) & (played.before != NO_CHORD) & (played.valid > 0)]
    return np.bincount(np.clip(done, 1, 33) - 1, minlength=33)


def guards(played: Passage, human_lengths: Array) -> dict[str, float]:
    """What must not fall while rewards rise, and distances from the corpus: see docs/tuning-band.md."""
    there = (played.valid > 0) & (played.chord != NO_CHORD)
    chords = [row[here] for row, here in zip(played.chord, there, strict=True)]
    stays = (played.chord == played.before) & there
    found = earth_movers_distance(lengths(played), human_lengths)
    return {
        "guard_entropy": float(np.mean([entropy(np.bincount(each)) for each in chords if len(each)] or [0])),
        "guard_distinct": float(np.mean([len(set(each.tolist())) for each in chords])),
        "guard_repeated": float(stays[played.age >= LONG // 2].sum() / max(1, there.sum())),
        "guard_pitch_classes": float(SIZES[played.chord[there]].mean()) if there.any() else 0.0,
        "guard_silence": float(1 - there.sum() / max(1.0, played.valid.sum())),
        "distance_lengths_beats": float("nan") if found is None else found,
    }
