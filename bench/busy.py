"""How late cues are where many play: as on a processor that does nothing else, whatever else this one does.

`python bench/busy.py [--players N ...] [--mode MODE] [--tempo T] [--seconds S] [--slower F]` plays tunes to a jam in
virtual time that goes on by the processor time that the engine takes to decide, plan and pack. Calls are of two bars,
so that everybody is answered on the same bar lines. It prints, for all cues, the least margin, the first percentile
and the median (milliseconds from being packed to the tick), and how many were late: dropped in the engine, or packed
after their moment. `improv bench margin` measures the same with real packets, and with whatever else runs.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from time import thread_time

from bridge import tunes
from bridge.engine.jam import Jam
from bridge.engine.measures import Measure
from bridge.engine.settings import Settings
from bridge.io.bench_step import timed_tune
from bridge.io.host import FEW, PACE, RECENT, undisturbed
from bridge.io.minds import answerers, choose
from bridge.io.osc import OscShell
from bridge.music.events import Cue, Event, NoteOff, NoteOn, Output, Pace
from bridge.music.timeline import Meter, Timeline
from bridge.quiet import unread


def script(players: int, line: Timeline, seconds: float) -> list[tuple[float, Event]]:
    """Players with the demo's tunes in 4/4, each over and over."""
    named = [tune for tune in map(tunes.load, tunes.names()) if tune.meter == Meter(4, 4)]

    def notes(player: int) -> Iterator[tuple[float, Event]]:
        tune, base = named[player % len(named)], Meter(4, 4).bar
        while line.time_at(base) < seconds:
            for tick, ticks, pitch, velocity in tune.notes:
                yield line.time_at(base + tick), NoteOn(player, base + tick, pitch, velocity)
                end = base + tick + ticks - 1
                yield line.time_at(end), NoteOff(player, end, pitch)
            base += tune.ticks

    hosts = tunes.Tune("", line.tempo, Meter(4, 4), (), int(line.tick_at(seconds)))
    events = [*timed_tune(hosts, players, line), *(item for player in range(1, players + 1) for item in notes(player))]
    return sorted((item for item in events if item[0] < seconds), key=lambda item: item[0])


class Core:
    """A jam on a processor of its own: virtual time goes on by what it takes."""

    def __init__(self, jam: Jam, slower: float) -> None:
        self.now = 0.0
        self.margins: list[float] = []
        self.worked = 0.0
        self._slower = slower
        self._jam, self._shell = jam, OscShell(lambda _event, _time: None)
        self._spent, self._told = 0.0, 0.0
        self._decided, self._planned = Measure(), Measure()  # milliseconds a sixteenth

    def play(self, events: Sequence[tuple[float, Event]]) -> None:
        """Take the events as they come, or when there is time for them."""
        for time, event in events:
            while (wake := self._jam.wakeup()) is not None and max(wake, self.now) <= time:
                self._advance(max(wake, self.now))
            self.now = max(self.now, time)
            self._does(lambda at=self.now, event=event: self._jam.receive(event, at))

    def _advance(self, time: float) -> None:
        self.now = time
        steps, planned = self._jam.steps, self._jam.planned
        took = self._does(lambda: self._jam.advance(time))
        self._spent += took
        if self._jam.steps > steps:
            self._decided.add(self._spent * 1000)
        elif self._jam.planned > planned:
            self._planned.add(took * 1000 / (self._jam.planned - planned))
        if not self._jam.deciding:
            self._spent = 0.0
        if time >= self._told + PACE and len(self._decided) > FEW:
            self._told = time
            (decide,), (plan,) = (each.percentiles((95,), RECENT) for each in (self._decided, self._planned))
            self._jam.receive(Pace(decide, plan), time)

    def _does(self, what: Callable[[], list[Output]]) -> float:
        began = thread_time()
        outputs = what()
        self._shell.send(outputs)
        took = (thread_time() - began) * self._slower
        self.now += took
        self.worked += took
        cued = [output.time for output in outputs if isinstance(output.message, Cue)]
        self.margins += [(moment - self.now) * 1000 for moment in cued if moment is not None]
        return took


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--players", type=int, nargs="+", default=[1, 8, 16, 32])
    parser.add_argument("--mode", default="accompany+respond")
    parser.add_argument("--tempo", type=float, default=120.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--slower", type=float, default=1.0, help="as if this processor were so many times slower")
    args = parser.parse_args(argv)
    choice, minds = choose(None), answerers()[0]
    print(f"| players, {args.mode}, {args.tempo:g} bpm | cues | late | least | 1 % | median | processor, % |")
    print("| --- | --: | --: | --: | --: | --: | --: |", flush=True)
    for players in args.players:
        settings = Settings()
        settings.set("mode", args.mode)
        settings.set("call_bars", 2)
        jam = Jam(choice.mind, fallback=choice.fallback, answerers=minds, settings=settings, seed=1)
        core = Core(jam, args.slower)
        with undisturbed():
            core.play(script(players, Timeline(args.tempo, 0, 0.0), args.seconds))
        found = sorted(core.margins)
        if not found:
            print("nobody was answered in so short a time: say more --seconds", file=sys.stderr)
            return 1
        late = jam.late + sum(margin < 0 for margin in found)
        marks = " | ".join(f"{found[int(share * (len(found) - 1))]:.1f}" for share in (0, 0.01, 0.5))
        print(f"| {players} | {len(found)} | {late} | {marks} | {core.worked / args.seconds * 100:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(unread(lambda: main(sys.argv[1:])))
