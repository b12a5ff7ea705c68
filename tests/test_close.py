"""The close: answers lean to an end that sounds like one, gently, and only where they are asked to."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.engine import form
from bridge.engine.answerer import Ask, Phrase, Tone
from bridge.engine.echo import Echo
from bridge.engine.settings import Settings
from bridge.generators.close import Way
from bridge.io.minds import answerers
from bridge.music.listening import NOTHING
from bridge.music.timeline import PPQ, Meter, Place
from tests.bands import settings_of

BAR = 4 * PPQ
CALL = (60, 62, 64, 65, 67, 65, 64, 62)  # in C, and open
C_MAJOR = tuple(1.0 if p == 0 else 0.5 if p in (4, 7) else 0.0 for p in range(12))
ANSWERS = 40  # of each kind; the shares of last notes below are of so many


@pytest.fixture(scope="module")
def minds() -> dict[str, Any]:
    found, missing = answerers()
    assert not missing
    return found


def source() -> Phrase:
    return Phrase(0, 2 * BAR, tuple(Tone(n * PPQ, PPQ, pitch, 90) for n, pitch in enumerate(CALL)))


def answer(mind: Any, key: int, home: tuple[float, ...], temperature: float = 0.6, amount: float = 0.6) -> list[Tone]:
    state = mind.start()
    for tone in source().tones:
        state = mind.hear(state, tone.tick, tone.pitch, Place(tone.tick // BAR, tone.tick % BAR, Meter()), PPQ, "any")
    ask = Ask(2 * BAR, 2 * BAR, Place(2, 0, Meter()), source(), key, temperature, amount, "any", 90, home)
    state, tones = mind.ask(state, ask), []
    for _ in range(500):
        state, found = mind.compose(state)
        if found is None:
            return tones
        tones += found
    raise AssertionError("it never ends")


def lasts(mind: Any, home: tuple[float, ...], **more: float) -> list[Tone]:
    return [answer(mind, key, home, **more)[-1] for key in range(ANSWERS)]


def shares(mind: Any, home: tuple[float, ...], **more: float) -> tuple[float, float]:
    """Of the last notes, those on the tonic and those in its triad."""
    pitches = [tone.pitch % 12 for tone in lasts(mind, home, **more)]
    return pitches.count(0) / ANSWERS, sum(pitch in (0, 4, 7) for pitch in pitches) / ANSWERS


@pytest.mark.parametrize("name", ["melody", "note_rnn", "q", "psi", "g", "morph"])
def test_an_answer_ends_on_the_tonic_or_its_triad_far_more_often_but_not_always(
    minds: dict[str, Any], name: str
) -> None:
    free, led = shares(minds[name], ()), shares(minds[name], C_MAJOR)
    assert led[0] > free[0] + 0.1
    assert led[1] > free[1] + 0.2
    assert led[0] < 0.95


def test_a_cold_answer_is_led_too(minds: dict[str, Any]) -> None:
    """What is wanted weighs beside what the network says, before the temperature."""
    for temperature in (0.2, 1.0):
        free, led = (shares(minds["melody"], home, temperature=temperature) for home in ((), C_MAJOR))
        assert led > free


def test_a_melody_comes_to_rest_on_a_beat(minds: dict[str, Any]) -> None:
    def rests(tones: list[Tone]) -> float:
        return sum(tone.tick % PPQ == 0 and tone.tick <= 4 * BAR - PPQ for tone in tones) / ANSWERS

    free, led = rests(lasts(minds["melody"], ())), rests(lasts(minds["melody"], C_MAJOR))
    assert led > max(0.8, free)


@pytest.mark.parametrize("name", ["melody", "note_rnn"])
def test_only_the_end_is_led(minds: dict[str, Any], name: str) -> None:
    for key in range(6):
        free, led = answer(minds[name], key, ()), answer(minds[name], key, C_MAJOR)
        before = [[tone for tone in tones if tone.tick < 3 * BAR - PPQ] for tones in (free, led)]
        assert before[0][:-1] == before[1][:-1]


@pytest.mark.parametrize("name", ["melody", "note_rnn"])
@pytest.mark.parametrize("off", [50, 60, 70])
def test_a_bar_line_anywhere_has_its_downbeat_and_its_close(minds: dict[str, Any], name: str, off: int) -> None:
    """A loop of any length moves the bar lines off the sixteenths that are counted from tick 0."""
    state = minds[name].start()
    for tone in source().tones:
        at = Place(tone.tick // BAR, tone.tick % BAR, Meter())
        state = minds[name].hear(state, tone.tick + off, tone.pitch, at, PPQ, "any")
    call = Phrase(off, 2 * BAR, tuple(replace(tone, tick=tone.tick + off) for tone in source().tones))
    ask = Ask(2 * BAR + off, 2 * BAR, Place(2, 0, Meter()), call, 1, 0.6, 0.6, "any", 90, C_MAJOR)
    state = minds[name].ask(state, ask)
    tones: list[Tone] = []
    while True:
        state, found = minds[name].compose(state)
        if found is None:
            break
        tones += found
    assert tones[0].tick == 2 * BAR + off
    assert (tones[-1].tick - off) % PPQ == 0
    assert all(tone.ticks > 0 and tone.end <= 4 * BAR + off for tone in tones)


def test_a_variation_by_nothing_and_an_echo_stay_what_was_played(minds: dict[str, Any]) -> None:
    for mind, amount in ((minds["morph"], 0.0), (Echo(), 0.6)):
        assert [tone.pitch for tone in answer(mind, 1, C_MAJOR, amount=amount)] == list(CALL)


def test_an_end_is_a_note_on_a_beat_with_a_beats_time() -> None:
    on, off, late = (Way(left, -left % 48, 12, 48) for left in (24, 18, 6))
    assert [way.rests for way in (on, off, late)] == [True, False, False]
    assert on.end == 0 > off.end == late.end
    assert on.onset(12) < 0, "what may end there rather does"
    assert off.onset(12) == 0 > off.onset(6), "what may not goes on to where it may"
    assert Way(72, 24, 12, 48).onset(48) == 0, "a bar before the end everything is open"


def heard(*pitches: int) -> tuple[float, ...]:
    return tuple(float(pitches.count(pitch)) for pitch in range(12))


def close(settings: Settings, chroma: tuple[float, ...], bar: int = 3) -> dict[int, float]:
    wanted = form.close(settings, Place(bar, 3 * PPQ, Meter()), chroma)
    return {pitch: weight for pitch, weight in enumerate(wanted) if weight}


def test_what_an_answer_is_to_end_on() -> None:
    g_major, a_minor = heard(7, 7, 7, 11, 11, 2, 2, 0, 9, 4, 6), heard(9, 9, 9, 0, 0, 4, 4, 11, 2, 8)
    assert close(settings_of(), NOTHING) == {}, "nothing was heard that a key could be told from"
    assert close(settings_of(), g_major) == {7: 1.0, 11: 0.5, 2: 0.5}
    assert close(settings_of(), a_minor) == {9: 1.0, 0: 0.5, 4: 0.5}
    assert close(settings_of(key="D"), NOTHING) == {2: 1.0, 6: 0.5, 9: 0.5}
    assert close(settings_of(section_bars=4), g_major) == {2: 1.0, 6: 0.5, 9: 0.5}, "the band leads to a cadence there"
    assert close(settings_of(section_bars=4), g_major, bar=1) == {7: 1.0, 11: 0.5, 2: 0.5}
