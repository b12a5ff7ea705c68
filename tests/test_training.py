"""Training, on a corpus made here: arrays, measures, losses, export and its refusal, the commands."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="training needs tensorflow")

from bridge.generators.model import AccompanimentModel, Heard  # noqa: E402
from bridge.music.harmony import parse_chord  # noqa: E402
from bridge.music.vocabulary import HOLD, NO_CHORD, PLACE_WIDTH, REST, Spot, chord_class, onset  # noqa: E402
from bridge.training import (  # noqa: E402
    accompaniment,
    convert,
    export,
    free_running,
    loop,
    losses,
    network,
    past,
    rollout,
    teacher,
    train,
)
from bridge.training.arguments import command_of, parse  # noqa: E402
from bridge.training.baselines import estimated_key, random_triads, rule  # noqa: E402
from bridge.training.corpus import CLEAN, CorpusError, Tune, read, tune_of  # noqa: E402
from bridge.training.measures import Performance, bass_line, harmony, human, note_covered, note_in_chord  # noqa: E402
from bridge.training.windows import Windows, window  # noqa: E402

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


def write_folder(made: Path) -> Path:
    """A corpus: the made tunes under the name of every clean source."""
    made.mkdir(exist_ok=True)
    for source in CLEAN:
        with gzip.open(made / f"A_{source}.jsonl.gz", "wt", encoding="utf-8") as file:
            for number, split in enumerate(["train", "train", "valid", "test"]):
                file.write(json.dumps(record(number, split, source=source)) + "\n")
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"))


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

    for spot in (Spot(5), Spot(23, 12, 8, 3), Spot(7, 7, 8, 6), Spot(3, 6, 4)):
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


def test_the_command_names_what_is_not_usual() -> None:
    usual = "improv train accompaniment --data DIR"
    assert command_of(accompaniment.Arguments(minutes=3), "accompaniment") == f"{usual} --minutes 3"
    assert command_of(accompaniment.Arguments(), "accompaniment") == usual
    words = ["--data", "d", "--set", "folk", "--from", str(Path("some") / "where" / "accompaniment")]
    begun = parse(accompaniment.Arguments, "accompaniment", words)
    assert (begun.minutes, begun.taught) == (5, 0)  # training on is shorter, and keeps the teacher
    assert command_of(begun, "accompaniment") == f"{usual} --set folk --from accompaniment"


def test_the_options_are_the_fields() -> None:
    words = ["--data", "d", "--set", "pop", "--from", "melody", "--units", "16", "--sources", "a", "b"]
    args = parse(accompaniment.Arguments, "accompaniment", words)
    assert (args.rights, args.start, args.units, args.sources) == ("pop", "melody", 16, ("a", "b"))
    assert args.out == Path("out") / "accompaniment-pop"


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
    assert losses.expected_size(chances).numpy()[0, 0] == pytest.approx(3, abs=0.01)  # silence has no size
    assert losses.change(chances, np.array([[C]])).numpy()[0, 0] == pytest.approx(0.25)


def test_fat_and_restless_chords_cost() -> None:
    chances = np.zeros((1, 1, NO_CHORD + 1), np.float32)
    chances[0, 0, G] = 1
    ones = np.ones((1, 1), np.float32)
    sizes = np.full(9, 3.0, np.float32)
    assert float(losses.fatness(chances, ones, np.array([2]), sizes)) == pytest.approx(1 - losses.ROOM, abs=1e-2)
    sizes[2] = 4.0  # in a genre of sevenths a seventh is not fat
    assert float(losses.fatness(chances, ones, np.array([2]), sizes)) == 0
    assert float(losses.fatness(chances, 0 * ones, np.array([-1]), sizes)) == 0


def test_rates_of_change_are_counted_by_genre() -> None:
    rates = np.full((9, 2), 0.5, np.float32)
    rates[2] = 1.0, 0.0
    changes = np.array([[1, 0.5], [0, 0.5]], np.float32)  # (steps, batch): folk as it should be, unknown too
    downbeat = np.array([[1, 1], [0, 0]], np.float32)
    ones = np.ones((2, 2), np.float32)
    assert float(losses.genre_rates(changes, ones, downbeat, np.array([2, -1]), rates)) == pytest.approx(0, abs=1e-4)
    assert float(losses.genre_rates(changes, 0 * ones, downbeat, np.array([2, -1]), rates)) == pytest.approx(0)
    swapped = float(losses.genre_rates(1 - changes, ones, downbeat, np.array([2, -1]), rates))
    assert swapped == pytest.approx(1.0, abs=1e-3)  # half of either stretch is off by one


def test_human_habits_come_from_the_tunes(tune: Tune) -> None:
    rates, sizes = accompaniment.human_habits([tune] * 60)
    assert sizes[2] == pytest.approx(3 + 2 / 8, abs=0.01)  # two bars of eight have a seventh
    assert sizes[4] == sizes[-1]
    folk = rates[2]
    assert folk[0] == pytest.approx(6 / 7, abs=0.01)  # every bar line but that between two bars of C
    assert folk[1] == 0
    np.testing.assert_array_equal(rates[0], rates[-1])  # a genre without tunes: as all


def test_a_choice_and_its_token_are_one() -> None:
    last = tf.constant([60, 60, 43, -1])
    tokens = tf.constant([onset(55), onset(83), HOLD, onset(67)])
    choices = past.choice_of(tokens, last, past.MELODY_CENTRE, past.MELODY_OCTAVES, 2)
    assert past.token_of(choices, past.melody_pitches(last)).numpy().tolist() == tokens.numpy().tolist()


def test_an_echo_tells_what_followed_a_bar_ago() -> None:
    player, place = past.start(1, 4), tf.constant([[0.0] * (PLACE_WIDTH - 1) + [1.0] + [0.0] * 8])
    for step in range(24):
        token = onset(60 + step % 16)
        player = past.hear(player, tf.constant([token]))
    shares, alike = past.echoes(player, place)
    # step 24 comes next; a bar ago that was step 8, pitch class 8, then 9, 10, 11
    np.testing.assert_allclose(shares[0].numpy()[0], np.isin(np.arange(12), [8, 9, 10, 11]) / 4)
    assert alike.numpy()[0].tolist() == [1, 0, 0, 0]


def test_a_teacher_sees_what_comes_and_asks_what_sounded(tune: Tune) -> None:
    row = window(tune, 4, 32)
    batch = {k: tf.constant(v[None], tf.float32 if v.dtype.kind == "f" else tf.int32) for k, v in row.items()}
    weights = teacher.new_weights(8, 8, 1)
    assert row["beats"].tolist() == [0, 4, 8, 12, 16, 20, 24, 28, -1]
    known = teacher.encode(weights, batch)
    before = tf.constant([[NO_CHORD] + [C] * 8])
    said = teacher.chord_logits(weights, known, batch, before, tf.ones((1, 9), tf.int32)).numpy()
    coming = batch["coming"].numpy().copy()
    coming[0, 28] = np.eye(12)[6]
    later = teacher.encode(weights, batch | {"coming": tf.constant(coming)})
    assert np.abs(later.numpy()[0, 0] - known.numpy()[0, 0]).max() > 1e-6  # the first beat knows of the last
    others = teacher.chord_logits(weights, known, batch, tf.constant([[G] * 9]), tf.ones((1, 9), tf.int32)).numpy()
    assert np.abs(others - said)[0, 1].max() > 1e-6


def test_the_age_of_a_human_chord_counts_from_its_decision(tune: Tune) -> None:
    row = window(tune, 0, 40)
    assert row["before"][[0, 4, 5, 20, 21]].tolist() == [NO_CHORD, NO_CHORD, C, C, F]
    assert row["age"][[4, 5, 20, 21]].tolist() == [4, 1, 16, 1]


SMALL = [
    *("--units", "8", "--hidden", "8", "--batch", "4", "--steps", "24"),
    *("--warmup", "1", "--taught", "0.01", "--check", "1"),
]


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few updates."""
    out = tmp_path_factory.mktemp("run")
    assert train.main(["accompaniment", "--data", str(folder), "--out", str(out), "--updates", "3", *SMALL]) == 0
    return out


