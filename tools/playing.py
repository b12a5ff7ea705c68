"""Draw the pictures of docs/playing.md: every mode as it is played with the shipped models, in virtual time.

python tools/playing.py
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bridge import tunes  # noqa: E402
from bridge.engine.jam import Jam  # noqa: E402
from bridge.engine.settings import Settings  # noqa: E402
from bridge.io.minds import answerers, choose  # noqa: E402
from bridge.io.roll import write_svg  # noqa: E402
from bridge.io.take import MELODY, Note, Take  # noqa: E402
from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE, Chord, Cue, Do, NoteOn, Set, Silence  # noqa: E402
from bridge.music.timeline import PPQ  # noqa: E402
from tests.virtual import Host, play  # noqa: E402

LEGEND = {MELODY: "you", ACCOMPANIMENT: "chords", BASS: "bass", RESPONSE: "its melody"}
TUNE, OTHER = "ode_to_joy", "drunken_sailor"


def phrase(host: Host, name: str, first: int, bars: int) -> Host:
    """Play some bars of a tune, from a bar counted from 0."""
    tune = tunes.load(name)
    begin, ticks = first * tune.meter.bar, bars * tune.meter.bar
    start = host.tick
    for tick, length, pitch, velocity in tune.notes:
        if begin <= tick < begin + ticks:
            host.run((start + tick - begin - host.tick) / PPQ)
            host.note(pitch, min(length, begin + ticks - tick) / PPQ, velocity)
    return host.run((start + ticks - host.tick) / PPQ)


def accompany(host: Host) -> None:
    """Eight bars of a tune."""
    phrase(host, TUNE, 0, 8)


def respond(host: Host) -> None:
    """Two bars, then silence."""
    phrase(host, TUNE, 0, 2).run(12)


def trade(host: Host) -> None:
    """Two bars each, twice."""
    phrase(host, TUNE, 0, 2).run(8)
    phrase(host, TUNE, 2, 2).run(8)


def loop(host: Host) -> None:
    """A call, its looped answer under other music, a mutation."""
    phrase(host, TUNE, 0, 2)
    for name in ("loop", "solo"):
        host.script.append((host.time + 1.0, Set(1, name, 1)))
    host.run(8)
    phrase(host, TUNE, 4, 2)
    host.script.append((host.time - 2.0, Do(1, "mutate")))
    host.run(8)


STORIES: dict[str, tuple[str, dict[str, Any], Callable[[Host], None]]] = {
    "accompany": ("accompany", {}, accompany),
    "respond": ("respond", {"mode": "respond"}, respond),
    "loop": (
        "loop, solo, mutate", {"mode": "respond", "call_bars": 2}, loop,
    ),
    "morph": ("morph 0.4", {"mode": "morph", "call_bars": 2}, trade),
    "accompany+respond": ("accompany+respond", {"mode": "accompany+respond", "call_bars": 2}, trade),
}  # fmt: skip


def take(title: str, values: dict[str, Any], story: Callable[[Host], None]) -> Take:
    """What comes of a story."""
    choice, (minds, _) = choose(None), answerers()
    settings = Settings()
    for name, value in values.items():
        settings.set(name, value)
    host = Host(tempo=120.0)
    story(host)
    host.stop()
    jam = Jam(choice.mind, fallback=choice.fallback, answerers=minds, settings=settings)
    found = Take(title, host.tempo, tunes.load(TUNE).meter, legend=LEGEND)
    found.end = round(host.tick)
    _heard(found, host)
    rate = host.tempo * PPQ / 60
    for time, output in play(jam, host.script, host.time + 0.1):
        match output.message:
            case Cue(voice, tick, ticks, pitch, velocity):
                found.add(voice, Note(tick, ticks, pitch, velocity))
            case Silence(voice) if output.to:
                found.silence(voice, round(time * rate))
            case Chord(tick, root, quality) if abs(tick - time * rate) < 120:
                found.name_chord(tick, root, quality)
    return found


def _heard(found: Take, host: Host) -> None:
    strikes = [event for _, event in host.script if isinstance(event, NoteOn)]
    ends = {(event.pitch, event.tick) for _, event in host.script if type(event).__name__ == "NoteOff"}
    for strike in strikes:
        off = min((tick for pitch, tick in ends if pitch == strike.pitch and tick > strike.tick), default=strike.tick)
        found.add(MELODY, Note(strike.tick, off - strike.tick, strike.pitch, strike.velocity))


def main() -> None:
    """Write the pictures."""
    folder = ROOT / "docs" / "playing"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (title, values, story) in STORIES.items():
        write_svg(take(title, values, story), folder / f"{name}.svg")


if __name__ == "__main__":
    main()
