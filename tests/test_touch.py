"""What a player may set of how the band sounds, as stories: loudness, register, density, channel, key, swing, feel."""

from typing import Any

import pytest

from bridge.engine.ear import Played
from bridge.engine.frame import Note
from bridge.engine.touch import FURTHEST, Feel, locked_chord, straight, swung, touched, weight
from bridge.generators.rules import RulesBand
from bridge.music import scales
from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE, Chord, Cue, Do, Output, Set
from bridge.music.harmony import QUALITIES, pitch_classes
from bridge.music.listening import MAJOR, MINOR, NOTHING, faded, key_of
from bridge.music.timeline import PPQ, STEP, Meter, Place
from tests.bands import TRIAD, Everywhere, jam_of, settings_of
from tests.virtual import Host, cues, of, play

BAR = 4 * PPQ
VOICES = (ACCOMPANIMENT, BASS, RESPONSE)
CALL = [60, 62, 64, 65]
Out = list[tuple[float, Output]]


def heard(meter: tuple[int, int] = (4, 4), beats: float = 16.0, **values: Any) -> list[Cue]:
    """What the band sends for a steady tune, from the second bar on."""
    host = Host(meter=meter, every=0.2).tune(CALL * int(beats / 4)).stop()
    jam = jam_of(Everywhere(), **values)
    out = play(jam, host.script, host.time + 0.5)
    assert (jam.late, jam.report().failures) == (0, 0)
    return [cue for _, _, cue in cues(out)]


def both(**values: Any) -> list[Cue]:
    """What all three voices send."""
    return heard(beats=24, mode="accompany+respond", call_bars=1, **values)


def shape(found: list[Cue], voice: str) -> list[tuple[int, int]]:
    return [(cue.tick, cue.pitch) for cue in found if cue.voice == voice]


@pytest.mark.parametrize("voice", VOICES)
def test_a_level_makes_one_voice_softer_and_nothing_else(voice: str) -> None:
    usual, softer = both(), both(**{f"{voice}_level": 0.5})
    assert [cue.tick for cue in usual] == [cue.tick for cue in softer]
    for one, other in zip(usual, softer, strict=True):
        wanted = one.velocity * (0.5 if one.voice == voice else 1)
        assert abs(other.velocity - wanted) <= 0.5
    assert {cue.voice for cue in both(**{f"{voice}_level": 0})} == {*VOICES} - {voice}


def test_the_level_of_all_and_its_limits() -> None:
    usual, louder = both(), both(level=1.5)
    assert [cue.velocity for cue in louder] == [min(127, round(cue.velocity * 1.5)) for cue in usual]
    assert both(level=0) == []
    assert {cue.velocity for cue in both(level=0.001)} == {1}


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("octaves", [-2, 1, 2])
def test_a_register_moves_one_voice_by_octaves(voice: str, octaves: int) -> None:
    usual, moved = both(), both(**{f"{voice}_register": octaves})
    for one, other in zip(usual, moved, strict=True):
        assert other.pitch == one.pitch + (12 * octaves if one.voice == voice else 0)


def test_a_register_never_leaves_midi() -> None:
    for pitch, octaves in ((120, 2), (5, -2)):
        (note,) = touched(
            (Note(BASS, 100, pitch, 80),), Place(0, 0, Meter()), settings_of(bass_register=octaves), None, Feel(), 0
        )
        assert note.pitch % 12 == pitch % 12
        assert 0 <= note.pitch <= 127


@pytest.mark.parametrize("voice", VOICES)
def test_density_leaves_out_weak_places_first(voice: str) -> None:
    found = {density: shape(both(**{f"{voice}_density": density}), voice) for density in (0, 0.25, 0.5, 0.7, 1)}
    for less, more in ((0, 0.25), (0.25, 0.5), (0.5, 0.7), (0.7, 1)):
        assert {*found[less]} <= {*found[more]}
    assert {tick % BAR for tick, _ in found[0]} == {0}
    assert {tick % (2 * PPQ) for tick, _ in found[0.25]} == {0}
    assert {tick % PPQ for tick, _ in found[0.5]} == {0}
    others = [shape(both(**{f"{voice}_density": 0}), other) for other in VOICES if other != voice]
    assert others == [shape(both(), other) for other in VOICES if other != voice]


def test_a_note_between_two_sixteenths_is_the_weakest() -> None:
    place = Place(0, 0, Meter())
    assert weight(place) == 1
    assert weight(place, 20) == 1
    assert weight(place, 80) == weight(place, 60) == 0.2


