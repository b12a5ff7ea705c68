"""The clock follower in virtual time, beside what it has to beat: no filter at all, and loops of one fixed bandwidth.

Every follower hears the same pulses. Its error is by how many seconds it misses the true moment of the next pulse.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Final, Protocol

from bridge.engine.follow import AGILE, STEADY, PulseFollower
from bridge.io.bench_result import Result

PULSES: Final = 24  # a quarter note
JITTER: Final = 1e-3  # seconds, sigma
TEMPI: Final = (60.0, 90.0, 120.0, 180.0, 240.0)  # quarter notes per minute
SETTLED: Final = 1e-3  # seconds; an error that stays below this, averaged over the trials, has caught up
MANY: Final = 10  # times as many trials of the step, so that their mean is far from SETTLED once all is steady
RMS_GOAL: Final = 0.4  # milliseconds
RAMP_GOAL: Final = 5.0  # milliseconds


class Follower(Protocol):
    """Hears pulses one by one."""

    def pulse(self, time: float) -> int:
        """Hear a pulse at `time` seconds; how many pulses the song went on."""
        ...

    def next(self) -> float:
        """When the next pulse is expected, in seconds."""
        ...


class Ours(PulseFollower):
    """The engine's own follower."""

    def next(self) -> float:
        """Its filtered moment and period."""
        return self.time + self.period


class Unfiltered:
    """No filter: the next pulse comes as long after the last as that came after the one before."""

    def __init__(self) -> None:
        self._last, self._interval = 0.0, 60 / 120 / PULSES

    def pulse(self, time: float) -> int:
        """Take the interval."""
        self._interval, self._last = time - self._last, time
        return 1

    def next(self) -> float:
        """The last pulse and the last interval."""
        return self._last + self._interval


class Loop:
    """A delay-locked loop of one bandwidth (F. Adriaensen, "Using a DLL to filter time", LAC 2005)."""

    def __init__(self, bandwidth: float) -> None:
        """`bandwidth` in radians per pulse."""
        self._bandwidth, self._heard = bandwidth, 0
        self._period, self._next = 60 / 120 / PULSES, 0.0

    def pulse(self, time: float) -> int:
        """Correct phase and period by the error."""
        self._heard += 1
        if self._heard <= 2:
            self._period = time - (self._next - self._period) if self._heard == 2 else self._period
            self._next = time + self._period
            return 1
        error = time - self._next
        self._next += sqrt(2) * self._bandwidth * error + self._period
        self._period += self._bandwidth**2 * error
        return 1

    def next(self) -> float:
        """The loop's own expectation."""
        return self._next


@dataclass(frozen=True, slots=True)
class Figures:
    """One follower's errors in milliseconds; `miscounted` in pulses."""

    rms: float  # steady tempo, the worst of TEMPI
    step: float  # beats until a step of +10 % is caught up with
    step_rms: float  # in the second beat after that step
    ramp: float  # the largest while the tempo goes from 60 to 180 in eight bars
    lost: float  # the largest in the two beats after one of which 30 % of the pulses got lost
    miscounted: int  # pulses by which the place is wrong after that, at most


FOLLOWERS: Final[dict[str, Callable[[], Follower]]] = {
    "improv": Ours,
    "floor: last pulse + last interval": Unfiltered,
    f"peer: fixed loop, {STEADY:g} rad/pulse": lambda: Loop(STEADY),
    f"peer: fixed loop, {AGILE:g} rad/pulse": lambda: Loop(AGILE),
}


def steady(tempo: float, beats: float) -> list[float]:
    """Moments of the pulses at one tempo, in seconds."""
    return varying(lambda _: tempo, beats)


def varying(tempo_at: Callable[[float], float], beats: float) -> list[float]:
    """Moments of the pulses of a host whose tempo is a function of the beat."""
    times, time = [], 0.0
    for i in range(round(beats * PULSES)):
        times.append(time)
        time += 60 / tempo_at(i / PULSES) / PULSES
    return times


def errors(make: Callable[[], Follower], truth: list[float], seed: int, lost: Iterable[int] = ()) -> list[float | None]:
    """Seconds by which the pulse after each one is missed, heard with jitter; None where a pulse was lost."""
    chance, follower, gone = random.Random(seed), make(), set(lost)
    found: list[float | None] = []
    for i, moment in enumerate(truth[:-1]):
        jitter = chance.gauss(0, JITTER)
        if i in gone:
            found.append(None)
        else:
            follower.pulse(moment + jitter)
            found.append(follower.next() - truth[i + 1])
    return found


