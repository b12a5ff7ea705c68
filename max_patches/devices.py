"""The two devices for Live: `Improv` on the player's track, `Improv Voice` on any other.

Notes that come in are passed on and told to the engine with their tick; the band's notes come back at their tick, on
the same track or, by an Improv Voice, on another. What a device shows and asks for is laid out in
`max_patches/faces.py`.
"""

from dataclasses import dataclass
from typing import Any, Final

from ableton.packer import EPOCH
from max_patches import faces
from max_patches.controls import Panel
from max_patches.parts.align import align
from max_patches.parts.band import PLAYED, band
from max_patches.parts.capture import SCRIPT, capture
from max_patches.parts.clock import clock
from max_patches.parts.display import OUTLETS, display
from max_patches.parts.link import link
from max_patches.parts.notes import notes
from max_patches.parts.position import position
from max_patches.patcher import Box, Patch, Port
from max_patches.states import ALONE, CONNECTED, ENGINE, PLAYERS

MADE: Final = 1764028800  # 2025-11-25, Unix seconds: when the devices' form was settled; a build reads no clock
AMXD: Final = 1835887981  # `mmmm` as an int: a MIDI effect


@dataclass(frozen=True, slots=True)
class Device:
    """A device: its file's name, its patch, its width in pixels, and the eight parameters of its bank."""

    name: str
    patch: Patch
    width: int
    bank: tuple[str, ...]

    def json(self) -> str:
        """The patcher that the container holds."""
        return self.patch.json(**_project(self))


def devices() -> tuple[Device, Device]:
    """Both."""
    return improv(), improv_voice()


def improv() -> Device:
    """The player's own device."""
    patch = Patch()
    patch.note("Improv: made by `python -m max_patches.build` from max_patches/devices.py; change it there.")
    face = faces.Improv(Panel(patch))
    core = _core(patch, "player", face)
    stamp, host = patch.sub("notes", notes("---")), patch.sub("position", position("---"))
    patch.chain(patch.new("midiin"), stamp)
    patch.wire(core.clock, stamp[1])
    patch.wire(face.mute, stamp[2])
    patch.wire(stamp[0], core.out)
    patch.wire(stamp[1], core.clock)
    patch.wire(stamp[2], core.link)
    patch.chain(core.begin[1], patch.new("t 1"), host)
    patch.wire(core.clock, host[1])
    patch.wire(core.link[7], host[2])
    patch.wire(host[0], core.clock)
    patch.wire(host[1], core.link)
    patch.chain(host[2], patch.new("sel 0"), core.band[6])
    patch.wire(core.clock, core.band[3])
    patch.wire(core.clock, core.display[4])
    slot, seat = patch.new("t i i i i i i"), patch.new(f"pack 1 {ENGINE + 1}")
    patch.chain(face.slot, slot)
    patch.wire(slot[5], stamp[3])
    patch.wire(slot[4], host[3])
    tied = _wishes(patch, core, (slot[3], slot[2]))
    patch.chain(slot[1], patch.new(f"expr $i1 + {ENGINE}"), seat[1])
    patch.chain(slot[0], seat, core.link[1])
    state, ready = patch.new("t i i i"), patch.new(f"expr ($i1 == {CONNECTED}) && $i2")
    patch.wire(core.link[8], state)
    patch.wire(state[2], ready)
    patch.wire(state[1], core.display)
    _ready(patch, core, ready)
    patch.wire(state[0], tied)
    return Device("Improv", patch, faces.Improv.WIDTH, faces.Improv.BANK)


def improv_voice() -> Device:
    """One voice of a player's band, on another track."""
    patch = Patch()
    patch.note("Improv Voice: made by `python -m max_patches.build` from max_patches/devices.py; change it there.")
    face = faces.Voice(Panel(patch))
    core = _core(patch, "listener", face)
    patch.chain(patch.new("midiin"), core.out)
    near = patch.sub("align", align("---"))
    patch.wire(core.clock, near)
    patch.wire(near[1], core.clock)
    patch.wire(near, core.band[3])
    patch.wire(near, core.display[4])
    player, slot, seat = patch.new("t i i"), patch.new("t b i"), patch.new(f"pack 1 {ENGINE + PLAYERS + 1}")
    patch.chain(face.player, player)
    patch.wire(player[1], near[1])
    patch.wire(player[0], seat)
    patch.chain(face.slot, slot)
    patch.chain(slot[1], patch.new(f"expr $i1 + {ENGINE + PLAYERS}"), seat[1])
    patch.chain(slot[0], seat, core.link[1])
    ready = patch.new(f"expr ($i1 == {CONNECTED}) && $i2 && $i3")
    shown = patch.new(f"expr $i1 + {ALONE - CONNECTED} * (($i1 == {CONNECTED}) && ($i2 == 0))")
    state, here = patch.new("t i i"), patch.new("t b b i")
    patch.wire(core.link[8], state)
    patch.wire(state[1], ready)
    patch.wire(state[0], shown)
    patch.wire(near[2], here)
    patch.wire(here[2], ready[2])
    patch.wire(here[2], shown[1])
    patch.wire(here[1], ready)
    patch.wire(here[0], shown)
    patch.wire(shown, core.display)
    _ready(patch, core, ready)
    return Device("Improv Voice", patch, faces.Voice.WIDTH, faces.Voice.BANK)


