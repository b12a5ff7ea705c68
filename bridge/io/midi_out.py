"""Cues to MIDI messages on their moment: what the MIDI-out thread does, with time as an argument.

Laws: between two note-ons of one key (channel and pitch) there is its note-off; every note-on gets its note-off, at the
latest when the output ends; a port that goes away is logged once, its messages are counted, the jam goes on.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.engine.schedule import Schedule, Sounding
from bridge.io.midi_bytes import ALL_NOTES_OFF, CONTROL, NOTE_OFF, NOTE_ON
from bridge.music.events import ACCOMPANIMENT, ALL, BASS, EVERYONE, Cue, Output, Silence
from bridge.music.timeline import Timeline

LOG: Final = logging.getLogger(__name__)
CHANNELS: Final = {ACCOMPANIMENT: 0, BASS: 1}  # voice -> MIDI channel as in the bytes; people count them from 1
OTHERS: Final = 2  # the channel of any other voice
RELEASE_VELOCITY: Final = 64  # what the specification asks of a sender that has none of its own

Send = Callable[[Sequence[int]], object]


@dataclass(frozen=True, slots=True)
class Follow:
    """The newest clock for the output; None while it stands."""

    timeline: Timeline | None


class Line:
    """The way out to one port, which may go away: then messages are dropped and counted, never raised."""

    def __init__(self, send: Send, gone: Callable[[], bool]) -> None:
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
            LOG.warning("MIDI output is lost (%s); the jam goes on; restart the engine to get it back", reason)


class Keys:
    """The keys that our output holds down, each with the player and the voice that struck it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._held: dict[tuple[int, int], tuple[int, str]] = {}  # (channel, pitch) -> (player, voice)

    def play(self, sounding: Sounding) -> None:
        """Strike or release a key; a key that is down is released before it is struck again."""
        key = CHANNELS.get(sounding.voice, OTHERS), sounding.pitch
        owner = sounding.player, sounding.voice
        if sounding.velocity:
            self._release(key)
            self._held[key] = owner
            self._line.send((NOTE_ON | key[0], key[1], sounding.velocity))
        elif self._held.get(key) == owner:
            self._release(key)  # another owner's key goes on: the note that it was struck for has its own end

    def quieten(self, voice: str) -> None:
        """All-notes-off on the channels of `voice`, or of all, as far as nobody else holds a key there."""
        channels = {*CHANNELS.values(), OTHERS} if voice == ALL else {CHANNELS.get(voice, OTHERS)}
        for channel in sorted(channels - {channel for channel, _ in self._held}):
            self._line.send((CONTROL | channel, ALL_NOTES_OFF, 0))

    def release(self) -> None:
        """Release every key."""
        for key in [*self._held]:
            self._release(key)

    def _release(self, key: tuple[int, int]) -> None:
        if self._held.pop(key, None) is not None:
            self._line.send((NOTE_OFF | key[0], key[1], RELEASE_VELOCITY))


class Performer:
    """Plays the schedule on the keys; `offset` seconds later than its ticks fall (earlier where negative)."""

    def __init__(self, schedule: Schedule, keys: Keys, offset: float) -> None:
        self._schedule = schedule
        self._keys = keys
        self._offset = offset

    def take(self, item: Output | Follow) -> None:
        """A cue to be played on its tick, silence at once, or the newest clock; other messages are not for MIDI."""
        match item:
            case Follow(timeline):
                self._schedule.follow(timeline)
            case Output(message=Cue()):
                self._schedule.add(item)
            case Output(message=Silence(voice=voice), player=player):
                for sounding in self._schedule.silence(player, voice):
                    self._keys.play(sounding)
                self._keys.quieten(voice)

    def perform(self, time: float) -> None:
        """Play what is due at `time`, in monotonic seconds."""
        for sounding in self._schedule.due(time - self._offset):
            self._keys.play(sounding)

    def wakeup(self) -> float | None:
        """The monotonic second at which `perform` next has something to do; None: nothing until something is taken."""
        wakeup = self._schedule.wakeup()
        return None if wakeup is None else wakeup + self._offset

    def finish(self) -> None:
        """Silence for all: the output ends."""
        for sounding in self._schedule.silence(EVERYONE, ALL):
            self._keys.play(sounding)
        self._keys.release()
        self._keys.quieten(ALL)
