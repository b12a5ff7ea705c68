"""The wire: every line of the protocol there and back, and nothing but WireError for what is not in it."""

import os
import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.io.packet import bundle, message, unpack
from bridge.io.table import PROTOCOL, Arg, Line
from bridge.io.wire import PACKET, bundles, decode, decode_message, encode, encode_bundle, encode_event, markdown
from bridge.music.errors import WireError
from bridge.music.events import Bye, Cue, Do, Hello, NoteOn, Of, Position, Set, Value

EXAMPLES = int(os.environ.get("IMPROV_EXAMPLES", "500"))  # of garbage
INWARD = [line for line in PROTOCOL if line.inward]
EVENTS = {line.cls for line in INWARD}
OUTWARD = [line for line in PROTOCOL if not line.inward]
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), max_size=64)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
INTS = st.integers(1 - 2**31, 2**31 - 1)


def values_of(arg: Arg) -> st.SearchStrategy[Any]:
    match arg.kind, arg.allowed:
        case "f", _:
            return st.floats(20, 999, width=32)
        case "v", _:
            return st.one_of(INTS, FLOATS, PRINTABLE)
        case _, range() as span:
            return st.integers(span[0], span[-1])
        case _, tuple() as choices:
            return st.sampled_from(choices)
    return PRINTABLE if arg.kind == "s" else INTS


def items_of(line: Line) -> st.SearchStrategy[Any]:
    named = {arg.name: values_of(arg) for arg in line.args}
    item = st.builds(line.cls, **named)
    return item.filter(lambda hello: hello.player or hello.role == "monitor") if line.cls is Hello else item


ANY_EVENT = st.one_of([items_of(line) for line in INWARD])
ANY_MESSAGE = st.one_of([items_of(line) for line in OUTWARD])


def python_osc(address: str, *values: Any) -> bytes:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


@given(ANY_EVENT)
@settings(deadline=None)
def test_every_event_comes_back_as_it_went(event: Any) -> None:
    assert decode(encode_event(event), event.host if isinstance(event, Hello | Bye) else "") == [event]


@given(ANY_MESSAGE)
@settings(deadline=None)
def test_every_message_comes_back_as_it_went(item: Any) -> None:
    assert decode_message(encode(item)) == [(None, item)]


@given(ANY_EVENT)
@settings(deadline=None)
def test_whole_numbers_may_come_as_floats(event: Any) -> None:
    """As from Pure Data, whose oscformat sends nothing but floats; only what float32 holds exactly can be meant."""
    raw = next(unpack(encode_event(event)))
    floats = [value if isinstance(value, str) else float(value) for value in raw.values]
    exact = all(isinstance(v, str) or struct.unpack(">f", struct.pack(">f", v))[0] == v for v in floats)
    if exact:
        assert decode(message(raw.address, floats), "") == [event]


@given(ANY_EVENT)
@settings(deadline=None)
def test_python_osc_speaks_to_us(event: Any) -> None:
    raw = next(unpack(encode_event(event)))
    assert decode(python_osc(raw.address, *raw.values), "") == [event]


@given(ANY_MESSAGE)
@settings(deadline=None)
def test_python_osc_reads_what_we_send(item: Any) -> None:
    raw = next(unpack(encode(item)))
    heard = OscMessage(encode(item))
    assert (heard.address, tuple(heard.params)) == (raw.address, raw.values)


@given(st.lists(ANY_MESSAGE, max_size=12), st.none() | st.integers(10**9 * 16, 4 * 10**9 * 16))
@settings(deadline=None)
def test_bundles_keep_their_time(items: list[Any], sixteenths: int | None) -> None:
    """From 2001 to 2096, across the day in 2036 on which time tags begin anew."""
    time = None if sixteenths is None else sixteenths / 16
    assert decode_message(encode_bundle(items, time)) == [(time, item) for item in items]


@given(st.lists(ANY_MESSAGE, max_size=150), st.booleans())
@settings(deadline=None, max_examples=30)
def test_split_bundles_stay_small_and_lose_nothing(items: list[Any], monitor: bool) -> None:
    head = Of(7) if monitor else None
    packets = bundles(items, None, head)
    heard = [[item for _, item in decode_message(packet)] for packet in packets]
    assert all(len(packet) < PACKET for packet in packets)
    assert not monitor or all(part[0] == Of(7) and len(part) > 1 for part in heard)
    assert [item for part in heard for item in part[monitor:]] == items


