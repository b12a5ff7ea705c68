"""`improv train morph`: from a folder of tunes to a model that varies a phrase and mixes two.

Reads top to bottom: arguments, the loss (to say a phrase again from its latent vector, or from what noise leaves of
it), validation in nats and by what comes back free-running, then what `improv export` asks of every kind of model.
The noisier the vector, the more often a human variant of the phrase is asked for, where the tune has one: so the
middle of the dial learns from how people vary a phrase.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.card import card_of
from bridge.generators.morph_phrase import CLASSES, STEPS
from bridge.music.vocabulary import FIRST_ONSET, HOLD, REST
from bridge.training import morph_network as network
from bridge.training.arguments import Common
from bridge.training.corpus import CorpusError, Tune, read
from bridge.training.morph_convert import card, convert, parity
from bridge.training.morph_evaluate import report
from bridge.training.morph_variants import targets, variant_of, variants
from bridge.training.morph_windows import Draw, Windows, windows_of
from bridge.training.sources import tunes_of

Tensor = Any
WEIGHTS = network.Weights
MIXES = {
    "default": {"standards": 0.2, "hymn": 0.12, "chorale": 0.12, "artsong": 0.2, "folk": 0.36},
    "folk": {"standards": 0.1, "hymn": 0.06, "chorale": 0.06, "artsong": 0.08, "folk": 0.7},
    "pop": {"standards": 0.15, "hymn": 0.05, "artsong": 0.08, "folk": 0.1, "pop": 0.32, "rock": 0.1, "jazz": 0.2},
}
"""Share of the windows by genre, for each set of sources."""
HELD = 512  # windows in a validation
LEVELS = (0.0, 0.5, 0.8, 1.0)  # of noise, at which validation asks for the phrase
ALIKE = 0.7  # noise at which validation asks for a human variant instead
WARM = 1000.0  # updates until the latent vector costs its full price
UNKNOWN = 0.2  # share of windows whose genre is not told
CURVES = {
    "nats a phrase, held out": ["valid_nats_0", "valid_nats_0.5", "valid_nats_0.8", "valid_nats_1"],
    "human variants, held out": ["valid_variant_nats"],
    "given back, held out": ["valid_step_accuracy", "valid_onset_f1"],
    "nats of the latent vector": ["latent"],
}


@dataclass(frozen=True, slots=True)
class Arguments(Common):
    """What a run of the morph model depends on."""

    minutes: float = 25.0
    """Length of the run; the learning rate falls over it."""
    batch: int = 128
    """Windows an update."""
    units: int = 64
    """Of the encoder, in either direction."""
    hidden: int = 192
    """Of the decoder."""
    latent: int = 64
    """Numbers in the latent vector."""
    share: int = 24
    """Numbers that each step of the encoder adds to what the latent vector is made of."""
    reading: int = 32
    """Numbers that the decoder reads off the latent vector at each step."""
    beta: float = 0.1
    """Price of a nat in the latent vector (MusicVAE: 0.2)."""
    drop: float = 0.4
    """Share of the decoder's past that is blanked out, on average."""
    noisy: float = 0.5
    """Share of windows whose latent vector is noisy, evenly from not at all to nothing but noise."""
    variant: float = 0.7
    """At nothing but noise, the share of windows of which a human variant is asked for instead."""


