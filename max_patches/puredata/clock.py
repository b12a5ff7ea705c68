"""improv.clock in Pure Data: the transport itself, since Pure Data has none. One for all clients of a process.

Ticks go on for ever, 480 a quarter note; the song position is the tick less an offset, which a loop or a new song
position changes. All of it stands in values (`improv_tick`, `improv_offset` ...) that every client reads, after a
bang to `improv-ask` has brought the tick up to date. Whatever changes by hand bangs `improv-moved`.
"""

from typing import Final

from max_patches.puredata.patch import Patch

ASK: Final = "improv-ask"
MOVED: Final = "improv-moved"
MARK: Final = "improv-mark"  # the time is counted from here
EVERY: Final = 10  # milliseconds between looks for the loop's end
TICK: Final = "floor(improv_tick + 0.5)"
ANSWER: Final = (TICK, f"{TICK} - improv_offset", "improv_tempo", "improv_playing", "improv_numerator",
                 "improv_denominator")  # fmt: skip
NOW: Final = "improv_from + improv_playing * $f1 * improv_tempo / 125"  # 480 ticks a quarter: tempo / 125 a millisecond
BEYOND: Final = "improv_tick - improv_offset - improv_loop_end"  # ticks since the loop's end
SPAN: Final = "improv_loop_end - improv_loop_start"
SEAM: Final = f"improv_offset + (({SPAN} > 0) && ({BEYOND} >= 0) && ({BEYOND} < 480)) * ({SPAN})"
COMMANDS: Final = {
    "play": {"playing": "$f1 > 0"},
    "tempo": {"tempo": "max(20, min(999, $f1))"},
    "song": {"offset": f"{TICK} - $f1"},
    "meter": {"numerator": "$f1", "denominator": "$f1"},
    "loop": {"loop_start": "$f1", "loop_end": "$f1"},
}  # what is said -> the values that its numbers become, and how


def improv_clock() -> Patch:
    """Inlet: bang, or a command. Outlet: tick, song, tempo, playing, numerator, denominator."""
    patch = Patch()
    patch.note("improv.clock: the transport of all improv.clients here; put one into your patch. Made by python -m "
               "max_patches.puredata.build.")  # fmt: skip
    inlet = patch.inlet()
    route = patch.new("route bang " + " ".join(COMMANDS))
    patch.chain(inlet, route)
    answer, pack = patch.new("expr " + "; ".join(ANSWER)), patch.new("pack " + " ".join("f" * len(ANSWER)))
    order = patch.new("t b b")
    patch.wire(route[0], order)
    patch.wire(order[1], patch.new(f"s {ASK}"))
    patch.wire(order[0], answer)
    for number in reversed(range(len(ANSWER))):
        patch.wire(answer[number], pack[number])
    patch.wire(pack, patch.outlet())
    for number, (name, values) in enumerate(COMMANDS.items(), 1):
        patch.wire(route[number], patch.sub(name, _change(values)))
    patch.sub("now", _now())
    begin, tempo, meter = patch.new("loadbang"), patch.message("tempo 120"), patch.message("meter 4 4")
    both = patch.new("t b b")
    patch.wire(begin, both)
    patch.chain(both[1], tempo, route)
    patch.chain(both[0], meter, route)
    patch.note("play 1 or 0, tempo (20 to 999), song TICK (go there), meter 3 4, loop FROM TO (ticks of the song; 0 0: "
               "none); a bang asks where the song is: tick, song, tempo, playing, meter.")  # fmt: skip
    return patch


def _now() -> Patch:
    """The tick of this moment; where the song has come to the loop's end, it goes on at its beginning."""
    patch = Patch()
    ask, order, timer = patch.new(f"r {ASK}"), patch.new("t b b"), patch.new("timer")
    patch.wire(ask, order)
    patch.wire(order[1], timer[1])
    patch.chain(patch.new(f"r {MARK}"), timer, patch.new(f"expr {NOW}"), patch.new("v improv_tick"))
    patch.chain(order[0], patch.new(f"expr {SEAM}"), patch.new("v improv_offset"))
    patch.chain(patch.new("loadbang"), patch.message("1"), patch.new(f"metro {EVERY}"), patch.new(f"s {ASK}"))
    return patch


def _change(values: dict[str, str]) -> Patch:
    """What follows counts from now: the tick is brought up to date, then the values change, then all are told."""
    patch = Patch()
    said, order, parts = patch.inlet(), patch.new("t b a b b b"), patch.new("unpack " + " ".join("f" * len(values)))
    patch.wire(said, order)
    patch.wire(order[4], patch.new(f"s {ASK}"))
    patch.chain(order[3], patch.new("expr improv_tick"), patch.new("v improv_from"))
    patch.wire(order[2], patch.new(f"s {MARK}"))
    patch.wire(order[1], parts)
    for place, (name, how) in enumerate(values.items()):
        patch.chain(parts[place], patch.new(f"expr {how}"), patch.new(f"v improv_{name}"))
    patch.wire(order[0], patch.new(f"s {MOVED}"))
    return patch
