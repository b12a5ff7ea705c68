"""A host's clock as it comes over a network, in virtual time, beside the same clock taken from the last report alone.

A host reports its tick 40 times a second, rounded down to a whole one; each report is late by a delay of its own, and
never overtakes another. The error is how late our clock stands at an arrival: late cues for whoever plays by it.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from math import floor, sqrt
from typing import Final

from bridge.engine.follow import PositionFollower
from bridge.io.bench_result import Result
from bridge.music.timeline import Timeline

TEMPO: Final = 137.0  # quarter notes per minute; its ticks and the reports never fall together
EVERY: Final = 0.025  # seconds between reports
REPORTS: Final = 4000
WARM: Final = 100  # reports before the measuring begins
RMS_GOAL: Final = 0.4  # milliseconds, over the network with 1 ms of delay in the mean
MEAN_GOAL: Final = 2.5  # milliseconds there: the mean delay, and half a tick that was rounded off

Delays = Callable[[random.Random], Iterator[float]]  # seconds, one for each report


def wire(chance: random.Random) -> Iterator[float]:
    """A good network: 1 ms in the mean."""
    while True:
        yield chance.expovariate(1000)


def wifi(chance: random.Random) -> Iterator[float]:
    """A wireless one: 2 ms at least, 3 more in the mean, and every twentieth report 10 to 50 ms late."""
    while True:
        rare = chance.uniform(0.01, 0.05) if chance.random() < 0.05 else 0.0
        yield 0.002 + chance.expovariate(300) + rare


def stalls(chance: random.Random) -> Iterator[float]:
    """A busy computer: 0.2 ms in the mean, and now and then 30 to 60 ms during which nothing arrives."""
    left = 0.0
    while True:
        left -= EVERY
        if left < 0 and chance.random() < 0.03:
            left = chance.uniform(0.03, 0.06)
        yield max(chance.expovariate(5000), left)


DELAYS: Final[dict[str, Delays]] = {"wire": wire, "wifi": wifi, "stalls": stalls}


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a clock stood, in milliseconds."""

    mean: float
    rms: float  # about the mean
    max: float


def lateness(delays: Delays, seed: int, *, filtered: bool) -> Lateness:
    """Of the engine's follower, or of the last report alone."""
    follower, line, last, late = PositionFollower(), Timeline(TEMPO, 0, 0.0), 0.0, []
    for i, delay in zip(range(REPORTS), delays(random.Random(seed)), strict=False):
        sent = i * EVERY
        last = max(last, sent + delay)
        tick = floor(sent * line.rate)
        followed = follower.follow(line, tick, TEMPO, last) if filtered and i else None
        line = followed or follower.begin(tick, TEMPO, last)
        late.append((last - line.tick_at(last) / line.rate) * 1000)
    settled = late[WARM:]
    mean = sum(settled) / len(settled)
    spread = sqrt(sum((each - mean) ** 2 for each in settled) / len(settled))
    return Lateness(round(mean, 2), round(spread, 2), round(max(settled), 2))


def positions(seed: int = 0) -> Result:
    """Both clocks over every network; virtual time, so that the machine's load changes nothing."""
    figures = {
        name: {network: lateness(delays, seed, filtered=filtered) for network, delays in DELAYS.items()}
        for name, filtered in (("improv", True), ("floor: the last report as it is", False))
    }
    ours = figures["improv"]["wire"]
    missed = [f"{what} {value} ms over the wire, not under {goal}" for what, value, goal in (
        ("rms", ours.rms, RMS_GOAL), ("mean", ours.mean, MEAN_GOAL)) if value >= goal]  # fmt: skip
    cells = {name: [f"{each.mean:g} / {each.rms:g} / {each.max:g}" for each in networks.values()]
             for name, networks in figures.items()}  # fmt: skip
    return Result(
        "positions", "a host's clock from its reports; how late ours stands, mean / rms about it / max in ms",
        ("clock", *DELAYS), tuple((name, *row) for name, row in cells.items()),
        {"followers": {name: {network: asdict(each) for network, each in networks.items()}
                       for name, networks in figures.items()}},
        ("wire: 1 ms of delay in the mean. wifi: 2 ms at least, 3 more in the mean, one in twenty 10 to 50 ms late. "
         "stalls: 0.2 ms, now and then 30 to 60 ms in which nothing arrives.",), tuple(missed),
    )  # fmt: skip
