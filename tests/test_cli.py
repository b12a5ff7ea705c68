"""The command, as a user meets it: in its own process, over real sockets."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bridge import __version__, cli
from bridge.generators import shelf
from bridge.generators.band import Band
from bridge.generators.rules import RulesBand
from bridge.io import doctor, minds, serve
from bridge.io.osc import OscShell
from bridge.music.errors import ModelError, PortError
from bridge.music.events import ALL, Control, Cue, Get, Hello, NoteOff, NoteOn, Set, Silence, Value, Welcome
from bridge.music.timeline import MAX_TEMPO
from bridge.music.vocabulary import GENRES
from tests.sockets import Client, client

SERVE = (sys.executable, "-m", "bridge", "serve", "--port", "0", "--json", "--model", "rules", "--config", "none")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without a signal")


class Engine:
    """A serving process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.ready = self.line()
        self.port: int = self.ready["port"]

    def line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@contextmanager
def engine(*words: str, command: Sequence[str] = SERVE) -> Iterator[Engine]:
    with subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(30, process.kill)
        watchdog.start()
        try:
            yield Engine(process)
        finally:
            process.kill()
            watchdog.cancel()


def improv(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bridge", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def join(peer: Client, player: int) -> None:
    peer.say(Hello(1, player, "player", peer.port))
    welcome = peer.until(Welcome)
    assert isinstance(welcome, Welcome)
    assert (welcome.version, welcome.player) == (1, player)
    assert welcome.generation > 1_000, "each start of the engine has its own"


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_silences_every_peer_and_ends_cleanly(number: signal.Signals) -> None:
    with engine("--tempo", "240") as serving, client(serving.port) as one, client(serving.port) as two:
        join(one, 1)
        join(two, 2)
        one.say(NoteOn(1, -1, 60, 90), NoteOff(1, -1, 60), NoteOn(1, -1, 64, 90))
        assert isinstance(one.until(Cue), Cue)
        began = time.monotonic()
        os.kill(serving.process.pid, number)
        for peer in (one, two):
            silence = peer.until(Silence)
            assert isinstance(silence, Silence)
            assert silence.voice == ALL
        summary = serving.line()
        assert serving.process.wait(2) == 0
        assert time.monotonic() - began < 2
    assert summary["event"] == "summary"
    assert summary["heard"] == 2
    assert summary["cues"] > 0
    assert summary["late"] == 0
    assert set(summary["margin_ms"]) == {"min", "p1", "p50", "p99"}
    assert set(summary["step_ms"]) == {"p50", "p99"}
    assert summary["margin_ms"]["p50"] > 0
    assert summary["drops"] == 0


def test_it_says_when_it_is_ready() -> None:
    with engine() as serving, client(serving.port) as peer:
        assert serving.ready["event"] == "ready"
        assert serving.ready["pid"] == serving.process.pid
        assert serving.ready["midi_in"] is None
        assert 0 < serving.ready["startup_s"] < 15
        join(peer, 5)


@posix
@pytest.mark.parametrize("mind", [shelf.RULES, shelf.DEFAULT])
def test_playing_loads_neither_tensorflow_nor_the_terminal(mind: str) -> None:
    command = (sys.executable, "-X", "importtime", *SERVE[1:])
    with engine("--model", mind, command=command) as serving:
        serving.process.terminate()
        _, words = serving.process.communicate(timeout=10)
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in words.splitlines() if line.count("|") == 2}
    assert "bridge" in loaded
    assert not loaded & {"tensorflow", "keras", "rich", "matplotlib"}


def test_a_taken_port_is_one_line_and_code_1() -> None:
    with OscShell(lambda event, time: None, port=0) as shell:
        done = improv("serve", "--port", str(shell.port), "--model", "rules")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"improv: UDP port {shell.port} on 127.0.0.1 is taken; stop what uses it, or choose another with --port"
    ]


def test_a_named_model_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    for name in ("no-such-model", str(tmp_path)):
        done = improv("serve", "--port", "0", "--model", name)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "--model takes a model's folder" in done.stderr


def test_the_band_plays_by_rule_where_the_model_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    choice = minds.choose(None)
    assert choice.mind.name == "rules"
    assert choice.warning.startswith("the band plays by rule: ")
    assert "\n" not in choice.warning
    with pytest.raises(ModelError):
        minds.choose(shelf.DEFAULT)


