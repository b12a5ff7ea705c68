"""A real Pure Data: the patch that users open joins, is the clock, plays a tune, and plays the answers on time."""

import os
import re
import select
import signal
import subprocess
import time
from dataclasses import dataclass

import pytest

from tests.real.conftest import Engine, Need, free_port, running

pytestmark = pytest.mark.real
PATCH = "max_patches/pd/improv_hello.pd"
TEMPO = 150
RATE = TEMPO * 480 / 60  # ticks a second
PLAYED = 6.0  # seconds
LINE = re.compile(r"^(cue|played): (?:list )?(\w+) (.*)$")
LATE = 0.030  # seconds of wall clock by which half of the notes may miss their moment on a busy machine


@dataclass(frozen=True, slots=True)
class Told:
    """A line that the patch prints: a cue as it comes, or a note as it sounds; `now` is the patch's own tick."""

    what: str
    note: tuple[str, int, int]  # voice, tick, pitch
    now: float
    time: float


def listen(process: "subprocess.Popen[str]", seconds: float) -> list[Told]:
    """What the patch prints within `seconds`, stamped as it comes."""
    assert process.stderr is not None
    stream = process.stderr.fileno()
    told: list[Told] = []
    rest, until = "", time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not select.select([stream], [], [], left)[0]:
            break
        data, now = os.read(stream, 65536), time.perf_counter()
        assert data, f"Pd ended: {rest}"
        *lines, rest = (rest + data.decode()).split("\n")
        for line in lines:
            if match := LINE.match(line.strip()):
                values = [float(word) for word in match[3].split()]
                told.append(Told(match[1], (match[2], int(values[0]), int(values[2])), values[-1], now))
    return told


def test_a_pd_patch_joins_plays_and_is_answered_in_time(need: Need, engine: Engine) -> None:
    need("pd")
    words = {"engine": engine.port, "listen": free_port(), "tempo": TEMPO, "play": 1}
    command = ["pd", "-nogui", "-noaudio", "-nomidi"]
    command += [part for word, value in words.items() for part in ("-send", f"improv-{word} {value}")]
    with running([*command, PATCH], stderr=subprocess.PIPE) as pd:
        told = listen(pd, PLAYED)
        pd.send_signal(signal.SIGTERM)
    summary = engine.end()
    cues = [line for line in told if line.what == "cue"]
    played = [line for line in told if line.what == "played"]
    assert summary["heard"] >= PLAYED * TEMPO / 60 - 3
    assert (summary["late"], summary["drops"]) == (0, 0)
    assert {line.note[0] for line in cues} == {"accompaniment", "bass"}
    assert all(line.now < line.note[1] for line in cues), "a cue came after its tick"
    assert {line.note for line in played} <= {line.note for line in cues}
    missing = {line.note for line in cues if line.note[1] < told[-1].now - RATE / 10} - {line.note for line in played}
    assert not missing
    assert all(abs(line.now - line.note[1]) <= 2 for line in played), "the patch played off its tick"
    starts = sorted(line.time - line.note[1] / RATE for line in played)  # the moment of tick 0, told by every note
    spread = sorted(abs(start - starts[len(starts) // 2]) for start in starts)
    assert spread[len(spread) // 2] < LATE
