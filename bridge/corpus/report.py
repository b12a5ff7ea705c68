"""What a run over a corpus kept, dropped and lost: counts by reason, as a table for people and a value for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A tune that was dropped: which, under which heading, and what exactly."""

    name: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The counts of one run; `kept` plus the dropped are the tunes that were found."""

    files: int
    kept: int
    failures: tuple[Failure, ...]
    lost: Mapping[str, int]
    """What the kept tunes lost on the way, or hold only with care, by heading."""
    splits: Mapping[str, int]
    genres: Mapping[str, int]
    families: int
    duplicates: int
    seconds: float
    notes: Mapping[str, int] = field(default_factory=dict)
    """Melody notes, chord changes, bass notes, bars."""

    @property
    def dropped(self) -> dict[str, int]:
        """How many tunes were dropped, by reason, the most frequent first."""
        return dict(Counter(failure.reason for failure in self.failures).most_common())

    def as_dict(self) -> dict[str, Any]:
        """All of it in plain words, for JSON."""
        return {
            "files": self.files,
            "kept": self.kept,
            "dropped": self.dropped,
            "dropped_tunes": [{"name": f.name, "reason": f.reason, "detail": f.detail} for f in self.failures],
            "lost": dict(self.lost),
            "splits": dict(self.splits),
            "genres": dict(self.genres),
            "families": self.families,
            "duplicates": self.duplicates,
            "seconds": round(self.seconds, 2),
            **self.notes,
        }


def make_report(
    records: Sequence[Record], files: int, failures: Sequence[Failure], lost: Mapping[str, int], seconds: float
) -> Report:
    """The report on these records, made from so many files in so many seconds."""
    return Report(
        files=files,
        kept=len(records),
        failures=tuple(failures),
        lost=dict(sorted(lost.items())),
        splits={split: sum(r["split"] == split for r in records) for split in ("train", "valid", "test")},
        genres=dict(Counter(str(r["genre"]) for r in records).most_common()),
        families=len({r["group"] for r in records}),
        duplicates=sum(bool(r.get("dup")) for r in records),
        seconds=seconds,
        notes={
            "melody_notes": sum(len(r["melody"]) for r in records),
            "chord_changes": sum(len(r.get("chords") or []) for r in records),
            "bass_notes": sum(len(r.get("bass") or []) for r in records),
            "bars": sum(len(r["bars"]) for r in records),
        },
    )