class Morphing:
    """The task of giving phrases back, whole, blurred, or as people vary them."""

    name = "morph"
    best = ("valid_nats", -1)

    def __init__(self, args: Arguments, tunes: Sequence[Tune], held: Sequence[Tune]) -> None:
        self.args = args
        self.windows, self._held_windows = windows_of(tunes), windows_of(held)
        if not len(self.windows.rows):
            raise CorpusError("no tune has a phrase of four notes from a bar line on; name other tunes with --data")
        self.pairs = variants(self.windows)
        self._draw = Draw(self.windows, tunes, MIXES[args.rights], args.seed)
        self._held = self._held_batches(held) if len(self._held_windows.rows) else []
        self._judge = tf.function(_judge)

    def weights(self) -> network.Weights:
        """Fresh variables."""
        a = self.args
        return network.new_weights(a.units, a.hidden, a.latent, a.share, a.reading, a.seed)

    def batch(self, number: int) -> dict[str, Any]:
        """Windows by genre, and a human variant of each where there is one."""
        rows = self._draw.rows(self.args.batch, number)
        others = variant_of(self.windows, self.pairs, rows, np.random.default_rng((self.args.seed, number, 1)))
        return self.windows.batch(rows) | targets(self.windows, rows, others)

    def loss(self, weights: Any, batch: dict[str, Tensor], number: Tensor) -> dict[str, Tensor]:
        """Nats a phrase (`nats` where the vector is clean, `noisy_nats` where not) and of its latent vector."""
        args, size = self.args, batch["classes"].shape[0]
        chance = _Chance(args.seed, number)
        sounding = batch["classes"][:, 0] == HOLD
        told = batch | {"before": tf.where(sounding | (chance.uniform(size) < 0.5), batch["before"], REST)}
        place = network.encode(weights, told["classes"], told["before"], told["place"], told["valid"])
        noisy = chance.uniform(size) < args.noisy
        noise = tf.where(noisy, chance.uniform(size), 0.0)
        clean = place.mean + tf.exp(place.spread) * chance.normal(size, args.latent)
        latent = tf.sqrt(1 - noise**2)[:, None] * clean + noise[:, None] * chance.normal(size, args.latent)
        swap = chance.uniform(size) < args.variant * noise
        told["classes"] = tf.where(swap[:, None], batch["target"], told["classes"])
        told["before"] = tf.where(swap, batch["target_before"], told["before"])
        told |= {"noise": noise, "genre": tf.where(chance.uniform(size) < UNKNOWN, -1, batch["genre"])}
        dropped = 2 * args.drop * chance.uniform(1, size, 1, 1)
        kept = tf.cast(chance.uniform(2, size, STEPS, 1) >= dropped, tf.float32)
        nats = phrase_nats(network.forced(weights, latent, told, kept), told)
        price = tf.reduce_mean(latent_nats(place))
        warm = tf.minimum(1.0, tf.cast(number, tf.float32) / WARM) if not args.start else 1.0
        blurred = tf.cast(noisy, tf.float32)
        return {
            "loss": tf.reduce_mean(nats) + args.beta * warm * price,
            "nats": _mean(nats, 1 - blurred),
            "noisy_nats": _mean(nats, blurred),
            "latent": price,
        }

    def validate(self, weights: Any) -> dict[str, float]:
        """Nats of held-out phrases at some levels of noise, of human variants, and what comes back free-running."""
        if not self._held:
            return {}
        found: dict[str, float] = {}
        for name, batch in self._held:
            nats, classes = self._judge(weights, batch)
            found[name] = float(nats)
            if name == "valid_nats_0":
                found |= given_back(batch, classes.numpy())
        names = [name for name, _ in self._held]
        return found | {"valid_nats": float(np.mean([found[name] for name in names]))}

    def _held_batches(self, held: Sequence[Tune]) -> list[tuple[str, dict[str, Tensor]]]:
        """What validation asks: the same windows, noise and variants every time."""
        windows, random = self._held_windows, np.random.default_rng(0)
        rows = Draw(windows, held, MIXES[self.args.rights], 0).rows(HELD, 0)
        pairs = variants(windows)
        asked = [(f"valid_nats_{level:g}", rows, rows, level) for level in LEVELS]
        if len(pairs):
            first = pairs[random.integers(len(pairs), size=HELD)]
            asked.append(("valid_variant_nats", first[:, 0], first[:, 1], ALIKE))
        batches = []
        for name, these, others, level in asked:
            batch = windows.batch(these) | targets(windows, these, others)
            batch |= {"noise": np.full(HELD, level), "draws": random.standard_normal((HELD, self.args.latent))}
            kinds = {key: tf.float32 if x.dtype.kind == "f" else tf.int32 for key, x in batch.items()}
            batches.append((name, {key: tf.constant(x, kinds[key]) for key, x in batch.items()}))
        return batches