@dataclass(frozen=True, slots=True)
class Core:
    """The parts that both devices are made of."""

    clock: Box
    link: Box
    band: Box
    display: Box
    out: Box  # midiout
    begin: Box  # three bangs once the device is there; the third is taken
    enabled: Box  # live.thisdevice


def _core(patch: Patch, role: str, face: faces.Tie) -> Core:
    """Clock, tie, band, display, and clip capture, wired to each other and to the face."""
    core = Core(
        patch.sub("clock", clock("---")), patch.sub("engine", link("---", role)), patch.sub("band", band("---")),
        patch.sub("display", display("---")), patch.new("midiout"), patch.new("t b b b"), patch.new("live.thisdevice"),
    )  # fmt: skip
    shape, keep = patch.new("midiformat"), patch.sub("capture", capture("---"))
    for number in range(len(PLAYED)):
        patch.wire(core.band[number], shape)
    patch.chain(shape, core.out)
    ask, log = core.band[len(PLAYED)], core.band[len(PLAYED) + 1]
    patch.wire(ask, core.clock)
    patch.wire(log, keep)
    for source, target in ((0, core.band[0]), (1, core.band[1]), (5, core.band[2]), (2, core.display[2]),
                           (3, core.display[1]), (6, core.display[3])):  # fmt: skip
        patch.wire(core.link[source], target)
    patch.wire(core.enabled, core.begin)
    patch.chain(core.begin[2], patch.message("outputvalue"), patch.new(f"s {face.sync}"))
    patch.wire(core.begin[0], core.link[2])
    here = patch.new("t i b")
    patch.chain(face.here, here)
    patch.wire(here[1], core.band[6])
    patch.wire(here[0], core.band[4])
    patch.wire(core.clock, keep[1])
    patch.wire(face.bars, keep[2])
    patch.wire(face.keep, keep[3])
    patch.wire(keep, face.trouble)
    for name, box in zip(OUTLETS, (face.light, face.tie, face.band, face.now, face.next, face.trouble), strict=True):
        patch.wire(core.display[OUTLETS.index(name)], box)
    return core


def _ready(patch: Patch, core: Core, ready: Box) -> None:
    """The band plays while the device is on and connected; when it is not, nothing goes on sounding."""
    on, change, both = patch.new("t b i"), patch.new("change"), patch.new("t i i")
    patch.wire(patch.new("loadmess 1"), ready[1])
    patch.wire(core.enabled[1], on)
    patch.wire(on[1], ready[1])
    patch.wire(on[0], ready)
    patch.chain(ready, change, both)
    patch.wire(both[1], core.band[5])
    patch.chain(both[0], patch.new("sel 0"), core.band[6])


def _wishes(patch: Patch, core: Core, slots: tuple[Port, Port]) -> Box:
    """What is asked of the engine goes out under the player's number; all of it again once we are connected, and when
    the engine is another while we are. Gives the box that takes the state of the tie.
    """
    for slot, address in zip(slots, ("set", "do"), strict=True):
        say = patch.new(f"prepend /improv/{address} 1")
        patch.chain(slot, patch.message(f"set /improv/{address} $1"), say)
        patch.chain(patch.new(f"r {patch.shared(address)}"), say, core.link)
    tied, both, connected = patch.new(f"expr $i1 == {CONNECTED}"), patch.new("t i i"), patch.new("gate")
    value = patch.message("outputvalue")
    patch.chain(tied, both)
    patch.wire(both[1], connected)
    patch.chain(both[0], patch.new("sel 1"), value)
    patch.wire(core.band[len(PLAYED) + 2], connected[1])
    patch.chain(connected, value, patch.new(f"s {patch.shared('sync')}"))
    return tied


def _project(device: Device) -> dict[str, Any]:
    """What makes a patcher a device."""
    wide = float(device.width)
    names = [(box.id, value) for box, value in device.patch.parameters()]
    registry: dict[str, Any] = {
        name: [value["parameter_longname"], value["parameter_shortname"], 0] for name, value in names
    }
    registry["parameterbanks"] = {"0": {"index": 0, "name": "", "parameters": list(device.bank)}}
    registry["inherited_shortname"] = 1
    file = {"name": SCRIPT, "bootpath": ".", "patcherrelativepath": ".", "type": "TEXT", "implicit": 1}
    return {
        "openinpresentation": 1, "devicewidth": wide, "openrect": [0.0, 0.0, wide, float(faces.HEIGHT)],
        "default_fontsize": 10.0, "parameters": registry, "dependency_cache": [file], "latency": 0,
        "is_mpe": 0, "minimum_live_version": "", "minimum_max_version": "", "platform_compatibility": 0,
        "project": {
            "version": 1, "creationdate": MADE + EPOCH, "modificationdate": MADE + EPOCH,
            "viewrect": [0.0, 0.0, 300.0, 500.0], "autoorganize": 1, "hideprojectwindow": 1, "showdependencies": 1,
            "autolocalize": 0,
            "contents": {"patchers": {}, "code": {SCRIPT: {"kind": "javascript", "local": 1}}}, "layout": {},
            "searchpath": {}, "detailsvisible": 0, "amxdtype": AMXD, "readonly": 0, "devpathtype": 0, "devpath": ".",
            "sortmode": 0, "viewmode": 0, "includepackages": 0,
        },
        "autosave": 0,
    }  # fmt: skip
