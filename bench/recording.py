"""What a log costs: the owner's thread, the writer's, and the disk. `python -m bench.recording [--players 8]`.

Beside the first figure its floors: the same jam without a log, and a bare `deque.append`. Seconds are processor time.
"""

import argparse
import statistics
import sys
import tempfile
from collections import deque
from pathlib import Path
from time import perf_counter, thread_time

from bridge import tunes
from bridge.engine.door import Cast
from bridge.engine.echo import Echo
from bridge.engine.exchange import ECHO
from bridge.engine.jam import Jam
from bridge.engine.settings import Settings
from bridge.io import replay
from bridge.io.jams import opened
from bridge.io.minds import choose
from bridge.io.provenance import header_of, jam_of
from bridge.io.record import Recorded, Writer
from bridge.music.entries import Entry, Header
from bridge.music.events import Event, Hello, NoteOff, NoteOn, Position
from bridge.music.log import Scribe
from bridge.music.performance import perform
from bridge.music.timeline import PPQ
from bridge.quiet import unread

TEMPO = 120.0
TIMES = 9  # runs with a log and without, of which the fastest count
CLOCK = 0.025  # seconds between positions, as the demo's host sends them


def script(players: int, seconds: float) -> list[tuple[float, Event]]:
    """Players with a device each, a tune over and over, positions every 25 ms, hello every 2 s."""
    events: list[tuple[float, Event]] = []
    rate = TEMPO * PPQ / 60
    tune = tunes.load("auld_lang_syne")
    for player in range(1, players + 1):
        device = Hello(1, player, "player", 9000 + player, "127.0.0.1", player)
        events += [(n * 2.0, device) for n in range(int(seconds / 2) + 1)]
        for n in range(int(seconds / CLOCK)):
            tick = int(n * CLOCK * rate)
            position = Position(player, tick, tick, TEMPO, 1, 4, 4, tick // 1920 * 1920)
            events.append((n * CLOCK + 0.0001 * player, position))
        for turn in range(int(seconds * rate / tune.ticks) + 1):
            for tick, ticks, pitch, velocity in tune.notes:
                at = turn * tune.ticks + tick
                events.append((at / rate + 0.001, NoteOn(player, at, pitch, velocity)))
                events.append(((at + ticks) / rate + 0.001, NoteOff(player, at + ticks, pitch)))
    return sorted((each for each in events if each[0] < seconds), key=lambda each: each[0])


def play(jam: Jam | Recorded, events: list[tuple[float, Event]]) -> float:
    """Seconds of the processor that a jam takes, in virtual time."""
    began = thread_time()
    for time, event in events:
        while (wake := jam.wakeup()) is not None and wake <= time:
            jam.advance(wake)
        jam.receive(event, time)
    return thread_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--model", default="rules", help="a model's name, `rules`, or `default`")
    args = parser.parse_args()
    choice = choose(None if args.model == "default" else args.model)
    cast = Cast(choice.mind, choice.fallback, {ECHO: Echo()})
    header = header_of(
        cast, settings=Settings(), seed=1, generation=1, clock="auto", tempo=TEMPO,
        model=None if args.model == "default" else args.model,
    )  # fmt: skip
    events = script(args.players, args.seconds)
    cost(header, cast, events)
    disk(header, cast, events, args.seconds)


def cost(header: Header, cast: Cast, events: list[tuple[float, Event]]) -> None:
    """What keeping adds to the owner, and text to the writer."""
    bare, kept, entries = [], [], deque[Entry]()
    for _ in range(TIMES):
        bare.append(play(jam_of(header, cast), events))
        entries.clear()
        kept.append(play(Recorded(jam_of(header, cast), entries.append), events))
    extra = (min(kept) - min(bare)) / len(entries)
    began = thread_time()
    plain = deque[Entry]()
    for entry in entries:
        plain.append(entry)
    floor = (thread_time() - began) / len(entries)
    scribe, began = Scribe(), thread_time()
    size = sum(len(scribe.text(entry)) for entry in entries)
    text = (thread_time() - began) / len(entries)
    print(f"owner: {extra * 1e6:.2f} us an entry ({len(entries)} entries, {len(events)} events; jam without a log "
          f"{min(bare):.2f} s, with {min(kept):.2f}); floor, a bare append: {floor * 1e6:.3f} us")  # fmt: skip
    print(f"writer: {text * 1e6:.2f} us an entry, {size / len(entries):.0f} bytes an entry")


def disk(
    header: Header, cast: Cast, events: list[tuple[float, Event]], seconds: float
) -> None:
    """How large an hour is, how fast it is replayed and heard."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jam.jsonl"
        with Writer(path, header) as writer:
            jam = Recorded(jam_of(header, cast), writer.keep)
            play(jam, events)
        size = path.stat().st_size
        print(f"disk: {size / seconds * 3600 / 1e6:.1f} MB an hour")
        began = perf_counter()
        with opened(path) as log:
            verdict = replay.replay(log, cast)
        took = perf_counter() - began
        print(f"replay: {verdict.outputs} outputs {'identical' if verdict.same else 'DIFFERENT'} in {took:.2f} s, "
              f"{seconds / took:.0f} times as fast as it was played")  # fmt: skip
        times = []
        for _ in range(3):
            began = perf_counter()
            with opened(path) as log:
                done = perform(log)
            times.append(perf_counter() - began)
        print(f"export: {statistics.median(times):.2f} s to hear {len(done.bars)} bars of {len(done.players)} players")


if __name__ == "__main__":
    sys.exit(unread(main))
