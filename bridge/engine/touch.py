"""The touch: from what a mind thought to what sounds. Pure functions, the same for every voice.

Order: what is left out (switch, density), then pitch (register, key), then loudness (level, accents), then time (swing,
micro-timing). Nothing here makes a note that was not thought of, and none ends later than it was meant to.
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
FURTHEST: Final = 36  # ticks that micro-timing moves a note; what lies further off, as triplets do, is another rhythm
EARLIEST: Final = 0.5  # of the lookahead by which a note may be early, so that half of it is left for its way
LEARN: Final = 0.12  # weight of a new onset in what was learnt of the player's timing and accents
CLASSES: Final = 6  # sixteenths of a beat that are told apart; a quarter has four of them


def weight(place: Place, delay: int = 0) -> float:
    """How strong a place in the bar is, 0.2-1, for a note `delay` ticks after it."""
    meter, phase = place.meter, place.phase + delay
    if abs(delay - STEP * round(delay / STEP)) > FURTHEST:
        return SIXTEENTH
    if phase < STEP:
        return BAR
    if phase % meter.beat < STEP:
        return HALF if abs(2 * phase - meter.bar) < STEP else BEAT
    return EIGHTH if phase % (PPQ // 2) < STEP else SIXTEENTH


def lock(settings: Settings, chroma: Chroma) -> frozenset[int] | None:
    """The pitch classes that the band keeps to; None where it is free."""
    kind, found = settings.word("scale"), None if settings.word("key") == OFF else home(settings, chroma)
    if found is None:
        return None
    return scales.scale(found[0], ("minor" if found[1] == "min" else "major") if kind == "auto" else kind)


def home(settings: Settings, chroma: Chroma) -> tuple[int, str] | None:
    """The tonic and the mode, "maj" or "min", of the key that is set, else heard; None where nothing was heard that a
    key could be told from.
    """
    name = settings.word("key")
    if name in KEYS[2:]:
        tonic = pitch_class(name)
        return tonic, _mode(chroma, tonic)
    return key_of(chroma) if any(chroma) else None


def _mode(chroma: Chroma, tonic: int) -> str:
    """Whether a tonic's minor third was heard more than its major one."""
    return "min" if chroma[(tonic + 3) % 12] > chroma[(tonic + 4) % 12] else "maj"


def locked_chord(chord: Chord, classes: frozenset[int]) -> Chord:
    """The name of a chord whose notes were moved into a scale; where they have none, that of the likest one."""
    if chord.root < 0 or pitch_classes(chord.root, chord.quality) <= classes:
        return chord
    first = scales.nearest(60 + chord.root, classes) % 12
    moved = {scales.nearest(60 + pc, classes) % 12 for pc in pitch_classes(chord.root, chord.quality)}
    best, name = len(moved) + 12.0, (chord.root, chord.quality)
    for up in range(12):
        for quality in QUALITIES:
            found = pitch_classes((first + up) % 12, quality)
            apart = len(found ^ moved) + 2 * len(found - classes) + 0.5 * (up > 0)
            if apart < best:
                best, name = apart, ((first + up) % 12, quality)
    return replace(chord, root=name[0], quality=name[1])


@dataclass(frozen=True, slots=True)
class Feel:
    """What was learnt of the player's hands: by the sixteenth of the beat, ticks late and loudness beside the mean."""

    late: tuple[float, ...] = (0.0,) * CLASSES
    accents: tuple[float, ...] = (1.0,) * CLASSES

    def heard(self, played: Played, place: Place, velocity: float) -> "Feel":
        """After one more onset at its place; `velocity` is the player's usual one lately."""
        which, off = _sixteenth(place, 0)
        if abs(off) > FURTHEST:
            return self
        late, accents = [*self.late], [*self.accents]
        late[which] += LEARN * (off - late[which])
        accents[which] += LEARN * (played.velocity / max(1.0, velocity) - accents[which])
        return Feel(tuple(late), tuple(accents))


