"""The accompanist in the tuner's hands, on a corpus made here: heads, episodes, rewards, the command, the table."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="tuning needs tensorflow")

from bridge.generators import shelf  # noqa: E402
from bridge.generators.model import AccompanimentModel  # noqa: E402
from bridge.music.errors import ModelError  # noqa: E402
from bridge.music.harmony import parse_chord  # noqa: E402
from bridge.music.vocabulary import CHORDS, GENRES, NO_CHORD, chord_class  # noqa: E402
from bridge.training import (  # noqa: E402
    accompaniment,
    export,
    genres,
    loop,
    network,
    passages,
    past,
    rollout,
    train,
    tune,
    tune_band,
    tuner,
)
from bridge.training.corpus import Tune, tune_of  # noqa: E402
from bridge.training.tuner_band import Accompanying, Head, Rewards, joined, new_head, read_of, tensors  # noqa: E402
from bridge.training.windows import spliced, window  # noqa: E402
from tests.test_training import record, write_folder  # noqa: E402

UNITS, TEMPERATURE = 8, 0.5


@pytest.fixture
def tune_() -> Tune:
    return tune_of(record())


def base() -> network.Weights:
    return network.Weights(*(tf.constant(w) for w in network.new_weights(UNITS, 4, 3)))


def environment(**prices: float) -> Accompanying:
    tunes = [tune_of(record(number, split)) for number, split in enumerate(["train", "train", "valid"])]
    evidence = np.zeros((len(GENRES) + 1, CHORDS, CHORDS), np.float32)
    return Accompanying(
        base(), tunes, {"folk": 1.0}, evidence, Rewards(**prices), temperature=TEMPERATURE, episodes=3, steps=48,
        hidden=4, jumps=0.5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Accompanying:
    """One for all tests that only play: tracing takes longer than playing."""
    return environment()


def busy(head: Head, seed: int = 0) -> Head:
    """A head that says something."""
    random = np.random.default_rng(seed)
    return Head(head.share, *(tf.constant(random.normal(size=w.shape).astype(np.float32)) for w in head[1:]))


def test_a_wider_head_is_the_model_and_what_was_learnt() -> None:
    prior, head = base(), busy(new_head(UNITS, 6, 1.0, 0))
    output = tf.constant(np.random.default_rng(1).normal(size=(5, 12, UNITS)).astype(np.float32))
    player = past.start(5, UNITS)._replace(lstm=tf.stack([output, output], axis=1))
    whole = network.chord_logits(joined(prior, [head], TEMPERATURE), player) / TEMPERATURE
    parts = network.chord_logits(prior, player) / TEMPERATURE + read_of(head, output)[0]
    np.testing.assert_allclose(whole, parts, atol=1e-4)


def test_a_new_head_changes_nothing(made: Accompanying) -> None:
    for algorithm, share in (("psi", 1.0), ("q", 1.0), ("g", 0.0)):
        head = made.weights(algorithm)
        episodes = made.play((made.prior,), 0, 0.0)
        batch = {k: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for k, x in episodes.items()}
        logits, values = made.outputs(head, batch)
        np.testing.assert_allclose(logits, share * episodes["log_p"].astype(np.float32), atol=1e-6)
        assert not np.asarray(values).any()


def test_an_episode_remembers_the_state_it_was_decided_in(made: Accompanying) -> None:
    episodes = made.play((made.prior,), 0, 0.0)
    assert episodes["actions"].shape == episodes["valid"].shape == (3, 48 // 4 + 1)
    assert 0 < episodes["valid"].sum() < episodes["valid"].size  # nothing is decided before the player was heard
    passage = passages.passage_of(episodes)
    for row in range(3):
        decided = np.flatnonzero(episodes["valid"][row])
        then, now = decided[:-1], decided[1:]
        np.testing.assert_array_equal(passage.before[row, now], passage.chord[row, then])
    assert (episodes["age"][episodes["before"] == episodes["actions"]] >= 0).all()


def test_what_is_played_is_a_function_of_the_number(made: Accompanying) -> None:
    one, two = (made.play((made.prior,), 5, 0.2) for _ in range(2))
    assert all((one[key] == two[key]).all() for key in one)
    assert (one["actions"] != made.play((made.prior,), 6, 0.2)["actions"]).any()


def test_exploring_asks_no_network(made: Accompanying) -> None:
    other = (busy(made.prior),)
    calm = made.play((made.prior,), 1, 0.0)
    assert (calm["actions"] != made.play(other, 1, 0.0)["actions"]).any()
    wild = made.play((made.prior,), 1, 1.0)
    heard = wild["valid"] > 0
    assert (wild["actions"] == made.play(other, 1, 1.0)["actions"])[heard].all()
    assert (wild["actions"][heard] != NO_CHORD).all()


def test_rewards_are_counted_from_the_untuned(made: Accompanying) -> None:
    earned = made.rewards(made.play((made.prior,), 0, 0.0))
    assert set(earned) == set(Rewards.__dataclass_fields__)
    assert earned["melody_in_chord"].sum() == pytest.approx(0, abs=1e-3)
    assert not earned["genre"].any()  # no evidence, no reward


def test_tuning_raises_what_it_is_paid_for(made: Accompanying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only = dict.fromkeys(Rewards.__dataclass_fields__, 0.0) | {"voice_leading": 3.0}
    monkeypatch.setattr(made, "prices", Rewards(**only))
    args = tuner.Arguments(
        updates=40, episodes=3, batch=8, replay=32, rate=0.05, follow=0.3, check=20, anchor=0.0, discount=0.5
    )
    lines: list[dict[str, Any]] = []
    done = tuner.tune(made, args, tmp_path, lines.append)
    assert lines[-1]["reward_voice_leading"] > lines[0]["reward_voice_leading"]
    assert lines[-1]["divergence"] > 0
    assert {"guard_entropy", "valid_note_in_chord_share", "distance_lengths_beats"} <= set(lines[-1])
    further = tuner.Tuner(made, args)
    further.load(tmp_path / loop.CHECKPOINT)
    np.testing.assert_array_equal(further.target.out, done.target.out)


def test_a_window_may_jump_at_a_bar_line(tune_: Tune) -> None:
    here, there = window(tune_, 0, 64), window(tune_, 0, 64, shift=6)
    made = spliced(here, there, 20)
    np.testing.assert_array_equal(made["chord"][:20], here["chord"][:20])
    np.testing.assert_array_equal(made["chord"][20:], there["chord"][20:])
    assert made["heard"][20] == here["heard"][20]
    assert made["heard"][21] == there["heard"][21]
    assert made["before"][20] == here["before"][20]


def test_what_is_dropped_out_is_not_read_and_not_forgotten(tune_: Tune) -> None:
    rows = {key: x[None] for key, x in window(tune_, 0, 24).items()}
    weights, noise = base(), tf.zeros((24, 1, network.NOISE))

    def logits(mask: Any) -> Any:
        return rollout.roll(weights, tensors(rows), tf.ones(1, tf.bool), tf.constant(1.0), noise, mask)

    whole, none, some = (logits(mask) for mask in (None, tf.ones((1, 1, UNITS)), tf.zeros((1, 1, UNITS))))
    np.testing.assert_allclose(whole.chord_logits, none.chord_logits)
    assert np.ptp(np.asarray(some.chord_logits), axis=0).max() == 0  # the heads read nothing
    np.testing.assert_allclose(whole.output, some.output)  # the LSTM goes on as ever


def test_people_have_habits(tune_: Tune) -> None:
    counts, moves, lengths = passages.human_habits([tune_])
    folk = GENRES.index("folk")
    assert moves[folk, 0, 3] == 5  # five chords of four beats were left on bar lines, and C, in the middle, after eight
    assert moves[folk, 0, 7] == 1
    assert (lengths[3], lengths[7]) == (5, 1)
    assert (moves <= counts).all()


def test_genres_are_told_by_how_chords_move() -> None:
    symbols = {"folk/made": ["C:maj", "F:maj", "G:7", "C:maj"], "jazz/made": ["D:min7", "G:7", "C:maj7", "A:7"]}
    tunes = [
        tune_of(record(n, chords=[[4 + 16 * bar, names[bar % 4]] for bar in range(8)], genre=genre))
        for n, (genre, names) in enumerate(symbols.items())
    ]
    known = genres.learn(tunes)
    assert known.names == ("folk", "jazz")
    figures = genres.accuracy(known, tunes)
    assert (figures["accuracy"], figures["majority_floor"]) == (1.0, 0.5)
    minor, dominant = (chord_class(parse_chord(symbol)) for symbol in ("D:min7", "G:7"))
    table = genres.evidence(known)
    assert table[GENRES.index("jazz"), minor, dominant] > 0 > table[GENRES.index("folk"), minor, dominant]
    up = 8 * 3
    assert table[GENRES.index("jazz"), minor, dominant] == table[GENRES.index("jazz"), minor + up, (dominant + up) % 96]
    assert not table[-1].any()  # no genre asked for, none rewarded


def test_a_classifier_is_saved_and_refused_where_it_is_none(tmp_path: Path, tune_: Tune) -> None:
    known = genres.learn([tune_, replace(tune_, genre="jazz")])
    genres.save(known, tmp_path / "genre", {"held_out": {}})
    np.testing.assert_allclose(genres.load(tmp_path / "genre").moves, known.moves, rtol=1e-5)
    with pytest.raises(ModelError, match="improv tune genre"):
        genres.load(tmp_path)
    with pytest.raises(ModelError, match="two genres"):
        genres.learn([tune_])


def test_the_shelf_s_classifier_is_read_and_one_is_learnt_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tune_: Tune
) -> None:
    here, theirs = [tune_, replace(tune_, genre="jazz")], [tune_, replace(tune_, genre="hymn")]
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    said: list[str] = []
    learnt, card = tune_band.classifier_of("folk", here, said.append)
    assert (learnt.names, card) == (("folk", "jazz"), None)
    genres.save(genres.learn(theirs), tmp_path / "genre-folk", {"commit": "abc", "data": [{"source": "made"}]})
    read, card = tune_band.classifier_of("folk", here, said.append)
    assert read.names == ("folk", "hymn")
    assert card == {"name": "genre-folk", "commit": "abc", "sources": ["made"]}
    assert "improv tune genre" in said[0]
    assert "genre-folk" in said[1]
    assert tune_band.classifier_of("pop", here, said.append)[1] is None  # another set's rights are not brought in
    (tmp_path / "genre-pop").mkdir()
    with pytest.raises(ModelError, match="improv tune genre"):
        tune_band.classifier_of("pop", here, said.append)


def test_a_tuning_is_found_by_name_and_the_untuned_answers_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("accompaniment", "accompaniment-folk", "accompaniment-tuned", "accompaniment-folk-calm"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text("{}")
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path])
    assert shelf.tunings("accompaniment") == ["tuned"]
    assert shelf.tunings("accompaniment-folk") == ["calm"]
    assert shelf.tuned("accompaniment", "tuned") == "accompaniment-tuned"
    assert shelf.tuned("accompaniment-folk", "tuned") == "accompaniment-folk"
    assert shelf.tuned("accompaniment", "folk") == "accompaniment"  # a set is no tuning
    assert shelf.tuned("accompaniment", "") == "accompaniment"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a few weights, exported."""
    run, out = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("shelf") / "small"
    small = network.new_weights(UNITS, 4, 3)
    facts = {"kind": "accompaniment", "name": "small", "command": "made", "commit": "none", "sources": [], "data": []}
    export.export(accompaniment, small, out, facts | {"training": {"rights": "default", "sources": []}})
    export.finish(accompaniment, out, json.loads((out / "model.json").read_text()), run, None)
    return out


