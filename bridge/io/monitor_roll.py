"""The monitor's roll: notes in lanes that scroll by whole columns, two pitches to a character.

Left of the light column is the past, right of it what is coming: committed notes bright, planned ones dim. A note's
first column is lighter, so that repeats are seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

from rich.style import Style
from rich.text import Text

from bridge.io.monitor_state import MonitorState, PlayerView, Span
from bridge.music.timeline import STEP

LABEL: Final = 8  # columns at the left for a lane's name
PAST: Final = 0.58  # share of the columns that show what has been
WIDE: Final = 110  # columns, from which on one shows half a sixteenth
PAPER, BEAT, BAR, NOW = "#12161b", "#181d24", "#28303a", "#56606e"  # backgrounds
FAINT: Final = "#8a94a3"
STRENGTH: Final = {"past": 0.62, "sounds": 1.0, "coming": 0.85, "planned": 0.36}  # of a voice's colour
ONSET: Final = 0.28  # how far towards white a note's first column is


@dataclass(frozen=True, slots=True)
class Window:
    """The columns: how many, of how many ticks each, from which tick on, and where the present is."""

    first: int  # tick of the first column
    unit: int  # ticks a column
    columns: int
    now: float  # tick
    bar_line: int  # some bar line's tick
    bar: int  # ticks
    beat: int  # ticks

    @property
    def present(self) -> int:
        """The column of the present."""
        return int((self.now - self.first) // self.unit)

    def column(self, tick: float) -> int:
        """The column of a tick, which may lie outside."""
        return int((tick - self.first) // self.unit)

    def paper(self, column: int) -> str:
        """The background of a column."""
        if column == self.present:
            return NOW
        phase = (self.first + column * self.unit - self.bar_line) % self.bar
        return BAR if phase < self.unit else BEAT if phase % self.beat < self.unit else PAPER


@dataclass(frozen=True, slots=True)
class Lane:
    """One voice on the roll."""

    name: str
    colour: str
    rows: int
    notes: tuple[Span, ...]
    plans: tuple[Span, ...]


def window(state: MonitorState, time: float, columns: int) -> Window:
    """The columns around the present, on multiples of their unit, so that the picture moves by whole ones."""
    unit = STEP // 2 if columns >= WIDE else STEP
    now = state.tick(time)
    first = (int(now // unit) - int(columns * PAST)) * unit
    return Window(first, unit, columns, now, state.bar_line(), state.meter.bar, state.meter.beat)


def lane_rows(lane: Lane, span: Window) -> list[Text]:
    """A lane as lines of text, its name on the middle one."""
    pixels = _pixels(lane, span)
    papers = [span.paper(column) for column in range(span.columns)]
    lines = []
    for row in range(lane.rows):
        name = lane.name if row == lane.rows // 2 else ""
        line = Text(f" {name:<{LABEL - 1}}", f"bold {lane.colour}")
        upper, lower = pixels[2 * row], pixels[2 * row + 1]
        cells = ((upper.get(column), lower.get(column), paper) for column, paper in enumerate(papers))
        for (up, down, paper), run in groupby(cells):  # a run of equal cells is one piece of text: a fifth of the cost
            style = _style(up or paper, down or paper) if up or down else _style("", paper)
            line.append(("▀" if up or down else " ") * len(list(run)), style)
        lines.append(line)
    return lines


def chord_row(view: PlayerView, span: Window) -> Text:
    """The chords' names at the columns where they begin: played ones bright, planned ones dim."""
    cells = [" "] * span.columns
    styles = [""] * span.columns
    every = [(each, "bold #62a3f5") for each in view.played] + [(each, "#5b6a80") for each in view.planned]
    shown = sorted(every, key=lambda item: item[0].tick)
    last, free = "", 0
    for named, style in shown:
        column, text = span.column(named.tick), named.name
        if text == last:
            continue
        last = text
        if text and free <= column < span.columns:
            free = column + len(text) + 1
            for at, letter in enumerate(text[: span.columns - column]):
                cells[column + at], styles[column + at] = letter, style
    line = Text(" " * LABEL)
    for style, run in groupby(zip(cells, styles, strict=True), key=itemgetter(1)):
        line.append("".join(letter for letter, _ in run), style)
    return line


def number_row(state: MonitorState, span: Window) -> Text:
    """The bars' numbers under their first columns."""
    cells = [" "] * span.columns
    if state.transport is not None:
        begin = span.bar_line - (span.bar_line - span.first) // span.bar * span.bar
        for tick in range(begin, span.first + span.columns * span.unit, span.bar):
            number = state.bar_number(tick)
            column = span.column(tick)
            if number > 0 and column >= 0:
                for at, letter in enumerate(str(number)[: span.columns - column]):
                    cells[column + at] = letter
    return Text(" " * LABEL + "".join(cells), FAINT)


def _pixels(lane: Lane, span: Window) -> list[dict[int, str]]:
    """The colours of a lane's pixels: for each of twice its rows, from above, column -> colour."""
    high = 2 * lane.rows
    rows: list[dict[int, str]] = [{} for _ in range(high)]
    pitches = [note.pitch for note in (*lane.notes, *lane.plans)]
    if not pitches:
        return rows
    low, top = min(pitches), max(pitches)
    squeeze = max(1.0, (top - low + 1) / high)
    margin = (high - (top - low + 1) / squeeze) / 2
    for notes, planned in ((lane.plans, True), (lane.notes, False)):
        for note in notes:
            row = min(high - 1, max(0, int(margin + (top - note.pitch) / squeeze)))
            for column, kind in _columns(note, span, planned=planned):
                first = column == span.column(note.tick)
                rows[row][column] = shade(lane.colour, STRENGTH[kind], ONSET if first and kind != "planned" else 0.0)
    return rows


def _columns(note: Span, span: Window, *, planned: bool) -> Iterable[tuple[int, str]]:
    """The columns that a note covers, each with what it is to the present."""
    begin = span.column(note.tick)
    end_tick = span.now if note.ticks is None else note.tick + note.ticks
    end = max(begin + 1, round((end_tick - span.first) / span.unit))
    if planned:
        kind = "planned"
    elif note.tick > span.now:
        kind = "coming"
    else:
        kind = "sounds" if note.ticks is None or end_tick > span.now else "past"
    return [(column, kind) for column in range(max(begin, 0), min(end, span.columns))]


@lru_cache(maxsize=4096)
def _style(front: str, back: str) -> Style:
    return Style(color=front or None, bgcolor=back)


@lru_cache(maxsize=256)
def shade(colour: str, strength: float, light: float) -> str:
    """A colour mixed with the paper, then with white."""
    parts: Sequence[int] = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    paper: Sequence[int] = [int(PAPER[at : at + 2], 16) for at in (1, 3, 5)]
    mixed = [a * strength + b * (1 - strength) for a, b in zip(parts, paper, strict=True)]
    return "#" + "".join(f"{round(value + (255 - value) * light):02x}" for value in mixed)
