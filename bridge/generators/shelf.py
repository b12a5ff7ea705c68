"""The shelf: where model folders lie, in the installed package or in a checkout, and how they are found by name."""

from pathlib import Path
from typing import Final

from bridge.generators.model import CARD_FILE
from bridge.music.errors import ModelError

DEFAULT: Final = "accompaniment"
RULES: Final = "rules"  # the name that asks for the rule-based band


def places() -> list[Path]:
    """The folders that hold model folders: in the installed package, in a checkout."""
    package = Path(__file__).resolve().parent.parent
    return [package / "models", package.parent / "models"]


def names() -> list[str]:
    """The models that are there by name."""
    return sorted({card.parent.name for shelf in places() for card in shelf.glob(f"*/{CARD_FILE}")})


def folder(name: str) -> Path:
    """The folder of a model by its name or path. Raises ModelError."""
    for candidate in (*(shelf / name for shelf in places()), Path(name).expanduser()):
        if (candidate / CARD_FILE).is_file():
            return candidate
    there = ", ".join([*names(), RULES])
    raise ModelError(f"there is no model {name!r}; --model takes a model's folder, or one of: {there}")
