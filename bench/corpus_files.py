"""Pack records written as the files that people have: MIDI, ABC and MusicXML. For benchmarks and tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import mido

from bridge.music.harmony import SHARP_NAMES, Chord, parse_chord

Record = dict[str, Any]
Note = tuple[int, int, int]  # onset and duration in twelfths of a quarter, pitch
TICKS = 40  # MIDI ticks in a twelfth of a quarter, at 480 a quarter
KINDS = {
    "maj": "major", "min": "minor", "7": "dominant", "maj7": "major-seventh", "min7": "minor-seventh",
    "dim": "diminished", "aug": "augmented", "sus": "suspended-fourth",
}  # fmt: skip


def twelfths(value: float) -> int:
    """A pack time (sixteenths) in twelfths of a quarter."""
    return round(3 * value)


def padding(record: Record) -> int:
    """Twelfths of rest before the tune that make its pick-up a whole bar."""
    first = twelfths(record["bars"][0]) if record["bars"] else 0
    return -first % bar_of(record)


def bar_of(record: Record) -> int:
    """Twelfths of a quarter in a bar."""
    numerator, denominator = map(int, record["meter"].split("/"))
    return 48 * numerator // denominator


def line(record: Record, name: str) -> list[Note]:
    """A line of a record in twelfths."""
    return [(twelfths(o), max(1, twelfths(o + d) - twelfths(o)), p) for o, d, p in record.get(name) or []]


def comped(record: Record) -> list[Note]:
    """The chords struck where they change and every two quarters, between E3 and D#4."""
    notes: list[Note] = []
    end = max(onset + duration for onset, duration, _ in line(record, "melody"))
    changes = [(twelfths(onset), parse_chord(symbol)) for onset, symbol in record.get("chords") or []]
    for (onset, chord), (following, _) in pairwise([*changes, (end, None)]):
        for start in range(onset, max(following, onset + 1), 24):
            for pitch_class in sorted(chord.pitch_classes) if chord else ():
                notes.append((start, min(24, max(following - start, 1)), 52 + (pitch_class - 52) % 12))
    return notes


def write_midi(record: Record, path: Path, *, merged: bool) -> None:
    """A MIDI file of type 1 with a track for each line, or one for all."""
    file = mido.MidiFile(ticks_per_beat=480)
    numerator, denominator = map(int, record["meter"].split("/"))
    head = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)])
    file.tracks.append(head)
    lines = [line(record, "melody"), comped(record), line(record, "bass")]
    for notes in [[note for found in lines for note in found]] if merged else lines:
        if notes:
            file.tracks.append(track(notes, padding(record)))
    file.save(path)


def track(notes: Sequence[Note], pad: int) -> mido.MidiTrack:
    """A track of notes, later by `pad` twelfths; a note ends before another of its pitch begins."""
    ends: dict[tuple[int, int], int] = {}
    for onset, duration, pitch in notes:
        ends[onset, pitch] = max(ends.get((onset, pitch), 0), onset + duration)
    starts: dict[int, list[int]] = {}
    for onset, pitch in sorted(ends):
        starts.setdefault(pitch, []).append(onset)
    events = []
    for (onset, pitch), stop in ends.items():
        later = [start for start in starts[pitch] if start > onset]
        events += [(onset, 1, pitch), (min([stop, *later[:1]]), 0, pitch)]
    events.sort()
    made, now = mido.MidiTrack(), -pad * TICKS
    for moment, on, pitch in events:
        made.append(mido.Message("note_on", note=pitch, velocity=80 * on, time=moment * TICKS - now))
        now = moment * TICKS
    return made


def measures(record: Record) -> Iterator[tuple[int, int, list[tuple[int, int, int | None, bool]]]]:
    """Bars of a melody as notation needs them: onset, length, and (onset, duration, pitch or rest, tied on)."""
    notes = line(record, "melody")
    end = max(onset + duration for onset, duration, _ in notes)
    changes = [twelfths(onset) for onset, _ in record.get("chords") or []]
    edges = sorted({0, *(twelfths(bar) for bar in record["bars"] if twelfths(bar) < end)})
    for start, stop in zip(edges, [*edges[1:], max(end, edges[-1] + bar_of(record))], strict=True):
        within = [(onset, onset + duration, pitch) for onset, duration, pitch in notes if onset < stop]
        cuts = {start, stop, *(moment for onset, end, _ in within for moment in (onset, end)), *changes}
        cells: list[tuple[int, int, int | None, bool]] = []
        for first, last in pairwise(sorted(cut for cut in cuts if start <= cut <= stop)):
            end, pitch = next(((end, pitch) for onset, end, pitch in within if onset <= first < end), (0, None))
            cells.append((first, last - first, pitch, pitch is not None and last < end))
        yield start, stop - start, cells


