"""What every training run depends on, as one value and as options of a command."""

from __future__ import annotations

import argparse
import ast
import inspect
import itertools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from bridge.training.corpus import SETS


@dataclass(frozen=True, slots=True)
class Common:
    """What every run depends on; a model's own arguments come after."""

    data: Path = Path("data")
    """Folder or file of tunes (docs/corpus.md), or a folder of MIDI, MusicXML or ABC files."""
    out: Path = Path("out")
    """Where the checkpoint and the log go; a checkpoint found there is resumed."""
    minutes: float = 30.0
    """Length of the run; the learning rate falls over it."""
    updates: int = 0
    """Length of the run in updates instead, which makes it repeatable; 0: by minutes."""
    check: float = 2.0
    """Minutes between validations."""
    seed: int = 1
    """Of the weights, the batches and the samples."""
    rights: str = "default"
    """Which sources may be learnt from: default (clean), folk (adds copyleft), pop (adds works in copyright)."""
    sources: tuple[str, ...] = ()
    """Sources to learn from instead of those of the set."""
    start: str = ""
    """A model's name or folder to begin from, instead of new weights."""
    genre: str = ""
    """Genre of tunes that say none."""
    rate: float = 3e-3
    """Adam's learning rate at its highest; it falls to a twentieth."""
    batch: int = 32
    """Windows an update."""


OPTIONS = {"rights": "set", "start": "from"}  # fields whose option has another name
PLACES = ("data", "out")
FURTHER = {"minutes": 5.0, "rate": 1e-3, "taught": 0.0}  # defaults where training goes on from a model
Arguments = TypeVar("Arguments", bound=Common)


def parse(kind: type[Arguments], name: str, argv: list[str]) -> Arguments:
    """Arguments of `improv train NAME` from the command line; every field is an option."""
    parser = argparse.ArgumentParser(
        prog=f"improv train {name}",
        description="Train a model; stop it with Ctrl-C and run the same command again to go on.",
        epilog=f"examples: improv train {name} --data DIR; on your own music: improv train --data MIDIS --from {name}",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    helps = docs(kind)
    usual = usual_of(kind, further="--from" in argv)
    for item in fields(kind):
        default = getattr(usual, item.name)
        words: dict[str, Any] = {"type": Path if item.name in PLACES else type(default), "default": default}
        if item.name == "sources":
            words |= {"nargs": "+", "type": str}
        if item.name == "rights":
            words["choices"] = sorted(SETS)
        if item.name == "data":
            words["required"] = True
        option = OPTIONS.get(item.name, item.name)
        parser.add_argument(f"--{option}", dest=item.name, help=helps[item.name], **words)
    values = vars(parser.parse_args(argv))
    if values["out"] == usual.out:
        values["out"] = Path("out") / (name if values["rights"] == "default" else f"{name}-{values['rights']}")
    return kind(**values | {"sources": tuple(values["sources"])})


def usual_of(kind: type[Arguments], *, further: bool) -> Arguments:
    """The defaults of a kind of model, `further` where training goes on from one: shorter and gentler then."""
    named = {item.name for item in fields(kind)}
    other: dict[str, Any] = {key: value for key, value in FURTHER.items() if further and key in named}
    return kind(**other)


def command_of(args: Common, name: str) -> str:
    """The command that starts this run, with every option that is not the default."""
    usual = usual_of(type(args), further=bool(args.start))
    names = [f.name for f in fields(args) if f.name not in PLACES]
    changed = [(name, getattr(args, name)) for name in names if getattr(args, name) != getattr(usual, name)]
    options = [f"--{OPTIONS.get(name, name)} {_word(name, value)}" for name, value in changed]
    return " ".join([f"improv train {name} --data DIR", *options])


def _word(name: str, value: Any) -> str:
    """A value as it is written down; of a folder to start from its name only, for paths differ between machines."""
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return Path(value).name if name == "start" else str(value)


def docs(kind: type[Common]) -> dict[str, str]:
    """The docstring under each field of a class of arguments and of those it extends."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__[:-1]):
        body = ast.parse(inspect.getsource(each)).body[0]
        assert isinstance(body, ast.ClassDef)
        for line, after in itertools.pairwise(body.body):
            if (
                isinstance(line, ast.AnnAssign)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
            ):
                found[ast.unparse(line.target)] = str(after.value.value)
    return found
