"""`improv train NAME`: from a folder of tunes to a model. Stop it and run it again: it goes on.

improv train accompaniment --data DIR --minutes 45
improv train melody --data DIR --set folk --from melody --minutes 5
improv train --data my_midis/ --from accompaniment        # on a producer's own music
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bridge.generators.card import card_of
from bridge.generators.shelf import folder
from bridge.music.errors import BridgeError, ModelError
from bridge.training import loop
from bridge.training.arguments import PLACES, Common, command_of, parse
from bridge.training.card import commit
from bridge.training.corpus import CorpusError
from bridge.training.kinds import KINDS, module_of


def kind_of(argv: list[str]) -> tuple[str, list[str]]:
    """The kind of model that a command line trains, named first or else that of `--from`; and its options."""
    if argv and not argv[0].startswith("-"):
        module_of(argv[0])
        return argv[0], argv[1:]
    if "--from" in argv[:-1]:
        return str(card_of(folder(argv[argv.index("--from") + 1]))["kind"]), argv
    return ("accompaniment", argv) if argv else ("accompaniment", ["--help"])


def shaped(module: Any, args: Common) -> Common:
    """The arguments with the sizes of the model that training goes on from, if it does. Raises ModelError."""
    if not args.start:
        return args
    known = card_of(folder(args.start)).get("training", {})
    return replace(args, **{name: known[name] for name in getattr(module, "SHAPE", ()) if name in known})


def begin(args: Common, name: str) -> Path | None:
    """Write down what is run; the weights to begin from, if any. Raises ModelError."""
    args.out.mkdir(parents=True, exist_ok=True)
    facts = {key: value for key, value in asdict(args).items() if key not in PLACES}
    facts["start"] = Path(args.start).name
    run: dict[str, Any] = {"kind": name, "command": command_of(args, name), "commit": commit(), "training": facts}
    start = None
    if args.start:
        start = folder(args.start)
        before = card_of(start)
        if before["kind"] != name:
            raise ModelError(f"{args.start} is a model for {before['kind']}; name one for {name} with --from")
        if not (start / loop.WEIGHTS_FILE).exists():
            raise ModelError(f"{start} has no {loop.WEIGHTS_FILE} to train on from; export that model again")
        past = {key: before.get(key) for key in ("name", "command", "commit", "sources", "data", "started_from")}
        run["started_from"] = past
    (args.out / "run.json").write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    return start / loop.WEIGHTS_FILE if start else None


def note_sources(path: Path, sources: dict[str, Any]) -> None:
    """Add to what is written of a run the tunes that it learns from, for the card."""
    run = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(run | {"learnt_from": sources}, indent=2) + "\n", encoding="utf-8")


def main(argv: list[str]) -> int:
    """`improv train`: 0 when done or stopped by Ctrl-C (resumable), 1 if the data or a model cannot be used."""
    try:
        name, rest = kind_of(argv)
        module = module_of(name)
        args = shaped(module, parse(module.Arguments, name, rest))
        start = begin(args, name)
        train(module, args, start)
    except (CorpusError, BridgeError) as error:
        print(f"improv train: {error}", file=sys.stderr)
        return 1
    return 0


def train(module: Any, args: Common, start: Path | None) -> None:
    """The run, with its bar of progress; after Ctrl-C it says how to go on."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    write = loop.writer(args.out / "log.jsonl")
    try:
        print(f"reading {args.data}", flush=True)
        task = module.task(args)
        note_sources(args.out / "run.json", getattr(task, "sources", {}))
        with Progress(*columns) as progress:
            bar = progress.add_task("training", total=1.0)

            def note(figures: dict[str, Any]) -> None:
                write(figures)
                key = task.best[0]
                progress.update(
                    bar, description=f"update {figures['update']}, {key} {figures.get(key, float('nan')):.3f}"
                )

            first = None if getattr(module, "STARTS", False) else start
            loop.fit(task, args, note, lambda done: progress.update(bar, completed=done), first)
    except KeyboardInterrupt:
        print(f"stopped; run the same command again to go on from {args.out / loop.CHECKPOINT}", file=sys.stderr)
    else:
        print(f"done; now: improv export --run {args.out} --out NAME_OF_A_FOLDER --data {args.data}")


__all__ = ["KINDS", "main"]