def chords_within(record: Record, start: int, stop: int) -> list[tuple[int, Chord | None]]:
    """The chord changes in a stretch."""
    found = [(twelfths(onset), parse_chord(symbol)) for onset, symbol in record.get("chords") or []]
    return [(onset, chord) for onset, chord in found if start <= onset < stop]


def write_abc(record: Record, path: Path) -> None:
    """An ABC file with chord symbols; every note has its accidental, explicit naturals too."""
    tonic, _, mode = str(record["key"] or "C:maj").partition(":")
    bars = []
    for start, length, cells in measures(record):
        waiting = chords_within(record, start, start + length)
        text = ""
        for onset, duration, pitch, tied in cells:
            while waiting and waiting[0][0] <= onset:
                chord = waiting.pop(0)[1]
                text += f'"{chord.name if chord else "N.C."}"'
            length = f"{duration // 3}" if duration % 3 == 0 else f"{Fraction(duration, 2)}"  # a triplet of one note
            text += f"{'' if duration % 3 == 0 else '(3:2:1'}{abc_pitch(pitch)}{length}{'-' if tied else ''} "
        bars.append(text)
    head = f"X:1\nT:{record['title']}\nM:{record['meter']}\nL:1/16\nK:{tonic}{mode or 'maj'}\n"
    path.write_text(head + "|\n".join(bars) + "|]\n", encoding="utf-8")


def abc_pitch(pitch: int | None) -> str:
    """A pitch in ABC with its accidental; z for a rest."""
    if pitch is None:
        return "z"
    name, octave = SHARP_NAMES[pitch % 12], pitch // 12 - 5
    letter = name[0].lower() if octave >= 1 else name[0]
    marks = "'" * (octave - 1) if octave >= 1 else "," * -octave
    return f"{'^' if '#' in name else '='}{letter}{marks}"


def write_musicxml(record: Record, path: Path) -> None:
    """A MusicXML lead sheet, twelve divisions a quarter."""
    numerator, denominator = record["meter"].split("/")
    rows: list[str] = []
    before = False  # whether the note before is tied on
    for number, (start, length, cells) in enumerate(measures(record)):
        rows.append(f'<measure number="{number}">')
        if number == 0:
            rows.append(
                f"<attributes><divisions>12</divisions><key><fifths>{fifths(record['key'])}</fifths></key><time>"
                f"<beats>{numerator}</beats><beat-type>{denominator}</beat-type></time></attributes>"
            )
        waiting = chords_within(record, start, start + length)
        for onset, duration, pitch, tied in cells:
            while waiting and waiting[0][0] < onset + duration:
                chord = waiting.pop(0)[1]
                rows.append(harmony(chord))
            ties = '<tie type="stop"/>' * before + '<tie type="start"/>' * tied
            rows.append(xml_note(duration, pitch, ties))
            before = tied
        rows.append("</measure>")
    title = escape(str(record["title"]))
    path.write_text(
        f'<?xml version="1.0"?><score-partwise version="3.1"><work><work-title>{title}</work-title></work><part-list>'
        '<score-part id="P1"><part-name>Lead</part-name></score-part></part-list>'
        f'<part id="P1">{"".join(rows)}</part></score-partwise>',
        encoding="utf-8",
    )


def fifths(key: str | None) -> int:
    """The sharps of a key signature."""
    tonic, _, mode = (key or "C:maj").partition(":")
    sharps = "FCGDAEB".index(tonic[0]) - 1 + 7 * (tonic.count("#") - tonic[1:].count("b"))
    return sharps - {"min": 3, "dor": 2, "mix": 1, "phr": 4, "lyd": -1, "loc": 5}.get(mode, 0)


def harmony(chord: Chord | None) -> str:
    """A chord symbol."""
    if chord is None:
        return '<harmony><root><root-step>C</root-step></root><kind text="N.C.">none</kind></harmony>'
    bass = "" if chord.bass == chord.root else f"<bass>{step('bass', chord.bass)}</bass>"
    return f"<harmony><root>{step('root', chord.root)}</root><kind>{KINDS[chord.quality]}</kind>{bass}</harmony>"


def step(what: str, pitch_class: int) -> str:
    """A pitch class as a step and its alteration."""
    name = SHARP_NAMES[pitch_class]
    alter = f"<{what}-alter>1</{what}-alter>" if "#" in name else ""
    return f"<{what}-step>{name[0]}</{what}-step>{alter}"


def xml_note(duration: int, pitch: int | None, ties: str) -> str:
    """A note or rest."""
    if pitch is None:
        return f"<note><rest/><duration>{duration}</duration></note>"
    name = SHARP_NAMES[pitch % 12]
    alter = "<alter>1</alter>" if "#" in name else ""
    sound = f"<pitch><step>{name[0]}</step>{alter}<octave>{pitch // 12 - 1}</octave></pitch>"
    return f"<note>{sound}<duration>{duration}</duration>{ties}</note>"
