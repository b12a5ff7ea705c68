"""docs/tuning.md and tuning-band.md say what models/ holds, and the models that they speak of are there."""

import json
import subprocess
import sys
from pathlib import Path

from bridge.engine.parameters import TUNINGS
from bridge.training.tuning_measures import PUBLISHED, ROWS, beaten

ROOT = Path(__file__).parent.parent


def test_the_page_is_made_from_the_committed_figures() -> None:
    command = [sys.executable, "tools/tuning_page.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_figures_are_those_of_the_paper_s_rows_and_the_models_that_are_there() -> None:
    figures = json.loads((ROOT / "models" / "tuning.json").read_text(encoding="utf-8"))
    assert set(figures["columns"]) == {"human", *PUBLISHED}
    assert figures["pieces"] >= 10_000
    for column, found in figures["columns"].items():
        assert tuple(found["table"]) == ROWS
        if column != "human":
            name = "note_rnn" if column == "note_rnn" else f"note_rnn-{column}"
            card = json.loads((ROOT / "models" / name / "model.json").read_text(encoding="utf-8"))
            assert card["kind"] == "note_rnn"
            assert found["beats_q"] == beaten(found["table"])


def test_the_band_s_page_is_made_from_the_committed_figures_of_all_tunings() -> None:
    command = [sys.executable, "tools/band_page.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads((ROOT / "models" / "tuning-band.json").read_text(encoding="utf-8"))
    assert {"untuned", "human", *TUNINGS[1:]} <= {*figures["all"]}
