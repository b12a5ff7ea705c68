"""Laws of the plan: what it costs, what is told of it, what is promised, what a loop seam leaves; and the pace."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from bridge.engine.frame import Frame, Note, Thought
from bridge.engine.jam import Jam
from bridge.engine.pace import Keeper
from bridge.engine.plan import Plan, Planned
from bridge.generators.rules import RulesBand
from bridge.music import events as ev
from bridge.music.events import ACCOMPANIMENT, BASS, Chord, Error, Output, Pace
from bridge.music.timeline import PPQ, STEP, Meter, Place, place
from bridge.music.vocabulary import chord_of
from tests.bands import jam_of, settings_of
from tests.virtual import Host, cues, hello, of, play

BAR = 4 * PPQ
TUNE = [60, 62, 64, 65]
Out = list[tuple[float, Output]]


class Knows:
    """A test generator that expects the tune, a note a beat, and strikes a bass note every sixteenth; it counts."""

    name = "knows"

    def __init__(self, tune: list[int] = TUNE) -> None:
        self.tune, self.calls = tune, 0
        self.frames: list[Frame] = []

    def start(self) -> int:
        return 0

    def step(self, state: int, frame: Frame) -> tuple[int, Thought]:
        self.calls += 1
        self.frames.append(frame)
        expected = None if frame.tick % PPQ else self.tune[frame.tick // PPQ % len(self.tune)]
        return state + 1, Thought((Note(BASS, STEP - 8, 40 + state % 3, 80),), None, expected)


class Follows:
    """A test generator: the chord's root is what was played last, or what is wished for; it expects nothing new."""

    name = "follows"

    def start(self) -> int:
        return 60

    def step(self, state: int, frame: Frame) -> tuple[int, Thought]:
        state = frame.onset or state
        if frame.tick % PPQ:
            return state, Thought()
        wish = max(frame.wishes, key=lambda one: one[1], default=None)
        chord = chord_of(wish[0]) if wish else None
        root = chord.root if chord else state % 12
        return state, Thought((Note(ACCOMPANIMENT, STEP, 60 + root, 80),), Chord(frame.tick, root, "maj"))


class Remembers:
    """A test generator whose state is all places that it was told, and what it decided there."""

    name = "remembers"

    def start(self) -> tuple[Any, ...]:
        return ()

    def step(self, state: tuple[Any, ...], frame: Frame) -> tuple[tuple[Any, ...], Thought]:
        state = (*state, (frame.tick, frame.place.bar, frame.place.phase, frame.onset))
        root = frame.place.bar % 12
        return state, Thought((Note(BASS, STEP, 30 + root, 80),), Chord(frame.tick, root, "maj"))


def plans(out: Out) -> list[tuple[float, ev.Plan]]:
    return [(time, o.message) for time, o in of(out, ev.Plan) if isinstance(o.message, ev.Plan)]


def ahead(out: Out) -> int:
    """How many ticks ahead of the present plans were told at most, in whole sixteenths."""
    return max((round((plan.tick - (time + 0.08) * 960) / STEP) * STEP for time, plan in plans(out)), default=0)


# -- what a plan costs -----------------------------------------------------------------------------------------------


def test_a_tune_that_comes_true_costs_two_steps_a_sixteenth() -> None:
    host = Host().tune(TUNE * 8)
    mind = Knows()
    jam = jam_of(mind, horizon=4)
    play(jam, [(t, e) for t, e in host.script if t < 6.0], 6.0)
    calls, steps = mind.calls, jam.steps
    out = play(jam, [(t, e) for t, e in host.script if 6.0 <= t < 14.0], 14.0)
    assert jam.steps - steps == 64
    assert mind.calls - calls == 2 * 64, "the decision, and the sixteenth that the plan is longer by"
    told = plans(out)
    assert [plan.tick for _, plan in told] == [told[0][1].tick + n * STEP for n in range(len(told))]
    assert len(told) == 64


