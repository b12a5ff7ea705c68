"""Writes bridge/generators/comping.json, how accompaniments strike chords: `python tools/make_comping.py --data DIR`.

Counted are one-bar patterns of strikes (at which sixteenth, which voices, how long, how full), never melodies:
* in piano parts and inner voices of public-domain works in music21's corpus (`pip install music21`),
* in the rhythm of the real bass of hymns, in the format that docs/corpus.md describes (DIR).
Where no accompaniment of a genre is free, textbook patterns (CONVENTIONS, each with its name) stand in. Those of pop
are weighed so that together they strike where the bass and the chords of POP909's annotations fall (only that
histogram is taken); the others by our own judgement, which the file says of each.
"""

import argparse
import gzip
import json
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

NOTE = (
    "Made by tools/make_comping.py, which says how. A strike: sixteenth of the bar, voices (* all, else 0 the lowest, "
    "1, 2 the highest), length in sixteenths, loudness. share: how often in its genre and meter; bars: how many were "
    "counted, in the works whose names lead; weight: who weighed a textbook pattern. bars, below: counted, by work."
)
OUT = Path(__file__).parents[1] / "bridge" / "generators" / "comping.json"
KEPT = 8  # patterns of a genre and meter, the commonest; the rest is rarer than the wish to hear it twice
LEAST = 0.02  # share of its genre and meter, below which a pattern is somebody's whim
BASS_TOP = 53  # pitch, F3; a lowest note above is no bass
LEAP = 5  # semitones between the bass and what lies over it
LONGEST = 16  # sixteenths
METERS = {(2, 2): (4, 4), (4, 4): (4, 4), (3, 4): (3, 4), (2, 4): (2, 4), (6, 8): (6, 8), (3, 8): (3, 8)}

Key = tuple[tuple[int, str], ...]  # (sixteenth, "block" or "broken")


@dataclass(frozen=True)
class Piece:
    """A work in music21's corpus and its accompaniment."""

    path: str
    genres: tuple[str, ...]
    parts: tuple[int, ...]  # numbers of the accompanying parts or staves
    tune: int | None = None  # the part whose notes the accompaniment may double
    bass: bool = True  # whether these parts also have the bass
    least: int = 1  # voices that must strike together to count as a chord
    double: bool = False  # count its bars a second time, at twice the length: ragtime's 2/4 is stride's 4/4


@dataclass
class Counted:
    """A pattern and how often it was met."""

    count: float = 0
    lengths: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    fullness: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    sources: Counter[str] = field(default_factory=Counter)
    shapes: Counter[tuple[str, ...]] = field(default_factory=Counter)  # the voices, strike by strike

    @property
    def shape(self) -> tuple[str, ...]:
        """The commonest order of voices; of a broken chord the commonest that goes through all of it."""
        best = self.shapes.most_common()
        return next((shape for shape, _ in best if "*" in shape or len(set(shape)) == 3), best[0][0])


SONGS = ("artsong",)
PIECES = (
    Piece("schubert/Lindenbaum.xml", SONGS, (1, 2), 0),
    Piece("schumann_robert/opus48no2.mxl", SONGS, (1, 2), 0),
    Piece("beach/prayer_of_a_tired_child.musicxml", SONGS, (4, 5), 0),
    Piece("schumann_clara/opus17/movement3.xml", SONGS, (2, 3), 0),
    Piece("handel/rinaldo/Lascia_chio_pianga.mxl", SONGS, (1, 2), 0),
    Piece("weber/concertino_clarinet.mxl", SONGS, (1, 2), 0),
    Piece("mozart/k545/movement1_exposition.mxl", SONGS, (1,)),
    Piece("verdi/laDonnaEMobile.mxl", ("artsong", "standards"), (1,)),
    Piece("liliuokalani/aloha_oe.mxl", ("standards", "artsong"), (5, 6), 4),
    Piece("joplin/maple_leaf_rag.mxl", ("standards",), (1,), double=True),
    Piece("chopin/mazurka06-2.krn", ("standards", "folk"), (1,)),
    Piece("schumann_clara/polonaise_op1n1.mxl", SONGS, (1,)),
    Piece("schumann_clara/polonaise_op1n2.mxl", SONGS, (1,)),
    Piece("schumann_clara/polonaise_op1n3.mxl", SONGS, (1,)),
    Piece("schumann_clara/polonaise_op1n4.mxl", SONGS, (1,)),
    Piece("johnson_j_r/lift_every_voice.mxl", ("hymn",), (0, 1, 2), None, False, 2),
    *(Piece(f"mozart/{k}.mxl", SONGS, (1, 2), None, False) for k in (
        "k80/movement1", "k80/movement2", "k80/movement3", "k80/movement4", "k155/movement1", "k155/movement2",
        "k155/movement3", "k156/movement1", "k156/movement2", "k156/movement3", "k156/movement4", "k458/movement1",
        "k458/movement2", "k458/movement3", "k458/movement4",
    )),
    *(Piece(f"haydn/opus1no1/movement{n}.mxl", SONGS, (1, 2), None, False) for n in range(1, 6)),
    *(Piece(f"haydn/opus74no1/movement{n}.mxl", SONGS, (1, 2), None, False) for n in range(1, 5)),
)  # fmt: skip

