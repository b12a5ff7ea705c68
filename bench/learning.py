"""What a jam's learner learns, and what it costs the player: `python -m bench.learning [habit|live]`.

`habit`: a scripted player of a habit (two bars of a Dorian riff, then two of Dorian noodling, over and over) plays for
ten minutes of virtual time; the learner works on the log; then bits a sixteenth of the player's next token, before and
after, on the jam's held-back bars, on two minutes of the habit that nobody has heard, and on the demo's tunes. All of
it is played to the band in a jam, and judged through the runtime that plays.
`live`: steps of a real engine over UDP in real time, with the learner beside it and without, in turn.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np

from bench.recording import play
from bridge import tunes
from bridge.engine.door import Cast
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.engine.settings import Settings
from bridge.io.child import Child
from bridge.io.minds import choose
from bridge.io.provenance import header_of, jam_of
from bridge.io.record import Recorded, Writer
from bridge.io.wire import encode_event
from bridge.music.events import ARRIVAL, Event, Hello, NoteOff, NoteOn, Position
from bridge.music.timeline import PPQ, STEP, Meter
from bridge.quiet import unread

DORIAN = (0, 2, 3, 5, 7, 9, 10)
TONIC = 62
RIFF = (
    (0, 2, 62), (2, 1, 65), (3, 3, 67), (6, 2, 69), (8, 2, 71), (10, 2, 69), (12, 4, 67), (16, 2, 62), (18, 1, 65),
    (19, 3, 67), (22, 2, 69), (24, 4, 72), (28, 3, 69),
)  # fmt: skip  # sixteenth, sixteenths, pitch; two bars
CLOCK = 0.1  # seconds between positions
Note = tuple[int, int, int, int]  # tick, ticks, pitch, velocity


def habit(seed: int, bars: int) -> list[Note]:
    """Four bars over and over: the riff, then a walk up and down the mode in a rhythm of its own."""
    random = np.random.default_rng(seed)
    steps: list[tuple[int, int, int]] = []
    for bar in range(0, bars, 4):
        steps += [(16 * bar + step, length, pitch) for step, length, pitch in RIFF]
        degree, step = 7, 32
        while step < 64:
            length = min(int(random.choice([1, 2, 2, 3, 3, 4])), 64 - step)
            degree = int(np.clip(degree + random.choice([-2, -1, -1, 1, 1, 2]), 3, 14))
            octave, place = divmod(degree, 7)
            steps.append((16 * bar + step, length, TONIC - 12 + 12 * octave + DORIAN[place]))
            step += length
    return [(STEP * step, STEP * length - 10, pitch, 90) for step, length, pitch in steps]


def script(notes: list[Note], meter: Meter, tempo: float, seconds: float) -> list[tuple[float, Event]]:
    """A player with a device: hello, positions, notes."""
    rate = tempo * PPQ / 60
    events: list[tuple[float, Event]] = [
        (n * 2.0, Hello(1, 1, "player", 9001, "127.0.0.1", 1)) for n in range(int(seconds / 2) + 1)
    ]
    for n in range(int(seconds / CLOCK)):
        tick = int(n * CLOCK * rate)
        where = Position(1, tick, tick, tempo, 1, meter.numerator, meter.denominator, tick // meter.bar * meter.bar)
        events.append((n * CLOCK + 0.0001, where))
    for tick, ticks, pitch, velocity in notes:
        events.append((tick / rate + 0.001, NoteOn(1, tick, pitch, velocity)))
        events.append(((tick + ticks) / rate + 0.001, NoteOff(1, tick + ticks, pitch)))
    return sorted((each for each in events if each[0] < seconds), key=lambda each: each[0])


def jam(path: Path, events: list[tuple[float, Event]], tempo: float) -> None:
    """Play it to the band in virtual time, and record it."""
    choice = choose(None)
    cast = Cast(choice.mind, choice.fallback, {ECHO: Echo()})
    header = header_of(cast, settings=Settings(), seed=1, generation=1, clock="auto", tempo=tempo, model=None)
    with Writer(path, header) as writer:
        play(Recorded(jam_of(header, cast), writer.keep), events)


def pages(path: Path) -> Any:
    from bridge.training.diary import Diary

    with Diary(path) as diary:
        diary.read()
        return diary.pages(-1, 1)


def learn(folder: Path, minutes: float, seed: int) -> None:
    """Ten minutes of the habit, the learner, and what came of it."""
    seconds, meter = 60 * minutes, Meter()
    log, unheard = folder / "habit.jsonl", folder / "unheard.jsonl"
    jam(log, script(habit(seed, int(seconds / 2)), meter, 120.0, seconds), 120.0)
    jam(unheard, script(habit(seed + 1000, 60), meter, 120.0, 120.0), 120.0)
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bridge.training.learner", str(log)], capture_output=True, text=True, check=False
    )
    print(done.stdout.strip() or done.stderr.strip(), f"({perf_counter() - began:.0f} s)")
    verdict = json.loads((log.with_suffix(".learnt") / "learning.log").read_text(encoding="utf-8").splitlines()[-1])
    if verdict["better"]:
        compare(log, unheard, log.with_suffix(".learnt") / verdict["name"], folder)


def compare(log: Path, unheard: Path, copy: Path, folder: Path) -> None:
    """Bits a sixteenth, before and after."""
    from bridge.generators.model import AccompanimentModel
    from bridge.generators.shelf import DEFAULT
    from bridge.generators.shelf import folder as shelved
    from bridge.training.pupil import read

    models = [AccompanimentModel.load(place) for place in (shelved(DEFAULT), copy)]

    def row(name: str, path: Path, *, held: bool = False) -> None:
        page = pages(path)
        where = page.held if held else page.played
        before, after = (read(model, page).bits[where].mean() for model in models)
        print(f"{name:44s} {before:6.3f} {after:6.3f} {after - before:+7.3f} {int(where.sum()):6d}")

    print(f"{'bits a sixteenth of the next token':44s} before  after  change  steps")
    row("the habit, bars held back", log, held=True)
    row("the habit, two minutes that nobody heard", unheard)
    for name in tunes.names():
        tune, path = tunes.load(name), folder / f"{name}.jsonl"
        jam(path, script([*tune.notes], tune.meter, tune.tempo, tune.seconds), tune.tempo)
        row(f"the demo's {name}", path)


# -- live ------------------------------------------------------------------------------------------------------------


def live(folder: Path, seconds: float, tempo: float, rounds: int) -> None:
    """Step times of engines that run one after another, without the learner and with it, in turn."""
    found: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for number in range(rounds):
        for learning in (False, True):
            log = folder / f"live{number}{int(learning)}.jsonl"
            summary = run(log, seconds, tempo, learning=learning)
            found[learning].append(summary["step_ms"])
            note = log.with_suffix(".learnt") / "learning.log"
            lines = note.read_text(encoding="utf-8").splitlines() if note.is_file() else []
            swaps = sum(json.loads(line)["better"] for line in lines)
            print(f"{'with' if learning else 'without'} the learner: step p50 {summary['step_ms']['p50']:.3f} ms, p99 "
                  f"{summary['step_ms']['p99']:.3f} ms; late {summary['late']}, margin least "
                  f"{summary['margin_ms']['min']:.1f} ms; {len(lines)} rounds, {swaps} swaps", flush=True)  # fmt: skip
    for key in ("p50", "p99"):
        bare, beside = (median(each[key] for each in found[which]) for which in (False, True))
        print(f"{key}: {bare:.3f} ms without, {beside:.3f} ms with ({beside / bare - 1:+.1%}), medians of {rounds}")


def run(log: Path, seconds: float, tempo: float, *, learning: bool) -> dict[str, Any]:
    """An engine in a process of its own, played to for so long; its summary."""
    more = ("--learn",) if learning else ()
    command = ("-m", "bridge", "serve", "--config", "none", "--port", "0", "--json", "--quiet", "--record", str(log))
    with Child(*command, *more) as engine, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        ready = engine.next(60.0)
        if ready is None or ready["event"] != "ready":
            sys.exit(engine.complaint() or str(ready))
        began = perf_counter()
        for time, event in due(tempo, seconds):
            sleep(max(0.0, began + time - perf_counter()))
            out.sendto(encode_event(event), ("127.0.0.1", int(ready["port"])))
        engine.terminate()
        try:
            said = engine.rest(15.0)
        except Empty:
            said = []
        return next(message for message in said if message["event"] == "summary")


def due(tempo: float, seconds: float) -> Iterator[tuple[float, Event]]:
    """The habit as a device sends it; notes are stamped on arrival."""
    bars = int(seconds * tempo / 240) + 4
    for time, event in script(habit(1, bars), Meter(), tempo, seconds):
        match event:
            case NoteOn(player, _, pitch, velocity):
                yield time, NoteOn(player, ARRIVAL, pitch, velocity)
            case NoteOff(player, _, pitch):
                yield time, NoteOff(player, ARRIVAL, pitch)
            case _:
                yield time, event


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("habit", "live"), default="habit")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the habit, virtual")
    parser.add_argument("--seed", type=int, default=1, help="of the habit")
    parser.add_argument("--seconds", type=float, default=180.0, help="of each live run")
    parser.add_argument("--tempo", type=float, default=200.0, help="of the live runs; 32 bars are learnt from at first")
    parser.add_argument("--rounds", type=int, default=3, help="live runs of each kind")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.what == "habit":
            learn(Path(folder), args.minutes, args.seed)
        else:
            live(Path(folder), args.seconds, args.tempo, args.rounds)


if __name__ == "__main__":
    sys.exit(unread(main))
