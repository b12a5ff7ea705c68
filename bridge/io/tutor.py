"""The tutor: the process that learns from a running jam, as the engine knows it.

Rule 1. It hears the jam by its log alone, and is never waited for. Where it ends early, one warning says so; the jam,
and what was learnt until then, go on.
Rule 2. Weights that it made are opened and warmed up on a thread of our own, given to the band, and only then named to
the jam by an event: so a step never waits for a file, and the log knows from when they play.
"""

import importlib.util
import logging
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from queue import Empty
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Protocol, Self

from bridge.generators.model import AccompanimentModel, Heard
from bridge.io.child import Child
from bridge.music.entries import Entry, Received
from bridge.music.errors import BridgeError, ModelError
from bridge.music.events import Event, Weights
from bridge.music.log import Reader
from bridge.music.vocabulary import Spot

LOG: Final = logging.getLogger(__name__)
NEEDS: Final = "tensorflow"
LOOK: Final = 0.5  # seconds between looks whether the jam has ended
FAREWELL: Final = 5.0  # seconds that the thread may take to end
WARM: Final = 4  # steps of new weights before they play; the first takes many times as long


class Pupil(Protocol):
    """A band that can be given weights."""

    def learn(self, name: str, which: str, model: AccompanimentModel) -> None:
        """Weights by name, and the set that they are a copy of."""
        ...


def teachable(mind: Any) -> Pupil:
    """The mind, if it can learn here. Raises BridgeError with what to do."""
    if not hasattr(mind, "learn"):
        raise BridgeError(f"{mind.name} does not learn: leave out --learn, or name a trained model with --model")
    if importlib.util.find_spec(NEEDS) is None:
        raise BridgeError(f"--learn needs {NEEDS}: pip install 'improv-bridge[training]'")
    pupil: Pupil = mind
    return pupil


def beside(log: Path) -> Path:
    """The folder of what is learnt from a log."""
    return log.with_suffix(".learnt")


def opened(folder: Path) -> tuple[str, AccompanimentModel]:
    """Weights that were learnt, ready to play at once, and the set that they are a copy of. Raises ModelError."""
    model = AccompanimentModel.load(folder)
    state = model.start()
    for step in range(WARM):
        state, _ = model.step(state, Heard(place=Spot(step)), temperature=1.0, random=step)
    return str(model.card.get("set", "")), model


def recall(log: Path, mind: Any) -> int:
    """Give a mind all weights that a recorded jam came to play with; how many. Raises ModelError if they are gone."""
    with log.open("rb") as file:
        lines = chain([file.readline()], (line for line in file if b'"weights",' in line))
        named = {name for entry in Reader(lines, str(log)) for name in _named(entry)}
    for name in sorted(named):
        folder = beside(log) / name
        if not folder.is_dir():
            raise ModelError(f"the jam learnt weights that are not here: put {folder} back beside its log")
        which, model = opened(folder)
        mind.learn(name, which, model)
    return len(named)


def _named(entry: Entry) -> list[str]:
    """The weights that an entry asks for, if any."""
    match entry:
        case Received(Weights(_, name), _) if name:
            return [name]
    return []


class Tutor:
    """A learner beside a jam, from enter to exit."""

    def __init__(self, log: Path, band: Pupil, enqueue: Callable[[Event, float], object], *command: str) -> None:
        """`command` stands for the learner's own, in tests."""
        self.given = 0  # copies that came to play
        self._log, self._band, self._enqueue = log, band, enqueue
        self._child = Child(*(command or ("-m", "bridge.training.learner", str(log), "--follow")))
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="tutor", daemon=True)

    def __enter__(self) -> Self:
        """Start the process; raises PortError."""
        self._child.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._child.__exit__(kind, error, trace)
        self._thread.join(FAREWELL)
        self._tidy()

    def still(self, wanted: bool, /) -> None:
        """Let the process stand still, or go on: it shares caches and memory with the engine, whatever its priority."""
        self._child.still(wanted)

    def _tidy(self) -> None:
        """What the process was at when it was ended is of no use to anybody."""
        for attic in beside(self._log).glob(".unfinished*"):
            shutil.rmtree(attic, ignore_errors=True)
        with suppress(OSError):
            beside(self._log).rmdir()  # if nothing came of it

    def _work(self) -> None:
        """The thread: take what the process says until it ends."""
        while not self._ending.is_set():
            try:
                message = self._child.next(LOOK)
            except Empty:
                continue
            if message is None:
                break
            if message["event"] == "learnt":
                self._take(message)
        if not self._ending.is_set():
            LOG.warning("no more is learnt from this jam, which goes on: %s", self._child.complaint() or "it has ended")

    def _take(self, message: dict[str, Any]) -> None:
        try:
            player, name = int(message["player"]), str(message["name"])
            which, model = opened(Path(str(message["folder"])))
        except (ModelError, KeyError, ValueError) as error:
            LOG.warning("what was learnt cannot be played: %s", error)
            return
        self._band.learn(name, which, model)
        self._enqueue(Weights(player, name), perf_counter())
        self.given += 1
