"""The Note RNN: its training, its export, and the answering voice; the weights are random, the laws hold for any."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="the models of these tests are made by training's own export")

from bridge.engine.answerer import Ask, Phrase, Tone  # noqa: E402
from bridge.engine.echo import Echo  # noqa: E402
from bridge.engine.exchange import ECHO  # noqa: E402
from bridge.engine.jam import Jam  # noqa: E402
from bridge.engine.settings import Settings  # noqa: E402
from bridge.generators import shelf  # noqa: E402
from bridge.generators.card import CARD_FILE  # noqa: E402
from bridge.generators.note_events import EVENTS, FIRST, HOLD, OFF  # noqa: E402
from bridge.generators.note_rnn import FOLDERS, Line, NoteRnn, answerers  # noqa: E402
from bridge.generators.note_rnn_model import NoteRnnModel  # noqa: E402
from bridge.generators.rules import RulesBand  # noqa: E402
from bridge.music.errors import ModelError  # noqa: E402
from bridge.music.events import RESPONSE  # noqa: E402
from bridge.music.timeline import STEP, Meter, Place, place  # noqa: E402
from bridge.training import export, note_network, note_rnn, tune, tune_melody  # noqa: E402
from bridge.training.corpus import read  # noqa: E402
from bridge.training.note_pieces import Windows, keys_of, moved, pieces_of  # noqa: E402
from bridge.training.train import main as train  # noqa: E402
from tests.melodies import record  # noqa: E402
from tests.virtual import Host, cues, play  # noqa: E402

CALL = {0: 67, 4: 69, 6: 71, 8: 72, 12: 71, 16: 67, 20: 69, 22: 71, 24: 72}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two networks, as G-learning exports them."""
    one, other = (note_network.new_weights(8, seed) for seed in (1, 2))
    out = tmp_path_factory.mktemp("note_rnn")
    export.export(note_rnn, note_network.joined((one, other)), out, {"kind": "note_rnn", "name": "random"})
    return out


