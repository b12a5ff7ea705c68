"""Pictures of the report, as SVG; without matplotlib (the extra `training`) there are none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.training.bass import WIDEST
from bridge.training.table import name

Figures = dict[str, Any]
GOAL = 0.82  # share of the human note-in-chord ratio


def draw(report: Figures, out: Path) -> list[Path]:
    """Draw what the report holds into a folder; the files."""
    try:
        import matplotlib as mpl
    except ModuleNotFoundError:
        print("no pictures: matplotlib is missing; pip install 'improv-bridge[training]'", file=sys.stderr)
        return []
    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "figures"
    import matplotlib.pyplot as plt

    files = []
    for title, (needs, picture) in PICTURES.items():
        figures = report.get(needs, {})
        if not figures or "unavailable" in figures:
            continue
        canvas, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
        picture(axes, figures)
        files.append(out / f"{title}.svg")
        canvas.savefig(files[-1], metadata={"Date": None})
        plt.close(canvas)
    return files


def recovery(axes: Any, figures: Figures) -> None:
    """The share beat by beat after a start and after a jump."""
    curves = {
        "cold start": figures["start"]["cold"]["share_by_beat"],
        "8 beats of human harmony first": figures["start"]["primed"]["share_by_beat"],
        "tune jumps 6 semitones at beat 17": figures["jump"]["share_by_beat"],
    }
    for title, curve in curves.items():
        beats = [beat for beat, value in enumerate(curve, 1) if value is not None]
        axes.plot(beats, [value for value in curve if value is not None], label=title)
    axes.axhline(GOAL, linestyle=":", color="grey", linewidth=1)
    axes.axvline(17, linestyle=":", color="grey", linewidth=1)
    axes.set(xlabel="beat", ylabel="share of the human\nnote-in-chord ratio", ylim=(0, None))
    axes.legend(fontsize=8)


def genres(axes: Any, figures: Figures) -> None:
    """The share by genre, beside what was published on other data."""
    rows = {genre: each.get("note_in_chord_share") for genre, each in figures.get("genres", {}).items()}
    rows = {genre: value for genre, value in rows.items() if value is not None}
    axes.bar(list(rows), list(rows.values()), color="#2f74d0")
    for key, value in figures["published_on_other_data"]["note_in_chord_share"].items():
        axes.axhline(value, linestyle="--", color="grey", linewidth=0.8)
        axes.annotate(f"{name(key)},\nother data", (1.01, value), xycoords=("axes fraction", "data"), fontsize=7,
                      va="center", color="dimgrey")  # fmt: skip
    axes.set(ylabel="share of the human\nnote-in-chord ratio", ylim=(0, 1.1))
    axes.tick_params(axis="x", labelsize=8)


def lengths(axes: Any, figures: Figures) -> None:
    """How long chords last, model and human."""
    _pair(axes, figures["chord_lengths_in_beats"], 1)
    axes.set(xlabel="length of a chord in beats (the last: that and longer)", ylabel="share of chords")


def intervals(axes: Any, figures: Figures) -> None:
    """How far the bass moves, model and human."""
    _pair(axes, figures["pitch_intervals"], -WIDEST)
    axes.set(xlabel="semitones to the next bass note (the ends: that and more)", ylabel="share of moves")


def gaps(axes: Any, figures: Figures) -> None:
    """How soon the next bass note comes, model and human."""
    _pair(axes, figures["onset_gaps"], 1)
    axes.set(xlabel="sixteenths to the next bass note (the last: that and more)", ylabel="share of notes")


def _pair(axes: Any, both: Figures, first: int) -> None:
    """Two histograms side by side, their cells numbered from `first`."""
    for offset, (who, counts) in zip((-0.2, 0.2), both.items(), strict=True):
        whole = max(1, sum(counts))
        axes.bar([first + n + offset for n in range(len(counts))], [c / whole for c in counts], width=0.4, label=who)
    axes.legend(fontsize=8)


PICTURES: dict[str, tuple[str, Callable[[Any, Figures], None]]] = {
    "recovery": ("accompaniment", recovery),
    "genres": ("accompaniment", genres),
    "chord_lengths": ("accompaniment", lengths),
    "bass_intervals": ("bass", intervals),
    "bass_gaps": ("bass", gaps),
}
