"""The command `improv`: parses and hands over. What a command needs is imported when it is asked for."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from bridge import __version__
from bridge.engine.presets import Word, spelt
from bridge.engine.settings import ANY
from bridge.music.errors import BridgeError, WireError
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO
from bridge.music.vocabulary import GENRES
from bridge.quiet import unread

PORT: Final = 9100
MIDI_PLAYERS: Final = 16  # at most; each costs two clients of the MIDI system
ELSEWHERE: Final = {
    "demo": ("bridge.io.demo", "play a tune to the engine over real UDP and show what it answers"),
    "answer": ("bridge.io.answer", "answer the melody of a MIDI file with a melody"),
    "morph": ("bridge.io.morph", "vary a phrase of a MIDI file, or lead it to another"),
    "install": ("bridge.io.install", "put the devices for Ableton Live and the package for Max in their places"),
    "monitor": ("bridge.io.monitor", "watch a running engine in the terminal"),
    "bench": ("bridge.io.bench", "measure this engine on this machine, beside floors and peers"),
    "corpus": ("bridge.corpus.command", "make a corpus to train on from MIDI, MusicXML and ABC files"),
    "train": ("bridge.training.train", "train a model (needs TensorFlow)"),
    "tune": ("bridge.training.tune", "tune a model by rewards (needs TensorFlow)"),
    "evaluate": ("bridge.training.evaluate", "measure a model, playing on its own"),
    "learn-from": ("bridge.training.learner", "tune a copy of the band on a recorded jam (needs TensorFlow)"),
    "export": ("bridge.training.export", "a recorded jam as MIDI and picture, or a training run as a model folder"),
    "replay": ("bridge.io.replay", "play a recorded jam again, bit for bit; --list: what there is"),
}  # command -> the module whose main takes the rest of the line, and its line of help
SET_HELP: Final = "how every player begins, as often as needed; 2:NAME=VALUE: how player 2 does; improv get lists names"
WORKSHOP: Final = ("tensorflow", "keras", "matplotlib")  # what the extra `training` brings

EXAMPLES: Final = """examples:
  improv demo                         hear (and see) what it does, without any other program
  improv serve                        wait for OSC on 127.0.0.1:9100
  improv serve --midi                 also make the MIDI ports `Improv In` and `Improv Out`
  improv monitor                      watch the engine from another terminal
  improv doctor                       what is missing on this machine, and what to do about it
"""
SERVE_EXAMPLES: Final = """examples:
  improv serve                                         OSC on 127.0.0.1:9100, clock from whoever plays
  improv serve --midi --clock midi                     virtual MIDI ports, clock from MIDI
  improv serve --midi-in loopMIDI --midi-out Synth     existing MIDI ports, by a part of their name
  improv serve --midi-players 2                        two keyboards: also `Improv In 2` and `Improv Out 2`
  improv serve --midi --tempo 96                       be the clock: play along with nothing but a keyboard
  improv serve --midi --link                           in time with Live and whoever else is in the Link session
  improv serve --preset ballad --set swing=0.6         how players begin; docs/controls.md
  improv serve --host 0.0.0.0 --port 9101              for another computer's OSC (trust your network)
by hand, with liblo's oscsend and oscdump:
  oscdump 9200 & oscsend localhost 9100 /improv/hello iisi 1 1 player 9200
"""


TELL: Final = {
    "set": ("set a parameter of a running engine", "examples:\n  improv set swing 0.6\n  improv set preset ballad"),
    "get": ("ask a running engine for a parameter, presets, controls", "examples:\n  improv get\n  improv get swing"),
    "do": ("ask a running engine for an action", "examples:\n  improv do panic\n  improv do mutate --player 2"),
    "learn": ("bind a MIDI control", "examples:\n  improv learn temperature\n  improv learn mode:respond"),
}  # command -> its line of help, its examples


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code: 0 done, 1 an error that one line on stderr explains, 2 wrong usage,
    130 interrupted, 141 nobody reads what it prints.
    """
    began = perf_counter()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words and words[0] in ELSEWHERE:
            return unread(lambda: _elsewhere(words[0], words[1:]))
        return unread(lambda: _here(parser(), words, began))
    except BridgeError as error:
        print(f"improv: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    root = _Parser(
        prog="improv", description="A band that listens: chords and bass under what you play.", epilog=EXAMPLES
    )
    root.add_argument("--version", action="version", version=f"improv {__version__}")
    commands = root.add_subparsers(dest="command", metavar="command", required=True, parser_class=_Parser)
    _serve(
        commands.add_parser("serve", help="the engine: plays for whoever joins over OSC or MIDI", epilog=SERVE_EXAMPLES)
    )
    for name, (_, text) in ELSEWHERE.items():
        commands.add_parser(name, help=text, add_help=False)
    for name, (text, examples) in TELL.items():
        _tell(name, commands.add_parser(name, help=text, description=text, epilog=examples))
    ports = commands.add_parser("ports", help="the MIDI ports of this machine", epilog="example: improv ports --json")
    doctor = commands.add_parser(
        "doctor", help="what is there, what is missing, what to do", epilog="example: improv doctor --port 9101"
    )
    doctor.add_argument("--port", type=_port, default=PORT, help="UDP port to look at (default: %(default)s)")
    for each in (ports, doctor):
        each.add_argument("--json", action="store_true", help="print one JSON object")
    return root


