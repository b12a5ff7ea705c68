"""Write the table of docs/tuning.md: `python tools/tuning_page.py --data DIR` composes, counts and writes the page.

Measures models/note_rnn and what `improv tune melody` made of it: the rows of the paper's table over 10,000 pieces
each, guards, bits of held-out melodies by the very policy that composed. Without `--data` the page is made anew from
models/tuning.json; `--check` only compares (exit 1).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import page  # beside this file

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "models"
PAGE, FIGURES, PICTURE = ROOT / "docs" / "tuning.md", MODELS / "tuning.json", MODELS / "pictures" / "tuning.svg"
COLUMNS = {"note_rnn": "Note RNN", "q": "Q", "psi": "Psi", "g": "G"}
STEPS, BATCH = 32, 250
ROWS = {
    "excessively_repeated": "notes excessively repeated", "autocorrelation_1": "mean autocorrelation, lag 1",
    "autocorrelation_2": "lag 2", "autocorrelation_3": "lag 3", "not_in_key": "notes not in key",
    "starting_with_tonic": "starting with the tonic", "leaps_resolved": "leaps resolved",
    "unique_max": "unique maximum", "unique_min": "unique minimum", "in_motif": "notes in motif",
    "in_repeated_motif": "notes in repeated motif",
}  # fmt: skip


def folder(column: str) -> Path:
    """Where a column's model lies."""
    return MODELS / ("note_rnn" if column == "note_rnn" else f"note_rnn-{column}")


def measure(data: Path, number: int) -> dict[str, Any]:
    """All figures. Raises CorpusError, ModelError."""
    import numpy as np
    import tensorflow as tf

    from bridge.training import note_network, note_rnn
    from bridge.training.corpus import SETS, read
    from bridge.training.note_pieces import pieces_of
    from bridge.training.tune_melody import frozen
    from bridge.training.tuning_measures import beaten, guards, openings, shapes, table

    tunes = read(data, SETS["default"], ("train", "valid", "test"))
    pieces = {s: pieces_of([t for t in tunes if t.split == s and not t.dup]) for s in ("train", "valid", "test")}
    people = openings([piece.events for piece in pieces["train"]], STEPS)
    alike = shapes(people)
    compose = tf.function(note_network.compose, jit_compile=True)
    judge = tf.function(note_rnn.bits_of, jit_compile=True)
    human = {"table": table(people), "guards": guards(people, alike), "pieces": len(people)}
    columns: dict[str, Any] = {"human": human}
    shown = {}
    for column in COLUMNS:
        weights = frozen(str(folder(column)))
        parts = []
        for first in range(0, number, BATCH):
            noise = np.random.default_rng((2017, first)).gumbel(size=(BATCH, STEPS, note_network.EVENTS))
            parts.append(compose(weights, tf.constant(noise, tf.float32), tf.constant(1.0)).numpy())
        events = np.concatenate(parts)
        shown[column] = events[:5]
        rows = table(events)
        columns[column] = {"table": rows, "guards": guards(events, alike), "beats_q": beaten(rows)}
        columns[column] |= {s: note_rnn.judged(judge, weights, pieces[s]) for s in ("valid", "test")}
    draw(shown)
    return {"pieces": number, "steps": STEPS, "columns": columns}


def short(value: Any) -> Any:
    """The same nest of figures to six digits."""
    if isinstance(value, dict):
        return {key: short(each) for key, each in value.items()}
    return round(value, 6) if isinstance(value, float) else value


def draw(shown: dict[str, Any]) -> None:
    """The first pieces of every column as piano rolls."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "tuning"
    import matplotlib.pyplot as plt

    from bridge.generators.note_events import notes_of

    canvas, axes = plt.subplots(len(shown), 5, figsize=(11, 1.5 * len(shown)), sharex=True, layout="constrained")
    for row, (column, pieces) in zip(axes, shown.items(), strict=True):
        for axis, events in zip(row, pieces, strict=True):
            notes = notes_of(events)
            for onset, length, pitch in notes:
                axis.barh(pitch, length - 0.25, left=onset, height=0.9, color="#2f74d0")
            axis.set(xlim=(0, STEPS), xticks=range(0, STEPS + 1, 16))
            axis.grid(axis="x", linewidth=0.4)
            axis.tick_params(labelsize=6)
            low = min((pitch for _, _, pitch in notes), default=60)
            axis.set_ylim(low - 2, max(low + 14, max((pitch for _, _, pitch in notes), default=60) + 2))
        row[0].set_ylabel(COLUMNS[column], fontsize=8)
    canvas.savefig(PICTURE, metadata={"Date": None})
    plt.close(canvas)


def cell(row: str, value: float) -> str:
    """A figure as the paper prints it."""
    if row.startswith("autocorrelation"):
        return f"{value:.2f}"
    return f"{100 * value:.2f} %" if value < 0.0995 else f"{100 * value:.1f} %"


def rows() -> str:
    """The paper's table, ours beside the published one."""
    from bridge.training.tuning_measures import PUBLISHED

    columns = json.loads(FIGURES.read_text(encoding="utf-8"))["columns"]
    heads = ["human", *COLUMNS.values(), *(f"*{name}, published*" for name in COLUMNS.values())]
    lines = [f"| | {' | '.join(heads)} |", "| --- |" + " --: |" * len(heads)]
    for number, (row, words) in enumerate(ROWS.items()):
        ours = [columns[c]["table"][row] for c in ("human", *COLUMNS)]
        theirs = [PUBLISHED[c][number] for c in COLUMNS]
        lines.append(f"| {words} | {' | '.join(cell(row, value) for value in (*ours, *theirs))} |")
    for split in ("valid", "test"):
        for key, words in (("bits_per_step", "whole"), ("bits_per_opening_step", "first 32 sixteenths")):
            bits = [columns[c][split][key] for c in COLUMNS]
            cells = [f"{each:.3f} ({100 * (each / bits[0] - 1):+.1f} %)" for each in bits]
            lines.append(f"| bits a sixteenth, {split} split, {words} | | {' | '.join(cells)} | | | | |")
    reached = [f"{len(columns[c]['beats_q'])} of {len(ROWS)}" for c in COLUMNS]
    lines.append(f"| rows at or past the published Q | | {' | '.join(reached)} | | | | |")
    return "\n".join(lines)


def watch() -> str:
    """The guards."""
    columns = json.loads(FIGURES.read_text(encoding="utf-8"))["columns"]
    lines = ["| | human | " + " | ".join(COLUMNS.values()) + " |", "| --- |" + " --: |" * (1 + len(COLUMNS))]
    for name in columns["human"]["guards"]:
        cells = [f"{columns[c]['guards'][name]:.3g}" for c in ("human", *COLUMNS)]
        lines.append(f"| {name.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


PARTS = {"table": rows, "guards": watch}


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="tunes: measure anew (minutes)")
    parser.add_argument("--pieces", type=int, default=10_000, help="compositions of each model (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="only compare")
    args = parser.parse_args()
    if args.data:
        found = measure(args.data, args.pieces)
        FIGURES.write_text(json.dumps(short(found), indent=1) + "\n", encoding="utf-8")
    return page.settle(PAGE, Path(__file__).name, PARTS, check=args.check)


if __name__ == "__main__":
    sys.exit(main())
