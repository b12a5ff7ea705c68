"""The objects of `tests/maxmachine.py`: how messages, numbers and time behave in Max, as its reference says."""

import re

from tests.maxexpr import evaluate
from tests.maxmachine import BANG, Atom, Message, Obj, atom, kind, number


def whole(value: Atom) -> int:
    return int(number(value))


@kind("inlet", "outlet", "comment", "panel", "live.comment", "live.line")
class Passive(Obj):
    """Ports pass on; what is only seen remembers what it was told to show."""

    def receive(self, inlet: int, message: Message) -> None:
        if self.box["maxclass"] in ("inlet", "outlet"):
            self.out(0, message)
        else:
            assert message[0] == "set", f"a label gets {message}"
            self.owner.shown[self.box["id"]] = message[1:]


@kind("t")
class Trigger(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        for place in reversed(range(len(self.args))):
            self.out(place, self._as(self.args[place], message))

    def _as(self, letter: str, message: Message) -> Message:
        match letter:
            case "b":
                return BANG
            case "l" | "s":
                return message
            case "i":
                return (whole(message[0]),)
            case "f":
                return (float(number(message[0])),)
        return (atom(letter),)


@kind("i", "f")
class Store(Obj):
    def setup(self) -> None:
        self.make = int if self.box["text"].split()[0] == "i" else float
        self.value = self.make(float(self.args[0])) if self.args else self.make(0)

    def receive(self, inlet: int, message: Message) -> None:
        if message != BANG:
            self.value = self.make(number(message[0]))
        if inlet == 0:
            self.out(0, (self.value,))


@kind("+")
class Plus(Obj):
    def setup(self) -> None:
        self.left, self.right = 0, whole(atom(self.args[0]))

    def receive(self, inlet: int, message: Message) -> None:
        if inlet == 1:
            self.right = whole(message[0])
            return
        self.left = self.left if message == BANG else whole(message[0])
        self.out(0, (self.left + self.right,))


@kind("pack")
class Pack(Obj):
    def setup(self) -> None:
        self.values = [atom(word) for word in self.args]

    def receive(self, inlet: int, message: Message) -> None:
        if message != BANG:
            for place, value in enumerate(message[: len(self.values) - inlet], inlet):
                form = self.args[place]
                self.values[place] = value if form == "s" else float(value) if "." in form else whole(value)
        if inlet == 0:
            self.out(0, tuple(self.values))


@kind("unpack")
class Unpack(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        for place in reversed(range(min(len(message), len(self.args)))):
            form, value = self.args[place], message[place]
            self.out(place, (str(value) if form == "s" else float(value) if "." in form else whole(value),))


@kind("route")
class Route(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        for place, word in enumerate(self.args):
            if atom(word) == message[0]:
                self.out(place, message[1:] or BANG)
                return
        self.out(len(self.args), message)


@kind("sel")
class Select(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        assert inlet == 0
        for place, word in enumerate(self.args):
            if message == (atom(word),):
                self.out(place, BANG)
                return
        self.out(len(self.args), message)


@kind("gate")
class Gate(Obj):
    def setup(self) -> None:
        self.open = int(self.args[1]) if len(self.args) > 1 else 0

    def receive(self, inlet: int, message: Message) -> None:
        if inlet == 0:
            self.open = whole(message[0])
        elif self.open:
            self.out(self.open - 1, message)


@kind("change")
class Change(Obj):
    def setup(self) -> None:
        self.value: float | int = 0

    def receive(self, inlet: int, message: Message) -> None:
        before, self.value = self.value, number(message[0])
        if self.value != before:
            self.out(0, (self.value,))


@kind("expr")
class Expr(Obj):
    def setup(self) -> None:
        self.text = " ".join(self.args).replace("\\", "")
        self.values: list[float | int] = [0] * 9

    def receive(self, inlet: int, message: Message) -> None:
        if message != BANG:
            for place, value in enumerate(message, inlet):
                self.values[place] = number(value)
        if inlet == 0:
            self.out(0, (evaluate(self.text, self.values),))


@kind("zl")
class Zl(Obj):
    def setup(self) -> None:
        self.mode, self.kept, self.list = self.args[0], (), ()  # type: tuple[str, Message, Message]

    def receive(self, inlet: int, message: Message) -> None:
        if message == ("zlclear",):
            self.kept = ()
            return
        getattr(self, f"_{self.mode}")(inlet, message)

    def _reg(self, inlet: int, message: Message) -> None:
        if message != BANG:
            self.kept = message
        if inlet == 0 and self.kept:
            self.out(0, self.kept)

    def _change(self, inlet: int, message: Message) -> None:
        changed, self.kept = message != self.kept, message
        if changed:
            self.out(0, message)

    def _lookup(self, inlet: int, message: Message) -> None:
        if inlet == 1:
            self.list = message
        elif 0 <= whole(message[0]) < len(self.list):
            self.out(0, (self.list[whole(message[0])],))

    def _slice(self, inlet: int, message: Message) -> None:
        size = int(self.args[1])
        if message[size:]:
            self.out(1, message[size:])
        self.out(0, message[:size])

    def _compare(self, inlet: int, message: Message) -> None:
        if inlet == 1:
            self.list = message
        else:
            self.out(0, (int(message == self.list),))

    def _group(self, inlet: int, message: Message) -> None:
        if message == BANG:
            kept = self.kept
            if self.machine.settings["group"] == "before":
                self.kept = ()
            if kept:
                self.out(0, kept)
            if self.machine.settings["group"] == "after":
                self.kept = ()
            return
        self.kept += message
        most = int(self.args[1])
        if len(self.kept) >= most:
            some, self.kept = self.kept[:most], self.kept[most:]
            self.out(0, some)


@kind("prepend")
class Prepend(Obj):
    def setup(self) -> None:
        self.head: Message = tuple(map(atom, self.args))

    def receive(self, inlet: int, message: Message) -> None:
        if message[0] == "set":
            self.head = message[1:]
        else:
            self.out(0, self.head + message)


@kind("message")
class Words(Obj):
    def setup(self) -> None:
        self.text = self.box.get("text", "")

    def receive(self, inlet: int, message: Message) -> None:
        if inlet == 1 or message[0] == "set":
            self.text = " ".join(map(str, message[inlet == 0 :]))
            return
        given = () if message == BANG else message
        words = [re.sub(r"^\$(\d)$", lambda m: str(given[int(m[1]) - 1]), word) for word in self.text.split()]
        self.out(0, tuple(atom(word) for word in words))


@kind("sprintf")
class Sprintf(Obj):
    def setup(self) -> None:
        self.values = [""] * " ".join(self.args).count("%s")

    def receive(self, inlet: int, message: Message) -> None:
        self.values[inlet] = str(message[0])
        if inlet == 0:
            self.out(0, (" ".join(self.args) % tuple(self.values),))


@kind("s")
class Send(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        heard = self.machine.receivers.get(self.args[0], [])
        for obj in self.machine.random.sample(heard, len(heard)) if self.machine.random else heard:
            if not obj.owner.gone:
                obj.out(0, message)


@kind("r")
class Receive(Obj):
    def setup(self) -> None:
        self.machine.receivers.setdefault(self.args[0], []).append(self)
