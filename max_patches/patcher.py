"""A patch as a value that is built up: boxes, wires, and what Max saves of them.

Rule 1. A wire is checked when it is made: both ports have to exist.
Rule 2. What is emitted depends on the calls alone: the same source gives the same bytes.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from max_patches.layout import MARGIN, arrange
from max_patches.objects import CLASSES, Ports, ports

VERSION: Final = {"major": 8, "minor": 1, "revision": 0, "architecture": "x64", "modernui": 1}  # Live 11's Max opens it
FONT: Final = "Arial"
WIDE: Final = 560  # pixels of a comment before it is broken
HEIGHT: Final = 22  # pixels of an object box


@dataclass(eq=False, slots=True)
class Box:
    """An object in a patch; `box[n]` is its outlet or inlet n."""

    id: str
    maxclass: str
    text: str
    ports: Ports
    more: dict[str, Any] = field(default_factory=dict)
    patch: "Patch | None" = None  # inside a subpatcher
    rect: tuple[int, int, int, int] = (0, 0, 0, 0)
    strip: int = 0  # the column it belongs to, 0 for none

    def __getitem__(self, number: int) -> "Port":
        return Port(self, number)

    @property
    def width(self) -> int:
        """Pixels that the box takes in the patch."""
        if "presentation_rect" in self.more:
            return int(self.more["presentation_rect"][2])
        if self.maxclass == "comment":
            return min(max(32, 7 * len(self.text) + 12), WIDE)
        return max(32, 7 * len(self.text) + 12, 14 * max(self.ports.inlets, len(self.ports.outlets)))


    @property
    def height(self) -> int:
        """Pixels that the box takes in the patch; a comment is broken into lines."""
        if "presentation_rect" in self.more:
            return int(self.more["presentation_rect"][3])
        return HEIGHT * (1 + (7 * len(self.text)) // WIDE) if self.maxclass == "comment" else HEIGHT


@dataclass(frozen=True, slots=True)
class Port:
    """An outlet or an inlet of a box, by which side of a wire it stands on."""

    box: Box
    number: int


End = Box | Port


class Patch:
    """Boxes and wires. `local` marks the names that are this copy's own: `---` in a device, `#0-` in an abstraction."""

    def __init__(self, local: str = "---") -> None:
        self.local = local
        self.boxes: list[Box] = []
        self.wires: list[tuple[Port, Port]] = []
        self._strips = 0

    # -- building --------------------------------------------------------------------------------------------

    def new(self, text: str, **more: Any) -> Box:
        """An object, by what one would type into its box."""
        return self._add("newobj", text, ports(text), more)

    def message(self, text: str) -> Box:
        """A message box."""
        return self._add("message", text, CLASSES["message"], {})

    def note(self, text: str) -> Box:
        """A comment for whoever opens the patch."""
        return self._add("comment", text, CLASSES["comment"], {})

    def ui(self, maxclass: str, **more: Any) -> Box:
        """A box with a face of its own."""
        return self._add(maxclass, str(more.pop("text", "")), CLASSES[maxclass], more)

    def inlet(self, meaning: str) -> Box:
        """The next inlet of this subpatch."""
        number = 1 + sum(box.maxclass == "inlet" for box in self.boxes)
        return self._add("inlet", "", ports("inlet"), {"comment": meaning, "index": number})

    def outlet(self, meaning: str) -> Box:
        """The next outlet of this subpatch."""
        number = 1 + sum(box.maxclass == "outlet" for box in self.boxes)
        return self._add("outlet", "", ports("outlet"), {"comment": meaning, "index": number})

    def sub(self, name: str, patch: "Patch") -> Box:
        """A subpatcher; its ports are the inlets and outlets inside."""
        return self._add("newobj", f"p {name}", patch.ports, {}, patch)

    def abstraction(self, text: str, patch: "Patch") -> Box:
        """A patch of ours that Max finds by its name."""
        return self._add("newobj", text, patch.ports, {})

    def wire(self, source: End, target: End) -> None:
        """From an outlet to an inlet; a box stands for its first. Raises ValueError where there is none."""
        out, into = (end if isinstance(end, Port) else Port(end, 0) for end in (source, target))
        if out.box not in self.boxes or into.box not in self.boxes:
            raise ValueError(f"{out.box.text} and {into.box.text} are not both in this patch")
        if not 0 <= out.number < len(out.box.ports.outlets):
            raise ValueError(f"{out.box.text or out.box.maxclass} has no outlet {out.number}")
        if not 0 <= into.number < into.box.ports.inlets:
            raise ValueError(f"{into.box.text or into.box.maxclass} has no inlet {into.number}")
        self.wires.append((out, into))

    def chain(self, *ends: End) -> Box:
        """Wires from each to the next; the last box is returned. Only the first and the last may be ports."""
        for source, target in pairwise(ends):
            self.wire(source, target)
        last = ends[-1]
        return last if isinstance(last, Box) else last.box

    @contextmanager
    def strip(self) -> Iterator[None]:
        """What is made meanwhile stands in a column of its own, apart from the rest."""
        self._strips += 1
        first = len(self.boxes)
        yield
        for box in self.boxes[first:]:
            box.strip = self._strips

    def shared(self, name: str) -> str:
        """A name for send and receive that no other copy hears."""
        return f"{self.local}{name}"

    def _add(self, maxclass: str, text: str, shape: Ports, more: dict[str, Any], patch: "Patch | None" = None) -> Box:
        box = Box(f"obj-{len(self.boxes) + 1}", maxclass, text, shape, more, patch)
        self.boxes.append(box)
        return box

    # -- reading ---------------------------------------------------------------------------------------------

    @property
    def ports(self) -> Ports:
        """What this patch shows where it stands as a box. Every inlet may act."""
        into = sum(box.maxclass == "inlet" for box in self.boxes)
        out = sum(box.maxclass == "outlet" for box in self.boxes)
        return Ports(into, ("",) * out, frozenset(range(into)))

    def parameters(self) -> Iterator[tuple[Box, dict[str, Any]]]:
        """The boxes that are parameters, with what Live keeps of them."""
        for box in self.boxes:
            if box.more.get("parameter_enable"):
                yield box, box.more["saved_attribute_attributes"]["valueof"]

    # -- emitting --------------------------------------------------------------------------------------------

    def dictionary(self, **more: Any) -> dict[str, Any]:
        """The patcher as Max keeps it, without the outer braces."""
        wide = max((box.rect[0] + box.rect[2] for box in self.boxes), default=0)
        high = max((box.rect[1] + box.rect[3] for box in self.boxes), default=0)
        head = {
            "fileversion": 1, "appversion": VERSION, "classnamespace": "box",
            "rect": [60.0, 80.0, float(wide + MARGIN), float(high + MARGIN)],
            "bglocked": 0, "openinpresentation": 0, "default_fontsize": 12.0, "default_fontface": 0,
            "default_fontname": FONT, "gridonopen": 1, "gridsize": [8.0, 8.0], "gridsnaponopen": 1,
            "objectsnaponopen": 1, "statusbarvisible": 2, "toolbarvisible": 1, "boxanimatetime": 200,
            "enablehscroll": 1, "enablevscroll": 1, "description": "", "digest": "", "tags": "", "style": "",
        }  # fmt: skip
        boxes = [{"box": _saved(box)} for box in self.boxes]
        lines = [
            {"patchline": {"destination": [into.box.id, into.number], "source": [out.box.id, out.number]}}
            for out, into in self.wires
        ]
        return head | {"boxes": boxes, "lines": lines} | more

    def json(self, **more: Any) -> str:
        """The text of a .maxpat."""
        arrange(self)
        return json.dumps({"patcher": self.dictionary(**more)}, indent="\t", ensure_ascii=False) + "\n"


def _saved(box: Box) -> dict[str, Any]:
    saved: dict[str, Any] = {"id": box.id, "maxclass": box.maxclass, "numinlets": box.ports.inlets,
                             "numoutlets": len(box.ports.outlets)}  # fmt: skip
    if box.ports.outlets:
        saved["outlettype"] = list(box.ports.outlets)
    saved["patching_rect"] = [float(number) for number in box.rect]
    if box.patch:
        saved["patcher"] = box.patch.dictionary()
        saved["saved_object_attributes"] = {"description": "", "digest": "", "globalpatchername": "", "tags": ""}
    if box.text:
        saved["text"] = box.text
    return saved | box.more
