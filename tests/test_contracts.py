"""Contracts of the whole: what playing imports, how large a file may be, what no file may say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = 300  # a file is one noun


def _tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_playing_imports_no_tensorflow_and_serving_no_rich() -> None:
    code = (
        "import sys; import bridge.cli, bridge.io.host, bridge.io.serve, bridge.io.osc, bridge.io.midi;"
        "import bridge.generators.band; bridge.cli.parser();"
        "print(*[name for name in ('tensorflow', 'keras', 'rich', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_jam_plays_with_tensorflow_forbidden() -> None:
    """As if it were removed: any import of it raises."""
    code = (
        "import sys; sys.modules['tensorflow'] = None; sys.modules['keras'] = None\n"
        "from bridge.engine.jam import Jam\n"
        "from bridge.io.minds import choose\n"
        "from tests.virtual import Host, cues, play\n"
        "band = choose('accompaniment').mind\n"
        "host = Host().tune([60, 62, 64, 65, 67, 69, 71, 72] * 2).stop()\n"
        "jam = Jam(band)\n"
        "sent = cues(play(jam, host.script, host.time + 1))\n"
        "print(len({cue.voice for _, _, cue in sent}), jam.report().failures)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["2", "0"], done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "bridge").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_one_noun(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = ("pypi.org", "pythonhosted", "registry.npmjs", "deb.debian")  # split: unnamed here
    forbidden = re.compile("|".join([*map(re.escape, hosts), *(f"/{home}/" for home in ("home", "Users", "root"))]))
    files = [
        path
        for path in _tracked()
        if path.suffix in {".py", ".md", ".toml", ".json", ".jsonl", ".yml", ".pd", ".sh", ""}
    ]
    if not files:
        pytest.skip("not a git checkout: the tracked files are unknown")
    said = {
        str(path.relative_to(ROOT)): found.group()
        for path in files
        if path != Path(__file__) and (found := forbidden.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert said == {}


def test_the_readmes_tables_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, "tools/readme.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/link.md", "docs/playing.md"),
        *("docs/training.md", "docs/corpus.md", "docs/controls.md", "docs/recording.md"),
        "docs/learning.md",
        *("docs/live.md", "docs/patchers.md", "ableton/README.md"),
    ],
)
def test_what_a_document_links_to_is_in_the_repository(name: str) -> None:
    tracked = {str(path.relative_to(ROOT)) for path in _tracked()}
    if not tracked:
        pytest.skip("not a git checkout: the tracked files are unknown")
    page = ROOT / name
    links = [
        link.split("#")[0]
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith("#")
    ]
    there = [str((page.parent / link).resolve().relative_to(ROOT)) for link in links]
    assert [
        link for link in there if link not in tracked and not any(each.startswith(link + "/") for each in tracked)
    ] == []
