"""improv.clock in Pure Data: the transport itself, since Pure Data has none. One for all clients of a process.

Ticks go on for ever, 480 a quarter note; the song position is the tick less an offset, which a loop or a new song
position changes. All of it stands in values (`improv_tick`, `improv_offset` ...) that every client reads, after a
bang to `improv-ask` has brought the tick up to date. Whatever changes by hand bangs `improv-moved`.
"""

from typing import Final

from max_patches.puredata.patch import Box, Patch

ASK: Final = "improv-ask"
MOVED: Final = "improv-moved"
EVERY: Final = 10  # milliseconds between looks for the loop's end
TICK: Final = "floor(improv_tick + 0.5)"
ANSWER: Final = (TICK, f"{TICK} - improv_offset", "improv_tempo", "improv_playing", "improv_numerator",
                 "improv_denominator")  # fmt: skip
NOW: Final = "improv_from + improv_playing * $f1 * improv_tempo / 125"  # 480 ticks a quarter: tempo / 125 a millisecond
BEYOND: Final = "improv_tick - improv_offset - improv_loop_end"  # ticks since the loop's end
SPAN: Final = "improv_loop_end - improv_loop_start"
SEAM: Final = f"improv_offset + (({SPAN} > 0) && ({BEYOND} >= 0) && ({BEYOND} < 480)) * ({SPAN})"
COMMANDS: Final = ("bang", "play", "tempo", "song", "meter", "loop")


def improv_clock() -> Patch:
    """Inlet: bang, or a command. Outlet: tick, song, tempo, playing, numerator, denominator."""
    patch = Patch()
    patch.note("improv.clock: the transport of all improv.clients here; put one into your patch. Made by python -m "
               "max_patches.puredata.build.")  # fmt: skip
    inlet = patch.inlet()
    route = patch.new("route " + " ".join(COMMANDS))
    patch.chain(inlet, route)
    _now(patch)
    answer, pack = patch.new("expr " + "; ".join(ANSWER)), patch.new("pack " + " ".join("f" * len(ANSWER)))
    order = patch.new("t b b")
    patch.wire(route[0], order)
    patch.wire(order[1], patch.new(f"s {ASK}"))
    patch.wire(order[0], answer)
    for number in reversed(range(len(ANSWER))):
        patch.wire(answer[number], pack[number])
    patch.wire(pack, patch.outlet())
    for number, (name, test) in enumerate((("playing", "$f1 > 0"), ("tempo", "max(20, min(999, $f1))")), 1):
        value = _change(patch, route[number], (f"improv_{name}",))
        patch.chain(value[0], patch.new(f"expr {test}"), patch.new(f"v improv_{name}"))
    song = _change(patch, route[3], ("improv_offset",))
    patch.chain(song[0], patch.new(f"expr {TICK} - $f1"), patch.new("v improv_offset"))
    for number, names in ((4, ("numerator", "denominator")), (5, ("loop_start", "loop_end"))):
        values = _change(patch, route[number], names)
        for place, name in enumerate(names):
            patch.wire(values[place], patch.new(f"v improv_{name}"))
    begin, tempo, meter = patch.new("loadbang"), patch.message("tempo 120"), patch.message("meter 4 4")
    both = patch.new("t b b")
    patch.wire(begin, both)
    patch.chain(both[1], tempo, route)
    patch.chain(both[0], meter, route)
    patch.note("play 1 or 0, tempo (20 to 999), song TICK (go there), meter 3 4, loop FROM TO (ticks of the song; 0 0: "
               "none); a bang asks where the song is: tick, song, tempo, playing, meter.")  # fmt: skip
    return patch


def _now(patch: Patch) -> None:
    """The tick of this moment; where the song has come to the loop's end, it goes on at its beginning."""
    ask, order, again = patch.new(f"r {ASK}"), patch.new("t b b"), patch.new(f"metro {EVERY}")
    patch.wire(ask, order)
    patch.chain(order[1], patch.new("timer")[1])
    patch.chain(order[0], patch.new(f"expr {SEAM}"), patch.new("v improv_offset"))
    mark = patch.new("r improv-mark")
    timer = next(box for box in patch.boxes if box.text == "timer")
    patch.wire(mark, timer)
    patch.chain(timer, patch.new(f"expr {NOW}"), patch.new("v improv_tick"))
    start = patch.new("loadbang")
    patch.chain(start, patch.message("1"), again, patch.new(f"s {ASK}"))


def _change(patch: Patch, source: tuple[Box, int], names: tuple[str, ...]) -> Box:
    """What follows counts from now: the tick is brought up to date, then `names` change, then all are told."""
    order = patch.new("t b a b b")
    patch.wire(source, order)
    patch.wire(order[3], patch.new(f"s {ASK}"))
    keep = patch.new("t b b")
    patch.wire(order[2], keep)
    patch.chain(keep[1], patch.new("expr improv_tick"), patch.new("v improv_from"))
    patch.wire(keep[0], patch.new("s improv-mark"))
    values = patch.new("unpack " + " ".join("f" * len(names)))
    patch.wire(order[1], values)
    patch.wire(order[0], patch.new(f"s {MOVED}"))
    return values
