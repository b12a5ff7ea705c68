"""improv.toml: where it is found, what it says, what is said of its mistakes; and what controls have learnt."""

import logging
import os
import re
from pathlib import Path

import pytest

from bridge.engine.controls import Controls, Target
from bridge.engine.presets import Presets
from bridge.io import doctor, learned
from bridge.io.config import Config, line_of, read, user_folder
from bridge.io.learned import Keeper, load, save, written
from bridge.music.errors import BridgeError
from bridge.music.events import EVERYONE
from tests.sockets import eventually

GOOD = """\
# a comment
[settings]
temperature = 0.5
loop = true
preset = "Verse 1"

[player.2]
genre = "jazz"   # a word
swing_grid = 16

[presets."Verse 1"]
swing = 0.2
[presets.chorus]
mode = "respond"
swing = 0.7

[controls]
20 = "temperature"
64 = "end_call"
21 = "preset:Verse 1"
"""


def wrote(tmp_path: Path, text: str) -> str:
    (tmp_path / "improv.toml").write_text(text, encoding="utf-8")
    return str(tmp_path / "improv.toml")


def test_what_a_file_says(tmp_path: Path) -> None:
    config = read(wrote(tmp_path, GOOD))
    assert config.layers == (
        (EVERYONE, {"temperature": 0.5, "loop": 1, "preset": "Verse 1"}), (2, {"genre": "jazz", "swing_grid": "16"})
    )  # fmt: skip
    assert config.presets == {"Verse 1": {"swing": 0.2}, "chorus": {"mode": "respond", "swing": 0.7}}
    assert list(config.presets["chorus"]) == ["mode", "swing"]
    assert config.controls == {
        20: Target("temperature"), 64: Target("end_call"), 21: Target("preset", "Verse 1")
    }  # fmt: skip
    assert config.learned == tmp_path / "improv-controls.toml"
    desk, notes = config.desk({"temperature": 0.9, "level": 0.8}, [(2, "genre", "folk"), (0, "swing", 0.1)])
    assert notes == []
    assert desk.presets.beginning(EVERYONE) == {
        "temperature": 0.5, "level": 0.8, "loop": 1, "preset": "Verse 1", "swing": 0.1
    }  # fmt: skip
    assert desk.presets.beginning(2)["genre"] == "folk"
    assert desk.controls.bindings(7) == config.controls


DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "controls.md").read_text(encoding="utf-8")
EXAMPLES = [(DOCS / "improv.toml").read_text(encoding="utf-8"), *re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_documents_is_one_that_works(tmp_path: Path, text: str) -> None:
    config = read(wrote(tmp_path, text))
    assert config.presets or config.controls
    assert config.desk({})[1] == []


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    config = read(wrote(tmp_path, "\ufeff"))
    assert (config.presets, config.controls) == ({}, {})
    assert config.desk({})[0].presets.beginning(1) == {}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[settings]", "[setings]", r"line 2: there is no table \[setings\], .*did you mean 'settings'"),
        ("temperature = 0.5", "temperature = 3", r"line 3: \[settings\]: temperature is a number from 0 to 2, not 3"),
        ("loop = true", "lop = true", r"line 4: \[settings\]: there is no parameter 'lop'; did you mean 'loop'"),
        ("loop = true", 'learn = "swing"', r"line 4: \[settings\]: learn is asked for while you play"),
        ("loop = true", "tempo = 96", r"line 4: \[settings\]: tempo is the clock's: improv serve --tempo"),
        ('preset = "Verse 1"', 'preset = "verse 1"', r"line 5: \[settings\]: .*are: off, Verse 1, chorus; did you"),
        ("[player.2]", "[player.two]", r"line 7: \[player\]: a player is a number from 1 to 65535"),
        ("[player.2]", "[player.0]", r"line 7: \[player\]: a player is a number"),
        ('genre = "jazz"', "numerator = 3", r"line 8: \[player.2\]: numerator is for all players .*\[settings\]"),
        ("swing_grid = 16", "swing_grid = 12", r"line 9: \[player.2\]: swing_grid is one of 8, 16, not 12"),
        ('[presets."Verse 1"]', "[presets.off]", r"line 11: \[presets\]: 'off' cannot be a preset's name"),
        ("swing = 0.2", "swing = 20", r"line 12: \[presets.Verse 1\]: swing is a number from 0 to 1, not 20"),
        ('mode = "respond"', 'preset = "Verse 1"', r"line 14: \[presets.chorus\]: preset cannot stand in a preset"),
        ("swing = 0.7", "swing = 0.7\nswing = 0.8", r"is no TOML: .*line 16"),
        ('20 = "temperature"', '120 = "temperature"', r"line 18: \[controls\]: a control is its number, 0 to 119"),
        ('20 = "temperature"', 'cc20 = "temperature"', r"line 18: \[controls\]: a control is its number"),
        ('64 = "end_call"', '64 = "endcall"', r"line 19: \[controls\]: .*not to 'endcall'; did you mean 'end_call'"),
        ('64 = "end_call"', "64 = 5", r"line 19: \[controls\]: a control can be bound to a parameter or an action"),
        ('21 = "preset:Verse 1"', '21 = "preset:Verse"', r"line 20: \[controls\]: there is no preset 'Verse'"),
        ("[controls]", "[[controls]]", r"line 17: \[controls\] is a table"),
        ("# a comment", "player.3 = 5", r"line 1: \[player\]: \[player.3\] is a table"),
        ("# a comment", "presets.x = 5", r": \[presets\]: a preset is a table"),
        ("# a comment", "settings = 1", r"is no TOML"),
    ],
)
def test_a_mistake_is_said_with_its_place_and_what_is_allowed(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in GOOD
    with pytest.raises(BridgeError, match=said) as refused:
        read(wrote(tmp_path, GOOD.replace(before, after, 1)))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "improv.toml"))


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "improv.toml").write_bytes(b"\xff\xfe[settings]")
    with pytest.raises(BridgeError, match="text file in UTF-8"):
        read(str(tmp_path / "improv.toml"))
    with pytest.raises(BridgeError, match="cannot be read"):
        read(str(tmp_path))


def test_a_wish_of_the_command_line_that_does_not_fit_is_said() -> None:
    for wish, said in (
        ((0, "preset", "x"), "--set preset=x: there is no preset 'x'"),
        ((2, "numerator", 3), "--set 2:numerator=3: numerator is for all players"),
        ((0, "learn", "swing"), "--set learn=swing: learn is asked for"),
    ):
        with pytest.raises(BridgeError, match=said):
            Config().desk({}, [wish])


def test_the_file_is_looked_for_here_and_then_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, own = tmp_path / "here", tmp_path / "own"
    folder = user_folder(environ := {"XDG_CONFIG_HOME": str(own), "APPDATA": str(own)}, "linux")
    for each in (here, folder):
        each.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setattr("bridge.io.config.user_folder", lambda environ: folder)
    assert (read(None, environ).path, read(None, environ).learned) == (None, folder / "improv-controls.toml")
    (folder / "improv.toml").write_text("[settings]\nswing = 0.1\n")
    assert read(None, environ).layers == ((EVERYONE, {"swing": 0.1}),)
    (here / "improv.toml").write_text("[settings]\nswing = 0.2\n")
    assert read(None, environ).layers == ((EVERYONE, {"swing": 0.2}),)
    assert (read("none", environ).layers, read("none", environ).learned) == ((), None)
    with pytest.raises(BridgeError, match=r"there is no file other\.toml"):
        read("other.toml", environ)


def test_every_system_has_its_folder() -> None:
    home = Path.home()
    assert user_folder({}, "linux") == home / ".config" / "improv-bridge"
    assert user_folder({"XDG_CONFIG_HOME": "relative"}, "linux") == home / ".config" / "improv-bridge"
    assert user_folder({"XDG_CONFIG_HOME": "/x"}, "linux") == Path("/x/improv-bridge")
    assert user_folder({"XDG_CONFIG_HOME": "/x"}, "darwin") == home / "Library/Application Support/improv-bridge"
    assert user_folder({"APPDATA": "/data"}, "win32") == Path("/data/improv-bridge")


