"""A recorded jam's performance as a standard MIDI file of type 1, and as takes for pictures of it.

The first track has tempos, meters and markers (chords, modes and phases); then every player has a track for what was
heard and one for each voice that answered. Channels are given in that order, 10 (drums) left out; a seventeenth track
begins with channel 1 again. The metronome is no music and left out.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import mido

from bridge.io.take import MELODY, PARTS, Take
from bridge.io.take import Note as Tone
from bridge.music.errors import BridgeError
from bridge.music.events import METRONOME, RESPONSE
from bridge.music.performance import HEARD, Mark, Note, Performance
from bridge.music.timeline import PPQ, Meter

CHANNELS: Final = (*range(9), *range(10, 16))  # from 0, without the drums'
SOUNDS: Final = {(HEARD if part.voice == MELODY else part.voice): part for part in PARTS}
OTHER: Final = (11, 100)  # program and volume of a voice that has none of its own: vibraphone


def write_midi(done: Performance, title: str, path: Path) -> None:
    """Write the file. Raises BridgeError where it cannot be."""
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ)
    file.tracks.append(_conductor(done, title))
    several = len(done.players) > 1
    voices = sorted((item for item in done.notes.items() if item[0][1] != METRONOME), key=_order)
    for number, ((player, voice), notes) in enumerate(voices):
        name = f"player {player} {voice}" if several else voice
        file.tracks.append(_track(notes, name, voice, CHANNELS[number % len(CHANNELS)], done.end))
    try:
        file.save(path)
    except OSError as error:
        raise BridgeError(f"{path} cannot be written ({error.strerror}): choose another place with --out") from None


def _order(item: tuple[tuple[int, str], list[Note]]) -> tuple[int, int, str]:
    """Player by player: what was heard, then the voices, chords and bass first."""
    (player, voice), _ = item
    known = [*SOUNDS]
    return player, known.index(voice) if voice in known else len(known), voice


def _conductor(done: Performance, title: str) -> mido.MidiTrack:
    """The track of what holds for all."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=_latin(title))])
    several = len(done.players) > 1
    events: list[tuple[int, int, mido.MetaMessage]] = []
    for tick, meter in done.meters:
        events.append((tick, 0, mido.MetaMessage(
            "time_signature", numerator=meter.numerator, denominator=meter.denominator)))  # fmt: skip
    for tick, tempo in done.tempos:
        events.append((tick, 1, mido.MetaMessage("set_tempo", tempo=min(2**24 - 1, round(60_000_000 / tempo)))))
    for mark in done.marks:
        events.append((mark.tick, 2, mido.MetaMessage("marker", text=_latin(_words(mark, several=several)))))
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, done.end - now)))
    return track


def _words(mark: Mark, *, several: bool) -> str:
    return f"player {mark.player} {mark.text}" if several else mark.text


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _track(notes: Sequence[Note], name: str, voice: str, channel: int, end: int) -> mido.MidiTrack:
    """A voice's track, releases before strikes of the same tick."""
    part = SOUNDS.get(voice)
    program, volume = (part.program, part.volume) if part else OTHER
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=_latin(name)),
            mido.Message("program_change", channel=channel, program=program),
            mido.Message("control_change", channel=channel, control=7, value=volume),
        ]
    )
    strokes = [(note.tick, note.velocity, note.pitch) for note in notes]
    strokes += [(note.tick + note.ticks, 0, note.pitch) for note in notes]
    now = 0
    for tick, velocity, pitch in sorted(strokes):
        kind = "note_on" if velocity else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track


def takes(done: Performance, title: str) -> Iterator[tuple[int, Take]]:
    """A take for each player, for its picture. A picture has one meter and one tempo: those that hold the longest."""
    for player in done.players:
        name = f"{title}, player {player}" if len(done.players) > 1 else title
        take = Take(name, round(_longest(done.tempos, done.end), 1), _longest(done.meters, done.end))
        for (who, voice), notes in done.notes.items():
            for note in notes if who == player else ():
                take.add(MELODY if voice == HEARD else voice, Tone(*note))
        if take.notes(RESPONSE):
            take.legend = {**take.legend, RESPONSE: "response"}
        for tick, chord in done.chords.get(player, []):
            take.name_chord(tick, chord.root, chord.quality)
        take.end = done.end
        yield player, take


T = TypeVar("T", float, Meter)


def _longest(spans: Sequence[tuple[int, T]], end: int) -> T:
    """The value that holds for most ticks."""
    held: dict[T, int] = {}
    for (tick, value), (following, _) in zip(spans, [*spans[1:], (end, spans[-1][1])], strict=True):
        held[value] = held.get(value, 0) + max(0, following - tick)
    return max(held, key=lambda value: held[value])