def rms(values: Iterable[float | None]) -> float:
    """Root of the mean square, in milliseconds."""
    squares = [v * v for v in values if v is not None]
    return sqrt(sum(squares) / len(squares)) * 1000


def worst(values: Iterable[float | None]) -> float:
    """The largest, in milliseconds."""
    return max(abs(v) for v in values if v is not None) * 1000


def measure(make: Callable[[], Follower], trials: int) -> Figures:
    """Every scenario, `trials` times with jitter of its own."""
    seeds = range(trials)
    flat = [rms(e for seed in seeds for e in errors(make, steady(tempo, 60), seed)[48:]) for tempo in TEMPI]
    step = varying(lambda beat: 132.0 if beat >= 16 else 120.0, 24)
    after = [errors(make, step, seed)[16 * PULSES - 1 :] for seed in range(MANY * trials)]
    ramp = varying(lambda beat: 60 + 120 * min(1.0, max(0.0, (beat - 8) / 32)), 44)
    lost, miscounted = _losses(make, trials)
    return Figures(
        round(max(flat), 3), round(_caught_up(after), 2),
        round(rms(e for trial in after for e in trial[PULSES : 2 * PULSES]), 3),
        round(max(worst(errors(make, ramp, seed)[48:]) for seed in seeds), 2), round(lost, 2), miscounted,
    )  # fmt: skip


def _caught_up(trials: list[list[float | None]]) -> float:
    """Beats until the mean error over the trials stays below SETTLED."""
    means = [sum(e or 0.0 for e in moment) / len(trials) for moment in zip(*trials, strict=True)]
    return (1 + max((i for i, mean in enumerate(means) if abs(mean) > SETTLED), default=-1)) / PULSES


def _losses(make: Callable[[], Follower], trials: int) -> tuple[float, int]:
    """The largest error in milliseconds after a beat that lost 7 of 24 pulses, and pulses by which the place is off."""
    truth, largest, miscounted = steady(120, 12), 0.0, 0
    for seed in range(trials):
        lost = set(random.Random(1000 + seed).sample(range(6 * PULSES, 7 * PULSES), 7))
        found = errors(make, truth, seed, lost)
        largest = max(largest, worst(found[7 * PULSES : 9 * PULSES]))
        chance, follower = random.Random(seed), make()
        heard = [moment + chance.gauss(0, JITTER) for i, moment in enumerate(truth) if i not in lost]
        miscounted = max(miscounted, abs(len(truth) - sum(follower.pulse(moment) for moment in heard)))
    return largest, miscounted


def clock(trials: int = 20) -> Result:
    """Every follower through every scenario; virtual time, so that the machine's load changes nothing."""
    figures = {name: measure(make, trials) for name, make in FOLLOWERS.items()}
    ours = figures["improv"]
    missed = []
    if ours.rms >= RMS_GOAL:
        missed.append(f"rms phase error {ours.rms} ms, not under {RMS_GOAL}")
    if ours.step > 1:
        missed.append(f"a step of +10 % caught up with after {ours.step} beats, not within one")
    if ours.ramp >= RAMP_GOAL:
        missed.append(f"ramp followed within {ours.ramp} ms, not {RAMP_GOAL:g}")
    if ours.miscounted:
        missed.append(f"the place is off by {ours.miscounted} pulses after a beat of losses")
    columns = (
        "follower", "steady: rms, ms", "+10 %: beats to catch up", "second beat: rms, ms", "ramp: max, ms",
        "30 % lost: max after, ms", "place off, pulses",
    )  # fmt: skip
    rows = tuple((name, *(f"{value:g}" for value in asdict(figure).values())) for name, figure in figures.items())
    return Result(
        "clock", f"MIDI clock with {JITTER * 1000:g} ms (sigma) jitter, {trials} trials, virtual time", columns, rows,
        {"trials": trials, "followers": {name: asdict(figure) for name, figure in figures.items()}},
        ("Steady: the worst of 60, 90, 120, 180, 240 a minute. Ramp: 60 to 180 a minute in eight bars.",),
        tuple(missed),
    )  # fmt: skip
