"""The learner: a copy is tuned on a player of a habit, judged on held-back bars, kept or thrown away."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="learning needs tensorflow")

from bridge import cli  # noqa: E402
from bridge.engine.door import Cast  # noqa: E402
from bridge.engine.echo import Echo  # noqa: E402
from bridge.engine.exchange import ECHO  # noqa: E402
from bridge.engine.settings import Settings  # noqa: E402
from bridge.generators.model import AccompanimentModel  # noqa: E402
from bridge.io.minds import choose  # noqa: E402
from bridge.io.provenance import header_of, jam_of  # noqa: E402
from bridge.io.record import Recorded, Writer  # noqa: E402
from bridge.music.errors import BridgeError, ModelError  # noqa: E402
from bridge.training import accompaniment, export, learner, network, pupil  # noqa: E402
from bridge.training.course import Course, Effort, judge, pupil_for  # noqa: E402
from bridge.training.diary import Diary, Pages  # noqa: E402
from bridge.training.pupil import Reading, Windows, read  # noqa: E402
from tests.virtual import Host, play  # noqa: E402

RIFF = ((62, 0.5), (65, 0.25), (67, 0.75), (69, 0.5), (71, 0.5), (69, 0.5), (67, 1.0)) * 2  # two bars of D Dorian
BARS = 40


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of eight units that knows nothing."""
    out = tmp_path_factory.mktemp("models") / "small"
    facts = {"kind": "accompaniment", "name": "small", "training": {"units": 8, "hidden": 8}, "sources": []}
    export.export(accompaniment, network.new_weights(8, 8, 1), out, facts)
    return out


