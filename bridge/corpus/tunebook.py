"""ABC tune books as scores, read by abc2midi of abcmidi, the notation's own reference player.

abc2midi gives notes and loses chord symbols, bar lines and what a repeat was; so the text is marked before it is read:
a MIDI control is put where a bar line, a chord symbol or a tie stands, and comes back with its moment. Rules: repeats
are not expanded, a first ending is left out where a second follows, grace notes are left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import mido

from bridge.corpus.harmony import symbol_of
from bridge.corpus.midi import read_midi
from bridge.corpus.score import Note, Part, Score, UnreadableError

PATIENCE = 10.0  # seconds for a tune, which takes milliseconds; beyond it the parser hangs
SILENCE, DEEPEST = "D,,,,,", 3  # what stands for a rest, and the highest pitch that it can have in any key
BAR, CHORD, TIE = 20, 21, 22  # MIDI controls without a meaning of their own
FIELD = re.compile(r"^([A-Za-z]):\s*(.*?)\s*$")
FIRST_ENDING = re.compile(r"(\|\s*\[?|\[)1(?![0-9/])[^:]*?:\|+(?=\s*\|?\s*\[?2)", re.S)
MUSIC = re.compile(
    r'(?P<line>\0[^\n]*)|"(?P<text>[^"\n]*)"|(?P<field>\[[A-Za-z]:[^\]\n]*\])|(?P<sign>![^!\s]*!|\+[^+\s]*\+)'
    r"|(?P<bar>(?:\[\||:*\|[|:\]]*|::+)(?:\s*\[?[1-9][0-9,.\-]*)?|\[[1-9][0-9,.\-]*)"
    r"|(?P<chord>\[[^\]|\[:]*\][0-9/]*-?)|(?P<tie>-)|(?P<silence>[xz])|(?P<ornament>[~.H-Wh-w])|(?P<grace>\{[^}\n]*\})|(?P<rest>.)",
    re.S,
)
BEFORE = re.compile(r"([A-Ga-g][,']*)[0-9/]*$")
AFTER = re.compile(r"(?:[\s|:\]<>()~.]|\"[^\"\n]*\"|\[[1-9|]|\{[^}\n]*\}|[1-9])*[=^_]*([A-Ga-g][,']*)")
MODES = {
    "": "maj", "maj": "maj", "ion": "maj", "m": "min", "min": "min", "aeo": "min",
    "mix": "mix", "dor": "dor", "phr": "phr", "lyd": "lyd", "loc": "loc",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marked:
    """A tune ready for abc2midi, and what its marks mean."""

    text: str
    symbols: tuple[str, ...]
    """Chord symbols by the value of their mark."""


def split_book(text: str) -> list[tuple[str, str]]:
    """The tunes of a book, (number, text) each; fields before the first tune hold for all."""
    parts = re.split(r"(?m)^(?=X:)", text.replace("\r\n", "\n").replace("\r", "\n"))
    head = "".join(line + "\n" for line in parts[0].split("\n") if re.match(r"[LMQRSZ]:", line))
    tunes = []
    for part in parts[1:]:
        number, _, body = part.partition("\n")
        tunes.append((number[2:].strip(), f"X:1\n{head}{body}"))
    return tunes


def read_abc(text: str, title: str) -> Iterator[tuple[str, Score | UnreadableError]]:
    """The scores of a book's tunes by number, an error in place of each that cannot be read. Raises UnreadableError."""
    program = abc2midi()
    tunes = split_book(text)
    if not tunes:
        raise UnreadableError("corrupt", "no tune: ABC tunes begin with X:")
    with TemporaryDirectory(prefix="improv") as folder:
        for number, tune in tunes:
            try:
                yield number, _score(tune, title, program, Path(folder))
            except UnreadableError as error:
                yield number, error


def abc2midi() -> str:
    """The path of abc2midi: the system's, else the one inside symusic. Raises UnreadableError where there is none."""
    if found := shutil.which("abc2midi"):
        return found
    spec = find_spec("symusic")
    folders = [Path(folder) / "bin" for folder in (spec.submodule_search_locations or [])] if spec else []
    for path in (folder / name for folder in folders for name in ("abc2midi", "abc2midi.exe")):
        if path.is_file():
            return str(path)
    raise UnreadableError("needs abc2midi", "pip install 'improv-bridge[corpus]', or install abcmidi")


