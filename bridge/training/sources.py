"""The tunes of a run, whatever `--data` names: files of the pack's format, or a folder of MIDI, MusicXML or ABC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.corpus.jam import is_jam
from bridge.training.arguments import Common
from bridge.training.corpus import SETS, CorpusError, Tune, read, tune_of

SPLITS = ("train", "valid")
SHOWN = 10  # files that are named when they cannot be used; their number is always told


def is_pack(path: Path) -> bool:
    """Whether a path is a file of the pack's format or a folder that has one; a jam's log is none."""
    if path.is_file():
        return path.name.endswith((".jsonl", ".jsonl.gz")) and not is_jam(path)
    return any(not is_jam(each) for each in path.glob("*.jsonl*"))


def tunes_of(args: Common, say: Callable[[str], None], splits: Sequence[str] = SPLITS) -> list[Tune]:
    """The tunes of the run's sources, their own splits kept. Raises CorpusError if there are none to learn from."""
    if is_pack(args.data):
        tunes = read(args.data, chosen(args), splits)
    else:
        tunes = [t for t in foreign(args.data, args.genre, say) if t.split in splits]
    if not any(tune.split == "train" and not tune.dup for tune in tunes):
        raise CorpusError(f"{args.data} has no tune to learn from; name a folder of tunes or MIDI files with --data")
    return tunes


def chosen(args: Common) -> tuple[str, ...] | None:
    """The sources to read: those named, else those of the set, else (a pack of one's own) all that are there."""
    if args.sources:
        return args.sources
    known = [s for s in SETS[args.rights] if args.data.is_dir() and list(args.data.glob(f"*_{s}.jsonl.gz"))]
    return SETS[args.rights] if known else None


def foreign(path: Path, genre: str, say: Callable[[str], None]) -> list[Tune]:
    """A folder of MIDI, MusicXML or ABC files as tunes; what was kept and dropped, and why, goes to `say`."""
    from bridge.corpus import records

    found, report = records([path], genre=genre or None)
    counts = ", ".join(f"{number} {reason}" for reason, number in report.dropped.items()) or "none"
    say(f"{report.files} files: {report.kept} tunes in {report.families} families; dropped: {counts}")
    for failure in report.failures[:SHOWN]:
        say(f"  {failure.name}: {failure.reason} {failure.detail}".rstrip())
    return [tune_of(record) for record in found if record["melody"]]


def learnt_from(tunes: Sequence[Tune]) -> dict[str, dict[str, str | int]]:
    """How many tunes of each source are learned from, and under which licences they say they are."""
    found: dict[str, dict[str, str | int]] = {}
    for tune in tunes:
        if tune.split == "train" and not tune.dup:
            entry = found.setdefault(tune.source, {"tunes": 0, "licence": tune.licence})
            entry["tunes"] = int(entry["tunes"]) + 1
    return found
