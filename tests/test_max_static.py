"""What can be proved of the committed patches without Max: ports, wires, order, names, addresses."""

import re
from itertools import combinations, pairwise
from typing import Any

import pytest
from py2max.maxref import get_object_info, porttypes

from bridge.io.wire import PROTOCOL
from max_patches.objects import CLASSES, ports
from tests.max_graph import DEVICES, PATCHES, Node, Wire, boxes, flat, patchers, word

MEASURED: dict[str, tuple[int, list[str]]] = {
    "midiin": (1, ["int"]), "midiout": (1, []), "midiparse": (1, ["", "", "", "int", "int", "", "int", ""]),
    "midiselect @note all": (1, ["", "", "", "int", "int", "", "int", "int"]), "midiformat": (7, ["int", ""]),
    "udpsend 127.0.0.1 9100": (1, []), "udpreceive": (1, [""]),
    "transport": (2, ["int", "int", "float", "float", "float", "", "int", "float", ""]), "metro 25": (2, ["bang"]),
    "delay 3000": (2, ["bang"]), "makenote 100 500": (3, ["float", "float"]), "zl reg": (2, ["", ""]),
    "t i i": (1, ["int", "int"]), "t b l b": (1, ["bang", "", "bang"]), "pack 0 0": (2, [""]), "gate": (2, [""]),
    "gate 2": (2, ["", ""]), "unpack 0 0": (1, ["int", "int"]), "route bang": (2, ["", ""]),
    "sel 1": (2, ["bang", ""]), "sel 1 2 3": (4, ["bang", "bang", "bang", ""]), "prepend set": (1, [""]),
    "change": (1, ["", "int", "int"]), "deferlow": (1, [""]), "loadbang": (1, ["bang"]), "loadmess 1": (1, [""]),
    "freebang": (1, ["bang"]), "live.thisdevice": (1, ["bang", "int", "int"]), "i": (2, ["int"]),
    "f": (2, ["float"]), "+ 0": (2, ["int"]), "s a": (1, []), "r a": (0, [""]), "inlet": (0, [""]),
    "outlet": (1, []), "expr min($i3\\, $i2 + 1)": (3, [""]), "js a.js": (1, [""]),
}  # by Ableton's known_objects.py (maxdevtools, MIT) and by patches of real devices  # fmt: skip
MEASURED_CLASSES: dict[str, tuple[int, list[str]]] = {
    "message": (2, [""]), "comment": (1, []), "live.comment": (1, []), "live.text": (1, ["", ""]),
    "live.numbox": (1, ["", "float"]), "live.dial": (1, ["", "float"]), "live.menu": (1, ["", "", "float"]),
    "live.toggle": (1, [""]), "toggle": (1, ["int"]), "number": (1, ["", "bang"]),
}  # fmt: skip
OWN = {"improv.client", "improv.voice", "improv.clock", "p"}
GLOBAL = {"improv-seats", "improv-where"}  # what every copy has to hear
SIZE = (1400, 807)  # of a patcher's window, at most
PURE = {"t", "unpack", "pack", "expr", "+", "i", "f"}  # what these get, they only hand on
UNUSED = {
    "/improv/note_off": "a note_on of velocity 0 says the same",
    "/improv/of": "for monitors", "/improv/heard": "for monitors", "/improv/transport": "for monitors",
}  # fmt: skip
every = pytest.mark.parametrize("name", sorted(PATCHES))


@pytest.mark.parametrize("text", sorted(MEASURED))
def test_the_table_of_objects_is_what_was_measured(text: str) -> None:
    shape = ports(text)
    assert (shape.inlets, list(shape.outlets)) == MEASURED[text]


def test_the_table_of_classes_is_what_was_measured() -> None:
    for name, (inlets, outlets) in MEASURED_CLASSES.items():
        assert (CLASSES[name].inlets, list(CLASSES[name].outlets)) == (inlets, outlets), name


