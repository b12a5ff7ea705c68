"""The capture: JACK clients in their own process that write down every MIDI event with the frame at which it falls.

Run it as a script with the names of the server and of the ports; it ends when its standard input does, and then prints
one JSON object: `events`, a list of [frame, port, bytes], and `skipped`, how often each port missed process cycles.
"""

import gc
import json
import sys
from contextlib import ExitStack

import jack

FRAMES = 1 << 32  # JACK's frame times wrap there


class Capture:
    """What came in through one port, a JACK client of its own: one that nobody else's delay keeps from its cycle."""

    def __init__(self, server: str, name: str) -> None:
        self.events: list[tuple[int, str, list[int]]] = []
        self.skipped = 0
        self.client = jack.Client(f"capture-{name}", servername=server, no_start_server=True)
        self.name = name
        self._port = self.client.midi_inports.register(name)
        self._next: int | None = None
        self.client.set_process_callback(self._process)

    def _process(self, frames: int) -> None:
        begin = self.client.last_frame_time
        if self._next is not None and begin != self._next:
            self.skipped += 1
        self._next = (begin + frames) % FRAMES
        for offset, data in self._port.incoming_midi_events():
            self.events.append((begin + offset, self.name, [byte[0] for byte in data]))


def main() -> None:
    captures = [Capture(sys.argv[1], name) for name in sys.argv[2:]]
    gc.disable()  # a collection would miss cycles, and there is nothing to collect
    with ExitStack() as stack:
        for capture in captures:
            stack.enter_context(capture.client)
        print("ready", flush=True)
        sys.stdin.read()
    json.dump(
        {
            "events": [event for capture in captures for event in capture.events],
            "skipped": {capture.name: capture.skipped for capture in captures},
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
