"""The ear: what one player plays, ready to be asked for sixteenth by sixteenth.

Rule 1. A note belongs to the sixteenth whose beginning is nearest, or to the next one that was not asked for yet:
late notes move, none is lost.
Rule 2. A packet that comes twice or too late changes nothing that was answered.
Rule 3. Under the pedal notes sound on, for the band too; but whether a phrase is over, the hands tell.
Rule 4. What was played is remembered as notes, with their own moments and lengths, for calls and variations.
"""

from collections import deque
from dataclasses import dataclass
from itertools import takewhile

from bridge.engine.answerer import CHORD, Tone
from bridge.music.listening import NOTHING, SLOW, Chroma, faded
from bridge.music.timeline import PPQ, STEP

FORGET = 32 * PPQ  # ticks; a key held for eight bars of 4/4 has lost its note-off
TIRED = 8 * PPQ  # ticks; a key held for two bars of 4/4 is no phrase that goes on: a drone, or its note-off is late
USUAL = 80  # velocity, until something is heard
KEPT = 1024  # notes that are remembered
LATEST = 4 * PPQ  # ticks; a note arrives at most so long after one that was struck later (`jam.TRUST` is half of it)


@dataclass(slots=True)
class Played:
    """A note that was played; `end` is None while its key is down."""

    tick: int
    pitch: int
    velocity: int
    end: int | None = None


class Ear:
    """Held and struck notes of one player, in the engine's ticks."""

    def __init__(self) -> None:
        self.held: dict[int, int] = {}  # pitch -> tick of its onset
        self.chroma: Chroma = NOTHING  # what was heard in the last bars
        self.tonal: Chroma = NOTHING  # and in the last phrases, from which the key is told
        self.velocity = float(USUAL)
        self.last: int | None = None  # tick of the last onset in a closed sixteenth
        self.ended: int | None = None  # tick at which the last note of the closed sixteenths ended
        self.struck: list[Played] = []  # in the sixteenth that was closed last, in order of time
        self.notes: deque[Played] = deque(maxlen=KEPT)  # everything, in order of arrival
        self._pending: list[Played] = []  # not asked for yet
        self._pedal = False
        self._lingering: dict[int, tuple[int, int]] = {}  # pitch whose key is up under the pedal -> onset, key up
        self._ended: dict[int, int] = {}  # pitch -> tick of its last release
        self._limit = 0  # tick before which notes belong to closed sixteenths

    def strike(self, tick: int, pitch: int, velocity: int) -> bool:
        """A key went down; False for a packet that came twice."""
        if self.held.get(pitch) == tick or any((n.tick, n.pitch) == (tick, pitch) for n in self._pending):
            return False
        note = Played(tick, pitch, velocity)
        if self._ended.get(pitch, -1) <= tick:
            self._close(pitch, tick)
            self.held[pitch] = tick
        else:
            note.end = self._ended[pitch]
        self._pending.append(note)
        self.notes.append(note)
        self.velocity += 0.3 * (velocity - self.velocity)
        return True

    def pedal(self, tick: int, *, down: bool) -> None:
        """The sustain pedal: while it is down, keys that come up sound on."""
        self._pedal = down
        if not down:
            for pitch, (struck, lifted) in [*self._lingering.items()]:
                if self.held.get(pitch) == struck:
                    self._ended[pitch] = tick
                    self._close(pitch, tick, lifted)
                    del self.held[pitch]
            self._lingering.clear()

    def release(self, tick: int, pitch: int) -> bool:
        """A key came up; False where it was not down, or came down again since."""
        onset = self.held.get(pitch, tick + 1)
        if self._pedal and onset <= tick:
            if self._lingering.get(pitch, (-1, 0))[0] != onset:
                self._lingering[pitch] = onset, tick
            return True
        self._ended[pitch] = tick
        if onset > tick:
            return False
        self._close(pitch, tick)
        del self.held[pitch]
        return True

    def _close(self, pitch: int, tick: int, lifted: int | None = None) -> None:
        """The note of a pitch that is down ends here; its key came up before, at `lifted`, where the pedal held it."""
        for note in reversed(self.notes):
            if note.pitch == pitch:
                note.end = tick if note.end is None else note.end
                self._quieter(note, note.end if lifted is None else lifted)
                return

    def _quieter(self, note: Played, end: int | None) -> None:
        """The hands left a note at `end`; one that they were on for longer than `TIRED` they had left before."""
        if end is not None and note.tick < self._limit:
            self.ended = max(self.ended or 0, min(end, note.tick + TIRED))

    def hear(self, step: int) -> int | None:
        """Close the sixteenth before `step`: the highest pitch struck in it, if any."""
        limit = self._limit = step - STEP // 2
        self.struck = sorted((n for n in self._pending if n.tick < limit), key=lambda n: n.tick)
        if self.struck:
            self.last = max(self.last or 0, self.struck[-1].tick)
            for note in self.struck:
                self._quieter(note, note.end)
        self._pending = [note for note in self._pending if note.tick >= limit]
        for pitch in [pitch for pitch, tick in self.held.items() if step - tick > FORGET]:
            self._close(pitch, step)
            del self.held[pitch]
        pitches = [note.pitch for note in self.struck]
        sounding = {*pitches, *self.held}
        self.chroma, self.tonal = faded(self.chroma, sounding), faded(self.tonal, sounding, SLOW)
        return max(pitches, default=None)

    def silent_since(self, step: int) -> int:
        """Ticks since the last onset; 0 while a key is down or before anything was heard."""
        return 0 if self.held or self.last is None else max(0, step - self.last)

    @property
    def quiet(self) -> int | None:
        """The tick from which on the hands rest in the closed sixteenths; None while they do not, or before anything
        was played. What only the pedal holds is no playing, nor is a key that has been down for `TIRED`.
        """
        ends = [] if self.ended is None else [self.ended]
        for pitch, struck in self.held.items():
            onset, lifted = self._lingering.get(pitch, (-1, 0))
            end = lifted if onset == struck else struck + TIRED
            if struck < self._limit <= end:
                return None
            ends += [end] if struck < self._limit else []
        return max(ends, default=None)

    def phrase(self, since: int, until: int) -> tuple[Tone, ...]:
        """The notes that began in a span of ticks, in order; those still down count as ending at its end."""
        recent = takewhile(lambda n: n.tick >= since - LATEST, reversed(self.notes))
        found = [n for n in recent if since <= n.tick < until]
        return tuple(
            Tone(n.tick, max(1, (until if n.end is None else n.end) - n.tick), n.pitch, n.velocity)
            for n in sorted(found, key=lambda n: (n.tick, n.pitch))
        )

    def clear(self) -> None:
        """Forget what was heard; keys that are down stay down."""
        self.chroma = self.tonal = NOTHING
        self.last, self.ended, self._pending, self.struck = None, None, [], []
        self.notes.clear()

    def lift(self) -> None:
        """All keys come up: the transport stopped, or its numbering began anew."""
        for pitch, tick in [*self.held.items()]:
            self._close(pitch, tick + 1)
        self.held.clear()
        self._lingering.clear()
        self._pending.clear()
        self._ended.clear()


def top_line(struck: list[Played]) -> list[Played]:
    """The top line of what was struck."""
    line: list[Played] = []
    for played in struck:
        if line and played.tick - line[-1].tick < CHORD:
            line[-1] = max(line[-1], played, key=lambda note: note.pitch)
        else:
            line.append(played)
    return line
