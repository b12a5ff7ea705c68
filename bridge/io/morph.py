"""`improv morph`: variations of a few bars of a MIDI file, or the way from them to another file's, as MIDI and picture.

What comes out is one line of music: the phrase, then what the model made of it, each as long as the phrase.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge import tunes
from bridge.generators import shelf
from bridge.generators.morph_model import MorphModel
from bridge.generators.morph_phrase import Note as Tone
from bridge.generators.morph_phrase import Phrase, similarity
from bridge.io.roll import write_svg
from bridge.io.take import MELODY, Note, Take, write_midi
from bridge.music.errors import BridgeError
from bridge.music.events import ACCOMPANIMENT
from bridge.music.vocabulary import GENRES, genre_index

EXAMPLES = """examples:
  improv morph greensleeves                                   four variations of its first two bars
  improv morph tune.mid --dial 0.1 0.4 0.8 --variations 2     from almost the same to nearly free, two of each
  improv morph tune.mid --bars 4 --from-bar 9 --seed 5 --genre folk --out varied.mid
  improv morph one.mid --to other.mid --variations 5          the way from one phrase to another, in five phrases
"""
MOST = 64  # bars, variations


@dataclass(frozen=True, slots=True)
class Station:
    """A phrase that was made, and how it came about."""

    phrase: Phrase
    told: str


def main(argv: Sequence[str]) -> int:
    """0 when the files are written; raises BridgeError."""
    args = _grammar().parse_args(argv)
    genre = genre_index(args.genre) if args.genre else -1
    if args.genre and genre < 0:
        raise BridgeError(f"no model knows the genre {args.genre}; --genre takes one of {', '.join(GENRES)}")
    name = GENRES[genre] if genre >= 0 else "any"
    model = MorphModel.load(shelf.folder(args.model) if args.model else shelf.folder_for("morph", name))
    tune = tunes.load(args.tune)
    phrase = phrase_of(tune, args.from_bar, args.bars)
    if args.to is None:
        made = variations(model, phrase, args.dial, args.variations, args.seed, genre)
    else:
        other = phrase_of(tunes.load(args.to), args.to_bar or args.from_bar, args.bars)
        made = way(model, phrase, other, args.variations, args.seed, genre)
    what = "variations" if args.to is None else "on the way"
    written = take(f"{tune.title}: {what}", tune.tempo, phrase, made, what)
    picture = args.out.with_suffix(".svg")
    write_midi(written, args.out)
    write_svg(written, picture)
    for station in made:
        print(f"{station.told}: {similarity(phrase, station.phrase):.0%} of the phrase's notes")
    print(f"{args.out}, {picture}: {args.bars} bars of {tune.title}, then {len(made)} times as many {what}")
    return 0


def phrase_of(tune: tunes.Tune, first: int, bars: int) -> Phrase:
    """Bars of a tune, the first of them numbered from 1. Raises BridgeError where they hold no note."""
    begin, ticks = (first - 1) * tune.meter.bar, bars * tune.meter.bar
    tones = tuple(
        Tone(tick - begin, min(length, begin + ticks - tick), pitch, velocity)
        for tick, length, pitch, velocity in tune.notes
        if begin <= tick < begin + ticks
    )
    if not tones:
        last = tune.ticks // tune.meter.bar
        raise BridgeError(f"{tune.title} has no note in bar {first} or its next; --from-bar goes from 1 to {last}")
    return Phrase(tones, tune.meter, bars)


def variations(
    model: MorphModel, phrase: Phrase, dials: Sequence[float], count: int, seed: int, genre: int
) -> list[Station]:
    """At each setting of the dial so many variations, each with a seed of its own."""
    return [
        Station(model.vary(phrase, dial, seed=each, genre=genre), f"dial {dial:g}, seed {each}")
        for dial in dials
        for each in range(seed, seed + count)
    ]


def way(model: MorphModel, phrase: Phrase, other: Phrase, count: int, seed: int, genre: int) -> list[Station]:
    """So many phrases that lead to another one, which is the last."""
    found = model.between(phrase, other, count + 1, seed=seed, genre=genre)[1:]
    return [Station(each, f"{number} of {count}") for number, each in enumerate(found, 1)]


def take(title: str, tempo: float, phrase: Phrase, made: Sequence[Station], what: str) -> Take:
    """The phrase and, one after another, what was made of it."""
    legend = {MELODY: "the phrase", ACCOMPANIMENT: what}
    found = Take(title, tempo, phrase.meter, legend=legend)
    for number, each in enumerate([phrase, *(station.phrase for station in made)]):
        for tone in each.notes:
            note = Note(tone.tick + number * phrase.ticks, tone.ticks, tone.pitch, tone.velocity)
            found.add(ACCOMPANIMENT if number else MELODY, note)
    return found


def _whole(low: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isdecimal() and low <= int(text) <= MOST):
            raise argparse.ArgumentTypeError(f"{text} is no whole number from {low} to {MOST}")
        return int(text)

    return number


def _dial(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to 1")
    return number


def _grammar() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="improv morph",
        description="Vary a phrase, from almost the same (--dial 0.1) to free (1), or lead it to another.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("tune", help="a MIDI file, or one of the demo's tunes")
    add("--dial", type=_dial, nargs="+", default=[0.4], metavar="D", help="0 the same, 1 free (default: 0.4)")
    add("--bars", type=_whole(1), default=2, help="length of the phrase (default: %(default)s)")
    add("--from-bar", type=_bar, default=1, metavar="N", help="where it begins, from 1 (default: %(default)s)")
    add("--variations", type=_whole(1), default=4, metavar="N", help="how many (default: %(default)s)")
    add("--to", metavar="TUNE", help="another tune to lead to instead, in as many steps as --variations")
    add("--to-bar", type=_bar, metavar="N", help="where its phrase begins (default: as --from-bar)")
    add("--seed", type=int, default=1, help="another seed, other variations (default: %(default)s)")
    add("--genre", default="", metavar="GENRE", help=f"one of {', '.join(GENRES)}; default: not told")
    add("--model", metavar="NAME|DIR", help="default: the morph model that suits the genre")
    add("--out", type=Path, default=Path("morph.mid"), help="a picture goes beside it (default: %(default)s)")
    return parser


def _bar(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"{text} is no number of a bar, from 1 on")
    return int(text)
