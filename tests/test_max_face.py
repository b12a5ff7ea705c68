"""What the devices look like, and what Live keeps of them."""

from itertools import combinations
from typing import Any

import pytest

from bridge.engine.parameters import ACTIONS, BY_NAME
from max_patches.controls import title
from max_patches.picture import PLAYING, fits
from tests.max_graph import DEVICES, PATCHES, boxes
from tests.maxstudio import ROOT

LONG_NAMES = {
    "Improv": [
        "Play Here", "Keep", "Keep Bars", "Slot", "Mode", "Model", "Genre", "Key", "Scale", "Harmony", "Lookahead",
        "Temperature", "Morph", "Swing", "Level", "Dynamics", "Feel", "Chords", "Bass", "Response", "Call Bars",
        "Response Bars", "Entry Bars", "Section Bars", "Loop", "Solo", "Mute Input", "Stop", "Panic", "Enter",
        "End Call", "Mutate", "Now",
    ],
    "Improv Voice": ["Voice", "Keep", "Keep Bars", "Player", "Slot"],
}  # published: Live's sets recall values by them. Add, never rename  # fmt: skip
OWN = {"Slot", "Player", "Voice", "Play Here", "Keep", "Keep Bars"}  # what the engine does not know
TEXT = ("live.comment", "live.text", "live.menu")
device = pytest.mark.parametrize("name", DEVICES)


def seen(name: str) -> list[dict[str, Any]]:
    return [box for _, box in boxes(PATCHES[name]) if box.get("presentation")]


def controls(name: str) -> dict[str, dict[str, Any]]:
    found = [box for _, box in boxes(PATCHES[name]) if box.get("parameter_enable")]
    return {box["saved_attribute_attributes"]["valueof"]["parameter_longname"]: box for box in found}


@device
def test_everything_lies_inside_the_device_on_whole_pixels(name: str) -> None:
    wide, high = PATCHES[name]["devicewidth"], 169
    for box in seen(name):
        x, y, width, height = box["presentation_rect"]
        assert all(float(number).is_integer() for number in (x, y, width, height))
        assert x >= 4, box
        assert x + width <= wide - 4, box
        assert y >= 4, box
        assert y + height <= high - 4, box


@device
def test_nothing_covers_anything_else(name: str) -> None:
    for one, other in combinations(seen(name), 2):
        ax, ay, aw, ah = one["presentation_rect"]
        bx, by, bw, bh = other["presentation_rect"]
        apart = ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay
        assert apart, (one.get("text") or one.get("varname"), other.get("text") or other.get("varname"))


@device
def test_no_text_is_cut(name: str) -> None:
    for box in seen(name):
        width = box["presentation_rect"][2]
        kept = box.get("saved_attribute_attributes", {}).get("valueof", {})
        if box["maxclass"] in ("live.comment", "live.text"):
            assert fits(box.get("text", ""), width - 2), box["text"]
        elif box["maxclass"] == "live.menu":
            assert all(fits(text, width - 16) for text in kept["parameter_enum"]), kept["parameter_enum"]
        elif box["maxclass"] == "live.dial":
            assert fits(kept["parameter_shortname"], width + 4), kept["parameter_shortname"]


@device
def test_names_are_permanent(name: str) -> None:
    assert list(controls(name)) == LONG_NAMES[name]


@device
def test_every_control_says_what_it_does_and_where_it_begins(name: str) -> None:
    for long, box in controls(name).items():
        kept = box["saved_attribute_attributes"]["valueof"]
        assert box["varname"] == box["annotation_name"] == kept["parameter_annotation_name"] == long
        assert len(box["annotation"]) > 20
        assert box["annotation"].endswith(".")
        assert kept["parameter_shortname"]
        button = box["maxclass"] == "live.text" and box["mode"] == 0
        assert kept["parameter_initial_enable"] == int(not button), "a set that loads presses no button"
        low, high = kept["parameter_mmin"], kept["parameter_mmax"]
        assert low <= kept["parameter_initial"][0] <= high
        if kept["parameter_type"] == 1:
            assert low >= 0
            assert high <= 255
        if kept["parameter_type"] == 2:
            assert len(kept["parameter_enum"]) == high + 1


@device
def test_no_colour_is_saved(name: str) -> None:
    for box in seen(name):
        assert not [key for key in box if "color" in key], "Live's theme decides"


@device
def test_the_registry_and_the_bank_are_of_the_controls(name: str) -> None:
    registry = dict(PATCHES[name]["parameters"])
    assert registry.pop("inherited_shortname") == 1
    banks = registry.pop("parameterbanks")
    there = {box["id"]: [long, box["saved_attribute_attributes"]["valueof"]["parameter_shortname"], 0]
             for long, box in controls(name).items()}  # fmt: skip
    assert registry == there
    assert list(banks) == ["0"]
    assert len(banks["0"]["parameters"]) == 8
    assert {each for each in banks["0"]["parameters"] if each != "-"} <= set(controls(name))


def test_ranges_words_and_meanings_are_the_engines() -> None:
    names = {title(name): name for name in BY_NAME}
    actions = {title(name) for name in ACTIONS}
    for long, box in controls("Improv").items():
        if long in OWN or long in actions:
            continue
        one, kept = BY_NAME[names[long]], box["saved_attribute_attributes"]["valueof"]
        assert box["annotation"].lower() == one.meaning.lower() + "."
        if one.choices:
            assert tuple(kept["parameter_enum"]) == one.choices
            assert kept["parameter_enum"][kept["parameter_initial"][0]] == one.default
        else:
            assert (kept["parameter_mmin"], kept["parameter_mmax"]) == (one.low, one.high)
            assert kept["parameter_initial"] == [one.default]


def test_what_is_pressed_or_only_stored_is_no_automation() -> None:
    for name in DEVICES:
        for long, box in controls(name).items():
            hidden = box["saved_attribute_attributes"]["valueof"].get("parameter_invisible", 0)
            button = box["maxclass"] == "live.text" and box["mode"] == 0
            assert hidden == (2 if button else 1 if long in {"Slot", "Player", "Keep Bars"} else 0), long


@device
def test_the_picture_shows_every_control(name: str) -> None:
    drawn = (ROOT / "docs" / f"{name.lower().replace(' ', '-')}.svg").read_text(encoding="utf-8")
    for box in seen(name):
        if box["maxclass"] in ("live.comment", "live.text") and box.get("text"):
            text = PLAYING.get(box.get("varname", ""), box["text"])
            assert f">{text}</text>" in drawn