@pytest.fixture(scope="module")
def model(folder: Path) -> NoteRnnModel:
    return NoteRnnModel.load(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tunes on the grid, and one that is not."""
    path = tmp_path_factory.mktemp("data") / "made.jsonl"
    notes = [[2 * n, 2, 60 + (0, 2, 4, 5, 7, 5, 4, 2)[n % 8] + n // 16] for n in range(40)]
    splits = ("train", "train", "train", "valid", "test")
    rows = [record(n, split, melody=[[o, d, p + n] for o, d, p in notes]) for n, split in enumerate(splits)]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, record(9)]), encoding="utf-8")
    return path


def ask_of(tones: list[tuple[int, int]], bars: int = 2, key: int = 5, meter: Meter | None = None) -> Ask:
    """A question after a call of (step, pitch), each note two sixteenths long."""
    meter = meter or Meter()
    ticks = bars * meter.bar
    source = Phrase(0, ticks, tuple(Tone(step * STEP, 2 * STEP, pitch, 90) for step, pitch in tones))
    return Ask(ticks, ticks, Place(bars, 0, meter), source, key, 1.0, 0.5, "any", 90)


def heard(voice: NoteRnn, call: dict[int, int]) -> Line:
    state = voice.start()
    for step, pitch in call.items():
        state = voice.hear(state, step * STEP, pitch, place(step * STEP, 0, Meter()), 2 * STEP, "any")
    return state


def composed(voice: NoteRnn, state: Line) -> tuple[Line, list[Tone]]:
    tones: list[Tone] = []
    for _ in range(200):
        state, found = voice.compose(state)
        if found is None:
            return state, tones
        tones += found
    raise AssertionError("it never ends")


def test_a_response_lies_within_its_bars_and_depends_on_its_key(model: NoteRnnModel) -> None:
    voice = NoteRnn(model)
    state = heard(voice, CALL)
    _, tones = composed(voice, voice.ask(state, ask_of([*CALL.items()])))
    assert tones[0].tick == 32 * STEP
    assert all(32 * STEP <= tone.tick < tone.end <= 64 * STEP and tone.tick % STEP == 0 for tone in tones)
    assert all(one.end <= other.tick for one, other in itertools.pairwise(tones))
    assert all(60 <= tone.pitch <= 79 for tone in tones)  # a fifth around what was heard
    again, other = (composed(voice, voice.ask(state, ask_of([*CALL.items()], key=key)))[1] for key in (5, 6))
    assert tones == again != other


def test_it_hears_what_was_played(model: NoteRnnModel) -> None:
    voice, direct = NoteRnn(model), model.start()
    state = voice.hear(heard(voice, {0: 67, 4: 69}), 4 * STEP + 9, 80, Place(0, 480, Meter()), 0, "any")
    for number in (21, HOLD, OFF, HOLD, 23):
        direct = model.hear(direct, number)
    assert np.array_equal(state.network.lstm, direct.lstm)
    begun = voice.ask(state, replace(ask_of([(4, 69)]), begin=8 * STEP))
    for number in (HOLD, OFF, HOLD):
        direct = model.hear(direct, number)
    assert begun.ahead is not None
    assert np.array_equal(begun.ahead.lstm, direct.lstm)
    late = voice.hear(state, 200 * STEP, 60, Place(12, 0, Meter()), STEP, "any")
    assert np.array_equal(late.network.lstm, model.hear(model.start(), 14).lstm)  # long silence is forgotten


def test_it_remembers_what_it_said(model: NoteRnnModel) -> None:
    voice = NoteRnn(model)
    state, tones = composed(voice, voice.ask(heard(voice, CALL), ask_of([*CALL.items()])))
    assert state.struck == tones[-1].tick // STEP
    later = voice.hear(state, 64 * STEP, 60, Place(4, 0, Meter()), tones[-1].ticks, "any")
    network = state.network
    over = tones[-1].end // STEP
    for step in range(state.struck + 1, 64):
        network = model.hear(network, OFF if step == over else HOLD)
    assert np.array_equal(later.network.lstm, model.hear(network, 14).lstm)


@pytest.mark.parametrize("meter", [Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(5, 4), Meter(5, 32)])
def test_it_answers_in_every_meter_and_to_nothing(model: NoteRnnModel, meter: Meter) -> None:
    voice = NoteRnn(model)
    for state in (voice.start(), heard(voice, {0: 60, 2: 62})):
        asked = ask_of([], 4, meter=meter)
        _, tones = composed(voice, voice.ask(state, asked))
        assert tones
        assert all(asked.begin - STEP // 2 <= t.tick < t.end <= asked.begin + asked.ticks for t in tones)


def test_choices_keep_to_their_bounds(model: NoteRnnModel) -> None:
    state = model.start()
    drawn = [model.choose(state, temperature=2.0, random=n, low=60, high=64) for n in range(200)]
    assert {number for number in drawn if number >= FIRST} <= set(range(14, 19))
    assert min(model.choose(state, temperature=2.0, random=n, onset=True) for n in range(50)) >= FIRST
    assert len({model.choose(state, temperature=0.0, random=n) for n in range(20)}) == 1
    with pytest.raises(ValueError, match="no event"):
        model.hear(state, EVENTS)


def test_a_folder_that_was_tampered_with_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    card = json.loads((tmp_path / CARD_FILE).read_text(encoding="utf-8"))
    (tmp_path / CARD_FILE).write_text(json.dumps(card | {"noise": 5}), encoding="utf-8")
    with pytest.raises(ModelError, match="random numbers"):
        NoteRnnModel.load(tmp_path)
    (tmp_path / CARD_FILE).write_text(json.dumps(card | {"back": [4]}), encoding="utf-8")
    with pytest.raises(ModelError, match="looks back"):
        NoteRnnModel.load(tmp_path)
    (tmp_path / "step.tflite").write_bytes(b"x")
    with pytest.raises(ModelError, match="not the file"):
        NoteRnnModel.load(tmp_path)


def test_pieces_are_moved_to_any_key_within_the_range(data: Path) -> None:
    tunes = read(data, None, ("train",))
    pieces = pieces_of(tunes)
    assert len(pieces) == 3  # the one in triplets is left out
    assert pieces[0].events[0] >= FIRST
    for shift in keys_of(pieces[0].events):
        events = moved(pieces[0].events, shift)
        struck = events[events >= FIRST]
        assert struck.min() >= FIRST
        assert struck.max() < EVENTS
        before = pieces[0].events[pieces[0].events >= FIRST]
        assert set((struck - before).tolist()) == {int(struck[0] - before[0])}
    windows = Windows(pieces, 32, 1)
    assert np.array_equal(windows.batch(8, 3)["events"], windows.batch(8, 3)["events"])
    first = {int(row[0] - FIRST) % 12 for n in range(20) for row in windows.batch(8, n)["events"] if row[0] >= FIRST}
    assert len(first) == 12


def test_it_is_trained_tuned_exported_and_loaded(data: Path, tmp_path: Path) -> None:
    out, made = tmp_path / "run", tmp_path / "note_rnn"
    words = ["note_rnn", "--data", str(data), "--out", str(out), "--units", "16", "--batch", "8", "--steps", "32"]
    assert train([*words, "--updates", "25", "--rate", "0.02"]) == 0
    assert export.main(["--run", str(out), "--out", str(made), "--data", str(data)]) == 0
    card = json.loads((made / CARD_FILE).read_text(encoding="utf-8"))
    assert card["parity"]["largest_difference"] < 1e-3
    assert card["figures"]["valid"]["bits_per_step"] < np.log2(EVENTS) - 0.1
    for algorithm in ("psi", "g"):
        run, tuned = tmp_path / algorithm, tmp_path / f"note_rnn-{algorithm}"
        few = ["--episodes", "8", "--batch", "8", "--updates", "3", "--check", "2", "--algorithm", algorithm]
        words = ["melody", "--data", str(data), "--from", str(made), "--out", str(run), *few]
        assert tune.main([*words, "--reward", "key=2"]) == 0
        assert export.main(["--run", str(run), "--out", str(tuned), "--data", str(data)]) == 0
        card = json.loads((tuned / CARD_FILE).read_text(encoding="utf-8"))
        assert card["lstm"][0] == (2 if algorithm == "g" else 1)
        assert card["algorithm"] == algorithm
        assert card["command"].endswith("--from note_rnn --reward key=2") or "--reward key=2" in card["command"]
        assert NoteRnnModel.load(tuned).start().logits.shape == (EVENTS,)
        assert (tuned / "curves.svg").exists()
    args = replace(tune_melody.Arguments(), start=str(tmp_path / "note_rnn-g"))
    with pytest.raises(ModelError, match="two networks"):
        tune_melody.environment(args, data, print)
    assert tune.main(["melody", "--data", str(data), "--from", str(made), "--reward", "luck=1"]) == 1
    assert tune.main(["harmony"]) == 2


def test_what_is_composed_is_what_the_exported_file_would_compose(folder: Path, model: NoteRnnModel) -> None:
    with np.load(folder / "weights.npz") as saved:
        weights = note_network.Weights(*(tf.constant(saved[f"average/{n}"]) for n in note_network.Weights._fields))
    noise = np.random.default_rng(3).gumbel(size=(2, 40, EVENTS)).astype(np.float32)
    composed = note_network.compose(weights, tf.constant(noise), tf.constant(1.0)).numpy()
    for row, drawn in zip(noise, composed, strict=True):
        state = model.start()
        for each, event in zip(row, drawn, strict=True):
            assert int(np.argmax(state.logits + each)) == event
            state = model.hear(state, int(event))


def test_every_mind_whose_weights_are_there_can_be_opened() -> None:
    minds = answerers()
    assert list(minds) == [name for name, folder in FOLDERS.items() if folder in shelf.names()]
    for name, opened in minds.items():
        mind = opened()
        assert mind.name == name
        assert composed(mind, mind.ask(heard(mind, CALL), ask_of([*CALL.items()])))[1]


def test_it_trades_with_a_player_in_the_engine(model: NoteRnnModel) -> None:
    settings = Settings()
    settings.set("mode", "respond")
    host = Host().tune([60, 62, 64, 65, 67, 65]).note(64, 2).run(2).run(12).stop()
    jam = Jam(RulesBand(), answerers={"melody": NoteRnn(model), ECHO: Echo()}, settings=settings)
    sent = [cue for _, _, cue in cues(play(jam, host.script, host.time + 1)) if cue.voice == RESPONSE]
    assert jam.report().failures == 0
    assert sent
    assert all(cue.pitch in range(48, 84) for cue in sent)
