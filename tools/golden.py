"""The golden jams: small recorded jams in tests/golden, which a test replays bit for bit.

`python tools/golden.py` records them anew, in virtual time, with the engine and the weights as they are; do so after a
change that is meant to change the music, and look at the difference before you commit it. `--check` only replays them
(exit code 1 where one differs). Melodies are the demo's own, in the public domain.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tests' virtual time

from bridge import tunes  # noqa: E402
from bridge.engine.door import Cast  # noqa: E402
from bridge.engine.echo import Echo  # noqa: E402
from bridge.engine.exchange import ECHO  # noqa: E402
from bridge.engine.settings import Settings  # noqa: E402
from bridge.io import jams, replay  # noqa: E402
from bridge.io.minds import answerers, choose  # noqa: E402
from bridge.io.provenance import header_of, jam_of  # noqa: E402
from bridge.io.record import Recorded, remembered  # noqa: E402
from bridge.music.entries import Entry  # noqa: E402
from bridge.music.events import (  # noqa: E402
    ARRIVAL,
    Continue,
    Do,
    Event,
    NoteOff,
    NoteOn,
    Pulse,
    Set,
    SongPosition,
    Start,
    Stop,
    Tempo,
)
from bridge.music.timeline import PPQ  # noqa: E402
from tests.virtual import Host, hello, play  # noqa: E402

FOLDER = ROOT / "tests" / "golden"
Script = list[tuple[float, Event]]


class Golden(NamedTuple):
    """A jam to be recorded: its mind, its clock, and what happens in it."""

    model: str | None  # None: the default weights
    clock: str
    tempo: float
    script: Callable[[], Script]


def band() -> Script:
    """Two players over OSC and a monitor: a loop, another tempo, settings, panic, stop and continue, one leaves."""
    one = Host(every=0.1).run(0)
    two: Script = [(0.3, hello(2, port=9002)), (0.4, hello(0, "monitor", 9009))]
    tune = tunes.load("auld_lang_syne")
    for tick, ticks, pitch, velocity in tune.notes[:24]:
        at = tick * 60 / (120 * PPQ)
        one.note(pitch, ticks / PPQ, velocity, at=at)
        two.append((at + 0.25, NoteOn(2, ARRIVAL, pitch - 12, 70)))
        two.append((at + 0.45, NoteOff(2, ARRIVAL, pitch - 12)))
    one.run(16).locate(0).run(4)  # a loop of four bars
    one.tempo = 132.0
    one.run(6).stop().wait(0.7).run(4).stop()
    two += [
        (2.1, Set(1, "level", 0.7)), (4.2, Set(2, "bass", 0)), (5.0, Do(2, "panic")), (6.5, Set(1, "horizon", 2)),
        (8.3, Set(1, "no such thing", 1)), (9.0, Set(1, "mode", "listen")), (9.9, Set(1, "mode", "accompany")),
    ]  # fmt: skip
    two += [(time, hello(2, port=9002)) for time in (2.2, 4.2)]  # then it is not heard of any more
    return one.script + two


def clocked() -> Script:
    """A keyboard and a MIDI clock with jitter: start, a song position, stop, continue."""
    script: Script = [(n * 2.0, hello(1, port=0)) for n in range(8)]
    script.append((0.5, Start()))
    late = (0.0, 0.0007, -0.0004, 0.0009, -0.0008, 0.0003, 0.0001)  # seconds of jitter
    beat = 60 / 96
    for n in range(24 * 16):
        script.append((0.6 + n * beat / 24 + late[n % 7], Pulse()))
    for tick, ticks, pitch, velocity in tunes.load("drunken_sailor").notes[:24]:
        at = 0.6 + tick * beat / PPQ
        script += [(at, NoteOn(1, ARRIVAL, pitch, velocity)), (at + ticks * beat / PPQ, NoteOn(1, ARRIVAL, pitch, 0))]
    script += [(0.6 + 10 * beat + 0.001, Stop()), (0.6 + 10.4 * beat, SongPosition(32)), (0.6 + 11 * beat, Continue())]
    return script


def alone() -> Script:
    """The engine's own clock at 90, one player in 3/4, another tempo on the way."""
    script: Script = [(0.0, Tempo(90.0)), (0.0, Start()), *((n * 2.0, hello(port=9001)) for n in range(7))]
    script += [(0.1, Set(1, "numerator", 3)), (0.1, Set(1, "entry_bars", 0)), (5.0, Tempo(100.0))]
    for tick, ticks, pitch, velocity in tunes.load("greensleeves").notes[:16]:
        at = 0.5 + tick * 60 / (100 * PPQ)
        script += [(at, NoteOn(1, ARRIVAL, pitch, velocity)), (at + ticks * 0.001, NoteOff(1, ARRIVAL, pitch))]
    return script


