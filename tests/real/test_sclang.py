"""A real sclang, headless: the example joins, plays, and schedules by the bundles' time tags."""

import os
import socket
import subprocess
import time
from collections import Counter
from statistics import median

import pytest

from bridge.io.wire import bundles, decode, encode
from bridge.music.events import ALL, VERSION, Cue, Hello, Silence, Welcome
from tests.real.conftest import Need, free_port, running
from tests.real.pd_rig import serving

pytestmark = pytest.mark.real
SCRIPT = "max_patches/supercollider/improv.scd"
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


def test_silence_and_a_lost_engine_end_what_sounds(need: Need) -> None:
    """The test is the engine: notes that are a minute long end by a rule or not at all."""
    need("sclang")
    minute = 480 * 112
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(20)
        command = ["sclang", SCRIPT, str(udp.getsockname()[1]), "7"]
        with running(command, stdout=subprocess.PIPE, env=os.environ | HEADLESS) as sc:
            while not (hello := [each for each in decode(*_received(udp)) if isinstance(each, Hello)]):
                pass
            peer = ("127.0.0.1", hello[0].port)
            udp.sendto(encode(Welcome(VERSION, 1, 10)), peer)
            for pitch, generation, wait in ((60, 10, 0.2), (61, 9, 0.2), (62, 10, 0.8)):
                for packet in bundles([Cue("bass", 480, minute, pitch, 90, generation)], time.time() + wait):
                    udp.sendto(packet, peer)
            time.sleep(0.5)
            udp.sendto(encode(Silence(ALL, 11)), peer)  # ends the first; the third was waiting
            for packet in bundles([Cue("response", 960, minute, 72, 90, 11)], time.time() + 0.5):
                udp.sendto(packet, peer)
            output, _ = sc.communicate(timeout=30)
    notes = [tuple(line.split()[1:4]) for line in output.splitlines() if line.startswith("improv: o")]
    assert notes == [("on", "bass", "60"), ("off", "bass", "60"), ("on", "response", "72"), ("off", "response", "72")]
    assert output.index("the engine is lost") < output.index("improv: end 0")
    assert output.index("off response 72") < output.index("the engine is lost")


def _received(udp: socket.socket) -> tuple[bytes, str, int]:
    data, (host, port) = udp.recvfrom(65536)
    return data, host, port
