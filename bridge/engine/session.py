"""A session: one player, what is heard of them, and who answers: the backing (chords, bass) and the exchange (call and
response), as the mode says.

The band's phases: idle (the transport stands, or the band is told to listen only), listening (until the bar line after
the player's first notes), playing (until nobody is heard for `patience_bars`). The minds hear every sixteenth of a
running transport, in every phase, so that they know the music when they enter. A mode or a model changes on a bar line.
"""

from dataclasses import dataclass, replace

from bridge.engine import form, touch
from bridge.engine.answerer import Ask, Phrase
from bridge.engine.backing import Backing
from bridge.engine.clock import Clock
from bridge.engine.ear import Ear
from bridge.engine.exchange import Exchange, Minds, Response
from bridge.engine.frame import PROMISED, Frame, Generator, Note, Thought
from bridge.engine.modes import CUT, SOUNDING
from bridge.engine.parameters import VOICES
from bridge.engine.settings import Settings
from bridge.music.events import BASS, RESPONSE, Chord
from bridge.music.timeline import STEP, Place
from bridge.music.vocabulary import NO_CHORD


def key(seed: int, player: int, tick: int) -> int:
    """A number that names one random choice: the same seed, player and tick give the same (splitmix64)."""
    z = (seed * 0x9E3779B97F4A7C15 + player * 0xD1B54A32D192ED03 + tick + 0x632BE59BD9B4E019) & (2**64 - 1)
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
    return z ^ (z >> 31)


@dataclass(frozen=True, slots=True)
class Company:
    """What a session hears of the others at a sixteenth."""

    onset: int | None = None  # the highest pitch that one of them struck
    held: tuple[int, ...] = ()  # what they hold
    chord: int = NO_CHORD  # the harmony that is shared, NO_CHORD where there is none


