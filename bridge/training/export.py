"""`improv export`: from a run to a folder that playing can open, refused unless both play the same.

TensorFlow's converter can write a file without weights and report nothing; so the files are played for 64 random steps
beside the network they came from, every output compared, before anything is put in place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.card import CARD_FILE, FORMAT
from bridge.music.errors import BridgeError
from bridge.music.vocabulary import FINGERPRINT
from bridge.training.arguments import PLACES
from bridge.training.card import draw_curves, read_log, readme, rights
from bridge.training.corpus import SETS, CorpusError
from bridge.training.kinds import module_of
from bridge.training.loop import BEST, CHECKPOINT, WEIGHTS_FILE, ExportError


def read_weights(kind: Any, *checkpoints: Path) -> Any:
    """The running average of the weights, its mean over checkpoints.

    Of one run (Izmailov et al., UAI 2018), or of runs that began at the same weights (Wortsman et al., ICML 2022); a
    checkpoint that is named twice counts twice.
    """
    found = []
    for checkpoint in checkpoints:
        with np.load(checkpoint, allow_pickle=False) as saved:
            found.append([saved[f"average/{name}"] for name in kind._fields])
    return kind(*(tf.constant(np.mean(arrays, axis=0)) for arrays in zip(*found, strict=True)))


def export(module: Any, weights: Any, out: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Convert, check, write the folder; the card as written. Raises ExportError, and then writes nothing."""
    contents = module.convert(weights, facts)
    card = {
        "kind": facts["kind"],
        "format": FORMAT,
        "vocabulary": FINGERPRINT,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        "bytes": sum(map(len, contents.values())),
        "parameters": int(sum(np.prod(w.shape) for w in weights)),
    }
    card |= module.card(weights) | facts
    with tempfile.TemporaryDirectory() as trial:
        folder = Path(trial)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        (folder / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
        card["parity"] = {"steps": 64, "largest_difference": module.parity(weights, folder)}
    out.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (out / name).write_bytes(content)
    arrays: dict[str, Any] = {f"average/{name}": np.asarray(w) for name, w in weights._asdict().items()}
    np.savez_compressed(out / WEIGHTS_FILE, **arrays)
    _write(out / CARD_FILE, card)
    return card


def finish(module: Any, out: Path, card: dict[str, Any], run: Path, data: Path | None) -> None:
    """Measure the exported model, and write its card, log and curves beside it."""
    if data:
        card["figures"] = rounded(module.figures(out, data))
    log, curves = read_log(run / "log.jsonl"), card.pop("curves", module.CURVES)
    if log:
        shutil.copyfile(run / "log.jsonl", out / "log.jsonl")
        draw_curves(log, curves, out / "curves.svg")
    _write(out / CARD_FILE, card)
    (out / "README.md").write_text(readme(card), encoding="utf-8")


def _write(path: Path, card: dict[str, Any]) -> None:
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def rounded(value: Any) -> Any:
    """The same nest of figures to four digits, so that the card is short."""
    if isinstance(value, dict):
        return {str(key): rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return round(float(value), 4) if isinstance(value, float | np.floating) else value


def facts_of(run: Path, name: str, notes: list[str]) -> dict[str, Any]:
    """What the card says of the run: kind, command, commit, sources and their rights. Raises CorpusError."""
    path = run / "run.json"
    if not path.exists():
        raise CorpusError(f"{run} is no training run: it has no run.json; name one with --run")
    facts: dict[str, Any] = {"name": name, "notes": notes} | json.loads(path.read_text(encoding="utf-8"))
    training = facts["training"]
    facts["training"] = {key: value for key, value in training.items() if key not in PLACES}
    named = training["sources"] or SETS[training["rights"]]
    own: dict[str, Any] = facts.get("learnt_from") or {source: {} for source in named}
    before = [row for row in (facts.get("started_from") or {}).get("data") or [] if row["source"] not in own]
    facts["data"] = before + rights(own)
    facts["sources"] = [row["source"] for row in facts["data"]]
    return facts


def told_of(checkpoint: Path) -> str:
    """The command of the run that a checkpoint is of, or its own name where its folder says none."""
    path = checkpoint.parent / "run.json"
    if not path.exists():
        return checkpoint.name
    return str(json.loads(path.read_text(encoding="utf-8"))["command"])


def main(argv: list[str]) -> int:
    """`improv export`: 0 if a folder was written, 1 if parity or the checkpoint failed."""
    parser = argparse.ArgumentParser(
        prog="improv export",
        description="Make a model folder from a training run's best weights, and measure it.",
        epilog="example: improv export --run out/melody --out models/melody --data DIR",
    )
    parser.add_argument("--run", type=Path, default=Path("out/accompaniment"), help="the run (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="folder to write (default: models/NAME, by the name of the run)")
    parser.add_argument(
        "--average", type=Path, nargs="*", default=[],
        help="checkpoints to average with it, of this run or of others begun where it was; one named twice counts so",
    )
    parser.add_argument("--last", action="store_true", help="take the last weights rather than the best validated ones")
    parser.add_argument("--data", type=Path, help="tunes; with them the card gets its held-out figures")
    parser.add_argument("--note", action="append", default=[], help="a known weakness, for the card (may be repeated)")
    args = parser.parse_args(argv)
    out = args.out or Path("models") / args.run.name
    try:
        facts = facts_of(args.run, out.name, args.note)
        module = module_of(facts["kind"])
        if args.average:
            facts["averaged_with"] = [told_of(checkpoint) for checkpoint in args.average]
        best = args.run / BEST
        first = args.run / CHECKPOINT if args.last or not best.exists() else best
        card = export(module, read_weights(module.WEIGHTS, first, *args.average), out, facts)
        for name, path in getattr(module, "extras", lambda run: {})(args.run).items():
            shutil.copyfile(path, out / name)
        finish(module, out, card, args.run, args.data)
    except (OSError, KeyError, CorpusError, ExportError, BridgeError) as error:
        print(f"improv export: {error}", file=sys.stderr)
        return 1
    parity = card["parity"]["largest_difference"]
    print(f"{out}: {card['bytes']} bytes, {card['parameters']} parameters, parity within {parity:.1e}")
    return 0
