"""The whole report as Markdown, section by section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.training.card import tables
from bridge.training.line_table import melody_lines, morph_lines
from bridge.training.table import accompaniment_lines, bass_lines, cell, data_lines, grid, player_lines

Figures = dict[str, Any]
TIMES = {"p50_ms": "p50 ms", "p99_ms": "p99 ms", "p99_processor_ms": "p99 ms of the processor"}
UNAVAILABLE = "unavailable"  # the key under which a section says why it was not measured


def markdown(report: Figures) -> str:
    """What was measured, as text."""
    if "cards" in report:
        return cards(report["cards"])
    lines: list[str] = []
    for key, (title, render) in SECTIONS.items():
        if key not in report:
            continue
        figures = report[key]
        lines += [f"## {title}", ""]
        missing = figures.get(UNAVAILABLE)
        lines += [f"Not measured: {missing}", ""] if missing else [*render(figures), ""]
    return "\n".join(_single(lines)).rstrip()


def cards(found: dict[str, Figures]) -> str:
    """The figures that the cards hold, as text."""
    lines = ["The figures that the cards hold; `improv evaluate --data DIR` measures again.", ""]
    for name, figures in found.items():
        lines += [f"## {name}", *(tables(figures) if figures else ["", "Its card holds no figures."]), ""]
    return "\n".join(_single(lines)).rstrip()


def _single(lines: list[str]) -> list[str]:
    """Without a second empty line after the first."""
    return [line for i, line in enumerate(lines) if line or i == 0 or lines[i - 1]]


def cost_lines(figures: Figures) -> list[str]:
    """Milliseconds, bytes."""
    models = [
        [kind, each.get("parameters"), each.get("bytes"), each.get("load_ms"),
         *(each.get("step", {}).get(key) for key in TIMES)]
        for kind, each in figures.get("models", {}).items()
    ]  # fmt: skip
    lines = [*grid(["", "parameters", "bytes", "load ms", *(f"step: {text}" for text in TIMES.values())], models), ""]
    bands = [[key.replace("_", " "), *(each.get(time) for time in TIMES), each["p50_ms"] / int(key.split("_")[0])]
             for key, each in figures.items() if "player" in key]  # fmt: skip
    return [*lines, "One sixteenth of all models, players stepped in turn [goal: 1 player under 2 ms]:", "",
            *grid(["", *TIMES.values(), "p50 ms a player"], bands)]  # fmt: skip


def settings_lines(figures: Figures) -> list[str]:
    """How it was measured."""
    return [", ".join(f"{key.replace('_', ' ')}: {cell(value)}" for key, value in figures.items()) + "."]


SECTIONS: dict[str, tuple[str, Callable[[Figures], list[str]]]] = {
    "settings": ("Settings", settings_lines),
    "data": ("Data", data_lines),
    "accompaniment": ("Accompaniment: chords, free-running from a cold start", accompaniment_lines),
    "bass": ("Bass", bass_lines),
    "player": ("Foreseeing the player", player_lines),
    "melody": ("Melody", melody_lines),
    "morph": ("Variations", morph_lines),
    "costs": ("Cost of playing", cost_lines),
}
