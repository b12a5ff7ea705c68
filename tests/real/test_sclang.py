"""A real SuperCollider: its example joins, is the clock, is answered, and plays by the bundles' time tags alone."""

import os
import subprocess
from dataclasses import dataclass

import pytest

from tests.real.conftest import Engine, Need, running

pytestmark = pytest.mark.real
EXAMPLE = "supercollider/improv.scd"
TEMPO = 150
RATE = TEMPO * 480 / 60  # ticks a second
PLAYED = 7.0  # seconds
PATIENCE = 90.0  # seconds for sclang to start, play and end on a busy machine
LATE = 0.030  # seconds by which half of the notes may miss their moment on a busy machine


@dataclass(frozen=True, slots=True)
class Told:
    """A line that the example prints: a cue with its time tag, or a note with the moment at which it sounded."""

    note: tuple[str, int, int]  # voice, tick, pitch
    time: float


def told(text: str, word: str) -> list[Told]:
    rows = [line.split() for line in text.splitlines() if line.startswith(word + " ")]
    return [Told((row[1], int(row[2]), int(row[3])), float(row[4])) for row in rows]


def test_sclang_schedules_by_the_time_tags(need: Need, engine: Engine) -> None:
    need("sclang")
    words = {"PORT": engine.port, "TEMPO": TEMPO, "SECONDS": PLAYED, "PLAYER": 4}
    environment = os.environ | {f"IMPROV_{name}": str(value) for name, value in words.items()}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    with running(["sclang", EXAMPLE], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as sclang:
        text, _ = sclang.communicate(timeout=PATIENCE)
    summary = engine.end()
    assert "welcome 1 " in text, text[-2000:]
    assert "ended" in text
    assert "ERROR" not in text, text[-2000:]
    assert (summary["drops"], summary["late"]) == (0, 0)
    assert summary["heard"] >= PLAYED * TEMPO / 60 - 4
    cues, played = told(text, "cue"), told(text, "sound")
    assert {cue.note[0] for cue in cues} == {"accompaniment", "bass"}
    assert len(played) > len(cues) / 2
    assert {each.note for each in played} <= {cue.note for cue in cues}
    tags = {cue.note: cue.time for cue in cues}
    off = sorted(abs(each.time - tags[each.note]) for each in played)
    assert off[len(off) // 2] < LATE, "notes were not played at their time tags"
    starts = sorted(cue.time - cue.note[1] / RATE for cue in cues)  # the moment of tick 0, told by every tag
    spread = [abs(start - starts[len(starts) // 2]) for start in starts]
    assert sorted(spread)[len(spread) // 2] < LATE, "tags and ticks do not tell the same moment"
