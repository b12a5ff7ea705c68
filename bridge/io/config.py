"""improv.toml: what players begin with, presets, and what controls do.

Rule 1. `--config FILE` is read, else ./improv.toml, else the one in the user's folder; `--config none` reads nothing.
Rule 2. Whatever is wrong in it ends the start with one line: file, line, table, name, what is allowed.
Rule 3. It is never written; what controls learn goes into improv-controls.toml beside it, or into the user's folder.
"""

import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from bridge.engine.console import Desk
from bridge.engine.controls import Bindings, Controls, Target, check_number, target
from bridge.engine.parameters import SHARED
from bridge.engine.presets import Presets, Values, Word, check_name, checked, fitted, suggestion
from bridge.io import learned
from bridge.music.errors import BridgeError, WireError
from bridge.music.events import EVERYONE

FILE: Final = "improv.toml"
LEARNED: Final = "improv-controls.toml"
FOLDER: Final = "improv-bridge"  # within the user's configuration
NONE: Final = "none"  # as --config: no file
TABLES: Final = ("settings", "player", "presets", "controls")
LARGEST: Final = 65535  # player
CLOCK: Final = ("tempo", "link")  # are of the engine's own clock, which begins before any player

Wish = tuple[int, str, Word]  # player, 0 for everyone; parameter; value: as --set has it
Layer = tuple[int, Values]


@dataclass(frozen=True, slots=True)
class Config:
    """What was read; `learned` None: nothing is kept."""

    path: Path | None = None
    learned: Path | None = None
    layers: tuple[Layer, ...] = ()
    presets: Mapping[str, Values] = field(default_factory=dict)
    controls: Bindings = field(default_factory=dict)

    def desk(self, defaults: Values, wishes: Sequence[Wish] = ()) -> tuple[Desk, list[str]]:
        """The desk of a jam, the command line's wishes above the file's; and what had to be left out, a line each.

        Raises BridgeError where a wish does not fit.
        """
        asked: dict[int, dict[str, Word]] = {}
        for player, name, value in wishes:
            try:
                asked.setdefault(player, {})[name] = _beginning(player, name, value, Presets(self.presets))
            except WireError as error:
                raise BridgeError(f"--set {f'{player}:' if player else ''}{name}={value}: {error}") from None
        presets = Presets(self.presets, (*self.layers, *sorted(asked.items())), defaults)
        known, notes = learned.load(self.learned, presets) if self.learned else ({}, [])
        return Desk(presets, Controls(self.controls, known)), notes


def user_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where a user's own configuration lies."""
    if platform == "win32":
        base = environ.get("APPDATA") or "~/AppData/Roaming"
    elif platform == "darwin":
        base = "~/Library/Application Support"
    else:  # XDG Base Directory Specification 0.8: a relative path is to be ignored
        named = environ.get("XDG_CONFIG_HOME", "")
        base = named if named.startswith("/") else "~/.config"
    return Path(base).expanduser() / FOLDER


def read(name: str | None, environ: Mapping[str, str] | None = None) -> Config:
    """The file called `name`, or the first of the usual ones that is there. Raises BridgeError."""
    if name == NONE:
        return Config()
    own = user_folder(os.environ if environ is None else environ)
    places = [Path(name).expanduser()] if name is not None else [Path(FILE), own / FILE]
    for path in places:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise BridgeError(f"{path} cannot be read ({error}): it is a text file in UTF-8") from None
        return _Reader(path, text).config()
    if name is not None:
        raise BridgeError(f"there is no file {name}; --config takes a file like improv.toml, or {NONE}")
    return Config(None, own / LEARNED)


def _beginning(player: int, name: str, value: object, presets: Presets) -> Word:
    """A value that a player may begin with. Raises WireError."""
    if name == "learn":
        raise WireError("learn is asked for while you play: improv learn NAME")
    if name in CLOCK:
        raise WireError(f"{name} is the clock's: improv serve --tempo BPM or --link; while you play, improv set {name}")
    if name == "preset":
        return presets.check(value)
    if player != EVERYONE and name in SHARED:
        raise WireError(f"{name} is for all players together: it belongs into [settings]")
    return fitted(name, value)


