"""Many tunes played by many models in several ways, in one process or several, with a bar of progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bridge.generators.model import AccompanimentModel
from bridge.training.corpus import Tune
from bridge.training.measures import Performance
from bridge.training.perform import STEPS, Given, blind, fed, perform, primed, shifted, spots, unaccompanied
from bridge.training.predict import Foresight, foresight

PRIMED: Final = 8  # beats of the human's own harmony
CURVE: Final = 48  # beats that the curves after a start and after a jump show
AFTER: Final = 6 * CURVE  # steps that these beats last at most
CHUNK: Final = 8  # tunes that a process plays at a time


@dataclass(frozen=True, slots=True)
class Settings:
    """How the playing is done."""

    seed: int = 0
    temperature: float | None = None
    """None: each model's own."""
    steps: int = STEPS
    """Sixteenths of a tune that are judged."""
    jobs: int = 1
    """Processes."""
    blind_tunes: int = 12
    """Tunes of each genre that are also played blind (a bar of it costs six times as much)."""
    context_tunes: int = 24
    """Tunes of each genre in which the player is foreseen with other accompaniments as well."""


@dataclass(frozen=True, slots=True)
class Order:
    """Tunes to be played by one model in one way."""

    model: Path
    way: str
    tunes: tuple[Tune, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class Played:
    """What was played to one tune, and how well the player was foreseen (where that was asked for)."""

    performance: Performance
    foresight: Foresight | None = None


def cold(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """From nothing, hearing the melody and itself."""
    return _foreseeing(model, tune, temperature, settings, None)


def with_human(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """With the human's chords and bass in place of its own past."""
    return _foreseeing(model, tune, temperature, settings, fed(tune))


def with_nothing(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """With silence in place of its own past."""
    return _foreseeing(model, tune, temperature, settings, unaccompanied(tune))


def _foreseeing(
    model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings, given: Given | None
) -> Played:
    watch = foresight(tune)
    played = perform(model, tune, temperature, settings.seed, steps=settings.steps, given=given, watch=watch)
    return Played(played, watch)


def after_priming(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """Eight beats of the human's harmony, then itself."""
    steps = min(AFTER, settings.steps)
    return Played(perform(model, tune, temperature, settings.seed, steps=steps, given=primed(tune, PRIMED)))


def after_a_jump(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """The tune jumps six semitones at beat 17."""
    return Played(perform(model, shifted(tune), temperature, settings.seed, steps=min(AFTER, settings.steps)))


def blind_for_a_beat(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """The melody comes a beat late."""
    delay = spots(tune)[0].beat_steps
    return Played(blind(model, tune, temperature, settings.seed, delay, steps=settings.steps))


def blind_for_a_bar(model: AccompanimentModel, tune: Tune, temperature: float, settings: Settings) -> Played:
    """The melody comes a bar late."""
    delay = spots(tune)[0].bar_steps
    return Played(blind(model, tune, temperature, settings.seed, delay, steps=settings.steps))


WAYS: Final[dict[str, Callable[[AccompanimentModel, Tune, float, Settings], Played]]] = {
    "cold": cold,
    "human": with_human,
    "nothing": with_nothing,
    "primed": after_priming,
    "jump": after_a_jump,
    "blind_beat": blind_for_a_beat,
    "blind_bar": blind_for_a_bar,
}


def play(order: Order) -> list[Played]:
    """Carry out one order."""
    model = AccompanimentModel.load(order.model)
    asked = order.settings.temperature
    temperature = model.temperature if asked is None else asked
    return [WAYS[order.way](model, tune, temperature, order.settings) for tune in order.tunes]


class Stage:
    """Where orders are carried out, one after another or in several processes at once."""

    def __init__(self, settings: Settings, progress: Progress, pool: ProcessPoolExecutor | None) -> None:
        self.settings = settings
        self._progress = progress
        self._pool = pool

    def play(self, model: Path, way: str, tunes: Sequence[Tune]) -> list[Played]:
        """Every tune, in order."""
        parts = [tuple(tunes[i : i + CHUNK]) for i in range(0, len(tunes), CHUNK)]
        orders = [Order(model, way, part, self.settings) for part in parts]
        task = self._progress.add_task(f"{model.name}, {way.replace('_', ' ')}", total=len(tunes))
        played: list[Played] = []
        for part in (self._pool.map if self._pool else map)(play, orders):
            played += part
            self._progress.advance(task, len(part))
        return played

    def begin(self, title: str, work: Callable[..., Any], *args: Any) -> Callable[[], Any]:
        """Begin other work, in a process of its own where there are several; what waits for its result."""
        task = self._progress.add_task(title, total=None)
        future = self._pool.submit(work, *args) if self._pool else None

        def result() -> Any:
            done = future.result() if future else work(*args)
            self._progress.update(task, total=1, completed=1)
            return done

        return result


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    """A stage, with its processes ended at the end; progress is shown in a terminal."""
    columns = (TextColumn("{task.description:32}"), BarColumn(), TextColumn("{task.completed}"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
    with progress:
        if settings.jobs <= 1:
            yield Stage(settings, progress, None)
            return
        with ProcessPoolExecutor(settings.jobs, mp_context=get_context("spawn")) as pool:
            yield Stage(settings, progress, pool)
