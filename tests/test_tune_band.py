"""The commands of an accompanist's tuning, on a corpus made here: the genres, the tuning, its export, the table."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="tuning needs tensorflow")

from bridge.generators import shelf  # noqa: E402
from bridge.generators.model import AccompanimentModel  # noqa: E402
from bridge.music.errors import ModelError  # noqa: E402
from bridge.music.harmony import parse_chord  # noqa: E402
from bridge.music.vocabulary import GENRES, chord_class  # noqa: E402
from bridge.training import accompaniment, export, genres, loop, network, train, tune, tune_band  # noqa: E402
from bridge.training.corpus import Tune, tune_of  # noqa: E402
from bridge.training.tuner_band import joined, new_head  # noqa: E402
from tests.test_training import record, write_folder  # noqa: E402

UNITS = 8


@pytest.fixture
def tune_() -> Tune:
    return tune_of(record())


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


def test_training_goes_on_from_a_tuned_model_with_its_wider_head(shipped: Path, tmp_path: Path) -> None:
    out, wider = tmp_path / "small-tuned", joined(network.weights_of(shipped), [new_head(UNITS, 3, 1.0, 0)], 0.5)
    facts = {"kind": "accompaniment", "name": "small-tuned", "algorithm": "psi"}
    export.export(accompaniment, wider, out, facts | {"training": {"hidden": 3}})
    args = train.shaped(accompaniment, accompaniment.Arguments(start=str(out), out=tmp_path / "on"))
    assert train.begin(args, "accompaniment") == out / "weights.npz"
    assert isinstance(args, accompaniment.Arguments)
    learner = loop.Learner(accompaniment.Accompanying(args, [tune_of(record())], None), loop.Workers())
    learner.start_from(out / "weights.npz")
    assert learner.weights.chord_hidden.shape == (UNITS, 4 + 3)
    np.testing.assert_array_equal(learner.average.chord_hidden, wider.chord_hidden)


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
