"""The benchmarks run and count right, at tiny sizes; what they measure of time is not judged here."""

import json
from dataclasses import replace

import pytest

from bridge.io import bench
from bridge.io.bench_clock import FOLLOWERS, Loop, Unfiltered, errors, rms, steady
from bridge.io.bench_clock import clock as measure_clock
from bridge.io.bench_margin import margin
from bridge.io.bench_positions import DELAYS, positions
from bridge.io.bench_process import cost
from bridge.io.bench_result import Result, spread
from bridge.io.bench_startup import startup
from bridge.io.bench_step import floor as bare_product
from bridge.io.bench_step import script, step
from bridge.music.errors import ModelError, PortError
from bridge.music.events import NoteOff, NoteOn, Position
from bridge.music.timeline import STEP


def test_a_spread_is_by_nearest_rank() -> None:
    figures = spread(float(i) for i in range(1, 101))
    assert (figures.min, figures.p1, figures.p50, figures.p99, figures.max, figures.count) == (1, 1, 50, 99, 100, 100)
    assert spread([]).count == 0


def test_a_result_is_a_table_and_a_line() -> None:
    result = Result("clock", "a title", ("ms", "p50"), (("ours", "1.00"), ("floor", "0.50")), {"p50": 1.0})
    assert result.markdown().splitlines()[2:6] == [
        "| ms | p50 |",
        "| --- | --: |",
        "| ours | 1.00 |",
        "| floor | 0.50 |",
    ]
    assert result.markdown().endswith("all reached")
    assert replace(result, missed=("the moon",)).markdown().endswith("MISSED the moon")
    assert result.event() == {"event": "bench", "bench": "clock", "missed": [], "p50": 1.0}


def test_the_clock_is_measured_beside_its_floor_and_its_peers() -> None:
    result = measure_clock(trials=1)
    figures = result.facts["followers"]
    assert isinstance(figures, dict)
    assert list(figures) == list(FOLLOWERS)
    assert figures["improv"]["miscounted"] == 0
    assert all(figures[name]["miscounted"] == 7 for name in FOLLOWERS if name != "improv"), "none of them counts losses"
    assert figures["improv"]["rms"] < figures["floor: last pulse + last interval"]["rms"]


def test_positions_are_measured_beside_the_last_report_alone() -> None:
    figures = positions().facts["followers"]
    assert isinstance(figures, dict)
    assert {tuple(networks) for networks in figures.values()} == {tuple(DELAYS)}
    ours, floor = figures["improv"], figures["floor: the last report as it is"]
    assert all(ours[network]["rms"] < floor[network]["rms"] for network in DELAYS)


@pytest.mark.parametrize("make", [Unfiltered, lambda: Loop(0.1)])
def test_the_floor_and_the_peers_follow_a_clock_without_jitter(
    make: type[Unfiltered], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.io.bench_clock.JITTER", 0.0)
    assert rms(errors(make, steady(97.0, 8), seed=0)[2:]) == pytest.approx(0.0, abs=1e-9)


def test_the_script_of_a_step_is_music_in_order() -> None:
    events = list(script(players=2, steps=600))
    times = [time for time, _ in events]
    assert times == sorted(times)
    positions = [event for _, event in events if isinstance(event, Position)]
    assert max(event.tick for event in positions) >= 600 * STEP - 2 * STEP
    for player in (1, 2):
        ticks = [event.tick for event in positions if event.player == player]
        assert ticks == sorted(ticks)
        struck = sum(isinstance(event, NoteOn) and event.player == player for _, event in events)
        assert struck == sum(isinstance(event, NoteOff) and event.player == player for _, event in events) > 100


def test_steps_are_counted_apart_from_those_of_plans() -> None:
    result = step("rules", steps=300)
    decided, planned = result.facts["decision_ms"], result.facts["plan_ms"]
    assert isinstance(decided, dict)
    assert isinstance(planned, dict)
    assert decided["count"] == pytest.approx(300, abs=1)
    assert planned["count"] > 40, "one at every beat once the band plays"
    assert bare_product(10_000, 12, 5).count == 5
    with pytest.raises(ModelError, match="there is no model"):
        step("no such model", steps=300)


def test_margins_are_taken_over_udp_and_nothing_gets_lost() -> None:
    result = margin("rules", players=2, tempo=240.0, seconds=3.0)
    facts = result.facts
    assert facts["mind"] == "rules"
    assert (facts["voices"], facts["silenced"]) == (4, 2)
    assert facts["cues"] > 30  # type: ignore[operator]
    assert (facts["lost"], facts["repeated"], facts["failures"], facts["drops"]) == (0, 0, 0, 0)
    assert facts["echo_ms"]["count"] > 30  # type: ignore[index]
    assert facts["get_ms"]["count"] > 30  # type: ignore[index]


def test_a_start_is_measured_to_the_first_welcome() -> None:
    result = startup("rules", times=1, seconds=2.0)
    assert result.facts["strangers"] == [], "playing imports neither TensorFlow nor what draws"
    assert result.facts["welcome_ms"]["count"] == 1  # type: ignore[index]
    assert int(str(result.facts["imported"])) > 10


def test_what_cannot_be_measured_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PortError, match="there is no model"):
        margin("no such model", players=1, seconds=2.0)
    assert bench.main(["step", "--model", "no such model"]) == 1
    assert capsys.readouterr().err.startswith("improv bench: there is no model")
    assert cost(2**30).cpu is None


def test_the_command_prints_a_table_or_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    code = bench.main(["clock", "--trials", "1"])
    assert code in (0, 3)
    assert "| improv |" in capsys.readouterr().out
    assert bench.main(["clock", "--trials", "1", "--json"]) == code
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["bench"], bool(line["missed"])) == ("bench", "clock", code == 3)
    with pytest.raises(SystemExit) as usage:
        bench.main(["clock", "--trials", "0"])
    assert usage.value.code == 2
