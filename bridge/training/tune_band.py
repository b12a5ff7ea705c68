"""`improv tune accompaniment`: from a shipped accompanist to one that is tuned by Q-learning; stop it, run it again.

improv tune accompaniment --data DIR
improv tune accompaniment --data DIR --set pop --from accompaniment-pop --reward harmonic_rhythm,cadence --weights 1,2
improv tune genre --data DIR --set folk                 # the classifier of the genre reward, with its accuracy
improv tune table --data DIR --tuned tuned              # untuned beside tuned, by genre
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators import shelf
from bridge.generators.card import card_of
from bridge.music.errors import BridgeError, ModelError
from bridge.training import genres, loop, network, tuner
from bridge.training.accompaniment import MIXES
from bridge.training.arguments import Common, docs
from bridge.training.card import commit, draw_curves, read_log, rights
from bridge.training.corpus import SETS, CorpusError, Tune
from bridge.training.sources import learnt_from, tunes_of
from bridge.training.tuner_band import Accompanying, Head, Rewards, joined

CURVES = {
    "rewards a beat, beyond the untuned (train)": [f"reward_{item.name}" for item in fields(Rewards)],
    "distance from the model, nats; entropy": ["divergence", "entropy"],
    "error of the scores": ["error"],
    "note-in-chord share (valid)": ["valid_note_in_chord_share"],
    "chord lengths (valid)": ["valid_chord_length_emd_beats", "valid_chord_length_entropy_minus_human"],
    "variety (valid)": ["valid_distinct_chords_share"],
}


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a run depends on, beside the tuner's own arguments."""

    data: Path = Path("data")
    """Folder or file of tunes (docs/corpus.md)."""
    out: Path = Path("out/accompaniment-tuned")
    """Where the checkpoint and the log go; a checkpoint found there is resumed."""
    rights: str = "default"
    """Which sources may be learnt from: default (clean), folk (adds copyleft), pop (adds works in copyright)."""
    start: str = "accompaniment"
    """The model to tune, by name or folder."""
    temperature: float = 0.0
    """At which the tuned model is played; 0: as the card of the model says."""
    hidden: int = 64
    """Of the head that is tuned."""
    jumps: float = 0.25
    """Share of the windows whose key jumps at a bar line."""


USUAL = tuner.Arguments(
    updates=400, episodes=32, batch=64, replay=256, discount=0.8, rate=3e-3, follow=0.05, check=50, anchor=0.0
)
NAMES = {"rights": "set", "start": "from"}


def parse(argv: list[str]) -> tuple[Arguments, tuner.Arguments, Rewards]:
    """The run, the algorithm and the rewards of a command line. Raises ModelError for an unknown reward."""
    parser = argparse.ArgumentParser(
        prog="improv tune accompaniment",
        description="Tune an accompanist towards rewards; stop it with Ctrl-C, run the same command again to go on.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    for kind, usual in ((Arguments, Arguments()), (tuner.Arguments, USUAL)):
        helps = docs(kind)  # type: ignore[arg-type]
        for item in fields(kind):
            default = getattr(usual, item.name)
            words: dict[str, Any] = {"type": type(default) if not isinstance(default, Path) else Path}
            choices = {"rights": sorted(SETS), "algorithm": tuner.ALGORITHMS}.get(item.name)
            option = NAMES.get(item.name, item.name)
            parser.add_argument(f"--{option}", dest=item.name, default=default, help=helps[item.name], choices=choices,
                                **words)  # fmt: skip
    names = ",".join(item.name for item in fields(Rewards))
    parser.add_argument("--reward", default=names, help="rewards, comma-separated; the others weigh 0")
    parser.add_argument("--weights", default="", help="their weights in the same order (default: the usual ones)")
    values = vars(parser.parse_args(argv))
    chosen = rewards_of(values.pop("reward"), values.pop("weights"))
    own = {item.name: values.pop(item.name) for item in fields(Arguments)}
    return Arguments(**own), tuner.Arguments(**values), chosen


def rewards_of(names: str, weights: str) -> Rewards:
    """The rewards that are named, with these weights or their usual ones. Raises ModelError."""
    usual = asdict(Rewards())
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in usual]:
        raise ModelError(f"there is no reward {unknown[0]!r}; --reward takes some of: {', '.join(usual)}")
    try:
        given = [float(word) for word in weights.split(",")] if weights else [usual[name] for name in wanted]
    except ValueError as error:
        raise ModelError(f"--weights takes numbers, comma-separated, not {weights!r}") from error
    if len(given) != len(wanted):
        raise ModelError(f"--weights has {len(given)} numbers for {len(wanted)} rewards; give one for each")
    return Rewards(**dict.fromkeys(usual, 0.0) | dict(zip(wanted, given, strict=True)))


