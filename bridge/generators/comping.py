"""Comping: when a chord is struck, which voices, how long and how loud.

A pattern is drawn for a phrase from those of the genre and meter (`patterns.py`), and walks towards sparser ones while
the player is busy, towards denser ones while the player rests. Laws: what a strike is sure to last ends with its beat,
since the next beat may change the chord; a chord that changes is struck at once, unless the bass marks it and the
pattern follows within a beat, as in oom-pah, or it was struck ahead of the beat.
"""

from dataclasses import dataclass, replace

from bridge.engine.frame import Frame, Note
from bridge.generators.patterns import ALL, Book, Pattern, Strike
from bridge.music.events import ACCOMPANIMENT
from bridge.music.timeline import STEP, Meter, Place

SOFTER = 0.72  # of the player's own loudness: the band stays under the tune
WIDER = 0.3  # of what the player's loudness is off USUAL, on top: the band's swells are larger than the player's
USUAL = 80  # velocity
GAP = 8  # ticks between a chord's end and the next beat, so that a repeated chord is heard as two
PHRASE = 4  # bars that keep their pattern
STAYS = 0.5  # chance that a phrase keeps the pattern of the one before
BUSY, CALM = 2.6, 2.0  # onsets a quarter, from which on the band thins out, and below which it stops doing so
LEAN = 0.3  # how far, in the order of density from 0 to 1, the band moves for a busy or a resting player
CLOSEST = 0.14  # seconds between strikes; closer ones are a race, not comping
BAR_ACCENT, HALF_ACCENT, BEAT_ACCENT, OFF_ACCENT = 1.08, 1.0, 0.93, 0.83  # loudness by the place in the bar
UNEVEN = 0.05  # of the loudness; no hand strikes twice alike
SWELL = (0.92, 0.97, 1.06, 1.0)  # loudness by the bar of the phrase
PUSHING = ("jazz", "pop", "rock", "standards")  # genres that strike a chord ahead of its beat
STYLES = ("artsong", "folk", "hymn", "standards")  # for players who name no genre, one is drawn


@dataclass(frozen=True, slots=True)
class Comping:
    """The pattern that is played, and how busy the player is."""

    genre: str = ""  # whose patterns are played
    meter: Meter | None = None
    pattern: Pattern | None = None
    dense: float = 0.5  # drawn for the phrase, 0 sparse to 1 dense
    lean: int = 0  # -1 thinner, 1 fuller
    rate: float = 1.0  # the player's onsets a quarter, lately
    idle: int = 0  # steps since the player's last onset


