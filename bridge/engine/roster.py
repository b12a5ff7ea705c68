"""The roster: who is there, and where messages for them go.

Rule 1. A player's seat belongs to one device; others may listen. A device that says hello again keeps its seat.
Rule 2. The same device with another receive port moves there at once. Another device gets the seat when its owner has
missed a hello; until then it is told that the player is in use.
Rule 3. Who is not heard of for three hellos has left.
"""

from dataclasses import dataclass

from bridge.music.events import EVERYONE, Hello, Peer

KEEP_ALIVE = 2.0  # seconds between hellos
STALE = 1.5 * KEEP_ALIVE  # a seat whose owner missed a hello may be taken
GONE = 3.25 * KEEP_ALIVE
SEATS = 64  # players at most; a flood of hellos costs no more than this
LOCAL = "midi"  # the host name of a port of ours, which never says hello again


@dataclass(slots=True)
class Guest:
    """A peer, whom it belongs to, and when it was last heard."""

    peer: Peer
    player: int
    source: int  # port that its packets come from, 0 where unknown
    seen: float


class Roster:
    """Peers by player; player 0 are the monitors, who hear everything."""

    def __init__(self) -> None:
        self._guests: dict[tuple[str, int], Guest] = {}

    def players(self) -> list[int]:
        """The players whose seat is taken, in order."""
        return sorted({guest.player for guest in self._guests.values() if guest.peer.role == "player"})

    def numbers(self) -> list[int]:
        """The players that somebody plays or listens to, in order."""
        return sorted({guest.player for guest in self._guests.values()} - {EVERYONE})

    def peers(self, player: int) -> tuple[Peer, ...]:
        """Where messages for a player go: its device and its listeners; for 0 everyone's."""
        return tuple(
            guest.peer
            for guest in self._guests.values()
            if guest.peer.role != "monitor" and player in (EVERYONE, guest.player)
        )

    def monitors(self) -> tuple[Peer, ...]:
        """The peers that hear of every player."""
        return tuple(guest.peer for guest in self._guests.values() if guest.peer.role == "monitor")

    def everyone(self) -> tuple[Peer, ...]:
        """Every peer."""
        return tuple(guest.peer for guest in self._guests.values())

    def welcome(self, hello: Hello, time: float) -> tuple[str, list[Peer]]:
        """Take a hello: "new", "again" or "moved", or the reason of a refusal; and the peers that it replaces."""
        peer = Peer(hello.host, hello.port, hello.role)
        known = self._guests.get((hello.host, hello.port))
        if known and known.player == hello.player and known.peer.role == hello.role:
            known.seen, known.source = time, hello.source
            return "again", []
        replaced = [] if known is None else [known.peer]
        if hello.role == "player":
            owner = self._owner(hello.player)
            if owner and owner is not known:
                same = owner.peer.host == hello.host and owner.source == hello.source != 0
                if not same and time - owner.seen < STALE:
                    return "player_in_use", []
                replaced.append(owner.peer)
        if len(self._guests) - len(replaced) >= 2 * SEATS:
            return "player_in_use", []
        for old in replaced:
            del self._guests[(old.host, old.port)]
        self._guests[(hello.host, hello.port)] = Guest(peer, hello.player, hello.source, time)
        return ("moved" if replaced else "new"), replaced

    def _owner(self, player: int) -> Guest | None:
        for guest in self._guests.values():
            if guest.player == player and guest.peer.role == "player":
                return guest
        return None

    def alive(self, player: int, time: float) -> bool:
        """A word from a player keeps its device's seat; False where nobody sits there."""
        owner = self._owner(player)
        if owner:
            owner.seen = max(owner.seen, time)
        return owner is not None

    def leave(self, player: int, host: str = "", port: int = 0) -> list[Peer]:
        """A player and its listeners leave, or only the peer at `port`; who left."""
        left = [
            guest.peer
            for guest in self._guests.values()
            if guest.player == player and (not port or (guest.peer.host, guest.peer.port) == (host, port))
        ]
        return self._remove(left)

    def lost(self, time: float) -> list[tuple[int, Peer]]:
        """Who was not heard of for too long, with their player; they are removed."""
        late = [g for g in self._guests.values() if g.peer.host != LOCAL and time - g.seen > GONE]
        self._remove([guest.peer for guest in late])
        return [(guest.player, guest.peer) for guest in late]

    def _remove(self, peers: list[Peer]) -> list[Peer]:
        for peer in peers:
            del self._guests[(peer.host, peer.port)]
        return peers
