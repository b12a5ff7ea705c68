"""Followers: from jittery arrivals to a smooth timeline.

`PulseFollower` hears MIDI clock. It is a second-order delay-locked loop (F. Adriaensen, "Using a DLL to filter time",
LAC 2005) with gears: in a steady tempo a narrow loop rejects jitter, and as soon as the errors lean to one side by more
than the jitter explains, the loop widens, so that steps and ramps are followed.

`PositionFollower` hears a host that says both position and tempo: the tempo is taken as it is, only the phase is
filtered.
"""

from math import sqrt

from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO, Timeline

STEADY = 0.1  # loop frequency, radians per pulse; 1 ms of jitter leaves 0.38 ms at most (improv bench clock)
AGILE = 0.55  # radians per pulse while the tempo moves; a ramp of 60 to 180 bpm in 8 bars stays within 5 ms
LEAN = 0.2  # share of a new error in the smoothed error; about five pulses decide that the tempo moves
EXCUSED = 0.75  # smoothed error, in units of the jitter, up to which the loop stays steady
RELAX = 0.12  # how fast the loop narrows again, per pulse
FLOOR = 2e-4  # seconds; jitter below this never makes the loop nervous
ODD = 0.35  # of a period; a pulse farther than this from its moment is no jitter and does not move the loop
LOST = 0.6  # of a period; a pulse earlier than this, after some were taken for lost, is one of those
SLOWER = 8  # odd arrivals in a row that each seem to lack whole pulses: then the tempo fell and nothing was lost
TURN = 3  # odd arrivals in a row that no loss explains: then the tempo is another
YOUNG = 3  # pulses after a start, during which an odd one means another tempo and nothing else
SURE = 0.15  # of a period; a gap of whole periods, as near as this, is a loss; another is a jump of the host's time
BUSY = 3e-3  # seconds that a busy machine may hold up a pulse, whatever the tempo
CERTAIN = 3  # pulses in their place, after some were taken for lost, until they count as lost for good
TWICE = 0.25  # of a period; pulses closer than this are one that came twice
SLOWEST = 60.0 / (24 * MIN_TEMPO)  # seconds per pulse
FASTEST = 60.0 / (24 * MAX_TEMPO)