@pytest.fixture(scope="module")
def log(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A jam of a player who plays the riff over and over."""
    choice = choose(str(small))
    cast = Cast(choice.mind, choice.fallback, {ECHO: Echo()})
    settings = Settings()
    settings.set("horizon", 0)
    header = header_of(cast, settings=settings, seed=1, generation=1, clock="auto", tempo=240.0, model=str(small))
    host = Host(tempo=240.0, every=0.1)
    for _ in range(BARS // 2):
        for pitch, beats in RIFF:
            host.note(pitch, beats)
            host.run(beats)
    path = tmp_path_factory.mktemp("jams") / "habit.jsonl"
    with Writer(path, header) as writer:
        jam: Any = Recorded(jam_of(header, cast), writer.keep)
        play(jam, host.script, host.time)
    return path


@pytest.fixture(scope="module")
def pages(log: Path) -> Pages:
    with Diary(log) as diary:
        diary.read()
        found = diary.pages(-1, 1)
    assert found is not None
    return found


def test_the_jam_is_on_the_pages(pages: Pages) -> None:
    assert BARS - 3 <= pages.bars <= BARS
    assert pages.held.sum() >= 4 * 32
    assert len(np.unique(pages.chords)) > 1, "chords as they sounded"


def test_a_copy_learns_the_habit_and_the_harmony_stays(small: Path, pages: Pages, tmp_path: Path) -> None:
    effort = Effort(updates=30, rate=1e-2, windows=4, steps=64)
    course = Course(1, "default", small, tmp_path, effort)
    verdict = course.round(pages, pupil_for(small))
    assert verdict.better, verdict
    assert verdict.after < 0.8 * verdict.before
    assert verdict.drift < 0.1
    copy = AccompanimentModel.load(tmp_path / verdict.name)
    assert copy.card["set"] == "default"
    held = pages.held
    assert float(read(copy, pages).bits[held].mean()) == pytest.approx(verdict.after, abs=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == [verdict.name], "nothing unfinished is left"
    assert not course.due(pages.bars)
    assert course.due(pages.bars + 16)


def test_a_copy_that_is_no_better_is_thrown_away(small: Path, pages: Pages, tmp_path: Path) -> None:
    course = Course(1, "default", small, tmp_path, Effort(updates=1, rate=0.0, windows=2, steps=32))
    verdict = course.round(pages, pupil_for(small))
    assert not verdict.better
    assert verdict.name == ""
    assert verdict.gain == pytest.approx(0, abs=1e-4)
    assert not list(tmp_path.iterdir())


def test_the_verdict_needs_a_gain_beyond_noise_and_chords_that_stay(pages: Pages) -> None:
    random = np.random.default_rng(1)
    chances = np.full((pages.steps, 97), 1 / 97)
    before = Reading(np.full(pages.steps, 2.0), chances, [])
    noise = random.normal(0, 0.5, pages.groups[-1] + 1)[pages.groups]  # a group's bars are good or bad together

    def better(gain: float, noisy: float = 0.0, chords: Any = chances) -> bool:
        copy = Reading(before.bits - gain + noisy * (noise - noise[pages.held].mean()), chords, [])
        return bool(judge(pages, before, before, copy)["better"])

    assert better(0.05)
    assert not better(0.01), "less than the margin"
    assert not better(-0.5)
    assert better(0.6, noisy=1.0)
    assert not better(0.1, noisy=1.0), "within the noise"
    other = np.full_like(chances, 0.5 / 96)
    other[:, 0] = 0.5
    assert not better(0.5, chords=other), "other chords"
    with pytest.raises(ModelError):
        judge(replace(pages, played=np.zeros(pages.steps, bool)), before, before, before)


def test_what_is_held_back_is_never_asked_for(small: Path, pages: Pages) -> None:
    states = read(AccompanimentModel.load(small), pages).states
    windows = Windows(pages, states, 64, 3)
    player, batch = windows.batch(5, 2)
    again = windows.batch(5, 2)[1]
    assert all((batch[key] == again[key]).all() for key in batch)
    assert player.lstm.shape == (5, 2, 12, 8)
    alone = Windows(replace(pages, groups=np.full(pages.steps, 0)), states, 64, 3)
    assert alone.batch(5, 2)[1]["learn"].sum() in (0, 5 * 64), "all in one group: held back, or not"
    share = np.mean([windows.batch(5, number)[1]["learn"].mean() for number in range(40)])
    assert 0.65 < share < 0.85


def test_dreams_are_of_the_shipped_weights_alone_and_only_kept(small: Path) -> None:
    model = AccompanimentModel.load(small)
    (one, states), (again, _), (other, _) = (pupil.dream(model, number, 64) for number in (5, 5, 6))
    assert (one.melody == again.melody).all()
    assert (one.melody != other.melody).any()
    assert not one.played.any()
    batch = pupil.together(
        [Windows(one, states, 32, 3, dreamt=True).batch(2, 0), Windows(one, states, 32, 3).batch(1, 0)]
    )
    assert batch[0].lstm.shape == (3, 2, 12, 8)
    assert batch[1]["dreamt"].mean(axis=0).tolist() == [1, 1, 0]
    assert batch[1]["learn"].sum() == 0


def test_training_sees_what_plays(small: Path, pages: Pages) -> None:
    """The graph that learns and the runtime that plays give the player's tokens the same chance."""
    reading = read(AccompanimentModel.load(small), pages)
    windows = Windows(pages, reading.states, 64, 3)
    player, batch = windows.batch(1, 0)
    weights = export.read_weights(network.Weights, small / "weights.npz")
    told = pupil.follow(
        weights, pupil.Player(*map(tf.constant, player)), {key: tf.constant(x) for key, x in batch.items()}
    )
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(told.target, told.melody).numpy()[:, 0]
    begin = next(
        n for n, state in enumerate(reading.states) if all((getattr(state, k) == getattr(player, k)).all()
                                                           for k in ("lstm", "memory", "history"))
    )  # fmt: skip
    np.testing.assert_allclose(nats / np.log(2), reading.bits[begin : begin + 64], atol=2e-3)


def test_the_command_learns_from_a_whole_log(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["learn-from", str(log), "--out", str(tmp_path), "--updates", "2"])
    said = capsys.readouterr().out
    verdict = json.loads((tmp_path / learner.LOG_FILE).read_text(encoding="utf-8"))
    assert code == (0 if verdict["better"] else 1)
    assert "bits a held-back sixteenth" in said
    assert verdict["set"] == "default"
    assert set(verdict["terms"]) == {"melody", "chord", "bass", "dreamt", "loss"}


def test_a_log_without_enough_says_so(log: Path, tmp_path: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    short = tmp_path / "short.jsonl"
    short.write_bytes(b"".join(lines[: len(lines) // 3]))
    with pytest.raises(BridgeError, match="too little to learn from"):
        learner.main([str(short)])


def test_other_weights_than_the_jams_are_refused(log: Path, tmp_path: Path) -> None:
    head, _, rest = log.read_bytes().partition(b"\n")
    header = json.loads(head)
    other = tmp_path / "other.jsonl"
    header["weights"] = dict.fromkeys(header["weights"], "0" * 64)
    other.write_bytes(json.dumps(header).encode() + b"\n" + rest)
    with pytest.raises(ModelError, match="other weights"):
        learner.main([str(other)])
    header["weights"] = {}
    other.write_bytes(json.dumps(header).encode() + b"\n" + rest)
    with pytest.raises(ModelError, match="does not learn"):
        learner.main([str(other)])


def test_a_growing_log_is_followed_until_enough_came_to_play(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learner.follow(log, tmp_path, Effort(updates=30, rate=1e-2, windows=4, steps=32), most=1)
    said = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in said] == ["learning", "learnt"]
    verdict = json.loads((tmp_path / learner.LOG_FILE).read_text(encoding="utf-8"))
    assert said[1]["player"] == verdict["player"] == 1
    assert Path(said[1]["folder"]) == tmp_path / verdict["name"]
    assert AccompanimentModel.load(Path(said[1]["folder"])).card["learnt"]["player"] == 1


def test_the_process_ends_with_its_input_and_leaves_nothing(log: Path, tmp_path: Path) -> None:
    """At the lowest priority it may be a while before it has begun; its end does not wait for that."""
    copy = tmp_path / "jam.jsonl"
    copy.write_bytes(log.read_bytes())
    words = [sys.executable, "-m", "bridge.training.learner", str(copy), "--follow"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(120) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["jam.jsonl"]


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="Windows has classes of priority instead")
def test_the_process_takes_the_last_place() -> None:
    code = "import os; from bridge.training.learner import humble; humble(); print(os.getpriority(os.PRIO_PROCESS, 0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["19"]
