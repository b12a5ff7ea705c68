"""What Live and a loading patch give to the objects of `tests/maxmachine.py`: parameters, scripts, labels."""

from tests.maxmachine import BANG, LOW, Message, Obj, atom, kind, number


@kind("deferlow")
class Deferlow(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        self.machine.after(LOW, lambda: self.out(0, message))


@kind("loadbang", "loadmess", "patcherargs", "freebang")
class AtLoad(Obj):
    def load(self) -> None:
        match self.box["text"].split()[0]:
            case "loadbang":
                self.out(0, BANG)
            case "loadmess":
                self.out(0, tuple(map(atom, self.args)))
            case "patcherargs":
                given = [self.owner.args[n] if n < len(self.owner.args) else word for n, word in enumerate(self.args)]
                self.out(0, tuple(map(atom, given)))


@kind("js")
class Script(Obj):
    """Keeps what it is told; `tests/test_max_capture.py` runs the script itself."""

    def setup(self) -> None:
        self.told: list[Message] = []

    def receive(self, inlet: int, message: Message) -> None:
        self.told.append(message)


@kind("live.thisdevice")
class ThisDevice(Obj):
    """The device is there: first what was saved is restored, control by control, then the bangs."""

    def load(self) -> None:
        self.machine.after(0.0, self._begin)

    def _begin(self) -> None:
        for obj in self.owner.objects:
            if isinstance(obj, Control):
                obj.restore()
        self.out(1, (1,))
        self.out(0, BANG)


class Control(Obj):
    """A parameter of Live."""

    def setup(self) -> None:
        kept = self.box.get("saved_attribute_attributes", {}).get("valueof", {})
        self.choices: list[str] = kept.get("parameter_enum", [])
        initial = kept.get("parameter_initial", [0])[0]
        self.value = self.owner.saved.get(kept.get("parameter_longname", ""), initial)
        self.button = self.box["maxclass"] == "live.text" and not self.box.get("mode")

    def restore(self) -> None:
        if not self.button and self.box.get("parameter_enable"):
            self.tell()

    def receive(self, inlet: int, message: Message) -> None:
        if message[0] == "set":
            self.value = number(message[1])
            self.owner.shown[self.box["id"]] = message[1:]
        elif message == ("outputvalue",):
            self.tell()
        elif self.button:
            self.out(0, BANG)
        else:
            self.value = number(message[0])
            self.tell()

    def tell(self) -> None:
        if self.box["maxclass"] == "live.menu":
            self.out(1, (self.choices[int(self.value)],))
        self.out(0, (self.value,))


for _name in ("live.dial", "live.numbox", "live.menu", "live.text", "live.toggle"):
    kind(_name)(Control)


@kind("toggle", "number")
class Plain(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        self.owner.shown[self.box["id"]] = message
        self.out(0, message)
