"""What a demo's host tells, event by event: the take, the plain lines, and the measures at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.engine.measures import Measure
from bridge.io.take import MELODY, Note, Take, chord_name
from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE
from bridge.music.harmony import pitch_name


@dataclass(slots=True)
class Story:
    """The take of the first player, and what was measured of all."""

    take: Take
    margin: Measure = field(default_factory=Measure)  # milliseconds from a cue's arrival to its tick
    heard: int = 0
    cues: int = 0
    late: int = 0
    ended: bool = False
    trouble: str = ""

    def add(self, event: Mapping[str, Any]) -> None:
        """Takes one event of the host's."""
        match event["event"]:
            case "note":
                self.take.add(MELODY, Note(event["tick"], event["ticks"], event["pitch"], event["velocity"]))
            case "cue":
                self.margin.add(event["margin_ms"])
                self.late += event["margin_ms"] < 0
                self.cues += 1
                if event["player"] == 1:
                    note = Note(event["tick"], event["ticks"], event["pitch"], event["velocity"])
                    self.take.add(event["voice"], note)
            case "chord" if event["player"] == 1:
                self.take.name_chord(event["tick"], event["root"], event["quality"])
            case "silence" if event["player"] == 1:
                self.take.silence(event["voice"], event["tick"])
            case "stop":
                self.take.end = event["tick"]
            case "end":
                self.heard, self.ended = event["heard"], True
            case "error":
                self.trouble = event["text"]

    def summary(self, engine: Mapping[str, Any], files: Sequence[Path]) -> dict[str, Any]:
        """The machine-readable sum; margins as the host measured them, step times as the engine did."""
        names = ("min", "p1", "p50", "p99", "max")
        margins = (round(value, 3) for value in self.margin.percentiles((0, 1, 50, 99, 100)))
        return {
            "event": "summary",
            "heard": self.heard,
            "cues": self.cues,
            "late": max(self.late, int(engine["late"])),  # the engine counts those too late to be sent as well
            "margin_ms": dict(zip(names, margins, strict=True)),
            "step_ms": engine["step_ms"],
            "files": [str(path) for path in files],
        }

    def tell(self, summary: Mapping[str, Any]) -> list[str]:
        """The sum in words."""
        margin, step = summary["margin_ms"], summary["step_ms"]
        voices = (ACCOMPANIMENT, BASS, *((RESPONSE,) if self.take.notes(RESPONSE) else ()))
        counts = ", ".join(f"{len(self.take.notes(voice))} {voice}" for voice in voices)
        return [
            f"heard     {summary['heard']} notes",
            f"played    {summary['cues']} cues ({counts} in the take)",
            f"margin    earliest {margin['max']:.1f} ms, median {margin['p50']:.1f} ms, latest {margin['min']:.1f} ms"
            " before the beat",
            f"late      {summary['late']} cues",
            f"step      {step['p50']:.2f} ms (median), {step['p99']:.2f} ms (p99)",
            f"written   {', '.join(summary['files'])}",
        ]


@dataclass(slots=True)
class Lines:
    """Plain lines, one a bar: its number, the chords, the bass, what was heard."""

    bar: int = 0
    begins: int = 0  # tick of the bar
    chord: str = "-"
    heard: list[str] = field(default_factory=list)
    bass: list[tuple[int, str]] = field(default_factory=list)
    chords: list[tuple[int, str]] = field(default_factory=list)
    answer: list[tuple[int, str]] = field(default_factory=list)

    def add(self, event: Mapping[str, Any]) -> str | None:
        """Takes an event; the line of the bar that is over, when a new one begins."""
        first = event.get("player", 1) == 1
        match event["event"]:
            case "note":
                self.heard.append(pitch_name(event["pitch"]))
            case "cue" if first and event["voice"] == BASS:
                self.bass.append((event["tick"], pitch_name(event["pitch"])))
            case "cue" if first and event["voice"] == RESPONSE:
                self.answer.append((event["tick"], pitch_name(event["pitch"])))
            case "chord" if first:
                self.chords.append((event["tick"], chord_name(event["root"], event["quality"]) or "-"))
            case "bar" | "stop":
                line = self._line(event["tick"]) if event["tick"] > self.begins else None
                self.bar, self.begins = event.get("bar", self.bar), event["tick"]
                return line
        return None

    def _line(self, end: int) -> str:
        """The bar that ends at a tick; what was cued ahead for the next one stays."""
        now = [name for tick, name in sorted(self.chords) if tick < end]
        chords = [name for name, before in zip(now, [self.chord, *now], strict=False) if name != before]
        if not any(tick == self.begins for tick, _ in self.chords) or not chords:
            chords.insert(0, self.chord)
        bass = [name for tick, name in self.bass if tick < end]
        line = (
            f"bar {self.bar:3d}   chords {' '.join(chords):18s} bass {' '.join(bass) or '-':16s}"
            f" heard {' '.join(self.heard) or '-'}"
        )
        said = [name for tick, name in self.answer if tick < end]
        line += f" answers {' '.join(said)}" if said else ""
        self.answer = [each for each in self.answer if each[0] >= end]
        self.chord = now[-1] if now else self.chord
        self.heard = []
        self.bass = [each for each in self.bass if each[0] >= end]
        self.chords = [each for each in self.chords if each[0] >= end]
        return line
