"""What a jam's player is learnt by: rounds of tuning a copy, each judged on the bars that were held back.

A copy plays if and only if, on the held-back bars and through the runtime that plays, it predicts the player better
than what plays now, by MARGIN bits a sixteenth at least and by SURE standard errors over the held-back groups of bars;
and if its chords stayed within DRIFT of the shipped weights'. The held-back bars choose nothing else: a round has a
fixed length, and what is refused is thrown away.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np

from bridge.generators.card import card_of, fingerprint
from bridge.generators.model import KIND, AccompanimentModel
from bridge.music.errors import ModelError
from bridge.training import accompaniment, pupil
from bridge.training.diary import Pages
from bridge.training.export import export
from bridge.training.loop import WEIGHTS_FILE
from bridge.training.network import weights_of
from bridge.training.pupil import Pupil, Reading

FEWEST: Final = 32  # bars in which a player was heard before the first round; eight of them are held back
MORE: Final = 16  # bars more before the next
MARGIN: Final = 0.02  # bits a sixteenth; less is not worth a change
SURE: Final = 2.0  # standard errors; of copies that are no better one in forty would pass
DRIFT: Final = 0.1  # nats a chord decision, on the held-back bars
DREAMS: Final = 24  # tunes that the shipped weights make up, some 16 bars each
NAME: Final = 16  # hexadecimal digits of a copy's name
INHERITED: Final = ("temperature", "training", "sources", "data", "learnt_from", "commit", "command")


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a round takes."""

    updates: int = 30
    rate: float = 1e-3
    """Adam's learning rate at its highest."""
    windows: int = 6
    """An update, of the player's; dreams come on top."""
    steps: int = 128
    """Sixteenths a window."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a round came to; a line of the learner's log."""

    player: int
    set: str
    bars: int
    held: int
    """Sixteenths held back."""
    before: float
    """Bits a held-back sixteenth, of what plays now."""
    after: float
    gain: float
    """Mean over the held-back groups of bars."""
    error: float
    """Standard error of that mean."""
    drift: float
    """Nats a held-back chord decision, from the shipped weights."""
    agree: float
    """Share of the held-back chord decisions with the same likeliest chord."""
    better: bool
    name: str
    """Of the copy, where it is better."""
    seconds: float
    terms: dict[str, float]
    """Of the loss in training, see `pupil`."""


def judge(pages: Pages, shipped: Reading, now: Reading, copy: Reading) -> dict[str, Any]:
    """The figures of a verdict."""
    held = pages.held
    if not held.any():
        raise ModelError("no bar is held back yet: play on")
    gains = now.bits - copy.bits
    groups = np.array([gains[held & (pages.groups == group)].mean() for group in np.unique(pages.groups[held])])
    error = float(groups.std(ddof=1) / len(groups) ** 0.5) if len(groups) > 1 else float("inf")
    beats = held & np.array([spot.on_beat for spot in pages.spots])
    old, new = (np.maximum(reading.chords[beats], 1e-9) for reading in (shipped, copy))
    drift = float((old * np.log(old / new)).sum(axis=1).mean())
    gain = float(groups.mean())
    return {
        "bars": pages.bars, "held": int(held.sum()), "before": float(now.bits[held].mean()),
        "after": float(copy.bits[held].mean()), "gain": gain, "error": error, "drift": drift,
        "agree": float((old.argmax(axis=1) == new.argmax(axis=1)).mean()),
        "better": gain > max(MARGIN, SURE * error) and drift < DRIFT,
    }  # fmt: skip


class Course:
    """One player's copies of one set of weights, in a folder; the latest that was better is what plays."""

    def __init__(self, player: int, which: str, base: Path, out: Path, effort: Effort) -> None:
        """`base` is the folder of the shipped weights. Raises ModelError where it cannot be learnt from."""
        self.player, self.which = player, which
        self.asked = 0  # bars at the last round
        self._base, self._out, self._effort = base, out, effort
        self._now = base
        self._dreamt: list[pupil.Windows] = []
        if not (base / WEIGHTS_FILE).is_file():
            raise ModelError(f"{base} has no {WEIGHTS_FILE} to learn from; export that model again")

    def due(self, bars: int) -> bool:
        """Whether there is enough to learn from for another round."""
        return bars >= max(FEWEST, self.asked + MORE)

    def round(self, pages: Pages, learner: Pupil) -> Verdict:
        """Tune a copy of what plays now, and judge it; one that is better is in the folder under its name."""
        began, effort = monotonic(), self._effort
        self.asked = pages.bars
        shipped = pupil.read(AccompanimentModel.load(self._base), pages)
        now = shipped if self._now == self._base else pupil.read(AccompanimentModel.load(self._now), pages)
        learner.begin(*map(weights_of, (self._now, self._base)))
        windows = pupil.Windows(pages, shipped.states, effort.steps, effort.seed)
        terms = learner.learn(windows, self._dreams(), effort.updates, effort.rate, effort.windows)
        self._out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._out, prefix=".unfinished-") as attic:
            trial = Path(attic) / "trial"
            card = export(accompaniment, learner.weights, trial, self._facts(pages))
            found = judge(pages, shipped, now, pupil.read(AccompanimentModel.load(trial), pages))
            name = fingerprint(card)[:NAME] if found["better"] else ""
            if name and not (self._out / name).exists():
                trial.rename(self._out / name)
            self._now = self._out / name if name else self._now
        return Verdict(self.player, self.which, **found, name=name, seconds=monotonic() - began, terms=terms)

    def _dreams(self) -> list[pupil.Windows]:
        """What the shipped weights make up by themselves."""
        if not self._dreamt:
            model, effort = AccompanimentModel.load(self._base), self._effort
            found = [pupil.dream(model, effort.seed * DREAMS + number, 2 * effort.steps) for number in range(DREAMS)]
            self._dreamt = [pupil.Windows(*each, effort.steps, effort.seed, dreamt=True) for each in found]
        return self._dreamt

    def _facts(self, pages: Pages) -> dict[str, Any]:
        """What a copy's card says: that of the shipped weights, and whom it was learnt from."""
        card = card_of(self._base, KIND)
        own = {key: card[key] for key in INHERITED if key in card}
        learnt = {"player": self.player, "set": self.which, "bars": pages.bars, "effort": asdict(self._effort)}
        return own | {"kind": KIND, "name": f"{self._base.name}, learnt", "set": self.which, "learnt": learnt}


def pupil_for(base: Path) -> Pupil:
    """A pupil of the shapes of these weights."""
    return Pupil(weights_of(base))
