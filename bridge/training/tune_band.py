"""The accompanist's side of `improv tune`: which model, which tunes, which rewards; and the classifier of genres.

improv tune accompaniment --data DIR
improv tune accompaniment --data DIR --set pop --from accompaniment-pop --reward harmonic_rhythm=2,genre=0
improv tune genre --data DIR --set folk                 # the classifier of the genre reward, with its accuracy
improv tune table --data DIR --tuned tuned              # untuned beside tuned, by genre
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from bridge.generators import shelf
from bridge.generators.card import card_of
from bridge.music.vocabulary import CHORDS, GENRES
from bridge.training import genres, network, tuner
from bridge.training.arguments import Common
from bridge.training.card import commit, rights
from bridge.training.corpus import SETS, Tune
from bridge.training.rewards import parse_weights
from bridge.training.sources import learnt_from, tunes_of
from bridge.training.tuner_band import Accompanying, Rewards
from bridge.training.windows import MIXES

KIND = "accompaniment"
CURVES = {
    "rewards a beat, beyond the untuned (train)": [f"reward_{item.name}" for item in fields(Rewards)],
    "nats from the model; entropy": ["divergence", "entropy"],
    "error of the scores": ["error"],
    "note-in-chord share (valid)": ["valid_note_in_chord_share"],
    "chord lengths (valid)": ["valid_chord_length_emd_beats", "valid_chord_length_entropy_minus_human"],
    "variety (valid)": ["valid_distinct_chords_share"],
}


@dataclass(frozen=True, slots=True)
class Arguments(tuner.Arguments):
    """What tuning an accompanist depends on."""

    updates: int = 400
    """Length of the run; each update plays and learns once."""
    episodes: int = 32
    """Windows of tunes played before every update, all at once."""
    replay: int = 256
    """Episodes remembered; the oldest go first."""
    discount: float = 0.8
    """Of the next beat's value."""
    rate: float = 3e-3
    """Adam's learning rate at its highest; it falls to a tenth."""
    follow: float = 0.05
    """Share of the way that the target network goes to the online one after an update."""
    anchor: float = 0.0
    """Not used: log p, in every score, is what holds the model where people are."""
    check: int = 50
    """Updates between lines of the log and checkpoints."""
    reward: str = ""
    """Weights of rewards, such as harmonic_rhythm=2,genre=0; the usual ones where nothing is said."""
    start: str = "accompaniment"
    """The model to tune, by name or folder."""
    rights: str = "default"
    """Which sources may be learnt from: those of the model, or fewer."""
    temperature: float = 0.0
    """At which the tuned model is to be played; 0: as its card says."""
    hidden: int = 64
    """Of the head that is tuned."""
    steps: int = 128
    """Sixteenths of a window."""
    jumps: float = 0.25
    """Share of the windows whose key jumps at a bar line."""
    at_once: float = 1.0
    """Weight of what every chord would earn at once, beside the error of the scores; 0: the paper's way."""


def environment(args: Arguments, data: Path, say: Callable[[str], None]) -> tuple[Accompanying, dict[str, Any]]:
    """What is tuned, and the sources that it learns from. Raises CorpusError, ModelError."""
    start = shelf.folder(args.start)
    card = card_of(start, KIND)
    prices = Rewards(**parse_weights(args.reward, asdict(Rewards())))
    say(f"reading {data}")
    tunes = tunes_of(Common(data=data, rights=args.rights), say)
    chorded = [tune for tune in tunes if tune.split == "train" and (tune.chords >= 0).any()]
    evidence, classifier = np.zeros((len(GENRES) + 1, CHORDS, CHORDS), np.float32), None
    if prices.genre:
        known, classifier = classifier_of(args.rights, chorded, say)
        evidence = genres.evidence(known)
    temperature = args.temperature or float(card["temperature"])
    made = Accompanying(
        network.weights_of(start), tunes, MIXES[args.rights], evidence, prices, temperature=temperature,
        episodes=args.episodes, steps=args.steps, hidden=args.hidden, jumps=args.jumps, at_once=args.at_once,
        seed=args.seed,
    )  # fmt: skip
    made.facts |= {"temperature": temperature, "rewards": asdict(prices), "classifier": classifier}
    past = ("name", "command", "commit", "sources", "data", "started_from")
    made.facts["started_from"] = {key: card.get(key) for key in past}
    return made, learnt_from(tunes)


def classifier_of(
    rights: str, chorded: Sequence[Tune], say: Callable[[str], None]
) -> tuple[genres.Genres, dict[str, Any] | None]:
    """The classifier of a set's genres, and for the card which it is: the shelf's, whose accuracy is known.

    Where the shelf has none, one learnt from these tunes, and None. Raises ModelError for one that cannot be used.
    """
    for place in shelf.places():
        folder = place / shelf.named("genre", rights)
        if folder.is_dir():
            known, card = genres.load(folder), json.loads((folder / genres.CARD).read_text(encoding="utf-8"))
            say(f"genres as {folder.name} tells them")
            sources = [row["source"] for row in card.get("data", [])]
            return known, {"name": folder.name, "commit": card.get("commit"), "sources": sources}
    say("genres as these tunes tell them (no classifier is on the shelf; improv tune genre makes one)")
    return genres.learn(chorded), None


def main(argv: list[str]) -> int:
    """`improv tune genre`: the classifier of one set of sources, with its held-out accuracy. Raises CorpusError."""
    parser = argparse.ArgumentParser(prog="improv tune genre", description="Count how genres move from chord to chord.")
    parser.add_argument("--data", type=Path, required=True, help="folder of tunes (docs/corpus.md)")
    parser.add_argument("--set", choices=sorted(SETS), default="default", help="sources to learn from")
    parser.add_argument("--out", type=Path, help="folder to write (default: models/genre, -folk, -pop)")
    args = parser.parse_args(argv)
    splits = ("train", "valid", "test")
    chorded = [t for t in tunes_of(Common(data=args.data, rights=args.set), print, splits) if (t.chords >= 0).any()]
    train = [t for t in chorded if t.split == "train"]
    known = genres.learn(train)
    figures = genres.accuracy(known, [t for t in chorded if t.split != "train"])
    facts: dict[str, Any] = {"command": f"improv tune genre --data DIR --set {args.set}", "commit": commit()}
    facts |= {"data": rights(learnt_from(train)), "held_out": figures}
    genres.save(known, args.out or Path("models") / shelf.named("genre", args.set), facts)
    print(json.dumps(figures, indent=1))
    return 0
