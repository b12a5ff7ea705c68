"""Melodies as the Note RNN learns them: pieces of events, moved to any key.

A tune becomes one piece, or several where it is silent for a bar of 4/4 or longer; a piece begins with its first onset.
Tunes off the grid of sixteenths are left out, and pieces that no transposition brings into the 36 pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.note_events import FIRST, HIGH, HOLD, LOW, Events, events_of
from bridge.music.vocabulary import GENRES
from bridge.training.corpus import Tune
from bridge.training.melody_lines import SHARES

SILENCE = 16  # sixteenths without a note that end a piece
SHORTEST = 16  # sixteenths; a shorter piece is no melody
SPAN = HIGH - LOW


@dataclass(frozen=True, slots=True)
class Piece:
    """A melody."""

    genre: int
    events: Events  # (steps,)
    bars: tuple[int, ...]
    """Steps at which a bar begins with an onset."""
    meter: tuple[int, int]


def pieces_of(tunes: Sequence[Tune]) -> list[Piece]:
    """The pieces of these tunes."""
    found = []
    for tune in tunes:
        if tune.rounded == 0 and all(duration == int(duration) for _, duration, _ in tune.notes):
            found += [p for notes in phrases(tune.notes) if (p := piece(notes, tune)) is not None]
    return found


def phrases(notes: Sequence[tuple[float, float, int]]) -> list[list[tuple[float, float, int]]]:
    """Notes divided where nothing sounds for SILENCE."""
    parts: list[list[tuple[float, float, int]]] = [[]]
    end = notes[0][0] if notes else 0.0
    for note in notes:
        if note[0] - end >= SILENCE:
            parts.append([])
        parts[-1].append(note)
        end = max(end, note[0] + note[1])
    return parts


def piece(notes: Sequence[tuple[float, float, int]], tune: Tune) -> Piece | None:
    """A stretch of a tune, its middle moved by octaves to the middle of the range; None if too short or too wide."""
    pitches = [pitch for _, _, pitch in notes]
    begin, end = notes[0][0], max(onset + length for onset, length, _ in notes)
    low, high = min(pitches), max(pitches)
    up = 12 * round(((LOW + HIGH) - (low + high)) / 24)
    for octave in (up, up - 12, up + 12):
        if low + octave >= LOW and high + octave <= HIGH and end - begin >= SHORTEST:
            moved = [(onset - begin, length, pitch + octave) for onset, length, pitch in notes]
            events = events_of(moved, int(end - begin))
            bars = [round(bar - begin) for bar in tune.bars if 0 <= bar - begin < len(events)]
            struck = tuple(bar for bar in bars if events[bar] >= FIRST)
            return Piece(tune.genre_index, events, struck, tune.meter)
    return None


def moved(events: Events, shift: int) -> Events:
    """Events with their pitches moved by semitones, by as many octaves less as keep them within the 36 pitches.

    Raises ValueError where their span is too wide.
    """
    struck = events[events >= FIRST]
    if not len(struck):
        return events
    top = HIGH - LOW + FIRST
    for octave in (0, -12, 12, -24, 24):
        if struck.min() + shift + octave >= FIRST and struck.max() + shift + octave <= top:
            return np.where(events >= FIRST, events + shift + octave, events).astype(np.int32)
    raise ValueError("no octave brings these notes into the 36 pitches")


def keys_of(events: Events) -> list[int]:
    """The shifts -6..5 that `moved` can do."""
    struck = events[events >= FIRST]
    width = int(struck.max() - struck.min()) if len(struck) else 0
    if width <= SPAN - 11:
        return list(range(-6, 6))
    found = []
    for shift in range(-6, 6):
        try:
            moved(events, shift)
            found.append(shift)
        except ValueError:
            continue
    return found


class Windows:
    """An endless stream of windows: genres by share, pieces by the square root of their length, in any key."""

    def __init__(self, pieces: Sequence[Piece], steps: int, seed: int) -> None:
        self.steps, self.seed = steps, seed
        self.shelves: dict[int, list[Piece]] = {}
        for each in pieces:
            self.shelves.setdefault(each.genre, []).append(each)
        self.genres = sorted(self.shelves)
        shares = np.array([SHARES.get(GENRES[genre], 0.1) if genre >= 0 else 0.1 for genre in self.genres])
        self.shares = shares / shares.sum()
        lengths = {genre: np.sqrt([len(p.events) for p in shelf]) for genre, shelf in self.shelves.items()}
        self.chances = {genre: each / each.sum() for genre, each in lengths.items()}

    def batch(self, size: int, number: int) -> dict[str, NDArray[Any]]:
        """Batch `number`, a pure function of the seed and the number: `events` (size, steps), `valid` likewise.

        Half the windows begin where their piece does, the others at a bar line on which a note begins.
        """
        random = np.random.default_rng((self.seed, number))
        rows = []
        for choice in random.choice(len(self.genres), size, p=self.shares):
            genre = self.genres[choice]
            shelf = self.shelves[genre]
            one = shelf[random.choice(len(shelf), p=self.chances[genre])]
            later = [bar for bar in one.bars if bar + SHORTEST <= len(one.events)]
            begin = later[random.integers(len(later))] if later and random.random() < 0.5 else 0
            rows.append(stretch(moved(one.events, random.choice(keys_of(one.events))), begin, self.steps))
        return {key: np.stack([row[key] for row in rows]) for key in rows[0]}


def stretch(events: Events, begin: int, steps: int) -> dict[str, NDArray[Any]]:
    """`steps` events from `begin`; beyond the end `valid` is 0."""
    part = events[begin : begin + steps]
    missing = steps - len(part)
    valid = np.pad(np.ones(len(part), np.float32), (0, missing))
    return {"events": np.pad(part, (0, missing), constant_values=HOLD).astype(np.int32), "valid": valid}


__all__ = ["Piece", "Windows", "moved", "pieces_of", "stretch"]
