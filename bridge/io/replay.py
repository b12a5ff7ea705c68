"""`improv replay`: a recorded jam played again from its inputs, and compared with what it said the first time.

Everything that went out is compared bit for bit, save how long the mind took (MEASURED), which no log can give back.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bridge import __version__
from bridge.engine.answerer import Answerer
from bridge.engine.door import Cast
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.generators.shelf import RULES
from bridge.io import jams
from bridge.io.minds import answerers, choose
from bridge.io.provenance import arithmetic, jam_of, machine, weights
from bridge.io.record import Recorded
from bridge.io.tutor import recall
from bridge.music.entries import Advanced, Closed, Entry, Header, Received, Said
from bridge.music.errors import ModelError
from bridge.music.events import Value
from bridge.music.log import LogError, Reader, Scribe

MEASURED: Final = ("step_ms_p50", "step_ms_p99")  # values of a real clock's, for monitors
EXAMPLES: Final = """examples:
  improv replay --list                                 the jams that are there
  improv replay jam.jsonl                              play it again and compare; exit code 1 at the first difference
  improv replay jam.jsonl --play --midi-out Synth      hear it, at its own tempo, as it was
  improv export jam.jsonl --out jam.mid                a MIDI file and a picture of it
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a replay came to: how much was compared, and where it first differed, if it did."""

    outputs: int
    seconds: float
    difference: str = ""
    cut: bool = False  # whether the log's last line was incomplete

    @property
    def same(self) -> bool:
        """Whether nothing differed."""
        return not self.difference


def replay(log: Reader, cast: Cast) -> Verdict:
    """Feed a jam what the log's was fed, and compare what it says. Raises LogError and ModelError."""
    said: list[Entry] = []
    jam = Recorded(jam_of(log.header, cast), said.append)
    outputs, began, now = 0, 0.0, None
    there, here = Scribe(), Scribe()
    for entry in log:
        if isinstance(entry, Received | Advanced | Closed):
            began, now = (entry.time if now is None else began), entry.time
            if said:
                words = f"the jam says more than the log: {_words(said[0])}"
                return Verdict(outputs, now - began, f"{now - began:.3f} s into the jam: {words}")
            _feed(jam, entry)
            said.pop(0)  # the input itself
            continue
        again = said.pop(0) if said else None
        if again is None or there.text(entry) != here.text(again):
            words = _difference(entry, again) if again else f"the jam now lacks {_words(entry)}"
            if words:
                lasted = (now or began) - began
                return Verdict(outputs, lasted, f"{lasted:.3f} s into the jam: {words}")
        outputs += len(entry.outputs) if isinstance(entry, Said) else 0
    return Verdict(outputs, (now or began) - began, cut=log.cut)


def _feed(jam: Recorded, entry: Received | Advanced | Closed) -> None:
    match entry:
        case Received(event, time):
            jam.receive(event, time)
        case Advanced(time):
            jam.advance(time)
        case Closed(time):
            jam.close(time)


def _difference(logged: Entry, again: Entry) -> str:
    """How two entries differ, in words; empty where they only differ in what a real clock measured."""
    if not (isinstance(logged, Said) and isinstance(again, Said)):
        return f"the log has {_words(logged)}, the jam now {_words(again)}"
    for number in range(max(len(logged.outputs), len(again.outputs))):
        one, two = ((said.outputs[number] if number < len(said.outputs) else None) for said in (logged, again))
        if one is None or two is None:
            there, which = (one, "the log") if one else (two, "the jam now")
            return f"only {which} has {there.message if there else ''}"
        if one.to == two.to and _measured(one.message) and _measured(two.message):
            continue
        if _text(Said((one,))) != _text(Said((two,))):
            what = one.message == two.message
            return f"the log has {one if what else one.message}, the jam now {two if what else two.message}"
    return ""


def _measured(message: object) -> bool:
    return isinstance(message, Value) and message.name in MEASURED


def _text(entry: Entry) -> str:
    return Scribe().text(entry)


def _words(entry: Entry) -> str:
    return str(entry.outputs[0].message if isinstance(entry, Said) and entry.outputs else entry)