class Session:
    """One player's side of the jam; all ticks are the engine's own."""

    def __init__(
        self, player: int, mind: Generator, fallback: Generator | None, generation: int, answerers: Minds
    ) -> None:
        self.player = player
        self.settings = Settings()
        self.ear = Ear()
        self.mode = "accompany"  # as it is now; the setting may wait for the bar line
        self.phase = "idle"
        self.generation = generation
        self.offset: int | None = None  # the player's ticks - ours; None until the player reports positions
        self.backing = Backing(mind, fallback)
        self.exchange = Exchange(answerers)
        self.feel = touch.Feel()
        self.counting = False
        self._model, self.learnt = "melody", ""  # learnt: the name of weights that were learnt from this player
        self._count = form.CountIn()
        self._waited = 0  # bar lines since the first note
        self._rings: dict[str, int] = {}  # voice -> tick at which the last of its notes that were cued ends
        self._shown: tuple[int, Response | None] = (-1, None)  # the last tick that was planned aloud, and the response
        self._answered: int | None = None  # tick at which the response last sounded

    # -- what happens to it ------------------------------------------------------------------------------------

    @property
    def chord(self) -> Chord | None:
        """What the band plays now."""
        return self.backing.chord

    @property
    def failures(self) -> int:
        """How often a mind raised."""
        return self.backing.failures + self.exchange.failures

    @property
    def failure(self) -> str:
        """What it said the first time."""
        return self.backing.failure or self.exchange.failure

    @property
    def shown(self) -> str:
        """The phase that the player is told: of the exchange, in a mode that has one, else of the band."""
        answers = RESPONSE in SOUNDING[self.mode]
        return self.exchange.phase if answers and self.phase != "idle" else self.phase

    def restart(self) -> None:
        """Begin as if nothing had been heard, and wait for the player's first notes."""
        self.clear()
        self._waited = 0
        self.phase = "idle"
        self._count.begin()

    def clear(self) -> None:
        """Forget what was heard."""
        self.backing.clear()
        self.exchange.clear()
        self.ear.clear()
        self._answered = None

    def rest(self) -> None:
        """Fall silent, but keep what was heard; the player's next notes bring the band back at a bar line."""
        self.ear.last, self._waited, self._answered = None, 0, None
        self.exchange.drop()
        self.phase = "idle" if self.phase == "idle" else "listening"

    def resume(self) -> None:
        """The transport runs again; a band that was playing comes back at the next beat."""
        self.settle()
        if self.phase == "idle" and self.mode != "listen":
            self._waited = 0
            self.phase = "listening"

    def halt(self) -> None:
        """The transport stands; keys that were down count as released."""
        self.ear.lift()
        self.exchange.drop()
        self.backing.halt()

    def settle(self) -> None:
        """Take up the mode and the model that wait for a bar line."""
        self.mode, self._model = self.settings.word("mode"), self.settings.word("model")

    @property
    def backed(self) -> bool:
        """Whether chords or bass sound now."""
        if self.mode == "morph":
            return self.exchange.response is not None
        return self.phase == "playing" and BASS in SOUNDING[self.mode]

    def strike(self, tick: int, pitch: int, velocity: int, clock: Clock) -> bool:
        """A key went down; False for a packet that came twice. In swing it is heard where it was meant."""
        at = self._meant(tick, clock)
        if self.settings.number("solo") or velocity < self.settings.number("threshold"):
            return True
        if not self.ear.strike(at, pitch, velocity):
            return False
        self.feel = self.feel.heard(self.ear.notes[-1], clock.place_at(at).phase, self.ear.velocity)
        return True

    def release(self, tick: int, pitch: int, clock: Clock) -> bool:
        """A key came up; False where it was not down."""
        return self.ear.release(self._meant(tick, clock), pitch)

    def _meant(self, tick: int, clock: Clock) -> int:
        place = clock.place_at(tick)
        size = touch.unit(self.settings, place)
        return tick + touch.straight(place.phase, self.settings.number("swing"), size) - place.phase if size else tick

    # -- a sixteenth -------------------------------------------------------------------------------------------

    def hear(self, tick: int) -> int | None:
        """Close the sixteenth before `tick`: the highest pitch struck in it, if any."""
        return self.ear.hear(tick)

    def step(self, tick: int, clock: Clock, seed: int, onset: int | None, company: Company) -> Thought:
        """Decide the sixteenth at `tick`, after `hear`; what sounds of it is `audible`."""
        place = clock.place_at(tick)
        if place.phase < STEP:
            self.settle()
        self.counting = self._count.counting(tick, place, self.settings)
        said = self._converse(tick, clock, seed)
        self._enter(tick, place)
        frame = self._frame(tick, clock, seed, onset, company)
        thought = self.backing.step(frame, self.commit(place))
        return replace(
            thought,
            notes=(*thought.notes, *said[0], *form.click(self.settings, place, counting=self.counting)),
            rests=thought.rests | said[1],
        )

    def _converse(self, tick: int, clock: Clock, seed: int) -> tuple[tuple[Note, ...], frozenset[str]]:
        """The response's notes, and whether it was cut."""
        if RESPONSE not in SOUNDING[self.mode] or self.counting:
            return (), frozenset()
        exchange, settings = self.exchange, self.settings

        def ask(source: Phrase, begin: int, ticks: int) -> Ask:
            return Ask(
                begin, ticks, clock.place_at(begin), source, key(seed, self.player, begin),
                settings.number("temperature"), settings.number("morph"), settings.word("genre"),
                touch.dynamic(self.ear.velocity, settings),
            )  # fmt: skip

        before = exchange.response
        name = "morph" if "morph" in self.mode else self._model
        exchange.hear(self.ear, tick, clock.place_at, settings, name)
        notes = exchange.step(tick, clock.place_at(tick), self.ear, settings, ask)
        if exchange.response:
            self._answered = tick
        replaced = before is not None and exchange.response is not before
        return notes, frozenset([RESPONSE]) if replaced else frozenset()

    def _frame(self, tick: int, clock: Clock, seed: int, onset: int | None, company: Company) -> Frame:
        """What the backing hears: the player, or the machine's own response; the others too, where asked for."""
        place, settings = clock.place_at(tick), self.settings
        held = {*self.ear.held}
        if settings.word("listen") == "all":
            onset = max((p for p in (onset, company.onset) if p is not None), default=None)
            held |= {*company.held}
        if self.exchange.response is not None:
            onset = self.exchange.struck(tick) if onset is None else onset
            held |= {*self.exchange.sounding(tick - STEP)} if not held else set()
        wishes = form.wishes(settings, place, self.ear.chroma)
        if settings.word("harmony") == "shared" and company.chord != NO_CHORD:
            wishes = ((company.chord, PROMISED),)
        return Frame(
            tick, place, clock.tempo, onset, tuple(sorted(held)), touch.dynamic(self.ear.velocity, settings),
            self.ear.chroma, key(seed, self.player, tick), settings.number("temperature"), company.held,
            settings.word("genre"), wishes, self.learnt if settings.number("learnt") else "",
        )  # fmt: skip

    def audible(self, thought: Thought, place: Place) -> list[Note]:
        """The notes of a thought as they sound: what mode, phase and settings let through, with their touch."""
        sounding = SOUNDING[self.mode]
        notes = tuple(
            note
            for note in thought.notes
            if note.voice in sounding and (note.voice == RESPONSE or self.backed) and not self.counting
        )
        classes = touch.lock(self.settings, self.ear.chroma)
        clicks = [note for note in thought.notes if note.voice not in VOICES]
        return touch.touched(notes, place, self.settings, classes, self.feel) + clicks

    def spoken(self, chord: Chord) -> Chord:
        """A chord by the name that it has after the lock."""
        classes = touch.lock(self.settings, self.ear.chroma)
        return chord if classes is None else touch.locked_chord(chord, classes)

    def cut(self, thought: Thought, tick: int) -> list[str]:
        """The voices whose cued notes the thought at `tick` ends; they count as ended."""
        ended = [voice for voice in thought.rests if voice in CUT and self._rings.get(voice, 0) > tick]
        for voice in ended:
            self._rings[voice] = tick
        return ended

    def cued(self, note: Note, tick: int) -> None:
        """A note was cued for `tick`."""
        self._rings[note.voice] = max(self._rings.get(note.voice, 0), tick + note.ticks)

    def unheard(self, before: str) -> list[str]:
        """The voices that the mode `before` had and the present one has not."""
        return [voice for voice in SOUNDING[before] if voice not in SOUNDING[self.mode]]

    def _enter(self, tick: int, place: Place) -> None:
        if self.mode == "listen" or self.counting:
            self.phase, self._waited = "idle" if self.mode == "listen" else "listening", 0
            return
        if self.phase == "idle":
            self.phase = "listening"
        bar_line = place.step == 0
        if self.phase == "playing":
            patience = self.settings.number("patience_bars") * place.meter.bar
            since = min(self.ear.silent_since(tick), tick - self._answered if self._answered is not None else tick)
            if bar_line and patience and since > patience:
                self.phase, self._waited, self.ear.last = "listening", 0, None
        elif self.ear.last is not None:
            bars = int(self.settings.number("entry_bars"))
            self._waited += bar_line
            if (bars and bar_line and self._waited >= bars) or (not bars and place.phase % place.meter.beat < STEP):
                self.phase = "playing"

    # -- the plan ------------------------------------------------------------------------------------------------

    def commit(self, place: Place) -> int:
        """Ticks ahead up to which a planned chord is kept."""
        return int(self.settings.number("commit") * place.meter.beat)

    def plan(self, clock: Clock, seed: int, horizon: int, most: int) -> bool:
        """Plan `most` sixteenths more at most; whether the plan is whole. `horizon` in ticks."""
        if self.phase != "playing" and self.exchange.response is None:
            self.backing.plan.clear()
            return True
        chroma, settings = self.ear.chroma, self.settings
        return self.backing.extend(
            clock.place_at, lambda tick: key(seed, self.player, tick),
            lambda place: form.wishes(settings, place, chroma), horizon, most,
            imagine=bool(settings.number("anticipation")),
        )  # fmt: skip

    def planned(self, clock: Clock, horizon: int, tick: int) -> tuple[list[tuple[int, Thought]], bool]:
        """What is to be shown of the plan after the sixteenth at `tick`, and whether that is all of it, or its end."""
        place, response = clock.place_at(tick), self.exchange.response
        steps, fresh = self.backing.shown(place.meter.beat, self.commit(place))
        thoughts = dict(steps)
        if response is not None and RESPONSE in SOUNDING[self.mode]:
            self.exchange.compose(tick + STEP + horizon)
            for tone in self.exchange.ahead(tick + STEP, tick + STEP + horizon):
                at = tone.tick - (tone.tick - tick) % STEP
                note = Note(RESPONSE, tone.ticks, tone.pitch, tone.velocity, tone.tick - at)
                before = thoughts.get(at, Thought())
                thoughts[at] = replace(before, notes=(*before.notes, note))
        fresh = fresh or response is not self._shown[1]
        told = -1 if fresh else self._shown[0]
        found = sorted(thoughts.items(), key=lambda item: item[0])
        self._shown = max(thoughts, default=tick), response
        return [item for item in found if item[0] > told], fresh
