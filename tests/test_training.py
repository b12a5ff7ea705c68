"""Training, on a corpus made here: arrays, measures, losses, export and its refusal, the commands."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="training needs tensorflow")

from bridge.generators.model import AccompanimentModel  # noqa: E402
from bridge.music.harmony import parse_chord  # noqa: E402
from bridge.music.vocabulary import HOLD, NO_CHORD, REST, Spot, chord_class, onset  # noqa: E402
from bridge.training import evaluate, export, losses, network, past, rollout, train  # noqa: E402
from bridge.training.arguments import command_of  # noqa: E402
from bridge.training.baselines import estimated_key, random_triads, rule  # noqa: E402
from bridge.training.corpus import CorpusError, Tune, Windows, read, tune_of, window  # noqa: E402
from bridge.training.measures import Performance, bass_line, harmony, human, note_covered, note_in_chord  # noqa: E402

C, F, G = (chord_class(parse_chord(symbol)) for symbol in ("C:maj", "F:maj", "G:7"))


def record(number: int = 0, split: str = "train", **more: Any) -> dict[str, Any]:
    """Eight bars in C with a pick-up of a quarter; a chord a bar, its root in the bass."""
    roots = [("C:maj", 48), ("F:maj", 41), ("G:7", 43), ("C:maj", 36)] * 2
    melody = [[0, 2, 67], [2, 2, 67]]
    for bar, (_, bass) in enumerate(roots):
        melody += [[4 + 16 * bar + 4 * i, 3, 60 + (bass + step) % 12] for i, step in enumerate((0, 4, 7, 0))]
    return {
        "source": "made",
        "id": str(number),
        "genre": "folk/made",
        "licence": "none needed",
        "meter": "4/4",
        "bars": [4 + 16 * bar for bar in range(8)],
        "melody": melody,
        "chords": [[4 + 16 * bar, symbol] for bar, (symbol, _) in enumerate(roots)],
        "bass": [[4 + 16 * bar, 16, bass] for bar, (_, bass) in enumerate(roots)],
        "split": split,
    } | more


@pytest.fixture
def tune() -> Tune:
    return tune_of(record())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus: the made tunes under the name of every source."""
    made = tmp_path_factory.mktemp("data")
    for source in train.Arguments().sources:
        with gzip.open(made / f"A_{source}.jsonl.gz", "wt", encoding="utf-8") as file:
            for number, split in enumerate(["train", "train", "valid", "test"]):
                file.write(json.dumps(record(number, split, source=source)) + "\n")
    return made


def test_a_pick_up_lies_at_the_end_of_its_bar(tune: Tune) -> None:
    assert tune.spots[:6, 0].tolist() == [12, 13, 14, 15, 0, 1]
    assert tune.decisions[:6].tolist() == [True, False, False, False, True, False]
    assert tune.starts[0] == 4


def test_a_tune_becomes_tokens(tune: Tune) -> None:
    assert tune.melody[:8].tolist() == [onset(67), HOLD, onset(67), HOLD, onset(60), HOLD, HOLD, REST]
    assert tune.chords[[0, 4, 20, 36]].tolist() == [-1, C, F, G]
    assert tune.bass[[0, 4, 5, 20]].tolist() == [REST, onset(48), HOLD, onset(41)]
    np.testing.assert_allclose(tune.coming[4], np.eye(12)[0])
    assert tune.coming[5].sum() == 0


def test_notes_off_the_grid_are_rounded_and_counted() -> None:
    tune = tune_of(record(melody=[[0, 1.333, 60], [1.333, 1.333, 62], [2.667, 1.333, 64]]))
    assert tune.melody[:4].tolist() == [onset(60), onset(62), HOLD, onset(64)]
    assert tune.rounded == 2


def test_a_window_hears_only_what_lies_before(tune: Tune) -> None:
    row = window(tune, 4, 16, shift=2)
    assert row["heard"][0] == HOLD
    assert row["heard"][1] == row["melody"][0] == onset(62)
    assert row["chord"][0] == chord_class(parse_chord("D:maj"))
    assert row["coming"][0].argmax() == 2
    late = window(tune, tune.steps - 3, 8)
    assert late["valid"].sum() == 3
    assert window(tune, 0, 8)["heard"][0] == REST


