"""improv.client and improv.voice for Pure Data: the same names, messages and outlets as those for Max."""

from typing import Final

from max_patches.puredata.clock import ANSWER, ASK, MOVED
from max_patches.puredata.link import HERE, OSC, link
from max_patches.puredata.patch import Box, End, Patch
from max_patches.puredata.sound import PLAYED, band
from max_patches.states import ALONE, CONNECTED, ENGINE, PLAYERS, STATES

EVERY: Final = 25  # milliseconds between positions; what the engine's follower was measured with
NEAR: Final = 5000  # milliseconds without a word from the player's client, after which a voice is alone
STAMP: Final = "expr floor(improv_tick + 0.5)"
WISHES: Final = ("set", "get", "do", "control", "hello", "bye", "player", "engine", "port")
MADE: Final = "Made by python -m max_patches.puredata.build."


def states() -> str:
    """What the number of the state means."""
    return ", ".join(f"{number} {text}" for number, text in STATES.items())


def improv_client() -> Patch:
    """A player: notes and wishes in, the band's notes out at their tick."""
    patch = Patch()
    patch.note(f"improv.client [player] [engine's port] [own port]: a player of Improv Bridge. {MADE}")
    pair, wish = patch.inlet(), patch.inlet()
    tie = _core(patch, "player", ("$1", "$2", "$3"), ENGINE)
    patch.sub("position", _position())
    patch.wire(pair, patch.sub("notes", _strike()))
    patch.wire(wish, patch.sub("wishes", _ask()))
    connected, here = patch.new("r $0-connected"), patch.new("metro 1000")
    patch.wire(connected, patch.new("s $0-ready"))
    patch.chain(connected, here, patch.new("v $0-player"), patch.new(f"s {HERE}"))
    patch.wire(tie[1], patch.outlet())
    return patch


def improv_voice() -> Patch:
    """A voice of a player's band, in another patch of this process."""
    patch = Patch()
    patch.note(f"improv.voice [player] [slot] [engine's port]: the voices of a player's band, elsewhere. {MADE}")
    tie = _core(patch, "listener", ("$1", "$3", "$2"), ENGINE + PLAYERS)
    heard, mine, split = patch.new(f"r {HERE}"), patch.new("=="), patch.new("t f b")
    patch.wire(heard, split)
    patch.chain(split[1], patch.new("v $0-player"), mine[1])
    near, watch = patch.new("t b b"), patch.new(f"delay {NEAR}")
    patch.chain(split[0], mine, patch.new("sel 1"), near)
    patch.wire(near[1], watch)
    here = patch.new("change")
    patch.chain(near[0], patch.message("1"), here)
    patch.chain(watch, patch.message("0"), here)
    ready, shown = patch.new("pack f f"), patch.new("t a a")
    apart = patch.new("t b f")
    patch.wire(here, apart)
    patch.wire(apart[1], ready[1])
    patch.chain(apart[0], patch.new("v $0-state"), ready)
    patch.wire(tie[1], ready)
    patch.wire(ready, shown)
    patch.chain(shown[1], patch.new(f"expr ($f1 == {CONNECTED}) && $f2"), patch.new("s $0-ready"))
    word = f"expr if(($f1 == {CONNECTED}) && ($f2 == 0), {ALONE}, $f1)"
    patch.chain(shown[0], patch.new(word), patch.new("change -1"), patch.outlet())
    return patch


def _core(patch: Patch, role: str, arguments: tuple[str, str, str], base: int) -> Box:
    """Arguments, tie and band, and all outlets but the last; the tie is given back."""
    patch.sub("begin", _begin(role, arguments, base))
    tie, played = patch.sub("engine", link(role)), patch.sub("band", band())
    for number in range(len(PLAYED)):
        patch.wire(played[number], patch.outlet())
    patch.wire(tie, patch.outlet())
    return tie


def _begin(role: str, arguments: tuple[str, str, str], base: int) -> Patch:
    """Once the patch is open: the player, the engine's port and our own, from the arguments or as usual; then hello."""
    patch = Patch()
    player, engine, own = arguments
    order, seat = patch.new("t b b b b"), patch.new("pack f f")
    patch.chain(patch.new("loadbang"), order)
    patch.chain(order[3], patch.new(f"f {player}"), patch.new("expr if($f1 > 0, $f1, 1)"), patch.new("v $0-player"))
    usual = patch.new(f"expr if($f1 > 0, $f1, {ENGINE})")
    patch.chain(order[2], patch.new(f"f {engine}"), usual, patch.new("v $0-engine"))
    patch.chain(order[1], patch.new("v $0-player"), seat[1])
    place = f"if($f1 > 0, $f1, {base} + $f2)" if role == "player" else f"{base} + if($f1 > 0, $f1, 1)"
    begin = patch.new("t b b")
    patch.wire(order[0], begin)
    both, port = patch.new("unpack f f"), patch.new(f"expr {place}")
    patch.chain(begin[1], patch.new(f"f {own}"), seat, both)
    if role == "player":
        patch.wire(both[1], port[1])
    patch.chain(both[0], port, patch.new("v $0-port"))
    patch.wire(begin[0], patch.new("s $0-begin"))
    return patch


