"""MIDI ports through RtMidi: which of the machine's MIDI systems, virtual ports or existing ones by name.

Linux has ALSA's sequencer or JACK, macOS CoreMIDI, Windows its multimedia MIDI, which cannot make virtual ports.
RtMidi's JACK output waits for ever, holding the interpreter, once a server that died leaves 16 kB unsent; a
`JackWatch` therefore tells when the server goes.
"""

import ctypes
import ctypes.util
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import rtmidi

from bridge.music.errors import PortError

CLIENT: Final = "Improv"
VARIABLE: Final = "IMPROV_MIDI_API"  # environment: alsa, jack, coremidi or windows, where no argument says so
APIS: Final = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "coremidi": rtmidi.API_MACOSX_CORE,
    "windows": rtmidi.API_WINDOWS_MM,
}
SEQUENCER: Final = "/dev/snd/seq"  # ALSA's
ADVICE: Final = {
    "linux": "no MIDI system answers; load ALSA's sequencer (sudo modprobe snd-seq) or start JACK, then try again",
    "darwin": "CoreMIDI does not answer; open Audio MIDI Setup once, then try again",
    "win32": "Windows MIDI does not answer; see that a MIDI driver is installed (loopMIDI makes one)",
}


def choices(forced: str | None) -> list[str]:
    """The MIDI systems to try, best first, or only the `forced` one. Raises PortError for an unknown one."""
    if forced:
        if forced.lower() not in APIS:
            raise PortError(f"no MIDI system is called {forced!r}; there are {', '.join(APIS)}")
        return [forced.lower()]
    compiled = rtmidi.get_compiled_api()
    found = [name for name, number in APIS.items() if number in compiled]
    if "alsa" in found and not os.path.exists(SEQUENCER):
        found.remove("alsa")  # asking would print libasound's complaint on the terminal
    return found


def system(api: str | None = None) -> str:
    """The first MIDI system that answers, or only `api`, or what the environment says. Raises PortError for none."""
    forced = api or os.environ.get(VARIABLE)
    for name in choices(forced):
        with suppress(Exception):  # RtMidi raises several kinds, all meaning: not here
            rtmidi.MidiIn(rtapi=APIS[name], name=CLIENT).delete()
            return name
    if forced:
        raise PortError(f"the MIDI system {forced!r} does not answer; start it, or let the engine choose another")
    raise PortError(ADVICE.get(sys.platform, ADVICE["linux"]))


def client_name(system: str, port: str) -> str:
    """What the owner of `port` is called; JACK would number two of one name in the order of their opening."""
    return port if system == "jack" else CLIENT


def find(names: Sequence[str], wanted: str, direction: str) -> int:
    """The index of the port whose name has `wanted` in it, in any case; an equal name wins. Raises PortError."""
    folded = [name.casefold() for name in names]
    for fits in (lambda name: name == wanted.casefold(), lambda name: wanted.casefold() in name):
        for index, name in enumerate(folded):
            if fits(name):
                return index
    there = ", ".join(repr(name) for name in names) or "none"
    raise PortError(f"no MIDI {direction} has {wanted!r} in its name; there are: {there}")


def open_port(port: Any, name: str, wanted: str | None, direction: str) -> None:
    """Open RtMidi's `port`: the existing one that `wanted` names, else a virtual `name`. Raises PortError."""
    if wanted is None and sys.platform == "win32":
        raise PortError(f"Windows has no virtual MIDI ports; name an existing {direction} (loopMIDI makes one)")
    index = None if wanted is None else find(port.get_ports(), wanted, direction)
    try:
        if index is None:
            port.open_virtual_port(name)
        else:
            port.open_port(index, name)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise PortError(f"cannot open the MIDI {direction} {wanted or name!r}: {reason}; is it in use?") from error


def port_names(api: str | None = None) -> tuple[list[str], list[str]]:
    """The machine's MIDI inputs and outputs, as `--midi-in` and `--midi-out` take them. Raises PortError."""
    number = APIS[system(api)]
    found: list[list[str]] = []
    for make in (rtmidi.MidiIn, rtmidi.MidiOut):
        port = make(rtapi=number, name=CLIENT)
        found.append(port.get_ports())
        port.delete()
    return found[0], found[1]


class JackWatch:
    """A JACK client without ports that learns when the server goes; `gone` is set then, from JACK's own thread."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        self._library: Any = None
        self._client: int | None = None
        self._callback: Any = None

    def __enter__(self) -> Self:
        path = ctypes.util.find_library("jack")
        if path is None:
            return self  # RtMidi brought a libjack of its own; without ours nobody watches, and nothing else changes
        self._library = library = ctypes.CDLL(path)
        library.jack_client_open.restype = ctypes.c_void_p
        no_start = 1  # JackNoStartServer
        client = library.jack_client_open(b"improv-watch", no_start, None)
        if client:
            self._client = client
            self._callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: self.gone.set())
            library.jack_on_shutdown(ctypes.c_void_p(client), self._callback, None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._library.jack_client_close(ctypes.c_void_p(self._client))
            self._client = None
