"""The patches for Pure Data and SuperCollider: made by their source to the byte, vanilla, and true to the protocol."""

import re
from pathlib import Path
from struct import pack, unpack

import pytest

from bridge.io.serve import generation
from bridge.io.table import PROTOCOL
from bridge.music import events as ev
from max_patches.puredata.build import FOLDER, PATCHES
from max_patches.puredata.objects import ports
from max_patches.puredata.patch import Patch
from max_patches.states import KEEP_ALIVE, STATES

SCRIPT = FOLDER.parent / "supercollider" / "improv.scd"
MONITORS = {"of", "heard", "transport"}  # what only a monitor is told
OURS = {name.removesuffix(".pd") for name in PATCHES}
PORTLESS = {"inlet", "outlet", "tgl"}


def _boxes(text: str) -> list[tuple[str, list[str]]]:
    """Kind and words of every element of a file, without its place."""
    elements = [each.replace("\n", " ").split() for each in re.split(r"(?<!\\);\n", text) if each.startswith("#X")]
    return [(words[1], words[4:]) for words in elements if words[1] in ("obj", "msg")]


def _files() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.pd"))}


def _said(text: str) -> set[str]:
    """The addresses that a patch sends."""
    return {words[2] for kind, words in _boxes(text) if words[:2] == ["oscformat", "improv"]}


def _understood(text: str) -> set[str]:
    """The addresses that a patch takes from the engine."""
    routes = [set(words[1:]) for _, words in _boxes(text) if words[:1] == ["route"]]
    names = {line.address.split("/")[-1] for line in PROTOCOL if not line.inward}
    return {name for words in routes if words & {"cue", "silence"} for name in words if name in names}


@pytest.mark.parametrize("name", sorted(PATCHES))
def test_a_committed_patch_is_what_its_source_makes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PATCHES[name]().text(), "python -m max_patches.puredata.build"


def test_every_address_is_in_the_protocol_and_every_line_of_it_in_the_patches() -> None:
    inward = {line.address.removeprefix("/improv/") for line in PROTOCOL if line.inward}
    outward = {line.address.removeprefix("/improv/") for line in PROTOCOL if not line.inward}
    files = _files()
    for name, text in files.items():
        assert _said(text) <= inward, name
        assert _understood(text) <= outward, name
    assert _said(files["improv.client.pd"]) == inward
    assert _understood(files["improv.client.pd"]) == outward - MONITORS
    assert _understood(files["improv.voice.pd"]) == outward - MONITORS
    assert _said(files["improv.voice.pd"]) == {"hello", "bye"}


@pytest.mark.parametrize("name", sorted(_files()))
def test_a_patch_needs_no_external(name: str) -> None:
    for kind, words in _boxes(_files()[name]):
        if kind == "obj" and words[0] not in OURS | PORTLESS:
            plain = " ".join(words).replace(" \\,", ",").replace(" \\;", ";").replace("\\$", "$")
            assert ports(plain.split(", f ")[0])


def test_a_wire_to_a_port_that_is_not_there_is_refused() -> None:
    patch = Patch()
    route, number = patch.new("route a b"), patch.new("expr max($f1, $f2); $f1")
    patch.wire(route[2], number[1])
    for source, target in ((route[3], number[0]), (route[0], number[2]), (number[2], route[0])):
        with pytest.raises(ValueError, match="no wire from"):
            patch.wire(source, target)
    with pytest.raises(ValueError, match="Pure Data's objects"):
        patch.new("cyclone/counter")


def test_generations_fit_a_float_of_32_bits() -> None:
    """Pure Data's numbers: neighbours have to differ, also after many silences."""
    for number in (generation(), 2**24 - 2**20, 2**24 - 1):
        assert unpack("f", pack("f", number + 1))[0] - unpack("f", pack("f", number))[0] == 1
    assert 0 <= generation() < 2**24 - 2**20


def test_names_of_the_patches_are_this_copys_own_or_agreed() -> None:
    """Two clients in one patch must not hear each other."""
    shared = {"improv-ask", "improv-moved", "improv-mark", "improv-here"}
    for name in ("improv.client.pd", "improv.voice.pd", "improv.clock.pd"):
        for _, words in _boxes((FOLDER / name).read_text(encoding="utf-8")):
            if words[0] in ("s", "r", "table", "tabread", "tabwrite"):
                assert words[1].startswith("\\$0-") or words[1] in shared
            if words[0] == "v":
                assert words[1].startswith("\\$0-") or words[1].startswith("improv_")


def test_the_help_names_every_state_and_the_hello_is_in_time() -> None:
    text = " ".join((FOLDER / "improv.client-help.pd").read_text(encoding="utf-8").replace("\\", "").split())
    for number, word in STATES.items():
        assert f"{number} {word}".replace(" ,", ",") in text
    assert f"metro {KEEP_ALIVE}" in (FOLDER / "improv.client.pd").read_text(encoding="utf-8")


def test_the_script_for_supercollider_speaks_the_protocol() -> None:
    text = Path(SCRIPT).read_text(encoding="utf-8")
    known = {line.address for line in PROTOCOL}
    named = set(re.findall(r"'?(/improv/[a-z_]+)'?", text))
    assert named <= known
    assert named >= {f"/improv/{name}" for name in ("hello", "bye", "position", "note_on", "welcome", "cue", "silence")}
    assert re.search(rf"version\s*=\s*{ev.VERSION};", text)
