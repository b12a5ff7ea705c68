"""The accompanist as the tuner's environment: what it plays to tunes, what that is worth, which weights may move.

The LSTM is frozen and so are the shipped heads; what is tuned is a second chord head beside the first, on the same
output: chords are drawn from the softmax of (log p + head), log p being the shipped model at the temperature that it
plays at. So recurrent states are exact, not stored or burnt in: a replayed decision's state depends on what was played
until then and on frozen weights only, and the replay holds it. In the end the two heads, side by side, are one wider
head: the exported network is of the usual kind (`joined`).

An episode is a window of a tune; its steps are the beats at which chords are decided. Many windows are played at once.
The key of some windows jumps at a bar line, as players' do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bridge.music.vocabulary import CHORDS, NO_CHORD, REST
from bridge.training import network, past, rewards_band
from bridge.training.accompaniment import human_habits as human_rates
from bridge.training.corpus import Tune
from bridge.training.free_running import HELD_STEPS, free_run, time_first
from bridge.training.losses import mean
from bridge.training.measures import human
from bridge.training.network import dense
from bridge.training.passages import KINDS, episodes_of, figures_of, human_habits, passage_of
from bridge.training.rewards_band import Passage
from bridge.training.rollout import roll
from bridge.training.windows import Windows

Tensor = Any
Array = NDArray[Any]
Batch = dict[str, Array]
HELD = 48  # held-out tunes of a validation
POOL = 64  # batches of windows, after which they come again; how silence foresees them is kept
MEMORY = 0.95  # of the model's own habits from one update to the next


class Head(NamedTuple):
    """What is tuned, float32; `share` says how much of log p is within its logits: 1, or 0 for G-learning."""

    share: Tensor  # ()
    hidden: Tensor  # (units, hidden)
    out: Tensor  # (hidden, 9)
    bias: Tensor  # (9,)
    value: Tensor  # (hidden + 1, 1)


@dataclass(frozen=True, slots=True)
class Rewards:
    """Weights of the rewards, a beat; `docs/tuning-band.md` says what each is."""

    melody_in_chord: float = 4.0
    strong_beats: float = 1.0
    voice_leading: float = 0.05
    cadence: float = 0.5
    harmonic_rhythm: float = 0.7
    repetition: float = 0.3
    fatness: float = 2.0
    genre: float = 0.2
    foresight: float = 4.0


def new_head(units: int, hidden: int, share: float, seed: int) -> Head:
    """A head that says nothing yet: its logits and values are 0."""
    random = np.random.default_rng((seed, 11))
    limit = (6 / (units + hidden)) ** 0.5
    arrays = (
        *(np.float32(share), random.uniform(-limit, limit, (units, hidden)).astype(np.float32)),
        *(np.zeros((hidden, 9), np.float32), np.zeros(9, np.float32), np.zeros((hidden + 1, 1), np.float32)),
    )
    return Head(*(tf.Variable(x, name=name) for name, x in zip(Head._fields, arrays, strict=True)))


def read_of(head: Head, output: Tensor) -> tuple[Tensor, Tensor]:
    """What a head adds to log p, (states, chords), and the value of each state, (states,), of the LSTM's output."""
    hidden = tf.nn.relu(dense(output, head.hidden))
    logits = dense(hidden, head.out) + head.bias  # (states, 12, 9)
    silence = tf.reduce_mean(logits[:, :, 8:], axis=1)
    pooled = tf.concat([tf.reduce_mean(hidden, axis=1), tf.ones_like(silence)], axis=1)
    added = tf.concat([tf.reshape(logits[:, :, :8], (-1, NO_CHORD)), silence], axis=1)
    return added, tf.matmul(pooled, head.value)[:, 0]


def joined(base: network.Weights, heads: Sequence[Head], temperature: float) -> network.Weights:
    """The network whose chord logits over `temperature` are log p plus what the heads say."""
    return base._replace(
        chord_hidden=tf.concat([base.chord_hidden, *(h.hidden for h in heads)], axis=1),
        chord_guess=tf.concat([base.chord_guess, *(tf.zeros((network.GUESSED, h.hidden.shape[1])) for h in heads)], 1),
        chord=tf.concat([base.chord, *(temperature * h.out for h in heads)], axis=0),
        chord_bias=base.chord_bias + temperature * tf.add_n([h.bias for h in heads]),
    )


