"""The Note RNN's 38 events: one a sixteenth, as in Jaques et al., "Tuning Recurrent Neural Networks with RL" (2017).

0 note-off, 1 hold (no event: what sounds sounds on, silence stays silence), 2-37 the onset of MIDI pitch 48-83. A
note-off is said once; the silence after it is held. The released code swaps the first two between model and rules, so
that its rules take held notes for repeated rests; here both use these names (tests/test_rewards.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OFF, HOLD, FIRST = 0, 1, 2
LOW, HIGH = 48, 83  # MIDI pitches of the first and the last onset
EVENTS = FIRST + HIGH - LOW + 1
NONE = -1  # before the first event
BACK = (8, 12, 16, 24, 32)
"""How many sixteenths before the next event the network looks: half a bar, one and two of 4/4 and of 3/4 or 6/8."""
PAST = 1 + max(BACK)  # events that it has to remember

Events = NDArray[np.int32]
"""(..., steps), a piece or several of equal length."""


def event(pitch: int) -> int:
    """The onset of a pitch, moved by octaves into LOW..HIGH."""
    while pitch < LOW:
        pitch += 12
    while pitch > HIGH:
        pitch -= 12
    return pitch - LOW + FIRST


def pitch_of(number: int) -> int | None:
    """The pitch that begins with this event, None for a hold or a note-off."""
    return number - FIRST + LOW if number >= FIRST else None


def events_of(notes: Iterable[Sequence[float]], steps: int) -> Events:
    """Notes (onset, length, pitch), in sixteenths from the first step, as events; a later note cuts an earlier one.

    The pitches are taken as they are and must lie in LOW..HIGH.
    """
    events = np.full(steps, HOLD, np.int32)
    end = 0
    for onset, length, pitch in sorted(map(tuple, notes)):
        start = round(onset)
        if start >= steps:
            break
        if 0 < end < start:
            events[end] = OFF
        events[start] = int(pitch) - LOW + FIRST
        end = max(start + 1, round(onset + length))
    if 0 < end < steps:
        events[end] = OFF
    return events


def notes_of(events: Sequence[int] | NDArray[Any]) -> list[tuple[int, int, int]]:
    """The notes (onset, length, pitch) of one piece, in sixteenths; one that sounds at the end lasts to the end."""
    notes: list[tuple[int, int, int]] = []
    sounding: tuple[int, int] | None = None
    for step, number in enumerate([*map(int, events), OFF]):
        if number != HOLD and sounding is not None:
            notes.append((sounding[0], step - sounding[0], sounding[1]))
            sounding = None
        pitch = pitch_of(number)
        if pitch is not None:
            sounding = (step, pitch)
    return notes
