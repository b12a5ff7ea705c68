"""MIDI bytes to events: channel messages on any channel, clock and song position; everything else is passed over.

Drivers deliver whole messages, some with running status or a clock byte in the middle of another message (both are
legal: MIDI 1.0 Detailed Specification 4.2, pages A-2 and 5), so the reader keeps the state that the specification asks.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from bridge.music.events import (
    ARRIVAL,
    Continue,
    Control,
    Event,
    NoteOff,
    NoteOn,
    Pulse,
    SongPosition,
    Start,
    Stop,
)

NOTE_OFF: Final = 0x80
NOTE_ON: Final = 0x90
CONTROL: Final = 0xB0
SONG_POSITION: Final = 0xF2
ALL_NOTES_OFF: Final = 123  # controller number
LENGTHS: Final = {
    0x80: 2,
    0x90: 2,
    0xA0: 2,
    0xB0: 2,
    0xC0: 1,
    0xD0: 1,
    0xE0: 2,
    0xF1: 1,
    0xF2: 2,
    0xF3: 1,
}  # data bytes
REALTIME: Final[dict[int, Event]] = {0xF8: Pulse(), 0xFA: Start(), 0xFB: Continue(), 0xFC: Stop()}


class Reader:
    """One input's parser; whatever bytes come, it yields events of `player` and never raises."""

    def __init__(self, player: int) -> None:
        self.player = player
        self.ignored = 0  # messages that mean nothing to the band, and stray bytes
        self._status = 0  # what data bytes belong to; 0: nothing (after sysex or at the beginning)
        self._data: list[int] = []

    def read(self, data: Iterable[int]) -> Iterator[Event]:
        """The events in `data`, bytes as they came; an unfinished message waits for the next call."""
        for byte in data:
            event = self._realtime(byte) if byte >= 0xF8 else self._byte(byte)
            if event is not None:
                yield event

    def _realtime(self, byte: int) -> Event | None:
        event = REALTIME.get(byte)
        self.ignored += event is None
        return event

    def _byte(self, byte: int) -> Event | None:
        if byte >= 0x80:
            kind = byte & 0xF0 if byte < 0xF0 else byte
            self._status = byte if kind in LENGTHS else 0
            self.ignored += kind not in LENGTHS
            self._data.clear()
            return None
        if not self._status:
            self.ignored += 1
            return None
        self._data.append(byte)
        status = self._status
        kind = status & 0xF0 if status < 0xF0 else status
        if len(self._data) < LENGTHS[kind]:
            return None
        event = self._event(kind, self._data)
        self._data.clear()
        if status >= 0xF0:
            self._status = 0  # system common messages have no running status
        self.ignored += event is None
        return event

    def _event(self, kind: int, data: list[int]) -> Event | None:
        match kind:
            case 0x90 if data[1]:
                return NoteOn(self.player, ARRIVAL, data[0], data[1])
            case 0x80 | 0x90:
                return NoteOff(self.player, ARRIVAL, data[0])
            case 0xB0:
                return Control(self.player, ARRIVAL, data[0], data[1])
            case 0xF2:
                return SongPosition(data[0] | data[1] << 7)
        return None