def test_a_surprise_costs_a_new_plan_and_a_new_telling_and_nothing_later() -> None:
    host = Host().tune(TUNE * 4).tune([60, 70, 64, 65]).tune(TUNE * 2)
    mind = Knows()
    jam = jam_of(mind, horizon=2)
    cost: list[tuple[float, int]] = []
    out: Out = []
    for time, event in sorted(host.script, key=lambda item: item[0]):
        before = mind.calls
        out += play(jam, [(time, event)])
        cost.append((time, mind.calls - before))
    surprise = 17 * 0.5
    assert max(n for time, n in cost if 6 < time < surprise) == 2
    assert max(n for time, n in cost if surprise <= time < surprise + 0.2) <= 1 + 8
    assert sum(n for time, n in cost if surprise < time < surprise + 0.2) >= 8
    assert max(n for time, n in cost if time > surprise + 0.3) == 2
    back = [(time, two.tick) for (_, one), (time, two) in pairwise(plans(out)) if two.tick <= one.tick and time > 6]
    assert len(back) == 1
    assert surprise < back[0][0] < surprise + 0.2


def test_what_sounds_is_decided_and_never_taken_from_the_plan() -> None:
    def music(horizon: int, mind: Any) -> list[tuple[int, int, int]]:
        host = Host(every=0.1).tune([60, 64, 67, 62, 65, 71, 66, 61] * 3).stop()
        out = cues(play(jam_of(mind, horizon=horizon), host.script, host.time))
        return [(cue.tick, cue.pitch, cue.velocity) for _, _, cue in out]

    for mind in (RulesBand(), Follows()):
        assert music(0, mind) == music(4, mind) == music(8, mind)


@pytest.mark.parametrize("beats", [0, 1, 4, 8])
@pytest.mark.parametrize("meter", [(4, 4), (6, 8)])
def test_the_plan_reaches_as_far_as_the_horizon(beats: int, meter: tuple[int, int]) -> None:
    host = Host(meter=meter).tune(TUNE * 6)
    assert ahead(play(jam_of(Knows(), horizon=beats), host.script, host.time)) == beats * Meter(*meter).beat


def test_without_anticipation_the_plan_is_made_on_the_players_silence() -> None:
    def imagined(anticipation: int) -> tuple[list[Frame], Jam]:
        host, mind = Host().tune(TUNE * 6), Knows()
        jam = jam_of(mind, anticipation=anticipation)
        out = play(jam, host.script, host.time)
        assert plans(out)
        now, found = -1, []
        for frame in mind.frames:  # a decision is a frame of the next sixteenth, all others are imagined
            if frame.tick == now + STEP and frame not in found:
                now = frame.tick
            found.append(frame)
        return [frame for frame in found if frame.tick > 4 * PPQ], jam

    frames, jam = imagined(0)
    silent = [frame for frame in frames if frame.onset is None and not frame.held]
    assert len(silent) > len(frames) / 2
    with_it, other = imagined(1)
    assert len(with_it) < len(frames) / 3, "a plan on silence is revised with every note"
    truth, blind = other.sessions[1].backing.plan.truth, jam.sessions[1].backing.plan.truth
    assert max(truth.stale) >= 15
    assert max(blind.stale) <= 4


# -- what is promised --------------------------------------------------------------------------------------------------


