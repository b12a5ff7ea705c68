"""A studio in virtual time: the emitted patches in the machine, the real engine, and the packets between them."""

from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path

from bridge.engine.jam import Jam
from bridge.generators.rules import RulesBand
from bridge.io.wire import bundles, decode, encode
from bridge.music.errors import WireError
from bridge.music.events import Cue, Event, Output
from tests import maxlive, maxobjects, maxtime  # noqa: F401  they register the objects
from tests.amxd import read
from tests.maxmachine import Loaded, Machine

ROOT = Path(__file__).parent.parent
ENGINE = 9100
DELAY = 0.0003  # seconds that a packet takes


def device(name: str) -> str:
    """The patcher inside a device as it is committed."""
    return read((ROOT / "ableton" / f"{name}.amxd").read_bytes()).files[0].data.decode().rstrip("\0")


class Studio:
    """Devices, an engine, and time; `heard` is what the engine got, `sent` what it said."""

    def __init__(self, *, shuffled: int | None = None, jam: Jam | None = None) -> None:
        self.machine = Machine(shuffled=shuffled)
        self.jam: Jam | None = jam or Jam(RulesBand())
        self.heard: list[tuple[float, Event]] = []
        self.refused: list[str] = []
        self.sent: list[tuple[float, Output]] = []
        self._post: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.machine.network.engine = self._to_engine

    @property
    def now(self) -> float:
        return self.machine.now

    def improv(self, slot: int = 1, **saved: float) -> Loaded:
        return self.machine.load(device("Improv"), saved={"Slot": slot} | saved)

    def voice(self, player: int = 1, slot: int = 1, **saved: float) -> Loaded:
        return self.machine.load(device("Improv Voice"), saved={"Player": player, "Slot": slot} | saved)

    # -- time --------------------------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            wake = self.jam.wakeup() if self.jam else None
            post = self._post[0][0] if self._post else float("inf")
            due = min(self.machine.next(), post, float("inf") if wake is None else wake)
            if due > end:
                break
            self.machine.now = max(self.now, due)
            if post <= due:
                heappop(self._post)[2]()
            elif wake is not None and wake <= due and self.jam:
                self._say(self.jam.advance(self.now))
            else:
                self.machine.run(due)
        self.machine.now = end

    def host(self, **change: object) -> None:
        self.machine.transport.change(self.now, **change)

    def play(self, loaded: Loaded, pitches: list[int], beats: float = 1.0) -> None:
        """Notes on a device's track, one after the other."""
        for pitch in pitches:
            loaded.play(0x90, pitch, 90)
            self.run(beats * 60 / self.machine.transport.tempo - 0.02)
            loaded.play(0x80, pitch, 0)
            self.run(0.02)

    # -- the network -------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """The engine dies, without a word."""
        self.jam = None

    def revive(self, generation: int) -> None:
        self.jam = Jam(RulesBand(), generation=generation)

    def _later(self, act: Callable[[], None]) -> None:
        self._count += 1
        heappush(self._post, (self.now + DELAY, self._count, act))

    def _to_engine(self, data: bytes, source: int) -> None:
        self._later(lambda: self._hear(data, source))

    def _hear(self, data: bytes, source: int) -> None:
        if self.jam is None:
            return
        try:
            events = decode(data, "127.0.0.1", source)
        except WireError as error:
            self.refused.append(str(error))
            return
        for event in events:
            self.heard.append((self.now, event))
            self._say(self.jam.receive(event, self.now))

    def _say(self, outputs: list[Output]) -> None:
        for output in outputs:
            self.sent.append((self.now, output))
            packets = [encode(output.message)] if output.time is None else bundles([output.message], output.time)
            for peer in output.to:
                for packet in packets:
                    self._later(lambda packet=packet, port=peer.port: self._deliver(packet, port))

    def _deliver(self, packet: bytes, port: int) -> None:
        take = self.machine.network.bound.get(port)
        if take:
            take(packet)

    # -- what is asked of it -----------------------------------------------------------------------------------

    def got(self, kind: type) -> list[Event]:
        return [event for _, event in self.heard if isinstance(event, kind)]

    def cues(self, port: int) -> list[Cue]:
        return [o.message for _, o in self.sent
                if isinstance(o.message, Cue) and any(peer.port == port for peer in o.to)]  # fmt: skip
