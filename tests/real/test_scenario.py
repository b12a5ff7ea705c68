"""The demo's own scenario, played for real: two keyboards call, the machine responds, loops, is soloed over, mutates.

A JACK server, its clock master, two players' MIDI ports, an independent capture with JACK's frame times. The clock goes
to both inputs. Settings come over OSC, from a socket that is nobody's: a foot switch, a tablet.
"""

import json
import signal
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bridge.music.events import Do, Set
from tests.real.conftest import PATIENCE, Need
from tests.sockets import client

pytestmark = pytest.mark.real
SERVE = [sys.executable, "-m", "bridge", "serve", "--midi-players", "2", "--port", "0", "--json", "--seed", "5"]
SERVE += ["--config", "none"]
TEMPO = 150.0
PERIOD = 256  # frames, 5.3 ms; what is judged here is music, and a busy machine shall not miss JACK's cycles
LATE = 0.012  # seconds; two periods and a little, within which an onset counts as being on its place
APART = 0.07  # beats, 28 ms; what a busy machine may cost a single onset, and less than half of a thirty-second
QUICK = 0.030  # seconds from a key to its passing on
PULSES = 24  # a beat
GRID = 12  # places a beat on which the machine's notes lie

CALL = [(3, 0.9, 67), *[(4 + n, 0.9, pitch) for n, pitch in enumerate((72, 71, 69, 67, 65, 67, 69))], (11, 0.5, 67)]
SOLO = [(20.5 + 0.75 * n, 0.5, 76 + n % 5) for n in range(16)]
BASS = [(12 + n, 0.8, pitch) for n, pitch in enumerate((36, 43, 36, 43, 41, 36, 43))] + [(19, 0.5, 36)]
END = 47.3  # the beat at which the transport stops


@dataclass(frozen=True, slots=True)
class Heard:
    """An onset in the capture, on a channel from 1."""

    beat: float
    channel: int
    pitch: int


class Score:
    """A capture read along its master's pulses."""

    def __init__(self, events: Sequence[tuple[int, str, Sequence[int]]], pulses: Sequence[int]) -> None:
        self._events, self._pulses = events, pulses

    def beat(self, frame: int) -> float:
        """The beat of the song, from 0, that falls on a frame."""
        index = max(0, min(len(self._pulses) - 2, bisect_right(self._pulses, frame) - 1))
        begin, end = self._pulses[index : index + 2]
        return (index + (frame - begin) / (end - begin)) / PULSES

    def onsets(self, port: str, *channels: int) -> list[Heard]:
        """What began on a port, on these channels or on any."""
        found = [
            Heard(self.beat(frame), (data[0] & 0x0F) + 1, data[1])
            for frame, origin, data in self._events
            if origin == port and data[0] & 0xF0 == 0x90 and data[2]
        ]
        return [note for note in found if not channels or note.channel in channels]


def between(notes: Sequence[Heard], begin: float, end: float) -> list[Heard]:
    """The notes from one beat to another, counted from `begin`."""
    return [replace(note, beat=note.beat - begin) for note in notes if begin - APART <= note.beat < end - APART]


def alike(one: Sequence[Heard], two: Sequence[Heard]) -> bool:
    """Whether the same pitches sound at the same places."""
    return [note.pitch for note in one] == [note.pitch for note in two] and all(
        abs(left.beat - right.beat) <= APART for left, right in zip(one, two, strict=True)
    )


def seconds(beats: float) -> float:
    return beats * 60 / TEMPO


def perform(stage: Any, tell: Callable[..., None]) -> None:
    """The story, until the transport has stopped."""

    def wait(beat: float) -> None:
        while stage.conductor.beat < beat:
            time.sleep(0.02)

    stage.conductor.start(TEMPO)
    wait(14)
    tell(Set(1, "loop", 1))
    wait(19)
    tell(Set(1, "solo", 1))
    wait(26.5)
    tell(Set(1, "response_channel", 8))  # while a note may sound
    wait(30)
    tell(Do(1, "mutate"))
    wait(END)
    stage.conductor.stop()
    time.sleep(0.5)


def test_two_keyboards_call_loop_solo_mutate_and_stop(need: Need, tmp_path: Path) -> None:
    need("jackd", "jack_midi_clock", modules=("jack",))
    from bench.jack_rig import RATE, master, notes
    from bench.rig.conductor import Part
    from bench.rig.stage import Stage, wait

    parts = {"melody": Part.of(CALL + SOLO, 1000.0), "bass": Part.of(BASS, 1000.0)}
    log = tmp_path / "engine.log"
    with Stage(tmp_path, band=SERVE, realtime=True, parts=parts, period=PERIOD, patient=True) as stage:
        ready = json.loads(wait(lambda: log.read_text().splitlines(), "the engine")[0])
        with client(ready["port"]) as desk:
            for player, channel in ((1, 4), (2, 6)):
                for name, value in (("mode", "respond"), ("call_bars", 2), ("thru_channel", channel)):
                    desk.say(Set(player, name, value))
            desk.say(Set(2, "response_channel", 2))
            perform(stage, desk.say)
        events, _ = stage.end()
        assert stage.engine is not None
        stage.engine.send_signal(signal.SIGINT)
        assert stage.engine.wait(PATIENCE) == 0
    summary = json.loads(log.read_text().splitlines()[-1])
    assert (summary["failures"], summary["midi"]["lost"], summary["midi"]["failed"]) == (0, 0, 0)
    clock = master(events)
    judge(Score(events, clock.pulses))
    for port in ("band", "band 2"):
        found = notes(events, port, clock.still, RATE)
        assert (found.doubled, found.unpaired, found.hanging, found.after_stop) == (0, 0, 0, 0), port


def judge(score: Score) -> None:
    """That the music is what the story asked for."""
    said = score.onsets("band", 3, 8)
    first, again, soloed, mutated = (between(said, begin, begin + 8) for begin in (12, 20, 28, 36))
    assert not between(said, 0, 12), "nobody answers before the call is over"
    assert first, "an answer"
    assert abs(seconds(first[0].beat)) <= LATE, "on the downbeat"
    off = [abs(seconds(note.beat - round(note.beat * GRID) / GRID)) for note in said]
    assert median(off) <= LATE / 2, "on the grid"
    assert alike(again, first), "looped"
    assert alike(soloed, first), "and the solo leaves it alone"
    assert mutated
    assert not alike(mutated, first), "the mutation"
    last = between(said, 44, END + APART)
    assert last
    assert alike(last, mutated[: len(last)]), "which loops too"
    assert {note.channel for note in said if note.beat < 26.4} == {3}
    assert {note.channel for note in said if note.beat > 27.5} == {8}
    bass = score.onsets("band 2", 2)
    assert bass
    assert abs(min(note.beat for note in bass) - 20) <= APART, "the bass's own answer"
    assert max(note.beat for note in bass) < 28, "which nobody looped"
    assert {note.channel for note in score.onsets("band")} == {3, 4, 8}
    assert {note.channel for note in score.onsets("band 2")} == {2, 6}
    for port, channel, part in (("band", 4, CALL + SOLO), ("band 2", 6, BASS)):
        passed = score.onsets(port, channel)
        assert [note.pitch for note in passed] == [pitch for _, _, pitch in part], "every key is passed on"
        lags = [seconds(note.beat - beat) for note, (beat, _, _) in zip(passed, part, strict=True)]
        assert min(lags) >= -LATE
        assert median(lags) <= QUICK, lags
