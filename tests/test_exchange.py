"""Call and response as stories in virtual time: who has the word, on which bar line, and with what notes."""

from dataclasses import replace

import pytest

from bridge.engine.frame import Frame
from bridge.generators.rules import RulesBand
from bridge.music.events import (
    RESPONSE,
    Do,
    Error,
    Event,
    NoteOn,
    Plan,
    Set,
    Silence,
    State,
)
from bridge.music.timeline import PPQ, STEP, Meter, Place
from bridge.music.vocabulary import QUALITY_NAMES
from tests.talks import BAR, CALL, Counts, jam_of, phases, said
from tests.virtual import Host, cues, of, play


def test_a_silent_bar_ends_a_call_and_the_answer_begins_on_the_next_downbeat() -> None:
    host = Host().tune(CALL).run(12).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]
    assert phases(out) == ["idle", "ready", "listening", "playing", "ready", "idle"]
    first = next((time, o) for time, o in out if o.time is not None)
    assert 0.07 < first[1].time - first[0] <= 0.081  # type: ignore[operator]


@pytest.mark.parametrize(("length", "beats"), [(0, 4), (1, 4), (2, 8), (5, 20)])
def test_a_response_is_as_long_as_the_call_or_as_it_was_asked_for(length: int, beats: int) -> None:
    host = Host().tune(CALL).run(40).stop()
    out = play(jam_of(response_bars=length), host.script, host.time + 0.5)
    assert [tick for tick, _ in said(out)] == [2 * BAR + n * PPQ for n in range(beats)]


@pytest.mark.parametrize("late", [0.0, 0.4, 0.9])
def test_the_responses_downbeat_is_there_however_unevenly_the_player_plays(late: float) -> None:
    host = Host()
    host.run(late * 0.1).tune(CALL).run(13 - late * 0.1).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out)[0][0] in range(2 * BAR, 2 * BAR + 60)
    sent = [(o.time, time) for time, o, cue in cues(out) if cue.voice == RESPONSE]
    assert all(moment - time > 0.07 for moment, time in sent if moment is not None)


def test_loop_repeats_the_response_until_it_is_switched_off_and_solo_leaves_it_alone() -> None:
    host = Host().tune(CALL).run(8)
    for name, value in (("loop", 1), ("solo", 1)):
        host.script.append((host.time - 0.5, Set(1, name, value)))
    host.tune([70, 71, 72, 73] * 4)
    host.script.append((host.time - 0.5, Set(1, "loop", 0)))
    host.run(8).stop()
    mind = Counts()
    out = play(jam_of(mind=mind), host.script, host.time + 0.5)
    assert len(mind.asked) == 1
    loops = [tick for tick, _ in said(out)]
    assert loops == [2 * BAR + n * PPQ for n in range(20)]
    assert {pitch for _, pitch in said(out)} == {72}


def test_without_solo_what_is_played_over_a_loop_is_the_next_call() -> None:
    host = Host().tune(CALL).run(8)
    host.script.append((host.time - 2, Set(1, "loop", 1)))
    host.tune([67, 69]).run(18).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert (5 * BAR, 67) in said(out)
    assert (6 * BAR, 67) in said(out)
    assert all(pitch not in CALL for tick, pitch in said(out) if tick >= 5 * BAR)


def test_mutate_feeds_the_response_back_when_it_is_over() -> None:
    host = Host().tune(CALL).run(5)
    host.script.append((host.time, Do(1, "mutate")))
    host.run(15).stop()
    mind = Counts()
    out = play(jam_of(mind=mind), host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + n * PPQ, 72) for n in range(4)] + [(3 * BAR + n * PPQ, 84) for n in range(4)]
    assert [tone.pitch for tone in mind.asked[1].source.tones] == [72] * 4


def test_mutate_after_the_response_and_in_a_loop() -> None:
    host = Host().tune(CALL).run(14)
    host.script.append((host.time, Do(1, "mutate")))
    host.run(2)
    host.script.append((host.time, Set(1, "loop", 1)))
    host.run(8)
    host.script.append((host.time, Do(1, "mutate")))
    host.run(8).stop()
    mind = Counts()
    out = play(jam_of(mind=mind), host.script, host.time + 0.5)
    assert len(mind.asked) == 3
    assert next(tick for tick, pitch in said(out) if pitch == 84) == 5 * BAR


def test_call_and_response_overlap_so_that_both_can_go_on_for_ever() -> None:
    host = Host().tune(CALL * 8).stop()
    mind = Counts()
    out = play(jam_of(mind=mind, call_bars=2), host.script, host.time + 0.5)
    assert sorted({ask.begin for ask in mind.asked}) == [2 * BAR, 4 * BAR, 6 * BAR, 8 * BAR]
    assert [tick for tick, _ in said(out)] == [2 * BAR + n * PPQ for n in range(24)] + [8 * BAR]


def test_without_overlap_the_players_first_note_takes_the_word() -> None:
    host = Host().tune(CALL).run(4).run(1).tune([70]).run(2).stop()
    out = play(jam_of(overlap=0), host.script, host.time + 0.5)
    assert [tick for tick, _ in said(out)] == [2 * BAR, 2 * BAR + PPQ, 2 * BAR + 2 * PPQ][: len(said(out))]
    assert len(said(out)) < 4
    assert not any(tick > 2 * BAR + 2 * PPQ for tick, _ in said(out))


