"""The engine driven by hand with liblo's oscsend and oscdump, with the very lines that the README shows."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.real.conftest import ROOT, Engine, Need, free_port, running

pytestmark = pytest.mark.real
LINE = re.compile(r"^(?:while )?oscsend localhost 9100 (\S+ .*?)(?:; do .*|\s+#.*)?$", re.MULTILINE)
PLAYED = 2.6  # seconds; a bar at 120 bpm, after which the band enters, and a little more
EVERY = 0.025  # seconds between positions


def shown() -> list[str]:
    """What the README sends, without the program and the port."""
    return LINE.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def send(port: int, words: str) -> None:
    subprocess.run(["oscsend", "localhost", str(port), *words.split()], check=True, timeout=5)


def heard(log: Path, address: str) -> list[list[str]]:
    """The arguments of what oscdump has printed for an address (time tag, address, types, arguments)."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return [line[3:] for line in lines if len(line) > 2 and line[1] == f"/improv/{address}"]


def wait(log: Path, address: str) -> list[list[str]]:
    until = time.monotonic() + 5.0
    while time.monotonic() < until:
        if found := heard(log, address):
            return found
        time.sleep(0.02)
    raise TimeoutError(f"no {address} in {log.read_text()!r}")


def test_the_lines_of_the_readme_bring_the_band_in(need: Need, engine: Engine, tmp_path: Path) -> None:
    need("oscsend", "oscdump")
    lines = shown()
    assert [line.split()[0] for line in lines][:1] == ["/improv/hello"]
    own, log = free_port(), tmp_path / "oscdump"
    with log.open("w") as file, running(["oscdump", "-L", str(own)], stdout=file, stderr=subprocess.STDOUT):
        for line in lines:
            send(engine.port, re.sub(r"\b9200\b", str(own), line))
        assert wait(log, "welcome")[0][:2] == ["1", "1"]
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < PLAYED:
            send(engine.port, f"/improv/position iiifiii 1 {elapsed * 960:.0f} {elapsed * 960:.0f} 120 1 4 4")
            time.sleep(EVERY)
        cues = wait(log, "cue")
        send(engine.port, f"/improv/position iiifiii 1 {PLAYED * 960:.0f} {PLAYED * 960:.0f} 120 0 4 4")
        assert wait(log, "silence")
    summary = engine.end()
    assert {cue[0] for cue in cues} == {'"accompaniment"', '"bass"'}
    assert all(int(cue[1]) >= 0 and int(cue[2]) > 0 and 0 <= int(cue[3]) <= 127 for cue in cues)
    assert (summary["late"], summary["drops"]) == (0, 0)
