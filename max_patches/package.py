"""The package for Max without Live: `improv.client`, `improv.voice`, `improv.clock`, their help, and a patch that
plays.

The abstractions are made of the same parts as the devices; Max's global transport takes the place of Live's.
"""

import json
from collections.abc import Callable
from typing import Final

from bridge import __version__
from bridge.engine.parameters import VOICES
from max_patches.parts.align import align
from max_patches.parts.band import PLAYED, band
from max_patches.parts.clock import clock
from max_patches.parts.link import link
from max_patches.parts.notes import SPREAD
from max_patches.parts.position import position
from max_patches.patcher import Box, Patch
from max_patches.states import ALONE, CONNECTED, ENGINE, PLAYERS, STATES

LOCAL: Final = "#0-"
NAME: Final = "improv"  # of the package's folder


def improv_clock() -> Patch:
    """Where Max's transport is, with a tick that never goes back."""
    return clock(LOCAL)


def improv_client() -> Patch:
    """A player: notes and wishes in, the band's notes out at their tick."""
    patch = Patch(LOCAL)
    patch.note("improv.client [player]: a player of Improv Bridge. Made by `python -m max_patches.build`.")
    pair, wish = patch.inlet("pitch, velocity"), patch.inlet("set NAME VALUE, get NAME, do ACTION")
    core = _core(patch, "player", ENGINE)
    where, tie, host = core.clock, core.link, patch.sub("position", position(LOCAL))
    patch.chain(core.begin[1], patch.new("t 1"), host)
    patch.wire(where, host[1])
    patch.wire(tie[7], host[2])
    patch.wire(core.player[3], host[3])
    patch.wire(host[0], where)
    patch.wire(host[1], tie)
    patch.chain(host[2], patch.new("sel 0"), core.band[6])
    patch.wire(where, core.band[3])
    _strike(patch, pair, core)
    _ask(patch, wish, core)
    state, ready = patch.new("t i i"), patch.new(f"expr $i1 == {CONNECTED}")
    patch.wire(tie[8], state)
    patch.chain(state[1], ready)
    _ready(patch, ready, core)
    patch.wire(state[0], core.shown)
    return patch


def improv_voice() -> Patch:
    """A voice of a player's band, elsewhere."""
    patch = Patch(LOCAL)
    patch.note("improv.voice [player] [slot]: the voices of a player's band. Made by `python -m max_patches.build`.")
    core = _core(patch, "listener", ENGINE + PLAYERS)
    near = patch.sub("align", align(LOCAL))
    patch.wire(core.clock, near)
    patch.wire(near[1], core.clock)
    patch.wire(near, core.band[3])
    patch.wire(core.player[3], near[1])
    ready, here = patch.new(f"expr ($i1 == {CONNECTED}) && $i2"), patch.new("t b b i")
    shown = patch.new(f"expr $i1 + {ALONE - CONNECTED} * (($i1 == {CONNECTED}) && ($i2 == 0))")
    state = patch.new("t i i")
    patch.wire(core.link[8], state)
    patch.wire(state[1], ready)
    patch.wire(state[0], shown)
    patch.wire(near[2], here)
    patch.wire(here[2], ready[1])
    patch.wire(here[2], shown[1])
    patch.wire(here[1], ready)
    patch.wire(here[0], shown)
    _ready(patch, ready, core)
    patch.wire(shown, core.shown)
    return patch


class _Core:
    """What client and voice share: arguments, clock, tie, band, and the outlets."""

    def __init__(self, patch: Patch, role: str, base: int) -> None:
        self.clock, self.link = patch.sub("clock", clock(LOCAL)), patch.sub("engine", link(LOCAL, role))
        self.band, self.begin = patch.sub("band", band(LOCAL)), patch.new("t b b b")
        self.player, self.seat = patch.new("t i i i i"), patch.new(f"pack 1 {base + 1}")
        outs = [patch.outlet(f"{name}: pitch, velocity") for name in PLAYED]
        self.said, self.shown = patch.outlet("what the engine says"), patch.outlet("state: " + _states())
        for number, out in enumerate(outs):
            patch.wire(self.band[number], out)
        patch.wire(self.band[len(PLAYED)], self.clock)
        for source, target in ((0, 0), (1, 1), (5, 2)):
            patch.wire(self.link[source], self.band[target])
        for outlet, name in ((2, "chord"), (3, "state"), (6, "error")):
            patch.chain(self.link[outlet], patch.new(f"prepend {name}"), self.said)
        patch.wire(self.link[4], self.said)