class _Reader:
    """One file's text, read table by table; whatever it raises is a BridgeError that says where."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        try:
            self._data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:  # says the line itself
            raise BridgeError(f"{path} is no TOML: {error}") from None

    def config(self) -> Config:
        """All of it."""
        for name in self._data:
            if name not in TABLES:
                self._refuse(
                    "", name, f"there is no table [{name}], but [{'], ['.join(TABLES)}]{suggestion(name, TABLES)}"
                )
        named = {str(name): self._preset(str(name), values) for name, values in self._table("presets").items()}
        presets = Presets(named)
        layers: list[Layer] = [(EVERYONE, self._layer(EVERYONE, "settings", self._table("settings"), presets))]
        for number, values in self._table("player").items():
            if not (number.isdecimal() and number.isascii() and 1 <= int(number) <= LARGEST):
                self._refuse("player", number, f"a player is a number from 1 to {LARGEST}")
            layers.append((int(number), self._layer(int(number), f"player.{number}", values, presets)))
        controls = {}
        for number, text in self._table("controls").items():
            controls[self._number(number)] = self._target(number, text, presets)
        return Config(self._path, self._path.with_name(LEARNED), tuple(layers), named, controls)

    def _table(self, name: str) -> dict[str, Any]:
        values = self._data.get(name, {})
        if not isinstance(values, dict):
            self._refuse("", name, f"[{name}] is a table: a line of its own, then NAME = VALUE on the lines below it")
        return values

    def _preset(self, name: str, values: object) -> dict[str, Word]:
        where = f"presets.{name}"
        try:
            check_name(name)
        except WireError as error:
            self._refuse("presets", name, str(error))
        if not isinstance(values, dict):
            self._refuse("presets", name, f"a preset is a table: [presets.{name}], then NAME = VALUE below it")
        for each, value in values.items():
            try:
                checked({each: value})
            except WireError as error:
                self._refuse(where, each, str(error))
        return checked(values)

    def _layer(self, player: int, table: str, values: object, presets: Presets) -> dict[str, Word]:
        if not isinstance(values, dict):
            self._refuse("player", str(player), f"[{table}] is a table: NAME = VALUE below it")
        layer: dict[str, Word] = {}
        for name, value in values.items():
            try:
                layer[name] = _beginning(player, name, value, presets)
            except WireError as error:
                self._refuse(table, name, str(error))
        return layer

    def _number(self, number: str) -> int:
        try:
            return check_number(int(number))
        except (WireError, ValueError):
            self._refuse("controls", number, "a control is its number, 0 to 119")

    def _target(self, number: str, text: object, presets: Presets) -> Target:
        try:
            return target(text if isinstance(text, str) else repr(text), presets)
        except WireError as error:
            self._refuse("controls", number, str(error))

    def _refuse(self, table: str, name: str, text: str) -> NoReturn:
        line = line_of(self._text, table, name)
        place = f", line {line}" if line else ""
        raise BridgeError(f"{self._path}{place}{f': [{table}]' if table else ''}: {text}")


def line_of(text: str, table: str, name: str) -> int:
    """The line, from 1, on which a table sets a name, or on which that table begins; 0 where it is not plain to see."""
    here, wanted = "", f"{table}.{name}".lstrip(".")
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[+([^\[\]]+)\]", line):
            here = found = _plain(head[1])
        elif key := re.match(r"([^=#]+)=", line):
            found = f"{here}.{_plain(key[1])}".lstrip(".")
        else:
            continue
        if found == wanted or found.startswith(f"{wanted}."):
            return number
    return 0


def _plain(key: str) -> str:
    """A key, dotted or not, without its quotes and blanks."""
    return re.sub(r"[\"'\s]*\.[\"'\s]*", ".", key.strip()).strip("\"'")
