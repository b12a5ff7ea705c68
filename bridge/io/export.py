"""`improv export`: a recorded jam as a MIDI file and a picture. A training run as a model is `bridge.training.export`.

Which of the two is meant shows in the words: a run is named by `--run`, a jam by its log (`*.jsonl`); where neither is
named, the latest jam is meant.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bridge.io import jams
from bridge.io.jam_file import takes, write_midi
from bridge.io.roll import write_svg
from bridge.music.entries import Header
from bridge.music.errors import BridgeError
from bridge.music.excerpt import excerpt
from bridge.music.performance import perform

EXAMPLES: Final = """examples:
  improv export jam.jsonl                        jam.mid, and jam.svg, a piano roll; no model is needed
  improv export --last 8                         the last eight bars of the latest jam, also while it still runs
  improv export jam.jsonl --bars 17-24           these bars
  improv export jam.jsonl --out takes/first.mid  takes/first.mid, takes/first.svg (of a second player first-2.svg)
  improv replay --list                           the jams that are there
a model from a training run (needs TensorFlow):
  improv export --run out/melody --out models/melody --data DIR
  improv export --run out/melody --help          all its options
"""
PARTS: Final = ("--bars", "--last", "--out")


def is_jam(words: Sequence[str]) -> bool:
    """Whether a command line is about a recorded jam, or asks what there is, rather than about a training run."""
    if any(word.endswith(jams.SUFFIX) for word in words):
        return True
    return not words or words[0] in ("-h", "--help") or (words[0] in PARTS and "--run" not in words)


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 when written. Raises BridgeError."""
    args = _parser().parse_args(argv)
    path = args.log or jams.latest(jams.folder())
    with jams.opened(path) as log:
        done, header, cut = perform(log), log.header, log.cut
    if args.last is not None or args.bars is not None:
        first, last = args.bars or (max(1, len(done.bars) - args.last + 1), len(done.bars))
        done = excerpt(done, first, last)
    if not done.notes:
        raise BridgeError(f"{path} has no note there: nothing was heard or played while the transport ran")
    out = args.out or Path(f"{path.stem}.mid")
    title = _title(header)
    write_midi(done, title, out)
    written = [out]
    for player, take in takes(done, title):
        written.append(out.with_name(f"{out.stem}{f'-{player}' if len(written) > 1 else ''}.svg"))
        write_svg(take, written[-1])
    bars, notes = len(done.bars), sum(map(len, done.notes.values()))
    end = "; the log's last line was cut off" if cut else ""
    print(f"{bars} bars, {notes} notes of {len(done.players)} player(s): wrote {', '.join(map(str, written))}{end}")
    return 0


def _title(header: Header) -> str:
    moment = header.moment
    return f"Jam of {moment:%Y-%m-%d %H:%M}" if moment else "Jam"


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no number of bars")
    return int(text)


def _bars(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    return _count(first), _count(last) if dash else _count(first)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="improv export",
        description="Make a MIDI file (tempo map, a track for each voice, markers) and a picture of a recorded jam.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("log", type=Path, nargs="?", metavar="LOG", help="the jam's log, *.jsonl (default: the latest)")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--bars", type=_bars, metavar="A-B", help="only these bars, counted from 1")
    part.add_argument("--last", type=_count, metavar="N", help="only the last bars; the jam may still be running")
    parser.add_argument("--out", type=Path, metavar="FILE.mid", help="default: named as the log, in this folder")
    return parser
