"""Tables of the report about lines: melodies that go on, and variations of phrases."""

from __future__ import annotations

from typing import Any

from bridge.training.card import tables
from bridge.training.others import FEWER, LEARNED
from bridge.training.table import grid

Figures = dict[str, Any]
MELODY = (
    ("bits_per_onset", "bits per onset"),
    ("bits_when_per_onset", "when"),
    ("bits_length_per_onset", "length"),
    ("bits_pitch_per_onset", "pitch"),
    ("top1", "pitch top 1"),
    ("top5", "top 5"),
    ("bits_per_step", "bits per step"),
    ("bits_per_held_step", "a held step"),
    ("bits_per_struck_step", "a struck step"),
    ("onsets", "onsets"),
)
GRID = "on_sixteenths"
COUNTS = ("tunes", "tunes_too_short", "tunes_of_unknown_genre", "tunes_in_odd_meters", "waits_without_a_class")


def melody_lines(figures: Figures) -> list[str]:
    """Melody, beside chains and "repeat the last bar", by genre and set of weights."""
    parts = {"all tunes": figures} | figures.get("weight_sets", {})
    learned = {name: each[LEARNED] for name, each in parts.items() if LEARNED in each}
    lines = []
    for key, value in figures.items():
        if key.startswith(FEWER) and value is not None:
            chain = key.removeprefix(FEWER).replace("_", " ")
            lines += [f"{100 * value:.1f} % fewer bits per onset than Markov, {chain} [goal: 10 %].", ""]
    if learned:
        each = ", ".join(f"{name} {count}" for name, count in learned.items())
        lines += [f"The baselines learned from tunes of the split `train` that came with the data: {each}.", ""]
    rows = {"model": figures, "model, tunes on the grid of sixteenths": figures.get(GRID, {})}
    rows |= {f"model, {genre}": each for genre, each in figures.get("by_genre", {}).items()}
    rows |= {f"weights {name}, their genres": each for name, each in figures.get("weight_sets", {}).items()}
    rows |= {"repeat the last bar": figures.get("repeat_last_bar", {})}
    rows |= {f"Markov, {each.replace('_', ' ')}": found for each, found in figures.get("markov", {}).items()}
    body = [[title, *(each.get(key) for key, _ in MELODY)] for title, each in rows.items() if each]
    counts = ", ".join(f"{key.replace('_', ' ')} {figures[key]}" for key in COUNTS if key in figures)
    lines += [*grid(["", *(text for _, text in MELODY)], body), "", *([f"Counted: {counts}."] if counts else [])]
    shown = (GRID, "by_genre", "weight_sets", "repeat_last_bar", "markov")
    rest = {key: each for key, each in figures.items() if isinstance(each, dict) and key not in shown}
    return [*lines, *tables(rest, 3)]


def morph_lines(figures: Figures) -> list[str]:
    """Variations: the dial as a table of its own, the rest as it comes."""
    dial = figures.get("dial", {})
    rest = {key: value for key, value in figures.items() if key not in ("dial", "weight_sets")}
    lines = tables(rest, 3)
    if dial:
        keys = list(next(iter(dial.values())))
        rows = [[setting, *(each.get(key) for key in keys)] for setting, each in dial.items()]
        lines += ["", "What a variation keeps of its phrase:", ""]
        lines += grid(["dial", *(key.replace("_", " ") for key in keys)], rows)
    return [*lines, ""]
