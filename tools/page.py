"""What the scripts beside this file share: the marked parts of a page, written anew or compared."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent


def generated(text: str, tool: str, parts: Mapping[str, Callable[[], str]], gap: str = "\n") -> str:
    """The text with every part between the marks of `tool` made anew, `gap` before and after. Exits without a mark."""
    for name, part in parts.items():
        begin, end = f"<!-- {name}: made by tools/{tool} -->", f"<!-- end {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{tool}: its page lacks the mark {begin}")
        before, after = pattern.split(text, maxsplit=1)
        text = f"{before}{begin}{gap}{part().strip()}{gap}{end}{after}"
    return text


def settle(page: Path, tool: str, parts: Mapping[str, Callable[[], str]], *, check: bool, gap: str = "\n") -> int:
    """Write the page; with `check` only compare, and 1 where it differs."""
    before = page.read_text(encoding="utf-8")
    after = generated(before, tool, parts, gap)
    if not check:
        page.write_text(after, encoding="utf-8")
    elif before != after:
        print(f"{page.relative_to(ROOT)} is not what tools/{tool} writes; run it", file=sys.stderr)
        return 1
    return 0
