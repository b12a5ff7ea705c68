"""Comping: when a chord is struck, how long and how loud, by the meter and the place in the bar.

A chord is decided on every beat, so a strike never lasts beyond its beat. A chord that changes is always struck.
"""

from bridge.engine.frame import Note
from bridge.music.events import ACCOMPANIMENT
from bridge.music.timeline import STEP, Place

SOFTER = 0.72  # of the player's own loudness: the band stays under the tune


def strikes(place: Place, pitches: tuple[int, ...], velocity: int, *, changed: bool) -> tuple[Note, ...]:
    """The notes of a chord on this step; empty where the pattern rests."""
    beat, offset = divmod(place.phase, place.meter.beat)
    if not pitches or offset >= STEP:
        return ()
    waltz = place.meter.bar == 3 * place.meter.beat and not place.meter.compound
    if waltz and beat == 0 and not changed:
        return ()  # the bass has the first beat of a waltz to itself
    strong = beat == 0 or (beat == 2 and place.meter.bar == 4 * place.meter.beat)
    length = place.left if strong or changed else place.left * 2 // 3
    accent = SOFTER * (1.0 if strong else 0.86)
    loud = max(1, min(127, round(velocity * accent)))
    return tuple(Note(ACCOMPANIMENT, length - 8, pitch, loud) for pitch in pitches)
