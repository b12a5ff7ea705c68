"""The devices as committed, run in the machine against the real engine: notes in, notes out on time, and every way to
stop.
"""

from itertools import pairwise

import pytest

from bridge.engine.jam import Jam
from bridge.generators.rules import RulesBand
from bridge.io.wire import encode
from bridge.music.events import BASS, Chord, Cue, NoteOn, Position
from tests.max_graph import PATCHES, boxes
from tests.maxmachine import Loaded
from tests.maxstudio import Studio

TUNE = [60, 64, 67, 72]
LATE = 0.002  # seconds by which a note may miss its tick
SECOND = 960  # ticks at 120


LABELS = {box["varname"]: box for _, box in boxes(PATCHES["Improv"]) if box["maxclass"] == "live.comment"
          and "varname" in box}  # fmt: skip


def shown(loaded: Loaded) -> str:
    """What the device says of its tie."""
    texts = [" ".join(map(str, words)) for words in loaded.shown.values()]
    states = ("Connected", "Waiting", "Slot in use", "Wrong", "Engine lost", "No Improv")
    return next((text for text in texts if text.startswith(states)), "Waiting for the engine")


def began(studio: Studio, loaded: Loaded, bars: int = 4) -> float:
    """Connects, starts the transport, plays; the second at which it started."""
    studio.run(1.0)
    start = studio.now
    studio.host(playing=True)
    studio.play(loaded, TUNE * bars)
    studio.run(0.3)
    return start


def strikes(loaded: Loaded, thru: list[int] | None = None) -> list[tuple[float, int]]:
    """Notes that the band played: what came out, less what went through."""
    return [(when, pitch) for when, pitch, velocity in loaded.notes() if velocity and pitch not in (thru or TUNE)]


def expected(cues: list[Cue], start: float, until: float, skip: list[int] | None = None) -> list[tuple[float, int]]:
    """When the cues' notes have to sound at 120, as far as they do before `until`."""
    due = sorted((start + cue.tick / SECOND, cue.pitch) for cue in cues)
    return [(when, pitch) for when, pitch in due if when < until and pitch not in (skip or TUNE)]


def agree(played: list[tuple[float, int]], due: list[tuple[float, int]]) -> None:
    assert sorted(pitch for _, pitch in played) == sorted(pitch for _, pitch in due)
    for pitch in {pitch for _, pitch in due}:
        pairs = zip([w for w, p in sorted(played) if p == pitch], [w for w, p in due if p == pitch], strict=True)
        assert all(abs(a - b) < LATE for a, b in pairs), f"{pitch} is off its tick"


@pytest.mark.parametrize("shuffled", [None, 1, 2, 3])
def test_notes_go_in_with_their_tick_and_come_back_at_theirs(shuffled: int | None) -> None:
    studio = Studio(shuffled=shuffled)
    improv = studio.improv()
    start = began(studio, improv)
    heard = [event for event in studio.got(NoteOn) if event.velocity]
    assert [event.pitch for event in heard] == TUNE * 4
    assert all(abs(event.tick - n * 480) <= 1 for n, event in enumerate(heard))
    cues = studio.cues(9101)
    assert {cue.voice for cue in cues} == {"accompaniment", "bass"}
    agree(strikes(improv), expected(cues, start, studio.now - LATE))
    assert (studio.refused, studio.jam and studio.jam.drops, studio.jam and studio.jam.late) == ([], 0, 0)
    assert shown(improv) == "Connected"


def test_stop_silences_at_once() -> None:
    studio = Studio()
    improv = studio.improv()
    began(studio, improv)
    assert improv.held()
    studio.host(playing=False)
    studio.run(0.03)
    assert improv.held() == set()
    after = len(improv.notes())
    studio.run(3.0)
    assert len(improv.notes()) == after


def test_a_loop_seam() -> None:
    studio = Studio()
    improv = studio.improv()
    studio.run(1.0)
    start = studio.now
    studio.host(playing=True, loop=(0.0, 2 * 1920.0))
    studio.play(improv, TUNE * 6)
    positions: list[Position] = studio.got(Position)
    running = [each for each in positions if each.playing]
    assert all(a.tick <= b.tick for a, b in pairwise(running)), "ticks go back"
    assert max(each.song for each in running) < 2 * 1920 <= max(each.tick for each in running) - 1920
    assert abs(running[-1].tick - (studio.now - start) * SECOND) < 0.03 * SECOND
    agree(strikes(improv), expected(studio.cues(9101), start, studio.now - LATE))


def test_a_relocation_while_stopped_moves_the_song_and_not_the_tick() -> None:
    studio = Studio()
    improv = studio.improv()
    began(studio, improv, bars=1)
    studio.host(playing=False)
    studio.run(0.2)
    tick = studio.got(Position)[-1].tick
    studio.host(song=16 * 1920.0)
    studio.run(0.2)
    last = studio.got(Position)[-1]
    assert (last.tick, last.song, last.playing) == (tick, 16 * 1920, 0)
    studio.host(playing=True)
    studio.run(0.5)
    assert abs(studio.got(Position)[-1].tick - tick - 480) < 30
    del improv