def test_every_voice_has_its_channel() -> None:
    host = Host().tune(CALL * 6).stop()
    numbers: dict[str, int | str] = {f"{voice}_channel": 5 + n for n, voice in enumerate((*VOICES, "metronome"))}
    jam = jam_of(Everywhere(), mode="accompany+respond", call_bars=1, metronome=1.0, **numbers)
    out = cues(play(jam, host.script, host.time))
    assert {(cue.voice, o.channel) for _, o, cue in out} == {
        (ACCOMPANIMENT, 5), (BASS, 6), (RESPONSE, 7), ("metronome", 8)
    }  # fmt: skip
    usual = cues(play(jam_of(Everywhere(), metronome=1.0), host.script, host.time))
    assert {(cue.voice, o.channel) for _, o, cue in usual} == {(ACCOMPANIMENT, 1), (BASS, 2), ("metronome", 10)}


# -- key and scale -------------------------------------------------------------------------------------------------


def told(out: Out) -> list[Chord]:
    return [o.message for _, o in of(out, Chord) if isinstance(o.message, Chord)]


@pytest.mark.parametrize(("scale", "tonic"), [*zip(scales.SCALES, ["C", "F#", "Bb"] * 4, strict=True)])
def test_a_lock_keeps_every_voice_in_its_scale(scale: str, tonic: str) -> None:
    host = Host(every=0.1).tune([61, 63, 66, 68, 70, 65, 61, 66] * 2).stop()
    jam = jam_of(mode="accompany+respond", call_bars=1, key=tonic, scale=scale)
    out = play(jam, host.script, host.time + 0.5)
    classes = scales.scale({"C": 0, "F#": 6, "Bb": 10}[tonic], scale)
    assert {cue.voice for _, _, cue in cues(out)} == {*VOICES}
    assert all(cue.pitch % 12 in classes for _, _, cue in cues(out))
    if len(classes) >= 7:
        names = told(out)
        assert names
        assert all(pitch_classes(chord.root, chord.quality) <= classes for chord in names)


def test_a_locked_chord_is_named_after_what_sounds() -> None:
    for tonic in (0, 5, 10):
        for name in ("major", "minor", "dorian", "harmonic_minor", "lydian", "phrygian", "mixolydian"):
            classes = scales.scale(tonic, name)
            for root in range(12):
                for quality in QUALITIES:
                    chord = locked_chord(Chord(7, root, quality), classes)
                    moved = {scales.nearest(60 + pc, classes) % 12 for pc in pitch_classes(root, quality)}
                    called = pitch_classes(chord.root, chord.quality)
                    assert called <= classes
                    assert len(called & moved) >= 2
                    if any(pitch_classes(r, q) == moved for r in range(12) for q in QUALITIES):
                        assert called == moved
    assert locked_chord(Chord(7, -1, "N"), scales.scale(0, "major")) == Chord(7, -1, "N")


def test_the_lock_of_a_heard_key_waits_until_something_was_heard() -> None:
    host = Host().tune([66, 68, 70, 71, 73, 70, 66, 66] * 2).stop()
    out = play(jam_of(Everywhere(), key="auto"), host.script, host.time)
    sharp = scales.scale(6, "major")
    assert all(cue.pitch % 12 in sharp for _, _, cue in cues(out) if cue.tick >= 2 * BAR)
    silent = Host().run(12).stop()
    jam = jam_of(Everywhere(), key="auto", entry_bars=0)
    silent.script.append((1.0, Do(1, "enter")))
    free = play(jam, silent.script, silent.time)
    assert {cue.pitch for _, _, cue in cues(free)} == {*TRIAD, 36}


def test_a_fixed_tonic_is_major_or_minor_as_heard() -> None:
    for pitches, third in (([60, 64, 67, 64], 4), ([60, 63, 67, 63], 3)):
        host = Host().tune(pitches * 4).stop()
        out = play(jam_of(Everywhere(), key="C"), host.script, host.time)
        assert {cue.pitch % 12 for _, _, cue in cues(out) if cue.tick > 2 * BAR} == {0, third, 7}


