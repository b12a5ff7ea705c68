"""What players' controls have learnt, kept in a file beside improv.toml, which is the user's and never written.

Rule 1. Writing happens on a thread of its own, into a new file that takes the old one's place: a crash, or a full disk,
costs at most the latest binding.
Rule 2. What cannot be read or written is said in a line and is no reason not to play.
"""

import json
import logging
import os
import threading
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from bridge.engine.controls import Bindings, Controls, Target, check_number, target
from bridge.engine.presets import Presets
from bridge.music.errors import WireError
from bridge.music.events import Output

LOG: Final = logging.getLogger(__name__)
FAREWELL: Final = 2.0  # seconds that the last writing gets at the end
HEAD: Final = """\
# What your controls have learnt: written by improv serve, read at its start. Take a line out to forget it.
"""

Learned = Mapping[int, Bindings]  # player -> bindings


def load(path: Path, presets: Presets) -> tuple[dict[int, dict[int, Target]], list[str]]:
    """The bindings in the file, none where there is no file; and what had to be left out, a line each."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError) as error:
        return {}, [f"{path} cannot be read ({error}); what was learnt is left out, and written anew by the next learn"]
    learned: dict[int, dict[int, Target]] = {}
    notes = []
    players = found.get("player")
    for player, bindings in players.items() if isinstance(players, dict) else ():
        for number, text in bindings.items() if isinstance(bindings, dict) else ():
            try:
                control, what = check_number(int(number)), target(str(text), presets)
                learned.setdefault(int(player), {})[control] = what
            except (WireError, ValueError) as error:
                notes.append(f"{path}: player {player}, control {number} is left out: {error}")
    return learned, notes


def written(learned: Learned) -> str:
    """The file's text."""
    parts = [HEAD]
    for player, bindings in learned.items():
        lines = [f"{number} = {json.dumps(str(what), ensure_ascii=False)}" for number, what in bindings.items()]
        parts.append("\n".join([f"[player.{player}]", *lines]) + "\n")
    return "\n".join(parts)


def save(learned: Learned, path: Path) -> None:
    """Put the file in the old one's place. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(written(learned))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise


class Keeper:
    """A shell that writes what was learnt; open from enter to exit."""

    def __init__(self, controls: Controls, path: Path) -> None:
        self.written = 0  # files
        self._controls, self._path = controls, path
        self._seen = controls.changes
        self._queue: SimpleQueue[Learned | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._keep, name="learned", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.put(None)
        self._thread.join(FAREWELL)

    def send(self, outputs: Iterable[Output]) -> None:
        """Whatever is said: look whether something was learnt, on the thread that owns the jam; returns at once."""
        if self._controls.changes != self._seen:
            self._seen = self._controls.changes
            self._queue.put(self._controls.learned())

    def _keep(self) -> None:
        while (learned := self._queue.get()) is not None:
            try:
                save(learned, self._path)
                self.written += 1
            except OSError as error:
                LOG.warning("what was learnt is not kept: %s cannot be written (%s)", self._path, error.strerror)
