"""Where the boxes of a patch lie for whoever opens it.

Rule 1. A box lies below what it hears, and as near below it as there is room.
Rule 2. Max numbers a subpatch's inlets and outlets by where they stand, from left to right: inlets in the first row,
outlets in the last, in the order in which they were made.
Rule 3. Columns (a control and what follows from it) stand to the right of the rest, labels below.
Rule 4. A window is no larger than 1400 by 807 pixels.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from max_patches.patcher import Box, Patch

MARGIN: Final = 24  # pixels around a patch
ROW, GAP = 10, 12  # pixels between rows, between boxes
WIDEST: Final = 1360  # pixels of a row before it is broken ...
BESIDE: Final = 620  # ... where columns stand beside it


def arrange(patch: "Patch") -> None:
    """Place the boxes, those of subpatchers too."""
    wired = {end.box.id for wire in patch.wires for end in wire}
    labels = [box for box in patch.boxes if box.id not in wired and box.maxclass != "comment"]
    columns = [box for box in patch.boxes if box.strip and box not in labels]
    outlets = [box for box in patch.boxes if box.maxclass == "outlet"]
    rest = [box for box in patch.boxes if not box.strip and box not in labels and box not in outlets]
    low = _rows(patch, rest, BESIDE if columns else WIDEST)
    low = max(low, _columns(columns))
    _line(outlets, low, _wanted_outlets(patch, outlets))
    _line(labels, low + ROW, {})
    for box in patch.boxes:
        if box.patch:
            arrange(box.patch)


def _rows(patch: "Patch", boxes: Sequence["Box"], widest: int) -> int:
    """Rows by distance from the sources; gives the y below them."""
    before = _before(patch, boxes)
    deep = _depths(before)
    y = MARGIN
    for level in range(max(deep.values(), default=0) + 1):
        row = [box for box in boxes if deep[box.id] == level]
        wanted = {box.id: _wanted(box, before, boxes) for box in row}
        row.sort(key=lambda box: (box.maxclass != "inlet", wanted[box.id]))
        x, tallest = MARGIN, 0
        for place, box in enumerate(row):
            room = widest - sum(other.width + GAP for other in row[place:])
            x = max(x, min(wanted[box.id], room))
            if x > MARGIN and x + box.width > widest:
                x, y, tallest = MARGIN, y + tallest + ROW, 0
            box.rect = (x, y, box.width, box.height)
            x += box.width + GAP
            tallest = max(tallest, box.height)
        y += tallest + ROW
    return y


def _wanted(box: "Box", before: dict[str, list[str]], boxes: Sequence["Box"]) -> int:
    """The x at which a box would stand right below what it hears first."""
    above = [each.rect[0] for each in boxes if each.id in before[box.id] and each.rect[2]]
    return round(sum(above) / len(above)) if above else MARGIN


def _columns(boxes: Sequence["Box"]) -> int:
    x, y, low = BESIDE + MARGIN, MARGIN, MARGIN
    for number in sorted({box.strip for box in boxes}):
        column = [box for box in boxes if box.strip == number]
        wide = max(box.width for box in column)
        if x + wide > WIDEST:
            x, y = BESIDE + MARGIN, low + ROW
        at = y
        for box in column:
            box.rect = (x, at, box.width, box.height)
            at += box.height + ROW // 2
        x += wide + GAP
        low = max(low, at)
    return low


def _wanted_outlets(patch: "Patch", outlets: Sequence["Box"]) -> dict[str, int]:
    """The x at which each outlet would stand right below what it hears."""
    return {into.box.id: out.box.rect[0] for out, into in patch.wires if into.box in outlets}


def _line(boxes: Sequence["Box"], y: int, wanted: dict[str, int]) -> None:
    x = MARGIN
    for place, box in enumerate(boxes):
        room = WIDEST - sum(other.width + GAP for other in boxes[place:])
        x = max(x, min(wanted.get(box.id, x), room))
        if x + box.width > WIDEST:
            x, y = MARGIN, y + box.height + ROW // 2
        box.rect = (x, y, box.width, box.height)
        x += box.width + GAP


def _before(patch: "Patch", boxes: Sequence["Box"]) -> dict[str, list[str]]:
    here = {box.id: list[str]() for box in boxes}
    for out, into in patch.wires:
        if out.box.id in here and into.box.id in here:
            here[into.box.id].append(out.box.id)
    return here


def _depths(before: dict[str, list[str]]) -> dict[str, int]:
    """How many wires lie between a box and the sources, at most; loops are cut where they close."""
    deep: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in deep:
            earlier = [depth(each, above | {name}) for each in before[name] if each not in above | {name}]
            deep[name] = 1 + max(earlier, default=-1)
        return deep[name]

    for name in before:
        depth(name, frozenset())
    return deep
