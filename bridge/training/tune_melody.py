"""The melody side of `improv tune`: a Note RNN, pieces of 32 sixteenths, the rules of `rewards_melody.py`.

The model is told no key. It is trained in all keys, settles on one by its first notes, and is rewarded for keeping to
the key that its own piece suggests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.card import card_of
from bridge.generators.note_events import EVENTS
from bridge.generators.shelf import folder
from bridge.music.errors import ModelError
from bridge.training import note_network as network
from bridge.training.corpus import SETS, CorpusError, read
from bridge.training.environment import Arguments as Common
from bridge.training.environment import Batch
from bridge.training.known_melody import known
from bridge.training.loop import WEIGHTS_FILE
from bridge.training.note_pieces import Piece, Windows, pieces_of
from bridge.training.note_rnn import bits_of, judged
from bridge.training.rewards import parse_weights
from bridge.training.rewards_melody import BY_BEAT, LAGS, REWARDS, autocorrelation
from bridge.training.sources import is_pack, learnt_from
from bridge.training.tuning_measures import guards, merit, openings, shapes, table

Tensor = Any
KIND = "note_rnn"
LATELY = 0.1  # share of the newest pieces in the means that `balance` works against
SHOWN = 1024  # pieces composed for a line of the log
USUAL = {
    "key": 10.0, "tonic": 0.3, "repetition": 0.05, "variety": 7.0, "motif": 1.5, "repeated_motif": 4.0,
    "intervals": 0.0, "leap": 1.0, "doubled": 7.0, "extremes": 0.7,
    "whole_key": 12.0, "crowded": 0.0, "recall": 0.0, "balance": 0.0,
}  # fmt: skip
CURVES = {
    "bits a sixteenth, held out": ["valid_bits_per_step", "valid_bits_per_opening_step"],
    "rewards of a piece": [f"reward_{name}" for name in ("key", "tonic", "variety", "motif", "leap")],
    "nats a sixteenth": ["entropy", "divergence", "error", "anchor"],
    "rows of the table": ["valid_not_in_key", "valid_starting_with_tonic", "valid_leaps_resolved", "valid_in_motif"],
}


@dataclass(frozen=True, slots=True)
class Arguments(Common):
    """What tuning a melody depends on."""

    batch: int = 128
    """Pieces learnt from in an update."""
    rate: float = 4e-3
    """Adam's learning rate at its highest; it falls to a tenth."""
    anchor: float = 1.1
    """Weight of the cross-entropy of people's melodies, nats a step; 0: none, as in the paper."""
    reward: str = ""
    """Weights of rewards, such as key=2,motif=0.5; the usual ones where nothing is said."""
    start: str = "note_rnn"
    """The model to tune, by name or folder."""
    rights: str = "default"
    """Which sources the anchor learns from: those of the model, or fewer."""
    steps: int = 32
    """Sixteenths a piece; the paper's compositions have 32."""
    beat: int = 4
    """Sixteenths a beat: 4, or 6 in compound meters."""
    people_steps: int = 64
    """Sixteenths of a window of the corpus, for the anchor."""


