"""`improv corpus`: files of music become pack files to train on, with an account of what was kept, dropped and lost."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bridge.corpus.notation import library
from bridge.corpus.pack import write_pack
from bridge.corpus.read import records
from bridge.corpus.report import Report
from bridge.music.errors import BridgeError

EXAMPLES = """examples:
  improv corpus my_midis/ --genre jazz --out my_tunes.jsonl.gz     one pack file, for improv train --data
  improv corpus tunes.abc scores/ --out data/                      one file per source, {tier}_{source}.jsonl.gz
  improv corpus --music21 ryansMammoth --genre folk/american --out data/
  improv corpus jam.jsonl --out jams.jsonl.gz                      what was played in a recorded jam
  improv corpus my_midis/ --json                                   only look, write nothing
"""
SHOWN = 20  # dropped tunes that are named in the terminal; --json names all


def main(argv: Sequence[str]) -> int:
    """Run the command; the exit code: 0 done, 1 nothing was kept. Raises BridgeError."""
    args = _parser().parse_args(argv)
    paths = [*args.paths, *(library(args.music21) if args.music21 else [])]
    if not paths:
        raise BridgeError("no music named: give files, folders, or --music21 COMPOSER; see improv corpus --help")
    aside = Console(stderr=True)
    with Progress(
        TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=aside, transient=True,
        disable=not aside.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task("reading", total=None)
        found, report = records(
            paths, genre=args.genre, licence=args.licence, jobs=args.jobs,
            tick=lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip
    written: list[Path] = []
    if args.out is not None and found:
        try:
            written = write_pack(found, args.out)
        except OSError as error:
            raise BridgeError(f"{args.out} cannot be written ({error.strerror}): choose another --out") from None
    if args.json:
        print(json.dumps(report.as_dict() | {"written": [str(path) for path in written]}, ensure_ascii=False))
    else:
        show(report, written, Console())
    return 0 if found else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="improv corpus",
        description="Make a corpus to train on from MIDI, MusicXML, ABC and pack files (docs/corpus.md).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", type=Path, metavar="PATH", help="a file, or a folder to search")
    add("--music21", metavar="COMPOSER|PATH", help="also a part of music21's own corpus, such as bach or ryansMammoth")
    add("--out", type=Path, help="a file *.jsonl or *.jsonl.gz, or a folder for one file per source")
    add("--genre", help="of all tunes, such as folk/irish (default: a folder's name that is a genre, else unknown)")
    add("--licence", default="not stated", help="of all tunes, as the records shall say it (default: %(default)s)")
    add("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: %(default)s)")
    add("--json", action="store_true", help="print the report as one JSON object")
    return parser


def show(report: Report, written: Sequence[Path], console: Console) -> None:
    """Print the report as tables."""
    table = Table(title=f"{report.kept} tunes kept of {report.kept + len(report.failures)}", title_justify="left")
    for name, justify in (("what", "left"), ("count", "right"), ("", "left")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    _rows(table, "", {"files": report.files, **report.notes})
    _rows(table, "", {"families": report.families, "duplicates of another tune": report.duplicates})
    _rows(table, "split: ", report.splits, per=report.kept)
    _rows(table, "genre: ", report.genres, per=report.kept)
    _rows(table, "", report.lost, per=report.kept)
    _rows(table, "dropped: ", report.dropped)
    console.print(table)
    for failure in report.failures[:SHOWN]:
        console.print(f"dropped {failure.name}: {failure.reason} {failure.detail}".rstrip(), markup=False)
    if len(report.failures) > SHOWN:
        console.print(f"... and {len(report.failures) - SHOWN} more: --json names them all")
    console.print(f"{report.seconds:.1f} s", *(f"wrote {path}" for path in written), sep="\n", markup=False)


def _rows(table: Table, prefix: str, counts: Mapping[str, Any], per: int = 0) -> None:
    """A row for each count, beside its share of `per` tunes where that is a share."""
    table.add_section()
    for name, count in counts.items():
        share = f"{count / per:.0%}" if per and "notes" not in name else ""
        table.add_row(prefix + name.replace("_", " "), f"{count:,}", share)
