"""Both heads bent by exact gradients, on a corpus made here: the terms, what may move, the command, the export."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="tuning needs tensorflow")

from bridge.generators.model import AccompanimentModel  # noqa: E402
from bridge.music.harmony import parse_chord  # noqa: E402
from bridge.music.vocabulary import FIRST_ONSET, GENRES, HOLD, NO_CHORD, REST, chord_class  # noqa: E402
from bridge.training import (  # noqa: E402
    accompaniment,
    bass,
    drawing,
    export,
    free_running,
    heads,
    loop,
    network,
    past,
    rollout,
    tune,
    tune_heads,
)
from bridge.training.corpus import tune_of  # noqa: E402
from bridge.training.measures import Performance  # noqa: E402
from bridge.training.tuner_band import tensors  # noqa: E402
from bridge.training.windows import window  # noqa: E402
from tests.test_training import record, write_folder  # noqa: E402

UNITS, STEPS, COLD = 8, 48, 0.5
C, F, G = (chord_class(parse_chord(symbol)) for symbol in ("C:maj", "F:maj", "G:7"))


def base() -> network.Weights:
    return network.Weights(*(tf.constant(w) for w in network.new_weights(UNITS, 4, 3)))


def played(weights: network.Weights, seed: int = 4) -> tuple[dict[str, Any], rollout.Roll]:
    """A window of the made tune, and what the model plays to it on its own past."""
    rows = {key: x[None] for key, x in window(tune_of(record()), 0, STEPS).items()}
    first = tensors(rows)
    blank = {key: tf.fill(first[key].shape, -1) for key in ("chord", "bass")}
    noise = np.random.default_rng(seed).gumbel(size=(STEPS, 1, network.NOISE)).astype(np.float32)
    return first, rollout.roll(weights, first | blank, tf.zeros(1, tf.bool), tf.constant(COLD), noise)


def test_a_rate_that_is_people_s_costs_nothing_and_no_cell_pays_for_another() -> None:
    place, age, genre = tf.constant([[0], [0], [2]]), tf.constant([[4], [4], [1]]), tf.constant([0])
    cell = heads.cell_of(genre[None, :], place, age)
    rates = np.zeros(heads.CELLS, np.float32)
    rates[int(cell[0, 0])], rates[int(cell[2, 0])] = 0.75, 0.25
    told = tf.ones((3, 1)), cell, rates, tf.zeros((2, heads.CELLS))
    even, left = heads.habits(tf.constant([[0.5], [1.0], [0.25]]), *told)
    assert float(even) == pytest.approx(0, abs=1e-6)
    assert float(tf.reduce_sum(left[0])) == pytest.approx(1.75 * heads.FADE)
    assert float(tf.reduce_sum(left[1])) == pytest.approx(3 * heads.FADE)
    apart, _ = heads.habits(tf.constant([[0.5], [0.5], [0.75]]), *told)
    assert float(apart) == pytest.approx(1 / 8, abs=1e-4)


def test_a_batch_is_judged_with_those_before_it_and_moves_as_if_alone() -> None:
    shares, counts = tf.constant([0.5, 0.5]), tf.constant([[3.0, 0.0], [4.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(counts)
        alone, _ = heads.distance(counts, shares, tf.zeros((2, 2)))
    assert float(alone) == pytest.approx(1 / 16, abs=1e-5)
    assert np.asarray(tape.gradient(alone, counts))[0] == pytest.approx([2 * 0.25 / 4, 0], abs=1e-5)
    with tf.GradientTape() as tape:
        tape.watch(counts)
        settled, _ = heads.distance(counts, shares, tf.constant([[5.0, 0.0], [12.0, 0.0]]))
    assert float(settled) == pytest.approx(0, abs=1e-6)  # 8 of 16: chance, no habit
    assert np.asarray(tape.gradient(settled, counts))[0] == pytest.approx([0, 0], abs=1e-5)
    with tf.GradientTape() as tape:
        tape.watch(counts)
        habit, _ = heads.distance(counts, shares, tf.constant([[9.0, 0.0], [12.0, 0.0]]))
    assert float(habit) == pytest.approx(1 / 16, abs=1e-5)
    assert np.asarray(tape.gradient(habit, counts))[0] == pytest.approx([2 * 0.25 / 4, 0], abs=1e-5)


def test_falling_fifths_are_counted_among_root_changes() -> None:
    assert (heads.FALLS[G, C], heads.FALLS[C, F], heads.FALLS[C, G], heads.FALLS[NO_CHORD, C]) == (1, 1, 0, 0)
    assert (heads.MOVES[C, C], heads.MOVES[C, C + 1], heads.MOVES[C, G]) == (0, 0, 1)
    chances = np.zeros((1, 1, NO_CHORD + 1), np.float32)
    chances[..., [C, F, G]] = 0.5, 0.25, 0.25  # from C: stays by half, and what moves falls by half
    shares = np.full(heads.KINDS, 0.5, np.float32)
    told, none = (tf.constant([[C]]), tf.ones((1, 1)), tf.constant([0])), tf.zeros((2, heads.KINDS))
    assert float(heads.fifths(tf.constant(chances), *told, shares, none)[0]) == pytest.approx(0, abs=1e-5)
    assert float(heads.fifths(tf.constant(chances), *told, shares + 0.5, none)[0]) == pytest.approx(0.25, abs=1e-4)


def test_people_s_fifths_by_genre() -> None:
    tunes = [tune_of(record(0, chords=[[4 + 16 * bar, ["C:maj", "F:maj"][bar % 2]] for bar in range(8)]))]
    shares = heads.human_fifths(tunes, least=1)
    folk = GENRES.index("folk")
    assert shares[folk] == pytest.approx(4 / 7)  # C F C F C F C F
    assert shares[-1] == shares[folk] == shares[0]  # the others have no changes of their own


def test_how_long_ago_the_last_note_of_the_melody_began() -> None:
    melody = np.full((40, 2), HOLD, np.int32)
    melody[:4, 0], melody[4, 0], melody[30, 0] = REST, FIRST_ONSET + 60, FIRST_ONSET + 62
    melody[0, 1] = FIRST_ONSET
    per_beat = tf.constant([[4, 6]] * 40)
    wait = np.asarray(heads.waited(tf.constant(melody), per_beat))
    assert wait[[3, 4, 5, 7, 8, 11, 12, 23, 24, 29, 30, 31], 0].tolist() == [-1, 0, 1, 1, 2, 2, 3, 5, 6, 6, 0, 1]
    assert wait[[0, 5, 6, 29, 30, 39], 1].tolist() == [0, 1, 2, 5, 6, 6]


def test_people_s_waits_by_genre() -> None:
    """A chord a bar; a note on the first of every two bars but none in the last, with which the tune ends."""
    melody, chords = [[4 + 32 * pair, 16, 60] for pair in range(4)], ["C:maj", "F:maj"] * 4
    told = tune_of(record(melody=melody, chords=[[4 + 16 * bar, symbol] for bar, symbol in enumerate(chords)]))
    rates = heads.human_waits([told]).reshape(heads.KINDS, heads.WAITS)
    found = rates[-1, [0, 2, 3, 4, 5, 6]]
    assert found == pytest.approx([3.4 / 4, *[0.4 / 5] * 3, 3.4 / 4, 0.4 / 10])
    assert rates[GENRES.index("folk"), 0] == pytest.approx((3 + 20 * 3.4 / 4) / 23)


def test_divergence_is_nought_of_the_same_and_masked() -> None:
    old = tf.constant([[0.0, 0.0], [3.0, 0.0]])
    new = tf.constant([[0.0, 0.0], [0.0, 3.0]])
    assert float(heads.divergence(old, old, tf.ones(2))) == pytest.approx(0, abs=1e-6)
    assert float(heads.divergence(new, old, tf.constant([1.0, 0.0]))) == pytest.approx(0, abs=1e-6)
    assert float(heads.divergence(new, old, tf.constant([0.0, 1.0]))) == pytest.approx(3 * np.tanh(1.5), abs=1e-4)


def test_the_bass_s_logits_are_those_it_was_drawn_from() -> None:
    weights = base()
    first, roll = played(weights)
    places = network.setting(first["place"], tf.tile(first["genre"][None, :], (STEPS, 1)))
    logits = heads.bass_line(weights, roll, roll.output, places, COLD)
    noise = np.random.default_rng(4).gumbel(size=(STEPS, 1, network.NOISE)).astype(np.float32)
    drawn = np.argmax(logits + noise[:, 0, NO_CHORD + 1 : NO_CHORD + 1 + drawing.BASS_NOISE], axis=1)
    pitches = past.bass_pitches(roll.memory[:, 0, 4])
    tokens = past.token_of(tf.constant(drawn, tf.int32), pitches)
    np.testing.assert_array_equal(tokens, free_running.own_bass(roll)[:, 0])


def test_parallels_are_those_of_the_table() -> None:
    """Every token that the bass might have played at a beat is in parallel just where `bass.moves` counts it so."""
    assert sum(check_parallels(*played(base(), seed)) for seed in (3, 4, 5))  # some there are


def check_parallels(first: dict[str, Any], roll: rollout.Roll) -> int:
    """How many tokens would be in parallel; each is so in the table's eyes, and no other."""
    tune_, some = tune_of(record()), 0
    found = np.asarray(heads.parallel(roll, first["beats"]))[0]
    line, chords = free_running.own_bass(roll)[:, 0], np.asarray(roll.chord)[:, 0]
    beats = np.asarray(first["beats"])[0]
    assert not found[beats < 0].any()
    for number, (before, beat) in enumerate(pairwise(beats), 1):
        if beat < 0 or beat >= STEPS - 1:
            continue
        pitches = np.asarray(past.bass_pitches(roll.memory[beat, :, 4])).reshape(-1)
        for choice, token in enumerate([HOLD, REST, *(FIRST_ONSET + pitches)]):
            other = line.copy()
            other[beat] = token
            counted = [
                np.array(bass.moves(Performance(tune_, chords[:stop], other[:stop]))) for stop in (before + 1, beat + 1)
            ]
            wrong = (counted[1] - counted[0])[1:].sum()
            assert found[number, choice] == wrong
            some += wrong
    return some


