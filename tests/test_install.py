"""`improv install`: finds Live and Max, copies, says what it did, and never loses what somebody edited."""

import json
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.io import install
from bridge.io.install import ASIDE, DEVICES, IN_LIBRARY, NOTED, Home, libraries, material, packages, put, removed
from bridge.music.errors import BridgeError

FILES = {"a.txt": b"one", "inside/b.txt": b"two"}


def mac(folder: Path) -> Home:
    return Home(folder, "darwin")


def windows(folder: Path) -> Home:
    return Home(folder, "win32", folder / "Roaming")


def library(folder: Path) -> Path:
    path = folder / "Music" / "Ableton" / "User Library"
    path.mkdir(parents=True)
    return path


def configured(folder: Path, place: Path, live: str = "Live 12.1.5") -> None:
    """Live's settings as far as we read them: the user's library is the first."""
    where = folder / live / ("Preferences" if folder.parts[-2:] == ("Roaming", "Ableton") else "")
    where.mkdir(parents=True)
    name = str(place).replace("&", "&amp;")
    (where / "Library.cfg").write_text(
        f'<Ableton><ContentLibrary><UserLibrary><LibraryProject><ProjectName Value="User Library" />'
        f'<ProjectPath Value="{name}" /></LibraryProject></UserLibrary></ContentLibrary></Ableton>', encoding="utf-8"
    )  # fmt: skip


def test_the_usual_library_is_found(tmp_path: Path) -> None:
    assert libraries(mac(tmp_path)) == []
    there = library(tmp_path)
    assert libraries(mac(tmp_path)) == [there]
    usual = tmp_path / "Documents" / "Ableton" / "User Library"
    usual.mkdir(parents=True)
    assert libraries(windows(tmp_path)) == [usual]


@pytest.mark.parametrize("system", [mac, windows])
def test_a_library_that_was_moved_is_found_by_lives_settings(tmp_path: Path, system: type) -> None:
    home = system(tmp_path)
    library(tmp_path)
    moved = tmp_path / "Sounds & more" / "User Library"
    moved.mkdir(parents=True)
    configured(home.settings[0], moved.parent)
    assert libraries(home) == [moved]


def test_settings_that_name_a_library_that_is_gone_are_passed_over(tmp_path: Path) -> None:
    there = library(tmp_path)
    configured(mac(tmp_path).settings[0], tmp_path / "gone")
    assert libraries(mac(tmp_path)) == [there]


def test_every_max_is_found(tmp_path: Path) -> None:
    for name in ("Max 8", "Max 9", "Max 7"):
        (tmp_path / "Documents" / name).mkdir(parents=True)
    found = packages(mac(tmp_path))
    assert [path.parent.name for path in found] == ["Max 8", "Max 9"]


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("darwin", "Library/Pd"),
        ("win32", "Roaming/Pd"),
        ("linux", ".local/lib/pd/extra"),
        ("linux", "Documents/Pd/externals"),
    ],
)
def test_pure_data_is_found(tmp_path: Path, system: str, place: str) -> None:
    home = Home(tmp_path, system, tmp_path / "Roaming")
    assert install.externals(home) == []
    (tmp_path / place).mkdir(parents=True)
    assert install.externals(home) == [tmp_path / place]


def whats(done: list[install.Done]) -> list[tuple[str, str]]:
    return [(each.what, each.path.name) for each in done]


def test_what_is_put_is_there_and_what_is_unchanged_is_left(tmp_path: Path) -> None:
    assert whats(put(tmp_path, FILES, dry=False, force=False)) == [("copied", "a.txt"), ("copied", "b.txt")]
    assert (tmp_path / "inside" / "b.txt").read_bytes() == b"two"
    assert whats(put(tmp_path, FILES, dry=False, force=False)) == [("unchanged", "a.txt"), ("unchanged", "b.txt")]
    newer = {"a.txt": b"one!", "inside/c.txt": b"three"}
    done = whats(put(tmp_path, newer, dry=False, force=False))
    assert done == [("updated", "a.txt"), ("copied", "c.txt"), ("removed", "b.txt")]


