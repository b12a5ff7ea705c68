"""What the band plays: cues become notes at their tick, and end, whatever happens. The rules are those in Max.

A cue waits in `pipe` and looks at the tempo again every 10 ms. A note that sounds is marked in a table by its number;
its end counts only if no later note has taken the pitch. Silence empties what waits and releases what is marked. A cue
that is more than 120 ticks late, of an older generation, or for a transport that stands, is not played.
"""

from typing import Final

from bridge.engine.parameters import VOICES
from bridge.music.events import ALL, BASS, METRONOME
from max_patches.puredata.clock import ASK, MOVED
from max_patches.puredata.patch import Box, Patch

LATE: Final = 120  # ticks
SINGLE: Final = (BASS,)  # voices of one note at a time: a new one ends the last
PLAYED: Final = (*VOICES, METRONOME)  # in the order of outlets
TEST: Final = f"expr ($f5 >= $f6) && $f7 && (improv_playing > 0) && ($f1 > improv_tick - {LATE})"
LOOK: Final = 10  # milliseconds after which a cue that waits looks at the tempo again
ROUND: Final = ("$f1", "$f2", "$f3", "$f4", f"max(0, min({LOOK}, ($f1 - improv_tick) * 125 / improv_tempo))")
EARLY: Final = "expr $f1 - improv_tick > 0.25"
NOTE: Final = ("$f3", "$f4", "max(1, $f2 * 125 / improv_tempo)")


def voice(name: str) -> Patch:
    """Inlets: tick, ticks, pitch, velocity, generation; bang: silence. Outlet: pitch, velocity."""
    patch = Patch()
    cue, hush, sound = patch.inlet(), patch.inlet(), patch.outlet()
    order, known = patch.new("t a a b b"), patch.new("v $0-known")
    test, gate = patch.new(TEST), patch.new("spigot")
    patch.wire(cue, order)
    patch.wire(order[3], patch.new(f"s {ASK}"))
    patch.chain(order[2], known, test[5])
    patch.wire(patch.new("r $0-ready"), test[6])
    patch.chain(order[1], test, gate[1])
    patch.wire(order[0], gate)
    clear, strike = patch.message("clear"), _wait(patch, gate)
    begin, late, all_off = patch.new("t a b a"), patch.new("pipe f f 0"), _releases(patch, name, sound)
    patch.wire(strike, begin)
    pitch = patch.new("unpack f")
    patch.chain(begin[2], pitch)
    if name in SINGLE:
        patch.chain(pitch, patch.new("t b"), all_off)
    else:
        patch.wire(pitch, patch.new(f"s $0-{name}-release"))
    _strike(patch, name, begin, late, sound)
    silence = patch.new("t b b")
    patch.wire(hush, silence)
    patch.wire(silence[1], clear)
    for box in patch.boxes:
        if box.text.startswith("pipe"):
            patch.wire(clear, box)
    patch.wire(silence[0], all_off)
    return patch


def _wait(patch: Patch, cue: Box) -> Box:
    """A cue goes round in a pipe until its tick has come, whatever the tempo does; then (pitch, velocity, length)."""
    ask, shape, pack = patch.new("t a b"), patch.new("expr " + "; ".join(ROUND)), patch.new("pack f f f f f")
    wait, back, order = patch.new("pipe f f f f 0"), patch.new("pack f f f f"), patch.new("t a a a b")
    early, again, done = patch.new(EARLY), patch.new("spigot"), patch.new("spigot")
    patch.wire(cue, ask)
    patch.wire(ask[1], patch.new(f"s {ASK}"))
    patch.wire(ask[0], shape)
    for number in reversed(range(5)):
        patch.wire(shape[number], pack[number])
    patch.wire(pack, wait)
    for number in reversed(range(4)):
        patch.wire(wait[number], back[number])
    patch.wire(back, order)
    patch.wire(order[3], patch.new(f"s {ASK}"))
    both = patch.new("t f f")
    patch.chain(order[2], early, both)
    patch.wire(both[1], again[1])
    patch.chain(both[0], patch.new("== 0"), done[1])
    patch.chain(order[1], again, ask)
    note, strike = patch.new("expr " + "; ".join(NOTE)), patch.new("pack f f f")
    patch.chain(order[0], done, note)
    for number in reversed(range(3)):
        patch.wire(note[number], strike[number])
    return strike


