"""`improv evaluate`: models of any kind judged on tunes that they never learned from, beside humans and baselines.

Reads any pack file or folder of them. All models play on their own, from a cold start, at their own temperature,
through the runtime that `improv serve` plays with; no TensorFlow is needed. Figures come as Markdown, with `--json` as
one JSON object, with `--out` as files and pictures. A figure that no tune counts for is null.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bridge.generators import shelf
from bridge.generators.card import CARD_FILE
from bridge.music.errors import BridgeError, ModelError
from bridge.music.vocabulary import STEP_TICKS
from bridge.training import costs
from bridge.training.corpus import CorpusError
from bridge.training.heldout import held_out
from bridge.training.judge import Figures, judge, without
from bridge.training.kinds import KINDS
from bridge.training.others import melody_section, morph_section
from bridge.training.perform import STEPS
from bridge.training.pictures import draw
from bridge.training.play import Settings, stage
from bridge.training.report import UNAVAILABLE, markdown
from bridge.training.tally import COUNTED, rounded

NO_MODEL = "there is no model here; train one with `improv train`, or name a folder with --model"
ELSEWHERE = "a Note RNN is judged by its card and by tools/tuning_page.py (docs/tuning.md); leave out --data"
QUARTER = 480 // STEP_TICKS  # sixteenths
EPILOG = """examples:
  improv evaluate                                      the figures that the models' cards hold
  improv evaluate --data DIR                           all models, on the held-out tunes of a folder of pack files
  improv evaluate --data tunes.jsonl.gz --out figures  on any pack file; JSON, Markdown and pictures go to a folder
  improv evaluate --data DIR --model accompaniment-folk --json
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="improv evaluate",
        description="Let models play along held-out tunes from a cold start, and measure how well they do.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("--data", type=Path, metavar="FILE|DIR",
        help="tunes: a pack file or a folder of them (docs/corpus.md), or of MIDI, MusicXML or ABC files")  # fmt: skip
    add("--model", metavar="NAME|DIR", help="this model only (default: all kinds, by the genre of each tune)")
    add("--json", action="store_true", help="print one JSON object")
    add("--out", type=Path, metavar="DIR", help="also write figures.json, figures.md and pictures there")
    add("--seed", type=int, default=0, help="of the draws (default: %(default)s)")
    add("--temperature", type=float, help="of the accompaniment's draws (default: each model's own)")
    add("--beats", type=int, default=STEPS // QUARTER, metavar="N",
        help="quarter notes of each tune that are judged; 0: all (default: %(default)s)")  # fmt: skip
    add("--jobs", type=int, default=1, metavar="N", help="processes (default: %(default)s)")
    add("--only-model", action="store_true", help="skip the baselines")
    return made


def main(argv: list[str]) -> int:
    """`improv evaluate`: 0 with figures printed, 1 if the data or a model cannot be used."""
    args = parser().parse_args(argv)
    try:
        chosen = models(args.model)
        if args.data is None:
            report = {"cards": stored(chosen)}
        else:
            steps = QUARTER * args.beats if args.beats > 0 else sys.maxsize
            settings = Settings(args.seed, args.temperature, steps, max(1, args.jobs))
            report = evaluate(chosen, args.data, settings, baselines=not args.only_model)
    except (BridgeError, CorpusError) as error:
        print(f"improv evaluate: {error}", file=sys.stderr)
        return 1
    text = markdown(report)
    if args.out is not None:
        try:
            write(report, text, args.out)
        except OSError as error:
            print(f"improv evaluate: {args.out} cannot be written ({error.strerror}); name another folder with --out",
                  file=sys.stderr)  # fmt: skip
            return 1
    print(json.dumps(report, allow_nan=False) if args.json else text)
    return 0


def models(name: str | None) -> dict[str, dict[str, Path]]:
    """Kind -> set of weights -> folder: all that are there, or the one that was named. Raises ModelError."""
    if name is not None:
        where = shelf.folder(name)
        kind = str(card(where).get("kind"))
        if kind not in KINDS:
            raise ModelError(f"{where} is a model of the unknown kind {kind}; name one of: {', '.join(shelf.names())}")
        return {kind: {where.name: where}}
    there = shelf.names()
    found = {}
    for kind in KINDS:
        sets = [shelf.PLAIN, *shelf.sets(kind)]
        found[kind] = {each: shelf.folder(shelf.named(kind, each)) for each in sets if shelf.named(kind, each) in there}
    return {kind: folders for kind, folders in found.items() if folders}


def card(folder: Path) -> Figures:
    """A model's card. Raises ModelError."""
    try:
        read = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / CARD_FILE} cannot be read; install the model again") from error
    if not isinstance(read, dict):
        raise ModelError(f"{folder / CARD_FILE} does not describe a model; install the model again")
    return read


