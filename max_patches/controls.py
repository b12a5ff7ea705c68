"""Controls of a device: each a parameter of Live with a permanent name, made from the engine's table.

A long name, once published, is never changed: Live's sets recall a value by it. What the patch itself moves, and
buttons, are hidden from automation, so that they do not flood the undo history. Colours are not saved: Live's theme
decides.
"""

from dataclasses import dataclass
from typing import Any, Final

from bridge.engine.parameters import ACTIONS, BY_NAME, Parameter
from max_patches.patcher import Box, Patch

FLOAT, INT, ENUM = 0, 1, 2  # Live's types; an Int holds 0 to 255
AUTOMATED, STORED, HIDDEN = 0, 1, 2  # parameter_invisible
WHOLE, REAL = 0, 1  # parameter_unitstyle: shown as int, as float
FONT: Final = {"fontname": "Ableton Sans Medium", "fontsize": 9.5}
ROW: Final = 15  # pixels of a number, menu, or button
TITLES: Final = {
    "accompaniment": "Chords", "lookahead_ms": "Lookahead", "call_bars": "Call Bars", "response_bars": "Response Bars",
    "entry_bars": "Entry Bars", "mute_input": "Mute Input", "section_bars": "Section Bars", "end_call": "End Call",
}  # where the name itself would not do  # fmt: skip
LABELS: Final = {
    "call_bars": "Call", "response_bars": "Response", "entry_bars": "Listen", "lookahead_ms": "Lookahead",
    "mute_input": "Mute In", "temperature": "Temp", "section_bars": "Section", "dynamics": "Dynamics",
}  # what fits into a device  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a control lies in the device: pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int = ROW

    @property
    def rect(self) -> list[float]:
        """As Max keeps it."""
        return [float(self.x), float(self.y), float(self.width), float(self.height)]


def title(name: str) -> str:
    """A parameter's or an action's permanent long name."""
    return TITLES.get(name, name.replace("_", " ").title())


def label(name: str) -> str:
    """What stands beside a control."""
    return LABELS.get(name, title(name))


def sentence(text: str) -> str:
    """A meaning as a sentence of its own."""
    return text[:1].upper() + text[1:] + "."


def shown(place: Place) -> dict[str, Any]:
    """Attributes of a box that is to be seen."""
    return {"presentation": 1, "presentation_rect": place.rect}


def words(patch: Patch, text: str, place: Place, **more: Any) -> Box:
    """A label."""
    return patch.ui("live.comment", text=text, **shown(place), **FONT, **more)


def live(patch: Patch, maxclass: str, place: Place, about: tuple[str, str, str], value: dict[str, Any], **more: Any,
         ) -> Box:  # fmt: skip
    """A parameter of Live; `about` is its long name, its short name, and what it does."""
    long, short, meaning = about
    kept = {"parameter_longname": long, "parameter_shortname": short, "parameter_annotation_name": long} | value
    return patch.ui(
        maxclass, parameter_enable=1, varname=long, annotation_name=long, annotation=meaning,
        saved_attribute_attributes={"valueof": kept}, **shown(place), **FONT, **more,
    )  # fmt: skip


def value(kind: int, initial: float | int, low: float | int, high: float | int, **more: Any) -> dict[str, Any]:
    """What Live keeps of a parameter's range."""
    return {
        "parameter_type": kind, "parameter_mmin": low, "parameter_mmax": high, "parameter_initial_enable": 1,
        "parameter_initial": [initial],
    } | more  # fmt: skip


def chosen(options: tuple[str, ...], initial: int = 0, **more: Any) -> dict[str, Any]:
    """What Live keeps of a choice."""
    return value(ENUM, initial, 0, len(options) - 1, parameter_enum=list(options)) | more


def number(low: float, high: float, initial: float, *, whole: bool) -> dict[str, Any]:
    """What Live keeps of a number: an Int where it fits into 0 to 255."""
    if whole and low >= 0 and high <= 255:
        return value(INT, int(initial), int(low), int(high), parameter_unitstyle=WHOLE)
    return value(FLOAT, float(initial), float(low), float(high), parameter_unitstyle=WHOLE if whole else REAL)


class Panel:
    """Puts controls into a device and ties them to the engine's names."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self.sync, self.say, self.ask = (patch.shared(name) for name in ("sync", "set", "do"))

    def parameter(self, name: str, maxclass: str, place: Place) -> Box:
        """A control of the engine's: what it is moved to is said, and said again after `sync`."""
        one, patch = BY_NAME[name], self.patch
        about = (title(name), label(name), sentence(one.meaning))
        with patch.strip():
            again = patch.new(f"r {self.sync}")
            box = live(patch, maxclass, place, about, _value(one, maxclass), **_face(name, maxclass))
            patch.wire(again, box)
            said = box[1] if one.choices else box[0]
            if isinstance(one.default, int) and not (one.low >= 0 and one.high <= 255):
                rounded = patch.new("expr int($f1 + 0.5)")
                patch.wire(said, rounded)
                said = rounded[0]
            patch.chain(said, patch.new(f"prepend {name}"), patch.new(f"s {self.say}"))
        return box

    def action(self, name: str, place: Place) -> Box:
        """A button that asks the engine to do something."""
        with self.patch.strip():
            box = self.button(title(name), sentence(ACTIONS[name]), place)
            pressed(self.patch, box, name, f"s {self.ask}")
        return box

    def button(self, name: str, meaning: str, place: Place) -> Box:
        """A button: hidden, since a press is no state, and without an initial value, which loading would press."""
        kept = chosen(("off", "on"), parameter_invisible=HIDDEN, parameter_initial_enable=0)
        return live(self.patch, "live.text", place, (name, name, meaning), kept, mode=0, text=name, texton=name)

    def row(self, name: str, maxclass: str, at: tuple[int, int], wide: tuple[int, int]) -> Box:
        """A label and its control, one beside the other; widths in pixels."""
        x, y = at
        words(self.patch, label(name), Place(x, y, wide[0]))
        return self.parameter(name, maxclass, Place(x + wide[0], y, wide[1]))


def pressed(patch: Patch, button: Box, word: str, then: str) -> Box:
    """A word to an object when a button is pressed: it says a bang, or a 1 where something else moves it."""
    route, message = patch.new("route bang 1"), patch.message(word)
    patch.wire(button, route)
    patch.wire(route[1], message)
    return patch.chain(route, message, patch.new(then))


def _value(one: Parameter, maxclass: str) -> dict[str, Any]:
    if one.choices:
        return chosen(one.choices, one.choices.index(str(one.default)))
    if maxclass == "live.text":
        return chosen(("off", "on"), int(one.default))
    return number(one.low, one.high, float(one.default), whole=isinstance(one.default, int))


def _face(name: str, maxclass: str) -> dict[str, Any]:
    if maxclass == "live.text":
        return {"mode": 1, "outputmode": 1, "text": label(name), "texton": label(name)}
    return {}
