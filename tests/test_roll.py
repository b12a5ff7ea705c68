"""The picture: well-formed, the same every time, with every note and name in its place."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bridge import tunes
from bridge.io.roll import WIDTH, frame, svg, write_svg
from bridge.io.take import MELODY, Note, Take
from bridge.music.errors import BridgeError
from bridge.music.events import ACCOMPANIMENT, BASS
from bridge.music.timeline import Meter

SVG = "{http://www.w3.org/2000/svg}"


def take(name: str = "auld_lang_syne") -> Take:
    """A tune with a block chord and a bass note a bar, as if a band had played."""
    tune = tunes.load(name)
    made = Take(tune.title, tune.tempo, tune.meter)
    for note in tune.notes:
        made.add(MELODY, Note(*note))
    for tick in range(0, tune.ticks, tune.meter.bar):
        made.add(BASS, Note(tick, tune.meter.bar, 36, 80))
        for pitch in (53, 57, 60):
            made.add(ACCOMPANIMENT, Note(tick, tune.meter.bar, pitch, 64))
        made.name_chord(tick, 5 if tick // tune.meter.bar % 2 else 0, "7")
    return made


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_every_note_is_drawn_once_inside_the_page() -> None:
    made = take()
    root = ElementTree.fromstring(svg(made))
    drawn = {group.get("class"): len(list(group)) for group in root.iter(f"{SVG}g")}
    assert set(drawn) == {"melody", "chords", "bass"}
    notes = [rect for group in root.iter(f"{SVG}g") for rect in group]
    assert len(notes) >= sum(len(made.notes(voice)) for voice in (MELODY, ACCOMPANIMENT, BASS))
    for rect in notes:
        left, width = float(rect.get("x", "-1")), float(rect.get("width", "-1"))
        assert 0 <= left < left + width <= WIDTH
        assert 0 <= float(rect.get("y", "-1")) <= frame(made).page


def test_bars_are_numbered_and_chords_named() -> None:
    words = texts(svg(take()))
    assert words[0] == "Auld Lang Syne"
    assert words[1] == "4/4, 100 quarter notes a minute"
    assert [word for word in words if word.isdigit()] == [str(number) for number in range(1, 18)]
    assert words.count("C7") == 9
    assert words.count("F7") == 8
    assert {"heard: melody", "played: chords", "played: bass", "C2", "C4"} <= set(words)


@pytest.mark.parametrize("name", tunes.names())
def test_lines_are_of_one_length_and_hold_every_bar(name: str) -> None:
    shape = frame(take(name))
    assert (shape.lines - 1) * shape.bars_a_line < shape.bars <= shape.lines * shape.bars_a_line
    spans = [shape.span(line) for line in range(shape.lines)]
    assert spans[0][0] == shape.begin
    assert all(first[1] == second[0] for first, second in pairwise(spans))
    assert spans[-1][1] == shape.begin + shape.bars * shape.bar


def test_a_chord_that_goes_on_is_named_again_in_parentheses() -> None:
    made = Take("x", 120.0, Meter())
    made.add(MELODY, Note(0, 12 * 1920, 60, 80))
    made.name_chord(0, 9, "min")
    assert [word for word in texts(svg(made)) if "Am" in word] == ["Am", "(Am)"]


def test_chord_names_keep_clear_of_each_other_and_inside_the_page() -> None:
    """Another chord on every beat, for a line of eight bars: no name is lost, and none runs into its neighbour."""
    made = Take("x", 120.0, Meter())
    made.add(MELODY, Note(0, 8 * 1920, 60, 80))
    for beat in range(32):
        made.name_chord(beat * 480, *((6, "min7"), (8, "7"))[beat % 2])
    rows: dict[str, list[float]] = {}
    for element in ElementTree.fromstring(svg(made)).iter(f"{SVG}text"):
        if element.text in ("F#m7", "Ab7"):
            rows.setdefault(element.get("y", ""), []).append(float(element.get("x", "-1")))
    widest = 48.8  # pixels of F#m7 in DejaVu Sans Bold at 15 pixels
    assert sum(map(len, rows.values())) == 32
    assert len(rows) == 2
    assert all(right - left > widest for row in rows.values() for left, right in pairwise(row))
    assert max(max(row) for row in rows.values()) + widest < WIDTH


def test_chords_that_change_too_fast_for_two_rows_are_left_out_and_never_printed_over_each_other() -> None:
    made = Take("x", 120.0, Meter())
    made.add(MELODY, Note(0, 8 * 1920, 60, 80))
    for step in range(128):
        made.name_chord(step * 120, step % 12, "maj7")
    named = [e for e in ElementTree.fromstring(svg(made)).iter(f"{SVG}text") if (e.text or "").endswith("maj7")]
    assert 16 < len(named) < 128
    for row in {e.get("y") for e in named}:
        places = [float(e.get("x", "-1")) for e in named if e.get("y") == row]
        assert all(right - left > 51 for left, right in pairwise(places)), "Dmaj7 is 51 pixels wide"


def test_the_same_take_gives_the_same_bytes(tmp_path: Path) -> None:
    write_svg(take(), tmp_path / "a.svg")
    write_svg(take(), tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_an_empty_take_and_a_title_with_angles_are_drawn() -> None:
    assert "a <b> & c" in texts(svg(Take("a <b> & c", 120.0, Meter(7, 8))))


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="choose another folder"):
        write_svg(take(), tmp_path / "nowhere" / "x.svg")
