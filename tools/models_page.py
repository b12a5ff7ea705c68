"""Write models/README.md: `python tools/models_page.py --data DIR` measures, draws, makes the examples and the page.

Without `--data` the page's generated parts are made anew from models/figures.json; `--check` only compares them with
the page (exit 1). What is written by hand stands between the generated parts, and stays.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from bridge.generators import shelf
from bridge.music.errors import BridgeError
from bridge.training.report import markdown

sys.path.insert(0, str(Path(__file__).parent))
import examples  # beside this file
import page

MODELS = Path(__file__).parent.parent / "models"
PAGE, FIGURES = MODELS / "README.md", MODELS / "figures.json"
PICTURES = ("recovery", "genres", "chord_lengths", "bass_intervals", "bass_gaps")


def weights() -> str:
    """The model folders as a table."""
    lines = ["| folder | what it learned from | parameters | bytes |", "| --- | --- | ---: | ---: |"]
    for name in shelf.names():
        if (MODELS / name / "model.json").is_file():
            card = json.loads((MODELS / name / "model.json").read_text(encoding="utf-8"))
            sources = ", ".join(row["source"] for row in card.get("data", []))
            lines.append(f"| [{name}]({name}/README.md) | {sources} | {card['parameters']:,} | {card['bytes']:,} |")
    return "\n".join(lines)


def figures() -> str:
    """The tables, from the committed figures."""
    report = json.loads(FIGURES.read_text(encoding="utf-8"))
    pictures = [f"![{name.replace('_', ' ')}](pictures/{name}.svg)" for name in PICTURES]
    return "\n".join([markdown(report), "", *(each for each in pictures)])


def curves() -> str:
    """The learning curves of every model that has some."""
    there = [name for name in shelf.names() if (MODELS / name / "curves.svg").is_file()]
    return "\n\n".join(f"{name}:\n\n![learning curves of {name}]({name}/curves.svg)" for name in there)


def listing() -> str:
    """The examples."""
    return "\n".join(examples.listing("examples"))


PARTS = {"weights": weights, "figures": figures, "curves": curves, "examples": listing}


def measure(data: Path, jobs: int) -> None:
    """Figures and pictures of all models, and the examples."""
    out = MODELS / "pictures"
    command = ["-m", "bridge", "evaluate", "--data", str(data), "--jobs", str(jobs), "--out", str(out)]
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    (out / "figures.json").replace(FIGURES)
    (out / "figures.md").unlink()
    examples.make(MODELS / "examples")


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="tunes: measure anew (minutes)")
    parser.add_argument("--jobs", type=int, default=1, help="processes that measure (default: %(default)s)")
    parser.add_argument("--examples", action="store_true", help="make the examples anew, without measuring")
    parser.add_argument("--check", action="store_true", help="only compare")
    args = parser.parse_args()
    try:
        if args.data:
            measure(args.data, args.jobs)
        elif args.examples:
            examples.make(MODELS / "examples")
    except (BridgeError, subprocess.CalledProcessError) as error:
        print(f"models_page: {error}", file=sys.stderr)
        return 1
    return page.settle(PAGE, Path(__file__).name, PARTS, check=args.check, gap="\n\n")


if __name__ == "__main__":
    sys.exit(main())
