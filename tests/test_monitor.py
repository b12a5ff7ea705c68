"""The monitor: it knows what it was told, its picture follows from what it knows, and it joins for real."""

import os
import re
import select
import subprocess
import sys
import threading
import time
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import bridge
from bridge.engine.jam import Jam
from bridge.generators.rules import RulesBand
from bridge.io import monitor
from bridge.io.glyphs import HEIGHT, large, pixels, small
from bridge.io.host import Host
from bridge.io.monitor_roll import STRENGTH, shade
from bridge.io.monitor_state import LOST, MonitorState
from bridge.io.monitor_view import CHORDS, LOWEST, NARROWEST, picture
from bridge.io.osc import OscShell
from bridge.music.events import (
    ACCOMPANIMENT,
    ALL,
    BASS,
    Chord,
    Cue,
    Heard,
    Heartbeat,
    Message,
    Plan,
    Silence,
    State,
    Transport,
    Value,
)

BAR = 1920
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def transport(
    tick: int = 0, *, playing: int = 1, song: int | None = None, bar: int = 0, tempo: float = 120.0
) -> Transport:
    return Transport(tick, tick if song is None else song, tempo, playing, 4, 4, bar, "osc")


def fed(*told: tuple[float, int, Message]) -> MonitorState:
    state = MonitorState()
    for second, player, message in told:
        state.feed(message, second, player)
    return state


def band() -> MonitorState:
    """A bar into the music at 120: C is played, F is planned for the next bar."""
    state = fed(
        (0.0, 0, transport()),
        (0.0, 1, State("accompany", "playing", 1)),
        (0.1, 1, Heard(0, 72, 90)),
        (0.6, 1, Heard(480, 72, 0)),
        (0.6, 1, Heard(480, 76, 90)),
    )
    for pitch in (60, 64, 67):
        state.feed(Cue(ACCOMPANIMENT, 0, 960, pitch, 70, 1), -0.08, 1, 0.0)
    state.feed(Cue(BASS, 0, 960, 36, 80, 1), -0.08, 1, 0.0)
    state.feed(Chord(0, 0, "maj"), -0.08, 1)
    state.feed(Chord(BAR, 5, "maj"), 0.5, 1)
    state.feed(Plan(ACCOMPANIMENT, BAR, 960, 65, 70), 0.5, 1)
    state.feed(Plan(BASS, BAR, 960, 41, 80), 0.51, 1)
    state.feed(Value("step_ms_p50", 0.4), 0.6)
    state.feed(Value("late", 0), 0.6)
    return state


def shown(state: MonitorState, second: float, width: int = 80, height: int = 24, focus: int = 0) -> list[str]:
    """The picture as a terminal shows it, without colours."""
    return COLOUR.sub("", coloured(state, second, width, height, focus)).split("\n")


def coloured(state: MonitorState, second: float, width: int = 80, height: int = 24, focus: int = 0) -> str:
    file = StringIO()
    console = Console(file=file, width=width, height=height, force_terminal=True, color_system="truecolor")
    console.print(picture(state, second, width, height, focus, "127.0.0.1:9100"), end="")
    return file.getvalue()


# -- what it knows -----------------------------------------------------------------------------------------------


def test_the_clock_runs_between_reports_and_stands_when_stopped() -> None:
    state = fed((10.0, 0, transport(960)))
    assert state.tick(10.5) == 960 + 480
    state.feed(transport(2000, playing=0), 11.0)
    assert state.tick(20.0) == 2000
    assert not state.playing


def test_a_cue_s_own_moment_sets_the_clock_right() -> None:
    state = fed((10.0, 0, transport(960)))
    state.feed(Cue(BASS, 960, 480, 36, 80, 1), 10.0, 1, 10.08)
    assert state.tick(10.08) == pytest.approx(960)
    state.feed(transport(1440), 10.5)
    assert state.tick(10.58) == pytest.approx(1440)
    state.feed(transport(9600), 10.6)
    assert state.tick(10.6) == pytest.approx(9600)


