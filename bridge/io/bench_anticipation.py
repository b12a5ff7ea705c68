"""What anticipation is worth: tunes played to the band in virtual time, with plans made on the melody that it imagines
and, beside it, on the player's silence.

Reaction counts from a note's stamp to the decision that knows it, which is also when its plan begins; what planning
itself takes is timed by the real clock and added. A plan is true 1, 2 or 4 beats ahead if the chord that it showed for
a sixteenth then is the one that was played there; notes are compared as F1, silence with silence counting as equal.
Share of ticks and staleness are the terms of StreamMUSE (arXiv 2606.11886): sixteenths that were planned when they
came, and how many sixteenths old that plan was.
"""

from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from bridge import tunes
from bridge.engine.frame import Generator
from bridge.engine.jam import Jam
from bridge.engine.measures import Measure
from bridge.engine.plan import LEADS, Truth
from bridge.engine.settings import Settings
from bridge.io.bench_result import Result, spread
from bridge.io.bench_step import timed_tune
from bridge.io.host import undisturbed
from bridge.io.minds import choose
from bridge.music.events import NoteOn
from bridge.music.timeline import MAX_TEMPO, PPQ, STEP, Timeline

PLANNING: Final = 4  # beats of horizon


@dataclass(slots=True)
class Played:
    """What came of the tunes with one setting."""

    truth: list[Truth] = field(default_factory=list)
    reaction: Measure = field(default_factory=Measure)  # ms from a note to the decision that knows it
    planning: Measure = field(default_factory=Measure)  # ms to plan anew or on, of a sixteenth
    late: int = 0
    steps: int = 0

    def chords(self, lead: int) -> float:
        """Share of sixteenths whose chord was shown right so many beats ahead."""
        return _share(self.truth, "chords", lead)

    def notes(self, lead: int) -> float:
        """The same of the notes struck."""
        return _share(self.truth, "notes", lead)

    @property
    def ready(self) -> float:
        """Share of decided sixteenths that were planned when they came."""
        return sum(each.ready for each in self.truth) / max(1, sum(each.steps for each in self.truth))

    @property
    def stale(self) -> list[int]:
        """Sixteenths since the plan of each was made."""
        return [value for each in self.truth for value in each.stale]

    @property
    def made(self) -> float:
        """Sixteenths planned for each that was decided."""
        return sum(each.made for each in self.truth) / max(1, self.steps)


def _share(truths: list[Truth], what: str, lead: int) -> float:
    true: float = sum(getattr(each, what)[lead] for each in truths)
    return true / max(1, sum(each.shown[lead] for each in truths))


def play(mind: Generator, *, imagine: bool, times: int = 1) -> Played:
    """Every tune, so many times, each in a jam of its own."""
    played = Played()
    for name in tunes.names():
        tune = tunes.load(name)
        for seed in range(times):
            settings = Settings()
            settings.set("horizon", PLANNING)
            settings.set("anticipation", int(imagine))
            jam = Jam(mind, seed=seed, settings=settings)
            waiting: list[tuple[float, int]] = []  # notes that no decision knows yet: (second, tick)
            line = Timeline(min(MAX_TEMPO, tune.tempo), 0, 0.0)
            for time, event in timed_tune(tune, 1, line):
                while (wake := jam.wakeup()) is not None and wake <= time:
                    _advance(jam, wake, waiting, line, played)
                jam.receive(event, time)
                if isinstance(event, NoteOn) and event.velocity:
                    waiting.append((time, event.tick))
            played.truth.append(jam.sessions[1].backing.plan.truth)
            played.late, played.steps = played.late + jam.late, played.steps + jam.steps
    return played


def _advance(jam: Jam, time: float, waiting: list[tuple[float, int]], line: Timeline, played: Played) -> None:
    steps, made, began = jam.steps, jam.planned, perf_counter()
    jam.advance(time)
    took = (perf_counter() - began) * 1000
    if jam.steps > steps:
        tick = round((line.tick_at(time + jam.lookahead)) / STEP) * STEP
        known = [note for note in waiting if note[1] < tick - STEP // 2]
        for note in known:
            waiting.remove(note)
            played.reaction.add((time - note[0]) * 1000)
    elif jam.planned > made:
        played.planning.add(took)


def anticipation(model: str | None = None, times: int = 3) -> Result:
    """Both ways, on the demo's tunes. Raises ModelError for a model that is not there."""
    choice = choose(model)
    with undisturbed():
        found = {word: play(choice.mind, imagine=word == "on", times=times) for word in ("on", "off")}
    rows = [("chords shown right, beats ahead: " + ", ".join(map(str, LEADS)), *_leads(found, Played.chords))]
    rows += [("notes shown right, beats ahead: " + ", ".join(map(str, LEADS)), *_leads(found, Played.notes))]
    rows += [
        ("share of sixteenths planned when they came", *(f"{each.ready:.3f}" for each in found.values())),
        ("staleness, sixteenths: mean", *(f"{_mean(each.stale):.2f}" for each in found.values())),
        ("sixteenths planned for each decided", *(f"{each.made:.2f}" for each in found.values())),
        ("reaction, ms: note to decision, median / p99", *(_two(each.reaction) for each in found.values())),
        ("planning, ms: a part of a plan, median / p99", *(_two(each.planning) for each in found.values())),
    ]
    facts: dict[str, object] = {
        word: {
            "chords": {lead: round(each.chords(lead), 4) for lead in LEADS},
            "notes": {lead: round(each.notes(lead), 4) for lead in LEADS},
            "ready": round(each.ready, 4), "stale": round(_mean(each.stale), 3), "made": round(each.made, 3),
            "reaction_ms": spread(each.reaction).p50, "planning_ms_p99": spread(each.planning).p99,
            "late": each.late, "steps": each.steps,
        }
        for word, each in found.items()
    }  # fmt: skip
    on, off = found["on"], found["off"]
    missed = [
        f"{on.chords(lead):.2f} of the chords foreseen {lead} beats ahead, without anticipation {off.chords(lead):.2f}"
        for lead in LEADS if on.chords(lead) < off.chords(lead)
    ]  # fmt: skip
    tempos = ", ".join(f"{tunes.load(name).tempo:g}" for name in tunes.names())
    return Result(
        "anticipation", f"plans of {PLANNING} beats on the demo's tunes, {choice.mind.name}",
        ("", "anticipation on", "off"), tuple(rows), facts | {"mind": choice.mind.name, "times": times},
        (f"{len(tunes.names())} tunes at {tempos} a minute, {times} times each, in virtual time; the model may know "
         f"them. A sixteenth at 120 a minute lasts {15000 / 120:.0f} ms; {PPQ} ticks a quarter.",), tuple(missed),
    )  # fmt: skip


def _leads(found: dict[str, Played], what: object) -> tuple[str, ...]:
    assert callable(what)
    return tuple(", ".join(f"{what(each, lead):.2f}" for lead in LEADS) for each in found.values())


def _mean(values: list[int]) -> float:
    return sum(values) / max(1, len(values))


def _two(values: Measure) -> str:
    median, p99 = values.percentiles((50, 99))
    return f"{median:.1f} / {p99:.1f}"
