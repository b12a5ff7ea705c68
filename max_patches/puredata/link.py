"""The tie to the engine: hello and keep-alive, who answers, what is wrong; the same states as in Max.

One socket for both ways: `netsend` sends from the port that the answers come to. A port that is taken cannot be had,
and the state says so. Who is not connected says nothing but hello. Names that begin with $0- are this copy's own.
"""

from typing import Final

from bridge.music.events import ERRORS, VERSION
from max_patches.puredata.patch import Box, Patch
from max_patches.states import CONNECTED, IN_USE, KEEP_ALIVE, LOST, PATIENCE, WAITING
from max_patches.states import VERSION as OTHER

FROM_ENGINE: Final = ("welcome", "heartbeat", "cue", "silence", "plan", "chord", "state", "value", "error")
SAID: Final = ("plan", "chord", "state", "value", "error")  # what the client's outlet tells
OSC: Final = "$0-osc"  # bytes for the engine, once connected
HERE: Final = "improv-here"  # every connected client tells its player, every two seconds


def link(role: str) -> Patch:
    """Outlets: what the engine says, state. Hears $0-osc, $0-begin (hello), $0-end (bye)."""
    patch = Patch()
    said, shown = patch.outlet(), patch.outlet()
    net, state = patch.new("netsend -u -b"), patch.new("change -1")
    _connect(patch, net, state)
    _hello(patch, net, role)
    _send(patch, net)
    _listen(patch, net, state, said)
    _states(patch, state, shown)
    return patch


def _connect(patch: Patch, net: Box, state: Box) -> None:
    """As long as there is no socket, every hello tries to have one."""
    linked, free, ports = patch.new("v $0-linked"), patch.new("sel 0"), patch.new("pack f f")
    patch.chain(patch.new("r $0-connect"), linked, free)
    both = patch.new("t b b b")
    patch.wire(free[0], both)
    patch.chain(both[2], patch.new("v $0-port"), ports[1])
    patch.chain(both[1], patch.new("v $0-engine"), ports, patch.message("connect 127.0.0.1 $1 $2"), net)
    patch.chain(both[0], patch.new("v $0-linked"), patch.new("sel 0"), patch.message(str(IN_USE)), state)
    split, one = patch.new("t f f"), patch.new("sel 1")
    patch.chain(net, split)
    patch.wire(split[1], patch.new("v $0-linked"))
    patch.chain(split[0], one, patch.message(str(WAITING)), state)
    anew = patch.new("t b b")
    patch.chain(patch.new("r $0-anew"), anew)
    patch.chain(anew[1], patch.message("disconnect"), net)
    patch.chain(anew[0], patch.message("0"), patch.new("v $0-linked"))


def _hello(patch: Patch, net: Box, role: str) -> None:
    begin, end, metro = patch.new("r $0-begin"), patch.new("r $0-end"), patch.new(f"metro {KEEP_ALIVE}")
    patch.chain(begin, patch.message("1"), metro)
    order, seat, out = patch.new("t b b b"), patch.new("pack f f"), patch.new("oscformat improv hello")
    patch.wire(metro, order)
    patch.wire(order[2], patch.new("s $0-connect"))
    patch.chain(order[1], patch.new("v $0-port"), seat[1])
    patch.chain(order[0], patch.new("v $0-linked"), patch.new("sel 1"), patch.new("v $0-player"), seat)
    patch.chain(seat, patch.message(f"{VERSION} $1 {role} $2"), out)
    raw, trim = patch.new("list prepend send"), patch.new("list trim")
    patch.chain(out, raw, trim, net)
    patch.wire(patch.new("r $0-again"), order)
    bye, leave = patch.new("t b b b b"), patch.new("oscformat improv bye")
    patch.wire(end, bye)
    patch.chain(bye[3], patch.message("0"), metro)
    pair = patch.new("pack f f")
    patch.chain(bye[2], patch.new("v $0-port"), pair[1])
    patch.chain(bye[1], patch.new("v $0-linked"), patch.new("sel 1"), patch.new("v $0-player"), pair, leave, raw)
    patch.chain(bye[0], patch.message(str(WAITING)), patch.new("s $0-to"))


def _send(patch: Patch, net: Box) -> None:
    gate = patch.new("spigot")
    patch.wire(patch.new("r $0-connected"), gate[1])
    patch.chain(patch.new(f"r {OSC}"), gate, patch.new("list prepend send"), patch.new("list trim"), net)


def _listen(patch: Patch, net: Box, state: Box, said: Box) -> None:
    parse, ours = patch.new("oscparse"), patch.new("route improv")
    route = patch.new("route " + " ".join(FROM_ENGINE))
    patch.chain(net[1], parse, patch.new("list trim"), ours, route)
    at = {name: route[number] for number, name in enumerate(FROM_ENGINE)}
    watch, live = patch.new(f"delay {PATIENCE}"), patch.new("s $0-generation")
    for name in ("cue", "silence"):
        patch.wire(at[name], patch.new(f"s $0-{name}"))
    for name in SAID:
        patch.chain(at[name], patch.new(f"list prepend {name}"), patch.new("list trim"), said)
    welcome, version = patch.new("unpack f f f"), patch.new("t f b")
    patch.wire(at["welcome"], welcome)
    patch.wire(welcome[2], live)
    patch.wire(welcome[0], version)
    patch.wire(version[1], watch)
    patch.chain(version[0], patch.new(f"expr if($f1 == {VERSION}, {CONNECTED}, {OTHER})"), state)
    beat = patch.new("t f b")
    patch.wire(at["heartbeat"], beat)
    patch.wire(beat[1], watch)
    patch.wire(beat[0], live)
    codes = [ERRORS[reason] for reason in ("unknown_player", "player_in_use", "bad_version")]
    code, which = patch.new("unpack f s"), patch.new("sel " + " ".join(map(str, codes)))
    patch.chain(at["error"], code, which)
    patch.wire(which[0], patch.new("s $0-again"))
    for outlet, number in ((1, IN_USE), (2, OTHER)):
        refused = patch.new("t b b")
        patch.wire(which[outlet], refused)
        patch.wire(refused[1], watch)
        patch.chain(refused[0], patch.message(str(number)), state)
    gone = f"expr if(($f1 == {CONNECTED}) || ($f1 == {LOST}), {LOST}, {WAITING})"
    patch.chain(watch, patch.new("v $0-state"), patch.new(gone), state)


def _states(patch: Patch, state: Box, shown: Box) -> None:
    """Every change is kept, opens or closes what needs a connection, and is shown."""
    order = patch.new("t f f f")
    patch.wire(patch.new("r $0-to"), state)
    patch.wire(state, order)
    patch.wire(order[2], patch.new("v $0-state"))
    patch.chain(order[1], patch.new(f"== {CONNECTED}"), patch.new("s $0-connected"))
    patch.wire(order[0], shown)
