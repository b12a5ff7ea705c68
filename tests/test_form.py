"""Form as stories: sections and their cadences, the count-in, the click, the player's own notes."""

from typing import Any

import pytest

from bridge.engine.frame import Generator
from bridge.engine.jam import Jam
from bridge.generators.rules import RulesBand
from bridge.io.minds import choose
from bridge.music.events import (
    BASS,
    METRONOME,
    RESPONSE,
    Chord,
    Do,
    Event,
    NoteOff,
    NoteOn,
    Output,
    Peer,
    Set,
    Start,
    Stop,
    Thru,
)  # fmt: skip
from bridge.music.timeline import PPQ, STEP, Meter
from tests.bands import Everywhere, jam_of
from tests.talks import BAR, CALL, Counts
from tests.virtual import Host, cues, hello, of, play, pulses

Out = list[tuple[float, Output]]
TUNE = [60, 64, 67, 64, 65, 69, 67, 65, 64, 67, 72, 67, 62, 65, 64, 62]  # four bars that stay in C major


def harmony(jam: Jam, host: Host) -> dict[int, tuple[int, str]]:
    """The chord that was decided at each beat, by its tick: what was told before that tick, plans aside."""
    out = play(jam, host.script, host.time)
    beat = Meter(*host.meter).beat
    told: dict[int, tuple[int, str]] = {}
    for time, o in out:
        if isinstance(o.message, Chord) and o.message.tick - time * host.tempo * 8 < 0.76 * STEP:
            told[o.message.tick] = (o.message.root, o.message.quality)
    found, now = dict[int, tuple[int, str]](), (-1, "N")
    for tick in range(0, int(host.tick), STEP):
        now = told.get(tick, now)
        if tick % beat == 0:
            found[tick] = now
    return found


@pytest.fixture(scope="module")
def trained() -> Generator:
    return choose(None).mind


@pytest.mark.parametrize("shift", [0, 3, 6, 11])
@pytest.mark.parametrize("which", ["rules", "trained"])
def test_a_section_ends_on_the_dominant_and_the_next_begins_on_the_tonic(
    which: str, shift: int, trained: Generator
) -> None:
    mind = RulesBand() if which == "rules" else trained
    host = Host(every=0.1).tune([pitch + shift for pitch in TUNE * 4]).stop()
    found = harmony(jam_of(mind, section_bars=4), host)
    for section in (4 * BAR, 8 * BAR, 12 * BAR):
        assert found[section] == (shift, "maj"), section
        for beat in (1, 2):
            root, quality = found[section - beat * PPQ]
            assert (root, quality in ("maj", "7")) == ((shift + 7) % 12, True), (section, beat)


@pytest.mark.parametrize("which", ["rules", "trained"])
def test_a_cadence_in_minor_has_a_major_dominant(which: str, trained: Generator) -> None:
    tune = [69, 72, 76, 72, 74, 77, 76, 74, 72, 76, 81, 76, 71, 74, 72, 71]
    host = Host(every=0.1).tune(tune * 3).stop()
    found = harmony(jam_of(RulesBand() if which == "rules" else trained, section_bars=4), host)
    assert found[8 * BAR] == (9, "min")
    assert found[8 * BAR - PPQ] in ((4, "maj"), (4, "7"))


@pytest.mark.parametrize(("meter", "before"), [((3, 4), 1), ((6, 8), 1), ((2, 4), 1), ((3, 8), 1), ((7, 8), 1)])
def test_every_meter_has_its_cadence(meter: tuple[int, int], before: int) -> None:
    host = Host(meter=meter, every=0.1).tune(TUNE * 4).stop()
    kind = Meter(*meter)
    out = play(jam_of(section_bars=2), host.script, host.time)
    ends = range(6 * kind.bar, int(host.tick) - kind.bar, 2 * kind.bar)
    assert ends
    for end in ends:
        basses = [(c.tick, c.pitch % 12) for _, _, c in cues(out) if c.voice == BASS]
        assert (end, 0) in basses
        last = [pitch for tick, pitch in basses if end - kind.bar <= tick < end][-1]
        assert last in (7, 2), "the dominant's root or fifth"


