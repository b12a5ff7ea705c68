"""A copy of the accompanist that learns one player: the melody's next token, given what we played and they did.

The loss, a sixteenth: nats of the player's token (on the bars that are learnt from), plus `KEEP` times the distance
(Kullback-Leibler, at temperature 1) of its chords from those of the weights as shipped, where chords are decided, and
of its bass, on all bars: the player is learnt, how we accompany stays. All is asked on the past as it sounded, so
nothing is sampled. Windows begin in the state that the weights as shipped had there after all that came before
(truncated back-propagation); memory, profile and history do not depend on weights. So that other players are not
forgotten, some windows are dreams, which the shipped weights made up alone: there the player's token, too, is to stay
as expected (pseudo-rehearsal: Robins, Connection Science 7, 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from bridge.generators.model import AccompanimentModel, Heard, State, setting_features
from bridge.music.vocabulary import FIRST_ONSET, GENRES, NO_CHORD, REST, Spot
from bridge.training import losses, network, past
from bridge.training.diary import Pages
from bridge.training.network import Weights
from bridge.training.past import Player
from bridge.training.perform import forced

Tensor = Any
KEEP = 4.0  # weight of what must not change; lower lets the harmony drift, higher forgets to learn
METERS = ((4, 4), (4, 4), (3, 4), (6, 8), (2, 4))  # of dreams
DREAMS = 3  # windows an update beside the player's own
FLOOR = 1e-6  # the least chance that counts, as in training/predict


class Told(NamedTuple):
    """What a network says to a past that is given; time first, (steps, batch, ...)."""

    chord: Tensor  # logits
    bass: Tensor
    melody: Tensor
    target: Tensor  # the player's choice among the melody's logits


def follow(weights: Weights, player: Player, batch: dict[str, Tensor]) -> Told:
    """All three heads along windows, from a state, on chords and bass as sounded."""
    steps = batch["heard"].shape[0]
    arrays = [tf.TensorArray(kind, steps) for kind in (tf.float32, tf.float32, tf.float32, tf.int32)]

    def body(t: Tensor, player: Player, arrays: Any) -> Any:
        place, chord, bass = batch["place"][t], batch["chord"][t], batch["bass"][t]
        player = network.listen(weights, player, batch["heard"][t], place)
        row = Told(
            network.chord_logits(weights, player, past.recall(player, place)),
            network.bass_logits(weights, player, chord, player.memory, place),
            network.melody_logits(weights, player),
            past.choice_of(batch["melody"][t], player.memory[:, 0], past.MELODY_CENTRE, past.MELODY_OCTAVES, 2),
        )
        arrays = [array.write(t, x) for array, x in zip(arrays, row, strict=True)]
        return t + 1, past.remember(player, chord, bass), arrays

    out = tf.while_loop(
        lambda t, *_: t < steps, body, (tf.constant(0), player, arrays), parallel_iterations=1, maximum_iterations=steps
    )
    return Told(*(array.stack() for array in out[-1]))


def distance(shipped: Tensor, ours: Tensor, mask: Tensor) -> Tensor:
    """Nats from one distribution of logits to another, a mean over the unmasked steps."""
    before, after = tf.nn.log_softmax(tf.stop_gradient(shipped)), tf.nn.log_softmax(ours)
    return losses.mean(tf.reduce_sum(tf.exp(before) * (before - after), axis=-1), mask)


def terms(weights: Weights, shipped: Weights, player: Player, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every term of the loss and `loss`."""
    ours, theirs = follow(weights, player, batch), follow(shipped, player, batch)
    found = {
        "melody": losses.cross_entropy(ours.melody, ours.target, batch["learn"]),
        "chord": distance(theirs.chord, ours.chord, batch["place"][..., 0] * batch["valid"]),
        "bass": distance(theirs.bass, ours.bass, batch["valid"]),
        "dreamt": distance(theirs.melody, ours.melody, batch["dreamt"]),
    }
    found["loss"] = found["melody"] + KEEP * (found["chord"] + found["bass"] + found["dreamt"])
    return found


# -- what plays, along the pages -------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """What a model said along a player's pages, on the past as it sounded."""

    bits: Any  # (steps,) that the player's token cost
    chords: Any  # (steps, classes) its chances
    states: list[State]  # (steps,) before each


def read(model: AccompanimentModel, pages: Pages) -> Reading:
    """Play a model along, from a cold start, through the runtime that plays."""
    state, bits, chords, states = model.start(), [], [], []
    for step, token in enumerate(pages.heard):
        states.append(state)
        after, decision = model.step(
            state, Heard(int(token), pages.spots[step], pages.genre), temperature=1.0, random=0
        )
        state = forced(state, after, int(pages.chords[step]), int(pages.bass[step]))
        bits.append(-np.log2(max(FLOOR, chance(decision, int(pages.melody[step])))))
        chords.append(decision.chord_chances)
    return Reading(np.array(bits), np.array(chords), states)


def chance(decision: Any, token: int) -> float:
    """The probability that a decision gave the player's token."""
    if token < FIRST_ONSET:
        return float(decision.melody_chances[token])
    at = np.flatnonzero(decision.melody_pitches == token - FIRST_ONSET)
    return float(decision.melody_chances[2 + at[0]]) if len(at) else 0.0


