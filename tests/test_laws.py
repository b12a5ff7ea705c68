"""Laws under any interleaving of events: nothing raises, nothing hangs, the same seed gives the same music."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.jam import Jam
from bridge.engine.schedule import Schedule
from bridge.generators.rules import RulesBand
from bridge.io.wire import decode, encode_event
from bridge.music.errors import WireError
from bridge.music.events import (
    Bye,
    Continue,
    Control,
    Cue,
    Do,
    Event,
    Get,
    NoteOff,
    NoteOn,
    Output,
    Position,
    Pulse,
    Set,
    Silence,
    SongPosition,
    Start,
    Stop,
    Transported,
)  # fmt: skip
from bridge.music.timeline import Timeline
from tests.virtual import Host, hello, play

PLAYERS = st.integers(1, 3)
TICKS = st.one_of(st.just(-1), st.integers(0, 40_000), st.integers(0, 2**31 - 1))
PITCHES = st.integers(0, 127)
EVENTS: st.SearchStrategy[Any] = st.one_of(
    st.builds(hello, PLAYERS, st.sampled_from(["player", "listener"]), st.integers(9000, 9004), st.integers(1, 3)),
    st.builds(lambda port: hello(0, "monitor", port), st.integers(9000, 9010)),
    st.builds(Bye, PLAYERS),
    st.builds(
        Position, PLAYERS, st.integers(0, 40_000), st.integers(0, 40_000), st.sampled_from([20.0, 90.0, 120.0, 999.0]),
        st.integers(0, 1), st.sampled_from([1, 3, 4, 7, 32]), st.sampled_from([1, 4, 8, 32]), st.integers(-1, 9000),
    ),
    st.builds(NoteOn, PLAYERS, TICKS, PITCHES, st.integers(0, 127)),
    st.builds(NoteOff, PLAYERS, TICKS, PITCHES),
    st.builds(Control, PLAYERS, TICKS, PITCHES, PITCHES),
    st.builds(Set, PLAYERS, st.sampled_from(["mode", "bass", "horizon", "entry_bars", "lookahead_ms", "x"]),
              st.one_of(st.integers(-2, 9), st.floats(), st.sampled_from(["listen", "accompany", ""]))),
    st.builds(Get, PLAYERS, st.sampled_from(["*", "mode", "y"])),
    st.builds(Do, PLAYERS, st.sampled_from(["panic", "stop", "clear", "enter", "z"])),
    st.builds(SongPosition, st.integers(0, 16383)),
    st.sampled_from([Pulse(), Start(), Continue(), Stop()]),
)  # fmt: skip
EXAMPLES = int(os.environ.get("IMPROV_EXAMPLES", "150"))
LENGTH = int(os.environ.get("IMPROV_LENGTH", "0"))  # events in a script at least
PACKETS = 40  # in each example
SCRIPTS = st.lists(st.tuples(st.floats(0.0, 0.4), EVENTS), min_size=LENGTH, max_size=60)


@pytest.fixture(autouse=True, scope="module")
def seen(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """How many events and packets were generated, said at the end (`pytest -s`)."""
    count: Counter[str] = Counter()
    yield count
    print(f"\ngenerated: {count['events']} events, {count['packets']} packets, of them {count['refused']} refused")


def _absolute(steps: list[tuple[float, Event]]) -> list[tuple[float, Event]]:
    time, script = 0.0, []
    for wait, event in steps:
        time += wait
        script.append((time, event))
    return script


def _device(out: list[tuple[float, Output]], until: float) -> tuple[int, int]:
    """Play what was sent as a MIDI port would; how many notes began and ended, with everything released at the end."""
    schedule, line = Schedule(), Timeline(120.0)
    schedule.follow(line)
    down: dict[tuple[int, str, int], int] = {}
    ons = offs = 0

    def take(notes: Any) -> None:
        nonlocal ons, offs
        for note in notes:
            where = (note.player, note.voice, note.pitch)
            if note.velocity:
                assert where not in down, "struck again without a release"
                down[where], ons = 1, ons + 1
            else:
                assert where in down, "a release of what does not sound"
                del down[where]
                offs += 1

    for time, output in sorted(out, key=lambda item: item[0]):
        take(schedule.due(time))
        if isinstance(output.message, Cue):
            schedule.add(output)
        if isinstance(output.message, Silence):
            take(schedule.silence(output.player, output.message.voice))
    take(schedule.due(until))
    take(schedule.silence())
    assert not down
    return ons, offs


@settings(max_examples=EXAMPLES, deadline=None)
@given(SCRIPTS)
def test_no_event_crashes_the_jam_and_every_note_on_has_its_note_off(
    seen: Counter[str], steps: list[tuple[float, Event]]
) -> None:
    script = _absolute(steps)
    seen["events"] += len(script)
    until = (script[-1][0] if script else 0.0) + 3.0
    out = play(Jam(RulesBand()), script, until)
    for time, output in out:
        assert output.to
        if isinstance(output.message, Cue):
            assert output.time is not None
            assert output.time > time
            assert output.message.ticks > 0
            assert 1 <= output.message.velocity <= 127
    ons, offs = _device(out, until + 1e6)
    assert ons == offs


def _encoded(event: Event) -> bytes:
    try:
        return encode_event(event)
    except WireError:  # a value that the protocol has no room for
        return b"/improv/nothing\0,\0\0\0"


def _mutated(packet: bytes, where: int, byte: int, keep: int) -> bytes:
    """A packet with a byte changed and its end cut off."""
    changed = bytearray(packet)
    changed[where % len(changed)] = byte
    return bytes(changed[: max(1, keep % (len(changed) + 1))])


ON_THE_WIRE = st.lists(EVENTS.filter(lambda event: not isinstance(event, Transported)), min_size=1, max_size=8)


@settings(max_examples=EXAMPLES, deadline=None)
@given(ON_THE_WIRE, st.integers(0, 2**32))
def test_garbage_between_packets_stops_nothing(seen: Counter[str], events: list[Event], seed: int) -> None:
    chance = random.Random(seed)
    script: list[tuple[float, Event]] = [(0.0, hello(1))]
    time = 0.0
    for _ in range(PACKETS):
        time += chance.uniform(0.0, 0.1)
        packet = _encoded(chance.choice(events))
        kind = chance.random()
        if kind < 0.6:
            packet = _mutated(packet, chance.randrange(99), chance.randrange(256), chance.choice([999, 999, 7, 40]))
        elif kind < 0.8:
            packet = chance.randbytes(chance.randrange(80))
        seen["packets"] += 1
        try:
            script += [(time, event) for event in decode(packet, "127.0.0.1", 1)]
        except WireError:
            seen["refused"] += 1
    host = Host(time=time, port=9001)
    host.script.append((time, Bye(1)))
    host.time += 0.001
    host.tune([60, 62, 64, 65, 67, 69, 71, 72])
    jam = Jam(RulesBand())
    out = play(jam, script + host.script, host.time + 3)
    ons, offs = _device(out, host.time + 1e6)
    assert ons == offs
    assert [1 for _, output in out if isinstance(output.message, Cue)], "after all that the band still plays"


@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(SCRIPTS, st.integers(0, 2**31))
def test_the_same_script_and_seed_give_the_same_outputs(steps: list[tuple[float, Event]], seed: int) -> None:
    script = _absolute(steps)
    assert play(Jam(RulesBand(), seed=seed), script, 30.0) == play(Jam(RulesBand(), seed=seed), script, 30.0)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 800), st.integers(60, 63), st.floats(0, 3)),
max_size=40), st.floats(30, 300))  # fmt: skip
def test_a_schedule_pairs_its_notes_whatever_the_tempo_does(
    cues: list[tuple[int, int, int, float]], tempo: float
) -> None:
    schedule, time = Schedule(), 0.0
    schedule.follow(Timeline(120.0))
    down: set[int] = set()
    for tick, ticks, pitch, wait in cues:
        time += wait
        schedule.add(Output((), Cue("accompaniment", tick, ticks, pitch, 80, 1), 1, 0.0, tick))
        for note in schedule.due(time):
            assert (note.pitch in down) == (note.velocity == 0)
            down ^= {note.pitch}
        schedule.follow(Timeline(tempo, time * 16 * random.Random(tick).random(), time))
    schedule.follow(None)
    for note in schedule.due(time):
        assert note.velocity == 0
        down ^= {note.pitch}
    assert not down
    assert schedule.wakeup() is None


def test_a_new_bass_note_ends_the_last_of_its_player_only() -> None:
    schedule = Schedule()
    schedule.follow(Timeline(120.0))
    for player, voice, tick, pitch in ((1, "bass", 0, 40), (2, "bass", 0, 41), (1, "accompaniment", 0, 60)):
        schedule.add(Output((), Cue(voice, tick, 960, pitch, 80, 1), player, 0.0, tick))
    schedule.add(Output((), Cue("bass", 480, 480, 45, 80, 1), 1, 0.0, 480))
    schedule.due(0.0)
    assert [(n.player, n.pitch, n.velocity) for n in schedule.due(0.5)] == [(1, 40, 0), (1, 45, 80)]
