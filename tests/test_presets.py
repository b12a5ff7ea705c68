"""Presets: checked when loaded, taken as a whole, put back by `off`; what players begin with."""

import pytest

from bridge.engine.console import Desk
from bridge.engine.jam import Jam
from bridge.engine.parameters import BY_NAME, PARAMETERS
from bridge.engine.presets import ASKED, LONGEST, Presets, check_name, checked, fitted, spelt
from bridge.generators.rules import RulesBand
from bridge.music.errors import WireError
from bridge.music.events import ERRORS, Error, Event, Get, Output, Set, Silence, State, Value
from tests.virtual import Host, hello, play

NAMED = {
    "ballad": checked({"swing": 0.6, "genre": "jazz", "temperature": 0.3}),
    "bare": checked({"swing": 0.2, "accompaniment": 0}),
}


def told(out: list[tuple[float, Output]]) -> list[tuple[str, float | int | str]]:
    return [(o.message.name, o.message.value) for _, o in out if isinstance(o.message, Value)]


def jam(presets: Presets | None = None) -> Jam:
    return Jam(RulesBand(), desk=Desk(presets or Presets(NAMED)))


def asked(engine: Jam, *wishes: Event) -> list[tuple[float, Output]]:
    """What player 1 hears of its wishes, with the transport standing."""
    player = getattr(wishes[0], "player", 1)
    play(engine, [(0.0, hello(player, port=9000 + player))])
    return play(engine, [(0.1 + i / 100, wish) for i, wish in enumerate(wishes)])


def test_a_preset_is_a_set_of_each_of_its_parameters_in_the_tables_order() -> None:
    engine = jam()
    out = asked(engine, Set(1, "preset", "ballad"))
    assert told(out) == [("temperature", 0.3), ("genre", "jazz"), ("swing", 0.6), ("preset", "ballad")]
    settings = engine.sessions[1].settings
    assert (settings.number("temperature"), settings.word("genre"), settings.word("preset")) == (0.3, "jazz", "ballad")


def test_a_preset_that_switches_the_chords_off_silences_them() -> None:
    out = asked(jam(), Set(1, "preset", "bare"))
    assert [o.message.voice for _, o in out if isinstance(o.message, Silence)] == ["accompaniment"]


def test_a_preset_changes_what_it_names_and_nothing_else() -> None:
    engine = jam()
    asked(engine, Set(1, "feel", 0.5), Set(1, "preset", "ballad"), Set(1, "preset", "bare"))
    settings = engine.sessions[1].settings
    assert (settings.number("feel"), settings.word("genre"), settings.number("swing")) == (0.5, "jazz", 0.2)


def test_off_puts_back_what_the_last_preset_changed_and_keeps_the_rest() -> None:
    presets = Presets(NAMED, [(0, {"swing": 0.4}), (1, {"genre": "folk"})], {"temperature": 0.7})
    engine = jam(presets)
    out = asked(engine, Set(1, "feel", 0.5), Set(1, "preset", "ballad"), Set(1, "preset", "off"))
    assert told(out)[-4:] == [("temperature", 0.7), ("genre", "folk"), ("swing", 0.4), ("preset", "off")]
    assert engine.sessions[1].settings.number("feel") == 0.5
    assert told(asked(engine, Set(1, "preset", "off"))) == [("preset", "off")], "there is nothing to put back"


def test_an_unknown_preset_changes_nothing_and_is_refused() -> None:
    engine = jam()
    out = asked(engine, Set(1, "preset", "balad"), Set(1, "preset", 3), Get(1, "preset"))
    assert [o.message for _, o in out if isinstance(o.message, Error)] == [Error(ERRORS["bad_value"], "bad_value")] * 2
    assert told(out) == [("preset", "off")]
    assert engine.drops == 2
    with pytest.raises(WireError, match=r"there are: off, ballad, bare; did you mean 'ballad'\?"):
        engine.desk.presets.check("balad")


def test_a_preset_is_taken_by_one_player_alone_but_for_what_belongs_to_the_jam() -> None:
    engine = jam(Presets({"waltz": checked({"numerator": 3, "swing": 0.5})}))
    play(engine, [(0.0, hello(2, port=9002))])
    asked(engine, Set(1, "preset", "waltz"))
    one, two = engine.sessions[1].settings, engine.sessions[2].settings
    assert (one.number("swing"), two.number("swing")) == (0.5, 0.0)
    assert [each.number("numerator") for each in (one, two, engine.settings)] == [3, 3, 3]


def test_presets_are_listed_with_their_number_first() -> None:
    assert told(asked(jam(), Get(1, "presets"))) == [
        ("presets", 3), ("preset_named", "off"), ("preset_named", "ballad"), ("preset_named", "bare")
    ]  # fmt: skip


