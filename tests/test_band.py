"""The band: genres choose weights on bar lines, chords sound while they are right, the bass keeps its register."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.foresight import Foresight
from bridge.engine.frame import Frame, Note, Thought
from bridge.engine.jam import Jam
from bridge.engine.schedule import Schedule
from bridge.engine.settings import Settings
from bridge.generators import line
from bridge.generators.band import Band
from bridge.generators.line import BOTTOM, TOP, Line
from bridge.generators.model import Decision, Heard, State
from bridge.generators.patterns import Book, Pattern, Strike
from bridge.music.events import ACCOMPANIMENT, BASS, Chord, Cue, Error, Output, Set, Silence, Value
from bridge.music.harmony import Chord as Harmony
from bridge.music.timeline import PPQ, STEP, Meter, place
from bridge.music.vocabulary import CHORDS, GENRES, HOLD, NO_CHORD, REST, chord_of, chord_pitch_classes, onset
from tests.virtual import Host, cues, of, play

TUNE = [67, 69, 71, 72, 74, 72, 71, 69]
MAJOR = [8 * root for root in range(12)]  # chord classes
Script = Callable[[int, Heard, int], tuple[int, int]]  # (steps before, what is heard, key) -> chord class, bass token


@dataclass
class Scripted:
    """A network's double: it decides by a script, counts its steps in its state, and remembers what it was told."""

    script: Script
    units: int = 1
    told: list[Heard] = field(default_factory=list)
    begun: list[tuple[float, float]] = field(default_factory=list)  # of its steps: memory of itself, of the music
    chance: float = 1.0  # that it gives its chords
    temperature: float = 0.5
    reach: int = 1  # steps that its history has

    def start(self) -> State:
        lstm, profile, memory = (np.zeros((self.units, 1), kind) for kind in (np.float32, np.float32, np.int32))
        return State(lstm, profile, memory, np.zeros((self.units, self.reach), np.int32))

    def step(
        self, state: State, heard: Heard, *, temperature: float, random: int, wishes: Any = ()
    ) -> tuple[State, Decision]:
        self.told.append(heard)
        self.begun.append((float(state.lstm[0, 0]), float(state.history[0, 0])))
        steps = int(state.history[0, 0])
        chord, bass = self.script(steps, heard, random)
        after = State(state.lstm + 1, state.profile, state.memory, state.history + 1)
        return after, Decision(chord, bass, HOLD, self.chance, np.zeros(CHORDS, np.float32), np.zeros(50, np.float32))


def steady(chord: int = 0, bass: int = onset(36)) -> Script:
    return lambda steps, heard, _: (chord, bass if heard.place.step == 0 else HOLD)


def wandering(steps: int, heard: Heard, key: int) -> tuple[int, int]:
    """Another chord on most beats, by the key and by what is heard; no plan can know."""
    beat = (key >> 5) * 7 + heard.melody
    chord = MAJOR[beat % 12] if heard.place.on_beat and beat % 5 else NO_CHORD
    return chord, (HOLD, REST, onset(28 + beat % 33))[beat % 3]


class Wandering(Scripted):
    """A network's double that keeps its chord between beats."""

    def step(
        self, state: State, heard: Heard, *, temperature: float, random: int, wishes: Any = ()
    ) -> tuple[State, Decision]:
        after, decision = super().step(state, heard, temperature=temperature, random=random)
        chord = decision.chord if heard.place.on_beat else int(state.memory[0, 0])
        after.memory[0, 0] = chord
        return (
            State(after.lstm, after.profile, np.full_like(after.memory, chord), after.history),
            Decision(chord, decision.bass, decision.melody, 1.0, decision.chord_chances, decision.melody_chances),
        )


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.load()


def jam_of(band: Band, genre: str = "any", seed: int = 0) -> Jam:
    values = Settings()
    values.set("genre", genre)
    return Jam(band, seed=seed, settings=values)  # type: ignore[arg-type]


# -- the genre -------------------------------------------------------------------------------------------------


def test_a_genre_set_while_playing_changes_the_weights_at_the_next_bar_line(book: Book) -> None:
    plain, pop = Scripted(steady(0)), Scripted(steady(8))
    host = Host().tune(TUNE * 2)
    host.script.append((host.time - 3.6, Set(1, "genre", "jazz")))  # within bar 3
    out = play(jam_of(Band({"default": plain, "pop": pop}, book)), host.script, host.time)  # type: ignore[dict-item]
    assert [o.message for _, o in of(out, Value)] == [Value("genre", "jazz")]
    chords = [(o.message.tick, o.message.root) for _, o in of(out, Chord) if isinstance(o.message, Chord)]
    played = {tick: root for tick, root in chords if tick % (4 * PPQ) == 0}
    assert played[4 * PPQ] == 0
    assert played[12 * PPQ] == 1, "bar 4 is the first after it"
    first = pop.told[0]
    assert (first.place.step, first.place.bar) == (0, 3)
    assert first.genre == GENRES.index("jazz")
    assert plain.told[0].genre == -1
    itself, music = pop.begun[0]
    assert itself == 0, "new weights have heard nothing"
    assert music > 40, "but they know what was played"