def test_only_the_heads_move() -> None:
    tunes = [tune_of(record(number, split)) for number, split in enumerate(["train", "train", "valid"])]
    args = tune_heads.Arguments(batch=2, steps=STEPS, updates=1)
    task = tune_heads.Tuning(args, base(), tunes, COLD)
    weights, batch = task.weights(), task.batch(0)
    held = {key: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for key, x in batch.items()}
    with tf.GradientTape() as tape:
        terms = task.loss(weights, held, tf.constant(0))
    gradients = dict(zip(weights._fields, tape.gradient(terms["loss"], list(weights)), strict=True))
    moving = {name for name, each in gradients.items() if each is not None and np.abs(each).max() > 0}
    chord_head = {"chord", "chord_bias", "chord_hidden", *network.GUESS}
    assert moving == chord_head | {"bass", "bass_in", "bass_hidden", "bass_pool"}
    assert float(terms["bass_apart"]) == pytest.approx(0, abs=1e-6)
    assert {"valid_note_in_chord_share", "valid_parallel_octaves_per_100_moves"} <= set(task.validate(weights))


def test_the_command_tunes_and_export_takes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, run, out = write_folder(tmp_path / "data"), tmp_path / "run", tmp_path / "small-heads"
    facts: dict[str, Any] = {"kind": "accompaniment", "name": "small", "command": "made", "commit": "none"}
    facts |= {"sources": [], "data": [], "training": {"rights": "default", "sources": []}}
    export.export(accompaniment, network.new_weights(UNITS, 4, 3), tmp_path / "small", facts)
    words = ["heads", "--data", str(data), "--out", str(run), "--from", str(tmp_path / "small"), "--temperature", "0.3"]
    assert tune.main([*words, "--updates", "2", "--batch", "2", "--steps", "32"]) == 0
    options = ["updates 2", "from small", "batch 2", "steps 32", "temperature 0.3"]
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [line["update"] for line in lines] == [0, 2]
    assert {"hit", "habits", "fifths", "parallels", "chord_apart"} <= set(lines[-1])
    assert export.main(["--last", "--run", str(run), "--out", str(out)]) == 0
    model, card = AccompanimentModel.load(out), json.loads((out / "model.json").read_text())
    assert model.temperature == 0.3
    assert card["command"] == f"improv tune heads --data DIR --{' --'.join(options)}"
    assert card["started_from"]["name"] == "small"
    assert card["parity"]["largest_difference"] < 1e-3
    assert (out / "curves.svg").exists()
    assert "averaged_with" not in card
    assert export.main(["--last", "--run", str(run), "--out", str(out), "--average", str(run / loop.CHECKPOINT)]) == 0
    again = json.loads((out / "model.json").read_text())
    assert (again["averaged_with"], again["sha256"]) == ([card["command"]], card["sha256"])
    assert f"* Averaged with: `{card['command']}`." in (out / "README.md").read_text()
    assert tune.main(["heads", "--data", str(data), "--from", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
