"""A real sclang, headless: the example joins, plays, and schedules by the bundles' time tags."""

import os
import subprocess
from collections import Counter
from statistics import median

import pytest

from tests.real.conftest import Need, free_port, running
from tests.real.pd_rig import serving

pytestmark = pytest.mark.real
SCRIPT = "supercollider/improv.scd"
SECONDS = 8
HEADLESS = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}  # Debian's sclang is linked with Qt
LATE = 5.0  # milliseconds by which half of the notes may miss their time tags on a busy machine
ASTRAY = 10.0  # ticks (9 ms at this tempo) between a note's tick and the script's own clock, for half of the notes


def test_the_example_schedules_by_time_tags_and_nothing_hangs(need: Need) -> None:
    need("sclang")
    port = free_port()
    with serving(port) as engine:
        command = ["sclang", SCRIPT, str(port), str(SECONDS)]
        with running(command, stdout=subprocess.PIPE, env=os.environ | HEADLESS) as sc:
            output, _ = sc.communicate(timeout=SECONDS + 20)
        engine.terminate()
        summary = engine.communicate(timeout=10)[0]
    lines = [line.split()[1:] for line in output.splitlines() if line.startswith("improv: ")]
    assert lines, output
    struck = [words for words in lines if words[0] == "on"]
    assert {voice for _, voice, *_ in struck} >= {"accompaniment", "bass"}
    assert len(struck) > 20
    off = [float(late) for *_, late in struck]
    assert min(off) > -1.0, "a note before its time tag"
    assert median(off) < LATE
    assert median(abs(float(tick) - float(beats)) for _, _, _, tick, beats, _ in struck) < ASTRAY
    ends = Counter((voice, pitch) for what, voice, pitch, *_ in lines[:-1] if what == "off")
    assert ends == Counter((voice, pitch) for _, voice, pitch, *_ in struck)
    assert lines[-1] == ["end", "0"]
    assert '"late": 0' in summary
    assert '"heard": 0' not in summary