@every
def test_every_box_has_the_ports_that_its_object_has_in_max(name: str) -> None:
    for _, box in boxes(PATCHES[name]):
        kind = word(box)
        if kind in OWN:
            continue
        shape = ports(box["text"]) if box["maxclass"] == "newobj" else CLASSES.get(kind) or ports(kind)
        assert (box["numinlets"], box.get("outlettype", [])) == (shape.inlets, list(shape.outlets)), box
        assert box["numoutlets"] == len(shape.outlets), box


@every
def test_every_box_is_known_to_maxs_own_reference(name: str) -> None:
    """py2max carries Max's reference pages; where they name no number the measured table alone counts."""
    odd = {"r", "inlet", "outlet"}  # a receive with a name has no inlet; the pages of the two others show both sides
    for _, box in boxes(PATCHES[name]):
        kind = word(box)
        if kind in OWN:
            continue
        assert get_object_info(kind), f"Max has no {kind}"
        said, plain = porttypes.arg_port_counts(kind, box.get("text")), porttypes.port_counts(kind, box.get("text"))
        for count, by_arguments, by_page in zip((box["numinlets"], box["numoutlets"]), said, plain, strict=True):
            known = by_page if by_arguments is None else by_arguments
            assert kind in odd or known in (None, count), f"{box.get('text')}: {count}, not {known}"


@every
def test_wires_end_at_ports_that_are_there_and_no_id_comes_twice(name: str) -> None:
    for _, patcher in patchers(PATCHES[name]):
        here = {each["box"]["id"]: each["box"] for each in patcher["boxes"]}
        assert len(here) == len(patcher["boxes"])
        lines = [(*line["patchline"]["source"], *line["patchline"]["destination"]) for line in patcher["lines"]]
        assert len(set(lines)) == len(lines), "a wire twice"
        for source, outlet, target, inlet in lines:
            assert outlet < here[source]["numoutlets"]
            assert inlet < here[target]["numinlets"]


@every
def test_no_box_stands_alone(name: str) -> None:
    for where, patcher in patchers(PATCHES[name]):
        tied = {end[0] for line in patcher["lines"] for end in line["patchline"].values()}
        alone = [each["box"] for each in patcher["boxes"] if each["box"]["id"] not in tied]
        assert {box["maxclass"] for box in alone} <= {"comment", "live.comment"}, f"{where}: {alone}"


def acts(wires: dict[Node, list[Wire]], real: dict[Node, Any], node: Node, inlet: int, seen: frozenset[Node]) -> bool:
    """Whether a message at an inlet makes anything happen, rather than being kept for later."""
    box = real[node]
    kind = word(box)
    shape = ports(box["text"]) if box["maxclass"] == "newobj" and kind not in OWN else CLASSES.get(kind)
    if shape is not None and inlet not in shape.hot:
        return False
    if kind not in PURE or node in seen:
        return True
    further = wires.get(node, [])
    return any(acts(wires, real, wire.target, wire.inlet, seen | {node}) for wire in further)


@every
def test_no_outlet_makes_two_things_happen_in_an_order_that_nobody_chose(name: str) -> None:
    real, wires = flat(PATCHES[name])
    after: dict[Node, list[Wire]] = {}
    for wire in wires:
        after.setdefault(wire.source, []).append(wire)
    for node, leaving in after.items():
        for outlet in {wire.outlet for wire in leaving}:
            ends = [wire for wire in leaving if wire.outlet == outlet]
            acting = [wire for wire in ends if acts(after, real, wire.target, wire.inlet, frozenset())]
            told = [real[wire.target].get("text") for wire in acting]
            assert len(acting) <= 1, f"{real[node].get('text')} outlet {outlet} acts on {told}"


@every
def test_names_are_a_copys_own_and_nothing_is_printed(name: str) -> None:
    local = "---" if name in DEVICES else "#0-"
    for _, box in boxes(PATCHES[name]):
        text = box.get("text", "")
        kind = word(box)
        assert kind not in ("print", "node.script", "v8", "coll", "dict"), text
        if kind in ("s", "r"):
            assert text.split()[1].startswith(local) or text.split()[1] in GLOBAL, text
        assert name not in DEVICES or not re.search(r"#\d", text), text
        assert kind != "expr" or "?" not in text, text
        assert kind == "message" or kind == "comment" or "," not in text.replace("\\,", ""), text


