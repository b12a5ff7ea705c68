"""Real sockets for tests: every wait is bounded, every port is free."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bridge.io.wire import decode_message, encode_event
from bridge.music.events import Event, Message, Peer

PATIENCE = 5.0  # seconds until a test gives up on what should come at once


class Client:
    """A peer with one socket for both directions."""

    def __init__(self, udp: socket.socket, port: int) -> None:
        self.udp = udp
        self.engine = ("127.0.0.1", port)
        self.port = int(udp.getsockname()[1])

    @property
    def peer(self) -> Peer:
        return Peer("127.0.0.1", self.port)

    def say(self, *events: Event) -> None:
        for event in events:
            self.raw(encode_event(event))

    def raw(self, data: bytes) -> None:
        self.udp.sendto(data, self.engine)

    def packet(self) -> bytes:
        return self.udp.recv(65536)

    def hear(self) -> list[tuple[float | None, Message]]:
        return decode_message(self.packet())

    def until(self, wanted: type) -> Message:
        """The next message of a kind; what comes before it is passed over."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for _, message in self.hear():
                if isinstance(message, wanted):
                    return message
        raise TimeoutError(f"no {wanted.__name__} within {PATIENCE} s")

    def silent(self, seconds: float = 0.05) -> bool:
        self.udp.settimeout(seconds)
        try:
            self.udp.recv(65536)
        except TimeoutError:
            return True
        finally:
            self.udp.settimeout(PATIENCE)
        return False


@contextmanager
def client(port: int) -> Iterator[Client]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(PATIENCE)
        yield Client(udp, port)


def eventually(true: Callable[[], object]) -> bool:
    """Whether something becomes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True
