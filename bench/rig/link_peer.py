"""A peer of a Link session as a process of its own: told what to do by lines of JSON, and telling what it sees.

    python bench/rig/link_peer.py 120 4      begins at 120 bpm, not enabled; its quantum is 4

A line in is `[word, value]`, a line out its answer. `trace` answers with every reading since the last one: moment
(`perf_counter` seconds, which on one machine all processes share), beat, tempo, playing.
"""

import asyncio
import json
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import aalink

EVERY = 0.005  # seconds between readings


def readings(session: Any, trace: list[list[float]], end: threading.Event) -> None:
    """Read the session's beat between two looks at the clock, until `end`."""
    while not end.wait(EVERY):
        tempo, playing = session.tempo, session.playing
        before = time.perf_counter()
        beat = session.beat
        after = time.perf_counter()
        if after - before < 1e-4 and tempo == session.tempo:
            trace.append([(before + after) / 2, beat, tempo, playing])


def answer(session: Any, trace: list[list[float]], word: str, value: Any) -> Any:
    """Do what one line says."""
    match word:
        case "enable":
            session.enabled = bool(value)
        case "sync":
            session.start_stop_sync_enabled = bool(value)
        case "tempo":
            session.tempo = float(value)
        case "play":  # as a user's play button: beat 0 at the next bar of the session
            session.set_is_playing_and_request_beat_at_time(True, session.time + timedelta(seconds=value or 0.0), 0.0)
        case "stop":
            session.playing = False
        case "state":
            return {"tempo": session.tempo, "peers": session.num_peers, "playing": session.playing}
        case "trace":
            return [trace.pop(0) for _ in range(len(trace))]
    return None


async def made(tempo: float) -> Any:
    return aalink.Link(tempo)


def main() -> None:
    session = asyncio.run(made(float(sys.argv[1])))
    session.quantum = float(sys.argv[2])
    trace: list[list[float]] = []
    end = threading.Event()
    thread = threading.Thread(target=readings, args=(session, trace, end))
    thread.start()
    for line in sys.stdin:
        word, value = json.loads(line)
        print(json.dumps(answer(session, trace, word, value)), flush=True)
    end.set()
    thread.join()
    session.enabled = False


if __name__ == "__main__":
    main()