SOURCES = {
    "boom-chuck": "back-up guitar and ceili piano: bass on the beat, chord after it",
    "quarters": "four to the bar, after F. Green's rhythm guitar",
    "Charleston": "J. P. Johnson, Charleston, 1923: the first beat and the eighth before the third",
    "late Charleston": "the Charleston half a beat later",
    "Garland": "R. Garland's comping: the eighths before 1 and 3",
    "two and four": "the back-beat",
    "eighths": "repeated eighths, the usual rock and pop piano",
    "tresillo": "3 + 3 + 2 eighths",
    "pushed": "on one, and the eighths before 3 and 1",
    "ballad": "broken chord in eighths, up and back",
    "pad": "struck on one and three",
    "waltz": "oom-pah-pah: the bass has one, the chord two and three",
    "jazz waltz": "on one and the eighth before three",
    "jig": "bass on the beat, chord on the third eighth after it",
    "six": "six strummed eighths",
    "rocking": "broken chord in six eighths, up and back",
}  # the textbook patterns

CONVENTIONS: dict[tuple[int, int], dict[str, str]] = {
    (4, 4): {
        "boom-chuck": "4*2 12*2", "quarters": "0*3 4*2 8*3 12*2", "Charleston": "0*5 6*5",
        "late Charleston": "2*2 8*4", "Garland": "6*4 14*4", "two and four": "4*3 12*3",
        "eighths": "0*2 2*2 4*2 6*2 8*2 10*2 12*2 14*2", "tresillo": "0*5 6*5 12*4", "pushed": "0*4 6*6 14*4",
        "ballad": "0 0 4,2 1 2,4 2 2,6 1 2,8 0 4,10 1 2,12 2 2,14 1 2", "pad": "0*8 8*8",
    },
    (3, 4): {
        "waltz": "4*3 8*3", "jazz waltz": "0*4 6*4", "boom-chuck": "4*2 6*2 8*2 10*2",
        "ballad": "0 0 4,2 1 2,4 2 2,6 1 2,8 2 2,10 1 2", "quarters": "0*3 4*2 8*2", "pad": "0*12",
    },
    (2, 4): {"boom-chuck": "2*1 6*1", "quarters": "0*3 4*2", "eighths": "0*2 2*2 4*2 6*2", "pad": "0*8"},
    (6, 8): {
        "jig": "4*2 10*2", "six": "0*2 2*1 4*2 6*2 8*1 10*2", "rocking": "0 0 4,2 1 2,4 2 2,6 1 2,8 2 2,10 1 2",
        "pad": "0*6 6*6",
    },
}  # fmt: skip
"""Meter -> name -> strikes: a sixteenth, `*` for all voices or a voice between blanks, and a length in sixteenths."""

