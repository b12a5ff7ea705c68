"""`improv install` puts the devices where Live finds them and the patches where Max and Pure Data do; `--uninstall`
removes them.

Rule 1. A file that somebody edited is never overwritten or removed without a word: it stays and is named, and with
`--force` it is put aside under another name first.
Rule 2. What was installed is noted beside it, with a sum of every file, which tells an edited file from an old one.
Rule 3. `--dry-run` says the same and does nothing.
"""

import argparse
import hashlib
import html
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.music.errors import BridgeError

DEVICES: Final = ("Improv.amxd", "Improv Voice.amxd")
IN_LIBRARY: Final = Path("Presets") / "MIDI Effects" / "Max MIDI Effect" / "Improv"
PACKAGE: Final = "improv"  # the folder's name among Max's packages and Pure Data's externals
MAXES: Final = ("Max 8", "Max 9")
NOTED: Final = "installed-by-improv.json"
ASIDE: Final = " (yours)"  # what the name of an edited file gets where it is put aside
EXAMPLES: Final = """examples:
  improv install                                   where Live and Max look by themselves
  improv install --dry-run                         only say what would be done
  improv install --library "D:/Music/User Library" a User Library that was moved and is not found
  improv install --uninstall                       take everything away that was not edited
"""
STEPS: Final = {
    DEVICES[0]: """In Live:
  1. Start the engine in a terminal: improv serve
  2. In the browser open User Library > Presets > MIDI Effects > Max MIDI Effect > Improv, and drag Improv onto the MIDI
     track that you play, before its instrument. It says Connected.
  3. Start the transport and play a bar: the band enters. For the bass on a track of its own: docs/live.md""",
    "improv_plays.maxpat": """In Max:
  Start the engine, and open improv_plays.maxpat of the package's examples: it plays by itself.""",
    "improv_plays.pd": """In Pure Data:
  Start the engine, and open improv_plays.pd: it plays by itself. In patches of your own say [declare -path improv].""",
}  # by a file that was installed
PATH: Final = re.compile(r'<ProjectPath Value="([^"]+)"')  # of the first library in Live's Library.cfg, the user's


@dataclass(frozen=True, slots=True)
class Home:
    """Whose folders, and on which system: `folder` is the home, `roaming` Windows' folder for settings."""

    folder: Path
    system: str = sys.platform
    roaming: Path | None = None

    @property
    def documents(self) -> list[Path]:
        """Where documents may lie; Windows may keep them in OneDrive."""
        return [self.folder / "Documents", self.folder / "OneDrive" / "Documents"]

    @property
    def settings(self) -> list[Path]:
        """Folders with a folder of settings for each Live that was started here."""
        if self.system == "win32":
            return [(self.roaming or self.folder / "AppData" / "Roaming") / "Ableton"]
        return [self.folder / "Library" / "Preferences" / "Ableton"]

    @property
    def externals(self) -> list[Path]:
        """Where Pure Data looks for a user's own objects (its manual, 4.2), and where it offers to keep them."""
        usual = {"win32": (self.roaming or self.folder / "AppData" / "Roaming") / "Pd",
                 "darwin": self.folder / "Library" / "Pd"}  # fmt: skip
        own = usual.get(self.system, self.folder / ".local" / "lib" / "pd" / "extra")
        return [own, *(documents / "Pd" / "externals" for documents in self.documents)]


@dataclass(frozen=True, slots=True)
class Done:
    """What was, or would be, done with a file."""

    what: str  # copied, updated, unchanged, kept, put aside, removed
    path: Path


def main(argv: Sequence[str]) -> int:
    """0 when everything is where it should be, 3 when an edited file was kept; raises BridgeError."""
    args = _grammar().parse_args(argv)
    home = Home(Path.home(), roaming=Path(os.environ["APPDATA"]) if os.environ.get("APPDATA") else None)
    asked = ([args.library] if args.library else [], args.max, args.pd)
    if args.uninstall:
        done = [each for folder, _ in _folders(home, asked) for each in removed(folder, dry=args.dry_run)]
        if not done:
            print("nothing of ours is installed")
    else:
        files, dry = material(), args.dry_run
        places = [(folder, files[kind]) for folder, kind in _folders(home, asked)]
        done = [each for folder, ours in places for each in put(folder, ours, dry=dry, force=args.force)]
    for each in done:
        would = args.dry_run and each.what not in ("kept", "unchanged")
        print(f"{'would be ' if would else ''}{each.what}: {each.path}")
    kept = [each for each in done if each.what == "kept"]
    if kept:
        print("what was kept you edited" + ("" if args.uninstall else "; --force puts yours aside and installs ours"))
    if not args.uninstall and not args.dry_run:
        print("\n".join(text for name, text in STEPS.items() if any(each.path.name == name for each in done)))
    return 3 if kept else 0


# -- where ----------------------------------------------------------------------------------------------------------


def material() -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """The devices, Max's package and Pure Data's patches, each file by its place: from the installed package, or from a
    checkout.
    """
    inside = Path(__file__).resolve().parent.parent
    patches = inside.parent / "max_patches"
    for devices, *folders in (
        (inside / "max" / "devices", inside / "max" / "package", inside / "max" / "pd"),
        (inside.parent / "ableton", patches / PACKAGE, patches / "pd"),
    ):
        if (devices / DEVICES[0]).is_file():
            package, pd = (_read(folder) for folder in folders)
            return {name: (devices / name).read_bytes() for name in DEVICES}, package, pd
    raise BridgeError("the devices are missing from this installation: pip install --force-reinstall improv-bridge")


