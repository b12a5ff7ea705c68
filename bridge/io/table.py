"""The protocol as a table, from which decoding, encoding, the README's tables and the tests derive.

A line of it is a class of `bridge.music.events`: the name gives the address, the fields give the arguments, the
docstring gives the meaning. What the fields do not say stands here: which values are allowed, and what does not
travel.
"""

import re
from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, fields
from inspect import cleandoc
from math import isfinite
from operator import index
from typing import Final, get_args

from bridge.io.packet import Argument
from bridge.music.errors import WireError
from bridge.music.events import (
    ARRIVAL,
    Bye,
    Chord,
    Control,
    Cue,
    Do,
    Get,
    Heard,
    Hello,
    Message,
    NoteOff,
    NoteOn,
    Of,
    Plan,
    Position,
    Set,
    State,
    Transport,
    Welcome,
)
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO

LONGEST: Final = 64  # characters of a string towards the engine
ROLES: Final = ("player", "listener", "monitor")

_MOST = 2**31 - 1
_ANY = range(1 - 2**31, 2**31)  # python-osc sends -2**31 as a 64-bit int
_POSITIVE = range(_MOST + 1)
_PITCH = range(128)
_RANGES: Final[dict[str, range | tuple[int | str, ...]]] = {
    "version": _POSITIVE,
    "player": range(1, 65536),
    "role": ROLES,
    "port": range(1, 65536),
    "tick": range(ARRIVAL, _MOST + 1),
    "song": _ANY,
    "playing": (0, 1),
    "numerator": range(1, 33),
    "denominator": (1, 2, 4, 8, 16, 32),
    "bar": range(ARRIVAL, _MOST + 1),
    "pitch": _PITCH,
    "velocity": _PITCH,
    "number": _PITCH,
    "value": _PITCH,
    "generation": _POSITIVE,
    "ticks": range(1, _MOST + 1),
    "root": range(-1, 12),
    "code": _POSITIVE,
}
_EXCEPTIONS: Final[dict[tuple[type, str], range]] = {
    (Hello, "player"): range(65536),
    (Bye, "player"): range(65536),
    (Bye, "port"): range(65536),
    (Welcome, "player"): range(65536),
    (Of, "player"): range(65536),
    (Cue, "tick"): _ANY,
    (Cue, "velocity"): range(1, 128),
    (Plan, "tick"): _ANY,
    (Plan, "velocity"): range(1, 128),
    (Chord, "tick"): _ANY,
    (Heard, "tick"): _ANY,
    (Transport, "tick"): _ANY,
    (Transport, "bar"): _ANY,
    (State, "bar"): _ANY,
}
_UNSENT: Final = {(Hello, "host"), (Hello, "source"), (Bye, "host")}  # where the datagram came from tells these


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument; `kind` is i, f, s, or v for any of these. An optional one may be missing at the end."""

    name: str
    kind: str
    allowed: range | tuple[int | str, ...] | None
    optional: bool

    def check(self, value: object, longest: int) -> Argument:
        """The value in the form that the protocol gives it. Raises WireError."""
        kind = self.kind
        if kind == "v":
            kind = "s" if isinstance(value, str) else "f" if isinstance(value, float) else "i"
        checked: Argument
        match kind:
            case "s":
                checked = _text(value, longest)
            case "f":
                checked = _number(value)
            case _:
                checked = _whole(value)
        if self.kind == "f" and not MIN_TEMPO <= float(checked) <= MAX_TEMPO:  # a tempo is our only float
            raise WireError(f"{self.name} {checked} is not within {MIN_TEMPO:g} to {MAX_TEMPO:g}")
        if self.allowed is not None and checked not in self.allowed:
            raise WireError(f"{self.name} {checked!r} is not {self.limits}")
        return checked

    @property
    def limits(self) -> str:
        """What the value may be, in words; empty where it may be anything of its type."""
        if self.kind == "f":
            return f"{MIN_TEMPO:g}..{MAX_TEMPO:g}"
        match self.allowed:
            case range() as span if span != _ANY:
                return f"{span[0]}.." + ("" if span[-1] == _MOST else f"{span[-1]}")
            case tuple() as choices:
                return ", ".join(str(choice) for choice in choices)
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the protocol: an address, its arguments, and the class of events or messages that it carries."""

    cls: type
    address: str
    args: tuple[Arg, ...]
    meaning: str
    inward: bool  # towards the engine

    @property
    def longest(self) -> int:
        """Characters that a string may have."""
        return LONGEST if self.inward else 4 * LONGEST

    def values(self, item: object) -> list[Argument]:
        """An item's arguments; optional ones are left out where they say nothing. Raises WireError."""
        values: list[Argument] = []
        for arg in self.args:
            value = getattr(item, arg.name)
            if not (arg.optional and value == _default(self.cls, arg.name)):
                values.append(arg.check(value, self.longest))
        return values

    def named(self, values: Sequence[Argument]) -> dict[str, Argument]:
        """The arguments by name, checked. Raises WireError."""
        least = sum(not arg.optional for arg in self.args)
        if not least <= len(values) <= len(self.args):
            raise WireError(f"{self.address}: {len(values)} arguments where {len(self.args)} are meant")
        try:
            pairs = zip(self.args, values, strict=False)
            return {arg.name: arg.check(value, self.longest) for arg, value in pairs}
        except WireError as error:
            raise WireError(f"{self.address}: {error}") from None


def _line(cls: type, *, inward: bool) -> Line:
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    args = tuple(_arg(cls, field) for field in fields(cls) if (cls, field.name) not in _UNSENT)
    meaning = " ".join(cleandoc(cls.__doc__ or "").split())
    return Line(cls, f"/improv/{words}", args, meaning, inward)


def _arg(cls: type, field: "Field[object]") -> Arg:
    kind = "i" if field.type is int else "f" if field.type is float else "s" if field.type is str else "v"
    allowed = None if kind == "v" else _EXCEPTIONS.get((cls, field.name), _RANGES.get(field.name))
    return Arg(field.name, kind, allowed, field.default is not MISSING)


def _default(cls: type, name: str) -> object:
    return next(field.default for field in fields(cls) if field.name == name)


def _whole(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        number = index(value)  # type: ignore[arg-type]
    except TypeError:
        raise WireError(f"{value!r} is no whole number") from None
    if number not in _ANY:
        raise WireError(f"{number} does not fit 32 bits")
    return number


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not isfinite(value):
        raise WireError(f"{value!r} is no number")
    return float(value)


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise WireError(f"{value!r} is no string")
    if len(value) > longest:
        raise WireError(f"a string of {len(value)} characters where {longest} are the most")
    return value


_TO_ENGINE: Final = (Hello, Bye, Position, NoteOn, NoteOff, Control, Set, Get, Do)
PROTOCOL: Final[tuple[Line, ...]] = (
    *(_line(cls, inward=True) for cls in _TO_ENGINE),
    *(_line(cls, inward=False) for cls in get_args(Message)),
)
