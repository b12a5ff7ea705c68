"""One step of the band: what deciding a sixteenth costs, beside the bare arithmetic that it cannot do without.

The engine plays real tunes in virtual time, as fast as it can, and every step of its mind is timed as `improv serve`
times it. The floor is a numpy product of as many weights, once with one vector and once with as many as the network
hears at a time. Notochord is quoted from a measurement of ours on such a machine, not run here.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from time import perf_counter, thread_time
from typing import Final

import numpy as np

from bridge import tunes
from bridge.engine.frame import Generator
from bridge.engine.jam import Jam
from bridge.engine.measures import Measure
from bridge.generators.card import CARD_FILE
from bridge.generators.shelf import DEFAULT, RULES, folder
from bridge.io.bench_models import GOAL, batches, opened, singer
from bridge.io.bench_result import SPREAD, Result, Spread, spread
from bridge.io.host import Timed, undisturbed
from bridge.io.minds import Choice, choose
from bridge.io.osc import OscShell
from bridge.music.errors import ModelError
from bridge.music.events import VERSION, Event, Hello, NoteOff, NoteOn, Output, Position
from bridge.music.timeline import MAX_TEMPO, Timeline

NOTOCHORD: Final = (12.20, 14.27)  # ms, median and p99 of feed + query, 2 cores of a 2.5 GHz Xeon, one thread
QUOTED: Final = ("peer: Notochord feed + query (quoted)", "-", "-", *(f"{ms:.2f}" for ms in NOTOCHORD), "-", "500")
TIMES: Final = 10.0  # how many times as fast as Notochord a step has to be
POSITIONS: Final = 0.025  # seconds between two of the host's reports
WARM: Final = 200  # steps before the measuring begins


@dataclass(slots=True)
class Costs:
    """What was measured, in milliseconds."""

    step: Measure = field(default_factory=Measure)  # of the mind, for one sixteenth
    processor: Measure = field(default_factory=Measure)  # time of that, which other work on the machine hardly changes
    decision: Measure = field(default_factory=Measure)  # Jam.advance that decides, with its outputs packed
    packing: Measure = field(default_factory=Measure)  # of these, packing alone
    plan: Measure = field(default_factory=Measure)  # Jam.advance that plans, packed
    planned: int = 0  # steps of the mind in all plans


def script(players: int, steps: int) -> Iterator[tuple[float, Event]]:
    """What hosts send that play the tunes one after another, for at least `steps` sixteenths; (second, event)."""
    time, tick, done = 0.0, 0, 0
    named = [tunes.load(name) for name in tunes.names()]
    while done < steps:
        for tune in named:
            yield from timed_tune(tune, players, Timeline(min(MAX_TEMPO, tune.tempo), tick, time))
            time += tune.seconds
            tick += tune.ticks
            done += tune.ticks // 120


def timed_tune(tune: tunes.Tune, players: int, timeline: Timeline) -> list[tuple[float, Event]]:
    """What hosts send that play one tune from the timeline's tick on, in order: (second, event)."""
    return sorted(_tune(tune, players, timeline), key=lambda item: item[0])


def _tune(tune: tunes.Tune, players: int, timeline: Timeline) -> Iterator[tuple[float, Event]]:
    """One tune of all players, and the hosts' reports and keep-alives while it lasts."""
    begin, meter = int(timeline.tick), tune.meter
    for i in range(int(tune.seconds / POSITIONS)):
        time = timeline.time + i * POSITIONS
        tick = int(timeline.tick_at(time))
        for player in range(1, players + 1):
            if i % 40 == 0:
                yield time, Hello(VERSION, player, "player", 9200 + player, "127.0.0.1")
            bar = begin + (tick - begin) // meter.bar * meter.bar
            yield time, Position(player, tick, tick, timeline.tempo, 1, meter.numerator, meter.denominator, bar)
    for tick, ticks, pitch, velocity in tune.notes:
        for player in range(1, players + 1):
            yield timeline.time_at(begin + tick), NoteOn(player, begin + tick, pitch, velocity)
            yield timeline.time_at(begin + tick + ticks) - 1e-6, NoteOff(player, begin + tick + ticks, pitch)


class Player:
    """A jam in virtual time whose work is timed by the real clock."""

    def __init__(self, mind: Generator, fallback: Generator) -> None:
        self.costs = Costs()
        self._frugal = Timed(mind, thread_time)
        self._mind = Timed(self._frugal)
        self.jam = Jam(self._mind, fallback=fallback)
        self._shell = OscShell(lambda _event, _time: None)  # never opened: it packs, and sends nothing
        self._cold = True
        self._spent = 0.0, 0.0  # seconds on the sixteenth that is being decided: in all, and to pack it

    def play(self, events: Iterator[tuple[float, Event]], steps: int) -> Costs:
        """Play until `steps` were measured."""
        for time, event in events:
            while (wake := self.jam.wakeup()) is not None and wake <= time:
                self._advance(wake)
            self._shell.send(self.jam.receive(event, time))
            if self._cold and self.jam.steps >= WARM:
                self._cold, self.costs, self._mind.ms, self._frugal.ms = False, Costs(), Measure(), Measure()
            if not self._cold and len(self._mind.ms) >= steps + self.costs.planned:
                break
        self.costs.step, self.costs.processor = self._mind.ms, self._frugal.ms
        return self.costs

    def _advance(self, time: float) -> None:
        decided, stepped = self.jam.steps, len(self._mind.ms)
        began = perf_counter()
        outputs: list[Output] = self.jam.advance(time)
        advanced = perf_counter()
        self._shell.send(outputs)
        packed = perf_counter()
        self._spent = self._spent[0] + packed - began, self._spent[1] + packed - advanced
        if self.jam.deciding:
            return
        if self.jam.steps > decided:
            self.costs.decision.add(self._spent[0] * 1000)
            self.costs.packing.add(self._spent[1] * 1000)
        elif thought := len(self._mind.ms) - stepped:
            self.costs.plan.add((packed - began) * 1000)
            self.costs.planned += thought
        self._spent = 0.0, 0.0