def test_without_cadence_or_sections_the_band_is_free() -> None:
    tune = [62, 65, 69, 65] * 12  # nothing but D minor
    for values in ({}, {"section_bars": 4, "cadence": 0}):
        host = Host(every=0.1).tune(tune).stop()
        assert {root for root, _ in harmony(jam_of(**values), host).values()} <= {-1, 2}
    host = Host(every=0.1).tune(tune).stop()
    assert harmony(jam_of(section_bars=4), host)[8 * BAR - PPQ] == (9, "maj")


def test_a_section_is_counted_from_the_songs_beginning_not_from_the_start() -> None:
    host = Host(every=0.1).locate(2 * BAR).tune(TUNE * 3).stop()
    found = harmony(jam_of(section_bars=4), host)
    assert found[2 * BAR - PPQ][0] == found[6 * BAR - PPQ][0] == 7
    assert found[2 * BAR] == found[6 * BAR] == (0, "maj")


# -- the count-in and the click ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bars", [1, 2, 4])
def test_nobody_plays_in_a_count_in_but_the_click(bars: int) -> None:
    host = Host().tune(TUNE + CALL * 4).stop()
    out = cues(play(jam_of(Everywhere(), count_in=bars), host.script, host.time))
    counted = [cue for _, _, cue in out if cue.tick < bars * BAR]
    assert {cue.voice for cue in counted} == {METRONOME}
    assert [cue.tick for cue in counted] == [n * PPQ for n in range(1, 4 * bars)], "the first falls with the start"
    music = [cue for _, _, cue in out if cue.tick >= bars * BAR]
    assert {cue.voice for cue in music} == {"accompaniment", BASS}
    assert min(cue.tick for cue in music) == bars * BAR


def test_a_count_in_from_the_middle_of_a_bar_ends_on_a_bar_line() -> None:
    host = Host().locate(2 * PPQ).tune(CALL * 6).stop()
    out = [cue for _, _, cue in cues(play(jam_of(Everywhere(), count_in=1), host.script, host.time))]
    ends = 2 * PPQ + BAR  # half a bar, and the one that is counted
    assert {cue.voice for cue in out if cue.tick < ends} == {METRONOME}
    assert min(cue.tick for cue in out if cue.voice == BASS) == ends
    downbeats = [cue.tick for cue in out if cue.voice == METRONOME and cue.pitch == 76]
    assert downbeats == [2 * PPQ]


def test_a_pick_up_in_the_count_in_belongs_to_the_call_and_the_noodling_before_it_does_not() -> None:
    host = Host().run(1).tune([48, 49]).tune([59]).tune(CALL).run(12).stop()
    mind = Counts()
    out = play(jam_of(Everywhere(), mind, mode="respond", count_in=1), host.script, host.time)
    assert [tone.pitch for tone in mind.asked[0].source.tones] == [59, *CALL]
    assert (mind.asked[0].source.begin, mind.asked[0].begin) == (BAR, 3 * BAR)
    assert min(c.tick for _, _, c in cues(out) if c.voice == RESPONSE) == 3 * BAR


def test_the_count_is_of_the_start_alone_not_of_a_panic_a_continue_or_who_joins() -> None:
    host = Host(every=0.1).tune(CALL * 4)
    host.script += [(5.0, Do(1, "panic"))]
    guest = Host(player=2, port=9002, every=0.1)
    guest.hellos = False
    host.script.append((5.0, hello(2, port=9002)))
    host.tune(CALL * 4).stop().wait(0.5)
    host.tune(CALL * 2).stop()
    out = cues(play(jam_of(Everywhere(), count_in=1), host.script, host.time))
    clicks = [cue.tick for _, _, cue in out if cue.voice == METRONOME]
    assert max(clicks) < BAR
    assert [1 for _, _, cue in out if cue.tick > 9 * BAR and cue.voice == BASS]


