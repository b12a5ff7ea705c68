"""The sections of the report about melodies and variations: each set of weights on the tunes that are routed to it.

The measuring itself belongs to the kinds of model; here it is called, and sets are put together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bridge.generators.melody_model import MelodyModel
from bridge.training.corpus import SETS, Tune
from bridge.training.heldout import training_tunes
from bridge.training.judge import route
from bridge.training.melody_evaluate import Baselines, beside
from bridge.training.melody_lines import lines_of
from bridge.training.morph_evaluate import report

Figures = dict[str, Any]
WEIGHTS = ("onsets", "phrases", "tunes")
"""What a mean over sets is weighted by: the first of these that the reports have."""
LEARNED = "baselines_learned_from_tunes"
FEWER = "fewer_bits_than_markov_"
COUNTS = (
    *WEIGHTS,
    *("calls", "pairs", "tunes_too_short", "tunes_of_unknown_genre", "tunes_in_odd_meters", "waits_without_a_class"),
)
"""What is summed over sets."""


def melody_section(sets: dict[str, Path], tunes: Sequence[Tune], data: Path) -> Figures:
    """Melody: beside Markov chains of the tunes to learn from, those of the set's sources, where the data has any."""
    learned = [(tune.source, lines_of([tune])) for tune in training_tunes(data)]

    def measured(name: str, folder: Path, held: Sequence[Tune]) -> Figures:
        sources = SETS.get(name, SETS["default"])
        taught = [line for source, lines in learned if source in sources for line in lines]
        taught = taught or [line for _, lines in learned for line in lines]
        found = level(beside(MelodyModel.load(folder), Baselines(taught) if taught else None, held))
        return found | {LEARNED: len(taught)} if taught else found

    return pooled(together(sets, tunes, measured))


def pooled(figures: Figures) -> Figures:
    """Melody figures put together from sets, with what follows from sums made anew rather than averaged."""
    if "weight_sets" not in figures:
        return figures
    made = {key: value for key, value in figures.items() if key != LEARNED}
    for chain, found in figures.get("markov", {}).items():
        if f"{FEWER}{chain}" in made:
            made[f"{FEWER}{chain}"] = 1 - made["bits_per_onset"] / found["bits_per_onset"]
    return made


def level(figures: Figures) -> Figures:
    """A melody report with the model's own figures in front, `melody.bits_per_onset`; none where it had no onset."""
    own, rest = figures.get("model", {}), {key: value for key, value in figures.items() if key != "model"}
    counted = own.get("onsets", 1)
    return {key: value if counted or isinstance(value, int) else None for key, value in own.items()} | rest


def morph_section(sets: dict[str, Path], tunes: Sequence[Tune], data: Path) -> Figures:
    """Variations and interpolations."""
    return together(sets, tunes, lambda _name, folder, held: report(folder, held))


def together(
    sets: dict[str, Path], tunes: Sequence[Tune], measured: Callable[[str, Path, Sequence[Tune]], Figures]
) -> Figures:
    """The figures of all sets, each on the tunes routed to it, as one; and each set's own under `weight_sets`."""
    routes = [route(tune, sets) for tune in tunes]
    parts = {}
    for name, folder in sets.items():
        held = [tune for tune, routed in zip(tunes, routes, strict=True) if routed == name]
        if held:
            parts[name] = measured(name, folder, held)
    if len(parts) == 1:
        return dict(next(iter(parts.values())))
    key = next((key for key in WEIGHTS if all(part.get(key) for part in parts.values())), None)
    weights = [float(part[key]) if key else 1.0 for part in parts.values()]
    return merged(list(parts.values()), weights) | {"weight_sets": parts}


def merged(parts: Sequence[Any], weights: Sequence[float]) -> Figures:
    """Nested figures averaged by weight where they are numbers or lists of them; COUNTS are summed."""
    known = [(part, weight) for part, weight in zip(parts, weights, strict=True) if part is not None]
    keys = dict.fromkeys(key for part, _ in known if isinstance(part, dict) for key in part)
    made: Figures = {}
    for key in keys:
        values = [(part[key], weight) for part, weight in known if isinstance(part, dict) and key in part]
        found = [value for value, _ in values if value is not None]
        if found and all(isinstance(value, dict) for value in found):
            made[key] = merged([value for value, _ in values], [weight for _, weight in values])
        elif found and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found):
            numbers = [(value, weight) for value, weight in values if value is not None]
            whole = sum(weight for _, weight in numbers)
            made[key] = sum(found) if key in COUNTS else sum(v * w for v, w in numbers) / whole
        elif found and all(isinstance(value, list) and len(value) == len(found[0]) for value in found):
            columns = [merged([{"": v} for v in column], weights) for column in zip(*found, strict=True)]
            made[key] = [column.get("") for column in columns]
    return made
