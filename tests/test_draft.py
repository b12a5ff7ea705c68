"""A response before its bar line, and minds that fail: what is composed ahead, and who answers where one raises."""

from typing import Any

import pytest

from bridge.engine.answerer import Ask
from bridge.engine.echo import Echo
from bridge.engine.jam import Jam
from bridge.music.timeline import PPQ
from tests.talks import BAR, CALL, Breaks, jam_of, said
from tests.virtual import Host, cues, play


class Watched(Echo):
    """A test mind that keeps at which tick of the jam's it composed, and what it was asked."""

    def __init__(self) -> None:
        self.jam: Jam | None = None
        self.at: list[int] = []
        self.asked: list[Ask] = []

    def ask(self, state: Any, ask: Ask) -> Any:
        self.asked.append(ask)
        return super().ask(state, ask)

    def compose(self, state: Any) -> Any:
        assert self.jam is not None
        self.at.append(self.jam._stage.tick)
        return super().compose(state)


@pytest.mark.parametrize("bars", [0, 2])
def test_a_response_is_begun_before_its_bar_line(bars: int) -> None:
    """Also one that comes at a fixed bar line: as soon as the beat before it is heard."""
    host = Host().tune(CALL[: 4 if bars == 0 else 3] if bars == 0 else CALL + CALL[:3]).run(6).stop()
    mind = Watched()
    mind.jam = jam_of(mind=mind, call_bars=bars)
    out = play(mind.jam, host.script, host.time + 0.5)
    assert said(out)[0] == (2 * BAR, 60)
    assert 2 * BAR - PPQ <= mind.at[0] < 2 * BAR
    assert len({ask.key for ask in mind.asked}) == 1


@pytest.mark.parametrize("late", [0.2, 0.5, 0.8, 0.95])
def test_a_note_after_a_response_was_begun_is_answered_too(late: float) -> None:
    """What was begun is made anew: the last beat of a call of fixed length may bring anything."""
    host = Host().tune(CALL + CALL[:3]).run(late).tune([71], (1 - late) * 0.9).run(9).stop()
    mind = Watched()
    mind.jam = jam_of(mind=mind, call_bars=2)
    out = play(mind.jam, host.script, host.time + 0.5)
    answer = [pitch for tick, pitch in said(out) if tick < 4 * BAR]
    assert answer == ([*CALL, *CALL[:3], 71] if late < 0.9 else [*CALL, *CALL[:3]]), "a late one begins the next call"
    assert mind.asked[-1].source.begin >= 0


def test_a_mind_that_fails_before_its_bar_line_is_covered_and_counted_once() -> None:
    for where in ("ask", "compose"):
        host = Host().tune(CALL).run(12).stop()
        jam = jam_of(mind=Breaks(where))
        assert said(play(jam, host.script, host.time + 0.5)) == [(2 * BAR + n * PPQ, p) for n, p in enumerate(CALL)]
        assert jam.report().failures == 1


@pytest.mark.parametrize("where", ["ask", "compose"])
def test_a_mind_that_raises_is_answered_for_by_an_echo(where: str) -> None:
    host = Host().tune(CALL).run(12).stop()
    jam = jam_of(mind=Breaks(where))
    out = play(jam, host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]
    assert jam.report().failures > 0


def test_a_mind_that_cannot_even_begin_is_answered_for_by_an_echo() -> None:
    class Dead(Echo):
        """A test mind that raises before it heard anything."""

        name = "dead"

        def start(self) -> Any:
            raise RuntimeError("no weights")

    host = Host().tune(CALL).run(12).stop()
    jam = jam_of(mind=Dead())
    out = play(jam, host.script, host.time + 0.5)
    assert said(out) == [(2 * BAR + beat * PPQ, pitch) for beat, pitch in enumerate(CALL)]
    assert jam.report().failures > 0


def test_a_mind_that_composes_nothing_for_ever_is_not_waited_for() -> None:
    class Lost(Echo):
        """A test mind that never comes to an end, nor to a note."""

        name = "lost"

        def compose(self, state: Any) -> Any:
            return state, ()

    host = Host().tune(CALL).run(12).tune(CALL).run(4).stop()
    out = play(jam_of("accompany+respond", mind=Lost(), horizon=0), host.script, host.time + 0.5)
    assert said(out) == []
    assert [1 for _, _, cue in cues(out) if cue.tick > 3 * BAR]
