"""The band by rule: what plays when no model can, and what models are measured against.

On every second beat (every one where the harmony no longer fits) it takes, among the chords of the key that it hears,
the one that fits the last notes best and lies near the last chord. No state but what it says.
"""

from dataclasses import dataclass, replace

from bridge.engine.frame import Frame, Note, Thought
from bridge.generators.comping import SOFTER, strikes
from bridge.music import harmony, vocabulary
from bridge.music.events import BASS, Chord
from bridge.music.listening import Chroma, key_of
from bridge.music.timeline import STEP
from bridge.music.voicing import bass_near, voice

TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6)}
DEGREES = {
    "maj": ((0, "maj", 0.3), (7, "maj", 0.2), (5, "maj", 0.2), (9, "min", 0.1), (2, "min", 0.1), (4, "min", 0.0)),
    "min": ((0, "min", 0.3), (7, "maj", 0.2), (5, "min", 0.2), (8, "maj", 0.1), (3, "maj", 0.1), (10, "maj", 0.1)),
}  # semitones above the tonic, quality, and how welcome the chord is
PLAINER = {"min": "min", "min7": "min", "dim": "dim"}  # the triad of a quality; of all others the major one
BINDING = 6.0  # nats; a wish beyond is obeyed, one below is heard
ASKED = 0.2  # what a nat of such a wish weighs beside the share of heard notes that a chord holds
RECENT = 0.75  # how much of a struck note's weight is left a sixteenth later


@dataclass(frozen=True, slots=True)
class RulesState:
    """What the rule remembers."""

    recent: Chroma = (0.0,) * 12
    chord: Chord | None = None
    pitches: tuple[int, ...] = ()
    bass: int | None = None


class RulesBand:
    """Harmonises what it just heard in the key that it estimates; roots and fifths in the bass."""

    name = "rules"

    def start(self) -> RulesState:
        """Nothing heard."""
        return RulesState()

    def step(self, state: RulesState, frame: Frame) -> tuple[RulesState, Thought]:
        """Chords on beats, the bass on beats."""
        recent = [weight * RECENT for weight in state.recent]
        for pitch in (frame.onset, *frame.held):
            if pitch is not None:
                recent[pitch % 12] += 1.0
        state = replace(state, recent=tuple(recent))
        beat, offset = divmod(frame.place.phase, frame.place.meter.beat)
        if offset >= STEP or (sum(recent) < 0.2 and state.chord is None):
            return state, Thought()
        chord = self._choose(state, frame) if beat % 2 == 0 or not self._fits(state) else state.chord
        if max((nats for _, nats in frame.wishes), default=0.0) > BINDING:
            wanted = vocabulary.chord_of(max(frame.wishes, key=lambda wish: wish[1])[0])
            chord = chord if wanted is None else Chord(frame.tick, wanted.root, PLAINER.get(wanted.quality, "maj"))
        old = state.chord
        changed = old is None or chord is None or (chord.root, chord.quality) != (old.root, old.quality)
        return self._play(state, frame, beat, chord, changed=changed)

    def _play(
        self, state: RulesState, frame: Frame, beat: int, chord: Chord | None, *, changed: bool
    ) -> tuple[RulesState, Thought]:
        if chord is None:
            return state, Thought()
        pitches = voice([(chord.root + i) % 12 for i in TRIADS[chord.quality]], state.pitches)
        fifth = beat % 2 == 1 and not changed
        interval = TRIADS[chord.quality][2] if fifth else 0
        bass = bass_near((chord.root + interval) % 12, state.bass)
        loud = max(1, min(127, round(frame.velocity * SOFTER * 1.1)))
        notes = (
            *strikes(frame.place, pitches, frame.velocity, changed=changed),
            Note(BASS, frame.place.left - 8, bass, loud),
        )
        return replace(state, chord=chord, pitches=pitches, bass=bass), Thought(notes, chord if changed else None)

    def _choose(self, state: RulesState, frame: Frame) -> Chord:
        tonic, mode = key_of(frame.chroma)
        last, wished = state.chord, dict(frame.wishes)

        def fit(degree: tuple[int, str, float]) -> float:
            interval, quality, welcome = degree
            root = (tonic + interval) % 12
            heard = sum(state.recent[(root + i) % 12] for i in TRIADS[quality]) / (sum(state.recent) or 1.0)
            stays = 0.15 if last and (root, quality) == (last.root, last.quality) else 0.0
            asked = wished.get(vocabulary.chord_class(harmony.Chord(root, quality, root)), 0.0)
            return heard + 0.3 * welcome + stays + ASKED * asked

        interval, quality, _ = max(DEGREES[mode], key=fit)
        return Chord(frame.tick, (tonic + interval) % 12, quality)

    def _fits(self, state: RulesState) -> bool:
        if state.chord is None:
            return False
        inside = sum(state.recent[(state.chord.root + i) % 12] for i in TRIADS[state.chord.quality])
        return inside >= 0.5 * sum(state.recent)
