"""What a model hears and says, as integers: the one module that training and playing share.

Rules: time goes in steps of a sixteenth (120 ticks). A line (melody or bass) says one token a step: HOLD (what was
sounding goes on), REST (nothing sounds) or the onset of a pitch. A chord is one of 97 classes, decided on beats and
held in between. Whatever changes the meaning of a number here must change FINGERPRINT, which models carry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bridge.music.harmony import QUALITIES, Chord

STEP_TICKS = 120  # ticks; a sixteenth at 480 ticks per quarter
HOLD = 0
REST = 1
FIRST_ONSET = 2
LINE_TOKENS = FIRST_ONSET + 128

QUALITY_NAMES = tuple(QUALITIES)
NO_CHORD = 12 * len(QUALITY_NAMES)  # class 96, where nothing sounds
CHORDS = NO_CHORD + 1

BASS_LOW, BASS_HIGH = 28, 60  # pitches; the open E string of a bass guitar, and middle C

BEATS = 8  # one-hot width: later beats of a bar share the last cell
PERIOD = 8  # bars; phrases come in fours and eights, so a bar is known by its number modulo 8
PLACE_WIDTH = 4 + 6 + BEATS + BEATS + 5 + 2  # floats that `place_features` returns

GENRES = ("artsong", "chorale", "folk", "hymn", "jazz", "pop", "rock", "standards")
SYNONYMS = {
    "blues": "jazz", "swing": "jazz", "bebop": "jazz", "latin": "jazz", "bossa": "jazz",
    "classical": "artsong", "lied": "artsong", "lieder": "artsong", "song": "artsong", "romantic": "artsong",
    "celtic": "folk", "country": "folk", "traditional": "folk", "trad": "folk", "irish": "folk",
    "metal": "rock", "punk": "rock", "electronic": "pop", "dance": "pop", "soul": "pop", "funk": "pop", "rnb": "pop",
    "musical": "standards", "ragtime": "standards", "broadway": "standards", "baroque": "chorale", "gospel": "hymn",
}  # fmt: skip
"""Names that other collections use -> ours."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A step of a bar, as a model sees it (the engine's own `timeline.Place` counts bars and ticks)."""

    step: int = 0
    """Sixteenths since the bar began, from 0."""
    numerator: int = 4
    denominator: int = 4
    bar: int = -1
    """Number of the bar in the song, 0 for the first full one; -1: unknown."""

    def __post_init__(self) -> None:
        if self.step < 0 or self.numerator < 1 or self.denominator < 1:
            raise ValueError(f"not a place: step {self.step} in {self.numerator}/{self.denominator}")

    @property
    def beat_steps(self) -> int:
        """Steps between chord decisions: a quarter, or a dotted quarter where eighths are counted in threes."""
        return 6 if self.denominator == 8 and self.numerator % 3 == 0 else 4

    @property
    def bar_steps(self) -> int:
        """Steps in the bar (at least one; a bar of 5/32 counts as two)."""
        return max(1, self.numerator * 16 // self.denominator)

    @property
    def on_beat(self) -> bool:
        """Whether a chord is decided here."""
        return self.step % self.beat_steps == 0


def place_features(place: Spot) -> list[float]:
    """The place as PLACE_WIDTH floats; the first says whether a chord is decided here, the last is bar steps / 16."""
    beat, step = divmod(place.step, place.beat_steps)
    beats = max(1, -(-place.bar_steps // place.beat_steps))
    flags = [place.on_beat, place.step == 0, place.on_beat and 2 * beat == beats, place.beat_steps == 6]
    cells = [step == i for i in range(6)]
    cells += [min(beat, BEATS - 1) == i for i in range(BEATS)]
    cells += [min(beats, BEATS) == i + 1 for i in range(BEATS)]
    cells += [place.bar >= 0 and place.bar % 4 == i for i in range(4)]
    cells.append(place.bar >= 0 and place.bar % PERIOD >= 4)
    remaining = max(0.0, 1 - place.step / place.bar_steps)
    return [float(x) for x in flags + cells] + [remaining, place.bar_steps / 16]


def onset(pitch: int) -> int:
    """The token of a note that begins now. Raises ValueError outside 0-127."""
    if not 0 <= pitch <= 127:
        raise ValueError(f"pitch {pitch} is outside 0-127")
    return FIRST_ONSET + pitch


melody_token = onset
bass_token = onset


def pitch_of(token: int) -> int | None:
    """The pitch that begins with this token, None for HOLD and REST. Raises ValueError for anything else."""
    if not 0 <= token < LINE_TOKENS:
        raise ValueError(f"token {token} is outside 0-{LINE_TOKENS - 1}")
    return token - FIRST_ONSET if token >= FIRST_ONSET else None


def genre_index(path: str) -> int:
    """The place in GENRES of a genre such as `folk/irish`, by its first part; -1 for one that no model knows."""
    first = path.split("/")[0].strip().lower()
    name = SYNONYMS.get(first, first)
    return GENRES.index(name) if name in GENRES else -1


def chord_class(chord: Chord | None) -> int:
    """The class 0-96 of a chord, NO_CHORD for None; a foreign bass is not part of the class."""
    return NO_CHORD if chord is None else chord.root * len(QUALITY_NAMES) + QUALITY_NAMES.index(chord.quality)


def chord_of(number: int) -> Chord | None:
    """The chord of a class, in root position, None for NO_CHORD. Raises ValueError outside 0-96."""
    if not 0 <= number < CHORDS:
        raise ValueError(f"chord class {number} is outside 0-{CHORDS - 1}")
    if number == NO_CHORD:
        return None
    root, quality = divmod(number, len(QUALITY_NAMES))
    return Chord(root, QUALITY_NAMES[quality], root)


def chord_pitch_classes(number: int) -> frozenset[int]:
    """The pitch classes of a chord class, empty for NO_CHORD."""
    chord = chord_of(number)
    return frozenset() if chord is None else chord.pitch_classes


def _fingerprint() -> str:
    """Twelve hexadecimal digits over everything that gives a number its meaning."""
    places = [place_features(Spot(s, n, d)) for n, d in ((4, 4), (3, 4), (6, 8), (7, 8)) for s in range(14)]
    chords = [sorted(chord_pitch_classes(number)) for number in range(CHORDS)]
    places += [place_features(Spot(0, 4, 4, bar)) for bar in range(PERIOD)]
    text = repr((STEP_TICKS, HOLD, REST, FIRST_ONSET, LINE_TOKENS, BASS_LOW, BASS_HIGH, chords, places, GENRES))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


FINGERPRINT = _fingerprint()
