"""A take: what was heard and what sounded, note by note, and how it becomes a MIDI file.

Ticks are the player's own, 480 a quarter. Laws: in a voice, notes of one pitch never overlap, and every note ends. The
file is of type 1: a conductor's track (title, tempo, meter, chord names as markers), then melody, accompaniment and
bass on tracks and channels of their own, beginning on the bar line at or before the first sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import mido

from bridge.music.errors import BridgeError
from bridge.music.events import ACCOMPANIMENT, ALL, BASS, RESPONSE
from bridge.music.harmony import COMMON_NAMES, SUFFIXES
from bridge.music.timeline import PPQ, Meter

MELODY: Final = "melody"


class Note(NamedTuple):
    """A note that sounded."""

    tick: int
    ticks: int
    pitch: int
    velocity: int

    @property
    def end(self) -> int:
        """The tick at which it ends."""
        return self.tick + self.ticks


class Part(NamedTuple):
    """How a voice is written to a MIDI file."""

    voice: str
    name: str
    channel: int
    program: int  # General MIDI, from 0
    volume: int  # of 127; as rendered by FluidSynth, the band lies some 5 dB under the melody


PARTS: Final = (
    Part(MELODY, "Melody", 0, 73, 100),  # flute
    Part(ACCOMPANIMENT, "Accompaniment", 1, 0, 112),  # acoustic grand piano
    Part(BASS, "Bass", 2, 32, 104),  # acoustic bass
    Part(RESPONSE, "Response", 3, 71, 100),  # clarinet
)


LEGEND: Final = {
    MELODY: "heard: melody", ACCOMPANIMENT: "played: chords",
    BASS: "played: bass", RESPONSE: "played: answer",
}


@dataclass(slots=True)
class Take:
    """A recording in notes: it grows while the band plays and is written when it is over."""

    title: str
    tempo: float  # quarter notes per minute
    meter: Meter
    end: int | None = None  # the tick at which the transport stopped: nothing sounds beyond
    legend: Mapping[str, str] = field(default_factory=lambda: dict(LEGEND))  # what a picture calls its voices
    _notes: dict[str, list[Note]] = field(default_factory=dict)
    _chords: dict[int, str] = field(default_factory=dict)

    def add(self, voice: str, note: Note) -> None:
        """A note that sounds, now or later, in a voice."""
        if note.ticks > 0 and note.velocity > 0:
            self._notes.setdefault(voice, []).append(note)

    def name_chord(self, tick: int, root: int, quality: str) -> None:
        """The chord that is meant from `tick` on; what was said of the same tick before is forgotten."""
        self._chords[tick] = chord_name(root, quality)

    def silence(self, voice: str, tick: int) -> None:
        """From `tick` on nothing of a voice (or of `all` but the melody) sounds that was added before."""
        for name, notes in self._notes.items():
            if name == voice or (voice == ALL and name != MELODY):
                kept = (note._replace(ticks=min(note.ticks, tick - note.tick)) for note in notes)
                self._notes[name] = [note for note in kept if note.ticks > 0]

    @property
    def begin(self) -> int:
        """The bar line at or before the first sound."""
        first = min((note.tick for notes in self._notes.values() for note in notes), default=0)
        return first // self.meter.bar * self.meter.bar

    @property
    def bars(self) -> int:
        """Whole bars from `begin` to the end of the last note."""
        last = max((note.end for voice in self._notes for note in self.notes(voice)), default=self.begin)
        return max(1, -(-(last - self.begin) // self.meter.bar))

    def notes(self, voice: str) -> list[Note]:
        """The notes of a voice in order, ended where the take ends, their pitch is struck again or the bass moves."""
        clear: list[Note] = []
        sounding: dict[int, int] = {}  # pitch, or 0 for all of the bass -> where in `clear` the latest note is
        for note in sorted(self._notes.get(voice, [])):
            if self.end is not None:
                note = note._replace(ticks=min(note.ticks, self.end - note.tick))
            if note.ticks <= 0:
                continue
            string = 0 if voice == BASS else note.pitch
            before = sounding.get(string)
            if before is not None and clear[before].tick == note.tick:
                clear[before] = note  # sorted: of two at once the longer one comes later
                continue
            if before is not None and clear[before].end > note.tick:
                clear[before] = clear[before]._replace(ticks=note.tick - clear[before].tick)
            sounding[string] = len(clear)
            clear.append(note)
        return sorted(clear, key=lambda note: (note.tick, note.pitch))

    def chords(self) -> list[tuple[int, str]]:
        """The chords by the tick at which each begins, without repeats and without those after the end."""
        last = self.begin + self.bars * self.meter.bar
        named: list[tuple[int, str]] = []
        for tick, name in sorted(self._chords.items()):
            if tick < last and name != (named[-1][1] if named else ""):
                named.append((tick, name))
        return named


def chord_name(root: int, quality: str) -> str:
    """The name as musicians write it (`Am7`); empty where there is no chord."""
    return f"{COMMON_NAMES[root]}{SUFFIXES.get(quality, quality)}" if 0 <= root < 12 else ""


def write_midi(take: Take, path: Path) -> None:
    """Writes the take as a standard MIDI file of type 1; raises BridgeError where the file cannot be written."""
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ)
    file.tracks.append(_conductor(take))
    file.tracks.extend(_track(take, part) for part in PARTS if part.voice != RESPONSE or take.notes(RESPONSE))
    try:
        file.save(path)
    except OSError as error:
        raise BridgeError(f"{path} cannot be written ({error.strerror}): choose another folder with --out") from None


def _conductor(take: Take) -> mido.MidiTrack:
    """The track of what holds for all: title, tempo, meter, and the chords' names as markers."""
    numerator, denominator = take.meter.numerator, take.meter.denominator
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=take.title.encode("latin-1", "replace").decode("latin-1")),
            mido.MetaMessage("set_tempo", tempo=round(60_000_000 / take.tempo)),
            mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator),
        ]
    )
    now = 0
    for tick, name in take.chords():
        at = max(tick - take.begin, 0)
        track.append(mido.MetaMessage("marker", text=name or "N.C.", time=at - now))
        now = at
    track.append(mido.MetaMessage("end_of_track", time=take.bars * take.meter.bar - now))
    return track


def _track(take: Take, part: Part) -> mido.MidiTrack:
    """One voice's track: its name, instrument and volume, and its notes, releases before strikes of the same tick."""
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=part.name),
            mido.Message("program_change", channel=part.channel, program=part.program),
            mido.Message("control_change", channel=part.channel, control=7, value=part.volume),
        ]
    )
    strokes: list[tuple[int, int, int]] = []  # tick, velocity, pitch
    for note in take.notes(part.voice):
        strokes += [(note.tick, note.velocity, note.pitch), (note.end, 0, note.pitch)]
    now = take.begin
    for tick, velocity, pitch in sorted(strokes):
        kind = "note_on" if velocity else "note_off"
        track.append(mido.Message(kind, channel=part.channel, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(take.begin + take.bars * take.meter.bar - now, 0)))
    return track
