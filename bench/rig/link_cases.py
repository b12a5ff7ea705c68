"""Ableton's test plan for Link applications, item by item: the engine is the App, another peer is LinkHut.

After https://github.com/Ableton/link/blob/master/TEST-PLAN.md, for STARTSTOPSTATE LinkKit's edition of it. Each case
returns what was seen; the tests and the rig judge it.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, Final

from bench.rig.link_figures import alignment, bases, songs, struck, wander
from bench.rig.link_midi import Midi
from bench.rig.link_stage import Engine, Peer, wait
from bridge.music.events import Position, Transport

Seen = dict[str, Any]
SETTLE = 0.3  # seconds between a wish and judging what became of it
PLAYED = 1.6  # seconds of music that a figure is taken from
SLOW = 6.5  # seconds at 20 bpm, which has a beat every three
AGE = 0.8  # seconds that a session needs to be the older: within half a second Link takes either for it


def _measure(engine: Engine, peer: Peer, seconds: float = PLAYED) -> Seen:
    """Play on; where the cues of that time fall on the peer's beats."""
    since = time.perf_counter()
    time.sleep(seconds)
    until = time.perf_counter()
    return asdict(alignment(engine.told, peer.look(), since, until, peer.quantum))


def _session(stack: ExitStack, tempo: float, quantum: float = 4.0) -> Peer:
    """A peer that has had a session for a while, and plays in it."""
    peer = Peer(stack, tempo, quantum).enabled()
    peer.ask("play")
    time.sleep(AGE)
    return peer


def _met(engine: Engine, peer: Peer) -> None:
    wait(lambda: peer.state()["peers"] == 1, "other peer")
    time.sleep(SETTLE)


def _first(engine: Engine, since: float) -> float:
    """Where in the song the first cue after a moment stands, in quarter notes."""
    return next(beat for beat, cue in songs(engine.told) if cue.arrival > since)


def _apart(engine: Engine, peer: Peer) -> int:
    """By how many quarter notes the engine's song and the peer's beats, both begun at 0, are apart now."""
    moment, theirs, tempo, _ = peer.look()[-1]
    ours, cue = next((beat, cue) for beat, cue in reversed(songs(engine.told)) if cue.moment)
    assert cue.moment is not None
    return round(ours - theirs - (cue.moment - moment) * tempo / 60)


def _started(engine: Engine, since: float) -> None:
    wait(lambda: engine.cues(since), "cue")


def tempo_1(stack: ExitStack) -> Seen:
    """Tempo changes should be transmitted between connected apps."""
    peer = _session(stack, 120.0)
    engine = Engine(stack)
    _met(engine, peer)
    seen: Seen = {"engine plays before": engine.transport().playing}
    engine.set("tempo", 140.0)
    time.sleep(SETTLE)
    seen["peer after the engine's 140"] = peer.state()["tempo"]
    now = time.perf_counter()
    engine.do("play")
    _started(engine, now)
    seen["at 140"] = _measure(engine, peer)
    engine.set("tempo", 156.0)
    time.sleep(SETTLE)
    seen["peer after the engine's 156"] = peer.state()["tempo"]
    seen["at 156"] = _measure(engine, peer)
    peer.ask("tempo", 117.0)
    time.sleep(SETTLE)
    seen["engine after the peer's 117"] = engine.transport().tempo
    seen["at 117"] = _measure(engine, peer)
    return seen


def tempo_2(stack: ExitStack) -> Seen:
    """Opening an app with Link enabled should not change the tempo of an existing Link session."""
    Engine(stack, "--tempo", "100").end()
    peer = _session(stack, 130.0)
    engine = Engine(stack, "--tempo", "100")
    _met(engine, peer)
    return {"peer": peer.state()["tempo"], "engine": engine.transport().tempo, "peers": peer.state()["peers"]}


def tempo_3(stack: ExitStack) -> Seen:
    """When connected, loading a new document (here: a player whose host has another tempo) should not change it."""
    peer = _session(stack, 130.0)
    engine = Engine(stack)
    _met(engine, peer)
    seen: Seen = {"peer before": peer.state()["tempo"]}
    for tick in range(0, 960, 24):
        engine.say(Position(1, tick, tick, 96.0, 1, 3, 4))
        time.sleep(0.01)
    return seen | {"peer": peer.state()["tempo"], "engine": engine.transport().tempo}