def floor(weights: int, rows: int, count: int) -> Spread:
    """Milliseconds of numpy's product of `weights` numbers with `rows` vectors at once, one thread."""
    width = max(1, round(weights**0.5))
    matrix = np.random.default_rng(0).standard_normal((width, max(1, weights // width)), np.float32)
    vectors = np.ones((matrix.shape[1], rows) if rows > 1 else matrix.shape[1], np.float32)
    measure = Measure()
    for _ in range(count):
        began = perf_counter()
        matrix @ vectors
        measure.add((perf_counter() - began) * 1000)
    return spread(measure)


def size(choice: Choice, name: str | None) -> tuple[int, int]:
    """How many weights the mind has, and how many vectors it hears at a time; (0, 0) for the rules."""
    if choice.mind.name == RULES:
        return 0, 0
    card = json.loads((folder(name or DEFAULT) / CARD_FILE).read_text(encoding="utf-8"))
    try:
        return int(card["parameters"]), int(np.prod(card["lstm"][:-1])) // 2
    except (KeyError, TypeError, ValueError):
        raise ModelError(f"the card of {choice.mind.name} does not say its size; export it again") from None


def step(model: str | None = None, steps: int = 5000, players: int = 1) -> Result:
    """Play until the mind made `steps` decisions; raises ModelError for a model that is not there."""
    choice = choose(model)
    weights, rows = size(choice, model)
    with undisturbed():
        costs = Player(choice.mind, choice.fallback).play(script(players, 2 * steps + WARM), steps)
        bare = {n: floor(weights, n, min(steps, 2000)) for n in sorted({1, rows}) if weights}
        full = batches(choice.mind, min(steps, 1000))
        models = list(opened())
    one, sings = spread(costs.step), singer(1) is not None
    length = costs.planned / max(1, len(costs.plan))
    measured = {
        "step_ms": (f"one step of {choice.mind.name}: all heads, both voices", one),
        "step_processor_ms": ("of that, processor time", spread(costs.processor)),
    } | {
        f"floor_{n}_ms": (f"floor: numpy, {weights} weights by {n} vector{'s' * (n > 1)}", each)
        for n, each in bare.items()
    } | {
        "decision_ms": (f"a sixteenth decided for {players}, packed for OSC", spread(costs.decision)),
        "packing_ms": ("of that, packing", spread(costs.packing)),
        "plan_ms": (f"a plan of {length:.0f} steps, packed", spread(costs.plan)),
    } | {
        f"full_{n}{key}_ms": (f"full step: band{', melody' if sings else ''}, {n} player{'s' * (n > 1)}{word}", each)
        for n, both in full.items()
        for (key, word), each in zip((("", ""), ("_processor", ", processor time")), both, strict=True)
    } | {
        f"load_{each.name}_ms": (f"opening {each.name}, {each.size / 2**20:.2f} MB", each.load) for each in models
    }  # fmt: skip
    body = [(name, *figures.cells(3)) for name, figures in measured.values()]
    body.insert(2 + len(bare), QUOTED)
    ratios = [peer / max(ours, 1e-6) for peer, ours in zip(NOTOCHORD, (one.p50, one.p99), strict=True)]
    missed = [
        f"{ratio:.1f} times as fast as Notochord at {which}, not {TIMES:g}"
        for which, ratio in zip(("the median", "p99"), ratios, strict=True)
        if ratio < TIMES
    ]
    if full[1][0].p99 >= GOAL:
        missed.append(f"a full step takes {full[1][0].p99:.2f} ms at p99, not under {GOAL:g}")
    return Result(
        "step", f"one sixteenth decided on real tunes, {choice.mind.name}", ("milliseconds", *SPREAD), tuple(body),
        {"mind": choice.mind.name, "weights": weights, "players": players, "plan_steps": round(length, 1)}
        | {"sizes": {each.name: each.size for each in models}}
        | {key: asdict(figures) for key, (_, figures) in measured.items()},
        (f"A step is {ratios[0]:.1f} (median) and {ratios[1]:.1f} (p99) times as fast as Notochord's, which was "
         "measured by us on such a machine while idle, not in this run.",), tuple(missed),
    )  # fmt: skip