def roots(commit: float, **values: Any) -> dict[int, int]:
    """The chord's root at each beat, where the player goes from C to F at the twelfth beat without warning."""
    host = Host().tune([60] * 12).tune([65] * 8).stop()
    out = play(jam_of(Follows(), commit=commit, **values), host.script, host.time)
    return {cue.tick // PPQ: cue.pitch - 60 for _, _, cue in cues(out)}


@pytest.mark.parametrize(("commit", "first"), [(0, 13), (1, 14), (2, 15), (4, 17)])
def test_a_planned_chord_within_the_commit_distance_is_kept_and_beyond_it_revised(commit: int, first: int) -> None:
    found = roots(commit)
    assert [beat for beat, root in found.items() if root == 5] == [*range(first, 21)]
    assert [beat for beat, root in found.items() if root == 0] == [*range(4, first)]


def test_without_a_horizon_nothing_is_promised() -> None:
    assert min(beat for beat, root in roots(4, horizon=0).items() if root == 5) == 13


def test_a_promise_ends_with_the_distance_that_is_set() -> None:
    host = Host().tune([60] * 12)
    host.script.append((host.time + 0.05, ev.Set(1, "commit", 0)))
    host.tune([65] * 8).stop()
    out = play(jam_of(Follows(), commit=4), host.script, host.time)
    found = {cue.tick // PPQ: cue.pitch - 60 for _, _, cue in cues(out)}
    assert min(beat for beat, root in found.items() if root == 5) == 13


def test_the_band_by_rule_keeps_its_promises_too() -> None:
    def promised(commit: int) -> tuple[int, int]:
        host = Host().tune([60, 64, 67, 62, 65, 71, 66, 61] * 4).stop()
        jam = jam_of(commit=commit, horizon=4)
        play(jam, host.script, host.time)
        truth = jam.sessions[1].backing.plan.truth
        return truth.shown[1], truth.chords[1]

    shown, kept = promised(2)
    assert shown == kept > 10
    shown, kept = promised(0)
    assert kept < shown


# -- a loop seam ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [0.025, 0.1])
@pytest.mark.parametrize("back", [2 * BAR, BAR])
def test_after_a_seam_the_mind_knows_what_it_would_have_known_with_the_right_bars(every: float, back: int) -> None:
    host = Host(every=every).tune(TUNE * 3)
    seam = round(host.tick)
    host.locate(host.song - back).tune(TUNE[:2])
    jam = jam_of(Remembers())
    play(jam, host.script, host.time)
    backing = jam.sessions[1].backing
    assert [(tick, bar, phase) for tick, bar, phase, _ in backing._state] == [
        (tick, *divmod(tick - back * (tick >= seam), BAR)) for tick in range(0, backing._state[-1][0] + STEP, STEP)
    ]
    onsets = [tick for tick, _, _, onset in backing._state if onset is not None]
    assert onsets == [beat * PPQ + STEP for beat in range(14)][: len(onsets)], "nothing was heard twice, none lost"
    assert backing.chord is not None
    assert backing.chord.root == backing._state[-1][1] % 12


def test_a_seam_that_moves_nothing_costs_nothing() -> None:
    mind = Knows()
    jam = jam_of(mind)
    host = Host().tune(TUNE * 3)
    play(jam, host.script, host.time)
    calls, backing = mind.calls, jam.sessions[1].backing
    assert backing.rewind(0, jam.clock.place_at) == 0
    assert mind.calls == calls
    assert backing.rewind(10 * PPQ, lambda tick: place(tick + BAR, 0, Meter())) > 0
    assert mind.calls > calls


def test_a_mind_that_fails_in_the_second_hearing_is_covered_by_the_rules() -> None:
    class Once(Remembers):
        """A test generator that raises where it hears a tick again."""

        def __init__(self) -> None:
            self.heard: set[int] = set()

        def step(self, state: Any, frame: Frame) -> Any:
            if frame.tick in self.heard:
                raise RuntimeError("again?")
            self.heard.add(frame.tick)
            return super().step(state, frame)

    host = Host().tune(TUNE * 3).locate(BAR).tune(TUNE * 2).stop()
    jam = Jam(Once(), fallback=RulesBand(), settings=settings_of(horizon=0))
    out = play(jam, host.script, host.time)
    assert jam.report().failures == 1
    assert {cue.tick // BAR for _, _, cue in cues(out)} >= {1, 2, 3, 4}


def test_the_chord_after_a_seam_is_told() -> None:
    host = Host().tune(TUNE * 3).locate(0).tune(TUNE).stop()
    out = play(jam_of(Remembers(), horizon=0), host.script, host.time)
    told = [o.message for _, o in of(out, Chord) if isinstance(o.message, Chord)]
    assert next(chord.root for chord in told if chord.tick > 3 * BAR) == 0


# -- whether plans come true -------------------------------------------------------------------------------------------


def test_the_counters_of_truth_on_an_example() -> None:
    def frame(tick: int, onset: int | None = None) -> Frame:
        at = place(tick, 0, Meter())
        return Frame(tick, at, 120.0, onset, (), 90, (0.0,) * 12, tick, 0.5)

    def thought(*pitches: int) -> Thought:
        return Thought(tuple(Note(BASS, STEP, pitch, 80) for pitch in pitches))

    plan = Plan()
    for n in range(1, 9):
        plan.add(Planned(frame(n * STEP), thought(40, 41), None, 3, 0))
    plan.show(0, PPQ)
    truth = plan.truth
    assert (truth.made, truth.steps) == (8, 0)
    for n in range(1, 4):
        assert plan.came(frame(n * STEP), thought(), 3, due=True)
    assert (truth.shown[1], truth.ready, [*truth.stale]) == (0, 3, [0, 1, 2])
    assert plan.came(frame(4 * STEP), thought(40, 50), 3, due=True), "what was heard and chords matter, notes do not"
    assert (truth.shown, truth.chords) == ({1: 1, 2: 0, 4: 0}, {1: 1, 2: 0, 4: 0})
    assert truth.notes[1] == pytest.approx(0.5), "one of two came, one of two was shown"
    assert not plan.came(frame(5 * STEP, onset=60), thought(), 3, due=True), "the player did something else"
    assert plan.last is None
    assert not plan.came(frame(6 * STEP), thought(), 3, due=True), "nothing was planned any more"
    assert (truth.steps, truth.ready) == (6, 5)
    plan.came(frame(8 * STEP), thought(40, 41), 5, due=True)
    assert (truth.shown[2], truth.chords[2], truth.notes[2]) == (1, 0, 1.0), "what was shown counts, revised or not"
    assert (truth.shown[4], truth.chords[4]) == (0, 0)


def test_what_was_shown_and_never_comes_is_forgotten() -> None:
    at, plan = Frame(0, Place(0, 0, Meter()), 120.0, None, (), 90, (0.0,) * 12, 1, 0.5), Plan()
    for now in range(0, 1000 * 130, 130):  # the grid moves, so that no sixteenth falls where it was planned
        plan.add(Planned(replace(at, tick=now + PPQ), Thought(), None, 3, now))
        plan.show(now, PPQ)
        plan.came(replace(at, tick=now + 130), Thought(), 4, due=True)
    assert len(plan._shown) <= 64 + 3


def test_only_sixteenths_that_a_plan_was_due_for_count() -> None:
    host = Host(every=0.1).tune(TUNE * 4)
    jam = jam_of(Knows(), patience_bars=0)
    play(jam, host.script, host.time)
    truth = jam.sessions[1].backing.plan.truth
    assert (truth.ready, truth.steps) == (jam.steps - 17, jam.steps - 17), "not the bar that the band listened to"
    jam = jam_of(Knows(), horizon=0)
    play(jam, host.script, host.time)
    assert jam.sessions[1].backing.plan.truth.steps == 0


def test_another_chord_than_planned_revises_the_rest() -> None:
    at = Frame(STEP, Place(0, STEP, Meter()), 120.0, None, (), 90, (0.0,) * 12, 1, 0.5)
    plan = Plan()
    for n in range(1, 3):
        plan.add(Planned(replace(at, tick=n * STEP), Thought(), None, 3, 0))
    assert not plan.came(at, Thought(), 4, due=True)
    assert [*plan] == []


# -- the pace ----------------------------------------------------------------------------------------------------------

SIXTEENTH = 0.125


def test_the_pace_bends_lookahead_horizon_and_commit_as_documented() -> None:
    keeper = Keeper()
    assert keeper.lookahead(0.08, SIXTEENTH) == 0.08
    assert keeper.horizon(1920, 8, SIXTEENTH) == 1920
    assert (keeper.commit(0, 1920, 8, SIXTEENTH), keeper.serves(1920, 8, SIXTEENTH)) == (0, True)
    keeper.take(Pace(45.0, 1.0))
    assert keeper.lookahead(0.08, SIXTEENTH) == pytest.approx(0.09), "twice what deciding takes"
    assert keeper.lookahead(0.08, 0.1) == pytest.approx(0.075), "three quarters of a sixteenth at most"
    assert keeper.horizon(1920, 2, SIXTEENTH) == 1920
    assert keeper.horizon(1920, 4, SIXTEENTH) == 10 * STEP, "half of the 80 ms that are left, for four players"
    assert keeper.horizon(1920, 32, SIXTEENTH) == PPQ, "a beat at least"
    assert keeper.horizon(0, 32, SIXTEENTH) == 0


@pytest.mark.parametrize("decide", [1.0, 20.0, 90.0])
@pytest.mark.parametrize("plan", [0.1, 1.0, 8.0])
@pytest.mark.parametrize("players", [1, 4, 32])
def test_commit_is_2r_minus_1_and_the_horizon_two_round_trips(decide: float, plan: float, players: int) -> None:
    keeper = Keeper()
    keeper.take(Pace(decide, plan))
    for wanted in (0, PPQ, 4 * PPQ, 8 * PPQ):
        horizon = keeper.horizon(wanted, players, SIXTEENTH)
        r = keeper.round_trip(horizon, players, SIXTEENTH)
        took = decide / 1000 + plan / 1000 * players * horizon // STEP
        assert r >= 1
        assert r >= took / SIXTEENTH - 1
        kept = keeper.commit(0, horizon, players, SIXTEENTH)
        assert kept == min(horizon, (2 * r - 2) * STEP), "of 2r - 1 sixteenths the lookahead is one"
        assert keeper.commit(3 * PPQ, horizon, players, SIXTEENTH) >= 3 * PPQ
        assert keeper.serves(horizon, players, SIXTEENTH) == (
            decide <= 0.75 * 125 and (horizon == 0 or horizon // STEP >= 2 * r)
        )


def paced(*measures: tuple[float, Pace], players: int = 1, **values: Any) -> tuple[Jam, Out]:
    host = Host().tune(TUNE * 6)
    for player in range(2, players + 1):
        host.script += [(t, hello(player, port=9000 + player)) for t in range(0, 12, 2)]
    host.script += [*measures]
    jam = jam_of(Knows(), **values)
    return jam, play(jam, host.script, host.time)


def faults(out: Out) -> list[tuple[float, int]]:
    return [(time, o.player) for time, o in of(out, Error) if o.message == Error(7, "too_fast")]


SLOW, FAST = Pace(100.0, 5.0), Pace(2.0, 0.2)


def test_a_tempo_that_cannot_be_served_is_told_once_in_words_and_again_after_it_recovered() -> None:
    jam, out = paced((3.0, SLOW), (4.0, SLOW), (5.0, SLOW), players=3)
    assert faults(out) == [(3.0, 1), (3.0, 2), (3.0, 3)]
    assert "120 bpm" in jam.warning
    assert "3 players" in jam.warning
    assert "lower the tempo" in jam.warning
    jam, out = paced((3.0, SLOW), (4.0, FAST), (5.0, SLOW), (6.0, SLOW), (7.0, FAST))
    assert [time for time, _ in faults(out)] == [3.0, 5.0]
    assert jam.warning == ""


def test_a_machine_that_keeps_up_is_not_warned_and_before_the_start_nothing_is_said() -> None:
    assert faults(paced((3.0, FAST))[1]) == []
    jam = jam_of(Knows())
    jam.receive(hello(), 0.0)
    assert jam.receive(SLOW, 0.1) == []


def test_slow_plans_get_shorter_and_slow_decisions_are_made_earlier() -> None:
    jam, out = paced((4.0, Pace(2.0, 5.0)), horizon=8)
    assert ahead([item for item in out if item[0] < 4.0]) == 8 * PPQ
    assert ahead([item for item in out if item[0] > 4.6]) == 12 * STEP, "half of 123 ms, at 5 ms a sixteenth"
    assert jam.late == 0
    jam, out = paced((4.0, Pace(45.0, 0.1)))
    margins = [(time, o.time - time) for time, o, _ in cues(out) if o.time]
    assert max(margin for time, margin in margins if time < 4.0) < 0.081
    assert min(margin for time, margin in margins if time > 4.3) == pytest.approx(0.09, abs=0.002)
    assert jam.late == 0


@pytest.mark.parametrize(("pace", "first"), [(FAST, 13), (Pace(60.0, 20.0), 14)])
def test_a_slow_machine_keeps_the_chords_of_its_round_trip(pace: Pace, first: int) -> None:
    host = Host().tune([60] * 12).run(0.5).tune([65] * 8).stop()
    host.script.append((2.0, pace))
    found = {c.tick // PPQ: c.pitch - 60 for _, _, c in cues(play(jam_of(Follows()), host.script, host.time))}
    assert min(beat for beat, root in found.items() if root == 5) == first, "of a round trip of two, two sixteenths"
