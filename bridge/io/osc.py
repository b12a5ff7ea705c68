"""The OSC shell: datagrams in, stamped and decoded on a thread of their own; messages out, cues with their moment.

Whatever arrives, the thread goes on: what is not in the protocol is counted, logged once per sender and, where the
sender has said hello, answered with an error. Sending never raises: who cannot be reached is counted.
"""

import errno
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import perf_counter
from types import TracebackType
from typing import Final, Self

from bridge.io.wire import bundles, decode, encode
from bridge.music.errors import PortError, WireError
from bridge.music.events import ERRORS, Bye, Error, Event, Hello, Message, Of, Output, Peer, Thru

LOG: Final = logging.getLogger(__name__)
BUFFER: Final = 1 << 20  # bytes that the system may hold for us; a burst from eight players waits, it is not lost
LARGEST: Final = 65_536  # bytes of a datagram
SENDERS: Final = 256  # senders that are remembered; a flood of forged ones costs no more than this
PATIENCE: Final = 0.1  # seconds between error replies to one sender
MIDI: Final = "midi"  # the host name of a MIDI port, which is not ours to serve

Address = tuple[str, int]
Batch = tuple[float | None, int, list[Message]]  # moment, player, messages


class OscShell:
    """One UDP port, open from enter to exit; `enqueue` is called on its thread with each event and its arrival."""

    def __init__(self, enqueue: Callable[[Event, float], object], *, host: str = "127.0.0.1", port: int = 9100) -> None:
        """Port 0 takes any free one; `port` tells which after enter."""
        self.host = host
        self.port = port
        self.received = 0  # datagrams
        self.refused = 0  # datagrams that are not in the protocol
        self.failed = 0  # datagrams that found a mistake of ours, and socket errors
        self.sent = 0  # datagrams
        self.unsent = 0  # datagrams that the system would not take, and messages that do not fit the protocol
        self._enqueue = enqueue
        self._said = False  # that a message did not fit the protocol
        self._closing = threading.Event()
        self._blamed: set[Address] = set()
        self._known: dict[Address, Peer] = {}  # who said hello from there, the latest last
        self._answered: dict[Peer, float] = {}  # when each was last told of its mistakes
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Bind the port and listen; raises PortError, whose text says what to do."""
        self._socket = self._bound()
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, args=(self._socket,), name="OSC-in", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._socket is None or self._thread is None:
            return
        loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        with suppress(OSError):
            self._socket.sendto(b"", (loopback, self.port))  # wakes the thread, on every system
        self._thread.join(1.0)
        self._socket.close()
        self._socket = None

    def send(self, outputs: Iterable[Output]) -> None:
        """Send each output to its peers: cues of one moment share a bundle, all else goes at once, in order."""
        batches: dict[Peer, list[Batch]] = {}
        for output in outputs:
            for peer in output.to:
                if peer.host != MIDI:
                    _add(batches.setdefault(peer, []), output, peer)
        shift = time.time() - perf_counter()  # from monotonic to unix seconds, as the system's clock stands now
        for peer, queue in batches.items():
            for moment, player, messages in queue:
                unix = None if moment is None else moment + shift
                self._send(peer, unix, player, messages)

    def _send(self, peer: Peer, unix: float | None, player: int, messages: list[Message]) -> None:
        try:
            if peer.role == "monitor":
                packets = bundles(messages, unix, Of(player))
            elif unix is None:
                packets = [encode(each) for each in messages]
            else:
                packets = bundles(messages, unix)
        except WireError as error:
            self.unsent += 1
            if not self._said:
                LOG.warning("a message does not fit the protocol and was not sent (said once): %s", error)
            self._said = True
            return
        for packet in packets:
            self._post(packet, (peer.host, peer.port))

    def _post(self, packet: bytes, address: Address) -> None:
        try:
            if self._socket is not None:
                self._socket.sendto(packet, address)
                self.sent += 1
        except OSError:
            self.unsent += 1

    def _bound(self) -> socket.socket:
        try:
            udp = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_DGRAM)
        except OSError as error:
            raise PortError(f"no UDP here: {error}") from error
        try:
            if sys.platform == "win32":
                udp.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            udp.bind((self.host, self.port))
        except OSError as error:
            udp.close()
            raise PortError(self._trouble(error)) from error
        except OverflowError as error:
            udp.close()
            raise PortError(f"{self.port} is no UDP port; --port takes 0 to 65535") from error
        return udp

    def _trouble(self, error: OSError) -> str:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return f"UDP port {self.port} on {self.host} is taken; stop what uses it, or choose another with --port"
        return f"cannot listen on {self.host} port {self.port}: {error.strerror or error}; see --host and --port"

    # -- the edge thread ---------------------------------------------------------------------------------------

    def _listen(self, udp: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                data, address = udp.recvfrom(LARGEST)
            except OSError:  # Windows reports here that a peer is gone (ICMP); that is no reason to stop listening
                self.failed += 1
                self._closing.wait(0.001)
                continue
            now = perf_counter()
            if not self._closing.is_set():
                self._hear(data, address[:2], now)

    def _hear(self, data: bytes, address: Address, now: float) -> None:
        self.received += 1
        try:
            for event in decode(data, *address):
                self._remember(event, address)
                self._enqueue(event, now)
        except WireError as error:
            self.refused += 1
            self._blame(error, address, now)
        except Exception:  # a mistake of ours must not make the engine deaf
            self.failed += 1
            if self.failed == 1:
                LOG.exception("a datagram was dropped; please report this")

    def _remember(self, event: Event, address: Address) -> None:
        if isinstance(event, Hello):
            self._known.pop(address, None)
            self._known[address] = Peer(event.host, event.port, event.role)
            if len(self._known) > SENDERS:
                del self._known[next(iter(self._known))]
        elif isinstance(event, Bye):
            self._known.pop(address, None)

    def _sender(self, address: Address) -> Peer | None:
        """Who said hello from there, or the only one on that host who did: oscsend never keeps a port."""
        if address in self._known:
            return self._known[address]
        there = {peer for (host, _), peer in self._known.items() if host == address[0]}
        return there.pop() if len(there) == 1 else None

    def _blame(self, error: WireError, address: Address, now: float) -> None:
        if address not in self._blamed and len(self._blamed) < SENDERS:
            self._blamed.add(address)
            LOG.warning("%s:%d sends what is not in the protocol (said once): %s", *address, error)
        peer = self._sender(address)
        if peer is not None and now - self._answered.get(peer, 0.0) >= PATIENCE:
            if len(self._answered) >= SENDERS:
                self._answered.clear()
            self._answered[peer] = now
            self._send(peer, None, 0, [Error(ERRORS[error.reason], error.reason)])


def _add(queue: list[Batch], output: Output, peer: Peer) -> None:
    """Put an output behind what waits for `peer`, into one of the last bundles if it shares moment and player."""
    player = output.player if peer.role == "monitor" else 0
    if isinstance(output.message, Thru):
        return  # a key passed on is for MIDI only
    if output.time is not None:
        for moment, whose, messages in reversed(queue):
            if moment is None:
                break  # never before a message that came first, such as a silence
            if (moment, whose) == (output.time, player):
                messages.append(output.message)
                return
    elif peer.role == "monitor" and queue and queue[-1][:2] == (None, player):
        queue[-1][2].append(output.message)
        return
    queue.append((output.time, player, [output.message]))
