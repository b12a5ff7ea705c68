"""Objects of `tests/maxmachine.py` that know time, MIDI, or the network."""

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from tests.maxmachine import BANG, Message, Obj, kind, number
from tests.maxobjects import whole


@kind("metro")
class Metro(Obj):
    def setup(self) -> None:
        self.alive = [False]

    def receive(self, inlet: int, message: Message) -> None:
        assert inlet == 0
        self.alive[0] = False
        if message == BANG or number(message[0]):
            self._beat()

    def _beat(self) -> None:
        self.alive = self.machine.after(float(self.args[0]) / 1000, self._beat)
        self.out(0, BANG)


@kind("delay")
class Delay(Obj):
    def setup(self) -> None:
        self.alive = [False]

    def receive(self, inlet: int, message: Message) -> None:
        assert inlet == 0
        self.alive[0] = False
        if message != ("stop",):
            self.alive = self.machine.after(float(self.args[0]) / 1000, lambda: self.out(0, BANG))


@kind("timer")
class Timer(Obj):
    def setup(self) -> None:
        self.began = 0.0

    def receive(self, inlet: int, message: Message) -> None:
        if inlet == 0:
            self.began = self.machine.now
        else:
            self.out(0, ((self.machine.now - self.began) * 1000,))


@kind("pipe")
class Pipe(Obj):
    def setup(self) -> None:
        self.values = [float(word) if "." in word else int(word) for word in self.args]
        self.waiting: list[list[bool]] = []

    def receive(self, inlet: int, message: Message) -> None:
        if message in (("clear",), ("stop",)):
            for alive in self.waiting:
                alive[0] = False
            self.waiting.clear()
            return
        self.values[inlet] = float(message[0]) if "." in self.args[inlet] else whole(message[0])
        if inlet == 0:
            kept = self.values[:-1]
            self.waiting = [alive for alive in self.waiting if alive[0]]
            self.waiting.append(self.machine.after(self.values[-1] / 1000, lambda: self._let(kept)))

    def _let(self, kept: list[float | int]) -> None:
        for place in reversed(range(len(kept))):
            self.out(place, (kept[place],))


@kind("makenote")
class Makenote(Obj):
    """`repeatmode` 1: a repeated pitch ends the note that sounds, whose own end is forgotten; 0: both end."""

    def setup(self) -> None:
        self.velocity, self.ms = float(self.args[0]), float(self.args[1])
        self.sounding: list[tuple[int, list[bool]]] = []
        self.again = self.machine.settings["repeatmode"] if "repeatmode" in self.attributes else "0"

    def receive(self, inlet: int, message: Message) -> None:
        if message == ("stop",):
            pitches = [pitch for pitch, alive in self.sounding if alive[0]]
            for _, alive in self.sounding:
                alive[0] = False
            self.sounding.clear()
            for pitch in pitches:
                self._say(pitch, 0)
        elif inlet == 1:
            self.velocity = number(message[0])
        elif inlet == 2:
            self.ms = number(message[0])
        else:
            self._strike(whole(message[0]))

    def _strike(self, pitch: int) -> None:
        self.sounding = [each for each in self.sounding if each[1][0]]
        if self.again == "1":
            for _, alive in [each for each in self.sounding if each[0] == pitch]:
                alive[0] = False
                self._say(pitch, 0)
        self._say(pitch, self.velocity)
        alive = self.machine.after(self.ms / 1000, lambda: self._end(pitch, alive))
        self.sounding.append((pitch, alive))

    def _end(self, pitch: int, alive: list[bool]) -> None:
        alive[0] = False
        self._say(pitch, 0)

    def _say(self, pitch: int, velocity: float) -> None:
        self.out(1, (velocity,))
        self.out(0, (float(pitch),))


