"""The outbox: what the engine says, and to whom. Each player's peers hear of that player, monitors of everyone."""

from dataclasses import replace

from bridge.engine.clock import Clock
from bridge.engine.roster import LOCAL, Roster
from bridge.engine.session import Session
from bridge.music import events as ev
from bridge.music.events import EVERYONE, Message, Output, Peer


class Outbox:
    """Addresses messages; holds nothing but the roster."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def tell(self, peers: tuple[Peer, ...], message: Message, player: int = EVERYONE) -> list[Output]:
        """A message for these peers."""
        return [Output(peers, message, player)] if peers else []

    def refuse(self, peers: tuple[Peer, ...], reason: str, player: int) -> list[Output]:
        """Say why something was refused; `reason` is one of the protocol's."""
        return self.tell(peers, ev.Error(ev.ERRORS[reason], reason), player)

    def fault(self, session: Session, reason: str) -> list[Output]:
        """Say to a player and the monitors what went wrong on our side."""
        return self.send(session, ev.Error(ev.ERRORS[reason], reason))

    def send(
        self, session: Session, message: Message | ev.Thru, time: float | None = None, tick: int = 0, channel: int = 0
    ) -> list[Output]:
        """A message for a player's peers, and in our ticks for the monitors; a cue also has its moment, our tick and
        its MIDI channel.
        """
        peers, monitors = self._roster.peers(session.player), self._roster.monitors()
        if not session.offset or not isinstance(message, ev.Cue | ev.Plan | ev.Chord):
            peers, monitors = peers + monitors, ()
        outputs = [Output(peers, message, session.player, time, tick, channel)] if peers else []
        if monitors and isinstance(message, ev.Cue | ev.Plan | ev.Chord):
            ours = replace(message, tick=message.tick - (session.offset or 0))
            outputs.append(Output(monitors, ours, session.player, time, tick, channel))
        return outputs

    def monitors(self, message: Message, player: int = EVERYONE) -> list[Output]:
        """A message for the monitors alone."""
        return self.tell(self._roster.monitors(), message, player)

    def chord(self, session: Session, chord: ev.Chord) -> list[Output]:
        """A chord in the player's own ticks."""
        return self.send(session, ev.Chord(chord.tick + (session.offset or 0), chord.root, chord.quality))

    def state(self, session: Session, clock: Clock, tick: int) -> list[Output]:
        """The player's mode, phase and bar at our `tick`."""
        phase = session.shown if clock.playing else "idle"
        return self.send(session, ev.State(session.mode, phase, clock.place_at(tick).bar + 1))

    def thru(self, session: Session, pitch: int, velocity: int) -> list[Output]:
        """A key of the player's own, passed on to MIDI where that is asked for; velocity 0 is its release, which goes
        where its onset went, whatever was set meanwhile.
        """
        channel = int(session.settings.number("thru_channel")) if velocity else session.passed.pop(pitch, 0)
        if not channel or (velocity and session.settings.number("mute_input")):
            return []
        if velocity:
            session.passed[pitch] = channel
        peers = tuple(peer for peer in self._roster.peers(session.player) if peer.host == LOCAL)
        return [Output(peers, ev.Thru(pitch, velocity), session.player, channel=channel)] if peers else []

    def transport(self, clock: Clock, tick: int) -> list[Output]:
        """The clock as the engine follows it, for monitors."""
        meter, song = clock.meter, clock.song_at(tick)
        return self.monitors(
            ev.Transport(
                tick, song, clock.tempo, int(clock.playing), meter.numerator, meter.denominator,
                song - clock.place_at(tick).phase, clock.source,
            )
        )  # fmt: skip

    def silence(self, session: Session, voice: str = ev.ALL) -> list[Output]:
        """Stop what sounds and void what was promised: the player's generation begins anew."""
        session.generation += 1
        return self.send(session, ev.Silence(voice, session.generation))
