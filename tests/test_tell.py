"""`improv set`, `get`, `do`, `learn`, over real sockets with an engine in this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import pytest

from bridge import cli
from bridge.engine.console import Desk
from bridge.engine.controls import Controls, Target
from bridge.engine.jam import Jam
from bridge.engine.parameters import PARAMETERS
from bridge.engine.presets import Presets
from bridge.generators.rules import RulesBand
from bridge.io import tell
from bridge.io.host import Host
from bridge.io.osc import OscShell
from bridge.music.events import Control, Hello, Position, Silence, State, Value, Welcome
from tests.sockets import Client, client, eventually

PRESETS = Presets({"verse": {"swing": 0.25}})


@contextmanager
def engine() -> Iterator[tuple[Jam, int]]:
    jam = Jam(RulesBand(), desk=Desk(PRESETS, Controls({20: Target("temperature")})))
    host = Host(jam)
    with OscShell(host.enqueue, port=0) as shell:
        thread = threading.Thread(target=host.run, args=([shell],))
        thread.start()
        try:
            yield jam, shell.port
        finally:
            host.stop()
            thread.join(5)
            assert not thread.is_alive()


@contextmanager
def playing() -> Iterator[tuple[Jam, int, Client]]:
    """An engine with player 3."""
    with engine() as (jam, port), client(port) as peer:
        peer.say(Hello(1, 3, "player", peer.port))
        peer.until(Welcome)
        yield jam, port, peer


def improv(port: int, *words: str, player: int = 3) -> int:
    return cli.main([*words, "--player", str(player), "--port", str(port)])


def test_a_parameter_is_set_and_asked_for_from_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    with playing() as (jam, port, peer):
        assert improv(port, "set", "temperature", "0.8") == 0
        assert peer.until(Value) == Value("temperature", pytest.approx(0.8)), "the device hears of it"
        assert improv(port, "get", "temperature") == 0
        assert improv(port, "set", "preset", "verse") == 0
        assert improv(port, "get", "swing") == 0
        assert eventually(lambda: len(jam.roster.peers(3)) == 1), "who asked has left, the device has its seat"
    assert capsys.readouterr().out.splitlines() == ["temperature 0.8", "0.8", "preset verse", "0.25"]


def test_everything_is_asked_for_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with playing() as (_, port, _):
        assert improv(port, "get") == 0
        lines = dict(line.split(" ") for line in capsys.readouterr().out.splitlines())
        assert lines.keys() == {each.name for each in PARAMETERS}
        assert (lines["temperature"], lines["mode"]) == ("0.6", "accompany")
        assert improv(port, "get", "presets") == 0
        assert improv(port, "get", "controls") == 0
        assert improv(port, "get", "bound_swing") == 0
    assert capsys.readouterr().out.splitlines() == ["off", "verse", "temperature 20", "-1"]


def test_an_action_is_asked_for_from_the_shell() -> None:
    with playing() as (_, port, peer):
        assert improv(port, "do", "panic") == 0
        assert isinstance(peer.until(Silence), Silence)


def test_what_does_not_fit_is_code_1_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    with playing() as (_, port, _):
        for words, said in (
            (("set", "temperature", "9"), "temperature is a number from 0 to 2, not 9"),
            (("set", "temprature", "1"), "there is no parameter 'temprature'; did you mean 'temperature'?"),
            (("set", "preset", "vers"), "the engine does not take that value; there are: off, verse"),
            (("set", "model", "psi"), "the model psi is not there: improv doctor says what is"),
            (("get", "temprature"), "did you mean 'temperature'?; improv get lists them"),
            (("get", "bound_nothing"), "the engine does not take that value"),
            (("do", "panik"), "there is no action 'panik'; did you mean 'panic'?; there are panic, stop"),
            (("do", "end_call"), "no call is under way that could end"),
            (("do", "mutate"), "nothing was answered yet that could be mutated"),
            (("learn", "panik"), "did you mean 'panic'?"),
        ):
            assert improv(port, *words) == 1
            told = capsys.readouterr()
            assert told.out == ""
            assert len(told.err.splitlines()) == 1
            assert said in told.err


def test_a_player_who_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with playing() as (jam, port, _):
        for words in (("set", "swing", "1"), ("get", "swing"), ("do", "panic"), ("learn", "swing")):
            assert improv(port, *words, player=4) == 1
            assert "player 4 is not there: let its device join" in capsys.readouterr().err
        assert list(jam.sessions) == [3]
        assert eventually(lambda: jam.roster.numbers() == [3])


def test_nobody_there_is_said_in_time(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tell, "PATIENCE", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        began = perf_counter()
        assert improv(port, "get", "swing") == 1
    assert 0.2 <= perf_counter() - began < 2
    assert capsys.readouterr().err == (
        f"improv: no engine answers on 127.0.0.1 port {port}: start one with improv serve, or say which with --host and"
        " --port\n"
    )


def test_learning_waits_for_the_hand(capsys: pytest.CaptureFixture[str]) -> None:
    with playing() as (jam, port, peer):
        codes: list[int] = []
        thread = threading.Thread(target=lambda: codes.append(improv(port, "learn", "temperature:1.0")))
        thread.start()
        assert eventually(lambda: jam.sessions[3].settings.word("learn") == "temperature:1")
        peer.say(Control(3, -1, 41, 7))
        thread.join(5)
        assert codes == [0]
    assert capsys.readouterr().out.splitlines()[-1] == "temperature:1 is bound to control 41"


def test_learning_is_called_off_where_no_control_moves(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tell, "LEARNING", 0.1)
    with playing() as (jam, port, _):
        assert improv(port, "learn", "panic") == 1
        assert "no control moved within 0.1 s" in capsys.readouterr().err
        assert eventually(lambda: jam.sessions[3].settings.word("learn") == "off")


def test_a_hosts_tempo_is_the_hosts(capsys: pytest.CaptureFixture[str]) -> None:
    with playing() as (_, port, peer):
        peer.say(Position(3, 0, 0, 120.0, 1, 4, 4))
        peer.until(State)
        assert improv(port, "set", "tempo", "90") == 1
    assert "the clock is the host's" in capsys.readouterr().err
