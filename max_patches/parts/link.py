"""The tie to the engine: hello and keep-alive, who answers, what is wrong.

The state is one number (`max_patches/states.py`): waiting until a welcome comes, connected while heartbeats are
younger than three seconds, else lost; slot in use or wrong version where the engine says so. A copy that hears
another one claim its port, and is not connected itself, says nothing more until that claim is old.
"""

from bridge.music.events import ERRORS, VERSION
from max_patches.patcher import Box, Patch
from max_patches.states import CLAIM, CONNECTED, ENGINE, IN_USE, KEEP_ALIVE, LOST, PATIENCE, SEATS, WAITING
from max_patches.states import VERSION as OTHER

BAND = ("cue", "silence")
SHOWN = ("chord", "state")
REST = ("value", "plan")
TIED = ("unknown_player", "player_in_use", "bad_version")  # errors that tell of the tie


class Link:
    """The boxes that more than one part of the tie needs, in the patch that holds them."""

    def __init__(self, patch: Patch, role: str) -> None:
        self.patch = patch
        self.open, self.state, self.watch = patch.new("gate 1 1"), patch.new("change"), patch.new(f"delay {PATIENCE}")
        self.hello, self.bye = patch.new("zl reg"), patch.new("zl reg")
        self.connected, self.port, self.bind = patch.new("gate"), patch.new("i"), patch.message("port $1")
        self.claimed = patch.new(f"expr ($i1 == $i2) && ($i3 != {CONNECTED})")
        self.hold = patch.new(f"delay {CLAIM}")
        self.mine, self.claim = patch.new("gate"), patch.new("i")
        self.speak = patch.new("gate")  # who has no seat says nothing: a word would keep another one's seat
        patch.chain(self.open, patch.new(f"udpsend 127.0.0.1 {ENGINE}"))
        patch.chain(self.hello, patch.message(f"/improv/hello {VERSION} $1 {role} $2"), self.open[1])
        patch.chain(self.bye, patch.message("/improv/bye $1 $2"), self.open[1])
        patch.chain(patch.new("freebang"), self.bye)
        patch.chain(self.connected, self.bye)
        patch.chain(self.port, self.bind)


def link(local: str, role: str) -> Patch:
    """Inlets: OSC, (player, port), bang: begin. Outlets: cue, silence, chord, state, rest, generation, trouble, again,
    state of the tie.
    """
    patch = Patch(local)
    osc, seat, begin = patch.inlet("to the engine"), patch.inlet("player and port"), patch.inlet("bang: begin")
    tie = Link(patch, role)
    patch.wire(osc, tie.speak[1])
    patch.wire(tie.speak, tie.open[1])
    outs = {name: patch.outlet(name) for name in (*BAND, *SHOWN, "rest", "generation", "trouble")}
    again, shown = patch.outlet("bang: say where you are"), patch.outlet("state of the tie")
    _keep_alive(tie, begin, again)
    _sit(tie, seat)
    _listen(tie, outs)
    _states(tie, shown, again)
    _claims(tie)
    return patch


def _keep_alive(tie: Link, begin: Box, again: Box) -> None:
    patch = tie.patch
    order, metro = patch.new("t b b b"), patch.new(f"metro {KEEP_ALIVE}")
    patch.chain(begin, patch.new("t 1"), metro, order)
    patch.wire(order[2], tie.hello)
    patch.wire(order[1], again)
    patch.chain(order[0], tie.mine[1])
    patch.chain(tie.mine, tie.claim, patch.new(f"s {SEATS}"))