@dataclass(frozen=True, slots=True)
class Hit:
    """Voices of the chord struck now; `ticks` are sure, `hold` is for a chord that stays."""

    voices: str
    ticks: int
    hold: int
    loud: float  # of the usual
    pushes: bool = False  # it belongs to the coming beat

    def of(self, pitches: tuple[int, ...]) -> tuple[int, ...]:
        """Those of a chord's pitches, low to high, that are struck."""
        if self.voices == ALL or len(pitches) < 2:
            return pitches
        return (pitches[(0, len(pitches) // 2, -1)[int(self.voices)]],)


def heed(state: Comping, frame: Frame, style: str, book: Book) -> Comping:
    """Hear the step before, and at a bar line (or where style or meter change) settle the pattern of the bar."""
    struck = frame.onset is not None
    rate = state.rate + (4 * struck - state.rate) / 16
    state = replace(state, rate=rate, idle=0 if struck else state.idle + 1)
    place = frame.place
    new = state.pattern is None or state.genre != style or state.meter != place.meter
    if not new and place.step:
        return state
    dense = state.dense
    if new or (place.bar % PHRASE == 0 and _share(frame.key, 0) >= STAYS):
        dense = _share(frame.key, 1)
    lean = _lean(state, place)
    finest = next((n for n in (1, 2, 4) if n * 15 / frame.tempo >= CLOSEST), 4)
    pattern = book.choose(style, place.meter, dense + LEAN * lean, finest)
    return replace(state, genre=style, meter=place.meter, pattern=pattern, dense=dense, lean=lean)


def _lean(state: Comping, place: Place) -> int:
    if state.idle * STEP >= place.meter.bar // 2:
        return 1
    return -1 if state.rate > (CALM if state.lean < 0 else BUSY) else 0


def _share(key: int, draw: int) -> float:
    """A number from 0 to 1 from a step's key; `draw` tells the step's draws apart."""
    return (key >> (16 * draw) & 0xFFFF) / 0x10000


def drawn(key: int) -> str:
    """The style of a player who named none."""
    return STYLES[int(_share(key, 2) * len(STYLES))]


def hit(state: Comping, frame: Frame, *, changed: bool, marked: bool) -> Hit | None:
    """What is struck on this step; `changed`: the chord is new, `marked`: the bass strikes too."""
    place, pattern = frame.place, state.pattern
    if pattern is None:
        return None
    strike = pattern.at(place.step) if place.phase % STEP == 0 else None
    if changed and (strike is None or strike.voices != ALL):
        after = pattern.after(place.step)
        follows = after is not None and (after - place.step) * STEP <= place.meter.beat
        if not marked or not follows:
            until = after if after is not None else -(-place.meter.bar // STEP)
            strike = Strike(place.step, ALL, until - place.step, strike.loud if strike else 1.0)
    if strike is None:
        return None
    pushes = state.genre in PUSHING and _over(pattern, strike, place)
    wish = _free(pattern, strike, place.meter) if pushes else _wish(pattern, strike)
    wanted = wish if pushes else min(wish, place.meter.bar - place.phase)
    loud = strike.loud * accent(place) * SWELL[place.bar % PHRASE] * (1 - UNEVEN + 2 * UNEVEN * _share(frame.key, 3))
    sure = wanted if pushes else min(wanted, place.left)
    return Hit(strike.voices, max(1, sure - GAP), wanted - GAP, loud, pushes)


def _wish(pattern: Pattern, strike: Strike) -> int:
    """Ticks that a strike would last: as counted up to the next one, a broken chord's voice up to its own next."""
    if strike.voices != ALL and pattern.broken:
        later = [other.step for other in pattern.strikes if other.voices in (strike.voices, ALL)]
        return (next((step for step in later if step > strike.step), 10**4) - strike.step) * STEP
    after = pattern.after(strike.step)
    return STEP * (strike.steps if after is None else min(strike.steps, after - strike.step))


def _free(pattern: Pattern, strike: Strike, meter: Meter) -> int:
    """Ticks from a strike to the next one, be it in the next bar; as many as were counted at most."""
    after = pattern.after(strike.step)
    gap = (after if after is not None else meter.bar // STEP + pattern.strikes[0].step) - strike.step
    return STEP * min(gap, strike.steps)


def _over(pattern: Pattern, strike: Strike, place: Place) -> bool:
    """Whether a strike after the beat sounds over the next one, on which nothing is struck."""
    coming = (place.phase + place.left) % place.meter.bar // STEP
    after_beat = 2 * (place.phase % place.meter.beat) >= place.meter.beat
    return after_beat and strike.steps * STEP > place.left and pattern.at(coming) is None


def accent(place: Place) -> float:
    """Loudness by the place in the bar."""
    beat, offset = divmod(place.phase, place.meter.beat)
    if offset >= STEP:
        return OFF_ACCENT
    if beat == 0:
        return BAR_ACCENT
    return HALF_ACCENT if 2 * beat * place.meter.beat == place.meter.bar else BEAT_ACCENT


def loudness(velocity: int, factor: float) -> int:
    """Velocity 1-127 for a player's velocity: softer than the player, and more so under soft playing."""
    return max(1, min(127, round((SOFTER * velocity + WIDER * (velocity - USUAL)) * factor)))


def strikes(place: Place, pitches: tuple[int, ...], velocity: int, *, changed: bool) -> tuple[Note, ...]:
    """The comping of the band by rule: a chord on every beat, in a waltz on two and three."""
    beat, offset = divmod(place.phase, place.meter.beat)
    if not pitches or offset >= STEP:
        return ()
    waltz = place.meter.bar == 3 * place.meter.beat and not place.meter.compound
    if waltz and beat == 0 and not changed:
        return ()  # the bass has the first beat of a waltz to itself
    strong = beat == 0 or (beat == 2 and place.meter.bar == 4 * place.meter.beat)
    length = place.left if strong or changed else place.left * 2 // 3
    loud = max(1, min(127, round(velocity * SOFTER * (1.0 if strong else 0.86))))
    return tuple(Note(ACCOMPANIMENT, length - GAP, pitch, loud) for pitch in pitches)
