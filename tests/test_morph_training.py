"""Training the morph model on tunes made here: windows, variants, losses, export and its refusal, figures."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="training needs tensorflow")

from bridge.generators.morph_model import DECODE_FILE, ENCODE_FILE, MorphModel  # noqa: E402
from bridge.generators.morph_phrase import CLASSES, SPAN, STEPS, Note, Phrase, tokens_of  # noqa: E402
from bridge.music.timeline import Meter  # noqa: E402
from bridge.music.vocabulary import FIRST_ONSET, HOLD, REST, onset  # noqa: E402
from bridge.training import export, loop, morph, morph_convert  # noqa: E402
from bridge.training import morph_network as network  # noqa: E402
from bridge.training.corpus import Tune, tune_of  # noqa: E402
from bridge.training.morph_evaluate import in_key_of, report, sample_of, samples_of, transposed  # noqa: E402
from bridge.training.morph_measures import kept, spearman, validity  # noqa: E402
from bridge.training.morph_variants import matches, targets, variant_of, variants  # noqa: E402
from bridge.training.morph_windows import Draw, is_full, windows_of  # noqa: E402

SMALL = morph.Arguments(units=4, hidden=8, latent=6, share=3, reading=4, batch=8, updates=3)


def tune(number: int = 0, split: str = "train", meter: str = "4/4", genre: str = "folk/made") -> Tune:
    """Eight bars, the last four a variation of the first, with a pick-up of a quarter."""
    random = np.random.default_rng(number)
    numerator, denominator = map(int, meter.split("/"))
    bar = numerator * 16 // denominator
    half = [int(p) for p in random.choice([60, 62, 64, 65, 67, 69, 71, 72], 4 * bar // 2)]
    other = [p if n % 5 else p + 5 for n, p in enumerate(half)]
    melody = [[2 * n, 2, 67] for n in range(2)]
    melody += [[4 + 2 * n, 2, pitch] for n, pitch in enumerate(half + other)]
    record = {
        "source": "made", "id": str(number), "genre": genre, "licence": "none needed", "meter": meter,
        "bars": [4 + bar * n for n in range(8)], "melody": melody, "split": split,
    }  # fmt: skip
    return tune_of(record)


@pytest.fixture(scope="module")
def tunes() -> list[Tune]:
    return [tune(0), tune(1, meter="3/4"), tune(2, genre="hymn"), tune(3, meter="6/8"), tune(4, meter="2/4")]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[network.Weights, Path]:
    """Random weights in a folder, as `improv export` writes them."""
    made = network.new_weights(SMALL.units, SMALL.hidden, SMALL.latent, SMALL.share, SMALL.reading, 3)
    weights = network.Weights(*(tf.constant(w) for w in made))
    folder = tmp_path_factory.mktemp("morph")
    card = export.export(morph, weights, folder, {"kind": "morph", "name": "small", "notes": [], "sources": []})
    assert card["parity"]["largest_difference"] < 1e-3
    return weights, folder


def test_windows_begin_on_bar_lines_and_fit(tunes: list[Tune]) -> None:
    windows = windows_of(tunes)
    steps = {(row.meter, row.steps) for row in windows.rows}
    assert steps >= {(Meter(4, 4), 32), (Meter(4, 4), 16), (Meter(3, 4), 24), (Meter(6, 8), 12), (Meter(2, 4), 32)}
    for row, line, count in zip(windows.rows, windows.classes, windows.steps, strict=True):
        assert tunes[row.tune].spots[row.start, 0] == 0
        assert (line[count:] == REST).all()
        assert (line >= FIRST_ONSET).sum() >= (4 if is_full(row) else 2)
        own = tunes[row.tune].melody[row.start : row.start + row.steps]
        assert ((line[:count] >= FIRST_ONSET) == (own >= FIRST_ONSET)).all()
    assert len(windows_of(tunes, full=True).rows) + len(windows_of(tunes, full=False).rows) == len(windows.rows)
    assert len(windows_of([]).rows) == 0


def test_a_note_held_into_a_window_is_told() -> None:
    held = replace(tune(0), melody=np.array([onset(60), HOLD, HOLD, HOLD] + [HOLD, HOLD, *map(onset, [62] * 30)] * 4))
    windows = windows_of([replace(held, spots=tune(0).spots[: held.steps])])
    first = windows.rows[0]
    assert windows.held[0]
    assert windows.before[0] == FIRST_ONSET + SPAN + 60 - first.centre


def test_rows_are_drawn_by_genre_as_a_function_of_seed_and_number(tunes: list[Tune]) -> None:
    windows = windows_of(tunes)
    draw = Draw(windows, tunes, {"folk": 0.5, "hymn": 0.5}, seed=1)
    rows = draw.rows(4000, 7)
    assert (rows == Draw(windows, tunes, {"folk": 0.5, "hymn": 0.5}, seed=1).rows(4000, 7)).all()
    assert (rows != draw.rows(4000, 8)).any()
    hymns = np.mean([windows.rows[row].tune == 2 for row in rows])
    assert 0.45 < hymns < 0.55
    assert 0.1 < np.mean([not is_full(windows.rows[row]) for row in rows]) < 0.2


def test_variants_are_alike_but_not_the_same(tunes: list[Tune]) -> None:
    windows = windows_of(tunes)
    pairs = variants(windows)
    assert len(pairs)
    assert (np.diff(pairs[:, 0]) >= 0).all()
    assert {windows.rows[a].tune for a, _ in pairs} == {windows.rows[b].tune for _, b in pairs}
    for one, other in pairs[:20]:
        assert windows.rows[one].tune == windows.rows[other].tune
        phrases = [sample_of(tunes[windows.rows[n].tune], windows.rows[n]).phrase for n in (one, other)]
        assert 0.5 <= kept(*phrases)["similarity"] < 0.97
    rows = np.array([int(pairs[0, 0]), 0])
    chosen = variant_of(windows, pairs, rows, np.random.default_rng(0))
    assert chosen[0] in pairs[pairs[:, 0] == rows[0], 1]
    told = targets(windows, rows, rows)
    assert (told["target"] == windows.classes[rows]).all()


def test_a_variant_is_told_around_the_reference_of_its_phrase(tunes: list[Tune]) -> None:
    windows = windows_of(tunes)
    one = next(n for n, row in enumerate(windows.rows) if row.centre != windows.rows[0].centre)
    told = targets(windows, np.array([0]), np.array([one]))["target"][0]
    own = windows.classes[one].astype(int)
    away = windows.rows[one].centre - windows.rows[0].centre
    assert ((told - own)[own >= FIRST_ONSET] % 12 == away % 12).all()
    assert (told[own < FIRST_ONSET] == own[own < FIRST_ONSET]).all()
    assert matches(np.array([[2, 0, 5]]), np.array([[2, 0, 6], [0, 0, 5]])).tolist() == [[1, 1]]


def batch_of(windows: Any, rows: list[int]) -> dict[str, Any]:
    batch = windows.batch(np.array(rows)) | {"noise": np.zeros(len(rows))}
    return {key: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for key, x in batch.items()}


def test_free_running_is_teacher_forcing_on_ones_own_past(
    tunes: list[Tune], exported: tuple[network.Weights, Path]
) -> None:
    weights, _ = exported
    batch = batch_of(windows_of(tunes), [0, 3])
    latent = tf.random.stateless_normal((2, SMALL.latent), [1, 2])
    wish = tf.random.stateless_normal((2, STEPS, CLASSES), [3, 4])
    classes, logits = network.free(weights, latent, batch, wish)
    again = network.forced(weights, latent, batch | {"classes": classes}, tf.ones((2, 2, STEPS, 1)))
    np.testing.assert_allclose(logits, again, rtol=1e-4, atol=1e-4)


def test_at_nothing_but_noise_the_phrase_is_not_read(tunes: list[Tune], exported: tuple[network.Weights, Path]) -> None:
    weights, _ = exported
    batch = batch_of(windows_of(tunes), [0, 1]) | {"noise": tf.ones(2)}
    said = [
        network.forced(weights, tf.fill((2, SMALL.latent), value), batch, tf.ones((2, 2, STEPS, 1)))
        for value in (0.0, 5.0)
    ]
    np.testing.assert_allclose(said[0], said[1], atol=1e-5)


def test_what_lies_beyond_a_piece_is_not_heard(tunes: list[Tune], exported: tuple[network.Weights, Path]) -> None:
    weights, _ = exported
    batch = batch_of(windows_of(tunes, full=False), [0])
    beyond = tf.where(batch["valid"] > 0, batch["classes"], FIRST_ONSET + 9)
    place = [
        network.encode(weights, c, batch["before"], batch["place"], batch["valid"]) for c in (beyond, batch["classes"])
    ]
    np.testing.assert_allclose(place[0].mean, place[1].mean, atol=1e-6)


def test_ruling_out_pitches_costs_no_onsets() -> None:
    logits = tf.random.stateless_normal((3, CLASSES), [5, 6])
    wish = np.zeros((3, CLASSES), np.float32)
    wish[:, FIRST_ONSET + 20 :] = network.IMPOSSIBLE
    lifted = network.fair(logits, tf.constant(wish))
    chances = tf.nn.softmax(lifted + wish).numpy()
    before = tf.nn.softmax(logits).numpy()
    np.testing.assert_allclose(chances[:, :FIRST_ONSET], before[:, :FIRST_ONSET], rtol=1e-4)
    wish[:, FIRST_ONSET:] = network.IMPOSSIBLE
    assert np.isfinite(network.fair(logits, tf.constant(wish))).all()


def test_a_run_learns(tunes: list[Tune], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morph, "HELD", 16)
    args = replace(SMALL, out=tmp_path / "run", check=1000.0)
    task = morph.Morphing(args, tunes, tunes)
    first, again = task.batch(5), task.batch(5)
    assert all((first[key] == again[key]).all() for key in first)
    assert all(len(rows) == args.batch for rows in first.values())
    log: list[dict[str, Any]] = []
    loop.fit(task, args, log.append, lambda done: None)
    assert log[-1]["update"] == args.updates
    assert all(np.isfinite(value) for line in log for value in line.values())
    assert log[1]["valid_nats"] < log[0]["valid_nats"]
    assert {key for keys in morph.CURVES.values() for key in keys} <= set(log[-1])


def test_random_weights_keep_the_laws(exported: tuple[network.Weights, Path]) -> None:
    model = MorphModel.load(exported[1])
    phrase = Phrase(tuple(Note(480 * n, 400, 60 + 2 * n % 7, 90) for n in range(6)), Meter(3, 4), 2)
    assert model.vary(phrase, 0, seed=1) == phrase
    varied = [model.vary(phrase, dial, seed=2) for dial in (0.1, 0.5, 1.0)]
    assert varied == [model.vary(phrase, dial, seed=2) for dial in (0.1, 0.5, 1.0)]
    for each in varied:
        assert (each.meter, each.bars) == (phrase.meter, 2)
        assert all(n.tick >= 0 and n.end <= phrase.ticks for n in each.notes)
    assert model.vary(transposed(phrase, 4), 0.8, seed=5) == transposed(model.vary(phrase, 0.8, seed=5), 4)


def test_figures_are_taken_through_the_runtime(tunes: list[Tune], exported: tuple[network.Weights, Path]) -> None:
    found = report(exported[1], tunes, count=6)
    assert found["phrases"] == 6
    assert found["dial"]["0.0"]["similarity"] == 1
    assert found["validity"]["length_and_meter"] == found["validity"]["inside"] == found["validity"]["on_the_grid"] == 1
    assert found["same_in_every_key"] == 1
    assert 0.5 <= found["human_variants"]["similarity"] < 0.97
    assert 0 <= found["given_back"]["onset_f1"] <= 1
    assert json.loads(json.dumps(found)) == found
    assert report(exported[1], []) == {"phrases": 0}


def test_samples_take_genres_in_turn(tunes: list[Tune]) -> None:
    samples = samples_of(tunes, 8, 1)
    assert sum(tunes[sample.tune].genre == "hymn" for sample in samples) == 4
    assert samples == samples_of(tunes, 8, 1)
    for sample in samples:
        assert validity(sample.phrase, sample.phrase, sample.home, sample.span) == dict.fromkeys(
            ("length_and_meter", "inside", "one_at_a_time", "on_the_grid", "in_the_tunes_key", "in_the_tunes_range"),
            1.0,
        )
        other = transposed(sample.phrase, 5)
        assert in_key_of(sample.phrase, other) == sample.phrase


def test_measures_by_hand() -> None:
    one = Phrase((Note(0, 480, 60, 90), Note(480, 480, 62, 90)), Meter(), 1)
    other = Phrase((Note(0, 480, 60, 90), Note(480, 480, 64, 90), Note(960, 480, 65, 90)), Meter(), 1)
    found = kept(one, other)
    assert found["similarity"] == pytest.approx(2 / 5)
    assert found["onsets_kept"] == pytest.approx(4 / 5)
    assert found["pitches_kept"] == pytest.approx(1 / 2)
    assert found["notes"] == pytest.approx(3 / 2)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 2, 3], [1, 1, 1]) == 0
    late = Phrase((Note(1900, 480, 61, 90),), Meter(), 1)
    told = validity(one, late, {0, 2}, (60, 62))
    assert (told["inside"], told["on_the_grid"], told["in_the_tunes_key"], told["in_the_tunes_range"]) == (0, 0, 0, 1)
    assert tokens_of(late)[0][15] == onset(61)


def test_a_file_without_its_weights_is_refused(
    exported: tuple[network.Weights, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the converter has been seen to do: a file that opens, with other weights than those given."""
    weights, folder = exported
    files = {name: (folder / name).read_bytes() for name in (ENCODE_FILE, DECODE_FILE)}
    monkeypatch.setattr(morph, "convert", lambda weights, facts: files)
    empty = network.Weights(*(0.5 * w for w in weights))
    with pytest.raises(loop.ExportError):
        export.export(morph, empty, tmp_path / "model", {"kind": "morph"})
    assert not (tmp_path / "model").exists()
    assert morph_convert.card(weights)["latent"] == SMALL.latent
