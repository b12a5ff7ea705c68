"""How early cues arrive over real UDP, beside the bare round trip of a datagram in the same run."""

from dataclasses import asdict
from typing import Final

from bridge.engine.modes import SOUNDING
from bridge.engine.parameters import MODES
from bridge.engine.settings import Settings
from bridge.io.bench_hosts import GET, Heard, Hosts, hosts
from bridge.io.bench_process import Cost, Running, cost, echoer, engine
from bridge.io.bench_result import SPREAD, Result, spread
from bridge.io.host import undisturbed
from bridge.music.timeline import STEP, Meter, Timeline

METER: Final = Meter(4, 4)


def margin(
    model: str | None = None, players: int = 8, tempo: float = 140.0, seconds: float = 60.0, mode: str = MODES[0]
) -> Result:
    """Play with that many players; raises PortError where it cannot be measured."""
    with (
        echoer() as bare, engine(model, mode=mode) as running, hosts(players, running.port, bare.port) as band,
        undisturbed(),
    ):  # fmt: skip
        band.join()
        before = cost(running.pid)
        band.play(tempo, seconds, METER)
        after = cost(running.pid)
    return _result(running, band, (before, after), (players, tempo, seconds), mode)


def _result(
    running: Running, band: Hosts, costs: tuple[Cost, Cost], asked: tuple[int, float, float], mode: str
) -> Result:
    players, tempo, seconds = asked
    heard, summary = band.cues(), running.find("summary")
    lookahead = _lookahead(tempo)
    late = sum(each.margin < 0 for each in heard)
    seats = {(each.player, each.cue.voice) for each in heard}
    used = None if costs[0].cpu is None or costs[1].cpu is None else (costs[1].cpu - costs[0].cpu) / seconds * 100
    measured = {
        "margin_ms": spread(each.margin for each in heard),
        "consumed_ms": spread(lookahead - each.margin for each in heard),
        "echo_ms": spread(band.echo.ms),
        "get_ms": spread(band.get.ms),
    }
    names = (
        "cue's arrival before its tick", f"of the lookahead of {lookahead:.1f} ms used up",
        "floor: bare UDP echo, round trip", f"the engine's answer to get {GET}",
    )  # fmt: skip
    facts = {
        "mind": running.mind, "mode": mode, "players": players, "voices": len(seats), "tempo": tempo,
        "seconds": seconds,
        "cues": len(heard), "lost": int(summary["cues"]) - len(heard), "late": late + int(summary["late"]),
        "repeated": _repeated(heard), "silenced": len(band.silenced), "drops": summary["drops"],
        "failures": summary["failures"], "cpu_percent": None if used is None else round(used, 1),
        "memory_mb": costs[1].memory and round(costs[1].memory, 1), "engine_step_ms": summary["step_ms"],
        "engine_margin_ms": summary["margin_ms"], "hosts_behind_ms": spread(band.behind).p99,
        "probes_lost": [band.echo.lost, band.get.lost],
    }  # fmt: skip
    return Result(
        "margin", f"{players} players, {mode}, {tempo:g} a minute, {seconds:g} s of UDP, {running.mind}",
        ("milliseconds", *SPREAD),
        tuple((name, *figures.cells()) for name, figures in zip(names, measured.values(), strict=True)),
        facts | {name: asdict(figures) for name, figures in measured.items()}, _notes(facts), _missed(facts),
    )  # fmt: skip


def _notes(facts: dict[str, object]) -> tuple[str, ...]:
    step = facts["engine_step_ms"]
    assert isinstance(step, dict)
    return (
        f"{facts['cues']} cues in {facts['voices']} voices: {facts['late']} late, {facts['lost']} lost, "
        f"{facts['repeated']} repeated; {facts['silenced']} of {facts['players']} players silenced at the stop; "
        f"{facts['drops']} events dropped, {facts['failures']} failures of the mind.",
        f"Engine: {facts['cpu_percent']} % of one core, {facts['memory_mb']} MB resident, a step of the mind "
        f"{step['p50']:.2f} ms (median), {step['p99']:.2f} ms (p99). The hosts themselves sent at most "
        f"{facts['hosts_behind_ms']} ms late (p99).",
    )


def _missed(facts: dict[str, object]) -> tuple[str, ...]:
    """The goals that were not reached."""
    missed = [f"{facts[name]} {word}" for name, word in {
        "late": "cues late", "lost": "cues lost", "repeated": "cues came twice", "failures": "failures of the mind",
        "drops": "events dropped",
    }.items() if facts[name]]  # fmt: skip
    for name, want in (("voices", len(SOUNDING[str(facts["mode"])])), ("silenced", 1)):
        players = facts["players"]
        assert isinstance(players, int)
        if facts[name] != want * players:
            missed.append(f"{facts[name]} of {want * players} {name}")
    return tuple(missed)


def _repeated(heard: list[Heard]) -> int:
    """Cues that came more than once."""
    return len(heard) - len({(each.player, each.cue) for each in heard})


def _lookahead(tempo: float) -> float:
    """Milliseconds by which the engine decides ahead of a tick, by default and at this tempo."""
    return min(Settings().number("lookahead_ms"), 750 * STEP / Timeline(tempo).rate)
