"""Cues to MIDI messages on their moment: what the MIDI-out thread does, with time as an argument.

Laws: between two note-ons of one key (channel and pitch) there is its note-off; every note-on gets its note-off, on the
channel on which it was struck, at the latest when the output ends; a port that goes away is logged once, its messages
are counted, the jam goes on. Keys that a player passes through obey the same laws.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.engine.schedule import Schedule, Sounding
from bridge.io.midi_bytes import ALL_NOTES_OFF, CONTROL, NOTE_OFF, NOTE_ON
from bridge.music.events import (
    ACCOMPANIMENT,
    ALL,
    BASS,
    EVERYONE,
    METRONOME,
    RESPONSE,
    Cue,
    Output,
    Silence,
    Thru,
)
from bridge.music.timeline import Timeline

LOG: Final = logging.getLogger(__name__)
CHANNELS: Final = {ACCOMPANIMENT: 1, BASS: 2, RESPONSE: 3, METRONOME: 10}  # voice -> its usual MIDI channel, 1-16
OTHERS: Final = 4  # the usual channel of any other voice
BAND: Final = (ACCOMPANIMENT, BASS, RESPONSE)  # the voices that are quietened even where they never sounded
THROUGH: Final = "thru"  # as a voice: what the player strikes and the engine passes on
RELEASE_VELOCITY: Final = 64  # what the specification asks of a sender that has none of its own

Send = Callable[[Sequence[int]], object]


@dataclass(frozen=True, slots=True)
class Follow:
    """The newest clock for the output; None while it stands."""

    timeline: Timeline | None


class Line:
    """The way out to one port, which may go away: then messages are dropped and counted, never raised."""

    def __init__(self, send: Send, gone: Callable[[], bool], name: str = "") -> None:
        """`gone` tells that the whole MIDI system went away; `name` is the port's, for the one complaint."""
        self.name = name
        self.sent = 0
        self.lost = 0
        self._send = send
        self._gone = gone
        self._complained = False

    def send(self, message: Sequence[int]) -> None:
        """Send one MIDI message now, or count it as lost."""
        if self._gone():
            self._lose("its MIDI system went away")
            return
        try:
            self._send(message)
        except Exception as error:  # RtMidi raises several kinds; none may end the jam
            self._lose(" ".join(str(error).split()))
        else:
            self.sent += 1

    def _lose(self, reason: str) -> None:
        self.lost += 1
        if not self._complained:
            self._complained = True
            reason = f"{self.name}: {reason}" if self.name else reason
            LOG.warning("MIDI output is lost (%s); the jam goes on; restart the engine to get it back", reason)


class Keys:
    """The keys that one port holds down, each with the player and the voice that struck it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._held: dict[tuple[int, int], tuple[int, str]] = {}  # (channel, pitch) -> (player, voice)
        self._passed: dict[tuple[int, int], int] = {}  # (player, pitch) that is passed through -> channel
        self._used: dict[tuple[int, str], set[int]] = {}  # (player, voice) -> channels on which it ever sounded

    def play(self, sounding: Sounding) -> None:
        """Strike or release a key; a key that is down is released before it is struck again."""
        voice = sounding.voice
        key = sounding.channel or CHANNELS.get(voice, OTHERS), sounding.pitch
        owner = sounding.player, voice
        if sounding.velocity:
            self._release(key)
            self._held[key] = owner
            self._used.setdefault(owner, set()).add(key[0])
            self._line.send((NOTE_ON | key[0] - 1, key[1], sounding.velocity))
        elif self._held.get(key) == owner:
            self._release(key)  # another owner's key goes on: the note that it was struck for has its own end

    def through(self, player: int, thru: Thru, channel: int) -> None:
        """Pass a player's key on; its release goes where it was struck, whatever `channel` says by then."""
        struck = self._passed.pop((player, thru.pitch), None)
        if struck is not None:
            self.play(Sounding(player, THROUGH, thru.pitch, 0, struck))
        if thru.velocity:
            channel = channel or OTHERS
            self._passed[(player, thru.pitch)] = channel
            self.play(Sounding(player, THROUGH, thru.pitch, thru.velocity, channel))

    def quieten(self, player: int, voice: str) -> None:
        """All-notes-off on the channels that a player's voice, or each of them, really used, or else on its usual one,
        as far as nobody holds a key there.
        """
        channels: set[int] = set()
        for name in {*BAND, *(name for _, name in self._used)} if voice == ALL else {voice}:
            used = [where for (who, what), where in self._used.items() if what == name and player in (EVERYONE, who)]
            channels |= set[int]().union(*used) or {CHANNELS.get(name, OTHERS)}
        for channel in sorted(channels - {channel for channel, _ in self._held}):
            self._line.send((CONTROL | channel - 1, ALL_NOTES_OFF, 0))

    def release(self) -> None:
        """Release every key."""
        self._passed.clear()
        for key in [*self._held]:
            self._release(key)

    def _release(self, key: tuple[int, int]) -> None:
        if self._held.pop(key, None) is not None:
            self._line.send((NOTE_OFF | key[0] - 1, key[1], RELEASE_VELOCITY))


class Performer:
    """Plays the schedule on the keys of each player's port; `offset` seconds later than its ticks fall."""

    def __init__(self, schedule: Schedule, ports: Mapping[int, Keys], offset: float) -> None:
        """`ports` are the keys by player; players may share some. A negative `offset` means earlier."""
        self._schedule = schedule
        self._ports = ports
        self._offset = offset

    def take(self, item: Output | Follow) -> None:
        """A cue to be played on its tick, silence or a passed-on key at once, or the newest clock; other messages, and
        those of players without a port, are not for MIDI.
        """
        match item:
            case Follow(timeline):
                self._schedule.follow(timeline)
            case Output(message=Cue(), player=player) if player in self._ports:
                self._schedule.add(item)
            case Output(message=Thru() as thru, player=player, channel=channel) if player in self._ports:
                self._ports[player].through(player, thru, channel)
            case Output(message=Silence(voice=voice), player=player) if player in self._ports:
                self._play(self._schedule.silence(player, voice))
                self._ports[player].quieten(player, voice)

    def perform(self, time: float) -> None:
        """Play what is due at `time`, in monotonic seconds."""
        self._play(self._schedule.due(time - self._offset))

    def wakeup(self) -> float | None:
        """The monotonic second at which `perform` next has something to do; None: nothing until something is taken."""
        wakeup = self._schedule.wakeup()
        return None if wakeup is None else wakeup + self._offset

    def finish(self) -> None:
        """Silence for all: the output ends."""
        self._play(self._schedule.silence(EVERYONE, ALL))
        for keys in dict.fromkeys(self._ports.values()):
            keys.release()
            keys.quieten(EVERYONE, ALL)

    def _play(self, notes: Sequence[Sounding]) -> None:
        for sounding in notes:
            self._ports[sounding.player].play(sounding)