TASTE: dict[str, dict[tuple[int, int], dict[str, float]]] = {
    "folk": {
        (4, 4): {"boom-chuck": 5, "quarters": 2, "ballad": 1, "pad": 1},
        (2, 4): {"boom-chuck": 5, "quarters": 2},
        (3, 4): {"waltz": 5, "boom-chuck": 2, "ballad": 1},
        (6, 8): {"jig": 5, "six": 2, "rocking": 1},
    },
    "standards": {(4, 4): {"boom-chuck": 4, "quarters": 2, "Charleston": 1, "pad": 1}, (6, 8): {"jig": 2, "pad": 1}},
    "jazz": {
        (4, 4): {"Charleston": 4, "late Charleston": 2, "Garland": 2, "quarters": 2, "pushed": 2, "two and four": 1},
        (3, 4): {"jazz waltz": 3, "waltz": 2}, (6, 8): {"pad": 1, "jig": 1}, (2, 4): {"quarters": 1},
    },
    "pop": {(3, 4): {"ballad": 3, "waltz": 2, "quarters": 2}, (6, 8): {"rocking": 3, "pad": 1, "six": 1}},
    "rock": {
        (4, 4): {"eighths": 4, "pushed": 3, "quarters": 2, "two and four": 2, "tresillo": 1, "pad": 1},
        (3, 4): {"quarters": 2, "waltz": 1}, (6, 8): {"six": 2, "pad": 1, "rocking": 1},
    },
}  # fmt: skip
"""Shares where too little could be counted: our own judgement, and marked as such. The jazz solos' bass walks, and the
rock songs have chords alone: neither says when a pianist strikes."""
POP = ("quarters", "eighths", "tresillo", "pushed", "ballad", "pad")  # weighed by the histogram of ...
POP_SOURCE = "pop909"  # ... in 4/4


