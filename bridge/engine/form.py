"""Form: sections and their cadences, the count-in and the click."""

from dataclasses import dataclass
from typing import Final

from bridge.engine import touch
from bridge.engine.exchange import Exchange
from bridge.engine.frame import Note
from bridge.engine.settings import Settings
from bridge.music.events import METRONOME
from bridge.music.harmony import Chord
from bridge.music.listening import Chroma, key_of
from bridge.music.timeline import STEP, Place
from bridge.music.vocabulary import CHORDS, chord_class, chord_of, chord_pitch_classes

LEAD: Final = 12.0  # nats by which dominant and tonic are wanted at a section's end; the network's own range: about 10
FIT: Final = 3.0  # nats by which a chord that holds all of a beat's melody is preferred to one that holds none
CLASSES: Final = tuple(chord_pitch_classes(number) for number in range(CHORDS))
OTHERS: Final = 0.5  # how much a chord's other tones are wanted at a response's end, beside the root
HIGH_CLICK, LOW_CLICK = 76, 77  # General MIDI's wood blocks on channel 10, by their names high and low
CLICK: Final = 60  # ticks
COUNTED: Final = 0.8  # loudness of a count-in where no click is asked for


def wishes(settings: Settings, place: Place, chroma: Chroma) -> tuple[tuple[int, float], ...]:
    """What the form wants of the chord at a place: the dominant before a section's end, the tonic after it."""
    bars, bar, beat = int(settings.number("section_bars")), place.meter.bar, place.meter.beat
    if not bars or not settings.number("cadence") or place.bar < 0 or not any(chroma):
        return ()
    inside = place.bar % bars
    leads = inside == bars - 1 and (2 * place.phase >= bar or bar <= beat)
    lands = inside == 0 and place.bar > 0 and place.phase < beat
    if not leads and not lands:
        return ()
    tonic, mode = key_of(chroma)
    if lands and not (leads and bar <= beat):
        return ((chord_class(Chord(tonic, mode, tonic)), LEAD),)
    fifth = (tonic + 7) % 12
    return tuple((chord_class(Chord(fifth, quality, fifth)), LEAD) for quality in ("maj", "7"))


def close(settings: Settings, end: Place, chroma: Chroma) -> tuple[float, ...]:
    """What a response is to end on whose last beat is at `end`: how much each pitch class is wanted, 0-1, (12,) or ().

    The tonic, else a tone of its triad; at a section's end, where the band leads to a cadence, of the dominant's.
    """
    key, led = touch.home(settings, chroma), wishes(settings, end, chroma)
    chord = chord_of(led[0][0]) if led else Chord(key[0], key[1], key[0]) if key else None
    if chord is None:
        return ()
    return tuple(1.0 if p == chord.root else OTHERS if p in chord.pitch_classes else 0.0 for p in range(12))


def fitting(exchange: Exchange, tick: int, place: Place) -> tuple[tuple[int, float], ...]:
    """What the machine's own melody wants of the chord of a beat: that it holds what is about to be said."""
    if exchange.response is None or place.phase % place.meter.beat >= STEP:
        return ()
    end = tick + place.left
    exchange.compose(end)
    weights = [0.0] * 12
    for tone in exchange.ahead(tick, end):
        weights[tone.pitch % 12] += min(tone.end, end) - tone.tick
    total = sum(weights)
    return tuple((n, FIT * sum(weights[p] for p in held) / total) for n, held in enumerate(CLASSES)) if total else ()


@dataclass(slots=True)
class CountIn:
    """Bars that are counted after a start; nobody plays until `over`. Who joins in mid-song does not count."""

    over: int | None = 0  # tick, None until the first step after a start

    def begin(self) -> None:
        """The transport starts."""
        self.over = None

    def counting(self, tick: int, place: Place, settings: Settings) -> bool:
        """Whether the sixteenth at `tick` is still counted."""
        if self.over is None:
            bars = int(settings.number("count_in"))
            whole = bars + (bars > 0 and place.phase >= STEP)
            self.over = tick - place.phase + whole * place.meter.bar if bars else tick
        return tick < self.over

    def left(self, tick: int) -> int:
        """Ticks still to be counted at `tick`."""
        return 0 if self.over is None else max(0, self.over - tick)


def click(settings: Settings, place: Place, *, counting: bool) -> tuple[Note, ...]:
    """The click of a sixteenth, if it begins a beat."""
    loud = settings.number("metronome") or (COUNTED if counting else 0.0)
    if not loud or place.phase % place.meter.beat >= STEP:
        return ()
    accent = place.phase < STEP
    velocity = max(1, round(127 * loud * (1.0 if accent else 0.75)))
    return (Note(METRONOME, CLICK, HIGH_CLICK if accent else LOW_CLICK, velocity),)
