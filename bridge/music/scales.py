"""Scales, and the nearest note of one: the lock that keeps what the band plays in a key."""

from collections.abc import Collection
from typing import Final

SCALES: Final[dict[str, tuple[int, ...]]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic_minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "major_pentatonic": (0, 2, 4, 7, 9),
    "minor_pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole_tone": (0, 2, 4, 6, 8, 10),
    "chromatic": tuple(range(12)),
}  # semitones above the tonic


def scale(tonic: int, name: str) -> frozenset[int]:
    """The pitch classes of a scale on a tonic, 0-11."""
    return frozenset((tonic + step) % 12 for step in SCALES[name])


def nearest(pitch: int, classes: Collection[int]) -> int:
    """The pitch, 0-127, nearest to `pitch` whose class is among `classes`, the lower of two; itself without any."""
    for away in range(12):
        for found in (pitch - away, pitch + away):
            if found % 12 in classes and 0 <= found <= 127:
                return found
    return pitch