class PulseFollower:
    """Where the clock pulses fall, though each arrives early or late and some not at all."""

    def __init__(self, tempo: float = 120.0) -> None:
        self.period = 60.0 / (24 * tempo)  # seconds per pulse
        self.time = 0.0  # filtered moment of the last pulse
        self._next = 0.0
        self._last: float | None = None  # arrival of the last pulse
        self._age = 0  # pulses since the start
        self._gear = AGILE
        self._bias = 0.0
        self._jitter = 1e-3
        self._row = 0  # odd arrivals in a row
        self._moved = False  # the last arrival was odd and no loss explains it: the host's time moved
        self._assumed = 0  # pulses counted in this row without having been heard
        self._ignored = 0  # pulses heard in this row but not counted
        self._regular = 0  # pulses in their place since some were taken for lost

    @property
    def tempo(self) -> float:
        """Quarter notes per minute."""
        return 60.0 / (24 * self.period)

    def begin(self, time: float) -> None:
        """The first pulse after a start: the phase is new, the tempo stays the likeliest."""
        self._rephase(time)
        self._last, self._age = time, 0

    def pulse(self, time: float) -> int:
        """Hear a pulse at `time`; how many pulses the song went on (0 or less where too many had been assumed)."""
        last, self._last = self._last, time
        self._age += 1
        if last is None or time - last > SLOWEST * SLOWER:
            self._rephase(time)
            return 1
        error = time - self._next
        if abs(error) <= ODD * self.period:
            self._row, self._ignored, self._moved = 0, 0, False
            self._regular += 1
            if self._regular >= CERTAIN:
                self._assumed = 0
            self._track(error)
            return 1
        if self._age <= YOUNG and time - last > TWICE * self.period:
            return self._measure(time - last, time)
        return self._odd(error, time - last, time)

    def _rephase(self, time: float) -> None:
        self.time, self._next = time, time + self.period
        self._gear, self._bias = AGILE, 0.0
        self._row, self._assumed, self._ignored, self._moved = 0, 0, 0, False

    def _measure(self, interval: float, time: float) -> int:
        """Begin anew at the tempo of one interval, and set right what the row of odd arrivals had counted.

        Pulses that came in their place after a loss speak for it: what was assumed before them stays counted.
        """
        counted = 1 + self._ignored - (0 if self._regular else self._assumed)
        if FASTEST <= interval <= SLOWEST:
            self.period = interval
        self._rephase(time)
        return counted

    def _odd(self, error: float, interval: float, time: float) -> int:
        """A pulse far from its moment: others were lost, it came twice, or the tempo jumped; a row of them tells."""
        if self._assumed > 0 and error < -LOST * self.period:
            self._assumed -= 1  # a pulse that we took for lost was only late
            return 0
        room = max(SURE * self.period, BUSY, 4 * self._jitter)
        if self._moved and abs(interval - self.period) > room:  # its time moved anew: count from the arrival before
            error = interval - self.period
            self._next = time - error
        missing = round(error / self.period)
        rest = error - missing * self.period
        self._row += 1
        whole = missing > 0 and abs(rest) <= room
        if self._row >= (SLOWER if whole else TURN):
            return self._measure(interval, time)
        if interval < TWICE * self.period:
            self._ignored += 1  # the same pulse twice, as JACK delivers it where a client missed its cycle
            return 0
        self._moved = not whole
        if self._moved:
            self._track(0.0)
            return 1
        self._assumed += missing
        self._regular = 0
        self._next += missing * self.period
        self._track(rest)
        return 1 + missing

    def _track(self, error: float) -> None:
        self._bias += LEAN * (error - self._bias)
        self._jitter += 0.02 * (min(abs(error), 3 * self._jitter + FLOOR) - self._jitter)
        excess = abs(self._bias) / (self._jitter + FLOOR) - EXCUSED
        target = min(AGILE, STEADY * (1 + 2.5 * excess)) if excess > 0 else STEADY
        self._gear = target if target > self._gear else self._gear + RELAX * (target - self._gear)
        push = sqrt(2) * self._gear * error
        self.time = self._next + push
        self._next += self.period + push
        self.period = min(SLOWEST, max(FASTEST, self.period + self._gear**2 * error))


EAGER = 0.25  # share of an error by which a report is ahead: nothing arrives before it was sent, so our clock is late
CALM = 0.02  # share where it is behind: mostly the network's delay, which is not the host's
BEHIND = 0.01  # seconds; reports in a row that are all behind by more ...
CONVINCED = 20  # ... after so many (half a second) mean that the host itself moved, and get the eager share
ASTRAY = 0.25  # seconds between report and expectation that no network delay explains
BELIEF = 3  # reports in a row that have to be astray before we believe that the host jumped


class PositionFollower:
    """Where the host is, though its reports come late by a varying network delay."""

    def __init__(self) -> None:
        self.astray = 0  # reports in a row that were not believed
        self._heard = 0
        self._behind = 0  # reports in a row that were behind

    def begin(self, tick: int, tempo: float, time: float) -> Timeline:
        """The first report after a start or a jump."""
        self._heard, self._behind, self.astray = 1, 0, 0
        return Timeline(tempo, tick, time)

    def follow(self, timeline: Timeline, tick: int, tempo: float, time: float) -> Timeline | None:
        """The corrected timeline, the same one where a report is not believed, None where the host has jumped."""
        expected = timeline.tick_at(time)
        error = tick - expected
        if abs(error) > ASTRAY * timeline.rate:
            self.astray += 1
            return timeline if self.astray < BELIEF else None
        self.astray = 0
        self._heard += 1
        self._behind = self._behind + 1 if error < -BEHIND * timeline.rate else 0
        share = EAGER if error > 0 or self._behind >= CONVINCED else CALM
        return Timeline(tempo, expected + error * max(share, 1 / self._heard), time)