def _states() -> str:
    return ", ".join(f"{number} {text}" for number, text in STATES.items())


def _core(patch: Patch, role: str, base: int) -> _Core:
    core = _Core(patch, role, base)
    arguments, numbers = patch.new("patcherargs 1 1"), patch.new("unpack 1 1")
    patch.chain(patch.new("loadbang"), core.begin)
    patch.wire(core.begin[0], core.link[2])
    patch.chain(arguments, numbers)
    own = numbers[1] if role == "listener" else core.player[1]
    patch.chain(own, patch.new(f"expr $i1 + {base}"), core.seat[1])
    patch.wire(numbers[0], core.player)
    patch.chain(core.player[0], core.seat, core.link[1])
    return core


def _ready(patch: Patch, ready: Box, core: _Core) -> None:
    change, both = patch.new("change"), patch.new("t i i")
    patch.chain(ready, change, both)
    patch.wire(both[1], core.band[5])
    patch.chain(both[0], patch.new("sel 0"), core.band[6])


def _strike(patch: Patch, pair: Box, core: _Core) -> None:
    """A pair of pitch and velocity, stamped."""
    order, split, tick = patch.new(SPREAD), patch.new("unpack 0 0"), patch.new("unpack 0")
    pack, who = patch.new("pack 1 0 0 0"), patch.new("i 1")
    patch.chain(pair, order)
    patch.wire(order[2], core.clock)
    patch.chain(core.clock, tick, pack[1])
    patch.wire(order[1], split)
    patch.wire(split[1], pack[3])
    patch.wire(split[0], pack[2])
    patch.wire(core.player[2], who[1])
    patch.chain(order[0], who, pack, patch.new("prepend /improv/note_on"), core.link)


def _ask(patch: Patch, wish: Box, core: _Core) -> None:
    """`set`, `get` and `do` go out under the player's number."""
    route, number = patch.new("route set get do"), patch.new("t i i i")
    patch.chain(wish, route)
    patch.wire(core.player[2], number)
    for place, name in enumerate(("set", "get", "do")):
        say = patch.new(f"prepend /improv/{name} 1")
        patch.chain(number[place], patch.message(f"set /improv/{name} $1"), say)
        patch.chain(route[place], say, core.link)


# -- help and example --------------------------------------------------------------------------------------------


def _play(patch: Patch, client: Box) -> None:
    """What the band plays, to the system's synthesizer."""
    for number, _ in enumerate(VOICES):
        two, out = patch.new("unpack 0 0"), patch.new("noteout")
        patch.wire(client[number], two)
        patch.wire(two[1], out[1])
        patch.wire(two[0], out)


def help_client() -> Patch:
    """Help of improv.client."""
    patch = Patch(LOCAL)
    for line in (
        "improv.client: a player of Improv Bridge. Start the engine first: improv serve",
        "Argument: the player, 1 to 16. Left inlet: pitch and velocity. Right: set NAME VALUE, get NAME, do ACTION.",
        "Outlets: chords, bass, response, metronome, each as pitch and velocity at their tick; what the engine says; "
        "the state, " + _states(),
    ):
        patch.note(line)
    client = patch.abstraction("improv.client 1", improv_client())
    pair, into = patch.new("pack 60 100"), patch.new("notein")
    patch.wire(into[1], pair[1])
    patch.chain(into, pair, client)
    for text in ("set temperature 0.8", "set mode respond", "get *", "do panic"):
        patch.wire(patch.message(text), client[1])
    run = patch.ui("toggle")
    patch.note("Start the transport, and play a bar on a MIDI keyboard.")
    patch.chain(run, patch.new("transport"))
    _play(patch, client)
    said = patch.new("prepend set")
    patch.wire(client[len(PLAYED)], said)
    patch.wire(said, patch.message(""))
    patch.wire(client[len(PLAYED) + 1], patch.ui("number"))
    return patch