def cast_for(header: Header, model: str | None) -> Cast:
    """The minds that a jam was played with. Raises ModelError where these are others."""
    choice = choose(model or header.model or (RULES if header.mind == RULES else None))
    minds: dict[str, Answerer] = {ECHO: Echo()}
    if {*header.answerers} - {ECHO}:
        minds = answerers()[0]
    cast = Cast(choice.mind, choice.fallback, {name: mind for name, mind in minds.items() if name in header.answerers})
    here, there = weights(cast), header.weights
    if choice.mind.name == header.mind and here == there:
        return cast
    other = [f"{name} {total[:12]}" for name, total in there.items() if here.get(name) != total]
    mine = [f"{name} {total[:12]}" for name, total in here.items() if there.get(name) != total]
    raise ModelError(
        f"the jam was played by {header.mind} ({', '.join(other) or 'the same weights'}), here is {choice.mind.name} "
        f"({', '.join(mine) or 'the same weights'}): install those weights, or name their folder with --model; "
        "improv export and --play need none"
    )


def doubts(header: Header, cast: Cast) -> Iterator[str]:
    """Why a replay here may differ though the weights are the same."""
    if header.bridge != __version__:
        yield f"the jam was played by improv {header.bridge}, this is {__version__}"
    if header.arithmetic != arithmetic(cast):
        yield f"this machine rounds otherwise: the jam was played on {header.machine}, this is {machine()}"


def main(argv: Sequence[str]) -> int:
    """Run the command; the exit code: 0 identical, 1 not. Raises BridgeError."""
    args = _parser().parse_args(argv)
    if args.list:
        return _list(args.log or jams.folder(), as_json=args.json)
    if args.log is None:
        raise LogError("no jam named: give a log, or --list for those that are there")
    if args.play:
        from bridge.io.playback import play

        return play(args.log, args.midi_out)
    with jams.opened(args.log) as log:
        cast = cast_for(log.header, args.model)
        why = list(doubts(log.header, cast))
        recall(args.log, cast.mind)
        verdict = replay(log, cast)
    _tell(verdict, why, as_json=args.json)
    return 0 if verdict.same else 1


def _tell(verdict: Verdict, why: list[str], *, as_json: bool) -> None:
    if as_json:
        found = {"event": "replay", "identical": verdict.same, "outputs": verdict.outputs, "cut": verdict.cut}
        _say(found | {"seconds": round(verdict.seconds, 3), "difference": verdict.difference, "doubts": why})
        return
    end = "; the log's last line was cut off" if verdict.cut else ""
    if verdict.same:
        print(f"{verdict.outputs} outputs in {verdict.seconds:.1f} s of the jam, identical{end}")
        return
    print(f"not identical after {verdict.outputs} outputs: {verdict.difference}", *why, sep="\n  ")


def _list(place: Path, *, as_json: bool) -> int:
    for one in jams.listed(place):
        if as_json:
            found: dict[str, Any] = {"path": str(one.path), "date": one.header.date, "mind": one.header.mind}
            _say(found | {"seconds": round(one.seconds, 1), "notes": one.notes, "bytes": one.size})
        else:
            minutes, seconds = divmod(round(one.seconds), 60)
            print(f"{one.path}  {minutes:3d}:{seconds:02d}  {one.notes:6d} notes heard  {one.size / 1e6:7.2f} MB  "
                  f"{one.header.mind}")  # fmt: skip
    if not as_json and not jams.found(place):
        print(f"no jam is recorded in {place}")
    return 0


def _say(found: dict[str, Any]) -> None:
    print(json.dumps(found), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="improv replay",
        description="Play a recorded jam again from what was played to it, and compare: bit for bit the same, or where "
        "it first differs (exit code 1).",
        epilog=f"{EXAMPLES}\njams are recorded in {jams.folder()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("log", nargs="?", type=Path, metavar="LOG", help="a log; with --list a folder of them")
    parser.add_argument("--list", action="store_true", help="name the jams that are there")
    parser.add_argument("--model", metavar="NAME|DIR", help="the mind, where it lies elsewhere than it did")
    parser.add_argument("--play", action="store_true", help="send it to a MIDI port in real time, as it was")
    parser.add_argument("--midi-out", metavar="NAME", help="an existing MIDI output (default: the port `Improv Out`)")
    parser.add_argument("--json", action="store_true", help="print one JSON object (with --list one a log)")
    return parser