def _score(tune: str, title: str, program: str, folder: Path) -> Score:
    """One tune's score. Raises UnreadableError."""
    fields = {found[1]: found[2] for line in reversed(tune.split("\n")) if (found := FIELD.match(line))}
    if "K" not in fields:
        raise UnreadableError("corrupt", "an ABC tune without a K: field")
    marked = mark(tune)
    source, target = folder / "tune.abc", folder / "tune.mid"
    source.write_text(marked.text, encoding="utf-8")
    target.unlink(missing_ok=True)
    try:
        subprocess.run(
            [program, str(source), "-o", str(target), "-silent", "-NFER", "-NCOM"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UnreadableError("corrupt", f"abc2midi took more than {PATIENCE:g} s") from None
    if not target.is_file():
        raise UnreadableError("corrupt", "abc2midi made nothing of it")
    data = target.read_bytes()
    score = read_midi(data, fields.get("T") or title)
    extra = {name: fields[letter].lower() for name, letter in (("subgenre", "R"),) if fields.get(letter)}
    extra |= {"composer": fields["C"]} if fields.get("C") else {}
    return _unmarked(replace(score, key=key_of(fields["K"]), extra=extra, tempo=None), data, marked)


def mark(tune: str) -> Marked:
    """A tune with a control at each bar line, chord symbol and tie; without repeats, words and directives."""
    symbols: list[str] = []
    head: list[str] = []
    lines: list[str] = []
    music = False
    for raw in tune.split("\n"):
        line = re.sub(r"(?<!\\)%.*", "", raw).rstrip().removesuffix("\\")
        field = FIELD.match(line)
        if not music or (field and field[1] in "KLMQV"):
            if line and field and field[1] not in "PRwWmUI":
                (lines if music else head).append(f"\0{line}" if music else line)
            music = music or (field is not None and field[1] == "K")
        elif not raw.strip():
            break  # a blank line ends a tune; what follows is prose
        elif line and not field:
            lines.append(line)
    body = FIRST_ENDING.sub("|", "\n".join(lines))
    marked = [line for line in _marks(body, symbols).split("\n") if line.strip()]
    return Marked("\n".join([*head, "%%MIDI gchordoff", *marked, ""]), tuple(symbols))


def _marks(body: str, symbols: list[str]) -> str:
    """The music of a tune, marked; new chord symbols are added to `symbols`."""

    def control(number: int, value: int) -> str:
        return f"[I:MIDI control {number} {value}]"

    def marked(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "text":
                symbol = symbol_of(found["text"])
                if symbol is None:
                    return ""
                if symbol not in symbols:
                    symbols.append(symbol)
                return control(CHORD, min(symbols.index(symbol), 127))
            case "sign" | "ornament" | "grace":
                return ""
            case "bar":
                return "|" + control(BAR, 1)
            case "chord":
                plain = found["chord"].replace("-", "")
                return plain + (control(TIE, 1) if plain != found["chord"] else "")
            case "tie":
                before, after = BEFORE.search(body, 0, found.start()), AFTER.match(body, found.end())
                same = before is not None and after is not None and before[1] == after[1]
                return control(TIE, 1) if same else ""  # between two pitches it is a slur
            case "silence":
                return SILENCE  # abc2midi gives the marks within rests no time of their own
            case "line":
                return found.group()[1:]
        return found.group()

    return MUSIC.sub(marked, body)


def _unmarked(score: Score, data: bytes, marked: Marked) -> Score:
    """The score with the marks read back: ties joined, bars and chords where they stood."""
    file = mido.MidiFile(file=BytesIO(data))
    scale = 4 / file.ticks_per_beat
    moments: dict[int, set[tuple[float, int]]] = {BAR: set(), CHORD: set(), TIE: set()}
    for track in file.tracks:
        if not any(message.type == "note_on" for message in track):
            continue
        now = 0
        for message in track:
            now += message.time
            if message.type == "control_change" and message.control in moments:
                moments[message.control].add((round(now * scale * 24) / 24, message.value))
    ties = {moment for moment, _ in moments[TIE]}
    parts = tuple(replace(part, notes=_tied(part, ties)) for part in score.parts)
    score = replace(score, parts=parts)  # rests included: they tell how long it lasts
    return replace(
        score,
        parts=tuple(replace(part, notes=tuple(n for n in part.notes if n[2] > DEEPEST)) for part in parts),
        bars=_bars(score, sorted(moment for moment, _ in moments[BAR])),
        chords=tuple((moment, marked.symbols[value]) for moment, value in sorted(moments[CHORD])),
    )


def _tied(part: Part, ties: set[float]) -> tuple[Note, ...]:
    """A part's notes, those that a tie joins made one. An accidental does not outlive its bar, but a tied note does."""
    joined: list[Note] = []
    for onset, duration, pitch in part.notes:
        start = round(onset * 24) / 24
        end = round((onset + duration) * 24) / 24
        near = [i for i, (o, d, p) in enumerate(joined[-8:]) if o + d == start and abs(p - pitch) <= 1]
        if near and start in ties:
            index = max(len(joined) - 8, 0) + near[-1]
            joined[index] = (joined[index][0], end - joined[index][0], joined[index][2])
        else:
            joined.append((start, end - start, pitch))
    return tuple(joined)


def _bars(score: Score, lines: list[float]) -> tuple[float, ...] | None:
    """The onsets of the bars that bar lines begin; two parts of one bar, as at a repeat, are one bar."""
    lines = sorted({0.0, *lines})
    lines = [line for line in lines if line < score.end - 0.5]
    kept = lines[:1]
    for line, following in pairwise([*lines[1:], score.end]):
        bar = score.meter_at(kept[-1]).bar
        whole = abs(following - kept[-1] - bar) < 0.01
        if len(kept) > 1 and whole and line - kept[-1] < bar - 0.01:
            continue
        kept.append(line)
    if len(kept) > 1 and kept[1] < score.meter_at(0.0).bar - 0.01:
        kept = kept[1:]
    return tuple(kept)


def key_of(text: str) -> str | None:
    """The key of a K: field (`Ador`, `Bb minor`) as ours (`A:dor`), None where it names none."""
    found = re.match(r"\s*([A-G])([#b]?)\s*([A-Za-z]*)", text)
    if found is None or text.strip().lower() in ("hp", "none"):
        return None
    mode = MODES.get(found[3][:3].lower(), MODES.get(found[3][:1].lower() if found[3][:1] == "m" else ""))
    return f"{found[1]}{found[2]}:{mode}"
