"""The Note RNN: its training, its export, and the answering voice; the weights are random, the laws hold for any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="the models of these tests are made by training's own export")

from bridge.engine.frame import Frame, Note  # noqa: E402
from bridge.engine.jam import Jam  # noqa: E402
from bridge.generators import shelf  # noqa: E402
from bridge.generators.answerers import NOTE_RNNS, answerers  # noqa: E402
from bridge.generators.card import CARD_FILE  # noqa: E402
from bridge.generators.note_events import EVENTS, FIRST, HOLD, NONE, OFF  # noqa: E402
from bridge.generators.note_rnn import NoteRnn, NoteRnnState  # noqa: E402
from bridge.generators.note_rnn_model import NoteRnnModel  # noqa: E402
from bridge.music.errors import ModelError  # noqa: E402
from bridge.music.timeline import STEP, Meter, place  # noqa: E402
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


def frames(strikes: dict[int, int], steps: int, meter: Meter) -> Iterator[Frame]:
    """Frames at 120 bpm; each note is down for a sixteenth, heard a sixteenth later."""
    for step in range(steps):
        at = place(step * STEP, 0, meter)
        held = (strikes[step - 1],) if step - 1 in strikes else ()
        chroma = (0.0,) * 12
        yield Frame(step * STEP, at, 120.0, strikes.get(step - 1), held, 80, chroma, 7919 * step, 1.0)


def jam(model: NoteRnnModel, strikes: dict[int, int], steps: int, meter: Meter) -> list[tuple[int, Note]]:
    voice, played = NoteRnn(model), []
    state: NoteRnnState = voice.start()
    for step, frame in enumerate(frames(strikes, steps, meter)):
        state, thought = voice.step(state, frame)
        played += [(step, note) for note in thought.notes]
    return played


def test_the_voice_answers_a_call_of_two_bars_with_two_bars(model: NoteRnnModel) -> None:
    played = jam(model, CALL, 100, Meter())
    assert played[0][0] == 32
    assert all(step * STEP + note.ticks <= 64 * STEP for step, note in played)
    ends = [step + note.ticks // STEP for step, note in played]
    assert all(end <= begin for end, (begin, _) in zip(ends, played[1:], strict=False))
    assert all(60 <= note.pitch <= 79 for _, note in played)  # a fifth around what was heard
    assert played == jam(model, CALL, 100, Meter())


def test_a_player_who_strikes_takes_the_word(model: NoteRnnModel) -> None:
    voice, state, fell_silent = NoteRnn(model), NoteRnn(model).start(), []
    for step, frame in enumerate(frames(CALL | {40: 60, 44: 62}, 60, Meter())):
        state, thought = voice.step(state, frame)
        fell_silent += [step] if thought.rests else []
        assert not (thought.notes and 41 <= step < 48)
    assert fell_silent == [41]


def test_the_voice_keeps_silent_without_a_call(model: NoteRnnModel) -> None:
    assert jam(model, {}, 80, Meter()) == []
    assert jam(model, {3: 60}, 80, Meter()) == []


def test_what_it_hears_is_what_was_played(model: NoteRnnModel) -> None:
    voice, state = NoteRnn(model), NoteRnn(model).start()
    for frame in frames({0: 67, 4: 69}, 8, Meter()):
        state, _ = voice.step(state, frame)
    direct = model.start()
    for number in (21, OFF, HOLD, HOLD, 23, OFF, HOLD):
        direct = model.hear(direct, number)
    assert np.array_equal(state.network.lstm, direct.lstm)
    for frame in frames({0: 67}, 90, Meter()):
        state, _ = voice.step(voice.start() if frame.tick == 0 else state, frame)
    assert state.told == -1  # long silence is forgotten


def test_an_answer_broken_off_is_remembered_as_far_as_it_sounded(model: NoteRnnModel) -> None:
    voice, state, events = NoteRnn(model), NoteRnn(model).start(), {}
    for step, frame in enumerate(frames(CALL | {41: 60}, 43, Meter())):
        before = state
        state, thought = voice.step(state, frame)
        if thought.notes:
            events[step] = thought.notes[0].pitch - 46
        if before.coming and before.coming[0] == step and before.coming[1] == OFF:
            events[step] = OFF
    direct = model.start()
    heard = {step: pitch - 46 for step, pitch in CALL.items()} | {step + 1: OFF for step in CALL}
    for step in range(41):
        direct = model.hear(direct, events.get(step, HOLD) if step >= 32 else heard.get(step, HOLD))
    direct = model.hear(direct, 14)
    assert np.array_equal(state.network.lstm, direct.lstm)


@pytest.mark.parametrize("meter", [Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(5, 4), Meter(5, 32)])
def test_the_voice_answers_in_every_meter(model: NoteRnnModel, meter: Meter) -> None:
    steps = max(4, meter.bar // STEP // 2 * 2)
    played = jam(model, {2 * i: 60 + i for i in range(steps)}, 200, meter)
    assert all(note.ticks > 0 and 48 <= note.pitch <= 83 for _, note in played)
    assert played or meter.bar % STEP


def test_the_voice_can_be_rewound(model: NoteRnnModel) -> None:
    voice, script = NoteRnn(model), list(frames(CALL, 60, Meter()))
    state = voice.start()
    for frame in script[:37]:
        state, _ = voice.step(state, frame)
    notes = []
    for frame in script[37:]:
        state, thought = voice.step(state, frame)
        notes += thought.notes
    assert notes == [note for step, note in jam(model, CALL, 60, Meter()) if step >= 37]


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
    assert card["figures"]["valid"]["bits_per_step"] < np.log2(EVENTS) - 1
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
    noise = np.random.default_rng(3).gumbel(size=(2, 12, EVENTS)).astype(np.float32)
    composed = note_network.compose(weights, tf.constant(noise), tf.constant(1.0)).numpy()
    for row, drawn in zip(noise, composed, strict=True):
        lstm, last = model.start().lstm * 0, NONE
        for each, event in zip(row, drawn, strict=True):
            lstm, logits = model.run(lstm, last)
            last = int(np.argmax(logits + each))
            assert last == event


def test_every_mind_whose_weights_are_there_can_be_opened() -> None:
    minds = answerers()
    assert list(minds) == [name for name in ("melody", *NOTE_RNNS) if NOTE_RNNS.get(name, name) in shelf.names()]
    for name, opened in minds.items():
        mind = opened()
        assert mind.name == name
        _, thought = mind.step(mind.start(), next(frames({}, 1, Meter())))
        assert thought.notes == ()


def test_it_trades_with_a_player_in_the_engine(model: NoteRnnModel) -> None:
    host = Host().tune([60, 62, 64, 65, 67, 65]).note(64, 2).run(2).run(12).stop()
    jam_ = Jam(NoteRnn(model))
    sent = [cue for _, _, cue in cues(play(jam_, host.script, host.time + 1))]
    assert jam_.report().failures == 0
    assert sent
    assert all(3840 <= cue.tick < cue.tick + cue.ticks <= 7680 for cue in sent)
