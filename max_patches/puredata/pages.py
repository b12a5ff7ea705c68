"""Help patches, an example that plays by itself, and the little synthesizer that both are heard by."""

from typing import Final

from max_patches.puredata.abstractions import improv_client, improv_voice, states
from max_patches.puredata.clock import improv_clock
from max_patches.puredata.patch import Box, End, Patch
from max_patches.puredata.sound import PLAYED

TUNE: Final = (60, 64, 67, 72, 71, 67, 65, 62)  # a bar of eighths that says its harmony
EIGHTH: Final = 240  # ticks
VOICES: Final = 12  # tones at a time, of one synthesizer
WISH: Final = "improv-wish"  # what is sent to this name, the example's client is told
RUN: Final = "improv-run"  # 1 plays the example: also from a command line
LEFT: Final = 20  # pixels


def improv_tone() -> Patch:
    """A sine tone: pitch and velocity in, to the loudspeakers."""
    patch = Patch()
    patch.note("improv.tone: a sine that begins and ends softly; pitch and velocity.")
    parts, wave, loud, out = patch.new("unpack f f"), patch.new("osc~"), patch.new("*~"), patch.new("dac~")
    patch.wire(patch.inlet(), parts)
    patch.chain(parts[0], patch.new("mtof"), wave, loud)
    ramp = patch.new("pack f f")
    level = patch.new("expr $f1 * $f1 / 160000; if($f1 > 0, 5, 80)")
    patch.wire(parts[1], level)
    patch.wire(level[1], ramp[1])
    patch.wire(level[0], ramp)
    patch.chain(ramp, patch.new("vline~"), loud[1])
    patch.wire(loud, out)
    patch.wire(loud, out[1])
    return patch


def improv_synth() -> Patch:
    """Tones for one voice of the band."""
    patch = Patch()
    patch.note(f"improv.synth: {VOICES} tones at a time; pitch and velocity.")
    parts, poly, pack = patch.new("unpack f f"), patch.new(f"poly {VOICES} 1"), patch.new("pack f f f")
    patch.wire(patch.inlet(), parts)
    patch.wire(parts[1], poly[1])
    patch.wire(parts[0], poly)
    for number in (2, 1, 0):
        patch.wire(poly[number], pack[number])
    patch.chain(pack, patch.new(f"clone -s 1 improv.tone {VOICES}"))
    return patch


def synths(patch: Patch, client: Box, top: int) -> None:
    """A synthesizer for each voice of the band, and the names above."""
    for number, name in enumerate(PLAYED):
        synth = patch.abstraction("improv.synth", improv_synth(), (LEFT + 130 * number, top))
        patch.note(name, (LEFT + 130 * number, top + 24))
        patch.wire(client[number], synth)


def tune(patch: Patch, where: Box, top: int) -> End:
    """The tune, in time with what the clock says: pairs of pitch and velocity."""
    tick, eighth = patch.new("unpack f f f f", (400, top)), patch.new(
        f"expr if($f2 > 0, floor($f1 / {EIGHTH}) % {len(TUNE)}, -1)", (400, top + 30))  # fmt: skip
    change = patch.new("change -1", (400, top + 60))
    which = patch.new("sel " + " ".join(map(str, range(len(TUNE)))), (400, top + 90))
    make, pair = patch.new("makenote 90 220", (400, top + 150)), patch.new("pack f f", (400, top + 180))
    patch.wire(where, tick)
    patch.wire(tick[3], eighth[1])
    patch.chain(tick[1], eighth, change, which)
    for place, pitch in enumerate(TUNE):
        patch.chain(which[place], patch.message(str(pitch), (400 + 40 * place, top + 120)), make)
    patch.wire(make[1], pair[1])
    patch.wire(make[0], pair)
    return pair[0]


def _says(patch: Patch, *lines: str) -> None:
    """Comments at the top."""
    for number, line in enumerate(lines):
        patch.note(line, (LEFT, 12 + 34 * number))


