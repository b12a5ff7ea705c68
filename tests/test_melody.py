"""The answering voice and its model as playing uses them; the weights are random, the laws hold for any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the models of these tests are made by training's own export")

import itertools

from bridge import tunes
from bridge.cli import main
from bridge.generators import shelf
from bridge.generators.card import CARD_FILE
from bridge.generators.melody import Manner, Sung, fed, respond
from bridge.generators.melody_model import NOISES, Bounds, MelodyModel, State
from bridge.generators.melody_notes import LEGATO, TWELFTH, WAITS, Past, Where, ahead, hear, length_class
from bridge.generators.model import gumbel
from bridge.io.answer import exchange
from bridge.music.errors import BridgeError, ModelError
from bridge.training.melody_answers import SCALES, key_of
from tests.melodies import random_model, walk

METERS = [(4, 4), (3, 4), (2, 2), (6, 8), (9, 8), (5, 4), (7, 8), (5, 32), (32, 1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_model(tmp_path_factory.mktemp("melody"))


@pytest.fixture(scope="module")
def model(folder: Path) -> MelodyModel:
    return MelodyModel.load(folder)


def heard(model: MelodyModel, notes: list[tuple[int, int, int]], meter: tuple[int, int] = (4, 4)) -> State:
    """The state after these notes, (time, length, pitch)."""
    bar = Where(0, *meter).length
    wheres = [Where(time % bar, *meter, time // bar) for time, _, _ in notes]
    return fed(model, model.start(), [Sung(*note) for note in notes], wheres, 2)[0]


def answer(model: MelodyModel, state: State, seed: int, meter: tuple[int, int] = (4, 4), bars: int = 4) -> list[Sung]:
    bar = Where(0, *meter).length
    begin = -(-(state.past.times[-1] + 1) // bar) * bar if state.past.times else 0
    where = Where(0, *meter, begin // bar)
    return respond(model, state, begin, bars * bar, where, Manner(1.0, seed, 2))[1]


def test_the_same_seed_gives_the_same_answer_and_another_does_not(model: MelodyModel) -> None:
    state = heard(model, walk(np.random.default_rng(0), 20))
    assert answer(model, state, 3) == answer(model, state, 3)
    assert len({tuple(answer(model, state, seed)) for seed in range(5)}) == 5


@pytest.mark.parametrize("meter", METERS)
def test_an_answer_lies_within_its_bars_and_never_overlaps(model: MelodyModel, meter: tuple[int, int]) -> None:
    notes = walk(np.random.default_rng(1), 24)
    state, bar = heard(model, notes, meter), Where(0, *meter).length
    begin = -(-(notes[-1][0] + 1) // bar) * bar
    for seed in range(4):
        sung = answer(model, state, seed, meter, 2)
        assert all(begin <= note.time < note.end <= begin + 2 * bar for note in sung)
        assert all(a.end <= b.time for a, b in itertools.pairwise(sung))


def test_an_answer_stays_near_the_pitches_heard(model: MelodyModel) -> None:
    state = heard(model, walk(np.random.default_rng(2), 24))
    _, _, low, high = state.past.heard
    pitches = [note.pitch for seed in range(6) for note in answer(model, state, seed, bars=8)]
    assert low - 7 <= min(pitches) <= max(pitches) <= high + 7


def test_a_call_in_another_key_gets_the_same_answer_there(model: MelodyModel) -> None:
    notes = walk(np.random.default_rng(3), 24)
    moved = [(time, length, pitch + 5) for time, length, pitch in notes]
    here, there = (answer(model, heard(model, line), 7) for line in (notes, moved))
    assert [(note.time, note.length, note.pitch + 5) for note in here] == [
        (note.time, note.length, note.pitch) for note in there
    ]


def test_a_state_can_be_rewound(model: MelodyModel) -> None:
    state = heard(model, walk(np.random.default_rng(4), 16))
    before = [array.copy() for array in (state.lstm, state.waits, state.lengths, state.past.profile, state.past.alike)]
    first = answer(model, state, 1)
    assert answer(model, state, 1) == first
    after = (state.lstm, state.waits, state.lengths, state.past.profile, state.past.alike)
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_an_answer_remembers_the_call(model: MelodyModel) -> None:
    one, two = (heard(model, walk(np.random.default_rng(seed), 16)) for seed in (5, 6))
    moved = [note.pitch - one.past.pitches[-1] for note in answer(model, one, 1)]
    assert moved != [note.pitch - two.past.pitches[-1] for note in answer(model, two, 1)]


def test_without_a_call_it_begins_by_itself(model: MelodyModel) -> None:
    sung = answer(model, model.start(), 1)
    assert sung[0].time == 0
    assert len(sung) > 1


def test_after_a_long_silence_it_begins_where_it_is_asked_to(model: MelodyModel) -> None:
    state = heard(model, walk(np.random.default_rng(7), 8))
    begin = 40 * 48
    _, sung = respond(model, state, begin, 96, Where(0, 4, 4, 40), Manner(1.0, 2))
    assert sung[0].time == begin


def test_bounds_are_kept(model: MelodyModel) -> None:
    state = heard(model, walk(np.random.default_rng(8), 12))
    for key in range(30):
        choice = model.choose(state, temperature=1.5, random=key, bounds=Bounds(9, 24, 65, 66))
        assert 9 <= choice.wait <= 24
        assert choice.wait in WAITS
        assert 0 < choice.length <= choice.wait
        assert choice.pitch in (65, 66)


def test_a_cold_choice_is_the_likeliest(model: MelodyModel) -> None:
    state = heard(model, walk(np.random.default_rng(9), 12))
    assert state.waits is not None
    likeliest = WAITS[int(np.argmax(state.waits[:-1]))]
    cold, warm = ([model.choose(state, temperature=t, random=key).wait for key in range(60)] for t in (0, 1.5))
    assert cold.count(likeliest) > warm.count(likeliest)
    assert len(set(cold)) < len(set(warm))


def test_nothing_can_be_chosen_before_anything_was_heard(model: MelodyModel) -> None:
    with pytest.raises(ValueError, match="nothing was heard"):
        model.decide(model.start(), gumbel(0, NOISES), 1.0)


def test_notes_come_one_after_another() -> None:
    past, _ = hear(Past(), 0, 60, Where(), LEGATO)
    with pytest.raises(ValueError, match="cannot follow"):
        hear(past, 0, 62, Where(), LEGATO)


def test_the_same_line_elsewhere_looks_the_same() -> None:
    notes = walk(np.random.default_rng(10), 60)
    seen = []
    for shift in (0, 3, -11):
        past, rows = Past(), []
        for (time, length, pitch), (later, _, _) in itertools.pairwise(notes):
            where = Where(time % 48, 4, 4, time // 48)
            past, sight = hear(past, time, pitch + shift, where, LEGATO, 1)
            rows.append(
                (
                    sight.ints,
                    sight.floats.tolist(),
                    ahead(past, later - time, where.later(later - time), rests=length < later - time),
                )
            )
        seen.append(rows)
    assert seen[0] == seen[1] == seen[2]


def test_what_came_a_bar_ago_is_seen() -> None:
    past, bar = Past(), [(0, 60), (12, 64), (24, 67), (30, 65)]
    line = [(time + 48 * n, pitch) for n in range(3) for time, pitch in bar]
    for time, pitch in line[:-2]:
        past, sight = hear(past, time, pitch, Where(time % 48, 4, 4, time // 48), LEGATO)
    assert WAITS[sight.ints[9]] == 12  # a bar ago the next note came after a quarter
    assert sight.ints[13] >= 4  # the line has been like its past for five notes or so
    assert ahead(past, 12, Where(24, 4, 4, 2), rests=False)[6] - 24 == 67 - 64


def test_short_silences_are_told_from_legato() -> None:
    assert length_class(12, 12) == length_class(13, 12) == LEGATO
    assert WAITS[length_class(6, 12) - 1] == 6
    assert WAITS[length_class(11, 12) - 1] == 10
    assert length_class(0, 12) == 1


@pytest.mark.parametrize(
    ("meter", "wait", "phase", "bar"), [((3, 4), 40, 4, 2), ((7, 8), 42, 0, 2), ((5, 32), 8, 1, 2)]
)
def test_a_later_place(meter: tuple[int, int], wait: int, phase: int, bar: int) -> None:
    later = Where(0, *meter, 1).later(wait)
    assert (later.phase, later.bar) == (phase, bar)
    assert Where(0, *meter).later(wait).bar == -1


def test_an_answer_is_written_to_a_file(folder: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "answer.mid"
    words = ["answer", "greensleeves", "--model", str(folder), "--bars", "2", "--seed", "4", "--out", str(out)]
    assert main([*words, "--genre", "folk", "--temperature", "0.7"]) == 0
    assert "2 bars of answer" in capsys.readouterr().out
    file = mido.MidiFile(out)
    assert [track.name for track in file.tracks[1:]] == ["Call", "Answer"]
    strokes = [message for message in file.tracks[2] if message.type in ("note_on", "note_off")]
    assert len(strokes) == 2 * sum(message.type == "note_on" for message in strokes) > 0
    first = out.read_bytes()
    assert main([*words, "--genre", "folk", "--temperature", "0.7"]) == 0
    assert out.read_bytes() == first
    assert main([*words, "--genre", "folk", "--temperature", "0.7", "--primer", "ode_to_joy"]) == 0
    assert out.read_bytes() != first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["greensleeves", "--genre", "polka"], "folk"),
        (["no_such_tune"], "no_such_tune"),
        (["greensleeves", "--out", "/nowhere/at/all.mid"], "--out"),
    ],
)
def test_mistakes_are_told_in_one_line(folder: Path, words: list[str], said: str, capsys: Any) -> None:
    assert main(["answer", *words, "--model", str(folder)]) == 1
    text = capsys.readouterr().err
    assert said in text
    assert len(text.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"kind": "drums"}, "melody"), ({"noise": 3}, "cannot be opened"), ({"lstm": None}, "lacks lstm")],
)
def test_a_model_that_cannot_be_trusted_is_refused(
    folder: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    card = json.loads((tmp_path / CARD_FILE).read_text(encoding="utf-8"))
    changed = {key: value for key, value in (card | changes).items() if value is not None}
    (tmp_path / CARD_FILE).write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        MelodyModel.load(tmp_path)
    assert issubclass(ModelError, BridgeError)


@pytest.mark.parametrize("tune", ["ode_to_joy", "auld_lang_syne", "greensleeves"])
def test_the_model_that_is_shipped_answers_in_key(tune: str) -> None:
    """Random weights would be in a key of seven notes six times in ten."""
    shipped = MelodyModel.load(shelf.folder("melody"))
    call = tunes.load(tune)
    tonic, mode = key_of([Sung(tick // TWELFTH, ticks // TWELFTH, pitch) for tick, ticks, pitch, _ in call.notes])
    scale = {(tonic + step) % 12 for step in SCALES[mode]}
    notes = [
        note.pitch % 12
        for seed in range(5)
        for note in exchange(shipped, shipped.start(), call, 4, 4, Manner(shipped.temperature, seed, 2)).answer
    ]
    assert len(notes) > 5 * 8
    assert np.mean([note in scale for note in notes]) > 0.85