def test_bars_count_from_the_song_wherever_the_bar_line_is() -> None:
    state = fed((0.0, 0, transport(5000, song=2 * BAR + 100, bar=2 * BAR)))
    assert state.bar_number(5000) == 3
    assert state.bar_number(5000 - 101) == 2
    assert (state.bar_line() - (5000 - 100)) % BAR == 0
    state.feed(transport(6000, song=700, bar=480), 1.0)
    assert state.bar_number(6000) == 1
    assert state.bar_line() == 6000 - 220


def test_an_engine_is_lost_after_three_seconds_and_found_with_a_clean_slate() -> None:
    state = band()
    assert MonitorState().condition(5.0) == "waiting"
    assert state.condition(0.6 + LOST) == "here"
    assert state.condition(0.6 + LOST + 0.01) == "lost"
    assert state.tick(100.0) == state.tick(0.6 + LOST + 1)
    state.feed(Heartbeat(1), 100.0)
    assert state.condition(100.0) == "here"
    assert state.players == {}
    assert state.transport is None


def test_a_chord_after_the_latest_cue_is_a_plan_and_one_that_goes_back_begins_it_anew() -> None:
    state = band()
    view = state.players[1]
    assert view.now(100) == "C"
    coming = view.coming(100)
    assert coming is not None
    assert (coming.tick, coming.name) == (BAR, "F")
    state.feed(Plan(BASS, BAR + 960, 960, 36, 80), 0.9, 1)
    assert [span.pitch for span in view.plans[BASS]] == [41, 36], "it goes on where it ended"
    state.feed(Chord(BAR // 2, 0, "maj"), 1.0, 1)
    state.feed(Plan(BASS, BAR, 960, 43, 80), 1.0, 1)
    state.feed(Chord(BAR, 7, "7"), 1.01, 1)
    assert [span.pitch for span in view.plans[BASS]] == [43]
    assert ACCOMPANIMENT not in view.plans
    coming = view.coming(100)
    assert coming is not None
    assert coming.name == "G7"


def test_a_cue_overtakes_the_plans_for_its_moment() -> None:
    state = band()
    state.feed(Cue(BASS, BAR, 960, 41, 80, 1), 1.9, 1, 2.0)
    view = state.players[1]
    assert not any(view.plans.values())
    assert view.planned == []
    assert [span.tick for span in view.sounds[BASS]] == [0, BAR]


def test_silence_cuts_what_sounds_and_voids_the_plans() -> None:
    state = band()
    state.feed(Silence(ALL, 2), 0.5, 1)
    view = state.players[1]
    assert [span.ticks for span in view.sounds[BASS]] == [480]
    assert not any(view.plans.values())


def test_margins_are_measured_here_until_the_engine_tells_its_own() -> None:
    state = band()
    assert state.margin() == pytest.approx((80.0, 80.0, 80.0))
    for name, value in (("p1", 61.5), ("p50", 77.0), ("p99", 79.0)):
        state.feed(Value(f"margin_ms_{name}", value), 1.0)
    assert state.margin() == (61.5, 77.0, 79.0)


def test_the_past_is_forgotten_but_not_the_chord_that_still_sounds() -> None:
    state = band()
    state.feed(transport(400 * BAR), 800.0 * 2)
    state.feed(transport(400 * BAR), 800.0 * 2)
    assert state.players == {}
    state = band()
    for second in range(1, 200):
        state.feed(transport(second * 960), second * 1.0)
    view = state.players[1]
    assert view.sounds[BASS] == []
    assert view.heard == []
    assert view.now(199 * 960) == "C"


PRINTED = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=8)  # the wire lets no control through
MESSAGES = st.one_of(
    st.builds(transport, st.integers(0, 9999), playing=st.integers(0, 1), tempo=st.floats(20, 999)),
    st.builds(Heard, st.integers(-99, 9999), st.integers(0, 127), st.integers(0, 127)),
    st.builds(Cue, st.sampled_from([BASS, ACCOMPANIMENT, "x"]), st.integers(-99, 9999), st.integers(1, 9999),
              st.integers(0, 127), st.integers(1, 127), st.just(1)),
    st.builds(Plan, st.sampled_from([BASS, ACCOMPANIMENT]), st.integers(-99, 9999), st.integers(1, 9999),
              st.integers(0, 127), st.integers(1, 127)),
    st.builds(Chord, st.integers(-99, 9999), st.integers(-1, 11), st.sampled_from(["maj", "min7", "dim", "odd", "N"])),
    st.builds(Silence, st.sampled_from([ALL, BASS]), st.just(1)),
    st.builds(State, PRINTED, PRINTED, st.integers(-5, 99)),
    st.builds(Value, st.sampled_from(["late", "cpu", "drops"]), st.integers(0, 99)),
)  # fmt: skip


@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(0, 6), MESSAGES, st.none() | st.floats(0, 20)), max_size=30),
    st.floats(0, 30),
    st.integers(1, 200),
    st.integers(1, 60),
)
def test_whatever_it_is_told_it_draws_a_picture_that_fits(
    told: list[tuple[float, int, Message, float | None]], second: float, width: int, height: int
) -> None:
    state = MonitorState()
    for at, player, message, due in sorted(told, key=lambda item: item[0]):
        state.feed(message, at, player, due)
    text = picture(state, second, width, height, 1)
    lines = text.split("\n")
    assert len(lines) <= height
    if width >= NARROWEST and height >= LOWEST:
        assert len(lines) == height
        assert all(line.cell_len <= width for line in lines)


