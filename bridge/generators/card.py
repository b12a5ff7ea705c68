"""A model's folder: its card (`model.json`), and the files that the card vouches for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from bridge.music.errors import ModelError
from bridge.music.vocabulary import FINGERPRINT

FORMAT = 2
CARD_FILE = "model.json"
NEEDED = ("kind", "sha256", "temperature")


def card_of(folder: Path, kind: str | None = None) -> dict[str, Any]:
    """The card of a model (of this kind, if given) that this version of the code can play. Raises ModelError."""
    path = folder / CARD_FILE
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{folder} is no model: it has no {CARD_FILE}; name another folder") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read; install the model again") from error
    if not isinstance(card, dict) or (kind is not None and card.get("kind") != kind):
        article = f"does not describe a model for {kind}" if kind else "describes no model"
        raise ModelError(f"{path} {article}; name another folder")
    if card.get("format") != FORMAT:
        raise ModelError(f"{path} has format {card.get('format')}, this version plays format {FORMAT}; export it again")
    if card.get("vocabulary") != FINGERPRINT:
        raise ModelError(f"{path} was trained with another vocabulary; train and export it with this version")
    require(path, card, NEEDED)
    return card


def require(path: Path, card: dict[str, Any], names: tuple[str, ...]) -> None:
    """Raises ModelError if the card lacks one of these."""
    missing = set(names) - set(card)
    if missing:
        raise ModelError(f"{path} lacks {', '.join(sorted(missing))}; install the model again")


def fingerprint(card: dict[str, Any]) -> str:
    """One sum for all the files that a card vouches for: two models with the same one play the same."""
    sums: dict[str, str] = card["sha256"]
    return hashlib.sha256(" ".join(f"{name} {sums[name]}" for name in sorted(sums)).encode()).hexdigest()


def content_of(folder: Path, card: dict[str, Any], name: str) -> bytes:
    """A file that the card vouches for. Raises ModelError if it is missing or another one."""
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder / name} cannot be read ({error.strerror}); install the model again") from error
    sums = card["sha256"]
    if not isinstance(sums, dict) or hashlib.sha256(content).hexdigest() != sums.get(name):
        raise ModelError(f"{folder / name} is not the file its card describes; install the model again")
    return content
