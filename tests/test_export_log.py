"""A recorded jam as music: what a device would have sounded, its bars and tempos, as MIDI, picture and record."""

import io
import os
from pathlib import Path
from typing import Any

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.cli import main
from bridge.corpus import records
from bridge.corpus.pack import read_pack
from bridge.engine.door import Cast
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.engine.schedule import Schedule
from bridge.engine.settings import Settings
from bridge.generators.rules import RulesBand
from bridge.io import export, jams
from bridge.io.jam_file import takes, write_midi
from bridge.io.playback import Hands, perform_live, strokes
from bridge.io.provenance import header_of, jam_of
from bridge.io.record import Recorded, remembered
from bridge.music.entries import Clocked, Entry, Received, Said
from bridge.music.errors import BridgeError
from bridge.music.events import (
    ACCOMPANIMENT,
    ALL,
    BASS,
    Chord,
    Cue,
    Do,
    Event,
    Hello,
    Output,
    Peer,
    Plan,
    Set,
    Silence,
    State,
)
from bridge.music.log import Reader
from bridge.music.performance import HEARD, Note, Performance, chord_name, perform
from bridge.music.timeline import Meter, Timeline
from tests.test_laws import SCRIPTS, _absolute
from tests.virtual import Host, hello, play

BAR = 1920
RULES = Cast(RulesBand(), RulesBand(), {ECHO: Echo()})
TUNE = (60, 62, 64, 65, 67, 69, 71, 72)
DEVICE = (Peer("127.0.0.1", 9001),)
HEADER = header_of(
    RULES, settings=Settings(), seed=1, generation=1, clock="auto", tempo=120.0, model="rules", at=1.0
)


def recorded(script: list[tuple[float, Event]]) -> list[Entry]:
    kept: list[Entry] = []
    jam: Any = Recorded(jam_of(HEADER, RULES), kept.append)
    end = max(time for time, _ in script) + 0.5
    play(jam, script, end)
    jam.close(end)
    return kept


def clock(time: float, tick: float, *, playing: int = 1, tempo: float = 120.0, bar: int = 0, base: int = 0,
          meter: tuple[int, int] = (4, 4)) -> Clocked:  # fmt: skip
    return Clocked(time, tick, tempo, playing, *meter, base, bar, "osc")


def at(time: float, *messages: Any) -> list[Entry]:
    """What the engine says to player 1's device at a moment; ticks are the device's and the engine's."""
    said = [Output(DEVICE, message, 1, None, getattr(message, "tick", 0)) for message in messages]
    return [Received(Hello(1, 1, "player", 9001), time), Said(tuple(said))]


def cue(tick: int, pitch: int, ticks: int = 480, voice: str = ACCOMPANIMENT) -> Cue:
    return Cue(voice, tick, ticks, pitch, 80, 1)


# -- what sounds -------------------------------------------------------------------------------------------------


def sounded(kept: list[Entry]) -> dict[tuple[int, str], list[tuple[int, int, int]]]:
    """By the engine's own schedule, as the MIDI port plays it: tick, ticks and pitch of every note."""
    schedule, time, line = Schedule(), 0.0, Timeline()
    down: dict[tuple[int, str, int], int] = {}
    notes: dict[tuple[int, str], list[tuple[int, int, int]]] = {}

    def take(soundings: Any, second: float) -> None:
        tick = round(line.tick_at(second))
        for one in soundings:
            key = (one.player, one.voice, one.pitch)
            if one.velocity:
                down[key] = tick
            elif down[key] < tick:
                notes.setdefault(key[:2], []).append((down[key], tick - down[key], one.pitch))

    def until(second: float) -> None:
        while (wake := schedule.wakeup()) is not None and wake <= second:
            take(schedule.due(wake), wake)

    for entry in kept:
        match entry:
            case Clocked(time=moment, tick=tick, tempo=tempo, playing=playing):
                until(moment)
                if not playing:
                    take(schedule.silence(), moment)
                line = Timeline(tempo, tick, moment)
                schedule.follow(line if playing else None)
            case Said(outputs):
                for output in outputs:
                    match output.message:
                        case Cue() if any(peer.role != "monitor" for peer in output.to):
                            schedule.add(output)
                        case Silence(voice=voice):
                            take(schedule.silence(output.player, voice), time)
            case _ if hasattr(entry, "time"):
                time = entry.time
                until(time)
    take(schedule.silence(), time)
    return {where: sorted(found) for where, found in notes.items()}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.2, 7.5), st.sampled_from([
    Do(1, "panic"), Do(1, "stop"), Do(2, "panic"), Set(1, "bass", 0), Set(1, "bass", 1), Set(2, "accompaniment", 0),
    Set(1, "mode", "listen"), Set(1, "mode", "accompany"),
])), max_size=8))  # fmt: skip
def test_notes_are_those_that_a_midi_port_plays(wishes: list[tuple[float, Event]]) -> None:
    """One run of the transport, so that the file's ticks are the engine's."""
    host = Host().tune(TUNE * 2)
    script = [*host.script, (0.1, hello(2, port=9002)), (0.1, Set(1, "entry_bars", 0)), *wishes]
    kept = recorded(script)
    done = perform(kept)
    mine = {
        where: [(note.tick, note.ticks, note.pitch) for note in notes]
        for where, notes in done.notes.items() if where[1] != HEARD
    }  # fmt: skip
    theirs = sounded(kept)
    assert mine.keys() == theirs.keys()
    for where, notes in theirs.items():
        assert [(tick, pitch) for tick, _, pitch in mine[where]] == [(tick, pitch) for tick, _, pitch in notes]
        assert all(abs(a[1] - b[1]) <= 2 for a, b in zip(mine[where], notes, strict=True))  # a silence's rounding


