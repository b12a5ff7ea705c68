"""Melodies and models of them for tests: made here, from nothing but a seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

PHRASE = [(0, 4, 67), (4, 2, 69), (6, 2, 71), (8, 4, 72), (12, 3, 71)]  # a bar, in sixteenths
SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 74)


def record(number: int = 0, split: str = "train", **more: Any) -> dict[str, Any]:
    """Eight bars of 4/4 with a pick-up: a bar, a bar in triplets, both again and again, a step higher each time."""
    notes: list[list[float]] = [[2, 2, 62]]
    for bar in range(0, 8, 2):
        begin, shift = 4 + 16 * bar, number % 5 + bar // 2
        notes += [[begin + o, d, p + shift] for o, d, p in PHRASE]
        notes += [[begin + 16 + round(4 * i / 3, 3), 1.333, 64 + shift + i % 3] for i in range(12)]
    return {
        "source": "made",
        "id": str(number),
        "genre": ("folk/made", "hymn")[number % 2],
        "licence": "none needed",
        "meter": "4/4",
        "bars": [4 + 16 * bar for bar in range(8)],
        "melody": notes,
        "split": split,
    } | more


def write(path: Path, count: int = 6) -> Path:
    """A pack file of made tunes: most to learn from, the last two held out."""
    splits = ["train"] * (count - 2) + ["valid", "test"]
    path.write_text("".join(json.dumps(record(n, s)) + "\n" for n, s in enumerate(splits)), encoding="utf-8")
    return path


def random_model(folder: Path, seed: int = 0) -> Path:
    """A melody model with random weights, exported as any other."""
    from bridge.training import export, melody, melody_network

    weights = melody_network.new_weights(16, 16, seed)
    folder.mkdir(parents=True, exist_ok=True)
    export.export(melody, weights, folder, {"kind": "melody", "name": "random"})
    return folder


def walk(random: np.random.Generator, notes: int) -> list[tuple[int, int, int]]:
    """(time, length, pitch) in twelfths: a walk on the white keys in all sorts of lengths."""
    time, found = 0, []
    for _ in range(notes):
        wait = int(random.choice([3, 4, 6, 6, 6, 12]))
        found.append((time, wait if random.random() < 0.8 else wait - 2, int(random.choice(SCALE))))
        time += wait
    return found
