"""The proofs of `test_max_static.py` can fail: each is given a device with one mistake in it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests import test_max_static as static
from tests.max_graph import PATCHES, boxes

Patcher = dict[str, Any]


def found(patcher: Patcher, text: str) -> dict[str, Any]:
    return next(box for _, box in boxes(patcher) if box.get("text") == text)


def renamed(before: str, after: str) -> Callable[[Patcher], None]:
    def mistake(patcher: Patcher) -> None:
        found(patcher, before)["text"] = after

    return mistake


def wired(source: str, target: str, inlet: int = 0) -> Callable[[Patcher], None]:
    def mistake(patcher: Patcher) -> None:
        ends = {"source": [found(patcher, source)["id"], 0], "destination": [found(patcher, target)["id"], inlet]}
        patcher["lines"].append({"patchline": ends})

    return mistake


def short(patcher: Patcher) -> None:
    found(patcher, "t b l b")["numoutlets"] = 2


def swapped(patcher: Patcher) -> None:
    one, other = [box for _, box in boxes(found(patcher, "p band")["patcher"]) if box["maxclass"] == "inlet"][:2]
    one["patching_rect"], other["patching_rect"] = other["patching_rect"], one["patching_rect"]


def lone(patcher: Patcher) -> None:
    box = dict(found(patcher, "midiin"), id="obj-lone")
    patcher["boxes"].append({"box": box})


@pytest.mark.parametrize(
    ("mistake", "proof"),
    [
        (renamed("deferlow", "t l"), static.test_nothing_is_drawn_by_the_scheduler),
        (renamed("s ---sync", "s sync"), static.test_names_are_a_copys_own_and_nothing_is_printed),
        (renamed("midiin", "print"), static.test_names_are_a_copys_own_and_nothing_is_printed),
        (renamed("metro 2000", "metronom 2000"), static.test_every_box_is_known_to_maxs_own_reference),
        (short, static.test_every_box_has_the_ports_that_its_object_has_in_max),
        (swapped, static.test_ports_stand_in_their_order_from_left_to_right),
        (lone, static.test_no_box_stands_alone),
        (wired("midiin", "midiout"), static.test_no_outlet_makes_two_things_happen_in_an_order_that_nobody_chose),
        (wired("Keep", "p clock"), static.test_no_hand_on_a_control_disturbs_the_clock),
        (wired("p capture", "midiout"), static.test_no_script_stands_in_the_way_of_a_note),
        (wired("midiin", "midiout", 3), static.test_wires_end_at_ports_that_are_there_and_no_id_comes_twice),
    ],
)
def test_a_mistake_is_found(
    monkeypatch: pytest.MonkeyPatch, mistake: Callable[[Patcher], None], proof: Callable[[str], None]
) -> None:
    proof("Improv")
    patcher = deepcopy(PATCHES["Improv"])
    mistake(patcher)
    monkeypatch.setitem(PATCHES, "Improv", patcher)
    with pytest.raises(AssertionError):
        proof("Improv")


def test_an_address_that_is_not_in_the_protocol_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    patcher = deepcopy(PATCHES["Improv"])
    renamed("prepend /improv/note_on", "prepend /improv/noteon")(patcher)
    monkeypatch.setitem(PATCHES, "Improv", patcher)
    with pytest.raises(AssertionError):
        static.test_addresses_are_those_of_the_protocol_and_the_reverse()
