"""A patch around the abstractions that a test plays by text over UDP, and a second ear beside it.

The patch prints every note with the clock's tick and what it is told. The ear is a listener of the same player, which
hears every cue and silence that the patch hears, with the moment of its bundle.
"""

import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bridge.io.wire import decode_message, encode_event
from bridge.music.events import VERSION, Cue, Event, Hello, Message, Silence
from max_patches.puredata.abstractions import improv_client, improv_voice
from max_patches.puredata.clock import ASK, improv_clock
from max_patches.puredata.pages import tune
from max_patches.puredata.patch import Box, Patch
from max_patches.puredata.sound import PLAYED
from max_patches.states import ENGINE, PLAYERS
from tests.real.conftest import ROOT, free_port, running

LINE = re.compile(r"^([\w-]+): (?:list )?(.*)$")
PD = ["pd", "-nogui", "-noaudio", "-nomidi", "-path", str(ROOT / "max_patches" / "pd")]
VOICE = "voice-"  # before the name of a voice that improv.voice plays
EVERY = 1.0  # seconds between the ear's hellos


@dataclass(frozen=True, slots=True)
class Note:
    """A strike or, with velocity 0, a release, as the patch prints it."""

    voice: str
    pitch: int
    velocity: int
    tick: float
    time: float  # seconds, unix


@dataclass(slots=True)
class Studio:
    """A running patch and what it has said; the ear's messages with their arrival and moment, unix seconds."""

    pd: "subprocess.Popen[bytes]"
    control: int
    ear: socket.socket
    engine: int
    notes: list[Note] = field(default_factory=list)
    said: list[tuple[float, str, str]] = field(default_factory=list)
    heard: list[tuple[float, float | None, Message]] = field(default_factory=list)
    rest: str = ""
    greeted: float = 0.0

    def say(self, *lines: str) -> None:
        for line in lines:
            self.ear.sendto(f"{line};\n".encode(), ("127.0.0.1", self.control))

    def state(self) -> int:
        """The last state that was shown; -1 before the first."""
        return int(next((float(text) for _, name, text in reversed(self.said) if name == "state"), -1))

    def until(self, state: int, seconds: float) -> float:
        """Wait for a state; how long it took."""
        began = time.time()
        while self.state() != state:
            assert time.time() - began < seconds, f"{self.state()}, not {state}, after {seconds} s: {self.said[-9:]}"
            self.run(0.02)
        return time.time() - began

    def wait(self, voice: str, seconds: float) -> None:
        """Listen until this voice sounds."""
        end = time.time() + seconds
        while not self.sounding(voice):
            assert time.time() < end, f"no {voice} within {seconds} s: {self.said[-9:]}"
            self.run(0.02)

    def run(self, seconds: float) -> None:
        """Listen to the patch and to the engine for so long."""
        assert self.pd.stderr is not None
        ear, stream, end = self.ear.fileno(), self.pd.stderr.fileno(), time.time() + seconds
        while (left := end - time.time()) > 0:
            ready = select.select([stream, ear], [], [], min(left, 0.1))[0]
            now = time.time()
            if now - self.greeted > EVERY:
                self.greeted = now
                self.tell(Hello(VERSION, 1, "listener", self.ear.getsockname()[1]))
            if ear in ready:
                self.heard += [(now, moment, message) for moment, message in decode_message(self.ear.recv(65536))]
            if stream in ready:
                data = os.read(stream, 65536)
                assert data, f"Pd ended: {self.rest}"
                *lines, self.rest = (self.rest + data.decode()).split("\n")
                for line in lines:
                    self._line(line.strip(), now)

    def tell(self, event: Event) -> None:
        self.ear.sendto(encode_event(event), ("127.0.0.1", self.engine))

    def where(self) -> list[float]:
        """Tick, song, tempo, playing, meter, as the clock says it now."""
        before = len(self.said)
        self.say("where")
        end = time.time() + 5
        while time.time() < end:
            self.run(0.005)
            for _, name, text in self.said[before:]:
                if name == "where":
                    return [float(word) for word in text.split()]
        raise TimeoutError("the clock does not answer")

    def cues(self, voice: str) -> list[tuple[float, float, Cue]]:
        """Arrival, moment, cue."""
        cues = [(at, moment or at, each) for at, moment, each in self.heard if isinstance(each, Cue)]
        return [each for each in cues if each[2].voice == voice]

    def silenced(self, voice: str, start: float, end: float) -> bool:
        """Whether this voice was silenced between two moments."""
        silences = [(at, each.voice) for at, _, each in self.heard if isinstance(each, Silence)]
        return any(start <= at <= end and whose in (voice, "all") for at, whose in silences)

    def sounding(self, before: str = "") -> set[tuple[str, int]]:
        """What sounds now."""
        held: set[tuple[str, int]] = set()
        for note in self.notes:
            (held.add if note.velocity else held.discard)((note.voice, note.pitch))
        return {each for each in held if each[0].startswith(before)}

    def _line(self, line: str, now: float) -> None:
        match = LINE.match(line)
        if not match:
            return
        name, text = match.groups()
        if name.removeprefix(VOICE) in PLAYED:
            pitch, velocity, tick = (float(word) for word in text.split())
            self.notes.append(Note(name, int(pitch), int(velocity), tick, now))
        else:
            self.said.append((now, name, text))