def _read(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("[!.]*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def libraries(home: Home) -> list[Path]:
    """User Libraries that are there: as the Live that was used last says, else the usual one."""
    found = [library for library in _said(home) if library.is_dir()]
    usual = [home.folder / "Music" / "Ableton" / "User Library"]
    if home.system == "win32":
        usual = [documents / "Ableton" / "User Library" for documents in home.documents]
    found += [library for library in usual if library.is_dir() and library not in found]
    return found[:1]


def _said(home: Home) -> Iterator[Path]:
    """Libraries by Live's own settings, the latest first."""
    files = [path for folder in home.settings for path in folder.glob("Live */**/Library.cfg")]
    for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
        found = PATH.search(path.read_text(encoding="utf-8", errors="replace"))
        if found:
            yield Path(html.unescape(found[1])) / "User Library"


def packages(home: Home) -> list[Path]:
    """The folders of packages of every Max that was started here."""
    return [documents / name / "Packages" for documents in home.documents for name in MAXES
            if (documents / name).is_dir()]  # fmt: skip


def externals(home: Home) -> list[Path]:
    """The folder of Pure Data's externals, if there is one."""
    return [folder for folder in home.externals if folder.is_dir()][:1]


def _folders(home: Home, asked: tuple[list[Path], list[Path], list[Path]]) -> list[tuple[Path, int]]:
    """Each folder that is ours, and which of the material belongs into it."""
    for folder in (each for named in asked for each in named):
        if not folder.is_dir():
            raise BridgeError(f"{folder} is no folder: name one that is there, as improv install --help says")
    found = [named or there(home) for named, there in zip(asked, (libraries, packages, externals), strict=True)]
    if not any(found):
        raise BridgeError(
            "no User Library of Live's, no Max and no Pure Data here: start one once, or say --library, --max or --pd"
        )
    ours = (IN_LIBRARY, Path(PACKAGE), Path(PACKAGE))
    return [(folder / ours[kind], kind) for kind, folders in enumerate(found) for folder in folders]


# -- doing it --------------------------------------------------------------------------------------------------------


def put(folder: Path, files: dict[str, bytes], *, dry: bool, force: bool) -> list[Done]:
    """Install files into a folder of ours, by the rules above. Raises BridgeError where it cannot be written."""
    noted, done = _noted(folder), []
    for name, data in files.items():
        path, before = folder / name, _sum(folder / name)
        if before == _digest(data):
            done.append(Done("unchanged", path))
        elif before is None or before == noted.get(name):
            done.append(Done("updated" if before else "copied", path))
            _write(path, data, dry=dry)
        elif force:
            aside = _free(path.with_name(f"{path.stem}{ASIDE}{path.suffix}"))
            done += [Done("put aside", aside), Done("copied", path)]
            if not dry:
                path.rename(aside)
            _write(path, data, dry=dry)
        else:
            done.append(Done("kept", path))
            continue
        noted[name] = _digest(data)
    done += _old(folder, noted, set(files), dry=dry)
    _write(folder / NOTED, json.dumps(noted, indent=1).encode(), dry=dry)
    return done


def removed(folder: Path, *, dry: bool) -> list[Done]:
    """Take away what was installed into a folder and not edited since."""
    noted = _noted(folder)
    done = _old(folder, noted, set(), dry=dry)
    if done and not dry:
        if noted:
            _write(folder / NOTED, json.dumps(noted, indent=1).encode(), dry=False)
        else:
            (folder / NOTED).unlink()
        inside = [path for path in folder.rglob("*") if path.is_dir()]
        for empty in [*sorted(inside, reverse=True), folder]:
            if not any(empty.iterdir()):
                empty.rmdir()
    return done


def _old(folder: Path, noted: dict[str, str], wanted: set[str], *, dry: bool) -> list[Done]:
    """Remove what was installed and is not wanted; what was edited stays. `noted` loses what went."""
    done = []
    for name in [name for name in noted if name not in wanted]:
        path, now = folder / name, _sum(folder / name)
        if now not in (None, noted[name]):
            done.append(Done("kept", path))
            continue
        if now is not None:
            done.append(Done("removed", path))
            if not dry:
                path.unlink()
        del noted[name]
    return done


def _noted(folder: Path) -> dict[str, str]:
    """What was installed here: name -> sum; empty where nothing was, or the note cannot be read."""
    try:
        read = json.loads((folder / NOTED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    plain = {name: each for name, each in read.items() if isinstance(each, str)} if isinstance(read, dict) else {}
    return {name: each for name, each in plain.items() if ".." not in Path(name).parts and not Path(name).is_absolute()}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sum(path: Path) -> str | None:
    return _digest(path.read_bytes()) if path.is_file() else None


def _free(path: Path) -> Path:
    """The path, or with a number where there is such a file."""
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{path.stem.rstrip('0123456789 ')} {number}{path.suffix}")
    return path


def _write(path: Path, data: bytes, *, dry: bool) -> None:
    """Whole or not at all."""
    if dry:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise BridgeError(f"cannot write {path}: {error.strerror or error}; close Live and Max, try again") from error


def _grammar() -> argparse.ArgumentParser:
    grammar = argparse.ArgumentParser(
        prog="improv install", description="Put the devices for Live and the patches for Max and Pure Data in place.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    grammar.add_argument("--library", type=Path, metavar="DIR", help="Live's User Library, where it is not found")
    grammar.add_argument("--max", type=Path, action="append", default=[], metavar="DIR",
                         help="a folder of Max packages, where it is not found")  # fmt: skip
    grammar.add_argument("--pd", type=Path, action="append", default=[], metavar="DIR",
                         help="a folder of Pure Data's externals, where it is not found")  # fmt: skip
    grammar.add_argument("--dry-run", action="store_true", help="only say what would be done")
    grammar.add_argument("--force", action="store_true", help="replace what you edited, and keep yours beside it")
    grammar.add_argument("--uninstall", action="store_true", help="take away what was installed and not edited")
    return grammar
