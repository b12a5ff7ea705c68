"""MusicXML and the other notations that music21 reads, and music21's own corpus. Needs the extra `corpus`.

Rules: notes sound where the instrument sounds; repeats are not expanded, a first ending is left out where a second
follows; grace notes are left out; a staff with words is sung, and so more likely the melody.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bridge.corpus.score import Meter, Note, Part, Score, UnreadableError
from bridge.music.errors import BridgeError
from bridge.music.harmony import NO_CHORD, Chord

LARGEST = 12_000_000  # bytes; a symphony has more, and takes music21 minutes
READ = (".mxl", ".xml", ".musicxml", ".krn", ".abc", ".mid", ".md")  # of music21's own corpus
KINDS = (
    ("half-diminished", "dim"), ("diminished", "dim"), ("augmented-major", "aug"), ("augmented", "aug"),
    ("suspended", "sus"), ("dominant", "7"), ("major-minor", "min"), ("minor-major", "min"),
    ("major-sixth", "maj"), ("minor-sixth", "min"), ("major-", "maj7"), ("minor-", "min7"),
    ("major", "maj"), ("minor", "min"), ("power", "maj"), ("pedal", "maj"),
)  # beginnings of music21's chord kinds, the first that fits  # fmt: skip


def read_notation(path: Path, title: str) -> Score:
    """The score in a file. Raises UnreadableError."""
    if path.stat().st_size > LARGEST:
        raise UnreadableError("too large", f"{path.stat().st_size // 1_000_000} MB")
    try:
        from music21 import converter
    except ModuleNotFoundError:
        raise UnreadableError("needs music21", "pip install 'improv-bridge[corpus]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parsed = converter.parse(path, forceSource=True, storePickle=False)
        except Exception as error:  # music21 raises whatever its parsers stumble on
            raise UnreadableError("corrupt", f"music21: {type(error).__name__} {error}"[:200]) from None
        return _score(parsed, title)


def library(name: str) -> list[Path]:
    """The files of a part of music21's own corpus: a composer, or a part of a path. Raises BridgeError."""
    try:
        from music21 import corpus
    except ModuleNotFoundError:
        raise BridgeError("--music21 needs music21: pip install 'improv-bridge[corpus]'") from None
    found = [Path(path) for path in corpus.getCorePaths() if Path(path).suffix in READ]
    wanted = name.strip("/").lower()
    chosen = [path for path in found if wanted in "/".join(path.parts[-3:]).lower()]
    if not chosen:
        folders = sorted({path.parent.name for path in found})
        raise BridgeError(f"music21's corpus has no {name}: choose one of {', '.join(folders)}")
    return sorted(chosen)


def _score(parsed: Any, title: str) -> Score:
    """music21's score as ours."""
    if "Opus" in parsed.classes:
        parsed = next(iter(parsed.scores), parsed)
    staves = list(parsed.parts) or [parsed]
    parsed.toSoundingPitch(inPlace=True)
    spans = _spans(staves[0])
    parts = [Part(_name(staff), tuple(_notes(staff, spans))) for staff in staves]
    chords = sorted({chord for staff in staves for chord in _chords(staff, spans)})
    signatures = [item for staff in staves[:1] for item in staff.recurse().getElementsByClass("KeySignature")]
    first = signatures[0] if signatures else None
    minor = first is not None and getattr(first, "mode", None) == "minor"
    metadata = parsed.metadata
    return Score(
        title=(metadata.title if metadata and metadata.title else title),
        parts=tuple(parts),
        meters=_meters(staves[0], spans),
        bars=tuple(_bars(spans)) or None,
        key=f"{first.tonic.name.replace('-', 'b')}:min" if first is not None and minor else None,
        signature=first.sharps if first is not None else None,
        keys=len({item.sharps for item in signatures}),
        chords=tuple(chords),
        tempo=_tempo(parsed),
        extra={"composer": metadata.composer} if metadata and metadata.composer else {},
    )


def _name(staff: Any) -> str:
    """A staff's name, with a word that says that it is sung."""
    sung = any(note.lyrics for note in staff.recurse().notes)
    return f"{staff.partName or ''}{' vocal' if sung else ''}"


Span = tuple[float, float, float, float]  # measure: offset in music21's quarters, onset in sixteenths, length, full bar


