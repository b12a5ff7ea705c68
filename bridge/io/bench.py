"""`improv bench`: how early, how fast, how light, how steady; each figure beside a floor or a peer of the same run."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bridge.engine.parameters import MODES
from bridge.io.bench_result import Result, machine
from bridge.music.errors import BridgeError
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO

EPILOG: Final = """
examples:
  improv bench                            all six, about four minutes
  improv bench margin                     eight players over UDP for a minute: how long before its tick a cue arrives
  improv bench margin --players 32 --tempo 120 --mode accompany+respond
  improv bench margin --players 2 --tempo 200 --seconds 10
  improv bench step --model rules         what one sixteenth costs, without a trained model
  improv bench startup --seconds 5        from start to first welcome; memory; what was imported
  improv bench clock --json               the MIDI clock's follower in virtual time, machine-readable
  improv bench anticipation               what plans are worth: how often what was shown comes true
  improv bench positions                  the same for a host's clock as it comes over a network

Other work on this machine makes every figure worse, except those in virtual time: read them with the load that is
printed.
exit code: 0 all goals reached; 1 it could not be measured, the last line says why; 2 the command line is wrong;
3 a goal was missed
"""


def parser() -> argparse.ArgumentParser:
    """The command line of `improv bench`."""
    made = argparse.ArgumentParser(
        prog="improv bench",
        description="Measure this engine on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("what", nargs="?", choices=(*BENCHES, "all"), default="all", help="which (default: all)")
    add("--model", metavar="NAME|DIR", help="the mind: a model's name or folder, or `rules` (default: as improv serve)")
    add("--players", type=_whole(1, 64), default=8, metavar="N", help="margin: how many play (default: %(default)s)")
    add("--mode", choices=MODES[:-1], default=MODES[0], help="margin: what they play in (default: %(default)s)")
    add(
        "--tempo",
        type=_tempo,
        default=140.0,
        metavar="BPM",
        help="margin: quarter notes a minute (default: %(default)g)",
    )
    add(
        "--seconds",
        type=_seconds,
        default=60.0,
        metavar="S",
        help="margin, startup: how long to play (default: %(default)g)",
    )
    add("--steps", type=_whole(100, 60_000), default=5000, metavar="N", help="step: how many (default: %(default)s)")
    add(
        "--times", type=_whole(1, 1000), default=10, metavar="N", help="startup: how many starts (default: %(default)s)"
    )
    add("--trials", type=_whole(1, 1000), default=20, metavar="N", help="clock: how many (default: %(default)s)")
    add("--json", action="store_true", help="print one JSON line for each benchmark instead of tables")
    return made


def main(argv: Sequence[str]) -> int:
    """Measure and print; 0 where all goals were reached, 1 where it could not be measured, 3 where one was missed."""
    args = parser().parse_args(argv)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy loads: a floor of one thread, as the network has
    missed = False
    try:
        for result in _results(args):
            missed = missed or bool(result.missed)
            print(
                json.dumps(result.event() | {"machine": machine()}) if args.json else f"{result.markdown()}\n",
                flush=True,
            )
    except BridgeError as error:
        print(f"improv bench: {error}", file=sys.stderr)
        return 1
    if not args.json:
        print(f"measured on: {machine()}")
    return 3 if missed else 0


def _results(args: argparse.Namespace) -> Iterator[Result]:
    for name, bench in BENCHES.items():
        if args.what in (name, "all"):
            yield bench(args)


def _clock(args: argparse.Namespace) -> Result:
    from bridge.io.bench_clock import clock

    return clock(args.trials)


def _positions(_args: argparse.Namespace) -> Result:
    from bridge.io.bench_positions import positions

    return positions()


def _step(args: argparse.Namespace) -> Result:
    from bridge.io.bench_step import step

    return step(args.model, args.steps)


def _startup(args: argparse.Namespace) -> Result:
    from bridge.io.bench_startup import startup

    return startup(args.model, args.times, args.seconds)


def _margin(args: argparse.Namespace) -> Result:
    from bridge.io.bench_margin import margin

    return margin(args.model, args.players, args.tempo, args.seconds, args.mode)


def _anticipation(args: argparse.Namespace) -> Result:
    from bridge.io.bench_anticipation import anticipation

    return anticipation(args.model)


BENCHES: Final[dict[str, Callable[[argparse.Namespace], Result]]] = {
    "clock": _clock, "positions": _positions, "step": _step, "startup": _startup, "margin": _margin,
    "anticipation": _anticipation,
}  # fmt: skip


def _whole(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is not from {low} to {high}")
        return int(text)

    return number


def _tempo(text: str) -> float:
    if not MIN_TEMPO <= float(text) <= MAX_TEMPO:
        raise argparse.ArgumentTypeError(f"{text} is not from {MIN_TEMPO:g} to {MAX_TEMPO:g}")
    return float(text)


def _seconds(text: str) -> float:
    if not 2 <= float(text) <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 2 to 3600")
    return float(text)
