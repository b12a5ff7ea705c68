"""Variations as playing makes them, with the weights that are there: laws for any phrase, meter, seed and dial."""

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.cli import main
from bridge.generators.card import CARD_FILE
from bridge.generators.morph_dial import NOISE, STRETCH, noise_at
from bridge.generators.morph_model import ENCODE_FILE, MorphModel, slerp
from bridge.generators.morph_phrase import (
    CLASSES,
    SPAN,
    STEPS,
    Note,
    Phrase,
    PhraseError,
    classes_of,
    key_of,
    phrase_of,
    pieces,
    reference,
    similarity,
    tokens_of,
    tokens_of_classes,
)
from bridge.music.errors import BridgeError, ModelError
from bridge.music.timeline import Meter
from bridge.music.vocabulary import FIRST_ONSET, HOLD, REST, STEP_TICKS, onset

FOLDER = Path(__file__).parent.parent / "models" / "morph"
METERS = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(2, 4), Meter(9, 8), Meter(12, 8), Meter(7, 8), Meter(5, 4)]
METERS += [Meter(3, 8), Meter(2, 2), Meter(5, 16), Meter(7, 32), Meter(5, 2), Meter(4, 1)]
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


@pytest.fixture(scope="module")
def model() -> MorphModel:
    return MorphModel.load(FOLDER)


def walk(meter: Meter, bars: int, seed: int, *, longest: int = 4) -> Phrase:
    """A tune on the white keys, each note a sixteenth or more, here and there a rest."""
    random = np.random.default_rng(seed)
    notes, tick, place, end = [], 0, 3, bars * meter.bar
    while tick < end:
        ticks = min(end - tick, STEP_TICKS * int(random.integers(1, longest + 1)))
        place = int(np.clip(place + random.integers(-2, 3), 0, len(SCALE) - 1))
        if random.random() < 0.9 or not notes:
            notes.append(Note(tick, ticks, SCALE[place], int(random.integers(40, 110))))
        tick += ticks
    return Phrase(tuple(notes), meter, bars)


def moved(phrase: Phrase, shift: int) -> Phrase:
    return Phrase(tuple(n._replace(pitch=n.pitch + shift) for n in phrase.notes), phrase.meter, phrase.bars)


def sound(phrase: Phrase) -> None:
    """A phrase is one: notes one after another, inside it, of pitches that exist."""
    assert all(0 <= note.pitch <= 127 and 1 <= note.velocity <= 127 and note.ticks > 0 for note in phrase.notes)
    ends = [*(note.end for note in phrase.notes)]
    starts = [*(note.tick for note in phrase.notes), phrase.ticks]
    assert starts[0] >= 0
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=True))


@pytest.mark.parametrize("meter", METERS, ids=lambda m: f"{m.numerator}-{m.denominator}")
@pytest.mark.parametrize("bars", [1, 2, 3, 8])
def test_length_and_meter_are_kept_whatever_the_dial(model: MorphModel, meter: Meter, bars: int) -> None:
    phrase = walk(meter, bars, bars)
    for dial in (0.2, 0.6, 1.0):
        varied = model.vary(phrase, dial, seed=4)
        assert (varied.meter, varied.bars) == (meter, bars)
        sound(varied)
        assert all(note.tick % STEP_TICKS == 0 for note in varied.notes)
        low, high = min(n.pitch for n in phrase.notes), max(n.pitch for n in phrase.notes)
        assert all(low - STRETCH <= note.pitch <= high + STRETCH for note in varied.notes)


def test_dial_0_is_the_phrase_itself_with_its_touch(model: MorphModel) -> None:
    notes = (Note(7, 100, 60, 33), Note(160, 90, 61, 127), Note(321, 1000, 109, 1), Note(1900, 1900, 20, 64))
    phrase = Phrase(notes)
    assert model.vary(phrase, 0, seed=1) == phrase
    assert model.vary(phrase, 0.0, seed=2, genre=3) == phrase


