"""The Note RNN, tuned or not, as a voice that answers: the same duties and laws as `melody.py`, from another mind.

It listens sixteenth by sixteenth while the player plays and goes on from there when the player stops. What it plays
depends on (model, state, key, temperature) only; an answer ends within the bars it was given; a player who strikes
takes the word at once. A note's length is drawn with the note, since a cue carries it: the voice looks ahead to the
event that ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.engine.frame import Frame, Note, Thought
from bridge.generators.note_events import FIRST, HIGH, HOLD, LOW, OFF, event, pitch_of
from bridge.generators.note_rnn_model import NoteRnnModel, State
from bridge.music.timeline import STEP

VOICE = "melody"
MOST_BARS = 8  # an answer is no longer, however long the call was
FEWEST_NOTES = 2  # a call has at least so many
REACH = 7  # semitones that an answer may go beyond the pitches heard
FORGETS = 64  # sixteenths of silence after which it begins anew: it never learnt to count longer ones
FAR = 64  # keys that one frame may use; no note is looked ahead for longer


@dataclass(frozen=True, slots=True)
class NoteRnnState:
    """What the voice remembers; steps are sixteenths in the engine's numbering."""

    network: State
    """After the last event that was told to it, which fell at `told`."""
    told: int = -1
    """-1: nothing was heard yet."""
    struck: int = -1
    """The step of the last onset, heard or played."""
    sounds: bool = False
    """Whether a note of the player's sounds, as the network knows."""
    call: tuple[int, int] = (0, 0)
    """The step at which the call's first bar began, and notes heard in it."""
    range: tuple[int, int] = (HIGH, LOW)
    """The lowest and the highest pitch heard, moved into the 36 that it knows."""
    end: int = 0
    """The step at which the answer is over; 0 while listening."""
    coming: tuple[int, int] | None = None
    """The next event of the answer that is not a hold: its step, and the event."""


class NoteRnn:
    """The answering voice as a generator of the engine."""

    def __init__(self, model: NoteRnnModel, name: str = "note_rnn") -> None:
        self.name = name
        self._model = model

    def start(self) -> NoteRnnState:
        """Nothing heard, nothing played."""
        return NoteRnnState(self._model.start())

    def step(self, state: NoteRnnState, frame: Frame) -> tuple[NoteRnnState, Thought]:
        """One sixteenth: take in what was played, answer where it is time to, else listen."""
        now, speaking = frame.tick // STEP, state.end > 0
        if frame.onset is not None or not speaking:
            state = self._listened(state, frame, now)
        if speaking and not state.end:
            return state, Thought(rests=frozenset([VOICE]))
        if not state.end and self._wanted(state, frame, now):
            bar = frame.place.meter.bar // STEP
            bars = min(MOST_BARS, 1 + max(0, state.struck - state.call[0]) // max(1, bar))
            state = replace(state, end=now + bars * bar, sounds=False)
            low, high = _bounds(state)
            first = self._model.choose(
                state.network, temperature=frame.temperature, random=frame.key * FAR, low=low, high=high, onset=True
            )
            state = replace(state, coming=(now, first))
        return self._spoken(state, frame, now) if state.end else (state, Thought())

    def _listened(self, state: NoteRnnState, frame: Frame, now: int) -> NoteRnnState:
        """The state after what the player did in the sixteenth before; a strike ends an answer."""
        if frame.onset is None and (state.told < 0 or now - state.struck > FORGETS):
            return replace(self.start(), range=state.range)
        before, state = now - 1, self._caught_up(state, now - 1)
        if frame.onset is None:
            ends = state.sounds and not frame.held
            network = self._model.hear(state.network, OFF if ends else HOLD)
            return replace(state, network=network, told=before, sounds=state.sounds and not ends)
        number = event(frame.onset)
        pitch = number - FIRST + LOW
        again = state.told >= before  # struck in the same sixteenth as a note of the answer: that one stands
        network = state.network if again else self._model.hear(state.network, number)
        begun, notes = state.call
        phase = (frame.place.phase // STEP - 1) % max(1, frame.place.meter.bar // STEP)
        call = (begun, notes + 1) if notes and not state.end else (before - phase, 1)
        low, high = state.range
        return NoteRnnState(network, before, before, True, call, (min(low, pitch), max(high, pitch)))

    def _caught_up(self, state: NoteRnnState, step: int) -> NoteRnnState:
        """The state with holds for the steps before this one that were not told, as of an answer broken off."""
        missing = range(state.told + 1, step) if state.told >= 0 else range(0)
        network = state.network
        for _ in missing[-FORGETS:]:
            network = self._model.hear(network, HOLD)
        return replace(state, network=network, told=step - 1 if missing else state.told)

    def _wanted(self, state: NoteRnnState, frame: Frame, now: int) -> bool:
        """Whether an answer begins: a bar line after a call, nothing struck for a bar, or half a one after 2, 4, 8."""
        if frame.place.phase >= STEP or state.call[1] < FEWEST_NOTES:
            return False
        bar = frame.place.meter.bar // STEP
        quiet, even = now - state.struck, (now - state.call[0]) in (2 * bar, 4 * bar, 8 * bar)
        return 2 * quiet >= bar if even else quiet >= bar

    def _spoken(self, state: NoteRnnState, frame: Frame, now: int) -> tuple[NoteRnnState, Thought]:
        """The note of the answer that begins in this sixteenth, if one does; the last of them ends with it."""
        notes: tuple[Note, ...] = ()
        if state.coming is not None and state.coming[0] == now:
            number = state.coming[1]
            state = self._caught_up(state, now)
            state = replace(state, network=self._model.hear(state.network, number), told=now)
            state = replace(state, coming=self._next(state, frame, now))
            pitch = pitch_of(number)
            if pitch is not None:
                until = state.coming[0] if state.coming else min(state.end, now + FAR - 1)
                notes = (Note(VOICE, (until - now) * STEP, pitch, frame.velocity),)
                state = replace(state, struck=now)
        if now + 1 >= state.end or state.coming is None:
            state = replace(state, end=0, coming=None, call=(0, 0), sounds=bool(notes) or state.sounds)
        return state, Thought(notes)

    def _next(self, state: NoteRnnState, frame: Frame, now: int) -> tuple[int, int] | None:
        """The next event of the answer that is not a hold; None if none comes before its end."""
        low, high = _bounds(state)
        network = state.network
        for ahead in range(1, min(FAR, state.end - now)):
            key = frame.key * FAR + ahead
            number = self._model.choose(network, temperature=frame.temperature, random=key, low=low, high=high)
            if number != HOLD:
                return now + ahead, number
            network = self._model.hear(network, HOLD)
        return None


def _bounds(state: NoteRnnState) -> tuple[int, int]:
    """The lowest and highest pitch of an answer: what was heard, and a fifth around it."""
    low, high = state.range
    return (max(LOW, low - REACH), min(HIGH, high + REACH)) if low <= high else (LOW, HIGH)


__all__ = ["NoteRnn", "NoteRnnState"]
