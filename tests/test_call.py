"""The call as stories in virtual time: when it begins, what belongs to it, and on which bar line it is over."""

import pytest

from bridge.engine.answerer import Tone, line_of
from bridge.music.events import Control, Do, NoteOff, NoteOn
from bridge.music.timeline import PPQ
from tests.talks import BAR, CALL, Counts, jam_of, said
from tests.virtual import Host, play


@pytest.mark.parametrize("bars", [1, 2, 4, 8])
def test_a_call_of_fixed_length_is_answered_at_its_bar_line_even_while_the_player_plays_on(bars: int) -> None:
    host = Host().tune(CALL * 2 * bars).run(4).stop()
    out = play(jam_of(call_bars=bars), host.script, host.time + 0.5)
    ticks = [tick for tick, _ in said(out)]
    assert ticks[0] == bars * BAR
    assert ticks[: 4 * bars] == [bars * BAR + n * PPQ for n in range(4 * bars)]


def test_a_pick_up_belongs_to_the_call_that_it_leads_into() -> None:
    host = Host().run(7).tune([59]).tune(CALL).run(12).stop()
    mind = Counts()
    out = play(jam_of(mind=mind), host.script, host.time + 0.5)
    source = mind.asked[0].source
    assert (source.begin, source.ticks) == (2 * BAR, BAR)
    assert [tone.pitch for tone in source.tones] == [59, *CALL]
    assert source.tones[0].tick == 2 * BAR - PPQ
    assert said(out)[0] == (4 * BAR, 72)


def test_a_note_just_before_the_bar_line_is_its_downbeat() -> None:
    host = Host()
    host.run(4 - 0.1).note(60, 1).run(4.1).tune(CALL).run(8)
    mind = Counts()
    play(jam_of(mind=mind, call_bars=2), host.script, host.time)
    assert mind.asked[0].source.begin == BAR


def test_a_downbeat_that_came_early_is_in_the_answer() -> None:
    host = Host()
    host.run(4 - 0.1).note(60, 1).run(4.1).tune([64]).run(11).stop()
    assert said(play(jam_of(), host.script, host.time))[0] == (4 * BAR, 60)


def test_end_call_answers_at_the_next_bar_line() -> None:
    host = Host().tune(CALL)
    host.script.append((host.time - 0.4, Do(1, "end_call")))
    host.run(8).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out)[0] == (BAR, 60)


def test_listening_has_a_least_and_a_most() -> None:
    short = Host().tune(CALL).run(12).stop()
    assert said(play(jam_of(min_listen_bars=2), short.script, short.time + 0.5)) == []
    long = Host().tune(CALL * 4).run(8).stop()
    out = play(jam_of(max_listen_bars=2), long.script, long.time + 0.5)
    assert said(out)[0] == (2 * BAR, 60)


def test_a_longer_silence_can_be_asked_for() -> None:
    host = Host().tune(CALL).run(4).tune(CALL).run(16).stop()
    mind = Counts()
    out = play(jam_of(mind=mind, silence_bars=2), host.script, host.time + 0.5)
    assert said(out)[0][0] == 5 * BAR
    assert mind.asked[0].source.ticks == 3 * BAR


def test_a_held_note_is_no_silence() -> None:
    host = Host().tune(CALL[:3]).note(65, 8).run(18).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out)[0][0] == 4 * BAR


@pytest.mark.parametrize("lifts", [None, 5.0, 7.9])
def test_under_the_pedal_the_hands_end_a_call(lifts: float | None) -> None:
    """Whether the foot stays down or comes up in the silent bar: nothing was struck and no key was down."""
    host = Host().tune(CALL[:3])
    host.script.append((host.time - 0.2, Control(1, -1, 64, 127)))
    host.tune([65]).run(16).stop()
    if lifts is not None:
        host.script.append((lifts / 2, Control(1, -1, 64, 0)))
    mind = Counts()
    out = play(jam_of(mind=mind), host.script, host.time + 0.5)
    assert said(out)[0][0] == 2 * BAR
    assert mind.asked[0].source.ticks == BAR
    assert mind.asked[0].source.tones[-1].end >= 4.9 * PPQ, "it sounded on all the same"


def test_a_key_held_under_the_pedal_is_no_silence() -> None:
    host = Host().tune(CALL[:3])
    host.script.append((host.time - 0.2, Control(1, -1, 64, 127)))
    host.note(65, 5).run(17).stop()
    assert said(play(jam_of(), host.script, host.time + 0.5))[0][0] == 3 * BAR


def test_a_pedal_that_stays_down_holds_up_no_later_call() -> None:
    host = Host()
    host.script.append((0.01, Control(1, -1, 64, 127)))
    host.tune(CALL).run(12).tune(CALL).run(12).stop()
    mind = Counts()
    play(jam_of(mind=mind), host.script, host.time + 0.5)
    assert [ask.begin for ask in mind.asked] == [2 * BAR, 6 * BAR]


def test_a_note_off_that_was_lost_costs_two_bars_and_not_the_answer() -> None:
    host = Host().tune(CALL[:3])
    host.script.append((host.time + 0.001, NoteOn(1, int(host.tick), 65, 90)))
    host.run(32).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out)[0][0] == 4 * BAR


def test_a_drone_under_the_phrase_does_not_hold_up_the_answer() -> None:
    host = Host()
    host.script.append((0.001, NoteOn(1, 0, 36, 90)))
    host.tune(CALL * 4).run(8).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out)[0][0] == 5 * BAR


def test_a_drone_that_ends_after_many_notes_still_was_no_silence() -> None:
    host = Host()
    host.note(36, 8).tune([60] * 32, 0.125).run(20).stop()
    assert said(play(jam_of(), host.script, host.time))[0][0] == 3 * BAR


def test_the_first_note_of_the_next_call_does_not_prolong_the_last_one() -> None:
    host = Host().tune(CALL).run(4 - 0.05).note(72, 1).run(8).stop()
    out = play(jam_of(lookahead_ms=5), host.script, host.time)
    assert said(out)[0] == (2 * BAR, 60)


def test_chords_in_a_call_count_as_their_top_line() -> None:
    tones = tuple(Tone(tick, PPQ, pitch, 90) for tick in (0, PPQ) for pitch in (60, 64, 67))
    from bridge.engine.answerer import Phrase

    assert [tone.pitch for tone in line_of(Phrase(0, BAR, tones))] == [67, 67]


def test_soft_notes_below_the_threshold_are_not_heard() -> None:
    host = Host().tune(CALL)
    for tick, pitch in enumerate((50, 51)):
        host.script += [(host.time + tick * 0.5, NoteOn(1, -1, pitch, 20)), (host.time + 0.4, NoteOff(1, -1, pitch))]
    host.run(12).stop()
    out = play(jam_of(threshold=40), host.script, host.time + 0.5)
    assert said(out)[0] == (2 * BAR, 60)
