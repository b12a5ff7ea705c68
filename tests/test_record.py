"""The log of a jam: what is recorded replays to the same music, whatever was played, and however the file ends."""

import io
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.console import Desk
from bridge.engine.controls import Controls, target
from bridge.engine.door import Cast
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.engine.presets import Presets
from bridge.engine.settings import Settings
from bridge.generators.rules import RulesBand
from bridge.io import jams, record, replay
from bridge.io.provenance import arithmetic, desk_of, header_of, jam_of, told
from bridge.io.record import Recorded, Writer, remembered
from bridge.music.entries import Advanced, Closed, Entry, Header, Received, Said
from bridge.music.errors import ModelError
from bridge.music.events import Control, Cue, Event, NoteOn, Set, Value
from bridge.music.log import LogError, Reader, head
from tests.sockets import eventually
from tests.test_laws import SCRIPTS, _absolute
from tests.virtual import Host, hello, play

ROOT = Path(__file__).parents[1]
RULES = Cast(RulesBand(), RulesBand(), {ECHO: Echo()})
TUNE = (60, 62, 64, 65, 67, 69, 71, 72)


def made(seed: int = 1, **more: Any) -> Header:
    return header_of(
        RULES, settings=Settings(), seed=seed, generation=1, clock="auto", tempo=120.0, model="rules", **more
    )


def played(script: list[tuple[float, Event]], seed: int = 1) -> tuple[Header, list[Entry]]:
    """A recorded jam in virtual time, from its first event to a second after its last."""
    kept: list[Entry] = []
    header = made(seed)
    jam: Any = Recorded(jam_of(header, RULES), kept.append)
    end = max((time for time, _ in script), default=0.0) + 1.0
    play(jam, script, end)
    jam.close(end)
    return header, kept


def read(text: str) -> Reader:
    return Reader(io.BytesIO(text.encode()), "x.jsonl")


def again(text: str) -> replay.Verdict:
    return replay.replay(read(text), RULES)


@pytest.fixture(scope="module")
def text() -> str:
    host = Host().tune(TUNE * 2).stop()
    script = [*host.script, (0.5, hello(0, "monitor", 9009)), (3.0, Set(1, "level", 0.8))]
    return remembered(played(script)[1], made())


# -- bit for bit -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(SCRIPTS, st.integers(0, 99))
def test_whatever_was_played_replays_to_the_same_outputs(steps: list[tuple[float, Event]], seed: int) -> None:
    host = Host().tune(TUNE)
    header, kept = played([*host.script, *_absolute(steps)], seed)
    verdict = again(remembered(kept, header))
    assert verdict.difference == ""
    assert verdict.outputs == sum(len(entry.outputs) for entry in kept if isinstance(entry, Said))


@settings(max_examples=60, deadline=None)
@given(SCRIPTS)
def test_text_gives_back_every_entry(steps: list[tuple[float, Event]]) -> None:
    header, kept = played(_absolute(steps))
    log = read(remembered(kept, header))
    assert log.header == header
    assert repr(list(log)) == repr(kept)  # of a NaN only the text is equal
    assert not log.cut


def test_the_recorded_jam_says_what_a_jam_says() -> None:
    script = Host().tune(TUNE * 2).stop().script
    header, kept = played(script)
    bare = play(jam_of(header, RULES), script, script[-1][0] + 1.0)
    said = [output for entry in kept if isinstance(entry, Said) for output in entry.outputs]
    assert [output for _, output in bare] == said[: len(bare)]
    assert any(isinstance(output.message, Cue) for output in said)


def test_a_changed_input_shows_as_the_first_difference(text: str) -> None:
    lines = text.splitlines(keepends=True)
    spot = next(n for n, line in enumerate(lines) if '"set",1,"level",0.8' in line)
    lines[spot] = lines[spot].replace("0.8", "0.3")
    verdict = again("".join(lines))
    assert not verdict.same
    assert verdict.difference.startswith("3.000 s into the jam: the log has Value(name='level', value=0.8)")


def test_a_changed_or_missing_output_shows(text: str) -> None:
    lines = text.splitlines(keepends=True)
    spot = next(n for n, line in enumerate(lines) if '"cue"' in line)
    louder = lines.copy()
    louder[spot] = louder[spot].replace('["cue","bass",', '["cue","brass",').replace('"accompaniment"', '"lute"')
    assert "the jam now Cue(voice=" in again("".join(louder)).difference
    assert "the jam says more than the log" in again("".join(lines[:spot] + lines[spot + 1 :])).difference
    assert "the jam now lacks" in again("".join([*lines[: spot + 1], lines[spot], *lines[spot + 1 :]])).difference


