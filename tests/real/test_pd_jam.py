"""A real Pure Data plays whole jams through improv.client and improv.voice: living proof of the protocol."""

import signal
import subprocess
from pathlib import Path

import pytest

from bridge.music.events import Cue
from max_patches.puredata.build import PATCHES
from max_patches.states import CONNECTED, IN_USE, LOST, WAITING
from tests.real.conftest import Need, free_port, running
from tests.real.pd_rig import PD, VOICE, Note, Studio, serving, studio

pytestmark = pytest.mark.real
VOICES = ("accompaniment", "bass", "response")
BAR = 1920  # ticks
OFF = 4  # ticks by which a note may stand off its cue
LATE = 0.030  # seconds by which half of the notes may miss their moment on a busy machine
SLACK = 0.05  # seconds about a moment within which the order of two things is not judged


def joined(play: Studio) -> None:
    play.until(CONNECTED, 5)
    play.say("client set mode accompany+respond", "client set call_bars 2", "client do now")
    play.say("clock tempo 160", "clock play 1")


def meant(note: Note, cue: Cue) -> bool:
    """Whether a note is what a cue asked for."""
    return note.pitch == cue.pitch and abs(note.tick - cue.tick) <= OFF


def judge(play: Studio, voices: tuple[str, ...], until: float) -> None:
    """Every note that sounded was promised for its tick, and every promise was kept or taken back."""
    for voice in voices:
        promised = play.cues(voice)
        struck = [note for note in play.notes if note.voice == voice and note.velocity]
        assert struck, f"no note of {voice}"
        astray = [n for n in struck if not any(meant(n, cue) for *_, cue in promised)]
        assert not astray, f"{voice} played what no cue said, or off its tick"
        missed = [
            cue for at, moment, cue in promised
            if moment < until - SLACK and not play.silenced(voice, at - SLACK, moment + SLACK)
            and not any(meant(n, cue) for n in struck)
        ]  # fmt: skip
        assert not missed
        off = sorted(abs(n.time - moment) for n in struck for _, moment, cue in promised if meant(n, cue))
        assert off[len(off) // 2] < LATE


def test_a_jam_of_call_and_response_with_a_tempo_change_a_loop_and_a_stop(need: Need, tmp_path: Path) -> None:
    need("pd")
    port = free_port()
    with serving(port) as engine, studio(tmp_path, port) as play:
        joined(play)
        play.run(6.5)
        assert {note.voice for note in play.notes} >= {*VOICES, VOICE + "bass"}
        play.say("clock tempo 220")
        play.run(2)
        where = play.where()
        assert where[2] == 220
        end = (where[1] // BAR + 2) * BAR
        play.say(f"clock loop {end - 2 * BAR:.0f} {end:.0f}")
        before = play.where()
        play.run(4)
        after = play.where()
        assert after[0] > before[0] + BAR
        assert after[1] - before[1] == pytest.approx(after[0] - before[0] - 2 * BAR, abs=1) or after[1] < end
        seam = before[0] + end - before[1]
        about = [n for n in play.notes if n.voice in VOICES and n.velocity and abs(n.tick - seam) < BAR]
        assert any(n.tick < seam - OFF for n in about), "nothing before the seam"
        assert any(n.tick > seam - OFF for n in about), "nothing after the seam"
        play.run(0.3)
        now = play.heard[-1][0]
        play.wait("", 2)
        play.say("clock play 0")
        play.run(0.3)
        assert play.sounding() == set()
        count = len(play.notes)
        play.run(1)
        assert len(play.notes) == count, "a note after the stop"
        judge(play, VOICES, now)
        mine = [(n.pitch, round(n.tick)) for n in play.notes if n.voice == "bass" and n.velocity]
        theirs = [(n.pitch, round(n.tick)) for n in play.notes if n.voice == VOICE + "bass" and n.velocity]
        assert theirs == mine
        phases = {text.split()[2] for _, name, text in play.said if name == "said" and text.startswith("state")}
        assert phases >= {"idle", "listening", "playing"}
        engine.send_signal(signal.SIGINT)
        summary = engine.communicate(timeout=10)[0]
    assert '"drops": 0' in summary


def test_an_engine_that_dies_is_silence_within_three_seconds_and_comes_back(need: Need, tmp_path: Path) -> None:
    need("pd")
    port = free_port()
    with studio(tmp_path, port) as play:
        play.until(WAITING, 5)
        with serving(port) as engine:
            joined(play)
            play.wait("bass", 6)
            engine.send_signal(signal.SIGKILL)
            lost = play.until(LOST, 5)
            play.run(0.1)
        assert play.sounding() == set()
        assert lost < 3.3
        count = len(play.notes)
        with serving(port):
            assert play.until(CONNECTED, 6) < 5
            play.wait("accompaniment", 6)
            play.wait("bass", 3)
        assert {note.voice for note in play.notes[count:]} >= {"accompaniment", "bass"}


def test_silence_of_a_voice_and_a_new_generation_are_obeyed(need: Need, tmp_path: Path) -> None:
    need("pd")
    port = free_port()
    with serving(port), studio(tmp_path, port) as play:
        joined(play)
        play.run(3)
        play.say("client set bass 0", "client do stop", "tune 0")
        play.run(0.2)
        assert play.sounding() == set()
        count = len(play.notes)
        play.say("tune 1")
        play.run(3.5)
        later = [note.voice for note in play.notes[count:]]
        assert "accompaniment" in later
        assert "bass" not in later
        play.say("client bye")
        play.until(WAITING, 1)
        play.run(0.2)
        assert play.sounding("a") == set()
        play.say("client hello")
        play.until(CONNECTED, 3)


def test_a_taken_seat_and_a_taken_port_are_told(need: Need, tmp_path: Path) -> None:
    need("pd")
    port, own = free_port(), free_port()
    with serving(port), studio(tmp_path, port, own) as first:
        first.until(CONNECTED, 5)
        with studio(tmp_path, port) as second:
            second.until(IN_USE, 5)
            first.run(0.1)
            assert first.state() == CONNECTED
            first.say("client bye")
            first.until(WAITING, 2)
            second.until(CONNECTED, 5)
        first.say("client hello")
        with studio(tmp_path, port, own) as third:
            third.until(IN_USE, 5)
            assert not third.notes


def test_every_patch_opens_without_an_external(need: Need) -> None:
    need("pd")
    with running([*PD, *(f"max_patches/pd/{name}" for name in PATCHES)], stderr=subprocess.PIPE) as pd:
        with pytest.raises(subprocess.TimeoutExpired):
            pd.wait(1.5)
        pd.send_signal(signal.SIGTERM)
        assert pd.stderr is not None
        said = pd.stderr.read()
    assert not [line for line in said.splitlines() if "create" in line or "no such" in line or "expr" in line]


def test_the_example_plays_by_itself(need: Need) -> None:
    need("pd")
    port = free_port()
    sends = [f"improv-wish engine {port}", f"improv-wish port {free_port()}", "improv-run 1"]
    with serving(port) as engine:
        command = [*PD, *(part for send in sends for part in ("-send", send)), "max_patches/pd/improv_plays.pd"]
        with running(command, stderr=subprocess.PIPE) as pd:
            with pytest.raises(subprocess.TimeoutExpired):
                pd.wait(4.5)
            pd.send_signal(signal.SIGTERM)
            assert pd.stderr is not None
            assert "error" not in pd.stderr.read()
        engine.send_signal(signal.SIGINT)
        summary = engine.communicate(timeout=10)[0]
    assert '"heard": 0' not in summary
    assert '"cues": 0' not in summary