def test_a_tempo_change_keeps_notes_on_their_tick() -> None:
    studio = Studio()
    improv = studio.improv()
    began(studio, improv)
    turn, at = studio.now, studio.machine.transport.where(studio.now)
    studio.host(tempo=150.0)
    studio.play(improv, TUNE * 4)
    rate = 1200
    cues = [cue for cue in studio.cues(9101) if cue.tick > at + 240 and cue.pitch not in TUNE]
    due = sorted((turn + (cue.tick - at) / rate, cue.pitch) for cue in cues)
    played = [(when, pitch) for when, pitch in strikes(improv) if when > due[0][0] - LATE]
    agree(played, [each for each in due if each[0] < studio.now - LATE])


def test_a_device_that_is_switched_off_is_silent() -> None:
    studio = Studio()
    improv = studio.improv()
    began(studio, improv)
    assert improv.held()
    improv.switch(0)
    assert improv.held() == set()
    before = len(improv.notes())
    studio.run(1.0)
    assert len(improv.notes()) == before
    improv.switch(1)
    studio.run(3.0)
    assert len(improv.notes()) > before


def test_a_device_plays_only_the_voices_that_are_to_play_here() -> None:
    studio = Studio()
    improv = studio.improv(**{"Play Here": 2})
    start = began(studio, improv)
    bass = [cue for cue in studio.cues(9101) if cue.voice == BASS]
    agree(strikes(improv), expected(bass, start, studio.now - LATE))
    improv.move("Play Here", 5)
    assert improv.held() == set()


def test_a_set_that_is_opened_while_the_transport_runs() -> None:
    studio = Studio(jam=Jam(RulesBand()))
    studio.host(playing=True, song=960.0 * 7)
    studio.run(0.33)
    improv = studio.improv(slot=3)
    studio.play(improv, TUNE * 3)
    assert studio.cues(9103)
    assert improv.held()
    assert {event.player for event in studio.got(NoteOn)} == {3}


def test_a_click_sounds_only_where_it_is_asked_for() -> None:
    studio = Studio()
    improv, voice = studio.improv(), studio.voice(Voice=4)
    improv.move("Play Here", 0)
    studio.run(0.5)
    assert studio.jam is not None
    studio.jam.sessions[1].settings.set("metronome", 1.0)
    studio.host(playing=True)
    studio.run(3.0)
    clicks = [when for when, _, velocity in voice.notes() if velocity]
    assert len(clicks) == 5, "the first beat cannot be in time"
    assert all(abs((when - 0.5) / 0.5 - round((when - 0.5) / 0.5)) < LATE for when in clicks)
    assert improv.notes() == []


@pytest.mark.parametrize("group", ["before", "after", "never"])
def test_the_chord_that_sounds_and_those_that_are_planned_are_shown(group: str) -> None:
    studio = Studio(jam=Jam(RulesBand()))
    studio.machine.settings["group"] = group
    improv = studio.improv()
    began(studio, improv, bars=1)
    studio.kill()
    tick = int(studio.machine.transport.where(studio.now))
    ids = {name: box["id"] for name, box in LABELS.items()}

    def says(*chords: tuple[int, int, str]) -> tuple[object, ...]:
        for ahead, root, quality in chords:
            studio._deliver(encode(Chord(tick + ahead, root, quality)), 9101)
            studio.run(0.005)
        return improv.shown[ids["now"]], improv.shown[ids["next"]]

    assert says((60, 0, "maj"), (240, 0, "maj"), (480, 9, "min7"), (960, 2, "min")) == (("Cmaj",), ("Amin7", "Dmin"))
    assert says((1440, 7, "7")) == (("Cmaj",), ("Amin7", "Dmin", "G7"))  # it goes on
    assert says((40, 9, "min7")) == (("Amin7",), ("Dmin", "G7"))  # it comes true
    assert says((240, 9, "min7")) == (("Amin7",), ("-",))  # it begins anew, and nothing changes
    assert says((960, -1, "N")) == (("Amin7",), ("N.C.",))
    many = [(1000 + 120 * n, n % 12, "maj") for n in range(80)]
    assert says(*many)[1] == ("N.C.", "Cmaj", "Dbmaj", "Dmaj")



def test_a_response_comes_back_between_the_calls() -> None:
    studio = Studio()
    improv = studio.improv(**{"Mode": 1, "Call Bars": 1, "Response Bars": 1})
    voice = studio.voice(Voice=3)
    studio.run(1.0)
    start = studio.now
    studio.host(playing=True)
    studio.play(improv, TUNE)
    studio.run(2.5)
    answer = [cue for cue in studio.cues(9117) if cue.voice == "response"]
    assert [cue for cue in answer if 1920 <= cue.tick < 3840], "no response in the bar after the call"
    due = expected(answer, start, studio.now - LATE, [0])
    agree(strikes(voice, [0]), due)
    assert {pitch for _, pitch in due} <= {pitch for _, pitch, velocity in improv.notes() if velocity}
