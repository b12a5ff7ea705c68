"""How well the band keeps time on real MIDI: a real clock master, real ports, an independent capture.

    python bench/jack_rig.py                  five sections, a Markdown table
    python bench/jack_rig.py --json           the same figures for a script
    python bench/jack_rig.py --seconds 60     longer sections
    python bench/jack_rig.py --realtime       engine and floor with realtime priority, as under `jackd -R`
    python bench/jack_rig.py --floor          only the bare python-rtmidi client, no engine

Needs jackd, jack_midi_clock (Debian: jackd2, jack-midi-clock) and JACK-Client (pip install '.[jack]'). The exit code
is 0 where the goals hold: median error under 0.75 ms, 99 % within the floor's plus 1 ms, no note left sounding.
"""

import argparse
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.rig.conductor import Conductor  # noqa: E402
from bench.rig.figures import Captured, Errors, errors, master, notes  # noqa: E402
from bench.rig.stage import RATE, Stage, StageError  # noqa: E402
from bridge.quiet import unread  # noqa: E402

REST = 1.5  # seconds between sections
JUMP = 64.0  # the beat to which the relocation goes
OFF_BEAT = 0.2  # seconds; nobody can foresee a change, a jump or a stop that comes with the very pulse of a note
RESYNC = 2.0  # seconds that jack_midi_clock waits between song position and continue
MEDIAN_GOAL = 0.75  # ms
P99_GOAL = 1.0  # ms above the floor's


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the run: what the conductor does in `seconds`."""

    name: str
    perform: Callable[[Conductor, float], None]


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one section: ours, the floor's, and the laws that no note may break."""

    section: str
    band: Errors
    floor: Errors
    doubled: int
    hanging: int
    after_stop: int
    repaired: int  # pulses that the capture missed and that were filled in


def steady(tempo: float) -> Callable[[Conductor, float], None]:
    def perform(conductor: Conductor, seconds: float) -> None:
        conductor.start(tempo)
        time.sleep(seconds)

    return perform


def change(conductor: Conductor, seconds: float) -> None:
    conductor.start(120.0)
    time.sleep(seconds / 2 + OFF_BEAT)
    conductor.change(140.0)
    time.sleep(seconds / 2)


def relocation(conductor: Conductor, seconds: float) -> None:
    conductor.start(120.0)
    time.sleep(seconds / 2 + OFF_BEAT)
    conductor.relocate(JUMP)
    time.sleep(seconds / 2 + RESYNC)


SECTIONS = (
    *(Section(f"{tempo} bpm", steady(float(tempo))) for tempo in (60, 120, 220)),
    Section("120 to 140 bpm", change),
    Section(f"120 bpm, relocated to beat {JUMP:g}", relocation),
)


def run(stage: Stage, sections: Sequence[Section], seconds: float) -> tuple[list[Result], dict[str, int]]:
    """Perform the sections one after the other; their figures, and how often each capture missed cycles."""
    borders: list[int] = []
    for section in sections:
        borders.append(stage.conductor.client.frame_time)
        section.perform(stage.conductor, seconds)
        time.sleep(OFF_BEAT)
        stage.conductor.stop()
        time.sleep(REST)
    borders.append(1 << 62)
    events, skipped = stage.end()
    results = [
        judge(section.name, [event for event in events if begin <= event[0] < end])
        for section, begin, end in zip(sections, borders, borders[1:], strict=False)
    ]
    return results, skipped


def judge(name: str, events: Sequence[Captured]) -> Result:
    """The figures of one section's events."""
    clock = master(events)
    band, floor = (notes(events, port, clock.still, RATE) for port in ("band", "floor"))
    return Result(
        name,
        errors(band.onsets, clock.sixteenths, RATE),
        errors(floor.onsets, clock.pulses, RATE),
        band.doubled,
        band.hanging,
        band.after_stop,
        clock.repaired,
    )


def reached(result: Result) -> bool:
    """Whether a section meets the goals."""
    broken = result.doubled + result.hanging + result.after_stop + result.band.stray
    return bool(
        result.band.count
        and not broken
        and result.band.median_abs < MEDIAN_GOAL
        and result.band.p99 <= result.floor.p99 + P99_GOAL
    )


def table(results: Sequence[Result]) -> str:
    """The figures as Markdown; milliseconds, late positive."""
    lines = [
        "| section | notes | median | median abs. | p99 | max | floor: median abs. | p99 | max "
        "| strays | struck twice | hanging | sounding 50 ms after stop |",
        "| --- |" + " --: |" * 12,
    ]
    for result in results:
        band, floor = result.band, result.floor
        cells = [
            result.section, f"{band.count}", f"{band.median:+.2f}", f"{band.median_abs:.2f}", f"{band.p99:.2f}",
            f"{band.max:.2f}", f"{floor.median_abs:.2f}", f"{floor.p99:.2f}", f"{floor.max:.2f}", f"{band.stray}",
            f"{result.doubled}", f"{result.hanging}", f"{result.after_stop}",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


OPTIONS = ("--config", "none", "--midi", "--json", "--no-record")


def engine(extra: Sequence[str]) -> list[str]:
    """The command line of a real engine on a port of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return [sys.executable, "-m", "bridge", "serve", *OPTIONS, "--port", str(port), *extra]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--seconds", type=float, default=40.0, help="length of a section (default 40)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--floor", action="store_true", help="only the bare client, no engine")
    parser.add_argument("--realtime", action="store_true", help="realtime priority for engine and floor (needs rights)")
    parser.add_argument("--log", type=Path, help="folder for what the processes print (default: a temporary one)")
    parser.add_argument("engine", nargs="*", help="further arguments for improv serve, after --")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = arguments.log or Path(folder)
        log.mkdir(parents=True, exist_ok=True)
        band = None if arguments.floor else engine(arguments.engine)
        before = os.getloadavg()[0]
        try:
            with Stage(log, band=band, realtime=arguments.realtime) as stage:
                results, skipped = run(stage, SECTIONS, arguments.seconds)
        except StageError as error:
            print(f"jack_rig: {error}; --log FOLDER keeps what the processes said", file=sys.stderr)
            print("a JACK server that was killed keeps one of eight names: rm -r /dev/shm/jack*", file=sys.stderr)
            return 2
        load = max(before, os.getloadavg()[0])
    priority = "realtime" if arguments.realtime else "ordinary"
    instruments = "realtime" if stage.realtime else "ordinary"
    good = all(reached(result) for result in results)
    if arguments.json:
        figures = [asdict(result) for result in results]
        print(
            json.dumps(
                {"sections": figures, "skipped": skipped, "load": load, "instruments": instruments, "judged": priority}
            )
        )
    else:
        print(table(results))
        print(f"\n{os.cpu_count()} cores, load {load:.1f}; instruments {instruments}, engine and floor {priority};")
        print("times that cycles were missed: ", end="")
        print(", ".join(f"{name} {count}" for name, count in skipped.items()))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(unread(main))
