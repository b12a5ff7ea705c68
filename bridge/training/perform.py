"""What a model plays to a tune: free-running, primed, fed with a human's past, or blind to the last bar.

Unless told otherwise it starts cold and hears the melody strictly before each sixteenth and its own past, nothing else.
A step's draws depend on (seed, tune, step) alone, so a tune is played alike in any company.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from bridge.generators.model import AccompanimentModel, Decision, Heard, State
from bridge.music.vocabulary import FIRST_ONSET, HOLD, NO_CHORD, REST, Spot
from bridge.training.corpus import Tune, transposed_chords, transposed_line
from bridge.training.measures import BEATS, Performance, human

Array = Any
STEPS: Final = 4 * BEATS
Watch = Callable[[int, Decision], None]
"""Is told every step and its decision."""


@dataclass(frozen=True, slots=True)
class Given:
    """A past that is put in place of the model's own, for the first `steps` steps."""

    chords: Array  # (steps,) classes
    bass: Array  # (steps,) tokens, or (0,): the model's own stay
    steps: int


def spots(tune: Tune) -> list[Spot]:
    """Where each step lies."""
    return [Spot(*map(int, row)) for row in tune.spots]


def key_of(tune: Tune, seed: int) -> int:
    """What names the draws of a tune's first step; those of others follow by a million and less."""
    name = f"{tune.source} {tune.name} {tune.steps}".encode()
    return ((seed << 32) + zlib.crc32(name)) * 1_000_000


def perform(
    model: AccompanimentModel,
    tune: Tune,
    temperature: float,
    seed: int,
    *,
    steps: int = STEPS,
    given: Given | None = None,
    watch: Watch | None = None,
) -> Performance:
    """What the model plays to the first `steps` of a tune."""
    state, token, key = model.start(), REST, key_of(tune, seed)
    chords, bass = [], []
    for step, spot in enumerate(spots(tune)[:steps]):
        heard = Heard(token, spot, tune.genre_index)
        after, decision = model.step(state, heard, temperature=temperature, random=key + step)
        if watch:
            watch(step, decision)
        chord, low = decision.chord, decision.bass
        if given and step < given.steps:
            chord = int(given.chords[step])
            low = int(given.bass[step]) if len(given.bass) else low
            after = forced(state, after, chord, low)
        state, token = after, int(tune.melody[step])
        chords.append(chord)
        bass.append(low)
    return Performance(tune, np.array(chords), np.array(bass))


def forced(before: State, after: State, chord: int, bass: int) -> State:
    """The state `after` a step that began in `before`, had this chord class and bass token sounded instead.

    As `training.past.remember` writes it; the chord so far is in no other place of the state until the next step.
    """
    memory = after.memory.copy()
    was = before.memory[0]
    memory[0, 2] = chord
    memory[0, 3] = min(int(was[3]) + 1, 64) if int(was[2]) == chord else 1
    begins = bass >= FIRST_ONSET
    memory[0, 4] = bass - FIRST_ONSET if begins else was[4]
    memory[0, 5] = 1 if begins else was[5] if bass == HOLD else 0
    memory[0, 6] = 1 if begins else min(int(was[6]) + 1, 64)
    return replace(after, memory=memory)


def primed(tune: Tune, beats: int) -> Given:
    """The human's chords and bass for the first `beats` beats."""
    edges = np.flatnonzero(tune.decisions)
    theirs = human(tune, tune.steps)
    return Given(theirs.chords, theirs.bass, int(edges[beats]) if len(edges) > beats else tune.steps)


def fed(tune: Tune) -> Given:
    """The human's chords and bass throughout."""
    theirs = human(tune, tune.steps)
    return Given(theirs.chords, theirs.bass, tune.steps)


def unaccompanied(tune: Tune) -> Given:
    """Silence throughout, in place of an accompaniment."""
    return Given(np.full(tune.steps, NO_CHORD), np.full(tune.steps, REST), tune.steps)


def shifted(tune: Tune) -> Tune:
    """The tune, human chords and all, six semitones up from beat 17 on (the perturbation of Wu et al., ICML 2024)."""
    edges = np.flatnonzero(tune.decisions)
    later = np.arange(tune.steps) >= (edges[16] if len(edges) > 16 else tune.steps)
    sounding = np.where(later & (tune.sounding >= 0), (tune.sounding + 6) % 12, tune.sounding)
    melody = np.where(later, transposed_line(tune.melody, 6), tune.melody)
    chords = np.where(later, transposed_chords(tune.chords, 6), tune.chords)
    return replace(tune, sounding=sounding, melody=melody, chords=chords)


def blind(
    model: AccompanimentModel, tune: Tune, temperature: float, seed: int, delay: int, *, steps: int = STEPS
) -> Performance:
    """What the model plays when the melody reaches it `delay` steps (1 or more) late.

    At every beat it starts from the state of `delay` steps ago, the latest that it has truly heard up to, and plays on
    against the melody that it expects, under the chords that have sounded meanwhile; what it then decides counts.
    Only chords are measured so: the bass of the state is what the model plays with the melody at hand.
    """
    key, spot, genre = key_of(tune, seed), spots(tune)[:steps], tune.genre_index
    state, ring, chord = model.start(), deque[State](), NO_CHORD
    chords: list[int] = []

    def ahead(first: int, last: int, heard: int) -> int:
        """The chord at step `last`, from the state before step `first`."""
        future = ring[0]
        for step in range(first, last + 1):
            after, decision = model.step(
                future, Heard(heard, spot[step], genre), temperature=temperature, random=key + 500_000 + step
            )
            if step < last:
                after = forced(future, after, chords[step], decision.bass)
            future, heard = after, decision.melody
        return decision.chord

    for step in range(len(spot)):
        ring.append(state)
        if len(ring) > delay + 1:
            ring.popleft()
        first = step - len(ring) + 1
        if spot[step].on_beat:
            heard = int(tune.melody[first - 1]) if first > 0 else REST
            chord = ahead(first, step, heard) if step >= delay else NO_CHORD
        chords.append(chord)
        token = int(tune.melody[step - 1]) if step else REST
        after, decision = model.step(state, Heard(token, spot[step], genre), temperature=temperature, random=key + step)
        state = forced(state, after, chord, decision.bass)
    return Performance(tune, np.array(chords), np.zeros(0, np.int16))
