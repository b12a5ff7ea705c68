"""Standard MIDI files as scores, read by mido, which playing needs anyway.

Rules: types 0 and 1 in musical time; a part is one channel of one track; channel 10 is drums and left out; a note that
never ends lasts to the end of its track. docs/corpus.md says why mido and not a faster parser.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import mido

from bridge.corpus.score import LONGEST, Meter, Note, Part, Score, UnreadableError

LARGEST = 4_000_000  # bytes; a whole opera has one. mido needs 4 microseconds a byte
DRUMS = 9  # the channel, from 0, whose pitches are instruments


def read_midi(data: bytes, title: str) -> Score:
    """The score in the bytes of a MIDI file. Raises UnreadableError."""
    if len(data) > LARGEST:
        raise UnreadableError("too large", f"{len(data) // 1_000_000} MB")
    try:
        file = mido.MidiFile(file=BytesIO(data))
    except Exception as error:  # mido raises whatever its parser stumbles on
        raise UnreadableError("corrupt", f"no MIDI file, or cut off: {error}".rstrip(": ")) from None
    if file.type == 2 or not 0 < file.ticks_per_beat < 0x8000:
        raise UnreadableError("no musical time", "a MIDI file of type 2, or timed in seconds")
    scale = 4 / file.ticks_per_beat
    meters: dict[float, Meter] = {}
    keys: dict[float, int] = {}
    tempo: int | None = None
    parts: list[Part] = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            match message.type:
                case "time_signature":
                    meters[now * scale] = Meter(now * scale, message.numerator, message.denominator)
                case "key_signature":
                    keys[now * scale] = _sharps(message.key)
                case "set_tempo" if tempo is None and message.tempo:
                    tempo = round(60_000_000 / message.tempo)
        if now * scale > LONGEST:
            raise UnreadableError("too long", f"{now * scale / 16:.0f} bars of 4/4")
        parts += _parts(track, scale)
    return Score(
        title=title,
        parts=tuple(parts),
        meters=_meters(meters),
        signature=keys[min(keys)] if keys else None,
        keys=len(set(keys.values())),
        tempo=tempo,
    )


def _meters(found: dict[float, Meter]) -> tuple[Meter, ...]:
    """In order, without repetitions; a file that names its first meter late had it from the beginning."""
    meters: list[Meter] = []
    for meter in (found[onset] for onset in sorted(found)):
        if not 1 <= meter.numerator <= 32 or meter.denominator > 32:
            raise UnreadableError("corrupt", f"a time signature of {meter.numerator}/{meter.denominator}")
        if not meters:
            meter = Meter(0.0, meter.numerator, meter.denominator)
        if not meters or (meter.numerator, meter.denominator) != (meters[-1].numerator, meters[-1].denominator):
            meters.append(meter)
    return tuple(meters)


def _sharps(name: str) -> int:
    """The sharps of a key as mido names it (`Bbm`), flats negative."""
    fifths = "FCGDAEB".index(name[0]) - 1 + 7 * (name.count("#") - name[1:].count("b"))
    return fifths - 3 if name.endswith("m") else fifths


def _parts(track: Any, scale: float) -> list[Part]:
    """The parts of a track, a channel each."""
    name, programs, notes = "", dict[int, int](), dict[int, list[Note]]()
    sounding: dict[tuple[int, int], int] = {}
    now = 0

    def end(channel: int, pitch: int) -> None:
        start = sounding.pop((channel, pitch))
        notes.setdefault(channel, []).append((start * scale, max(now - start, 1) * scale, pitch))

    for message in track:
        now += message.time
        if message.type == "track_name" and not name:
            name = message.name.strip()
        elif message.type == "program_change" and message.channel not in notes:
            programs[message.channel] = message.program
        elif message.type in ("note_on", "note_off") and message.channel != DRUMS:
            key = (message.channel, message.note)
            if key in sounding:
                end(*key)
            if message.type == "note_on" and message.velocity:
                sounding[key] = now
    for channel, pitch in list(sounding):
        end(channel, pitch)
    return [Part(name, tuple(sorted(found)), programs.get(channel)) for channel, found in sorted(notes.items())]