def _sixteenth(place: Place, delay: int) -> tuple[int, int]:
    """Which sixteenth of its beat a note is nearest to, and how many ticks after it."""
    phase = place.phase + delay
    nearest = round(phase / STEP)
    inside = nearest * STEP % place.meter.bar % place.meter.beat
    return min(inside // STEP, CLASSES - 1), phase - nearest * STEP


def swung(phase: int, amount: float, unit: int, bar: int) -> int:
    """Where a straight phase lies when pairs of `unit` ticks swing; amount 1 is two to one. A unit that is left over
    at the end of a bar of `bar` ticks, as in 7/8, has no partner and stays.
    """
    begin = phase - phase % bar % (2 * unit)
    at, longer = phase - begin, 1 + amount / 3
    if begin % bar + 2 * unit > bar:
        return phase
    return begin + round(at * longer if at < unit else unit * longer + (at - unit) * (2 - longer))


def straight(phase: int, amount: float, unit: int, bar: int) -> int:
    """The inverse of `swung`: where the player meant a swung note."""
    begin = phase - phase % bar % (2 * unit)
    at, longer = phase - begin, 1 + amount / 3
    if begin % bar + 2 * unit > bar:
        return phase
    edge = unit * longer
    return begin + round(at / longer if at < edge else unit + (at - edge) / (2 - longer))


def unit(settings: Settings, place: Place) -> int:
    """Ticks of the notes that swing in pairs, 0 where none does: in compound meters eighths never."""
    if not settings.number("swing") or (place.meter.compound and settings.word("swing_grid") == "8"):
        return 0
    return PPQ // 2 if settings.word("swing_grid") == "8" else STEP


def meant(tick: int, place: Place, settings: Settings) -> int:
    """The tick at which a note that was played at `tick`, which lies at `place`, was meant."""
    size = unit(settings, place)
    return tick + straight(place.phase, settings.number("swing"), size, place.meter.bar) - place.phase if size else tick


def touched(
    notes: tuple[Note, ...], place: Place, settings: Settings, classes: frozenset[int] | None, feel: Feel, early: int
) -> list[Note]:
    """The notes as they sound; `delay` may become negative, by `early` ticks at most, and by no more than FURTHEST."""
    found: dict[tuple[str, int, int], Note] = {}
    for note in notes:
        sounding = _one(note, place, settings, classes, feel, early)
        if sounding is not None:
            found.setdefault((note.voice, sounding.pitch, sounding.delay), sounding)  # two may have become one
    return [*found.values()]


def _one(
    note: Note, place: Place, settings: Settings, classes: frozenset[int] | None, feel: Feel, early: int
) -> Note | None:
    values: Mapping[str, float | int | str] = settings.values
    loud = settings.number("level") * settings.number(f"{note.voice}_level")
    if not values[note.voice] or loud <= 0 or weight(place, note.delay) < 1 - settings.number(f"{note.voice}_density"):
        return None
    pitch = note.pitch + 12 * int(settings.number(f"{note.voice}_register"))
    while not 0 <= pitch <= 127:
        pitch += 12 if pitch < 0 else -12
    if classes is not None:
        pitch = scales.nearest(pitch, classes)
    amount = settings.number("feel")
    which, _ = _sixteenth(place, note.delay)
    velocity = note.velocity * loud * (1 + amount * (feel.accents[which] - 1))
    begin, ticks = _moved(note, place, settings)
    late = round(max(-min(early, FURTHEST), min(FURTHEST, ticks - 1, amount * feel.late[which])))
    begin, ticks = begin + late, ticks - max(0, late)
    return replace(note, pitch=pitch, velocity=max(1, min(127, round(velocity))), delay=begin, ticks=max(1, ticks))


def _moved(note: Note, place: Place, settings: Settings) -> tuple[int, int]:
    """Delay and length after swing."""
    size = unit(settings, place)
    if not size:
        return note.delay, note.ticks
    amount, bar = settings.number("swing"), place.meter.bar
    begin = swung(place.phase + note.delay, amount, size, bar)
    end = swung(place.phase + note.delay + note.ticks, amount, size, bar)
    return begin - place.phase, end - begin


def dynamic(velocity: float, settings: Settings) -> int:
    """The loudness that the minds are told of: the player's, as far as the band follows it."""
    return max(1, min(127, round(USUAL + settings.number("dynamics") * (velocity - USUAL))))
