"""A model's card: where its weights come from, what it was measured to do, and how its training went.

The card is `model.json`; `README.md` and `curves.svg` say the same to people. Whoever publishes weights trained on
other tunes adds their sources and licences here.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Card = dict[str, Any]

SOURCES = {
    "openewld": (
        "OpenEWLD: jazz and popular standards to 1930",
        "MIT; works in the public domain (some in the US only)",
    ),
    "openhymnal": ("Open Hymnal", "public domain"),
    "openscore_lieder": ("OpenScore Lieder", "CC0-1.0"),
    "bach_chorales": ("Bach chorales, music21 corpus", "works in the public domain; encoding without a stated licence"),
    "oneill1850": ("O'Neill's Music of Ireland, music21 corpus", "public domain; encoding without a stated licence"),
    "ryan": ("Ryan's Mammoth Collection, music21 corpus", "public domain; encoding without a stated licence"),
    "aird": ("Aird's Airs, music21 corpus", "public domain; encoding without a stated licence"),
}
"""Source, what it is, and its rights."""

ROWS = {
    "share": "note-in-chord ratio, share of the human one",
    "note_in_chord": "note-in-chord ratio",
    "covered_share": "the same share, silence under a note counted as a miss",
    "share_beats_1_8": "the same share, beats 1-8 after the cold start",
    "share_beats_9_32": "... beats 9-32",
    "share_beats_33_96": "... beats 33-96",
    "length_entropy": "chord-length entropy (nats, lengths in beats)",
    "pitch_classes": "pitch classes a chord",
    "distinct": "distinct chords a tune",
    "distinct_share": "the same, share of the human number",
    "changes_a_beat": "chord changes a beat",
    "longest": "longest chord of a tune (beats)",
    "falling_fifths": "root changes that fall a fifth",
    "human_root": "beats on the root that the human chose",
    "human_last_root": "tunes whose last beat judged is on the human's root",
    "chord_bits": "bits a chord, on the human past",
    "melody_bits": "bits a melody step (hold, rest, pitch class), on the human past",
}
SHIFTED_ROWS = {
    "share_beats_9_16": "share if the tune jumps six semitones at beat 17: beats 9-16, before",
    "share_beats_17_20": "... beats 17-20",
    "share_beats_21_24": "... beats 21-24",
    "share_beats_25_32": "... beats 25-32",
}
BASS_ROWS = {
    "root_on_beats": "bass notes on beats that are the chord's root",
    "chord_tone_on_beats": "bass notes on beats that are chord tones",
    "onsets_a_beat": "bass notes a beat",
    "rests": "steps at which the bass rests",
    "repeats": "bass notes that repeat the last",
    "leaps": "bass leaps of more than a major third",
    "lowest": "lowest pitch",
    "highest": "highest pitch",
}


def commit() -> str:
    """The short hash of the checked-out commit, `unknown` outside a repository."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def rights(sources: Iterable[str]) -> list[dict[str, str]]:
    """Source, title and licence of everything the weights were trained on."""
    unknown = ("", "unknown: ask whoever trained this model")
    rows = ((source, *SOURCES.get(source, unknown)) for source in sources)
    return [{"source": source, "title": title, "licence": licence} for source, title, licence in rows]


def read_log(path: Path) -> list[dict[str, float]]:
    """The lines of a training log, oldest first; none if there is no log."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def draw_curves(log: list[dict[str, float]], path: Path) -> None:
    """Four learning curves over the minutes of training, as an SVG."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "curves"
    import matplotlib.pyplot as plt

    curves = {
        "free-running fit at temperature 1 (valid)": ["valid_share"],
        "expected hit (train)": ["hit"],
        "nats a step (train)": ["bass", "melody"],
        "chord-length entropy, the same": ["valid_length_entropy", "valid_human_length_entropy"],
    }
    figure, axes = plt.subplots(1, len(curves), figsize=(13, 2.8), layout="constrained")
    for axis, (title, keys) in zip(axes, curves.items(), strict=True):
        for key in keys:
            lines = [(line["minutes"], line[key]) for line in log[1:] if line.get(key)]
            axis.plot(*zip(*lines, strict=True), label=key.removeprefix("valid_").replace("_", " "))
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("minutes", fontsize=8)
        if len(keys) > 1:
            axis.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def cell(figures: Card, key: str) -> str:
    """A figure as text, empty where it was not measured."""
    value = figures.get(key)
    return "" if value is None else f"{value:.3g}"


