"""The band: a trained accompanist as a generator. One network decides chord and bass; here they become notes.

A genre chooses the weights, the comping and how long bass notes are; it changes on bar lines. Where the weights change
the new network has heard nothing but knows what was played, and the key. Weights that were learnt from the player come
on bar lines too; being a copy that was tuned a little, they go on in the state that they find; those that look farther
back take over what there is. A chord may be struck ahead of its beat: then the network is asked what it would do there
if the player did what it expects; on the beat itself it decides anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bridge.engine.frame import Frame, Note, Thought
from bridge.engine.parameters import TUNINGS
from bridge.engine.settings import ANY
from bridge.generators import line
from bridge.generators.card import fingerprint
from bridge.generators.comping import GAP, Comping, Hit, drawn, heed, hit, loudness
from bridge.generators.line import Line
from bridge.generators.model import AccompanimentModel, Decision, Heard, State
from bridge.generators.patterns import Book
from bridge.generators.shelf import PLAIN, set_of
from bridge.music import vocabulary
from bridge.music.events import ACCOMPANIMENT, BASS, Chord
from bridge.music.timeline import STEP, Place
from bridge.music.vocabulary import HOLD, NO_CHORD, REST, Spot
from bridge.music.voicing import HIGH, LOWEST_TOP, voice

SURE = 0.5  # chance of a chord from which on it is struck ahead of its beat; below, fewer than half of them come true
HEARD = 6  # onsets of the player under whose lowest the chords stay


@dataclass(frozen=True, slots=True)
class BandState:
    """What the network remembers, how its last chord was voiced, and what the hands are at."""

    network: State
    genre: str = ""  # as played, "" before the first step
    learnt: str = ""  # the name of the weights that were learnt from the player, "" for none
    style: str = ""  # whose patterns: the genre, or one drawn where none was named
    chord: int = NO_CHORD
    pitches: tuple[int, ...] = ()
    ahead: int = -1  # chord class that was struck ahead of its beat, -1: none
    ahead_pitches: tuple[int, ...] = ()
    lands: int = 0  # tick of that beat
    tied: int = 0  # tick at which what was struck ahead of it ends
    tune: tuple[int, ...] = ()  # the player's last onsets
    comping: Comping = field(default_factory=Comping)
    line: Line = field(default_factory=Line)


class Band:
    """Chords and bass from trained networks; they also say what they expect the player to play."""

    def __init__(self, sets: Mapping[str, AccompanimentModel], book: Book, name: str = "accompaniment") -> None:
        """`sets` are the weights by their set's name; `default` among them answers for those that are not there."""
        self.name = name
        self._sets, self._book = dict(sets), book
        self._learnt: dict[tuple[str, str], AccompanimentModel] = {}  # name, the set that it is a copy of

    @property
    def weights(self) -> dict[str, str]:
        """A sum of each set's network, by which a recorded jam knows its weights again."""
        tuned = {f"{which}-{name}": model for (name, which), model in self._learnt.items() if name in TUNINGS}
        return {name: fingerprint(model.card) for name, model in {**self._sets, **tuned}.items()}

    def start(self) -> BandState:
        """Nothing heard, nothing played."""
        return BandState(self._sets[PLAIN].start())

    def learn(self, name: str, which: str, model: AccompanimentModel) -> None:
        """Weights that frames may ask for by name, made of those of a set: learnt from a player, or tuned by rewards.

        From any thread, before they are asked for.
        """
        self._learnt[name, which] = model

    def model(self, genre: str, learnt: str = "") -> AccompanimentModel:
        """The weights that answer for a genre, or what was learnt from them where that is known."""
        which = self._set(genre)
        return self._learnt.get((learnt, which), self._sets[which])

    def _set(self, genre: str) -> str:
        which = set_of(genre)
        return which if which in self._sets else PLAIN

    def step(self, state: BandState, frame: Frame) -> tuple[BandState, Thought]:
        """One sixteenth: the network decides, the hands follow."""
        state = self._heed(state, frame)
        heard = Heard(_token(frame), _spot(frame.place), vocabulary.genre_index(state.genre))
        model = self.model(state.genre, state.learnt)
        # a player's temperature is counted on the default weights, which may have been judged best at another one
        warmth = frame.temperature * model.temperature / self._sets[PLAIN].temperature
        network, decision = model.step(state.network, heard, temperature=warmth, random=frame.key, wishes=frame.wishes)
        tied = state.ahead >= 0 and frame.tick < state.tied  # what was struck ahead of its beat sounds
        waits = tied and frame.tick < state.lands
        right = tied and not waits and decision.chord == state.ahead
        changed = not right and (decision.chord != state.chord or (tied and not waits))
        chord, before = vocabulary.chord_of(decision.chord), state.line.played
        bass, low = line.notes(state.line, decision.bass, frame, state.style, chord)
        state = replace(state, network=network, line=bass)
        pitches = state.pitches
        if decision.chord != state.chord:
            pitches = state.ahead_pitches if right else self._voiced(state, decision.chord, (before, bass.played))
        spoken = None
        if decision.chord != state.chord:
            spoken = Chord(frame.tick, chord.root, chord.quality) if chord else Chord(frame.tick, -1, "N")
        rests = {BASS} if decision.bass == REST else set()
        if changed:
            rests.add(ACCOMPANIMENT)
        state = replace(state, chord=decision.chord, pitches=pitches, ahead=state.ahead if waits or right else -1)
        struck = None
        if chord and not waits and not right:
            struck = hit(state.comping, frame, changed=changed, marked=bool(low))
        if struck is not None and struck.pushes:
            state, notes = self._push(state, frame, decision, struck)
            if state.ahead not in (-1, state.chord):
                rests.add(ACCOMPANIMENT)
        else:
            notes = _chord(struck, pitches, frame) if struck else ()
        return state, Thought((*notes, *low), spoken, vocabulary.pitch_of(decision.melody), frozenset(rests))

    def _heed(self, state: BandState, frame: Frame) -> BandState:
        """Take up the genre and the weights that the player asks for, and hear how busy the player is."""
        genre, style, network, learnt = state.genre, state.style, state.network, state.learnt
        asked = (genre, learnt) != (frame.genre, frame.learnt)
        if not genre or (asked and frame.place.step == 0):
            network = self._handed(state, frame)
            if genre != frame.genre:
                style = drawn(frame.key) if frame.genre == ANY else frame.genre
            genre, learnt = frame.genre, frame.learnt
        tune = state.tune if frame.onset is None else (*state.tune, frame.onset)[-HEARD:]
        comping = heed(state.comping, frame, style, self._book)
        return replace(
            state, genre=genre, learnt=learnt, style=style, network=network, tune=tune, comping=comping
        )  # fmt: skip

    def _handed(self, state: BandState, frame: Frame) -> State:
        """The network's state where other weights take over: all of it if these are a copy, else what is no LSTM."""
        genre, network = state.genre or ANY, state.network
        before, after = self.model(genre, state.learnt), self.model(frame.genre, frame.learnt)
        if before is after:
            return network
        fresh = after.start()
        network = replace(network, history=_reaching(network.history, fresh.history))
        if any(getattr(fresh, name).shape != getattr(network, name).shape for name in State.__slots__):
            return fresh
        return network if self._set(genre) == self._set(frame.genre) else replace(network, lstm=fresh.lstm)

    def _voiced(self, state: BandState, number: int, bass: tuple[int, int]) -> tuple[int, ...]:
        """The pitches of a chord class near the last chord's, under the tune; of four, no root that the bass has.

        `bass` is its last pitch and this one, -1 where it rests.
        """
        chord = vocabulary.chord_of(number)
        if chord is None:
            return state.pitches
        classes = chord.pitch_classes
        if len(classes) > 3 and bass[1] >= 0 and bass[1] % 12 == chord.root:
            classes = classes - {chord.root}
        top = min(HIGH, max(LOWEST_TOP, min(state.tune, default=HIGH + 1) - 1))
        return voice(classes, state.pitches, top, bass if min(bass) >= 0 else (0, 0))

    def _push(
        self, state: BandState, frame: Frame, decision: Decision, struck: Hit
    ) -> tuple[BandState, tuple[Note, ...]]:
        """Strike the chord that the next beat is expected to bring, and tie it over the beat; if unsure, only stab."""
        model, network, place = self.model(state.genre, state.learnt), state.network, frame.place
        genre, coming = vocabulary.genre_index(state.genre), decision
        for _ in range(place.left // STEP):
            phase = place.phase + STEP
            place = Place(place.bar + phase // place.meter.bar, phase % place.meter.bar, place.meter)
            heard = Heard(coming.melody, _spot(place), genre)
            network, coming = model.step(network, heard, temperature=0.0, random=frame.key)
        if coming.chord == NO_CHORD or coming.chord_chance < SURE:
            ticks = max(1, frame.place.left - GAP)
            return state, _chord(replace(struck, ticks=ticks, hold=ticks), state.pitches, frame)
        pitches = state.pitches if coming.chord == state.chord else self._voiced(state, coming.chord, (-1, -1))
        lands, tied = frame.tick + frame.place.left, frame.tick + struck.ticks
        return (
            replace(state, ahead=coming.chord, ahead_pitches=pitches, lands=lands, tied=tied),
            _chord(struck, pitches, frame),
        )


def _reaching(history: NDArray[np.int32], blank: NDArray[np.int32]) -> NDArray[np.int32]:
    """What was heard and played, the latest first, for a network that looks as far back as `blank` is long."""
    if history.shape == blank.shape:
        return history
    longer, kept = blank.copy(), min(history.shape[-1], blank.shape[-1])
    longer[..., :kept] = history[..., :kept]
    return longer


def _token(frame: Frame) -> int:
    if frame.onset is not None:
        return vocabulary.onset(frame.onset)
    return HOLD if frame.held else REST


def _spot(place: Place) -> Spot:
    return Spot(place.step, place.meter.numerator, place.meter.denominator, max(-1, place.bar))


def _chord(struck: Hit, pitches: tuple[int, ...], frame: Frame) -> tuple[Note, ...]:
    loud = loudness(frame.velocity, struck.loud)
    return tuple(Note(ACCOMPANIMENT, struck.ticks, pitch, loud, 0, struck.hold) for pitch in struck.of(pitches))
