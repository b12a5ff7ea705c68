"""How the band comps and walks, beside the pattern by rule that it had before, and beside what was counted.

`python bench/comping.py [--data FILE_OR_DIR] [--genre G] [--seeds N] [--tunes N] [--json]` plays the demo's tunes (or
the held-out tunes of a pack, docs/corpus.md) in virtual time, once a seed, with the models that are on the shelf. Both
hands of comping play under the same network. Per meter it prints:
* emd: how far, in sixteenths, the strikes of a bar would have to be moved to lie as they do in bridge/generators/
  comping.json for the genre (for no genre: for the styles that are drawn), as a distribution over the bar's places;
* kinds and entropy (bits) of the bars' patterns of strikes;
* velocity: mean and standard deviation, and that of the player;
and over all tunes, of the bass: repeated pitches, steps (1-2 semitones), leaps beyond a seventh, range, notes a beat;
and how many chords in 100 bars had to be ended by a silence, since the plan had seen them last longer.
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import log2
from pathlib import Path
from statistics import fmean, pstdev

from bridge import tunes
from bridge.engine.frame import Frame, Generator, Note, Thought
from bridge.engine.jam import Jam
from bridge.engine.settings import ANY, Settings
from bridge.generators.band import Band, BandState
from bridge.generators.comping import SOFTER, STYLES, strikes
from bridge.generators.model import AccompanimentModel, Decision, State
from bridge.generators.model import Heard as Token
from bridge.generators.patterns import Book
from bridge.generators.shelf import DEFAULT, PLAIN, folder_for
from bridge.io.bench_step import timed_tune
from bridge.io.minds import Choice, choose
from bridge.music.events import ACCOMPANIMENT, BASS, Cue, Message, Silence
from bridge.music.timeline import STEP, Meter, Timeline
from bridge.music.vocabulary import GENRES, NO_CHORD, pitch_of
from bridge.quiet import unread


class Recorder(AccompanimentModel):
    """A network that keeps what it decided first since it was last asked."""

    decided: Decision | None = None

    def step(self, state: State, heard: Token, *, temperature: float, random: int) -> tuple[State, Decision]:
        after, decision = super().step(state, heard, temperature=temperature, random=random)
        self.decided = self.decided or decision
        return after, decision


class Before:
    """The same network under the comping and the bass of 0.2: one rule a meter, each bass note folded by itself."""

    name = "before"

    def __init__(self, genre: str, book: Book) -> None:
        self._network = Recorder.load(folder_for(DEFAULT, genre))
        assert isinstance(self._network, Recorder)
        self._band = Band({PLAIN: self._network}, book)

    def start(self) -> BandState:
        return self._band.start()

    def step(self, state: BandState, frame: Frame) -> tuple[BandState, Thought]:
        self._network.decided = None
        after, thought = self._band.step(state, frame)
        decided = self._network.decided
        assert decided is not None
        pitches = () if decided.chord == NO_CHORD else after.pitches
        notes = [*strikes(frame.place, pitches, frame.velocity, changed=after.chord != state.chord)]
        pitch = pitch_of(decided.bass)
        if pitch is not None:
            loud = max(1, min(127, round(frame.velocity * SOFTER * 1.05)))
            notes.append(Note(BASS, frame.place.left - 8, pitch if pitch <= 50 else pitch - 12, loud))
        after = replace(after, ahead=-1)
        return after, Thought(tuple(notes), thought.chord, thought.onset, thought.rests - {ACCOMPANIMENT})


@dataclass
class Heard:
    """What was played, by meter."""

    places: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    bars: dict[str, Counter[tuple[int, ...]]] = field(default_factory=lambda: defaultdict(Counter))
    loud: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    player: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    lines: list[list[int]] = field(default_factory=list)  # the bass's pitches, a tune each
    beats: float = 0.0
    hundreds: float = 0.0  # of bars
    ended: int = 0  # chords, by a silence

    def add(self, tune: tunes.Tune, said: list[Message]) -> None:
        self.ended += sum(isinstance(message, Silence) and message.voice == ACCOMPANIMENT for message in said)
        self.hundreds += tune.ticks / tune.meter.bar / 100
        cues = [message for message in said if isinstance(message, Cue)]
        meter = f"{tune.meter.numerator}/{tune.meter.denominator}"
        struck: dict[int, set[int]] = defaultdict(set)
        for cue in cues:
            if cue.voice == ACCOMPANIMENT:
                bar, phase = divmod(cue.tick, tune.meter.bar)
                struck[bar].add(phase // STEP)
                self.loud[meter].append(cue.velocity)
        for steps in struck.values():
            self.bars[meter][tuple(sorted(steps))] += 1
            self.places[meter].update(steps)
        self.player[meter] += [velocity for _, _, _, velocity in tune.notes]
        self.lines.append([cue.pitch for cue in sorted(cues, key=lambda cue: cue.tick) if cue.voice == BASS])
        self.beats += tune.ticks / tune.meter.beat


def play(choice: Choice, mind: Generator, tune: tunes.Tune, genre: str, seed: int) -> list[Message]:
    """What the engine says in one take, in virtual time."""
    settings = Settings()
    settings.set("genre", genre)
    if choice.temperature is not None:
        settings.set("temperature", choice.temperature)
    jam, said = Jam(mind, seed=seed, settings=settings), []
    for time, event in timed_tune(tune, 1, Timeline(tune.tempo, 0, 0.0)):
        while (wake := jam.wakeup()) is not None and wake <= time:
            said += [output.message for output in jam.advance(wake)]
        jam.receive(event, time)
    if jam.report().failures:
        sys.exit(f"the mind failed: {jam.report().failure}")
    return said


def emd(played: Counter[int], counted: dict[int, float]) -> float:
    """Sixteenths that a strike has to be moved on average."""
    total, whole = sum(played.values()) or 1, sum(counted.values()) or 1.0
    ahead, moved = 0.0, 0.0
    for step in range(max([*played, *counted, 0]) + 1):
        ahead += played[step] / total - counted.get(step, 0.0) / whole
        moved += abs(ahead)
    return moved


def entropy(bars: Counter[tuple[int, ...]]) -> float:
    total = sum(bars.values())
    return -sum(count / total * log2(count / total) for count in bars.values())


def counted(book: Book, genre: str, meter: Meter) -> tuple[dict[int, float], float]:
    """Where the counted accompaniments strike, and the entropy of their patterns in bits."""
    places: dict[int, float] = defaultdict(float)
    kinds: Counter[tuple[int, ...]] = Counter()
    for style in STYLES if genre == ANY else (genre,):
        for pattern in book.of(style, meter):
            kinds[tuple(strike.step for strike in pattern.strikes)] += round(1000 * pattern.share)
            for strike in pattern.strikes:
                places[strike.step] += pattern.share
    return places, entropy(kinds)


def bass(heard: Heard) -> dict[str, float]:
    moves = [abs(b - a) for line in heard.lines for a, b in pairwise(line)]
    pitches = [pitch for line in heard.lines for pitch in line] or [0]
    share = len(moves) or 1
    return {
        "repeats": sum(move == 0 for move in moves) / share,
        "steps": sum(move in (1, 2) for move in moves) / share,
        "leaps": sum(move > 11 for move in moves) / share,
        "octaves": sum(move == 12 for move in moves) / share,
        "lowest": min(pitches),
        "highest": max(pitches),
        "notes_a_beat": len(pitches) / heard.beats,
        "ended": heard.ended / heard.hundreds,
    }


def pack(path: Path, genre: str, count: int) -> Iterator[tunes.Tune]:
    """Held-out tunes of a pack, of a genre where one is given, as what a player plays."""
    taken = 0
    for file in [path] if path.is_file() else sorted(path.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if taken == count:
                    return
                fits = genre in (ANY, record["genre"].split("/")[0])
                if not fits or record["split"] == "train" or len(record.get("bars") or []) < 8 or not record["melody"]:
                    continue
                n, d = map(int, record["meter"].split("/"))
                meter, begin = Meter(n, d), record["bars"][0] * STEP
                size = len(record["bars"]) * meter.bar
                notes = [
                    (round(on * STEP - begin), max(1, round(length * STEP)), pitch, 88 - 16 * (on * STEP % 480 > 0))
                    for on, length, pitch in record["melody"]
                    if 0 <= on * STEP - begin < size
                ]
                taken += 1
                yield tunes.Tune(record["title"], 100.0, meter, tuple(notes), size)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FILE_OR_DIR")
    parser.add_argument("--genre", choices=(ANY, *GENRES), default=ANY)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--tunes", type=int, default=20, help="of the pack")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    choice = choose(None)
    if choice.warning:
        sys.exit(choice.warning)
    named = list(pack(args.data, args.genre, args.tunes)) if args.data else [tunes.load(name) for name in tunes.names()]
    book, found = Book.load(), {}
    for name, mind in (("now", choice.mind), ("before", Before(args.genre, book))):
        heard = Heard()
        for tune in named:
            for seed in range(args.seeds):
                heard.add(tune, play(choice, mind, tune, args.genre, seed))
        found[name] = {"bass": bass(heard)} | {
            meter: {
                "emd": emd(heard.places[meter], counted(book, args.genre, Meter(*map(int, meter.split("/"))))[0]),
                "entropy": entropy(bars),
                "kinds": len(bars),
                "counted_entropy": counted(book, args.genre, Meter(*map(int, meter.split("/"))))[1],
                "velocity": fmean(heard.loud[meter]),
                "velocity_sd": pstdev(heard.loud[meter]),
                "player_sd": pstdev(heard.player[meter]),
            }
            for meter, bars in heard.bars.items()
        }
    if args.json:
        print(json.dumps({"genre": args.genre, "tunes": len(named), "seeds": args.seeds} | found))
        return 0
    print(f"genre {args.genre}, {len(named)} tunes, {args.seeds} seeds")
    for part in found["now"]:
        for name, parts in found.items():
            figures = "  ".join(f"{key} {value:.2f}" for key, value in parts[part].items())
            print(f"{part:5s} {name:7s} {figures}")
    return 0


if __name__ == "__main__":
    sys.exit(unread(main))
