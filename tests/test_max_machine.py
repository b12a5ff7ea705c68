"""The machine that runs the patches is itself held to what Max's reference says."""

import json
from collections.abc import Callable

import pytest

from max_patches.objects import UnknownObject
from max_patches.patcher import Patch
from tests import maxlive, maxobjects, maxtime  # noqa: F401  they register the objects
from tests.maxexpr import evaluate
from tests.maxmachine import Loaded, Machine, Message


class Bench:
    """One object with an ear at each of its outlets."""

    def __init__(self, text: str, **settings: str) -> None:
        patch = Patch()
        box = patch.new(text)
        for outlet, _ in enumerate(box.ports.outlets):
            patch.wire(box[outlet], patch.note(f"ear {outlet}"))
        self.machine = Machine()
        self.machine.settings |= settings
        self.order: list[tuple[int, Message]] = []
        self.loaded = Loaded(self.machine, patch.json())
        self.obj = self.loaded.objects[0]
        for outlet, ear in enumerate(self.loaded.objects[1:]):
            ear.receive = self._keep(outlet)

    def _keep(self, outlet: int) -> Callable[[int, Message], None]:
        return lambda inlet, message: self.order.append((outlet, message))

    def give(self, inlet: int, *message: float | int | str) -> list[tuple[int, Message]]:
        self.order.clear()
        self.obj.receive(inlet, tuple(message))
        return self.order


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("t b i l 7", [(0, 5, 6)], [(3, (7,)), (2, (5, 6)), (1, (5,)), (0, ("bang",))]),
        ("unpack 0 0. s", [(0, 1, 2, "x")], [(2, ("x",)), (1, (2.0,)), (0, (1,))]),
        ("pack 1 2.", [(1, 9), (0, 7.9)], [(0, (7, 9.0))]),
        ("route a 1", [(0, "a", 5)], [(0, (5,))]),
        ("route a 1", [(0, 1)], [(1, ("bang",))]),
        ("route a 1", [(0, "b", 5)], [(2, ("b", 5))]),
        ("sel 1 2", [(0, 2)], [(1, ("bang",))]),
        ("sel 1 2", [(0, 3)], [(2, (3,))]),
        ("gate", [(1, 5)], []),
        ("gate 2", [(0, 2), (1, "x", 5)], [(1, ("x", 5))]),
        ("change", [(0, 3), (0, 3)], []),
        ("i 4", [(1, 9), (0, "bang")], [(0, (9,))]),
        ("prepend a 1", [(0, 5)], [(0, ("a", 1, 5))]),
        ("prepend a 1", [(0, "set", "b"), (0, 5)], [(0, ("b", 5))]),
        ("zl reg", [(1, 1, 2), (0, "bang")], [(0, (1, 2))]),
        ("zl change", [(0, 1, 2), (0, 1, 2)], []),
        ("zl change", [(0, 1, 2), (0, "zlclear"), (0, 1, 2)], [(0, (1, 2))]),
        ("zl lookup", [(1, "a", "b"), (0, 1)], [(0, ("b",))]),
        ("zl group 8", [(0, "a"), (0, "b"), (0, "bang")], [(0, ("a", "b"))]),
        ("zl slice 2", [(0, 1, 2, 3)], [(1, (3,)), (0, (1, 2))]),
        ("sprintf %s%s", [(1, "7"), (0, "G")], [(0, ("G7",))]),
        ("expr $i1 + $i2", [(1, 2.9), (0, 1)], [(0, (3,))]),
        ("expr $i1 + $i2", [(0, 1, 5)], [(0, (6,))]),
        ("midiparse", [(0, 0x92), (0, 60), (0, 90), (0, 61), (0, 0)], [(6, (3,)), (0, (61, 0))]),
        ("midiformat", [(6, 3), (0, 60, 90)], [(0, (0x92,)), (0, (60,)), (0, (90,))]),
    ],
)  # fmt: skip
def test_an_object_does_what_the_reference_says(
    text: str, given: list[Message], said: list[tuple[int, Message]]
) -> None:
    bench = Bench(text)
    heard: list[tuple[int, Message]] = []
    for inlet, *message in given:
        heard = bench.give(int(inlet), *message)
    assert heard == said


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("$i1 / $i2", (7, 2), 3), ("-$i1 / 2", (7,), -3), ("$f1 / 2", (7,), 3.5), ("$i1 % 4", (-5,), -1),
        ("($i1 == 1) || ($i2 == 2)", (0, 2), 1), ("!$i1 + 1", (0,), 2), ("max(1., $f1)", (0.5,), 1.0),
        ("$i1 && !($i2 && $i3)", (1, 1, 0), 1), ("$i1 != $i2", (1, 2), 1), ("int($f1 + 0.5)", (2.5,), 3),
    ],
)  # fmt: skip
def test_expr_counts_as_c_does(text: str, values: tuple[float, ...], result: float) -> None:
    assert evaluate(text, values) == result