def played_at_beats(weights: network.Weights, batch: dict[str, Tensor], noise: Tensor, temperature: Tensor) -> Any:
    """A roll on the model's own past, read at the beats, and the bass tokens; all (batch, beats or steps, ...)."""
    size = batch["beats"].shape[0]
    blank = {key: tf.fill(batch[key].shape, -1) for key in ("chord", "bass")}
    played = roll(weights, batch | blank, tf.zeros(size, tf.bool), temperature, noise)
    beats = tf.maximum(batch["beats"], 0)
    pitches = past.bass_pitches(tf.reshape(played.own_bass_last, (-1,)))
    bass = tf.reshape(past.token_of(tf.reshape(played.bass_target, (-1,)), pitches), played.bass_target.shape)

    def at(values: Tensor) -> Tensor:
        rest = range(2, len(values.shape))
        return tf.gather(tf.transpose(values, [1, 0, *rest]), beats, batch_dims=1)

    names = ("output", "recalled", "before", "age", "chord", "chord_logits", "last")
    return {n: at(getattr(played, n)) for n in names} | {
        "bass": tf.transpose(bass), "nats": tf.transpose(said(played)), "all_chords": tf.transpose(played.chord),
    }  # fmt: skip


def said(played: Any) -> Tensor:
    """Log-probability of what the player does at every step, (steps, batch)."""
    chances = tf.nn.log_softmax(played.melody_logits)
    return tf.gather(chances, played.melody_target, batch_dims=2)


def unaccompanied(weights: network.Weights, batch: dict[str, Tensor], noise: Tensor) -> Tensor:
    """The same with silence for a past, (batch, steps)."""
    silent = {"chord": tf.fill(batch["chord"].shape, NO_CHORD), "bass": tf.fill(batch["bass"].shape, REST)}
    size = batch["beats"].shape[0]
    return tf.transpose(said(roll(weights, batch | silent, tf.ones(size, tf.bool), tf.constant(1.0), noise)))