def hot(real: dict[Node, Any], wires: list[Wire]) -> list[Wire]:
    """The wires whose message makes the box at their end do something at once."""
    return [wire for wire in wires if acts({}, real, wire.target, wire.inlet, frozenset({wire.target}))]


def reached(wires: list[Wire], edge: list[Node], stop: set[Node], *, backwards: bool = False) -> set[Node]:
    """Every box that messages from `edge` come to, or come from; they go no further than `stop`."""
    found: set[Node] = set()
    while edge:
        node = edge.pop()
        if node not in found:
            found.add(node)
            if node not in stop:
                ways = [(w.target, w.source) if backwards else (w.source, w.target) for w in wires]
                edge += [further for here, further in ways if here == node]
    return found


@every
def test_no_script_stands_in_the_way_of_a_note(name: str) -> None:
    real, wires = flat(PATCHES[name])
    scripts = [path for path, box in real.items() if word(box) == "js"]
    after = {word(real[node]) for node in reached(wires, scripts, set())}
    assert after.isdisjoint({"midiout", "udpsend", "pipe", "makenote", "s"})


@every
def test_ports_stand_in_their_order_from_left_to_right(name: str) -> None:
    for where, patcher in patchers(PATCHES[name]):
        for side in ("inlet", "outlet"):
            found = [each["box"] for each in patcher["boxes"] if each["box"]["maxclass"] == side]
            places = [box["patching_rect"][0] for box in sorted(found, key=lambda box: int(box["index"]))]
            assert all(a < b for a, b in pairwise(places)), f"{where}: {side}s at {places}"


@every
def test_boxes_of_a_window_do_not_cover_each_other(name: str) -> None:
    for where, patcher in patchers(PATCHES[name]):
        for one, other in combinations(patcher["boxes"], 2):
            (ax, ay, aw, ah), (bx, by, bw, bh) = (each["box"]["patching_rect"] for each in (one, other))
            apart = ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay
            assert apart, (where, one["box"].get("text"), other["box"].get("text"))


@every
def test_windows_are_of_a_size_that_can_be_read(name: str) -> None:
    for where, patcher in patchers(PATCHES[name]):
        for each in patcher["boxes"]:
            x, y, width, height = each["box"]["patching_rect"]
            assert x + width <= SIZE[0], (where, each["box"].get("text"))
            assert y + height <= SIZE[1], (where, each["box"].get("text"))


@pytest.mark.parametrize("name", DEVICES)
def test_nothing_is_drawn_by_the_scheduler(name: str) -> None:
    real, wires = flat(PATCHES[name])
    labels = [path for path, box in real.items() if word(box) == "live.comment" or box.get("ignoreclick")]
    calm = {path for path, box in real.items() if word(box) in ("deferlow", "js")}
    before = {word(real[node]) for node in reached(hot(real, wires), labels, calm, backwards=True)}
    assert before.isdisjoint({"delay", "metro", "udpreceive", "midiin", "pipe", "makenote", "r", "transport"})


@pytest.mark.parametrize("name", DEVICES)
def test_no_hand_on_a_control_disturbs_the_clock(name: str) -> None:
    """Controls speak on the main thread, the clock counts on the scheduler's."""
    real, wires = flat(PATCHES[name])
    hands = [path for path, box in real.items() if box.get("parameter_enable") or word(box) in ("deferlow", "js")]
    timed = {path for path, box in real.items() if word(box) in ("delay", "metro", "pipe", "udpreceive")}
    assert "transport" not in {word(real[node]) for node in reached(hot(real, wires), hands, timed)}


def test_addresses_are_those_of_the_protocol_and_the_reverse() -> None:
    said: set[str] = set()
    for patcher in PATCHES.values():
        for _, box in boxes(patcher):
            said |= set(re.findall(r"/improv/\w+", box.get("text", "")))
    table = {line.address for line in PROTOCOL}
    assert said <= table
    assert table - said == set(UNUSED)
