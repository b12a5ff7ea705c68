"""A picture of a device's view while it plays, drawn from the JSON that the device holds: what is cut or covered
there is so here.

Colours are those of a mid grey theme; in Live the theme decides.
"""

import json
from collections.abc import Callable
from html import escape
from typing import Any, Final

INK, FACE, FIELD, FRAME, ON, PAGE = "#1e1e1e", "#a5a5a5", "#c8c8c8", "#6e6e6e", "#ffad56", "#d6d6d6"
BAR: Final = 18  # pixels of Live's title bar above a device
LETTER: Final = 0.56  # of the font's size: mean width of a letter
NEXT: Final = "D7 Gmaj7 Emin7 Amin7"
PLAYING: Final = {"tie": "Connected", "band": "playing 12", "now": "Amin7", "next": NEXT}  # by varname
Draw = Callable[[dict[str, Any], float, float, float, float], str]


def svg(patcher: str) -> str:
    """The view of a device, from its patcher's text."""
    top = json.loads(patcher)["patcher"]
    wide, high = top["devicewidth"], top["openrect"][3]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{high + BAR:g}" '
        f'viewBox="0 0 {wide:g} {high + BAR:g}" font-family="Arial, Helvetica, DejaVu Sans, sans-serif">',
        f'<rect width="{wide:g}" height="{high + BAR:g}" rx="4" fill="{FRAME}"/>',
        f'<rect y="{BAR}" width="{wide:g}" height="{high:g}" rx="3" fill="{FACE}"/>',
        f'<circle cx="10" cy="{BAR / 2:g}" r="4.5" fill="{ON}"/>',
    ]
    for each in top["boxes"]:
        box = each["box"]
        if box.get("presentation") and box["maxclass"] in DRAW:
            x, y, width, height = box["presentation_rect"]
            parts.append(DRAW[box["maxclass"]](box, x, y + BAR, width, height))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(text: str, x: float, y: float, *, size: float = 9.5, anchor: str = "start", fill: str = INK) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="{FRAME}"{more}/>'


def fits(text: str, width: float, size: float = 9.5) -> bool:
    """Whether a text is not cut in so many pixels."""
    return len(text) * size * LETTER <= width


def broken(text: str, width: float) -> list[str]:
    """A label's lines."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if fits(longer, width) else [*lines, word]
    return lines


def _value(box: dict[str, Any]) -> str:
    kept = box["saved_attribute_attributes"]["valueof"]
    first = kept["parameter_initial"][0]
    if "parameter_enum" in kept:
        return str(kept["parameter_enum"][int(first)])
    return f"{first:.0f}" if kept.get("parameter_unitstyle") == 0 else f"{first:.2f}"


def _comment(box: dict[str, Any], x: float, y: float, width: float, _height: float) -> str:
    text = PLAYING.get(box.get("varname", ""), box.get("text", ""))
    return "".join(_text(line, x + 2, y + 10.5 + 11 * n) for n, line in enumerate(broken(text, width)))


def _number(box: dict[str, Any], x: float, y: float, width: float, height: float) -> str:
    return _rect(x, y, width, height, FIELD) + _text(_value(box), x + width / 2, y + height - 4.5, anchor="middle")


def _menu(box: dict[str, Any], x: float, y: float, width: float, height: float) -> str:
    arrow = f'<path d="M{x + width - 11:g} {y + 5.5:g} h7 l-3.5 5 z" fill="{INK}"/>'
    return _rect(x, y, width, height, FIELD) + _text(_value(box), x + 5, y + height - 4.5) + arrow


def _button(box: dict[str, Any], x: float, y: float, width: float, height: float) -> str:
    on = box.get("mode") and box["saved_attribute_attributes"]["valueof"]["parameter_initial"][0]
    face = _rect(x, y, width, height, ON if on else FIELD)
    return face + _text(box["text"], x + width / 2, y + height - 4.5, anchor="middle")


def _toggle(_box: dict[str, Any], x: float, y: float, width: float, height: float) -> str:
    return _rect(x, y, width, height, ON)


def _dial(box: dict[str, Any], x: float, y: float, width: float, height: float) -> str:
    kept = box["saved_attribute_attributes"]["valueof"]
    low, high, first = kept["parameter_mmin"], kept["parameter_mmax"], kept["parameter_initial"][0]
    middle, radius = (x + width / 2, y + 24), 10
    share = (first - low) / (high - low)
    ring = (
        f'<circle cx="{middle[0]:g}" cy="{middle[1]:g}" r="{radius}" fill="none" stroke="{FRAME}" stroke-width="3"/>'
    )
    hand = (
        f'<g transform="rotate({-135 + 270 * share:g} {middle[0]:g} {middle[1]:g})">'
        f'<line x1="{middle[0]:g}" y1="{middle[1]:g}" x2="{middle[0]:g}" y2="{middle[1] - radius:g}" '
        f'stroke="{ON}" stroke-width="3"/></g>'
    )
    name = _text(kept["parameter_shortname"], middle[0], y + 9, anchor="middle")
    return name + ring + hand + _text(_value(box), middle[0], y + height - 2, anchor="middle")


DRAW: Final[dict[str, Draw]] = {
    "live.comment": _comment, "live.numbox": _number, "live.menu": _menu, "live.text": _button,
    "live.toggle": _toggle, "live.dial": _dial,
}  # fmt: skip
