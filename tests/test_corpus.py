"""`improv corpus`: files that these tests write become records, and the report says what was lost."""

import gzip
import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import mido
import pytest

from bench.corpus_files import write_abc, write_midi, write_musicxml
from bridge.cli import main
from bridge.corpus import records, tunebook
from bridge.corpus.grid import on_grid, plain
from bridge.corpus.pack import read_pack, write_pack
from bridge.corpus.read import genre_of
from bridge.music.errors import BridgeError

Record = dict[str, Any]
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
CHORDS = ("C:maj", "F:maj", "G:7", "A:min")


def needs(*packages: str) -> None:
    """Skip loudly where the extra is not installed; in CI that is an error."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI must install {', '.join(missing)}: the extra `corpus`")
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: pip install 'improv-bridge[corpus]'")


def tune(*, meter: str = "4/4", bars: int = 8, pickup: int = 0, steps: tuple[int, ...] = (0, 2, 4, 1)) -> Record:
    """A tune in quarters with a bass on every bar; `steps` are walked up the scale, so that other steps are no kin."""
    numerator, denominator = map(int, meter.split("/"))
    bar = 16 * numerator // denominator
    onsets = list(range(0, pickup + bars * bar, 4))
    melody = [[o, 4, SCALE[(i * 3 + steps[i % len(steps)] * (i // 4 + 1)) % 8] + 12] for i, o in enumerate(onsets)]
    starts = [pickup + bar * number for number in range(bars)]
    return {
        "source": "made", "id": "1", "title": "A tune", "genre": "folk", "key": "C:maj", "meter": meter,
        "bars": starts, "melody": melody, "chords": [[o, CHORDS[i % 4]] for i, o in enumerate(starts)],
        "bass": [[o, bar, (36, 41, 43, 45)[i % 4]] for i, o in enumerate(starts)], "grid": "16",
    }  # fmt: skip


def distinct(count: int) -> list[Record]:
    return [tune(steps=(i, 2 * i + 1, (3 * i + 2) % 7, (i * i) % 5)) for i in range(count)]


def midi(path: Path, tracks: list[list[tuple[int, int, int]]], *metas: mido.MetaMessage, ppq: int = 480) -> Path:
    """A MIDI file of (tick, ticks, pitch) tracks after a track of metas."""
    file = mido.MidiFile(ticks_per_beat=ppq)
    file.tracks.append(mido.MidiTrack(metas))
    for notes in tracks:
        track, now = mido.MidiTrack(), 0
        for tick, on, pitch in sorted([(t, 1, p) for t, _, p in notes] + [(t + d, 0, p) for t, d, p in notes]):
            track.append(mido.Message("note_on", note=pitch, velocity=64 * on, time=tick - now))
            now = tick
        file.tracks.append(track)
    file.save(path)
    return path


def only(path: Path) -> Record:
    found, report = records([path], jobs=1)
    assert report.failures == ()
    assert len(found) == 1
    return found[0]


def test_midi_tracks_give_melody_bass_chords_key_and_meter(tmp_path: Path) -> None:
    true = tune()
    write_midi(true, tmp_path / "a.mid", merged=False)
    record = only(tmp_path / "a.mid")
    assert record["melody"] == true["melody"]
    assert record["bass"] == true["bass"]
    assert record["chords"][:4] == true["chords"][:4]
    assert record["chords_from"] == "estimated"
    assert (record["key"], record["meter"], record["grid"]) == ("C:maj", "4/4", "16")
    assert record["bars"] == true["bars"]


def test_one_merged_track_is_told_apart(tmp_path: Path) -> None:
    true = tune()
    write_midi(true, tmp_path / "a.mid", merged=True)
    record = only(tmp_path / "a.mid")
    assert record["melody"] == true["melody"]
    assert record["bass"] == true["bass"]


@pytest.mark.parametrize("ending", ["abc", "musicxml"])
def test_lead_sheets_keep_their_written_chords(tmp_path: Path, ending: str) -> None:
    needs("music21" if ending == "musicxml" else "symusic")
    true = tune(meter="3/4", pickup=4)
    path = tmp_path / f"a.{ending}"
    (write_abc if ending == "abc" else write_musicxml)(true, path)
    record = only(path)
    assert record["melody"] == true["melody"]
    assert record["chords"] == true["chords"]
    assert "chords_from" not in record
    assert (record["key"], record["meter"], record["bars"]) == ("C:maj", "3/4", true["bars"])


def test_abc_as_people_write_it(tmp_path: Path) -> None:
    """Accidentals to the end of the bar, ties over bar lines, first endings, grace notes, broken rhythm, triplets."""
    needs("symusic")
    (tmp_path / "a.abc").write_text(
        "X:7\nT:As written\nR:hornpipe\nM:4/4\nL:1/8\nK:D\n"
        '|:"D"c2 =c2 c4|"A7/C#"A4-A2 {g}z2|(3fga f>d ~A4-|A2 "Em"B2 d4|1 E8:|2 D4 D,4|]\n\nprose that is no music\n'
    )
    record = only(tmp_path / "a.abc")
    assert [pitch for _, _, pitch in record["melody"][:4]] == [73, 72, 72, 69]
    assert record["melody"][3] == [16, 12, 69]
    assert record["melody"][4][0] == 32
    assert record["melody"][4:9] == [
        [32, 1.333, 78], [33.333, 1.333, 79], [34.667, 1.333, 81], [36, 3, 78], [39, 1, 74],
    ]  # fmt: skip
    assert record["melody"][9:] == [[40, 12, 69], [52, 4, 71], [56, 8, 74], [64, 8, 62], [72, 8, 50]]
    assert record["chords"] == [[0, "D:maj"], [16, "A:7/Db"], [52, "E:min"]]
    assert record["bars"] == [0, 16, 32, 48, 64]
    assert (record["title"], record["key"], record["subgenre"], record["grid"]) == (
        "As written", "D:maj", "hornpipe", "12",
    )  # fmt: skip


def test_a_pick_up_lies_before_the_first_bar_and_is_counted(tmp_path: Path) -> None:
    write_midi(tune(pickup=4), tmp_path / "a.mid", merged=False)
    found, report = records([tmp_path / "a.mid"], jobs=1)
    assert found[0]["bars"][0] == 4
    assert found[0]["melody"][0][0] == 0
    assert report.lost["tunes with a pick-up"] == 1


def test_a_short_first_meter_is_a_pick_up(tmp_path: Path) -> None:
    notes = [(480 * i, 480, SCALE[i % 8]) for i in range(17)]
    signs = [
        mido.MetaMessage("time_signature", numerator=1, denominator=4, time=0),
        mido.MetaMessage("time_signature", numerator=4, denominator=4, time=480),
    ]
    record = only(midi(tmp_path / "a.mid", [notes], *signs))
    assert (record["bars"], record["meter"]) == ([4, 20, 36, 52], "4/4")


def test_meter_changes_are_kept_by_the_bars_and_counted(tmp_path: Path) -> None:
    signs = [
        mido.MetaMessage("time_signature", numerator=4, denominator=4, time=0),
        mido.MetaMessage("time_signature", numerator=3, denominator=4, time=480 * 8),
    ]
    found, report = records([midi(tmp_path / "a.mid", [[(480 * i, 480, SCALE[i % 8]) for i in range(17)]], *signs)])
    assert found[0]["bars"] == [0, 16, 32, 44, 56]
    assert found[0]["meter"] == "3/4"
    assert found[0]["meter_changes"]
    assert report.lost["tunes with meter changes or odd bars"] == 1


def test_triplets_are_kept_on_thirds_and_counted(tmp_path: Path) -> None:
    notes = [(160 * i, 160, SCALE[i % 8]) for i in range(24)] + [(3840 + 240 * i, 240, 60 + i) for i in range(8)]
    found, report = records([midi(tmp_path / "a.mid", [notes])], jobs=1)
    assert found[0]["melody"][1] == [1.333, 1.333, 62]
    assert found[0]["grid"] == "12"
    assert report.lost["triplet notes kept on thirds"] == 16
    assert report.lost["tunes whose meter was assumed"] == 1


def test_a_loosely_played_sixteenth_is_no_triplet_and_what_moved_is_counted(tmp_path: Path) -> None:
    late = [7, 0, -7, 14, 0, 5, -9, 20]
    notes = [(1920 + 120 * i + late[i % 8], 90, SCALE[i % 8]) for i in range(64)]
    found, report = records([midi(tmp_path / "a.mid", [notes])], jobs=1)
    assert [onset for onset, _, _ in found[0]["melody"]] == list(range(64))
    assert found[0]["grid"] == "lossy"
    assert report.lost["notes moved onto the grid"] == 16


def test_what_was_played_without_bars_is_dropped(tmp_path: Path) -> None:
    notes = [(round(7919 * i % 977 + 531 * i), 100, SCALE[i % 8]) for i in range(64)]
    found, report = records([midi(tmp_path / "a.mid", [notes])], jobs=1)
    assert found == []
    assert report.dropped == {"not in time": 1}


def test_a_corrupt_file_is_named_and_skipped(tmp_path: Path) -> None:
    write_midi(tune(), tmp_path / "good.mid", merged=False)
    whole = (tmp_path / "good.mid").read_bytes()
    (tmp_path / "half.mid").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.mid").write_text("no MIDI at all")
    (tmp_path / "empty.mid").write_bytes(b"")
    (tmp_path / "bad.jsonl").write_text('{"source": "x"}\nnonsense\n')
    (tmp_path / "bad.jsonl.gz").write_bytes(b"\x1f\x8bno gzip")
    found, report = records([tmp_path], jobs=1)
    assert [record["id"] for record in found] == ["good.mid"]
    assert {failure.name for failure in report.failures} == {
        "half.mid", "text.mid", "empty.mid", "bad.jsonl#1", "bad.jsonl#2", "bad.jsonl.gz",
    }  # fmt: skip
    assert report.dropped == {"corrupt": 6}


def test_corrupt_notation_is_named_and_skipped(tmp_path: Path) -> None:
    needs("music21", "symusic")
    write_musicxml(tune(), tmp_path / "good.musicxml")
    text = (tmp_path / "good.musicxml").read_text()
    (tmp_path / "half.musicxml").write_text(text[: len(text) // 2])
    (tmp_path / "no.mxl").write_bytes(b"PK no archive")
    (tmp_path / "no.abc").write_text("X:1\nT:without a key\nabc|\n\nX:2\nT:fine\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|]\n")
    found, report = records([tmp_path], jobs=1)
    assert [record["id"] for record in found] == ["good.musicxml", "no.abc#2"]
    assert {failure.name for failure in report.failures} == {"half.musicxml", "no.mxl", "no.abc#1"}
    assert set(report.dropped) == {"corrupt"}


def test_without_the_extra_midi_is_read_and_the_rest_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunebook, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "music21", None)
    write_midi(tune(), tmp_path / "a.mid", merged=False)
    write_abc(tune(), tmp_path / "b.abc")
    write_musicxml(tune(), tmp_path / "c.musicxml")
    found, report = records([tmp_path], jobs=1)
    assert [record["id"] for record in found] == ["a.mid"]
    assert report.dropped == {"needs abc2midi": 1, "needs music21": 1}
    assert all("improv-bridge[corpus]" in failure.detail for failure in report.failures)


def test_the_grid_writes_numbers_as_the_pack_does() -> None:
    grid = on_grid([(0.0, 1.34, 60), (1.33, 1.33, 62), (2.66, 1.33, 64), (4.02, 3.9, 65)])
    assert [[plain(o), plain(d), p] for o, d, p in grid.notes] == [
        [0, 1.333, 60], [1.333, 1.333, 62], [2.667, 1.333, 64], [4, 4, 65],
    ]  # fmt: skip
    assert (grid.triplets, grid.moved) == (2, 0)


def test_genres_come_from_folders(tmp_path: Path) -> None:
    base = tmp_path / "music"
    assert genre_of(base / "irish" / "a.mid", base) == "folk/irish"
    assert genre_of(base / "jazz" / "misc" / "a.mid", base) == "jazz"
    assert genre_of(base / "a.mid", base) == "unknown"


def test_several_processes_give_the_same_records_in_the_same_order(tmp_path: Path) -> None:
    for number, record in enumerate(distinct(70)):
        write_midi(record, tmp_path / f"{number:02d}.mid", merged=False)
    done = []
    alone, _ = records([tmp_path], jobs=1)
    shared, report = records([tmp_path], jobs=2, tick=lambda number, total: done.append((number, total)))
    assert shared == alone
    assert done[-1] == (70, 70)
    assert report.kept == 70


def test_a_pack_goes_round(tmp_path: Path) -> None:
    write_midi(tune(), tmp_path / "a.mid", merged=False)
    first, _ = records([tmp_path / "a.mid"], genre="folk/irish", jobs=1)
    files = write_pack(first, tmp_path / "pack")
    assert [path.name.split("_")[0] for path in files] == ["D"]
    again, report = records(files, jobs=1)
    assert [{k: v for k, v in record.items() if k != "tier"} for record in again] == first
    assert report.failures == ()
    assert list(read_pack(write_pack(again, tmp_path / "one.jsonl")[0])) == again


def test_the_command_writes_a_pack_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_midi(tune(), tmp_path / "a.mid", merged=False)
    (tmp_path / "b.mid").write_bytes(b"MThd")
    out = tmp_path / "out.jsonl.gz"
    assert main(["corpus", str(tmp_path), "--out", str(out), "--genre", "jazz", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["kept"], report["dropped"], report["written"]) == (1, {"corrupt": 1}, [str(out)])
    assert report["dropped_tunes"][0]["name"] == "b.mid"
    assert json.loads(gzip.decompress(out.read_bytes()))["genre"] == "jazz"
    assert main(["corpus", str(tmp_path / "a.mid"), str(tmp_path / "b.mid")]) == 0
    shown = capsys.readouterr().out
    assert "1 tunes kept of 2" in shown
    assert "dropped b.mid: corrupt" in shown


def test_the_command_says_what_to_do_where_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", str(tmp_path)]) == 1
    assert main(["corpus", str(tmp_path / "none")]) == 1
    assert main(["corpus"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("improv: ") for line in lines)


def test_music21s_own_corpus_by_name() -> None:
    needs("music21")
    from bridge.corpus.notation import library

    found, report = records(library("bwv1.6"), genre="chorale", jobs=1)
    assert [record["melody"][0] for record in found] == [[0, 4, 65]]
    assert found[0]["bass"]
    assert found[0]["chords_from"] == "estimated"
    assert report.failures == ()
    with pytest.raises(BridgeError, match="choose one of"):
        library("nobody in particular")
