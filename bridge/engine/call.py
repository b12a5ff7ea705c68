"""The call: what a player plays to be answered, from its first note to the bar line at which it is over.

Rule 1. A call begins at the bar line of its first note; what is played up to a beat before a bar line is a pick-up and
belongs to the call that begins there.
Rule 2. A call of fixed length ends at its last bar line; one of automatic length when nothing sounded for
`silence_bars`, which are not part of it.
"""

from dataclasses import dataclass, replace
from typing import Final

from bridge.engine.answerer import Tone
from bridge.engine.ear import Ear
from bridge.engine.settings import Settings
from bridge.music.timeline import STEP, Place

LATE: Final = 2 * STEP  # ticks; a key that comes up so long after the bar line still left the bar silent


@dataclass(frozen=True, slots=True)
class Call:
    """A call under way."""

    begin: int  # tick of its first bar line
    since: int  # tick of its first note
    bars: int = 0  # bar lines since its beginning
    asked: bool = False  # the player said that it is over

    @classmethod
    def of(cls, tick: int, place: Place) -> "Call":
        """The call that begins with a note at `tick`, which lies at `place`."""
        line = tick - place.phase
        left = place.meter.bar - place.phase
        if left <= place.meter.beat and place.phase >= place.meter.beat:
            return cls(line + place.meter.bar, tick)
        return cls(line, tick)

    def at_bar(self, tick: int) -> "Call":
        """The call after a bar line at `tick`."""
        return replace(self, bars=self.bars + (tick > self.begin))

    def placed(self, tone: Tone) -> Tone:
        """A note of the call; one that came a little before its bar line was meant as its downbeat."""
        early = self.begin - tone.tick
        return replace(tone, tick=self.begin, ticks=max(1, tone.ticks - early)) if 0 < early <= STEP // 2 else tone

    def over(self, tick: int, place: Place, ear: Ear, settings: Settings) -> int | None:
        """Bars of the call if it is over at the bar line `tick`, after `at_bar`; None while it goes on."""
        if tick <= self.begin:
            return None
        fixed, most = int(settings.number("call_bars")), int(settings.number("max_listen_bars"))
        if self.asked or (fixed and self.bars >= fixed):
            return self.bars
        if fixed:
            return None
        silent, quiet = int(settings.number("silence_bars")), ear.quiet
        if quiet is not None and self.bars > silent and quiet <= tick - silent * place.meter.bar + LATE:
            return self.bars - silent
        return self.bars if most and self.bars >= most else None
