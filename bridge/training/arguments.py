"""What a training run depends on, as one value and as options of a command."""

from __future__ import annotations

import argparse
import ast
import inspect
import itertools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bridge.training.corpus import CLEAN


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a training run depends on."""

    data: Path = Path("data")
    """Folder of tunes, `{tier}_{source}.jsonl.gz`."""
    out: Path = Path("out/accompaniment")
    """Where the checkpoint and the log go; a checkpoint found there is resumed."""
    minutes: float = 45.0
    """Length of the run; the learning rate falls over it."""
    seed: int = 1
    """Of the weights, the windows and the samples."""
    sources: tuple[str, ...] = CLEAN
    """Sources to learn from; the default ones are free of copyleft and of works in copyright."""
    units: int = 128
    """Of the LSTM."""
    hidden: int = 64
    """Of each head."""
    batch: int = 32
    """Windows an update."""
    steps: int = 128
    """Sixteenths a window."""
    rate: float = 3e-3
    """Adam's learning rate at its highest; it falls to a twentieth."""
    warmup: int = 200
    """Updates with the human past only."""
    forced: float = 0.15
    """Share of the windows with the human past thereafter."""
    imitate: float = 0.8
    """Weight of the chords' cross-entropy on the model's own past (1 on the human past)."""
    hit: float = 8.0
    """Weight of the expected share of the coming beat's melody inside the chord."""
    steady: float = 1.5
    """Weight of the distance between the rate of chord changes and the human one."""
    lean: float = 4.0
    """Weight of the excess over 3.45 pitch classes a chord."""
    varied: float = 0.0
    """Weight of the variety of chords within a window."""
    rooted: float = 0.05
    """Weight of the probability that the bass, where a new chord begins, plays its root."""


def parse(argv: list[str]) -> Arguments:
    """Arguments from the command line; every field of `Arguments` is an option."""
    parser = argparse.ArgumentParser(
        prog="improv train",
        description="Train a model to play along; stop and resume it as you like.",
        epilog="example: improv train accompaniment --data DIR --minutes 45 --seed 1; then: improv export",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("what", nargs="?", choices=["accompaniment"], default="accompaniment", help="kind of model")
    helps = docs()
    for item in fields(Arguments):
        kind = {"data": Path, "out": Path}.get(item.name, str if item.name == "sources" else type(item.default))
        many: dict[str, Any] = {"nargs": "+"} if item.name == "sources" else {}
        required = item.name == "data"
        parser.add_argument(
            f"--{item.name}", type=kind, default=item.default, required=required, help=helps[item.name], **many
        )
    values = vars(parser.parse_args(argv))
    values.pop("what")
    return Arguments(**values | {"sources": tuple(values["sources"])})


def command_of(args: Arguments) -> str:
    """The command that starts this run, with every option that is not the default."""
    usual = Arguments()
    names = [f.name for f in fields(Arguments) if f.name not in ("data", "out")]
    changed = [(name, getattr(args, name)) for name in names if getattr(args, name) != getattr(usual, name)]
    options = [f"--{name} {' '.join(value) if isinstance(value, tuple) else value}" for name, value in changed]
    return " ".join(["improv train accompaniment --data DIR", *options])


def docs() -> dict[str, str]:
    """The docstring under each field of `Arguments`."""
    body = ast.parse(inspect.getsource(Arguments)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for line, after in itertools.pairwise(body.body):
        if isinstance(line, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[ast.unparse(line.target)] = str(after.value.value)
    return found
