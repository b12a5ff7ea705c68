"""The shelf: where model folders lie, in the installed package or in a checkout, and how they are found by name.

Weights are kept apart by what they learned from, so that any set can be withdrawn: a kind of model lies in a folder of
its name, its further sets beside it with the set's name behind a hyphen, `accompaniment-folk`. A set that is not there
is answered for by the default.
"""

from pathlib import Path
from typing import Final

from bridge.generators.card import CARD_FILE
from bridge.music.errors import ModelError

DEFAULT: Final = "accompaniment"
RULES: Final = "rules"  # the name that asks for the rule-based band
PLAIN: Final = "default"  # the set that answers for every genre without one of its own
SETS: Final = {"folk": "folk", "pop": "pop", "rock": "pop", "jazz": "pop"}  # genre -> set of weights


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


def set_of(genre: str) -> str:
    """The set of weights that a genre asks for: default, folk or pop."""
    return SETS.get(genre, PLAIN)


def named(kind: str, weights: str) -> str:
    """The name of a kind's folder for a set."""
    return kind if weights == PLAIN else f"{kind}-{weights}"


def tuned(name: str, tuning: str) -> str:
    """The name of a model's folder as tuned in some way, `accompaniment-folk-tuned`; its own where it was not.

    So a tuning may be there for some sets only, and the others still play.
    """
    return f"{name}-{tuning}" if tuning in tunings(name) else name


def tunings(name: str) -> list[str]:
    """The ways in which a model was tuned that are there, by the end of their folders' names."""
    further = {named(name, weights) for weights in SETS.values()}
    return [each[len(name) + 1 :] for each in names() if each.startswith(f"{name}-") and not _of(each, further)]


def _of(name: str, sets_: set[str]) -> bool:
    """Whether a name is one of these sets, or a tuning of one."""
    return any(name == each or name.startswith(f"{each}-") for each in sets_)


def sets(kind: str) -> list[str]:
    """The further sets of a kind that are there."""
    there = names()
    return [weights for weights in sorted(set(SETS.values())) if named(kind, weights) in there]


def folder_for(kind: str, genre: str) -> Path:
    """The folder of a kind of model that answers for a genre. Raises ModelError."""
    weights = set_of(genre)
    return folder(named(kind, weights if weights in sets(kind) else PLAIN))
