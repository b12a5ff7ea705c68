"""What comes in through the MIDI inputs: stamped, parsed, and of several clocks only one.

A DAW may send its clock to every input, and a keyboard may send one of its own. So one input leads at a time, as far as
clock, start, stop, continue and song position go; what the others say of them is counted and dropped. Notes and control
changes count from every input.
Rule 1. The first input that sends clock leads. While its transport stands, another takes over by a start, a continue or
a song position.
Rule 2. While its transport runs nobody takes over, unless it is silent for a second: then another takes over by a start
or a continue, or, where its own transport runs too, simply goes on.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from bridge.io.midi_bytes import Reader
from bridge.music.events import Continue, Event, Pulse, SongPosition, Start, Stop

LOG: Final = logging.getLogger(__name__)
SILENT: Final = 1.0  # seconds; pulses come every 0.125 s at 20 bpm, and the engine waits for two seconds


class Clocks:
    """Which input leads; any thread may ask."""

    def __init__(self) -> None:
        self.ignored = 0  # words of the clock from inputs that do not lead
        self._leader: int | None = None
        self._running: set[int] = set()  # inputs whose transport runs, as they say themselves
        self._heard = 0.0  # when the leader's last word came, in seconds
        self._lock = threading.Lock()

    def takes(self, source: int, event: Event, time: float) -> bool:
        """Whether `event`, which came in through the input `source` at `time`, counts."""
        if not isinstance(event, Pulse | Start | Continue | Stop | SongPosition):
            return True
        with self._lock:
            if source != self._leader and not self._yields(source, event, time):
                self.ignored += 1
            else:
                self._leader, self._heard = source, time
            match event:
                case Start() | Continue():
                    self._running.add(source)
                case Stop():
                    self._running.discard(source)
            return source == self._leader

    def _yields(self, source: int, event: Event, time: float) -> bool:
        """Whether the leader, if there is one, is followed no more, but `source` is."""
        if self._leader is None:
            return True
        silent = time - self._heard > SILENT
        if self._leader in self._running:
            return silent and (source in self._running or isinstance(event, Start | Continue))
        return silent or isinstance(event, Start | Continue | SongPosition)


class Inlet:
    """One player's input: RtMidi calls `hear`, on a thread of its own."""

    def __init__(self, player: int, clocks: Clocks, enqueue: Callable[[Event, float], object]) -> None:
        self.received = 0  # messages
        self.failed = 0  # messages that a fault of ours cost
        self.reader = Reader(player)
        self._clocks = clocks
        self._enqueue = enqueue

    def hear(self, message: tuple[Sequence[int], float], _: object) -> None:
        """RtMidi's callback; nothing that it raised would be seen."""
        time = perf_counter()
        try:
            self.received += 1
            for event in self.reader.read(message[0]):
                if self._clocks.takes(self.reader.player, event, time):
                    self._enqueue(event, time)
        except Exception:
            self.failed += 1
            if self.failed == 1:
                LOG.exception("a MIDI message was dropped; please report this")