def dream(model: AccompanimentModel, number: int, steps: int) -> tuple[Pages, list[State]]:
    """A tune that a model makes up, a function of `number`: it takes what it expects of the player for the player."""
    random = np.random.default_rng(number)
    numerator, denominator = METERS[random.integers(len(METERS))]
    genre = int(random.integers(-1, len(GENRES)))
    size = Spot(0, numerator, denominator).bar_steps
    spots = tuple(Spot(step % size, numerator, denominator, step // size % 8) for step in range(steps))
    state, token, played, states = model.start(), REST, [], []
    for step, spot in enumerate(spots):
        states.append(state)
        state, decision = model.step(state, Heard(token, spot, genre), temperature=1.0, random=(number << 32) + step)
        token = decision.melody
        played.append((decision.melody, decision.chord, decision.bass))
    melody, chords, bass = np.array(played, np.int32).T
    nothing = np.zeros(steps, np.int64)
    return Pages(0, genre, melody, chords, bass, spots, nothing, nothing > 0), states


# -- windows ---------------------------------------------------------------------------------------------------------


class Windows:
    """Batches of a player's pages: a pure function of the seed and the number."""

    def __init__(self, pages: Pages, states: list[State], steps: int, seed: int, *, dreamt: bool = False) -> None:
        """`states` are those of the shipped weights before every step."""
        self._pages, self._states, self._steps, self._seed, self._dreamt = pages, states, steps, seed, dreamt
        self._places = np.array([setting_features(spot, pages.genre) for spot in pages.spots], np.float32)
        begins = np.flatnonzero([spot.step == 0 for spot in pages.spots])
        self._begins = begins[begins <= max(0, pages.steps - steps)]

    def batch(self, size: int, number: int) -> tuple[Player, dict[str, Any]]:
        """The states and the arrays, time first, of windows that begin at bar lines drawn evenly."""
        random = np.random.default_rng((self._seed, number))
        rows = [self._row(int(begin)) for begin in random.choice(self._begins, size)]
        starts = [self._states[begin] for begin, _ in rows]
        player = Player(*(np.concatenate([getattr(s, name) for s in starts]) for name in State.__slots__))
        arrays = [row for _, row in rows]
        return player, {key: np.stack([row[key] for row in arrays], axis=1) for key in arrays[0]}

    def _row(self, begin: int) -> tuple[int, dict[str, Any]]:
        pages, part = self._pages, slice(begin, begin + self._steps)
        whose = np.zeros(pages.steps, bool) if self._dreamt else pages.played & ~pages.held
        learn = whose[part].astype(np.float32)
        row = {
            "heard": pages.heard[part].astype(np.int32), "melody": pages.melody[part], "chord": pages.chords[part],
            "bass": pages.bass[part], "place": self._places[part], "learn": learn, "valid": np.ones_like(learn),
            "dreamt": np.full_like(learn, self._dreamt),
        }  # fmt: skip
        missing = self._steps - len(learn)
        fill = {"chord": NO_CHORD, "heard": 1, "melody": 1, "bass": 1}
        return begin, {
            key: np.pad(x, [(0, missing)] + [(0, 0)] * (x.ndim - 1), constant_values=fill.get(key, 0))
            for key, x in row.items()
        }


def together(batches: Sequence[tuple[Player, dict[str, Any]]]) -> tuple[Player, dict[str, Any]]:
    """Batches as one."""
    players = [player for player, _ in batches]
    player = Player(*(np.concatenate([getattr(each, name) for each in players]) for name in Player._fields))
    return player, {key: np.concatenate([rows[key] for _, rows in batches], axis=1) for key in batches[0][1]}


class Pupil:
    """The copy's weights and Adam's moments (Kingma and Ba, 2015), traced once and used for every round."""

    def __init__(self, shipped: Weights) -> None:
        """`shipped` have the shapes of all that are ever learnt from."""
        self._shipped = Weights(*(tf.Variable(w) for w in shipped))
        self.weights = Weights(*(tf.Variable(w) for w in shipped))
        self._moments = [Weights(*(tf.Variable(tf.zeros_like(w)) for w in shipped)) for _ in range(2)]
        self._update = tf.function(self._updated)

    def begin(self, weights: Weights, shipped: Weights) -> None:
        """Go on from these; the harmony is to stay that of `shipped`."""
        for kept, given in ((self._shipped, shipped), (self.weights, weights)):
            for variable, value in zip(kept, given, strict=True):
                variable.assign(value)
        for moment in self._moments:
            for variable in moment:
                variable.assign(tf.zeros_like(variable))

    def learn(
        self, windows: Windows, dreams: Sequence[Windows], updates: int, rate: float, size: int
    ) -> dict[str, float]:
        """So many updates at a rate that rises over five and falls to a twentieth; the last ten's mean terms.

        In each `size` windows, and of DREAMS dreams one.
        """
        found: list[dict[str, float]] = []
        for number in range(updates):
            some = [dreams[(DREAMS * number + turn) % len(dreams)].batch(1, number) for turn in range(DREAMS)]
            player, batch = together([windows.batch(size, number), *some])
            now = rate * min(1.0, (number + 1) / 5) * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * number / updates)))
            tensors = {key: tf.constant(x) for key, x in batch.items()}
            told = self._update(
                Player(*map(tf.constant, player)), tensors, tf.constant(number + 1.0), tf.constant(now, tf.float32)
            )
            found.append({key: float(value) for key, value in told.items()})
        return {key: float(np.mean([each[key] for each in found[-10:]])) for key in found[-1]}

    def _updated(self, player: Player, batch: dict[str, Tensor], number: Tensor, rate: Tensor) -> dict[str, Tensor]:
        with tf.GradientTape() as tape:
            found = terms(self.weights, self._shipped, player, batch)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(found["loss"], list(self.weights)), 1.0)
        scale = rate * tf.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        for w, m, v, g in zip(self.weights, *self._moments, gradients, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g * g)
            w.assign_sub(scale * m / (tf.sqrt(v) + 1e-7))
        return found