def test_another_seed_or_setting_is_another_jam(text: str) -> None:
    assert not again(text.replace('"entry_bars":1', '"entry_bars":0', 1)).same


def test_how_long_a_mind_took_is_not_compared(text: str) -> None:
    assert '"step_ms_p50",0.0' in text
    assert again(text.replace('"step_ms_p50",0.0', '"step_ms_p50",1.5')).same
    assert not again(text.replace('"margin_ms_p50",', '"margin_ms_p50",1')).same


def desk() -> Desk:
    """Two presets, beginnings of the jam's and of player 1's, a knob, a button, and one that player 1 learnt."""
    presets = Presets(
        {"calm": {"level": 0.5, "bass": 0}, "wild": {"temperature": 1.5, "entry_bars": 0}},
        ((0, {"horizon": 2}), (1, {"preset": "calm", "level": 0.7})), {"temperature": 0.4},
    )  # fmt: skip
    controls = {20: target("level", presets), 21: target("preset:wild", presets), 22: target("panic", presets)}
    return Desk(presets, Controls(controls, {1: {23: target("mode:listen", presets)}}))


def test_a_jam_with_presets_and_controls_replays_from_its_header() -> None:
    header = made(desk=desk())
    kept: list[Entry] = []
    jam: Any = Recorded(jam_of(header, RULES, desk()), kept.append)
    turns = [(2.0, 20, 100), (2.5, 21, 127), (4.0, 23, 127), (5.0, 23, 0), (5.5, 30, 64), (6.0, 22, 127), (6.5, 30, 9)]
    script: list[tuple[float, Event]] = [(time, Control(1, -1, number, value)) for time, number, value in turns]
    script += [(5.2, Set(1, "learn", "swing")), (7.0, Set(1, "preset", "off"))]
    play(jam, [*Host().tune(TUNE * 2).script, *script], 9.0)
    jam.close(9.0)
    said = {output.message for entry in kept if isinstance(entry, Said) for output in entry.outputs}
    assert {("preset", "wild"), ("temperature", 1.5), ("learn", "off")} <= {
        (one.name, one.value) for one in said if isinstance(one, Value)
    }
    text = remembered(kept, header)
    assert told(desk_of(read(text).header.desk)) == told(desk())
    assert again(text).difference == ""
    assert not again(text.replace('"20":"level"', '"20":"bass_level"', 1)).same
    with pytest.raises(ModelError, match="controls do what this version does not know"):
        again(text.replace('"20":"level"', '"20":"gloom"', 1))


# -- damage ------------------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_log_may_end_anywhere(text: str, data: st.DataObject) -> None:
    """As after a kill: what is there still replays to the same music."""
    first = text.index("\n") + 1
    end = data.draw(st.integers(first, len(text)))
    verdict = again(text[:end])
    assert verdict.difference == ""
    assert verdict.cut == (text[end - 1] != "\n" and text[end : end + 1] not in ("\n", ""))


def test_a_tail_of_zeros_is_a_cut_line(text: str) -> None:
    assert again(text + "\0" * 300).cut


@pytest.mark.parametrize(
    "bad", ["[]", '["go"]', '["go","x"]', '["in",1.0,"dance",1]', '["in",1.0,"note_on"]', '["out",7]', '["hum",1]',
            '["out",[0,1,null,0,["cue"]]]', '["out",[99,1,null,0,["heartbeat",1]]]', '{"a":1}', "nonsense",
            '["go",1.0', '["clock",1]', "7", "[" * 100_000],
)  # fmt: skip
def test_a_damaged_line_is_named(text: str, bad: str) -> None:
    lines = text.splitlines(keepends=True)
    whole = "".join([*lines[:20], bad + "\n", *lines[21:]])
    with pytest.raises(LogError, match=r"x\.jsonl is damaged at line 21"):
        list(read(whole))


@pytest.mark.parametrize("first", ["", "\n", "[]\n", "{}\n", '{"jam":1}\n', '{"source":"x"}\n', "\0\0", "[" * 100_000])
def test_what_is_no_log_is_refused(first: str) -> None:
    with pytest.raises(LogError, match="no log of a jam"):
        read(first)


def test_another_format_says_to_update(text: str) -> None:
    with pytest.raises(LogError, match="has format 2, this version reads format 1"):
        read(text.replace('{"jam":1', '{"jam":2', 1))


