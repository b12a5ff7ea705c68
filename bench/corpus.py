"""How well and how fast `improv corpus` reads, measured against pack files, whose notes are known.

  python -m bench.corpus truth --data DIR          write pieces as MIDI, ABC and MusicXML, read them back, compare
  python -m bench.corpus folder --data DIR --out F write a folder of 5,000 files to time `improv corpus F` on
  python -m bench.corpus families --data DIR       tune families found, beside the groups that the pack has
  python -m bench.corpus against --data DIR        music21's own corpus, read here, beside the same tunes of the pack

A piece is written as a person's file might be: `tracks` (melody, comped chords and bass apart, without names),
`merged` (all in one track), `abc` and `musicxml` (melody with chord symbols). Pick-ups are padded with rests.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.corpus_files import bar_of, write_abc, write_midi, write_musicxml
from bridge.corpus import family
from bridge.corpus.family import mark
from bridge.corpus.notation import library
from bridge.corpus.pack import read_pack
from bridge.corpus.read import Piece, read_piece, records
from bridge.music.harmony import parse_chord
from bridge.quiet import unread

Record = dict[str, Any]
FORMS: dict[str, tuple[str, Callable[[Record, Path], None]]] = {
    "tracks": ("mid", lambda record, path: write_midi(record, path, merged=False)),
    "merged": ("mid", lambda record, path: write_midi(record, path, merged=True)),
    "abc": ("abc", write_abc),
    "musicxml": ("musicxml", write_musicxml),
}
LIBRARY = {"ryansMammoth": "ryan", "airdsAirs": "aird", "oneills1850": "oneill1850", "bach/": "bach_chorales"}
SHARES = {"tracks": 0.6, "merged": 0.2, "abc": 0.1, "musicxml": 0.1}  # of the files of `folder`


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["truth", "folder", "families", "against"])
    parser.add_argument("--data", type=Path, required=True, help="a folder of pack files")
    parser.add_argument("--out", type=Path, help="the folder to write files into")
    parser.add_argument("--count", type=int, default=5000, help="files of the folder")
    parser.add_argument("--each", type=int, default=200, help="records of each source to compare")
    parser.add_argument("--rhythm", action="store_true", help="shingles of intervals and durations")
    parser.add_argument("--long", type=int, default=family.LONG, help="intervals in a shingle")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.what == "truth":
        truth(args.data, args.each, args.seed)
    elif args.what == "against":
        against(args.data)
    elif args.what == "families":
        families(args.data, rhythm=args.rhythm, long=args.long)
    else:
        folder(args.data, args.out, args.count, args.seed)


def load(data: Path) -> list[Record]:
    return [r for file in sorted(data.glob("*.jsonl.gz")) for r in read_pack(file) if isinstance(r, dict)]


def truth(data: Path, each: int, seed: int) -> None:
    """Per source and form: how much of what was written is read back."""
    sources: dict[str, list[Record]] = {}
    for record in load(data):
        if len(record["melody"]) >= 16:
            sources.setdefault(record["source"], []).append(record)
    for source, found in sources.items():
        chosen = random.Random(seed).sample(found, min(each, len(found)))
        for form in FORMS:
            print(json.dumps({"source": source, "form": form} | compare(chosen, form)), flush=True)


def compare(chosen: Sequence[Record], form: str) -> dict[str, Any]:
    """What is read back of records written in a form."""
    ending, write = FORMS[form]
    counts, seconds = Counter[str](), 0.0
    with tempfile.TemporaryDirectory() as place:
        for record in chosen:
            path = Path(place) / f"tune.{ending}"
            write(record, path)
            text = path.read_text(encoding="utf-8") if ending == "abc" else None
            began = perf_counter()
            outcome = read_piece(Piece(path, path.name, "bench", "unknown", "none", text))
            seconds += perf_counter() - began
            counts["tunes"] += 1
            if outcome.records:
                counts += agreement(record, outcome.records[0], lead_sheet=form in ("abc", "musicxml"))
            else:
                counts[f"dropped: {outcome.failures[0].reason}"] += 1
    return figures(counts) | {"ms_a_tune": round(1000 * seconds / len(chosen), 1)}


def agreement(true: Record, found: Record, *, lead_sheet: bool) -> Counter[str]:
    """Counts of what agrees: notes by onset and pitch, chord roots by the sixteenth, nine bar lines of ten."""
    counts = Counter[str](kept=1)
    begins = round(3 * (found["bars"][0] - (true["bars"] or [0])[0]))  # silent bars at the beginning are cut
    shifts = [begins, *(begins + bars * bar_of(true) for bars in range(-24, 2)), -round(3 * true["melody"][0][0])]
    shift = max(shifts, key=lambda shift: overlap(true, found, "melody", shift))
    for line in ("melody", "bass"):
        if true.get(line) and (found[line] or not lead_sheet):
            hit = overlap(true, found, line, shift)
            counts += Counter({f"{line}_hit": hit, f"{line}_both": len(true[line]) + len(found[line])})
    if true.get("chords") and found["chords"]:
        one_roots, other_roots = roots(true["chords"], 0), roots(found["chords"], round(shift / 3))
        both = [step for step in one_roots if step in other_roots]
        counts["root_steps"] += len(both)
        counts["root_hit"] += sum(one_roots[step] == other_roots[step] for step in both)
    counts["key"] += true["key"] in (found["key"], f"{found['key'].partition(':')[0]}")
    counts["meter"] += true["meter"] == found["meter"]
    one, other = ({round(3 * bar) - moved for bar in record["bars"]} for record, moved in ((true, 0), (found, shift)))
    within = {bar for bar in one if min(other) <= bar <= max(other)}  # silent bars at the edges are cut
    counts["bars"] += len(within & other) >= 0.9 * len(within | other)
    counts["grid"] += true.get("grid") == found["grid"]
    return counts


def overlap(true: Record, found: Record, line: str, shift: int) -> int:
    """How many notes of a line are there in both, the second later by `shift` twelfths."""
    one = {(round(3 * onset), pitch) for onset, _, pitch in true[line]}
    return len(one & {(round(3 * onset) - shift, pitch) for onset, _, pitch in found[line]})


def roots(chords: Iterable[Sequence[Any]], shift: int) -> dict[int, int | None]:
    """The root sounding at every sixteenth, None for no chord."""
    held: dict[int, int | None] = {}
    changes = [(round(onset) - shift, symbol) for onset, symbol in chords]
    for (onset, symbol), (following, _) in zip(changes, [*changes[1:], (changes[-1][0] + 8, "")], strict=True):
        chord = parse_chord(symbol)
        held |= dict.fromkeys(range(onset, following), chord.root if chord else None)
    return held


def figures(counts: Counter[str]) -> dict[str, Any]:
    kept = max(1, counts["kept"])
    shares: dict[str, Any] = {"tunes": counts["tunes"], "kept": counts["kept"]}
    for line in ("melody", "bass"):
        if counts[f"{line}_both"]:
            shares[f"{line}_f1"] = round(2 * counts[f"{line}_hit"] / counts[f"{line}_both"], 3)
    if counts["root_steps"]:
        shares["chord_root"] = round(counts["root_hit"] / counts["root_steps"], 3)
    shares |= {name: round(counts[name] / kept, 3) for name in ("key", "meter", "bars", "grid")}
    return shares | {name: number for name, number in counts.items() if name.startswith("dropped")}


def folder(data: Path, out: Path, count: int, seed: int) -> None:
    """Write a folder of files, every 500th of them cut in half; then read it."""
    dice = random.Random(seed)
    chosen = [dice.choice(found) for found in [[r for r in load(data) if len(r["melody"]) >= 16]] for _ in range(count)]
    out.mkdir(parents=True, exist_ok=True)
    for number, record in enumerate(chosen):
        form = dice.choices(list(SHARES), list(SHARES.values()))[0]
        ending, write = FORMS[form]
        path = out / f"{number:05d}_{form}.{ending}"
        write(record, path)
        if number % 500 == 499:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    print(f"{count} files in {out}: time improv corpus {out} --jobs 2")


def with_rhythm(record: Record, long: int) -> frozenset[family.Shingle]:
    """Shingles of another kind: intervals with the time between onsets."""
    steps = [(b[2] - a[2], round(3 * (b[0] - a[0]))) for a, b in pairwise(record["melody"])]
    return frozenset(tuple(steps[i : i + long]) for i in range(max(1, len(steps) - long + 1)))


def families(data: Path, *, rhythm: bool, long: int) -> None:
    """Pairs of tunes of one family, as the pack has them and as found from the notes alone."""
    found = [record for record in load(data) if record["melody"]]
    family.LONG = long  # type: ignore[misc]
    if rhythm:
        family.shingles = lambda record: with_rhythm(record, long)
    bare = [{key: value for key, value in r.items() if key not in ("group", "split", "dup")} for r in found]
    began = process_time()
    marked = mark(bare)
    seconds = process_time() - began
    listed = data / "variant_pairs.json.gz"
    true, mine = (pairs([str(r["group"]) for r in some]) for some in (found, marked))
    print(
        json.dumps({
            "pairs_in_pack": len(true), "pairs_found": len(mine), "recall": round(len(true & mine) / len(true), 3),
            "precision": round(len(true & mine) / len(mine), 3), "duplicates": sum("dup" in r for r in marked),
            "listed_variants": known(listed, marked) if listed.is_file() else None,
            "cpu_seconds": round(seconds, 1), "splits": dict(Counter(r["split"] for r in marked)),
        })
    )  # fmt: skip


def known(listed: Path, marked: Sequence[Record]) -> str:
    """How many of the pairs that a pack lists as variants are of one family here."""
    group = {f"{record['source']}/{record['id']}": record["group"] for record in marked}
    found = [(one, other) for one, other, _ in json.loads(gzip.decompress(listed.read_bytes()))]
    return f"{sum(group.get(one, one) == group.get(other, other) for one, other in found)} of {len(found)}"


def against(data: Path) -> None:
    """The tunes of music21's corpus that the pack has too: how many came out the same from two readers."""
    packed = load(data)
    for name, source in LIBRARY.items():
        found, _ = records(library(name), jobs=1)
        mine = {record["id"].replace(".abc#", "/").removesuffix(".mxl"): record for record in found}
        counts = Counter[str]()
        for true in packed:
            other = mine.get(true["id"].removesuffix(".mxl")) if true["source"] == source else None
            if other is not None:
                counts["tunes"] += 1
                counts["same_melody"] += pitches(true, "melody") == pitches(other, "melody")
                counts["same_bass"] += pitches(true, "bass") == pitches(other, "bass")
                counts += agreement(true, other, lead_sheet=True)
        print(json.dumps({"source": source, "same_melody": counts["same_melody"], "same_bass": counts["same_bass"]}
                         | figures(counts)), flush=True)  # fmt: skip


def pitches(record: Record, line: str) -> list[tuple[int, int]]:
    """Onsets in twelfths from the first bar, and pitches."""
    begin = record["bars"][0]
    return [(round(3 * (onset - begin)), pitch) for onset, _, pitch in record.get(line) or []]


def pairs(groups: Sequence[str]) -> set[tuple[int, int]]:
    shelves: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        shelves.setdefault(group, []).append(index)
    return {pair for shelf in shelves.values() for pair in combinations(shelf, 2)}


if __name__ == "__main__":
    sys.exit(unread(main))
