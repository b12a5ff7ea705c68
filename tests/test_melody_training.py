"""The melody model's training and judging, on tunes made here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="training needs tensorflow")

from bridge.generators.melody_model import MelodyModel  # noqa: E402
from bridge.generators.melody_notes import GENRE_AT, LEAP, NO_GENRE, NO_LEAP, NO_WAIT, OTHER_WAIT, WAITS  # noqa: E402
from bridge.training import loop, markov, melody, melody_answers, melody_evaluate, melody_grid, melody_network  # noqa: E402
from bridge.training.corpus import CorpusError, Tune, read  # noqa: E402
from bridge.training.melody_lines import ESCAPE_BITS, Line, Phrases, line_of, lines_of, rows_of  # noqa: E402
from tests.melodies import random_model, record, write  # noqa: E402

SMALL = {"units": 16, "hidden": 16, "notes": 24, "batch": 4, "check": 0.0}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("data") / "A_made.jsonl", 8)


@pytest.fixture(scope="module")
def tunes(pack: Path) -> list[Tune]:
    return read(pack, None, ("train", "valid", "test"))


@pytest.fixture(scope="module")
def lines(tunes: list[Tune]) -> list[Line]:
    return lines_of(tunes)


def test_a_tune_becomes_rows(lines: list[Line]) -> None:
    line = lines[0]
    assert len(line.heard) == len(line.waits) + 1 == len(line.times)
    assert [WAITS[w] for w in line.waits[:5]] == [6, 12, 6, 6, 12]
    assert (line.leaps[:3] - LEAP).tolist() == [5, 2, 2]
    assert (line.wheres[0].phase, line.wheres[0].bar) == (42, -1)
    assert (line.wheres[1].phase, line.wheres[1].bar) == (0, 0)
    assert not line.on_grid
    assert line.lengths[5] > 0  # the phrase ends with a sixteenth's silence
    assert line.lengths[4] == 0


def test_a_tune_of_sixteenths_lies_on_their_grid() -> None:
    line = line_of([(0, 4, 60), (4, 2, 62), (8, 1, 64), (9, 4, 62)], [0], (4, 4), 2)
    assert line is not None
    assert line.on_grid
    assert line.steps == 9


def test_a_wait_without_a_class_costs_its_name() -> None:
    line = line_of([(0, 4, 60), (100, 4, 62), (104, 4, 62)], [0], (4, 4), 2)
    assert line is not None
    assert line.waits[0] == OTHER_WAIT
    assert line.escapes.tolist() == [ESCAPE_BITS[300], 0.0]
    assert sum(2.0**-bits for bits in ESCAPE_BITS.values()) == pytest.approx(1)


def test_melodies_of_fewer_than_two_notes_are_left_out() -> None:
    assert line_of([], [0], (4, 4), 2) is None
    assert line_of([(0, 4, 60), (0, 2, 64)], [0], (4, 4), 2) is None


def test_batches_are_a_function_of_seed_and_number(lines: list[Line]) -> None:
    one, two = (Phrases(lines, 24, 3).batch(16, 5) for _ in range(2))
    assert all((one[key] == two[key]).all() for key in one)
    assert any((one[key] != Phrases(lines, 24, 4).batch(16, 5)[key]).any() for key in one)
    genres = np.concatenate([Phrases(lines, 24, 3).batch(16, n)["heard"][:, 0, GENRE_AT] for n in range(20)])
    assert {2, 3, NO_GENRE} <= set(genres.tolist())
    assert 0.05 < (genres == NO_GENRE).mean() < 0.3


def test_beyond_the_end_nothing_counts(lines: list[Line]) -> None:
    row = rows_of(lines[0], len(lines[0].waits) - 3, 8)
    assert row["valid"].tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert {len(x) for x in row.values()} == {8}


def test_less_of_the_past_can_be_shown(lines: list[Line]) -> None:
    row = {key: tf.constant(x[None]) for key, x in rows_of(lines[0], 20, 16).items()}
    full, bars, plain = (melody.without(row, echoes) for echoes in (2, 1, 0))
    assert full is row
    assert (bars["heard"][..., 9] == row["heard"][..., 9]).numpy().all()
    assert (bars["heard"][..., 14] == NO_WAIT).numpy().all()
    assert (plain["ahead"][..., 6:] == NO_LEAP).numpy().all()
    assert (plain["heard"][..., :9] == row["heard"][..., :9]).numpy().all()


def test_a_run_learns_and_keeps_its_best(lines: list[Line], tmp_path: Path) -> None:
    args = melody.Arguments(out=tmp_path, updates=40, rate=1e-2, **SMALL)
    log: list[dict[str, float]] = []
    task = melody.MelodyTask(args, lines[:-2], lines[-2:])
    loop.fit(task, args, log.append, lambda done: None)
    assert log[-1]["valid_bits_per_onset"] < log[0]["valid_bits_per_onset"] - 3
    parts = sum(log[-1][f"valid_bits_{part}"] for part in ("when", "length", "pitch"))
    assert parts == pytest.approx(log[-1]["valid_bits_per_onset"], abs=1e-4)
    assert (tmp_path / loop.BEST).exists()
    assert {key for keys in melody.CURVES.values() for key in keys} <= set(log[-1])


def test_the_files_foresee_a_tune_as_training_does(lines: list[Line], tmp_path: Path) -> None:
    line, weights = lines[1], melody_network.new_weights(16, 16, 5)
    model = MelodyModel.load(random_model(tmp_path, 5))
    row = {key: tf.constant(x[None]) for key, x in rows_of(line, 0, len(line.waits)).items()}
    logits = melody_network.lines(weights, row)
    chances = melody_evaluate.foresee(model, line)
    for question, expected in zip(("when", "length", "pitch"), logits, strict=True):
        np.testing.assert_allclose(chances[question], tf.nn.softmax(expected[0]).numpy(), atol=2e-4)


def test_the_report_has_the_model_and_what_it_must_beat(tunes: list[Tune], tmp_path: Path) -> None:
    folder = random_model(tmp_path)
    odd = record(1, "test", meter="13/16", genre="polka", melody=[[0, 4, 60], [4, 4, 62], [90, 2, 63], [190, 2, 63]])
    foreign = tmp_path / "foreign.jsonl"
    foreign.write_text(json.dumps(odd) + "\n" + json.dumps(record(2, "test", melody=[[0, 4, 60]])) + "\n")
    held = [*tunes[-2:], *read(foreign, None, ("test",))]
    found = melody_evaluate.report(folder, tunes[:-2], held)
    ours = found["model"]
    assert (ours["tunes"], ours["tunes_too_short"]) == (4, 1)
    assert (ours["tunes_of_unknown_genre"], ours["tunes_in_odd_meters"], ours["waits_without_a_class"]) == (1, 1, 2)
    assert set(found["by_genre"]) == {"folk", "hymn", "unknown"}
    parts = sum(ours[f"bits_{part}_per_onset"] for part in ("when", "pitch", "length"))
    assert ours["bits_per_onset"] == pytest.approx(parts)
    best, chain = found["markov"]["best"], found["markov"]["order_2"]
    assert best["bits_per_onset"] <= chain["bits_per_onset"]
    assert best["bits_per_onset"] < ours["bits_per_onset"]  # its weights are random
    assert 0 <= found["repeat_last_bar"]["top1"] <= 1
    assert found["markov"]["best_with_memory"]["bits_per_onset"] > 0
    assert "markov" not in melody_evaluate.report(folder, [], held)
    json.dumps(found)


def test_held_and_struck_steps_share_the_bits(tunes: list[Tune], tmp_path: Path) -> None:
    model = MelodyModel.load(random_model(tmp_path))
    line = lines_of(tunes)[0]
    sums = melody_evaluate.Sums()
    sums.add(line, melody_evaluate.foresee(model, line))
    found = sums.figures()
    total = found["bits_per_held_step"] * (line.steps - len(line.waits)) + found["bits_per_struck_step"] * len(
        line.waits
    )
    assert total == pytest.approx(found["bits_per_step"] * line.steps)
    assert found["top1"] <= found["top5"] <= 1


@pytest.mark.parametrize("question", list(markov.CLASSES))
@pytest.mark.parametrize("way", markov.WAYS)
def test_a_chain_gives_chances(lines: list[Line], question: str, way: str) -> None:
    chain = markov.Chain(lines[:-2], question, way)
    for chances in chain.chances(lines[-1]):
        assert chances.shape == (len(lines[-1].waits), markov.CLASSES[question])
        np.testing.assert_allclose(chances.sum(axis=1), 1)
        assert (chances > 0).all()


def test_a_chain_knows_what_it_has_seen(lines: list[Line]) -> None:
    line = lines[0]
    orders = markov.Chain([line], "pitch", "notes").chances(line)
    bits = [-np.log2(chances[np.arange(len(line.leaps)), line.leaps]).mean() for chances in orders]
    assert bits[2] < bits[0]
    assert bits[2] < 1


def test_a_chain_may_learn_from_the_tune_itself(lines: list[Line]) -> None:
    line = lines[-1]
    usual = np.full((len(line.leaps), markov.CLASSES["pitch"]), 1 / markov.CLASSES["pitch"])
    learnt = markov.remembering(line, "pitch", "places", usual)
    np.testing.assert_allclose(learnt.sum(axis=1), 1)
    np.testing.assert_array_equal(learnt[0], usual[0])
    rows = np.arange(len(line.leaps))
    assert np.log(learnt[rows, line.leaps]).mean() > np.log(usual[rows, line.leaps]).mean()


def test_witten_bell_by_hand() -> None:
    """Two onsets a quarter apart, then one an eighth later, seen once each: (1 + 2 / 36) / (2 + 2) each."""
    line = line_of([(0, 4, 60), (4, 2, 60), (6, 2, 60)], [0], (4, 4), 2)
    assert line is not None
    table = markov.Chain([line], "when", "streams").tables[0]
    assert table.totals.tolist() == [2]
    assert table.kinds.tolist() == [2]
    first = markov.Chain([line], "when", "streams").chances(line)[0]
    classes = markov.CLASSES["when"]
    zero = (1 + 2 / classes) / 4
    assert first[0, line.waits[0]] == pytest.approx((1 + zero) / 2)


def test_the_last_bar_is_repeated() -> None:
    bar = [(0, 4, 60), (4, 4, 64), (8, 8, 67)]
    line = line_of([(o + 16 * n, d, p) for n in range(6) for o, d, p in bar], [16 * n for n in range(6)], (4, 4), 2)
    assert line is not None
    for question in ("when", "pitch"):
        rule = markov.LastBar([line], question)
        truth = markov.truth(line, question)
        assert rule.trust > 0.9
        assert (rule.chances(line).argmax(axis=1)[4:] == truth[4:]).all()


def test_the_grid_tells_every_sixteenth() -> None:
    line = line_of([(0, 2, 60), (4, 2, 62), (6, 4, 64), (10, 2, 62)], [0], (4, 4), 2)
    assert line is not None
    rows = melody_grid.steps_of(line)
    leap = melody_grid.LEAPS // 2 + 2
    assert rows["truth"].tolist() == [0, 1, 1, leap + 2, 0, leap + 2, 0, 0, 0, leap - 2]
    assert rows["inputs"][:, 0].tolist() == [leap, *rows["truth"][:-1]]
    assert rows["inputs"][:, 2].tolist() == [3, 6, 9, 0, 3, 6, 9, 0, 3, 6]


def test_the_grid_learns_too(tmp_path: Path) -> None:
    notes = [(2 * i, 2, 60 + i % 5) for i in range(60)]
    lines = [line for n in range(4) if (line := line_of(notes, [16 * b for b in range(8)], (4, 4), n))]
    task = melody_grid.GridTask(8, 8, 1, 0.1, lines, lines[:1])
    args = melody.Arguments(out=tmp_path, updates=6, check=0.0, rate=1e-2)
    log: list[dict[str, float]] = []
    loop.fit(task, args, log.append, lambda done: None)
    assert log[-1]["valid_bits_per_onset"] < log[0]["valid_bits_per_onset"]
    assert log[0]["valid_onsets"] == 59
    one, two = task.batch(3), task.batch(3)
    assert all((one[key] == two[key]).all() for key in one)


def test_answers_are_judged_beside_the_humans(tunes: list[Tune], tmp_path: Path) -> None:
    model = MelodyModel.load(random_model(tmp_path))
    found = melody_answers.judge_answers(model, tunes, 1.0, seed=1)
    assert found["calls"] == len(tunes)
    assert found["human"]["notes_share"] == 1
    assert found["human"]["heard_before"] > found["model"]["heard_before"]
    assert found["model"]["leap_emd"] > found["human"]["leap_emd"]
    assert melody_answers.judge_answers(model, tunes, 1.0, seed=1) == found
    short = read(write(tmp_path / "short.jsonl", 3), None, ("train",))
    assert melody_answers.exchange_of(replace(short[0], bars=short[0].bars[:5])) is None


def test_a_follow_up_begins_where_the_call_ends(tunes: list[Tune]) -> None:
    given = melody_answers.exchange_of(tunes[0])
    assert given is not None
    assert (given.begin, given.span) == (3 * 68, 4 * 48)
    assert given.call[-1].time < given.begin <= given.follow[0].time
    assert given.follow[-1].end <= given.begin + given.span


def test_the_card_gets_figures_of_both_held_out_splits(pack: Path, tmp_path: Path) -> None:
    found = melody.figures(random_model(tmp_path), pack)
    assert {split: found[split]["model"]["tunes"] for split in found} == {"valid": 1, "test": 1}
    assert found["test"]["markov"]["best"]["bits_per_onset"] > 0


def test_tunes_without_melodies_are_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl"
    short.write_text(json.dumps(record(0, melody=[[0, 4, 60]])) + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="two notes"):
        melody.task(melody.Arguments(data=short))


def test_a_task_reads_its_tunes(pack: Path) -> None:
    task = melody.task(melody.Arguments(data=pack, units=8, hidden=8, notes=16, batch=2))
    assert set(task.sources) == {"made"}
    assert task.batch(0)["heard"].shape[:2] == (2, 16)
    plain = melody.task(melody.Arguments(data=pack, units=8, hidden=8, encoding="grid"))
    assert plain.batch(0)["inputs"].shape[1] == 256
