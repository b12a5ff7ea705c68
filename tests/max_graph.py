"""The committed patches as graphs: every box with its path, every wire, and wires followed through subpatchers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.maxstudio import ROOT, device

DEVICES = ("Improv", "Improv Voice")
PACKAGE = ROOT / "max_patches" / "improv"
Node = tuple[str, ...]  # the ids from the top down to a box


@dataclass(frozen=True)
class Wire:
    source: Node
    outlet: int
    target: Node
    inlet: int


def texts() -> dict[str, str]:
    """Every patch that is shipped, by name."""
    found = {name: device(name) for name in DEVICES}
    for path in sorted(PACKAGE.rglob("*.max*")):
        found[path.name] = path.read_text(encoding="utf-8")
    return found


PATCHES = {name: json.loads(text)["patcher"] for name, text in texts().items()}


def boxes(patcher: dict[str, Any], path: Node = ()) -> Iterator[tuple[Node, dict[str, Any]]]:
    """Every box, subpatchers included."""
    for each in patcher["boxes"]:
        box = each["box"]
        yield (*path, box["id"]), box
        if "patcher" in box:
            yield from boxes(box["patcher"], (*path, box["id"]))


def patchers(patcher: dict[str, Any], name: str = "top") -> Iterator[tuple[str, dict[str, Any]]]:
    """The patcher and every one inside."""
    yield name, patcher
    for each in patcher["boxes"]:
        if "patcher" in each["box"]:
            yield from patchers(each["box"]["patcher"], each["box"]["text"])


def word(box: dict[str, Any]) -> str:
    """What a box is."""
    return box["maxclass"] if box["maxclass"] != "newobj" else box["text"].split()[0]


def flat(patcher: dict[str, Any]) -> tuple[dict[Node, dict[str, Any]], list[Wire]]:
    """Boxes and wires with subpatchers dissolved: a wire ends at boxes that do something."""
    every = dict(boxes(patcher))
    wires: list[Wire] = []
    _collect(patcher, (), every, wires)
    passing = {path for path, box in every.items() if word(box) in ("inlet", "outlet")}
    after: dict[Node, list[Wire]] = {}
    for wire in wires:
        after.setdefault(wire.source, []).append(wire)

    def ends(wire: Wire) -> Iterator[tuple[Node, int]]:
        if wire.target not in passing:
            yield wire.target, wire.inlet
            return
        for further in after.get(wire.target, []):
            yield from ends(further)

    found = [Wire(w.source, w.outlet, *end) for w in wires if w.source not in passing for end in ends(w)]
    real = {path: box for path, box in every.items() if "patcher" not in box and path not in passing}
    return real, found


def _collect(patcher: dict[str, Any], path: Node, every: dict[Node, dict[str, Any]], wires: list[Wire]) -> None:
    for line in patcher["lines"]:
        (source, outlet), (target, inlet) = line["patchline"]["source"], line["patchline"]["destination"]
        out = _port(every, (*path, source), outlet, "outlet")
        into = _port(every, (*path, target), inlet, "inlet")
        wires.append(Wire(out[0], out[1], into[0], into[1]))
    for each in patcher["boxes"]:
        if "patcher" in each["box"]:
            _collect(each["box"]["patcher"], (*path, each["box"]["id"]), every, wires)


def _port(every: dict[Node, dict[str, Any]], node: Node, port: int, side: str) -> tuple[Node, int]:
    if "patcher" not in every[node]:
        return node, port
    inside = [each["box"] for each in every[node]["patcher"]["boxes"] if each["box"]["maxclass"] == side]
    inside.sort(key=lambda box: float(box["patching_rect"][0]))  # Max numbers ports by where they stand
    return (*node, inside[port]["id"]), 0