@settings(max_examples=40, deadline=None)
@given(SCRIPTS)
def test_whatever_was_played_makes_a_sound_file(steps: list[tuple[float, Event]]) -> None:
    done = perform(recorded([*Host().tune(TUNE).script, *_absolute(steps)]))
    for (_, voice), notes in done.notes.items():
        last: dict[int, int] = {}
        for note in notes:
            string = 0 if voice == BASS else note.pitch
            assert note.ticks > 0
            assert note.tick >= max(0, last.get(string, 0)) or voice == HEARD
            assert note.tick + note.ticks <= done.end
            last[string] = note.tick + note.ticks
    assert done.bars == sorted(set(done.bars))
    assert done.bars[0] == done.meters[0][0] == done.tempos[0][0] == 0
    assert [tick for tick, _ in done.meters] == sorted({tick for tick, _ in done.meters})
    assert [tick for tick, _ in done.tempos] == sorted({tick for tick, _ in done.tempos})
    assert {tick for tick, _ in done.meters} <= {*done.bars, done.end} or done.end < done.meters[-1][0]


def test_a_silence_cuts_what_sounds_and_forgets_what_was_to_come() -> None:
    done = perform([
        clock(0.0, 0.0),
        *at(0.1, cue(480, 60, 960), cue(480, 36, 960, BASS), cue(1440, 64)),
        *at(1.0, Silence(ACCOMPANIMENT, 2)),
        *at(1.1, cue(1440, 65)),
        *at(2.0, Silence(ALL, 3)),
    ])  # fmt: skip
    assert done.notes[1, ACCOMPANIMENT] == [Note(480, 480, 60, 80), Note(1440, 480, 65, 80)]
    assert done.notes[1, BASS] == [Note(480, 960, 36, 80)]


def test_a_bass_note_and_a_pitch_struck_again_end_the_one_before() -> None:
    done = perform([
        clock(0.0, 0.0),
        *at(0.1, cue(480, 36, 960, BASS), cue(480, 60, 960), cue(480, 64, 960)),
        *at(0.5, cue(960, 38, 480, BASS), cue(960, 60, 480)),
        *at(2.5, State("accompany", "playing", 2)),
    ])  # fmt: skip
    assert done.notes[1, BASS] == [Note(480, 480, 36, 80), Note(960, 480, 38, 80)]
    assert done.notes[1, ACCOMPANIMENT] == [Note(480, 480, 60, 80), Note(480, 960, 64, 80), Note(960, 480, 60, 80)]


def test_plans_are_never_heard_nor_their_chords_named() -> None:
    done = perform([
        clock(0.0, 0.0),
        *at(0.1, cue(240, 60), Chord(240, 0, "maj")),
        *at(0.2, Plan(ACCOMPANIMENT, 480, 480, 65, 80), Chord(360, 5, "maj")),
        *at(0.4, Chord(480, 9, "min7"), Chord(960, 2, "min")),
        *at(1.5, State("accompany", "playing", 1)),
    ])  # fmt: skip
    assert [note.pitch for note in done.notes[1, ACCOMPANIMENT]] == [60]
    assert [(mark.tick, mark.text) for mark in done.marks if mark.chord] == [(240, "C"), (480, "Am7")]