@kind("transport")
class TransportObject(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        state, now = self.machine.transport, self.machine.now
        if message != BANG:
            state.change(now, playing=bool(message[0]))
            return
        song = state.where(now)
        beat = 1920 / state.meter[1]
        units = song % beat
        answers: list[Message] = [
            (int(song // (beat * state.meter[0])) + 1,), (int(song // beat) % state.meter[0] + 1,), (float(units),),
            (480.0,), (float(state.tempo),), state.meter, (int(state.playing),), (float(song),),
        ]  # fmt: skip
        for place in reversed(range(len(answers))):
            self.out(place, answers[place])


@kind("midiin", "notein")
class MidiIn(Obj):
    pass


@kind("midiout")
class MidiOut(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        self.owner.midi.append((self.machine.now, whole(message[0])))


@kind("noteout")
class NoteOut(Obj):
    def setup(self) -> None:
        self.velocity = 0

    def receive(self, inlet: int, message: Message) -> None:
        if inlet == 1:
            self.velocity = whole(message[0])
        elif inlet == 0:
            for byte in (0x90, whole(message[0]), self.velocity):
                self.owner.midi.append((self.machine.now, byte))


class Parser(Obj):
    """Whole messages out of single bytes: notes, controllers, and all else."""

    def setup(self) -> None:
        self.data: list[int] = []

    def receive(self, inlet: int, message: Message) -> None:
        byte = whole(message[0])
        self.data = [byte] if byte & 0x80 else [*self.data, byte]
        length = 2 if self.data[0] & 0xF0 in (0xC0, 0xD0) else 3
        if len(self.data) == length:
            self.whole(self.data)
            self.data = self.data[:1]  # running status

    def whole(self, data: list[int]) -> None:
        raise NotImplementedError

    def note(self, data: list[int]) -> bool:
        if data[0] & 0xE0 != 0x80:
            return False
        self.out(6, ((data[0] & 15) + 1,))
        self.out(0, (data[1], data[2] if data[0] & 0x10 else 0))
        return True


@kind("midiparse")
class Midiparse(Parser):
    def whole(self, data: list[int]) -> None:
        if not self.note(data) and data[0] & 0xF0 == 0xB0:
            self.out(6, ((data[0] & 15) + 1,))
            self.out(2, (data[1], data[2]))


@kind("midiselect")
class Midiselect(Parser):
    def whole(self, data: list[int]) -> None:
        assert self.attributes == {"note": ["all"]}
        if not self.note(data):
            for byte in data:
                self.out(7, (byte,))


@kind("midiformat")
class Midiformat(Obj):
    def setup(self) -> None:
        self.channel = 1

    def receive(self, inlet: int, message: Message) -> None:
        if inlet == 6:
            self.channel = whole(message[0])
            return
        assert inlet == 0, "only notes are formatted"
        for byte in (0x90 | (self.channel - 1), whole(message[0]), whole(message[1])):
            self.out(0, (byte,))


@kind("udpsend")
class Udpsend(Obj):
    def receive(self, inlet: int, message: Message) -> None:
        address, *values = message
        assert str(address).startswith("/"), f"{message} is no OSC message"
        builder = OscMessageBuilder(address=address)
        for value in values:
            builder.add_arg(value, {int: "i", float: "f", str: "s"}[type(value)])
        self.machine.network.engine(builder.build().dgram, self.owner.free)


@kind("udpreceive")
class Udpreceive(Obj):
    """In message mode: a bundle's messages come at once, whatever its time says."""

    def setup(self) -> None:
        self.take = self._take  # one object, to be found again

    def receive(self, inlet: int, message: Message) -> None:
        word, port = message
        assert word == "port"
        bound = self.machine.network.bound
        for old in [each for each, take in bound.items() if take == self.take]:
            del bound[old]
        bound.setdefault(whole(port), self.take)

    def _take(self, data: bytes) -> None:
        if not self.owner.gone:
            for message in _messages(data):
                self.out(0, message)


def _messages(data: bytes) -> list[Message]:
    if data.startswith(b"#bundle\0"):
        return [found for part in OscBundle(data) for found in _messages(part.dgram)]
    one = OscMessage(data)
    return [(one.address, *one.params)]