def stored(chosen: dict[str, dict[str, Path]]) -> Figures:
    """The figures that the cards of these models hold."""
    folders = [folder for sets in chosen.values() for folder in sets.values()]
    return {folder.name: card(folder).get("figures", {}) for folder in folders}


def evaluate(chosen: dict[str, dict[str, Path]], data: Path, settings: Settings, *, baselines: bool = True) -> Figures:
    """The whole report, JSON-ready; of a kind of model that cannot be used it says why.

    Raises CorpusError where there is no tune, ModelError where there is no usable model.
    """
    if list(chosen) == ["note_rnn"]:
        raise ModelError(ELSEWHERE)
    chosen = {kind: sets for kind, sets in chosen.items() if kind != "note_rnn"}
    held = held_out(data)
    if not held.tunes:
        raise CorpusError(f"{data} has no tune that can be judged; see docs/corpus.md for the format")
    report: Figures = {"settings": _settings(data, settings), "models": _about(chosen), "data": held.summary()}
    with stage(settings) as where:
        begun = {
            kind: where.begin(kind, section, chosen[kind], held.tunes, data)
            for kind, section in {"melody": melody_section, "morph": morph_section}.items()
            if kind in chosen
        }
        if sets := chosen.get("accompaniment"):
            report |= _said("accompaniment", lambda: judge(where, sets, held.tunes, baselines=baselines))
        for kind, result in begun.items():
            report |= _said(kind, partial(_named, kind, result))
        usable = [kind for kind in chosen if UNAVAILABLE not in report[kind]]
        if not usable:
            raise ModelError(str(report[next(iter(chosen))][UNAVAILABLE]) if chosen else NO_MODEL)
        first = {kind: next(iter(chosen[kind].values())) for kind in usable}
        report["costs"] = where.begin("costs", costs.costs, first, costs.steppers())()
    figures: Figures = rounded(report)
    return figures


def _said(kind: str, work: Callable[[], Figures]) -> Figures:
    """The part of the report that is about a kind of model, or why there is none; the other kinds are judged yet."""
    try:
        return work()
    except ModelError as error:
        return {kind: {UNAVAILABLE: str(error)}}
    except (ValueError, LookupError, ArithmeticError, AssertionError) as error:  # as a voice that raises: it is said
        text = f"measuring fails on these tunes ({type(error).__name__}: {error}); please report it with the file"
        return {kind: {UNAVAILABLE: text.splitlines()[0]}}


def _named(kind: str, result: Callable[[], Figures]) -> Figures:
    return {kind: result()}


def _settings(data: Path, settings: Settings) -> Figures:
    whole = settings.steps >= sys.maxsize
    return {
        "data": data.name,
        "seed": settings.seed,
        "temperature": settings.temperature if settings.temperature is not None else "each model's own",
        "quarter_notes_judged": "all" if whole else settings.steps // QUARTER,
    }


def _about(chosen: dict[str, dict[str, Path]]) -> Figures:
    """What names the models that were judged."""
    keys = ("vocabulary", "commit", "temperature", "parameters")
    return {
        folder.name: {"kind": kind, "set": name} | {key: card(folder).get(key) for key in keys}
        for kind, sets in chosen.items()
        for name, folder in sets.items()
    }


def write(report: Figures, text: str, out: Path) -> None:
    """figures.json, figures.md, and pictures where they can be drawn."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (out / "figures.md").write_text(text + "\n", encoding="utf-8")
    draw(report, out)


def card_figures(model: Path, data: Path) -> Figures:
    """The short figures of an accompaniment model's card: beside humans and baselines, by genre and split."""
    settings = Settings(blind_tunes=4, context_tunes=6)
    held = held_out(data)
    with stage(settings) as where:
        report = judge(where, {model.name: model}, held.tunes)
    chords, bass, player = report["accompaniment"], report["bass"], report["player"]
    players = {"model": chords, "human": chords["human"]} | chords["baselines"]
    figures: Figures = {
        "chords": {name: _flat(each) for name, each in players.items()},
        "genres": {name: _flat(each) for name, each in chords["genres"].items()},
        "splits": {name: _flat(each) for name, each in chords["splits"].items()},
        "bass": {"model": _flat(bass)} | {name: _flat(bass[name]) for name in ("human", "root_on_every_beat")},
        "start and jump": {
            name: without(_flat(each), ("share_by_beat",))
            for name, each in {**chords["start"], "jump": chords["jump"]}.items()
        },
        "melody late": {name: _flat(each) for name, each in chords["blind"].items()},
        "foreseeing the player": {name: _flat(player[name]) for name in player if name.endswith("_accompaniment")},
    }
    short: Figures = rounded(figures)
    return short


def _flat(figures: Figures) -> Figures:
    """The figures of one level."""
    return {key: value for key, value in figures.items() if not isinstance(value, dict) and key != COUNTED}