def test_a_monitor_s_copy_is_no_second_note() -> None:
    monitor = Output((Peer("127.0.0.1", 9009, "monitor"),), cue(480, 60), 1, None, 480)
    done = perform([clock(0.0, 0.0), *at(0.1, cue(480, 60)), Said((monitor,)), *at(3.0, cue(9600, 62))])
    assert done.notes == {(1, ACCOMPANIMENT): [Note(480, 480, 60, 80)]}


# -- the measure of it -------------------------------------------------------------------------------------------


def test_after_a_stop_the_next_bar_line_follows() -> None:
    host = Host().tune(TUNE[:6]).stop().wait(1.0)
    host.song, host.tick = 9600.0, 48_000.0
    host.tune(TUNE[:4]).stop()
    done = perform(recorded(host.script))
    ticks = [note.tick for note in done.notes[1, HEARD]]
    assert ticks == pytest.approx([480 * n for n in range(6)] + [2 * BAR + 480 * n for n in range(4)], abs=3)
    assert done.bars == [0, BAR, 2 * BAR]


def test_a_meter_that_changes_is_written_where_it_does() -> None:
    host = Host().tune(TUNE)
    host.meter = (3, 4)
    host.tune(TUNE[:6]).stop()
    done = perform(recorded(host.script))
    assert done.meters == [(0, Meter()), (2 * BAR, Meter(3, 4))]
    assert done.bars == [0, BAR, 2 * BAR, 2 * BAR + 1440]


def test_a_bar_that_was_left_in_its_middle_is_short() -> None:
    host = Host().tune(TUNE[:6]).locate(0).tune(TUNE[:4]).stop()
    done = perform(recorded(host.script))
    assert done.bars == pytest.approx([0, BAR, BAR + 960], abs=3)
    assert len({tick for tick, _ in done.meters}) == 2


def test_the_tempo_map_keeps_the_time_of_the_jam() -> None:
    """A ramp from 80 to 160: the last note's second in the file is that of the jam, to a hundredth."""
    host = Host(tempo=80.0)
    for n in range(24):
        host.tempo = 80.0 + 80.0 * n / 23
        host.note(60 + n % 12, 1).run(1)
    host.stop()
    done = perform(recorded(host.script))
    timed = strokes(done)
    last = max(second for second, one in timed if one.voice == HEARD and one.velocity)
    meant = max(time for time, event in host.script if type(event).__name__ == "NoteOn") - 0.001
    assert last == pytest.approx(meant, abs=0.02)
    assert len(done.tempos) > 12


def test_a_steady_tempo_is_said_once() -> None:
    assert perform(recorded(Host().tune(TUNE * 4).stop().script)).tempos == [(0, 120.0)]


def test_chords_and_modes_are_marked() -> None:
    script = [*Host().tune(TUNE * 2).stop().script, (4.0, Set(1, "mode", "listen"))]
    marks = perform(recorded(script)).marks
    assert [(mark.tick, mark.text) for mark in marks if not mark.chord] == [
        (0, "accompany: listening"), (BAR, "accompany: playing"), (2 * BAR + 120, "listen: idle"),
    ]  # fmt: skip
    assert marks == sorted(marks)
    assert [chord_name(Chord(0, *which)) for which in ((9, "min7"), (-1, "N"), (0, "odd"))] == ["Am7", "N.C.", "N.C."]


def test_an_empty_jam_is_an_empty_bar() -> None:
    assert perform([]) == Performance(meters=[(0, Meter())], tempos=[(0, 120.0)], bars=[0], end=BAR)


# -- files -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    two = [(0.05, hello(2, port=9002)), (0.3, Set(1, "entry_bars", 0)), (0.3, Set(1, "genre", "folk"))]
    other = [(0.1 + time, type(event)(2, -1, event.pitch - 12, *([80] if hasattr(event, "velocity") else [])))
             for time, event in Host().tune(TUNE * 2).script if hasattr(event, "pitch")]  # fmt: skip
    path = tmp_path_factory.mktemp("jams") / "jam.jsonl"
    path.write_text(remembered(recorded([*Host().tune(TUNE * 2).stop().script, *two, *other]), HEADER))
    return path


