"""The stage for Ableton Link: a network of its own, in it the engine, other peers, a player who plays, and a monitor.

The network is a namespace with nothing but a loopback that carries multicast, so no session outside is disturbed, and
none disturbs. It needs root, or a system that lets users have namespaces of their own.
"""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bridge.io.wire import decode_message, encode_event
from bridge.music.events import Bye, Cue, Do, Event, Hello, Message, NoteOff, NoteOn, Set, Transport

ROOT = Path(__file__).resolve().parents[2]
NETWORK = 'ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "$@"'
PATIENCE = 5.0  # seconds that anything may take
TUNE = (60, 64, 67, 72, 71, 67, 65, 62)
NOTE = 0.35  # seconds from one note of the player's to the next
WAYS = (("unshare", "--net"), ("unshare", "--map-root-user", "--net"))  # root's, and where users may


def isolated(command: Sequence[str]) -> list[str]:
    """The command line that runs a command in a network of its own. Raises StageError where there can be none."""
    reasons = []
    for way in WAYS:
        tried = subprocess.run([*_inside(way), "true"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return [*_inside(way), *command]
        reasons.append(" ".join(tried.stderr.split()))
    raise StageError(f"no network namespace: {'; '.join(reasons)}")


def _inside(way: Sequence[str]) -> list[str]:
    return [*way, "sh", "-c", NETWORK, "sh"]


class StageError(Exception):
    """Something did not come; the text says what."""


def wait(ready: Callable[[], Any], what: str) -> Any:
    """Poll until `ready` gives something true; raises StageError after `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(0.01)
    raise StageError(f"no {what} within {PATIENCE:g} s")


@dataclass(frozen=True, slots=True)
class Told:
    """A message of the engine's: when it came, and for a cue when it sounds; `perf_counter` seconds."""

    arrival: float
    moment: float | None
    message: Message


class Peer:
    """Another Link application: `link_peer.py` in its own process."""

    def __init__(self, stack: ExitStack, tempo: float, quantum: float = 4.0) -> None:
        self.quantum = quantum
        self.readings: list[list[float]] = []  # moment, beat, tempo, playing
        command = [sys.executable, str(Path(__file__).parent / "link_peer.py"), f"{tempo}", f"{quantum}"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(self._end)
        self.ask("sync", True)

    def ask(self, word: str, value: Any = None) -> Any:
        """Tell it a word and take its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([word, value]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def state(self) -> dict[str, Any]:
        """Its tempo, whether it plays, and how many others it sees."""
        return dict(self.ask("state"))

    def enabled(self) -> Self:
        """Join the session."""
        self.ask("enable", True)
        return self

    def look(self) -> list[list[float]]:
        """All readings until now."""
        self.readings += self.ask("trace")
        return self.readings

    def _end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Engine:
    """`improv serve --link` in its own process, player 1 who plays without end, and a monitor that keeps all."""

    def __init__(self, stack: ExitStack, *options: str, environment: dict[str, str] | None = None) -> None:
        """With `--midi` the MIDI ports have the player's seat; notes and wishes still come over OSC."""
        self._seated = "--midi" not in options
        self.told: list[Told] = []
        serve = [sys.executable, "-m", "bridge", "serve", "--link", "--port", "0", "--json", "--model", "rules"]
        serve += options
        self.process = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        stack.callback(self.end)
        assert self.process.stdout is not None
        self._address = ("127.0.0.1", json.loads(self.process.stdout.readline())["port"])
        self._ending = threading.Event()
        self._player, self._monitor = (stack.enter_context(_socket()) for _ in range(2))
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._play)]
        self.join()
        self.say(Set(1, "entry_bars", 0), Set(1, "patience_bars", 0))
        for thread in self._threads:
            thread.start()

    def say(self, *events: Event) -> None:
        """As player 1."""
        for event in events:
            self._player.sendto(encode_event(event), self._address)

    def do(self, action: str) -> None:
        """An action."""
        self.say(Do(1, action))

    def set(self, name: str, value: float) -> None:
        """A parameter."""
        self.say(Set(1, name, value))

    def join(self) -> None:
        """Both say hello, the monitor as if for the first time, so that it is told the state of things."""
        port = self._monitor.getsockname()[1]
        for event in (Bye(0, port=port), Hello(1, 0, "monitor", port)):
            self._monitor.sendto(encode_event(event), self._address)
        self._hello()

    def transport(self) -> Transport:
        """The clock as the engine follows it now."""
        heard = len(self.told)
        self.join()
        told: Transport = wait(
            lambda: next((each.message for each in self.told[heard:] if isinstance(each.message, Transport)), None),
            "transport",
        )
        return told

    def cues(self, since: float = 0.0) -> list[Told]:
        """The cues that came after a moment."""
        return [told for told in [*self.told] if isinstance(told.message, Cue) and told.arrival > since]

    def end(self) -> None:
        """End the process and the threads."""
        if self.process.poll() is None:
            self._ending.set()
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
            for thread in self._threads:
                thread.join(1.0)

    def _hello(self) -> None:
        if self._seated:
            self.say(Hello(1, 1, "player", self._player.getsockname()[1]))

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                data = self._monitor.recv(65536)
            except (TimeoutError, OSError):
                continue
            now, shift = time.perf_counter(), time.time() - time.perf_counter()
            self.told += [Told(now, at and at - shift, message) for at, message in decode_message(data)]

    def _play(self) -> None:
        beat = 0
        while not self._ending.wait(NOTE):
            pitch = TUNE[beat % len(TUNE)]
            self.say(NoteOff(1, -1, TUNE[(beat - 1) % len(TUNE)]), NoteOn(1, -1, pitch, 90))
            if beat % 5 == 0:  # what a device that is alive says
                self._hello()
                self._monitor.sendto(
                    encode_event(Hello(1, 0, "monitor", self._monitor.getsockname()[1])), self._address
                )
            beat += 1


def _socket() -> socket.socket:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    udp.settimeout(0.1)
    return udp
