"""The device as committed against `improv serve` over real UDP and in real time: it joins, is answered, plays, and
leaves.
"""

import select
import socket
import time

import pytest

from bridge.io.wire import decode_message
from bridge.music.events import Cue
from tests import maxlive, maxobjects, maxtime  # noqa: F401  they register the objects
from tests.maxmachine import Loaded, Machine
from tests.maxstudio import device
from tests.real.conftest import Engine
from tests.test_max_play import TUNE, shown

pytestmark = pytest.mark.real
LATE = 0.030  # seconds by which half of the notes may miss their moment on a busy machine


class Wire:
    """Sockets under a machine's network: one that sends for each source, one that listens for each bound port."""

    def __init__(self, machine: Machine, engine: int) -> None:
        self.machine, self.engine = machine, engine
        self.sending: dict[int, socket.socket] = {}
        self.listening: dict[int, socket.socket] = {}
        self.cues: list[Cue] = []
        self.start = time.perf_counter()
        machine.network.engine = self._send

    def _send(self, data: bytes, source: int) -> None:
        self._bind()  # the answer has to find us
        if source not in self.sending:
            self.sending[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sending[source].sendto(data, ("127.0.0.1", self.engine))

    def run(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end:
            self._bind()
            wait = min(max(self.start + self.machine.next() - now, 0.0), end - now, 0.05)
            ready = select.select(list(self.listening.values()), (), (), wait)[0]
            self.machine.run(time.perf_counter() - self.start)
            for udp in ready:
                data = udp.recv(65536)
                self.cues += [message for _, message in decode_message(data) if isinstance(message, Cue)]
                if take := self.machine.network.bound.get(udp.getsockname()[1]):
                    take(data)

    def _bind(self) -> None:
        for port in self.machine.network.bound:
            if port not in self.listening:
                udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                udp.bind(("127.0.0.1", port))
                self.listening[port] = udp

    def close(self) -> None:
        for udp in (*self.sending.values(), *self.listening.values()):
            udp.close()


def play(wire: Wire, improv: Loaded, pitches: list[int]) -> None:
    for pitch in pitches:
        improv.play(0x90, pitch, 90)
        wire.run(0.38)
        improv.play(0x80, pitch, 0)
        wire.run(0.02)


def test_the_device_plays_with_an_engine_of_its_own_process(engine: Engine) -> None:
    machine = Machine()
    wire = Wire(machine, engine.port)
    improv = machine.load(device("Improv"), saved={"Slot": 16})
    try:
        wire.run(0.5)
        assert shown(improv) == "Connected"
        machine.transport.change(machine.now, tempo=150.0, playing=True)
        start = machine.now
        play(wire, improv, TUNE * 4)
        band = [(when, pitch) for when, pitch, velocity in improv.notes() if velocity and pitch not in TUNE]
        machine.transport.change(machine.now, playing=False)
        wire.run(0.1)
        assert improv.held() == set()
        improv.remove()
        wire.run(0.1)
    finally:
        wire.close()
    summary = engine.end()
    assert (summary["drops"], summary["late"]) == (0, 0)
    assert summary["heard"] == 16
    due = sorted((start + cue.tick / 1200, cue.pitch) for cue in wire.cues if cue.pitch not in TUNE)
    assert len(band) > 8
    assert {pitch for _, pitch in band} <= {pitch for _, pitch in due}
    off = sorted(min(abs(when - at) for at, other in due if other == pitch) for when, pitch in band)
    assert off[len(off) // 2] < LATE