def tempo_4(stack: ExitStack) -> Seen:
    """Tempo range handling: 20 and 999 bpm."""
    engine, peer = _together(stack)
    seen: Seen = {}
    for tempo, seconds in ((20.0, SLOW), (999.0, PLAYED)):
        peer.ask("tempo", tempo)
        time.sleep(SETTLE)
        seen[f"at {tempo:g}"] = _measure(engine, peer, seconds)
        seen[f"engine at {tempo:g}"] = engine.transport().tempo
    return seen


def tempo_5(stack: ExitStack) -> Seen:
    """Enabling Link does not change the app's tempo if there is no Link session to join."""
    engine = Engine(stack, "--tempo", "97")
    seen: Seen = {}
    engine.set("link", 0)
    engine.do("play")
    for on, tempo in ((1, 103.0), (0, 111.0)):
        engine.set("tempo", tempo)
        time.sleep(SETTLE)
        engine.set("link", on)
        time.sleep(SETTLE)
        seen[f"{tempo:g}, then link {on}"] = engine.transport().tempo
    return seen


def beattime_1(stack: ExitStack) -> Seen:
    """Enabling Link does not change the app's beat time if there is no Link session to join."""
    engine = Engine(stack)
    engine.set("link", 0)
    now = time.perf_counter()
    engine.do("play")
    _started(engine, now)
    for on in (1, 0):
        time.sleep(PLAYED / 2)
        engine.set("link", on)
    time.sleep(PLAYED / 2)
    cues = engine.cues()
    return {"cues": len(cues), "wander ms": wander(cues, 120.0), "bases": len(bases(engine.told, now))}


def beattime_2(stack: ExitStack) -> Seen:
    """The app's beat time does not change if another participant joins its session."""
    engine = Engine(stack)
    now = time.perf_counter()
    engine.do("play")
    _started(engine, now)
    time.sleep(AGE)
    peer = Peer(stack, 87.0).enabled()
    _met(engine, peer)
    seen: Seen = {"after": _measure(engine, peer), "peer": peer.state()["tempo"], "bases": len(bases(engine.told, now))}
    return seen | {"wander ms": wander(engine.cues(), 120.0)}


def startstopstate_1(stack: ExitStack) -> Seen:
    """Listening to start and stop commands from other peers."""
    engine, peer = Engine(stack), Peer(stack, 120.0).enabled()
    _met(engine, peer)
    seen: Seen = {"before": engine.transport().playing}
    now = time.perf_counter()
    peer.ask("play")
    _started(engine, now)
    seen["while"] = _measure(engine, peer)
    seen["first cue's beat"] = _first(engine, now)
    seen["whole beats apart"] = _apart(engine, peer)
    stopped = time.perf_counter()
    peer.ask("stop")
    time.sleep(SETTLE)
    ends = [each for each in engine.told if isinstance(each.message, Transport) and each.arrival > stopped]
    seen["stopped after ms"] = min((each.arrival - stopped) * 1000 for each in ends if not each.message.playing)
    seen["cues after"] = len(engine.cues(stopped + SETTLE))
    return seen


def startstopstate_2(stack: ExitStack) -> Seen:
    """Sending start and stop commands to other peers."""
    peer = _session(stack, 120.0)
    engine = Engine(stack)
    _met(engine, peer)
    seen: Seen = {"joined": (engine.transport().playing, peer.state()["playing"])}
    now = time.perf_counter()
    engine.do("play")
    _started(engine, now)
    seen["first cue's beat"] = _first(engine, now)
    seen["while"] = _measure(engine, peer)
    engine.do("halt")
    time.sleep(SETTLE)
    seen["halted"] = (engine.transport().playing, peer.state()["playing"])
    now = time.perf_counter()
    engine.do("play")
    _started(engine, now)
    seen["again"] = (engine.transport().playing, peer.state()["playing"])
    return seen | {"while again": _measure(engine, peer)}