def _position() -> Patch:
    """Where the song is: every 25 ms while it plays, and whenever it is moved or a connection begins."""
    patch = Patch()
    metro, plays, order = patch.new(f"metro {EVERY}"), patch.new("expr improv_playing"), patch.new("t b b b")
    connected = patch.new("r $0-connected")
    patch.wire(connected, metro)
    patch.chain(metro, plays, patch.new("sel 1"), order)
    patch.wire(patch.new(f"r {MOVED}"), order)
    patch.chain(connected, patch.new("sel 1"), order)
    pack, answer = patch.new("pack " + " ".join("f" * (1 + len(ANSWER)))), patch.new("expr " + "; ".join(ANSWER))
    patch.wire(order[2], patch.new(f"s {ASK}"))
    patch.wire(order[1], answer)
    for number in reversed(range(len(ANSWER))):
        patch.wire(answer[number], pack[number + 1])
    patch.chain(order[0], patch.new("v $0-player"), pack)
    patch.chain(pack, patch.new("oscformat improv position"), patch.new(f"s {OSC}"))
    return patch


def _strike() -> Patch:
    """A pair of pitch and velocity, stamped with the tick; velocity 0 is a release."""
    patch = Patch()
    pair, order, parts, velocity = patch.inlet(), patch.new("t a b"), patch.new("unpack f f"), patch.new("f")
    whole = patch.new("pack f f f f")  # velocity, player, tick, pitch
    patch.wire(pair, order)
    _stamp(patch, order[1], (whole[1], whole[2]))
    patch.wire(order[0], parts)
    patch.wire(parts[1], velocity[1])
    last = patch.new("t b f")
    patch.wire(parts[0], last)
    patch.wire(last[1], whole[3])
    patch.chain(last[0], velocity, whole)
    off, out = patch.new("route 0"), patch.new(f"s {OSC}")
    patch.wire(whole, off)
    patch.chain(off[0], patch.new("oscformat improv note_off"), out)
    patch.chain(off[1], patch.message("$2 $3 $4 $1"), patch.new("oscformat improv note_on"), out)
    return patch


def _stamp(patch: Patch, bang: End, into: tuple[End, End]) -> None:
    """The player and the tick of this moment."""
    ask = patch.new("t b b b")
    patch.wire(bang, ask)
    patch.wire(ask[2], patch.new(f"s {ASK}"))
    patch.chain(ask[1], patch.new(STAMP), into[1])
    patch.chain(ask[0], patch.new("v $0-player"), into[0])


def _ask() -> Patch:
    """`set`, `get`, `do` and `control` go out under the player's number; the others are for the tie."""
    patch = Patch()
    wish = patch.inlet()
    route, out = patch.new("route " + " ".join(WISHES)), patch.new(f"s {OSC}")
    patch.wire(wish, route)
    for number, name in enumerate(WISHES[:4]):
        order, before = patch.new("t a b"), patch.new("list prepend")
        patch.wire(route[number], order)
        if name == "control":
            mark = patch.new("pack f f")
            _stamp(patch, order[1], (mark[0], mark[1]))
            patch.wire(mark, before[1])
        else:
            patch.chain(order[1], patch.new("v $0-player"), before[1])
        patch.chain(order[0], before, patch.new(f"oscformat improv {name}"), out)
    patch.chain(route[4], patch.new("t b"), patch.new("s $0-begin"))
    patch.chain(route[5], patch.new("t b"), patch.new("s $0-end"))
    for number, name in enumerate(("player", "engine", "port"), 6):
        order = patch.new("t b f b")
        patch.wire(route[number], order)
        patch.wire(order[2], patch.new("s $0-end"))
        patch.wire(order[1], patch.new(f"v $0-{name}"))
        both = patch.new("t b b")
        patch.wire(order[0], both)
        patch.wire(both[1], patch.new("s $0-anew"))
        patch.wire(both[0], patch.new("s $0-begin"))
    return patch
