"""The demo: a host and an engine in processes of their own, playing together over UDP; what came of it is written down.

This process starts both, listens in (the monitor's view in a terminal, a line a bar without one), and at the end writes
`demo.mid` and `demo.svg` and says what was measured. Ctrl-C ends the music early and still writes what there is.
"""

import argparse
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from queue import Empty
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any, Final

from bridge import tunes
from bridge.engine.modes import SOUNDING
from bridge.engine.parameters import MODES
from bridge.engine.settings import ANY
from bridge.io.child import Child, interrupts
from bridge.io.demo_host import Job
from bridge.io.roll import write_svg
from bridge.io.story import Lines, Story
from bridge.io.take import Take, write_midi
from bridge.music.errors import BridgeError, PortError
from bridge.music.events import RESPONSE
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO, PPQ
from bridge.music.vocabulary import GENRES

LONGEST: Final = 55.0  # seconds of music, unless --seconds asks for more
BIRTH: Final = 30.0  # seconds that the engine may take to start
FAREWELL: Final = 5.0  # seconds that it may take to end
DEFAULT: Final = "auld_lang_syne"
TRADE: Final = 2  # bars of a call and of its answer
ENGINE: Final = ("-m", "bridge", "serve", "--config", "none")

EPILOG: Final = """
examples:
  improv demo                                  a tune with the live view
  improv demo --tune greensleeves --tempo 96   another tune, slower (improv demo --list names them all)
  improv demo --mode accompany+respond         call and response by two bars, the band under both
  improv demo --tune song.mid --out takes      your own melody; the files go to the folder takes
  improv demo --json --seconds 10              ten seconds, machine-readable lines

exit code: 0 it played and every cue came before its beat; 1 it could not play, the last line says why;
2 the command line is wrong; 3 it played, but cues came late
"""


def parser() -> argparse.ArgumentParser:
    """The command line of `improv demo`."""
    made = argparse.ArgumentParser(
        prog="improv demo",
        description="A simulated host plays a tune to the engine over UDP, and the band plays along. No DAW, no sound "
        "device: the take is written as demo.mid, with a picture of it, demo.svg.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--tune", default=DEFAULT, metavar="NAME|FILE", help=f"a tune or a MIDI file (default {DEFAULT})")
    made.add_argument("--tempo", type=_tempo, help="quarter notes a minute, 20 to 999 (default: the tune's)")
    made.add_argument("--genre", choices=(ANY, *GENRES), default=ANY, help="what the band takes it for (default: any)")
    made.add_argument("--mode", choices=MODES[:-1], default=MODES[0], help="what the machine does (default: accompany)")
    made.add_argument("--seed", type=int, default=0, help="names the band's choices, 0 and up (default 0)")
    made.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where the files go (default: here)")
    made.add_argument("--seconds", type=_seconds, help=f"end after this long (default: the tune, {LONGEST:g} at most)")
    made.add_argument("--players", type=int, choices=range(1, 17), default=1, metavar="N", help="1 to 16 (default 1)")
    made.add_argument("--record", type=Path, metavar="FILE|DIR", help="keep a log of it, for improv replay and export")
    made.add_argument("--json", action="store_true", help="machine-readable lines only: ready, summary")
    made.add_argument("--list", action="store_true", help="name the tunes and end")
    made.add_argument("--no-view", action="store_true", help="plain lines, also in a terminal")
    return made


def _tempo(text: str) -> float:
    value = float(text)
    if not MIN_TEMPO <= value <= MAX_TEMPO:
        raise argparse.ArgumentTypeError(f"{text} is not from {MIN_TEMPO:g} to {MAX_TEMPO:g}")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 3600")
    return value


def main(argv: Sequence[str]) -> int:
    """Runs the demo; 0 when it played in time, 1 when it could not, 3 when cues came late."""
    args = parser().parse_args(argv)
    if args.list:
        _list()
        return 0
    try:
        return _demo(args)
    except BridgeError as error:
        if args.json:
            _say({"event": "error", "text": str(error)})
        else:
            print(f"improv demo: {error}", file=sys.stderr)
        return 1


def _list() -> None:
    for name in tunes.names():
        tune = tunes.load(name)
        meter = f"{tune.meter.numerator}/{tune.meter.denominator}"
        print(f"{name:16s} {meter}  {tune.tempo:3.0f} bpm  {tune.seconds:2.0f} s  {tune.title}")