def test_the_file_has_a_tempo_map_and_a_track_for_each_voice(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.mid"
    assert export.main([str(log), "--out", str(out)]) == 0
    file = mido.MidiFile(out)
    assert [track.name for track in file.tracks[1:]] == [
        f"player {player} {voice}" for player in (1, 2) for voice in (HEARD, ACCOMPANIMENT, BASS)
    ]
    assert {message.type for message in file.tracks[0]} >= {"set_tempo", "time_signature", "marker", "end_of_track"}
    assert any(message.type == "marker" and message.text.startswith("player 2 ") for message in file.tracks[0])
    channels = [{message.channel for message in track if not message.is_meta} for track in file.tracks[1:]]
    assert len(set.union(*channels)) == 6
    assert file.length == pytest.approx(8.0, abs=0.1)
    pictures = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert pictures == ["x-2.svg", "x.svg"]
    assert "player 2" in (tmp_path / "x-2.svg").read_text()


def test_every_stroke_of_the_file_is_released(log: Path, tmp_path: Path) -> None:
    with jams.opened(log) as entries:
        done = perform(entries)
    write_midi(done, "Ödé — 律", tmp_path / "x.mid")
    for track in mido.MidiFile(tmp_path / "x.mid").tracks:
        down: set[int] = set()
        for message in track:
            if message.type == "note_on":
                assert message.note not in down
                down.add(message.note)
            elif message.type == "note_off":
                down.remove(message.note)
        assert not down


def test_a_picture_takes_the_meter_and_tempo_that_hold_longest(log: Path) -> None:
    done = Performance(
        {(1, HEARD): [Note(0, 480, 60, 80)]}, {}, [], [(0, Meter(3, 4)), (1440, Meter())], [(0, 90.0), (1440, 120.0)],
        [0, 1440, 3360], 5280,
    )  # fmt: skip
    ((player, take),) = takes(done, "Jam")
    assert (player, take.title, take.meter, take.tempo) == (1, "Jam", Meter(), 120.0)


def test_what_cannot_be_exported_is_one_line(log: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text(remembered([], HEADER))
    with pytest.raises(BridgeError, match="has no note there"):
        export.main([str(empty)])
    with pytest.raises(BridgeError, match="choose another place with --out"):
        export.main([str(log), "--out", str(tmp_path / "nowhere" / "x.mid")])
    (tmp_path / "tunes.jsonl").write_text('{"source":"x"}\n')
    with pytest.raises(BridgeError, match="no log of a jam"):
        export.main([str(tmp_path / "tunes.jsonl")])


def test_no_name_means_the_jam_that_was_written_last(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    place = jams.folder()
    place.mkdir(parents=True)
    with pytest.raises(BridgeError, match="no jam was recorded in"):
        export.main(["--last", "2"])
    for name, moment in (("b.jsonl", 2e9), ("c.jsonl", 1e9)):
        (place / name).write_bytes(log.read_bytes())
        os.utime(place / name, (moment, moment))
    monkeypatch.chdir(tmp_path)
    assert export.main(["--last", "2"]) == 0
    assert "wrote b.mid, b.svg" in capsys.readouterr().out


def test_words_tell_a_jam_from_a_training_run() -> None:
    assert export.is_jam(["jam.jsonl"])
    assert export.is_jam(["--out", "x.mid", "jam.jsonl"])
    assert export.is_jam(["--help"])
    assert export.is_jam([]), "the latest one"
    assert export.is_jam(["--last", "8"])
    assert not export.is_jam(["--last", "--run", "out/melody", "--out", "models/melody"])
    assert not export.is_jam(["--run", "out/melody", "--out", "models/melody"])
    assert not export.is_jam(["--run", "out/melody", "--help"])


# -- playing it ----------------------------------------------------------------------------------------------------


def test_playback_releases_every_key_also_when_it_is_broken_off(log: Path) -> None:
    with jams.opened(log) as entries:
        timed = strokes(perform(entries))
    assert [second for second, _ in timed] == sorted(second for second, _ in timed)
    for last in (None, len(timed) // 2):
        sent: list[Any] = []
        waits = iter(range(len(timed)))

        def wait(_second: float, last: int | None = last, waits: Any = waits) -> None:
            if next(waits) == last:
                raise KeyboardInterrupt

        hands = Hands(sent.append)
        if last is None:
            perform_live(timed, hands, wait)
        else:
            with pytest.raises(KeyboardInterrupt):
                perform_live(timed, hands, wait)
        down: set[tuple[int, int]] = set()
        for status, pitch, _ in (message for message in sent if message[0] & 0xF0 in (0x80, 0x90)):
            key = (status & 0xF, pitch)
            if status & 0xF0 == 0x90:
                down.add(key)
            else:
                down.discard(key)
        assert not down
        assert len(sent) > 100


# -- learning from it ----------------------------------------------------------------------------------------------


def test_a_jam_becomes_a_record_of_each_player(log: Path) -> None:
    found, report = records([log], jobs=1)
    assert [record["id"] for record in found] == ["jam.jsonl#1", "jam.jsonl#2"]
    assert report.failures == ()
    one, two = found
    assert [pitch for _, _, pitch in one["melody"]] == [*TUNE * 2]
    assert [onset for onset, _, _ in one["melody"]] == [4 * n for n in range(16)]
    assert [pitch for _, _, pitch in two["melody"]] == [pitch - 12 for pitch in TUNE * 2]
    assert one["bars"] == [0, 16, 32, 48]
    assert (one["meter"], one["tempo"], one["genre"], two["genre"]) == ("4/4", 120, "folk", "unknown")
    assert (one["licence"], one["chords_from"]) == ("the player's own", "band")
    assert len(one["chords"]) > 2
    assert one["bass"]


def test_what_the_user_says_of_a_jam_counts(log: Path) -> None:
    found, _ = records([log.parent], genre="jazz", licence="CC0", jobs=1)
    assert {(record["genre"], record["licence"]) for record in found} == {("jazz", "CC0")}


def test_a_jam_beside_packs_and_a_damaged_one(log: Path, tmp_path: Path) -> None:
    text = log.read_text()
    (tmp_path / "whole.jsonl").write_text(text)
    (tmp_path / "bad.jsonl").write_text(text.replace('["go"', '["stay"'))
    (tmp_path / "short.jsonl").write_text("".join(text.splitlines(keepends=True)[:30]))
    found, report = records([tmp_path], jobs=1)
    assert len(found) == 2
    assert {failure.name.partition(".")[0]: failure.reason for failure in report.failures}["bad"] == "corrupt"
    assert not [record for record in read_pack(log) if isinstance(record, dict)]


def test_the_reader_of_a_log_is_the_corpus_own_way_in(log: Path) -> None:
    with log.open("rb") as file:
        entries = list(Reader(io.BytesIO(file.read()), "x"))
    assert perform(entries).players == [1, 2]


def test_training_and_judging_take_a_jam_for_music_and_not_for_a_pack(log: Path, tmp_path: Path) -> None:
    from bridge.training import corpus, heldout, sources

    assert heldout.is_music(log)
    assert heldout.is_music(log.parent)
    assert not sources.is_pack(log)
    assert not sources.is_pack(log.parent)
    (tmp_path / "jam.jsonl").write_bytes(log.read_bytes())
    (tmp_path / "D_tunes.jsonl").write_text("")
    assert sources.is_pack(tmp_path)
    assert [path.name for path in corpus.files(tmp_path)] == ["D_tunes.jsonl"]


# -- a part of a jam -------------------------------------------------------------------------------------------


def test_any_part_of_a_log_is_handed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, part, last = tmp_path / "whole.mid", tmp_path / "part.mid", tmp_path / "last.mid"
    log = str(Path(__file__).parent / "golden" / "alone.jsonl")
    assert main(["export", log, "--out", str(whole)]) == 0
    assert main(["export", log, "--bars", "2-3", "--out", str(part)]) == 0
    assert main(["export", log, "--last", "1", "--out", str(last)]) == 0
    everything, some = mido.MidiFile(whole), mido.MidiFile(part)
    bar = 4 * 480
    heard = _onsets(everything)
    assert _onsets(some) == [(tick - bar, pitch) for tick, pitch in heard if bar <= tick < 3 * bar]
    assert 0 < len(_onsets(mido.MidiFile(last))) < len(heard)
    assert {m.type for m in some.tracks[0]} >= {"time_signature", "set_tempo", "end_of_track"}
    capsys.readouterr()
    for wrong in ("99-100", "3-2"):
        assert main(["export", log, "--bars", wrong, "--out", str(part)]) == 1
        assert "--bars takes some from 1" in capsys.readouterr().err


def _onsets(file: mido.MidiFile) -> list[tuple[int, int]]:
    found = []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                found.append((tick, message.note))
    return sorted(found)
