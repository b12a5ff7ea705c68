"""`improv evaluate` as a whole: any pack file, playing in every way, the report, with a model that is made here."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.generators.model import AccompanimentModel, Decision, Heard, State
from bridge.music.errors import ModelError
from bridge.music.harmony import parse_chord
from bridge.music.vocabulary import FIRST_ONSET, HOLD, NO_CHORD, REST, chord_class, onset
from bridge.training import evaluate, play
from bridge.training.corpus import CorpusError, Tune, tune_of
from bridge.training.heldout import held_out, training_tunes, usual_meter, usual_symbol
from bridge.training.judge import route, spread
from bridge.training.measures import human, note_in_chord
from bridge.training.others import level
from bridge.training.perform import blind, fed, forced, perform, primed, shifted, spots, unaccompanied

C, F, G7 = (chord_class(parse_chord(symbol)) for symbol in ("C:maj", "F:maj", "G:7"))


@dataclass
class Major:
    """Plays, on every beat, the major chord on the note heard last, its root in the bass; foresees nothing."""

    temperature: float = 0.5
    heard: list[Heard] = field(default_factory=list)

    @classmethod
    def load(cls, folder: Path) -> Major:
        if not folder.exists():
            raise ModelError(f"there is no {folder}")
        return cls()

    def start(self) -> State:
        memory = np.array([[-1, 0, NO_CHORD, 0, -1, 0, 0]], np.int32)
        return State(np.zeros(1, np.float32), np.zeros(1, np.float32), memory, np.zeros(1, np.int32))

    def step(self, state: State, heard: Heard, *, temperature: float, random: int) -> tuple[State, Decision]:
        self.heard.append(heard)
        memory = state.memory.copy()
        if heard.melody >= FIRST_ONSET:
            memory[0, 0] = heard.melody - FIRST_ONSET
        chord, last = int(memory[0, 2]), int(memory[0, 0])
        if heard.place.on_beat and last >= 0:
            chord = last % 12 * 8
        bass = onset(36 + chord // 8) if heard.place.on_beat and chord != NO_CHORD else HOLD
        memory[0, 2] = chord
        chances = np.full(50, 0.02, np.float32)
        expected = onset(last + 2) if last >= 0 else REST
        return State(state.lstm, state.profile, memory, state.history), Decision(
            chord, bass, expected, 1.0, np.zeros(97, np.float32), chances, last
        )


def record(**more: Any) -> dict[str, Any]:
    """Four bars of C, E, G, A in quarters, C major throughout."""
    return {
        "source": "made",
        "id": "1",
        "genre": "folk/made",
        "meter": "4/4",
        "bars": [0, 16, 32, 48],
        "melody": [[4 * i, 4, pitch] for i, pitch in enumerate([60, 64, 67, 69] * 4)],
        "chords": [[0, "C:maj"]],
        "bass": [[16 * i, 16, 36] for i in range(4)],
        "split": "test",
    } | more


def without(*names: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in record(**more).items() if name not in names}


ODD = [
    without("split", "group", id="plain", source="attic", genre="gamelan/slow"),
    without("split", "chords", "bass", id="7/8", meter="7/8", bars=[0, 14, 28, 42]),
    without("split", "bass", id="5/4", meter="5/4", bars=[0, 20, 40, 60], genre="klezmer"),
    without("split", "bars", "meter", "genre", "source", id="bare"),
    without("split", id="nothing to hear", melody=[]),
    without("split", id="nothing at all", melody=None),
    without("split", id="one note", melody=[[0, 1, 60]], bars=[0]),
    without("split", id="additive", meter="3+2+2/8", bass=[]),
    without("split", id="free", meter="free"),
    without("split", id="other symbols", chords=[[0, "C:maj6"], [16, "F#:hdim7/A"], [32, "what"], [48, "N"]]),
    without("split", id="bad pitch", melody=[[0, 4, 200]]),
    without("split", id="bad note", melody=[[0, 4]]),
    without("split", id="bad time", melody=[[-4, 4, 60]]),
    without("split", id="endless", melody=[[10**9, 4, 60]]),
    without("split", id="bad chords", chords="C G C"),
    without("split", id="words", bars=["one", "two"]),
]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A pack file of records with something odd about each, and lines that are none."""
    path = tmp_path / "held_back.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for each in ODD:
            file.write(json.dumps(each) + "\n")
        file.write('{"id": "cut off", "melody": [[0, 4\n[1, 2]\n\n{"melody": [[0, NaN, 60]]}\n')
    return path