def test_expr_knows_no_question_mark() -> None:
    with pytest.raises(AssertionError):
        evaluate("$i1 ? 2 : 3", (1,))


def test_pipe_holds_many_and_forgets_what_is_cleared() -> None:
    bench = Bench("pipe 0 0. 0.")
    bench.obj.receive(2, (100.0,))
    bench.obj.receive(0, (1,))
    bench.machine.run(0.05)
    bench.obj.receive(0, (2,))
    bench.order.clear()
    bench.machine.run(0.11)
    assert bench.order == [(1, (0.0,)), (0, (1,))]
    bench.obj.receive(0, ("clear",))
    bench.machine.run(1.0)
    assert len(bench.order) == 2


@pytest.mark.parametrize(("mode", "said"), [("1", [60, 60, 60, 60]), ("0", [60, 60, 60, 60])])
def test_makenote_ends_every_note_once(mode: str, said: list[int]) -> None:
    bench = Bench("makenote 100 100 @repeatmode 1", repeatmode=mode)
    bench.obj.receive(0, (60,))
    bench.machine.run(0.05)
    bench.obj.receive(0, (60,))
    bench.machine.run(1.0)
    velocities = [message[0] for outlet, message in bench.order if outlet == 1]
    assert [message[0] for outlet, message in bench.order if outlet == 0] == said
    assert velocities == ([100, 0, 100, 0] if mode == "1" else [100, 100, 0, 0])


def test_a_delay_that_is_banged_again_begins_again() -> None:
    bench = Bench("delay 100")
    for _ in range(3):
        bench.obj.receive(0, ("bang",))
        bench.machine.run(bench.machine.now + 0.06)
    assert bench.order == []
    bench.machine.run(1.0)
    assert bench.order == [(0, ("bang",))]


def test_wires_of_one_outlet_are_served_from_right_to_left() -> None:
    machine, heard = Machine(), []
    patch = Patch()
    source = patch.new("i")
    for name in ("left", "right"):
        patch.wire(source, patch.note(name))
    loaded = Loaded(machine, patch.json())
    for ear in loaded.objects[1:]:
        ear.receive = lambda inlet, message, ear=ear: heard.append(ear.box["text"])
    loaded.objects[0].receive(0, (1,))
    assert heard == ["right", "left"]


def test_a_port_has_one_owner() -> None:
    patch = Patch()
    patch.new("udpreceive")
    machine = Machine()
    first, second = (Loaded(machine, patch.json()).objects[0] for _ in range(2))
    first.receive(0, ("port", 9101))
    second.receive(0, ("port", 9101))
    assert machine.network.bound[9101] is first.take
    first.receive(0, ("port", 9102))
    second.receive(0, ("port", 9101))
    assert machine.network.bound[9101] is second.take


def test_what_was_never_thought_through_is_refused() -> None:
    with pytest.raises(UnknownObject):
        Patch().new("coll names")
    patch = Patch()
    box = patch.new("t b")
    with pytest.raises(ValueError, match="no outlet 1"):
        patch.wire(box[1], patch.new("t b"))
    with pytest.raises(ValueError, match="no inlet 1"):
        patch.wire(box[0], patch.new("t b")[1])
    text = json.loads(patch.json())
    text["patcher"]["boxes"][0]["box"]["text"] = "vst~"
    with pytest.raises(NotImplementedError):
        Loaded(Machine(), json.dumps(text))