class Accompanying:
    """The environment (`tuner.Environment`) of an accompanist, on tunes of the train split."""

    def __init__(
        self,
        base: network.Weights,
        tunes: Sequence[Tune],
        mix: dict[str, float],
        evidence: Array,
        weights: Rewards,
        *,
        temperature: float,
        episodes: int,
        steps: int = 128,
        hidden: int = 64,
        jumps: float = 0.25,
        at_once: float = 1.0,
        seed: int = 1,
    ) -> None:
        """`base` is frozen; `evidence` is `genres.evidence`; `temperature` the one that the model is played at."""
        self.base, self.evidence, self.prices, self.temperature = base, evidence, weights, temperature
        self.at_once = at_once
        self._episodes, self._steps, self._hidden, self._seed = episodes, steps, hidden, seed
        train = [tune for tune in tunes if tune.split == "train"]
        self._windows = Windows(train, steps, mix, seed=seed, jumps=jumps)
        self._sizes = human_rates(train)[1]
        counts, moves, self.lengths = human_habits(train)
        self.human = rewards_band.rates(counts, moves)
        held = [tune for tune in tunes if tune.split == "valid" and (tune.chords >= 0).any()]
        self._held = held[:: -(-len(held) // HELD) or 1]
        self._own: tuple[Array, Array] | None = None
        self._quiet: dict[int, Array] = {}
        self._usual: dict[str, float] = {}
        self._guards: dict[str, float] = {}
        self.facts: dict[str, Any] = {}  # for the card
        units = int(base.recurrent.shape[0])
        self.prior = Head(*(tf.constant(w) for w in new_head(units, hidden, 1.0, seed)))
        worth = steps > 64  # below, XLA takes longer to compile than it saves
        self._play = tf.function(played_at_beats, jit_compile=worth)
        self._silent = tf.function(unaccompanied, jit_compile=worth)
        self._rolling = tf.function(roll, jit_compile=worth)
        first = self.play((self.prior,), 0, 0.0)
        earned = self._priced(passage_of(first))
        self._usual = {name: float(x.sum() / first["valid"].sum()) for name, x in earned.items()}

    def weights(self, algorithm: str) -> Head:
        """A head that says nothing; with log p in its logits except for G-learning."""
        return new_head(int(self.base.recurrent.shape[0]), self._hidden, float(algorithm != "g"), self._seed)

    def outputs(self, weights: Head, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (episodes, beats, chords) and values (episodes, beats) of remembered states."""
        size, beats = batch["actions"].shape
        units = self.base.recurrent.shape[0]
        added, values = read_of(weights, tf.reshape(batch["output"], (-1, 12, units)))
        logits = tf.stop_gradient(weights.share) * batch["log_p"] + tf.reshape(added, (size, beats, CHORDS))
        return logits, tf.reshape(values, (size, beats))

    def play(self, networks: tuple[Head, ...], number: int, explore: float) -> Batch:
        """New windows, played by log p and all heads; with chance `explore` a chord is any."""
        rows = self._windows.batch(self._episodes, number % POOL)
        batch = tensors(rows)
        random = np.random.default_rng((self._seed, number, 3))
        noise = random.gumbel(size=(self._steps, self._episodes, network.NOISE)).astype(np.float32)
        step, row = np.nonzero(random.random(noise.shape[:2]) < explore)
        noise[step, row, random.integers(NO_CHORD, size=len(step))] += 1e3  # beyond any logit: so a uniform draw
        found = self._play(self.whole(networks), batch, noise, tf.constant(self.temperature, tf.float32))
        found = {name: value.numpy() for name, value in found.items()}
        if number % POOL not in self._quiet:
            self._quiet[number % POOL] = self._silent(self.base, batch, noise).numpy()
        episodes = episodes_of(rows, found, found["nats"] - self._quiet[number % POOL], self._log_p(found))
        return episodes | {"paid": self._of_all(episodes).astype(np.float16)}

    def _log_p(self, found: Batch) -> Array:
        """The frozen model's own logits over the temperature, (episodes, beats, chords)."""
        output = tf.constant(found["output"].reshape(-1, *found["output"].shape[2:]))
        player = past.start(1, output.shape[-1])._replace(lstm=tf.stack([output, output], axis=1))
        recalled = tf.constant(found["recalled"].reshape(-1, past.RECALLED))
        logits = network.chord_logits(self.base, player, recalled)
        return np.asarray(logits).reshape(*found["chord"].shape, CHORDS) / self.temperature

    def rewards(self, episodes: Batch) -> dict[str, Array]:
        """Every reward by name, weighted, beyond what the untuned model gets on average, (episodes, beats).

        Counted from there, values begin near 0; what is taken off every decision alike changes no choice.
        """
        found = rewards_band.habits(passage_of(episodes), KINDS)
        self._own = tuple(MEMORY * a + b for a, b in zip(self._own or found, found, strict=True))  # type: ignore[assignment]
        self._guards = rewards_band.guards(passage_of(episodes), self.lengths)
        paid = self._priced(passage_of(episodes))
        return {name: (x - self._usual[name]) * episodes["valid"] for name, x in paid.items()}

    def _priced(self, played: Passage) -> dict[str, Array]:
        """Every reward by name, weighted, as it is."""
        own = rewards_band.rates(*(self._own or rewards_band.habits(played, KINDS)))
        unweighted = {
            "melody_in_chord": rewards_band.melody_in_chord(played),
            "strong_beats": rewards_band.strong_beats(played),
            "voice_leading": rewards_band.voice_leading(played),
            "cadence": rewards_band.cadence(played),
            "harmonic_rhythm": rewards_band.harmonic_rhythm(played, self.human, own),
            "repetition": rewards_band.repetition(played),
            "fatness": rewards_band.fatness(played, self._sizes),
            "genre": rewards_band.genre(played, self.evidence),
            "foresight": rewards_band.foresight(played),
        }
        return {name: np.float32(getattr(self.prices, name)) * x for name, x in unweighted.items()}

    def _of_all(self, episodes: Batch) -> Array:
        """What every chord would have earned at once in place of the one that was played, (episodes, beats, chords).

        All but foresight, which needs it to be played.
        """
        played = passage_of(episodes)
        repeated = {f.name: np.repeat(getattr(played, f.name), CHORDS, axis=0) for f in fields(Passage)}
        size, beats = played.chord.shape
        chord = np.tile(np.arange(CHORDS)[:, None], (size, beats))
        found = sum(self._priced(Passage(**repeated | {"chord": chord})).values())
        return np.asarray(found).reshape(size, CHORDS, beats).transpose(0, 2, 1)

    def people(self, number: int) -> Batch | None:
        """None: log p, in every score, is the anchor."""
        return None

    def terms(self, policy: Tensor, prior: Tensor, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Minus what a decision is expected to earn at once, less its distance from log p: known of every chord.

        Its optimum, p * exp(reward), is that of Psi and G with no discount, without their noise; the score of what was
        played adds what comes later.
        """
        earned = tf.reduce_sum(tf.exp(policy) * (batch["paid"] + prior - policy), axis=-1)
        return {"at_once": -self.at_once * mean(earned, batch["valid"])}

    def whole(self, networks: tuple[Head, ...]) -> network.Weights:
        """The tuned network, as it is exported."""
        return joined(self.base, networks, self.temperature)

    def validate(self, networks: tuple[Head, ...]) -> dict[str, float]:
        """Free-running on held-out tunes: figures of the table; and the guards, on the last windows played."""
        if not self._held:
            return dict(self._guards)
        played = free_run(self._rolling, self.whole(networks), self._held, self.temperature, self._seed)
        return figures_of(played, [human(tune, HELD_STEPS) for tune in self._held]) | self._guards


def tensors(rows: Batch) -> dict[str, Tensor]:
    """Windows as the roll wants them, time first."""
    return time_first({k: tf.constant(x, tf.float32 if x.dtype.kind == "f" else tf.int32) for k, x in rows.items()})


__all__ = ["Accompanying", "Head", "Rewards", "joined", "new_head", "read_of"]
