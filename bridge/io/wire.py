"""Packets of the protocol to events, and messages to packets.

Towards the engine any number may come as i or f, whole where an int is meant; what is out of range, of the wrong type
or number, or unknown is a WireError, and the whole packet is refused with it. Bundles are accepted; their time tags
mean nothing to the engine, since its events carry ticks. What we send is i, f and s only.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from bridge.io.packet import Raw, bundle, message, unpack
from bridge.io.table import LONGEST, PROTOCOL, Line
from bridge.music.errors import WireError
from bridge.music.events import EVERYONE, Bye, Event, Hello, Message

__all__ = [
    "PACKET",
    "PROTOCOL",
    "bundles",
    "decode",
    "decode_message",
    "encode",
    "encode_bundle",
    "encode_event",
    "markdown",
]

PACKET: Final = 1400  # bytes; what we send stays below, so that it is never split on its way

_INWARD: Final = {line.address: line for line in PROTOCOL if line.inward}
_OUTWARD: Final = {line.address: line for line in PROTOCOL if not line.inward}
_INWARD_CLASSES: Final = {line.cls: line for line in PROTOCOL if line.inward}
_OUTWARD_CLASSES: Final = {line.cls: line for line in PROTOCOL if not line.inward}


def decode(data: bytes, host: str, source: int = 0) -> list[Event]:
    """The events of a packet that came from `host` and its port `source`. Raises WireError, and nothing else."""
    events: list[Event] = []
    for raw in unpack(data):
        line = _find(_INWARD, raw)
        named: dict[str, object] = dict(line.named(raw.values))
        if line.cls is Hello:
            named |= {"host": host, "source": source}
        elif line.cls is Bye:
            named["host"] = host
        event: Event = line.cls(**named)
        if isinstance(event, Hello) and event.player == EVERYONE and event.role != "monitor":
            raise WireError("/improv/hello: player 0 is for monitors only")
        events.append(event)
    return events


def encode(item: Message) -> bytes:
    """A message from the engine, packed. Raises WireError where a value does not fit the protocol."""
    line = _OUTWARD_CLASSES[type(item)]
    return message(line.address, line.values(item))


def encode_bundle(messages: Sequence[Message], unix_time: float | None) -> bytes:
    """Messages in one bundle due at `unix_time` seconds, None for at once; it may be of any size."""
    return bundle([encode(each) for each in messages], unix_time)


def bundles(messages: Iterable[Message], unix_time: float | None, head: Message | None = None) -> list[bytes]:
    """As many bundles as it takes to stay below PACKET bytes each; every one begins with `head`, if given."""
    first = [] if head is None else [encode(head)]
    base = 16 + sum(4 + len(each) for each in first)
    packets: list[bytes] = []
    batch, size = list(first), base
    for packed in map(encode, messages):
        if size + 4 + len(packed) >= PACKET and len(batch) > len(first):
            packets.append(bundle(batch, unix_time))
            batch, size = list(first), base
        batch.append(packed)
        size += 4 + len(packed)
    return [*packets, bundle(batch, unix_time)] if len(batch) > len(first) else packets


def encode_event(event: Event) -> bytes:
    """An event for the engine, packed: what a client sends. Raises WireError where it is not in the protocol."""
    line = _INWARD_CLASSES.get(type(event))
    if line is None:
        raise WireError(f"{type(event).__name__} does not travel over OSC")
    return message(line.address, line.values(event))


def decode_message(data: bytes) -> list[tuple[float | None, Message]]:
    """What a client hears: messages, each with its time tag in unix seconds, None for at once. Raises WireError."""
    heard: list[tuple[float | None, Message]] = []
    for raw in unpack(data):
        line = _find(_OUTWARD, raw)
        heard.append((raw.time, line.cls(**line.named(raw.values))))
    return heard


def markdown() -> str:
    """The protocol as Markdown tables, for the README."""
    parts = []
    for title, inward in (("to the engine", True), ("from the engine", False)):
        rows = [f"| {title} | arguments | meaning |", "| --- | --- | --- |"]
        lines = [line for line in PROTOCOL if line.inward == inward]
        rows += [f"| `{line.address}` | {_arguments(line)} | {line.meaning} |" for line in lines]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _arguments(line: Line) -> str:
    words = []
    for arg in line.args:
        kind = "f or i or s" if arg.kind == "v" else arg.kind
        words.append(f"{kind} {arg.name}" + (f" ({arg.limits})" if arg.limits else ""))
        if arg.optional:
            words[-1] = f"[{words[-1]}]"
    return ", ".join(words)


def _find(table: dict[str, Line], raw: Raw) -> Line:
    line = table.get(raw.address)
    if line is None:
        raise WireError(f"no address of the protocol: {raw.address[:LONGEST]!r}")
    return line