def measured(part: Card) -> list[str]:
    """The rows of a table: the model, humans and baselines on one part of the corpus."""
    names = list(part)
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    lines += [f"| {text} | " + " | ".join(cell(part[n], key) for n in names) + " |" for key, text in ROWS.items()]
    for group, texts in (("shifted", SHIFTED_ROWS), ("bass", BASS_ROWS)):
        for key, text in texts.items():
            lines.append(f"| {text} | " + " | ".join(cell(part[n].get(group, {}), key) for n in names) + " |")
    return lines


def by_genre(part: Card) -> list[str]:
    """The rows of a table: the model on each genre."""
    keys = {
        "tunes": "tunes",
        "share": "share",
        "length_entropy": "entropy",
        "human_length_entropy": "human entropy",
        "pitch_classes": "pitch classes",
        "distinct": "distinct",
        "distinct_share": "of human",
    }
    lines = ["| genre | " + " | ".join(keys.values()) + " |", "| --- |" + " --- |" * len(keys)]
    genres = part["model"]["genres"].items()
    return lines + [f"| {genre} | " + " | ".join(cell(row, key) for key in keys) + " |" for genre, row in genres]


TITLES = {
    "valid": "Validation tunes (used to choose losses, temperature and checkpoints)",
    "test": "Test tunes",
    "foreign": "Kinds of tune it never learned from: folk with chords, pop, rock (validation and test)",
}


def readme(card: Card) -> str:
    """The card for people."""
    training, figures = card.get("training", {}), card.get("figures", {})
    lines = [
        f"# {card.get('name', card['kind'])}",
        "",
        "Chords and bass under a melody, and a guess of its next note: one LSTM step a sixteenth, from the melody",
        "before it, its own past and the place in the bar. Made by `improv train` and `improv export`; do not edit.",
        "",
        f"* {card['parameters']:,} parameters, {card['bytes']:,} bytes, float32. The LSTM's weights are shared by the",
        "  twelve transpositions of what it hears.",
        f"* One step, all heads: p50 {card['step_ms']['p50']} ms, p99 {card['step_ms']['p99']} ms, one thread."
        if "step_ms" in card
        else "",
        f"* LiteRT equals TensorFlow over {card['parity']['steps']} random steps: every decision, values within"
        f" {card['parity']['largest_difference']:.1g}.",
        f"* Command: `{card.get('command', '')}`, seed {training.get('seed')}, commit {card.get('commit')}.",
        f"* Default temperature {card['temperature']}.",
        "",
        "## Learned from",
        "| source | what | rights |",
        "| --- | --- | --- |",
        *(f"| {row['source']} | {row['title']} | {row['licence']} |" for row in card.get("data", [])),
        "",
        "The weights are released under the project's own licence.",
        "",
        "![learning curves](curves.svg)",
        "",
        "## Measured",
        "Free-running from a cold start, hearing only the melody, the first 96 beats of each tune:",
        "`improv evaluate --data DIR`. Baselines by the same code.",
    ]
    for part, title in TITLES.items():
        if part in figures:
            tunes = figures[part]["model"]["tunes"]
            lines += ["", f"### {title}: {tunes} tunes", *measured(figures[part]), "", *by_genre(figures[part])]
    remarks = card.get("remarks", [])
    lines += ["", "## Beside it", *(f"* {remark}" for remark in remarks)] if remarks else []
    notes = card.get("notes", [])
    lines += ["", "## What is bad about it", *(f"* {note}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"
