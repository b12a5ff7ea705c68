"""Call and response as stories in virtual time: who has the word, on which bar line, and with what notes."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.engine.answerer import Ask, Tone, line_of
from bridge.engine.echo import Echo
from bridge.engine.frame import Frame
from bridge.engine.jam import Jam
from bridge.engine.settings import Settings
from bridge.generators.rules import RulesBand
from bridge.music.events import RESPONSE, Control, Do, Error, Event, NoteOff, NoteOn, Output, Plan, Set, Silence, State
from bridge.music.timeline import PPQ, STEP, Meter, Place
from bridge.music.vocabulary import QUALITY_NAMES
from tests.virtual import Host, cues, of, play

BAR = 4 * PPQ
CALL = [60, 62, 64, 65]


class Counts(Echo):
    """A test mind: the first response plays its take's number above 60 on every beat; a mutation adds 12."""

    name = "counts"

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def start(self) -> Any:
        return 0

    def hear(self, state: Any, tick: int, pitch: int, place: Any, before: int, genre: str) -> Any:
        return state + 1 if isinstance(state, int) else state

    def ask(self, state: Any, ask: Ask) -> Any:
        self.asked.append(ask)
        return (ask, 0)

    def compose(self, state: Any) -> Any:
        ask, number = state
        if number * PPQ >= ask.ticks:
            return state, None
        mutated = any(tone.pitch >= 72 for tone in ask.source.tones)
        return (ask, number + 1), (Tone(ask.begin + number * PPQ, PPQ // 2, 84 if mutated else 72, 80),)


class Breaks(Echo):
    """A test mind that raises when it is asked, or while it composes."""

    name = "breaks"

    def __init__(self, where: str) -> None:
        self.where = where

    def ask(self, state: Any, ask: Ask) -> Any:
        if self.where == "ask":
            raise RuntimeError("no answer")
        return super().ask(state, ask)

    def compose(self, state: Any) -> Any:
        if self.where == "compose":
            raise RuntimeError("lost the thread")
        return super().compose(state)


def jam_of(mode: str = "respond", mind: Any = None, **values: float | int | str) -> Jam:
    settings = Settings()
    for name, value in {"mode": mode, **values}.items():
        settings.set(name, value)
    mind = mind or Echo()
    minds = {"echo": Echo(), "melody": mind, "morph": mind}
    return Jam(RulesBand(), answerers=minds, settings=settings)


def said(out: list[tuple[float, Output]]) -> list[tuple[int, int]]:
    return [(cue.tick, cue.pitch) for _, _, cue in cues(out) if cue.voice == RESPONSE]


def phases(out: list[tuple[float, Output]]) -> list[str]:
    told = [o.message.phase for _, o in of(out, State) if isinstance(o.message, State)]
    return [phase for number, phase in enumerate(told) if number == 0 or told[number - 1] != phase]


def test_a_silent_bar_ends_a_call_and_the_answer_begins_on_the_next_downbeat() -> None:
    host = Host().tune(CALL).run(12).stop()
    out = play(jam_of(), host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]
    assert phases(out) == ["idle", "ready", "listening", "playing", "ready", "idle"]
    first = next((time, o) for time, o in out if o.time is not None)
    assert 0.07 < first[1].time - first[0] <= 0.081  # type: ignore[operator]


@pytest.mark.parametrize("bars", [1, 2, 4, 8])
def test_a_call_of_fixed_length_is_answered_at_its_bar_line_even_while_the_player_plays_on(bars: int) -> None:
    host = Host().tune(CALL * 2 * bars).run(4).stop()
    out = play(jam_of(call_bars=bars), host.script, host.time + 0.5)
    ticks = [tick for tick, _ in said(out)]
    assert ticks[0] == bars * BAR
    assert ticks[: 4 * bars] == [bars * BAR + n * PPQ for n in range(4 * bars)]


@pytest.mark.parametrize(("length", "beats"), [(0, 4), (1, 4), (2, 8), (5, 20)])
def test_a_response_is_as_long_as_the_call_or_as_it_was_asked_for(length: int, beats: int) -> None:
    host = Host().tune(CALL).run(40).stop()
    out = play(jam_of(response_bars=length), host.script, host.time + 0.5)
    assert [tick for tick, _ in said(out)] == [2 * BAR + n * PPQ for n in range(beats)]


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


class Watched(Echo):
    """A test mind that keeps at which tick of the jam's it composed, and what it was asked."""

    def __init__(self) -> None:
        self.jam: Jam | None = None
        self.at: list[int] = []
        self.asked: list[Ask] = []

    def ask(self, state: Any, ask: Ask) -> Any:
        self.asked.append(ask)
        return super().ask(state, ask)

    def compose(self, state: Any) -> Any:
        assert self.jam is not None
        self.at.append(self.jam._stage.tick)
        return super().compose(state)


@pytest.mark.parametrize("bars", [0, 2])
def test_a_response_is_begun_before_its_bar_line(bars: int) -> None:
    """Also one that comes at a fixed bar line: as soon as the beat before it is heard."""
    host = Host().tune(CALL[: 4 if bars == 0 else 3] if bars == 0 else CALL + CALL[:3]).run(6).stop()
    mind = Watched()
    mind.jam = jam_of(mind=mind, call_bars=bars)
    out = play(mind.jam, host.script, host.time + 0.5)
    assert said(out)[0] == (2 * BAR, 60)
    assert 2 * BAR - PPQ <= mind.at[0] < 2 * BAR
    assert len({ask.key for ask in mind.asked}) == 1


@pytest.mark.parametrize("late", [0.2, 0.5, 0.8, 0.95])
def test_a_note_after_a_response_was_begun_is_answered_too(late: float) -> None:
    """What was begun is made anew: the last beat of a call of fixed length may bring anything."""
    host = Host().tune(CALL + CALL[:3]).run(late).tune([71], (1 - late) * 0.9).run(9).stop()
    mind = Watched()
    mind.jam = jam_of(mind=mind, call_bars=2)
    out = play(mind.jam, host.script, host.time + 0.5)
    answer = [pitch for tick, pitch in said(out) if tick < 4 * BAR]
    assert answer == ([*CALL, *CALL[:3], 71] if late < 0.9 else [*CALL, *CALL[:3]]), "a late one begins the next call"
    assert mind.asked[-1].source.begin >= 0


def test_a_mind_that_fails_before_its_bar_line_is_covered_and_counted_once() -> None:
    for where in ("ask", "compose"):
        host = Host().tune(CALL).run(12).stop()
        jam = jam_of(mind=Breaks(where))
        assert said(play(jam, host.script, host.time + 0.5)) == [(2 * BAR + n * PPQ, p) for n, p in enumerate(CALL)]
        assert jam.report().failures == 1


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


@pytest.mark.parametrize("where", ["ask", "compose"])
def test_a_mind_that_raises_is_answered_for_by_an_echo(where: str) -> None:
    host = Host().tune(CALL).run(12).stop()
    jam = jam_of(mind=Breaks(where))
    out = play(jam, host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]
    assert jam.report().failures > 0


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


def test_a_mind_that_cannot_even_begin_is_answered_for_by_an_echo() -> None:
    class Dead(Echo):
        """A test mind that raises before it heard anything."""

        name = "dead"

        def start(self) -> Any:
            raise RuntimeError("no weights")

    host = Host().tune(CALL).run(12).stop()
    jam = jam_of(mind=Dead())
    out = play(jam, host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]
    assert jam.report().failures > 0


def test_a_mind_that_composes_nothing_for_ever_is_not_waited_for() -> None:
    class Lost(Echo):
        """A test mind that never comes to an end, nor to a note."""

        name = "lost"

        def compose(self, state: Any) -> Any:
            return state, ()

    host = Host().tune(CALL).run(12).tune(CALL).run(4).stop()
    out = play(jam_of("accompany+respond", mind=Lost(), horizon=0), host.script, host.time + 0.5)
    assert said(out) == []
    assert [1 for _, _, cue in cues(out) if cue.tick > 3 * BAR]


def test_a_downbeat_that_came_early_is_in_the_answer() -> None:
    host = Host()
    host.run(4 - 0.1).note(60, 1).run(4.1).tune([64]).run(11).stop()
    assert said(play(jam_of(), host.script, host.time))[0] == (4 * BAR, 60)


def test_a_drone_that_ends_after_many_notes_still_was_no_silence() -> None:
    host = Host()
    host.note(36, 8).tune([60] * 32, 0.125).run(20).stop()
    assert said(play(jam_of(), host.script, host.time))[0][0] == 3 * BAR


def test_the_first_note_of_the_next_call_does_not_prolong_the_last_one() -> None:
    host = Host().tune(CALL).run(4 - 0.05).note(72, 1).run(8).stop()
    out = play(jam_of(lookahead_ms=5), host.script, host.time)
    assert said(out)[0] == (2 * BAR, 60)


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
