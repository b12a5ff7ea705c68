"""The event by which weights that were learnt during a jam come to play."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """From the next bar line on a player's band plays with weights that were learnt from that player.

    `name` is theirs among those that the mind was given beforehand; "" are those that it came with.
    """

    player: int
    name: str