def test_what_somebody_edited_stays(tmp_path: Path) -> None:
    put(tmp_path, FILES, dry=False, force=False)
    (tmp_path / "a.txt").write_bytes(b"mine")
    assert whats(put(tmp_path, {"a.txt": b"new"}, dry=False, force=False))[0] == ("kept", "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == b"mine"
    done = whats(put(tmp_path, {"a.txt": b"new"}, dry=False, force=True))
    assert done == [("put aside", f"a{ASIDE}.txt"), ("copied", "a.txt")]
    assert (tmp_path / f"a{ASIDE}.txt").read_bytes() == b"mine"
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_a_file_that_was_there_before_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"theirs")
    assert whats(put(tmp_path, FILES, dry=False, force=False)) == [("kept", "a.txt"), ("copied", "b.txt")]
    assert whats(removed(tmp_path, dry=False)) == [("removed", "b.txt")]
    assert (tmp_path / "a.txt").read_bytes() == b"theirs"


def test_putting_aside_twice_loses_nothing(tmp_path: Path) -> None:
    put(tmp_path, FILES, dry=False, force=False)
    for edit in (b"first", b"second"):
        (tmp_path / "a.txt").write_bytes(edit)
        put(tmp_path, FILES, dry=False, force=True)
    kept = {path.read_bytes() for path in tmp_path.glob("a (yours)*")}
    assert kept == {b"first", b"second"}


def test_uninstalling_leaves_nothing_but_what_was_edited(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    put(folder, FILES, dry=False, force=False)
    (folder / "inside" / "b.txt").write_bytes(b"mine")
    assert whats(removed(folder, dry=False)) == [("removed", "a.txt"), ("kept", "b.txt")]
    (folder / "inside" / "b.txt").write_bytes(b"two")
    assert whats(removed(folder, dry=False)) == [("removed", "b.txt")]
    assert not folder.exists()
    assert removed(folder, dry=False) == []


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    assert whats(put(tmp_path, FILES, dry=True, force=True)) == [("copied", "a.txt"), ("copied", "b.txt")]
    assert list(tmp_path.iterdir()) == []
    put(tmp_path, FILES, dry=False, force=False)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert whats(removed(tmp_path, dry=True)) == [("removed", "a.txt"), ("removed", "b.txt")]
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("note", ["", "[]", '{"../../precious": "x"}', "{broken"])
def test_a_note_that_cannot_be_trusted_removes_nothing(tmp_path: Path, note: str) -> None:
    folder = tmp_path / "ours" / "deep"
    folder.mkdir(parents=True)
    (tmp_path / "precious").write_bytes(b"x")
    (folder / NOTED).write_text(note, encoding="utf-8")
    assert removed(folder, dry=False) == []
    assert (tmp_path / "precious").exists()


def test_the_command_installs_and_takes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    live, patchers, externals = library(tmp_path), tmp_path / "Packages", tmp_path / "externals"
    patchers.mkdir()
    externals.mkdir()
    words = ["install", "--library", str(live), "--max", str(patchers), "--pd", str(externals)]
    assert main([*words, "--dry-run"]) == 0
    assert "would be copied" in capsys.readouterr().out
    assert list(live.iterdir()) == []
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "improv serve" in said
    devices, package, pd = material()
    assert set(devices) == set(DEVICES)
    assert all((live / IN_LIBRARY / name).read_bytes() == data for name, data in devices.items())
    assert all((patchers / "improv" / name).read_bytes() == data for name, data in package.items())
    assert all((externals / "improv" / name).read_bytes() == data for name, data in pd.items())
    assert {"improv.client.pd", "improv.client-help.pd", "improv_plays.pd"} <= set(pd)
    assert all(place in said for place in (str(live), str(patchers), str(externals), "In Live:", "In Pure Data:"))
    assert set(json.loads((live / IN_LIBRARY / NOTED).read_text(encoding="utf-8"))) == set(DEVICES)
    (live / IN_LIBRARY / DEVICES[0]).write_bytes(b"edited")
    assert main(words) == 3
    assert "--force" in capsys.readouterr().out
    assert main([*words, "--uninstall"]) == 3
    assert [path.name for path in (live / IN_LIBRARY).iterdir() if path.suffix == ".amxd"] == [DEVICES[0]]
    assert not (patchers / "improv").exists()
    assert not (externals / "improv").exists()


def test_where_nothing_is_found_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("APPDATA", raising=False)
    assert main(["install"]) == 1
    assert "--library" in capsys.readouterr().err
    assert main(["install", "--library", str(tmp_path / "none")]) == 1
    assert "is no folder" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BridgeError, match="cannot write"):
        put(tmp_path / "file", FILES, dry=False, force=False)
