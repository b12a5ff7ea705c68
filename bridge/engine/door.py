"""The door: who comes, who goes, and what they are told.

Rule 1. A player who comes gets a session with the jam's settings; who goes takes it along.
Rule 2. What was learnt from a player stays with the seat: who comes back has it again.
Rule 3. A generation never falls behind, whoever takes a seat next: cues of an older one are void.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.engine.conductor import Conductor
from bridge.engine.exchange import Minds
from bridge.engine.frame import Generator
from bridge.engine.outbox import Outbox
from bridge.engine.roster import Roster
from bridge.engine.session import Session
from bridge.engine.settings import Settings
from bridge.engine.stage import Stage
from bridge.music import events as ev
from bridge.music.events import EVERYONE, Output, Peer


@dataclass(frozen=True, slots=True)
class Cast:
    """The minds that every session shares."""

    mind: Generator
    fallback: Generator | None
    answerers: Minds


class Door:
    """Joining and leaving."""

    def __init__(
        self, roster: Roster, sessions: dict[int, Session], conductor: Conductor, stage: Stage, box: Outbox, cast: Cast,
        generation: int, fault: str,
    ) -> None:  # fmt: skip
        self.generation = generation
        self.refused = 0  # hellos
        self._learnt: dict[int, str] = {}  # player -> the name of weights
        self._roster, self._sessions, self._conductor, self._stage = roster, sessions, conductor, stage
        self._box, self._cast = box, cast
        self._fault = fault  # told to every player that joins

    def hello(self, hello: ev.Hello, time: float, settings: Settings) -> list[Output]:
        """Somebody joins, or is still there; a new player begins with these settings."""
        peer, clock = Peer(hello.host, hello.port, hello.role), self._conductor.clock
        if hello.version != ev.VERSION:
            return self._refuse(peer, "bad_version", hello.player)
        if (hello.role == "monitor") != (hello.player == EVERYONE):
            return self._refuse(peer, "bad_value", hello.player)
        if not self._roster.everyone() and not clock.playing:
            clock.forget()  # nobody is left who knew our ticks
        seated = self._roster.players()
        verdict, replaced = self._roster.welcome(hello, time)
        if verdict == "player_in_use":
            return self._refuse(peer, verdict, hello.player)
        given_up = {*seated}.difference(self._roster.players())  # by a device that now says another number
        outputs = [output for player in given_up for output in self.leave(player, [])]
        if hello.role == "player" and hello.player not in self._sessions:
            self._seat(hello.player, settings)
        generation = self.generation_of(hello.player)
        outputs += [Output((old,), ev.Silence(ev.ALL, generation), hello.player) for old in replaced]
        outputs += self._box.tell((peer,), ev.Welcome(ev.VERSION, hello.player, generation), hello.player)
        if verdict == "again":
            return outputs
        if hello.player == EVERYONE:
            return outputs + self._overview((peer,))
        joined = self._sessions.get(hello.player)
        if joined is None:
            return outputs  # a listener that is there before its player
        fault = self._box.fault(joined, self._fault) if self._fault else []
        return outputs + fault + self._box.state(joined, clock, self._stage.tick)

    def leave(self, player: int, left: Iterable[Peer]) -> list[Output]:
        """Peers of a player have gone; a player whose seat is empty takes its session along."""
        session = self._sessions.get(player)
        generation = self.generation_of(player)
        outputs = [Output((peer,), ev.Silence(ev.ALL, generation), player) for peer in left]
        if session and player not in self._roster.players():
            del self._sessions[player]
            self.generation = max(self.generation, generation)
            outputs += self._box.send(session, ev.Silence(ev.ALL, session.generation))
            self._conductor.left(player)
        return outputs

    def silence(self) -> list[Output]:
        """Everyone falls silent: what was promised is void."""
        self.generation += 1
        return [output for session in self._sessions.values() for output in self._box.silence(session)]

    def taught(self, player: int, name: str) -> list[Output]:
        """A player's band plays with other weights from the next bar line on; the player is told which."""
        self._learnt[player] = name
        session = self._sessions.get(player)
        if session is None:
            return []
        session.learnt = name
        return self._box.send(session, ev.Value("learnt_weights", name))

    def generation_of(self, player: int) -> int:
        """A player's generation, or that of the next who comes."""
        session = self._sessions.get(player)
        return session.generation if session else self.generation

    def _seat(self, player: int, settings: Settings) -> None:
        session = Session(player, self._cast.mind, self._cast.fallback, self.generation, self._cast.answerers)
        session.settings.values.update(settings.values)
        session.learnt = self._learnt.get(player, "")
        session.settle()
        self._sessions[player] = session
        if self._conductor.clock.playing:
            session.resume()

    def _refuse(self, peer: Peer, reason: str, player: int) -> list[Output]:
        self.refused += 1
        return self._box.refuse((peer,), reason, player)

    def _overview(self, peers: tuple[Peer, ...]) -> list[Output]:
        """What a monitor that joins has missed."""
        clock = self._conductor.clock
        outputs = self._box.transport(clock, self._stage.tick)
        for session in self._sessions.values():
            outputs += self._box.state(session, clock, self._stage.tick)
            outputs += self._box.send(session, ev.Value("genre", session.settings.word("genre")))
        return [Output(peers, output.message, output.player) for output in outputs]