def main() -> int:
    """Count, weigh, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of {tier}_{source}.jsonl.gz")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    counted: dict[tuple[str, tuple[int, int]], dict[Key, Counted]] = defaultdict(lambda: defaultdict(Counted))
    bars = scores(counted)
    bars |= chorales(counted)
    bars |= hymns(args.data, counted)
    patterns = {place: kept(found) for place, found in counted.items()}
    hist = histogram(args.data, POP_SOURCE)
    patterns["pop", (4, 4)] = weighed(hist)
    for genre, meters in TASTE.items():
        for meter, shares in meters.items():
            total = sum(shares.values())
            judged = [textbook(meter, name, share / total, "judged") for name, share in shares.items()]
            there = patterns.get((genre, meter), [])
            for one in there:
                one["share"] = round(one["share"] / 2, 4)
            patterns[genre, meter] = there + [each | {"share": round(each["share"] / (2 if there else 1), 4)}
                                              for each in judged]  # fmt: skip
    write(args.out, patterns, bars, hist)
    for (genre, (n, d)), found in sorted(patterns.items()):
        print(f"{genre:10s} {n}/{d}: {len(found)} patterns")
    return 0


# -- counting ------------------------------------------------------------------------------------------------------


def scores(counted: dict[Any, dict[Key, Counted]]) -> dict[str, int]:
    """Count the patterns of PIECES; bars by work."""
    bars: dict[str, int] = {}
    for piece in PIECES:
        name = piece.path.rsplit(".", 1)[0]
        bars[name] = 0
        for meter, notes, tune in measures(piece):
            strikes = without_tune(notes, tune)
            bass = basses(strikes) if piece.bass else set()
            key, groups = pattern([note for note in strikes if note not in bass], piece.least)
            if key and worth(groups, meter):
                bars[name] += 1
                for genre in piece.genres:
                    note_down(counted[genre, meter][key], groups, name)
                    if piece.double and meter == (2, 4):
                        wide = {
                            2 * step: [(2 * size, *rest) for size, *rest in group] for step, group in groups.items()
                        }
                        note_down(counted[genre, (4, 4)][tuple((2 * step, how) for step, how in key)], wide, name)
    return bars


def measures(piece: Piece) -> Iterator[tuple[tuple[int, int], list[tuple[int, float, int]], set[tuple[int, int]]]]:
    """Full bars on the grid: meter, the accompaniment's (sixteenth, sixteenths, pitch), the tune's (sixteenth, pitch
    class).
    """
    from music21 import corpus

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = [list(part.getElementsByClass("Measure")) for part in corpus.parse(piece.path).parts]
    meter = (4, 4)
    for number, first in enumerate(parts[piece.parts[0]]):
        if first.timeSignature is not None:
            meter = (first.timeSignature.numerator, first.timeSignature.denominator)
        full = abs(float(first.duration.quarterLength) * 4 - meter[0] * 16 / meter[1]) < 0.01
        notes = [note for k in piece.parts if number < len(parts[k]) for note in struck(parts[k][number])]
        if not full or meter not in METERS or any(abs(on - round(on)) > 0.01 for on, _, _ in notes):
            continue
        tune = struck(parts[piece.tune][number]) if piece.tune is not None and number < len(parts[piece.tune]) else []
        yield (
            METERS[meter],
            [(round(on), size, pitch) for on, size, pitch in notes],
            {(round(on), pitch % 12) for on, _, pitch in tune},
        )


def struck(measure: Any) -> list[tuple[float, float, int]]:
    """The notes that begin in a measure, no grace notes: (onset, length, pitch), in sixteenths."""
    return [
        (float(note.offset) * 4, float(note.duration.quarterLength) * 4, pitch.midi)
        for note in measure.flatten().notes
        if not note.duration.isGrace and (note.tie is None or note.tie.type == "start")
        for pitch in note.pitches
    ]


def without_tune(notes: list[tuple[int, float, int]], tune: set[tuple[int, int]]) -> list[tuple[int, float, int]]:
    """The notes without those at the top that double the tune."""
    top = {step: max(pitch for on, _, pitch in notes if on == step) for step in {on for on, _, _ in notes}}
    return [note for note in notes if not (note[2] == top[note[0]] and (note[0], note[2] % 12) in tune)]


def worth(groups: dict[int, list[tuple[float, int, str]]], meter: tuple[int, int]) -> bool:
    """Whether the strikes fill a third of the bar at least, and are no more than one an eighth on average.

    A broken chord has to move faster than in quarters: slower single voices are a melody, not a chord.
    """
    bar = meter[0] * 16 // meter[1]
    steps = [*sorted(groups), bar]
    sounding = sum(min(after - step, max(length for length, *_ in groups[step])) for step, after in pairwise(steps))
    broken = sum(group[0][2] != "*" for group in groups.values()) * 2 > len(groups)
    return 3 * sounding >= bar and bar // 4 * broken < len(groups) <= bar // 2


def basses(notes: list[tuple[int, float, int]]) -> set[tuple[int, float, int]]:
    """The notes of the bass: low, and well below what else is struck in the bar; with its octave."""
    chords = [
        pitch for step in {on for on, _, _ in notes} if len(group := {p for on, _, p in notes if on == step}) > 1
        for pitch in group if pitch >= BASS_TOP - 8
    ]  # fmt: skip
    around = float(np.mean(chords or [pitch for _, _, pitch in notes])) if notes else 0.0
    found = set()
    for step in {on for on, _, _ in notes}:
        group = sorted((note for note in notes if note[0] == step), key=lambda note: note[2])
        low = group[0]
        if low[2] >= BASS_TOP or low[2] + LEAP > around:
            continue
        rest = [note for note in group if (note[2] - low[2]) % 12]
        if not rest:
            found.update(group)
        elif rest[0][2] - low[2] >= LEAP or low[2] < BASS_TOP - 8:
            found.add(low)
    return found


def pattern(notes: list[tuple[int, float, int]], least: int) -> tuple[Key, dict[int, list[tuple[float, int, str]]]]:
    """The key of a bar's strikes, and what is struck at each: (length, pitch, voices); empty where nothing is.

    The key has where chords are struck, and whether these are whole (block) or taken apart (broken).
    """
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for step, length, pitch in notes:
        found[step].append((length, pitch))
    found = {step: group for step, group in found.items() if len({pitch for _, pitch in group}) >= least}
    heard = sorted({pitch for group in found.values() for _, pitch in group})
    groups = {}
    for step, group in sorted(found.items()):
        pitch = group[0][1]
        single = "0" if pitch == heard[0] else "2" if pitch == heard[-1] else "1"
        whole = len({p % 12 for _, p in group}) > 1 or len(heard) == 1
        groups[step] = [(length, p, "*" if whole else single) for length, p in group]
    singles = sum(group[0][2] != "*" for group in groups.values())
    if 2 * singles < len(groups) or len({p for g in groups.values() for _, p, _ in g}) < 3:
        groups = {step: [(length, p, "*") for length, p, _ in group] for step, group in groups.items()}
        return tuple((step, "block") for step in groups), groups
    return tuple((step, "broken") for step in groups), groups


def note_down(counted: Counted, groups: dict[int, list[tuple[float, int, str]]], source: str) -> None:
    """One bar more of a pattern."""
    counted.count += 1
    counted.sources[source] += 1
    counted.shapes[tuple(group[0][2] for _, group in sorted(groups.items()))] += 1
    mean = float(np.mean([len(group) for group in groups.values()]))
    for step, group in groups.items():
        counted.lengths[step].append(max(length for length, *_ in group))
        counted.fullness[step].append(len(group) / mean)


def chorales(counted: dict[Any, dict[Key, Counted]]) -> dict[str, int]:
    """Count where two or more of a Bach chorale's upper voices move together."""
    from music21 import corpus

    paths = sorted({Path(path).name for path in corpus.getComposer("bach") if str(path).endswith(".mxl")})
    bars = 0
    for name in paths:
        try:
            found = list(measures(Piece(f"bach/{name}", ("chorale",), (0, 1, 2))))
        except Exception as error:
            print(f"bach/{name} is skipped: {error}", file=sys.stderr)
            continue
        for meter, notes, _ in found:
            key, groups = pattern(notes, 2)
            key = tuple((step, "block") for step, _ in key)
            if key and worth(groups, meter):
                bars += 1
                note_down(counted["chorale", meter][key], whole(groups), "bach, chorales")
    return {"bach, chorales": bars}