def test_windows_are_a_function_of_seed_and_number(tune: Tune) -> None:
    windows = [Windows([tune], 32, {"folk": 1.0}, seed=3) for _ in range(2)]
    first, again = (w.batch(4, 7) for w in windows)
    assert all((first[key] == again[key]).all() for key in first)
    assert any((first[key] != windows[0].batch(4, 8)[key]).any() for key in first)


def test_places_survive_the_corpus(tune: Tune) -> None:
    from bridge.music.vocabulary import place_features
    from bridge.training.corpus import place_bytes, place_floats

    for spot in (Spot(5), Spot(23, 12, 8), Spot(7, 7, 8), Spot(3, 6, 4)):
        floats = place_floats(np.array(place_bytes(spot), np.uint8))
        np.testing.assert_allclose(floats, place_features(spot), atol=0.005)


def test_human_chords_fit_and_random_ones_do_not(tune: Tune) -> None:
    theirs = human(tune, 200)
    assert note_in_chord(theirs) == 1
    figures = harmony([theirs])
    assert figures["distinct"] == 3
    assert figures["longest"] == 8  # the C that ends the first half and begins the second
    assert 3 < figures["pitch_classes"] < 3.5
    random = np.random.default_rng(0)
    assert np.mean([note_in_chord(random_triads(tune, 200, random)) for _ in range(20)]) < 0.5


def test_silence_is_left_out_of_the_ratio_but_covers_nothing(tune: Tune) -> None:
    chords = np.where(np.arange(tune.steps) < 68, NO_CHORD, human(tune, 200).chords)
    half = Performance(tune, chords, np.zeros(0))
    assert note_in_chord(half) == 1
    assert 0.4 < note_covered(half) < 0.6


def test_a_tune_jumps_with_its_chords(tune: Tune) -> None:
    moved = evaluate.shifted(tune)
    at = np.flatnonzero(tune.decisions)[16]
    assert (moved.melody[:at] == tune.melody[:at]).all()
    pitched = np.flatnonzero(tune.melody[at:] >= 2) + at
    assert (moved.melody[pitched] == tune.melody[pitched] + 6).all()
    assert note_in_chord(human(moved, 200)) == 1


def test_the_command_names_what_is_not_usual() -> None:
    assert command_of(train.Arguments(minutes=3)) == "improv train accompaniment --data DIR --minutes 3"
    assert command_of(train.Arguments()) == "improv train accompaniment --data DIR"


def test_the_bass_of_the_roots_is_all_roots(tune: Tune) -> None:
    figures = bass_line([human(tune, 200)])
    assert figures["root_on_beats"] == figures["root_at_changes"] == 1
    assert (figures["lowest"], figures["highest"]) == (36, 48)


def test_the_rule_finds_the_key(tune: Tune) -> None:
    assert estimated_key(np.bincount(tune.sounding[tune.sounding >= 0], minlength=12)) == (0, "major")
    assert note_in_chord(rule(tune, 200, 1)) > 0.3


def test_the_expected_hit_is_the_mean_of_the_hits() -> None:
    chances = np.zeros((1, 1, NO_CHORD + 1), np.float32)
    chances[0, 0, [C, NO_CHORD]] = 0.75, 0.25
    coming = np.zeros((1, 1, 12), np.float32)
    coming[0, 0, [0, 1]] = 0.5
    assert losses.expected_hit(chances, coming).numpy()[0, 0] == pytest.approx(0.75 * 0.5)
    assert losses.expected_size(chances).numpy()[0, 0] == pytest.approx(0.75 * 3)
    assert losses.change(chances, np.array([[C]])).numpy()[0, 0] == pytest.approx(0.25)


def test_fat_and_restless_chords_cost() -> None:
    chances = np.zeros((1, 1, NO_CHORD + 1), np.float32)
    chances[0, 0, G] = 1
    ones = np.ones((1, 1), np.float32)
    assert float(losses.fatness(chances, ones)) == pytest.approx(4 - losses.FAT, abs=1e-4)
    assert float(losses.rate_error(ones, ones, 0.4)) == pytest.approx(0.36, abs=1e-4)
    assert float(losses.rate_error(ones, 0 * ones, 0.4)) == 0


def test_a_choice_and_its_token_are_one() -> None:
    last = tf.constant([60, 60, 43, -1])
    tokens = tf.constant([onset(55), onset(83), HOLD, onset(67)])
    choices = past.choice_of(tokens, last, past.MELODY_CENTRE, past.MELODY_OCTAVES, 2)
    assert past.token_of(choices, past.melody_pitches(last)).numpy().tolist() == tokens.numpy().tolist()


