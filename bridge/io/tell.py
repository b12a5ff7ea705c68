"""`improv set`, `get`, `do` and `learn`: a word with a running engine, from the shell.

Joins as a listener of a player for as long as it takes, on any free port, so that the player's device keeps its seat.
Raises BridgeError where nobody answers or the engine refuses.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from bridge.engine.console import BOUND
from bridge.engine.controls import target
from bridge.engine.parameters import ACTIONS, BY_NAME, OFF, PARAMETERS
from bridge.engine.presets import Presets, Word, spelt, suggestion
from bridge.io.wire import decode_message, encode_event
from bridge.music.errors import PortError, WireError
from bridge.music.events import VERSION, Bye, Do, Error, Event, Get, Hello, Message, Set, Value, Welcome

PATIENCE: Final = 1.5  # seconds for an answer; on one machine it takes milliseconds
KNOCK: Final = 0.3  # seconds between hellos until somebody answers
ALIVE: Final = 2.0  # seconds between hellos afterwards
LEARNING: Final = 60.0  # seconds for a hand to move a control
COUNTED: Final = ("presets", "controls")  # answered by their number, then one by one
BUFFER: Final = 1 << 18  # bytes; all parameters come at once
DATAGRAM: Final = 65_536  # bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask, about which player."""

    host: str
    port: int
    player: int


class Caller:
    """A listener among a player's peers; `call` opens and closes one."""

    def __init__(self, udp: socket.socket, address: tuple[str | int | bytes, ...], asked: Asked) -> None:
        self._udp, self._address, self._asked = udp, address, asked
        self._greeted = float("-inf")

    def say(self, event: Event) -> None:
        """Send an event; raises WireError where it does not fit the protocol."""
        with suppress(OSError):
            self._udp.sendto(encode_event(event), self._address)

    def hear(self, until: float) -> Iterator[Message]:
        """What the engine says until that monotonic second; the caller stays there meanwhile."""
        while (now := monotonic()) < until:
            if now - self._greeted >= ALIVE:
                self.greet()
            self._udp.settimeout(max(0.001, min(until, self._greeted + ALIVE) - now))
            try:
                data, (_, port, *_) = self._udp.recvfrom(DATAGRAM)
            except (TimeoutError, ConnectionError):  # Windows tells by an error that nobody listens there
                continue
            if port == self._asked.port:
                with suppress(WireError):
                    yield from (message for _, message in decode_message(data))

    def greet(self) -> None:
        """Say hello as a listener."""
        self._greeted = monotonic()
        self.say(Hello(VERSION, self._asked.player, "listener", self._udp.getsockname()[1]))

    def knock(self) -> None:
        """Wait for a welcome; raises PortError where nobody answers."""
        end = monotonic() + PATIENCE
        while (now := monotonic()) < end:
            self.greet()
            for message in self.hear(min(end, now + KNOCK)):
                if isinstance(message, Welcome):
                    return
                _refused(message, self._asked)
        host, port = self._asked.host, self._asked.port
        raise PortError(
            f"no engine answers on {host} port {port}: start one with improv serve, or say which with --host and --port"
        )

    def values(self, wish: Set | Get | Do, enough: Callable[[list[Value]], bool]) -> list[Value]:
        """What the engine answers to a wish until that is enough; raises WireError where it refuses, else PortError."""
        self.say(wish)
        found: list[Value] = []
        for message in self.hear(monotonic() + PATIENCE):
            _refused(message, self._asked)
            if isinstance(message, Value):
                found.append(message)
                if enough(found):
                    return found
        raise PortError(f"the engine on port {self._asked.port} did not answer in {PATIENCE:g} s: ask again")

    def leave(self) -> None:
        """Say bye, for this port alone."""
        self.say(Bye(self._asked.player, port=self._udp.getsockname()[1]))