# -- its picture -------------------------------------------------------------------------------------------------


def test_it_shows_what_each_player_plays() -> None:
    state = band()
    state.feed(Value("genre", "jazz"), 0.6, 1)
    state.feed(Value("genre", "hymn"), 0.6, 2)
    lines = shown(state, 0.75)
    assert "jazz" in next(line for line in lines if "player 1" in line)
    assert "hymn" in next(line for line in lines if "player 2" in line)
    assert "genre" not in state.values


def test_before_anything_is_heard_it_says_what_to_do() -> None:
    lines = shown(MonitorState(), 0.0)
    assert "waiting for an engine (improv serve)" in lines[0]
    assert "no clock yet" in lines[1]
    assert len(lines) == 24


def test_at_80_by_24_everything_is_there() -> None:
    lines = shown(band(), 0.75)
    assert len(lines) == 24
    assert all(len(line) <= 80 for line in lines)
    assert "engine here, 1 player" in lines[0]
    assert lines[1].split() == ["▶", "playing", "4/4", "120.0", "bpm", "○", "●", "○", "○", "clock:", "osc"]
    big = "\n".join(lines[2:5])
    for row in (small("1.2"), small("C"), small("F")):
        assert row[0].rstrip() in big
    assert "in 2" in lines[3] or "in 3" in lines[3]
    assert lines[5].split() == ["◆", "player", "1", "accompany", "playing", "any", "heard", "2", "cues", "4"]
    names = lines[6]
    assert names.index("C") < names.index("F")
    assert [line.split()[0] for line in lines if line[1:2].isalpha() and line.split()[0] in ("heard", "chords", "bass")]
    assert "early by  80.0 ms" in lines[-2]
    assert lines[-1].split() == ["late", "0", "step", "0.40", "ms", "q:", "quit"]


def test_committed_is_bright_and_planned_is_dim() -> None:
    def has(kind: str, state: MonitorState) -> bool:
        red, green, blue = (int(shade(CHORDS, STRENGTH[kind], 0.0)[at : at + 2], 16) for at in (1, 3, 5))
        return f"8;2;{red};{green};{blue}" in coloured(state, 0.25)

    state = band()
    assert has("sounds", state)
    assert has("planned", state)
    state.feed(Silence(ALL, 2), 0.2, 1)
    assert has("past", state)
    assert not has("planned", state)
    assert not has("coming", state)


def test_an_engine_that_is_lost_is_seen() -> None:
    assert "ENGINE LOST for 4 s" in shown(band(), 0.6 + 4.0)[0]


