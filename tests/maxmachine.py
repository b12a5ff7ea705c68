"""A machine that runs the patches we emit: a few dozen objects of Max, in virtual time.

It loads the JSON and nothing else. A message goes depth first; several wires from one outlet are served from right to
left, or, with `shuffled`, in any order, which must not matter. The scheduler's time is a number; nothing sleeps. What
is not implemented raises, so that a patch cannot use what was never thought through.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Any

Atom = int | float | str
Message = tuple[Atom, ...]
BANG: Message = ("bang",)
PACKAGE = Path(__file__).parent.parent / "max_patches" / "improv" / "patchers"
LOW = 0.004  # seconds until the low-priority queue is served


@dataclass
class Transport:
    """Live's transport, or Max's: a song position that time moves."""

    tempo: float = 120.0
    meter: tuple[int, int] = (4, 4)
    playing: bool = False
    loop: tuple[float, float] | None = None  # ticks
    song: float = 0.0
    at: float = 0.0  # second at which the song was at `song`

    def where(self, now: float) -> float:
        """The song position in ticks."""
        if not self.playing:
            return self.song
        song = self.song + (now - self.at) * self.tempo * 8
        if self.loop and song >= self.loop[1] > self.song:
            begin, end = self.loop
            song = begin + (song - begin) % (end - begin)
        return song

    def change(self, now: float, **what: Any) -> None:
        self.song, self.at = self.where(now), now
        for name, value in what.items():
            setattr(self, name, value)


@dataclass
class Network:
    """The ports of one computer; a port has one owner, and what is sent to a free one is lost."""

    bound: dict[int, Callable[[bytes], None]] = field(default_factory=dict)
    engine: Callable[[bytes, int], None] = lambda data, port: None  # gets a datagram and the port that sent it
    sources: int = 50_000


class Obj:
    """An object in a loaded patch."""

    def __init__(self, owner: "Loaded", box: dict[str, Any], args: list[str], attributes: dict[str, list[str]]) -> None:
        self.owner, self.machine, self.box = owner, owner.machine, box
        self.args, self.attributes = args, attributes
        self.wires: dict[int, list[tuple[Obj, int]]] = {}
        self.setup()

    def setup(self) -> None:
        pass

    def load(self) -> None:
        pass

    def receive(self, inlet: int, message: Message) -> None:
        raise NotImplementedError(f"{self.box.get('text') or self.box['maxclass']}: {message} at inlet {inlet}")

    def out(self, outlet: int, message: Message) -> None:
        targets = self.wires.get(outlet, [])
        if self.machine.random:
            targets = self.machine.random.sample(targets, len(targets))
        for target, inlet in targets:
            self.machine.deliver(target, inlet, message)


KINDS: dict[str, type[Obj]] = {}  # by the first word of a box's text, or by its class


def kind(*names: str) -> Callable[[type[Obj]], type[Obj]]:
    def register(cls: type[Obj]) -> type[Obj]:
        for name in names:
            KINDS[name] = cls
        return cls

    return register


class Loaded:
    """A patch that was loaded: a device in a track, or a patch in Max."""

    def __init__(self, machine: "Machine", text: str, args: tuple[str, ...] = (), saved: dict[str, float] | None = None,
                 ) -> None:  # fmt: skip
        self.machine, self.args = machine, args
        machine.copies += 1
        self.number = machine.copies
        self.objects: list[Obj] = []
        self.names: dict[str, Obj] = {}  # controls by their long name
        self.saved = saved or {}
        self.shown: dict[str, Message] = {}
        self.midi: list[tuple[float, int]] = []  # bytes that came out, with their second
        self.free = machine.network.sources + machine.copies
        self.gone = False
        self.top = self._patcher(json.loads(text)["patcher"])
        for obj in self.objects:
            obj.load()

    def _patcher(self, patcher: dict[str, Any]) -> dict[str, Any]:
        """Make the objects of a patcher; gives them, and its inlets and outlets in order."""
        made: dict[str, Any] = {}
        for each in patcher["boxes"]:
            made[each["box"]["id"]] = self._object(each["box"])
        places = {each["box"]["id"]: each["box"]["patching_rect"] for each in patcher["boxes"]}
        lines = [line["patchline"] for line in patcher["lines"]]
        lines.sort(key=lambda line: (-places[line["destination"][0]][0], -places[line["destination"][0]][1]))
        for line in lines:
            source, outlet = _end(made, *line["source"], "outlet")
            target, inlet = _end(made, *line["destination"], "inlet")
            source.wires.setdefault(outlet, []).append((target, inlet))
        return made

    def _object(self, box: dict[str, Any]) -> Any:
        if "patcher" in box:
            return self._patcher(box["patcher"])
        name, args, attributes = parse(self._local(box.get("text", "")))
        if box["maxclass"] != "newobj":
            name = box["maxclass"]
        elif (PACKAGE / f"{name}.maxpat").exists():
            inner = Loaded(self.machine, (PACKAGE / f"{name}.maxpat").read_text(encoding="utf-8"), tuple(args))
            self.objects += inner.objects
            return inner.top
        if name not in KINDS:
            raise NotImplementedError(f"the machine has no {name}")
        obj = KINDS[name](self, box, args, attributes)
        self.objects.append(obj)
        if "varname" in box:
            self.names[box["varname"]] = obj
        return obj

    def _local(self, text: str) -> str:
        text = re.sub(r"#(\d)", lambda m: str(self.number) if m[1] == "0" else self._argument(int(m[1])), text)
        return text.replace("---", f"{self.number:03d}")

    def _argument(self, number: int) -> str:
        return self.args[number - 1] if number <= len(self.args) else "0"

    def of(self, *kinds: str) -> list[Obj]:
        return [obj for obj in self.objects if type(obj) in {KINDS[name] for name in kinds}]

    # -- what a person does -----------------------------------------------------------------------------------

    def play(self, *data: int) -> None:
        for byte in data:
            for obj in self.of("midiin"):
                obj.out(0, (byte,))

    def move(self, name: str, value: float | None = None) -> None:
        """Move a control, or press a button."""
        self.names[name].receive(0, BANG if value is None else (value,))

    def switch(self, on: int) -> None:
        for obj in self.of("live.thisdevice"):
            obj.out(1, (on,))

    def remove(self) -> None:
        """The device is deleted, or its set closed."""
        for obj in self.of("freebang"):
            obj.out(0, BANG)
        self.gone = True
        network = self.machine.network
        for obj in self.of("udpreceive"):
            network.bound = {port: take for port, take in network.bound.items() if take != obj.take}

    # -- what came out -----------------------------------------------------------------------------------------

    def notes(self) -> list[tuple[float, int, int]]:
        """(second, pitch, velocity) of what came out as MIDI; 0 is a release."""
        found, data = [], [(when, byte) for when, byte in self.midi]
        for start in range(0, len(data) - 2, 3):
            when, status = data[start]
            assert status & 0x80, "the bytes that came out are not whole messages"
            if status & 0xE0 == 0x80:
                found.append((when, data[start + 1][1], data[start + 2][1] if status & 0x10 else 0))
        return found

    def held(self) -> set[int]:
        """Pitches that sound."""
        down: set[int] = set()
        for _, pitch, velocity in self.notes():
            (down.add if velocity else down.discard)(pitch)
        return down


class Machine:
    """Max: a clock, a scheduler, names that everybody hears, a transport, and ports."""

    def __init__(self, *, shuffled: int | None = None) -> None:
        self.now = 0.0
        self.agenda: list[tuple[float, int, Callable[[], None], list[bool]]] = []
        self.count, self.copies, self.depth = 0, 0, 0
        self.transport, self.network = Transport(), Network()
        self.receivers: dict[str, list[Obj]] = {}
        self.random = Random(shuffled) if shuffled is not None else None
        self.settings = {"repeatmode": "1", "group": "before"}  # what Max's reference leaves open

    def load(self, text: str, args: tuple[str, ...] = (), saved: dict[str, float] | None = None) -> Loaded:
        return Loaded(self, text, args, saved)

    def after(self, seconds: float, act: Callable[[], None]) -> list[bool]:
        """Do something later; the list that is given stops it when its one element is made false."""
        alive = [True]
        self.count += 1
        heappush(self.agenda, (self.now + max(seconds, 0.0), self.count, act, alive))
        return alive

    def deliver(self, target: Obj, inlet: int, message: Message) -> None:
        if target.owner.gone:
            return
        self.depth += 1
        assert self.depth < 200, f"a loop: {target.box.get('text')} gets {message}"
        target.receive(inlet, message)
        self.depth -= 1

    def next(self) -> float:
        return self.agenda[0][0] if self.agenda else float("inf")

    def run(self, until: float) -> None:
        """Serve the scheduler up to a second."""
        while self.agenda and self.agenda[0][0] <= until:
            when, _, act, alive = heappop(self.agenda)
            self.now = max(self.now, when)
            if alive[0]:
                act()
        self.now = max(self.now, until)


def parse(text: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """An object box's text: name, arguments, attributes."""
    plain, *rest = text.split(" @")
    name, *args = plain.split() or [""]
    return name, args, {words[0]: words[1:] for words in (each.split() for each in rest)}


def atom(word: str) -> Atom:
    """A word as Max reads it."""
    for make in (int, float):
        try:
            return make(word)
        except ValueError:
            continue
    return word


def number(value: Atom) -> float | int:
    assert not isinstance(value, str), f"{value!r} is no number"
    return value


def _end(made: dict[str, Any], name: str, port: int, side: str) -> tuple[Obj, int]:
    """The object at one end of a wire; the port of a subpatcher is the object inside."""
    found = made[name]
    if isinstance(found, Obj):
        return found, port
    inside = [obj for obj in found.values() if isinstance(obj, Obj) and obj.box["maxclass"] == side]
    inside.sort(key=lambda obj: float(obj.box["patching_rect"][0]))  # Max numbers ports by where they stand
    return inside[port], 0