def test_genres_of_one_set_share_their_network_and_its_memory(book: Book) -> None:
    plain, pop = Scripted(steady(0)), Scripted(steady(8))
    host = Host().tune(TUNE * 2)
    host.script.append((4.1, Set(1, "genre", "rock")))
    play(jam_of(Band({"default": plain, "pop": pop}, book), "jazz"), host.script, host.time)  # type: ignore[dict-item]
    assert plain.told == []
    assert {heard.genre for heard in pop.told} == {GENRES.index("jazz"), GENRES.index("rock")}
    live = [itself == music for itself, music in pop.begun]
    assert all(live), "it never began anew"


def test_a_set_that_is_not_there_is_answered_for_by_the_default(book: Book) -> None:
    plain = Scripted(steady(0))
    host = Host().tune(TUNE * 2)
    out = play(jam_of(Band({"default": plain}, book), "folk"), host.script, host.time)  # type: ignore[dict-item]
    assert {heard.genre for heard in plain.told} == {GENRES.index("folk")}
    assert cues(out)


def test_weights_of_another_size_begin_anew(book: Book) -> None:
    plain, pop = Scripted(steady(0)), Scripted(steady(8), units=2)
    host = Host().tune(TUNE)
    host.script.append((1.1, Set(1, "genre", "pop")))
    play(jam_of(Band({"default": plain, "pop": pop}, book)), host.script, host.time)  # type: ignore[dict-item]
    assert pop.begun[0] == (0, 0)


def test_a_genre_that_does_not_exist_is_refused(book: Book) -> None:
    host = Host().tune(TUNE)
    host.script.append((1.0, Set(1, "genre", "polka")))
    jam = jam_of(Band({"default": Scripted(steady())}, book))  # type: ignore[dict-item]
    out = play(jam, host.script, host.time)
    assert [o.message.reason for _, o in of(out, Error) if isinstance(o.message, Error)] == ["bad_value"]
    assert jam.sessions[1].settings.word("genre") == "any"


# -- chords while they are right -------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["any", *GENRES]), st.sampled_from([(4, 4), (3, 4), (2, 4), (6, 8), (5, 4), (7, 8)]),
    st.integers(0, 2**31), st.lists(st.tuples(st.integers(50, 80), st.sampled_from([0.25, 0.5, 1, 1.5])), min_size=12,
    max_size=24),
)  # fmt: skip
def test_a_chord_never_outlasts_its_harmony(
    book: Book, genre: str, meter: tuple[int, int], seed: int, tune: list[tuple[int, float]]
) -> None:
    host = Host(meter=meter)
    for pitch, beats in tune:
        host.tune([pitch], beats)
    jam = jam_of(Band({"default": Wandering(wandering)}, book), genre, seed)  # type: ignore[dict-item]
    out = play(jam, host.script, host.time)
    assert jam.report().failures == 0, jam.report().failure
    rate = host.tempo * PPQ / 60
    said = [(t * rate, o.message) for t, o in of(out, Chord) if isinstance(o.message, Chord)]
    chords = {chord.tick: chord for at, chord in said if chord.tick - at < STEP}  # the others are plans
    stops = [t * rate for t, o in of(out, Silence) if isinstance(o.message, Silence) and o.message.voice != BASS]
    played = [(cue, min([cue.tick + cue.ticks, *(s for s in stops if s > cue.tick - 100)])) for _, _, cue in cues(out)]
    for cue, end in played:
        if cue.voice == ACCOMPANIMENT:
            for tick, chord in chords.items():
                if cue.tick < tick < end - 1:
                    assert cue.pitch % 12 in _classes(chord), f"{cue} sounds into {chord}"
            again = [other.tick for other, _ in played if (other.voice, other.pitch) == (cue.voice, cue.pitch)]
            assert not any(cue.tick < tick < end - 1 for tick in again), f"{cue} is struck again while it sounds"
    assert _hanging(out, host.time) == 0


def _classes(chord: Chord) -> frozenset[int]:
    if chord.root < 0:
        return frozenset()
    return Harmony(chord.root, chord.quality, chord.root).pitch_classes