def test_late_cues_are_seen() -> None:
    state = band()
    state.feed(Value("late", 3), 0.7)
    assert shown(state, 0.75)[-1].startswith(" late 3 ")


def test_a_big_terminal_gets_big_letters_and_more_players_lines() -> None:
    state = band()
    for player in range(2, 8):
        state.feed(State("accompany", "listening", 1), 0.7, player)
    lines = shown(state, 0.75, 160, 50)
    assert len(lines) == 50
    assert large("C")[0].strip() in lines[2]
    assert "and 3 more; keys 1 to 9 choose" in "\n".join(lines)
    assert "◆ player 2" in "\n".join(shown(state, 0.75, 160, 50, focus=2))


def test_a_terminal_that_is_too_small_says_so() -> None:
    assert shown(band(), 0.75, 50, 10) == ["make the terminal at least 60 x 18"]


def test_the_same_knowledge_gives_the_same_picture() -> None:
    assert coloured(band(), 0.75) == coloured(band(), 0.75)


@pytest.mark.parametrize("text", ["", "Am7", "F#maj7", "Bbdim", "Gsus4", "Caug", "123.4"])
def test_letters_have_one_width_on_every_line(text: str) -> None:
    assert len(pixels(text)) == len(large(text)) == HEIGHT
    assert len({len(line) for line in pixels(text)}) == 1
    assert len(small(text)) == 3
    assert {len(line) for line in small(text)} == {len(pixels(text)[0])}


# -- for real ----------------------------------------------------------------------------------------------------


def test_it_joins_hears_and_leaves() -> None:
    with OscShell(lambda event, at: None, port=0) as probe:
        free = probe.port
    host = Host(Jam(RulesBand()))
    with OscShell(host.enqueue, port=free) as osc:
        owner = threading.Thread(target=host.run, args=([osc],))
        owner.start()
        try:
            with monitor.Attached("127.0.0.1", osc.port) as attached:
                end = time.monotonic() + 5.0
                while attached.state.transport is None and time.monotonic() < end:
                    attached.poll(0.05)
                assert attached.state.condition(time.perf_counter()) == "here"
                assert attached.state.transport is not None
        finally:
            host.stop()
            owner.join(5.0)
    assert not owner.is_alive()


def test_it_waits_where_nobody_is() -> None:
    with OscShell(lambda event, at: None, port=0) as probe:
        free = probe.port
    with monitor.Attached("127.0.0.1", free) as attached:
        for _ in range(3):
            attached.poll(0.01)
        assert attached.state.condition(time.perf_counter()) == "waiting"


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor.main([]) == 1
    assert capsys.readouterr().err.startswith("improv monitor: improv monitor needs a terminal")


@pytest.mark.parametrize("address", [["--host", "no.such.host.invalid"], ["--port", "99999999"]])
def test_an_address_that_cannot_be_is_one_line(address: list[str]) -> None:
    host, port = (address[1], 9100) if address[0] == "--host" else ("127.0.0.1", int(address[1]))
    with pytest.raises(monitor.PortError, match="see --host and --port"), monitor.Attached(host, port):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals as on POSIX")
def test_in_a_terminal_it_draws_and_q_ends_it() -> None:
    pty = pytest.importorskip("pty")
    main, other = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(Path(bridge.__file__).parents[1]), "TERM": "xterm-256color"}
    command = [
        sys.executable,
        "-c",
        "import sys; from bridge.cli import main; sys.exit(main())",
        "monitor",
        "--port",
        "9",
    ]
    process = subprocess.Popen(
        command, stdin=other, stdout=other, stderr=other, env=env | {"COLUMNS": "80", "LINES": "24"}
    )
    os.close(other)
    seen, asked = b"", False
    end = time.monotonic() + 15.0
    while time.monotonic() < end and select.select([main], (), (), 15.0)[0]:
        try:
            data = os.read(main, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not data:
            break
        seen += data
        if b"waiting for an engine" in seen and not asked:
            asked = os.write(main, b"q") == 1
    assert process.wait(10) == 0
    os.close(main)
    assert asked