def test_the_model_that_is_there_plays_and_a_corrupt_one_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choice = minds.choose(None)
    assert (choice.mind.name, choice.warning) == (shelf.DEFAULT, "")
    shutil.copytree(shelf.folder(shelf.DEFAULT), tmp_path / shelf.DEFAULT)
    with (tmp_path / shelf.DEFAULT / "step.tflite").open("r+b") as network:
        network.seek(100)
        network.write(b"garbage")
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    assert minds.choose(None).mind.name == "rules"
    with pytest.raises(ModelError):
        minds.choose(shelf.DEFAULT)


def test_a_mind_that_fails_at_rehearsal_is_a_model_error() -> None:
    class Broken(RulesBand):
        def step(self, state: Any, frame: Any) -> Any:
            raise ValueError("no idea")

    with pytest.raises(ModelError, match=r"rules fails \(ValueError: no idea\)"):
        minds.rehearse(Broken(), 1)
    assert len(minds.rehearse(RulesBand(), 20)) == 20


def test_the_version_is_quick() -> None:
    done = improv("--version")
    assert (done.returncode, done.stdout) == (0, f"improv {__version__}\n")


@pytest.mark.parametrize("command", ["serve", "ports", "doctor", "set", "get", "do", "learn"])
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([command, "--help"])
    assert left.value.code == 0
    assert f"improv {command}" in capsys.readouterr().out.split("example")[1]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["sing"],
        ["serve", "--port", "x"],
        ["serve", "--port", "65536"],
        ["serve", "--tempo", "0"],
        ["serve", "--tempo", str(MAX_TEMPO + 1)],
        ["serve", "--tempo", "120", "--clock", "osc"],
        ["serve", "--cloc", "osc"],
        ["serve", "--midi-players", "0"],
        ["serve", "--midi-players", "17"],
        ["serve", "--midi-players", "1", "--midi-in", "a", "--midi-in", "b"],
        ["serve", *["--midi-out", "a"] * 17],
        ["serve", "--set", "swing"],
        ["serve", "--set", "swing=2"],
        ["serve", "--set", "swong=1"],
        ["serve", "--set", "0:swing=1"],
        ["serve", "--set", "x:swing=1"],
        ["set", "swing"],
        ["do", "panic", "--player", "0"],
        ["get", "swing", "--port", "0"],
        ["serve", "--link", "--clock", "midi"],
        ["serve", "--no-start-stop"],
        ["serve", "--tempo", "120", "--clock", "midi"],
    ],
)
def test_wrong_usage_is_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    assert left.value.code == 2
    assert "usage: improv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], (0, (), ())),
        (["--midi"], (1, (), ())),
        (["--midi-in", "Keys"], (1, ("Keys",), ())),
        (["--midi-players", "3"], (3, (), ())),
        (["--midi-in", "Keys", "--midi-out", "Synth", "--midi-out", "Organ"], (2, ("Keys",), ("Synth", "Organ"))),
        (["--midi-players", "3", "--midi-out", "Synth"], (3, (), ("Synth",))),
    ],
)
def test_players_on_midi(
    words: list[str], expected: tuple[int, tuple[str, ...], tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[serve.Options] = []
    monkeypatch.setattr(serve, "serve", lambda options, began: asked.append(options) or 0)
    assert cli.main(["serve", *words]) == 0
    assert [(options.midi, options.midi_in, options.midi_out) for options in asked] == [expected]


def test_an_impossible_lookahead_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["serve", "--port", "0", "--model", "rules", "--lookahead=-3"])
    assert refused.value.code == 2
    assert "argument --lookahead: -3 is no whole number from 5 to 1000" in capsys.readouterr().err


def test_training_without_tensorflow_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name="tensorflow.keras")

    monkeypatch.setattr("importlib.import_module", absent)
    assert cli.main(["train"]) == 1
    assert capsys.readouterr().err == "improv: train needs tensorflow: pip install 'improv-bridge[training]'\n"


