"""Learning from the player, the engine's side: weights that come to play at a bar line, their log, and the process."""

import importlib.util
import json
import logging
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge import cli
from bridge.engine.door import Cast
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.engine.jam import Jam
from bridge.engine.settings import Settings
from bridge.generators.band import Band
from bridge.generators.card import card_of, fingerprint
from bridge.generators.patterns import Book
from bridge.generators.rules import RulesBand
from bridge.generators.shelf import folder
from bridge.io import replay, tutor
from bridge.io.minds import choose
from bridge.io.provenance import header_of, jam_of
from bridge.io.record import Recorded, Writer, remembered
from bridge.io.tutor import Tutor, opened, recall
from bridge.music.entries import Clocked, Entry, Received, Struck
from bridge.music.errors import BridgeError, ModelError
from bridge.music.events import Bye, Chord, Set, Value, Weights
from bridge.music.performance import HEARD, Note, Performance
from bridge.music.timeline import PPQ, STEP, Meter
from bridge.music.vocabulary import HOLD, NO_CHORD, REST, onset
from bridge.training.diary import EVERY, Diary, line, pages_of
from tests.sockets import eventually
from tests.test_band import TUNE, Scripted, steady
from tests.test_band import jam_of as scripted_jam
from tests.virtual import Host, hello, of, play

BAR = 4 * PPQ


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.load()


def taught(book: Book, **more: Any) -> tuple[Band, Scripted, Scripted]:
    """A band of scripted weights, C major as shipped, and a copy named `better` that has learnt to play C minor."""
    plain, copy = Scripted(steady(0)), Scripted(steady(1))
    band = Band({"default": plain, **more}, book)  # type: ignore[dict-item]
    band.learn("better", "default", copy)  # type: ignore[arg-type]
    return band, plain, copy


# -- at the bar line ---------------------------------------------------------------------------------------------


def test_learnt_weights_play_from_the_next_bar_line_in_the_state_they_find(book: Book) -> None:
    band, plain, copy = taught(book)
    host = Host().tune(TUNE * 2)
    host.script.append((host.time - 3.6, Weights(1, "better")))  # within bar 3
    out = play(scripted_jam(band), host.script, host.time)
    assert [o.message for _, o in of(out, Value)] == [Value("learnt_weights", "better")]
    first = copy.told[0]
    assert (first.place.step, first.place.bar) == (0, 3)
    assert {2} <= {heard.place.bar for heard in plain.told}, "the old ones go on to the bar line"
    itself, music = copy.begun[0]
    assert itself == music > 40, "a copy goes on in the whole state"
    chords = [o.message for _, o in of(out, Chord) if isinstance(o.message, Chord)]
    assert {chord.quality for chord in chords if chord.tick < 12 * PPQ} == {"maj"}
    assert "min" in {chord.quality for chord in chords if chord.tick >= 12 * PPQ}


@pytest.mark.parametrize(("reach", "other"), [(3, 5), (5, 3)])
def test_weights_that_look_farther_back_or_less_far_take_over_what_there_is(book: Book, reach: int, other: int) -> None:
    plain, copy = Scripted(steady(0), reach=reach), Scripted(steady(1), reach=other)
    band = Band({"default": plain}, book)  # type: ignore[dict-item]
    band.learn("better", "default", copy)  # type: ignore[arg-type]
    host = Host().tune(TUNE * 2)
    host.script.append((host.time - 3.6, Weights(1, "better")))
    play(scripted_jam(band), host.script, host.time)
    itself, music = copy.begun[0]
    assert itself == music > 40, "the whole state, as of a copy that looks as far"


def test_learnt_weights_are_the_players_own(book: Book) -> None:
    band, _, copy = taught(book)
    one, two = Host().tune(TUNE * 2), Host(player=2, port=9002).tune(TUNE * 2)
    one.script.append((2.1, Weights(2, "better")))
    jam = scripted_jam(band)
    out = play(jam, one.script + two.script, one.time)
    told = {o.player for _, o in of(out, Value)}
    assert told == {2}
    assert (jam.sessions[1].learnt, jam.sessions[2].learnt) == ("", "better")
    assert copy.told