def whole(groups: dict[int, list[tuple[float, int, str]]]) -> dict[int, list[tuple[float, int, str]]]:
    """The strikes as whole chords."""
    return {step: [(length, pitch, "*") for length, pitch, _ in group] for step, group in groups.items()}


def hymns(data: Path, counted: dict[Any, dict[Key, Counted]]) -> dict[str, int]:
    """Count the rhythm of the hymns' bass: the voices of a hymn move together."""
    bars = 0
    for record in records(data, "openhymnal"):
        for meter, steps, ends in bass_bars(record):
            groups = {step: [(end - step, 0, "*")] for step, end in zip(steps, ends, strict=True)}
            if worth(groups, meter):
                bars += 1
                key = tuple((step, "block") for step in steps)
                note_down(counted["hymn", meter][key], groups, "openhymnal, bass rhythm")
    return {"openhymnal, bass rhythm": bars}


def records(data: Path, source: str) -> Iterator[dict[str, Any]]:
    """The records of a source's training part."""
    (path,) = data.glob(f"*_{source}.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (record for record in map(json.loads, lines) if record["split"] == "train")


def bass_bars(record: dict[str, Any]) -> Iterator[tuple[tuple[int, int], list[int], list[float]]]:
    """Full bars of a record's bass: meter, onsets in the bar, ends."""
    n, d = (int(part) for part in record["meter"].split("/"))
    bars = record["bars"]
    for begin, end in pairwise(bars):
        notes = [(on - begin, min(size, end - on)) for on, size, _ in record.get("bass") or [] if begin <= on < end]
        whole = all(on == int(on) for on, _ in notes) and end - begin == n * 16 / d
        if notes and whole and (n, d) in METERS:
            yield METERS[n, d], [int(on) for on, _ in notes], [on + size for on, size in notes]


# -- weighing ------------------------------------------------------------------------------------------------------


def kept(found: dict[Key, Counted]) -> list[dict[str, Any]]:
    """The commonest patterns with their shares of what is kept."""
    total = sum(each.count for each in found.values())
    best = sorted(found.items(), key=lambda item: (-item[1].count, item[0]))[:KEPT]
    best = [(key, each) for key, each in best if each.count >= max(2, LEAST * total) and not droning(each.shape)]
    kept_total = sum(each.count for _, each in best)
    return [
        {
            "name": ", ".join(name for name, _ in each.sources.most_common(2)),
            "share": round(each.count / kept_total, 4),
            "bars": int(each.count),
            "strikes": [
                [step, voices, min(LONGEST, max(1, round(median(each.lengths[step])))),
                 round(min(1.15, max(0.85, 0.7 + 0.3 * float(np.mean(each.fullness[step])))), 2)]
                for (step, _), voices in zip(key, each.shape, strict=True)
            ],
        }
        for key, each in best
    ]  # fmt: skip


def droning(shape: tuple[str, ...]) -> bool:
    """Whether most strikes are one and the same single voice."""
    return any(2 * shape.count(voice) > len(shape) for voice in "012")


def textbook(meter: tuple[int, int], name: str, share: float, how: str) -> dict[str, Any]:
    """A pattern of CONVENTIONS."""
    text = CONVENTIONS[meter][name]
    tokens = text.split(",") if "," in text else text.replace("*", " * ").split()
    strikes = (
        [token.split() for token in tokens] if "," in text
        else [tokens[i : i + 3] for i in range(0, len(tokens), 3)]
    )  # fmt: skip
    return {
        "name": name,
        "share": round(share, 4),
        "weight": how,
        "strikes": [[int(step), voices, int(length), 1.0] for step, voices, length in strikes],
    }


def histogram(data: Path, source: str) -> np.ndarray:
    """The share of 4/4 bars in which the bass or a chord begins at each sixteenth, (16,)."""
    hits, bars = np.zeros(16), 0
    for record in records(data, source):
        if record["meter"] != "4/4":
            continue
        onsets = [on for on, *_ in record.get("bass") or []] + [on for on, _ in record.get("chords") or []]
        starts = np.array(record["bars"])
        bars += len(starts)
        seen = set()
        for on in onsets:
            bar = int(np.searchsorted(starts, on, side="right")) - 1
            step = round(on - starts[bar]) if bar >= 0 else -1
            if 0 <= step < 16 and (bar, step) not in seen:
                seen.add((bar, step))
                hits[step] += 1
    return hits / max(1, bars)


def weighed(hist: np.ndarray) -> list[dict[str, Any]]:
    """Textbook patterns whose shares make their off-beat and on-beat strikes fall like the histogram.

    Multiplicative updates (D. D. Lee and H. S. Seung, NIPS 2000) keep every share positive, so that none dies out.
    """
    made = [textbook((4, 4), name, 0.0, f"by the histogram of {POP_SOURCE}") for name in POP]
    columns = np.zeros((16, len(POP)))
    for column, one in enumerate(made):
        for step, *_ in one["strikes"]:
            columns[step, column] = 1
    columns /= columns.sum(axis=0)
    wanted = hist / hist.sum()
    shares = np.full(len(POP), 1 / len(POP))
    for _ in range(60):
        shares *= columns.T @ (wanted / np.maximum(columns @ shares, 1e-9))
    shares = 0.75 * shares / shares.sum() + 0.25 / len(POP)  # a histogram of the bass knows only half of it
    return [one | {"share": round(float(share), 4)} for one, share in zip(made, shares, strict=True)]


def write(out: Path, patterns: dict[Any, Any], bars: dict[str, int], hist: np.ndarray) -> None:
    """One line a pattern, so that a change can be read."""
    lines = ["{", f' "note": {json.dumps(NOTE)},', f' "textbook": {json.dumps(SOURCES)},']
    lines.append(f' "bars": {json.dumps({name: count for name, count in bars.items() if count})},')
    lines.append(f' "histogram": {json.dumps({POP_SOURCE: [round(float(x), 3) for x in hist]})},')
    lines.append(' "patterns": {')
    places = sorted(patterns)
    for place in places:
        genre, (n, d) = place
        lines.append(f'  "{genre} {n}/{d}": [')
        lines += [f"   {json.dumps(one)}," for one in patterns[place]]
        lines[-1] = lines[-1].rstrip(",")
        lines.append("  ]," if place != places[-1] else "  ]")
    out.write_text("\n".join([*lines, " }", "}", ""]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
