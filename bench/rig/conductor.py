"""The conductor: starts, relocates and stops the JACK transport, is its timebase master, and plays parts along it."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import jack
import mido

BEATS = 4  # a bar
SETTLE = 0.2  # seconds
TICKS = 1920.0  # a beat, in JACK's bar-beat-tick positions


@dataclass(frozen=True, slots=True)
class Stroke:
    """A MIDI message of the tune at a beat of the song."""

    beat: float
    message: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """What one keyboard plays: strokes in order of their beats, and the length in beats after which it begins anew."""

    strokes: Sequence[Stroke]
    length: float

    @classmethod
    def of(cls, notes: Sequence[tuple[float, float, int]], length: float) -> Self:
        """Notes as (beat, beats, pitch), of middling strength."""
        ends = [Stroke(beat + beats, bytes((0x80, pitch, 64))) for beat, beats, pitch in notes]
        begins = [Stroke(beat, bytes((0x90, pitch, 80))) for beat, _, pitch in notes]
        return cls(sorted(ends + begins, key=lambda stroke: stroke.beat), length)


def tune(path: Path) -> Part:
    """The notes of a MIDI file, its length in whole bars."""
    file = mido.MidiFile(path)
    strokes, ticks = [], 0
    for message in mido.merge_tracks(file.tracks):
        ticks += message.time
        if message.type in ("note_on", "note_off"):
            strokes.append(Stroke(ticks / file.ticks_per_beat, bytes(message.copy(channel=0).bytes())))
    return Part(strokes, -(-ticks // (file.ticks_per_beat * BEATS)) * BEATS)


@dataclass(slots=True)
class _Keyboard:
    """A part, its MIDI output, and the keys that are down."""

    part: Part
    port: Any
    held: set[int] = field(default_factory=set)

    def between(self, begin: float, end: float) -> Iterator[tuple[float, bytes]]:
        """The part's messages from one beat of the song to another, each with its share of that span, 0-1."""
        turn = begin // self.part.length
        for base in (turn * self.part.length, (turn + 1) * self.part.length):
            for stroke in self.part.strokes[self._index(begin - base) : self._index(end - base)]:
                yield (stroke.beat + base - begin) / (end - begin), stroke.message

    def _index(self, beat: float) -> int:
        return bisect_left(self.part.strokes, beat, key=lambda stroke: stroke.beat)


class Conductor:
    """A JACK client with a MIDI output for each part; they sound wherever the transport rolls."""

    def __init__(self, server: str, parts: Mapping[str, Part]) -> None:
        """`parts` by the names of their ports."""
        self._server = server
        self._parts = dict(parts)
        self._keyboards: list[_Keyboard] = []
        self._tempo = 120.0
        self._anchor = (0, 0.0)  # transport frame, and the beat that falls there
        self._client: Any = None

    def __enter__(self) -> Self:
        self._client = client = jack.Client("conductor", servername=self._server, no_start_server=True)
        self._keyboards = [_Keyboard(part, client.midi_outports.register(name)) for name, part in self._parts.items()]
        client.set_process_callback(self._process)
        client.set_timebase_callback(self._timebase)
        client.activate()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.transport_stop()
        self._client.deactivate()
        self._client.close()

    @property
    def client(self) -> jack.Client:
        return self._client

    @property
    def beat(self) -> float:
        """Where the transport is, in beats of the song."""
        return self._beat(self._client.transport_frame)

    def locate(self, beat: float, tempo: float) -> None:
        """Stand at `beat` of the song; returns once the transport is there, and its clock had time to say so."""
        self._tempo, self._anchor = tempo, (0, 0.0)
        self._client.transport_frame = self._frame(beat)
        time.sleep(SETTLE)

    def start(self, tempo: float) -> None:
        """Roll from the beginning of the song at `tempo`."""
        self.locate(0.0, tempo)
        self._client.transport_start()

    def change(self, tempo: float) -> None:
        """Go on at another tempo from where the transport is."""
        frame = self._client.transport_frame
        self._anchor = frame, self._beat(frame)
        self._tempo = tempo

    def relocate(self, beat: float) -> None:
        """Jump to another beat of the song while the transport rolls."""
        self._anchor = (0, 0.0)
        self._client.transport_frame = self._frame(beat)

    def stop(self) -> None:
        """Stop the transport."""
        self._client.transport_stop()

    def _beat(self, frame: int) -> float:
        begin, beat = self._anchor
        return beat + (frame - begin) * self._tempo / 60.0 / self._client.samplerate

    def _frame(self, beat: float) -> int:
        return round(beat * 60.0 / self._tempo * self._client.samplerate)

    def _timebase(self, state: int, frames: int, position: Any, new: bool) -> None:
        beat = self._beat(position.frame)
        whole = int(beat)
        position.valid = 0x10  # JackPositionBBT
        position.bar, position.beat = whole // BEATS + 1, whole % BEATS + 1
        position.tick = int((beat - whole) * TICKS)
        position.bar_start_tick = whole // BEATS * BEATS * TICKS
        position.beats_per_bar, position.beat_type = float(BEATS), 4.0
        position.ticks_per_beat, position.beats_per_minute = TICKS, self._tempo

    def _process(self, frames: int) -> None:
        state, position = self._client.transport_query_struct()
        for keyboard in self._keyboards:
            keyboard.port.clear_buffer()
            if state == jack.ROLLING:
                self._play(keyboard, position.frame, frames)
            else:
                self._release(keyboard)

    def _play(self, keyboard: _Keyboard, frame: int, frames: int) -> None:
        for share, message in keyboard.between(self._beat(frame), self._beat(frame + frames)):
            keyboard.port.write_midi_event(min(frames - 1, int(share * frames)), message)
            on = message[0] & 0xF0 == 0x90 and message[2]
            (keyboard.held.add if on else keyboard.held.discard)(message[1])

    def _release(self, keyboard: _Keyboard) -> None:
        for pitch in sorted(keyboard.held):
            keyboard.port.write_midi_event(0, (0x80, pitch, 0))
        keyboard.held.clear()