def test_who_comes_back_has_what_was_learnt(book: Book) -> None:
    band, _, _ = taught(book)
    host = Host().tune(TUNE)
    host.script += [(1.0, Weights(1, "better")), (host.time + 0.1, Bye(1)), (host.time + 0.2, hello(1))]
    jam = scripted_jam(band)
    play(jam, host.script, host.time + 0.5)
    assert jam.sessions[1].learnt == "better"


def test_a_player_may_do_without(book: Book) -> None:
    band, plain, copy = taught(book)
    host = Host().tune(TUNE * 4)
    host.script += [(0.5, Weights(1, "better")), (6.5, Set(1, "learnt", 0)), (10.5, Set(1, "learnt", 1))]
    play(scripted_jam(band), host.script, host.time)
    bars = sorted({heard.place.bar for heard in copy.told if heard.place.step == 8})
    assert 2 in bars
    assert 4 not in bars and 5 not in bars, "set learnt 0, from bar 4 on"  # noqa: PT018
    assert 6 in bars
    assert {4, 5} <= {heard.place.bar for heard in plain.told}


def test_what_was_learnt_of_one_set_is_not_asked_of_another(book: Book) -> None:
    pop = Scripted(steady(8))
    band, _, copy = taught(book, pop=pop)
    host = Host().tune(TUNE * 4)
    host.script += [(0.5, Weights(1, "better")), (6.5, Set(1, "genre", "jazz"))]
    play(scripted_jam(band), host.script, host.time)
    assert pop.begun[0][0] == 0, "other weights begin with a fresh LSTM"
    assert max(heard.place.bar for heard in copy.told) <= 4
    assert max(heard.place.bar for heard in pop.told) >= 7


def test_a_name_that_nobody_knows_changes_nothing(book: Book) -> None:
    band, plain, copy = taught(book)
    host = Host().tune(TUNE * 2)
    host.script.append((0.5, Weights(1, "lost")))
    jam = scripted_jam(band)
    play(jam, host.script, host.time)
    assert jam.report().failures == 0
    assert not copy.told
    assert plain.told[-1].place.bar >= 3


def test_weights_for_nobody_are_kept_for_who_comes() -> None:
    jam = Jam(RulesBand())
    assert jam.receive(Weights(7, "better"), 0.0) == []
    jam.receive(hello(7), 0.1)
    assert jam.sessions[7].learnt == "better"


# -- the log -----------------------------------------------------------------------------------------------------


def learnt_jam(place: Path) -> tuple[Path, Cast]:
    """A recorded jam of the shipped band that swaps to a copy of its own under another name, beside the log."""
    choice = choose("accompaniment")
    cast = Cast(choice.mind, choice.fallback, {ECHO: Echo()})
    base, path = folder("accompaniment"), place / "jam.jsonl"
    name = fingerprint(card_of(base))[:16]
    copy = place / "jam.learnt" / name
    copy.mkdir(parents=True)
    for file in ("model.json", "step.tflite"):
        shutil.copyfile(base / file, copy / file)
    card = json.loads((copy / "model.json").read_text(encoding="utf-8"))
    (copy / "model.json").write_text(json.dumps(card | {"set": "default", "temperature": 1.2}), encoding="utf-8")
    header = header_of(
        cast, settings=Settings(), seed=1, generation=1, clock="auto", tempo=120.0, model="accompaniment"
    )
    which, model = opened(copy)
    cast.mind.learn(name, which, model)  # type: ignore[attr-defined]
    host = Host().tune(TUNE * 2).stop()
    host.script.append((2.2, Weights(1, name)))
    with Writer(path, header) as writer:
        jam: Any = Recorded(jam_of(header, cast), writer.keep)
        play(jam, host.script, host.time + 0.5)
    return path, cast


def test_a_jam_that_learnt_replays_with_its_weights_and_says_when_they_are_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = learnt_jam(tmp_path)
    assert cli.main(["replay", str(path)]) == 0, capsys.readouterr()
    assert "identical" in capsys.readouterr().out
    bare = choose("accompaniment")
    with path.open("rb") as file:
        without = replay.replay(replay.Reader(file, "x"), Cast(bare.mind, bare.fallback, {ECHO: Echo()}))
    assert not without.same, "the copy plays otherwise, so it was heard"
    shutil.rmtree(path.with_suffix(".learnt"))
    assert cli.main(["replay", str(path)]) == 1
    assert "put" in (said := capsys.readouterr().err)
    assert "back beside its log" in said


