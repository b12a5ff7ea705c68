"""Where models are found, and the band that plays: a trained one, or the rules where none can be had."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from bridge.engine.answerer import Answerer
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.engine.frame import Frame, Generator
from bridge.engine.parameters import TUNINGS
from bridge.generators.rules import RulesBand
from bridge.generators.shelf import DEFAULT, PLAIN, RULES, folder, named, sets, tuned
from bridge.music.errors import ModelError
from bridge.music.timeline import STEP, Meter, place

Model = TypeVar("Model")
WARM: Final = 4  # steps before the first that counts; the first takes 10 ms, since it fills caches


def answerers() -> tuple[dict[str, Answerer], list[str]]:
    """The minds that answer, by name, as far as their models are there; and what is missing, a line each."""
    from bridge.generators.answerers import MelodyAnswerer, MorphAnswerer
    from bridge.generators.melody_model import MelodyModel
    from bridge.generators.morph_model import MorphModel
    from bridge.generators.note_rnn import answerers as note_rnns

    minds: dict[str, Answerer] = {ECHO: Echo()}
    missing: list[str] = []

    def opened(kind: str, load: Callable[[Path], Model]) -> dict[str, Model]:
        models: dict[str, Model] = {}
        for which in (PLAIN, *sets(kind)):
            try:
                models[which] = load(folder(named(kind, which)))
            except ModelError as error:
                missing.append(f"{named(kind, which)}: {error}")
        return models

    melodies, morphs = opened("melody", MelodyModel.load), opened("morph", MorphModel.load)
    if PLAIN in melodies:
        minds["melody"] = MelodyAnswerer(melodies)
    if PLAIN in morphs:
        minds["morph"] = MorphAnswerer(morphs)
    for name, opening in note_rnns().items():
        try:
            minds[name] = opening()
        except ModelError as error:
            missing.append(f"{name}: {error}")
    return minds, [f"an echo answers for a model that is missing: {line}" for line in missing]


@dataclass(frozen=True, slots=True)
class Choice:
    """A mind, and its fallback; `warning` says in one line why it is not the one that was meant, if so."""

    mind: Generator
    fallback: Generator
    temperature: float | None = None  # that the model was made for
    warning: str = ""
    notes: tuple[str, ...] = ()  # sets of weights that are there and cannot be used


def choose(name: str | None) -> Choice:
    """The model called `name`; for None the default one, or the rules with a warning. Raises ModelError for a name.

    The default one comes with the further sets of weights that are there, which genres ask for.
    """
    rules = RulesBand()
    if name == RULES:
        return Choice(rules, rules)
    try:
        where = folder(name or DEFAULT)
        from bridge.generators.band import Band
        from bridge.generators.model import AccompanimentModel
        from bridge.generators.patterns import Book

        model, book = AccompanimentModel.load(where), Book.load()
        band = Band({PLAIN: model}, book, where.name)
        rehearse(band, WARM)
    except ModelError as error:
        if name is not None:
            raise
        return Choice(rules, rules, warning=f"the band plays by rule: {error}")
    if where.name != DEFAULT:
        return Choice(band, rules, model.temperature)
    models, broken = {PLAIN: model}, []
    for which in sets(DEFAULT):
        try:
            models[which] = AccompanimentModel.load(folder(named(DEFAULT, which)))
            rehearse(Band({PLAIN: models[which]}, book, named(DEFAULT, which)), WARM)
        except ModelError as error:
            models.pop(which, None)
            broken.append(f"the default weights play for the set {which}: {error}")
    band = Band(models, book, where.name)
    for which, tuning in ((which, tuning) for which in models for tuning in TUNINGS):
        name = tuned(named(DEFAULT, which), tuning)
        if name != named(DEFAULT, which):
            try:
                band.learn(tuning, which, AccompanimentModel.load(folder(name)))
            except ModelError as error:
                broken.append(f"there is no {tuning} band for the set {which}: {error}")
    return Choice(band, rules, model.temperature, notes=tuple(broken))


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
