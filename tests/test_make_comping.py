"""The tool that counts comping: bass apart from chords, whole chords apart from broken ones, shares that fit."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_comping", ROOT / "tools" / "make_comping.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_comping"] = module
    spec.loader.exec_module(module)
    return module


STRIDE = [(0, 2, 39), (0, 2, 51), (2, 2, 56), (2, 2, 60), (2, 2, 63), (4, 2, 44), (6, 2, 56), (6, 2, 60), (6, 2, 63)]
RUN = [(0, 2, 55), (2, 2, 60), (4, 2, 64), (6, 2, 60)]


def test_the_bass_of_stride_is_told_from_its_chords(tool: ModuleType) -> None:
    bass = tool.basses(STRIDE)
    assert bass == {(0, 2, 39), (0, 2, 51), (4, 2, 44)}, "an octave is bass as a whole"
    key, groups = tool.pattern([note for note in STRIDE if note not in bass], 1)
    assert key == ((2, "block"), (6, "block"))
    assert {voices for group in groups.values() for _, _, voices in group} == {"*"}
    assert tool.basses([(0, 4, 60), (0, 4, 64)]) == set(), "what lies high is no bass"


def test_a_broken_chord_is_told_from_a_whole_one(tool: ModuleType) -> None:
    key, groups = tool.pattern(RUN, 1)
    assert [how for _, how in key] == ["broken"] * 4
    assert [groups[step][0][2] for step in (0, 2, 4, 6)] == ["0", "1", "2", "1"]
    assert tool.pattern([], 1)[0] == ()
    key, _ = tool.pattern([(0, 4, 60), (4, 4, 60)], 1)
    assert [how for _, how in key] == ["block"] * 2, "one pitch is not taken apart"
    assert tool.pattern([(0, 4, 60), (4, 4, 60), (4, 4, 64)], 2)[0] == ((4, "block"),)


def test_what_doubles_the_tune_is_the_tune(tool: ModuleType) -> None:
    notes = [(0, 4, 60), (0, 4, 64), (0, 4, 72), (4, 4, 65)]
    assert tool.without_tune(notes, {(0, 0), (4, 9)}) == [(0, 4, 60), (0, 4, 64), (4, 4, 65)]


def test_bars_that_hardly_sound_or_race_or_drone_are_left_out(tool: ModuleType) -> None:
    def groups(steps: range, length: float, voices: str = "*") -> dict[int, list[tuple[float, int, str]]]:
        return {step: [(length, 60, voices)] for step in steps}

    assert tool.worth(groups(range(0, 16, 4), 4), (4, 4))
    assert not tool.worth(groups(range(1), 4), (4, 4)), "a quarter in a bar"
    assert not tool.worth(groups(range(16), 1), (4, 4)), "sixteenths all through"
    assert not tool.worth(groups(range(0, 12, 4), 4, "1"), (3, 4)), "single voices in quarters"
    assert tool.droning(("1", "1", "1", "*"))
    assert not tool.droning(("*", "1", "2", "1"))


def test_shares_are_weighed_until_the_strikes_fall_like_the_histogram(tool: ModuleType) -> None:
    wanted = np.zeros(16)
    wanted[[0, 8]] = 1.0
    made = {one["name"]: one["share"] for one in tool.weighed(wanted)}
    assert set(made) == set(tool.POP)
    assert sum(made.values()) == pytest.approx(1, abs=0.01)
    assert max(made, key=lambda name: made[name]) == "pad"
    assert min(made.values()) > 0.03, "none dies out"


def test_textbook_patterns_are_read_as_they_are_written(tool: ModuleType) -> None:
    assert tool.textbook((4, 4), "Charleston", 0.5, "judged")["strikes"] == [[0, "*", 5, 1.0], [6, "*", 5, 1.0]]
    ballad = tool.textbook((3, 4), "ballad", 0.5, "judged")["strikes"]
    assert [voices for _, voices, _, _ in ballad] == ["0", "1", "2", "1", "2", "1"]
    for meter, named in tool.CONVENTIONS.items():
        for name in named:
            strikes = tool.textbook(meter, name, 1.0, "judged")["strikes"]
            assert all(0 <= step < meter[0] * 16 // meter[1] for step, *_ in strikes)
            assert name in tool.SOURCES


def test_the_file_says_where_every_pattern_comes_from() -> None:
    data = json.loads((ROOT / "bridge" / "generators" / "comping.json").read_text(encoding="utf-8"))
    assert sum(data["bars"].values()) > 10_000
    for patterns in data["patterns"].values():
        assert sum(one["share"] for one in patterns) == pytest.approx(1, abs=0.08)
        for one in patterns:
            assert one["name"]
            assert one.get("bars", 0) >= 2 or one["weight"] in ("judged", "by the histogram of pop909")
