"""`improv answer`: a melody from a file is the call, the melody model answers, both go to a MIDI file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mido

from bridge import tunes
from bridge.generators import shelf
from bridge.generators.melody import Manner, Sung, fed, respond
from bridge.generators.melody_model import MelodyModel, State
from bridge.generators.melody_notes import TWELFTH, Where
from bridge.music.errors import BridgeError
from bridge.music.timeline import PPQ, Meter
from bridge.music.vocabulary import GENRES, genre_index

EXAMPLES = """examples:
  improv answer greensleeves                              four bars of call, four of answer
  improv answer tune.mid --call 8 --bars 8 --genre folk --temperature 0.8 --seed 2 --out answer.mid
"""
VELOCITY = 88  # of an answer
FLUTE, CLARINET = 73, 71  # General MIDI, from 0: call and answer can be told apart
MOST_BARS = 64


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer; times in twelfths of a quarter from the first bar line."""

    title: str
    tempo: float
    meter: Meter
    call: tuple[Sung, ...]
    answer: tuple[Sung, ...]


def main(argv: Sequence[str]) -> int:
    """0 when the file is written; raises BridgeError."""
    args = _grammar().parse_args(argv)
    genre = genre_index(args.genre) if args.genre else -1
    if args.genre and genre < 0:
        raise BridgeError(f"no model knows the genre {args.genre}; --genre takes one of {', '.join(GENRES)}")
    name = GENRES[genre] if genre >= 0 else "any"
    model = MelodyModel.load(shelf.folder(args.model) if args.model else shelf.folder_for("melody", name))
    temperature = model.temperature if args.temperature is None else args.temperature
    tune, before = tunes.load(args.tune), tunes.load(args.primer) if args.primer else None
    state = primed(model, before, genre) if before else model.start()
    manner = Manner(temperature, args.seed, genre)
    made = exchange(model, state, tune, args.call or args.bars, args.bars, manner)
    write(made, args.out)
    print(
        f"{args.out}: {args.call or args.bars} bars of {tune.title}, then {args.bars} bars of answer"
        f" ({len(made.answer)} notes; genre {name}, temperature {temperature:g}, seed {args.seed})"
    )
    return 0


def primed(model: MelodyModel, tune: tunes.Tune, genre: int) -> State:
    """The state after a whole tune that is over before time 0."""
    bar = max(1, tune.meter.bar // TWELFTH)
    notes = line(tune, -(tune.ticks // TWELFTH), tune.ticks // TWELFTH)
    bars = tune.ticks // tune.meter.bar
    wheres = [
        Where(note.time % bar, tune.meter.numerator, tune.meter.denominator, (note.time // bar + bars) % 8)
        for note in notes
    ]
    return fed(model, model.start(), notes, wheres, genre)[0]


def line(tune: tunes.Tune, begin: int, span: int) -> list[Sung]:
    """The tune's notes in its first `span` twelfths, from `begin` on; of two in one twelfth the first."""
    notes: dict[int, Sung] = {}
    for tick, ticks, pitch, _ in tune.notes:
        time = tick // TWELFTH
        if time < span:
            notes.setdefault(time, Sung(begin + time, max(1, min(ticks // TWELFTH, span - time)), pitch))
    return [notes[time] for time in sorted(notes)]


def exchange(model: MelodyModel, state: State, tune: tunes.Tune, call_bars: int, bars: int, manner: Manner) -> Exchange:
    """The first bars of a tune, after its pick-up if it has one, and an answer of so many bars.

    Bars are numbered so that the answer ends with an eighth bar, where the model has learnt that phrases end.
    """
    bar = max(1, tune.meter.bar // TWELFTH)
    first = -(call_bars + bars) % 8
    if tune.notes[0][0] >= tune.meter.bar // 2:  # a pick-up
        call_bars, first = call_bars + 1, first - 1
    start = call_bars * bar
    call = line(tune, 0, start)

    def where(time: int) -> Where:
        return Where(time % bar, tune.meter.numerator, tune.meter.denominator, (first + time // bar) % 8)

    state, length = fed(model, state, call, [where(note.time) for note in call], manner.genre)
    _, answer = respond(model, state, start, bars * bar, where(start), manner, length)
    return Exchange(tune.title, tune.tempo, tune.meter, tuple(call), tuple(answer))


def write(made: Exchange, path: Path) -> None:
    """Write both as a MIDI file of type 1, a track each. Raises BridgeError where the file cannot be written."""
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ)
    title = made.title.encode("latin-1", "replace").decode("latin-1")
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("track_name", name=title),
                mido.MetaMessage("set_tempo", tempo=round(60_000_000 / made.tempo)),
                mido.MetaMessage("time_signature", numerator=made.meter.numerator, denominator=made.meter.denominator),
            ]
        )
    )
    file.tracks.append(_track("Call", 0, FLUTE, made.call))
    file.tracks.append(_track("Answer", 1, CLARINET, made.answer))
    try:
        file.save(path)
    except OSError as error:
        raise BridgeError(f"{path} cannot be written ({error.strerror}): choose another file with --out") from None


def _track(name: str, channel: int, program: int, notes: Sequence[Sung]) -> mido.MidiTrack:
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=name),
            mido.Message("program_change", channel=channel, program=program),
        ]
    )
    strokes = [(note.time, VELOCITY, note.pitch) for note in notes] + [(note.end, 0, note.pitch) for note in notes]
    now = 0
    for time, velocity, pitch in sorted(strokes):
        kind = "note_on" if velocity else "note_off"
        ticks = (time - now) * TWELFTH
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=ticks))
        now = time
    return track


def _bars(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST_BARS):
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 to {MOST_BARS}")
    return int(text)


def _heat(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 3:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to 3")
    return number


def _grammar() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="improv answer",
        description="Answer a melody with a melody.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("tune", help="a MIDI file, or one of the demo's tunes; its first bars are the call")
    parser.add_argument("--bars", type=_bars, default=4, help="bars of answer (default: %(default)s)")
    parser.add_argument("--call", type=_bars, help="bars of call (default: as many as of answer)")
    parser.add_argument("--primer", metavar="TUNE", help="a tune that the model hears first, whole; not in the file")
    parser.add_argument("--genre", default="", metavar="GENRE", help=f"one of {', '.join(GENRES)}; default: not told")
    parser.add_argument("--temperature", type=_heat, metavar="T", help="0 safe, 1 as learned, 1.5 wild")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another answer (default: %(default)s)")
    parser.add_argument("--model", metavar="NAME|DIR", help="default: the melody model that suits the genre")
    parser.add_argument("--out", type=Path, default=Path("answer.mid"), help="default: %(default)s")
    return parser