def test_an_echo_tells_what_followed_a_bar_ago() -> None:
    player, place = past.start(1, 4), tf.constant([[0.0] * 27 + [1.0]])
    for step in range(24):
        token = onset(60 + step % 16)
        player = past.hear(player, tf.constant([token]))
    shares, alike = past.echoes(player, place)
    # step 24 comes next; a bar ago that was step 8, pitch class 8, then 9, 10, 11
    np.testing.assert_allclose(shares[0].numpy()[0], np.isin(np.arange(12), [8, 9, 10, 11]) / 4)
    assert alike.numpy()[0].tolist() == [1, 0, 0, 0]


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few updates."""
    out = tmp_path_factory.mktemp("run")
    small = ["--units", "8", "--hidden", "8", "--batch", "4", "--steps", "24", "--warmup", "1", "--minutes", "0.02"]
    assert train.main(["accompaniment", "--data", str(folder), "--out", str(out), *small]) == 0
    return out


def test_a_run_logs_and_resumes(folder: Path, run: Path) -> None:
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0]["update"] == 0
    assert 0 <= lines[-1]["valid_share"] < 2
    learner = train.Learner(train.Arguments(units=8, hidden=8))
    learner.load(run / "checkpoint.npz")
    assert int(learner.number.numpy()) == lines[-1]["update"] > 0


def test_an_exported_model_plays_and_is_measured(folder: Path, run: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "model"
    assert export.main(["--run", str(run), "--out", str(out), "--data", str(folder), "--note", "knows little"]) == 0
    card = AccompanimentModel.load(out).card
    assert card["parity"]["steps"] == 64
    assert {row["source"] for row in card["data"]} == set(train.Arguments().sources)
    text = (out / "README.md").read_text(encoding="utf-8")
    assert "CC0-1.0" in text
    assert "knows little" in text
    assert (out / "curves.svg").exists()
    capsys.readouterr()
    assert evaluate.main(["--data", str(folder), "--model", str(out), "--json", "--only-model"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["test"]["model"]["share"] == pytest.approx(card["figures"]["test"]["model"]["share"], abs=1e-3)
    assert evaluate.main(["--data", str(folder), "--model", str(out)]) == 0
    assert "random triads" in capsys.readouterr().out


def test_the_file_plays_a_tune_as_training_does(folder: Path, run: Path, tmp_path: Path) -> None:
    weights, out = export.read_weights(run / "checkpoint.npz"), tmp_path / "model"
    model = AccompanimentModel(content := export.convert(weights), export.card_of(weights, content, 1.0, {}))
    tune = read(folder, ["openewld"], ["test"])[0]
    rolled = train.free_run(tf.function(rollout.roll), weights, [tune], 1.0, seed=5)[0]
    noise = np.random.default_rng(5).gumbel(size=(4 * 96, 1, network.NOISE)).astype(np.float32)
    state, token, chords, bass = model.start(), REST, [], []
    for step, spot in enumerate(evaluate.spots(tune)):
        state, decision = model.decide(state, evaluate.Heard(token, spot), noise[step, 0], 1.0)
        token = int(tune.melody[step])
        chords.append(decision.chord)
        bass.append(decision.bass)
    assert chords == rolled.chords.tolist()
    assert bass == rolled.bass.tolist()
    assert not out.exists()


def test_a_file_without_its_weights_is_refused(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the converter has been seen to do: a file that opens, with zeros for weights."""
    weights = export.read_weights(run / "checkpoint.npz")
    empty = export.convert(network.Weights(*(tf.zeros_like(w) for w in weights)))
    monkeypatch.setattr(export, "convert", lambda weights: empty)
    with pytest.raises(export.ExportError, match="not written"):
        export.export(weights, tmp_path / "model", 1.0, {})
    assert not (tmp_path / "model").exists()


def test_mistakes_are_told_in_one_line(tmp_path: Path, capsys: Any) -> None:
    assert train.main(["--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 1
    assert export.main(["--run", str(tmp_path), "--out", str(tmp_path / "x")]) == 1
    assert evaluate.main(["--data", str(tmp_path), "--model", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 3
    with pytest.raises(CorpusError, match="--data"):
        read(tmp_path)


def test_performances_without_bass_have_no_bass_figures(tune: Tune) -> None:
    assert bass_line([Performance(tune, np.full(tune.steps, C), np.zeros(0))]) == {}
