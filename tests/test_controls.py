"""Controls: knobs, buttons and their learning, as a player's control changes meet the engine."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.engine.console import Desk
from bridge.engine.controls import MODE_MESSAGES, PLAYERS, Controls, Target, check_number, target
from bridge.engine.jam import Jam
from bridge.engine.parameters import ACTIONS, PARAMETERS
from bridge.engine.presets import Presets
from bridge.generators.rules import RulesBand
from bridge.music.errors import WireError
from bridge.music.events import Control, Do, Event, Get, Output, Set, Silence, State, Value
from tests.virtual import Host, hello, play

PRESETS = Presets({"verse": {"swing": 0.2}, "chorus": {"swing": 0.7}})


def jam(common: dict[int, str] | None = None, controls: Controls | None = None) -> Jam:
    bound = {number: target(text, PRESETS) for number, text in (common or {}).items()}
    engine = Jam(RulesBand(), desk=Desk(PRESETS, controls or Controls(bound)))
    play(engine, [(0.0, hello(1)), (0.0, hello(2, port=9002))])
    return engine


def told(out: list[tuple[float, Output]]) -> list[tuple[str, float | int | str]]:
    return [(o.message.name, o.message.value) for _, o in out if isinstance(o.message, Value)]


def does(engine: Jam, *events: Event) -> list[tuple[float, Output]]:
    """What comes of events within the first second, the transport standing."""
    return play(engine, [(0.1 + i / 10_000, event) for i, event in enumerate(events)])


def knob(number: int, *values: int, player: int = 1) -> list[Control]:
    return [Control(player, -1, number, value) for value in values]


def test_a_knob_spans_its_parameters_range() -> None:
    engine = jam({20: "temperature", 21: "bass_register", 22: "mode", 23: "loop", 24: "preset"})
    out = does(engine, *knob(20, 0, 127), *knob(21, 0, 64, 127), *knob(22, 0, 127), *knob(23, 63, 64, 127, 0))
    assert told(out) == [
        ("temperature", 0.0), ("temperature", 2.0), ("bass_register", -2), ("bass_register", 0), ("bass_register", 2),
        ("mode", "accompany"), ("mode", "listen"), ("loop", 0), ("loop", 1), ("loop", 0),
    ]  # fmt: skip
    assert told(does(engine, *knob(24, 0, 60, 127)))[-1] == ("preset", "chorus")


def test_a_flood_is_answered_only_where_what_it_means_changes() -> None:
    engine = jam({22: "mode", 23: "loop"})
    sweep = [value for value in range(128) for _ in range(20)]
    modes = [value for name, value in told(does(engine, *knob(22, *sweep))) if name == "mode"]
    assert modes == ["accompany", "respond", "morph", "accompany+respond", "accompany+morph", "listen"]
    assert told(does(engine, *knob(23, *[127] * 500))) == [("loop", 1)]
    assert engine.drops == 0


def test_an_action_is_carried_out_once_a_press() -> None:
    engine = jam({30: "panic"})
    out = does(engine, *knob(30, 20, 70, 127, 90, 63, 10, 64))
    assert len([o for _, o in out if isinstance(o.message, Silence) and o.player == 1]) == 2
    assert len([o for _, o in out if isinstance(o.message, State)]) == 2, "an action is answered by the state"
    assert told(out) == []


def test_a_button_sets_a_value_and_another_button_another() -> None:
    engine = jam({40: "preset:verse", 41: "preset:chorus", 42: "mode:listen"})
    out = does(engine, *knob(41, 127, 0), *knob(40, 127, 0), *knob(41, 100, 0), *knob(42, 63, 64))
    assert told(out) == [
        ("swing", 0.7), ("preset", "chorus"), ("swing", 0.2), ("preset", "verse"), ("swing", 0.7), ("preset", "chorus"),
        ("mode", "listen"),
    ]  # fmt: skip


def test_presets_switch_by_a_button_while_the_band_plays() -> None:
    host = Host().tune([60, 62, 64, 65] * 4).stop()
    engine = Jam(RulesBand(), desk=Desk(PRESETS, Controls({40: Target("preset", "chorus")})))
    out = play(engine, [*host.script, (5.0, Control(1, -1, 40, 127))], host.time)
    assert [time for time, o in out if o.message == Value("preset", "chorus")] == [5.0]
    assert engine.sessions[1].settings.number("swing") == 0.7
    assert engine.late == 0


def test_learning_binds_the_next_control_that_is_moved() -> None:
    engine = jam()
    out = does(engine, Set(1, "learn", "temperature"), *knob(21, 64), *knob(21, 127))
    assert told(out) == [
        ("learn", "temperature"), ("learn", "off"), ("bound_temperature", 21), ("temperature", 2.0)
    ]  # fmt: skip
    assert told(does(engine, *knob(22, 5))) == [], "the second control is bound to nothing"


def test_who_learns_is_one_player() -> None:
    engine = jam({20: "swing"})
    theirs = knob(20, 127, player=2)
    out = does(engine, Set(1, "learn", "panic"), *knob(20, 5, player=2), *knob(20, 127), *theirs, Get(2, "learn"))
    assert told(out)[:2] == [("learn", "panic"), ("swing", pytest.approx(5 / 127))]
    assert told(out)[2:5] == [("learn", "off"), ("bound_swing", -1), ("bound_panic", 20)]
    assert told(out)[5:] == [("swing", 1.0), ("learn", "off")]


def test_the_press_that_is_learnt_does_not_act_and_the_next_one_does() -> None:
    engine = jam()
    out = does(engine, Set(1, "learn", "panic"), *knob(30, 127, 0))
    assert [o for _, o in out if isinstance(o.message, Silence)] == []
    assert [o.player for _, o in does(engine, *knob(30, 127)) if isinstance(o.message, Silence)] == [1]


def test_learning_anew_moves_the_target_and_replaces_what_the_control_did() -> None:
    engine = jam({20: "temperature", 21: "swing"})
    does(engine, Set(1, "learn", "temperature"), *knob(21, 5))
    assert told(does(engine, Get(1, "controls"))) == [("controls", 1), ("bound_temperature", 21)]
    does(engine, Set(1, "learn", "mutate"), *knob(30, 5), Set(1, "learn", "temperature"), *knob(31, 5))
    assert told(does(engine, Get(1, "controls"), Get(1, "bound_temperature"), Get(1, "bound_swing"))) == [
        ("controls", 3), ("bound_swing", 21), ("bound_mutate", 30), ("bound_temperature", 31),
        ("bound_temperature", 31), ("bound_swing", 21),
    ]  # fmt: skip
    assert told(does(engine, Get(2, "controls")))[1:] == [("bound_temperature", 20), ("bound_swing", 21)]


def test_learning_can_be_called_off() -> None:
    engine = jam({20: "swing"})
    out = does(engine, Set(1, "learn", "temperature"), Set(1, "learn", "off"), *knob(20, 127))
    assert told(out) == [("learn", "temperature"), ("learn", "off"), ("swing", 1.0)]


def test_mode_messages_and_the_pedal_are_never_learnt() -> None:
    engine = jam()
    flood = [event for number in (64, *range(MODE_MESSAGES, 128)) for event in knob(number, 127, 0)]
    assert told(does(engine, Set(1, "learn", "panic"), *flood, *knob(119, 1))) == [
        ("learn", "panic"), ("learn", "off"), ("bound_panic", 119)
    ]  # fmt: skip
    assert check_number(64) == 64, "a file may say it"
    for number in (-1, MODE_MESSAGES, 127):
        with pytest.raises(WireError, match="0 to 119"):
            check_number(number)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("temprature", "did you mean 'temperature'"),
        ("panik", "did you mean 'panic'"),
        ("learn", "not to 'learn'"),
        ("learn:swing", "not to 'learn:swing'"),
        ("denominator", "bind a value of it, such as denominator:4"),
        ("mode:solo", "mode is one of"),
        ("preset:bridge", "there are: off, verse, chorus"),
        ("swing:much", "swing is a number from 0 to 1"),
        ("panic:1", "not to 'panic:1'"),
        ("", "not to ''"),
    ],
)
def test_what_cannot_be_bound_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(WireError, match=said):
        target(text, PRESETS)
    engine = jam()
    out = does(engine, Set(1, "learn", text), *knob(20, 5), Get(1, "learn"))
    assert told(out) == [("learn", "off")]
    assert engine.drops == 1


def test_every_target_reads_back_as_it_is_written() -> None:
    names = [each.name for each in PARAMETERS if each.name not in ("learn", "denominator")]
    for text in (*names, *ACTIONS, "mode:accompany+respond", "denominator:8", "temperature:0.25", "preset:verse"):
        assert str(target(text, PRESETS)) == text
        for value in range(128):
            meant = target(text, PRESETS).meaning(value, PRESETS)
            assert text in ACTIONS or ":" in text or text == "preset" or _fits(text, meant)


def _fits(name: str, value: float | int | str) -> bool:
    return next(each for each in PARAMETERS if each.name == name).check(value) == value


def test_what_is_remembered_of_players_has_an_end() -> None:
    controls = Controls()
    for player in range(1, PLAYERS + 50):
        controls.bind(player, 20, 0, Target("swing"))
    assert len(controls.learned()) == PLAYERS
    assert controls.turn(Control(PLAYERS + 49, -1, 20, 127), PRESETS) == Set(PLAYERS + 49, "swing", 1.0)
    assert controls.turn(Control(1, -1, 20, 127), PRESETS) is None, "the first to learn is forgotten"


CLOCKS = ("tempo", "link")  # a host's own: told so, where one leads
ABSENT = ("model",)  # this jam has none but the echo: refused in words
TARGETS = [each.name for each in PARAMETERS if each.name not in ("learn", "denominator", *CLOCKS, *ABSENT)]
TARGETS += ["panic", "mode:listen", "preset:verse", "denominator:8", "off"]
MOVES: st.SearchStrategy[Any] = st.one_of(
    st.builds(Control, st.integers(1, 2), st.just(-1), st.integers(0, 127), st.integers(0, 127)),
    st.builds(Control, st.just(1), st.just(-1), st.sampled_from([20, 21]), st.integers(0, 127)),
    st.builds(Set, st.integers(1, 2), st.just("learn"), st.sampled_from(TARGETS)),
    st.builds(Set, st.integers(1, 2), st.just("preset"), st.sampled_from(["off", "verse", "chorus"])),
)


@given(st.lists(MOVES, max_size=60))
def test_whatever_is_moved_and_learnt_nothing_is_refused_and_every_value_fits(moves: list[Event]) -> None:
    engine = jam({20: "temperature", 21: "preset"})
    out = does(engine, *moves)
    assert engine.drops == 0
    assert len(out) < 30 * (len(moves) + 1)
    for player, session in engine.sessions.items():
        for each in PARAMETERS:
            assert each.check(session.settings.values[each.name]) == session.settings.values[each.name]
        bound = list(engine.desk.controls.bindings(player).values())
        assert len(set(bound)) == len(bound), "a target hangs on one control"


def test_bindings_that_were_learnt_before_are_there_again() -> None:
    engine = jam(controls=Controls({20: Target("swing")}, {1: {21: Target("panic")}}))
    assert told(does(engine, Get(1, "controls")))[1:] == [("bound_swing", 20), ("bound_panic", 21)]
    assert engine.desk.controls.turn(Control(1, -1, 21, 64), PRESETS) == Do(1, "panic")
    assert engine.desk.controls.learned() == {1: {21: Target("panic")}}