def _sit(tie: Link, seat: Box) -> None:
    """Another seat: leave the old one, let go of a claim that held us, bind the new port, and say hello."""
    patch = tie.patch
    new, order = patch.new("zl change"), patch.new("t b l l b b")
    patch.chain(seat, new, order)
    patch.wire(order[4], tie.connected[1])
    free = patch.new("t 1 b")
    patch.wire(order[3], free)
    patch.chain(free[1], patch.message("stop"), tie.hold)
    patch.wire(free[0], tie.open[0])
    patch.wire(order[2], tie.hello[1])
    patch.wire(order[2], tie.bye[1])
    both, port = patch.new("unpack 0 0"), patch.new("t i i")
    patch.chain(order[1], both)
    patch.chain(both[1], port)
    for cold in (tie.port[1], tie.claimed[1], tie.claim[1]):
        patch.wire(port[1], cold)
    patch.wire(port[0], tie.bind)
    anew = patch.new(f"t b {WAITING}")
    patch.chain(order[0], anew)
    patch.wire(anew[1], tie.state)
    patch.wire(anew[0], tie.hello)


def _listen(tie: Link, outs: dict[str, Box]) -> None:
    patch = tie.patch
    names = (*BAND, *SHOWN, *REST, "welcome", "heartbeat", "error")
    route = patch.new("route " + " ".join(f"/improv/{name}" for name in names))
    patch.chain(tie.bind, patch.new("udpreceive"), route)
    at = {name: route[number] for number, name in enumerate(names)}
    for name in (*BAND, *SHOWN):
        patch.wire(at[name], outs[name])
    for name in REST:
        patch.chain(at[name], patch.new(f"prepend {name}"), outs["rest"])
    welcome, version = patch.new("unpack 0 0 0"), patch.new("t i b")
    patch.chain(at["welcome"], welcome)
    patch.wire(welcome[2], outs["generation"])
    patch.chain(welcome[0], version)
    patch.wire(version[1], tie.watch)
    right = patch.new(f"expr {OTHER} - {OTHER - CONNECTED} * ($i1 == {VERSION})")
    patch.chain(version[0], right, tie.state)
    beat = patch.new("t i b")
    patch.chain(at["heartbeat"], beat)
    patch.wire(beat[1], tie.watch)
    patch.wire(beat[0], outs["generation"])
    code, kind = patch.new("unpack 0"), patch.new("t i i")
    which = patch.new("sel " + " ".join(str(ERRORS[name]) for name in TIED))
    patch.chain(at["error"], code, kind)
    patch.wire(kind[0], outs["trouble"])
    patch.wire(kind[1], which)
    patch.wire(which[0], tie.hello)
    for outlet, state in ((1, IN_USE), (2, OTHER)):
        refused = patch.new(f"t b {state}")
        patch.wire(which[outlet], refused)
        patch.wire(refused[1], tie.state)
        patch.wire(refused[0], tie.watch)


def _states(tie: Link, shown: Box, again: Box) -> None:
    """Every change of state is stored, opens or closes what needs a connection, and is shown."""
    patch = tie.patch
    order, kept = patch.new("t i i i"), patch.new("i")
    patch.chain(tie.state, order)
    patch.wire(order[2], kept[1])
    patch.wire(order[2], tie.claimed[2])
    there = patch.new(f"expr $i1 == {CONNECTED}")
    patch.wire(order[1], there)
    patch.wire(there, tie.connected[0])
    patch.wire(there, tie.mine[0])
    patch.wire(there, tie.speak[0])
    patch.chain(there, patch.new("sel 1"), again)
    patch.wire(order[0], shown)
    gone = patch.new(f"expr (($i1 == {CONNECTED}) || ($i1 == {LOST})) * {LOST}")
    patch.chain(tie.watch, kept)
    patch.chain(kept, gone, tie.state)


def _claims(tie: Link) -> None:
    """Another copy holds our port: be silent until its claim is old, then bind the port anew."""
    patch = tie.patch
    taken, held = patch.new("sel 1"), patch.new(f"t b {IN_USE} 0")
    patch.chain(patch.new(f"r {SEATS}"), tie.claimed, taken, held)
    patch.wire(held[2], tie.open[0])
    patch.wire(held[1], tie.state)
    patch.wire(held[0], tie.hold)
    free = patch.new(f"t b {WAITING} b 1")
    patch.chain(tie.hold, free)
    patch.wire(free[3], tie.open[0])
    patch.wire(free[2], tie.port)
    patch.wire(free[1], tie.state)
    patch.wire(free[0], tie.hello)