def test_equal_seeds_give_equal_variations_and_others_do_not(model: MorphModel) -> None:
    phrase = walk(Meter(), 2, 7)
    one = [model.vary(phrase, 0.6, seed=seed) for seed in range(6)]
    assert one == [model.vary(phrase, 0.6, seed=seed) for seed in range(6)]
    assert len({varied.notes for varied in one}) >= 5
    assert model.vary(phrase, 0.6, seed=-(2**70)) == model.vary(phrase, 0.6, seed=-(2**70))


def test_the_dial_falls_evenly_on_average(model: MorphModel) -> None:
    phrases = [walk(METERS[n % 4], 2, n) for n in range(24)]
    dials = [0.0, 0.25, 0.5, 0.75, 1.0]
    alike = [np.mean([similarity(p, model.vary(p, d, seed=s)) for s, p in enumerate(phrases)]) for d in dials]
    assert alike[0] == 1
    assert all(after < before for before, after in pairwise(alike))
    assert alike[1] > 0.4
    assert alike[-1] < 0.3


@pytest.mark.parametrize("shift", [-11, -5, 1, 6, 7, 12])
def test_in_another_key_it_is_the_same_variation(model: MorphModel, shift: int) -> None:
    for seed in range(6):
        phrase = walk(METERS[seed % 3], 4, seed)
        assert model.vary(moved(phrase, shift), 0.5, seed=seed) == moved(model.vary(phrase, 0.5, seed=seed), shift)


def test_a_note_outside_the_key_comes_only_where_the_phrase_had_it(model: MorphModel) -> None:
    phrase = walk(Meter(), 2, 3, longest=2)
    strange = phrase.notes[3]._replace(pitch=61)
    phrase = Phrase((*phrase.notes[:3], strange, *phrase.notes[4:]), phrase.meter, phrase.bars)
    scale = key_of(tokens_of(phrase)[0]).scale
    assert 1 not in scale
    for seed in range(30):
        for note in model.vary(phrase, 0.3 + 0.02 * seed, seed=seed).notes:
            assert note.pitch % 12 in scale or (note.tick, note.pitch) == (strange.tick, 61)


def test_what_is_kept_keeps_its_moment_and_its_touch(model: MorphModel) -> None:
    grid = walk(Meter(3, 4), 2, 5)
    shifts = [13 if number % 2 else -9 for number in range(len(grid.notes))]
    human = Phrase(
        tuple(
            Note(max(0, note.tick + shift), note.ticks - 30, note.pitch, 40 + number)
            for number, (note, shift) in enumerate(zip(grid.notes, shifts, strict=True))
        ),
        grid.meter,
        grid.bars,
    )
    varied = model.vary(human, 0.3, seed=2)
    touches = {note.tick: note.velocity for note in human.notes}
    kept = [note for note in varied.notes if note.tick in touches]
    assert len(kept) >= len(human.notes) // 2
    assert all(note.velocity == touches[note.tick] for note in kept)
    sound(varied)


def test_what_repeats_in_a_phrase_repeats_in_its_variation(model: MorphModel) -> None:
    half = walk(Meter(), 2, 11)
    later = tuple(note._replace(tick=note.tick + half.ticks) for note in half.notes)
    varied = model.vary(Phrase((*half.notes, *later), half.meter, 4), 0.3, seed=3)
    first = [(n.tick, n.pitch) for n in varied.notes if n.tick < half.ticks]
    second = [(n.tick - half.ticks, n.pitch) for n in varied.notes if n.tick >= half.ticks]
    assert len(set(first) & set(second)) >= 0.7 * len(set(first) | set(second))


def test_silence_and_single_notes_are_survived(model: MorphModel) -> None:
    silent = Phrase((), Meter(), 2)
    assert model.vary(silent, 0.7, seed=1) == silent
    assert model.between(silent, silent, 3) == [silent] * 3
    lone = Phrase((Note(0, 3840, 127, 90),), Meter(), 2)
    for dial in (0.1, 0.5, 1.0):
        sound(model.vary(lone, dial, seed=1))
    assert len(model.between(silent, lone, 4)) == 4


@pytest.mark.parametrize("dial", [-0.1, 1.1, float("nan")])
def test_a_dial_beyond_its_ends_is_refused(model: MorphModel, dial: float) -> None:
    with pytest.raises(ValueError, match="dial"):
        model.vary(walk(Meter(), 2, 1), dial, seed=1)