def test_other_commands_get_the_rest_of_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[list[str]] = []

    class Elsewhere:
        @staticmethod
        def main(words: list[str]) -> int:
            heard.append(words)
            return 7

    monkeypatch.setattr("importlib.import_module", lambda name: Elsewhere)
    assert [cli.main([command, "--help", "x"]) for command in cli.ELSEWHERE] == [7] * len(cli.ELSEWHERE)
    assert heard == [["--help", "x"]] * len(cli.ELSEWHERE)


def test_the_doctor_tells_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> str:
        raise PortError("no MIDI system answers; start JACK")

    monkeypatch.setattr(doctor, "_midi", broken)
    monkeypatch.setattr(doctor, "_model", lambda: "a model")
    with OscShell(lambda event, time: None, port=0) as shell:
        code = cli.main(["doctor", "--port", str(shell.port)])
    told = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "MIDI note no MIDI system answers; start JACK" in told
    assert f"note UDP {shell.port} is taken" in told
    assert told.endswith("ready to play")
    monkeypatch.setattr(doctor, "_model", broken)
    assert cli.main(["doctor", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert [check["name"] for check in found["checks"] if check["essential"] and not check["ok"]] == ["model"]


def test_ports_are_listed_by_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bridge.io.midi_ports.port_names", lambda: (["A keyboard"], []))
    assert cli.main(["ports"]) == 0
    told = capsys.readouterr().out
    assert "MIDI inputs (--midi-in):\n  A keyboard\n" in told
    assert "MIDI outputs (--midi-out):\n  none; " in told
    assert cli.main(["ports", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"inputs": ["A keyboard"], "outputs": []}


def test_a_meter_is_for_clocks_that_say_none() -> None:
    parser = cli.parser()
    assert parser.parse_args(["serve", "--meter", "7/8"]).meter == (7, 8)
    for wrong in ("x", "3", "3/5", "0/4", "33/4", "3/4/4"):
        done = improv("serve", "--meter", wrong)
        assert done.returncode == 2
        assert f"{wrong} is no meter: say 3/4, 6/8" in done.stderr


def test_a_genre_to_begin_with() -> None:
    with engine("--genre", "hymn") as serving, client(serving.port) as peer:
        join(peer, 5)
        peer.say(Get(5, "genre"))
        assert peer.until(Value) == Value("genre", "hymn")
    wrong = improv("serve", "--genre", "polka")
    assert wrong.returncode == 2
    assert "invalid choice: 'polka'" in wrong.stderr


def test_a_genre_without_weights_of_its_own_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(shelf.folder(shelf.DEFAULT), tmp_path / shelf.DEFAULT)
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    choice = minds.choose(None)
    said = [line for genre in ("any", "hymn", "jazz") if (line := serve.apart(genre, choice))]
    assert said == ["there is no model 'accompaniment-pop': jazz is played by the default weights"]
    assert serve.apart("jazz", minds.choose("rules")) == ""


def test_sets_of_weights_lie_beside_the_default_and_answer_for_their_genres(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = shelf.folder(shelf.DEFAULT)
    for name in (shelf.DEFAULT, "accompaniment-folk"):
        shutil.copytree(here, tmp_path / name)
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    assert shelf.sets(shelf.DEFAULT) == ["folk"]
    names = {genre: shelf.folder_for(shelf.DEFAULT, genre).name for genre in ("any", "hymn", "folk", "jazz")}
    assert names == {
        "any": "accompaniment", "hymn": "accompaniment", "folk": "accompaniment-folk", "jazz": "accompaniment"
    }  # fmt: skip
    choice = minds.choose(None)
    assert choice.notes == ()
    assert isinstance(choice.mind, Band)
    assert choice.mind.model("folk") is not choice.mind.model("hymn")
    assert choice.mind.model("rock") is choice.mind.model("hymn")
    with pytest.raises(ModelError, match="there is no model"):
        shelf.folder_for("melody", "folk")
    found = {check.name: check for check in doctor.examine(0)}
    assert found["accompaniment-folk"].ok
    assert "for folk" in found["accompaniment-folk"].text
    assert found["accompaniment-pop"].text == "not there; the default weights play pop, rock, jazz"


def test_a_set_that_is_broken_costs_its_genres_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = shelf.folder(shelf.DEFAULT)
    for name in (shelf.DEFAULT, "accompaniment-pop"):
        shutil.copytree(here, tmp_path / name)
    (tmp_path / "accompaniment-pop" / "step.tflite").write_bytes(b"garbage")
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    choice = minds.choose(None)
    assert (choice.mind.name, choice.warning) == (shelf.DEFAULT, "")
    assert len(choice.notes) == 1
    assert choice.notes[0].startswith("the default weights play for the set pop: ")
    assert isinstance(choice.mind, Band)
    assert choice.mind.model("jazz") is choice.mind.model("any")
    broken = next(check for check in doctor.examine(0) if check.name == "accompaniment-pop")
    assert not broken.ok
    assert not broken.essential
    assert "is not the file" in broken.text


def test_a_model_that_is_named_plays_every_genre(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(shelf.folder(shelf.DEFAULT), tmp_path / "mine"))
    choice = minds.choose(str(mine))
    assert isinstance(choice.mind, Band)
    assert len({id(choice.mind.model(genre)) for genre in GENRES}) == 1


CONFIG = """\
[settings]
genre = "folk"
swing = 0.2
feel = 0.5

[player.5]
preset = "ballad"

[presets.ballad]
swing = 0.6
key = "auto"

[presets.loud]
level = 1.5

[controls]
20 = "temperature"
"""


def known(peer: Client, player: int, *names: str) -> list[float | int | str]:
    """What player says its parameters are."""
    values = []
    for name in names:
        peer.say(Get(player, name))
        value = peer.until(Value)
        assert isinstance(value, Value)
        assert value.name == name
        values.append(round(value.value, 6) if isinstance(value.value, float) else value.value)
    return values


def test_players_begin_as_the_file_and_the_command_line_say(tmp_path: Path) -> None:
    (tmp_path / "improv.toml").write_text(CONFIG)
    words = ("--config", str(tmp_path / "improv.toml"), "--set", "feel=0.25", "--set", "6:preset=loud")
    names = ("genre", "swing", "feel", "level", "key", "preset")
    with engine(*words, "--genre", "jazz") as serving, client(serving.port) as five, client(serving.port) as six:
        join(five, 5)
        join(six, 6)
        assert known(five, 5, *names) == ["jazz", 0.6, 0.25, 1.0, "auto", "ballad"]
        assert known(six, 6, *names) == ["jazz", 0.2, 0.25, 1.5, "off", "loud"]


@posix
def test_a_binding_that_is_learnt_is_there_after_a_new_start(tmp_path: Path) -> None:
    (tmp_path / "improv.toml").write_text(CONFIG)
    with engine("--config", str(tmp_path / "improv.toml")) as serving, client(serving.port) as peer:
        join(peer, 5)
        peer.say(Set(5, "learn", "preset:loud"), Control(5, -1, 33, 0), Control(5, -1, 33, 127))
        assert peer.until(Value) == Value("learn", "preset:loud")
        assert [peer.until(Value) for _ in range(2)] == [Value("learn", "off"), Value("bound_preset:loud", 33)]
        assert [peer.until(Value) for _ in range(2)] == [Value("level", 1.5), Value("preset", "loud")]
        serving.process.terminate()
        assert serving.process.wait(5) == 0
    assert (tmp_path / "improv.toml").read_text() == CONFIG, "it is the user's"
    with engine("--config", str(tmp_path / "improv.toml")) as serving, client(serving.port) as peer:
        join(peer, 5)
        assert known(peer, 5, "bound_preset:loud", "bound_temperature") == [33, 20]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["improv-controls.toml", "improv.toml"]


def test_a_mistake_in_the_file_is_one_line_and_code_1(tmp_path: Path) -> None:
    path = tmp_path / "improv.toml"
    path.write_text(CONFIG.replace("swing = 0.6", "swign = 0.6"))
    done = improv("serve", "--port", "0", "--model", "rules", "--config", str(path))
    said = f"improv: {path}, line 10: [presets.ballad]: there is no parameter 'swign'; did you mean 'swing'?"
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (1, "", [said])
    done = improv("serve", "--port", "0", "--model", "rules", "--config", "none", "--preset", "ballad")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "improv: --set preset=ballad: there is no preset 'ballad'; there are: off"
    ]  # fmt: skip
