"""A sixteenth of several players is decided one by one: what may happen in between, and to an engine that is behind."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from bridge.generators.rules import RulesBand
from bridge.music.events import Bye, Cue, Do, Event, Heartbeat, Hello, Output, Position, Set
from tests.bands import Everywhere, Hears, jam_of
from tests.virtual import Host, hello

CALL = [60, 64, 67, 64]


def test_each_ones_cues_leave_before_the_next_is_decided_and_a_stop_ends_what_is_left() -> None:
    one, two = Host(every=0.1).tune(CALL * 3).run(8), Host(player=2, port=9002, every=0.1).tune(CALL * 3).run(8)
    jam, stopped = jam_of(Everywhere()), False
    for time, event in sorted(one.script + two.script, key=lambda item: item[0]):
        while not stopped and (wake := jam.wakeup()) is not None and wake <= time:
            said = {o.player for o in jam.advance(wake) if isinstance(o.message, Cue)}
            assert len(said) <= 1
            if jam.deciding and time > 5:
                assert said == {1}
                jam.receive(Position(1, int(one.tick), int(one.tick), 120.0, 0, 4, 4), wake)
                stopped = True
                assert not jam.deciding
                assert not [o for o in jam.advance(wake + 1) if isinstance(o.message, Cue)]
        if not stopped:
            jam.receive(event, time)
    assert stopped


def test_who_leaves_while_a_sixteenth_is_decided_is_passed_over() -> None:
    hosts = [Host(player=n, port=9000 + n, every=0.1).tune(CALL * 3) for n in (1, 2, 3)]
    jam, left = jam_of(Everywhere()), 0.0
    for time, event in sorted((item for host in hosts for item in host.script), key=lambda item: item[0]):
        while (wake := jam.wakeup()) is not None and wake <= time:
            jam.advance(wake)
            if jam.deciding and not left and time > 3:
                jam.receive(Bye(2), wake)
                left = time
        if event.player != 2 or not left:
            jam.receive(event, time)
    assert sorted(jam.sessions) == [1, 3]
    assert jam.steps > 40
    assert jam.late == 0


def test_who_takes_a_seat_while_a_sixteenth_is_decided_is_not_told_what_the_last_one_played() -> None:
    hosts = [Host(player=n, port=9000 + n, every=0.1).tune(CALL * 3) for n in (1, 2)]
    jam, taken = jam_of(Hears()), 0.0
    for time, event in sorted((item for host in hosts for item in host.script), key=lambda item: item[0]):
        while (wake := jam.wakeup()) is not None and wake <= time:
            jam.advance(wake)
            if jam.deciding and not taken and jam.sessions[2].ear.struck:
                jam.receive(Bye(2), wake)
                jam.receive(hello(2, port=9002), wake)
                taken, steps, session = wake, jam.steps, jam.sessions[2]
                jam.advance(wake)
                assert jam.steps == steps + 1, "the sixteenth is over all the same"
                assert not session.backing._state, "its mind is told nothing of that sixteenth"
        jam.receive(event, time)
    assert taken
    assert jam.sessions[2].ear.notes, "who came anew is heard from then on"


@pytest.mark.parametrize("players", [1, 8])
def test_an_engine_that_is_always_behind_still_says_that_it_lives_and_lets_the_lost_go(players: int) -> None:
    """Every turn takes 50 ms, a sixteenth 125: with eight players no round is over before the next is due."""
    jam, now, told = jam_of(Everywhere()), 0.0, -1.0
    beats: list[float] = []
    for player in range(1, players + 2):
        jam.receive(hello(player, port=9000 + player), 0.0)
    while now < 20:
        if now - told >= 1:
            told = now
            for player in range(1, players + 1):
                jam.receive(hello(player, port=9000 + player), now)
            jam.receive(Position(1, int(now * 960), int(now * 960), 120.0, 1, 4, 4), now)
        wake = jam.wakeup()
        if wake is not None and wake <= now:
            beats += [now for o in jam.advance(now) if isinstance(o.message, Heartbeat)][:1]
        now += 0.05
    assert max(later - sooner for sooner, later in pairwise([0.0, *beats, now])) < 3
    assert sorted(jam.sessions) == list(range(1, players + 1))


WISHES = (("mode", "accompany"), ("mode", "accompany+respond"), ("mode", "respond"), ("listen", "all"), ("horizon", 0),
          ("harmony", "shared"), ("model", "echo"), ("swing", 0.5), ("loop", 1), ("call_bars", 1))  # fmt: skip


def eventful(chance: Random) -> list[tuple[float, Event]]:
    """Three players on a transport that loops, jumps, stops and goes on, who set, ask and leave at any moment."""
    host = Host(every=0.02)
    for _ in range(8):
        host.tune([60 + chance.randrange(12) for _ in range(chance.randrange(2, 6))], chance.choice((0.5, 1.0)))
        match chance.randrange(4):
            case 0:
                host.locate(chance.choice((0, 480, 1000)))
            case 1:
                host.stop().wait(chance.random())
            case _:
                host.run(chance.random() * 3)
    script = [*host.stop().script]
    for player in (2, 3):
        script += [(time, replace(event, player=player) if not isinstance(event, Hello) else
                    hello(player, port=9000 + player)) for time, event in host.script]  # fmt: skip
    for _ in range(40):
        player, time = chance.randrange(1, 4), chance.uniform(0.1, host.time)
        asked = Do(player, chance.choice(("panic", "stop", "now", "clear", "mutate", "end_call")))
        wished = Set(player, *chance.choice(WISHES))
        script.append((time, chance.choice((asked, wished, wished, wished, wished, Bye(player)))))
    return sorted(script, key=lambda item: item[0])


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_between_two_turns_no_cue_is_late_void_or_said_twice(seed: int) -> None:
    """One turn between two events, as a slow engine has it: much happens while a sixteenth is decided."""
    script = eventful(Random(seed))

    def played() -> tuple[list[tuple[float, Output]], int]:
        jam, out, between = jam_of(RulesBand(), seed=seed, entry_bars=0), list[tuple[float, Output]](), 0
        for time, event in script:
            wake = jam.wakeup()
            turn = jam.advance(time) if wake is not None and wake <= time else []
            for o in turn:
                assert not isinstance(o.message, Cue) or o.message.generation == jam.sessions[o.player].generation
            between += jam.deciding
            out += [(time, output) for output in turn + jam.receive(event, time)]
        assert jam.report().failures == 0
        assert not jam.playing
        assert not jam.deciding, "the stop at the end leaves nothing undecided"
        return out, between

    out, between = played()
    said = [(o.player, o.message) for _, o in out if isinstance(o.message, Cue)]
    assert between > 50
    assert len(said) > 50
    assert len(said) == len({(player, cue.voice, cue.tick, cue.pitch, cue.generation) for player, cue in said})
    assert all(o.time > time for time, o in out if isinstance(o.message, Cue) and o.time is not None)
    assert played()[0] == out, "the same events give the same music"
