"""From a process's start to its first welcome, and what it weighs after playing; beside it a bare interpreter."""

import socket
from contextlib import suppress
from dataclasses import asdict
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from bridge.engine.measures import Measure
from bridge.io.bench_hosts import HERE, LARGEST, hosts
from bridge.io.bench_process import WITNESS, bare, complaint, cost, echoer, engine
from bridge.io.bench_result import SPREAD, Result, spread
from bridge.io.child import Child
from bridge.io.wire import encode_event
from bridge.music.errors import PortError
from bridge.music.events import VERSION, Hello
from bridge.music.timeline import Meter

GOAL: Final = 1500.0  # milliseconds to the first welcome
HEAVY: Final = 150.0  # MB resident
WORKSHOP: Final = ("tensorflow", "keras", "torch", "matplotlib")  # packages that playing has to do without
PATIENCE: Final = 30.0  # seconds
KNOCK: Final = 0.005  # seconds between hellos


def startup(model: str | None = None, times: int = 10, seconds: float = 60.0) -> Result:
    """Start an engine that often, then let one play for two players and look at it; raises PortError."""
    welcome, interpreter = Measure(), Measure()
    for _ in range(times):
        interpreter.add(bare())
        welcome.add(first_welcome(model))
    with echoer() as echo, engine(model, "-c", WITNESS) as running, hosts(2, running.port, echo.port) as band:
        band.join()
        fresh = cost(running.pid).memory
        band.play(120.0, seconds, Meter())
        memory = cost(running.pid).memory
    imported = {str(name).partition(".")[0] for name in running.find("modules")["names"]}
    strangers = sorted(imported & set(WORKSHOP))
    measured = spread(welcome)
    missed = [f"first welcome after {measured.max:.0f} ms, not under {GOAL:g}"] if measured.max >= GOAL else []
    missed += [f"{memory:.0f} MB resident, not under {HEAVY:g}"] if memory is not None and memory >= HEAVY else []
    missed += [f"imported {', '.join(strangers)}"] if strangers else []
    weight = (
        "memory: only Linux tells"
        if memory is None or fresh is None
        else f"{fresh:.1f} MB resident when joined, {memory:.1f} MB"
    )
    return Result(
        "startup", f"improv serve with {running.mind}, {times} starts", ("milliseconds", *SPREAD),
        (("process start to first welcome", *measured.cells(0)),
         ("floor: python -c pass", *spread(interpreter).cells(0))),
        {"mind": running.mind, "welcome_ms": asdict(measured), "bare_ms": asdict(spread(interpreter)),
         "memory_mb": memory and round(memory, 1), "imported": len(imported), "strangers": strangers},
        (f"{weight} after {seconds:g} s of playing for two; of {', '.join(WORKSHOP)} imported: "
         f"{', '.join(strangers) or 'none'}.",), tuple(missed),
    )  # fmt: skip


def first_welcome(model: str | None) -> float:
    """Milliseconds from starting an engine to its welcome, knocking all the while; raises PortError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    words = ["-m", "bridge", "serve", "--port", str(port), "--quiet", "--config", "none"]
    words += ["--model", model] if model else []
    with TemporaryDirectory() as logs, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((HERE, 0))
        udp.settimeout(KNOCK)
        hello = encode_event(Hello(VERSION, 1, "player", udp.getsockname()[1]))
        began = perf_counter()
        with Child(*words, "--record", logs) as child:
            while perf_counter() < began + PATIENCE:
                with suppress(OSError):  # nobody listens there yet
                    udp.sendto(hello, (HERE, port))
                    if udp.recv(LARGEST).startswith(b"/improv/welcome"):
                        return (perf_counter() - began) * 1000
            raise PortError(
                complaint(child) or f"the engine did not answer within {PATIENCE:g} seconds: run improv doctor"
            )
