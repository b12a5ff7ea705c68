"""`improv monitor`: a process of its own that joins an engine over OSC and shows what it hears, plays and plans.

It is a peer like any other, with the role `monitor` for player 0: it says hello every two seconds, never disturbs the
engine, waits where there is none and finds it again when it comes back.
"""

import argparse
import os
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from queue import Empty, SimpleQueue
from time import perf_counter
from time import time as unix_time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live

from bridge.io.child import interrupts
from bridge.io.monitor_state import MonitorState
from bridge.io.monitor_view import picture
from bridge.io.wire import decode_message, encode_event
from bridge.music.errors import BridgeError, PortError, WireError
from bridge.music.events import EVERYONE, VERSION, Bye, Event, Hello, Of

KEEPALIVE: Final = 2.0  # seconds between hellos
FRAME: Final = 0.11  # seconds between pictures
DATAGRAM: Final = 65_536  # bytes
BURST: Final = 200  # datagrams taken at once at most
WAIT: Final = 0.1  # seconds between looks whether it is time to end
NICE: Final = 5  # how far the view stands back behind an engine on the same machine

EPILOG: Final = """
examples:
  improv monitor                         the engine on this machine, port 9100
  improv monitor --port 9200             another port
  improv monitor --host 192.168.1.20     an engine elsewhere, started with improv serve --host 0.0.0.0

keys: q quits, 1 to 9 choose whose roll is shown
"""


class Attached:
    """A seat among an engine's monitors, from enter to exit."""

    def __init__(self, host: str, port: int) -> None:
        """The engine's address; nobody needs to be there yet."""
        self.host, self.port = host, port
        self.state = MonitorState()
        self._socket: socket.socket | None = None
        self._address: tuple[str | int | bytes, ...] = ()
        self._greeted = float("-inf")
        self._arrived: SimpleQueue[tuple[bytes, float]] = SimpleQueue()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Open a receive port; raises PortError."""
        try:
            if not 0 < self.port < 65536:
                raise OverflowError("ports are 1 to 65535")
            family, _, _, _, self._address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
            self._socket.settimeout(WAIT)
            self._socket.bind(("", 0))
        except (OSError, OverflowError) as error:
            raise PortError(
                f"{self.host} port {self.port} cannot be reached ({error}): see --host and --port"
            ) from None
        self._thread = threading.Thread(target=self._listen, args=(self._socket,), name="monitor-in", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._send(Bye(EVERYONE, port=self._socket.getsockname()[1]))
            self._closing.set()
            if self._thread is not None:
                self._thread.join()
            self._socket.close()
            self._socket = None

    def poll(self, timeout: float) -> None:
        """Waits up to `timeout` seconds for datagrams, takes what is there, and says hello when it is time."""
        assert self._socket is not None
        now = perf_counter()
        if now - self._greeted >= KEEPALIVE:
            self._greeted = now
            self._send(Hello(VERSION, EVERYONE, "monitor", self._socket.getsockname()[1]))
        with suppress(Empty):
            self._take(*self._arrived.get(timeout=timeout))
            for _ in range(BURST):
                self._take(*self._arrived.get_nowait())

    def _listen(self, udp: socket.socket) -> None:
        """Stamps datagrams as they arrive, also while a picture is drawn."""
        while not self._closing.is_set():
            try:
                data = udp.recv(DATAGRAM)
            except TimeoutError:
                continue
            except OSError:  # Windows tells here that nobody listens at the other end
                self._closing.wait(0.01)
                continue
            self._arrived.put((data, perf_counter()))

    def _take(self, data: bytes, now: float) -> None:
        """One packet: its first message says which player the others are about."""
        player = EVERYONE
        shift = now - unix_time()
        with suppress(WireError):  # an engine of another version may say more than we know
            for moment, message in decode_message(data):
                if isinstance(message, Of):
                    player = message.player
                else:
                    self.state.feed(message, now, player, None if moment is None else moment + shift)

    def _send(self, event: Event) -> None:
        assert self._socket is not None
        with suppress(OSError):
            self._socket.sendto(encode_event(event), self._address)


@contextmanager
def keys() -> Iterator[Callable[[], str]]:
    """A function that gives the keys pressed since it was last asked; nothing is echoed meanwhile."""
    if not sys.stdin.isatty():
        yield lambda: ""
    elif sys.platform == "win32":
        import msvcrt

        yield lambda: msvcrt.getwch() if msvcrt.kbhit() else ""
    else:
        import termios
        import tty

        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
        tty.setcbreak(number)
        try:
            yield lambda: os.read(number, 1).decode("ascii", "ignore") if select.select([number], (), (), 0)[0] else ""
        finally:
            termios.tcsetattr(number, termios.TCSADRAIN, before)


@contextmanager
def live(host: str, port: int) -> Iterator[Callable[[], bool]]:
    """The live view of an engine: call what it gives often; it returns False once the user wants to quit."""
    console = Console()
    with ExitStack() as stack:
        attached = stack.enter_context(Attached(host, port))
        pressed = stack.enter_context(keys())
        screen = stack.enter_context(Live(console=console, screen=True, auto_refresh=False))
        if hasattr(os, "nice"):
            os.nice(NICE)
        focus = 0
        drawn = float("-inf")

        def refresh() -> bool:
            nonlocal focus, drawn
            attached.poll(0.02)
            key = pressed()
            focus = int(key) if key in tuple("123456789") else focus
            now = perf_counter()
            if now - drawn >= FRAME:
                drawn = now
                width, height = console.size
                screen.update(picture(attached.state, now, width, height, focus, f"{host}:{port}"), refresh=True)
            return key not in ("q", "Q")

        yield refresh


def main(argv: Sequence[str]) -> int:
    """Runs the monitor until q or Ctrl-C; 1 where it cannot."""
    parser = argparse.ArgumentParser(
        prog="improv monitor",
        description="Shows what an engine hears, plays and plans, in its own process; it never disturbs the engine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="where the engine runs (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=9100, help="its OSC port (default 9100)")
    args = parser.parse_args(argv)
    try:
        if not sys.stdout.isatty():
            raise PortError("improv monitor needs a terminal: run it in one, or see improv serve --json")
        with interrupts() as interrupted, live(args.host, args.port) as refresh:
            while refresh() and not interrupted.is_set():
                pass
    except BridgeError as error:
        print(f"improv monitor: {error}", file=sys.stderr)
        return 1
    return 0