def trained() -> Script:
    """The trained band under a tune, through genres, temperatures and a voice that rests."""
    host = Host(every=0.1)
    for tick, ticks, pitch, velocity in tunes.load("ode_to_joy").notes[:40]:
        host.note(pitch, ticks / PPQ * 0.9, velocity, at=tick * 60 / (120 * PPQ))
    host.run(30).stop()
    wishes = [
        (3.0, Set(1, "genre", "folk")), (6.0, Set(1, "temperature", 1.0)), (8.0, Set(1, "genre", "jazz")),
        (10.0, Set(1, "accompaniment", 0)), (11.0, Set(1, "accompaniment", 1)), (12.0, Do(1, "clear")),
    ]  # fmt: skip
    return [*host.script, *wishes]


def exchange() -> Script:
    """Call and response: two calls of two bars, a loop to play over, a mutation, and variations at the end."""
    host = Host(every=0.1)
    for _ in range(2):
        host.tune((60, 64, 67, 72, 71, 67, 65, 62)).run(12)
    host.tune((72, 71, 69, 67)).run(16).stop()
    wishes = [
        (0.0, Set(1, "mode", "accompany+respond")), (0.0, Set(1, "call_bars", 2)), (0.0, Set(1, "response_bars", 2)),
        (6.0, Set(1, "loop", 1)), (12.5, Set(1, "solo", 1)), (16.5, Set(1, "loop", 0)), (17.0, Do(1, "mutate")),
        (18.0, Set(1, "solo", 0)), (19.0, Set(1, "mode", "morph")), (19.0, Set(1, "swing", 0.6)),
    ]  # fmt: skip
    return [*host.script, *((max(time, 0.001), wish) for time, wish in wishes)]


JAMS = {
    "band": Golden("rules", "auto", 120.0, band),
    "clocked": Golden("rules", "auto", 120.0, clocked),
    "alone": Golden("rules", "local", 90.0, alone),
    "echo": Golden("rules", "auto", 120.0, exchange),
    "trained": Golden(None, "auto", 120.0, trained),
    "answered": Golden(None, "auto", 120.0, exchange),
}


def cast(golden: Golden) -> Cast:
    """The minds of a golden jam: by rule and echo, or all that are trained."""
    choice = choose(golden.model)
    return Cast(choice.mind, choice.fallback, {ECHO: Echo()} if golden.model == "rules" else answerers()[0])


def record(golden: Golden) -> str:
    """A golden jam's log, played now."""
    minds, settings = cast(golden), Settings()
    settings.set("temperature", 0.4)
    header = header_of(
        minds, settings=settings, seed=7, generation=1, clock=golden.clock, tempo=golden.tempo,
        model=golden.model,
    )  # fmt: skip
    kept: list[Entry] = []
    jam: Any = Recorded(jam_of(header, minds), kept.append)
    script = golden.script()
    end = max(time for time, _ in script) + 1.0
    play(jam, script, end)
    jam.close(end)
    assert not jam.report().failures, jam.report().failure
    return remembered(kept, header)


def check(path: Path) -> replay.Verdict:
    """Replay a golden jam."""
    with jams.opened(path) as log:
        return replay.replay(log, replay.cast_for(log.header, None))


def main(argv: Sequence[str]) -> int:
    """Record the jams anew, or check them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    worst = 0
    for name, golden in JAMS.items():
        path = FOLDER / f"{name}.jsonl"
        if "--check" not in argv:
            path.write_text(record(golden), encoding="ascii", newline="\n")
        verdict = check(path)
        worst = max(worst, int(not verdict.same))
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes, {verdict.outputs} outputs in "
              f"{verdict.seconds:.1f} s, {verdict.difference or 'identical'}")  # fmt: skip
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