@pytest.fixture(scope="module")
def model(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, exported."""
    out = tmp_path_factory.mktemp("models") / "small"
    assert export.main(["--run", str(run), "--out", str(out), "--note", "knows little"]) == 0
    return out


def test_a_run_logs_and_resumes(folder: Path, run: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0]["update"] == 0
    assert 0 <= lines[-1]["valid_share"] < 2
    assert lines[-1]["update"] == 3
    again = tmp_path / "again"
    shutil.copytree(run, again)
    assert train.main(["accompaniment", "--data", str(folder), "--out", str(again), "--updates", "5", *SMALL]) == 0
    lines = [json.loads(line) for line in (again / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["update"] for line in lines] == [0, 3, 3, 5]


def test_by_updates_a_run_repeats_itself(folder: Path, run: Path, tmp_path: Path) -> None:
    assert train.main(["accompaniment", "--data", str(folder), "--out", str(tmp_path), "--updates", "3", *SMALL]) == 0
    with np.load(run / "checkpoint.npz") as one, np.load(tmp_path / "checkpoint.npz") as two:
        for name in network.Weights._fields:
            np.testing.assert_allclose(one[f"weights/{name}"], two[f"weights/{name}"], atol=1e-5)
        assert one["number"] == two["number"] == 3


def test_another_network_cannot_be_resumed(folder: Path, run: Path, tmp_path: Path, capsys: Any) -> None:
    again = tmp_path / "again"
    shutil.copytree(run, again)
    words = ["accompaniment", "--data", str(folder), "--out", str(again), "--updates", "5", *SMALL, "--units", "16"]
    assert train.main(words) == 1
    assert "cannot be resumed" in capsys.readouterr().err


def test_an_exported_model_plays_and_says_where_it_comes_from(run: Path, model: Path) -> None:
    card = AccompanimentModel.load(model).card
    assert card["parity"]["steps"] == 64
    assert {row["source"] for row in card["data"]} == set(CLEAN)
    text = (model / "README.md").read_text(encoding="utf-8")
    assert "CC0-1.0" in text
    assert "knows little" in text
    assert (model / "curves.svg").exists()
    assert (model / teacher.FILE).exists()


def test_a_model_is_trained_on_from_its_folder(folder: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "on"
    words = ["--data", str(folder), "--from", str(model), "--out", str(out), "--updates", "1", *SMALL, "--rate", "0"]
    assert train.main(words) == 0
    with np.load(model / "weights.npz") as before, np.load(out / "checkpoint.npz") as after:
        for name in before.files:
            np.testing.assert_allclose(before[name], after[name], rtol=1e-6)
    assert export.main(["--run", str(out), "--out", str(tmp_path / "new"), "--last"]) == 0
    card = AccompanimentModel.load(tmp_path / "new").card
    assert card["started_from"]["name"] == "small"
    assert card["command"].startswith("improv train accompaniment --data DIR ")
    assert "--from small" in card["command"]


def test_the_file_plays_a_tune_as_training_does(folder: Path, run: Path, model: Path) -> None:
    weights = export.read_weights(network.Weights, run / "best.npz")
    player = AccompanimentModel.load(model)
    tune = read(folder, ["openewld"], ["test"])[0]
    rolled = free_running.free_run(tf.function(rollout.roll), weights, [tune], 1.0, seed=5)[0]
    shape = (free_running.HELD_STEPS, 1, network.NOISE)
    noise = np.random.default_rng(5).gumbel(size=shape).astype(np.float32)
    state, token, chords, bass = player.start(), REST, [], []
    for step, spot in enumerate(tune.spots):
        heard = Heard(token, Spot(*map(int, spot)), tune.genre_index)
        state, decision = player.decide(state, heard, noise[step, 0], 1.0)
        token = int(tune.melody[step])
        chords.append(decision.chord)
        bass.append(decision.bass)
    assert chords == rolled.chords.tolist()
    assert bass == rolled.bass.tolist()


def test_a_file_without_its_weights_is_refused(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the converter has been seen to do: a file that opens, with zeros for weights."""
    weights = export.read_weights(network.Weights, run / "best.npz")
    empty = convert.convert(network.Weights(*(tf.zeros_like(w) for w in weights)), {})
    monkeypatch.setattr(accompaniment, "convert", lambda weights, facts: empty)
    with pytest.raises(loop.ExportError, match="not written"):
        export.export(accompaniment, weights, tmp_path / "model", {"kind": "accompaniment"})
    assert not (tmp_path / "model").exists()


def test_mistakes_are_told_in_one_line(tmp_path: Path, capsys: Any) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert train.main(["accompaniment", "--data", str(empty), "--out", str(tmp_path / "run")]) == 1
    assert train.main(["drums", "--data", str(empty)]) == 1
    assert train.main(["--data", str(empty), "--from", str(empty)]) == 1
    assert export.main(["--run", str(empty), "--out", str(tmp_path / "x")]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 4
    with pytest.raises(CorpusError, match="--data"):
        read(empty)


def test_performances_without_bass_have_no_bass_figures(tune: Tune) -> None:
    assert bass_line([Performance(tune, np.full(tune.steps, C), np.zeros(0))]) == {}
