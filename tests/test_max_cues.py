"""Single messages to and from the devices: which cues count, how notes end, what passes through, what controls say."""

import pytest

from bridge.io.wire import encode
from bridge.music.events import BASS, Control, Cue, Do, NoteOn, Set, Silence
from tests.maxstudio import Studio


def test_muted_input_is_heard_but_not_passed_on() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(0.5)
    improv.play(0x90, 50, 80)
    improv.move("Mute Input", 1)
    improv.play(0x90, 52, 80)
    improv.play(0x80, 50, 0)
    improv.play(0x80, 52, 0)
    studio.run(0.1)
    assert [(pitch, velocity) for _, pitch, velocity in improv.notes()] == [(50, 80), (50, 0), (52, 0)]
    assert [event.pitch for event in studio.got(NoteOn)] == [50, 52, 50, 52]
    assert studio.jam is not None
    assert studio.jam.sessions[1].settings.number("mute_input") == 1


def test_all_but_notes_passes_untouched_and_controllers_are_told() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(0.5)
    data = [0xE3, 0x12, 0x34, 0xB2, 64, 127, 0xC1, 5, 0xD4, 70, 0xA0, 60, 3]
    improv.play(*data)
    studio.run(0.1)
    assert [byte for _, byte in improv.midi] == data
    assert [(event.number, event.value) for event in studio.got(Control)] == [(64, 127)]


def test_notes_keep_their_channel() -> None:
    studio = Studio()
    improv = studio.improv()
    improv.play(0x95, 60, 90)
    assert [byte for _, byte in improv.midi] == [0x95, 60, 90]


def test_only_the_newest_generation_counts() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(1.0)
    studio.host(playing=True)
    studio.run(1.0)
    studio.kill()
    tick = int(studio.machine.transport.where(studio.now))
    say = studio._deliver
    say(encode(Cue(BASS, tick + 480, 480, 40, 90, 5)), 9101)
    say(encode(Cue("accompaniment", tick + 480, 480, 50, 90, 5)), 9101)
    say(encode(Silence(BASS, 6)), 9101)
    say(encode(Cue(BASS, tick + 480, 480, 41, 90, 5)), 9101)
    say(encode(Cue(BASS, tick + 480, 480, 42, 90, 6)), 9101)
    say(encode(Silence("all", 4)), 9101)
    studio.run(0.6)
    assert sorted(improv.held()) == [42, 50]
    say(encode(Silence("all", 6)), 9101)
    assert improv.held() == set()


def test_a_bass_is_one_voice() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(1.0)
    studio.host(playing=True)
    studio.run(1.0)
    tick = int(studio.machine.transport.where(studio.now))
    for step, pitch in enumerate((40, 43)):
        studio._deliver(encode(Cue(BASS, tick + 240 + 240 * step, 960, pitch, 90, 9)), 9101)
    studio.run(0.6)
    assert improv.held() == {43}


@pytest.mark.parametrize("mode", ["0", "1"])
def test_a_repeated_note_does_not_hang_however_max_repeats_it(mode: str) -> None:
    studio = Studio()
    studio.machine.settings["repeatmode"] = mode
    improv = studio.improv()
    studio.run(1.0)
    studio.host(playing=True)
    studio.run(1.0)
    tick = int(studio.machine.transport.where(studio.now))
    for step in range(4):
        studio._deliver(encode(Cue("accompaniment", tick + 120 * step, 480, 50, 90, 9)), 9101)
    studio.run(0.4)
    assert improv.held() == {50}
    studio.run(1.0)
    assert improv.held() == set()


def test_a_cue_that_comes_far_too_late_or_to_a_standing_transport_is_not_played() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(1.0)
    studio._deliver(encode(Cue(BASS, 0, 480, 40, 90, 9)), 9101)
    studio.host(playing=True)
    studio.run(1.0)
    studio._deliver(encode(Cue(BASS, 100, 480, 41, 90, 9)), 9101)
    studio.run(1.0)
    assert improv.notes() == []


def test_buttons_ask_and_menus_say_the_engines_words() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(0.5)
    studio.heard.clear()
    improv.move("Panic")
    improv.move("End Call")
    improv.move("Mode", 1)
    improv.move("Lookahead", 120.4)
    improv.move("Play Here", 2)
    studio.run(0.1)
    assert [event.action for event in studio.got(Do)] == ["panic", "end_call"]
    said = [(event.name, event.value) for event in studio.got(Set)]
    assert said == [("mode", "respond"), ("lookahead_ms", 120)]
    assert studio.jam is not None
    assert studio.jam.sessions[1].settings.word("mode") == "respond"
