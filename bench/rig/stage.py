"""The stage: a JACK server of its own, the clock master, the floor, the capture and the engine, each a real process.

Where the system allows it (as it does for root), the instruments, that is server, clock, conductor and capture, run
with realtime priority. Engine and floor are judged alike: both run as ordinary processes or, as musicians have it, both
with the realtime priority that JACK gives its clients where it may.
Everything ends with the stage, whatever happened; nothing is left behind.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Self

import jack

from bench.rig.conductor import Conductor, Part, tune
from bench.rig.figures import Captured

ROOT = Path(__file__).resolve().parents[2]
TUNE = ROOT / "bridge" / "tunes" / "ode_to_joy.mid"
PERIOD = 64  # frames; 1.33 ms at 48 kHz
RATE = 48000
CLOCK = ["jack_midi_clock"]  # leaves JACK in good order at SIGINT, not at SIGTERM
PRIORITY = 10  # of the instruments, of 99
PATIENCE = 20.0  # seconds that anything may take to appear


class StageError(Exception):
    """Something that the stage needs did not come up; the text says what."""


def wait(ready: Callable[[], Any], what: str) -> Any:
    """Poll until `ready` gives something true; raises StageError after `PATIENCE` seconds."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := ready():
            return found
        time.sleep(0.05)
    raise StageError(f"{what} did not appear within {PATIENCE:g} s")


def promote(process: int, priority: int) -> bool:
    """Give realtime priority to every thread of a process; whether the system allowed it.

    JACK without its own realtime mode starts its threads as ordinary ones, so this comes after they have started.
    """
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            os.sched_setscheduler(int(thread), os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except PermissionError:
        return False
    return True


class Stage:
    """The running processes; enter it to set them up, leave it to end them."""

    def __init__(
        self,
        log: Path,
        *,
        band: Sequence[str] | None,
        realtime: bool = False,
        parts: Mapping[str, Part] | None = None,
        period: int = PERIOD,
        patient: bool = False,
    ) -> None:
        """`log` is a folder for what the processes print; `band` the engine's command line, None without one.

        With `realtime`, engine and floor have realtime priority too, below that of the instruments. `parts` are what
        players 1, 2 ... of the engine play, by default the tune for one. What the engine plays for them is captured as
        `band`, `band 2` ... On a busy machine a longer `period`, in frames, misses fewer cycles, and is coarser; a
        `patient` server waits for its clients (jackd's synchronous mode), so that none misses any.
        """
        self._mode = ["-S"] if patient else []
        self._period = period
        self._parts = {"tune": tune(TUNE)} if parts is None else parts
        self.server = f"improv-rig-{os.getpid()}"
        self._log = log
        self._promote = realtime
        self._band = band
        self._environment = dict(os.environ, JACK_DEFAULT_SERVER=self.server, IMPROV_MIDI_API="jack")
        self._exit = ExitStack()
        self._capture: subprocess.Popen[str] | None = None
        self.realtime = False
        self.engine: subprocess.Popen[str] | None = None
        self.conductor: Conductor

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._enter(stack)
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def _enter(self, stack: ExitStack) -> None:
        here = Path(__file__).parent
        if gc.isenabled():
            gc.disable()  # the conductor plays in this process, and a collection would keep JACK waiting
            stack.callback(gc.enable)
        jackd = ["jackd", "-n", self.server, "-r", *self._mode, "-d", "dummy", "-r", str(RATE), "-p", str(self._period)]
        server = self._run(stack, jackd, "jackd")
        jack.set_error_function(lambda _: None)  # libjack complains of every knock before the server is up
        wait(self._answers, "the JACK server")
        jack.set_error_function(lambda text: print(text, file=sys.stderr))
        self.conductor = stack.enter_context(Conductor(self.server, self._parts))
        clock = self._run(stack, CLOCK, "jack_midi_clock")
        floor = self._run(stack, [sys.executable, str(here / "floor.py")], "floor")
        self._capture = self._run(
            stack, [sys.executable, str(here / "capture.py"), self.server, *self._ports()], "capture"
        )
        line = self._capture.stdout.readline() if self._capture.stdout else ""
        if line.strip() != "ready":
            raise StageError(f"the capture did not start: see {self._log / 'capture.log'}")
        self._connect("mclk_out", "capture-clock")
        self._connect("mclk_out", "Floor In")
        self._connect("Floor Out", "capture-floor")
        allowed = [promote(process, PRIORITY) for process in (server.pid, clock.pid, self._capture.pid, os.getpid())]
        self.realtime = all(allowed)
        if self._band is not None:
            self.engine = self._run(stack, self._band, "engine")
            for number, part in enumerate(self._parts, 1):
                suffix = "" if number == 1 else f" {number}"
                self._connect("mclk_out", f"^Improv In{suffix}:")
                self._connect(f"conductor:{part}", f"^Improv In{suffix}:")
                self._connect(f"^Improv Out{suffix}:", f"capture-band{suffix}:")
        if self._promote:
            judged = [floor.pid, *([self.engine.pid] if self.engine else [])]
            self.realtime = all(promote(process, PRIORITY - 1) for process in judged) and self.realtime

    def end(self) -> tuple[list[Captured], dict[str, int]]:
        """End the capture; its events in order of their frames (clock first), and how often each port missed cycles."""
        assert self._capture is not None
        text, _ = self._capture.communicate(input="", timeout=PATIENCE)
        answer = json.loads(text.splitlines()[-1])
        (self._log / "capture.json").write_text(json.dumps(answer))
        events = sorted(((e[0], e[1], e[2]) for e in answer["events"]), key=lambda e: (e[0], e[1] != "clock"))
        return events, answer["skipped"]

    def _ports(self) -> list[str]:
        bands = ["band", *(f"band {number}" for number in range(2, len(self._parts) + 1))]
        return ["clock", *bands, "floor"]

    def _run(self, stack: ExitStack, command: Sequence[str], name: str) -> "subprocess.Popen[str]":
        errors: IO[str] = stack.enter_context((self._log / f"{name}.log").open("w"))
        piped = name in ("capture", "floor", "engine")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE if name == "capture" else errors,
            stderr=errors,
            text=True,
        )
        stack.callback(self._stop, process, 0.5 if name in ("capture", "floor") else 0.0)
        return process

    @staticmethod
    def _stop(process: "subprocess.Popen[str]", grace: float) -> None:
        """End a process; one that ends with its input has `grace` seconds to leave JACK, which else waits for it."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT if process.args == CLOCK else signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _answers(self) -> bool:
        try:
            jack.Client("knock", servername=self.server, no_start_server=True).close()
        except jack.JackOpenError:
            return False
        return True

    def _connect(self, source: str, target: str) -> None:
        client = self.conductor.client
        out = wait(lambda: client.get_ports(source, is_midi=True, is_output=True), f"the output {source!r}")
        into = wait(lambda: client.get_ports(target, is_midi=True, is_input=True), f"the input {target!r}")
        client.connect(out[0], into[0])