def test_the_way_leads_from_one_phrase_to_the_other(model: MorphModel) -> None:
    one, other = walk(Meter(), 2, 1), walk(Meter(), 2, 2)
    way = model.between(one, other, 7)
    assert (way[0], way[-1]) == (one, other)
    assert len(way) == 7
    leaning = [similarity(other, each) - similarity(one, each) for each in way]
    assert np.corrcoef(leaning, range(7))[0, 1] > 0.8
    for each in way:
        sound(each)
    assert model.between(one, other, 2) == [one, other]
    for each in model.between(one, moved(other, 6), 5):
        sound(each)


def test_phrases_of_different_shape_are_not_mixed(model: MorphModel) -> None:
    one = walk(Meter(), 2, 1)
    for other in (walk(Meter(3, 4), 2, 1), walk(Meter(), 1, 1)):
        with pytest.raises(PhraseError, match="one meter and length"):
            model.between(one, other, 3)
    with pytest.raises(PhraseError, match="2 phrases"):
        model.between(one, one, 1)


@given(
    meter=st.sampled_from(METERS),
    bars=st.integers(1, 3),
    notes=st.lists(st.tuples(st.integers(0, 30000), st.integers(1, 5000), st.integers(0, 127)), max_size=40),
    dial=st.floats(0, 1),
    seed=st.integers(),
)
@settings(max_examples=60, deadline=None)
def test_any_notes_give_a_phrase(
    model: MorphModel, meter: Meter, bars: int, notes: list[tuple[int, int, int]], dial: float, seed: int
) -> None:
    end = bars * meter.bar
    inside = tuple(Note(t % end, min(d, end - t % end), p, 80) for t, d, p in notes)
    varied = model.vary(Phrase(inside, meter, bars), dial, seed=seed, genre=seed)
    if dial and inside:
        sound(varied)
    assert (varied.meter, varied.bars) == (meter, bars)


@given(st.lists(st.sampled_from([HOLD, REST, *map(onset, range(40, 90))]), min_size=16, max_size=16))
def test_tokens_become_notes_and_tokens_again(tokens: list[int]) -> None:
    line = np.array(tokens)
    for step in range(16):  # nothing can be held where nothing sounds
        if line[step] == HOLD and (step == 0 or line[step - 1] == REST):
            line[step] = REST
    blank = Phrase((), Meter(), 1)
    assert tokens_of(phrase_of(line, np.full(16, -1), blank))[0].tolist() == line.tolist()


