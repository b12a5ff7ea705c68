"""The exchange: call and response of one player, in the engine's ticks.

Rule 1. A response begins on the bar line at which the call is over: its downbeat is decided like any other sixteenth.
Rule 2. It lies on ticks: whatever the tempo does, call and response stay on the grid.
Rule 3. A call may begin while a response sounds; the response that answers it takes the old one's place.
Rule 4. It is composed a few notes ahead of the music, from (state, key) alone, so when it is composed changes nothing:
its first notes before the bar line, as a draft that counts if until then nothing more is heard.
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
from bridge.engine.ear import Ear, Played, top_line
from bridge.engine.frame import Note
from bridge.engine.response import MOST_TONES, Draft, Response, Said, begun
from bridge.engine.settings import Settings
from bridge.music.events import RESPONSE
from bridge.music.timeline import PPQ, STEP, Place

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
        self._draft: Draft | None = None  # of what begins on the next bar line, perhaps
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
        for played in top_line(ear.struck):
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
            try:
                response.go_on()
            except Exception as error:
                self._failed(error)
                plain = self._minds[ECHO]
                response.done = response.mind is plain
                response.mind, response.state = plain, plain.ask(plain.start(), response.ask)
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
        self.call, source = self._ended(tick, place, ear, settings)
        if old is not None and over:
            self._said = self._whole(old)
        coming = self._coming(source, self._said, over=over or old is None)
        if coming is not None:
            self._begin(ask(coming[0], tick, _length(coming[0], place, settings)), coming[1])
        elif settings.number("loop") and (over or (old is None and self._said and not self.call)):
            self._again(tick)
        elif old is not None and over:
            self._remember(old)
            self.response = None

    def _coming(self, source: Phrase | None, said: Said | None, *, over: bool) -> tuple[Phrase, Said | None] | None:
        """What is answered: the call that is over, or what was said, if that is to be mutated and is `over`."""
        if source is not None:
            return source, None
        return (said.phrase, said) if self._mutating and said and over else None

    def draft(self, tick: int, place: Place, ear: Ear, settings: Settings, ask: Asking, until: int) -> bool:
        """Compose ahead a little of what begins on the bar line `tick`, to come, if nothing more is heard until then;
        whether there is nothing more to do, for now. Composed later it would be the same (rule 4).
        """
        old = self.response
        over = old is not None and tick >= old.end
        said = self._whole(old) if old is not None and over and old.done and self._mutating else self._said
        coming = self._coming(self._ended(tick, place, ear, settings)[1], said, over=over or old is None)
        if coming is None or (coming[1] and old is not None and not old.done):
            return True
        asked = self._asked(ask(coming[0], tick, _length(coming[0], place, settings)), coming[1])
        if self._draft is None or not self._draft.of(*asked):
            self._draft = Draft(*asked)
        return self._draft.go_on(until)

    def _again(self, tick: int) -> None:
        """The last response begins once more: a loop, also one that is asked for when it is over already."""
        response = self.response or (self._said.response if self._said else None)
        if response is not None:
            response.shift, response.next = tick - response.ask.begin, 0
            self.response = response

    def _whole(self, response: Response) -> Said:
        tones = tuple(self.ahead(response.begin, response.end))
        return Said(Phrase(response.begin, response.ask.ticks, tones), response)

    def _ended(self, tick: int, place: Place, ear: Ear, settings: Settings) -> tuple[Call | None, Phrase | None]:
        """The call after the bar line `tick`, None if it is over there; and then, if it is to be answered, the call as
        it was played.
        """
        if self.call is None:
            return None, None
        call = self.call.at_bar(tick)
        bars = call.over(tick, place, ear, settings)
        if bars is None:
            return call, None
        if bars < settings.number("min_listen_bars"):
            return None, None
        tones = tuple(map(call.placed, ear.phrase(min(call.since, call.begin), tick - STEP // 2)))
        return None, Phrase(call.begin, bars * place.meter.bar, tones) if tones else None

    def _asked(self, ask: Ask, said: Said | None) -> tuple[Ask, Answerer, Any]:
        """The question as it is put next, to whom, and in which state, None for the mind's first."""
        mind, state = self._minds.get(self._who) or self._minds[ECHO], self._heard
        if said is not None and said.response.mind is mind and said.response.done:
            state = said.response.state
        return replace(ask, key=ask.key + self._takes + 1), mind, state

    def _begin(self, ask: Ask, said: Said | None) -> None:
        """A response begins, to what was heard or, where it is a mutation, to what was `said` last."""
        ask, mind, state = self._asked(ask, said)
        draft, plain = self._draft, self._minds[ECHO]
        self._takes += 1
        self._mutating, self._draft = False, None
        if draft and draft.response and draft.of(ask, mind, state) and not draft.failed:
            self.response = draft.response
            return
        for one in (mind, plain):
            try:
                self.response = begun(ask, one, state if one is mind else None)
            except Exception as error:
                self._failed(error)
            else:
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


def _length(source: Phrase, place: Place, settings: Settings) -> int:
    """The ticks of a response: as many bars as were asked for, or as the source has."""
    bars, bar = int(settings.number("response_bars")), place.meter.bar
    return (bars or max(1, round(source.ticks / bar))) * bar
