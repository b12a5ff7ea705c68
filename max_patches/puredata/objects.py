"""The objects of Pure Data that our patches use, with their ports: vanilla only, as of version 0.52.

Counted in the help patches of Pure Data 0.53; a real one opens every patch in the tests.
"""

import re
from typing import Final

FIXED: Final = {
    "loadbang": (1, 1), "metro": (2, 1), "delay": (2, 1), "timer": (2, 1), "spigot": (2, 1), "f": (2, 1), "int": (1, 1),
    "until": (2, 1), "change": (1, 1), "netsend": (1, 2), "netreceive": (1, 1), "oscparse": (1, 1),
    "oscformat": (1, 1), "tabread": (1, 1), "tabwrite": (2, 0), "table": (0, 0), "makenote": (3, 2), "noteout": (3, 0),
    "notein": (0, 3), "print": (1, 0), "mtof": (1, 1), "osc~": (2, 1), "*~": (2, 1), "dac~": (2, 0), "v": (1, 1),
    "poly": (2, 3), "vline~": (3, 1), "clone": (1, 0),
    "+": (2, 1), "*": (2, 1), "mod": (2, 1), ">": (2, 1), "==": (2, 1), "!=": (2, 1),
}  # name -> inlets, outlets  # fmt: skip


def ports(text: str) -> tuple[int, int]:
    """Inlets and outlets of an object by its text. Raises ValueError for an object that is not in the table."""
    name, *words = text.split()
    match name:
        case "s":
            return (1 if words else 2), 0
        case "r":
            return 0, 1
        case "t":
            return 1, len(words)
        case "pack":
            return len(words), 1
        case "unpack":
            return 1, len(words)
        case "pipe":
            return len(words), len(words) - 1
        case "route":
            return (2 if len(words) == 1 else 1), len(words) + 1
        case "sel":
            return (2 if len(words) == 1 else 1), len(words) + 1
        case "list":
            return {"trim": 1, "length": 1}.get(words[0], 2), (2 if words[0] == "split" else 1)
        case "expr":
            variables = [int(number) for number in re.findall(r"\$[fis](\d+)", text)]
            return max([1, *variables]), text.count(";") + 1
    if name not in FIXED:
        raise ValueError(f"{text!r} is not in the table of Pure Data's objects")
    return FIXED[name]
