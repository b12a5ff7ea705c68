"""The demo: three processes that play in time, and one clear line and the right exit code when they cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import mido
import pytest

import bridge
from bridge import tunes
from bridge.io import demo, demo_host
from bridge.io.demo_host import Job
from bridge.io.story import Lines, Story
from bridge.io.take import MELODY, Note, Take
from bridge.io.wire import encode
from bridge.music.errors import BridgeError, PortError
from bridge.music.events import ACCOMPANIMENT, BASS, ERRORS, Error
from bridge.music.timeline import PPQ, Meter

DOUBLE = str(Path(__file__).with_name("engines.py"))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


# -- the real thing ----------------------------------------------------------------------------------------------


def test_it_plays_in_time_and_leaves_a_take_and_a_picture(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = demo.main(
        ["--json", "--seconds", "5", "--tempo", "140", "--out", str(tmp_path / "new"), "--tune", "lullaby"]
    )
    ready, summary = lines(capfd.readouterr().out)
    assert ready["event"] == "ready"
    assert (summary["event"], summary["late"], code) == ("summary", 0, 0)
    assert summary["heard"] > 5  # type: ignore[operator]
    assert summary["cues"] > 5  # type: ignore[operator]
    margin = summary["margin_ms"]
    assert 0 < margin["min"] <= margin["p1"] <= margin["p50"] <= margin["p99"] <= margin["max"]  # type: ignore[index]
    assert set(summary["step_ms"]) >= {"p50", "p99"}  # type: ignore[call-overload]
    assert summary["files"] == [str(tmp_path / "new" / name) for name in ("demo.mid", "demo.svg")]
    tracks = mido.MidiFile(tmp_path / "new" / "demo.mid").tracks
    assert [any(message.type == "note_on" for message in track) for track in tracks] == [False, True, True, True]
    assert (tmp_path / "new" / "demo.svg").read_text().startswith("<svg")


@POSIX
def test_ctrl_c_ends_it_cleanly_with_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "bridge.py").write_text("raise SystemExit('a file of the same name in the current folder')")
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from bridge.cli import main; sys.exit(main())", "demo", "--tempo", "240"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(bridge.__file__).parents[1]), "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout as out:
        for line in out:
            if line.startswith("bar   3"):
                process.send_signal(signal.SIGINT)
                break
        rest = out.read()
        code = process.wait(10)
    late = next((line for line in rest.splitlines() if line.startswith("late ")), rest)
    assert late.startswith("late "), rest
    assert code == (0 if late == "late      0 cues" else 3)  # 3: this machine was too busy
    assert (tmp_path / "demo.mid").is_file()
    assert (tmp_path / "demo.svg").is_file()


# -- what can go wrong -------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize(
    ("way", "code", "says"),
    [
        ("late", 3, "late      1 cues"),
        ("mute", 1, "no cue came"),
        ("broken", 1, "the model is gone: install it again"),
        ("dying", 1, "out of memory: close something"),
    ],
)
def test_the_exit_code_means_what_it_says(
    way: str, code: int, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "ENGINE", (DOUBLE, way))
    assert demo.main(["--seconds", "1", "--no-view", "--out", str(tmp_path)]) == code
    said = capfd.readouterr()
    assert says in said.out + said.err
    if code == 1:
        assert len(said.err.splitlines()) == 1
        assert said.err.startswith("improv demo: ")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--tune", "nothing_like_it"], "choose one of"),
        (["--tune", __file__], "not a MIDI file"),
        (["--out", "{file}/x"], "choose another folder with --out"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(
    argv: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    argv = [word.replace("{file}", str(file)) for word in argv]
    assert demo.main(argv) == 1
    assert demo.main([*argv, "--json"]) == 1
    said = capsys.readouterr()
    assert says in said.err
    assert len(said.err.splitlines()) == 1
    assert says in str(json.loads(said.out)["text"])


@pytest.mark.parametrize("argv", [["--tempo", "5"], ["--tempo", "x"], ["--seconds", "0"], ["--players", "17"]])
def test_a_wrong_command_line_is_exit_code_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        demo.main(argv)
    assert caught.value.code == 2
    assert argv[0] in capsys.readouterr().err


def test_the_list_names_every_tune(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == 6
    assert "greensleeves     6/8  112 bpm  40 s  Greensleeves" in listed


# -- the simulated host ------------------------------------------------------------------------------------------


def test_an_engine_that_does_not_answer_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_host, "PATIENCE", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        job = Job(silent.getsockname()[1], "lullaby", 120.0, 1.0)
        with pytest.raises(PortError, match="no engine answers on port"):
            demo_host.run(job, lambda _: None, threading.Event())


def test_a_seat_that_is_taken_is_said() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as engine:
        engine.bind(("127.0.0.1", 0))
        engine.settimeout(5)

        def refuse() -> None:
            _, address = engine.recvfrom(2048)
            engine.sendto(encode(Error(ERRORS["player_in_use"], "player_in_use")), address)

        thread = threading.Thread(target=refuse)
        thread.start()
        job = Job(engine.getsockname()[1], "lullaby", 120.0, 1.0)
        with pytest.raises(PortError, match="refused player 1"):
            demo_host.run(job, lambda _: None, threading.Event())
        thread.join()


# -- what the host tells -----------------------------------------------------------------------------------------


def cue(tick: int, pitch: int, *, voice: str = BASS, margin: float = 70.0, player: int = 1) -> dict[str, object]:
    where = {"event": "cue", "player": player, "voice": voice, "tick": tick, "ticks": 480}
    return where | {"pitch": pitch, "velocity": 80, "generation": 1, "margin_ms": margin}


def test_the_story_is_the_first_player_s_and_measures_everyone() -> None:
    story = Story(Take("x", 120.0, Meter()))
    for event in (
        {"event": "note", "tick": 0, "ticks": 480, "pitch": 60, "velocity": 80},
        cue(480, 36, margin=50.0),
        cue(480, 36, player=2, margin=-1.0),
        cue(960, 60, voice=ACCOMPANIMENT, margin=90.0),
        {"event": "chord", "player": 1, "tick": 480, "root": 0, "quality": "maj"},
        {"event": "chord", "player": 2, "tick": 480, "root": 1, "quality": "maj"},
        {"event": "silence", "player": 1, "voice": "all", "tick": 1000},
        {"event": "stop", "tick": 980},
        {"event": "end", "tick": 980, "heard": 2, "cues": 3, "late": 1},
    ):
        story.add(event)
    assert story.take.notes(MELODY) == [Note(0, 480, 60, 80)]
    assert story.take.notes(BASS) == [Note(480, 480, 36, 80)]
    assert story.take.notes(ACCOMPANIMENT) == [Note(960, 20, 60, 80)]
    assert story.take.chords() == [(480, "C")]
    summary = story.summary({"late": 0, "step_ms": {"p50": 1.0, "p99": 2.0}}, [Path("demo.mid")])
    assert (summary["heard"], summary["cues"], summary["late"]) == (2, 3, 1)
    assert summary["margin_ms"] == {"min": -1.0, "p1": -1.0, "p50": 50.0, "p99": 90.0, "max": 90.0}
    assert "late      1 cues" in story.tell(summary)


def test_a_bar_s_line_holds_what_belongs_to_the_bar() -> None:
    plain = Lines()
    events: list[dict[str, object]] = [
        {"event": "bar", "bar": 0, "tick": 0},
        {"event": "note", "pitch": 60},
        cue(960, 36),
        {"event": "chord", "player": 1, "tick": 960, "root": 9, "quality": "min7"},
        cue(1920, 41),
        {"event": "chord", "player": 1, "tick": 1920, "root": 5, "quality": "maj"},
        {"event": "bar", "bar": 1, "tick": 1920},
        {"event": "stop", "tick": 3840},
    ]
    told = [line.split() for line in map(plain.add, events) if line]
    assert told == [
        ["bar", "0", "chords", "-", "Am7", "bass", "C2", "heard", "C4"],
        ["bar", "1", "chords", "F", "bass", "F2", "heard", "-"],
    ]


def test_bridge_errors_are_what_the_host_raises() -> None:
    with pytest.raises(BridgeError, match="choose one of"):
        demo_host.run(Job(9, "nothing", 120.0, 1.0), lambda _: None, threading.Event())


def test_a_traded_take_ends_with_a_whole_answer() -> None:
    for name in tunes.names():
        tune = tunes.traded(tunes.load(name), 2)
        for tempo in (40.0, tune.tempo, 300.0):
            ticks = demo._length(tune, tempo, 2) * tempo * PPQ / 60.0
            exchanges = (ticks - tune.meter.bar - tune.ticks % (4 * tune.meter.bar)) / (4 * tune.meter.bar)
            assert exchanges == pytest.approx(round(exchanges))
            assert round(exchanges) >= 1
    whole = tunes.load("ode_to_joy")
    assert demo._length(whole, whole.tempo, 0) == pytest.approx(whole.seconds + whole.meter.bar * 60 / (120 * PPQ))
