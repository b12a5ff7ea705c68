"""Ten examples of what the models play: seeds 0 to 9 in order, none chosen by ear, made by the engine in virtual time.

The melodies are the demo's own, in the public domain. Six times the band plays along, twice the melody model answers,
twice the morph model varies. Each becomes a MIDI file and a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge import tunes
from bridge.engine.jam import Jam
from bridge.generators import shelf
from bridge.generators.melody import Manner
from bridge.generators.melody_model import MelodyModel
from bridge.generators.morph_model import MorphModel
from bridge.generators.morph_phrase import Note as Tone
from bridge.generators.morph_phrase import Phrase
from bridge.io.answer import exchange
from bridge.io.minds import choose
from bridge.io.roll import write_svg
from bridge.io.take import MELODY, Note, Take, write_midi
from bridge.music.errors import BridgeError
from bridge.music.events import (
    ACCOMPANIMENT,
    VERSION,
    Chord,
    Cue,
    Event,
    Hello,
    NoteOff,
    NoteOn,
    Output,
    Position,
    Set,
    Silence,
)
from bridge.music.timeline import Timeline
from bridge.music.vocabulary import genre_index

BARS = 16  # of a tune, at most
TWELFTH = 40  # ticks
REPORT = 0.025  # seconds between two reports of the host
LOUD = 84  # velocity of an answer
DIALS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Example:
    """What is played, with which seed."""

    seed: int
    tune: str
    genre: str
    way: str

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.seed:02d}-{self.way}-{self.tune}-{self.genre}"


EXAMPLES = (
    Example(0, "amazing_grace", "hymn", "band"),
    Example(1, "auld_lang_syne", "folk", "band"),
    Example(2, "drunken_sailor", "folk", "band"),
    Example(3, "greensleeves", "jazz", "band"),
    Example(4, "lullaby", "artsong", "band"),
    Example(5, "ode_to_joy", "pop", "band"),
    Example(6, "drunken_sailor", "folk", "answer"),
    Example(7, "ode_to_joy", "artsong", "answer"),
    Example(8, "auld_lang_syne", "folk", "variations"),
    Example(9, "ode_to_joy", "hymn", "variations"),
)
TEXTS = {
    "band": "the band plays along (chords and bass)",
    "answer": "four bars of call, then the answer of the melody model (in the colour of chords)",
    "variations": "four bars, then variations of them at dial 0.25, 0.5 and 0.75 (in the colour of chords)",
}


def shortened(tune: tunes.Tune, bars: int) -> tunes.Tune:
    """The first bars of a tune, its pick-up not counted."""
    end = bars * tune.meter.bar + (tune.meter.bar if tune.notes[0][0] else 0)
    notes = tuple(
        (tick, min(ticks, end - tick), pitch, velocity) for tick, ticks, pitch, velocity in tune.notes if tick < end
    )
    return tunes.Tune(tune.title, tune.tempo, tune.meter, notes, min(tune.ticks, end))


def script(tune: tunes.Tune, genre: str, timeline: Timeline) -> Iterator[tuple[float, Event]]:
    """What a host sends that plays a tune once, for one player, with its genre set."""
    meter, seconds = tune.meter, tune.ticks * 60 / (tune.tempo * 480)
    yield timeline.time, Hello(VERSION, 1, "player", 9201, "127.0.0.1")
    yield timeline.time, Set(1, "genre", genre)
    for i in range(int(seconds / REPORT)):
        time = timeline.time + i * REPORT
        tick = int(timeline.tick_at(time))
        if i % 40 == 39:
            yield time, Hello(VERSION, 1, "player", 9201, "127.0.0.1")
        bar = tick // meter.bar * meter.bar
        yield time, Position(1, tick, tick, tune.tempo, 1, meter.numerator, meter.denominator, bar)
    for tick, ticks, pitch, velocity in tune.notes:
        yield timeline.time_at(tick), NoteOn(1, tick, pitch, velocity)
        yield timeline.time_at(tick + ticks) - 1e-6, NoteOff(1, tick + ticks, pitch)


def band(example: Example) -> Take:
    """The band along a tune."""
    tune = shortened(tunes.load(example.tune), BARS)
    take = Take(f"{tune.title} ({example.genre}, seed {example.seed})", tune.tempo, tune.meter, end=tune.ticks)
    for tick, ticks, pitch, velocity in tune.notes:
        take.add(MELODY, Note(tick, ticks, pitch, velocity))
    choice = choose(None)
    if choice.warning:
        raise BridgeError(choice.warning)
    jam = Jam(choice.mind, fallback=choice.fallback, seed=example.seed)
    timeline = Timeline(tune.tempo, 0, 0.0)
    events = sorted(script(tune, example.genre, timeline), key=lambda event: event[0])
    for time, event in events:
        while (wake := jam.wakeup()) is not None and wake <= time:
            _hear(take, jam.advance(wake), int(timeline.tick_at(wake)))
        _hear(take, jam.receive(event, time), int(timeline.tick_at(time)))
    return take


def _hear(take: Take, outputs: list[Output], now: int) -> None:
    for output in outputs:
        match output.message:
            case Cue(voice, tick, ticks, pitch, velocity):
                take.add(voice, Note(tick, ticks, pitch, velocity))
            case Chord(tick, root, quality):
                take.name_chord(tick, root, quality)
            case Silence(voice=voice):
                take.silence(voice, now)


def answer(example: Example) -> Take:
    """A call of four bars, and what the melody model answers; drawn in the chords' colour."""
    tune = tunes.load(example.tune)
    model = MelodyModel.load(shelf.folder_for("melody", example.genre))
    manner = Manner(model.temperature, example.seed, genre_index(example.genre))
    made = exchange(model, model.start(), tune, 4, 4, manner)
    take = Take(f"{tune.title}: call and answer ({example.genre}, seed {example.seed})", tune.tempo, tune.meter)
    for voice, notes in ((MELODY, made.call), (ACCOMPANIMENT, made.answer)):
        for note in notes:
            take.add(voice, Note(note.time * TWELFTH, note.length * TWELFTH, note.pitch, LOUD))
    return take