def quantum(stack: ExitStack) -> Seen:
    """Beside the plan: in 3/4 the bars of three quarters are shared with a peer whose quantum is 3."""
    peer = _session(stack, 150.0, 3.0)
    engine = Engine(stack, "--meter", "3/4")
    _met(engine, peer)
    now = time.perf_counter()
    engine.do("play")
    _started(engine, now)
    return {"while": _measure(engine, peer), "meter": engine.transport().numerator}


def on_its_own(stack: ExitStack) -> Seen:
    """Beside the plan: without start and stop from the session the engine plays at once, and on."""
    peer = _session(stack, 130.0)
    engine = Engine(stack, "--no-start-stop")
    _met(engine, peer)
    seen: Seen = {"joined": (engine.transport().playing, peer.state()["playing"])}
    _started(engine, time.perf_counter())
    peer.ask("stop")
    time.sleep(SETTLE)
    seen |= {"after the peer's stop": engine.transport().playing, "while": _measure(engine, peer)}
    peer.ask("play")
    engine.do("halt")
    time.sleep(SETTLE)
    return seen | {"after the engine's halt": (engine.transport().playing, peer.state()["playing"])}


def midi(stack: ExitStack) -> Seen:
    """AUDIOENGINE-1, as far as the engine makes sound: the MIDI port's note-ons on the peer's sixteenths."""
    ports = Midi(stack)
    engine = Engine(stack, "--midi", environment=ports.environment)
    peer = Peer(stack, 120.0).enabled()
    _met(engine, peer)
    ports.listen()
    now = time.perf_counter()
    peer.ask("play")
    _started(engine, now)
    borders = [time.perf_counter()]
    for tempo in (140.0, 999.0, None):
        time.sleep(PLAYED + SETTLE)
        borders.append(time.perf_counter())
        if tempo is not None:
            peer.ask("tempo", tempo)
    readings, onsets = peer.look(), ports.onsets()
    names = ("at 120", "at 140, the change in it", "at 999, the change in it")
    spans = zip(names, borders, borders[1:], strict=False)
    return {name: asdict(struck(onsets, readings, begin, end)) for name, begin, end in spans}


def tempos(stack: ExitStack) -> Seen:
    """Beside the plan, for the figures: tempos from 20 to 999, and a tempo that changes ten times a second."""
    engine, peer = _together(stack)
    seen: Seen = {}
    for tempo in (20.0, 60.0, 120.0, 240.0, 999.0):
        peer.ask("tempo", tempo)
        time.sleep(SETTLE)
        seen[f"at {tempo:g}"] = _measure(engine, peer, 2 * SLOW if tempo == 20.0 else 2 * PLAYED)
    peer.ask("tempo", 90.0)
    time.sleep(SETTLE)
    since = time.perf_counter()
    for step in range(1, 61):
        peer.ask("tempo", 90.0 + step)
        time.sleep(0.1)
    time.sleep(SETTLE)
    ramp = alignment(engine.told, peer.look(), since, time.perf_counter(), peer.quantum, foreseen=False)
    return seen | {"90 to 150 in 6 s, as cued": asdict(ramp), "after it": _measure(engine, peer, 2 * PLAYED)}


def _together(stack: ExitStack) -> tuple[Engine, Peer]:
    """Both in one session, playing."""
    engine, peer = Engine(stack), Peer(stack, 120.0).enabled()
    _met(engine, peer)
    now = time.perf_counter()
    peer.ask("play")
    _started(engine, now)
    return engine, peer


CASES: Final[dict[str, Callable[[ExitStack], Seen]]] = {
    "TEMPO-1": tempo_1,
    "TEMPO-2": tempo_2,
    "TEMPO-3": tempo_3,
    "TEMPO-4": tempo_4,
    "TEMPO-5": tempo_5,
    "BEATTIME-1": beattime_1,
    "BEATTIME-2": beattime_2,
    "STARTSTOPSTATE-1": startstopstate_1,
    "STARTSTOPSTATE-2": startstopstate_2,
    "quantum": quantum,
    "on its own": on_its_own,
    "MIDI": midi,
}
FIGURES: Final[dict[str, Callable[[ExitStack], Seen]]] = {"tempos": tempos}  # which no test needs
