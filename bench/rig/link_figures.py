"""What the Link rig measures: where the engine's cues fall on another peer's beats, and whether beats ever jump."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from bench.rig.link_stage import Told
from bridge.music.events import Cue, Transport
from bridge.music.timeline import PPQ

SETTLED = 0.1  # seconds that a change of tempo may take to reach everyone


@dataclass(frozen=True, slots=True)
class Alignment:
    """How far from the peer's own beats the engine's cues sound, in milliseconds; late is positive."""

    cues: int
    median: float
    worst: float  # largest absolute error
    margin: float  # the least time from a cue's arrival to its moment


def alignment(
    told: Sequence[Told],
    readings: Sequence[Sequence[float]],
    since: float,
    until: float,
    quantum: float,
    *,
    foreseen: bool = True,
) -> Alignment:
    """The errors of the cues that came in a span of time and sound in it.

    A cue's tick less the monitor's `tick - song` is a place in the song, whose phase in the quantum (quarter notes) has
    to be the peer's; so a cue that sounds a whole sixteenth or beat off is off by that. Cues that were sent before a
    change of tempo and sound after it are left out, if only what could be `foreseen` counts: a device plays them by
    their tick.
    """
    errors: list[float] = []
    margins: list[float] = []
    for beat, each in songs(told):
        if each.moment is not None and since <= each.arrival and each.moment <= until:
            error = _error(beat, each, readings, quantum, foreseen=foreseen)
            errors += [] if error is None else [error]
            margins.append((each.moment - each.arrival) * 1000)
    if not errors:
        return Alignment(0, 0.0, 0.0, 0.0)
    return Alignment(len(errors), sorted(errors)[len(errors) // 2], max(map(abs, errors)), min(margins))


def struck(onsets: Sequence[float], readings: Sequence[Sequence[float]], since: float, until: float) -> Alignment:
    """How far from the nearest of the peer's sixteenths MIDI notes were struck; a note has no margin."""
    errors: list[float] = []
    for onset in onsets:
        index = bisect_left(readings, onset, key=lambda each: each[0])
        if since <= onset <= until and 0 < index < len(readings):
            moment, beat, tempo, _ = readings[index - 1]
            at = beat + (onset - moment) * tempo / 60
            errors.append((at - round(at * 4) / 4) * 60 / tempo * 1000)
    if not errors:
        return Alignment(0, 0.0, 0.0, 0.0)
    return Alignment(len(errors), sorted(errors)[len(errors) // 2], max(map(abs, errors)), 0.0)


def songs(told: Sequence[Told]) -> list[tuple[float, Told]]:
    """The cues, each with its place in the song in quarter notes."""
    base, found = 0, []
    for each in told:
        if isinstance(each.message, Transport):
            base = each.message.tick - each.message.song
        if isinstance(each.message, Cue):
            found.append(((each.message.tick - base) / PPQ, each))
    return found


def _error(
    beat: float, cue: Told, readings: Sequence[Sequence[float]], quantum: float, *, foreseen: bool
) -> float | None:
    assert cue.moment is not None
    first = bisect_left(readings, cue.arrival - SETTLED, key=lambda each: each[0])
    last = bisect_left(readings, cue.moment, key=lambda each: each[0])
    span = readings[max(0, first - 1) : last + 1]
    if last == len(readings) or (foreseen and {each[2] for each in span} != {span[-1][2]}):
        return None
    moment, theirs, tempo, _ = readings[last]
    apart = theirs + (cue.moment - moment) * tempo / 60 - beat
    apart = (apart + quantum / 2) % quantum - quantum / 2
    return apart * 60 / tempo * 1000


def wander(cues: Sequence[Told], tempo: float) -> float:
    """The largest distance, in milliseconds, of the cues' moments from the line through the first at this tempo."""
    timed = [(each.message.tick, each.moment) for each in cues if isinstance(each.message, Cue) and each.moment]
    if not timed:
        return float("inf")
    tick, moment = timed[0]
    return max(abs(at - moment - (each - tick) * 60 / tempo / PPQ) for each, at in timed) * 1000


def bases(told: Sequence[Told], since: float) -> set[int]:
    """Every `tick - song` that the engine told while it played: more than one, and its beats jumped."""
    heard = (each.message for each in told if each.arrival > since)
    return {each.tick - each.song for each in heard if isinstance(each, Transport) and each.playing}
