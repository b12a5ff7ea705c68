"""Files become records: what is in a folder, who reads it, on how many processes.

Rules: a tune that cannot be read is named in the report and skipped, whatever its parser did; records come in the
order of the paths, however many processes read them; the same files give the same records.
"""

from __future__ import annotations

import multiprocessing
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from bridge.corpus import notation, tunebook
from bridge.corpus.family import mark
from bridge.corpus.jam import is_jam, read_jam
from bridge.corpus.midi import read_midi
from bridge.corpus.pack import Record, is_pack, plain_name, read_pack
from bridge.corpus.record import Origin, make_record
from bridge.corpus.report import Failure, Report, make_report
from bridge.corpus.score import NOT_STATED, UNKNOWN, Score, UnreadableError
from bridge.music.errors import BridgeError
from bridge.music.vocabulary import GENRES, genre_index

MIDI = (".mid", ".midi", ".smf", ".kar")
ABC = (".abc",)
NOTATION = (".musicxml", ".xml", ".mxl")
BOOK = 40  # tunes of an ABC tune book that one process reads at a time
SMALL = 64  # pieces of work; fewer are read in this process, which is quicker than starting others
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work for one process: a file, or some tunes of a tune book."""

    path: Path
    name: str
    """The path below what the user named; with `source` it tells the record's id."""
    source: str
    genre: str
    licence: str
    text: str | None = None
    """The tunes themselves, of an ABC tune book."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a piece."""

    records: tuple[Record, ...]
    failures: tuple[Failure, ...]
    lost: Counter[str]


def records(
    paths: Iterable[Path | str],
    *,
    genre: str | None = None,
    licence: str = NOT_STATED,
    jobs: int = 2,
    tick: Tick | None = None,
) -> tuple[list[Record], Report]:
    """The records of every pack, MIDI, MusicXML and ABC file and jam at these paths, marked with families and splits.

    `tick(done, total)` is called as work proceeds. Scripts that read more than 64 files with `jobs` > 1 need the usual
    `if __name__ == "__main__"` guard, since processes are spawned. Raises BridgeError where a path is missing.
    """
    began = perf_counter()
    work = pieces([Path(path) for path in paths], genre=genre, licence=licence)
    found: list[Record] = []
    failures: list[Failure] = []
    lost = Counter[str]()
    for done, outcome in enumerate(_outcomes(work, jobs), 1):
        found += outcome.records
        failures += outcome.failures
        lost += outcome.lost
        if tick is not None:
            tick(done, len(work))
    marked = mark(found)
    files = len({piece.path for piece in work})
    return marked, make_report(marked, files, failures, lost, perf_counter() - began)


def pieces(paths: Sequence[Path], *, genre: str | None, licence: str = NOT_STATED) -> list[Piece]:
    """The work that these files and folders are, in order. Raises BridgeError where there is none."""
    work: list[Piece] = []
    for path in paths:
        if not path.exists():
            raise BridgeError(f"{path} does not exist: name files or folders of MIDI, MusicXML, ABC or *.jsonl.gz")
        base = path if path.is_dir() else path.parent
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if is_pack(file) or file.suffix.lower() in (*MIDI, *ABC, *NOTATION):
                name = file.relative_to(base).as_posix()
                source = plain_name(base.resolve().name)
                one = Piece(file, name, source, genre or genre_of(file, base), licence)
                work += _books(one) if file.suffix.lower() in ABC else [one]
    if not work:
        named = ", ".join(map(str, paths))
        raise BridgeError(f"no music in {named}: give MIDI, MusicXML, ABC or *.jsonl.gz files, or logs of jams")
    return work


def _books(one: Piece) -> list[Piece]:
    """A tune book in parts of BOOK tunes, so that several processes share it."""
    data = one.path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    starts = [found.start() for found in re.finditer(r"(?m)^X:", text)]
    head = text[: starts[0]] if starts else ""
    edges = [*starts[::BOOK], len(text)] if starts else [0, len(text)]
    return [replace(one, text=head + text[a:b]) for a, b in pairwise(edges)]


def genre_of(file: Path, base: Path) -> str:
    """The genre that the folders of a file are named after, the innermost first; `unknown` without one."""
    inner = [*reversed(file.relative_to(base).parts[:-1]), base.resolve().name]
    for name in inner:
        known = genre_index(name)
        if known >= 0:
            return GENRES[known] if name.lower() == GENRES[known] else f"{GENRES[known]}/{name.lower()}"
    return UNKNOWN


def _outcomes(work: Sequence[Piece], jobs: int) -> Iterator[Outcome]:
    """What became of each piece, in order."""
    if jobs <= 1 or len(work) < SMALL:
        yield from map(read_piece, work)
        return
    fresh = multiprocessing.get_context("spawn")  # a fork of a process with threads, as TensorFlow's, may hang
    with ProcessPoolExecutor(jobs, mp_context=fresh) as pool:
        yield from pool.map(read_piece, work, chunksize=8)


def read_piece(piece: Piece) -> Outcome:
    """A piece's records; whatever goes wrong becomes a failure with the tune's name."""
    found: list[Record] = []
    failures: list[Failure] = []
    lost = Counter[str]()
    try:
        for name, tune in _tunes(piece):
            try:
                match tune:
                    case Score():
                        made = make_record(tune, Origin(piece.source, name, piece.genre, piece.licence))
                        found.append(made.record)
                        lost += made.lost
                    case UnreadableError():
                        raise tune
                    case _:
                        found.append(tune)
            except Exception as error:  # one tune of many: the others shall be read
                failures.append(_failure(name, error))
    except Exception as error:  # parsers raise whatever they stumble on
        failures.append(_failure(piece.name, error))
    return Outcome(tuple(found), tuple(failures), lost)


def _failure(name: str, error: Exception) -> Failure:
    if isinstance(error, UnreadableError):
        return Failure(name, error.reason, error.detail)
    return Failure(name, "corrupt", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:200])


def _tunes(piece: Piece) -> Iterator[tuple[str, Score | Record | UnreadableError]]:
    """The tunes of a piece by name: scores, finished records, or what is wrong with one."""
    suffix, title = piece.path.suffix.lower(), piece.path.stem
    if is_jam(piece.path):
        for player, part in read_jam(piece.path, genre=piece.genre, licence=piece.licence):
            yield f"{piece.name}#{player}", part
    elif is_pack(piece.path):
        for line, record in enumerate(read_pack(piece.path), 1):
            yield f"{piece.name}#{line}", record
    elif suffix in MIDI:
        yield piece.name, read_midi(piece.path.read_bytes(), title)
    elif piece.text is not None:
        for number, score in tunebook.read_abc(piece.text, title):
            yield f"{piece.name}#{number}", score
    else:
        yield piece.name, notation.read_notation(piece.path, title)
