"""What the two devices look like: the layout, in pixels, of a view 169 high.

Rule: a column is a topic; within it controls stand in rows of 20. A device shows first of all whether it is connected.
"""

from typing import Final

from bridge.engine.parameters import VOICES
from max_patches.controls import STORED, Panel, Place, chosen, live, number, pressed, title, words
from max_patches.parts.band import HERE
from max_patches.patcher import Box
from max_patches.states import PLAYERS, STATES, WAITING
from max_patches.states import VOICES as SLOTS

HEIGHT: Final = 169  # pixels of every device in Live
TOP, PITCH = 8, 20  # pixels: the first row, from row to row
KEEP: Final = "Keep"


def row(n: int) -> int:
    """The y of row n."""
    return TOP + n * PITCH


class Tie:
    """The column that both devices have: is it connected, what does the band do, what comes next."""

    LEFT, WIDE = 8, 150

    def __init__(self, panel: Panel, menu: tuple[str, str], keep: tuple[int, int]) -> None:
        """`menu` is the name and the meaning of the choice of voices, `keep` the place of clip capture."""
        self.panel, self.patch = panel, panel.patch
        left, wide = self.LEFT, self.WIDE
        self.light = self.patch.ui(
            "live.toggle", parameter_enable=0, ignoreclick=1, presentation=1,
            presentation_rect=Place(left, TOP + 1, 12, 12).rect,
        )  # fmt: skip
        self.tie = words(self.patch, STATES[WAITING], Place(left + 16, TOP, wide - 16), varname="tie")
        words(self.patch, "Band", Place(left, row(3), 36))
        self.band = words(self.patch, "-", Place(left + 36, row(3), wide - 36), varname="band")
        words(self.patch, "Now", Place(left, row(4), 36))
        self.now = words(self.patch, "-", Place(left + 36, row(4), wide - 36), varname="now")
        words(self.patch, "Next", Place(left, row(5), 36))
        self.next = words(self.patch, "-", Place(left + 36, row(5), wide - 36, 26), varname="next")
        self.trouble = words(self.patch, "", Place(left, row(6) + 7, wide))
        self.sync = self.patch.shared("local")  # what is the device's own says its value again
        self.here = self._menu(row(2), *menu)
        self.bars, self.keep = self._capture(*keep)

    def pair(self, y: int, first: tuple[str, str, int, int], second: tuple[str, str, int, int] | None) -> list[Box]:
        """One or two slots in a row: name, meaning, most, initial."""
        boxes = []
        for place, one in enumerate(one for one in (first, second) if one):
            name, meaning, most, initial = one
            x = self.LEFT + place * 76
            words(self.patch, name, Place(x, y, 36))
            kept = number(1, most, initial, whole=True) | {"parameter_invisible": STORED}
            boxes.append(self._own("live.numbox", Place(x + 36, y, 34), (name, name, meaning), kept))
        return boxes

    def _menu(self, y: int, name: str, meaning: str) -> Box:
        """Which voices of the band sound on this track."""
        words(self.patch, name, Place(self.LEFT, y, 56))
        kept = chosen(HERE)
        return self._own("live.menu", Place(self.LEFT + 56, y, 90), (name, name, meaning), kept)

    def _capture(self, x: int, y: int) -> tuple[Box, Box]:
        """How many bars to keep, and a bang when they shall be."""
        keep = self.panel.button(KEEP, "Write what the band played here in the last bars into a clip on this track.",
                                 Place(x, y, 44))  # fmt: skip
        meaning = "How many bars Keep writes into a clip."
        kept = number(1, 64, 4, whole=True) | {"parameter_invisible": STORED}
        bars = self._own("live.numbox", Place(x + 48, y, 28), ("Keep Bars", "Bars", meaning), kept)
        words(self.patch, "bars", Place(x + 78, y, 28))
        return bars, pressed(self.patch, keep, "bang", "t b")

    def _own(self, maxclass: str, place: Place, about: tuple[str, str, str], kept: dict[str, object]) -> Box:
        """A control of the device's own, which the engine does not know."""
        box = live(self.patch, maxclass, place, about, kept)
        self.patch.chain(self.patch.new(f"r {self.sync}"), box)
        return box


class Improv(Tie):
    """The face of the player's device."""

    WIDTH: Final = 716
    BANK: Final = tuple(map(title, ("mode", "temperature", "genre", "morph", "call_bars", "response_bars", "loop",
                                    "solo")))  # fmt: skip
    MENUS: Final = ("mode", "model", "genre", "key", "scale", "harmony")
    DIALS: Final = (("temperature", "morph", "swing"), ("level", "dynamics", "feel"))
    BARS: Final = ("call_bars", "response_bars", "entry_bars", "section_bars")
    SWITCHES: Final = ("loop", "solo", "mute_input")
    ACTIONS: Final = (("stop", "panic"), ("enter", "end_call"), ("mutate", "now"))

    def __init__(self, panel: Panel) -> None:
        meaning = "Which voices of the band sound on this track; others can sound on other tracks by Improv Voice."
        super().__init__(panel, ("Play Here", meaning), (604, row(6)))
        (self.slot,) = self.pair(
            row(1), ("Slot", "Who you are to the engine, 1 to 16. Every Improv of a set needs a slot of its own.",
                     PLAYERS, 1), None,
        )  # fmt: skip
        for n, name in enumerate(self.MENUS):
            panel.row(name, "live.menu", (170, row(n)), (48, 112))
        panel.row("lookahead_ms", "live.numbox", (170, row(6)), (112, 48))
        for line, dials in enumerate(self.DIALS):
            for n, name in enumerate(dials):
                panel.parameter(name, "live.dial", Place(344 + 50 * n, TOP + 54 * line, 46, 48))
        for n, name in enumerate(VOICES):
            panel.parameter(name, "live.text", Place(342 + 50 * n, row(6), 48))
        for n, name in enumerate(self.BARS):
            panel.row(name, "live.numbox", (504, row(n)), (52, 36))
        for n, name in enumerate(self.SWITCHES):
            box = panel.parameter(name, "live.text", Place(504, row(4 + n), 88))
            if name == "mute_input":
                self.mute = box
        for n, names in enumerate(self.ACTIONS):
            for side, name in enumerate(names):
                panel.action(name, Place(604 + 50 * side, row(n), 46))


class Voice(Tie):
    """The face of a voice on another track."""

    WIDTH: Final = 166
    BANK: Final = ("Voice", "Player", "Slot", *("-",) * 5)

    def __init__(self, panel: Panel) -> None:
        meaning = "Which voice of that player's band sounds on this track."
        super().__init__(panel, ("Voice", meaning), (8, row(7) + 2))
        self.player, self.slot = self.pair(
            row(1), ("Player", "Whose band is heard: the slot of that player's Improv.", PLAYERS, 1),
            ("Slot", "Every Improv Voice of a set needs a slot of its own, 1 to 32.", SLOTS, 1),
        )  # fmt: skip
