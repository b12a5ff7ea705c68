"""Several players on one transport, as stories: who hears whom, one harmony for all, coming and going, thirty-two."""

from typing import Any

import pytest

from bridge.engine.parameters import MODES
from bridge.generators.rules import RulesBand
from bridge.io.minds import choose
from bridge.music.events import Bye, Chord, Cue, Do, Output, Set, Silence
from bridge.music.timeline import PPQ, STEP
from tests.bands import Everywhere, Hears, jam_of
from tests.virtual import Host, cues, hello, of, play

BAR = 4 * PPQ
CALL = [60, 64, 67, 64]
Out = list[tuple[float, Output]]


def guest(player: int = 2, until: float = 20.0, since: float = 0.0) -> list[Any]:
    """Somebody who only says hello."""
    return [(since + 2 * n, hello(player, port=9000 + player)) for n in range(int((until - since) / 2))]


def ticks(out: Out, player: int) -> list[int]:
    return [cue.tick for _, _, cue in cues(out, player)]


# -- who hears whom -------------------------------------------------------------------------------------------------


def test_a_band_that_listens_to_all_plays_with_the_others_too() -> None:
    host = Host().run(1).tune(CALL * 4).run(24).stop()
    for listen in ("me", "all"):
        script = [*host.script, *guest(), (0.5, Set(2, "listen", listen))]
        jam = jam_of(Hears(), patience_bars=2)
        out = play(jam, script, host.time)
        heard = [onset for _, onset, _ in jam.sessions[2].backing._state if onset is not None]
        if listen == "me":
            assert ticks(out, 2) == []
            assert heard == []
        else:
            assert ticks(out, 2) == ticks(out, 1) != []
            assert heard == CALL * 4
            assert max(ticks(out, 2)) < 8 * BAR, "and rests when they do"


def test_of_two_who_are_heard_the_higher_note_counts_and_all_that_is_held() -> None:
    one, two = Host().tune([60] * 12), Host(player=2, port=9002).tune([48, 72] * 6)
    jam = jam_of(Hears(), listen="all")
    play(jam, one.script + two.script, one.time)
    first, second = (jam.sessions[player].backing._state for player in (1, 2))
    assert [onset for _, onset, _ in first if onset] == [60, 72] * 6
    assert first[4:] == second[-len(first[4:]) :]
    assert (48, 60) in {held for _, _, held in first}


def test_a_panic_waits_for_new_notes_of_whoever_is_heard() -> None:
    host = Host().tune(CALL * 2)
    host.script += [*guest(), (0.1, Set(2, "listen", "all")), (host.time, Do(2, "stop"))]
    host.run(8).tune(CALL * 2).stop()
    found = ticks(play(jam_of(Hears()), host.script, host.time), 2)
    assert not [tick for tick in found if 2 * BAR + STEP < tick < 4 * BAR]
    assert [tick for tick in found if tick >= 4 * BAR]


def test_the_key_that_is_heard_is_everybodys_where_all_are_listened_to() -> None:
    one = Host().tune([66, 70, 73, 78] * 6).stop()
    script = [*one.script, *guest(), (0.1, Set(2, "listen", "all")), (0.1, Set(2, "key", "auto"))]
    out = play(jam_of(Everywhere()), script, one.time)
    sharp = {6, 8, 10, 11, 1, 3, 5}
    assert {cue.pitch % 12 for _, _, cue in cues(out, 2) if cue.tick > 2 * BAR} <= sharp
    assert {cue.pitch % 12 for _, _, cue in cues(out, 1)} == {0, 4, 7}


# -- one harmony ----------------------------------------------------------------------------------------------------


def chords(out: Out, player: int) -> dict[int, frozenset[int]]:
    """What was struck at each beat, as pitch classes of the chords' voice."""
    found: dict[int, set[int]] = {}
    for _, _, cue in cues(out, player):
        if cue.voice == "accompaniment" and cue.tick % PPQ == 0:
            found.setdefault(cue.tick, set()).add(cue.pitch % 12)
    return {tick: frozenset(classes) for tick, classes in found.items()}