def test_layers_lie_over_each_other_and_the_last_that_names_a_preset_decides() -> None:
    layers = [
        (0, {"temperature": 0.5, "preset": "ballad"}),
        (2, {"swing": 0.9, "preset": "bare"}),
        (0, {"feel": 0.1}),
        (2, {"feel": 0.2, "numerator": 3}),
    ]
    presets = Presets(NAMED, layers, {"temperature": 0.8, "level": 0.5})
    assert presets.beginning(1) == {
        "temperature": 0.5, "level": 0.5, "preset": "ballad", "swing": 0.6, "genre": "jazz", "feel": 0.1
    }  # fmt: skip
    two = presets.beginning(2)
    assert two == {"temperature": 0.5, "level": 0.5, "preset": "bare", "swing": 0.9, "accompaniment": 0, "feel": 0.2}
    assert Presets(NAMED, [(0, {"preset": "ballad"}), (1, {"preset": "off"})]).beginning(1) == {"preset": "off"}


def test_a_player_begins_with_what_was_configured_for_it() -> None:
    engine = jam(Presets(NAMED, [(0, {"feel": 0.4}), (2, {"preset": "ballad"})]))
    play(engine, [(0.0, hello(1)), (0.0, hello(2, port=9002))])
    one, two = engine.sessions[1].settings, engine.sessions[2].settings
    assert [(each.number("feel"), each.number("swing"), each.word("preset")) for each in (one, two)] == [
        (0.4, 0.0, "off"), (0.4, 0.6, "ballad")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "became"),
    [
        ("loop", True, 1), ("swing_grid", 16, "16"), ("temperature", 1, 1.0), ("key", "F#", "F#"), ("call_bars", 4.0, 4)
    ],
)  # fmt: skip
def test_values_from_a_file_get_their_parameters_type(name: str, value: object, became: object) -> None:
    found = fitted(name, value)
    assert (found, type(found)) == (became, type(became))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("temprature", 1, "there is no parameter 'temprature'; did you mean 'temperature'"),
        ("temperature", 3, "temperature is a number from 0 to 2, not 3"),
        ("temperature", True, "temperature is no switch: true does not fit"),
        ("key", False, "key is no switch: false does not fit"),
        ("call_bars", True, "call_bars is no switch"),
        ("mode", "solo", "mode is one of accompany, respond"),
        ("denominator", 5, "denominator is 1, 2, 4, 8, 16 or 32"),
        ("swing", [0.1], r"swing is one number or one word, not \[0.1\]"),
        ("preset", "ballad", "preset cannot stand in a preset"),
        ("learn", "swing", "learn cannot stand in a preset"),
        ("swing", float("nan"), "swing is a number from 0 to 1, not nan"),
    ],
)
def test_what_does_not_fit_says_what_is_allowed(name: str, value: object, said: str) -> None:
    with pytest.raises(WireError, match=said):
        checked({"feel": 0.5, name: value})


def test_words_of_a_command_line_are_numbers_where_numbers_are_meant() -> None:
    found = [spelt("swing_grid", "16"), spelt("call_bars", "4"), spelt("level", "1"), spelt("swing", ".5")]
    assert found == ["16", 4, 1.0, 0.5]
    assert [type(each) for each in found] == [str, int, float, float]
    for name, text in (("call_bars", "4.5"), ("swing", "much"), ("swing", "inf"), ("nothing", "1")):
        with pytest.raises(WireError, match=name):
            spelt(name, text)


@pytest.mark.parametrize("name", ["off", "", "a:b", "x" * (LONGEST + 1), "a\nb"])
def test_some_names_cannot_be_a_presets(name: str) -> None:
    check_name("Verse 1")
    with pytest.raises(WireError, match="cannot be a preset's name"):
        check_name(name)


def test_every_parameter_but_those_that_are_asked_for_can_stand_in_a_preset() -> None:
    whole = {each.name: each.default for each in PARAMETERS if each.name not in ASKED}
    assert checked(dict(reversed(whole.items()))) == whole
    assert list(checked(dict(reversed(whole.items())))) == [each for each in BY_NAME if each in whole]


def test_a_presets_mode_waits_for_the_bar_line_and_the_rest_does_not() -> None:
    """120 bpm in 4/4: bars of two seconds; the preset is asked for in the third bar."""
    host = Host().tune([60, 62, 64, 65] * 4).stop()
    engine = jam(Presets({"trading": checked({"mode": "respond", "response_level": 0.5})}))
    out = play(engine, [*host.script, (4.5, Set(1, "preset", "trading"))], host.time)
    assert [(time, *value) for time, value in zip([4.5] * 3, told(out), strict=True)] == [
        (4.5, "mode", "respond"), (4.5, "response_level", 0.5), (4.5, "preset", "trading")
    ]  # fmt: skip
    modes = [(time, o.message.mode) for time, o in out if isinstance(o.message, State) and time > 4.0]
    changed = next(time for time, mode in modes if mode == "respond")
    assert 6.0 - 0.15 < changed <= 6.0, "decided a lookahead before the bar line"
    assert {mode for time, mode in modes if time < changed} <= {"accompany"}
