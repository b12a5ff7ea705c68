"""The touch: from what a mind thought to what sounds. Pure functions, the same for every voice.

Order: what is left out (switch, density), then pitch (register, key), then loudness (level, accents), then time (swing,
micro-timing). Nothing here makes a note that was not thought of, and none lasts longer than it was meant to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bridge.engine.ear import USUAL, Played
from bridge.engine.frame import Note
from bridge.engine.parameters import KEYS, OFF
from bridge.engine.settings import Settings
from bridge.music import scales
from bridge.music.events import Chord
from bridge.music.harmony import QUALITIES, pitch_class, pitch_classes
from bridge.music.listening import Chroma, key_of
from bridge.music.timeline import PPQ, STEP, Place

BAR, HALF, BEAT, EIGHTH, SIXTEENTH = 1.0, 0.8, 0.6, 0.4, 0.2  # weights of places, for the density
FURTHEST: Final = 36  # ticks that micro-timing moves a note; 37 ms at 120 bpm, of the 80 that decisions are early
LEARN: Final = 0.12  # weight of a new onset in what was learnt of the player's timing and accents
CLASSES: Final = 4  # sixteenths of a beat that are told apart


def weight(place: Place) -> float:
    """How strong a place in the bar is, 0.2-1."""
    meter, phase = place.meter, place.phase
    if phase < STEP:
        return BAR
    if phase % meter.beat < STEP:
        return HALF if abs(2 * phase - meter.bar) < STEP else BEAT
    return EIGHTH if phase % (PPQ // 2) < STEP else SIXTEENTH


def lock(settings: Settings, chroma: Chroma) -> frozenset[int] | None:
    """The pitch classes that the band keeps to; None where it is free."""
    name, kind = settings.word("key"), settings.word("scale")
    if name == OFF:
        return None
    tonic, mode = key_of(chroma)
    if name in KEYS[2:]:
        tonic = pitch_class(name)
        mode = _mode(chroma, tonic)
    elif not any(chroma):
        return None  # nothing was heard that a key could be told from
    return scales.scale(tonic, ("minor" if mode == "min" else "major") if kind == "auto" else kind)


def _mode(chroma: Chroma, tonic: int) -> str:
    """Whether a tonic's minor third was heard more than its major one."""
    return "min" if chroma[(tonic + 3) % 12] > chroma[(tonic + 4) % 12] else "maj"


def locked_chord(chord: Chord, classes: frozenset[int]) -> Chord:
    """The name of a chord whose notes were moved into a scale; the old one where it has no name of ours."""
    if chord.root < 0:
        return chord
    root = scales.nearest(60 + chord.root, classes) % 12
    moved = {scales.nearest(60 + pc, classes) % 12 for pc in pitch_classes(chord.root, chord.quality)}
    for quality in QUALITIES:
        if pitch_classes(root, quality) == moved:
            return replace(chord, root=root, quality=quality)
    return chord


@dataclass(frozen=True, slots=True)
class Feel:
    """What was learnt of the player's hands: by the sixteenth of the beat, ticks late and loudness beside the mean."""

    late: tuple[float, ...] = (0.0,) * CLASSES
    accents: tuple[float, ...] = (1.0,) * CLASSES

    def heard(self, played: Played, phase: int, velocity: float) -> "Feel":
        """After one more onset, `phase` ticks into its bar; `velocity` is the player's usual one lately."""
        nearest = round(phase / STEP)
        which, off = nearest % CLASSES, phase - nearest * STEP
        late, accents = [*self.late], [*self.accents]
        late[which] += LEARN * (off - late[which])
        accents[which] += LEARN * (played.velocity / max(1.0, velocity) - accents[which])
        return Feel(tuple(late), tuple(accents))


def swung(phase: int, amount: float, unit: int) -> int:
    """Where a straight phase lies when pairs of `unit` ticks swing; amount 1 is two to one."""
    pair, at = divmod(phase, 2 * unit)
    longer = 1 + amount / 3
    moved = at * longer if at < unit else unit * longer + (at - unit) * (2 - longer)
    return pair * 2 * unit + round(moved)


def straight(phase: int, amount: float, unit: int) -> int:
    """The inverse of `swung`: where the player meant a swung note."""
    pair, at = divmod(phase, 2 * unit)
    longer = 1 + amount / 3
    edge = unit * longer
    meant = at / longer if at < edge else unit + (at - edge) / (2 - longer)
    return pair * 2 * unit + round(meant)


def unit(settings: Settings, place: Place) -> int:
    """Ticks of the notes that swing in pairs, 0 where none does: in compound meters eighths never."""
    if not settings.number("swing") or (place.meter.compound and settings.word("swing_grid") == "8"):
        return 0
    return PPQ // 2 if settings.word("swing_grid") == "8" else STEP


def touched(
    notes: tuple[Note, ...], place: Place, settings: Settings, classes: frozenset[int] | None, feel: Feel
) -> list[Note]:
    """The notes as they sound. `delay` may become negative by FURTHEST ticks at most."""
    found: dict[tuple[str, int, int], Note] = {}
    for note in notes:
        sounding = _one(note, place, settings, classes, feel)
        if sounding is not None:
            found.setdefault((note.voice, sounding.pitch, sounding.delay), sounding)  # two may have become one
    return [*found.values()]


def _one(note: Note, place: Place, settings: Settings, classes: frozenset[int] | None, feel: Feel) -> Note | None:
    values: Mapping[str, float | int | str] = settings.values
    loud = settings.number("level") * settings.number(f"{note.voice}_level")
    if not values[note.voice] or loud <= 0 or weight(place) < 1 - settings.number(f"{note.voice}_density"):
        return None
    pitch = note.pitch + 12 * int(settings.number(f"{note.voice}_register"))
    while not 0 <= pitch <= 127:
        pitch += 12 if pitch < 0 else -12
    if classes is not None:
        pitch = scales.nearest(pitch, classes)
    amount = settings.number("feel")
    which = round((place.phase + note.delay) / STEP) % CLASSES
    velocity = note.velocity * loud * (1 + amount * (feel.accents[which] - 1))
    begin, ticks = _moved(note, place, settings)
    begin += round(max(-FURTHEST, min(FURTHEST, amount * feel.late[which])))
    return replace(note, pitch=pitch, velocity=max(1, min(127, round(velocity))), delay=begin, ticks=max(1, ticks))


def _moved(note: Note, place: Place, settings: Settings) -> tuple[int, int]:
    """Delay and length after swing."""
    size = unit(settings, place)
    if not size:
        return note.delay, note.ticks
    amount = settings.number("swing")
    begin = swung(place.phase + note.delay, amount, size)
    end = swung(place.phase + note.delay + note.ticks, amount, size)
    return begin - place.phase, end - begin


def dynamic(velocity: float, settings: Settings) -> int:
    """The loudness that the minds are told of: the player's, as far as the band follows it."""
    return max(1, min(127, round(USUAL + settings.number("dynamics") * (velocity - USUAL))))
