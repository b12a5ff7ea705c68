"""Where recorded jams lie, what they are called, and what there is.

Each is a file of its own, named by the moment it began; nothing here is ever deleted but by the user.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.music.entries import Header
from bridge.music.errors import BridgeError
from bridge.music.log import LogError, Reader

SUFFIX: Final = ".jsonl"
TAIL: Final = 65_536  # bytes at the end of a log in which its last moment is looked for


@dataclass(frozen=True, slots=True)
class Listed:
    """What `improv replay --list` says of a log."""

    path: Path
    header: Header
    seconds: float
    notes: int  # key presses heard
    size: int  # bytes


def home(environment: Mapping[str, str], system: str, user: Path) -> Path:
    """The folder of recorded jams: by the XDG base directory specification, or the system's own place for it."""
    if state := environment.get("XDG_STATE_HOME"):
        base = Path(state)
    elif system == "darwin":
        base = user / "Library" / "Application Support"
    elif system == "win32":
        base = Path(environment.get("LOCALAPPDATA") or user / "AppData" / "Local")
    else:
        base = user / ".local" / "state"
    return base / "improv-bridge" / "jams"


def folder() -> Path:
    """The folder of recorded jams on this machine, for this user."""
    return home(os.environ, sys.platform, Path("~").expanduser())


def new(where: Path | None, header: Header) -> Path:
    """A path for a new log: `where` if it names a file, else a name by the date in that folder or the usual one."""
    if where is not None and where.suffix == SUFFIX and not where.is_dir():
        return where
    place = where or folder()
    moment = header.moment
    stem = f"{moment:%Y-%m-%d_%H%M%S}" if moment else "jam"
    names = (f"{stem}{'' if n == 1 else f'-{n}'}{SUFFIX}" for n in range(1, 1000))
    return next((place / name for name in names if not (place / name).exists()), place / f"{stem}{SUFFIX}")


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A log, to be read. Raises LogError where it cannot be, or is none."""
    try:
        with path.open("rb") as file:
            yield Reader(file, str(path))
    except FileNotFoundError:
        raise LogError(f"there is no {path}: improv replay --list names the jams that are there") from None
    except OSError as error:
        raise LogError(f"{path} cannot be read ({error.strerror})") from None


def found(place: Path) -> list[Path]:
    """The logs in a folder, the oldest first."""
    return sorted(path for path in place.glob(f"*{SUFFIX}") if path.is_file())


def latest(place: Path) -> Path:
    """The log in a folder that was written to last. Raises LogError where there is none."""
    logs = found(place)
    if not logs:
        raise LogError(f"no jam was recorded in {place} yet: name a log (improv serve keeps one of every jam)")
    return max(logs, key=lambda path: path.stat().st_mtime)


def listed(place: Path) -> Iterator[Listed]:
    """What there is in a folder, the oldest first; what is no log is left out."""
    for path in found(place):
        try:
            with opened(path) as log:
                header = log.header
            data = path.read_bytes()
        except (BridgeError, OSError):
            continue
        end = header.began
        for line in reversed(data[-TAIL:].split(b"\n")[:-1]):
            word, _, rest = line.partition(b",")
            if word in (b'["go"', b'["in"', b'["end"'):
                end = float(rest.partition(b",")[0].rstrip(b"]"))
                break
        pressed = sum(
            line.startswith(b'["key"') and not line.endswith(b",0]") for line in data.split(b"\n")
        )  # fmt: skip
        yield Listed(path, header, max(0.0, end - header.began), pressed, len(data))