def _strike(patch: Patch, name: str, begin: Box, late: Box, sound: Box) -> None:
    """A note gets the next number, is marked, sounds, and ends later if it is still the one."""
    number, more = patch.new("f 0"), patch.new("+ 1")
    patch.chain(begin[1], number, more)
    kept = patch.new("t f f")
    patch.wire(more, kept)
    patch.wire(kept[1], number[1])
    parts, mark = patch.new("unpack f f f"), patch.new(f"tabwrite $0-{name}")
    end = patch.new("pack f f f")
    patch.wire(kept[0], end[1])
    pair, where, again = patch.new("pack f f"), patch.new("t f f b f"), patch.new("f")
    patch.wire(kept[0], again[1])
    patch.wire(begin[0], parts)
    patch.wire(parts[2], end[2])
    patch.wire(parts[1], pair[1])
    patch.wire(parts[0], where)
    patch.wire(where[3], mark[1])
    patch.chain(where[2], again, mark)
    patch.chain(where[1], pair, sound)
    patch.chain(where[0], end, late)
    both = patch.new("t f f")
    still, same, let = patch.new(f"tabread $0-{name}"), patch.new("=="), patch.new("spigot")
    patch.wire(late[1], same[1])
    patch.wire(late[0], both)
    patch.chain(both[1], still, same, let[1])
    patch.chain(both[0], let, patch.new(f"s $0-{name}-release"))


def _releases(patch: Patch, name: str, sound: Box) -> Box:
    """A pitch to `$0-NAME-release` is released if it sounds; a bang to the box that is given back releases all."""
    patch.new(f"table $0-{name} 128")
    order, sounds, one = patch.new("t f f"), patch.new(f"tabread $0-{name}"), patch.new("> 0")
    gate, free = patch.new("spigot"), patch.new("t f f")
    patch.wire(patch.new(f"r $0-{name}-release"), order)
    patch.chain(order[1], sounds, one, gate[1])
    patch.chain(order[0], gate, free)
    unmark = patch.new(f"tabwrite $0-{name}")
    clear = patch.new("t b f")
    patch.wire(free[1], clear)
    patch.wire(clear[1], unmark[1])
    patch.chain(clear[0], patch.message("0"), unmark)
    patch.chain(free[0], patch.message("$1 0"), sound)
    every, start, loop = patch.new("t b b"), patch.message("0"), patch.new("until")
    count, next_, last = patch.new("f 0"), patch.new("+ 1"), patch.new("sel 127")
    patch.chain(every[1], start, count[1])
    patch.chain(every[0], loop, count)
    each = patch.new("t f f f")
    patch.wire(count, each)
    patch.chain(each[2], next_, count[1])
    patch.chain(each[1], last, loop[1])
    patch.wire(each[0], patch.new(f"s $0-{name}-release"))
    return every


def band() -> Patch:
    """Outlets: one (pitch, velocity) for each voice. Hears $0-cue, $0-silence, $0-generation, $0-ready, $0-hush, and
    the clock."""
    patch = Patch()
    route = patch.new("route " + " ".join(PLAYED))
    patch.wire(patch.new("r $0-cue"), route)
    hush = patch.new("t " + " ".join("b" * len(PLAYED)))
    patch.wire(patch.new("r $0-hush"), hush)
    voices = []
    for number, name in enumerate(PLAYED):
        box = patch.sub(name, voice(name))
        patch.wire(route[number], box)
        patch.wire(hush[number], box[1])
        patch.wire(box, patch.outlet())
        voices.append(box)
    _generations(patch)
    _silences(patch, voices)
    stopped = patch.new("expr improv_playing")
    patch.chain(patch.new(f"r {MOVED}"), stopped, patch.new("sel 0"), patch.new("s $0-hush"))
    ready = patch.new("change")
    patch.chain(patch.new("r $0-ready"), ready, patch.new("sel 0"), patch.new("s $0-hush"))
    return patch


def _generations(patch: Patch) -> None:
    """A generation that no silence brought: the engine, or what was promised, began anew."""
    split, known, other = patch.new("t f f b"), patch.new("v $0-known"), patch.new("!= 0")
    patch.wire(patch.new("r $0-generation"), split)
    patch.chain(split[2], known, other[1])
    patch.chain(split[1], other, patch.new("sel 1"), patch.new("s $0-hush"))
    patch.wire(split[0], patch.new("v $0-known"))


def _silences(patch: Patch, voices: list[Box]) -> None:
    """A silence that is not older than what is known raises the generation and ends its voice, or all."""
    split, parts = patch.new("t a a"), patch.new("unpack s f")
    twice, known = patch.new("t f b"), patch.new("v $0-known")
    newer, gate, raised = patch.new("expr $f1 >= $f2"), patch.new("spigot"), patch.new("expr max($f1, $f2)")
    patch.chain(patch.new("r $0-silence"), split)
    patch.wire(split[1], parts)
    patch.wire(parts[1], twice)
    both, each = patch.new("t f f"), patch.new("t f f")
    patch.chain(twice[1], known, both)
    patch.wire(both[1], newer[1])
    patch.wire(both[0], raised[1])
    patch.wire(twice[0], each)
    patch.chain(each[1], newer, gate[1])
    patch.chain(each[0], raised, patch.new("v $0-known"))
    patch.wire(split[0], gate)
    route = patch.new("route " + " ".join((*PLAYED, ALL)))
    patch.wire(gate, route)
    for number, box in enumerate(voices):
        end = patch.new("t b")
        patch.chain(route[number], end, box[1])
    patch.wire(route[len(PLAYED)], patch.new("s $0-hush"))