def test_recall_reads_only_what_was_asked_for(tmp_path: Path) -> None:
    path, _ = learnt_jam(tmp_path)
    band = choose("accompaniment").mind
    assert recall(path, band) == 1
    assert recall(Path(__file__).parent / "golden" / "clocked.jsonl", band) == 0


# -- the process -------------------------------------------------------------------------------------------------


def test_the_tutor_hands_over_what_the_process_says(tmp_path: Path) -> None:
    path, _ = learnt_jam(tmp_path)
    copy = next((tmp_path / "jam.learnt").iterdir())
    said = json.dumps({"event": "learnt", "player": 3, "name": copy.name, "folder": str(copy)})
    events: list[Any] = []
    band: Any = choose("accompaniment").mind
    shipped = band.model("any")
    code = f"import sys; print({said!r}, flush=True); sys.stdin.read()"
    with Tutor(path, band, lambda event, time: events.append((event, time)), "-c", code) as teaching:
        eventually(lambda: bool(events))
        assert teaching.given == 1
    assert events[0][0] == Weights(3, copy.name)
    assert abs(events[0][1] - time.perf_counter()) < 60
    assert band.model("any", copy.name) is not shipped
    assert band.model("any") is shipped


def test_a_learner_that_ends_is_said_once_and_bad_weights_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = json.dumps({"event": "learnt", "player": 3, "name": "x", "folder": str(tmp_path)})
    code = f"import sys; print({said!r}, flush=True); sys.exit('out of memory')"
    events: list[Any] = []
    with caplog.at_level(logging.WARNING), Tutor(tmp_path, choose("accompaniment").mind, events.append, "-c", code):  # type: ignore[arg-type]
        eventually(lambda: len(caplog.messages) >= 2)
    assert "cannot be played" in caplog.messages[0]
    assert caplog.messages[1:] == ["no more is learnt from this jam, which goes on: out of memory"]
    assert events == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a stopped process that its parent is gone")
def test_the_process_stands_still_and_goes_on(tmp_path: Path) -> None:
    code = "import sys; print('{\"event\": \"begun\"}', flush=True); sys.stdin.read()"
    with Tutor(tmp_path / "jam.jsonl", choose("accompaniment").mind, print, "-c", code) as teaching:  # type: ignore[arg-type]
        child = teaching._child._process
        assert child is not None
        for wanted, states in ((True, "T"), (False, "RSD")):
            teaching.still(wanted)
            assert eventually(lambda now=states: state_of(child.pid) in now)  # type: ignore[misc]
        teaching.still(True)  # however it stands, it ends with the jam
    assert child.poll() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a stopped process that its parent is gone")
def test_a_process_that_stands_still_ends_when_the_engine_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "learner = 'from bridge.training.learner import go_on_without_parent as go; go(); print(1, flush=True);' \\\n"
        "    'import sys; sys.stdin.read()'\n"
        "child = subprocess.Popen([sys.executable, '-c', learner], stdin=-1, stdout=-1, start_new_session=True)\n"
        "child.stdout.readline(); os.kill(child.pid, 19); print(child.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        learner = int(engine.stdout.readline())
        assert eventually(lambda: state_of(learner) == "T")
        engine.kill()
        assert eventually(lambda: state_of(learner) in ("", "Z"))


