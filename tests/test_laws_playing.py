"""Laws of playing together: whatever is set, asked for and played, by several players on one transport that loops,
stops and changes its tempo, no note hangs, none comes late, and the machine's answers keep their bars.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.answerer import Ask, Tone
from bridge.engine.echo import Echo
from bridge.engine.jam import Jam
from bridge.engine.parameters import ACTIONS, MELODIES, MODES, PARAMETERS, Parameter
from bridge.engine.stage import NARROW
from bridge.engine.touch import FURTHEST
from bridge.generators.rules import RulesBand
from bridge.music.events import RESPONSE, Bye, Control, Do, Event, NoteOff, NoteOn, Output, Pace, Plan, Set
from bridge.music.timeline import PPQ
from tests.test_laws import _device
from tests.virtual import Host, cues, play

EXAMPLES = int(os.environ.get("IMPROV_EXAMPLES", "150")) // 5
Out = list[tuple[float, Output]]


class Restless(Echo):
    """A test mind: it composes chords, triplets and notes outside of what was asked for; sometimes it raises."""

    name = "restless"

    def __init__(self) -> None:
        self.asks: list[Ask] = []

    def ask(self, state: Any, ask: Ask) -> Any:
        self.asks.append(ask)
        if ask.key % 7 == 0:
            raise RuntimeError("speechless")
        return ask, -1

    def compose(self, state: Any) -> Any:
        ask, number = state
        if number == 5 and ask.key % 5 == 0:
            raise RuntimeError("lost")
        if number * 160 > ask.ticks + PPQ:
            return state, None
        pitch, tick = 60 + (ask.key + number * 5) % 30, ask.begin + number * 160
        tones = () if number % 4 == 3 else (Tone(tick, 300, pitch, 90), Tone(tick + 7, 9000, pitch + 4, 127))
        return (ask, number + 1), tones


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value that is allowed."""
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    if parameter.free:
        return st.sampled_from(["off", "swing", "panic", "nothing of that name"])
    if isinstance(parameter.default, int):
        return st.integers(int(parameter.low), int(parameter.high))
    return st.floats(parameter.low, parameter.high)


PLAYERS = st.integers(1, 3)
SETS = st.sampled_from(PARAMETERS).flatmap(lambda p: st.builds(Set, PLAYERS, st.just(p.name), values(p)))
MODE = st.builds(Set, PLAYERS, st.just("mode"), st.sampled_from([mode for mode in MODES if mode != "listen"]))
WISHES: st.SearchStrategy[Any] = st.one_of(
    SETS, SETS, MODE, st.builds(Do, PLAYERS, st.sampled_from([*ACTIONS])), st.builds(Bye, PLAYERS),
    st.builds(Control, PLAYERS, st.just(-1), st.sampled_from([1, 64]), st.integers(0, 127)),
    st.builds(Pace, st.sampled_from([0.5, 30.0, 200.0]), st.sampled_from([0.1, 2.0, 30.0])),
)  # fmt: skip
NOTES = st.lists(st.tuples(PLAYERS, st.floats(0, 0.99), st.floats(0.05, 2.0), st.integers(0, 127), st.integers(1, 127)),
                 max_size=6)  # fmt: skip
MOVES = st.one_of(
    st.tuples(st.just("run"), st.sampled_from([1.0, 1.0, 2.0, 4.0, 0.37]), NOTES),
    st.tuples(st.just("run"), st.just(4.0), NOTES),
    st.tuples(st.just("run"), st.just(8.0), NOTES),
    st.tuples(st.just("wish"), WISHES, st.just([])),
    st.tuples(st.just("wish"), WISHES, st.just([])),
    st.tuples(st.just("tempo"), st.sampled_from([20.0, 60.0, 133.0, 240.0, 999.0]), st.just([])),
    st.tuples(st.just("locate"), st.sampled_from([0, 1920, 3840, 777, 5]), st.just([])),
    st.tuples(st.just("meter"), st.sampled_from([(3, 4), (6, 8), (7, 8), (4, 4), (5, 32)]), st.just([])),
    st.tuples(st.just("stop"), st.sampled_from([0.1, 2.5]), st.just([])),
)  # fmt: skip
SCRIPTS = st.lists(MOVES, min_size=4, max_size=24)


@dataclass
class Performance:
    """A script for three players on one transport."""

    script: list[tuple[float, Event]]
    stops: list[tuple[float, float]]  # from when to when the transport stands
    until: float