def test_tempo_changes_keep_call_and_response_on_the_grid() -> None:
    host = Host().tune(CALL[:2])
    host.tempo = 90.0
    host.tune(CALL[2:]).run(5)
    host.tempo = 180.0
    host.run(6).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]


def test_the_band_plays_under_call_and_response_where_it_is_asked_to() -> None:
    host = Host().tune(CALL * 2).run(16).stop()
    out = play(jam_of("accompany+respond"), host.script, host.time + 0.5)
    spans = {voice: [c.tick for _, _, c in cues(out) if c.voice == voice] for voice in ("accompaniment", "bass")}
    answer = [tick for tick, _ in said(out)]
    assert min(spans["bass"]) == BAR
    assert min(answer) == 3 * BAR
    assert {tick // BAR for tick in spans["accompaniment"]} >= {1, 2, 3, 4}


def test_morph_has_a_bass_under_its_variation_and_no_chords() -> None:
    host = Host().tune(CALL).run(16).stop()
    out = play(jam_of("morph"), host.script, host.time + 0.5)
    voices = {c.voice for _, _, c in cues(out)}
    assert voices == {"bass", RESPONSE}
    basses = [c.tick for _, _, c in cues(out) if c.voice == "bass"]
    assert all(2 * BAR <= tick < 3 * BAR + BAR for tick in basses)


def test_a_mode_changes_at_the_bar_line_or_now() -> None:
    host = Host().tune(CALL * 2)
    host.script.append((host.time + 0.3, Set(1, "mode", "respond")))
    host.tune(CALL * 2).stop()
    out = play(jam_of("accompany"), host.script, host.time + 0.5)
    chords = [c.tick for _, _, c in cues(out) if c.voice != RESPONSE]
    assert max(chords) < 3 * BAR
    assert max(chords) >= 2 * BAR + BAR // 2
    assert of(out, Silence)
    modes = [o.message.mode for _, o in of(out, State) if isinstance(o.message, State)]
    assert modes[-1] == "respond"
    now = Host().tune(CALL * 2)
    now.script += [(now.time + 0.3, Set(1, "mode", "respond")), (now.time + 0.31, Do(1, "now"))]
    now.tune(CALL * 2).stop()
    out = play(jam_of("accompany"), now.script, now.time + 0.5)
    assert max(c.tick for _, _, c in cues(out) if c.voice != RESPONSE) < 2 * BAR + BAR // 2


def test_a_model_that_is_not_there_is_refused_and_the_old_one_goes_on() -> None:
    host = Host().tune(CALL)
    host.script += [(host.time, Set(1, "model", "psi")), (host.time, Set(1, "model", "bagpipe"))]
    host.run(12).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    reasons = [o.message.reason for _, o in of(out, Error) if isinstance(o.message, Error)]
    assert reasons == ["no_model", "bad_value"]
    assert said(out)[0] == (2 * BAR, 60)


def test_stop_ends_a_response_at_once_and_panic_forgets_the_call() -> None:
    for action in ("stop", "panic"):
        host = Host().tune(CALL).run(5.5)
        host.script.append((host.time, Do(1, action)))
        moment = host.time
        host.run(12).stop()
        out = play(jam_of(), host.script, host.time + 0.5)
        assert [time for time, o in of(out, Silence) if time == moment]
        assert not [cue for time, _, cue in cues(out) if time > moment]


def test_a_response_is_shown_before_it_sounds() -> None:
    host = Host().tune(CALL).run(12).stop()
    out = play(jam_of(horizon=4), host.script, host.time + 0.5)
    plans = {(o.message.tick, o.message.pitch): time for time, o in of(out, Plan)
             if isinstance(o.message, Plan) and o.message.voice == RESPONSE}  # fmt: skip
    for time, _, cue in cues(out):
        if cue.voice == RESPONSE and cue.tick > 2 * BAR:
            assert plans[cue.tick, cue.pitch] < time


def test_the_same_script_and_seed_give_the_same_responses() -> None:
    host = Host().tune(CALL * 2).run(16).stop()
    assert said(play(jam_of(), host.script, host.time)) == said(play(jam_of(), host.script, host.time))


def test_events_in_any_case_leave_the_grid_alone() -> None:
    host = Host(meter=(3, 4)).tune([60, 62, 64]).run(9).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert [tick for tick, _ in said(out)] == [6 * PPQ, 7 * PPQ, 8 * PPQ]
    events: list[Event] = [replace(e, velocity=1) if isinstance(e, NoteOn) else e for _, e in host.script]
    assert events
    assert STEP == 120


def test_chords_that_are_wished_for_are_played_by_rule_as_their_triads() -> None:
    band, triads = RulesBand(), dict[str, str]()
    for number, name in enumerate(QUALITY_NAMES):
        at = Place(0, 0, Meter())
        frame = Frame(0, at, 120.0, 60, (60,), 90, (0.0,) * 12, 1, 0.5, wishes=((2 * 8 + number, 9.0),))
        _, thought = band.step(band.start(), frame)
        assert thought.chord is not None
        assert thought.chord.root == 2
        triads[name] = thought.chord.quality
    assert triads == {"maj": "maj", "min": "min", "7": "maj", "maj7": "maj", "min7": "min", "dim": "dim", "aug": "maj",
                      "sus": "maj"}  # fmt: skip