def test_lines_are_found_where_they_are_plain_to_see() -> None:
    text = "a = 1\n[ x . y ]\n'b' = 2\n[x]\ny.b = 1\n"
    places = [("", "a"), ("x.y", "b"), ("x", "y"), ("x.y", "c"), ("x.z", "b"), ("", "y")]
    assert [line_of(text, *each) for each in places] == [1, 3, 2, 0, 0, 0]


LEARNED = {1: {21: Target("temperature"), 64: Target("preset", 'a "b" é')}, 40: {0: Target("swing", 0.25)}}
PRESETS = Presets({'a "b" é': {"swing": 0.5}})


def test_what_was_learnt_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "improv-controls.toml"
    assert load(path, PRESETS) == ({}, []), "there is none yet"
    save(LEARNED, path)
    assert load(path, PRESETS) == (LEARNED, [])
    save({}, path)
    assert load(path, PRESETS) == ({}, [])
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_does_not_fit_any_more_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "improv-controls.toml"
    save(LEARNED, path)
    found, notes = load(path, Presets())
    assert found == {1: {21: Target("temperature")}, 40: {0: Target("swing", 0.25)}}
    assert len(notes) == 1
    assert "player 1, control 64 is left out: there is no preset" in notes[0]
    for text in ("[player.x]\n1 = 'swing'\n", "[player.1]\nx = 'swing'\n", "[player.1]\n127 = 'swing'\n"):
        path.write_text(text)
        assert load(path, PRESETS)[0] == {}
        assert len(load(path, PRESETS)[1]) == 1
    for text in ("player = 3", "[player]\n1 = 2", ""):
        path.write_text(text)
        assert load(path, PRESETS) == ({}, [])
    path.write_text("[player.1\n")
    found, notes = load(path, PRESETS)
    assert found == {}
    assert "cannot be read" in notes[0]


def test_the_keeper_writes_what_is_learnt_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "improv-controls.toml"
    controls = Controls({20: Target("swing")}, {2: {21: Target("panic")}})
    with Keeper(controls, path) as keeper:
        keeper.send([])
        controls.bind(1, 33, 0, Target("mutate"))
        keeper.send([])
        keeper.send([])
        assert eventually(path.exists)
        controls.bind(1, 34, 0, Target("temperature"))
        keeper.send([])
    assert keeper.written == 2
    assert load(path, PRESETS)[0] == {1: {33: Target("mutate"), 34: Target("temperature")}, 2: {21: Target("panic")}}


def test_a_file_that_cannot_be_written_is_said_and_the_old_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "improv-controls.toml"
    save(LEARNED, path)

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    controls = Controls()
    with caplog.at_level(logging.WARNING, learned.__name__), Keeper(controls, path) as keeper:
        controls.bind(1, 33, 0, Target("mutate"))
        keeper.send([])
    assert [record.getMessage() for record in caplog.records] == [
        f"what was learnt is not kept: {path} cannot be written (No space left on device)"
    ]
    assert path.read_text(encoding="utf-8") == written(LEARNED)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_the_doctor_reads_the_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(doctor, "PACKAGES", ())
    for check in ("_runtime", "_model", "_midi"):
        monkeypatch.setattr(doctor, check, lambda: "")

    def said() -> doctor.Check:
        return next(check for check in doctor.examine(0) if check.name == "improv.toml")

    wrote(tmp_path, GOOD)
    assert said().ok
    assert said().text == f"{tmp_path / 'improv.toml'}: presets Verse 1, chorus; 3 controls bound"
    wrote(tmp_path, "[controls]\n200 = 'panic'\n")
    assert (said().ok, said().essential) == (False, True), "improv serve would not start"
    assert said().text == "improv.toml, line 2: [controls]: a control is its number, 0 to 119"
