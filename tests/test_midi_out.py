"""MIDI output without a port: what goes out, when, on which channel, in which order, and that all of it ends."""

import logging
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.engine.schedule import Schedule, Sounding
from bridge.io.midi import Ports
from bridge.io.midi_out import CHANNELS, Follow, Keys, Line, Performer
from bridge.music.events import ACCOMPANIMENT, ALL, BASS, METRONOME, RESPONSE, Cue, Heartbeat, Output, Silence, Thru
from bridge.music.timeline import STEP, Timeline

PEER = Ports().peer
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
    return Performer(Schedule(), {1: Keys(Line(port.send_message, never))}, offset)


def cue(voice: str, tick: int, ticks: int, pitch: int, player: int = 1, channel: int = 0) -> Output:
    return Output((PEER,), Cue(voice, tick, ticks, pitch, 80, 1), player, CLOCK.time_at(tick), tick, channel)


def thru(pitch: int, velocity: int, channel: int, player: int = 1) -> Output:
    return Output((PEER,), Thru(pitch, velocity), player, channel=channel)


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


@pytest.mark.parametrize(("voice", "status"), [(ACCOMPANIMENT, 0), (BASS, 1), (RESPONSE, 2), (METRONOME, 9), ("x", 3)])
def test_a_voice_has_its_usual_channel(voice: str, status: int) -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(voice, 0, STEP, 60))
    play(desk, 99.0)
    assert port.messages == [(0x90 | status, 60, 80), (0x80 | status, 60, 64)]


def test_a_note_ends_on_the_channel_where_it_was_struck() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(ACCOMPANIMENT, 0, 4 * STEP, 60, channel=16))
    desk.take(cue(ACCOMPANIMENT, 0, 8 * STEP, 64, channel=16))
    desk.take(cue(ACCOMPANIMENT, STEP, 4 * STEP, 60, channel=6))  # the same key again, on another channel by now
    play(desk, 99.0)
    assert port.messages == [
        (0x9F, 60, 80), (0x9F, 64, 80), (0x8F, 60, 64), (0x95, 60, 80), (0x85, 60, 64), (0x8F, 64, 64)
    ]  # fmt: skip


def test_the_bass_that_changes_its_channel_is_still_one_voice() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, 0, 8 * STEP, 40))
    desk.take(cue(BASS, STEP, STEP, 43, channel=9))
    play(desk, 99.0)
    assert port.messages == [(0x91, 40, 80), (0x81, 40, 64), (0x98, 43, 80), (0x88, 43, 64)]


def test_silence_ends_notes_where_they_sound_and_quietens_the_channels_that_were_used() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(cue(ACCOMPANIMENT, 0, 4 * STEP, 60, channel=5))
    desk.take(cue(METRONOME, 0, STEP, 76))
    play(desk, CLOCK.time_at(STEP))
    port.messages.clear()
    desk.take(silence(ACCOMPANIMENT))
    assert port.messages == [(0x84, 60, 64), (0xB4, 123, 0)]
    port.messages.clear()
    desk.take(silence())
    assert set(port.messages) == {(0xB0 | channel, 123, 0) for channel in (1, 2, 4, 9)}


STROKES = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from([*CHANNELS, "melody", "thru"]), st.integers(0, 3), st.booleans(),
        st.integers(0, 16),
    )
)  # fmt: skip


@given(STROKES)
def test_a_key_is_never_struck_twice_nor_left_down(strokes: list[tuple[int, str, int, bool, int]]) -> None:
    port = Port()
    keys = Keys(Line(port.send_message, never))
    for player, voice, pitch, on, channel in strokes:
        if voice == "thru":
            keys.through(player, Thru(pitch, 80 if on else 0), channel)
        else:
            keys.play(Sounding(player, voice, pitch, 80 if on else 0, channel))
    keys.release()
    assert not left_down(port)


def left_down(port: Port) -> set[tuple[int, int]]:
    """The keys (channel from 0, pitch) that are down in the end; each message must change one."""
    down: set[tuple[int, int]] = set()
    for status, pitch, _ in port.messages:
        if status & 0xF0 == 0xB0:
            continue
        key = status & 0x0F, pitch
        assert (key in down) == (status & 0xF0 == 0x80)
        down ^= {key}
    return down


