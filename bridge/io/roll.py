"""A picture of a take: a piano roll as SVG, in lines of a few bars, readable on a light and on a dark page.

Melody, chords, bass and the machine's own melody in four colours on a grid of bars and beats; chord names above, bar
numbers at the bar lines, the C's named at the left. The same take gives the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from bridge.io.take import MELODY, Note, Take
from bridge.music.errors import BridgeError
from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE

WIDTH: Final = 1200  # pixels
LEFT, RIGHT, TOP = 52, 24, 96
ROW = 4.0  # pixels a semitone
HEAD, GAP = 40, 26  # pixels above a line, for chords and bar numbers, and below it
LINE_TICKS: Final = 8 * 1920  # a line holds about this many ticks, in whole bars
WHITE: Final = frozenset((0, 2, 4, 5, 7, 9, 11))
NAMES: Final = (9, 25)  # pixels above the grid of a chord's name, and of one that its neighbour leaves no room for
WIDE: Final = 12.6  # pixels of a name's letter at most, in DejaVu Sans, the widest of the page's fonts
WIDTHS: Final = {"m": 15.7, "7": 10.5, "a": 10.2, "j": 5.2, "i": 5.2, "(": 6.9, ")": 6.9}  # and of the others, pixels
SPACE: Final = 5  # pixels between two names
VOICES: Final = (
    *((ACCOMPANIMENT, "chords"), (BASS, "bass"), (RESPONSE, "response")),
    (MELODY, "melody"),
)  # the melody is drawn last, on top

STYLE: Final = """
:root { color-scheme: light dark; }
.page { fill: #ffffff; } .paper { fill: #f6f7f9; } .black { fill: #eceef2; }
.text { fill: #1c2024; } .faint { fill: #6a7280; } .bar { stroke: #a9b0bb; } .beat { stroke: #dfe3e8; }
.melody { fill: #e0560b; } .chords { fill: #2f74d0; } .bass { fill: #12936b; } .response { fill: #8a3fd1; }
.note { stroke: #ffffff; stroke-width: .75; }
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0f1216; } .paper { fill: #171b21; } .black { fill: #1d222a; }
  .text { fill: #eceff3; } .faint { fill: #98a2b0; } .bar { stroke: #4b5562; } .beat { stroke: #282f38; }
  .melody { fill: #ff8a3d; } .chords { fill: #62a3f5; } .bass { fill: #34c796; } .response { fill: #bb8cff; }
  .note { stroke: #0f1216; }
}
""".strip()


@dataclass(frozen=True, slots=True)
class Frame:
    """The geometry: how ticks and pitches of a take become pixels, line by line."""

    begin: int  # the tick of the first bar line
    bar: int  # ticks
    beat: int  # ticks
    bars: int  # in all
    bars_a_line: int
    low: int  # pitch at the bottom
    high: int

    @property
    def lines(self) -> int:
        """How many lines the picture has."""
        return -(-self.bars // self.bars_a_line)

    @property
    def height(self) -> float:
        """Pixels from the lowest to the highest pitch of a line."""
        return (self.high - self.low + 1) * ROW

    @property
    def page(self) -> float:
        """Pixels of the whole picture."""
        return TOP + self.lines * (HEAD + self.height + GAP)

    def x(self, line: int, tick: int) -> float:
        """The pixel of a tick on a line."""
        ticks = tick - self.begin - line * self.bars_a_line * self.bar
        return LEFT + ticks * (WIDTH - LEFT - RIGHT) / (self.bars_a_line * self.bar)

    def top(self, line: int) -> float:
        """The pixel of the upper edge of a line's grid."""
        return TOP + line * (HEAD + self.height + GAP) + HEAD

    def y(self, line: int, pitch: int) -> float:
        """The pixel of the upper edge of a pitch's row."""
        return self.top(line) + (self.high - pitch) * ROW

    def span(self, line: int) -> tuple[int, int]:
        """The first tick on a line and the first after it."""
        first = self.begin + line * self.bars_a_line * self.bar
        return first, min(first + self.bars_a_line * self.bar, self.begin + self.bars * self.bar)


def frame(take: Take) -> Frame:
    """The geometry that fits a take, with a little room above and below its notes."""
    pitches = [note.pitch for voice, _ in VOICES for note in take.notes(voice)] or [60]
    per_line = max(1, LINE_TICKS // take.meter.bar)
    even = -(-take.bars // -(-take.bars // per_line))  # so that the last line is not nearly empty
    low, high = max(min(pitches) - 2, 0), min(max(pitches) + 2, 127)
    return Frame(take.begin, take.meter.bar, take.meter.beat, take.bars, even, low, high)


def write_svg(take: Take, path: Path) -> None:
    """Writes the picture; raises BridgeError where the file cannot be written."""
    try:
        path.write_text(svg(take), encoding="utf-8", newline="\n")
    except OSError as error:
        raise BridgeError(f"{path} cannot be written ({error.strerror}): choose another folder with --out") from None


def svg(take: Take) -> str:
    """The picture of a take as an SVG document."""
    shape = frame(take)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {shape.page:g}" width="{WIDTH}"'
        f' height="{shape.page:g}" role="img">',
        f"<title>{escape(take.title)}: piano roll</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{shape.page:g}" rx="10"/>',
        *_heading(take),
    ]
    voices, chords = {voice: take.notes(voice) for voice, _ in VOICES}, take.chords()
    for line in range(shape.lines):
        parts += [*_grid(shape, line), *_notes(voices, shape, line), *_names(chords, shape, line)]
    return "\n".join([*parts, "</svg>", ""])


def _heading(take: Take) -> Iterator[str]:
    meter = f"{take.meter.numerator}/{take.meter.denominator}"
    yield f'<text class="text" x="{LEFT}" y="44" font-size="24" font-weight="650">{escape(take.title)}</text>'
    yield f'<text class="faint" x="{LEFT}" y="70" font-size="15">{meter}, {take.tempo:g} quarter notes a minute</text>'
    named = [voice for voice, _ in VOICES if voice in take.legend and (voice != RESPONSE or take.notes(voice))]
    x = WIDTH - RIGHT + 21 - 152 * len(named)
    for voice, kind in (VOICES[-1], *VOICES[:-1]):
        if voice not in named:
            continue
        yield f'<rect class="{kind}" x="{x}" y="33" width="22" height="12" rx="3"/>'
        yield f'<text class="text" x="{x + 29}" y="44" font-size="15">{escape(take.legend[voice])}</text>'
        x += 152


def _grid(shape: Frame, line: int) -> Iterator[str]:
    first, last = shape.span(line)
    left, right, top = shape.x(line, first), shape.x(line, last), shape.top(line)
    bottom = top + shape.height
    yield f'<rect class="paper" x="{left:.1f}" y="{top:g}" width="{right - left:.1f}" height="{shape.height:g}"/>'
    for pitch in range(shape.low, shape.high + 1):
        y = shape.y(line, pitch)
        if pitch % 12 not in WHITE:
            yield f'<rect class="black" x="{left:.1f}" y="{y:g}" width="{right - left:.1f}" height="{ROW:g}"/>'
        if pitch % 12 == 0:
            name = f"C{pitch // 12 - 1}"
            yield f'<text class="faint" x="{LEFT - 8}" y="{y + 6:g}" font-size="12" text-anchor="end">{name}</text>'
    for tick in range(first, last + 1, shape.bar):
        for beat in range(tick + shape.beat, min(tick + shape.bar, last), shape.beat):
            x = shape.x(line, beat)
            yield f'<line class="beat" x1="{x:.1f}" y1="{top:g}" x2="{x:.1f}" y2="{bottom:g}"/>'
        x = shape.x(line, tick)
        yield f'<line class="bar" x1="{x:.1f}" y1="{top:g}" x2="{x:.1f}" y2="{bottom:g}"/>'
        if tick < last:
            number = (tick - shape.begin) // shape.bar + 1
            yield f'<text class="faint" x="{x:.1f}" y="{bottom + 15:g}" font-size="12">{number}</text>'


def _notes(voices: Mapping[str, Sequence[Note]], shape: Frame, line: int) -> Iterator[str]:
    first, last = shape.span(line)
    for voice, kind in VOICES:
        shown = [note for note in voices[voice] if note.tick < last and note.end > first]
        if shown:
            yield f'<g class="{kind}">'
            yield from (_note(shape, line, note, kind) for note in shown)
            yield "</g>"


def _note(shape: Frame, line: int, note: Note, kind: str) -> str:
    first, last = shape.span(line)
    left, right = shape.x(line, max(note.tick, first)), shape.x(line, min(note.end, last))
    high = ROW + (2.4 if kind != "chords" else 1.0)  # single lines a little fatter than the rows of a chord
    y = shape.y(line, note.pitch) - (high - ROW) / 2
    opacity = 0.6 + 0.4 * note.velocity / 127
    return (
        f'<rect class="note" x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 2):.1f}" height="{high:g}"'
        f' rx="1.6" opacity="{opacity:.2f}"/>'
    )


def _names(named: Sequence[tuple[int, str]], shape: Frame, line: int) -> Iterator[str]:
    """The chord names above a line: those that begin on it, and at its head the one that goes on from before."""
    first, last = shape.span(line)
    before = [name for tick, name in named if tick < first]
    shown = [(tick, name) for tick, name in named if first <= tick < last]
    if before and not any(tick == first for tick, _ in shown):
        shown.insert(0, (first, f"({before[-1]})" if before[-1] else ""))
    free = [0.0] * len(NAMES)  # where each row has room again
    for tick, name in shown:
        if not name:
            continue
        wide = sum(WIDTHS.get(letter, WIDE) for letter in name)
        x = min(shape.x(line, tick), WIDTH - SPACE - wide)
        row = next((row for row, since in enumerate(free) if x >= since), None)
        if row is None:  # left out rather than printed over another
            continue
        y, size = shape.top(line) - NAMES[row], 'font-size="15" font-weight="600"'
        yield f'<text class="text" x="{x:.1f}" y="{y:g}" {size}>{escape(name)}</text>'
        free[row] = x + wide + SPACE