def test_a_header_of_a_later_version_may_say_more(text: str) -> None:
    assert again(text.replace('{"jam":1', '{"jam":1,"mood":"blue"', 1)).same


def test_settings_that_this_version_lacks_are_named(text: str) -> None:
    with pytest.raises(ModelError, match=r"does not know \(gloom\)"):
        again(text.replace('"settings":{', '"settings":{"gloom":0.6,', 1))


# -- the file ----------------------------------------------------------------------------------------------------


def test_the_file_is_what_was_kept(tmp_path: Path, text: str) -> None:
    log = read(text)
    path = tmp_path / "new" / "folder" / "jam.jsonl"
    with Writer(path, log.header) as writer:
        for entry in log:
            writer.keep(entry)
        assert eventually(lambda: path.stat().st_size == len(text))  # without waiting for the end
    assert path.read_text() == text


def test_a_jam_without_an_event_leaves_no_file(tmp_path: Path) -> None:
    with Writer(tmp_path / "jam.jsonl", made()):
        assert (tmp_path / "jam.jsonl").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_log_is_never_written_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "jam.jsonl"
    path.write_text("mine")
    with Writer(path, made()) as writer:
        writer.keep(Advanced(1.0))
    assert path.read_text() == "mine"
    assert len(caplog.records) == 1


