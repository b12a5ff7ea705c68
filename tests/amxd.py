"""A reader of Max for Live containers, written from the layout alone: it shares nothing with `ableton/packer.py`."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """A file inside a device, and every field of its directory entry in order."""

    name: str
    data: bytes
    fields: list[tuple[str, bytes]]


@dataclass
class Container:
    """What a device's bytes say."""

    kind: str
    meta: int
    files: list[Entry] = field(default_factory=list)


class Reader:
    def __init__(self, data: bytes, order: str) -> None:
        self.data, self.order, self.at = data, order, 0

    def take(self, count: int) -> bytes:
        assert self.at + count <= len(self.data), "the data ends too early"
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count: int = 4) -> int:
        return int.from_bytes(self.take(count), "little" if self.order == "<" else "big")

    @property
    def more(self) -> bool:
        return self.at < len(self.data)


def read(data: bytes) -> Container:
    chunks, reader = [], Reader(data, "<")
    while reader.more:
        tag = reader.take(4).decode("ascii")
        chunks.append((tag, reader.take(reader.number())))
    tags = [tag for tag, _ in chunks]
    assert tags == ["ampf", "meta", "ptch"], tags
    (_, kind), (_, meta), (_, patch) = chunks
    assert len(kind) == 4
    assert len(meta) == 4
    found = Container(kind.decode("ascii"), int.from_bytes(meta, "little"))
    found.files = _frozen(patch) if patch.startswith(b"mx@c") else [Entry("", patch, [])]
    return found


def _frozen(block: bytes) -> list[Entry]:
    head = Reader(block, ">")
    assert head.take(4) == b"mx@c"
    assert head.number() == 16
    footer = head.number(8)
    directory = Reader(block[footer:], ">")
    assert directory.take(4) == b"dlst"
    assert directory.number() == len(block) - footer, "something follows the directory"
    entries, place = [], 16
    while directory.more:
        entry = _entry(directory, block)
        fields = dict(entry.fields)
        assert int.from_bytes(fields["of32"], "big") == place, "a gap between files"
        place += len(entry.data)
        entries.append(entry)
    assert place == footer
    return entries


def _entry(directory: Reader, block: bytes) -> Entry:
    assert directory.take(4) == b"dire"
    inner = Reader(directory.take(directory.number() - 8), ">")
    fields = []
    while inner.more:
        tag = inner.take(4).decode("ascii")
        fields.append((tag, inner.take(inner.number() - 8)))
    known = dict(fields)
    size, offset = (int.from_bytes(known[tag], "big") for tag in ("sz32", "of32"))
    return Entry(known["fnam"].rstrip(b"\0").decode("ascii"), block[offset : offset + size], fields)
