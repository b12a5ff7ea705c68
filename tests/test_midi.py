"""The MIDI shell without a port: bytes in, mapping, order of what goes out, a port that goes away."""

import logging
from collections.abc import Sequence
from queue import SimpleQueue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.engine.schedule import Schedule, Sounding
from bridge.io import midi_ports
from bridge.io.midi import PEER, MidiShell
from bridge.io.midi_bytes import Reader
from bridge.io.midi_out import CHANNELS, Follow, Keys, Line, Performer
from bridge.music.errors import PortError
from bridge.music.events import (
    ACCOMPANIMENT,
    ALL,
    BASS,
    Continue,
    Control,
    Cue,
    Event,
    Heartbeat,
    NoteOff,
    NoteOn,
    Output,
    Pulse,
    Silence,
    SongPosition,
    Start,
    Stop,
)
from bridge.music.timeline import STEP, Timeline

CLOCK = Timeline(tempo=120.0, tick=0.0, time=10.0)  # 960 ticks a second
ALL_OFF = {(0xB0 | channel, 123, 0) for channel in (0, 1, 2)}


class Port:
    """A raw port that remembers what was sent, and fails when told to."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, ...]] = []
        self.broken = False

    def send_message(self, message: Sequence[int]) -> None:
        if self.broken:
            raise OSError("the cable\nis out")
        self.messages.append(tuple(message))


def never() -> bool:
    return False


def performer(port: Port, offset: float = 0.0) -> Performer:
    return Performer(Schedule(), Keys(Line(port.send_message, never)), offset)


def cue(voice: str, tick: int, ticks: int, pitch: int, player: int = 1) -> Output:
    return Output((PEER,), Cue(voice, tick, ticks, pitch, 80, 1), player, CLOCK.time_at(tick), tick)


def silence(voice: str = ALL, player: int = 1) -> Output:
    return Output((PEER,), Silence(voice, 1), player)


def play(desk: Performer, until: float) -> list[float]:
    """Wake the performer whenever it asks, up to `until` seconds; the moments at which it asked."""
    moments: list[float] = []
    while (moment := desk.wakeup()) is not None and moment <= until:
        assert len(moments) < 1000, "no progress"
        desk.perform(moment)
        moments.append(moment)
    return moments


@pytest.mark.parametrize(
    ("data", "events"),
    [
        ((0x90, 60, 100), [NoteOn(3, -1, 60, 100)]),
        ((0x95, 60, 0), [NoteOff(3, -1, 60)]),
        ((0x8F, 60, 64), [NoteOff(3, -1, 60)]),
        ((0xB1, 64, 127), [Control(3, -1, 64, 127)]),
        ((0xF8,), [Pulse()]),
        ((0xFA,), [Start()]),
        ((0xFB,), [Continue()]),
        ((0xFC,), [Stop()]),
        ((0xF2, 0x01, 0x02), [SongPosition(257)]),
        ((0x90, 60, 100, 62, 90), [NoteOn(3, -1, 60, 100), NoteOn(3, -1, 62, 90)]),  # running status
        ((0x90, 60, 0xF8, 100), [Pulse(), NoteOn(3, -1, 60, 100)]),  # clock in the middle
    ],
)
def test_bytes_to_events(data: tuple[int, ...], events: list[Event]) -> None:
    reader = Reader(player=3)
    assert list(reader.read(data)) == events
    assert reader.ignored == 0


@pytest.mark.parametrize(
    "data",
    [
        (0xFE,), (0xFF,), (0xC0, 5), (0xD0, 5), (0xE0, 0, 64), (0xA0, 60, 1), (0xF6,), (0xF1, 3), (60,),
        (0xF0, 1, 2, 0xF7),
    ],
)  # fmt: skip
def test_what_means_nothing_is_counted(data: tuple[int, ...]) -> None:
    reader = Reader(player=1)
    assert list(reader.read(data)) == []
    assert reader.ignored > 0


def test_an_unfinished_message_waits_and_sysex_ends_running_status() -> None:
    reader = Reader(player=1)
    assert list(reader.read((0x90, 60))) == []
    assert list(reader.read((100,))) == [NoteOn(1, -1, 60, 100)]
    assert list(reader.read((0xF0, 1, 0xF7, 62, 100))) == []


@given(st.lists(st.binary(max_size=8), max_size=60))
def test_any_bytes_give_events_in_range(packets: list[bytes]) -> None:
    reader = Reader(player=1)
    for event in [event for packet in packets for event in reader.read(packet)]:
        match event:
            case NoteOn(player, tick, pitch, velocity):
                assert (player, tick) == (1, -1)
                assert 0 <= pitch <= 127
                assert 1 <= velocity <= 127
            case NoteOff(player, tick, pitch):
                assert (player, tick) == (1, -1)
                assert 0 <= pitch <= 127
            case Control(player, tick, number, value):
                assert (player, tick) == (1, -1)
                assert 0 <= min(number, value) <= max(number, value) <= 127
            case SongPosition(sixteenths):
                assert 0 <= sixteenths < 1 << 14
            case _:
                assert event in (Pulse(), Start(), Continue(), Stop())


def test_notes_sound_on_their_tick_on_the_channel_of_their_voice() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, STEP, STEP, 40))
    desk.take(cue(ACCOMPANIMENT, STEP, 2 * STEP, 60))
    assert play(desk, 99.0) == [CLOCK.time_at(tick) for tick in (STEP, 2 * STEP, 3 * STEP)]
    assert port.messages == [(0x91, 40, 80), (0x90, 60, 80), (0x81, 40, 64), (0x80, 60, 64)]


def test_releases_come_before_onsets_of_the_same_tick() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    for step in (2, 1, 0):
        desk.take(cue(BASS, step * STEP, STEP, 40))
    play(desk, 99.0)
    assert port.messages == [(0x91, 40, 80), (0x81, 40, 64)] * 3


def test_output_follows_the_newest_clock_and_the_offset() -> None:
    desk = performer(Port(), offset=-0.015)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, 960, STEP, 40))
    assert desk.wakeup() == pytest.approx(11.0 - 0.015)
    desk.take(Follow(CLOCK.at_tempo(240.0, 10.5)))
    assert desk.wakeup() == pytest.approx(10.75 - 0.015)


def test_silence_ends_what_sounds_and_forgets_what_is_pending() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, 0, 4 * STEP, 40))
    desk.take(cue(BASS, 960, STEP, 43))
    play(desk, 10.0)
    desk.take(silence())
    assert port.messages[:2] == [(0x91, 40, 80), (0x81, 40, 64)]
    assert set(port.messages[2:]) == ALL_OFF
    assert desk.wakeup() is None


def test_silence_of_one_voice_spares_the_other() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, 0, 4 * STEP, 40))
    desk.take(cue(ACCOMPANIMENT, 0, 4 * STEP, 60))
    play(desk, 10.0)
    desk.take(silence(BASS))
    assert port.messages[2:] == [(0x81, 40, 64), (0xB1, 123, 0)]
    play(desk, 99.0)
    assert port.messages[4:] == [(0x80, 60, 64)]


def test_other_messages_are_not_for_midi() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Output((PEER,), Heartbeat(1)))
    assert port.messages == []
    assert desk.wakeup() is None


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([*CHANNELS, "melody"]), st.integers(0, 3), st.booleans())))
def test_a_key_is_never_struck_twice_nor_left_down(strokes: list[tuple[int, str, int, bool]]) -> None:
    port = Port()
    keys = Keys(Line(port.send_message, never))
    for player, voice, pitch, on in strokes:
        keys.play(Sounding(player, voice, pitch, 80 if on else 0))
    keys.release()
    down: set[tuple[int, int]] = set()
    for status, pitch, _ in port.messages:
        key = status & 0x0F, pitch
        assert (key in down) == (status & 0xF0 == 0x80)
        down ^= {key}
    assert not down


def test_the_end_is_silent() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, 0, 4 * STEP, 40))
    play(desk, 10.0)
    desk.finish()
    assert port.messages[:2] == [(0x91, 40, 80), (0x81, 40, 64)]
    assert set(port.messages[2:]) == ALL_OFF


def test_a_port_that_fails_is_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    port = Port()
    line = Line(port.send_message, never)
    line.send((0x90, 60, 80))
    port.broken = True
    with caplog.at_level(logging.WARNING):
        line.send((0x80, 60, 64))
        line.send((0x90, 62, 80))
    assert (line.sent, line.lost) == (1, 2)
    assert [record.message.count("\n") for record in caplog.records] == [0]


def test_nothing_is_sent_once_the_midi_system_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    port = Port()
    line = Line(port.send_message, lambda: True)
    line.send((0x90, 60, 80))
    assert (port.messages, line.lost) == ([], 1)
    assert len(caplog.records) == 1


def test_ports_are_found_by_part_of_their_name() -> None:
    names = ["Midi Through:0", "IAC Bus 10", "IAC Bus 1"]
    assert midi_ports.find(names, "through", "input") == 0
    assert midi_ports.find(names, "iac bus 1", "input") == 2  # an equal name wins
    with pytest.raises(PortError, match=r"no MIDI input has 'x9'.*'IAC Bus 10'"):
        midi_ports.find(names, "x9", "input")


def test_an_unknown_midi_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(midi_ports.VARIABLE, "oss")
    with pytest.raises(PortError, match="'oss'"):
        midi_ports.system()
    assert midi_ports.choices("JACK") == ["jack"]


def test_a_shell_without_a_midi_system_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    events: SimpleQueue[tuple[Event, float]] = SimpleQueue()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there-is-no-such-server")
    shell = MidiShell(lambda event, time: events.put((event, time)), api="jack")
    with pytest.raises(PortError, match="'jack' does not answer; start it"), shell:
        pass
    assert events.empty()


def test_the_callback_stamps_and_swallows_nothing_but_errors() -> None:
    heard: list[tuple[Event, float]] = []
    shell = MidiShell(lambda event, time: heard.append((event, time)), player=2)
    shell._hear(([0x90, 60, 100], 0.0), None)
    shell._hear(([0xF8], 0.0), None)
    assert [event for event, _ in heard] == [NoteOn(2, -1, 60, 100), Pulse()]
    assert 0.0 < heard[0][1] <= heard[1][1]
    report = shell.report()
    assert (report.received, report.failed) == (2, 0)


def test_an_error_in_the_callback_is_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(event: Event, time: float) -> None:
        raise RuntimeError("full")

    shell = MidiShell(refuse)
    shell._hear(([0xF8], 0.0), None)
    shell._hear(([0xF8], 0.0), None)
    assert shell.report().failed == 2
    assert len(caplog.records) == 1
