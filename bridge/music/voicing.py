"""Voicing: from a chord's pitch classes to pitches, close to what sounded before.

Voice leading in the sense of D. Tymoczko, "The Geometry of Musical Chords" (Science, 2006): of all close and open
spacings in the register, the one whose voices move least.
"""

from collections.abc import Iterable
from itertools import pairwise, permutations

LOW, HIGH = 50, 68  # the register of the chords: D3 to G#4, above the bass and mostly below the tune
LOWEST_TOP = 62  # D4; however low the tune lies, the chords have a twelfth of room
CENTRE = 58
BASS_LOW, BASS_HIGH = 33, 52  # A1 to E3, where a bass by rule moves
WIDEST = 16  # semitones from the lowest to the highest voice
ABOVE = 3.0  # semitones of movement that a semitone above the top is worth
PARALLEL = 2.5  # semitones of movement that a parallel fifth or octave with the bass is worth
PERFECT = (0, 7)  # semitones above the bass, less octaves
NARROWEST = 2  # semitones between neighbours; a semitone is mud


def voice(
    pitch_classes: Iterable[int], before: tuple[int, ...] = (), top: int = HIGH, bass: tuple[int, int] = (0, 0)
) -> tuple[int, ...]:
    """Pitches, low to high, one for each pitch class (four at most).

    `before` is the chord that they follow, `top` the highest pitch that they should reach, `bass` the pitches from and
    to which the bass moves meanwhile, equal where it stays.
    """
    wanted = sorted(set(pitch_classes))[:4]
    if not wanted:
        return ()

    def cost(pitches: tuple[int, ...]) -> float:
        above = ABOVE * max(0, pitches[-1] - top)
        return _cost(pitches, before) + above + PARALLEL * parallels(before, pitches, bass)

    return min(_spacings(wanted), key=lambda pitches: (cost(pitches), pitches))


def parallels(before: tuple[int, ...], after: tuple[int, ...], bass: tuple[int, int]) -> int:
    """How many voices move with the bass from fifth to fifth, or from octave to octave."""
    if bass[0] == bass[1]:
        return 0
    pairs = zip(before, after, strict=False)
    return sum(old != new and (old - bass[0]) % 12 == (new - bass[1]) % 12 in PERFECT for old, new in pairs)


def _spacings(wanted: list[int]) -> Iterable[tuple[int, ...]]:
    found = set()
    for order in permutations(wanted):
        for lowest in range(LOW + (order[0] - LOW) % 12, HIGH + 1, 12):
            pitches = [lowest]
            for pitch_class in order[1:]:
                pitches.append(pitches[-1] + 1 + (pitch_class - pitches[-1] - 1) % 12)
            if pitches[-1] <= HIGH and pitches[-1] - pitches[0] <= WIDEST:
                found.add(tuple(pitches))
    return found or {tuple(sorted(LOW + (pitch_class - LOW) % 12 for pitch_class in wanted))}


def _cost(pitches: tuple[int, ...], before: tuple[int, ...]) -> float:
    """Semitones that the voices move, plus a pull to the middle of the register and away from clusters."""
    mud = sum(4 for low, high in pairwise(pitches) if high - low < NARROWEST)
    pull = 0.4 * abs(sum(pitches) / len(pitches) - CENTRE)
    if not before:
        return pull * 4 + mud
    there = sum(min(abs(pitch - old) for old in before) for pitch in pitches)
    back = sum(min(abs(pitch - old) for pitch in pitches) for old in before)
    return there + back + pull + mud


def bass_near(pitch_class: int, before: int | None) -> int:
    """The pitch of a class in the bass's register that lies nearest to `before`, the lower of two; else the lowest
    but one third.
    """
    around = before if before is not None else (2 * BASS_LOW + BASS_HIGH) // 3
    places = range(BASS_LOW + (pitch_class - BASS_LOW) % 12, BASS_HIGH + 1, 12)
    return min(places, key=lambda pitch: (abs(pitch - around) + (0.3 * abs(pitch - 41)), pitch))
