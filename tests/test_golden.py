"""Golden jams: recorded logs that must replay to the same music. `python tools/golden.py` records them anew."""

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bridge.io import jams, replay
from bridge.io.provenance import arithmetic, weights
from bridge.music.entries import Received, Said
from bridge.music.log import Reader
from bridge.music.performance import perform

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "golden"
ANEW = "if the music was meant to change: python tools/golden.py"
PATHS = sorted(FOLDER.glob("*.jsonl"))


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("golden", ROOT / "tools" / "golden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["golden"] = module
    spec.loader.exec_module(module)
    return module


def test_there_is_a_log_for_each_golden_jam(tool: ModuleType) -> None:
    assert {path.stem for path in PATHS} == set(tool.JAMS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_golden_jam_replays_bit_for_bit(path: Path, tool: ModuleType) -> None:
    """A trained mind's floats may round otherwise on another processor; then what is recorded here must replay here."""
    with jams.opened(path) as log:
        header = log.header
        cast = tool.cast(tool.JAMS[path.stem])
        assert weights(cast) == header.weights, f"these are other weights; {ANEW}"
        verdict = replay.replay(log, cast)
    if arithmetic(cast) != header.arithmetic:
        here = tool.record(tool.JAMS[path.stem])
        verdict = replay.replay(Reader(io.BytesIO(here.encode()), path.name), cast)
        print(f"{path.name} was recorded on {header.machine}, where floats round otherwise than here")
    assert verdict.difference == "", ANEW
    assert verdict.outputs > 200


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_golden_jam_has_music_in_it(path: Path) -> None:
    with jams.opened(path) as log:
        entries = list(log)
    done = perform(entries)
    said = {type(output.message).__name__ for entry in entries if isinstance(entry, Said) for output in entry.outputs}
    assert said >= {"Welcome", "Cue", "Chord", "Plan", "Silence", "State", "Heartbeat"}
    assert sum(isinstance(entry, Received) for entry in entries) > 40
    for voice in ("heard", "accompaniment", "bass"):
        assert len(done.notes[1, voice]) > 5
