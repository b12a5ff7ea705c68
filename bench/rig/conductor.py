"""The conductor: starts, relocates and stops the JACK transport, is its timebase master, and plays a tune into it."""

import time
from bisect import bisect_left
from dataclasses import dataclass
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


def tune(path: Path) -> tuple[list[Stroke], float]:
    """The notes of a MIDI file as strokes in order, and its length in whole bars, in beats."""
    file = mido.MidiFile(path)
    strokes, ticks = [], 0
    for message in mido.merge_tracks(file.tracks):
        ticks += message.time
        if message.type in ("note_on", "note_off"):
            strokes.append(Stroke(ticks / file.ticks_per_beat, bytes(message.copy(channel=0).bytes())))
    return strokes, -(-ticks // (file.ticks_per_beat * BEATS)) * BEATS


class Conductor:
    """A JACK client with one MIDI output, `tune`; the tune is played in a loop wherever the transport rolls."""

    def __init__(self, server: str, path: Path) -> None:
        self._server = server
        self._strokes, self._length = tune(path)
        self._beats = [stroke.beat for stroke in self._strokes]
        self._tempo = 120.0
        self._anchor = (0, 0.0)  # transport frame, and the beat that falls there
        self._held: set[int] = set()
        self._client: Any = None
        self._port: Any = None

    def __enter__(self) -> Self:
        self._client = client = jack.Client("conductor", servername=self._server, no_start_server=True)
        self._port = client.midi_outports.register("tune")
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
        self._port.clear_buffer()
        state, position = self._client.transport_query_struct()
        if state != jack.ROLLING:
            self._release()
            return
        begin, end = self._beat(position.frame), self._beat(position.frame + frames)
        low, high = begin % self._length, begin % self._length + end - begin
        for stroke in self._strokes[bisect_left(self._beats, low) : bisect_left(self._beats, high)]:
            offset = min(frames - 1, int((stroke.beat - low) / (high - low) * frames))
            self._port.write_midi_event(offset, stroke.message)
            on = stroke.message[0] & 0xF0 == 0x90 and stroke.message[2]
            (self._held.add if on else self._held.discard)(stroke.message[1])

    def _release(self) -> None:
        for pitch in sorted(self._held):
            self._port.write_midi_event(0, (0x80, pitch, 0))
        self._held.clear()
