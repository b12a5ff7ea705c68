"""The container of a Max for Live device: bytes from a patcher's JSON and the files that travel with it.

Layout: chunks of four letters, a little-endian length, and data. `ampf` holds the kind of device, `meta` whether it
is frozen, `ptch` the patch: plain JSON, or, with files, a big-endian `mx@c` block of all files and a directory. What
is known of it was read off real devices; `tests/amxd.py` is a reader that shares nothing with this.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MIDI_EFFECT: Final = b"mmmm"
PLAIN, FROZEN = 1, 7  # meta: without and with files of its own
DEVICE, SCRIPT = 0x11, 0  # flags of a directory entry: the device itself, a script that Max keeps in memory
EPOCH: Final = 2082844800  # seconds from Max's zero, 1904, to Unix's
HEADER: Final = 16  # bytes before the first file in an mx@c block


@dataclass(frozen=True, slots=True)
class File:
    """Something that travels inside a device; `kind` is Max's four letters for it."""

    name: str
    data: bytes
    kind: bytes = b"TEXT"
    flag: int = SCRIPT


def _chunk(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack("<I", len(data)) + data


def _field(tag: bytes, payload: bytes) -> bytes:
    """A directory's field: its length counts tag and length too."""
    return tag + struct.pack(">I", len(payload) + 8) + payload


def _name(name: str) -> bytes:
    """ASCII, a NUL, and as many more as fill four bytes."""
    raw = name.encode("ascii") + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def _entry(file: File, offset: int, date: int) -> bytes:
    fields = (
        (b"type", file.kind),
        (b"fnam", _name(file.name)),
        (b"sz32", struct.pack(">I", len(file.data))),
        (b"of32", struct.pack(">I", offset)),
        (b"vers", struct.pack(">I", 0)),
        (b"flag", struct.pack(">I", file.flag)),
        (b"mdat", struct.pack(">I", date + EPOCH)),
    )
    return _field(b"dire", b"".join(_field(tag, payload) for tag, payload in fields))


def _block(files: Sequence[File], date: int) -> bytes:
    data, entries = b"", b""
    for file in files:
        entries += _entry(file, HEADER + len(data), date)
        data += file.data
    head = b"mx@c" + struct.pack(">IQ", HEADER, HEADER + len(data))
    return head + data + _field(b"dlst", entries)


def pack(name: str, patcher: str, files: Sequence[File] = (), *, date: int, kind: bytes = MIDI_EFFECT) -> bytes:
    """A device's bytes; `date` is in Unix seconds, since a build that reads a clock cannot be compared."""
    device = patcher.encode("utf-8") + b"\n\0"
    head = _chunk(b"ampf", kind)
    if not files:
        return head + _chunk(b"meta", struct.pack("<I", PLAIN)) + _chunk(b"ptch", device)
    block = _block([File(name, device, b"JSON", DEVICE), *files], date)
    return head + _chunk(b"meta", struct.pack("<I", FROZEN)) + _chunk(b"ptch", block)