@pytest.fixture
def tune() -> Tune:
    return tune_of(record())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder whose model is `Major`."""
    made = tmp_path / "major"
    made.mkdir()
    (made / "model.json").write_text(json.dumps({"kind": "accompaniment", "figures": {"share": 0.5}}))
    monkeypatch.setattr(play, "AccompanimentModel", Major)
    monkeypatch.setattr("bridge.training.costs.AccompanimentModel", Major)
    return made


def test_a_record_that_cannot_be_played_is_named_and_the_rest_is_judged(odd: Path) -> None:
    found = held_out(odd)
    said = found.summary()
    assert [tune.name for tune in found.tunes] == [
        *("plain", "7/8", "5/4", "bare", "one note", "additive", "free", "other symbols"),
    ]
    assert (said["records"], said["judged"], said["skipped"], said["without_melody"]) == (19, 8, 9, 2)
    named = {each["where"].split(" ", 1)[-1]: each["why"] for each in said["skipped_records"]}
    assert set(named) >= {"(bad pitch)", "(bad note)", "(bad time)", "(endless)", "(bad chords)", "(words)"}
    assert "200" in named["(bad pitch)"]
    assert said["genres_that_no_model_knows"] == {"gamelan": 1, "klezmer": 1, "unknown": 1}
    assert said["sources_that_no_model_saw"] == {"attic": 1, "made": 6, "held_back": 1}
    assert said["meters"] == {"4/4": 5, "5/4": 1, "7/8": 2}
    assert (said["without_a_usable_meter"], said["without_bars"]) == (2, 1)
    assert (said["chord_symbols_brought_near"], said["chord_symbols_unknown"]) == (2, 1)
    assert said["without_chords"] == 1
    assert said["splits"] == {"none": 8}


def test_splits_are_kept_to_where_there_are_any(tmp_path: Path) -> None:
    def names(*splits: str | None) -> list[str]:
        path = tmp_path / "some.jsonl"
        path.write_text("\n".join(json.dumps(record(id=str(i), split=s)) for i, s in enumerate(splits)))
        return [tune.name for tune in held_out(path).tunes]

    assert names("train", "valid", None, "test", "train") == ["1", "2", "3"]
    assert names("train", "train") == ["0", "1"]
    assert names(None, None) == ["0", "1"]
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(json.dumps(record(id=str(i), split=s)) for i, s in enumerate(("train", "test"))))
    assert [tune.name for tune in training_tunes(path)] == ["0"]


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    lines = [json.dumps(record(id=str(i), title="x" * i)) for i in range(400)]
    whole = gzip.compress("\n".join(lines).encode())
    (tmp_path / "broken.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    found = held_out(tmp_path)
    assert 0 < len(found.tunes) < 400
    assert "cannot be read" in found.skipped[-1]["why"]


def test_music_files_are_judged_too() -> None:
    found = held_out(Path("bridge") / "tunes")
    assert len(found.tunes) == 6
    assert found.summary()["meters"] == {"3/4": 2, "4/4": 3, "6/8": 1}


def test_a_pack_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(gzip.compress(json.dumps(record()).encode()))
    assert len(held_out(tmp_path / "pack").tunes) == 1


def test_meters_and_symbols_of_other_collections() -> None:
    assert [usual_meter(m) for m in ("6/8", "3+2/8", "C|", [5, 4], "", None, "4/3", "0/4", "x")] == [
        *("6/8", "5/8", "2/2", "5/4", None, None, None, None, None),
    ]
    near = {"C:maj6": "C:maj", "Am7": "A:min7", "Bb:minmaj7": "Bb:min", "G13": "G:7", "D:sus4(b7)": "D:sus",
            "F#:hdim7/C": "F#:dim", "Ebmaj9": "Eb:maj7", "N": "N", "C": "C:maj", "hello": None}  # fmt: skip
    assert {symbol: usual_symbol(symbol) for symbol in near} == near


def test_the_model_is_told_genre_meter_and_bar() -> None:
    model, seven = Major(), tune_of(record(meter="7/8", bars=[0, 14, 28, 42], genre="folk/made"))
    perform(model, seven, 0.5, 0)  # type: ignore[arg-type]
    assert model.heard[15].genre == 2
    place = model.heard[15].place
    assert (place.step, place.numerator, place.denominator, place.bar) == (1, 7, 8, 1)
    assert model.heard[0].melody == REST
    assert model.heard[1].melody == onset(60)


def test_a_past_can_be_given(tune: Tune) -> None:
    played = perform(Major(), tune, 0.5, 0, given=primed(tune, 2))  # type: ignore[arg-type]
    assert played.chords[:8].tolist() == [C] * 8
    assert played.chords[8] == 4 * 8  # E major, of the E before
    assert perform(Major(), tune, 0.5, 0, given=fed(tune)).chords.tolist() == [C] * 64  # type: ignore[arg-type]
    silent = perform(Major(), tune, 0.5, 0, given=unaccompanied(tune))  # type: ignore[arg-type]
    assert set(silent.chords.tolist()) == {NO_CHORD}


def test_a_given_past_is_written_as_the_model_writes_its_own(tune: Tune) -> None:
    model = AccompanimentModel.load(Path("models") / "accompaniment")
    state, token = model.start(), REST
    for step, spot in enumerate(spots(tune)):
        after, decision = model.step(state, Heard(token, spot), temperature=1.0, random=step)
        again = forced(state, after, decision.chord, decision.bass)
        assert again.memory.tolist() == after.memory.tolist()
        other = forced(state, after, (decision.chord + 8) % 96, REST)
        assert (other.memory[0, 2], other.memory[0, 5]) == ((decision.chord + 8) % 96, 0)
        state, token = after, int(tune.melody[step])


def test_draws_do_not_depend_on_the_company(tune: Tune) -> None:
    seen: list[int] = []

    class Noting(Major):
        def step(self, state: State, heard: Heard, *, temperature: float, random: int) -> tuple[State, Decision]:
            seen.append(random)
            return super().step(state, heard, temperature=temperature, random=random)

    perform(Noting(), tune, 0.5, 0, steps=4)  # type: ignore[arg-type]
    perform(Noting(), tune, 0.5, 1, steps=4)  # type: ignore[arg-type]
    assert seen[1] == seen[0] + 1
    assert len(set(seen)) == 8


def test_a_tune_jumps_with_its_chords() -> None:
    long = tune_of(record(melody=[[4 * i, 4, 60 + i % 5] for i in range(32)], bars=[16 * i for i in range(8)]))
    moved = shifted(long)
    assert (moved.melody[:64] == long.melody[:64]).all()
    pitched = np.flatnonzero(long.melody[64:] >= FIRST_ONSET) + 64
    assert (moved.melody[pitched] == long.melody[pitched] + 6).all()
    assert note_in_chord(human(moved, 400)) == note_in_chord(human(long, 400))
    assert human(moved, 400).chords[[63, 64]].tolist() == [C, 6 * 8]


def test_the_blind_hear_late_and_expect_the_rest(tune: Tune) -> None:
    model = Major()
    played = blind(model, tune, 0.5, 0, 4)  # type: ignore[arg-type]
    # nothing was heard four steps before beat 2; at beat 3 the C of beat 1 was, and `Major` expects a whole tone up
    # at every step since: C was heard at step 1, so at step 8 (the model sits at step 4) come D, E, F#, G#
    assert played.chords[:8].tolist() == [NO_CHORD] * 8
    assert played.chords[8] == (60 + 2 * 4) % 12 * 8
    assert len(played.bass) == 0
    sharp = perform(Major(), tune, 0.5, 0)  # type: ignore[arg-type]
    assert sharp.chords[8] == 4 * 8


def test_blindness_ends_before_the_tune_begins(tune: Tune) -> None:
    played = blind(Major(), tune, 0.5, 0, 16, steps=20)  # type: ignore[arg-type]
    assert played.chords.tolist() == [NO_CHORD] * 20
    assert len(spots(tune)) == 64


def test_tunes_go_to_the_weights_of_their_genre() -> None:
    sets = {"default": Path("a"), "folk": Path("b")}
    genres = {"folk/irish": "folk", "rock": "default", "hymn": "default", "gamelan": "default", "blues": "default"}
    assert {genre: route(tune_of(record(genre=genre)), sets) for genre in genres} == genres
    assert route(tune_of(record(genre="jazz/swing")), sets | {"pop": Path("c")}) == "pop"


def test_few_tunes_of_each_genre_are_taken_evenly() -> None:
    tunes = [tune_of(record(genre=genre)) for genre in ["folk"] * 10 + ["pop"]]
    assert spread(tunes, 2) == [0, 5, 10]
    assert spread(tunes, 99) == list(range(11))


KEYS = {
    "accompaniment": ("note_in_chord_share", "note_in_chord_ratio", "chord_length_entropy", "pitch_classes_per_chord",
                      "distinct_chords_per_tune", "onset_interval_emd_x1000", "silence_share", "repeated_chord_share",
                      "tunes_counted", "human", "genres", "baselines", "weight_sets", "start", "jump", "blind"),
    "bass": ("root_on_strong_beats_share", "parallel_fifths_per_100_moves", "pitch_interval_emd_semitones", "human",
             "root_on_every_beat"),
    "player": ("onset_pitch_top_1", "bits_per_onset", "own_accompaniment", "human_accompaniment", "no_accompaniment"),
    "data": ("judged", "skipped", "skipped_records", "genres", "meters"),
    "costs": ("models", "1_player", "8_players", "32_players"),
}  # fmt: skip


def test_everything_is_measured_on_a_file_never_seen(odd: Path, folder: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out"
    assert evaluate.main(["--data", str(odd), "--model", str(folder), "--json", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    report = json.loads(text)
    assert "NaN" not in text
    for section, keys in KEYS.items():
        assert set(keys) <= set(report[section]), section
    chords = report["accompaniment"]
    assert chords["tunes_counted"]["note_in_chord_share"] == 6  # not where the only note is over when heard
    assert chords["genres"]["klezmer"]["tunes"] == 1
    assert chords["tunes_without_human_chords"]["tunes"] == 1
    assert report["bass"]["root_on_strong_beats_share"] == 1
    assert report["bass"]["genres"]["klezmer"]["pitch_interval_emd_semitones"] is None
    assert json.loads((out / "figures.json").read_text(encoding="utf-8")) == report
    assert "note-in-chord ratio" in (out / "figures.md").read_text(encoding="utf-8")


def test_whole_tunes_and_chosen_temperatures(odd: Path, folder: Path, capsys: Any) -> None:
    words = ["--data", str(odd), "--model", str(folder), "--only-model", "--beats", "0", "--temperature", "0.9"]
    assert evaluate.main(words) == 0
    text = capsys.readouterr().out
    assert "quarter notes judged: all" in text
    assert "temperature: 0.9" in text
    assert "random triads" not in text


def test_tunes_without_any_chords_leave_comparisons_empty(tmp_path: Path, folder: Path, capsys: Any) -> None:
    path = tmp_path / "bare.jsonl"
    path.write_text(json.dumps(without("chords", "bass", "split", meter="7/8")))
    assert evaluate.main(["--data", str(path), "--model", str(folder), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["accompaniment"]["note_in_chord_share"] is None
    assert report["accompaniment"]["tunes_counted"]["note_in_chord_share"] == 0
    assert report["accompaniment"]["tunes_without_human_chords"]["pitch_classes_per_chord"] == 3
    assert report["player"]["tunes_without_human_chords"]["onsets"] == 16


def test_the_cards_say_what_was_measured_before(folder: Path, capsys: Any) -> None:
    assert evaluate.main(["--model", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"cards": {"major": {"share": 0.5}}}
    assert evaluate.main(["--model", str(folder)]) == 0
    assert "| share | 0.5 |" in capsys.readouterr().out


def test_mistakes_are_told_in_one_line(tmp_path: Path, folder: Path, capsys: Any) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    for words in (["--data", str(tmp_path / "none.jsonl")], ["--data", str(empty)], ["--model", str(tmp_path)]):
        assert evaluate.main([*words, *([] if "--model" in words else ["--model", str(folder)])]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 3
    with pytest.raises(CorpusError):
        held_out(tmp_path / "none.jsonl")


def test_the_melody_comes_first_in_its_section() -> None:
    found = level({"model": {"bits_per_onset": 4.0, "onsets": 3}, "markov": {"best": {"bits_per_onset": 5.0}}})
    assert found == {"bits_per_onset": 4.0, "onsets": 3, "markov": {"best": {"bits_per_onset": 5.0}}}
    assert level({"model": {"bits_per_onset": 0.0, "onsets": 0}}) == {"bits_per_onset": None, "onsets": 0}


def test_a_kind_of_model_that_cannot_be_used_is_said(odd: Path, folder: Path, capsys: Any) -> None:
    chosen = {"melody": {"default": folder}, "accompaniment": {"default": folder}}
    report = evaluate.evaluate(chosen, odd, play.Settings(), baselines=False)
    assert "unavailable" in report["melody"]
    assert report["accompaniment"]["tunes"] == 7
    assert "Not measured: " in evaluate.markdown(report)
    (folder / "model.json").write_text(json.dumps({"kind": "melody"}))
    assert evaluate.main(["--data", str(odd), "--model", str(folder)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_measuring_that_fails_is_said_too(odd: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Major):
        def step(self, state: State, heard: Heard, *, temperature: float, random: int) -> tuple[State, Decision]:
            raise IndexError("no such thing")

    monkeypatch.setattr(play, "AccompanimentModel", Broken)
    with pytest.raises(ModelError, match=r"measuring fails on these tunes \(IndexError: no such thing\)"):
        evaluate.evaluate({"accompaniment": {"default": folder}}, odd, play.Settings())


def test_evaluation_needs_no_tensorflow() -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = None; sys.modules['keras'] = None\n"
        "import bridge.training.evaluate, bridge.training.others\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False"], done.stderr