class Melodies:
    """The environment: pieces, the rules, and people's melodies beside them."""

    def __init__(self, prior: network.Weights, args: Arguments, pieces: Sequence[Piece], held: Sequence[Piece]) -> None:
        self.args, self.prior, self.held = args, prior, held
        self.rewarding = parse_weights(args.reward, USUAL)
        self.windows = Windows(pieces, args.people_steps, args.seed)
        self.shapes = shapes(openings([piece.events for piece in pieces], args.steps))
        self.means = np.zeros(len(LAGS))  # autocorrelation of the pieces of late, for `balance`; begins anew with a run
        self.untuned = 0.0  # bits a step of the held-out pieces by the frozen model, once they are asked for
        self._compose = tf.function(self._composed, jit_compile=True)
        self._judge = tf.function(bits_of, jit_compile=True)

    def weights(self, algorithm: str) -> network.Weights:
        """The frozen weights as variables; for g with an output of zeros."""
        zeros = ("output", "output_bias", "copy") if algorithm == "g" else ()
        named = self.prior._asdict().items()
        return network.Weights(*(tf.Variable(tf.zeros_like(x) if name in zeros else x) for name, x in named))

    def outputs(self, weights: Any, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits of the next event and values, before each event."""
        events = batch["actions"]
        output = network.outputs(weights, events)
        return network.logits(weights, output, network.backs(events)), network.values(weights, output)

    def ahead(self, weights: Any, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The same after each event that could come instead of the one that did."""
        output, back = network.ahead(weights, batch["actions"])
        return network.logits(weights, output, back), network.values(weights, output)

    def play(self, networks: tuple[Any, ...], number: int, explore: float) -> Batch:
        """New pieces."""
        seed = tf.constant([self.args.seed, number])
        events = self._compose(network.joined(networks), self.args.episodes, seed, tf.constant(explore, tf.float32))
        found = {"actions": events.numpy(), "valid": np.ones(events.shape, np.float32)}
        coefficients = [np.nan_to_num(autocorrelation(found["actions"], lag)[:, -1]).mean() for lag in LAGS]
        self.means += LATELY * (np.array(coefficients) - self.means)
        return found | ({"paid": self.paid(found["actions"])} if self.args.full else {})

    def paid(self, events: Any) -> Any:
        """What every event would earn at once, all rules together, (pieces, steps, EVENTS)."""
        amounts = known(events, self.args.beat, self.means.tolist())
        total = sum(self.rewarding[name] * each for name, each in amounts.items() if self.rewarding[name])
        return np.asarray(self.args.scale * total, np.float32)

    def _composed(self, weights: network.Weights, pieces: int, seed: Tensor, explore: Tensor) -> Tensor:
        shape = (pieces, self.args.steps, EVENTS)
        uniform = tf.random.stateless_uniform(shape, seed, 1e-7, 1 - 1e-7)
        anything = tf.random.stateless_uniform(shape[:2], seed + 1) < explore
        noise = -tf.math.log(-tf.math.log(uniform))
        return network.compose(weights, noise + tf.where(anything[..., None], 1e6 * uniform, 0.0), tf.constant(1.0))

    def rewards(self, episodes: Batch) -> dict[str, Any]:
        """Every rule, weighted; those of weight 0 are left out."""
        more: dict[str, Any] = {name: {"beat": self.args.beat} for name in BY_BEAT}
        more["balance"] = {"means": self.means.tolist()}
        events = episodes["actions"]
        return {name: w * REWARDS[name](events, **more.get(name, {})) for name, w in self.rewarding.items() if w}

    def people(self, number: int) -> Batch | None:
        """Windows of the corpus, in any key."""
        batch = self.windows.batch(self.args.batch // 4, number)
        return {"actions": batch["events"], "valid": batch["valid"]}

    def pieces(self, networks: tuple[Any, ...], number: int, seed: int = 0) -> Any:
        """So many pieces (number, steps), a multiple of the episodes played at once, by the policy as it is."""
        weights, nothing = network.joined(networks), tf.constant(0.0)
        seeds = [tf.constant([-1 - seed, at]) for at in range(max(1, number // self.args.episodes))]
        return np.concatenate([self._compose(weights, self.args.episodes, s, nothing).numpy() for s in seeds])

    def whole(self, networks: tuple[Any, ...]) -> network.Weights:
        """The policy as the weights of one model, for export."""
        return network.joined(networks)

    def merit(self, figures: dict[str, float]) -> float:
        """Of a validation: see `tuning_measures.merit`."""
        if not self.untuned:
            self.untuned = judged(self._judge, self.prior, self.held)["bits_per_step"]
        return merit({name.removeprefix("valid_"): value for name, value in figures.items()}, self.untuned)

    def validate(self, networks: tuple[Any, ...]) -> dict[str, float]:
        """Bits of held-out melodies by the policy, the paper's rows and the guards over pieces that it composes."""
        figures = judged(self._judge, network.joined(networks), self.held)
        events = self.pieces(networks, SHOWN)
        figures |= table(events, self.args.beat) | guards(events, self.shapes)
        return {f"valid_{name}": value for name, value in figures.items()}


def frozen(name: str) -> network.Weights:
    """The weights of a model that can be tuned, as constants. Raises ModelError."""
    where = folder(name)
    card_of(where, KIND)
    try:
        with np.load(where / WEIGHTS_FILE, allow_pickle=False) as saved:
            return network.Weights(*(tf.constant(saved[f"average/{each}"]) for each in network.Weights._fields))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{where / WEIGHTS_FILE} cannot be read ({error}); export that model again") from error


def environment(args: Arguments, data: Path, say: Callable[[str], None]) -> tuple[Melodies, dict[str, Any]]:
    """What is tuned, and the tunes that the anchor learns from, by source. Raises ModelError, CorpusError."""
    prior = frozen(args.start)
    if prior.recurrent.shape[0] != 1:
        raise ModelError(f"{args.start} was tuned by g and has two networks; tune the model that it began from")
    say("turning tunes into events")
    tunes = read(data, SETS[args.rights] if is_pack(data) and data.is_dir() else None, ("train", "valid"))
    kept = [tune for tune in tunes if tune.split == "train" and not tune.dup]
    pieces = pieces_of(kept)
    if not pieces:
        raise CorpusError(f"{data} has no melody on the grid of sixteenths; name other tunes with --data")
    held = pieces_of([tune for tune in tunes if tune.split == "valid"])
    return Melodies(prior, args, pieces, held), learnt_from(kept)