def test_a_key_is_told_as_by_plain_correlation() -> None:
    def correlation(a: Any, b: Any) -> float:
        mean_a, mean_b = sum(a) / 12, sum(b) / 12
        cross = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
        return float(cross / (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5)

    chroma = NOTHING
    assert key_of(chroma) == (0, "maj")
    for step in range(200):
        chroma = faded(chroma, [(step * step * 7 + step // 5) % 12 + 60])
        fits = [
            (correlation(chroma[t:] + chroma[:t], profile), t, mode)
            for t in range(12) for mode, profile in (("maj", MAJOR), ("min", MINOR))
        ]  # fmt: skip
        assert key_of(chroma) == max(fits)[1:]


# -- swing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "late"), [(0.0, 0), (0.5, 40), (1.0, 80)])
def test_eighths_swing_and_beats_stay(amount: float, late: int) -> None:
    found = heard(swing=amount)
    ticks = {cue.tick % PPQ for cue in found}
    assert {0, 240 + late} <= ticks
    assert len(ticks) == 4
    ends = {(cue.tick % PPQ, cue.ticks) for cue in found if cue.tick % PPQ == 0}
    assert all(0 + ticks <= 120 * (1 + amount / 3) for _, ticks in ends)


def test_sixteenths_swing_where_asked_for() -> None:
    assert {cue.tick % (PPQ // 2) for cue in heard(swing=1.0, swing_grid="16")} == {0, 160}


def test_in_compound_meters_only_sixteenths_swing() -> None:
    assert {cue.tick % STEP for cue in heard((6, 8), swing=1.0)} == {0}
    assert {cue.tick % 240 for cue in heard((6, 8), swing=1.0, swing_grid="16")} == {0, 160}


def test_the_odd_eighth_of_a_bar_of_seven_stays() -> None:
    bar = Meter(7, 8).bar
    eighths = {cue.tick % bar for cue in heard((7, 8), 28, swing=1.0) if (cue.tick % bar) % 480 in (0, 240, 320)}
    assert {0, 320, 480, 800, 960, 1280, 1440} == eighths
    assert all(swung(phase, 1.0, 240, bar) <= bar for phase in range(bar + 1))


def test_swing_can_be_undone_and_keeps_the_order() -> None:
    for bar in (BAR, Meter(7, 8).bar, Meter(3, 4).bar):
        for unit in (STEP, 2 * STEP):
            for amount in (0.0, 0.3, 1.0):
                moved = [swung(phase, amount, unit, bar) for phase in range(2 * bar)]
                assert moved == sorted(moved)
                assert all(abs(straight(at, amount, unit, bar) - phase) <= 1 for phase, at in enumerate(moved))


def test_a_player_who_swings_is_heard_where_it_was_meant_and_answered_with_swing() -> None:
    host = Host()
    for pitch, beats in ((60, 2 / 3), (62, 1 / 3)) * 4:
        host.tune([pitch], beats)
    host.run(12).stop()
    jam = jam_of(Everywhere(), mode="respond", swing=1.0)
    notes: list[int] = []
    out = play(jam, [(t, e) for t, e in host.script if t <= host.time - 2.5])
    notes = [note.tick for note in jam.sessions[1].ear.notes]
    assert notes == [pytest.approx(240 * n, abs=1) for n in range(8)]
    out += play(jam, [(t, e) for t, e in host.script if t > host.time - 2.5], host.time)
    answer = [cue.tick for _, _, cue in cues(out) if cue.voice == RESPONSE]
    assert answer == [pytest.approx(2 * BAR + 480 * (n // 2) + 320 * (n % 2), abs=2) for n in range(8)]


# -- feel ------------------------------------------------------------------------------------------------------------


def by_hand(late: int, bars: int = 8, tempo: float = 120.0, meter: tuple[int, int] = (4, 4), loud: int = 80) -> Host:
    """A player whose beats come `late` ticks after their place; the first of each bar is `loud`."""
    host, beat = Host(tempo=tempo, meter=meter, every=0.1), Meter(*meter).beat
    per_bar = Meter(*meter).bar // beat
    host.run(1 if late >= 0 else (beat + late) / PPQ)
    host.run(beat / PPQ - 1 + late / PPQ if late >= 0 else 0)
    for n in range(bars * per_bar):
        host.note(CALL[n % 4], 0.7 * beat / PPQ, loud if (n + 1) % per_bar == 0 else 80).run(beat / PPQ)
    return host.stop()


@pytest.mark.parametrize("late", [30, 20, -20])
def test_the_band_takes_on_the_players_micro_timing_as_far_as_asked_for(late: int) -> None:
    host = by_hand(late)
    for amount in (0.0, 0.5, 1.0):
        jam = jam_of(Everywhere(), feel=amount)
        out = cues(play(jam, host.script, host.time))
        offs = [(cue.tick + PPQ // 2) % PPQ - PPQ // 2 for _, _, cue in out if cue.tick > 7 * BAR]
        beats = [off for off in offs if abs(off) < STEP // 2]
        assert beats
        assert all(abs(off - amount * late) <= 6 for off in beats), (amount, late, beats)
        assert jam.late == 0


@pytest.mark.parametrize(("tempo", "lookahead"), [(30.0, 80), (60.0, 40), (120.0, 5), (120.0, 80), (250.0, 1000)])
def test_a_band_that_is_early_with_its_player_is_never_too_late(tempo: float, lookahead: int) -> None:
    host = by_hand(-34, tempo=tempo)
    jam = jam_of(Everywhere(), feel=1.0, lookahead_ms=lookahead)
    out = cues(play(jam, host.script, host.time))
    assert jam.late == 0
    early = [round(cue.tick / STEP) * STEP - cue.tick for _, _, cue in out]
    assert 1 <= max(early) <= FURTHEST
    least = 0.45 * min(lookahead / 1000, 0.75 * 15 / tempo)
    assert all(o.time - time >= least for time, o, _ in out if o.time is not None)


def test_the_band_takes_on_the_players_accents() -> None:
    host = by_hand(0, loud=120)
    for amount in (0.0, 1.0):
        out = [c for _, _, c in cues(play(jam_of(Everywhere(), feel=amount, dynamics=0), host.script, host.time))]
        loud = [c.velocity for c in out if c.tick > 5 * BAR and c.tick % PPQ == 0]
        rest = [c.velocity for c in out if c.tick > 5 * BAR and c.tick % PPQ == 2 * STEP]
        assert sum(loud) / len(loud) >= 0.95 * sum(rest) / len(rest)
        assert (max(loud) == 80) == (amount == 0)


def test_feel_is_learnt_by_the_sixteenth_of_the_beat_and_not_from_triplets() -> None:
    compound, feel = Meter(6, 8), Feel()
    for _ in range(40):
        feel = feel.heard(Played(0, 60, 110), Place(0, 720, compound), 80)
        feel = feel.heard(Played(0, 60, 60), Place(0, 240, compound), 80)
        feel = feel.heard(Played(0, 60, 60), Place(0, 960, compound), 80)
    assert feel.accents[0] > 1.3
    assert feel.accents[2] < 0.8
    triplets = Feel()
    for phase in (0, 160, 320):
        triplets = triplets.heard(Played(0, 60, 80), Place(0, phase, Meter()), 80)
    assert triplets.late == Feel().late


def test_no_note_ends_later_by_feel() -> None:
    feel = Feel((30.0,) * 6)
    for ticks in (1, 20, 112):
        (note,) = touched(
            (Note(BASS, ticks, 40, 80),), Place(0, 0, Meter()), settings_of(feel=1.0), None, feel, FURTHEST
        )
        assert note.ticks >= 1
        assert note.delay + note.ticks == ticks
        assert note.delay == min(30, ticks - 1)


def test_dynamics_follow_the_player_as_far_as_asked_for() -> None:
    def mean(velocity: int, amount: float) -> float:
        host = Host()
        for pitch in CALL * 4:
            host.note(pitch, 0.9, velocity).run(1)
        out = cues(play(jam_of(Everywhere(), dynamics=amount), host.stop().script, host.time))
        late = [cue.velocity for _, _, cue in out if cue.tick > 2 * BAR]
        return sum(late) / len(late)

    assert mean(120, 0) == mean(40, 0) == 80
    assert mean(120, 1) == pytest.approx(120, abs=2)
    assert mean(40, 1) == pytest.approx(40, abs=2)
    assert mean(120, 0.5) == pytest.approx(100, abs=2)


def test_a_change_of_touch_is_heard_from_the_next_sixteenth_on() -> None:
    host = Host().tune(CALL * 4)
    host.script.append((6.0, Set(1, "bass_register", -1)))
    out = cues(play(jam_of(Everywhere()), host.script, host.time))
    for time, _, cue in out:
        assert cue.voice != BASS or cue.pitch == (36 if time <= 6.0 else 24)


def test_the_band_by_rule_stays_a_band_under_every_touch() -> None:
    host = Host().tune(CALL * 4).stop()
    plain = cues(play(jam_of(RulesBand()), host.script, host.time))
    wild = cues(play(
        jam_of(RulesBand(), swing=1.0, feel=1.0, key="auto", level=0.7), host.script, host.time
    ))  # fmt: skip
    assert len(plain) == len(wild)