def example() -> Patch:
    """A patch that plays a bar of eighths to the band, over and over, and what the band answers."""
    patch = Patch()
    _says(
        patch,
        "Start the engine: improv serve. Switch the sound on (Media, DSP On), then the switch below.",
        "A bar of eighths is played to the band; you hear it, and what the band plays under it. The number "
        "is the state of the tie: 1 is connected.",
        "Without a window: pd -nogui -send 'improv-run 1' -send 'pd dsp 1' improv_plays.pd",
    )
    run = patch.toggle(RUN, (LEFT, 120))
    clock = patch.abstraction("improv.clock", improv_clock(), (400, 180))
    patch.chain(run, patch.message("play $1", (120, 150)), clock)
    patch.chain(run, patch.new("metro 10", (400, 150)), clock)
    patch.chain(patch.message("tempo 100", (200, 150)), clock)
    notes = tune(patch, clock, 210)
    client = patch.abstraction("improv.client 1", improv_client(), (LEFT, 470))
    for number, words in enumerate(("set mode accompany+respond", "set mode accompany", "do panic")):
        patch.wire(patch.message(words, (LEFT, 230 + 30 * number)), client[1])
    patch.wire(patch.new(f"r {WISH}", (LEFT, 320)), client[1])
    heard = patch.new("t a a", (400, 420))
    patch.chain(notes, heard)
    patch.wire(heard[1], client)
    patch.wire(heard[0], patch.abstraction("improv.synth", improv_synth(), (400, 450)))
    synths(patch, client, 520)
    patch.wire(client[len(PLAYED) + 1], patch.number((LEFT + 130 * len(PLAYED), 520)))
    return patch


def help_client() -> Patch:
    """Help of improv.client."""
    patch = Patch()
    _says(
        patch,
        "improv.client: a player of Improv Bridge. Start the engine first: improv serve. It needs one improv.clock.",
        "Arguments: the player (1), the engine's port (9100), a port of its own (9100 + player). Left "
        "inlet: pitch and velocity.",
        "Right inlet: set NAME VALUE, get NAME, do ACTION, control NUMBER VALUE, hello, bye, player N, "
        "engine PORT, port PORT.",
        "Outlets: chords, bass, response, metronome, each as pitch and velocity at their tick; what the "
        "engine says; the state, " + states(),
    )
    clock = patch.abstraction("improv.clock", improv_clock(), (500, 230))
    patch.chain(patch.toggle("empty", (500, 170)), patch.message("play $1", (500, 200)), clock)
    client = patch.abstraction("improv.client 1", improv_client(), (LEFT, 350))
    keys, pair = patch.new("notein", (LEFT, 170)), patch.new("pack f f", (LEFT, 200))
    patch.wire(keys[1], pair[1])
    patch.wire(keys[0], pair)
    patch.wire(pair, client)
    for number, words in enumerate(("set temperature 0.8", "set mode respond", "get *", "do panic", "bye", "hello")):
        patch.wire(patch.message(words, (180 + 150 * (number % 2), 230 + 30 * (number // 2))), client[1])
    synths(patch, client, 400)
    patch.wire(client[len(PLAYED)], patch.new("print improv", (LEFT, 460)))
    patch.wire(client[len(PLAYED) + 1], patch.number((LEFT + 130 * len(PLAYED), 400)))
    return patch


def help_voice() -> Patch:
    """Help of improv.voice."""
    patch = Patch()
    _says(
        patch,
        "improv.voice: the voices of a player's band, in another patch. That player's improv.client has to "
        "be open here.",
        "Arguments: the player (1), a slot of its own (1 to 32), the engine's port (9100). Outlets as of "
        "improv.client.",
    )
    voice = patch.abstraction("improv.voice 1 1", improv_voice(), (LEFT, 100))
    synths(patch, voice, 150)
    patch.wire(voice[len(PLAYED) + 1], patch.number((LEFT + 130 * len(PLAYED), 150)))
    return patch


def help_clock() -> Patch:
    """Help of improv.clock."""
    patch = Patch()
    _says(
        patch,
        "improv.clock: the transport. One in your patches is enough: every improv.client here follows it.",
        "A bang asks for tick, song, tempo, playing, numerator, denominator. The song jumps where it is "
        "moved or looped; the tick goes on. 480 a quarter note.",
        "The tick is exact for 2 to the 24th ticks: 4 hours 51 minutes of playing at tempo 120.",
    )
    clock = patch.abstraction("improv.clock", improv_clock(), (LEFT, 230))
    words = ("bang", "play 1", "play 0", "tempo 96", "meter 3 4", "song 0", "loop 0 1920", "loop 0 0")
    for number, word in enumerate(words):
        patch.wire(patch.message(word, (LEFT + 90 * number, 150)), clock)
    patch.wire(clock, patch.new("print where", (LEFT, 260)))
    return patch
