"""models/README.md says what models/figures.json holds, and its examples are there."""

import re
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def examples() -> Any:
    """tools/examples.py as a module."""
    spec = util.spec_from_file_location("examples", ROOT / "tools" / "examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules["examples"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("way", ["band", "answer", "variations"])
def test_an_example_can_be_made_again(examples: Any, way: str) -> None:
    example = next(each for each in examples.EXAMPLES if each.way == way)
    one, again = examples.WAYS[way](example), examples.WAYS[way](example)
    voices = ("melody", "accompaniment")
    assert all(one.notes(voice) for voice in voices)
    assert [one.notes(voice) for voice in voices] == [again.notes(voice) for voice in voices]


def test_the_examples_are_the_first_ten(examples: Any) -> None:
    assert [each.seed for each in examples.EXAMPLES] == list(range(10))


def test_the_models_page_is_made_from_the_committed_figures() -> None:
    done = subprocess.run(
        [sys.executable, "tools/models_page.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_everything_that_the_models_page_links_to_is_there() -> None:
    text = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert len(links) > 20
    assert [link for link in links if not (ROOT / "models" / link).exists()] == []
