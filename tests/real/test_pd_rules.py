"""What improv.client does with each word of an engine, in a real Pure Data; the test reads out the engine's part."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.io.wire import decode, encode
from bridge.music.events import (
    ALL,
    BASS,
    ERRORS,
    VERSION,
    Bye,
    Control,
    Cue,
    Error,
    Event,
    Get,
    Heartbeat,
    Hello,
    Message,
    NoteOff,
    NoteOn,
    Position,
    Silence,
    Welcome,
)
from max_patches.states import CONNECTED, IN_USE, LOST, WAITING
from max_patches.states import VERSION as OTHER
from tests.real.conftest import Need
from tests.real.pd_rig import VOICE, Studio, studio

pytestmark = pytest.mark.real
FIRST = 5_000_000  # a generation: an engine's are about as large, and Pure Data's floats have to tell neighbours apart
PATIENCE = 2.0  # seconds for a busy machine; no note of these tests ends in that time by itself
LONG = 100_000  # ticks: a note that ends by a rule or not at all
CHORDS = "accompaniment"


@dataclass(slots=True)
class Script:
    """The engine's part: says messages to everybody who said hello, and hears what the patch says."""

    udp: socket.socket
    play: Studio
    peers: dict[str, tuple[str, int]]

    def say(self, *messages: Message) -> None:
        """To the client and its voice; then the patch has a moment."""
        for message in messages:
            for peer in self.peers.values():
                self.udp.sendto(encode(message), peer)
        self.play.run(0.15)

    def hear(self) -> list[Event]:
        """What the patch has said since."""
        events: list[Event] = []
        while True:
            try:
                data, (host, port) = self.udp.recvfrom(65536)
            except BlockingIOError:
                return events
            for event in decode(data, host, port):
                if isinstance(event, Hello):
                    if event.port != self.play.ear.getsockname()[1]:
                        self.peers[event.role] = (host, event.port)
                else:
                    events.append(event)

    def tick(self) -> int:
        return round(self.play.where()[0])

    def cue(self, voice: str, pitch: int, generation: int, *, late: int = 0) -> Cue:
        """A long note that is due in a moment, or was due `late` ticks ago."""
        return Cue(voice, self.tick() + 60 - late, LONG, pitch, 90, generation)

    def sounds(self, *notes: tuple[str, int], why: str = "") -> None:
        """Nothing but these notes sounds, of the client and of the voice beside it: now, or soon on a busy machine."""
        want, end = set(notes), time.monotonic() + PATIENCE
        while (now := self.sounding()) != (want, want) and time.monotonic() < end:
            self.play.run(0.02)
        assert now == (want, want), why

    def sounding(self) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
        """What sounds of the client, and of the voice."""
        mine = {each for each in self.play.sounding() if not each[0].startswith(VOICE)}
        return mine, {(voice.removeprefix(VOICE), pitch) for voice, pitch in self.play.sounding(VOICE)}

    def strikes(self, voice: str, number: int) -> list[tuple[str, int]]:
        """Voice and velocity of what this voice played, as soon as there is that much."""
        end = time.monotonic() + PATIENCE
        while len(found := [(n.voice, n.velocity) for n in self.play.notes if n.voice == voice]) < number:
            assert time.monotonic() < end, found
            self.play.run(0.02)
        return found

    def shows(self, state: int) -> None:
        """The client shows this state, now or soon."""
        self.play.until(state, PATIENCE)