def state_of(process: int) -> str:
    """R, S, T, Z ... as in proc(5); empty where there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_the_process_ends_with_the_jam(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    mark, left = tmp_path / "alive", tmp_path / "jam.learnt" / ".unfinished-1"
    left.mkdir(parents=True)
    code = f"import pathlib, time; pathlib.Path({str(mark)!r}).touch(); time.sleep(600)"
    began = time.perf_counter()
    with Tutor(tmp_path / "jam.jsonl", choose("accompaniment").mind, print, "-c", code):  # type: ignore[arg-type]
        eventually(mark.exists)
    assert not left.parent.exists()
    assert time.perf_counter() - began < 30
    assert caplog.messages == [], "an end that was asked for is no news"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--no-record"], "leave out --no-record"),
        (["--model", "rules"], "does not learn"),
    ],
)
def test_serve_says_why_it_cannot_learn(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--port", "0", "--config", "none", "--learn", *words]) == 1
    assert reason in capsys.readouterr().err


def test_without_tensorflow_the_jam_does_not_begin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert importlib.util.find_spec(tutor.NEEDS) is None
    assert cli.main(["serve", "--port", "0", "--config", "none", "--learn"]) == 1
    assert capsys.readouterr().err == "improv: --learn needs tensorflow: pip install 'improv-bridge[training]'\n"


def test_only_what_can_learn_is_taught() -> None:
    with pytest.raises(BridgeError, match="rules does not learn"):
        tutor.teachable(RulesBand())


# -- the diary ---------------------------------------------------------------------------------------------------


def test_a_line_is_what_the_ear_takes() -> None:
    notes = [Note(0, 230, 60, 90), Note(5, 300, 67, 90), Note(4 * STEP + 50, 100, 72, 90)]
    assert line(notes, 7).tolist() == [onset(67), HOLD, HOLD, REST, onset(72), REST, REST]


def test_pages_hold_what_sounded_by_bars() -> None:
    done = Performance(
        notes={(1, HEARD): [Note(0, 480, 60, 90)], (1, "bass"): [Note(BAR, 960, 24, 90)]},
        chords={1: [(BAR, Chord(BAR, 9, "min"))]}, meters=[(0, Meter())], bars=[0, BAR, 2 * BAR, 3 * BAR], end=4 * BAR,
    )  # fmt: skip
    pages = pages_of(done, 1, 2)
    assert pages is not None
    assert pages.steps == 48, "the last bar, which may go on, is left out"
    assert pages.chords[[0, 15, 16, 47]].tolist() == [NO_CHORD, NO_CHORD, 8 * 9 + 1, 8 * 9 + 1]
    assert pages.bass[[0, 16, 17, 24]].tolist() == [REST, onset(36), HOLD, REST]
    assert pages.played.tolist() == [True] * 32 + [False] * 16
    assert pages.bars == 2
    assert pages_of(done, 2, 2) is None


def test_bars_once_held_back_stay_so_and_are_no_fixed_place_of_the_form() -> None:
    def pages(bars: int) -> Any:
        notes = [Note(BAR * n, 240, 60, 90) for n in range(bars)]
        edges = [BAR * n for n in range(bars + 1)]
        return pages_of(Performance(notes={(1, HEARD): notes}, meters=[(0, Meter())], bars=edges, end=0), 1, -1)

    small, large = pages(64), pages(200)
    assert (small.held == large.held[: small.steps]).all()
    back = {int(group) for group in large.groups[large.held]}
    assert len(back) == 25
    assert {group % EVERY for group in back} == set(range(EVERY))


def test_a_log_that_grows_is_read_as_far_as_its_lines_are_whole(tmp_path: Path) -> None:
    rules = Cast(RulesBand(), RulesBand(), {ECHO: Echo()})
    header = header_of(rules, settings=Settings(), seed=1, generation=1, clock="auto", tempo=120.0, model="rules")
    kept: list[Entry] = []
    host = Host().tune(TUNE * 3).stop()
    host.script.append((3.0, Set(1, "genre", "folk")))
    jam: Any = Recorded(jam_of(header, rules), kept.append)
    play(jam, host.script, host.time + 0.5)
    text, path = remembered(kept, header).encode(), tmp_path / "jam.jsonl"
    cut = text.index(b"\n", len(text) // 2) - 3
    path.write_bytes(text[:cut])
    with Diary(path) as diary:
        some = diary.read()
        assert diary.players == [1]
        half = diary.pages(-1, 1)
        assert diary.read() == 0
        with path.open("ab") as file:
            file.write(text[cut:])
        assert some + diary.read() == len(kept)
        assert diary.genre(1) == "folk"
        assert diary.genre(2) == "any"
        whole = diary.pages(-1, 1)
    assert half is not None
    assert whole is not None
    assert whole.steps > half.steps
    assert (whole.melody[: half.steps - 16] == half.melody[: half.steps - 16]).all()
    assert (np.unique(whole.melody[whole.melody > REST]) == np.unique([onset(p) for p in TUNE])).all()
    assert any(isinstance(entry, Struck) for entry in kept)
    assert any(isinstance(entry, Clocked) for entry in kept)
    assert any(isinstance(entry, Received) for entry in kept)


def test_weights_that_are_gone_are_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        opened(tmp_path)
