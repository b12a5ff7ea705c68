"""A session: one player, what is heard of them, and who answers: the backing (chords, bass) and the exchange (call and
response), as the mode says.

The minds hear every sixteenth of a running transport, in every phase of the band's, so that they know the music when
they enter. A mode or a model changes on a bar line.
"""

from collections.abc import Mapping
from dataclasses import replace

from bridge.engine import form, touch
from bridge.engine.asking import ahead, asking
from bridge.engine.backing import Backing
from bridge.engine.chance import key
from bridge.engine.clock import Clock
from bridge.engine.company import Company
from bridge.engine.ear import Ear
from bridge.engine.exchange import Asking, Exchange, Minds
from bridge.engine.frame import PROMISED, Frame, Generator, Note, Thought
from bridge.engine.modes import CUT, SOUNDING
from bridge.engine.parameters import VOICES
from bridge.engine.presence import Presence
from bridge.engine.response import Response
from bridge.engine.settings import Settings
from bridge.music.events import BASS, RESPONSE, Chord
from bridge.music.listening import NOTHING, Chroma
from bridge.music.timeline import STEP, Place
from bridge.music.vocabulary import NO_CHORD


class Session:
    """One player's side of the jam; all ticks are the engine's own."""

    def __init__(
        self, player: int, mind: Generator, fallback: Generator | None, generation: int, answerers: Minds
    ) -> None:
        self.player = player
        self.settings = Settings()
        self.ear = Ear()
        self.mode = "accompany"  # as it is now; the setting may wait for the bar line
        self.presence = Presence()
        self.generation = generation
        self.offset: int | None = None  # the player's ticks - ours; None until the player reports positions
        self.backing = Backing(mind, fallback)
        self.exchange = Exchange(answerers)
        self.feel = touch.Feel()
        self.counting = False
        self.told: Chord | None = None  # the chord that was announced last
        self.passed: dict[int, int] = {}  # pitch of a key that was passed on and is down -> its MIDI channel
        self.tonal: Chroma = NOTHING  # what the key is told from: the player, or everybody, for long
        self._model, self.learnt = "melody", ""  # learnt: the name of weights that were learnt from this player
        self._count = form.CountIn()
        self._rings: dict[str, int] = {}  # voice -> tick at which the last of its notes that were cued ends
        self._shown: tuple[int, Response | None] = (-1, None)  # the last tick that was planned aloud, and the response
        self._lock: tuple[tuple[object, ...], frozenset[int] | None] = ((), None)  # from what, to which pitch classes

    # -- what happens to it ------------------------------------------------------------------------------------

    @property
    def phase(self) -> str:
        """The band's phase."""
        return self.presence.phase

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

    @property
    def backs(self) -> bool:
        """Whether chords or bass are to be heard now: in `morph` the bass plays with the variation."""
        if self.counting or BASS not in SOUNDING[self.mode]:
            return False
        return self.exchange.response is not None if self.mode == "morph" else self.phase == "playing"

    def start(self) -> None:
        """The transport starts from elsewhere than where it stopped."""
        self.restart()
        self._count.begin()
        self.resume()

    def restart(self) -> None:
        """Begin as if nothing had been heard, and wait for the player's first notes."""
        self.exchange.drop()
        self.clear()
        self.presence.wait()
        self.presence.phase, self.told = "idle", None

    def clear(self) -> None:
        """Forget what was heard; a response that sounds goes on."""
        self.backing.clear()
        self.exchange.forget()
        self.ear.clear()
        self.presence.answered = None

    def rest(self) -> None:
        """Fall silent, but keep what was heard; the player's next notes bring the band back at a bar line."""
        self.presence.wait()
        self.presence.phase, self.told = "idle" if self.phase == "idle" else "listening", None
        self.exchange.drop()

    def resume(self) -> None:
        """The transport runs again; a band that was playing comes back at the next beat."""
        self.settle()
        if self.mode != "listen":
            self.presence.resume()

    def halt(self) -> None:
        """The transport stands; keys that were down count as released."""
        self.ear.lift()
        self.exchange.halt()
        self.backing.halt()

    def settle(self) -> None:
        """Take up the mode and the model that wait for a bar line."""
        before = self.mode
        self.mode, self._model = self.settings.word("mode"), self.settings.word("model")
        if RESPONSE in SOUNDING[before] and RESPONSE not in SOUNDING[self.mode]:
            self.exchange.drop()

    def strike(self, tick: int, pitch: int, velocity: int, clock: Clock) -> bool:
        """A key went down; False for a packet that came twice. In swing it is heard where it was meant."""
        at = touch.meant(tick, clock.place_at(tick), self.settings)
        if self.settings.number("solo") or velocity < self.settings.number("threshold"):
            return True
        if not self.ear.strike(at, pitch, velocity):
            return False
        self.feel = self.feel.heard(self.ear.notes[-1], clock.place_at(at), self.ear.velocity)
        return True

    def release(self, tick: int, pitch: int, clock: Clock) -> bool:
        """A key came up; False where it was not down."""
        return self.ear.release(touch.meant(tick, clock.place_at(tick), self.settings), pitch)

    # -- a sixteenth -------------------------------------------------------------------------------------------

    def step(self, tick: int, clock: Clock, seed: int, onset: int | None, company: Company, commit: int) -> Thought:
        """Decide the sixteenth at `tick`, after the ear closed the one before; what sounds of it is `audible`. A chord
        that was planned within `commit` ticks is kept.
        """
        place = clock.place_at(tick)
        self.tonal = company.tonal if company.everybody else self.ear.tonal
        if place.phase < STEP:
            self.settle()
        self.counting = self._count.counting(tick, place, self.settings)
        said = self._converse(tick, clock, seed)
        self.presence.step(
            tick, place, self.ear, company, self.settings, mute=self.mode == "listen", counting=self.counting
        )
        frame = self._frame(tick, clock, seed, onset, company)
        thought = self.backing.step(frame, commit)
        self.backing.due = self.backs and self.settings.number("horizon") > 0
        return replace(
            thought,
            notes=(*thought.notes, *said[0], *form.click(self.settings, place, counting=self.counting)),
            rests=thought.rests | said[1],
        )

    def _converse(self, tick: int, clock: Clock, seed: int) -> tuple[tuple[Note, ...], frozenset[str]]:
        """The response's notes, and whether it was cut. The last beat that is counted is heard: it has the pick-up."""
        exchange, settings, left = self.exchange, self.settings, self._count.left(tick)
        if RESPONSE not in SOUNDING[self.mode] or left >= clock.meter.beat:
            return (), frozenset()

        before = exchange.response
        name = "morph" if "morph" in self.mode else self._model
        exchange.hear(self.ear, clock.place_at, settings, name)
        notes = () if left else exchange.step(tick, clock.place_at(tick), self.ear, settings, self._asking(clock, seed))
        if exchange.response:
            self.presence.answered = tick
        replaced = before is not None and exchange.response is not before
        return notes, frozenset([RESPONSE]) if replaced else frozenset()

    def _asking(self, clock: Clock, seed: int) -> Asking:
        return asking(self.settings, clock, lambda tick: key(seed, self.player, tick), self.ear.velocity, self.tonal)

    def ahead(self, tick: int, clock: Clock, seed: int) -> bool:
        """Compose a little of the response that sounds, or may come, after the sixteenth at `tick`; whether there is
        nothing left to do.
        """
        ask = self._asking(clock, seed)
        return self._count.left(tick) > 0 or ahead(self.exchange, tick, clock, self.ear, self.settings, ask)

    def _frame(self, tick: int, clock: Clock, seed: int, onset: int | None, company: Company) -> Frame:
        """What the backing hears: the player, or the machine's own response; the others too, where asked for."""
        place, settings = clock.place_at(tick), self.settings
        held = {*self.ear.held}
        if company.everybody:
            onset = max((p for p in (onset, company.onset) if p is not None), default=None)
            held |= {*company.held}
        if self.exchange.response is not None:
            onset = self.exchange.struck(tick) if onset is None else onset
            held |= {*self.exchange.sounding(tick - STEP)} if not held else set()
        fitting = form.fitting(self.exchange, tick, place) if self.backs else ()  # unheard chords need not fit
        wishes = company.bound(form.wishes(settings, place, self.tonal) + fitting)
        learnt = self.learnt if self.learnt and settings.number("learnt") else settings.word("tuning")
        return Frame(
            tick, place, clock.tempo, onset, tuple(sorted(held)), touch.dynamic(self.ear.velocity, settings),
            company.chroma if company.everybody else self.ear.chroma, key(seed, self.player, tick),
            settings.number("temperature"), company.held, settings.word("genre"), wishes, learnt,
        )  # fmt: skip

    def audible(self, thought: Thought, place: Place, early: int) -> list[Note]:
        """The notes of a thought as they sound: what mode, phase and settings let through, with their touch; by feel
        none comes more than `early` ticks before its place.
        """
        if not thought.notes:
            return []
        sounding, backs = SOUNDING[self.mode], self.backs
        notes = tuple(
            note
            for note in thought.notes
            if note.voice in sounding and (not self.counting if note.voice == RESPONSE else backs)
        )
        clicks = [note for note in thought.notes if note.voice not in VOICES]
        return touch.touched(notes, place, self.settings, self.lock, self.feel, early) + clicks

    @property
    def lock(self) -> frozenset[int] | None:
        """The pitch classes that the band keeps to, None where it is free; made out anew only where they may differ."""
        made_of = self.settings.word("key"), self.settings.word("scale"), self.tonal
        if self._lock[0] != made_of:
            self._lock = made_of, touch.lock(self.settings, self.tonal)
        return self._lock[1]

    def spoken(self, chord: Chord) -> Chord:
        """A chord by the name that it has after the lock."""
        return chord if self.lock is None else touch.locked_chord(chord, self.lock)

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

    # -- the plan ------------------------------------------------------------------------------------------------

    def plan(self, clock: Clock, seed: int, horizon: int, most: int, shared: Mapping[int, int]) -> bool:
        """Plan `most` sixteenths more at most; whether the plan is whole. `horizon` in ticks; `shared` is the harmony
        that another player's band plans: tick -> chord class.
        """
        if not self.backs:
            self.backing.plan.clear()
            return True

        def wish(tick: int) -> tuple[tuple[int, float], ...]:
            if shared.get(tick, NO_CHORD) != NO_CHORD:
                return ((shared[tick], PROMISED),)
            return form.wishes(self.settings, clock.place_at(tick), self.tonal)

        if any(shared.get(step.frame.tick, NO_CHORD) != NO_CHORD and step.frame.wishes != wish(step.frame.tick)
               for step in self.backing.plan):  # fmt: skip
            self.backing.revise()
        return self.backing.extend(
            clock.place_at, lambda tick: key(seed, self.player, tick), wish, horizon, most,
            imagine=bool(self.settings.number("anticipation")),
        )  # fmt: skip

    def planned(self, clock: Clock, horizon: int, tick: int, commit: int) -> tuple[list[tuple[int, Thought]], bool]:
        """What is to be shown of the plan after the sixteenth at `tick`, and whether that is all of it, or its end."""
        response = self.exchange.response
        steps, fresh = self.backing.shown(clock.meter.beat, commit)
        thoughts = dict(steps)
        if response is not None and RESPONSE in SOUNDING[self.mode]:
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
