"""The exchange: call and response of one player, in the engine's ticks.

Rule 1. A response begins on the bar line at which the call is over: its downbeat is decided like any other sixteenth.
Rule 2. It lies on ticks: whatever the tempo does, call and response stay on the grid.
Rule 3. A call may begin while a response sounds; the response that answers it takes the old one's place.
Rule 4. It is composed a few notes ahead of the music, from (state, key) alone, so when it is composed changes nothing.
Rule 5. Where the mind raises, a plainer one answers with what it has: the jam never stops.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice, takewhile
from operator import attrgetter
from typing import Any, Final

from bridge.engine.answerer import CHORD, Answerer, Ask, Phrase, Tone
from bridge.engine.call import Call
from bridge.engine.ear import Ear, Played
from bridge.engine.frame import Note
from bridge.engine.response import Response, Said
from bridge.engine.settings import Settings
from bridge.music.events import RESPONSE
from bridge.music.timeline import PPQ, STEP, Place

MOST_TONES: Final = 2048  # in one response, or times that its mind is asked for more: it has lost its way

DEFAULT: Final = "melody"  # who answers where nobody is named
ECHO: Final = "echo"  # the mind that answers where the others fail

Minds = Mapping[str, Answerer]  # by name; ECHO is among them
Asking = Callable[[Phrase, int, int], Ask]  # the question, from a source, a tick and a length


class Exchange:
    """Who has the word, and what the machine says with it."""

    def __init__(self, minds: Minds) -> None:
        self.call: Call | None = None
        self.response: Response | None = None
        self.failures, self.failure = 0, ""
        self._minds = minds
        self._who = ""  # the mind that listens
        self._heard: Any = None  # its state: what it remembers of calls and responses
        self._last: tuple[int, int, int] | None = None  # the last onset that it was told: tick, pitch, ticks if known
        self._said: Said | None = None
        self._mutating = False
        self._takes = 0  # responses so far, so that each is drawn anew

    @property
    def phase(self) -> str:
        """Ready, listening or playing, as a stage light would say."""
        return "playing" if self.response else "listening" if self.call else "ready"

    def forget(self) -> None:
        """Forget the call and all that was heard; the response goes on."""
        self.call, self._heard, self._last = None, None, None

    def knows(self, name: str) -> bool:
        """Whether a mind of that name is there; `melody` always is, if only as an echo."""
        return name in self._minds or name == DEFAULT

    def drop(self) -> None:
        """No call and no response to loop or to mutate; the memory stays."""
        self.call, self.response, self._said, self._mutating = None, None, None, False

    def halt(self) -> None:
        """The transport stands: the call is lost, a response is over; a loop comes back with the next bar line."""
        said = self._whole(self.response) if self.response else self._said
        self.drop()
        self._said = said

    def end_call(self) -> bool:
        """The player says that the call is over: from the next bar line on. False where there is none."""
        if self.call:
            self.call = replace(self.call, asked=True)
        return self.call is not None

    def mutate(self) -> bool:
        """When the response is over, or loops, another one comes that is made of it. False where there is none."""
        self._mutating = self.response is not None or self._said is not None
        return self._mutating

    # -- a sixteenth -------------------------------------------------------------------------------------------

    def hear(self, ear: Ear, place_at: Callable[[int], Place], settings: Settings, name: str) -> None:
        """Take in what was struck in the sixteenth that was closed last; `name` is the mind that answers."""
        if ear.struck and self.response and not settings.number("overlap"):
            self.response = None
        if ear.struck and self.call is None:
            first = ear.struck[0].tick
            self.call = Call.of(first, place_at(first))
        self._listen(name)
        for played in _line(ear.struck):
            self._tell(played, ear, place_at(played.tick), settings.word("genre"))

    def step(self, tick: int, place: Place, ear: Ear, settings: Settings, ask: Asking) -> tuple[Note, ...]:
        """The response's notes in the sixteenth at `tick`."""
        if place.phase < STEP:
            self._turn(tick, place, ear, settings, ask)
        response = self.response
        if response is None or tick >= response.end:  # the grid moved under it: what comes next waits for a bar line
            return ()
        self.compose(tick + STEP)
        return self._due(response, tick)

    def compose(self, until: int, most: int = MOST_TONES) -> bool:
        """Compose the response up to a tick, in `most` goes at most; whether that is done. Where its mind fails, the
        plain one goes on.
        """
        response = self.response
        if response is None:
            return True
        for _ in range(most):
            if response.done or response.known >= until:
                return True
            response.asked += 1
            try:
                response.state, found = response.mind.compose(response.state)
            except Exception as error:
                self._failed(error)
                plain = self._minds[ECHO]
                response.done = response.mind is plain
                response.mind, response.state = plain, plain.ask(plain.start(), response.ask)
                continue
            end, last = response.ask.begin + response.ask.ticks, response.tones[-1].tick if response.tones else -1
            response.tones += [_inside(tone, end) for tone in found or () if last < tone.tick < end]
            response.done = found is None or max(len(response.tones), response.asked) > MOST_TONES
        return response.done or response.known >= until

    def ahead(self, since: int, until: int) -> list[Tone]:
        """The response's tones that begin in a span of ticks, as composed so far and, if it loops, again."""
        response = self.response
        if response is None:
            return []
        first = bisect_left(response.tones, since - response.shift, key=attrgetter("tick"))
        found = takewhile(lambda tone: tone.tick < until - response.shift, islice(response.tones, first, None))
        return [replace(tone, tick=tone.tick + response.shift) for tone in found]

    def sounding(self, tick: int) -> tuple[int, ...]:
        """The pitches of the response that sound at a tick, low to high."""
        return tuple(sorted({tone.pitch for tone in self.ahead(tick - 8 * PPQ, tick + 1) if tone.end > tick}))

    def struck(self, tick: int) -> int | None:
        """The highest pitch that the response struck in the sixteenth before `tick`."""
        return max((tone.pitch for tone in self.ahead(tick - STEP, tick)), default=None)

    # -- inside ------------------------------------------------------------------------------------------------

    def _turn(self, tick: int, place: Place, ear: Ear, settings: Settings, ask: Asking) -> None:
        """A bar line: whose turn it is. A call that is over goes before a mutation, that before a loop."""
        old = self.response
        over = old is not None and tick >= old.end
        source, fed_back = self._ended(tick, place, ear, settings), False
        if old is not None and over:
            self._said = self._whole(old)
        if source is None and self._mutating and self._said and (over or old is None):
            source, fed_back = self._said.phrase, True
        if source is not None:
            bars = int(settings.number("response_bars"))
            length = bars * place.meter.bar if bars else _whole(source.ticks, place.meter.bar)
            self._begin(ask(source, tick, length), self._said if fed_back else None)
        elif settings.number("loop") and (over or (old is None and self._said and not self.call)):
            self._again(tick)
        elif old is not None and over:
            self._remember(old)
            self.response = None

    def _again(self, tick: int) -> None:
        """The last response begins once more: a loop, also one that is asked for when it is over already."""
        response = self.response or (self._said.response if self._said else None)
        if response is not None:
            response.shift, response.next = tick - response.ask.begin, 0
            self.response = response

    def _whole(self, response: Response) -> Said:
        tones = tuple(self.ahead(response.begin, response.end))
        return Said(Phrase(response.begin, response.ask.ticks, tones), response)

    def _ended(self, tick: int, place: Place, ear: Ear, settings: Settings) -> Phrase | None:
        """The call that is over here and long enough to be answered."""
        if self.call is None:
            return None
        self.call = self.call.at_bar(tick)
        bars = self.call.over(tick, place, ear, settings)
        if bars is None:
            return None
        call, self.call = self.call, None
        if bars < settings.number("min_listen_bars"):
            return None
        tones = tuple(map(call.placed, ear.phrase(min(call.since, call.begin), tick - STEP // 2)))
        return Phrase(call.begin, bars * place.meter.bar, tones) if tones else None

    def _begin(self, ask: Ask, said: "Said | None") -> None:
        """A response begins, to what was heard or, where it is a mutation, to what was `said` last."""
        self._takes += 1
        self._mutating = False
        ask = replace(ask, key=ask.key + self._takes)
        mind, plain = self._minds.get(self._who) or self._minds[ECHO], self._minds[ECHO]
        state = self._heard
        if said is not None and said.response.mind is mind and said.response.done:
            state = said.response.state
        for one in (mind, plain):
            try:
                begun = one.ask(state if one is mind and state is not None else one.start(), ask)
            except Exception as error:
                self._failed(error)
            else:
                self.response = Response(ask, one, begun)
                return
        self.response = None

    def _due(self, response: Response, tick: int) -> tuple[Note, ...]:
        notes = list[Note]()
        while response.next < len(response.tones):
            tone = response.tones[response.next]
            at = tone.tick + response.shift
            if at >= tick + STEP:
                break
            response.next += 1
            if at >= tick:  # what lay before was held up with the engine; its moment is over
                notes.append(Note(RESPONSE, tone.ticks, tone.pitch, tone.velocity, at - tick))
        return tuple(notes)

    def _listen(self, name: str) -> None:
        """The mind called `name` listens from here on; another one begins with what it is told now."""
        if name != self._who or self._heard is None:
            mind = self._minds.get(name) or self._minds[ECHO]
            self._who, self._last = name, None
            try:
                self._heard = mind.start()
            except Exception as error:
                self._failed(error)
                self._heard = None

    def _tell(self, played: Played, ear: Ear, place: Place, genre: str) -> None:
        mind = self._minds.get(self._who) or self._minds[ECHO]
        if self._last is not None and played.tick < self._last[0] + CHORD:
            return
        before = self._length(ear) if self._last is not None else 0
        try:
            self._heard = mind.hear(self._heard, played.tick, played.pitch, place, before, genre)
        except Exception as error:
            self._failed(error)
            self._heard = None
        self._last = played.tick, played.pitch, 0

    def _length(self, ear: Ear) -> int:
        """Ticks that the last onset sounded, 0 while it does."""
        if self._last is None or self._last[2]:
            return self._last[2] if self._last else 0
        tick, pitch, _ = self._last
        last = next((note for note in reversed(ear.notes) if (note.tick, note.pitch) == (tick, pitch)), None)
        return 0 if last is None or last.end is None else last.end - tick

    def _remember(self, old: Response) -> None:
        """The response is over: who listens has heard it too, unless another call began meanwhile."""
        mind = self._minds.get(self._who)
        if old.done and old.tones and mind is old.mind and self.call is None:
            last = old.tones[-1]
            self._heard, self._last = old.state, (last.tick + old.shift, last.pitch, last.ticks)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self.failure = self.failure or f"{type(error).__name__}: {error}"


def _line(struck: list[Played]) -> list[Played]:
    """The top line of what was struck."""
    line: list[Played] = []
    for played in struck:
        if line and played.tick - line[-1].tick < CHORD:
            line[-1] = max(line[-1], played, key=lambda note: note.pitch)
        else:
            line.append(played)
    return line


def _inside(tone: Tone, end: int) -> Tone:
    return tone if tone.end <= end else replace(tone, ticks=max(1, end - tone.tick))


def _whole(ticks: int, bar: int) -> int:
    """A length in whole bars."""
    return max(1, round(ticks / bar)) * bar
