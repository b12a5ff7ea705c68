"""Write the tables of docs/tuning-band.md: `python tools/band_page.py --data DIR` runs `improv tune table` for them.

Without `--data` they are made anew from models/tuning-band.json; `--check` only compares (exit 1).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import page  # beside this file

from bridge.engine.parameters import TUNINGS
from bridge.training.table_band import ROWS

ROOT = Path(__file__).parent.parent
PAGE, FIGURES = ROOT / "docs" / "tuning-band.md", ROOT / "models" / "tuning-band.json"
OURS = ("untuned", *TUNINGS[1:])
BY_GENRE = {
    "note_in_chord_share": "share", "chord_length_entropy_minus_human": "length entropy minus human",
    "chord_length_emd_beats": "length EMD, beats", "pitch_classes_per_chord": "classes a chord",
    "falling_fifth_share": "falling fifths", "parallel_octaves_per_100_moves": "parallel octaves",
    "beats_to_90_percent_of_before": "beats to recover", "bits_at_onsets": "judge's bits at onsets",
}  # fmt: skip


def cell(key: str, value: float | None) -> str:
    """A figure to three digits, the judge's bits to four decimals."""
    if value is None:
        return "-"
    return f"{value:.4f}" if key.startswith("bits") else f"{value:.3g}"


def row(key: str, players: dict[str, Any], names: Sequence[str]) -> list[str]:
    """One figure of several players; people need no time to recover."""
    return [cell(key, None if (name, key[:8]) == ("human", "beats_to") else players[name].get(key)) for name in names]


def grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first column of words."""
    rule = "| --- |" + " --: |" * (len(head) - 1)
    return "\n".join([f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(line)} |" for line in lines)])


def read() -> dict[str, Any]:
    """The committed figures."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return figures


def overall() -> str:
    """All tunes, and those of the test split alone."""
    report = read()
    every, test = report["all"], report["split test"]
    tunes, some = every["untuned"]["tunes"], test["untuned"]["tunes"]
    head = [f"{tunes} tunes (of them {some} test)", *OURS, "human", *(f"test: {name}" for name in OURS)]
    names = (*OURS, "human")
    return grid(head, [[words, *row(key, every, names), *row(key, test, OURS)] for key, words in ROWS])


def genres() -> str:
    """By genre, the tunings side by side; people's own where that is no trivial figure."""
    report = read()
    lines = []
    for genre in sorted(group for group in report if group != "all" and not group.startswith("split")):
        players = report[genre]
        figures = [" / ".join(row(key, players, OURS)) for key in BY_GENRE]
        lines.append([genre, f"{players['untuned']['tunes']}", *figures])
    return grid(["", "tunes", *BY_GENRE.values()], lines)


PARTS = {"overall": overall, "genres": genres}


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="tunes: measure anew (minutes)")
    parser.add_argument("--jobs", type=int, default=1, help="processes that measure")
    parser.add_argument("--check", action="store_true", help="only compare")
    args = parser.parse_args()
    if args.data:
        words = ["--data", str(args.data), "--jobs", str(args.jobs), "--out", str(FIGURES), "--tuned", *TUNINGS[1:]]
        subprocess.run([sys.executable, "-m", "bridge", "tune", "table", *words], check=True, stdout=subprocess.DEVNULL)
    return page.settle(PAGE, Path(__file__).name, PARTS, check=args.check)


if __name__ == "__main__":
    sys.exit(main())
