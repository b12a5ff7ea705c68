"""Tunes to play to the band: six in the public domain, inside the package, and any MIDI file by its path.

A tune is one melody at one tempo in one meter: the first tempo and the first time signature of its file. Its ticks
count 480 a quarter from the beginning of its first bar that is not silent. tools/make_tunes.py writes the six files.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from io import BytesIO
from pathlib import Path

import mido

from bridge.music.errors import BridgeError
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO, PPQ, Meter

DRUMS = 9  # the MIDI channel, from 0, whose pitches are instruments
OVERLAP = PPQ // 8  # ticks; two notes that overlap by more are a chord, by less a legato

Note = tuple[int, int, int, int]  # tick, ticks, pitch, velocity


@dataclass(frozen=True, slots=True)
class Tune:
    """A melody: its notes follow each other and never overlap; `ticks` is its length in whole bars."""

    title: str
    tempo: float  # quarter notes per minute
    meter: Meter
    notes: tuple[Note, ...]
    ticks: int

    @property
    def seconds(self) -> float:
        """How long it lasts at its own tempo."""
        return self.ticks * 60.0 / (self.tempo * PPQ)


def names() -> list[str]:
    """The names of the tunes in the package, in alphabetical order."""
    return sorted(entry.name[:-4] for entry in resources.files(__name__).iterdir() if entry.name.endswith(".mid"))


def traded(tune: Tune, bars: int) -> Tune:
    """The tune with room for an answer: after every `bars` bars as many are left empty. A pick-up of up to a beat goes
    with the bars that it leads into, and so does what lies as far before each of the other phrases.
    """
    room, bar = bars * tune.meter.bar, tune.meter.bar
    lead = bar - tune.notes[0][0] % bar
    lead = lead if lead <= tune.meter.beat < bar else 0
    first = bar if lead else 0  # the bar line at which the first phrase begins
    notes = []
    for tick, length, pitch, velocity in tune.notes:
        phrase, inside = divmod(tick - first + lead, room)
        notes.append((tick + phrase * room, min(length, room - inside), pitch, velocity))
    phrases = 1 + max(tick - first + lead for tick, _, _, _ in tune.notes) // room
    return replace(tune, notes=tuple(notes), ticks=first + 2 * phrases * room)


def load(name: str) -> Tune:
    """The tune of this name, or the melody of the MIDI file at this path; raises BridgeError."""
    if name in names():
        return read(resources.files(__name__).joinpath(f"{name}.mid").read_bytes(), name)
    path = Path(name)
    if not path.is_file():
        raise BridgeError(
            f"no tune and no MIDI file is called {name}: choose one of {', '.join(names())}, or give a file"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BridgeError(f"{name} cannot be read ({error.strerror}): choose another file") from None
    return read(data, path.stem)


def read(data: bytes, name: str) -> Tune:
    """The melody in the bytes of a MIDI file: the highest notes of its first track that has any; raises BridgeError."""
    try:
        file = mido.MidiFile(file=BytesIO(data))
    except Exception:  # mido raises whatever its parser stumbles on: EOFError, OSError, IndexError, KeyError ...
        raise BridgeError(f"{name} is not a MIDI file: give a standard MIDI file (.mid) of type 0 or 1") from None
    if file.type == 2 or not 0 < file.ticks_per_beat < 0x8000:
        raise BridgeError(f"{name} has no musical time: give a standard MIDI file of type 0 or 1, timed in beats")
    scale = PPQ / file.ticks_per_beat
    for track in file.tracks:
        if found := _notes(track, scale):
            return _tune(file, _title(file, track, name), _highest(found), name)
    raise BridgeError(f"{name} has no melody: give a MIDI file with notes outside the drum channel")


def _tune(file: mido.MidiFile, title: str, melody: list[Note], name: str) -> Tune:
    """The melody from its first bar that is not silent, with the file's first tempo and meter; raises BridgeError."""
    tempo, meter = 120.0, Meter()
    metas = [message for message in mido.merge_tracks(file.tracks) if message.is_meta]
    if found := next((meta for meta in metas if meta.type == "set_tempo"), None):
        tempo = min(max(60_000_000 / max(found.tempo, 1), MIN_TEMPO), MAX_TEMPO)
    if found := next((meta for meta in metas if meta.type == "time_signature"), None):
        if not (1 <= found.numerator <= 32 and found.denominator <= 32):
            raise BridgeError(f"{name} is in {found.numerator}/{found.denominator}: give a tune in 1/1 to 32/32")
        meter = Meter(found.numerator, found.denominator)
    begin = melody[0][0] // meter.bar * meter.bar
    end = max(tick + ticks for tick, ticks, _, _ in melody) - begin
    bars = max(1, -(-end // meter.bar))
    moved = tuple((tick - begin, ticks, pitch, velocity) for tick, ticks, pitch, velocity in melody)
    return Tune(title, round(tempo, 2), meter, moved, bars * meter.bar)


def _title(file: mido.MidiFile, track: mido.MidiTrack, name: str) -> str:
    """The file's name for itself: its first track's, else that of the melody's track, else `name`."""
    texts = (
        message.name.strip() for part in (file.tracks[0], track) for message in part if message.type == "track_name"
    )
    return next((text for text in texts if text.isprintable() and text), name)


def _notes(track: mido.MidiTrack, scale: float) -> list[Note]:
    """Every note of a track outside the drum channel, in ticks of 480 a quarter; an unended note lasts to the end."""
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    found: list[Note] = []
    now = 0

    def end(key: tuple[int, int]) -> None:
        start, velocity = sounding.pop(key)
        first = round(start * scale)
        found.append((first, max(round(now * scale) - first, 1), key[1], velocity))

    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel == DRUMS:
            continue
        key = (message.channel, message.note)
        if key in sounding:
            end(key)
        if message.type == "note_on" and message.velocity:
            sounding[key] = (now, message.velocity)
    for key in list(sounding):
        end(key)
    return sorted(found)


def _highest(found: Sequence[Note]) -> list[Note]:
    """The upper voice: of notes that sound together the highest, each ended where the next begins."""
    melody: list[Note] = []
    for note in sorted(found, key=lambda note: (note[0], -note[2])):
        if melody:
            tick, ticks, pitch, velocity = melody[-1]
            together = note[0] == tick or (note[2] < pitch and tick + ticks - note[0] > OVERLAP)
            if together:
                continue
            melody[-1] = (tick, min(ticks, note[0] - tick), pitch, velocity)
        melody.append(note)
    return melody
