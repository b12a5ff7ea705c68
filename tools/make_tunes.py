"""Writes the demo's tunes, bridge/tunes/*.mid, from the notation below: `python tools/make_tunes.py [FOLDER]`.

A note is a letter, an accidental (# or b), an octave (C4 is middle C) and a length: w h q e s for whole, half, quarter,
eighth and sixteenth, with a dot for half as much again. R is a rest, ~ ties a note to the next, | ends a bar. Every bar
must be full: an upbeat is written as a bar that begins with rests, and the tune ends in a full bar. `parts` names
passages, `form` says in which order they are played. The melodies were written down from memory for this project.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import mido

PPQ = 480
LENGTHS = {"w": 1920, "h": 960, "q": 480, "e": 240, "s": 120}
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
TOKEN = re.compile(r"(?:(?P<letter>[A-G])(?P<sign>[#b]?)(?P<octave>[2-6])|R)(?P<length>[whqes])(?P<dot>\.?)(?P<tie>~?)")


@dataclass(frozen=True)
class Source:
    """A tune as it is written down here."""

    name: str
    title: str
    origin: str  # why it belongs to everybody
    tempo: float  # quarter notes per minute
    meter: tuple[int, int]
    key: str
    parts: dict[str, str]
    form: str


SOURCES = (
    Source(
        "amazing_grace",
        "Amazing Grace (New Britain)",
        "Public domain: traditional American hymn tune, printed in Columbian Harmony, 1829, and Southern Harmony, 1835",
        84.0,
        (3, 4),
        "G",
        {
            "A": """
            Rh D4q | G4h B4e G4e | B4h A4q | G4h E4q | D4h D4q | G4h B4e G4e | B4h A4q | D5h.~ |
            D5h B4q | D5q. B4e D5e B4e | G4h D4q | E4q. G4e G4e E4e | D4h D4q | G4h B4e G4e | B4h A4q | G4h.~ | G4h Rq |
            """
        },
        "A",
    ),
    Source(
        "auld_lang_syne",
        "Auld Lang Syne",
        "Public domain: traditional Scots air, in print with these words since 1799",
        100.0,
        (4, 4),
        "F",
        {
            "A": """
            Rh. C4q | F4q. F4e F4q A4q | G4q. F4e G4q A4q | F4q. F4e A4q C5q | D5h. D5q |
            C5q. A4e A4q F4q | G4q. F4e G4q A4q | F4q. D4e D4q C4q | F4h. D5q |
            C5q. A4e A4q F4q | G4q. F4e G4q D5q | C5q. A4e A4q C5q | D5h. D5q |
            C5q. A4e A4q F4q | G4q. F4e G4q A4q | F4q. D4e D4q C4q | F4h. Rq |
            """
        },
        "A",
    ),
    Source(
        "drunken_sailor",
        "Drunken Sailor",
        "Public domain: traditional sea shanty, described as early as 1839",
        144.0,
        (4, 4),
        "Dm",
        {
            "verse": """
            A4q A4e A4e A4q A4e A4e | A4q D4q F4q A4q | G4q G4e G4e G4q G4e G4e | G4q C4q E4q G4q |
            A4q A4e A4e A4q A4e A4e | A4q B4q C5q D5q | C5q A4q G4q E4q | D4h D4h |
            """,
            "chorus": """
            A4h A4q. A4e | A4q D4q F4q A4q | G4h G4q. G4e | G4q C4q E4q G4q |
            A4h A4q. A4e | A4q B4q C5q D5q | C5q A4q G4q E4q | D4h D4h |
            """,
        },
        "verse chorus verse",
    ),
    Source(
        "greensleeves",
        "Greensleeves",
        "Public domain: traditional English tune, registered in 1580",
        112.0,
        (6, 8),
        "Am",
        {
            "upbeat": "Rq. Rq A4e |",
            "verse": """
            C5q D5e E5e. F#5s E5e | D5q B4e G4e. A4s B4e | C5q A4e A4e. G#4s A4e | B4q G#4e E4q A4e |
            C5q D5e E5e. F#5s E5e | D5q B4e G4e. A4s B4e | C5e. B4s A4e G#4e. F#4s G#4e |
            """,
            "again": "A4q. A4q A4e |",
            "turn": "A4q. A4q. |",
            "refrain": """
            G5q. G5e. F#5s E5e | D5q B4e G4e. A4s B4e | C5q A4e A4e. G#4s A4e | B4q G#4e E4q. |
            G5q. G5e. F#5s E5e | D5q B4e G4e. A4s B4e | C5e. B4s A4e G#4e. F#4s G#4e |
            """,
        },
        "upbeat verse again verse turn refrain turn",
    ),
    Source(
        "lullaby",
        "Lullaby (Wiegenlied, op. 49 no. 4)",
        "Public domain: Johannes Brahms (1833-1897), published in 1868",
        88.0,
        (3, 4),
        "F",
        {
            "A": """
            Rh A4e A4e | C5q. A4e A4q | C5h A4e C5e | F5q E5q. D5e | D5q C5q G4e A4e |
            Bb4q G4q G4e A4e | Bb4h G4e Bb4e | E5e D5e C5q E5q | F5h F4e F4e |
            F5h D5e Bb4e | C5h A4e F4e | Bb4q C5q D5q | C5h F4e F4e |
            F5h D5e Bb4e | C5h A4e F4e | Bb4q A4q G4q | F4h Rq |
            """
        },
        "A",
    ),
    Source(
        "ode_to_joy",
        "Ode to Joy",
        "Public domain: Ludwig van Beethoven (1770-1827), from the Ninth Symphony, 1824",
        120.0,
        (4, 4),
        "D",
        {
            "A": """
            F#4q F#4q G4q A4q | A4q G4q F#4q E4q | D4q D4q E4q F#4q | F#4q. E4e E4h |
            F#4q F#4q G4q A4q | A4q G4q F#4q E4q | D4q D4q E4q F#4q | E4q. D4e D4h |
            """,
            "B": """
            E4q E4q F#4q D4q | E4q F#4e G4e F#4q D4q | E4q F#4e G4e F#4q E4q | D4q E4q A3q F#4q~ |
            F#4q F#4q G4q A4q | A4q G4q F#4q E4q | D4q D4q E4q F#4q | E4q. D4e D4h |
            """,
        },
        "A B B",
    ),
)


def notes(source: Source) -> tuple[list[tuple[int, int, int]], int]:
    """The written notes (tick, ticks, pitch) and the length in ticks; raises ValueError for a bar that is not full."""
    text = " ".join(source.parts[part] for part in source.form.split())
    bar_ticks = source.meter[0] * PPQ * 4 // source.meter[1]
    found: list[tuple[int, int, int]] = []
    tick = 0
    tied = False
    for number, bar in enumerate(text.strip().removesuffix("|").split("|"), 1):
        for token in bar.split():
            match = TOKEN.fullmatch(token)
            if match is None:
                raise ValueError(f"{source.name}, bar {number}: {token} is not a note")
            length = LENGTHS[match["length"]] * (3 if match["dot"] else 2) // 2
            if match["letter"]:
                sign = {"": 0, "#": 1, "b": -1}[match["sign"]]
                pitch = 12 * (int(match["octave"]) + 1) + LETTERS[match["letter"]] + sign
                if tied:
                    start, ticks, before = found.pop()
                    if before != pitch:
                        raise ValueError(f"{source.name}, bar {number}: a tie between two pitches")
                    found.append((start, ticks + length, pitch))
                else:
                    found.append((tick, length, pitch))
            tied = bool(match["tie"])
            tick += length
        if tick != number * bar_ticks:
            raise ValueError(f"{source.name}, bar {number}: {tick - (number - 1) * bar_ticks} ticks, not {bar_ticks}")
    return found, tick


def velocity(tick: int, meter: tuple[int, int]) -> int:
    """Louder on the bar's beginning, softer between beats: 72-96."""
    compound = meter[1] == 8
    bar = meter[0] * PPQ * 4 // meter[1]
    beat = PPQ * 3 // 2 if compound else PPQ
    phase = tick % bar
    if phase == 0:
        return 96
    return 84 if phase % beat == 0 else 72


