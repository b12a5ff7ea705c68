"""A patch of Pure Data as a value: boxes, checked wires, and the text of its file.

Positions follow from the order of making: a box stands below what feeds it. Inlets and outlets stand in their own
order from left to right, since Pure Data numbers them by it. Texts are written plainly; `text` escapes them.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from max_patches.puredata.objects import ports

ROW: Final = 28  # pixels from a box to the one below
LEFT: Final = 20  # pixels
LETTER: Final = 7  # pixels of a character at font size 10, and a little
WIDE: Final = 920  # pixels of a row
COMMENT: Final = 76  # characters in a line of a comment

End = tuple["Box", int]


@dataclass(eq=False, slots=True)
class Box:
    """A box; `box[n]` is its port n, as an outlet or an inlet."""

    number: int
    kind: str  # obj, msg, text, floatatom or canvas
    text: str
    inlets: int
    outlets: int
    at: tuple[int, int] | None = None
    inside: "Patch | None" = None

    def __getitem__(self, port: int) -> End:
        return self, port


class Patch:
    """Boxes and wires; a wire to a port that is not there is an error."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.wires: list[tuple[int, int, int, int]] = []
        self._inlets = self._outlets = 0

    def new(self, text: str, at: tuple[int, int] | None = None) -> Box:
        """An object."""
        return self._add("obj", text, *ports(text), at)

    def message(self, text: str, at: tuple[int, int] | None = None) -> Box:
        """A message box."""
        return self._add("msg", text, 1, 1, at)

    def number(self, at: tuple[int, int] | None = None) -> Box:
        """A number that is shown."""
        return self._add("floatatom", "6 0 0 0 - - - 0", 1, 1, at)

    def toggle(self, name: str, at: tuple[int, int] | None = None) -> Box:
        """A switch that also hears the messages sent to `name`."""
        return self._add("obj", f"tgl 19 0 empty {name} empty 17 7 0 10 #fcfcfc #000000 #000000 0 1", 1, 1, at)

    def note(self, text: str, at: tuple[int, int] | None = None) -> Box:
        """A comment."""
        return self._add("text", text, 0, 0, at)

    def inlet(self) -> Box:
        """The next inlet."""
        self._inlets += 1
        return self._add("obj", "inlet", 0, 1, (20 + 150 * (self._inlets - 1), 60))

    def outlet(self) -> Box:
        """The next outlet."""
        self._outlets += 1
        return self._add("obj", "outlet", 1, 0, (20 + 110 * (self._outlets - 1), -1))  # its row follows at the end

    def abstraction(self, text: str, inside: "Patch", at: tuple[int, int] | None = None) -> Box:
        """A patch in a file of its own."""
        return self._add("obj", text, inside._inlets, inside._outlets, at)

    def sub(self, name: str, inside: "Patch", at: tuple[int, int] | None = None) -> Box:
        """A subpatch."""
        box = self._add("canvas", name, inside._inlets, inside._outlets, at)
        box.inside = inside
        return box

    def wire(self, source: Box | End, target: Box | End) -> None:
        """A wire; a bare box is its leftmost port. Raises ValueError where a port is not there."""
        (start, out), (end, into) = (each if isinstance(each, tuple) else (each, 0) for each in (source, target))
        if out >= start.outlets or into >= end.inlets:
            raise ValueError(f"no wire from {start.text!r}, outlet {out}, to {end.text!r}, inlet {into}")
        self.wires.append((start.number, out, end.number, into))

    def chain(self, *ends: Box | End) -> None:
        """Wires from each to the next."""
        for source, target in pairwise(ends):
            self.wire(source, target)

    def text(self) -> str:
        """The file."""
        return "\n".join(["#N canvas 60 60 940 620 10;", *self._lines()]) + "\n"

    def _add(self, kind: str, text: str, inlets: int, outlets: int, at: tuple[int, int] | None) -> Box:
        self.boxes.append(Box(len(self.boxes), kind, text, inlets, outlets, at))
        return self.boxes[-1]

    def _lines(self) -> list[str]:
        lines = []
        places = self._places()
        for box in self.boxes:
            x, y = places[box.number]
            if box.inside is None:
                comment = f", f {COMMENT}" if box.kind == "text" else ""
                text = escaped(box.text).replace(" \\,", "\\,") if box.kind == "text" else escaped(box.text)
                lines.append(f"#X {box.kind} {x} {y} {text}{comment};")
            else:
                lines += [f"#N canvas 90 90 940 560 {box.text} 0;", *box.inside._lines()]
                lines.append(f"#X restore {x} {y} pd {box.text};")
        return lines + [f"#X connect {' '.join(map(str, wire))};" for wire in self.wires]

    def _places(self) -> dict[int, tuple[int, int]]:
        """Where each box stands: given, or in the row below its sources, rows from left to right."""
        depth = dict.fromkeys(range(len(self.boxes)), 0)
        for start, _, end, _ in sorted(self.wires):
            if start < end:
                depth[end] = max(depth[end], depth[start] + 1)
        comments = [box for box in self.boxes if box.kind == "text" and box.at is None]
        places, top = {}, 12
        for box in comments:
            places[box.number] = (LEFT, top)
            top += 16 * (1 + len(box.text) // COMMENT) + 6
        inlets = [box for box in self.boxes if box.text == "inlet"]
        for box in inlets:
            places[box.number] = (box.at[0] if box.at else LEFT, top)
        top += ROW if inlets else 0
        for row in range(max(depth.values(), default=0) + 1):
            top = self._row([box for box in self.boxes if depth[box.number] == row and _flows(box)], places, top)
        return places | {
            box.number: (box.at[0], top if box.text == "outlet" else box.at[1])
            for box in self.boxes if box.at is not None and box.text != "inlet"
        }  # fmt: skip

    def _row(self, boxes: list[Box], places: dict[int, tuple[int, int]], top: int) -> int:
        """Place a row of boxes, each as near below its sources as the others let it; the next row's top."""
        near = {box.number: self._above(box, places) for box in boxes}
        x = LEFT
        for box in sorted(boxes, key=lambda box: (near[box.number], box.number)):
            width = max(50, LETTER * len(box.text) + (48 if box.inside else 24))
            if x + width > WIDE:
                x, top = LEFT, top + ROW
            x = max(x, min(near[box.number], WIDE - width))
            places[box.number] = (x, top)
            x += width
        return top + (ROW if boxes else 0)

    def _above(self, box: Box, places: dict[int, tuple[int, int]]) -> int:
        """Where the sources of a box stand, from the left."""
        above = [places[start][0] for start, _, end, _ in self.wires if end == box.number and start in places]
        return sum(above) // len(above) if above else LEFT


def _flows(box: Box) -> bool:
    """Whether a box stands where its wires lead."""
    return box.at is None and box.kind != "text" and box.text not in ("inlet", "outlet")


def escaped(text: str) -> str:
    """A text as a file has it: separators and dollars behind a backslash."""
    for letter in ",;$":
        text = text.replace(letter, f" \\{letter}" if letter != "$" else "\\$")
    return text
