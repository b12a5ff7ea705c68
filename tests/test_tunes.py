"""The tunes: what is in the package is what the notation says, and any MIDI file gives a melody or one clear line."""

import importlib.util
import sys
from io import BytesIO
from pathlib import Path
from types import ModuleType

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import tunes
from bridge.music.errors import BridgeError
from bridge.music.timeline import Meter

TOOL = Path(__file__).parents[1] / "tools" / "make_tunes.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tunes", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_tunes"] = module
    spec.loader.exec_module(module)
    return module


def midi(*tracks: list[mido.Message | mido.MetaMessage], ppq: int = 480, kind: int = 1) -> bytes:
    file = mido.MidiFile(type=kind, ticks_per_beat=ppq)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    buffer = BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def on(pitch: int, time: int = 0, channel: int = 0, velocity: int = 80) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=velocity, time=time, channel=channel)


def off(pitch: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=pitch, time=time, channel=channel)


def test_the_files_are_what_the_notation_writes(tool: ModuleType, tmp_path: Path) -> None:
    written = {path.name: path.read_bytes() for path in tool.write(tmp_path)}
    folder = Path(tunes.__file__).parent
    assert written == {path.name: path.read_bytes() for path in folder.glob("*.mid")}


@pytest.mark.parametrize("name", tunes.names())
def test_a_tune_is_a_melody_of_a_demo_s_length(name: str) -> None:
    tune = tunes.load(name)
    assert tune.ticks % tune.meter.bar == 0
    assert 16 <= tune.ticks // tune.meter.bar <= 33
    assert 25 <= tune.seconds <= 55
    for (tick, ticks, pitch, velocity), following in zip(tune.notes, (*tune.notes[1:], (tune.ticks,)), strict=True):
        assert 0 <= tick < tick + ticks <= following[0]
        assert 48 <= pitch <= 84
        assert 1 <= velocity <= 127


def test_six_tunes_in_three_meters_that_say_whose_they_are() -> None:
    assert len(tunes.names()) == 6
    assert {tunes.load(name).meter for name in tunes.names()} == {Meter(4, 4), Meter(3, 4), Meter(6, 8)}
    for path in Path(tunes.__file__).parent.glob("*.mid"):
        texts = [message.text for message in mido.MidiFile(path).tracks[0] if message.type == "text"]
        assert texts[0].startswith("Public domain: ")


@pytest.mark.parametrize("name", tunes.names())
def test_the_notes_lie_in_the_key_and_end_on_its_tonic(name: str) -> None:
    path = Path(tunes.__file__).parent / f"{name}.mid"
    key = next(message.key for message in mido.MidiFile(path).tracks[0] if message.type == "key_signature")
    tonic = {"C": 0, "D": 2, "F": 5, "G": 7, "A": 9}[key.rstrip("m")]
    scale = {0, 2, 3, 5, 7, 8, 9, 10, 11} if key.endswith("m") else {0, 2, 4, 5, 7, 9, 11}
    degrees = [(pitch - tonic) % 12 for _, _, pitch, _ in tunes.load(name).notes]
    assert set(degrees) <= scale
    assert degrees[-1] == 0


def test_a_bar_that_is_not_full_is_refused(tool: ModuleType) -> None:
    short = tool.Source("x", "X", "", 120.0, (4, 4), "C", {"A": "C4q C4q C4q | C4w |"}, "A")
    with pytest.raises(ValueError, match="bar 1: 1440 ticks, not 1920"):
        tool.notes(short)


def test_of_a_file_the_highest_notes_of_the_first_track_with_notes(tmp_path: Path) -> None:
    meta = [mido.MetaMessage("track_name", name="Song"), mido.MetaMessage("set_tempo", tempo=400_000)]
    meter = [mido.MetaMessage("time_signature", numerator=3, denominator=4)]
    drums = [on(36, channel=9), off(36, 96, channel=9)]
    chords = [
        on(60, 3 * 96),
        on(64),
        on(67),
        off(60, 96),
        off(64),
        off(67),
        on(65),
        on(48, 10),
        off(48, 20),
        off(65, 66),
    ]
    path = tmp_path / "song.mid"
    path.write_bytes(midi(meta + meter, drums, chords, [on(90), off(90, 10)], ppq=96))
    tune = tunes.load(str(path))
    assert (tune.title, tune.tempo, tune.meter) == ("Song", 150.0, Meter(3, 4))
    assert tune.notes == ((0, 480, 67, 80), (480, 480, 65, 80))
    assert tune.ticks == 1440


def test_a_note_that_never_ends_and_a_repeated_one_are_ended() -> None:
    tune = tunes.read(midi([on(60), on(60, 480), on(72, 480), mido.MetaMessage("end_of_track", time=240)], kind=0), "x")
    assert tune.notes == ((0, 480, 60, 80), (480, 480, 60, 80), (960, 240, 72, 80))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"hello", "not a MIDI file"),
        (b"", "not a MIDI file"),
        (midi([mido.MetaMessage("text", text="x")]), "no melody"),
        (midi([on(36, channel=9), off(36, 10, channel=9)]), "no melody"),
        (midi([on(36), off(36, 10)], kind=2), "no musical time"),
        (midi([mido.MetaMessage("time_signature", numerator=4, denominator=64), on(36), off(36, 10)]), "is in 4/64"),
    ],
)
def test_what_is_no_tune_says_so_in_one_line(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mid"
    path.write_bytes(data)
    with pytest.raises(BridgeError, match=says) as caught:
        tunes.load(str(path))
    assert "\n" not in str(caught.value)


def test_an_unknown_name_lists_the_tunes() -> None:
    with pytest.raises(BridgeError, match="choose one of amazing_grace, auld_lang_syne"):
        tunes.load("nothing_like_it")


@given(st.binary(max_size=200))
def test_garbage_is_a_bridge_error_or_a_tune(tail: bytes) -> None:
    for data in (tail, b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk" + len(tail).to_bytes(4, "big") + tail):
        try:
            tune = tunes.read(data, "x")
        except BridgeError:
            continue
        assert tune.notes
        assert tune.ticks > 0


def test_a_tune_that_is_traded_leaves_as_many_bars_empty_as_it_plays() -> None:
    tune = tunes.load("ode_to_joy")
    room = 2 * tune.meter.bar
    traded = tunes.traded(tune, 2)
    assert [note[2:] for note in traded.notes] == [note[2:] for note in tune.notes]
    assert all(tick % (2 * room) + ticks <= room for tick, ticks, _, _ in traded.notes)
    assert traded.ticks == 2 * tune.ticks


@pytest.mark.parametrize("name", ["amazing_grace", "auld_lang_syne", "greensleeves"])
def test_a_pick_up_is_traded_with_the_bars_that_it_leads_into(name: str) -> None:
    tune = tunes.load(name)
    bar, lead = tune.meter.bar, tune.meter.bar - tune.notes[0][0]
    assert 0 < lead <= tune.meter.beat
    traded = tunes.traded(tune, 2)
    assert traded.notes[0][0] == tune.notes[0][0]
    for tick, ticks, _, _ in traded.notes:
        inside = (tick - bar + lead) % (4 * bar)
        assert inside + ticks <= 2 * bar, "nothing but the next pick-up lies in the bars of an answer"
    assert (traded.ticks - bar) % (4 * bar) == 0
