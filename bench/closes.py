"""How answers end: whether the last note of a response is one to end on.

`python bench/closes.py [--seeds N] [--bars N] [--models NAME ...] [--temperature T] [--unled]` plays the demo's tunes
to the band in `accompany+respond`, phrase by phrase with as many bars left empty for the answer, in virtual time, once
a seed. Of every response it takes the last note: whether it is the tonic (of the key that the whole tune is in, by
Krumhansl's profiles), a note of the tonic's triad, a note of the chord that the band plays under it, whether it falls
on a beat, and whether it and the rest after it fill a beat at least. The player's own phrases are counted beside;
`--unled` is the floor.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge import tunes
from bridge.engine.answerer import Answerer
from bridge.engine.jam import Jam
from bridge.engine.settings import Settings
from bridge.generators import close
from bridge.io.bench_step import timed_tune
from bridge.io.minds import Choice, answerers, choose
from bridge.music.events import RESPONSE, Chord, Cue
from bridge.music.harmony import QUALITIES
from bridge.music.listening import key_of
from bridge.music.timeline import MAX_TEMPO, STEP, Meter, Timeline
from bridge.quiet import unread

MODELS = ("melody", "note_rnn", "q", "psi", "g", "morph")  # `morph` is a mode rather than a model
TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7)}
ROWS = ("tonic", "tonic triad", "chord tone", "on a beat", "a beat long")


@dataclass(slots=True)
class Ends:
    """Last notes, and how many of them were what."""

    count: int = 0
    notes: int = 0
    true: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROWS, 0))

    def add(self, key: tuple[int, str], meter: Meter, last: tuple[int, int], end: int, chord: Chord | None) -> None:
        """One phrase: its last note's tick and pitch, the tick at which it is over, the chord under that note."""
        tick, pitch = last
        held = () if chord is None or chord.root < 0 else [(chord.root + i) % 12 for i in QUALITIES[chord.quality]]
        within = tick % meter.bar % meter.beat
        self.count += 1
        self.true["tonic"] += pitch % 12 == key[0]
        self.true["tonic triad"] += (pitch - key[0]) % 12 in TRIADS[key[1]]
        self.true["chord tone"] += pitch % 12 in held
        self.true["on a beat"] += min(within, meter.beat - within) < STEP // 2
        self.true["a beat long"] += end - tick >= meter.beat - STEP // 2


def key(tune: tunes.Tune) -> tuple[int, str]:
    """The key of a whole tune."""
    weights = [0.0] * 12
    for _, ticks, pitch, _ in tune.notes:
        weights[pitch % 12] += ticks
    return key_of(tuple(weights))


def jam_of(choice: Choice, minds: dict[str, Answerer], model: str, bars: int, heat: float, seed: int) -> Jam:
    """A jam whose answers are that model's."""
    settings = Settings()
    settings.set("mode", "accompany+morph" if model == "morph" else "accompany+respond")
    settings.set("model", "melody" if model == "morph" else model)
    settings.set("call_bars", bars)
    settings.set("temperature", heat)
    settings.set("horizon", 0)  # no plans: nothing that is counted depends on them
    return Jam(choice.mind, fallback=choice.fallback, answerers=minds, settings=settings, seed=seed)


def play(jam: Jam, tune: tunes.Tune, bars: int, ends: Ends) -> None:
    """A tune played to the jam, phrase by phrase; its responses are counted in."""
    line, room = Timeline(min(MAX_TEMPO, tune.tempo), 0, 0.0), 2 * bars * tune.meter.bar
    cues: dict[int, list[Cue]] = {}
    chords: list[Chord] = []
    for time, event in timed_tune(tunes.traded(tune, bars), 1, line):
        said = []
        while (wake := jam.wakeup()) is not None and wake <= time:
            said += jam.advance(wake)
        for message in [output.message for output in said + jam.receive(event, time)]:
            match message:
                case Chord(tick) if tick <= jam._stage.tick:
                    chords.append(message)
                case Cue(voice=voice) if voice == RESPONSE:
                    cues.setdefault(jam.sessions[1].exchange.response.begin, []).append(message)
    for begin, found in cues.items():
        last = max(found, key=lambda cue: cue.tick)
        under = [chord for chord in chords if chord.tick <= last.tick]
        ends.notes += len(found)
        ends.add(key(tune), tune.meter, (last.tick, last.pitch), begin + room // 2, under[-1] if under else None)


def phrases(tune: tunes.Tune, bars: int, ends: Ends) -> None:
    """The player's own phrases; no chord is under them."""
    traded, span = tunes.traded(tune, bars), bars * tune.meter.bar
    first = traded.ticks % (2 * span)
    lasts: dict[int, tuple[int, int]] = {}
    for tick, _, pitch, _ in traded.notes:
        lasts[max(0, tick - first + tune.meter.beat) // (2 * span)] = tick, pitch
        ends.notes += 1
    for number, last in lasts.items():
        ends.add(key(tune), tune.meter, last, first + number * 2 * span + span, None)


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--bars", type=int, default=4)
    parser.add_argument("--temperature", type=float, default=0.6)
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument("--unled", action="store_true", help="as the minds end when nothing leans to a close")
    args = parser.parse_args(argv)
    if args.unled:
        for wish in ("GOAL", "RUSHED", "SETTLED"):
            setattr(close, wish, 0.0)
    choice, minds = choose(None), answerers()[0]
    print(f"| last note of a response, {args.bars} bars | responses | notes | " + " | ".join(ROWS) + " |")
    print("| --- " + "| --: " * (2 + len(ROWS)) + "|")
    own = Ends()
    for name in tunes.names():
        phrases(tunes.load(name), args.bars, own)
    _row("the tunes' own phrases", own)
    for model in args.models:
        ends = Ends()
        for name in tunes.names():
            for seed in range(args.seeds):
                play(jam_of(choice, minds, model, args.bars, args.temperature, seed), tunes.load(name), args.bars, ends)
        _row(model, ends)
    return 0


def _row(name: str, ends: Ends) -> None:
    chordless = name not in MODELS  # nobody plays under the phrases
    told = ["" if chordless and row == "chord tone" else f"{ends.true[row] / max(1, ends.count):.2f}" for row in ROWS]
    shares = " | ".join(told)
    print(f"| {name} | {ends.count} | {ends.notes / max(1, ends.count):.1f} | {shares} |", flush=True)


if __name__ == "__main__":
    sys.exit(unread(lambda: main(sys.argv[1:])))