def _hanging(out: list[tuple[float, Output]], until: float) -> int:
    """How many notes a MIDI device would be left with after the last cue's end."""
    schedule, sounding = Schedule(), set()
    from bridge.music.timeline import Timeline

    schedule.follow(Timeline(120.0, 0.0, 0.0))
    for time, output in out:
        told = schedule.due(time)
        if isinstance(output.message, Cue):
            schedule.add(output)
        if isinstance(output.message, Silence):
            told += schedule.silence(output.player, output.message.voice)
        for note in told:
            where = (note.voice, note.pitch)
            assert (where in sounding) != bool(note.velocity)
            sounding ^= {where}
    for note in schedule.due(until + 60):
        sounding ^= {(note.voice, note.pitch)}
    return len(sounding)


class Sustained:
    """A test generator: a chord on each bar line that may last the bar, and another one as soon as the player plays."""

    name = "sustained"

    def start(self) -> int:
        return 0

    def step(self, state: int, frame: Frame) -> tuple[int, Thought]:
        surprise = frame.onset is not None and frame.place.phase % PPQ == 0
        if not surprise and frame.place.step:
            return state, Thought()
        notes = tuple(Note(ACCOMPANIMENT, PPQ - 8, pitch, 80, 0, 4 * PPQ - 8) for pitch in (55 + state, 59 + state))
        rests = frozenset([ACCOMPANIMENT]) if surprise else frozenset()
        return (state + 1) % 8, Thought(notes, Chord(frame.tick, (7 + state) % 12, "maj"), None, rests)


def test_a_chord_lasts_as_foreseen_and_a_surprise_ends_it() -> None:
    host = Host().note(60, 1).run(12.75).note(62, 0.5).run(3).stop()
    out = play(Jam(Sustained()), host.script, host.time + 1)
    chords = defaultdict(set)
    for _, _, cue in cues(out):
        chords[cue.tick].add(cue.ticks)
    assert chords[4 * PPQ] == {PPQ - 8}, "the band has only just entered: nothing was planned"
    assert chords[8 * PPQ] == {4 * PPQ - 8}
    assert 13 * PPQ in chords, "the player struck just before"
    ends = [(t, o.message.voice) for t, o in of(out, Silence) if isinstance(o.message, Silence)]
    assert len(ends) == 2, "the surprise, and the stop"
    assert ends[0][1] == ACCOMPANIMENT
    assert 12 * 0.5 < ends[0][0] < 13 * 0.5, "just before the new chord"


def test_foresight_never_shortens_what_is_sure_nor_lengthens_past_the_plan() -> None:
    chord, bass = Note(ACCOMPANIMENT, 400, 60, 80, 0, 1900), Note(BASS, 400, 40, 80, 0, 300)
    now = Thought((chord, bass))
    plan = [(480, now), (600, Thought()), (1080, Thought(rests=frozenset([ACCOMPANIMENT]))), (1200, Thought((bass,)))]
    foresight = Foresight.of(plan)
    longer = foresight.lengthen(480, now)
    assert longer.notes[0].ticks == 1080 - 480 - 8
    assert longer.notes[1].ticks == 300, "a bass note that is short by nature stays short"
    assert foresight.lengthen(960, now).notes[0].ticks == 400, "the change is near, but this is sure"
    assert foresight.lengthen(1200, now).notes[0].ticks == 1900, "no change is planned"
    for tick in (0, 360, 1320, 5000):
        assert foresight.lengthen(tick, now) is now, "outside the plan"
    assert Foresight().lengthen(480, now) is now


PUSHED = Book({("jazz", 16, False): (Pattern("pushed", 1.0, (Strike(2, "*", 2, 1.0), Strike(14, "*", 4, 1.0))),)})


def _pushed(script: Script, chance: float = 1.0) -> tuple[list[Any], list[float]]:
    host = Host().tune(TUNE * 2)
    out = play(jam_of(Band({"default": Scripted(script, chance=chance)}, PUSHED), "jazz"), host.script, host.time)  # type: ignore[dict-item]
    strikes = defaultdict(set)
    for _, _, cue in cues(out):
        if cue.voice == ACCOMPANIMENT and 8 * PPQ <= cue.tick < 14 * PPQ:
            strikes[cue.tick].add(cue.pitch % 12)
    silences = [t for t, o in of(out, Silence) if 4.0 < t < 7.0]
    return sorted(strikes.items()), silences


