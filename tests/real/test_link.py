"""Ableton's test plan for Link applications, with real peers in a network of their own; see bench/rig/link_cases.py.

The cases run three at a time, each in a network namespace, so none hears another. Every wait in them is bounded.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.real.conftest import Need

pytestmark = pytest.mark.real
ALIGNED = 3.0  # ms; Ableton's own tolerance (AUDIOENGINE-1)
STILL = 0.5  # ms by which the engine's own beats may leave their line when nothing has happened to them
NEAR = 0.01  # bpm; Link's tempo is a whole number of microseconds a beat
STOPPED = 500.0  # ms until a stop of the session is everyone's; 3 to 30 where nothing else runs
AT_ONCE = 3

Seen = dict[str, Any]
See = Callable[[str], Seen]


@pytest.fixture(scope="module")
def cases() -> Iterator[dict[str, "Future[Seen]"]]:
    """What is seen in each case, as soon as it is."""
    from bench.link_rig import run
    from bench.rig.link_cases import CASES

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {case: pool.submit(run, case) for case in CASES if case != "MIDI" or shutil.which("jackd")}


@pytest.fixture
def see(need: Need, request: pytest.FixtureRequest) -> See:
    """Call it with the name of a case."""
    need("ip", "unshare", modules=("aalink",))
    from bench.rig.link_stage import StageError, isolated

    try:
        isolated(["true"])
    except StageError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI has to allow a network namespace: {error}")
        pytest.skip(f"{error}: Link is not tested here")
    futures: dict[str, Future[Seen]] = request.getfixturevalue("cases")
    return lambda case: futures[case].result()


def aligned(seen: Seen, *names: str) -> None:
    """Every figure of alignment, printed, has cues and none of them is off."""
    for name in names:
        figures = seen[name]
        print(f"{name}: {figures}")
        assert figures["cues"] > 0, seen
        assert figures["worst"] < ALIGNED, seen


def test_tempo_1_changes_go_both_ways(see: See) -> None:
    seen = see("TEMPO-1")
    assert seen["engine plays before"] == 0
    assert seen["peer after the engine's 140"] == pytest.approx(140.0, abs=NEAR)
    assert seen["peer after the engine's 156"] == pytest.approx(156.0, abs=NEAR)
    assert seen["engine after the peer's 117"] == pytest.approx(117.0, abs=NEAR)
    aligned(seen, "at 140", "at 156", "at 117")


def test_tempo_2_joining_does_not_change_the_sessions_tempo(see: See) -> None:
    seen = see("TEMPO-2")
    assert seen["peers"] == 1
    assert (seen["peer"], seen["engine"]) == (pytest.approx(130.0, abs=NEAR), pytest.approx(130.0, abs=NEAR))


def test_tempo_3_a_players_host_does_not_change_the_sessions_tempo(see: See) -> None:
    seen = see("TEMPO-3")
    assert seen["peer before"] == pytest.approx(130.0, abs=NEAR)
    assert (seen["peer"], seen["engine"]) == (pytest.approx(130.0, abs=NEAR), pytest.approx(130.0, abs=NEAR))


def test_tempo_4_from_20_to_999(see: See) -> None:
    seen = see("TEMPO-4")
    assert seen["engine at 20"] == pytest.approx(20.0, abs=NEAR)
    assert seen["engine at 999"] == pytest.approx(999.0, abs=NEAR)
    aligned(seen, "at 20", "at 999")


def test_tempo_5_enabling_and_disabling_alone_keeps_the_tempo(see: See) -> None:
    seen = see("TEMPO-5")
    assert seen["103, then link 1"] == pytest.approx(103.0, abs=NEAR)
    assert seen["111, then link 0"] == pytest.approx(111.0, abs=NEAR)


def test_beattime_1_enabling_and_disabling_alone_moves_no_beat(see: See) -> None:
    seen = see("BEATTIME-1")
    print(seen)
    assert seen["cues"] >= 8
    assert seen["bases"] == 1
    assert seen["wander ms"] < STILL


def test_beattime_2_a_newcomer_moves_no_beat(see: See) -> None:
    seen = see("BEATTIME-2")
    print(seen)
    assert seen["peer"] == pytest.approx(120.0, abs=NEAR), "the newcomer took our tempo"
    assert seen["bases"] == 1
    assert seen["wander ms"] < STILL
    aligned(seen, "after")


def test_startstopstate_1_the_session_starts_and_stops_the_engine(see: See) -> None:
    seen = see("STARTSTOPSTATE-1")
    assert seen["before"] == 0
    assert seen["first cue's beat"] >= 0
    assert seen["whole beats apart"] == 0, "both began at beat 0"
    aligned(seen, "while")
    assert 0 < seen["stopped after ms"] < STOPPED
    assert seen["cues after"] == 0


def test_startstopstate_2_the_engine_starts_and_stops_the_session(see: See) -> None:
    seen = see("STARTSTOPSTATE-2")
    assert seen["joined"] == [0, True], "joining a session that plays starts nobody"
    assert seen["first cue's beat"] >= 0
    assert seen["halted"] == [0, False]
    assert seen["again"] == [1, True]
    aligned(seen, "while", "while again")


def test_without_start_and_stop_the_engine_plays_at_once_and_on(see: See) -> None:
    seen = see("on its own")
    assert seen["joined"] == [1, True]
    assert seen["after the peer's stop"] == 1
    assert seen["after the engine's halt"] == [0, True]
    aligned(seen, "while")


def test_audioengine_1_midi_notes_are_struck_on_the_peers_sixteenths(see: See, need: Need) -> None:
    need("jackd", "jack_wait", modules=("jack",))
    seen = see("MIDI")
    for name, figures in seen.items():
        print(f"{name}: {figures}")
        assert figures["cues"] >= 8, name
        assert abs(figures["median"]) < ALIGNED, name


def test_the_quantum_is_the_meters_bar(see: See) -> None:
    seen = see("quantum")
    assert seen["meter"] == 3
    aligned(seen, "while")
