"""How well the player is foreseen: by the accompanist's third head, at every step before it is heard.

A grid of sixteenths flatters whoever predicts that nothing happens, so onsets are counted apart. `bits_per_onset` is
all that the line costs, holds and rests too, divided by its notes: it compares models with and without a grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bridge.generators.model import Decision
from bridge.music.vocabulary import FIRST_ONSET
from bridge.training.corpus import Tune
from bridge.training.tally import Figures, Tally, ratio

FLOOR = 1e-6  # the least chance that counts; a note beyond the candidates costs 19.9 bits
BEST = 5


@dataclass(slots=True)
class Foresight:
    """Sums over one tune; told each step's decision, it looks up what the player then did."""

    melody: Sequence[int]
    """Tokens of the tune."""
    steps: int = 0
    onsets: int = 0
    beyond: int = 0
    """Onsets of a pitch that was no candidate."""
    first: int = 0
    """Onsets whose pitch was thought the likeliest."""
    best: int = 0
    """Onsets whose pitch was among the BEST likeliest."""
    onset_bits: float = 0.0
    """At onsets: that one comes, and which."""
    pitch_bits: float = 0.0
    """At onsets: which, given that one comes."""
    quiet_bits: float = 0.0
    """At holds and rests."""

    def __call__(self, step: int, decision: Decision) -> None:
        """Count a step."""
        token, chances = int(self.melody[step]), decision.melody_chances
        self.steps += 1
        if token < FIRST_ONSET:
            self.quiet_bits -= float(np.log2(max(FLOOR, float(chances[token]))))
            return
        self.onsets += 1
        onsets = chances[2:]
        at = np.flatnonzero(decision.melody_pitches == token - FIRST_ONSET)
        chance = float(onsets[at[0]]) if len(at) else 0.0
        rank = int((onsets > chance).sum()) if len(at) else len(onsets)
        self.beyond += not len(at)
        self.first += rank == 0
        self.best += rank < BEST
        self.onset_bits -= float(np.log2(max(FLOOR, chance)))
        self.pitch_bits -= float(np.log2(max(FLOOR, chance / max(FLOOR, float(onsets.sum())))))


def foresight(tune: Tune) -> Foresight:
    """Nothing counted yet."""
    return Foresight(tune.melody.tolist())


def prediction_figures(found: Sequence[Foresight]) -> Figures:
    """Figures over all steps of these tunes."""
    tally, tunes = Tally(), len(found)
    sounding = sum(f.onsets > 0 for f in found)
    steps, onsets = sum(f.steps for f in found), sum(f.onsets for f in found)
    at_onsets, quiet = sum(f.onset_bits for f in found), sum(f.quiet_bits for f in found)
    tally.put("onset_pitch_top_1", ratio(sum(f.first for f in found), onsets), sounding)
    tally.put(f"onset_pitch_top_{BEST}", ratio(sum(f.best for f in found), onsets), sounding)
    tally.put("bits_per_onset", ratio(at_onsets + quiet, onsets), sounding)
    tally.put("bits_at_onsets", ratio(at_onsets, onsets), sounding)
    tally.put("pitch_bits_at_onsets", ratio(sum(f.pitch_bits for f in found), onsets), sounding)
    tally.put("bits_at_holds_and_rests", ratio(quiet, steps - onsets), tunes)
    tally.put("bits_per_step", ratio(at_onsets + quiet, steps), tunes)
    tally.put("onsets_beyond_the_candidates_share", ratio(sum(f.beyond for f in found), onsets), sounding)
    return {"tunes": tunes, "onsets": onsets, **tally.done()}