def test_a_push_is_the_coming_bars_chord_and_is_not_struck_again_on_the_beat() -> None:
    strikes, silences = _pushed(lambda steps, heard, _: (MAJOR[heard.place.bar % 2], HOLD))
    assert [tick for tick, _ in strikes] == [8 * PPQ + 2 * STEP, 8 * PPQ + 14 * STEP, 12 * PPQ + 2 * STEP]
    assert [classes for _, classes in strikes] == [set(chord_pitch_classes(MAJOR[bar])) for bar in (0, 1, 1)]
    assert silences == []


def test_a_band_that_is_unsure_of_the_coming_chord_stabs_the_one_it_has() -> None:
    strikes, silences = _pushed(lambda steps, heard, _: (MAJOR[heard.place.bar % 2], HOLD), chance=0.3)
    there = dict(strikes)
    assert there[8 * PPQ + 14 * STEP] == set(chord_pitch_classes(MAJOR[0]))
    assert there[12 * PPQ] == set(chord_pitch_classes(MAJOR[1]))
    assert silences == []


def test_a_push_that_was_wrong_is_put_right_on_the_beat() -> None:
    asked: list[int] = []

    def script(steps: int, heard: Heard, key: int) -> tuple[int, int]:
        asked.append(heard.place.step)
        ahead = heard.melody == HOLD and asked[-3:] == [14, 15, 0]  # asked ahead of time, where it expects a held note
        return (MAJOR[5] if ahead else MAJOR[heard.place.bar % 2]), HOLD

    strikes, silences = _pushed(script)
    there = dict(strikes)
    assert there[8 * PPQ + 14 * STEP] == set(chord_pitch_classes(MAJOR[5]))
    assert there[12 * PPQ] == set(chord_pitch_classes(MAJOR[1]))
    assert len(silences) >= 1


# -- the bass --------------------------------------------------------------------------------------------------


def bass_frame(tick: int, meter: Meter = Meter()) -> Frame:  # noqa: B008
    return Frame(tick, place(tick, 0, meter), 120.0, None, (), 80, (0.0,) * 12, 1, 0.5)


@given(st.lists(st.integers(28, 60), min_size=2, max_size=40), st.sampled_from(["hymn", "jazz", "pop"]))
def test_the_line_keeps_its_register_and_its_steps(pitches: list[int], style: str) -> None:
    state, played = Line(), []
    for beat, pitch in enumerate(pitches):
        state, notes = line.notes(state, onset(pitch), bass_frame(beat * PPQ), style, chord_of(0))
        played.append(notes[0].pitch)
        assert notes[0].ticks < PPQ
    assert all(BOTTOM <= pitch <= TOP for pitch in played)
    assert all((low - high) % 12 == 0 for low, high in zip(played, pitches, strict=True))
    for (a, b), (c, d) in zip(pairwise(pitches), pairwise(played), strict=True):
        assert d - c == b - a or abs((d - c) - (b - a)) == 12


def test_a_line_around_middle_c_moves_by_steps_all_the_way() -> None:
    state, played = Line(), []
    for beat, pitch in enumerate([48, 50, 52, 53, 52, 50, 52, 53, 55, 53, 52, 50, 48]):
        state, notes = line.notes(state, onset(pitch), bass_frame(beat * PPQ), "hymn", None)
        played.append(notes[0].pitch)
    leaps = [abs(b - a) for a, b in pairwise(played) if abs(b - a) > 2]
    assert leaps == [11], "once down, and the line stays there"


def test_a_dance_alternates_and_nobody_hammers_between_beats() -> None:
    chord = chord_of(0)
    for style, second, between in (("folk", 31, 0), ("hymn", 36, 0), ("rock", 36, 1)):
        state, first = line.notes(Line(), onset(36), bass_frame(0), style, chord)
        state, again = line.notes(state, onset(36), bass_frame(2 * STEP), style, chord)
        assert len(again) == between
        state, other = line.notes(state, onset(36), bass_frame(PPQ), style, chord)
        assert (first[0].pitch, other[0].pitch) == (36, second)
        state, back = line.notes(state, onset(36), bass_frame(2 * PPQ), style, chord)
        state, octave = line.notes(state, onset(48), bass_frame(3 * PPQ), style, chord)
        assert (back[0].pitch, octave[0].pitch) == (36, 43 if style == "folk" else 48)
    _, third = line.notes(state, REST, bass_frame(3 * PPQ), "rock", chord)
    assert third == ()


def test_short_basses_of_dances_stay_short_and_slow_ones_sing() -> None:
    _, folk = line.notes(Line(), onset(36), bass_frame(0), "folk", None)
    _, hymn = line.notes(Line(), onset(36), bass_frame(0), "hymn", None)
    assert 0 < folk[0].ticks == folk[0].hold < hymn[0].ticks == PPQ - 8
    assert hymn[0].hold == 0