def test_python_osc_reads_our_bundle_and_its_time() -> None:
    packet = encode_bundle([Cue("bass", 960, 120, 40, 90, 3)] * 2, 2_000_000_000.25)
    heard = OscBundle(packet)
    assert heard.timestamp == pytest.approx(2_000_000_000.25)
    assert [tuple(each.params) for each in heard] == [("bass", 960, 120, 40, 90, 3)] * 2


def test_bundles_are_unpacked_and_their_time_means_nothing_to_the_engine() -> None:
    inner, outer = OscBundleBuilder(IMMEDIATELY), OscBundleBuilder(2_000_000_000.0)
    for pitch in (60, 64):
        builder = OscMessageBuilder("/improv/note_on")
        for value in (1, -1, pitch, 99.0):
            builder.add_arg(value)
        inner.add_content(builder.build())
    outer.add_content(inner.build())
    assert decode(outer.build().dgram, "h") == [NoteOn(1, -1, 60, 99), NoteOn(1, -1, 64, 99)]


def test_a_hello_knows_where_it_came_from() -> None:
    packet = python_osc("/improv/hello", 1, 2, "player", 9200)
    assert decode(packet, "10.0.0.5", 51000) == [Hello(1, 2, "player", 9200, "10.0.0.5", 51000)]


def test_optional_arguments_may_be_missing() -> None:
    assert decode(python_osc("/improv/bye", 3), "h") == [Bye(3, "h")]
    assert decode(python_osc("/improv/bye", 3, 9200), "h") == [Bye(3, "h", 9200)]
    position = (1, 480, 480, 120, 1, 4, 4)
    assert decode(python_osc("/improv/position", *position), "h") == [Position(1, 480, 480, 120.0, 1, 4, 4)]
    assert decode(python_osc("/improv/position", *position, 0.0), "h") == [Position(1, 480, 480, 120.0, 1, 4, 4, 0)]


GOOD_POSITION = (1, 480, 480, 120.0, 1, 4, 4)
REFUSED = {
    "unknown address": ("/improv/nothing", ()),
    "an address of the other direction": ("/improv/welcome", (1, 1, 1)),
    "too few": ("/improv/note_on", (1, -1, 60)),
    "too many": ("/improv/note_on", (1, -1, 60, 90, 1)),
    "a string for a number": ("/improv/note_on", (1, -1, "c", 90)),
    "a number for a string": ("/improv/do", (1, 5)),
    "a fraction": ("/improv/note_on", (1, -1, 60.5, 90)),
    "a bool": ("/improv/note_on", (1, -1, 60, True)),
    "a blob": ("/improv/note_on", (1, -1, 60, b"abcd")),
    "nil": ("/improv/note_on", (1, -1, 60, None)),
    "an int64": ("/improv/note_on", (1, 2**40, 60, 90)),
    "a float beyond int32": ("/improv/note_on", (1, 2.0**31, 60, 90)),
    "an infinity": ("/improv/set", (1, "x", float("inf"))),
    "no number": ("/improv/set", (1, "x", float("nan"))),
    "a low pitch": ("/improv/note_off", (1, -1, -1)),
    "a high pitch": ("/improv/note_off", (1, -1, 128)),
    "a high velocity": ("/improv/note_on", (1, -1, 60, 128)),
    "a tick before time": ("/improv/note_on", (1, -2, 60, 90)),
    "a high controller": ("/improv/control", (1, -1, 128, 0)),
    "nobody": ("/improv/note_on", (0, -1, 60, 90)),
    "a player beyond": ("/improv/note_on", (65536, -1, 60, 90)),
    "a role": ("/improv/hello", (1, 1, "boss", 9200)),
    "nobody who plays": ("/improv/hello", (1, 0, "player", 9200)),
    "port 0": ("/improv/hello", (1, 1, "player", 0)),
    "a port beyond": ("/improv/hello", (1, 1, "player", 65536)),
    "a long string": ("/improv/do", (1, "x" * 65)),
    "a control character": ("/improv/do", (1, "a\nb")),
    "tempo 0": ("/improv/position", (*GOOD_POSITION[:3], 0.0, 1, 4, 4)),
    "tempo 2000": ("/improv/position", (*GOOD_POSITION[:3], 2000, 1, 4, 4)),
    "playing 2": ("/improv/position", (*GOOD_POSITION[:4], 2, 4, 4)),
    "0/4": ("/improv/position", (*GOOD_POSITION[:5], 0, 4)),
    "4/3": ("/improv/position", (*GOOD_POSITION[:5], 4, 3)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_in_the_protocol_is_refused(case: str) -> None:
    address, values = REFUSED[case]
    with pytest.raises(WireError) as caught:
        decode(python_osc(address, *values), "h")
    assert caught.value.reason == "bad_value"
    assert "\n" not in str(caught.value)


def nested(depth: int) -> bytes:
    packet = encode_event(Do(1, "panic"))
    for _ in range(depth):
        packet = bundle([packet], None)
    return packet


def test_bundles_may_be_nested_but_not_without_end() -> None:
    assert decode(nested(8), "h") == [Do(1, "panic")]
    for depth in (9, 3000):
        with pytest.raises(WireError):
            decode(nested(depth), "h")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"/",
        b"/\x80\0\0",
        b"/abc",
        b"abcd\0\0\0\0,\0\0\0",
        b"/a\0\0",
        b"/a\0\0ii\0\0",
        b"#bundle\0",
        b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\xff/a\0\0",
        b"#bundle\0\0\0\0\0\0\0\0\1\xff\xff\xff\xfc",
        b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\0",
        b"/improv/bye\0,i\0\0\0\0",
        b"/improv/bye\0,i\0\0\0\0\0\1\0\0\0\0",
        b"\0" * 1000,
    ],
)
def test_garbage_is_refused(packet: bytes) -> None:
    with pytest.raises(WireError):
        decode(packet, "h")