def _demo(args: argparse.Namespace) -> int:
    """Checks what can be checked beforehand, plays, writes, sums up."""
    tune, trade = tunes.load(args.tune), TRADE if RESPONSE in SOUNDING[args.mode] else 0
    if trade:
        tune = tunes.traded(tune, trade)
    tempo = args.tempo or tune.tempo
    _writable(args.out)
    count_in = tune.meter.bar * 60.0 / (tempo * PPQ)
    seconds = args.seconds or count_in + min(tune.ticks * 60.0 / (tempo * PPQ), LONGEST)
    story = Story(Take(tune.title, tempo, tune.meter))
    with interrupts() as interrupted, _engine(args) as (engine, ready):
        job = Job(int(ready["port"]), args.tune, tempo, seconds, args.players, trade)
        if args.json:
            _say(ready | {"tune": tune.title, "tempo": tempo, "seconds": round(seconds, 1), "players": args.players})
        elif not _viewed(args):
            print(f"{tune.title}, {tempo:g} bpm, {seconds:.0f} seconds; the first bar is a count-in", flush=True)
        with Child("-m", "bridge.io.demo_host", json.dumps(asdict(job))) as host:
            _follow(args, story, engine, host, interrupted, job.port)
            trouble = story.trouble or host.complaint()
        if not story.ended:
            raise PortError(trouble or engine.complaint() or "the simulated host ended early: run improv doctor")
        engine.terminate()
        said = engine.rest(FAREWELL)
        summary = next((message for message in said if message["event"] == "summary"), None)
        if summary is None:
            raise PortError(engine.complaint() or "the engine ended without a word: run improv doctor")
    return _finish(args, story, summary)


@contextmanager
def _engine(args: argparse.Namespace) -> Iterator[tuple[Child, dict[str, Any]]]:
    """An engine in a process of its own, and what it said when it was ready; raises PortError."""
    log = ("--no-record",) if args.record is None else ("--record", str(args.record))
    sets = ("--set", f"mode={args.mode}", "--set", f"call_bars={TRADE}")
    words = ("--seed", str(args.seed), "--genre", args.genre, *sets, *log)
    command = (*ENGINE, "--port", "0", "--json", "--quiet", *words)
    deadline = perf_counter() + BIRTH
    with Child(*command) as engine:
        while True:
            try:
                message = engine.next(max(deadline - perf_counter(), 0.001))
            except Empty:
                raise PortError(f"the engine did not start within {BIRTH:g} seconds: run improv doctor") from None
            if message is None:
                raise PortError(engine.complaint() or "the engine could not start: run improv doctor")
            if message["event"] == "error":
                raise PortError(str(message.get("text", "the engine could not start: run improv doctor")))
            if message["event"] == "ready":
                yield engine, message
                return


def _viewed(args: argparse.Namespace) -> bool:
    return sys.stdout.isatty() and not args.no_view and not args.json


def _follow(
    args: argparse.Namespace, story: Story, engine: Child, host: Child, interrupted: threading.Event, port: int
) -> None:
    """Takes the host's events until it has ended, and shows them; hangs up on the host when interrupted."""
    lines = Lines()
    with _view(args, port) as refresh:
        while True:
            try:
                event = host.next(0.05)
            except Empty:
                event = {"event": ""}
            if event is None:
                return
            story.add(event)
            line = lines.add(event)
            if refresh is not None:
                if not refresh():
                    interrupted.set()
            elif line and not args.json:
                print(line, flush=True)
            if interrupted.is_set() or not engine.alive:
                host.hang_up()


@contextmanager
def _view(args: argparse.Namespace, port: int) -> Iterator[Any]:
    """The monitor's view in a terminal: a function that keeps it fresh, False once asked to quit; None without one."""
    if not _viewed(args):
        yield None
        return
    from bridge.io.monitor import live  # rich, which a run without a terminal need not load

    with live("127.0.0.1", port) as refresh:
        yield refresh


def _writable(folder: Path) -> None:
    """Makes sure that files can be written into a folder; raises BridgeError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        text = f"no files can be written into {folder} ({error.strerror}): choose another folder with --out"
        raise BridgeError(text) from None


def _finish(args: argparse.Namespace, story: Story, engine: dict[str, Any]) -> int:
    """Writes the files, says the sum; the exit code."""
    files = [args.out / "demo.mid", args.out / "demo.svg"]
    write_midi(story.take, files[0])
    write_svg(story.take, files[1])
    summary = story.summary(engine, files)
    if args.json:
        _say(summary)
    else:
        print("\n".join(["", *story.tell(summary)]), flush=True)
    if summary["cues"] == 0:
        raise PortError("no cue came: let it play for some bars more, with --seconds or a longer tune")
    return 3 if summary["late"] else 0


def _say(event: dict[str, Any]) -> None:
    print(json.dumps(event), flush=True)