def test_a_new_start_counts_again() -> None:
    host = Host(every=0.1).tune(CALL * 4).stop().wait(0.5).locate(0)
    host.tick += 7
    host.tune(CALL * 4).stop()
    jam = jam_of(Everywhere(), count_in=1)
    clicks = [cue.tick for _, _, cue in cues(play(jam, host.script, host.time)) if cue.voice == METRONOME]
    assert len([tick for tick in clicks if tick < BAR]) == 3
    assert len([tick for tick in clicks if tick > 4 * BAR]) == 3


@pytest.mark.parametrize(("meter", "beat"), [((4, 4), 480), ((3, 4), 480), ((6, 8), 720), ((7, 8), 480)])
def test_the_click_is_on_the_beats_as_loud_as_asked_for_and_untouched_by_swing(
    meter: tuple[int, int], beat: int
) -> None:
    host = Host(meter=meter).run(12).stop()
    jam = jam_of(Everywhere(), metronome=0.5, swing=1.0, feel=1.0, mode="listen", key="C")
    out = [cue for _, _, cue in cues(play(jam, host.script, host.time))]
    bar = Meter(*meter).bar
    assert [cue.tick for cue in out] == [t for t in range(STEP, int(host.tick) + STEP, STEP) if t % bar % beat == 0][: len(out)]  # noqa: E501
    assert {(cue.tick % bar == 0, cue.pitch, cue.velocity) for cue in out} <= {(True, 76, 64), (False, 77, 48)}
    assert len({cue.pitch for cue in out}) == 2


# -- the player's own notes ------------------------------------------------------------------------------------------


def keys(script: list[tuple[float, Event]], **values: Any) -> list[tuple[float, int, int, int]]:
    """What is passed on of a player at a MIDI keyboard: time, channel, pitch, velocity."""
    seat = type(hello(1))(1, 1, "player", 0, "midi", 0)
    clock: list[tuple[float, Event]] = [(0.1, Start()), *pulses(0.11, 24 * 8, 120), (4.5, Stop())]
    out = play(jam_of(Everywhere(), **values), [(0.0, seat), *clock, *script], 5.0)
    assert all({peer.host for peer in o.to} == {"midi"} for _, o in of(out, Thru))
    return [
        (time, o.channel, o.message.pitch, o.message.velocity) for time, o in of(out, Thru)
        if isinstance(o.message, Thru)
    ]  # fmt: skip


KEY: list[tuple[float, Event]] = [(1.0, NoteOn(1, -1, 60, 90)), (1.4, NoteOff(1, -1, 60))]


def test_keys_are_passed_on_where_asked_for_and_not_when_muted() -> None:
    assert keys(KEY) == []
    assert keys(KEY, thru_channel=4) == [(1.0, 4, 60, 90), (1.4, 4, 60, 0)]
    assert keys(KEY, thru_channel=4, mute_input=1) == []
    assert keys(KEY, thru_channel=4, solo=1, threshold=127) == [(1.0, 4, 60, 90), (1.4, 4, 60, 0)]


@pytest.mark.parametrize("wish", [Set(1, "thru_channel", 0), Set(1, "thru_channel", 9), Set(1, "mute_input", 1)])
def test_a_key_is_released_where_it_was_passed_on_to_whatever_is_set_meanwhile(wish: Set) -> None:
    assert keys([*KEY, (1.2, wish)], thru_channel=4) == [(1.0, 4, 60, 90), (1.4, 4, 60, 0)]


def test_a_player_without_a_midi_port_gets_nothing_passed_on() -> None:
    host = Host().tune(CALL).stop()
    out = play(jam_of(Everywhere(), thru_channel=4), host.script, host.time)
    assert of(out, Thru) == []
    assert Peer("127.0.0.1", 9001, "player") in {peer for _, o in out for peer in o.to}


def test_notes_below_the_threshold_teach_neither_band_nor_feel() -> None:
    host = Host()
    for pitch in CALL * 4:
        host.note(pitch, 0.9, 30).run(1)
    jam = jam_of(Everywhere(), threshold=31)
    assert cues(play(jam, host.stop().script, host.time)) == []
    session = jam.sessions[1]
    assert (session.ear.velocity, session.feel.accents, len(session.ear.notes)) == (80, (1.0,) * 6, 0)
    assert cues(play(jam_of(Everywhere(), threshold=30), host.script, host.time))