class _Parser(argparse.ArgumentParser):
    """A parser that keeps the lines of its examples, and takes options by their full name only."""

    def __init__(self, **words: object) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **words)  # type: ignore[arg-type]


def _serve(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument
    add("--host", default="127.0.0.1", help="address to listen on for OSC (default: %(default)s, this machine only)")
    add("--port", type=_port, default=PORT, help="UDP port to listen on; 0: any free one (default: %(default)s)")
    add("--midi", action="store_true", help="MIDI too: virtual ports `Improv In` and `Improv Out` (not on Windows)")
    add(
        "--midi-players", type=_within(1, MIDI_PLAYERS), metavar="N",
        help="so many pairs of ports: `Improv In 2`, `Improv Out 2` for player 2, and so on",
    )  # fmt: skip
    add(
        "--midi-in", action="append", default=[], metavar="NAME",
        help="an existing MIDI input by a part of its name, see improv ports; again for player 2, and so on",
    )  # fmt: skip
    add(
        "--midi-out", action="append", default=[], metavar="NAME",
        help="an existing MIDI output by a part of its name; again for player 2, and so on",
    )  # fmt: skip
    clocks = ("auto", "osc", "midi", "link", "local")
    add("--clock", choices=clocks, help="who leads (default: auto, whoever starts to play)")
    add("--tempo", type=_tempo, metavar="BPM", help="be the clock, at this tempo; with --link: if no session is there")
    add("--link", action="store_true", help="follow Ableton Link (--clock link; pip install 'improv-bridge[link]')")
    add("--no-start-stop", action="store_true", help="with --link: play on, whatever the session starts and stops")
    add("--meter", type=_meter, metavar="N/D", help="of a clock that says none: MIDI, Link, local (default: 4/4)")
    add("--midi-offset", type=float, default=0.0, metavar="MS", help="play MIDI later, or if negative earlier, by this")
    add("--model", metavar="NAME|DIR", help="the mind: a model's name or folder, or `rules` (default: accompaniment)")
    add("--genre", choices=(ANY, *GENRES), help=f"of players who set none (default: {ANY})")
    add("--config", metavar="FILE", help="default: ./improv.toml, else the one in your own folder; `none`: no file")
    add("--preset", metavar="NAME", help="the preset of improv.toml that players begin with")
    add("--set", action="append", default=[], type=_wish, metavar="NAME=VALUE", help=SET_HELP)
    add("--lookahead", type=_within(5, 1000), metavar="MS", help="how early notes leave, in milliseconds")
    add(
        "--seed",
        type=int,
        default=0,
        help="the same seed and the same input give the same music (default: %(default)s)",
    )
    add("--record", type=Path, metavar="FILE|DIR", help="where the jam's log goes (default: improv replay --list says)")
    add("--no-record", action="store_true", help="keep no log of the jam")
    add("--learn", action="store_true", help="learn the players meanwhile (pip install 'improv-bridge[training]')")
    add("--quiet", action="store_true", help="print errors only")
    add("--json", action="store_true", help="print a JSON line when ready and one with figures at the end")


def _tell(name: str, grammar: argparse.ArgumentParser) -> None:
    add = grammar.add_argument
    match name:
        case "set":
            add("name", help="a parameter; improv get lists them")
            add("value", help="a number or a word")
        case "get":
            add("name", nargs="?", default="*", help="a parameter, `presets` or `controls` (default: all parameters)")
        case "do":
            add("name", metavar="action", help="panic, stop, mutate ...")
        case _:
            add("name", help="a parameter, an action, or a parameter with a value: mode:respond")
    add("--player", type=_within(1, 65535), default=1, help="whose (default: %(default)s)")
    add("--host", default="127.0.0.1", help="where the engine runs (default: %(default)s)")
    add("--port", type=_within(1, 65535), default=PORT, help="its OSC port (default: %(default)s)")


def _say(args: argparse.Namespace) -> int:
    from bridge.io import tell

    asked = tell.Asked(args.host, args.port, args.player)
    if args.command == "set":
        return tell.put(asked, args.name, args.value)
    return {"get": tell.get, "do": tell.do, "learn": tell.learn}[args.command](asked, args.name)


def _here(grammar: argparse.ArgumentParser, words: list[str], began: float) -> int:
    args = grammar.parse_args(words)
    if args.command in TELL:
        return _say(args)
    if args.command == "serve":
        clock = _clock(grammar, args)
        from bridge.io.serve import Options, serve

        named = max(len(args.midi_in), len(args.midi_out))
        if named > (args.midi_players or MIDI_PLAYERS):
            grammar.error(f"{named} MIDI ports are named, for {args.midi_players or MIDI_PLAYERS} players at most")
        players = args.midi_players or max(named, int(args.midi))
        return serve(
            Options(
                args.host, args.port, players, tuple(args.midi_in), tuple(args.midi_out), clock, args.tempo, args.model,
                args.lookahead, args.seed, args.quiet, args.json, args.meter, args.midi_offset / 1000,
                args.genre, args.config, _wishes(args), not args.no_start_stop, args.record, not args.no_record,
                args.learn,
            ),
            began,
        )  # fmt: skip
    from bridge.io.doctor import examination, ports

    return ports(as_json=args.json) if args.command == "ports" else examination(args.port, as_json=args.json)


def _clock(grammar: argparse.ArgumentParser, args: argparse.Namespace) -> str:
    """Who leads, as the options of `serve` together say."""
    if args.link and args.clock not in (None, "link"):
        grammar.error("--link is a clock: leave out --clock, or say --clock link")
    asked: str | None = "link" if args.link else args.clock
    if args.tempo is not None and asked not in (None, "link", "local"):
        grammar.error("--tempo is for a local clock; leave out --clock, or say --clock local")
    if args.no_start_stop and asked != "link":
        grammar.error("--no-start-stop is for --link")
    return asked or ("auto" if args.tempo is None else "local")


def _elsewhere(command: str, words: list[str]) -> int:
    """Hand the line to the module that knows it. Raises BridgeError where its packages are missing."""
    module = ELSEWHERE[command][0]
    if command == "export":  # two things that are exported; a jam needs nothing of what a model does
        from bridge.io import export

        module = export.__name__ if export.is_jam(words) else module
    try:
        code: int = importlib.import_module(module).main(words)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in WORKSHOP:
            raise
        raise BridgeError(f"{command} needs {missing}: pip install 'improv-bridge[training]'") from error
    return code


def _within(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isdecimal() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text} is no whole number from {low} to {high}")
        return int(text)

    return number


_port = _within(0, 65535)


def _wishes(args: argparse.Namespace) -> tuple[tuple[int, str, Word], ...]:
    """What --preset and --set ask for, as (player, name, value); player 0 is everyone."""
    return (*([(0, "preset", args.preset)] if args.preset is not None else []), *args.set)


def _wish(text: str) -> tuple[int, str, Word]:
    name, equals, value = text.partition("=")
    player, colon, rest = name.partition(":")
    if not equals or (colon and not (player.isdecimal() and 1 <= int(player) <= 65535)):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE, nor 2:NAME=VALUE for player 2")
    try:
        return (int(player), rest, spelt(rest, value)) if colon else (0, name, spelt(name, value))
    except WireError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _meter(text: str) -> tuple[int, int]:
    numerator, _, denominator = text.partition("/")
    if not (numerator.isdecimal() and 1 <= int(numerator) <= 32 and denominator in ("1", "2", "4", "8", "16", "32")):
        raise argparse.ArgumentTypeError(f"{text} is no meter: say 3/4, 6/8 ...")
    return int(numerator), int(denominator)


def _tempo(text: str) -> float:
    number = float(text)
    if not MIN_TEMPO <= number <= MAX_TEMPO:
        raise argparse.ArgumentTypeError(f"{text} is not within {MIN_TEMPO:g} to {MAX_TEMPO:g} quarter notes a minute")
    return number
