"""Chords as pitch-class sets: twelve roots times eight qualities, and their names.

Rules: a pitch class is an int 0-11 with C = 0; a chord symbol is `ROOT:QUALITY` or `ROOT:QUALITY/BASS` (the syntax of
Harte et al., ISMIR 2005, restricted to eight qualities), or `N` where nothing sounds.
"""

from __future__ import annotations

from dataclasses import dataclass

QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus": (0, 5, 7),
}  # intervals above the root, in semitones; the order is part of the vocabulary
SUFFIXES = {"maj": "", "min": "m", "7": "7", "maj7": "maj7", "min7": "m7", "dim": "dim", "aug": "aug", "sus": "sus4"}
SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
COMMON_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")  # the usual one where no key is known
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NO_CHORD = "N"


@dataclass(frozen=True, slots=True)
class Chord:
    """A root, a quality, and the pitch class sounding lowest (the root unless inverted)."""

    root: int
    quality: str
    bass: int

    def __post_init__(self) -> None:
        if not (0 <= self.root < 12 and 0 <= self.bass < 12 and self.quality in QUALITIES):
            raise ValueError(f"not a chord: root {self.root}, quality {self.quality!r}, bass {self.bass}")

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The chord's own pitch classes, without a foreign bass."""
        return pitch_classes(self.root, self.quality)

    @property
    def symbol(self) -> str:
        """The symbol that `parse_chord` reads back to this very chord."""
        slash = "" if self.bass == self.root else f"/{COMMON_NAMES[self.bass]}"
        return f"{COMMON_NAMES[self.root]}:{self.quality}{slash}"

    @property
    def name(self) -> str:
        """As musicians write it: `Am7`, `D7/F#`."""
        slash = "" if self.bass == self.root else f"/{COMMON_NAMES[self.bass]}"
        return f"{COMMON_NAMES[self.root]}{SUFFIXES[self.quality]}{slash}"


def pitch_class(name: str) -> int:
    """The pitch class, 0-11, of a letter with any sharps and flats. Raises ValueError for anything else."""
    if not name or name[0] not in LETTERS or name[1:].strip("#b"):
        raise ValueError(f"not a pitch class: {name!r}")
    return (LETTERS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def pitch_classes(root: int, quality: str) -> frozenset[int]:
    """The set of pitch classes of a quality on a root."""
    return frozenset((root + interval) % 12 for interval in QUALITIES[quality])


def parse_chord(symbol: str) -> Chord | None:
    """A chord from its symbol, None for `N`. Raises ValueError if it is no symbol of this vocabulary."""
    if symbol == NO_CHORD:
        return None
    root_name, colon, rest = symbol.partition(":")
    quality, slash, bass_name = rest.partition("/")
    if not colon or quality not in QUALITIES or (slash and not bass_name):
        raise ValueError(f"not a chord symbol: {symbol!r}")
    root = pitch_class(root_name)
    return Chord(root, quality, pitch_class(bass_name) if slash else root)


def pitch_name(pitch: int) -> str:
    """A MIDI pitch as name and octave, middle C (60) = C4."""
    return f"{COMMON_NAMES[pitch % 12]}{pitch // 12 - 1}"
