"""A model's card: where its weights come from, what it was measured to do, and how its training went.

The card is `model.json`; `README.md` and `curves.svg` say the same to people. Whoever publishes weights trained on
other tunes adds their sources and licences here.
"""

from __future__ import annotations

import json
import subprocess
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
    "nottingham": ("Nottingham Music Database", "GPL-3.0 (copyleft)"),
    "tuneworks": ("Tuneworks", "GPL-2+ or CC BY-SA (copyleft)"),
    "oldtime_rjl20": ("Old-time fiddle tunes, RJL20", "CC BY-SA (copyleft)"),
    "pop909": ("POP909", "MIT; annotations of works in copyright"),
    "rs200": ("RS200, rock songs", "CC BY; annotations of works in copyright"),
    "wjazzd": ("Weimar Jazz Database, solos", "ODbL; annotations of works in copyright"),
}
"""Source, what it is, and its rights."""

RIGHTS = {
    "default": "The weights are released under the project's own licence.",
    "folk": "Kept apart from the default weights because of the copyleft sources, so that it can be withdrawn alone.",
    "pop": "Kept apart from the default weights: it learned from annotations of works in copyright, licensed as above."
    " It can be withdrawn alone.",
}
"""What the card says of each set of sources."""


def commit() -> str:
    """The short hash of the checked-out commit, `unknown` outside a repository."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def rights(sources: dict[str, Card]) -> list[Card]:
    """Source, title, licence and number of tunes of everything the weights were trained on."""
    rows = []
    for source, said in sources.items():
        title, licence = SOURCES.get(source, ("", f"as its files say: {said.get('licence') or 'not stated'}"))
        rows.append({"source": source, "title": title, "licence": licence, "tunes": said.get("tunes", "")})
    return rows


def read_log(path: Path) -> list[dict[str, float]]:
    """The lines of a training log, oldest first; none if there is no log."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def draw_curves(log: list[dict[str, float]], curves: dict[str, list[str]], path: Path) -> None:
    """Learning curves over the minutes of training, as an SVG: a panel for each title and its keys of the log."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "curves"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(curves), figsize=(3.3 * len(curves), 2.8), layout="constrained", squeeze=False)
    for axis, (title, keys) in zip(axes[0], curves.items(), strict=True):
        for key in keys:
            lines = [(line["minutes"], line[key]) for line in log if line.get("update") and key in line]
            if lines:
                axis.plot(*zip(*lines, strict=True), label=key.removeprefix("valid_").replace("_", " "))
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("minutes", fontsize=8)
        if len(keys) > 1 and axis.lines:
            axis.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def cell(value: Any) -> str:
    """A figure as text, empty where it was not measured."""
    if isinstance(value, list):
        return ", ".join(cell(each) for each in value)
    return "" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def tables(figures: Card, depth: int = 3) -> list[str]:
    """A nest of figures as headings and tables: rows of figures, or rows by columns where every row has the same."""
    plain = {key: value for key, value in figures.items() if not isinstance(value, dict)}
    nested = {key: value for key, value in figures.items() if isinstance(value, dict)}
    lines = ["", "| | |", "| --- | --- |", *(f"| {words(k)} | {cell(v)} |" for k, v in plain.items())] if plain else []
    flat = {k: v for k, v in nested.items() if v and not any(isinstance(each, dict) for each in v.values())}
    if len(flat) > 1:
        rows = list(dict.fromkeys(key for value in flat.values() for key in value))
        lines += ["", "| | " + " | ".join(map(words, flat)) + " |", "| --- |" + " --- |" * len(flat)]
        lines += [f"| {words(r)} | " + " | ".join(cell(v.get(r)) for v in flat.values()) + " |" for r in rows]
        nested = {key: value for key, value in nested.items() if key not in flat}
    for key, value in nested.items():
        lines += ["", f"{'#' * min(depth, 6)} {words(key)}", *tables(value, depth + 1)]
    return lines


def words(key: str) -> str:
    """A key as people read it."""
    return key.replace("_", " ")


WHAT = {
    "accompaniment": "Chords and bass under a melody, and a guess of its next note: one LSTM step a sixteenth, from the"
    " melody before it, its own past, the place in the bar and the genre.",
    "melody": "A melody that continues and answers: one LSTM step a note, in any meter and genre.",
    "morph": "Variations of a phrase, and ways between two: a recurrent variational autoencoder.",
    "note_rnn": "A melody in 38 events, one LSTM step a sixteenth, in any key; untuned, or by `improv tune`.",
}


def readme(card: Card) -> str:
    """The card for people."""
    training = card.get("training", {})
    started = card.get("started_from")
    lines = [
        f"# {card.get('name', card['kind'])}",
        "",
        WHAT.get(card["kind"], ""),
        "Made by `improv train` and `improv export`; do not edit.",
        "",
        f"* {card['parameters']:,} parameters, {card['bytes']:,} bytes, float32.",
        f"* LiteRT equals TensorFlow over {card['parity']['steps']} random steps: every decision, values within"
        f" {card['parity']['largest_difference']:.1g}.",
        f"* Command: `{card.get('command', '')}`, seed {training.get('seed')}, commit {card.get('commit')}.",
        *(
            [f"* Begun from `{started['name']}`: `{started.get('command')}`, commit {started.get('commit')}."]
            if started
            else []
        ),
        *(f"* Averaged with: `{command}`." for command in card.get("averaged_with", [])),
        f"* Default temperature {card['temperature']}.",
        "",
        "## Learned from",
        "| source | what | rights | tunes |",
        "| --- | --- | --- | --- |",
        *(f"| {r['source']} | {r['title']} | {r['licence']} | {r.get('tunes', '')} |" for r in card.get("data", [])),
        "",
        RIGHTS.get(training.get("rights", ""), RIGHTS["default"]),
        "",
        "![learning curves](curves.svg)",
    ]
    figures = card.get("figures")
    lines += ["", "## Measured, on tunes held out", *tables(figures)] if figures else []
    notes = card.get("notes", [])
    lines += ["", "## What is bad about it, and what was tried", *(f"* {note}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"
