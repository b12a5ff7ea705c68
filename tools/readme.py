"""Write the README's generated tables from the code: `python tools/readme.py`; `--check` only compares (exit 1)."""

import json
import sys
from pathlib import Path
from typing import Any

import page  # beside this file

from bridge.engine.console import ACTIONS
from bridge.engine.settings import PARAMETERS
from bridge.io.wire import markdown
from bridge.tunes import load, names

README = Path(__file__).parent.parent / "README.md"
FIGURES = README.parent / "models" / "figures.json"  # as `tools/models_page.py` measured them
CHORDS = {
    "note_in_chord_share": "melody in the chord, as a share of what the human chords reach",
    "chord_length_entropy": "chord-length entropy, nats",
    "pitch_classes_per_chord": "pitch classes a chord",
    "distinct_chords_per_tune": "distinct chords a tune",
    "chord_changes_per_beat": "chord changes a beat",
}


def parameters() -> str:
    """The settings as a Markdown table."""
    lines = ["| name | default | range | meaning |", "| --- | --- | --- | --- |"]
    for one in PARAMETERS:
        span = ", ".join(one.choices) if one.choices else f"{one.low:g}-{one.high:g} {one.unit}".strip()
        span = "a name" if one.free else span
        lines.append(f"| `{one.name}` | {one.default} | {span} | {one.meaning} |")
    return "\n".join(lines)


def actions() -> str:
    """The actions as a Markdown table."""
    rows = [f"| `{name}` | {text} |" for name, text in ACTIONS.items()]
    return "\n".join(["| action | meaning |", "| --- | --- |", *rows])


def tunes() -> str:
    """The demo's tunes as a Markdown table."""
    lines = ["| tune | title | meter | tempo |", "| --- | --- | --- | --- |"]
    for name in names():
        tune = load(name)
        meter = f"{tune.meter.numerator}/{tune.meter.denominator}"
        lines.append(f"| `{name}` | {tune.title} | {meter} | {tune.tempo:g} |")
    return "\n".join(lines)


def band() -> str:
    """How the band plays, beside humans and simple rules, and by genre."""
    found = json.loads(FIGURES.read_text(encoding="utf-8"))["accompaniment"]
    players = {"the band": found, "human": found["human"]}
    players |= {name.replace("_", " "): each for name, each in found["baselines"].items()}
    lines = [f"| {found['tunes']} tunes | " + " | ".join(players) + " |", "| --- |" + " --: |" * len(players)]
    for key, text in CHORDS.items():
        cells = ["1" if name == "human" and key not in each else _cell(each[key]) for name, each in players.items()]
        lines.append(f"| {text} | " + " | ".join(cells) + " |")
    genres = found["genres"]
    lines += ["", "| the share by genre | " + " | ".join(genres) + " |", "| --- |" + " --: |" * len(genres)]
    lines.append("| | " + " | ".join(_cell(each["note_in_chord_share"]) for each in genres.values()) + " |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


TABLES = {"band": band, "protocol": markdown, "parameters": parameters, "actions": actions, "tunes": tunes}


def main() -> int:
    """Write, or compare."""
    return page.settle(README, Path(__file__).name, TABLES, check="--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