def only_wire_errors(packet: bytes) -> None:
    for read in (lambda data: decode(data, "h"), decode_message):
        heard: list[Any] = []
        with suppress(WireError):
            heard = read(packet)
        assert all(type(each) in EVENTS or each[1] is not None for each in heard)


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=EXAMPLES)
def test_random_bytes_raise_nothing_else(packet: bytes) -> None:
    only_wire_errors(packet)
    only_wire_errors(b"/improv/" + packet)
    only_wire_errors(b"#bundle\0" + packet)


@given(st.lists(ANY_EVENT, min_size=1, max_size=4), st.data())
@settings(deadline=None, max_examples=EXAMPLES)
def test_damaged_packets_raise_nothing_else(events: list[Any], data: st.DataObject) -> None:
    packed = [encode_event(event) for event in events]
    packet = bytearray(bundle(packed, None) if len(packed) > 1 else packed[0])
    for _ in range(data.draw(st.integers(1, 6))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    only_wire_errors(bytes(packet[: data.draw(st.integers(0, len(packet)))]))


@pytest.mark.parametrize(
    "item",
    [
        Cue("bass", 0, 0, 40, 90, 1),
        Cue("bass", 2**31, 1, 40, 90, 1),
        Cue("bass", 0, 1, 40, 0, 1),
        Value("x", float("nan")),
        Value("x", 1e39),
        Value("x", 2**31),
        Value("x", "a\0b"),
        Value("x", "\ud800"),
        Value("x", "y" * 257),
        Value("x", object()),
    ],
)
def test_what_we_may_not_send_is_refused(item: Any) -> None:
    with pytest.raises(WireError):
        encode(item)


def test_a_bool_travels_as_a_number() -> None:
    heard = decode(encode_event(Set(1, "loop", True)), "h")
    assert heard == [Set(1, "loop", 1)]
    assert next(unpack(encode_event(Set(1, "loop", True)))).values[2] is not True


def test_the_table_names_every_address_once() -> None:
    table, addresses = markdown(), [line.address for line in PROTOCOL]
    assert len(set(addresses)) == len(PROTOCOL)
    assert all(table.count(f"| `{address}` |") == 1 for address in addresses)
    assert "| `/improv/note_on` | i player (1..65535), i tick (-1..), i pitch (0..127), i velocity (0..127) |" in table
    assert "[i port (0..65535)]" in table
    assert "f or i or s value" in table
    assert all(line.meaning.endswith(".") for line in PROTOCOL)
