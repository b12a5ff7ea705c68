"""`improv doctor` and `improv ports`: what is there, what is missing, and what to do about it on this system.

Every check answers for itself and may fail without hurting the others; what raises is the finding.
"""

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Final

from bridge import __version__
from bridge.generators import shelf
from bridge.generators.card import card_of, content_of
from bridge.io import config, minds
from bridge.music.errors import BridgeError
from bridge.quiet import hushed

PACKAGES: Final = ("ai-edge-litert", "mido", "numpy", "python-rtmidi", "rich")
STEPS: Final = 50  # of the model, timed
VIRTUAL: Final = {
    "win32": "not on Windows: make a loopback port (loopMIDI, or Windows MIDI Services' loopback) and name it with "
    "--midi-in and --midi-out",
    "linux": "load ALSA's sequencer (sudo modprobe snd-seq) or start JACK",
    "darwin": "open Audio MIDI Setup once, then try again",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `essential` is what the engine cannot do without."""

    name: str
    ok: bool
    text: str
    essential: bool = False


def examination(port: int, *, as_json: bool) -> int:
    """Examine this machine; 1 if something essential is missing. `port` is the UDP port to look at."""
    checks = [*examine(port)]
    fine = all(check.ok for check in checks if check.essential)
    if as_json:
        _object({"ok": fine, "version": __version__, "checks": [asdict(check) for check in checks]})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            word = "ok" if check.ok else "missing" if check.essential else "note"
            print(f"{check.name:{width}}  {word:7}  {check.text}")
        print("ready to play" if fine else "not ready: see what is missing above")
    return 0 if fine else 1


def ports(*, as_json: bool) -> int:
    """List the MIDI ports by name. Raises PortError where no MIDI system answers."""
    from bridge.io.midi_ports import port_names

    with hushed():
        inputs, outputs = port_names()
    if as_json:
        _object({"inputs": inputs, "outputs": outputs})
        return 0
    for title, option, found in (("inputs", "--midi-in", inputs), ("outputs", "--midi-out", outputs)):
        print(f"MIDI {title} ({option}):")
        for name in found or [f"none; {_no_ports()}"]:
            print(f"  {name}")
    return 0


def examine(port: int) -> Iterator[Check]:
    """Every finding, in the order in which a beginner needs them."""
    yield _python()
    for package in PACKAGES:
        yield _package(package)
    yield _guarded("runtime", _runtime)
    yield _guarded("model", _model)
    yield from _sets()
    yield _guarded("improv.toml", _config)
    yield _guarded("MIDI", _midi, essential=False)
    yield _virtual()
    yield _link()
    yield _udp(port)
    yield _terminal()


def _guarded(name: str, check: Callable[[], str], *, essential: bool = True) -> Check:
    try:
        return Check(name, True, check(), essential)
    except BridgeError as error:
        return Check(name, False, str(error), essential)
    except Exception as error:  # whatever is wrong here is what the doctor is asked for
        text = " ".join(str(error).split())
        return Check(name, False, f"{type(error).__name__}: {text}; install improv-bridge again", essential)


def _python() -> Check:
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro} on {sys.platform}"
    if (3, 11) <= sys.version_info[:2] <= (3, 12):
        return Check("Python", True, found, True)
    return Check("Python", False, f"{found}; install Python 3.11 or 3.12, for which all packages exist", True)


def _package(name: str) -> Check:
    try:
        return Check(name, True, version(name), True)
    except PackageNotFoundError:
        return Check(name, False, f"pip install {name}", True)


def _runtime() -> str:
    began = perf_counter()
    from ai_edge_litert.interpreter import Interpreter

    return (
        f"LiteRT's {Interpreter.__name__} loads in {(perf_counter() - began) * 1000:.0f} ms; TensorFlow is not needed"
    )


def _model() -> str:
    folder = shelf.folder(shelf.DEFAULT)
    times = sorted(minds.rehearse(minds.choose(shelf.DEFAULT).mind, STEPS))
    return f"{folder.name} in {folder.parent}: a step takes {times[STEPS // 2]:.2f} ms (median of {STEPS})"


def _config() -> str:
    found = config.read(None)
    if found.path is None:
        return "none, and none is needed; docs/controls.md says what it can do"
    _, notes = found.desk({})
    names = ", ".join(found.presets) or "none"
    return "; ".join([f"{found.path.absolute()}: presets {names}; {len(found.controls)} controls bound", *notes])


def _sets() -> Iterator[Check]:
    """The further weights of the accompanist that genres ask for, and every other model on the shelf."""
    for which in sorted(set(shelf.SETS.values())):
        genres = ", ".join(genre for genre, asked in shelf.SETS.items() if asked == which)
        name = shelf.named(shelf.DEFAULT, which)
        if which in shelf.sets(shelf.DEFAULT):
            yield _guarded(name, partial(_intact, name, f"; for {genres}"), essential=False)
        else:
            yield Check(name, False, f"not there; the default weights play {genres}")
    for name in shelf.names():
        if name.split("-")[0] != shelf.DEFAULT:
            yield _guarded(name, partial(_intact, name), essential=False)


def _intact(name: str, remark: str = "") -> str:
    """Where a model lies and its size, once every file has been compared with its card. Raises ModelError."""
    folder = shelf.folder(name)
    told = card_of(folder)
    files = sorted(folder.glob("*.tflite"))
    for file in files:
        content_of(folder, told, file.name)
    size = sum(file.stat().st_size for file in files)
    return f"{size / 2**20:.2f} MB in {folder}, files as its card describes them{remark}"


def _midi() -> str:
    import rtmidi

    from bridge.io.midi_ports import APIS, port_names, system

    compiled = [name for name, number in APIS.items() if number in rtmidi.get_compiled_api()]
    with hushed():
        answers = system()
        inputs, outputs = port_names(answers)
    return (
        f"{answers} answers (of {', '.join(compiled)}): {len(inputs)} inputs, {len(outputs)} outputs; see improv ports"
    )


def _virtual() -> Check:
    from bridge.io.midi_ports import system

    advice = VIRTUAL.get(sys.platform, VIRTUAL["linux"])
    if sys.platform == "win32":
        return Check("virtual ports", False, advice)
    try:
        with hushed():
            answers = system()
        return Check("virtual ports", True, f"`Improv In` and `Improv Out` can be made ({answers}), a pair a player")
    except (BridgeError, ImportError):
        return Check("virtual ports", False, advice)


def _link() -> Check:
    try:
        return Check("Ableton Link", True, f"aalink {version('aalink')} (GPL-3.0): improv serve --link")
    except PackageNotFoundError:
        return Check("Ableton Link", False, "for improv serve --link: pip install 'improv-bridge[link]' (GPL-3.0)")


def _udp(port: int) -> Check:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind(("127.0.0.1", port))
        except OSError:
            return Check("OSC port", False, f"UDP {port} is taken, perhaps by improv serve; choose another with --port")
    return Check("OSC port", True, f"UDP {port} is free")


def _terminal() -> Check:
    if not sys.stdout.isatty():
        return Check("terminal", True, "none; demo and monitor print plain lines")
    size = shutil.get_terminal_size()
    if os.environ.get("TERM") == "dumb" or size.columns < 80:
        return Check("terminal", False, f"{size.columns} columns; the live view wants 80 and colours")
    return Check("terminal", True, f"{size.columns} columns, {size.lines} lines, {sys.stdout.encoding}")


def _no_ports() -> str:
    if sys.platform == "win32":
        return "loopMIDI makes some"
    return "start an instrument or synthesizer, or let improv serve --midi make its own"


def _object(value: dict[str, object]) -> None:
    print(json.dumps(value), flush=True)