def _spans(staff: Any) -> list[Span]:
    """The measures that are kept, first endings left out, and where they begin."""
    skipped = {
        id(measure)
        for bracket in staff.recurse().getElementsByClass("RepeatBracket")
        if bracket.number == "1" and _has_second(staff)
        for measure in bracket.getSpannedElements()
    }
    spans: list[Span] = []
    now, bar = 0.0, 16.0
    for measure in staff.getElementsByClass("Measure"):
        if measure.timeSignature is not None:
            bar = 4.0 * float(measure.timeSignature.barDuration.quarterLength)
        length = 4.0 * float(measure.duration.quarterLength)
        if id(measure) not in skipped and length > 0:
            spans.append((float(measure.offset), now, length, bar))
            now += length
    return spans


def _has_second(staff: Any) -> bool:
    return any(bracket.number == "2" for bracket in staff.recurse().getElementsByClass("RepeatBracket"))


def _bars(spans: list[Span]) -> list[float]:
    """The onset of each bar; a short first measure is a pick-up, two halves of one bar are one."""
    bars: list[float] = []
    whole = True  # whether the measure before filled its bar
    for index, (_, onset, length, bar) in enumerate(spans):
        if index == 0 and length < bar - 0.01 and len(spans) > 1:
            continue
        if whole or abs(onset + length - bars[-1] - bar) > 0.01:
            bars.append(onset)
            whole = length > bar - 0.01
        else:
            whole = True
    return bars


def _notes(staff: Any, spans: list[Span]) -> Iterator[Note]:
    """The notes of a staff, ties joined."""
    places = {offset: onset for offset, onset, _, _ in spans}
    open_notes: dict[int, Note] = {}
    done: list[Note] = []
    for measure in staff.getElementsByClass("Measure"):
        onset = places.get(float(measure.offset))
        if onset is None:
            continue
        for item in measure.recurse().notes:
            if item.duration.isGrace or "ChordSymbol" in item.classes or not hasattr(item, "pitches"):
                continue
            start = onset + 4.0 * float(item.getOffsetInHierarchy(measure))
            for note in getattr(item, "notes", (item,)):
                _join(note, (start, 4.0 * float(item.quarterLength), round(note.pitch.ps)), open_notes, done)
    yield from sorted([*done, *open_notes.values()])


def _join(item: Any, note: Note, open_notes: dict[int, Note], done: list[Note]) -> None:
    """Put a note away, as the end of one that is tied to it where there is one."""
    before = open_notes.pop(note[2], None)
    tied = item.tie.type if item.tie is not None else ""
    if before is not None and tied in ("stop", "continue") and abs(before[0] + before[1] - note[0]) < 0.05:
        note = (before[0], note[0] + note[1] - before[0], note[2])
    elif before is not None:
        done.append(before)
    if tied in ("start", "continue"):
        open_notes[note[2]] = note
    else:
        done.append(note)


def _chords(staff: Any, spans: list[Span]) -> Iterator[tuple[float, str]]:
    """The chord symbols of a staff."""
    places = {offset: onset for offset, onset, _, _ in spans}
    for symbol in staff.recurse().getElementsByClass("ChordSymbol"):
        measure = symbol.getContextByClass("Measure")
        onset = places.get(float(measure.offset)) if measure is not None else None
        if onset is not None:
            name = _symbol(symbol)
            if name is not None:
                yield onset + 4.0 * float(symbol.getOffsetInHierarchy(measure)), name


def _symbol(symbol: Any) -> str | None:
    """A chord symbol as ours, None for one that names no chord."""
    if "NoChord" in symbol.classes or symbol.chordKind == "none":
        return NO_CHORD
    kind = symbol.chordKind or ""
    quality = next((name for beginning, name in KINDS if kind.startswith(beginning)), None)
    root = symbol.root()
    if quality is None or root is None:
        return None
    bass = symbol.bass() or root
    return Chord(root.pitchClass, quality, bass.pitchClass).symbol


def _meters(staff: Any, spans: list[Span]) -> tuple[Meter, ...]:
    """The meters of the kept measures, in order."""
    kept = {offset: onset for offset, onset, _, _ in spans}
    meters: list[Meter] = []
    for measure in staff.getElementsByClass("Measure"):
        sign, onset = measure.timeSignature, kept.get(float(measure.offset))
        if sign is not None and onset is not None:
            meters.append(Meter(onset, sign.numerator, sign.denominator))
    if meters:
        meters[0] = Meter(0.0, meters[0].numerator, meters[0].denominator)
    return tuple(meters)


def _tempo(parsed: Any) -> int | None:
    """The first metronome mark, in quarter notes per minute."""
    for found in parsed.recurse().getElementsByClass("MetronomeMark"):
        tempo = found.getQuarterBPM()
        return round(tempo) if tempo else None
    return None
