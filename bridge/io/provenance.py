"""What a jam is made from, so that it can be made again: its header, and the fingerprints of its mind.

A network's floats may round differently on another processor or runtime, and once in a while that moves a choice. So a
log carries, beside the weights' own sum, a fingerprint of what the mind computes here: where the weights agree and that
does not, a replay may differ, and says why.
"""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from hashlib import sha256
from importlib import metadata
from typing import Any, Final

import numpy as np

from bridge import __version__
from bridge.engine.console import Desk
from bridge.engine.controls import Controls, Target, target
from bridge.engine.door import Cast
from bridge.engine.frame import Frame, Generator
from bridge.engine.jam import Jam
from bridge.engine.presets import Presets
from bridge.engine.settings import ANY, Settings
from bridge.music.entries import Header
from bridge.music.errors import ModelError, WireError
from bridge.music.events import EVERYONE, VERSION
from bridge.music.timeline import STEP, Meter, place

STEPS: Final = 2  # that a fingerprint takes; one would mostly show another rounding
RUNTIME: Final = "ai-edge-litert"


def jam_of(header: Header, cast: Cast, desk: Desk | None = None) -> Jam:
    """The jam that a header describes, at this desk or one like it. Raises ModelError where this version lacks some."""
    settings = Settings()
    unknown = sorted(set(header.settings) - set(settings.values))
    if unknown:
        raise ModelError(
            f"the jam has settings that this version does not know ({', '.join(unknown)}): use improv {header.bridge}"
        )
    missing = sorted(set(header.answerers) - set(cast.answerers))
    if missing:
        raise ModelError(f"the jam was answered by {', '.join(missing)}, which is not here: install its weights again")
    settings.values.update(header.settings)
    return Jam(
        cast.mind, fallback=cast.fallback, answerers={name: cast.answerers[name] for name in header.answerers},
        seed=header.seed, settings=settings, clock=header.clock, tempo=header.tempo, generation=header.generation,
        fault=header.fault, desk=desk or desk_of(header.desk),
    )  # fmt: skip


def header_of(
    cast: Cast, *, settings: Settings, seed: int, generation: int, clock: str, tempo: float, model: str | None,
    fault: str = "", desk: Desk | None = None, at: float | None = None,
) -> Header:  # fmt: skip
    """The header of a jam that is about to begin; `at` is now in perf_counter seconds, None for virtual time."""
    date = "" if at is None else datetime.now().astimezone().isoformat(timespec="seconds")
    return Header(
        seed=seed, generation=generation, clock=clock, tempo=tempo, model=model, mind=cast.mind.name, fault=fault,
        settings=dict(settings.values), desk=told(desk or Desk()), answerers=sorted(cast.answerers),
        weights=weights(cast), arithmetic=arithmetic(cast), machine=machine(), bridge=__version__, protocol=VERSION,
        date=date, began=at or 0.0,
    )  # fmt: skip


def told(desk: Desk) -> dict[str, Any]:
    """A desk as a header has it: presets, what players begin with, and what controls do, as in improv.toml."""
    presets, controls = desk.presets, desk.controls
    return {
        "presets": {name: dict(values) for name, values in presets.named.items()},
        "layers": [[player, dict(values)] for player, values in presets.layers],
        "defaults": dict(presets.defaults),
        "controls": {str(number): str(what) for number, what in controls.bindings(EVERYONE).items()},
        "learned": {
            str(player): {str(number): str(what) for number, what in bindings.items()}
            for player, bindings in controls.learned().items()
        },
    }


def desk_of(said: Mapping[str, Any]) -> Desk:
    """The desk that a header tells of. Raises ModelError where this version does not know what it names."""
    presets = Presets(
        said.get("presets", {}), [(player, values) for player, values in said.get("layers", ())],
        said.get("defaults", {}),
    )  # fmt: skip

    def bound(bindings: Mapping[str, str]) -> dict[int, Target]:
        return {int(number): target(text, presets) for number, text in bindings.items()}

    try:
        learned = {int(player): bound(bindings) for player, bindings in said.get("learned", {}).items()}
        return Desk(presets, Controls(bound(said.get("controls", {})), learned))
    except WireError as error:
        raise ModelError(f"the jam's controls do what this version does not know: {error}") from None


def weights(cast: Cast) -> dict[str, str]:
    """The weights of all minds, by mind and set, each with its sum; rules and echoes have none."""
    minds: list[Any] = [cast.mind, *(cast.answerers[name] for name in sorted(cast.answerers))]
    found = {f"{mind.name}/{which}": total for mind in minds for which, total in _sets(mind).items()}
    return dict(sorted(found.items()))


def _sets(mind: Any) -> Mapping[str, str]:
    found: Mapping[str, str] = getattr(mind, "weights", {})
    return found


def machine() -> str:
    """Processor and runtime in words: what a difference of arithmetic is to be looked for in."""
    try:
        runtime = f", {RUNTIME} {metadata.version(RUNTIME)}"
    except metadata.PackageNotFoundError:
        runtime = ""
    return f"{platform.system()} {platform.machine()}{runtime}"


def arithmetic(cast: Cast) -> str:
    """What the minds compute in a few steps of their weights, as 16 digits; "" without weights, or if one fails."""
    minds: list[Any] = [mind for _, mind in sorted(cast.answerers.items()) if _sets(mind)]
    total = sha256()
    try:
        if _sets(cast.mind):
            for part in _played(cast.mind):
                total.update(part)
        for mind in minds:
            state = mind.start()
            for step in range(STEPS):
                state = mind.hear(state, 4 * step * STEP, 60 + step, place(4 * step * STEP, 0, Meter()), STEP, ANY)
            for part in _bytes(state):
                total.update(part)
    except Exception:  # the jam will tell, and play by rule
        return ""
    return total.hexdigest()[:16] if minds or _sets(cast.mind) else ""


def _played(mind: Generator) -> Iterator[bytes]:
    """A band's first steps, state and thought, bit for bit."""
    state = mind.start()
    for step in range(STEPS):
        tick = step * STEP
        frame = Frame(tick, place(tick, 0, Meter()), 120.0, 60 + step, (60 + step,), 90, (0.0,) * 12, step, 1.0)
        state, thought = mind.step(state, frame)
        yield from _bytes((state, thought))


def _bytes(value: Any) -> list[bytes]:
    """A state, however nested, as bytes: arrays bit for bit."""
    if isinstance(value, np.ndarray):
        return [value.tobytes()]
    if is_dataclass(value):
        return [part for f in fields(value) for part in _bytes(getattr(value, f.name))]
    if isinstance(value, frozenset | set):
        return _bytes(sorted(value))
    if isinstance(value, tuple | list):
        return [part for each in value for part in _bytes(each)]
    return [repr(value).encode()]
