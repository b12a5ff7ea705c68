"""A real controller port, a real engine, the real command: a knob is learnt, moved, and known after a new start."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import rtmidi

from bridge.io.midi_ports import APIS
from tests.real.conftest import PATIENCE, Need, running

pytestmark = pytest.mark.real
IMPROV = [sys.executable, "-m", "bridge"]
SERVE = [*IMPROV, "serve", "--midi", "--port", "0", "--json", "--model", "rules"]
CONTROL = 0xB4  # on channel 5: channels do not matter


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"no {what} within {PATIENCE} s"
        time.sleep(0.05)


def asked(port: int, *words: str) -> str:
    done = subprocess.run(
        [*IMPROV, *words, "--port", str(port)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def ports() -> str:
    return subprocess.run(["jack_lsp"], capture_output=True, text=True, check=False).stdout


@contextmanager
def engine(config: Path) -> Iterator[int]:
    """A serving engine whose MIDI input hears the controller; its OSC port."""
    with running([*SERVE, "--config", str(config)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["port"])
        subprocess.run(["jack_connect", "controller:out", "Improv In:Improv In"], check=True, stdout=subprocess.DEVNULL)
        yield port
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_a_knob_is_learnt_over_real_midi_and_kept(need: Need, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("jackd", "jack_lsp", "jack_connect")
    config = tmp_path / "improv.toml"
    config.write_text("[presets.ballad]\nswing = 0.6\n\n[controls]\n45 = 'preset:ballad'\n")
    name = f"improv-knob-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    monkeypatch.setenv("IMPROV_MIDI_API", "jack")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(["jackd", "-n", name, "-r", "-d", "dummy"], **quiet):
        until(lambda: "system" in ports(), "JACK server")
        knob = rtmidi.MidiOut(rtapi=APIS["jack"], name="controller")
        knob.open_virtual_port("out")
        try:
            with engine(config) as port:
                learn = [*IMPROV, "learn", "temperature", "--port", str(port)]
                with running(learn, stdout=subprocess.PIPE) as learning:
                    assert learning.stdout is not None
                    assert "move the control" in learning.stdout.readline()
                    knob.send_message([CONTROL, 21, 3])
                    assert learning.stdout.readline() == "temperature is bound to control 21\n"
                    assert learning.wait(PATIENCE) == 0
                knob.send_message([CONTROL, 21, 127])
                until(lambda: asked(port, "get", "temperature") == "2", "knob")
                knob.send_message([CONTROL, 45, 127])
                until(lambda: asked(port, "get", "swing") == "0.6", "preset")
            with engine(config) as port:
                until(lambda: asked(port, "get", "bound_temperature") == "21", "binding after a new start")
        finally:
            knob.close_port()
            knob.delete()
