"""The objects of Max that our patches are made of: inlets, outlets, and which inlets act.

Figures are Max's own, as measured in `docs.cycling74.com`'s reference and in Ableton's `known_objects.py`
(github.com/Ableton/maxdevtools, MIT): `tests/test_max_static.py` compares them. An object that is not here cannot be
used.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ports:
    """How many inlets; the types of the outlets; the inlets at which a message makes the object do something."""

    inlets: int
    outlets: tuple[str, ...]
    hot: frozenset[int] = frozenset({0})


class UnknownObject(ValueError):
    """A box names an object that is not in the table."""


def _typed(letter: str) -> str:
    return {"b": "bang", "i": "int", "f": "float"}.get(letter, "")


def _many(inlets: int, *outlets: str, hot: tuple[int, ...] = (0,)) -> Ports:
    return Ports(inlets, outlets, frozenset(hot))


def _kind(word: str) -> str:
    return "float" if "." in word else "int" if re.fullmatch(r"-?\d+", word) else _typed(word)


def _expr(words: list[str]) -> Ports:
    """The highest `$` argument is the number of inlets; the outlet is untyped."""
    used = [int(number) for number in re.findall(r"\$[if](\d)", " ".join(words))]
    return _many(max(used, default=1), "")


def _route(words: list[str]) -> Ports:
    return _many(len(words) + 1, *[""] * (len(words) + 1))


def _sel(words: list[str]) -> Ports:
    """With one argument the right inlet changes it; with more there is one inlet for each."""
    return _many(len(words) + 1, *["bang"] * len(words), "")


def _pipe(words: list[str]) -> Ports:
    """The last argument is the delay and has no outlet."""
    return _many(len(words), *(_kind(word) for word in words[:-1]))


def _gate(words: list[str]) -> Ports:
    return _many(2, *[""] * (int(words[0]) if words else 1), hot=(1,))


def _binary(words: list[str]) -> Ports:
    return _many(2, "float" if words and "." in words[0] else "int")


FIXED: Final[dict[str, Ports]] = {
    "midiin": _many(1, "int"),
    "midiout": _many(1),
    "midiparse": _many(1, "", "", "", "int", "int", "", "int", ""),
    "midiselect": _many(1, "", "", "", "int", "int", "", "int", "int"),
    "midiformat": _many(7, "int", "", hot=(0, 1, 2, 3, 4, 5)),
    "noteout": _many(3),
    "notein": _many(1, "int", "int", "int"),
    "udpsend": _many(1),
    "udpreceive": _many(1, ""),
    "transport": _many(2, "int", "int", "float", "float", "float", "", "int", "float", "", hot=(0, 1)),
    "timer": _many(2, "float", "", hot=(0, 1)),
    "metro": _many(2, "bang"),
    "delay": _many(2, "bang"),
    "makenote": _many(3, "float", "float"),
    "change": _many(1, "", "int", "int"),
    "deferlow": _many(1, ""),
    "loadbang": _many(1, "bang"),
    "loadmess": _many(1, ""),
    "freebang": _many(1, "bang"),
    "live.thisdevice": _many(1, "bang", "int", "int"),
    "patcherargs": _many(1, "", ""),
    "prepend": _many(1, ""),
    "zl": _many(2, "", ""),
    "i": _many(2, "int"),
    "f": _many(2, "float"),
    "counter": _many(5, "int", "", "", "int", hot=(0, 1, 2, 3, 4)),
    "js": _many(1, ""),
    "inlet": _many(0, ""),
    "outlet": _many(1),
}  # by the first word of the box's text
_BY_WORDS: Final[dict[str, Callable[[list[str]], Ports]]] = {
    "t": lambda words: _many(1, *map(_typed, words)),
    "pack": lambda words: _many(max(len(words), 2), ""),
    "unpack": lambda words: _many(1, *(_kind(word) for word in words)),
    "route": _route,
    "sel": _sel,
    "gate": _gate,
    "expr": _expr,
    "pipe": _pipe,
    "sprintf": lambda words: _many(" ".join(words).count("%"), ""),
    "s": lambda words: _many(1),
    "r": lambda words: _many(0, ""),
    "%": _binary,
    "+": _binary,
    "*": _binary,
    "/": _binary,
}
CLASSES: Final[dict[str, Ports]] = {
    "message": _many(2, "", hot=(0, 1)),
    "comment": _many(1),
    "panel": _many(1),
    "toggle": _many(1, "int"),
    "button": _many(1, "bang"),
    "number": _many(1, "", "bang"),
    "live.comment": _many(1),
    "live.line": _many(1),
    "live.text": _many(1, "", ""),
    "live.toggle": _many(1, ""),
    "live.numbox": _many(1, "", "float"),
    "live.dial": _many(1, "", "float"),
    "live.menu": _many(1, "", "", "float"),
    "live.tab": _many(1, "", "", "float"),
}  # boxes that are no `newobj`


def words(text: str) -> list[str]:
    """A box's text without its attributes."""
    return text.split(" @")[0].split()


def ports(text: str) -> Ports:
    """The ports of the object that a box's text makes. Raises UnknownObject."""
    name, *rest = words(text)
    if name in _BY_WORDS:
        return _BY_WORDS[name](rest)
    if name not in FIXED:
        raise UnknownObject(f"{name} is not among the objects that are used: add it to max_patches/objects.py")
    return FIXED[name]