class _Chance:
    """Draws that depend on a seed and the number of the update; each call gives new ones."""

    def __init__(self, seed: int, number: Tensor) -> None:
        self._seed, self._number, self._calls = seed, number, 0

    def _next(self) -> Tensor:
        self._calls += 1
        return tf.stack([self._seed * 1000 + self._calls, self._number])

    def uniform(self, *shape: int) -> Tensor:
        return tf.random.stateless_uniform(shape, self._next())

    def normal(self, *shape: int) -> Tensor:
        return tf.random.stateless_normal(shape, self._next())


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    return tf.reduce_sum(values * mask) / (tf.reduce_sum(mask) + 1e-6)


def phrase_nats(logits: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Nats of each phrase, (batch,), summed over its steps."""
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["classes"], logits=logits)
    return tf.reduce_sum(nats * batch["valid"], axis=1)


def latent_nats(place: network.Posterior) -> Tensor:
    """Nats that each latent vector costs, (batch,): its distance from the standard normal (Kingma and Welling 2014)."""
    spread = place.spread
    return tf.reduce_sum(0.5 * (place.mean**2 + tf.exp(2 * spread) - 1) - spread, axis=1)


def _judge(weights: Any, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Mean nats of the targets given the noisy means, and the likeliest classes free-running."""
    place = network.encode(weights, batch["classes"], batch["before"], batch["place"], batch["valid"])
    noise = batch["noise"][:, None]
    latent = tf.sqrt(1 - noise**2) * place.mean + noise * batch["draws"]
    asked = batch | {"classes": batch["target"], "before": batch["target_before"]}
    size = batch["classes"].shape[0]
    nats = phrase_nats(network.forced(weights, latent, asked, tf.ones((2, size, STEPS, 1))), asked)
    classes, _ = network.free(weights, latent, batch, tf.zeros((size, STEPS, CLASSES)))
    return tf.reduce_mean(nats), classes


def given_back(batch: dict[str, Tensor], said: Any) -> dict[str, float]:
    """Of the phrases: steps, onsets with pitch (F1), whole phrases."""
    true, valid = batch["classes"].numpy(), batch["valid"].numpy() > 0
    right, ours, theirs = (said == true) & valid, (said >= FIRST_ONSET) & valid, (true >= FIRST_ONSET) & valid
    f1 = 2 * (right & theirs).sum(axis=1) / np.maximum(1, ours.sum(axis=1) + theirs.sum(axis=1))
    return {
        "valid_step_accuracy": float(right.sum() / valid.sum()),
        "valid_onset_f1": float(f1.mean()),
        "valid_whole": float((right | ~valid).all(axis=1).mean()),
    }


def task(args: Arguments, say: Callable[[str], None] = lambda text: None) -> Morphing:
    """The task of a run: reads the tunes and cuts them into phrases. Raises CorpusError."""
    tunes = tunes_of(args, say)
    say("cutting tunes into phrases")
    train = [tune for tune in tunes if tune.split == "train" and not tune.dup]
    return Morphing(args, train, [tune for tune in tunes if tune.split == "valid"])


def figures(folder: Path, data: Path) -> dict[str, Any]:
    """Held-out figures of an exported model, for its card."""
    sources = tuple(card_of(folder).get("sources") or ()) or None
    return {split: report(folder, read(data, sources, (split,))) for split in ("valid", "test")}


__all__ = ["CURVES", "WEIGHTS", "Arguments", "Windows", "card", "convert", "figures", "parity", "task"]
