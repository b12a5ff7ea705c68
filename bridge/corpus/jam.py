"""A recorded jam as scores, one for each player: the melody that was heard, the chords and bass that the band played.

Rules: only what sounded counts, never what was planned; what the machine plays for a melody is left out, so that a
model learns from people. The genre is the one that the player had set at the end, if any.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bridge.corpus.score import LONGEST, NOT_STATED, UNKNOWN, Meter, Note, Part, Score, UnreadableError
from bridge.music.entries import Entry, Received
from bridge.music.errors import BridgeError
from bridge.music.events import BASS, Set
from bridge.music.harmony import COMMON_NAMES, NO_CHORD, QUALITIES
from bridge.music.log import MARK, Reader
from bridge.music.performance import HEARD, Listener, Performance
from bridge.music.timeline import STEP
from bridge.music.vocabulary import GENRES

SUFFIX = ".jsonl"
OWN = "the player's own"  # licence of what somebody played


def is_jam(path: Path) -> bool:
    """Whether a file is a jam's log, by how it begins."""
    if path.suffix != SUFFIX:
        return False
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def read_jam(path: Path, *, genre: str, licence: str) -> Iterator[tuple[int, Score | UnreadableError]]:
    """Every player's score, or what is wrong with it; where genre or licence are not named, the jam's own count.

    Raises UnreadableError where the log is damaged.
    """
    listener, genres = Listener(), dict[int, str]()
    try:
        with path.open("rb") as file:
            log = Reader(file, path.name)
            for entry in log:
                listener.take(entry)
                _heed(entry, genres)
    except BridgeError as error:
        raise UnreadableError("corrupt", str(error)) from None
    done, header = listener.finish(), log.header
    before = str(header.settings.get("genre", ""))
    title = f"Jam of {header.moment:%Y-%m-%d %H:%M}" if header.moment else path.stem
    for player in done.players:
        if (player, HEARD) not in done.notes:
            yield player, UnreadableError("no notes", f"player {player} was not heard")
        elif done.end > LONGEST * STEP:
            yield player, UnreadableError("too long", f"{len(done.bars)} bars")
        else:
            own = genres.get(player, before)
            extra = {"genre": own} if genre == UNKNOWN and own in GENRES else {}
            extra |= {"licence": OWN} if licence == NOT_STATED else {}
            yield player, _score(done, player, title, extra)


def _heed(entry: Entry, genres: dict[int, str]) -> None:
    match entry:
        case Received(Set(player, "genre", str() as value), _):
            genres[player] = value


def _score(done: Performance, player: int, title: str, extra: dict[str, str]) -> Score:
    """One player's part of a performance."""
    return Score(
        title=title,
        parts=(
            Part("melody", _notes(done, player, HEARD), 73),
            Part("bass", _notes(done, player, BASS), 32),
        ),
        meters=tuple(Meter(tick / STEP, meter.numerator, meter.denominator) for tick, meter in done.meters),
        bars=tuple(bar / STEP for bar in done.bars),
        chords=tuple(
            (tick / STEP, f"{COMMON_NAMES[chord.root]}:{chord.quality}" if chord.quality in QUALITIES else NO_CHORD)
            for tick, chord in done.chords.get(player, [])
        ),
        tempo=round(done.tempos[0][1]),
        extra={"chords_from": "band"} | extra,
    )


def _notes(done: Performance, player: int, voice: str) -> tuple[Note, ...]:
    return tuple((note.tick / STEP, note.ticks / STEP, note.pitch) for note in done.notes.get((player, voice), []))
