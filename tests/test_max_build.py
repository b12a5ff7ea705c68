"""What is committed is what the sources make, to the byte; and the containers are what Max writes, read
independently.
"""

import json
import subprocess
import sys

import pytest

from ableton.packer import EPOCH, File, pack
from max_patches.build import made
from max_patches.devices import MADE
from tests.amxd import read
from tests.maxstudio import ROOT

DEVICES = ("Improv", "Improv Voice")
DIRECTORY = ["type", "fnam", "sz32", "of32", "vers", "flag", "mdat"]


def test_what_is_committed_is_what_the_sources_make() -> None:
    stale = [place for place, data in made().items() if (ROOT / place).read_bytes() != data]
    assert stale == [], "run python -m max_patches.build"


def test_a_file_that_is_no_longer_made_is_not_left_behind() -> None:
    paths = [*(ROOT / "max_patches" / "improv").rglob("*.*"), *(ROOT / "ableton").glob("*.amxd")]
    assert {path.relative_to(ROOT).as_posix() for path in paths} <= set(made())


def test_the_build_can_be_asked_whether_it_is_up_to_date() -> None:
    command = [sys.executable, "-m", "max_patches.build", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_is_a_frozen_midi_effect(name: str) -> None:
    data = (ROOT / "ableton" / f"{name}.amxd").read_bytes()
    assert data[:24] == b"ampf\x04\0\0\0mmmmmeta\x04\0\0\0\x07\0\0\0"
    assert data[24:28] == b"ptch"
    assert int.from_bytes(data[28:32], "little") == len(data) - 32
    found = read(data)
    device, script = found.files
    assert [tag for tag, _ in device.fields] == [tag for tag, _ in script.fields] == DIRECTORY
    assert (device.name, script.name) == (f"{name}.amxd", "improv_capture.js")
    for entry, kind, flag in ((device, b"JSON", 0x11), (script, b"TEXT", 0)):
        fields = dict(entry.fields)
        assert fields["type"] == kind
        assert int.from_bytes(fields["flag"], "big") == flag
        assert int.from_bytes(fields["mdat"], "big") == MADE + EPOCH
        assert len(fields["fnam"]) % 4 == 0
        assert fields["fnam"].endswith(b"\0")
        assert all(len(payload) == 4 for tag, payload in entry.fields if tag != "fnam"), "a field is 12 long"
    assert device.data.endswith(b"\n\0")
    assert device.data.count(b"\0") == 1
    assert script.data == (ROOT / "ableton" / "improv_capture.js").read_bytes()


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_says_that_it_is_one(name: str) -> None:
    top = json.loads(read((ROOT / "ableton" / f"{name}.amxd").read_bytes()).files[0].data.rstrip(b"\0"))["patcher"]
    assert top["project"]["amxdtype"] == int.from_bytes(b"mmmm", "big")
    assert top["openinpresentation"] == 1
    assert top["openrect"] == [0.0, 0.0, top["devicewidth"], 169.0]
    assert top["appversion"]["major"] == 8, "Live 11 has Max 8"
    assert [file["name"] for file in top["dependency_cache"]] == ["improv_capture.js"]


def test_a_device_without_files_is_plain() -> None:
    found = read(pack("a.amxd", "{}", date=0))
    assert (found.kind, found.meta, found.files[0].data) == ("mmmm", 1, b"{}\n\0")


@pytest.mark.parametrize("length", range(1, 9))
def test_a_name_is_padded_to_four_bytes_and_ends(length: int) -> None:
    name = "x" * length
    entry = read(pack("a.amxd", "{}", [File(name, b"123")], date=0)).files[1]
    padded = dict(entry.fields)["fnam"]
    assert (entry.name, entry.data) == (name, b"123")
    assert len(padded) == (length // 4 + 1) * 4


@pytest.mark.parametrize("cut", [1, 20, 40])
def test_the_reader_notices_what_is_cut_off(cut: int) -> None:
    with pytest.raises(AssertionError):
        read((ROOT / "ableton" / "Improv.amxd").read_bytes()[:-cut])


def test_the_package_says_what_it_is() -> None:
    about = json.loads((ROOT / "max_patches" / "improv" / "package-info.json").read_text(encoding="utf-8"))
    assert (about["name"], about["max_version_min"]) == ("improv", "8.1")