def test_what_cannot_be_written_is_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    with Writer(tmp_path / "file" / "jam.jsonl", made()) as writer:
        assert not writer.writing
        writer.keep(Advanced(1.0))
    assert [("not recorded" in each.getMessage(), each.levelno) for each in caplog.records] == [(True, logging.WARNING)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_ends_the_recording_and_not_the_jam(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The file is swapped for a device that is always full once the header is written."""
    path = tmp_path / "jam.jsonl"
    writer = Writer(path, made())
    full = Path("/dev/full").open("w", encoding="ascii")  # noqa: SIM115
    writer.writing = True
    writer.keep(Advanced(1.0))
    writer._ending.set()
    writer._work(full)
    assert not writer.writing
    writer.keep(Advanced(2.0))
    assert len(caplog.records) == 1
    assert "No space left" in caplog.text


def test_a_disk_that_hangs_costs_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(record, "FULL", 50)
    writer = Writer(tmp_path / "jam.jsonl", made())
    writer.writing = True  # and no thread writes
    for number in range(200):
        writer.keep(Advanced(float(number)))
    assert len(writer._queue) == 0
    assert len(caplog.records) == 1


def test_what_has_no_text_ends_the_recording(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "jam.jsonl"
    with Writer(path, made()) as writer:
        writer.keep(Received(NoteOn(1, -1, object(), 90), 1.0))  # type: ignore[arg-type]
        assert eventually(lambda: not writer.writing)
    assert path.read_text() == head(made())
    assert len(caplog.records) == 1


def test_a_killed_engine_leaves_a_log_that_replays(tmp_path: Path) -> None:
    """kill -9 in the middle of a jam with its own clock; all but the last quarter of a second is there."""
    path = tmp_path / "jam.jsonl"
    words = [sys.executable, "-m", "bridge", "serve", "--port", "0", "--quiet", "--model", "rules", "--tempo", "240",
             "--record", str(path)]  # fmt: skip
    with subprocess.Popen(words, cwd=ROOT) as process:
        try:
            assert any(eventually(lambda: path.exists() and path.read_bytes().count(b"\n") > 25) for _ in range(4))
        finally:
            process.kill()
    with jams.opened(path) as log:
        entries = list(log)
    assert len(entries) > 20
    assert replay.main([str(path)]) == 0


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name == "nt", reason="needs signals")
def test_serve_records_by_default_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    words = [sys.executable, "-m", "bridge", "serve", "--port", "0", "--json", "--model", "rules", "--tempo", "200"]
    for extra, kept in (([], True), (["--no-record"], False)):
        with subprocess.Popen([*words, *extra], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready = process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=15)
        logs = jams.found(tmp_path / "improv-bridge" / "jams")
        assert (f'"log": "{logs[0]}"' if kept else '"log": null') in ready
        assert len(logs) == 1
    with jams.opened(logs[0]) as log:
        assert [type(entry) for entry in log if isinstance(entry, Received | Advanced | Closed)][-1] is Closed
        assert log.header.clock == "local"


# -- where and what ----------------------------------------------------------------------------------------------


def test_every_system_has_its_place() -> None:
    user = Path("/u")
    tail = Path("improv-bridge") / "jams"
    assert jams.home({}, "linux", user) == user / ".local" / "state" / tail
    assert jams.home({"XDG_STATE_HOME": "/s"}, "linux", user) == Path("/s") / tail
    assert jams.home({}, "darwin", user) == user / "Library" / "Application Support" / tail
    assert jams.home({"LOCALAPPDATA": "/l"}, "win32", user) == Path("/l") / tail
    assert jams.home({}, "win32", user) == user / "AppData" / "Local" / tail


def test_names_are_dates_and_never_taken_twice(tmp_path: Path) -> None:
    header = made(at=1.0)
    assert header.moment is not None
    first = jams.new(tmp_path, header)
    assert first.name == f"{header.moment:%Y-%m-%d_%H%M%S}.jsonl"
    first.write_text("")
    assert jams.new(tmp_path, header).name == f"{header.moment:%Y-%m-%d_%H%M%S}-2.jsonl"
    assert jams.new(tmp_path / "x.jsonl", header) == tmp_path / "x.jsonl"


def test_the_list_tells_length_and_notes(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    (tmp_path / "b.jsonl").write_text('{"source":"no log"}\n')
    one, = jams.listed(tmp_path)
    assert (one.notes, one.size) == (16, len(text))
    assert one.seconds == pytest.approx(9.0, abs=0.1)
    assert replay.main(["--list", str(tmp_path)]) == 0
    assert "16 notes heard" in capsys.readouterr().out
    assert replay.main(["--list", str(tmp_path), "--json"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_the_command_says_identical_or_where_not(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    assert replay.main([str(path)]) == 0
    assert capsys.readouterr().out.rstrip().endswith(", identical")
    path.write_text(text.replace('"cue","bass"', '"cue","brass"'))
    assert replay.main([str(path)]) == 1
    assert "not identical after" in capsys.readouterr().out
    assert replay.main([str(path), "--json"]) == 1
    assert '"identical": false' in capsys.readouterr().out
    with pytest.raises(LogError, match="there is no"):
        replay.main([str(tmp_path / "z.jsonl")])
    with pytest.raises(LogError, match="no jam named"):
        replay.main([])


# -- minds -------------------------------------------------------------------------------------------------------


def test_other_weights_are_refused_with_a_word() -> None:
    header = made()
    with pytest.raises(ModelError, match=r"was played by accompaniment \(accompaniment/default 0123.*here is rules"):
        replay.cast_for(
            Header(1, 1, "auto", 120.0, "rules", "accompaniment", weights={"accompaniment/default": "0123" * 16}), None
        )
    assert replay.cast_for(header, None).mind.name == "rules"


def test_arithmetic_tells_rounding_apart() -> None:
    class Mind:
        name = "doubles"
        weights: dict[str, str] = {"default": "00"}  # noqa: RUF012

        def __init__(self, third: float) -> None:
            self.third = third

        def start(self) -> Any:
            return (0.0, frozenset([1, 2]))

        def step(self, state: Any, frame: Any) -> Any:
            return (state[0] + self.third, state[1]), None

    one, same, other = (Cast(Mind(third), None, {ECHO: Echo()}) for third in (1 / 3, 1 / 3, 1 / 3 + 1e-16))
    assert arithmetic(one) == arithmetic(same)
    assert arithmetic(one) != arithmetic(other)
    assert arithmetic(RULES) == ""
    header = Header(1, 1, "auto", 120.0, None, "doubles", arithmetic=arithmetic(one), machine="Plan 9", bridge="0.0.9")
    doubts = " ".join(replay.doubts(header, other))
    assert "rounds otherwise" in doubts
    assert "Plan 9" in doubts
    assert "0.0.9" in doubts


def test_keeping_an_entry_is_cheap(text: str) -> None:
    """What recording adds to the owner's thread: the host's own margin is in tens of milliseconds."""
    script = Host().tune(TUNE * 4).stop().script
    kept: list[Entry] = []
    header = made()

    def run(jam: Any) -> float:
        began = time.perf_counter()
        play(jam, script, script[-1][0] + 1)
        return time.perf_counter() - began

    bare = min(run(jam_of(header, RULES)) for _ in range(3))
    wrapped = min(run(Recorded(jam_of(header, RULES), kept.append)) for _ in range(3))
    assert (wrapped - bare) / (len(kept) / 3) < 0.001  # seconds an entry; measured: microseconds
