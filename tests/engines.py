"""An engine's double in a process of its own, for the demo: `python tests/engines.py WAY --port 0 ...`.

WAY: `late` sends a cue after its tick, `mute` answers but never plays, `broken` ends at once, `dying` ends while
it plays.
"""

import json
import signal
import socket
import sys
from types import FrameType

from bridge.io.wire import decode, encode
from bridge.music.events import Cue, Hello, Position, Welcome


class Ended(Exception):
    pass


def end(_number: int, _frame: FrameType | None) -> None:
    raise Ended


def serve(way: str, port: socket.socket) -> None:
    peer = ("", 0)
    positions = 0
    while True:
        data, (host, _) = port.recvfrom(2048)
        for event in decode(data, host):
            if isinstance(event, Hello):
                peer = (host, event.port)
                port.sendto(encode(Welcome(1, event.player, 1)), peer)
            elif isinstance(event, Position) and event.playing:
                positions += 1
                if way == "dying" and positions == 10:
                    sys.exit("improv: out of memory: close something")
                if way == "late" and positions == 20:
                    port.sendto(encode(Cue("bass", max(event.tick - 480, 0), 480, 36, 80, 1)), peer)


def main(way: str) -> None:
    if way == "broken":
        sys.exit("improv: the model is gone: install it again")
    signal.signal(signal.SIGTERM, end)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        print(json.dumps({"event": "ready", "port": port.getsockname()[1]}), flush=True)
        try:
            serve(way, port)
        except Ended:
            sums = {"late": 0, "step_ms": {"p50": 0.1, "p99": 0.2}}
            print(json.dumps({"event": "summary"} | sums), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