def two_in_two_keys(beats: int = 48) -> tuple[Host, Host]:
    one = Host(every=0.1).tune([60, 62, 64, 65, 67, 69, 71, 72] * (beats // 8))
    return one, Host(player=2, port=9002, every=0.1).tune([66, 68, 70, 71, 73, 75, 77, 78] * (beats // 8))


def agree(out: Out, since: int, until: int) -> float:
    """The share of beats at which both strike one chord."""
    first, second = chords(out, 1), chords(out, 2)
    beats = [tick for tick in first if tick in second and since <= tick < until]
    assert len(beats) >= (until - since) // PPQ // 2
    return sum(first[tick] == second[tick] for tick in beats) / len(beats)


def test_two_bands_have_one_chord_at_every_beat_where_both_ask_for_it() -> None:
    one, two = two_in_two_keys()
    out = play(jam_of(harmony="shared"), one.script + two.script, one.time)
    assert agree(out, BAR, 12 * BAR) == 1
    out = play(jam_of(), one.script + two.script, one.time)
    assert agree(out, BAR, 12 * BAR) < 0.5


def test_the_trained_band_shares_too() -> None:
    one, two = two_in_two_keys(32)
    out = play(jam_of(choose(None).mind, harmony="shared"), one.script + two.script, one.time)
    told: dict[int, dict[int, Chord]] = {1: {}, 2: {}}
    for time, o in of(out, Chord):
        if isinstance(o.message, Chord) and o.message.tick < (time + 0.1) * 960:
            told[o.player][o.message.tick] = o.message
    bars = [tick for tick in told[1] if tick in told[2] and tick % BAR == 0]
    assert len(bars) >= 6
    assert all(told[1][tick] == told[2][tick] for tick in bars)
    changes = [{tick for tick in told[player] if tick > 2 * BAR} for player in (1, 2)]
    assert changes[0] == changes[1]


def test_one_may_share_and_stop_sharing_in_mid_song() -> None:
    one, two = two_in_two_keys(72)
    wishes = [(0.0, Set(1, "harmony", "shared")), (12.1, Set(2, "harmony", "shared")), (24.1, Set(2, "harmony", "own"))]
    out = play(jam_of(), one.script + two.script + wishes, one.time)
    assert agree(out, BAR, 6 * BAR) < 0.5
    assert agree(out, 6 * BAR + PPQ, 12 * BAR) == 1
    assert agree(out, 13 * BAR, 18 * BAR) < 0.5


def test_who_shares_goes_on_alone_when_the_first_leaves_or_rests() -> None:
    for leaves in (True, False):
        one, two = two_in_two_keys(64)
        ends = 16.0
        quiet = [(t, e) for t, e in one.script if t < ends or not leaves]
        quiet.append((ends, Bye(1, "127.0.0.1", 9001) if leaves else Set(1, "mode", "listen")))
        out = play(jam_of(harmony="shared"), quiet + two.script, one.time)
        assert agree(out, BAR, 8 * BAR) == 1
        own = {pitch for tick, chord in chords(out, 2).items() if tick > 10 * BAR for pitch in chord}
        assert own <= {6, 8, 10, 11, 1, 3, 5}, "F sharp major again"
        assert own


def test_what_is_planned_is_the_shared_harmony_and_comes_true() -> None:
    one, two = two_in_two_keys()
    jam = jam_of(harmony="shared")
    play(jam, one.script + two.script, one.time)
    first, second = ({step.frame.tick: step.chord for step in jam.sessions[player].backing.plan} for player in (1, 2))
    assert first == second != {}
    truths = [jam.sessions[player].backing.plan.truth for player in (1, 2)]
    assert truths[0].chords == truths[1].chords


def test_a_shared_harmony_goes_before_a_promise_of_ones_own() -> None:
    one, two = two_in_two_keys()
    wishes = [(12.05, Set(2, "harmony", "shared"))]
    jam = jam_of(commit=4)
    jam.settings.set("harmony", "own")
    out = play(jam, [*one.script, *two.script, (0.1, Set(1, "harmony", "shared")), *wishes], one.time)
    assert agree(out, 6 * BAR + PPQ, 12 * BAR) == 1


# -- coming and going ------------------------------------------------------------------------------------------------


def test_who_joins_in_mid_song_enters_on_a_bar_line_after_its_first_notes_with_a_memory_of_its_own() -> None:
    one = Host().tune(CALL * 10)
    two = Host(player=2, port=9002, time=9.3, tick=one.tick - 16 * PPQ - 1344, song=one.tick - 16 * PPQ - 1344)
    two.tick = two.song = 9.3 * 960
    two.tune([72] * 12)
    out = play(jam_of(Everywhere()), one.script + two.script, one.time)
    found = ticks(out, 2)
    assert min(found) == 5 * BAR
    assert ticks(out, 1) == ticks(play(jam_of(Everywhere()), one.script, one.time), 1), "the first does not notice"


def test_who_leaves_in_mid_song_is_silenced_and_the_others_play_on() -> None:
    one, two = two_in_two_keys()
    out = play(jam_of(), [*one.script, *((t, e) for t, e in two.script if t < 10), (10.0, Bye(2))], one.time)
    assert [o.player for time, o in of(out, Silence) if time == 10.0] == [2]
    assert not [1 for time, _, _ in cues(out, 2) if time > 10.0]
    alone = play(jam_of(), one.script, one.time)
    assert [cue for _, _, cue in cues(out, 1)] == [cue for _, _, cue in cues(alone, 1)]


def test_each_has_settings_modes_and_generations_of_its_own() -> None:
    one, two = two_in_two_keys()
    script = [*one.script, *two.script, (0.1, Set(2, "mode", "respond")), (0.1, Set(2, "call_bars", 2)),
              (8.0, Do(2, "panic"))]  # fmt: skip
    jam = jam_of()
    out = play(jam, script, one.time)
    voices = {player: {cue.voice for _, _, cue in cues(out, player)} for player in (1, 2)}
    assert voices == {1: {"accompaniment", "bass"}, 2: {"response"}}
    assert {cue.generation for _, _, cue in cues(out, 1)} == {1}
    assert max(cue.generation for _, _, cue in cues(out, 2)) > 1


# -- thirty-two -------------------------------------------------------------------------------------------------------


def crowd(players: int = 32, beats: int = 20) -> list[Any]:
    """Everybody plays something else, in every mode, with every setting that binds them together."""
    script: list[Any] = []
    for player in range(1, players + 1):
        host = Host(player=player, port=9000 + player, every=0.25)
        host.tune([48 + (player * 7 + n * (player % 5 + 1)) % 36 for n in range(beats)])
        script += host.script
        wishes = {"mode": MODES[player % len(MODES)], "call_bars": player % 3, "listen": ("me", "all")[player % 2],
                  "harmony": ("own", "shared")[player % 3 == 0], "key": ("off", "auto", "C")[player % 3],
                  "swing": player % 4 / 4, "feel": player % 3 / 2, "section_bars": player % 4}  # fmt: skip
        script += [(0.05, Set(player, name, value)) for name, value in wishes.items()]
    return script


def music(out: Out) -> dict[int, list[Cue]]:
    return {player: [cue for _, _, cue in cues(out, player)] for player in range(1, 33)}


@pytest.fixture(scope="module")
def thirty_two() -> Out:
    jam = jam_of(RulesBand())
    out = play(jam, crowd(), 10.0)
    report = jam.report()
    assert (report.players, report.failures, report.late, report.drops) == (32, 0, 0, 0)
    return out


def test_thirty_two_players_are_all_played_with_in_time(thirty_two: Out) -> None:
    found = music(thirty_two)
    silent = {player for player, mine in found.items() if not mine}
    assert silent == {player for player in found if MODES[player % len(MODES)] == "listen"}
    assert all(o.time is not None and o.time - time > 0.03 for time, o, _ in cues(thirty_two))


def test_in_which_order_they_speak_changes_nothing(thirty_two: Out) -> None:
    backwards = sorted(crowd(), key=lambda item: (item[0], -item[1].player))
    assert music(play(jam_of(RulesBand()), backwards, 10.0)) == music(thirty_two)
