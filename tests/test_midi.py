"""MIDI input without a port: bytes become events, one clock of several counts, ports are found and numbered."""

from queue import SimpleQueue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.io import midi_ports
from bridge.io.midi import MidiShell, Ports, pairs
from bridge.io.midi_bytes import Reader
from bridge.io.midi_in import SILENT, Clocks, Inlet
from bridge.music.errors import PortError
from bridge.music.events import (
    Continue,
    Control,
    Event,
    NoteOff,
    NoteOn,
    Pulse,
    SongPosition,
    Start,
    Stop,
)


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
        ((0xB2, 7, 100, 74, 3), [Control(3, -1, 7, 100), Control(3, -1, 74, 3)]),
        ((0xB0, 1, 0xF8, 2, 64, 0xFA, 127), [Pulse(), Control(3, -1, 1, 2), Start(), Control(3, -1, 64, 127)]),
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


def test_ports_are_numbered_from_the_second_player_on() -> None:
    assert [pair.names for pair in pairs(2, (), ())] == [("Improv In", "Improv Out"), ("Improv In 2", "Improv Out 2")]
    named = pairs(1, ("Keys",), ("Synth", "Organ"))
    assert named == (Ports(1, "Keys", "Synth"), Ports(2, None, "Organ"))
    assert [pair.names[0] for pair in named] == ["Keys", "Improv In 2"]
    assert len({pair.peer for pair in pairs(16, (), ())}) == 16


def follow(clocks: Clocks, words: list[tuple[int, Event, float]]) -> list[tuple[int, Event]]:
    """What of (input, event, time) counts."""
    return [(source, event) for source, event, time in words if clocks.takes(source, event, time)]


def test_one_clock_on_two_inputs_counts_once() -> None:
    clocks = Clocks()
    song = [SongPosition(16), Continue(), *[Pulse()] * 24, Stop(), Start(), *[Pulse()] * 24, Stop()]
    words = [(source, event, index * 0.02) for index, event in enumerate(song) for source in (1, 2)]
    heard = [event for _, event in follow(clocks, words)]
    assert heard == [SongPosition(16), *song]  # where the clock stands, both may say so
    assert clocks.ignored == len(song) - 1


def test_a_keyboards_idle_clock_does_not_keep_the_host_from_starting() -> None:
    clocks = Clocks()
    idle = [(1, Pulse(), index * 0.02) for index in range(10)]
    host: list[tuple[int, Event, float]] = [(2, Pulse(), 0.2), (2, Start(), 0.21), (2, Pulse(), 0.22)]
    after: list[tuple[int, Event, float]] = [(1, Pulse(), 0.23), (1, Start(), 0.24), (1, Pulse(), 0.26)]
    assert follow(clocks, idle + host + after) == [(1, Pulse())] * 10 + [(2, Start()), (2, Pulse())]
    assert clocks.ignored == 4


def test_where_the_leader_falls_silent_the_other_input_goes_on() -> None:
    clocks = Clocks()
    both: list[tuple[int, Event, float]] = [(1, Start(), 0.0), (2, Start(), 0.0), (1, Pulse(), 0.1), (2, Pulse(), 0.1)]
    assert follow(clocks, both) == [(1, Start()), (1, Pulse())]
    late = 0.1 + SILENT
    assert follow(clocks, [(2, Pulse(), late), (3, Pulse(), late + 0.1), (2, Pulse(), late + 0.1)]) == [(2, Pulse())]
    assert follow(clocks, [(1, Pulse(), late + 0.2)]) == []
    idle = Clocks()
    assert follow(idle, [(1, Start(), 0.0), (2, Pulse(), 1.5), (2, Stop(), 1.6), (2, Start(), 1.7)]) == [
        (1, Start()), (2, Start())
    ]  # fmt: skip


def test_notes_and_controls_count_from_every_input() -> None:
    clocks = Clocks()
    assert clocks.takes(1, Start(), 0.0)
    assert clocks.takes(2, NoteOn(2, -1, 60, 90), 0.0)
    assert clocks.takes(3, Control(3, -1, 1, 2), 0.0)
    assert clocks.ignored == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Pulse(), Start(), Continue(), Stop(), SongPosition(1), NoteOn(1, -1, 60, 1)]),
            st.floats(0.0, 4.0),
        )
    )
)
def test_a_single_clock_loses_nothing(steps: list[tuple[Event, float]]) -> None:
    clocks, time, words = Clocks(), 0.0, []
    for event, wait in steps:
        time += wait
        words.append((1, event, time))
    assert [event for _, event in follow(clocks, words)] == [event for event, _ in steps]
    assert clocks.ignored == 0


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
    inlet = Inlet(2, Clocks(), lambda event, time: heard.append((event, time)))
    inlet.hear(([0x90, 60, 100], 0.0), None)
    inlet.hear(([0xF8], 0.0), None)
    assert [event for event, _ in heard] == [NoteOn(2, -1, 60, 100), Pulse()]
    assert 0.0 < heard[0][1] <= heard[1][1]
    assert (inlet.received, inlet.failed) == (2, 0)


def test_an_error_in_the_callback_is_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(event: Event, time: float) -> None:
        raise RuntimeError("full")

    inlet = Inlet(1, Clocks(), refuse)
    inlet.hear(([0xF8], 0.0), None)
    inlet.hear(([0xF8], 0.0), None)
    assert inlet.failed == 2
    assert len(caplog.records) == 1
