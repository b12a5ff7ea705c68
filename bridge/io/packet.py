"""OSC 1.0 packets as bytes: messages and bundles with arguments of type i, f and s, and nothing else.

What we send is packed by python-osc's types. What a peer sends is read by a strict parser of our own: it answers with
messages or a WireError, in time linear in the packet, and leaves time tags as they came. (python-osc's lets a
UnicodeDecodeError out, moves past time tags to the present and follows nested bundles without end.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from struct import Struct

from pythonosc.parsing.osc_types import BuildError, write_float, write_int, write_string

from bridge.music.errors import WireError

Argument = int | float | str

DEPTH = 8  # bundles within bundles; more is refused
IMMEDIATELY = 1  # the time tag that asks for no delay
UNIX = 2_208_988_800  # seconds from 1900, where time tags begin, to 1970

_BUNDLE = b"#bundle\0"
_INT = Struct(">i")
_FLOAT = Struct(">f")
_SIZE = Struct(">i")
_TAG = Struct(">Q")


@dataclass(frozen=True, slots=True)
class Raw:
    """A message before it has a meaning; `time` is the innermost bundle's tag in unix seconds, None for at once."""

    address: str
    values: tuple[Argument, ...]
    time: float | None = None


def message(address: str, values: Sequence[Argument]) -> bytes:
    """One message; ints must fit int32, floats must fit float32. Raises WireError where they do not."""
    tags, body = ",", []
    for value in values:
        try:
            match value:
                case str():
                    tags, part = tags + "s", _string(value)
                case float():
                    tags, part = tags + "f", write_float(value)
                case _:
                    tags, part = tags + "i", write_int(value)
        except (BuildError, OverflowError) as reason:
            raise WireError(f"{address}: {value!r} does not fit an OSC argument: {reason}") from None
        body.append(part)
    return _string(address) + _string(tags) + b"".join(body)


def bundle(messages: Sequence[bytes], time: float | None) -> bytes:
    """One bundle of packed messages, due at the unix second `time`, or at once where it is None."""
    tag = IMMEDIATELY if time is None else int((time + UNIX) * 2**32) % 2**64
    return _BUNDLE + _TAG.pack(tag) + b"".join(write_int(len(each)) + each for each in messages)


def unpack(data: bytes, time: float | None = None, depth: int = 0) -> Iterator[Raw]:
    """The messages of a packet, in order. Raises WireError at the first thing that is not OSC, or not i, f or s."""
    if not data or len(data) % 4:
        raise WireError(f"a packet of {len(data)} bytes is no OSC: sizes are multiples of 4")
    if not data.startswith(_BUNDLE):
        yield _message(data, time)
        return
    if depth >= DEPTH:
        raise WireError(f"bundles are nested more than {DEPTH} deep")
    if len(data) < 16:
        raise WireError("a bundle ends before its time tag")
    tag = _TAG.unpack_from(data, 8)[0]
    era = 0 if tag >= 2**63 else 2**32  # time tags begin anew in February 2036 (RFC 4330 section 3)
    time = None if tag == IMMEDIATELY else tag / 2**32 - UNIX + era
    start = 16
    while start < len(data):
        size = _SIZE.unpack_from(data, start)[0]
        start += 4
        if size <= 0 or start + size > len(data):
            raise WireError(f"a bundle's element claims {size} bytes where {len(data) - start} are left")
        yield from unpack(data[start : start + size], time, depth + 1)
        start += size


def _message(data: bytes, time: float | None) -> Raw:
    address, start = _text(data, 0)
    if not address.startswith("/"):
        raise WireError(f"{address[:40]!r} is no OSC address")
    tags, start = _text(data, start)
    if not tags.startswith(","):
        raise WireError(f"{address[:40]}: no type tags")
    values: list[Argument] = []
    for tag in tags[1:]:
        value: Argument
        match tag:
            case "i" | "f" if start + 4 > len(data):
                raise WireError(f"{address[:40]}: ends within its arguments")
            case "i":
                value, start = _INT.unpack_from(data, start)[0], start + 4
            case "f":
                number, start = _FLOAT.unpack_from(data, start)[0], start + 4
                if not isfinite(number):
                    raise WireError(f"{address[:40]}: {number} is no number")
                value = number
            case "s":
                value, start = _text(data, start)
            case _:
                raise WireError(f"{address[:40]}: type {tag!r} is not in the protocol: send i, f or s")
        values.append(value)
    if start != len(data):
        raise WireError(f"{address[:40]}: {len(data) - start} bytes too many")
    return Raw(address, tuple(values), time)


def _text(data: bytes, start: int) -> tuple[str, int]:
    """The string that begins at `start`, and where what follows it begins."""
    end = data.find(b"\0", start)
    after = (end // 4 + 1) * 4
    if end < 0 or after > len(data):
        raise WireError("a string ends nowhere")
    try:
        text = data[start:end].decode()
    except UnicodeDecodeError:
        raise WireError("a string is no UTF-8") from None
    if not text.isprintable():
        raise WireError(f"control characters in a string: {text[:40]!r}")
    return text, after


def _string(text: str) -> bytes:
    if "\0" in text:
        raise WireError(f"a NUL within a string: {text[:40]!r}")
    return write_string(text)
