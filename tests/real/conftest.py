"""What the real components need: programs that are there, and the engine as a process of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0  # seconds for a process to end
Need = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Engine:
    """A running `improv serve`; `end` stops it and gives its summary."""

    port: int
    process: "subprocess.Popen[str]"

    def end(self) -> dict[str, Any]:
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0
        summary: dict[str, Any] = json.loads(output.splitlines()[-1])
        assert summary["event"] == "summary"
        return summary


@contextmanager
def running(command: list[str], **words: Any) -> Iterator["subprocess.Popen[str]"]:
    """A process that ends with the block, whatever happens."""
    with subprocess.Popen(command, cwd=ROOT, text=True, **words) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()  # a JACK server that is killed keeps one of JACK's eight names
                try:
                    process.wait(5.0)
                except subprocess.TimeoutExpired:
                    process.kill()


def free_port() -> int:
    """A UDP port that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return int(udp.getsockname()[1])


@pytest.fixture
def need() -> Need:
    """Call it with the programs and modules that a test needs; `modules` are Python's."""

    def check(*programs: str, modules: tuple[str, ...] = ()) -> None:
        missing = [name for name in programs if shutil.which(name) is None]
        missing += [name for name in modules if find_spec(name) is None]
        if missing and os.environ.get("CI"):
            pytest.fail(f"CI has to have {', '.join(missing)}")
        if missing:
            pytest.skip(f"{', '.join(missing)} not installed: this is not tested here")

    return check


@pytest.fixture
def engine() -> Iterator[Engine]:
    """`improv serve` on a free port, by rule, so that no model decides whether it plays."""
    words = ["--port", "0", "--json", "--quiet", "--model", "rules", "--config", "none"]
    command = [sys.executable, "-m", "bridge", "serve", *words]
    with ExitStack() as stack:
        process = stack.enter_context(running(command, stdout=subprocess.PIPE))
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready"
        yield Engine(ready["port"], process)
