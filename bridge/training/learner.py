"""`improv learn-from LOG`: tune copies of the accompanist on what the players of a recorded jam played.

With `--follow`, as `improv serve --learn` starts it: a process of the lowest priority and one thread beside the running
jam. All that it takes from there is the jam's log, which grows; all that it gives are folders of weights beside the log
and a line of JSON for each on standard output. It ends with its standard input, so never later than the engine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.generators import shelf
from bridge.generators.card import card_of, fingerprint
from bridge.music.entries import Header
from bridge.music.errors import BridgeError, ModelError
from bridge.music.vocabulary import genre_index

if TYPE_CHECKING:
    from bridge.training.course import Course, Effort, Verdict
    from bridge.training.diary import Diary
    from bridge.training.pupil import Pupil

LOG_FILE: Final = "learning.log"  # in the folder of the copies; JSON lines
PAUSE: Final = 1.0  # seconds between looks at the log
THREADS: Final = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
MOST: Final = 32  # copies that may come to play in one jam; the engine keeps all of them open, some 5 MB each


def beside(log: Path) -> Path:
    """The folder of what is learnt from a log."""
    return log.with_suffix(".learnt")


def base_of(header: Header, genre: str) -> tuple[str, Path]:
    """The set of weights that played a genre in a jam, and its folder. Raises ModelError where it is not here."""
    name = header.model or shelf.DEFAULT
    which = shelf.set_of(genre)
    if f"{header.mind}/{which}" not in header.weights:
        which = shelf.PLAIN
    plain = shelf.folder(name)
    base = shelf.folder(shelf.named(shelf.DEFAULT, which)) if which != shelf.PLAIN else plain
    total = header.weights.get(f"{header.mind}/{which}")
    if total is None:
        raise ModelError(f"the jam was played by {header.mind}, which does not learn: use a trained model")
    if total != fingerprint(card_of(base)):
        raise ModelError(f"{base} has other weights than the jam was played with: install those again")
    return which, base


class Learner:
    """The players of a jam, each with a course for every set of weights that they asked for."""

    def __init__(self, diary: Diary, out: Path, effort: Effort) -> None:
        self._diary, self._out, self._effort = diary, out, effort
        self._courses: dict[tuple[int, str], Course] = {}
        self._pupil: Pupil | None = None
        self.given = 0  # copies that came to play

    def rounds(self) -> Iterator[Verdict]:
        """A round for every player of whom there is enough that is new."""
        from bridge.training.course import pupil_for

        for player in self._diary.players:
            genre = self._diary.genre(player)
            which, base = base_of(self._diary.header, genre)
            course = self._course(player, which, base)
            pages = self._diary.pages(genre_index(genre), player)
            if pages is None or not course.due(pages.bars):
                continue
            self._pupil = self._pupil or pupil_for(base)
            verdict = course.round(pages, self._pupil)
            self.given += verdict.better
            yield verdict

    def _course(self, player: int, which: str, base: Path) -> Course:
        from bridge.training.course import Course

        course = self._courses.get((player, which))
        if course is None:
            course = self._courses[player, which] = Course(player, which, base, self._out, self._effort)
        return course


def note(out: Path, verdict: Verdict) -> None:
    """A line more in the learner's log."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOG_FILE).open("a", encoding="utf-8") as log:
        log.write(json.dumps(_rounded(asdict(verdict))) + "\n")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def humble() -> None:
    """Take the last place: one thread, the lowest priority, also among the sessions that Linux groups by itself."""
    for name in THREADS:
        os.environ[name] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x40)  # IDLE_PRIORITY_CLASS
        return
    with suppress(OSError):
        os.nice(19)
    if sys.platform == "linux":
        with suppress(OSError):  # whoever else wakes up takes the processor at once
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):  # nice counts within a session only, where Linux gives each its share: autogroup, sched(7)
        Path("/proc/self/autogroup").write_text("19", encoding="ascii")


def go_on_without_parent() -> None:
    """Where an engine can stop this process while it decides (`tutor.still`): go on if the engine is gone by then."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGCONT)  # a signal for the death of the parent, prctl(2)


def _leave_with_parent(out: Path) -> None:
    """End when standard input does, at once; what is unfinished goes too."""
    with suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    for attic in out.glob(".unfinished*"):
        shutil.rmtree(attic, ignore_errors=True)
    with suppress(OSError):
        out.rmdir()  # nothing came of it
    os._exit(0)


def _tidy(out: Path) -> None:
    """What TensorFlow's converter writes on its way goes to a folder that is removed however this process ends."""
    folder = out / ".unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)


def _say(event: dict[str, Any]) -> None:
    print(json.dumps(event), flush=True)


def follow(log: Path, out: Path, effort: Effort, most: int = MOST) -> int:
    """Learn from a log that grows until standard input ends; a line for each better copy. Raises BridgeError."""
    from bridge.training.diary import Diary

    with Diary(log) as diary:
        learner = Learner(diary, out, effort)
        _say({"event": "learning", "log": str(log)})
        while learner.given < most:
            diary.read()
            for verdict in learner.rounds():
                note(out, verdict)
                if verdict.better:
                    folder = out / verdict.name
                    _say({"event": "learnt", "folder": str(folder)} | _rounded(asdict(verdict)))
            time.sleep(PAUSE)
    return 0


def once(log: Path, out: Path, effort: Effort) -> int:
    """One round for every player of a whole log; 0 if a copy came of it. Raises BridgeError."""
    from bridge.training.course import FEWEST
    from bridge.training.diary import Diary

    with Diary(log) as diary:
        diary.read()
        learner = Learner(diary, out, effort)
        for verdict in learner.rounds():
            note(out, verdict)
            place = f"better: {out / verdict.name}" if verdict.better else "not better, thrown away"
            print(f"player {verdict.player}, {verdict.bars} bars: {verdict.before:.3f} to {verdict.after:.3f} bits a "
                  f"held-back sixteenth (gain {verdict.gain:.3f}, standard error {verdict.error:.3f}); chords "
                  f"{verdict.drift:.3f} nats away; {place}")  # fmt: skip
    if not (out / LOG_FILE).exists():
        raise BridgeError(f"{log} has too little to learn from: {FEWEST} bars of one player at least")
    return 0 if learner.given else 1


def main(argv: Sequence[str]) -> int:
    """Run the command: 0 if something was learnt, 1 if nothing was better than the weights as they are."""
    args = _parser().parse_args(argv)
    out: Path = args.out or beside(args.log)
    if args.follow:
        humble()
        go_on_without_parent()
        _tidy(out)
        threading.Thread(target=_leave_with_parent, args=(out,), name="parent", daemon=True).start()
    from bridge.training.course import Effort

    effort = Effort(updates=args.updates, seed=args.seed)
    try:
        return (follow if args.follow else once)(args.log, out, effort)
    except OSError as error:
        raise BridgeError(f"{error.filename or args.log}: {error.strerror}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="improv learn-from",
        description="Tune a copy of the band on what each player of a recorded jam played; it is kept if it predicts "
        "that player better on bars that were held back.",
        epilog="example: improv learn-from JAM.jsonl; then improv serve --model JAM.learnt/NAME",
    )
    parser.add_argument("log", type=Path, metavar="LOG", help="a recorded jam; improv replay --list names them")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the copies go (default: LOG's name, .learnt)")
    parser.add_argument("--updates", type=int, default=30, help="length of a round (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the windows (default: %(default)s)")
    parser.add_argument("--follow", action="store_true", help="of a jam that runs, as improv serve --learn does")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BridgeError as wrong:
        sys.exit(f"improv learn-from: {wrong}")
