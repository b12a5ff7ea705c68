"""`improv replay --play`: a recorded jam sent to a MIDI port in real time, as it was heard; no model is needed.

Channels are those of a live jam: 1 chords, 2 bass, 3 every other voice, and what the player played on 4.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event as Flag
from time import perf_counter
from typing import Final

from bridge.engine.schedule import Sounding
from bridge.io import jams
from bridge.io.midi_bytes import NOTE_OFF, NOTE_ON
from bridge.music.errors import BridgeError
from bridge.music.events import ACCOMPANIMENT, BASS, METRONOME
from bridge.music.performance import HEARD, Performance, perform
from bridge.music.timeline import PPQ

CHANNELS: Final = {ACCOMPANIMENT: 0, BASS: 1, HEARD: 3}  # voice -> MIDI channel as in the bytes
OTHERS: Final = 2  # the channel of any other voice
RELEASE: Final = 64  # velocity, as the specification asks of a sender that has none of its own
BEFORE: Final = 0.2  # seconds from opening the port to the first note: synthesizers connect meanwhile


def strokes(done: Performance) -> list[tuple[float, Sounding]]:
    """Every note's beginning and end by its second, from the first bar line on; ends before beginnings; no clicks."""
    found: list[tuple[int, int, Sounding]] = []
    for (player, voice), notes in done.notes.items():
        for note in notes if voice != METRONOME else ():
            found.append((note.tick, 1, Sounding(player, voice, note.pitch, note.velocity)))
            found.append((note.tick + note.ticks, 0, Sounding(player, voice, note.pitch, 0)))
    found.sort(key=lambda stroke: stroke[:2])
    timed: list[tuple[float, Sounding]] = []
    seconds, begun, tempos = 0.0, 0, list(done.tempos)
    tempo = tempos.pop(0)[1]
    for tick, _, sounding in found:
        while tempos and tempos[0][0] <= tick:
            change, following = tempos.pop(0)
            seconds, begun, tempo = seconds + (change - begun) * 60 / (tempo * PPQ), change, following
        timed.append((seconds + (tick - begun) * 60 / (tempo * PPQ), sounding))
    return timed


class Hands:
    """The keys that are down on a port; `send` takes a MIDI message."""

    def __init__(self, send: Callable[[Sequence[int]], object]) -> None:
        self._send = send
        self._down: dict[tuple[int, int], tuple[int, str]] = {}  # (channel, pitch) -> (player, voice)

    def play(self, one: Sounding) -> None:
        """Strike a key, releasing it first where it is down; or release it, unless somebody else struck it since."""
        key, owner = (CHANNELS.get(one.voice, OTHERS), one.pitch), (one.player, one.voice)
        if one.velocity:
            self._up(key)
            self._down[key] = owner
            self._send((NOTE_ON | key[0], key[1], one.velocity))
        elif self._down.get(key) == owner:
            self._up(key)

    def release(self) -> None:
        """Every key comes up."""
        for key in [*self._down]:
            self._up(key)

    def _up(self, key: tuple[int, int]) -> None:
        if self._down.pop(key, None) is not None:
            self._send((NOTE_OFF | key[0], key[1], RELEASE))


def perform_live(timed: Sequence[tuple[float, Sounding]], hands: Hands, wait: Callable[[float], object]) -> None:
    """Play strokes, each after `wait(second)` returned; whatever happens, every key is up afterwards."""
    try:
        for second, sounding in timed:
            wait(second)
            hands.play(sounding)
    finally:
        hands.release()


def play(path: Path, wanted: str | None) -> int:
    """Play a log to the MIDI output `wanted`, or the virtual port `Improv Out`. Raises BridgeError."""
    import rtmidi

    from bridge.io.midi import OUT_NAME
    from bridge.io.midi_ports import APIS, client_name, open_port, system

    with jams.opened(path) as log:
        done = perform(log)
    if not done.notes:
        raise BridgeError(f"{path} has no note in it: nothing was heard or played while the transport ran")
    timed, which, flag = strokes(done), system(None), Flag()
    port = rtmidi.MidiOut(rtapi=APIS[which], name=client_name(which, OUT_NAME))
    try:
        open_port(port, OUT_NAME, wanted, "output")
        began = perf_counter() + BEFORE
        print(f"{timed[-1][0]:.0f} s; channel 1: chords, 2: bass, 3: other voices, 4: you; Ctrl-C ends", flush=True)
        hands = Hands(port.send_message)
        perform_live(timed, hands, lambda second: flag.wait(max(0.0, began + second - perf_counter())))
        port.close_port()
    finally:
        port.delete()
    return 0