@contextmanager
def script(folder: Path) -> Iterator[Script]:
    """A patch that was welcomed and whose transport runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        with studio(folder, udp.getsockname()[1]) as play:
            play.until(WAITING, 5)
            there = Script(udp, play, {})
            play.say("tune 0", "clock tempo 120", "clock play 1")
            while set(there.peers) != {"player", "listener"}:
                play.run(0.05)
                there.hear()
            there.say(Welcome(VERSION, 1, FIRST))
            play.until(CONNECTED, 1)
            play.run(1.2)  # the client tells the voice once a second that it is here
            there.hear()
            yield there


def test_generations_and_silences(need: Need, tmp_path: Path) -> None:
    need("pd")
    with script(tmp_path) as engine:
        engine.say(engine.cue(CHORDS, 60, FIRST), engine.cue(BASS, 40, FIRST))
        engine.sounds((CHORDS, 60), (BASS, 40))
        engine.say(engine.cue(BASS, 43, FIRST))
        engine.sounds((CHORDS, 60), (BASS, 43), why="the bass is one voice")
        engine.say(engine.cue(CHORDS, 60, FIRST))
        struck = [(CHORDS, 90), (CHORDS, 0), (CHORDS, 90)]
        assert engine.strikes(CHORDS, len(struck)) == struck, "a strike ends the same pitch"
        engine.say(Silence(BASS, FIRST + 1))
        engine.sounds((CHORDS, 60))
        engine.say(engine.cue(BASS, 45, FIRST))
        engine.sounds((CHORDS, 60), why="a cue of the generation before is void")
        engine.say(Silence(ALL, FIRST))
        engine.sounds((CHORDS, 60), why="an old silence is void")
        engine.say(engine.cue(CHORDS, 64, FIRST + 1, late=300))
        engine.sounds((CHORDS, 60), why="too late")
        soon = engine.cue(CHORDS, 67, FIRST + 1, late=-400)
        engine.say(soon, Silence(ALL, FIRST + 2))
        engine.play.run(0.6)
        engine.sounds(why="silence forgets what waits, too")
        engine.say(engine.cue(CHORDS, 60, FIRST + 2))
        engine.say(Heartbeat(FIRST + 900))
        engine.sounds(why="another engine")
        engine.say(engine.cue(CHORDS, 60, FIRST + 900))
        engine.play.say("clock play 0")
        engine.play.run(0.1)
        engine.sounds(why="the transport stands")
        engine.say(engine.cue(CHORDS, 62, FIRST + 900))
        engine.sounds()


def test_what_is_wrong_is_told_and_silent(need: Need, tmp_path: Path) -> None:
    need("pd")
    with script(tmp_path) as engine:
        engine.say(engine.cue(CHORDS, 60, FIRST))
        for reason, state in (("player_in_use", IN_USE), ("bad_version", OTHER)):
            engine.say(Welcome(VERSION, 1, FIRST))
            engine.say(engine.cue(CHORDS, 60, FIRST))
            engine.sounds((CHORDS, 60))
            engine.say(Error(ERRORS[reason], reason))
            engine.shows(state)
            engine.sounds()
        engine.hear()
        engine.play.say("note 60 90", "client set temperature 1")
        engine.play.run(0.2)
        assert engine.hear() == [], "who has no seat says nothing"
        engine.say(Welcome(VERSION + 1, 1, FIRST))
        engine.shows(OTHER)
        engine.say(Welcome(VERSION, 1, FIRST))
        engine.say(engine.cue(CHORDS, 60, FIRST))
        assert engine.play.until(LOST, 5) < 3.2
        engine.play.run(0.1)
        engine.sounds()
        engine.say(Welcome(VERSION, 1, FIRST))
        engine.shows(CONNECTED)


def test_what_is_played_and_asked_goes_out_as_it_is_meant(need: Need, tmp_path: Path) -> None:
    need("pd")
    with script(tmp_path) as engine:
        engine.play.say("clock meter 3 4", "clock song 480", "note 60 90", "note 60 0", "client control 7 100")
        engine.play.say("client get *", "client player 3")
        engine.play.run(0.2)
        said = engine.hear()
        tick = engine.tick()
        on, off, control = (next(e for e in said if isinstance(e, kind)) for kind in (NoteOn, NoteOff, Control))
        assert (on.player, on.pitch, on.velocity, off.pitch) == (1, 60, 90, 60)
        assert (control.number, control.value) == (7, 100)
        assert all(0 <= tick - each.tick < 500 for each in (on, off, control))
        moved = [e for e in said if isinstance(e, Position) and e.numerator == 3 and e.tick - e.song != 0]
        assert moved[0].song == pytest.approx(480, abs=2)
        assert {(e.tempo, e.playing, e.denominator) for e in moved} == {(120.0, 1, 4)}
        assert [e.tick for e in moved] == sorted(e.tick for e in moved)
        assert Get(1, "*") in said
        assert [e.player for e in said if isinstance(e, Bye)] == [1]
        engine.play.until(WAITING, 1)
