"""What playing costs: size and load time of each model, and one sixteenth of a band for 1, 8 and 32 players.

Players are stepped one after another, as the engine does; a full step is every model that decides at each sixteenth.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.generators.card import CARD_FILE
from bridge.generators.melody_model import MelodyModel
from bridge.generators.melody_notes import Where
from bridge.generators.model import AccompanimentModel, Heard
from bridge.music.vocabulary import HOLD, Spot, onset

PLAYERS: Final = (1, 8, 32)
STEPS: Final = 400  # sixteenths timed with one player; fewer with more, 50 at least
WARM: Final = 20
Figures = dict[str, Any]
Stepper = Callable[[int, int], None]
"""Takes a player's number and a step, and decides it."""


def size(folder: Path) -> Figures:
    """Bytes of all that playing opens, and parameters by the card."""
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    files = [file for file in folder.iterdir() if file.suffix == ".tflite"]
    return {"bytes": sum(file.stat().st_size for file in files), "parameters": card.get("parameters")}


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds that it takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def percentiles(times: list[float], worked: list[float]) -> Figures:
    """Median and 99th percentile in milliseconds; of time, and of the processor's, which other programs change less."""
    figures = {"p50_ms": times, "p99_ms": times, "p50_processor_ms": worked, "p99_processor_ms": worked}
    return {name: float(np.percentile(values, int(name[1:3]))) for name, values in figures.items()}


def accompanist(folder: Path, players: int) -> Stepper:
    """Players of one accompaniment model, each with a state of its own."""
    model = AccompanimentModel.load(folder)
    states = [model.start() for _ in range(players)]

    def step(player: int, number: int) -> None:
        token = onset(60 + number * 7 % 12) if number % 2 else HOLD
        heard = Heard(token, Spot(number % 16, 4, 4, number // 16), 0)
        states[player], _ = model.step(states[player], heard, temperature=model.temperature, random=number)

    return step


def melodist(folder: Path, players: int) -> Stepper:
    """Players of one melody model, each with a line; every second sixteenth is a note, heard and answered."""
    model = MelodyModel.load(folder)
    states = [model.start() for _ in range(players)]

    def step(player: int, number: int) -> None:
        if number % 2:
            time, where = 3 * number, Where(3 * number % 48, 4, 4, number // 16)
            states[player] = model.hear(states[player], time, 60 + number * 7 % 12, where, 0, 0)
            model.choose(states[player], temperature=model.temperature, random=number)

    return step


def costs(folders: dict[str, Path], steppers: dict[str, Callable[[Path, int], Stepper]]) -> Figures:
    """Sizes and load times by kind, then the cost of a sixteenth of all `steppers` together, by number of players."""
    figures: Figures = {"models": {}}
    for kind, folder in folders.items():
        figures["models"][kind] = size(folder)
        if kind in steppers:
            loading = [timed(lambda make=steppers[kind], where=folder: make(where, 1)) for _ in range(3)]  # type: ignore[misc]
            figures["models"][kind]["load_ms"] = min(loading)
    for players in PLAYERS:
        made = {kind: make(folders[kind], players) for kind, make in steppers.items() if kind in folders}
        if made:
            figures[f"{players}_player{'s' * (players > 1)}"] = _sixteenths(list(made.values()), players)
    for kind, make in steppers.items():
        if kind in folders:
            figures["models"][kind]["step"] = _sixteenths([make(folders[kind], 1)], 1)
    return figures


def _sixteenths(steppers: list[Stepper], players: int) -> Figures:
    """The cost of deciding one sixteenth for all players."""
    times, worked = [], []
    for number in range(WARM + max(50, STEPS // players)):
        began, ran = time.perf_counter(), time.thread_time()
        for player in range(players):
            for step in steppers:
                step(player, number)
        if number >= WARM:
            times.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.thread_time() - ran))
    return percentiles(times, worked)


def steppers() -> dict[str, Callable[[Path, int], Stepper]]:
    """How each kind that decides at every sixteenth is stepped."""
    return {"melody": melodist, "accompaniment": accompanist}
