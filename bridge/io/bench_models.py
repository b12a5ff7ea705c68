"""What models cost: their size, how long they take to open, and one sixteenth of everything for 1, 8 and 32 players.

Players are decided one after another, as the engine does. A full step is the band's (chord, bass, voicing, comping)
and, where there is a melody model, a note of the melody heard and the next one chosen.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any, Final

from bridge.engine.frame import Frame, Generator
from bridge.engine.measures import Measure
from bridge.generators import shelf
from bridge.generators.card import CARD_FILE
from bridge.generators.melody_model import KIND as MELODY
from bridge.generators.melody_model import MelodyModel
from bridge.generators.melody_notes import STEP_TWELFTHS, Where
from bridge.generators.model import KIND as ACCOMPANIMENT
from bridge.generators.model import AccompanimentModel
from bridge.io.bench_result import Spread, spread
from bridge.music.errors import ModelError
from bridge.music.listening import NOTHING
from bridge.music.timeline import STEP, Meter, place

PLAYERS: Final = (1, 8, 32)
OPENINGS: Final = 5  # times that each model is opened
GOAL: Final = 2.0  # milliseconds of a full step, for one player
Work = Callable[[int, int], None]  # takes a player's number and a step


@dataclass(frozen=True, slots=True)
class Opened:
    """A model folder: the bytes that playing reads, and how long it takes to open."""

    name: str
    size: int
    load: Spread


def opened() -> Iterator[Opened]:
    """Every accompaniment and melody model on the shelf, opened some times."""
    kinds: dict[str, Callable[[Path], Any]] = {ACCOMPANIMENT: AccompanimentModel.load, MELODY: MelodyModel.load}
    for name in shelf.names():
        folder = shelf.folder(name)
        load = kinds.get(str(json.loads((folder / CARD_FILE).read_text(encoding="utf-8")).get("kind")))
        if load is None:
            continue
        times = Measure()
        for _ in range(OPENINGS):
            began = perf_counter()
            load(folder)
            times.add((perf_counter() - began) * 1000)
        size = sum(file.stat().st_size for file in folder.glob("*.tflite")) + (folder / CARD_FILE).stat().st_size
        yield Opened(name, size, spread(times))


def band(mind: Generator, players: int) -> Work:
    """Players of one mind, each with a state of its own, who strike at every second sixteenth."""
    states = [mind.start() for _ in range(players)]

    def work(player: int, step: int) -> None:
        tick, struck = step * STEP, 60 + (player + 7 * step) % 12 if step % 2 else None
        frame = Frame(tick, place(tick, 0, Meter()), 120.0, struck, (), 90, NOTHING, step * 7919 + player, 0.5)
        states[player], _ = mind.step(states[player], frame)

    return work


def singer(players: int) -> Work | None:
    """Players of the melody model, who strike as those of `band` and are told what may follow; None without one."""
    try:
        model = MelodyModel.load(shelf.folder(MELODY))
    except ModelError:
        return None
    states = [model.start() for _ in range(players)]

    def work(player: int, step: int) -> None:
        if step % 2:
            where = Where(STEP_TWELFTHS * (step % 16), 4, 4, step // 16)
            states[player] = model.hear(states[player], STEP_TWELFTHS * step, 60 + (player + 7 * step) % 12, where)
            model.choose(states[player], temperature=model.temperature, random=step)

    return work


def sixteenths(works: list[Work], players: int, steps: int) -> tuple[Spread, Spread]:
    """Milliseconds that a sixteenth of all players takes, by the clock and by the processor's time.

    Only those at which a note was struck are counted, the dear ones.
    """
    times, worked = Measure(), Measure()
    for step in range(steps + 20):
        began, ran = perf_counter(), thread_time()
        for player in range(players):
            for work in works:
                work(player, step)
        if step >= 20 and step % 2:
            times.add((perf_counter() - began) * 1000)
            worked.add((thread_time() - ran) * 1000)
    return spread(times), spread(worked)


def batches(mind: Generator, steps: int) -> dict[int, tuple[Spread, Spread]]:
    """The full step by number of players, by the clock and by the processor's time."""
    found = {}
    for players in PLAYERS:
        sings = singer(players)
        works = [band(mind, players), *([sings] if sings else [])]
        found[players] = sixteenths(works, players, max(100, steps // players))
    return found
