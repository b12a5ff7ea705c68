"""Modes, models and voices as stories: what sounds in which, and what an action finds to act on."""

from typing import Any

import pytest

from bridge.engine.echo import Echo
from bridge.engine.jam import Jam
from bridge.music.events import (
    BASS,
    RESPONSE,
    Chord,
    Do,
    Error,
    Output,
    Set,
    Silence,
    State,
)
from bridge.music.timeline import PPQ
from tests.bands import Everywhere, jam_of
from tests.talks import BAR, CALL, Counts
from tests.virtual import Host, cues, of, play

Out = list[tuple[float, Output]]


def test_a_response_ends_with_a_mode_that_has_none_and_its_call_is_forgotten() -> None:
    host = Host().tune(CALL).run(5)
    host.script.append((host.time, Set(1, "mode", "accompany")))
    host.run(7).tune(CALL * 2)
    host.script.append((host.time - 0.1, Set(1, "mode", "respond")))
    host.tune([70, 71, 72, 74]).run(12).stop()
    mind = Counts()
    play(jam_of(Everywhere(), mind, mode="respond"), host.script, host.time)
    assert len(mind.asked) == 2
    assert [tone.pitch for tone in mind.asked[1].source.tones] == [70, 71, 72, 74]


@pytest.mark.parametrize("now", [False, True])
def test_another_model_answers_from_the_next_bar_line_on_or_now(now: bool) -> None:
    class Named(Counts):
        """A test mind that says its number."""

        def __init__(self, pitch: int) -> None:
            super().__init__()
            self.pitch = pitch

        def compose(self, state: Any) -> Any:
            state, tones = super().compose(state)
            return state, tones and tuple(type(t)(t.tick, t.ticks, self.pitch, t.velocity) for t in tones)

    from tests.bands import settings_of

    minds = {"echo": Echo(), "melody": Named(40), "q": Named(50)}
    host = Host().tune(CALL * 2)
    host.script.append((host.time - 0.5, Set(1, "model", "q")))
    if now:
        host.script.append((host.time - 0.4, Do(1, "now")))
    host.tune(CALL * 2).stop()
    jam = Jam(Everywhere(), answerers=minds, settings=settings_of(mode="respond", call_bars=1))
    out = [(c.tick, c.pitch) for _, _, c in cues(play(jam, host.script, host.time)) if c.voice == RESPONSE]
    assert [pitch for _, pitch in out] == [40] * 4 + [50] * (len(out) - 4)
    assert out[4][0] == 2 * BAR
    if now:
        assert jam.sessions[1].exchange.response is None or jam.sessions[1].settings.word("model") == "q"


def test_a_model_that_is_not_there_is_answered_for_by_an_echo() -> None:
    host = Host().tune(CALL).run(12).stop()
    jam = jam_of(Everywhere(), mode="respond", model="psi")
    out = [(c.tick, c.pitch) for _, _, c in cues(play(jam, host.script, host.time)) if c.voice == RESPONSE]
    assert out == [(2 * BAR + n * PPQ, pitch) for n, pitch in enumerate(CALL)]


def test_the_response_can_be_switched_off_alone() -> None:
    host = Host().tune(CALL * 6)
    host.script.append((6.0, Set(1, "response", 0)))
    out = play(jam_of(Everywhere(), mode="accompany+respond", call_bars=1), host.script, host.time)
    assert [o.message.voice for _, o in of(out, Silence) if isinstance(o.message, Silence)] == [RESPONSE]
    after = {cue.voice for time, _, cue in cues(out) if time > 6.0}
    assert after == {"accompaniment", BASS}


def test_chords_are_told_only_while_they_sound() -> None:
    host = Host().tune(CALL * 4).stop()
    told = of(play(jam_of(mode="respond"), host.script, host.time), Chord)
    assert {o.message.quality for _, o in told if isinstance(o.message, Chord)} <= {"N"}
    assert of(play(jam_of(mode="accompany"), host.script, host.time), Chord)


def test_in_solo_a_band_that_plays_is_played_over_for_as_long_as_one_likes() -> None:
    host = Host().tune([60, 62, 64, 65] * 2)
    host.script.append((host.time, Set(1, "solo", 1)))
    host.tune([72] * 32)
    host.script.append((host.time, Set(1, "solo", 0)))
    silent = host.time
    host.run(6 * 4).stop()
    begun = [c.tick for _, _, c in cues(play(jam_of(Everywhere(), patience_bars=2), host.script, host.time))]
    assert {tick // BAR for tick in begun} >= set(range(1, 10)), "it goes on under eight bars of solo"
    assert max(begun) < round(silent * 2 * PPQ) + BAR, "who is listened to again has been silent for long"


def test_in_solo_nothing_brings_the_band_in_and_nothing_is_answered() -> None:
    host = Host().tune(CALL * 4).run(8).stop()
    for mode in ("accompany", "respond", "morph"):
        out = play(jam_of(Everywhere(), mode=mode, solo=1), host.script, host.time)
        assert cues(out) == []
    off = Host().tune(CALL * 2)
    off.script.append((off.time, Set(1, "solo", 0)))
    off.tune(CALL * 2).stop()
    out = play(jam_of(Everywhere(), solo=1), off.script, off.time)
    assert min(cue.tick for _, _, cue in cues(out)) == 3 * BAR


def test_clear_forgets_the_call_and_leaves_the_response_playing() -> None:
    host = Host().tune(CALL).run(5.5)
    host.script.append((host.time, Do(1, "clear")))
    host.run(10).stop()
    out = play(jam_of(Everywhere(), mode="respond"), host.script, host.time)
    assert [(c.tick, c.pitch) for _, _, c in cues(out)] == [(2 * BAR + n * PPQ, pitch) for n, pitch in enumerate(CALL)]


def test_a_stray_mutate_before_anything_was_said_means_nothing_and_is_told() -> None:
    host = Host()
    host.script.append((0.5, Do(1, "mutate")))
    host.tune(CALL).run(16).stop()
    mind = Counts()
    out = play(jam_of(Everywhere(), mind, mode="respond"), host.script, host.time)
    assert len(mind.asked) == 1
    assert [o.message for _, o in of(out, Error)] == [Error(10, "no_response")]


def test_to_end_a_call_that_is_not_there_is_told_and_ends_no_later_one() -> None:
    host = Host().run(1)
    host.script.append((host.time, Do(1, "end_call")))
    host.run(3).tune(CALL * 2).run(16).stop()
    out = play(jam_of(Everywhere(), mode="respond"), host.script, host.time)
    assert [o.message for _, o in of(out, Error)] == [Error(9, "no_call")]
    assert min(cue.tick for _, _, cue in cues(out) if cue.voice == RESPONSE) == 4 * BAR


def test_the_band_does_not_tire_while_its_own_response_plays() -> None:
    host = Host(every=0.1).tune(CALL).run(40).stop()
    jam = jam_of(Everywhere(), mode="accompany+respond", response_bars=6, patience_bars=2)
    out = play(jam, host.script, host.time)
    last = {voice: max(c.tick for _, _, c in cues(out) if c.voice == voice) // BAR for voice in (BASS, RESPONSE)}
    assert last[RESPONSE] == 7
    assert 8 <= last[BASS] <= 10
    assert of(out, State)