@contextmanager
def call(asked: Asked) -> Iterator[Caller]:
    """A caller that was welcomed; raises PortError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(asked.host, asked.port, type=socket.SOCK_DGRAM)[0]
        udp = socket.socket(family, socket.SOCK_DGRAM)
    except (OSError, OverflowError) as error:
        raise PortError(f"{asked.host} port {asked.port} cannot be reached ({error}): see --host, --port") from None
    with udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        udp.bind(("", 0))
        caller = Caller(udp, address, asked)
        try:
            caller.knock()
            yield caller
        finally:
            caller.leave()


def put(asked: Asked, name: str, text: str) -> int:
    """`improv set`: prints what the parameter became."""
    value: Word = text if name == "preset" else _learnable(text) if name == "learn" else spelt(name, text)
    with call(asked) as caller:
        try:
            if name == "model":
                found = _choose(caller, asked, str(value))
            else:
                found = caller.values(Set(asked.player, name, value), lambda found: found[-1].name == name)
        except WireError as error:
            if name != "preset":
                raise
            raise WireError(f"{error}; there are: {', '.join(_presets(caller, asked))}") from None
    print(f"{name} {shown(found[-1].value)}")
    return 0


def _choose(caller: Caller, asked: Asked, model: str) -> list[Value]:
    """Set the model and ask which it is: the refusal, `no_model`, is also what an engine without its band says to
    everyone who joins. Raises WireError where it stayed another one.
    """
    caller.say(Set(asked.player, "model", model))
    found = caller.values(Get(asked.player, "model"), lambda found: found[-1].name == "model")
    if found[-1].value != model:
        raise WireError(f"the model {model} is not there: improv doctor says what is")
    return found


def get(asked: Asked, name: str) -> int:
    """`improv get`: prints a parameter's value; for `*`, `presets` and `controls` a line each, with its name."""
    if name not in (*BY_NAME, *COUNTED, "*") and not name.startswith(BOUND):
        close = suggestion(name, [*BY_NAME, *COUNTED])
        raise WireError(f"there is no parameter {name!r}{close}; improv get lists them")
    with call(asked) as caller:
        if name == "*":
            every = {parameter.name for parameter in PARAMETERS}
            found = caller.values(Get(asked.player, name), lambda found: every <= {each.name for each in found})
        elif name == "presets":
            print(*_presets(caller, asked), sep="\n")
            return 0
        elif name == "controls":
            found = _counted(caller, asked, name)
        else:
            found = caller.values(Get(asked.player, name), lambda found: found[-1].name == name)
            print(shown(found[-1].value))
            return 0
    for value in found:
        print(value.name.removeprefix(BOUND), shown(value.value))
    return 0


def do(asked: Asked, action: str) -> int:
    """`improv do`: an action; its answer is that what is asked next is answered, without an error before."""
    if action not in ACTIONS:
        raise WireError(
            f"there is no action {action!r}{suggestion(action, list(ACTIONS))}; there are {', '.join(ACTIONS)}"
        )
    with call(asked) as caller:
        caller.say(Do(asked.player, action))
        caller.values(Get(asked.player, "preset"), lambda found: found[-1].name == "preset")
    return 0


def learn(asked: Asked, name: str) -> int:
    """`improv learn`: arms, waits for a hand on a control, and prints which it was."""
    name = _learnable(name)
    with call(asked) as caller:
        caller.values(Set(asked.player, "learn", name), lambda found: found[-1].name == "learn")
        print(f"move the control for {name}, or press its button ...", flush=True)
        try:
            for message in caller.hear(monotonic() + LEARNING):
                if isinstance(message, Value) and message.name == f"{BOUND}{name}":
                    print(f"{name} is bound to control {shown(message.value)}")
                    return 0
        except KeyboardInterrupt:
            caller.say(Set(asked.player, "learn", OFF))
            raise
        caller.say(Set(asked.player, "learn", OFF))
    raise PortError(
        f"no control moved within {LEARNING:g} s: does player {asked.player} send any? (improv monitor, improv ports)"
    )


def _learnable(name: str) -> str:
    """A target as the engine spells it; which presets there are it alone knows. Raises WireError."""
    return name if name == OFF or name.startswith("preset:") else str(target(name, Presets()))


def shown(value: Word) -> str:
    """A value as people write it; numbers travel as float32."""
    return value if isinstance(value, str) else f"{value:g}"


def _presets(caller: Caller, asked: Asked) -> list[str]:
    return [str(value.value) for value in _counted(caller, asked, "presets")]


def _counted(caller: Caller, asked: Asked, name: str) -> list[Value]:
    """What comes after its number."""

    def enough(found: list[Value]) -> bool:
        mine = _listed(found, name)
        return bool(mine) and len(mine) > int(mine[0].value)

    return _listed(caller.values(Get(asked.player, name), enough), name)[1:]


def _listed(found: list[Value], name: str) -> list[Value]:
    kind = "preset_named" if name == "presets" else BOUND
    return [value for value in found if value.name == name or value.name.startswith(kind)]


def _refused(message: Message, asked: Asked) -> None:
    """Raises the engine's reason in words, where the message is one; other errors are about the band's playing."""
    player = f"player {asked.player} is not there"
    hints = {
        "unknown_player": f"{player}: let its device join; improv serve --midi makes player 1",
        "player_in_use": "the engine has no seat left for a listener: ask again when somebody has left",
        "bad_version": f"the engine speaks another version of the protocol than {VERSION}: update the older one",
        "host_leads": "the clock is the host's: set tempo there; improv serve --tempo makes the engine the clock",
        "bad_value": "the engine does not take that value",
        "no_call": "no call is under way that could end: choose a mode that responds (respond, morph ...), then play",
        "no_response": "nothing was answered yet that could be mutated: play a call first, and let it be answered",
    }
    if isinstance(message, Error) and message.reason in hints:
        raise WireError(hints[message.reason], message.reason)
