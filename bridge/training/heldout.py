"""Tunes to be judged: any pack file or folder of them, or of MIDI, MusicXML or ABC, also such as no model ever saw.

Nothing in a file stops the reading: a record that cannot be played is named with the reason and left out, what a record
lacks (split, group, chords, bass, bars, a usable meter) is counted. Of records with splits only `valid` and `test`
are judged, and those without one; where none is `valid` or `test`, all are.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bridge.corpus
from bridge.corpus.jam import is_jam
from bridge.corpus.read import ABC, MIDI, NOTATION
from bridge.music.harmony import NO_CHORD, parse_chord
from bridge.music.vocabulary import genre_index
from bridge.training.corpus import SETS, Tune, files, tune_of

HELD = ("valid", "test")
LONGEST = 40_000  # sixteenths, 40 minutes at 240 a minute; a longer record is a mistake in its numbers
GZIP = b"\x1f\x8b"  # how such a file begins, whatever its name
NAMED = 20  # records left out that are named one by one; all are counted
KNOWN = frozenset(source for sources in SETS.values() for source in sources)


class BadRecord(ValueError):
    """A record that cannot be played; the message says why."""


@dataclass(slots=True)
class HeldOut:
    """The tunes to be judged, and what was found beside them."""

    tunes: list[Tune] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, kind: str, value: str) -> None:
        """One more tune of this `value`, such as a genre."""
        self.by.setdefault(kind, Counter())[value] += 1

    def skip(self, where: str, why: str) -> None:
        """A record that is left out."""
        self.counts["skipped"] += 1
        if len(self.skipped) < NAMED:
            self.skipped.append({"where": where, "why": why})

    def summary(self) -> dict[str, Any]:
        """Counts in plain words, ready for JSON."""
        usual = dict.fromkeys(("records", "judged", "skipped", "without_melody", "without_chords", "without_bass"), 0)
        groups = {kind: dict(sorted(counter.items())) for kind, counter in sorted(self.by.items())}
        return usual | dict(sorted(self.counts.items())) | groups | {"skipped_records": self.skipped}


def held_out(path: Path) -> HeldOut:
    """The tunes of a pack file or folder that are to be judged. Raises CorpusError where there is no such file."""
    found = HeldOut()
    spare: list[tuple[str, str, dict[str, Any]]] = []  # of the split `train`, should nothing else be there
    divided = False
    for where, stem, record in _records(path, found):
        split = record.get("split")
        if split in HELD and not divided:
            divided, spare = True, []
        if split in HELD or split is None:
            _judge(found, where, stem, record)
        elif not divided:
            spare.append((where, stem, record))
        else:
            found.counts["left_for_training"] += 1
    if not divided:
        for where, stem, record in spare:
            _judge(found, where, stem, record)
    found.counts["judged"] = len(found.tunes)
    found.counts["left_for_training"] = (
        found.counts["records"] - len(found.tunes) - found.counts["skipped"] - (found.counts["without_melody"])
    )
    return found


def is_music(path: Path) -> bool:
    """Whether a path is a MIDI, MusicXML or ABC file or a jam's log, or a folder with none of the pack's files."""
    if path.is_dir():
        return all(is_jam(each) for each in [*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")])
    return path.suffix.lower() in (*MIDI, *ABC, *NOTATION) or (path.is_file() and is_jam(path))


def _records(path: Path, found: HeldOut) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(place, source by the file's name, record) of every line that is a JSON object; of files of music, as read."""
    if is_music(path):
        read, report = bridge.corpus.records([path], jobs=1)
        found.counts["records"] += len(read) + len(report.failures)
        for failure in report.failures:
            found.skip(failure.name, f"{failure.reason} {failure.detail}".strip())
        for record in read:
            yield str(record.get("id")), path.name, {key: value for key, value in record.items() if key != "split"}
        return
    for file in files(path):
        found.counts["files"] += 1
        stem = file.name.split(".")[0]
        number = 0
        try:
            with gzip.open(file, "rb") if file.read_bytes()[:2] == GZIP else file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if not line.strip():
                        continue
                    found.counts["records"] += 1
                    where = f"{file.name}:{number}"
                    try:
                        record = json.loads(line)
                    except (ValueError, RecursionError):
                        found.skip(where, "not a line of JSON")
                        continue
                    if isinstance(record, dict):
                        yield where, re.sub("^[A-Z]_", "", stem), record
                    else:
                        found.skip(where, "not a JSON object")
        except (OSError, EOFError) as error:
            found.counts["records"] += 1
            found.skip(f"{file.name}:{number + 1}", f"the file cannot be read from here on ({type(error).__name__})")


