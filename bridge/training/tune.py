"""`improv tune melody`: bends a trained model towards rewards. Stop it and run it again: it goes on.

improv tune melody --data DIR --algorithm q --reward key=2,motif=0.5 --updates 2000
improv export --run out/note_rnn-q --out models/note_rnn-q --data DIR
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bridge.generators.card import card_of
from bridge.generators.shelf import folder
from bridge.music.errors import BridgeError
from bridge.training import loop, tuner
from bridge.training.arguments import docs
from bridge.training.card import commit
from bridge.training.corpus import SETS, CorpusError

TARGETS = {"melody": "bridge.training.tune_melody", "accompaniment": "bridge.training.tune_band"}
"""What can be tuned -> the module that has its `Arguments`, `KIND` and `environment(args, data, say)`."""
BESIDE = {
    "genre": "bridge.training.tune_band", "heads": "bridge.training.tune_heads", "table": "bridge.training.table_band"
}  # fmt: skip
"""What the accompanist's tuning needs beside: the classifier of genres, the table; the module with its `main`."""
OPTIONS = {"start": "from", "rights": "set"}  # fields whose option has another name


def parse(module: Any, target: str, argv: list[str]) -> tuple[Any, Path, Path]:
    """The arguments of a run, where its tunes lie, and where it goes."""
    parser = argparse.ArgumentParser(
        prog=f"improv tune {target}",
        description="Tune a model; stop it with Ctrl-C and run the same command again to go on.",
        epilog=f"example: improv tune {target} --data DIR --algorithm q --updates 2000",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", type=Path, required=True, help="tunes: what people did, and held-out ones")
    parser.add_argument("--out", type=Path, help="where the checkpoint and the log go (default: out/MODEL-ALGORITHM)")
    helps, usual = docs(module.Arguments), module.Arguments()
    for item in fields(module.Arguments):
        default = getattr(usual, item.name)
        words: dict[str, Any] = {"type": type(default), "default": default, "help": helps[item.name]}
        if item.name == "algorithm":
            words["choices"] = tuner.ALGORITHMS
        if item.name == "rights":
            words["choices"] = sorted(SETS)
        names = [f"--{OPTIONS.get(item.name, item.name).replace('_', '-')}"]
        parser.add_argument(*names, *(["--weights"] if item.name == "reward" else []), dest=item.name, **words)
    values = vars(parser.parse_args(argv))
    data, out = values.pop("data"), values.pop("out")
    args = module.Arguments(**values)
    return args, data, out or Path("out") / f"{Path(args.start).name}-{args.algorithm}"


def command_of(args: Any, target: str) -> str:
    """The command that starts this run, with every option that is not the default."""
    usual, words = type(args)(), [f"improv tune {target} --data DIR"]
    for item in fields(args):
        value = getattr(args, item.name)
        if value != getattr(usual, item.name):
            told = Path(value).name if item.name == "start" else value
            words.append(f"--{OPTIONS.get(item.name, item.name).replace('_', '-')} {told}")
    return " ".join(words)


def begin(module: Any, target: str, args: Any, out: Path, sources: dict[str, Any], more: dict[str, Any]) -> None:
    """Write down what is run, and `more` for the card, in the form that `improv export` reads. Raises ModelError."""
    before = card_of(folder(args.start), module.KIND)
    facts = asdict(args) | {"start": Path(args.start).name, "sources": []}
    run = {
        "kind": module.KIND,
        "command": command_of(args, target),
        "commit": commit(),
        "algorithm": args.algorithm,
        **({"curves": module.CURVES} if hasattr(module, "CURVES") else {}),
        "training": facts,
        "learnt_from": sources,
        "started_from": {key: before.get(key) for key in ("name", "command", "commit", "sources", "data")},
    } | more
    out.mkdir(parents=True, exist_ok=True)
    (out / "run.json").write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")


def main(argv: list[str]) -> int:
    """`improv tune`: 0 when done or stopped by Ctrl-C (resumable), 1 if the data or a model cannot be used."""
    if argv and argv[0] in BESIDE:
        return beside(argv)
    if not argv or argv[0] not in TARGETS:
        wanted = argv and argv[0] in ("-h", "--help")
        print(f"{__doc__}\nwhat can be tuned: {', '.join(TARGETS)}", file=sys.stdout if wanted else sys.stderr)
        return 0 if wanted else 2
    module = importlib.import_module(TARGETS[argv[0]])
    args, data, out = parse(module, argv[0], argv[1:])
    try:
        environment, sources = module.environment(args, data, lambda text: print(text, flush=True))
        begin(module, argv[0], args, out, sources, getattr(environment, "facts", {}))
        run(environment, args, out)
    except (CorpusError, BridgeError) as error:
        print(f"improv tune: {error}", file=sys.stderr)
        return 1
    return 0


def beside(argv: list[str]) -> int:
    """`improv tune genre`, `improv tune table`: 0 when done, 1 if the data or a model cannot be used."""
    try:
        code: int = importlib.import_module(BESIDE[argv[0]]).main(argv[1:])
    except (CorpusError, BridgeError) as error:
        print(f"improv tune: {error}", file=sys.stderr)
        return 1
    return code


def run(environment: Any, args: Any, out: Path) -> None:
    """The run, with its bar of progress; at the end the weights that export takes."""
    write = loop.writer(out / "log.jsonl")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns) as progress:
            bar = progress.add_task("tuning", total=1.0)
            tuner.tune(environment, args, out, write, lambda done: progress.update(bar, completed=done))
    except KeyboardInterrupt:
        print(f"stopped; run the same command again to go on from {out / loop.CHECKPOINT}", file=sys.stderr)
        return
    print(f"done; now: improv export --run {out} --out NAME_OF_A_FOLDER --data DIR")
