"""`improv serve`: the shells, the jam and the loop put together, from the first port to the last silence."""

import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter, time
from typing import TYPE_CHECKING, Any, Final

from bridge import __version__
from bridge.engine.console import Desk
from bridge.engine.door import Cast
from bridge.engine.settings import Settings
from bridge.generators import shelf
from bridge.io.config import Config, Wish, read
from bridge.io.host import Follower, Host, Shell, Summary, Timed, signals, undisturbed
from bridge.io.jams import new
from bridge.io.learned import Keeper
from bridge.io.minds import Choice, answerers, choose
from bridge.io.osc import OscShell
from bridge.io.provenance import header_of, jam_of
from bridge.io.record import Recorded, Writer
from bridge.music.errors import BridgeError
from bridge.music.events import EVERYONE, Event
from bridge.music.timeline import Meter
from bridge.quiet import hushed

if TYPE_CHECKING:
    from bridge.io.midi import MidiReport
    from bridge.io.tutor import Pupil

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line may ask for."""

    host: str
    port: int  # 0: any free one
    midi: int  # players on MIDI ports
    midi_in: tuple[str, ...]  # existing ports of players 1, 2 ...; beyond: virtual ones
    midi_out: tuple[str, ...]
    clock: str  # auto, osc, midi, link, local
    tempo: float | None  # quarter notes per minute; of a local clock, or of a Link session that we begin
    model: str | None
    lookahead: float | None  # milliseconds
    seed: int
    quiet: bool
    json: bool
    meter: tuple[int, int] | None = None  # of a clock that says none
    midi_offset: float = 0.0  # seconds by which MIDI output is late
    genre: str | None = None  # that a new player begins with
    config: str | None = None  # a file like improv.toml; `none`: none at all
    wishes: tuple[Wish, ...] = ()  # of --set and --preset
    start_stop: bool = True  # whether a Link session's start and stop are ours
    record: Path | None = None  # a file or a folder for the log of the jam; None: the user's own folder
    recording: bool = True
    learn: bool = False  # whether a process beside the jam tunes the band to its players

    def asked(self) -> list[Wish]:
        """What players shall begin with, as all options together say."""
        numerator, denominator = self.meter or (None, None)
        words = {
            "numerator": numerator, "denominator": denominator, "lookahead_ms": self.lookahead, "genre": self.genre,
        }  # fmt: skip
        return [*((EVERYONE, name, value) for name, value in words.items() if value is not None), *self.wishes]


def serve(options: Options, began: float) -> int:
    """Play until a signal; `began` is when the command did, in perf_counter seconds. Raises BridgeError."""
    logging.basicConfig(format="improv: %(message)s", level=logging.ERROR if options.quiet else logging.WARNING)
    config = read(options.config)
    choice = choose(options.model)
    made_for = {} if choice.temperature is None else {"temperature": choice.temperature}
    desk, notes = config.desk(made_for, options.asked())
    settings = Settings()
    settings.values.update(desk.presets.beginning(EVERYONE))
    minds, missing = answerers()
    for line in (choice.warning, *choice.notes, *missing, apart(settings.word("genre"), choice), *notes):
        if line:
            LOG.warning("%s", line)
    mind = Timed(choice.mind)
    cast = Cast(choice.mind, choice.fallback, minds)
    pupil = _pupil(options, choice)
    header = header_of(
        cast, settings=settings, seed=options.seed, generation=generation(), clock=options.clock,
        tempo=options.tempo or 120.0, model=options.model, fault="no_model" if choice.warning else "",
        desk=desk, at=perf_counter(),
    )  # fmt: skip
    jam = jam_of(header, replace(cast, mind=mind), desk)
    jam.step_ms = mind.ms
    with ExitStack() as stack:
        log = stack.enter_context(Writer(new(options.record, header), header)) if options.recording else None
        host = Host(Recorded(jam, log.keep) if log else jam)
        stack.enter_context(signals(host))
        enqueue = _linked(stack, host, jam.settings, options) if options.clock == "link" else host.enqueue
        osc = stack.enter_context(OscShell(enqueue, host=options.host, port=options.port))
        shells: list[Shell] = [osc, *keepers(stack, config, desk)]
        followers: list[Follower] = []
        ready: dict[str, Any] = {"event": "ready", "port": osc.port, "pid": os.getpid()}
        ready |= {"midi_in": None, "midi_out": None}  # player 1's; all players' are in `midi`
        ready["log"] = str(log.path) if log and log.writing else None
        midi = None
        if options.midi:
            from bridge.io.midi import MidiShell, pairs

            ports = pairs(options.midi, options.midi_in, options.midi_out)
            with hushed():
                midi = stack.enter_context(MidiShell(enqueue, ports=ports, offset=options.midi_offset))
            shells.append(midi)
            followers.append(midi)
            ready["midi"] = [{"player": pair.player, "in": pair.names[0], "out": pair.names[1]} for pair in ports]
            ready["midi_in"], ready["midi_out"] = ports[0].names
        if pupil:
            _taught(stack, pupil, host, log)
        stack.enter_context(undisturbed())
        _greet(options, choice, ready, perf_counter() - began)
        if options.clock == "local":
            host.lead(options.tempo or 120.0, perf_counter())
        host.run(shells, followers)
    _part(options, host.summary(osc.refused + osc.unsent), midi.report() if midi else None)
    return 0


def _pupil(options: Options, choice: Choice) -> "Pupil | None":
    """The band, if it is to learn; raises BridgeError where it cannot."""
    if not options.learn:
        return None
    if not options.recording:
        raise BridgeError("--learn learns from the jam's log: leave out --no-record")
    from bridge.io.tutor import teachable

    return teachable(choice.mind)


def _taught(stack: ExitStack, pupil: "Pupil", host: Host, log: Writer | None) -> None:
    """Let the band learn from this jam until its end."""
    from bridge.io.tutor import Tutor

    if log and log.writing:
        tutor = stack.enter_context(Tutor(log.path, pupil, host.enqueue))
        host.accompany(tutor.still)
    else:
        LOG.warning("nothing is learnt from a jam that is not recorded")


def keepers(stack: ExitStack, config: Config, desk: Desk) -> list[Shell]:
    """Who writes what controls learn; nobody where nothing is to be kept."""
    return [stack.enter_context(Keeper(desk.controls, config.learned))] if config.learned else []


def _linked(stack: ExitStack, host: Host, settings: Settings, options: Options) -> Callable[[Event, float], object]:
    """Join a Link session; what the other shells enqueue from now on, so that wishes reach the session."""
    from bridge.io.link import LinkShell

    def meter() -> Meter:
        return Meter(int(settings.number("numerator")), int(settings.number("denominator")))

    tempo = options.tempo or 120.0
    shell = LinkShell(host.enqueue, tempo=tempo, meter=meter, start_stop=options.start_stop)
    return stack.enter_context(shell).heed


def apart(genre: str, choice: Choice) -> str:
    """That a genre has no weights of its own here, in one line; empty where it has, or needs none."""
    which = shelf.set_of(genre)
    if which == shelf.PLAIN or which in shelf.sets(shelf.DEFAULT) or choice.mind.name != shelf.DEFAULT:
        return ""
    return f"there is no model {shelf.named(shelf.DEFAULT, which)!r}: {genre} is played by the default weights"


def generation() -> int:
    """A number that an engine started later exceeds, but once in half a year: a device knows a new engine by it.

    Pure Data's numbers are floats of 32 bits, exact for whole numbers up to 2**24; a million silences fit above it.
    """
    return int(time()) % (2**24 - 2**20)


def _greet(options: Options, choice: Choice, ready: dict[str, Any], startup: float) -> None:
    if options.json:
        _say(json.dumps(ready | {"mind": choice.mind.name, "clock": options.clock, "startup_s": round(startup, 3)}))
    elif not options.quiet:
        named = "; ".join(f"{pair['in']}, {pair['out']}" for pair in ready.get("midi", ()))
        midi = f" and MIDI ({named})" if named else ""
        _say(
            f"improv {__version__}: {choice.mind.name} listens for OSC on {options.host}:{ready['port']}{midi}, "
            f"clock {options.clock}; Ctrl-C ends" + (f"; recorded in {ready['log']}" if ready["log"] else "")
        )


def _part(options: Options, summary: Summary, midi: "MidiReport | None") -> None:
    if options.json:
        _say(json.dumps(summary.event() | ({"midi": asdict(midi)} if midi else {})))
    elif not options.quiet:
        margin, step = summary.margin_ms, summary.step_ms
        figures = (
            f"; a cue left {margin['min']:.1f} ms early at least, {margin['p50']:.1f} in the median; "
            f"a step took {step['p50']:.2f} ms in the median, p99 {step['p99']:.2f}"
        )
        sums = f"heard {summary.heard} notes, sent {summary.cues} cues, {summary.late} late"
        _say(sums + figures if summary.cues else sums)


def _say(line: str) -> None:
    """A line at once; a reader that has gone does not end the music."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
