"""What goes into the engine and what comes out: frozen values, one class an address of the protocol.

Ticks in events from or for a player are in that player's own numbering; the engine keeps the offset to its own.
Fields stand in the order of the wire's arguments, so that `bridge.io.wire` derives its table from these classes.
"""

from dataclasses import dataclass
from typing import Final

from bridge.music.transport import Continue as Continue
from bridge.music.transport import Link as Link
from bridge.music.transport import Pulse as Pulse
from bridge.music.transport import SongPosition as SongPosition
from bridge.music.transport import Start as Start
from bridge.music.transport import Stop as Stop
from bridge.music.transport import Tempo as Tempo
from bridge.music.weights import Weights as Weights

ARRIVAL: Final = -1  # a tick of -1 asks the engine to stamp the event on its arrival
EVERYONE: Final = 0  # as a player: all players (monitors); players are 1 and up
ACCOMPANIMENT: Final = "accompaniment"
BASS: Final = "bass"
RESPONSE: Final = "response"  # the machine's own melody
METRONOME: Final = "metronome"
ALL: Final = "all"  # as a voice: every voice


@dataclass(frozen=True, slots=True)
class Peer:
    """Where messages for somebody go: an OSC receive port, or a MIDI port under the host name `midi`."""

    host: str
    port: int
    role: str = "player"  # player, listener or monitor


# -- to the engine, over OSC -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """A peer joins, or says that it is still there. `role` is player, listener or monitor."""

    version: int
    player: int
    role: str
    port: int
    host: str = ""  # not on the wire: where the datagram came from ...
    source: int = 0  # ... and its source port, by which two devices that claim one seat are told apart


@dataclass(frozen=True, slots=True)
class Bye:
    """A player leaves; its listeners go with it."""

    player: int
    host: str = ""  # not on the wire
    port: int = 0  # not on the wire; optional second argument: only the peer at this receive port leaves


@dataclass(frozen=True, slots=True)
class Position:
    """The host's clock, as one player's device reports it."""

    player: int
    tick: int  # monotonic, goes on across loops
    song: int  # song position in ticks, jumps back at a loop seam
    tempo: float
    playing: int  # 1 while the transport runs
    numerator: int
    denominator: int
    bar: int = ARRIVAL  # optional: song position at which the current bar began; -1 where unknown


@dataclass(frozen=True, slots=True)
class NoteOn:
    """A key goes down; velocity 0 is a release."""

    player: int
    tick: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class NoteOff:
    """A key comes up."""

    player: int
    tick: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Control:
    """A MIDI control change."""

    player: int
    tick: int
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Set:
    """A player asks for a parameter to change."""

    player: int
    name: str
    value: float | int | str


@dataclass(frozen=True, slots=True)
class Get:
    """A player asks for a parameter's value; `*` asks for all."""

    player: int
    name: str


@dataclass(frozen=True, slots=True)
class Do:
    """A player asks for an action: panic, stop, mutate ..."""

    player: int
    action: str


@dataclass(frozen=True, slots=True)
class Pace:
    """What the shell measured, 95th percentiles: deciding a sixteenth for everybody, planning one for one player."""

    decide_ms: float
    plan_ms: float


Transported = Pulse | Start | Continue | Stop | SongPosition | Tempo | Link
Event = Hello | Bye | Position | NoteOn | NoteOff | Control | Set | Get | Do | Pace | Weights | Transported


# -- from the engine ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to hello. A new generation means that the engine, or the transport, began anew."""

    version: int
    player: int
    generation: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Every second; a device without one for three seconds silences itself."""

    generation: int


@dataclass(frozen=True, slots=True)
class Cue:
    """A committed note, sent before it sounds; it carries its length, so it can get lost but never hang."""

    voice: str
    tick: int
    ticks: int
    pitch: int
    velocity: int
    generation: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A note that the band intends but has not committed, for display only."""

    voice: str
    tick: int
    ticks: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord that the band plays or plans from `tick` on; root 0-11 (C is 0), or -1 with quality N for none."""

    tick: int
    root: int
    quality: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop what sounds and forget what is scheduled, in one voice or in `all`."""

    voice: str
    generation: int


@dataclass(frozen=True, slots=True)
class State:
    """The player's mode, its phase (idle, ready, listening, playing), and the bar of the song, from 1."""

    mode: str
    phase: str
    bar: int


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's value, or a measure of the engine's."""

    name: str
    value: float | int | str


@dataclass(frozen=True, slots=True)
class Error:
    """Why something was refused; the reason is from a fixed set."""

    code: int
    reason: str


# -- from the engine, to monitors only ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Of:
    """First in a bundle for a monitor: the messages that follow concern this player."""

    player: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A note that the player struck, in the engine's own ticks; velocity 0 is its release."""

    tick: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Transport:
    """The clock as the engine follows it: its own tick, the song position, and the bar's beginning in the song."""

    tick: int
    song: int
    tempo: float
    playing: int
    numerator: int
    denominator: int
    bar: int
    source: str  # osc, midi, link, local, none


@dataclass(frozen=True, slots=True)
class Thru:
    """A key that the player struck, or with velocity 0 released, passed on to MIDI; it does not travel over OSC."""

    pitch: int
    velocity: int


Message = Welcome | Heartbeat | Cue | Plan | Chord | Silence | State | Value | Error | Of | Heard | Transport


@dataclass(frozen=True, slots=True)
class Output:
    """A message, for whom, and when it sounds.

    `time` is the monotonic second at which a cue's tick falls, None for what concerns the present moment.
    `tick` is the cue's tick in the engine's own numbering, for shells that schedule by themselves (MIDI).
    `channel` is the MIDI channel of a cue or a passed-on key, 1-16; 0: the voice's usual one.
    """

    to: tuple[Peer, ...]
    message: Message | Thru
    player: int = EVERYONE
    time: float | None = None
    tick: int = 0
    channel: int = 0


ERRORS: Final = {
    "unknown_player": 1,
    "player_in_use": 2,
    "bad_version": 3,
    "bad_value": 4,
    "no_model": 5,
    "late": 6,
    "too_fast": 7,
    "host_leads": 8,
    "no_call": 9,
    "no_response": 10,
}  # reason -> code; reasons are a fixed set, since Max keeps every distinct symbol for good
VERSION: Final = 1  # of the protocol
