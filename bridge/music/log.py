"""A jam's log as text: the header as one JSON object, then one JSON array a line for each entry.

Rules: a line that is there whole is true, so a log may end anywhere; a last line that is cut off is left out. Any other
line that is none is a LogError with its number. Events and messages are their class's name in small letters and their
fields in order; floats come back bit for bit. Whoever a message went to is named once, by a line of its own, then by
number; an output's mark (to whom, whose, when) leaves out what it would be anyway. docs/recording.md shows the lines.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Final, get_args

from bridge.music import events as ev
from bridge.music.entries import Advanced, Clocked, Closed, Entry, Header, Received, Said, Struck
from bridge.music.errors import BridgeError
from bridge.music.events import Event, Output, Peer

FORMAT: Final = 1
MARK: Final = b'{"jam":'  # how a log begins, and no other file of ours


class LogError(BridgeError):
    """A file that is no log of a jam, or is damaged."""


def _word(cls: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


_VALUES: Final[list[Any]] = [each for each in vars(ev).values() if isinstance(each, type) and is_dataclass(each)]
_FIELDS: Final = {cls: tuple(f.name for f in fields(cls)) for cls in _VALUES}
_WORDS: Final = {cls: _word(cls) for cls in _VALUES}
_EVENTS: Final = {_word(cls): cls for cls in get_args(Event)}
_MESSAGES: Final = {_word(cls): cls for cls in _VALUES if cls not in (*get_args(Event), Peer, Output)}
_BESIDE: Final = [f for f in fields(Output) if f.name not in ("to", "message")]  # whose, and when


def _plain(value: Any) -> Any:
    """A number of numpy's as Python's."""
    return value.item()


_JSON: Final = json.JSONEncoder(separators=(",", ":"), default=_plain)


def head(header: Header) -> str:
    """The first line of a log."""
    return _JSON.encode({"jam": FORMAT} | asdict(header)) + "\n"


class Scribe:
    """Entries to lines; it knows whom it has named."""

    def __init__(self) -> None:
        self._named: dict[tuple[Peer, ...], int] = {}

    def text(self, entry: Entry) -> str:
        """The lines of an entry."""
        match entry:
            case Received(event, time):
                rows = [["in", time, *_pack(event)]]
            case Advanced(time):
                rows = [["go", time]]
            case Closed(time):
                rows = [["end", time]]
            case Said(outputs):
                rows = self._said(outputs)
            case Clocked():
                rows = [["clock", *(getattr(entry, name) for name in Clocked.__slots__)]]
            case Struck(player, tick, pitch, velocity):
                rows = [["key", player, tick, pitch, velocity]]
        return "".join([_JSON.encode(row) + "\n" for row in rows])

    def _said(self, outputs: Iterable[Output]) -> list[list[Any]]:
        rows: list[list[Any]] = []
        groups: list[list[Any]] = []
        for output in outputs:
            number = self._named.get(output.to)
            if number is None:
                number = self._named[output.to] = len(self._named)
                rows.append(["to", *([peer.host, peer.port, peer.role] for peer in output.to)])
            mark = [number, *(getattr(output, f.name) for f in _BESIDE)]
            while len(mark) > 1 and mark[-1] == _BESIDE[len(mark) - 2].default:
                mark.pop()
            if not groups or groups[-1][0] != mark:
                groups.append([mark])
            groups[-1].append(_pack(output.message))
        return [*rows, ["out", *groups]]


def _pack(item: Any) -> list[Any]:
    cls = type(item)
    return [_WORDS[cls], *[getattr(item, name) for name in _FIELDS[cls]]]


class Reader:
    """A log's header, and by iteration its entries; `cut` is then whether its last line was incomplete."""

    def __init__(self, lines: Iterable[bytes], name: str) -> None:
        """`name` is what errors call it. Raises LogError where the first line is no header of this format."""
        self.name, self.cut = name, False
        self._lines = iter(lines)
        self._to: list[tuple[Peer, ...]] = []
        self.header = self._header(next(self._lines, b""))

    def __iter__(self) -> Iterator[Entry]:
        """The entries in order, once. Raises LogError at a line that is none."""
        for number, line in enumerate(self._lines, 2):
            if self.cut:
                raise LogError(f"{self.name} is damaged at line {number - 1}: what comes after cannot be trusted")
            try:
                entry = self._entry(json.loads(line))
            except (ValueError, TypeError, LookupError, RecursionError) as error:
                if line.endswith(b"\n"):
                    reason = " ".join(str(error).split())
                    raise LogError(f"{self.name} is damaged at line {number} ({reason})") from None
                self.cut = True
                continue
            if entry is not None:
                yield entry

    def _header(self, line: bytes) -> Header:
        try:
            found = json.loads(line)
            version = found.pop("jam")
            known = {f.name for f in fields(Header)}
            header = Header(**{key: value for key, value in found.items() if key in known})
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise LogError(f"{self.name} is no log of a jam: improv replay --list names those that are there") from None
        if version != FORMAT:
            raise LogError(f"{self.name} has format {version}, this version reads format {FORMAT}: update improv")
        return header

    def _entry(self, row: list[Any]) -> Entry | None:
        """The entry of a line; None for one that only names somebody. Raises ValueError, TypeError or LookupError."""
        match row:
            case ["go", int() | float() as time]:
                return Advanced(time)
            case ["in", int() | float() as time, word, *values]:
                return Received(_EVENTS[word](*values), time)
            case ["out", *groups]:
                return Said(tuple(output for group in groups for output in self._outputs(group)))
            case ["to", *peers]:
                self._to.append(tuple(Peer(*peer) for peer in peers))
                return None
            case ["end", int() | float() as time]:
                return Closed(time)
            case ["clock", *values]:
                return Clocked(*values)
            case ["key", *values]:
                return Struck(*values)
        raise ValueError("no line of a jam's log")

    def _outputs(self, group: list[Any]) -> Iterator[Output]:
        (number, *beside), *messages = group
        for word, *values in messages:
            yield Output(self._to[number], _MESSAGES[word](*values), *beside)
