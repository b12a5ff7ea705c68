"""The band: a trained accompanist as a generator. One network decides chord and bass; here they become notes."""

from dataclasses import dataclass, replace

from bridge.engine.frame import Frame, Note, Thought
from bridge.generators.comping import SOFTER, strikes
from bridge.generators.model import AccompanimentModel, Heard, State
from bridge.music import vocabulary
from bridge.music.events import BASS, Chord
from bridge.music.timeline import Place
from bridge.music.vocabulary import HOLD, REST, Spot
from bridge.music.voicing import voice

BASS_LOUD = 1.05  # of the chords' loudness
BASS_TOP = 50  # pitch, D3; the bass that the network learnt sings up to middle C, ours leaves that to the chords
GAP = 8  # ticks between a bass note's end and the next beat, so that a repeated pitch is heard as two


@dataclass(frozen=True, slots=True)
class BandState:
    """What the network remembers, and how its last chord was voiced."""

    network: State
    chord: int = vocabulary.NO_CHORD
    pitches: tuple[int, ...] = ()


class Band:
    """Chords and bass from one trained network; it also says what it expects the player to play."""

    def __init__(self, model: AccompanimentModel, name: str = "accompaniment") -> None:
        self.name = name
        self._model = model

    def start(self) -> BandState:
        """Nothing heard, nothing played."""
        return BandState(self._model.start())

    def step(self, state: BandState, frame: Frame) -> tuple[BandState, Thought]:
        """One sixteenth: the network decides, the chord is voiced near the last, the bass lasts to the next beat."""
        heard = Heard(_token(frame), _spot(frame.place))
        network, decision = self._model.step(
            state.network, heard, temperature=frame.temperature, random=frame.key
        )
        changed = decision.chord != state.chord
        chord = vocabulary.chord_of(decision.chord)
        pitches = state.pitches
        if changed:
            pitches = voice(chord.pitch_classes, state.pitches) if chord else ()
        notes = [*strikes(frame.place, pitches, frame.velocity, changed=changed), *_bass(decision.bass, frame)]
        expected = vocabulary.pitch_of(decision.melody)
        spoken = None
        if changed:
            spoken = Chord(frame.tick, chord.root, chord.quality) if chord else Chord(frame.tick, -1, "N")
        after = replace(state, network=network, chord=decision.chord, pitches=pitches or state.pitches)
        rests = frozenset([BASS]) if decision.bass == REST else frozenset()
        return after, Thought(tuple(notes), spoken, expected, rests)


def _token(frame: Frame) -> int:
    if frame.onset is not None:
        return vocabulary.onset(frame.onset)
    return HOLD if frame.held else REST


def _spot(place: Place) -> Spot:
    return Spot(place.step, place.meter.numerator, place.meter.denominator)


def _bass(token: int, frame: Frame) -> tuple[Note, ...]:
    pitch = vocabulary.pitch_of(token)
    if pitch is None:
        return ()
    loud = max(1, min(127, round(frame.velocity * SOFTER * BASS_LOUD)))
    return (Note(BASS, frame.place.left - GAP, pitch if pitch <= BASS_TOP else pitch - 12, loud),)
