"""The report: what came of a jam, in figures."""

from collections.abc import Collection
from dataclasses import dataclass

from bridge.engine.measures import Measure
from bridge.engine.plan import LEADS
from bridge.engine.roster import Roster
from bridge.engine.session import Session
from bridge.engine.stage import Stage

RECENT = 2000  # values; the last few minutes, for monitors


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a jam."""

    players: int
    heard: int
    cues: int
    late: int
    drops: int
    failures: int
    failure: str
    margin_ms: dict[str, float]
    steps: int
    plans: tuple[float, ...] = ()  # share of chords shown right, by LEADS beats ahead; nothing before any was shown


def report(
    stage: Stage, sessions: Collection[Session], roster: Roster, heard: int, drops: int, latest: int
) -> Report:  # fmt: skip
    """The figures of a jam so far; margins are from deciding a cue to its tick."""
    least, p1, p50, p99 = stage.margin.percentiles((0, 1, 50, 99), latest)
    failed = [session for session in sessions if session.failures]
    return Report(
        len(roster.players()), heard, stage.cues, stage.late, drops,
        sum(session.failures for session in failed), failed[0].failure if failed else "",
        {"min": least, "p1": p1, "p50": p50, "p99": p99}, stage.steps, _plans(sessions),
    )  # fmt: skip


def _plans(sessions: Collection[Session]) -> tuple[float, ...]:
    truths = [session.backing.plan.truth for session in sessions]
    shown = {lead: sum(truth.shown[lead] for truth in truths) for lead in LEADS}
    if not all(shown.values()):
        return ()
    return tuple(sum(truth.chords[lead] for truth in truths) / shown[lead] for lead in LEADS)


def values(report: Report, margin: Measure, step_ms: Measure) -> list[tuple[str, float | int]]:
    """What monitors are told every second."""
    margins = margin.percentiles((1, 50, 99), RECENT)
    steps = step_ms.percentiles((50, 99), RECENT)
    names = ("margin_ms_p1", "margin_ms_p50", "margin_ms_p99", "step_ms_p50", "step_ms_p99")
    counts = [("heard", report.heard), ("cues", report.cues), ("late", report.late), ("drops", report.drops)]
    plans = [(f"plan_true_{lead}", share) for lead, share in zip(LEADS, report.plans, strict=False)]
    return [*zip(names, (*margins, *steps), strict=True), *counts, ("players", report.players), *plans]