def perform(moves: Sequence[tuple[str, Any, Any]]) -> Performance:
    """What the devices of three players say while their host does these moves."""
    host, stops = Host(every=0.1), list[tuple[float, float]]()
    script: list[tuple[float, Event]] = []
    for player, mode in ((1, "respond"), (2, "accompany+respond"), (3, "morph")):
        script += [(0.001, Set(player, "mode", mode)), (0.001, Set(player, "call_bars", player - 1))]
    opening = [(player, beat / 8, 0.9, 55 + 5 * player + beat, 80) for player in (1, 2, 3) for beat in range(8)]
    for kind, value, notes in [("run", 8.0, opening), *moves]:
        rate = host.tempo * PPQ / 60
        match kind:
            case "run":
                for player, at, beats, pitch, velocity in notes:
                    begin, tick = host.time + at * value * PPQ / rate, round(host.tick + at * value * PPQ)
                    script += [
                        (begin, NoteOn(player, tick, pitch, velocity)),
                        (begin + beats * PPQ / rate, NoteOff(player, tick + round(beats * PPQ), pitch)),
                    ]
                host.run(value)
            case "wish":
                script.append((host.time, value))
            case "tempo":
                host.tempo = value
            case "locate":
                host.locate(value)
            case "meter":
                host.meter = value
            case _:
                host.stop()
                stops.append((host.time, host.time + value))
                host.wait(value)
                host.at(playing=False)
    host.stop()
    stops.append((host.time, host.time + 4))
    for player in (1, 2, 3):
        for time, event in host.script:
            theirs = {name: getattr(event, name) for name in type(event).__slots__}
            more = {"port": 9000 + player} if "port" in theirs else {}
            script.append((time, type(event)(**{**theirs, "player": player, **more})))
    return Performance(script, stops, host.time + 3)


def jam(mind: Any = None, seed: int = 0) -> Jam:
    mind = mind or Restless()
    minds = dict.fromkeys((*MELODIES, "morph"), mind)
    return Jam(RulesBand(), answerers={**minds, "echo": Echo()}, seed=seed)


@settings(max_examples=EXAMPLES, deadline=None)
@given(SCRIPTS)
def test_no_note_hangs_none_is_late_and_all_are_notes(moves: list[Any]) -> None:
    played = perform(moves)
    out = play(jam(), played.script, played.until)
    for time, o, cue in cues(out):
        assert o.time is not None
        assert o.time >= time + NARROW
        assert {type(cue.tick), type(cue.ticks), type(cue.pitch), type(cue.velocity), type(o.tick)} == {int}
        assert cue.ticks >= 1
        assert 0 <= cue.pitch <= 127
        assert 1 <= cue.velocity <= 127
        assert 1 <= o.channel <= 16
    for _, o in out:
        if isinstance(o.message, Plan):
            assert 0 <= o.message.pitch <= 127
            assert 1 <= o.message.velocity <= 127
            assert o.time is None
    ons, offs = _device(out, played.until + 1e6)
    assert ons == offs


@settings(max_examples=EXAMPLES, deadline=None)
@given(SCRIPTS)
def test_nothing_is_sent_while_the_transport_stands(moves: list[Any]) -> None:
    played = perform(moves)
    out = play(jam(), played.script, played.until)
    for since, until in played.stops:
        assert not [cue for time, _, cue in cues(out) if since < time < until]


@settings(max_examples=EXAMPLES, deadline=None)
@given(SCRIPTS, st.integers(0, 2**31))
def test_the_same_script_and_seed_give_the_same(moves: list[Any], seed: int) -> None:
    first, second = perform(moves), perform(moves)
    assert play(jam(seed=seed), first.script, first.until) == play(jam(seed=seed), second.script, second.until)


def _steady(move: tuple[str, Any, Any]) -> bool:
    """Whether a move leaves responses where they are: no repetition, and no other bars for the swing to lean on."""
    kind, value, _ = move
    if kind in ("locate", "meter"):
        return False
    return not (isinstance(value, Set) and value.name == "loop") and not isinstance(value, Pace)


@settings(max_examples=EXAMPLES, deadline=None)
@given(SCRIPTS)
def test_a_response_keeps_its_bars(moves: list[Any]) -> None:
    played, mind = perform([move for move in moves if _steady(move)]), Restless()
    out = play(jam(mind), played.script, played.until)
    answers = [cue for _, _, cue in cues(out) if cue.voice == RESPONSE]
    spans = [(ask.begin, ask.begin + ask.ticks) for ask in mind.asks]
    for cue in answers:
        fits = [end for begin, end in spans if begin - FURTHEST <= cue.tick < end]
        assert fits, cue
        assert cue.tick + cue.ticks <= max(fits)
