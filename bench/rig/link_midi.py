"""MIDI beside Link: a JACK server of our own, and a capture of the engine's note-ons in `perf_counter` seconds.

Run as a script with the server's name it is the capture, in its own process so that nobody else's work costs it a
cycle: it says `ready` once it listens to `Improv Out`, ends when its standard input does, and prints the moments. JACK
delivers at the beginnings of periods, 1.33 ms apart here, so a note falls up to that much after it was sent.
"""

import gc
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import Any

RATE = 48000
PERIOD = 64  # frames
PATIENCE = 8.0  # seconds
NOTE_ON = 0x90


class Midi:
    """A JACK server, and what of the engine's is captured on it; `environment` is for the engine's process."""

    def __init__(self, stack: ExitStack) -> None:
        self._server = f"improv-link-{os.getpid()}"
        self.environment = {**os.environ, "JACK_DEFAULT_SERVER": self._server, "IMPROV_MIDI_API": "jack"}
        self._capture: subprocess.Popen[str] | None = None
        self._stack = stack
        command = ["jackd", "-n", self._server, "-r", "-d", "dummy", "-r", f"{RATE}", "-p", f"{PERIOD}"]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen(command, **quiet)
        stack.callback(_end, server)
        subprocess.run(["jack_wait", "-s", self._server, "-w", "-t", "5"], check=True, timeout=PATIENCE, **quiet)

    def listen(self) -> None:
        """Begin to capture; the engine is there."""
        command = [sys.executable, __file__, self._server]
        self._capture = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._stack.callback(_end, self._capture)
        assert self._capture.stdout is not None
        if self._capture.stdout.readline().strip() != "ready":
            raise RuntimeError("the capture found no port `Improv Out`")

    def onsets(self) -> list[float]:
        """The moments of all note-ons until now; the capture ends."""
        assert self._capture is not None
        text, _ = self._capture.communicate("", timeout=PATIENCE)
        return [float(moment) for moment in json.loads(text)]


def _end(process: "subprocess.Popen[Any]") -> None:
    process.terminate()  # a JACK server that is killed keeps one of JACK's eight names
    try:
        process.wait(3.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def main() -> None:
    import jack

    client = jack.Client("link-capture", servername=sys.argv[1], no_start_server=True)
    port = client.midi_inports.register("band")
    moments: list[float] = []

    def process(_: int) -> None:
        begin = time.perf_counter() - client.frames_since_cycle_start / RATE
        for offset, data in port.incoming_midi_events():
            if data[0][0] & 0xF0 == NOTE_ON and data[2][0]:
                moments.append(begin + offset / RATE)

    client.set_process_callback(process)
    gc.disable()
    with client:
        end = time.monotonic() + PATIENCE
        while not (found := client.get_ports("Improv Out", is_midi=True, is_output=True)):
            if time.monotonic() > end:
                return
            time.sleep(0.02)
        client.connect(found[0], port)
        print("ready", flush=True)
        sys.stdin.read()
    json.dump(moments, sys.stdout)


if __name__ == "__main__":
    main()
