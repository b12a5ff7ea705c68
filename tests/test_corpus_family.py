"""Tune families: no variant in another split, whatever the key, the name or the order of the files."""

import random
from pathlib import Path
from typing import Any

from bench.corpus_files import write_midi
from bridge.corpus import records
from bridge.corpus.family import mark
from tests.test_corpus import distinct, tune

Record = dict[str, Any]


def wandering(seed: int, notes: int = 64) -> Record:
    """A tune that no other seed's resembles."""
    dice, pitch, melody = random.Random(seed), 72, []
    for index in range(notes):
        pitch = min(88, max(60, pitch + dice.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])))
        melody.append([2 * index, 2, pitch])
    return tune() | {"id": str(seed), "melody": melody, "chords": [], "bass": []}


def variant(record: Record, name: str, *, shift: int = 0, changed: int = 0, slower: int = 1) -> Record:
    """The tune in another key and other note values, every eighth of the first `changed` notes another."""
    melody = [
        [o * slower, d * slower, p + shift + (2 if i < changed and i % 8 == 3 else 0)]
        for i, (o, d, p) in enumerate(record["melody"])
    ]
    return record | {"id": name, "melody": melody}


def test_variants_share_a_family_and_a_split() -> None:
    for seed in range(30):
        first = wandering(seed)
        others = [wandering(1000 + seed * 10 + i) for i in range(5)]
        kin = [
            variant(first, "higher", shift=5),
            variant(first, "ornamented", changed=24),
            variant(first, "slower", slower=2),
        ]
        marked = {record["id"]: record for record in mark([first, *others, *kin])}
        family = [marked[name] for name in (first["id"], "higher", "ornamented", "slower")]
        assert len({record["group"] for record in family}) == 1
        assert len({record["split"] for record in family}) == 1
        assert len({marked[other["id"]]["group"] for other in others} | {family[0]["group"]}) == 6


def test_the_same_tune_again_is_a_duplicate_and_a_variant_is_none() -> None:
    first = wandering(1)
    marked = mark([first, variant(first, "again", shift=-2), variant(first, "other", changed=60)])
    assert ["dup" in record for record in marked] == [False, True, False]


def test_splits_depend_on_the_notes_alone() -> None:
    tunes = [wandering(seed) for seed in range(200)]
    forward = {record["id"]: record["split"] for record in mark(tunes)}
    backward = {record["id"]: record["split"] for record in mark(tunes[::-1])}
    renamed = [record["split"] for record in mark([t | {"id": f"x{t['id']}", "genre": "jazz"} for t in tunes])]
    assert forward == backward
    assert renamed == [forward[record["id"]] for record in tunes]
    fewer = {record["id"]: record["split"] for record in mark(tunes[:150])}
    assert fewer == {name: forward[name] for name in fewer}


def test_about_a_twentieth_is_for_validation() -> None:
    splits = [record["split"] for record in mark([wandering(seed) for seed in range(600)])]
    assert 10 <= splits.count("valid") <= 60
    assert 3 <= splits.count("test") <= 35


def test_few_files_still_have_one_to_validate_on(tmp_path: Path) -> None:
    for count in (5, 8, 20):
        marked = mark([wandering(seed) for seed in range(3000, 3000 + count)])
        assert "valid" in {record["split"] for record in marked}
        assert [record["split"] for record in marked].count("train") >= count - 3
    for number, record in enumerate(distinct(3)):
        write_midi(record, tmp_path / f"{number}.mid", merged=False)
    found, report = records([tmp_path], jobs=1)
    assert report.families == len({record["group"] for record in found})


def test_what_a_pack_decided_stays_and_its_kin_follow() -> None:
    held = wandering(1) | {"group": "g7", "split": "test"}
    kept = wandering(2) | {"group": "g8", "split": "train"}
    fresh = [variant(wandering(1), "mine", shift=3), wandering(3)]
    marked = {record["id"]: record for record in mark([held, kept, *fresh])}
    assert (marked["1"]["group"], marked["1"]["split"]) == ("g7", "test")
    assert (marked["2"]["group"], marked["2"]["split"]) == ("g8", "train")
    assert (marked["mine"]["group"], marked["mine"]["split"]) == ("g7", "test")


def test_kin_that_a_pack_divided_go_where_nothing_leaks() -> None:
    one = wandering(1) | {"group": "a", "split": "train"}
    other = variant(wandering(1), "copy") | {"group": "b", "split": "test"}
    assert {record["split"] for record in mark([one, other])} == {"test"}


def test_tunes_without_melody_are_told_by_their_chords() -> None:
    turns = ["C:maj", "A:min", "F:maj", "G:7", "E:min", "D:min7", "G:7", "C:maj7", "Bb:maj", "F:maj", "A:7", "D:min"]
    raised = ["D:maj", "B:min", "G:maj", "A:7", "F#:min", "E:min7", "A:7", "D:maj7", "C:maj", "G:maj", "B:7", "E:min"]
    charts = [
        tune() | {"id": str(i), "melody": [], "chords": [[8 * n, chord] for n, chord in enumerate(chords)]}
        for i, chords in enumerate([turns, raised, turns[::-1]])
    ]
    marked = mark(charts)
    assert marked[0]["group"] == marked[1]["group"] != marked[2]["group"]