@given(
    st.lists(
        st.one_of(
            st.builds(thru, st.integers(0, 3), st.integers(0, 127), st.integers(0, 16)),
            st.builds(
                cue, st.sampled_from([ACCOMPANIMENT, BASS]), st.integers(0, 40), st.integers(1, 40), st.integers(0, 3),
                channel=st.integers(0, 16),
            ),
            st.builds(silence, st.sampled_from([ALL, ACCOMPANIMENT, BASS])),
            st.sampled_from([Follow(CLOCK), Follow(None)]),
        )
    )
)  # fmt: skip
def test_cues_silences_and_passed_on_keys_leave_nothing_down(items: list[Output | Follow]) -> None:
    port = Port()
    desk = performer(port)
    for index, item in enumerate(items):
        desk.take(item)
        desk.perform(CLOCK.time_at(index))
    desk.finish()
    assert not left_down(port)


def test_a_passed_on_key_sounds_at_once_and_ends_where_it_was_struck() -> None:
    port = Port()
    desk = performer(port)
    desk.take(thru(60, 90, 4))  # the clock stands, and nothing is waited for
    assert port.messages == [(0x93, 60, 90)]
    desk.take(thru(60, 100, 7))  # struck again, after the channel was changed
    desk.take(thru(60, 0, 0))  # released, after it was switched off
    assert port.messages[1:] == [(0x83, 60, 64), (0x96, 60, 100), (0x86, 60, 64)]
    desk.take(thru(60, 0, 7))
    assert len(port.messages) == 4
    assert desk.wakeup() is None


def test_a_key_that_a_voice_took_over_is_the_voices() -> None:
    port = Port()
    desk = performer(port)
    desk.take(Follow(CLOCK))
    desk.take(thru(60, 90, 1))
    desk.take(cue(ACCOMPANIMENT, 0, STEP, 60))
    desk.perform(10.0)
    assert port.messages == [(0x90, 60, 90), (0x80, 60, 64), (0x90, 60, 80)]
    desk.take(thru(60, 0, 1))
    assert len(port.messages) == 3
    play(desk, 99.0)
    assert port.messages[3:] == [(0x80, 60, 64)]


def test_silence_spares_the_key_that_the_player_holds() -> None:
    port = Port()
    desk = performer(port)
    desk.take(thru(60, 90, 1))
    desk.take(silence())
    assert set(port.messages[1:]) == {(0xB1, 123, 0), (0xB2, 123, 0)}
    desk.finish()
    assert (0x80, 60, 64) in port.messages


def test_each_player_has_a_port_and_silence_is_for_one() -> None:
    one, two = Port(), Port()
    desk = Performer(Schedule(), {1: Keys(Line(one.send_message, never)), 2: Keys(Line(two.send_message, never))}, 0.0)
    desk.take(Follow(CLOCK))
    for player in (1, 2, 3):
        desk.take(cue(BASS, 0, 4 * STEP, 40 + player, player))
    desk.perform(10.0)
    assert (one.messages, two.messages) == ([(0x91, 41, 80)], [(0x91, 42, 80)])
    desk.take(silence(player=1))
    assert one.messages[1] == (0x81, 41, 64)
    assert len(two.messages) == 1
    desk.finish()
    assert two.messages[1] == (0x81, 42, 64)


def test_players_who_share_a_port_do_not_cut_each_other_off() -> None:
    port = Port()
    keys = Keys(Line(port.send_message, never))
    desk = Performer(Schedule(), {1: keys, 2: keys}, 0.0)
    desk.take(Follow(CLOCK))
    desk.take(cue(BASS, 0, 4 * STEP, 40, 1, channel=1))
    desk.take(cue(BASS, 0, 4 * STEP, 40, 2, channel=2))
    desk.perform(10.0)
    desk.take(silence(BASS, player=1))
    assert port.messages[2:] == [(0x80, 40, 64), (0xB0, 123, 0)]
    desk.finish()
    assert port.messages[4] == (0x81, 40, 64)
    assert port.messages.count((0xB1, 123, 0)) == 1


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