def weights_of(folder: Path) -> network.Weights:
    """The float weights of a model's folder, frozen. Raises ModelError."""
    path = folder / loop.WEIGHTS_FILE
    try:
        with np.load(path, allow_pickle=False) as saved:
            return network.Weights(*(tf.constant(saved[f"average/{name}"]) for name in network.Weights._fields))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path} holds no accompanist's weights ({error}); export that model again") from error


def begin(args: Arguments, plan: tuner.Arguments, prices: Rewards, tunes: list[Tune]) -> Arguments:
    """Write down what is run, as `improv export` reads it; the arguments with the temperature. Raises ModelError."""
    start = shelf.folder(args.start)
    before = card_of(start, "accompaniment")
    args = replace(args, temperature=args.temperature or float(before["temperature"]))
    common = {"seed": plan.seed, "rights": args.rights, "sources": []}
    training = common | {"temperature": args.temperature, "hidden": args.hidden, "jumps": args.jumps} | asdict(plan)
    past = {key: before.get(key) for key in ("name", "command", "commit", "sources", "data", "started_from")}
    run = {
        "kind": "accompaniment",
        "command": f"improv tune accompaniment --data DIR --set {args.rights} --from {start.name}"
        f" --algorithm {plan.algorithm} --updates {plan.updates} --temperature {args.temperature:g}",
        "commit": commit(),
        "temperature": args.temperature,
        "training": training,
        "rewards": asdict(prices),
        "curves": CURVES,
        "learnt_from": learnt_from(tunes),
        "started_from": past,
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "run.json").write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    return args


def tune(args: Arguments, plan: tuner.Arguments, prices: Rewards) -> Path:
    """The run; the folder that `improv export --run` takes. Raises CorpusError, ModelError."""
    tunes = tunes_of(Common(data=args.data, rights=args.rights), print)
    args = begin(args, plan, prices, tunes)
    known = genres.learn([t for t in tunes if t.split == "train" and (t.chords >= 0).any()])
    base = weights_of(shelf.folder(args.start))
    environment = Accompanying(
        base, tunes, MIXES[args.rights], genres.evidence(known), prices, temperature=args.temperature,
        episodes=plan.episodes, hidden=args.hidden, jumps=args.jumps, seed=plan.seed,
    )  # fmt: skip
    log = args.out / "log.jsonl"
    if not log.exists():
        loop.writer(log)({"update": 0, "minutes": 0.0} | environment.validate((environment.prior,)))
    done = tuner.tune(environment, plan, args.out, loop.writer(log))
    write_best(args.out, base, done.networks(done.target), args.temperature)
    draw_curves(read_log(log), CURVES, args.out / "curves.svg")
    return args.out


def write_best(out: Path, base: network.Weights, heads: tuple[Head, ...], temperature: float) -> None:
    """The tuned network, for `improv export`."""
    weights = joined(base, heads, temperature)
    arrays: dict[str, Any] = {f"average/{name}": np.asarray(w) for name, w in weights._asdict().items()}
    np.savez(out / loop.BEST, **arrays)


def classify(argv: list[str]) -> int:
    """`improv tune genre`: the classifier of one set of sources, with its held-out accuracy on its card."""
    parser = argparse.ArgumentParser(prog="improv tune genre", description="Count how genres move from chord to chord.")
    parser.add_argument("--data", type=Path, required=True, help="folder of tunes (docs/corpus.md)")
    parser.add_argument("--set", choices=sorted(SETS), default="default", help="sources to learn from")
    parser.add_argument("--out", type=Path, help="folder to write (default: models/genre, -folk, -pop)")
    args = parser.parse_args(argv)
    splits = ("train", "valid", "test")
    chorded = [t for t in tunes_of(Common(data=args.data, rights=args.set), print, splits) if (t.chords >= 0).any()]
    train = [t for t in chorded if t.split == "train"]
    known = genres.learn(train)
    figures = genres.accuracy(known, [t for t in chorded if t.split != "train"])
    command = f"improv tune genre --data DIR --set {args.set}"
    facts = {"command": command, "commit": commit(), "data": rights(learnt_from(train)), "held_out": figures}
    genres.save(known, args.out or Path("models") / shelf.named("genre", args.set), facts)
    print(json.dumps(figures, indent=1))
    return 0


def main(argv: list[str]) -> int:
    """`improv tune accompaniment|genre|table`: 0 when done, 1 if the data or a model cannot be used."""
    task, rest = (argv[0], argv[1:]) if argv else ("accompaniment", ["--help"])
    try:
        if task == "genre":
            return classify(rest)
        if task == "table":
            from bridge.training.table_band import main as table

            return table(rest)
        out = tune(*parse(rest))
    except KeyboardInterrupt:
        print("stopped; run the same command again to go on", file=sys.stderr)
        return 0
    except (CorpusError, BridgeError) as error:
        print(f"improv tune: {error}", file=sys.stderr)
        return 1
    print(f"done; now: improv export --run {out} --out NAME_OF_A_FOLDER --data DIR")
    return 0
