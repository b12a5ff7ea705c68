"""Where models are found, and the band that plays: a trained one, or the rules where none can be had."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from bridge.engine.frame import Frame, Generator
from bridge.generators.rules import RulesBand
from bridge.io.quiet import hushed
from bridge.music.errors import ModelError
from bridge.music.timeline import STEP, Meter, place

DEFAULT: Final = "accompaniment"
CARD: Final = "model.json"  # a folder with this file in it is a model
WARM: Final = 4  # steps before the first that counts; the first takes 10 ms, since it fills caches
RULES: Final = "rules"  # the name that asks for the rule-based band


@dataclass(frozen=True, slots=True)
class Choice:
    """A mind, and its fallback; `warning` says in one line why it is not the one that was meant, if so."""

    mind: Generator
    fallback: Generator
    temperature: float | None = None  # that the model was made for
    warning: str = ""


def places() -> list[Path]:
    """The folders that hold model folders: in the installed package, in a checkout."""
    package = Path(__file__).resolve().parent.parent
    return [package / "models", package.parent / "models"]


def names() -> list[str]:
    """The models that are there by name."""
    return sorted({card.parent.name for shelf in places() for card in shelf.glob(f"*/{CARD}")})


def folder(name: str) -> Path:
    """The folder of a model by its name or path. Raises ModelError."""
    for candidate in (*(shelf / name for shelf in places()), Path(name).expanduser()):
        if (candidate / CARD).is_file():
            return candidate
    there = ", ".join([*names(), RULES])
    raise ModelError(f"there is no model {name!r}; --model takes a model's folder, or one of: {there}")


def choose(name: str | None) -> Choice:
    """The model called `name`; for None the default one, or the rules with a warning. Raises ModelError for a name."""
    rules = RulesBand()
    if name == RULES:
        return Choice(rules, rules)
    try:
        where = folder(name or DEFAULT)
        from bridge.generators.band import Band
        from bridge.generators.model import AccompanimentModel

        with hushed():  # LiteRT announces its delegate
            model = AccompanimentModel.load(where)
        band = Band(model, where.name)
        rehearse(band, WARM)
    except ModelError as error:
        if name is not None:
            raise
        return Choice(rules, rules, warning=f"the band plays by rule: {error}")
    return Choice(band, rules, model.temperature)


def rehearse(mind: Generator, steps: int) -> list[float]:
    """Milliseconds that each of `steps` steps from the beginning takes. Raises ModelError where the mind fails."""
    state, times = mind.start(), []
    for step in range(steps):
        tick = step * STEP
        frame = Frame(tick, place(tick, 0, Meter()), 120.0, 60 + step % 12, (), 90, (0.0,) * 12, step, 1.0)
        began = perf_counter()
        try:
            state, _ = mind.step(state, frame)
        except Exception as error:  # whatever it is, this mind cannot play
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise ModelError(f"{mind.name} fails ({reason}); install it again") from error
        times.append((perf_counter() - began) * 1000)
    return times