def test_the_command_tunes_and_export_takes_it(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, run, out = write_folder(tmp_path / "data"), tmp_path / "run", tmp_path / "small-tuned"
    words = ["accompaniment", "--data", str(data), "--out", str(run), "--from", str(shipped), "--updates", "2"]
    words += ["--episodes", "2", "--batch", "2", "--steps", "32", "--hidden", "3", "--check", "1"]
    assert tune.main([*words, "--reward", "genre=0,cadence=2"]) == 0
    assert [json.loads(line)["update"] for line in (run / "log.jsonl").read_text().splitlines()] == [1, 2]
    assert export.main(["--run", str(run), "--out", str(out)]) == 0
    model, card = AccompanimentModel.load(out), json.loads((out / "model.json").read_text())
    assert model.temperature == AccompanimentModel.load(shipped).temperature
    assert card["started_from"]["name"] == "small"
    assert card["rewards"]["cadence"] == 2
    assert card["parity"]["largest_difference"] < 1e-3
    assert "curves" not in card
    assert (out / "curves.svg").exists()
    assert tune.main([*words[:-2], "--reward", "applause=1"]) == 1
    assert "no reward 'applause'" in capsys.readouterr().err
    assert train.main(["--data", str(data), "--out", str(tmp_path / "on"), "--from", str(out)]) == 1
    said = capsys.readouterr().err
    assert "chord head is wider" in said
    assert "improv tune accompaniment --from small-tuned" in said


def test_the_table_compares_on_held_out_tunes(shipped: Path, tmp_path: Path) -> None:
    from bridge.training.play import Settings, stage
    from bridge.training.table_band import compare, markdown

    tunes = [tune_of(record(0, "valid")), tune_of(record(1, "test"))]
    with stage(Settings(steps=64)) as where:
        report = compare(where, {"untuned": {"default": shipped}, "tuned": {"default": shipped}}, tunes)
    untuned, tuned = report["all"]["untuned"], report["all"]["tuned"]
    assert untuned == tuned
    assert report["all"]["human"]["note_in_chord_ratio"] == 1
    assert {"folk", "split valid", "split test"} <= set(report)
    assert report["all"]["silence"]["bits_per_step"] != report["all"]["human"]["bits_per_step"]
    assert "note-in-chord share" in markdown(report)


def test_the_table_s_command_judges_one_split_at_one_temperature(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("accompaniment", "accompaniment-tuned"):
        shutil.copytree(shipped, tmp_path / "shelf" / name)
    monkeypatch.setattr(shelf, "places", lambda: [tmp_path / "shelf"])
    words = ["table", "--data", str(write_folder(tmp_path / "data")), "--split", "valid"]
    assert tune.main(words) == 0
    own = capsys.readouterr().out
    assert "### all (7 tunes)" in own  # one of every source
    assert "split valid (7 tunes)" in own
    assert "split test" not in own
    assert tune.main([*words, "--temperature", "5"]) == 0
    assert capsys.readouterr().out != own


def test_guards_are_part_of_the_log(made: Accompanying) -> None:
    made.rewards(made.play((made.prior,), 0, 0.0))
    figures = made.validate((made.prior,))
    assert figures["guard_pitch_classes"] > 2
    assert figures["valid_note_in_chord_share"] >= 0