def variations(example: Example) -> Take:
    """Four bars, and variations of them one after another; drawn in the chords' colour."""
    tune = tunes.load(example.tune)
    bar = tune.meter.bar
    first = bar if tune.notes[0][0] else 0
    tones = tuple(
        Tone(tick - first, min(ticks, 4 * bar - (tick - first)), pitch, velocity)
        for tick, ticks, pitch, velocity in tune.notes
        if first <= tick < first + 4 * bar
    )
    phrase = Phrase(tones, tune.meter, 4)
    model = MorphModel.load(shelf.folder_for("morph", example.genre))
    take = Take(f"{tune.title}: variations ({example.genre}, seed {example.seed})", tune.tempo, tune.meter)
    varied = [model.vary(phrase, dial, seed=example.seed, genre=genre_index(example.genre)) for dial in DIALS]
    for number, each in enumerate([phrase, *varied]):
        for tone in each.notes:
            voice = ACCOMPANIMENT if number else MELODY
            take.add(voice, Note(tone.tick + 4 * number * bar, tone.ticks, tone.pitch, tone.velocity))
    return take


WAYS: dict[str, Callable[[Example], Take]] = {"band": band, "answer": answer, "variations": variations}


def make(out: Path) -> list[Example]:
    """Write every example's MIDI file and picture; the examples. Raises BridgeError where a model is missing."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("[0-9][0-9]-*.mid"), *out.glob("[0-9][0-9]-*.svg")]:
        old.unlink()
    for example in EXAMPLES:
        take = WAYS[example.way](example)
        write_midi(take, out / f"{example.name}.mid")
        write_svg(take, out / f"{example.name}.svg")
    return list(EXAMPLES)


def listing(folder: str) -> list[str]:
    """The examples as Markdown: a table of files, and every picture."""
    lines = ["| seed | tune | genre | what | files |", "| ---: | --- | --- | --- | --- |"]
    for each in EXAMPLES:
        files = f"[MIDI]({folder}/{each.name}.mid), [picture]({folder}/{each.name}.svg)"
        title = tunes.load(each.tune).title
        lines.append(f"| {each.seed} | {title} | {each.genre} | {TEXTS[each.way]} | {files} |")
    lines.append("")
    lines += [f"![{each.name}]({folder}/{each.name}.svg)" for each in EXAMPLES]
    return lines
