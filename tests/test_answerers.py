"""The minds that answer, with the shipped weights: what they say in a jam, and what they promise."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from bridge.engine import form
from bridge.engine.answerer import Ask, Phrase, Tone
from bridge.engine.jam import Jam
from bridge.engine.parameters import TUNINGS
from bridge.engine.settings import Settings
from bridge.generators.answerers import MelodyAnswerer, MorphAnswerer
from bridge.generators.band import Band
from bridge.generators.rules import RulesBand
from bridge.io.minds import answerers, choose
from bridge.music.events import RESPONSE, Chord
from bridge.music.harmony import pitch_classes
from bridge.music.timeline import PPQ, Meter, Place
from tests.virtual import Host, cues, play

BAR = 4 * PPQ
CALL = [60, 62, 64, 65, 67, 65, 64, 62]


@pytest.fixture(scope="module")
def minds() -> dict[str, Any]:
    found, missing = answerers()
    assert not missing
    return found


def jam_of(minds: dict[str, Any], **values: Any) -> Jam:
    settings = Settings()
    for name, value in {"mode": "respond", **values}.items():
        settings.set(name, value)
    return Jam(RulesBand(), answerers=minds, settings=settings)


def said(jam: Jam, host: Host) -> list[Tone]:
    out = play(jam, host.script, host.time + 0.5)
    assert jam.report().failures == 0, jam.report().failure
    return [Tone(c.tick, c.ticks, c.pitch, c.velocity) for _, _, c in cues(out) if c.voice == RESPONSE]


def phrase(meter: Meter, bars: int = 2) -> Phrase:
    beats = bars * meter.bar // meter.beat
    return Phrase(0, bars * meter.bar, tuple(Tone(n * meter.beat, meter.beat, CALL[n % 8], 90) for n in range(beats)))


def ask(source: Phrase, meter: Meter, ticks: int = 0, **more: Any) -> Ask:
    place = Place(source.ticks // meter.bar, 0, meter)
    wanted = {"key": 5, "temperature": 0.7, "amount": 0.4, "genre": "any", "velocity": 90, **more}
    return Ask(source.ticks, ticks or source.ticks, place, source, **wanted)


def composed(mind: Any, state: Any) -> list[Tone]:
    tones: list[Tone] = []
    for _ in range(500):
        state, found = mind.compose(state)
        if found is None:
            return tones
        tones += found
    raise AssertionError("it never ends")


@pytest.mark.parametrize("mode", ["respond", "morph"])
@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (7, 8)])
def test_a_call_is_answered_in_its_own_bars(minds: dict[str, Any], mode: str, meter: tuple[int, int]) -> None:
    host, bar = Host(meter=meter), Meter(*meter).bar
    host.tune(CALL[: 2 * bar // (PPQ // 2)], 0.5)
    host.run(2 * bar / PPQ - host.tick / PPQ)
    host.run(5 * bar / PPQ).stop()
    tones = said(jam_of(minds, mode=mode, call_bars=2), host)
    assert tones
    assert tones[0].tick >= 2 * bar
    assert all(2 * bar <= tone.tick < tone.end <= 4 * bar for tone in tones)
    assert all(one.end <= other.tick for one, other in pairwise(tones))


@pytest.mark.parametrize("gap", [0, 2 * PPQ, BAR, 11 * PPQ // 2])
def test_a_call_that_begins_on_its_downbeat_is_answered_on_the_downbeat(minds: dict[str, Any], gap: int) -> None:
    """Whatever silence lies between: also one for which the melody model has no class of its own."""
    mind: MelodyAnswerer = minds["melody"]
    tones = tuple(Tone(n * PPQ, PPQ, CALL[n], 90) for n in range(4))
    state = mind.start()
    for tone in tones:
        state = mind.hear(state, tone.tick, tone.pitch, Place(0, tone.tick, Meter()), 0, "any")
    call = Phrase(0, BAR + gap, tones)
    late = Phrase(0, BAR + gap, tones[1:])
    begin = BAR + gap
    place = Place(begin // BAR, begin % BAR, Meter())
    on = [composed(mind, mind.ask(state, replace(ask(call, Meter(), BAR, key=key), place=place))) for key in range(20)]
    off = [composed(mind, mind.ask(state, replace(ask(late, Meter(), BAR, key=key), place=place))) for key in range(20)]
    assert {answer[0].tick for answer in on} == {begin}
    assert any(answer[0].tick > begin for answer in off), "who begins after the downbeat may be answered after it"


def test_a_triplet_of_the_player_is_heard_as_one(minds: dict[str, Any]) -> None:
    mind: MelodyAnswerer = minds["melody"]
    state = mind.start()
    for number in range(6):
        place = Place(0, number * 160, Meter())
        state = mind.hear(state, number * 160, 60 + number, place, 160, "any")
    assert state.network.past.times == tuple(range(0, 24, 4))


def test_what_is_composed_depends_on_state_and_key_alone(minds: dict[str, Any]) -> None:
    for name in ("melody", "morph"):
        mind, source = minds[name], phrase(Meter())
        first, same, other = (
            composed(mind, mind.ask(mind.start(), ask(source, Meter(), key=key))) for key in (5, 5, 6)
        )
        assert first == same
        assert first != other


def test_a_morph_fills_a_long_response_with_one_variation_after_another(minds: dict[str, Any]) -> None:
    mind: MorphAnswerer = minds["morph"]
    tones = composed(mind, mind.ask(mind.start(), ask(phrase(Meter()), Meter(), 6 * BAR, amount=0.3)))
    parts = [[(t.tick - 2 * BAR * n, t.pitch) for t in tones if t.tick // (2 * BAR) == n] for n in (1, 2, 3)]
    assert all(parts)
    assert parts[0] != parts[1] != parts[2]


def test_an_amount_of_0_gives_the_phrase_itself(minds: dict[str, Any]) -> None:
    mind = minds["morph"]
    tones = composed(mind, mind.ask(mind.start(), ask(phrase(Meter()), Meter(), amount=0.0)))
    assert [(t.tick - 2 * BAR, t.pitch) for t in tones] == [(t.tick, t.pitch) for t in phrase(Meter()).tones]


def test_weights_change_with_the_genre_and_what_was_heard_stays(minds: dict[str, Any]) -> None:
    mind, source = minds["melody"], phrase(Meter())
    state = mind.start()
    for tone in source.tones:
        state = mind.hear(state, tone.tick, tone.pitch, Place(tone.tick // BAR, tone.tick % BAR, Meter()), 0, "any")
    after = mind.ask(state, ask(source, Meter(), genre="jazz"))
    assert after.network.past.pitches == state.network.past.pitches
    assert composed(mind, after)


def test_an_answer_to_nothing_is_survived(minds: dict[str, Any]) -> None:
    for name in ("melody", "morph", "echo"):
        mind = minds[name]
        empty = Phrase(0, BAR, ())
        tones = composed(mind, mind.ask(mind.start(), ask(empty, Meter())))
        assert all(BAR <= tone.tick < 2 * BAR for tone in tones)


def test_the_band_chooses_chords_for_what_the_machine_is_about_to_say(minds: dict[str, Any]) -> None:
    """Its own melody is known ahead, so more of it lies in the chords than where the band only listens."""
    shares = []
    for weight in (0.0, form.FIT):
        inside = total = 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(form, "FIT", weight)
            host = Host().tune(CALL).run(8).tune(CALL[::-1]).run(8).stop()
            choice = choose(None)
            settings = Settings()
            for name, value in (("mode", "accompany+respond"), ("call_bars", 2)):
                settings.set(name, value)
            jam = Jam(choice.mind, fallback=choice.fallback, answerers=minds, settings=settings)
            out = play(jam, host.script, host.time + 0.5)
        chords = sorted(
            (o.message.tick, o.message.root, o.message.quality)
            for time, o in out if isinstance(o.message, Chord) and o.message.tick - time * 960 < 121
        )  # fmt: skip
        for _, _, cue in cues(out):
            if cue.voice == RESPONSE:
                root, quality = [(r, q) for tick, r, q in chords if tick <= cue.tick][-1]
                total += cue.ticks
                inside += cue.ticks * (root >= 0 and cue.pitch % 12 in pitch_classes(root, quality))
        shares.append(inside / total)
    assert shares[1] > shares[0]
    assert shares[1] > 0.7


def test_a_tuned_band_is_there_and_plays_another_way() -> None:
    band = choose(None).mind
    assert isinstance(band, Band)
    assert {f"{which}-{name}" for which in ("default", "folk", "pop") for name in TUNINGS[1:]} <= {*band.weights}
    for genre in ("hymn", "folk", "pop"):
        assert len({id(band.model(genre, tuning)) for tuning in TUNINGS}) == len(TUNINGS)
        assert band.model(genre, "other") is band.model(genre), "not tuned in that way: its own weights answer"
    host = Host().tune(CALL * 4).stop()
    played = []
    for tuning in TUNINGS:
        settings = Settings()
        settings.set("tuning", tuning)
        jam = Jam(band, settings=settings)
        played.append([(c.tick, c.pitch) for _, _, c in cues(play(jam, host.script, host.time))])
        assert jam.report().failures == 0
    assert played[0] != played[1] != played[2] != played[0]
