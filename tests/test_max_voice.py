"""Improv Voice on another track, and the abstractions for Max: the same parts, the same laws."""

import pytest

from bridge.io.wire import encode
from bridge.music.events import BASS, Cue, Hello, NoteOn, Set
from tests.maxmachine import Loaded
from tests.maxstudio import ROOT, Studio
from tests.test_max_play import LATE, TUNE, agree, expected, shown, strikes

PACKAGE = ROOT / "max_patches" / "improv"


@pytest.mark.parametrize("shuffled", [None, 1, 2])
def test_a_bass_on_its_own_track_is_on_time_though_its_device_came_later(shuffled: int | None) -> None:
    studio = Studio(shuffled=shuffled)
    improv = studio.improv(**{"Play Here": 1})
    studio.run(1.0)
    start = studio.now
    studio.host(playing=True, loop=(0.0, 2 * 1920.0))
    studio.play(improv, TUNE * 3)
    voice = studio.voice(Voice=2)
    came = studio.now
    studio.play(improv, TUNE * 5)
    assert shown(voice) == "Connected"
    bass = [cue for cue in studio.cues(9117) if cue.voice == BASS and start + cue.tick / 960 > came + 0.1]
    assert len(bass) > 5
    agree(strikes(voice, [0]), expected(bass, start, studio.now - LATE, [0]))
    assert {pitch for _, pitch in strikes(improv, [0])}.isdisjoint({cue.pitch for cue in bass} - set(TUNE))
    studio.host(playing=False)
    studio.run(0.1)
    assert voice.held() == set()


def test_a_voice_without_its_players_device_says_so_and_is_silent() -> None:
    studio = Studio()
    improv = studio.improv()
    voice = studio.voice(player=2)
    studio.run(1.0)
    assert (shown(improv), shown(voice)) == ("Connected", "No Improv with this player")
    voice.move("Player", 1)
    studio.run(3.0)
    assert shown(voice) == "Connected"
    studio.host(playing=True)
    studio.play(improv, TUNE * 3)
    studio.run(0.3)
    assert voice.held()
    improv.remove()
    studio.run(3.1)
    assert shown(voice) == "No Improv with this player"
    assert voice.held() == set()


def test_a_voice_whose_engine_dies() -> None:
    studio = Studio()
    improv, voice = studio.improv(), studio.voice()
    studio.run(1.0)
    studio.host(playing=True)
    studio.play(improv, TUNE * 3)
    studio.run(0.3)
    assert voice.held()
    studio.kill()
    studio.run(3.1)
    assert (shown(improv), shown(voice)) == ("Engine lost", "Engine lost")
    assert (improv.held(), voice.held()) == (set(), set())


def test_two_voices_with_one_slot_and_a_voice_passes_its_tracks_midi_on() -> None:
    studio = Studio()
    first, second = studio.voice(), studio.voice()
    studio.run(5.0)
    assert sorted(map(shown, (first, second))) == ["No Improv with this player", "Slot in use"]
    second.move("Slot", 2)
    studio.run(0.5)
    assert {event.port for event in studio.got(Hello)} == {9117, 9118}
    first.play(0xE0, 1, 2, 0x90, 60, 90)
    assert [byte for _, byte in first.midi] == [0xE0, 1, 2, 0x90, 60, 90]


def load(studio: Studio, place: str) -> Loaded:
    return studio.machine.load((PACKAGE / place).read_text(encoding="utf-8"))


@pytest.mark.parametrize("shuffled", [None, 1, 2])
def test_the_example_plays_by_itself(shuffled: int | None) -> None:
    studio = Studio(shuffled=shuffled)
    patch = load(studio, "examples/improv_plays.maxpat")
    studio.run(1.0)
    toggle = patch.of("toggle")[0]
    start = studio.now
    toggle.receive(0, (1,))
    studio.run(10.0)
    assert [event.pitch for event in studio.got(NoteOn) if event.velocity][:9] == [
        60, 64, 67, 72, 71, 67, 65, 62, 60]  # fmt: skip
    assert studio.refused == []
    tune = [60, 64, 67, 72, 71, 65, 62]
    cues = studio.cues(9101)
    assert {cue.voice for cue in cues} == {"accompaniment", "bass"}
    agree(strikes(patch, tune), expected(cues, start, studio.now - LATE, tune))
    toggle.receive(0, (0,))
    studio.run(0.5)
    assert patch.held() == set()


def test_help_patches_ask_and_play() -> None:
    studio = Studio()
    client, voice = load(studio, "help/improv.client.maxhelp"), load(studio, "help/improv.voice.maxhelp")
    clock = load(studio, "help/improv.clock.maxhelp")
    studio.run(3.0)
    for obj in client.of("message"):
        if obj.box.get("text", "").startswith("set temperature"):
            obj.receive(0, ("bang",))
    studio.run(0.1)
    assert [(event.name, event.value) for event in studio.got(Set)] == [
        ("temperature", pytest.approx(0.8))]  # fmt: skip
    client.of("toggle")[0].receive(0, (1,))
    studio.run(0.5)
    tick = int(studio.machine.transport.where(studio.now))
    for port in (9101, 9117):
        studio._deliver(encode(Cue(BASS, tick + 240, 240, 40, 90, 3)), port)
    studio.run(0.4)
    assert (client.held(), voice.held()) == ({40}, {40})
    studio.run(1.0)
    assert (client.held(), voice.held()) == (set(), set())
    del clock
