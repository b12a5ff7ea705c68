"""What the tuner is told: the arguments of a run, and what an environment has to be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

Tensor = Any
Array = NDArray[Any]
Batch = dict[str, Array]
"""Arrays, first axis the episode: `actions` (episodes, steps) int32, `valid` (episodes, steps) float32, 0 after the
episode's end, and whatever else the environment's `outputs` and `rewards` read."""
ALGORITHMS = ("q", "psi", "g")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a run of the tuner depends on, beside the environment."""

    algorithm: str = "psi"
    """q, psi or g."""
    updates: int = 800
    """Length of the run; each update plays and learns once."""
    episodes: int = 64
    """Episodes played before every update, all at once."""
    batch: int = 64
    """Episodes learnt from in an update."""
    replay: int = 2048
    """Episodes remembered; the oldest go first."""
    discount: float = 0.92
    """Of the next step's value."""
    trace: float = 0.7
    """How far returns look past the next step's value, 0 (one step, as in the paper) to 1."""
    scale: float = 1.0
    """1/c of the paper: weight of all rewards beside log p."""
    follow: float = 0.04
    """Share of the way that the target network goes to the online one after an update."""
    rate: float = 2e-3
    """Adam's learning rate at its highest; it falls to a tenth."""
    full: int = 1
    """1: the scores of all actions are learnt, where the environment can look ahead; 0: of what was done only."""
    explore: float = 0.01
    """Share of actions that are drawn uniformly at first; it falls to a tenth."""
    anchor: float = 1.5
    """Weight of the cross-entropy of what people did, nats a step; 0: none."""
    check: int = 50
    """Updates between lines of the log and checkpoints."""
    seed: int = 1
    """Of the episodes and the batches."""


class Environment(Protocol):
    """What is tuned, and towards what; all of it a pure function of the seed and the number of the update.

    More members are used where there are any. `merit(figures)`, of what `validate` gives: the weights of the check with
    the highest are exported, else the last. `ahead(weights, batch)`, the outputs (logits, values) in the state after
    every action, (episodes, steps, actions, ...), which asks for episodes with `paid` (episodes, steps, actions), what
    every action would earn. `terms(policy, prior, batch)`, further terms of the loss.
    """

    prior: Any  # the frozen weights, a NamedTuple of tensors

    def weights(self, algorithm: str) -> Any:
        """Fresh variables of the same type: the frozen ones for q and psi; for g such that all logits are 0."""
        ...

    def outputs(self, weights: Any, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (episodes, steps, actions) before each action, and values (episodes, steps); traced, under XLA."""
        ...

    def play(self, networks: tuple[Any, ...], number: int, explore: float) -> Batch:
        """New episodes, drawn from the softmax of the networks' summed logits, with chance `explore` uniformly."""
        ...

    def rewards(self, episodes: Batch) -> dict[str, Array]:
        """Every reward by name, weighted, (episodes, steps)."""
        ...

    def people(self, number: int) -> Batch | None:
        """What people did, for the anchor, in the form of an episode; None if there are none."""
        ...

    def validate(self, networks: tuple[Any, ...]) -> dict[str, float]:
        """Held-out figures and guards, each named valid_..."""
        ...

    def whole(self, networks: tuple[Any, ...]) -> Any:
        """The policy of these networks as the weights of one model, a NamedTuple of arrays, for export."""
        ...
