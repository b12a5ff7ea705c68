"""A child process that speaks JSON lines: started from any folder, listened to without blocking, ended cleanly.

A child runs in a process group of its own, so that Ctrl-C reaches its parent alone, which then ends its children in the
right order. What it writes to standard error is kept, and its last line explains a failure.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from time import perf_counter
from types import TracebackType
from typing import IO, Any, Final, Self

import bridge
from bridge.music.errors import PortError

SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
GRACE: Final = 2.0  # seconds between asking a child to end and ending it

Message = dict[str, Any]


class Child:
    """A Python process of this package's; alive from enter until it ends, and never longer than until exit."""

    def __init__(self, *args: str) -> None:
        """`args` are the interpreter's, such as -m and a module."""
        self._args = args
        self._lines: SimpleQueue[Message | None] = SimpleQueue()
        self._errors: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start it; raises PortError."""
        root = str(Path(bridge.__file__).parents[1])
        # -P keeps the current folder, which may hold a bridge.py of somebody's, out of the child's path
        paths = os.pathsep.join(path for path in (root, os.environ.get("PYTHONPATH", "")) if path)
        self._errors = TemporaryFile()
        group: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", *self._args],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=os.environ | {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
                **group,
            )
        except OSError as error:
            self._errors.close()
            raise PortError(f"no process can be started ({error}): run improv doctor") from error
        self._reader = threading.Thread(target=self._read, name="child", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None or self._reader is None or self._errors is None:
            return
        if self.alive:
            self.hang_up()
            self.terminate()
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self.hang_up()
        self._reader.join(GRACE)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    def next(self, timeout: float) -> Message | None:
        """The next line; None once it has ended its output. Raises queue.Empty after `timeout` seconds."""
        message = self._lines.get(timeout=timeout)
        if message is None:
            self._lines.put(None)  # ended stays ended
        return message

    def hang_up(self) -> None:
        """Close its standard input, which asks a demo host to end."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def terminate(self) -> None:
        """Ask it to end by signal, as an engine expects."""
        if self._process is not None and self.alive:
            with suppress(OSError):
                if sys.platform == "win32":
                    self._process.send_signal(signal.CTRL_BREAK_EVENT)
                else:
                    self._process.send_signal(signal.SIGTERM)

    def still(self, wanted: bool, /) -> None:
        """Stop it where it is, or let it go on. On Linux only: see `learner.go_on_without_parent` for its end."""
        if sys.platform == "linux" and self._process is not None and self._process.returncode is None:
            with suppress(OSError):
                os.kill(self._process.pid, signal.SIGSTOP if wanted else signal.SIGCONT)

    def rest(self, timeout: float) -> list[Message]:
        """All that it still says until it ends, for `timeout` seconds at most."""
        messages: list[Message] = []
        deadline = perf_counter() + timeout
        with suppress(Empty):
            while (message := self.next(max(deadline - perf_counter(), 0.001))) is not None:
                messages.append(message)
        return messages

    def complaint(self) -> str:
        """The last line that it wrote to standard error; empty if none."""
        if self._errors is None or self._errors.closed:
            return ""
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors.read().decode("utf-8", "replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with suppress(ValueError, OSError):  # closed under the reader at exit
            for line in self._process.stdout:
                with suppress(ValueError):
                    message = json.loads(line)
                    if isinstance(message, dict) and "event" in message:
                        self._lines.put(message)
        self._lines.put(None)


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """An event that SIGINT, SIGTERM and a closed terminal set, instead of ending this process; main thread only."""
    asked = threading.Event()
    names = [name for name in SIGNALS if hasattr(signal, name)]
    before = [(getattr(signal, name), signal.getsignal(getattr(signal, name))) for name in names]
    for number, _ in before:
        signal.signal(number, lambda _number, _frame: asked.set())
    try:
        yield asked
    finally:
        for number, handler in before:
            signal.signal(number, handler)