def _print(patch: Patch, source: Box, outlet: int, name: str) -> None:
    """Each note with the tick at which it sounds."""
    order, pack = patch.new("t a b"), patch.new("pack f f f")
    ask, parts = patch.new("t b b"), patch.new("unpack f f")
    patch.wire(source[outlet], order)
    patch.wire(order[1], ask)
    patch.wire(ask[1], patch.new(f"s {ASK}"))
    patch.chain(ask[0], patch.new("expr improv_tick"), pack[2])
    patch.wire(order[0], parts)
    patch.wire(parts[1], pack[1])
    patch.wire(parts[0], pack)
    patch.wire(pack, patch.new(f"print {name}"))


def rig(engine: int, own: int, slot: int) -> Patch:
    """The patch: a client, a voice beside it, the clock, the tune, and a port for the test's words."""
    patch = Patch()
    client = patch.abstraction(f"improv.client 1 {engine} {own}", improv_client())
    voice = patch.abstraction(f"improv.voice 1 {slot - ENGINE - PLAYERS} {engine}", improv_voice())
    clock = patch.abstraction("improv.clock", improv_clock())
    words = patch.new("route clock client tune port where note")
    patch.chain(patch.new("r words"), words)
    patch.wire(words[0], clock)
    patch.wire(words[1], client[1])
    gate, port = patch.new("spigot 1"), patch.new("netreceive -u")
    patch.wire(words[2], gate[1])
    patch.chain(words[3], patch.message("listen $1"), port)
    patch.chain(port, patch.new("s words"))
    for number, name in enumerate(PLAYED):
        _print(patch, client, number, name)
        _print(patch, voice, number, VOICE + name)
    patch.wire(client[len(PLAYED)], patch.new("print said"))
    patch.wire(client[len(PLAYED) + 1], patch.new("print state"))
    patch.wire(voice[len(PLAYED) + 1], patch.new("print voice"))
    look, answer = patch.new("metro 10"), patch.new("spigot")
    patch.chain(patch.new("loadbang"), patch.message("1"), look, clock)
    patch.chain(answer, patch.new("print where"))
    asked = patch.new("t b b b")
    patch.wire(words[4], asked)
    patch.chain(asked[2], patch.message("1"), answer[1])
    patch.wire(asked[1], clock)
    patch.chain(asked[0], patch.message("0"), answer[1])
    patch.wire(clock, answer)
    patch.chain(tune(patch, clock, 300), gate, client)
    patch.wire(words[5], client)
    return patch


@contextmanager
def studio(folder: Path, engine: int, own: int | None = None) -> Iterator[Studio]:
    """The rig, running."""
    own, control, file = own or free_port(), free_port(), folder / f"rig{own}.pd"
    file.write_text(rig(engine, own, free_port()).text(), encoding="utf-8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        command = [*PD, "-send", f"words port {control}", str(file)]
        with running(command, stderr=subprocess.PIPE) as pd:
            yield Studio(pd, control, ear, engine)  # type: ignore[arg-type]


@contextmanager
def serving(port: int) -> Iterator["subprocess.Popen[str]"]:
    """`improv serve` on this port, by rule."""
    words = ["--port", str(port), "--json", "--quiet", "--model", "rules", "--config", "none", "--no-record"]
    with running([sys.executable, "-m", "bridge", "serve", *words], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
