"""The pack format: one JSON record a line, `*.jsonl` or gzipped; docs/corpus.md lists the keys."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from bridge.corpus.score import UnreadableError
from bridge.music.harmony import parse_chord

SUFFIXES = (".jsonl", ".jsonl.gz")
OWN = "D"  # tier of what a user's own files became: the rights are for the user to know
Record = dict[str, Any]


def is_pack(path: Path) -> bool:
    """Whether a path is named as a pack file."""
    return path.name.endswith(SUFFIXES)


def read_pack(path: Path) -> Iterator[Record | UnreadableError]:
    """The records of a pack file as they are, an error in place of each bad line. Raises UnreadableError."""
    tier = path.name.partition("_")[0]
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _record(line, number, tier if re.fullmatch("[A-Z]", tier) else OWN)
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableError("corrupt", f"no pack file: {error}") from None


def _record(line: str, number: int, tier: str) -> Record | UnreadableError:
    """A line's record, or what is wrong with it."""
    try:
        record: Record = json.loads(line)
        check(record)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return UnreadableError("corrupt", f"line {number}: {type(error).__name__} {error}")
    return {"tier": tier} | record


def check(record: Record) -> None:
    """That a record has what every reader needs. Raises KeyError, TypeError or ValueError."""
    for key in ("source", "id", "genre", "meter"):
        if not isinstance(record[key], str):
            raise TypeError(f"{key} is no text")
    numerator, denominator = (int(part) for part in record["meter"].split("/"))
    if not (numerator > 0 and denominator > 0 and all(b > a >= 0 for a, b in _pairs(record["bars"]))):
        raise ValueError("bars do not go on, or the meter is none")
    for line in ("melody", "bass"):
        for onset, duration, pitch in record[line] if line == "melody" else record.get(line) or []:
            if not (onset >= 0 and duration > 0 and 0 <= int(pitch) <= 127):
                raise ValueError(f"{line} note {onset}, {duration}, {pitch}")
    for onset, symbol in record.get("chords") or []:
        parse_chord(symbol)
        if onset < 0:
            raise ValueError(f"a chord at {onset}")


def _pairs(values: Sequence[float]) -> list[tuple[float, float]]:
    return list(pairwise(values))


def write_pack(records: Sequence[Record], out: Path) -> list[Path]:
    """Write records into one file, or into a folder as `{tier}_{source}.jsonl.gz` each; the files that were written."""
    if is_pack(out):
        shelves = {out: list(records)}
    else:
        shelves = {}
        for record in records:
            path = out / f"{record.get('tier', OWN)}_{plain_name(record['source'])}.jsonl.gz"
            shelves.setdefault(path, []).append(record)
    for path, found in shelves.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in found)
        data = text.encode()
        fresh = path.with_name(path.name + ".new")
        fresh.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
        fresh.replace(path)
    return list(shelves)


def plain_name(text: str) -> str:
    """A name as a source or file may have it: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "tunes"
