"""Ableton Link, shown: Ableton's own test plan with two real peers, in a network of its own.

    python bench/link_rig.py                          every case, a Markdown table of how the beats agree
    python bench/link_rig.py --case TEMPO-4 --json    what was seen in one case, as the tests read it

Needs aalink (pip install 'improv-bridge[link]'), `ip` (Debian: iproute2) and the right to make a network namespace. The
exit code is 0 where every figure of alignment is below Ableton's 3 ms, but for notes cued before the tempo changed.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.rig.link_cases import CASES, FIGURES  # noqa: E402
from bench.rig.link_stage import StageError, isolated  # noqa: E402
from bridge.quiet import unread  # noqa: E402

GOAL = 3.0  # ms; AUDIOENGINE-1 of the plan
INSIDE = "IMPROV_LINK_RIG"  # set in the environment of the part that runs inside the network
LIMIT = 60.0  # seconds for a case


def run(case: str) -> dict[str, Any]:
    """What is seen in one case, performed in a network of its own. Raises StageError where that cannot be had."""
    command = isolated([sys.executable, str(Path(__file__).resolve()), "--case", case, "--json"])
    pipe = subprocess.PIPE
    words = {**os.environ, INSIDE: "1"}
    with subprocess.Popen(command, env=words, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        try:
            output, errors = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGTERM)  # the engine and the peers too
            raise StageError(f"{case} took more than {LIMIT:g} s") from error
    if process.returncode != 0:
        raise StageError(f"{case}: {errors.strip()[-2000:]}")
    seen: dict[str, Any] = json.loads(output.splitlines()[-1])
    return seen


def alignments(seen: dict[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    """The figures of alignment in what was seen, each with its name."""
    for name, value in seen.items():
        if isinstance(value, dict) and "worst" in value:
            yield name, value


def table(results: dict[str, dict[str, Any]]) -> str:
    """The figures as Markdown; milliseconds, late positive."""
    head = "| case | | notes | median | worst | least margin | seen besides |"
    lines = [head, "| --- | --- |" + " --: |" * 4 + " --- |"]
    for case, seen in results.items():
        rest = "; ".join(f"{name}: {value}" for name, value in seen.items() if not isinstance(value, dict))
        rows = list(alignments(seen)) or [("", {})]
        for index, (name, figures) in enumerate(rows):
            cells = [""] * 4
            if figures:
                cells = [f"{figures['cues']}", f"{figures['median']:+.3f}", f"{figures['worst']:.3f}"]
                cells += [f"{figures['margin']:.1f}"]
            lines.append(f"| {'' if index else case} | {name} | {' | '.join(cells)} | {'' if index else rest} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    every = CASES | FIGURES
    parser.add_argument("--case", choices=[*every], help="only this one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if INSIDE in os.environ:
        with ExitStack() as stack:
            seen = every[arguments.case](stack)
        print(json.dumps(seen))
        return 0
    try:
        results = {case: run(case) for case in ([arguments.case] if arguments.case else every)}
    except StageError as error:
        print(f"link_rig: {error}", file=sys.stderr)
        return 2
    print(json.dumps(results) if arguments.json else table(results))
    figures = [figure for seen in results.values() for name, figure in alignments(seen) if "as cued" not in name]
    return 0 if all(figure["cues"] and figure["worst"] < GOAL for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(unread(main))
