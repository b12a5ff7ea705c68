"""Processes as benchmarks see them: an engine, a process that only echoes, and what a process costs."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from bridge.engine.parameters import MODES
from bridge.io.child import Child
from bridge.music.errors import PortError

SERVE: Final = ("serve", "--port", "0", "--json", "--quiet", "--config", "none")
BIRTH: Final = 30.0  # seconds that a process may take to start
FAREWELL: Final = 5.0  # seconds that an engine may take to end
ECHO: Final = "from bridge.io.bench_process import echo; echo()"
WITNESS: Final = (
    "import atexit, json, runpy, sys; "
    "atexit.register(lambda: print(json.dumps({'event': 'modules', 'names': sorted(sys.modules)}), flush=True)); "
    "runpy.run_module('bridge', run_name='__main__', alter_sys=True)"
)  # `python -m bridge`, which says at its end what it had imported


@dataclass(slots=True)
class Running:
    """A child that is ready: its port, and after its end what else it said."""

    child: Child
    port: int
    pid: int
    mind: str
    said: list[dict[str, Any]]

    def find(self, event: str) -> dict[str, Any]:
        """What it said under this name; raises PortError where it did not."""
        for message in self.said:
            if message["event"] == event:
                return message
        raise PortError(complaint(self.child) or f"the engine ended without its {event}: run improv doctor")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process has used so far; None where this system does not tell (only Linux does)."""

    cpu: float | None  # seconds
    memory: float | None  # resident, MB


@contextmanager
def engine(model: str | None, *start: str, mode: str = MODES[0]) -> Iterator[Running]:
    """An engine in a process of its own, ended by signal at exit; `start` replaces `-m bridge`. Raises PortError."""
    words = [*(start or ("-m", "bridge")), *SERVE, *(("--model", model) if model else ())]
    words += [] if mode == MODES[0] else ["--set", f"mode={mode}", "--set", "call_bars=2"]
    with TemporaryDirectory() as logs, Child(*words, "--record", logs) as child:  # it records, as anyone's does
        running = _ready(child)
        yield running
        child.terminate()
        running.said = child.rest(FAREWELL)


@contextmanager
def echoer() -> Iterator[Running]:
    """A process that returns each datagram and does nothing else; raises PortError."""
    with Child("-c", ECHO) as child:
        yield _ready(child)


def echo() -> None:
    """Be that process; ends by signal."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        print(json.dumps({"event": "ready", "port": udp.getsockname()[1], "pid": os.getpid()}), flush=True)
        while True:
            with suppress(OSError):
                data, address = udp.recvfrom(2048)
                udp.sendto(data, address)


def cost(pid: int) -> Cost:
    """What process `pid` has used; Linux's /proc tells."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return Cost(None, None)
    ticks = int(words[11]) + int(words[12])  # utime and stime, proc(5)
    return Cost(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def bare() -> float:
    """Milliseconds that an interpreter takes which does nothing."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return (perf_counter() - began) * 1000


def complaint(child: Child) -> str:
    """Why a process failed, in its own words; empty where it said nothing."""
    return child.complaint().removeprefix("improv: ")


def _ready(child: Child) -> Running:
    deadline = perf_counter() + BIRTH
    while True:
        try:
            message = child.next(max(deadline - perf_counter(), 0.001))
        except Empty:
            raise PortError(f"a process did not start within {BIRTH:g} seconds: run improv doctor") from None
        if message is None:
            raise PortError(complaint(child) or "a process could not start: run improv doctor")
        if message["event"] == "ready":
            return Running(child, int(message["port"]), int(message["pid"]), str(message.get("mind", "")), [])