def help_voice() -> Patch:
    """Help of improv.voice."""
    patch = Patch(LOCAL)
    for line in (
        "improv.voice: the voices of a player's band, in another patch. That player's improv.client has to be open.",
        "Arguments: the player, 1 to 16, and a slot of its own, 1 to 32. Outlets as of improv.client.",
    ):
        patch.note(line)
    voice = patch.abstraction("improv.voice 1 1", improv_voice())
    _play(patch, voice)
    patch.wire(voice[len(PLAYED) + 1], patch.ui("number"))
    return patch


def help_clock() -> Patch:
    """Help of improv.clock."""
    patch = Patch(LOCAL)
    patch.note("improv.clock: where the transport is. A bang asks for tick, song, tempo, playing, meter (2).")
    patch.note("The song position jumps where the transport is moved; the tick goes on. Both count 480 a quarter note.")
    clock_, run = patch.abstraction("improv.clock", improv_clock()), patch.ui("toggle")
    patch.chain(run, patch.new("transport"))
    patch.chain(patch.ui("toggle"), patch.new("metro 100"), clock_)
    patch.chain(clock_, patch.new("prepend set"), patch.message(""))
    return patch


TUNE: Final = (60, 64, 67, 72, 71, 67, 65, 62)  # a bar of eighths that says its harmony
EIGHTH: Final = 240  # ticks


def example() -> Patch:
    """A patch that plays a bar of eighths to the band, over and over, and what the band answers."""
    patch = Patch(LOCAL)
    for line in (
        "Start the engine: improv serve. Then switch the transport on: a bar of eighths is played to the band, and you",
        "hear it and what the band plays under it, by the system's synthesizer. The number is the state of the tie.",
    ):
        patch.note(line)
    client, run = patch.abstraction("improv.client 1", improv_client()), patch.ui("toggle")
    both, transport = patch.new("t i i"), patch.new("transport")
    patch.chain(run, both)
    patch.wire(both[1], transport)
    where, ask = patch.abstraction("improv.clock", improv_clock()), patch.new("metro 10")
    patch.wire(both[0], ask)
    patch.chain(ask, where)
    tick, change = patch.new("unpack 0 0 0. 0"), patch.new("change")
    eighth = patch.new(f"expr $i1 / {EIGHTH} % {len(TUNE)} + 1")
    patch.chain(where, tick)
    patch.wire(tick[1], eighth)
    patch.chain(eighth, change)
    which = patch.new("sel " + " ".join(map(str, range(1, 1 + len(TUNE)))))
    make, pair, heard = patch.new("makenote 90 220"), patch.new("pack 0 0"), patch.new("t l l")
    patch.wire(change, which)
    for place, pitch in enumerate(TUNE):
        patch.chain(which[place], patch.message(str(pitch)), make)
    patch.wire(make[1], pair[1])
    patch.chain(make, pair, heard)
    patch.wire(heard[1], client)
    two, out = patch.new("unpack 0 0"), patch.new("noteout")
    patch.wire(heard[0], two)
    patch.wire(two[1], out[1])
    patch.wire(two[0], out)
    _play(patch, client)
    patch.wire(client[len(PLAYED) + 1], patch.ui("number"))
    return patch


PATCHES: Final[dict[str, Callable[[], Patch]]] = {
    "patchers/improv.client.maxpat": improv_client,
    "patchers/improv.voice.maxpat": improv_voice,
    "patchers/improv.clock.maxpat": improv_clock,
    "help/improv.client.maxhelp": help_client,
    "help/improv.voice.maxhelp": help_voice,
    "help/improv.clock.maxhelp": help_clock,
    "examples/improv_plays.maxpat": example,
}  # by their place in the package


def package() -> dict[str, str]:
    """The package's files: place -> text."""
    about = {
        "name": NAME, "displayname": "Improv", "version": __version__, "author": "Improv Bridge",
        "description": "A band that listens: plays under you, answers you. Needs the engine: improv serve.",
        "tags": ["improvisation", "accompaniment", "osc"], "max_version_min": "8.1", "max_version_max": "none",
        "os": {"macintosh": {"platform": ["x64", "aarch64"], "min_version": "none"},
               "windows": {"platform": ["x64"], "min_version": "none"}},
    }  # fmt: skip
    files = {place: make().json() for place, make in PATCHES.items()}
    return {"package-info.json": json.dumps(about, indent="\t") + "\n"} | files
