"""Tune families: clusters of near-duplicates, so that no variant of a tune is in another split.

Method: a melody is the set of its shingles, seven intervals long, repeated notes counted once; so neither key, meter,
note values nor repetitions of a note hide a variant. Two melodies are kin when they share a fifth of all shingles, or
two fifths of the shorter one's; families are the connected components. Exact sets and an inverted index, no sketches:
10,000 tunes take seconds. docs/corpus.md has the figures of other choices. Whether a family is held out is a function
of its notes alone, neither of file names nor of order.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, Final

from bridge.music.harmony import parse_chord

Record = dict[str, Any]
Shingle = tuple[Hashable, ...]

LONG: Final = 7  # intervals in a shingle
KIN: Final = 0.2  # Jaccard from which two tunes are of one family
WITHIN: Final = 0.4  # share of the shorter one's shingles from which it is part of the other
SAME: Final = 0.85  # Jaccard from which the later tune is a duplicate, to be skipped in training
ALIKE: Final = 0.6  # Jaccard from which two chord charts without melody are of one family: many songs share a turn
COMMON: Final = 60  # tunes; a shingle found in more is an idiom and tells of no kinship
VALID, TEST = 0.05, 0.025  # shares of the families
ENOUGH: Final = 5  # families from which at least one is held out for validation
STRICT: Final = {"train": 0, "valid": 1, "test": 2}


def mark(records: Sequence[Record]) -> list[Record]:
    """The records with `group`, `split` and, where so, `dup`; what a pack decided stays unless it divides kin."""
    sets = [shingles(record) for record in records]
    family, twins = _families(records, sets)
    members: dict[int, list[int]] = defaultdict(list)
    for index, root in enumerate(family):
        members[root].append(index)
    prints = {root: min(_print(sets[index], records[index]) for index in found) for root, found in members.items()}
    splits = _splits(records, members, prints)
    marked = []
    for index, record in enumerate(records):
        root = family[index]
        group = next((str(records[i]["group"]) for i in members[root] if records[i].get("group")), f"f{prints[root]}")
        record = record | {"group": group, "split": splits[root]}
        marked.append(record | {"dup": True} if index in twins or record.get("dup") else record)
    return marked


def shingles(record: Record) -> frozenset[Shingle]:
    """The shingles of a melody; of a tune without one, of its chords; whole, if it is shorter than a shingle."""
    pitches = [pitch for _, _, pitch in record["melody"]]
    steps: list[Hashable] = [b - a for a, b in pairwise(pitches) if a != b]
    if not pitches:
        chords = [chord for _, symbol in record.get("chords") or [] if (chord := parse_chord(symbol)) is not None]
        steps = [((b.root - a.root) % 12, a.quality) for a, b in pairwise(chords) if a != b]
    return frozenset(tuple(steps[i : i + LONG]) for i in range(max(1, len(steps) - LONG + 1)))


def _kin(common: int, one: int, other: int, *, melodic: bool) -> bool:
    """Whether two tunes with so many shingles, alone and in common, are of one family."""
    union = one + other - common
    if not melodic:
        return common >= ALIKE * union
    return common >= KIN * union or common >= WITHIN * min(one, other)


def _families(records: Sequence[Record], sets: Sequence[frozenset[Shingle]]) -> tuple[list[int], set[int]]:
    """The family of each record, as the index of one of its members, and who duplicates an earlier record."""
    parent = list(range(len(records)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    known: dict[str, int] = {}
    for index, record in enumerate(records):
        if record.get("group"):
            parent[root(index)] = root(known.setdefault(str(record["group"]), index))
    index_of: dict[Shingle, list[int]] = defaultdict(list)
    twins = set()
    for index, own in enumerate(sets):
        shared = Counter(
            other for shingle in own if len(found := index_of.get(shingle, [])) <= COMMON for other in found
        )
        for other, count in shared.items():
            melodic = bool(records[index]["melody"])
            if melodic == bool(records[other]["melody"]) and _kin(count, len(own), len(sets[other]), melodic=melodic):
                parent[root(index)] = root(other)
                if count >= SAME * (len(own) + len(sets[other]) - count):
                    twins.add(index)
        for shingle in own:
            index_of[shingle].append(index)
    return [root(index) for index in range(len(records))], twins


def _print(own: frozenset[Shingle], record: Record) -> str:
    """Twelve hexadecimal digits of what a tune sounds like, in any key."""
    text = repr(sorted(map(repr, own))) if own else str(record["id"])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _splits(records: Sequence[Record], members: dict[int, list[int]], prints: dict[int, str]) -> dict[int, str]:
    """The split of each family: the strictest that a member came with, else by its print."""
    splits, new = {}, []
    for root, found in members.items():
        given = [records[index]["split"] for index in found if records[index].get("split") in STRICT]
        if given:
            splits[root] = max(given, key=STRICT.__getitem__)
        else:
            new.append(root)
            chance = int(prints[root], 16) / 16**12
            splits[root] = "test" if chance < TEST else "valid" if chance < TEST + VALID else "train"
    if len(members) >= ENOUGH and new and "valid" not in splits.values():
        splits[min(new, key=lambda root: (splits[root] == "test", prints[root]))] = "valid"
    return splits
