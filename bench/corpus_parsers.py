"""The parsers that `improv corpus` could use, side by side; CPU time, so that other work does not count.

  python -m bench.corpus_parsers midi FOLDER      mido and symusic on MIDI files
  python -m bench.corpus_parsers abc --count 200  abc2midi (as read here) and music21 on tunes of music21's corpus
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido

from bridge.corpus.notation import library
from bridge.corpus.read import Piece, read_piece
from bridge.corpus.tunebook import split_book
from bridge.quiet import unread


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["midi", "abc"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args()
    print(json.dumps(midi(args.folder, args.count) if args.what == "midi" else abc(args.count)))


def cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives and the CPU milliseconds of it, other processes that it starts included."""

    def spent() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return 1000 * sum(usage.ru_utime + usage.ru_stime for usage in usages)

    before = spent()
    return work(), spent() - before


def midi(folder: Path, count: int) -> dict[str, Any]:
    import symusic

    files = sorted(folder.glob("*.mid"))[:count]
    first, one = cpu(lambda: sum(m.type == "note_on" and m.velocity > 0 for f in files for m in _messages(f)))
    second, other = cpu(lambda: sum(len(t.notes) for f in files for t in symusic.Score(str(f)).tracks))
    return {"files": len(files), "notes": first, "same": first == second} | {
        "mido_ms": round(one / len(files), 2), "symusic_ms": round(other / len(files), 2)
    }  # fmt: skip


def _messages(file: Path) -> list[Any]:
    try:
        return [message for track in mido.MidiFile(file).tracks for message in track]
    except (OSError, EOFError):
        return []


def abc(count: int) -> dict[str, Any]:
    """Tunes without second endings or chords: the pitches in order, as both read them."""
    from music21 import converter

    books = [path for name in ("ryansMammoth", "oneills1850", "airdsAirs") for path in library(name)]
    tunes = [tune for book in books for _, tune in split_book(book.read_text(encoding="utf-8", errors="replace"))]
    plain = [tune for tune in tunes if not re.search(r"[|\[][12]|\[[A-Ga-g^=_]|V:|P:", tune)]
    chosen = random.Random(1).sample(plain, min(count, len(plain)))
    counts, mine, theirs = Counter[str](), 0.0, 0.0
    for text in chosen:
        piece = Piece(Path("a.abc"), "a.abc", "bench", "unknown", "none", text)
        outcome, spent = cpu(lambda piece=piece: read_piece(piece))  # type: ignore[misc]
        mine += spent
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                stream, spent = cpu(lambda text=text: converter.parse(text, format="abc"))  # type: ignore[misc]
            except Exception:  # music21 raises whatever it stumbles on
                counts["music21 raised"] += 1
                continue
        theirs += spent
        notes = [note for note in stream.flatten().stripTies().notes if not note.duration.isGrace]
        if not outcome.records:
            counts["dropped here"] += 1
            continue
        one = [pitch for _, _, pitch in outcome.records[0]["melody"]]
        other = [note.pitch.midi for note in notes if hasattr(note, "pitch")]
        counts["same pitches" if one == other else "same length" if len(one) == len(other) else "other length"] += 1
    return {"tunes": len(chosen), **counts} | {
        "abc2midi_ms": round(mine / len(chosen), 1), "music21_ms": round(theirs / len(chosen), 1)
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(unread(main))