def _judge(found: HeldOut, where: str, stem: str, record: dict[str, Any]) -> None:
    """Take a record as a tune, or name it."""
    try:
        usable = usual(record, stem, where, found.counts)
        if not usable["melody"]:
            found.counts["without_melody"] += 1
            return
        tune = tune_of(usable)
    except BadRecord as error:
        found.skip(_called(where, record), str(error))
        return
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        found.skip(_called(where, record), f"{type(error).__name__}: {error}".splitlines()[0])
        return
    found.tunes.append(tune)
    found.counts["without_chords"] += not (tune.chords >= 0).any()
    found.counts["without_bass"] += not (tune.bass >= 0).any()
    found.counts["notes_off_the_grid"] += tune.rounded
    genre = tune.genre.split("/")[0]
    found.note("splits", tune.split or "none")
    found.note("genres", genre)
    found.note("meters", f"{tune.meter[0]}/{tune.meter[1]}")
    found.note("sources", tune.source)
    if genre_index(tune.genre) < 0:
        found.note("genres_that_no_model_knows", genre)
    if tune.source not in KNOWN:
        found.note("sources_that_no_model_saw", tune.source)


def _called(where: str, record: dict[str, Any]) -> str:
    name = str(record.get("id", ""))[:60]
    return f"{where} ({name})" if name else where


def usual(record: dict[str, Any], stem: str, where: str, counts: Counter[str]) -> dict[str, Any]:
    """The record with everything that `corpus.tune_of` asks for. Raises BadRecord."""
    melody = _notes(record.get("melody"), "melody")
    bass = _notes(record.get("bass"), "bass")
    end = max((onset + duration for onset, duration, _ in melody), default=0.0)
    meter = usual_meter(record.get("meter"))
    counts["without_a_usable_meter"] += meter is None
    counts["without_bars"] += not record.get("bars")
    source, genre, title = (str(record.get(key) or "") for key in ("source", "genre", "title"))
    quality = record.get("bass_quality", 1)
    return {
        "source": source or stem,
        "id": str(record.get("id") or where),
        "title": title,
        "genre": genre or "unknown",
        "licence": str(record.get("licence") or ""),
        "split": str(record.get("split") or ""),
        "group": str(record.get("group") or record.get("id") or where),
        "meter": meter or "4/4",
        "bars": _bars(record.get("bars"), end, meter or "4/4"),
        "melody": melody,
        "chords": _chords(record.get("chords"), counts),
        "bass": bass,
        "bass_quality": quality if isinstance(quality, int | float) else 1,
    }


def usual_meter(value: object) -> str | None:
    """A meter as `N/D`: additive ones summed, C and cut time spelt out, None for what is no meter."""
    if isinstance(value, list | tuple) and len(value) == 2:
        value = f"{value[0]}/{value[1]}"
    text = str(value or "").replace(" ", "")
    text = {"C": "4/4", "C|": "2/2", "common": "4/4", "cut": "2/2"}.get(text, text)
    found = re.fullmatch(r"(\d{1,3}(?:\+\d{1,3})*)/(\d{1,2})", text)
    if not found:
        return None
    numerator, denominator = sum(map(int, found[1].split("+"))), int(found[2])
    usable = 1 <= numerator <= 64 and denominator in (1, 2, 4, 8, 16, 32, 64)
    return f"{numerator}/{denominator}" if usable else None


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadRecord(f"{what} has {str(value)[:40]!r} where a number should be")
    if not 0 <= value <= LONGEST:
        raise BadRecord(f"{what} has {value:g}, which is outside 0-{LONGEST} sixteenths")
    return float(value)


