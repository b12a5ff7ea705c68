"""The trained model, as playing uses it: a function of state, what was heard, and a key."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.generators.model import CARD_FILE, STEP_FILE, AccompanimentModel, Decision, Heard, State, gumbel
from bridge.music.errors import ModelError
from bridge.music.vocabulary import BASS_HIGH, BASS_LOW, HOLD, NO_CHORD, REST, Spot, onset, pitch_of

FOLDER = Path(__file__).parent.parent / "models" / "accompaniment"
SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


@pytest.fixture(scope="module")
def model() -> AccompanimentModel:
    return AccompanimentModel.load(FOLDER)


def play(model: AccompanimentModel, tokens: list[int], seed: int, meter: tuple[int, int] = (4, 4)) -> list[Decision]:
    """Decide every step of a melody, free-running."""
    state, before, decisions = model.start(), REST, []
    bar = Spot(0, *meter).bar_steps
    for step, token in enumerate(tokens):
        heard = Heard(before, Spot(step % bar, *meter))
        state, decision = model.step(state, heard, temperature=model.temperature, random=1000 * seed + step)
        decisions.append(decision)
        before = token
    return decisions


def tune(random: np.random.Generator, steps: int) -> list[int]:
    """A walk on the white keys in eighths."""
    pitches = random.choice(SCALE, steps)
    return [onset(int(p)) if step % 2 == 0 else HOLD for step, p in enumerate(pitches)]


def said(decisions: list[Decision]) -> list[tuple[int, int, int]]:
    return [(d.chord, d.bass, d.melody) for d in decisions]


def test_equal_keys_give_equal_music_and_others_do_not(model: AccompanimentModel) -> None:
    tokens = tune(np.random.default_rng(0), 64)
    assert said(play(model, tokens, 1)) == said(play(model, tokens, 1))
    assert said(play(model, tokens, 1)) != said(play(model, tokens, 2))


def test_players_do_not_hear_each_other(model: AccompanimentModel) -> None:
    one, two = tune(np.random.default_rng(1), 48), tune(np.random.default_rng(2), 48)
    alone = said(play(model, one, 3))
    states: list[State] = [model.start(), model.start()]
    together = []
    for step in range(48):
        for player, tokens in enumerate((one, two)):
            heard = Heard(tokens[step - 1] if step else REST, Spot(step % 16))
            key = 3000 + step if player == 0 else step
            states[player], decision = model.step(states[player], heard, temperature=model.temperature, random=key)
            if player == 0:
                together.append(decision)
    assert said(together) == alone


def test_a_step_leaves_the_state_it_started_from_alone(model: AccompanimentModel) -> None:
    state, _ = model.step(model.start(), Heard(onset(60), Spot(0)), temperature=1, random=1)
    copies = [array.copy() for array in (state.lstm, state.profile, state.memory, state.history)]
    first = model.step(state, Heard(onset(64), Spot(1)), temperature=1, random=2)
    again = model.step(state, Heard(onset(64), Spot(1)), temperature=1, random=2)
    assert said([first[1]]) == said([again[1]])
    for array, copy in zip((state.lstm, state.profile, state.memory, state.history), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (12, 8)])
def test_chords_move_on_beats_only_and_the_bass_stays_in_range(
    model: AccompanimentModel, meter: tuple[int, int]
) -> None:
    decisions = play(model, tune(np.random.default_rng(4), 96), 5, meter)
    bar = Spot(0, *meter).bar_steps
    before = NO_CHORD
    for step, decision in enumerate(decisions):
        if not Spot(step % bar, *meter).on_beat:
            assert decision.chord == before
        before = decision.chord
        pitch = pitch_of(decision.bass)
        assert pitch is None or BASS_LOW <= pitch <= BASS_HIGH
        assert 0 <= decision.chord_chance <= 1
        assert decision.chord_chances.sum() == pytest.approx(1, abs=1e-4)
        assert decision.melody_chances.sum() == pytest.approx(1, abs=1e-4)
        assert decision.melody_events.sum() == pytest.approx(1, abs=1e-4)
        assert len(set(decision.melody_pitches.tolist())) == 48
        assert {p % 12 for p in decision.melody_pitches[:4]} == {0}


def test_a_melody_in_another_key_gets_the_same_chords_there(model: AccompanimentModel) -> None:
    tokens = tune(np.random.default_rng(6), 64)
    moved = [t + 5 if t >= 2 else t for t in tokens]
    chances = []
    for melody in (tokens, moved):
        state, before = model.start(), REST
        for step in range(4):  # before any draw could differ
            noise = np.zeros(len(gumbel(0, model.card["noise"])), np.float32)
            noise[NO_CHORD] = 1e9  # a wish for no chord: nothing of one's own to be transposed
            noise[NO_CHORD + 2] = 1e9  # and for a bass that rests
            state, decision = model.decide(state, Heard(before, Spot(step)), noise, 1.0)
            before = melody[step]
        chances.append(decision.chord_chances)
    np.testing.assert_allclose(np.roll(chances[0][:NO_CHORD], 5 * 8), chances[1][:NO_CHORD], atol=1e-4)


def test_the_genre_and_the_bar_are_heard(model: AccompanimentModel) -> None:
    def chances(genre: int, bar: int) -> Any:
        state = model.start()
        for step in range(8):
            heard = Heard(onset(60) if step == 0 else HOLD, Spot(step, bar=bar), genre)
            state, decision = model.step(state, heard, temperature=1, random=step)
        return decision.chord_chances

    assert np.abs(chances(1, 0) - chances(4, 0)).max() > 1e-3
    assert np.abs(chances(1, 0) - chances(1, 3)).max() > 1e-4
    np.testing.assert_array_equal(chances(1, 3), chances(1, 11))  # bars are known modulo eight


def test_a_wish_is_granted(model: AccompanimentModel) -> None:
    noise = gumbel(7, model.card["noise"]).copy()
    noise[33] += 1e6
    _, decision = model.decide(model.start(), Heard(onset(60)), noise, 1.0)
    assert decision.chord == 33


def test_nothing_sounds_until_the_player_does(model: AccompanimentModel) -> None:
    assert {(d.chord, d.bass) for d in play(model, [REST] * 40, 1)} == {(NO_CHORD, REST)}
    decisions = play(model, [REST] * 16 + [onset(60)] + [HOLD] * 15, 1)
    assert decisions[16].chord == NO_CHORD
    assert decisions[20].chord != NO_CHORD


@pytest.mark.parametrize("token", [-1, 130])
def test_an_unknown_token_is_refused(model: AccompanimentModel, token: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        model.step(model.start(), Heard(token), temperature=1, random=0)


def test_silence_and_extreme_temperatures_are_survived(model: AccompanimentModel) -> None:
    state = model.start()
    for step, temperature in enumerate([0, 1e-9, 0.5, 1, 3, 100]):
        state, decision = model.step(state, Heard(REST, Spot(step)), temperature=temperature, random=-step)
        assert np.isfinite(state.lstm).all()
        assert 0 <= decision.chord <= NO_CHORD


def test_noise_is_a_pure_function_of_its_key() -> None:
    np.testing.assert_array_equal(gumbel(2**70, 10), gumbel(2**70, 10))
    many = np.concatenate([gumbel(key, 200) for key in range(200)])
    assert many.mean() == pytest.approx(0.5772, abs=0.05)  # Euler's constant
    assert (
        abs(np.corrcoef([gumbel(k, 1)[0] for k in range(500)], [gumbel(k + 1, 1)[0] for k in range(500)])[0, 1]) < 0.2
    )


def altered(folder: Path, **changes: Any) -> Path:
    """A copy of the model with changes to its card."""
    folder = Path(shutil.copytree(FOLDER, folder / "model"))
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    for key, value in changes.items():
        if value is None:
            del card[key]
        else:
            card[key] = value
    (folder / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"vocabulary": "0"}, "another vocabulary"),
        ({"kind": "drums"}, "accompaniment"),
        ({"sha256": "0"}, "not the file"),
        ({"temperature": None}, "lacks temperature"),
        ({"lstm": "x"}, "cannot be opened"),
    ],
)
def test_a_model_that_cannot_be_trusted_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        AccompanimentModel.load(altered(tmp_path, **changes))


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    import hashlib

    content = b"not a network"
    folder = altered(tmp_path, sha256={STEP_FILE: hashlib.sha256(content).hexdigest()})
    (folder / STEP_FILE).write_bytes(content)
    with pytest.raises(ModelError, match="cannot be opened"):
        AccompanimentModel.load(folder)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=CARD_FILE):
        AccompanimentModel.load(tmp_path)
    folder = altered(tmp_path)
    (folder / STEP_FILE).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        AccompanimentModel.load(folder)
    (folder / CARD_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        AccompanimentModel.load(folder)


def test_opening_a_model_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    AccompanimentModel.load(FOLDER)
    assert capfd.readouterr() == ("", "")


def test_importing_the_module_opens_no_runtime() -> None:
    code = "import sys, bridge.generators.model; print([m for m in sys.modules if 'litert' in m or 'tensorflow' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
