"""The tie between a device and its engine: every state is shown, and silent where it is not `Connected`."""

import pytest

from bridge.io.wire import encode
from bridge.music.events import ERRORS, Bye, Error, Hello, NoteOn, Set, Welcome
from tests.maxstudio import Studio
from tests.test_max_play import TUNE, began, shown


def test_an_engine_that_dies_is_shown_and_silent_within_three_seconds() -> None:
    studio = Studio()
    improv = studio.improv()
    began(studio, improv)
    studio.kill()
    died = studio.now
    studio.run(3.1)
    assert shown(improv) == "Engine lost"
    assert improv.held() == set()
    assert max(when for when, _, _ in improv.notes()) < died + 3.1
    studio.heard.clear()
    studio.revive(generation=100)
    improv.move("Temperature", 1.25)
    studio.run(2.5)
    assert shown(improv) == "Connected"
    said = {event.name: event.value for event in studio.got(Set)}
    assert said["temperature"] == 1.25
    assert studio.jam is not None
    assert studio.jam.sessions[1].settings.number("temperature") == 1.25
    studio.play(improv, TUNE * 3)
    assert [cue for cue in studio.cues(9101) if cue.generation >= 100]
    assert improv.held()


def test_an_engine_that_is_another_before_it_was_missed_gets_all_settings_again() -> None:
    studio = Studio()
    improv = studio.improv()
    improv.move("Genre", 5)
    studio.run(1.0)
    studio.revive(generation=50)
    studio.run(2.5)
    assert shown(improv) == "Connected"
    assert studio.jam is not None
    assert studio.jam.sessions[1].settings.word("genre") == "jazz"


def test_two_copies_with_one_slot() -> None:
    studio = Studio()
    first = studio.improv()
    studio.run(1.0)
    second = studio.improv()
    studio.run(4.0)
    assert (shown(first), shown(second)) == ("Connected", "Slot in use")
    studio.heard.clear()
    second.play(0x90, 60, 90)
    second.play(0x80, 60, 0)
    studio.run(4.0)
    assert len(studio.got(NoteOn)) == 0, "a copy without a seat speaks for the player"
    second.move("Slot", 2)
    studio.run(0.5)
    assert (shown(first), shown(second)) == ("Connected", "Connected")
    assert {event.port for event in studio.got(Hello)} == {9101, 9102}


def test_a_slot_whose_owner_is_removed_is_free() -> None:
    studio = Studio()
    first, second = studio.improv(), studio.improv()
    studio.run(5.0)
    assert {shown(first), shown(second)} == {"Connected", "Slot in use"}
    owner, other = (first, second) if shown(first) == "Connected" else (second, first)
    owner.remove()
    studio.run(6.0)
    assert studio.got(Bye)
    assert shown(other) == "Connected"


def test_a_player_that_somebody_else_plays() -> None:
    studio = Studio()
    assert studio.jam is not None
    studio.jam.receive(Hello(1, 1, "player", 9999, "127.0.0.1", 7), 0.0)
    improv = studio.improv()
    studio.run(0.5)
    assert shown(improv) == "Slot in use"
    studio.run(6.0)
    assert shown(improv) == "Connected", "the other never said hello again"


@pytest.mark.parametrize("message", [Error(3, "bad_version"), Welcome(2, 1, 1)])
def test_another_version_is_shown_and_silent(message: Error | Welcome) -> None:
    studio = Studio()
    improv = studio.improv()
    began(studio, improv)
    studio.kill()
    studio._deliver(encode(message), 9101)
    studio.run(0.1)
    assert shown(improv) == "Wrong version"
    assert improv.held() == set()


@pytest.mark.parametrize("reason", sorted(ERRORS))
def test_every_error_is_shown(reason: str) -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(0.5)
    studio.kill()
    before = dict(improv.shown)
    said: list[bytes] = []
    studio.machine.network.engine = lambda data, source: said.append(data)
    studio._deliver(encode(Error(ERRORS[reason], reason)), 9101)
    studio.run(0.1)
    changed = {box: words for box, words in improv.shown.items() if before.get(box) != words}
    if reason == "unknown_player":
        assert any(b"/improv/hello" in data for data in said), "who is not known says hello"
    else:
        assert changed, f"{reason} is not shown"