def test_pieces_cover_a_phrase_on_bar_lines() -> None:
    for meter in METERS:
        for bars in (1, 2, 3, 5, 8):
            found = pieces(meter, bars)
            assert [p.first for p in found] == [sum(q.steps for q in found[:n]) for n in range(len(found))]
            assert sum(p.steps for p in found) == -(-bars * meter.bar // STEP_TICKS)
            assert all(0 < p.steps <= STEPS for p in found)
    assert [p.steps for p in pieces(Meter(4, 4), 3)] == [32, 16]
    assert [p.steps for p in pieces(Meter(2, 4), 4)] == [32]
    assert [p.steps for p in pieces(Meter(9, 8), 2)] == [18, 18]


def test_classes_count_from_the_reference_and_fold_what_lies_beyond() -> None:
    line = np.array([HOLD, REST, *map(onset, (60, 60 - SPAN, 60 + SPAN, 60 + SPAN + 1, 60 - SPAN - 5, 0, 127))])
    classes = classes_of(line, 60)
    assert classes.min() >= 0
    assert classes.max() < CLASSES
    back = tokens_of_classes(classes, 60)
    assert back[:5].tolist() == line[:5].tolist()
    assert ((back[5:] - line[5:]) % 12 == 0).all()


def test_keys_move_with_their_notes_also_where_they_tie() -> None:
    for pitches in ([60, 64, 67, 65, 62, 60], [69, 72, 71, 68, 69], [60], [60, 66], [60, 63, 66, 69], [60, 64, 68]):
        line = np.array([onset(p) for p in pitches])
        key = key_of(line)
        for shift in range(-6, 7):
            other = key_of(line + shift)
            assert (other.tonic, other.mode) == ((key.tonic + shift) % 12, key.mode)
            assert other.steps == key.steps
            assert reference(line + shift, other.tonic) == reference(line, key.tonic) + shift
    with pytest.raises(ValueError, match="no key"):
        key_of(np.array([REST, REST]))


def test_the_dials_noise_rises_to_all() -> None:
    assert (NOISE[0], NOISE[-1]) == (0, 1)
    assert all(after > before for before, after in pairwise(NOISE))
    assert noise_at(0.05) == pytest.approx(NOISE[1] / 2)


def test_an_arc_ends_where_it_should() -> None:
    one, other = np.array([1, 0, 0], np.float32), np.array([0, 2, 0], np.float32)
    np.testing.assert_allclose(slerp(one, other, 0), one, atol=1e-6)
    np.testing.assert_allclose(slerp(one, other, 1), other, atol=1e-6)
    np.testing.assert_allclose(slerp(one, one, 0.3), one, atol=1e-6)
    np.testing.assert_allclose(slerp(one, -one, 0.25), one / 2, atol=1e-6)
    assert FIRST_ONSET == 2


def altered(folder: Path, **changes: Any) -> Path:
    folder = Path(shutil.copytree(FOLDER, folder / "model"))
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    card = {key: value for key, value in (card | changes).items() if value is not None}
    (folder / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"vocabulary": "0"}, "another vocabulary"),
        ({"kind": "melody"}, "morph"),
        ({"sha256": {}}, "not the file"),
        ({"latent": None}, "lacks latent"),
        ({"latent": "x"}, "cannot be opened"),
    ],
)
def test_a_model_that_cannot_be_trusted_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        MorphModel.load(altered(tmp_path, **changes))


def test_files_that_are_no_networks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=CARD_FILE):
        MorphModel.load(tmp_path)
    folder = altered(tmp_path)
    (folder / ENCODE_FILE).write_bytes(b"not a network")
    with pytest.raises(ModelError, match="not the file"):
        MorphModel.load(folder)
    (folder / ENCODE_FILE).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        MorphModel.load(folder)


def test_importing_the_module_opens_no_runtime() -> None:
    code = (
        "import sys, bridge.generators.morph_model; print([m for m in sys.modules if m[:7] in ('ai_edge', 'tensorf')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_writes_music_and_picture(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "varied.mid"
    assert main(["morph", "greensleeves", "--dial", "0.2", "0.8", "--variations", "2", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "dial 0.8, seed 2" in told
    assert out.exists()
    picture = out.with_suffix(".svg").read_text(encoding="utf-8")
    assert "the phrase" in picture
    assert "played: bass" not in picture
    first = out.read_bytes()
    assert main(["morph", "greensleeves", "--dial", "0.2", "0.8", "--variations", "2", "--out", str(out)]) == 0
    assert out.read_bytes() == first
    way = ["morph", "auld_lang_syne", "--from-bar", "2", "--to", "ode_to_joy", "--variations", "3", "--out", str(out)]
    assert main(way) == 0
    assert "3 of 3" in capsys.readouterr().out


def test_the_command_tells_mistakes_in_one_line(tmp_path: Path, capsys: Any) -> None:
    out = ["--out", str(tmp_path / "x.mid")]
    assert main(["morph", "greensleeves", "--from-bar", "900", *out]) == 1
    assert main(["morph", "greensleeves", "--genre", "noise", *out]) == 1
    assert main(["morph", "greensleeves", "--to", "ode_to_joy", *out]) == 1
    assert main(["morph", "greensleeves", "--out", str(tmp_path / "none" / "x.mid")]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 4
    assert all(line.startswith("improv: ") for line in told)
    for wrong in (["--dial", "2"], ["--bars", "0"], ["--from-bar", "x"]):
        with pytest.raises(SystemExit):
            main(["morph", "greensleeves", *wrong])
    assert issubclass(PhraseError, BridgeError)