def _notes(value: object, what: str) -> list[list[Any]]:
    """Notes as [onset, duration, pitch], in order."""
    if not value:
        return []
    if not isinstance(value, list):
        raise BadRecord(f"{what} is no list of notes")
    notes = []
    for note in value:
        if not isinstance(note, list) or len(note) < 3:
            raise BadRecord(f"{what} has {str(note)[:40]!r}, which is no [onset, duration, pitch]")
        pitch = _number(note[2], f"a pitch of the {what}")
        if pitch > 127:
            raise BadRecord(f"{what} has the pitch {pitch:g}, which is outside 0-127")
        notes.append([_number(note[0], f"an onset of the {what}"), _number(note[1], f"a length in the {what}"), pitch])
    return sorted([onset, duration, round(pitch)] for onset, duration, pitch in notes)


def _bars(value: object, end: float, meter: str) -> list[float]:
    """The onsets of bars in order; without any, bars from the beginning on."""
    if isinstance(value, list) and value:
        return sorted(_number(each, "the list of bars") for each in value)
    numerator, denominator = map(int, meter.split("/"))
    length = max(1, numerator * 16 // denominator)
    return [float(onset) for onset in range(0, math.ceil(end), length)]


QUALITIES = (  # how other collections' chords begin -> ours
    (r"hdim|dim|o|min7b5|m7b5", "dim"), (r"aug|\+", "aug"), (r"sus", "sus"),
    (r"maj(7|9|11|13)|M7|\^", "maj7"), (r"min(maj|6)|m6|mM", "min"), (r"min(7|9|11|13)|m(7|9|11|13)|-7", "min7"),
    (r"min|m(?!aj)|-", "min"), (r"maj|M|6|5|1$|$|add", "maj"), (r"7|9|11|13", "7"),
)  # fmt: skip


def usual_symbol(symbol: str) -> str | None:
    """The nearest symbol of the vocabulary to a chord of another collection (`C:maj6` -> `C:maj`), None for none."""
    found = re.fullmatch(r"([A-G][#b]*):?([^/]*)(/.*)?", symbol.strip())
    if not found:
        return NO_CHORD if re.fullmatch(r"N|NC|N\.C\.|X|", symbol.strip()) else None
    quality = next((ours for pattern, ours in QUALITIES if re.match(pattern, found[2])), None)
    return None if quality is None else f"{found[1]}:{quality}"


def _chords(value: object, counts: Counter[str]) -> list[list[Any]]:
    """Chord changes in order; an unknown symbol is brought near, or left out, and counted."""
    if not value:
        return []
    if not isinstance(value, list):
        raise BadRecord("chords is no list of [onset, symbol]")
    changes: list[list[Any]] = []
    for change in value:
        if not isinstance(change, list) or len(change) < 2:
            raise BadRecord(f"chords has {str(change)[:40]!r}, which is no [onset, symbol]")
        onset, symbol = _number(change[0], "an onset of the chords"), str(change[1])
        try:
            parse_chord(symbol)
        except ValueError:
            near = usual_symbol(symbol)
            counts["chord_symbols_brought_near" if near else "chord_symbols_unknown"] += 1
            if near is None:
                continue
            symbol = near
        changes.append([onset, symbol])
    return sorted(changes)


def training_tunes(path: Path) -> list[Tune]:
    """The tunes of the split `train`, twins left out, for baselines that learn; bad records are passed over."""
    found, tunes = HeldOut(), []
    for where, stem, record in _records(path, found):
        if record.get("split") != "train" or record.get("dup"):
            continue
        try:
            usable = usual(record, stem, where, found.counts)
            if usable["melody"]:
                tunes.append(tune_of(usable))
        except (ValueError, TypeError, KeyError, IndexError, OverflowError):
            continue
    return tunes
