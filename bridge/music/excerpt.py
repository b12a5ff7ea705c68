"""An excerpt of a performance: some of its bars, as a performance of its own that begins at 0.

A note belongs to the bar in which it begins; what reaches beyond the end is ended there. Chords, meters and tempos
that hold at the beginning begin there.
"""

from typing import TypeVar

from bridge.music.errors import BridgeError
from bridge.music.performance import Performance

T = TypeVar("T")


def excerpt(done: Performance, first: int, last: int) -> Performance:
    """Bars `first` to `last`, counted from 1. Raises BridgeError where there are none of these."""
    bars = [*done.bars, done.end]
    if not 1 <= first <= last or first > len(done.bars):
        raise BridgeError(f"there are {len(done.bars)} bars: --bars takes some from 1 to that, as 5-8")
    begin, end = bars[first - 1], bars[min(last, len(done.bars))]
    found = Performance(end=end - begin)
    found.bars = [bar - begin for bar in done.bars if begin <= bar < end]
    for where, notes in done.notes.items():
        kept = [
            note._replace(tick=note.tick - begin, ticks=min(note.tick + note.ticks, end) - note.tick)
            for note in notes
            if begin <= note.tick < end
        ]
        if kept:
            found.notes[where] = kept
    found.meters, found.tempos = _held(done.meters, begin, end), _held(done.tempos, begin, end)
    found.chords = {player: _held(chords, begin, end) for player, chords in done.chords.items()}
    found.marks = [mark._replace(tick=mark.tick - begin) for mark in done.marks if begin <= mark.tick < end]
    return found


def _held(spans: list[tuple[int, T]], begin: int, end: int) -> list[tuple[int, T]]:
    """What holds from `begin` on, and what follows before `end`."""
    before = [value for tick, value in spans if tick <= begin]
    after = [(tick - begin, value) for tick, value in spans if begin < tick < end]
    return [*((0, value) for value in before[-1:]), *after]