def melody_track(source: Source) -> mido.MidiTrack:
    """The tune's only track: what it is, and its notes, each ended a little early so that repeats are heard."""
    written, end = notes(source)
    numerator, denominator = source.meter
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=source.title),
            mido.MetaMessage("text", text=source.origin),
            mido.MetaMessage("set_tempo", tempo=round(60_000_000 / source.tempo)),
            mido.MetaMessage(
                "time_signature",
                numerator=numerator,
                denominator=denominator,
                clocks_per_click=36 if denominator == 8 else 24,
            ),
            mido.MetaMessage("key_signature", key=source.key),
            mido.Message("program_change", program=73),
        ]
    )
    now = 0
    for tick, ticks, pitch in written:
        loud = velocity(tick, source.meter)
        off = tick + ticks - min(24, ticks // 8)
        track.append(mido.Message("note_on", note=pitch, velocity=loud, time=tick - now))
        track.append(mido.Message("note_off", note=pitch, velocity=0, time=off - tick))
        now = off
    track.append(mido.MetaMessage("end_of_track", time=end - now))
    return track


def write(folder: Path) -> list[Path]:
    """Writes every tune into `folder`; the same bytes every time."""
    paths = []
    for source in SOURCES:
        file = mido.MidiFile(type=0, ticks_per_beat=PPQ)
        file.tracks.append(melody_track(source))
        paths.append(folder / f"{source.name}.mid")
        file.save(paths[-1])
    return paths


if __name__ == "__main__":
    default = Path(__file__).parents[1] / "bridge" / "tunes"
    for path in write(Path(sys.argv[1]) if len(sys.argv) > 1 else default):
        print(path)
