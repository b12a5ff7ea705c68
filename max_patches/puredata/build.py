"""Write the abstractions for Pure Data: `python -m max_patches.puredata.build`; `--check` only compares (exit 1)."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from max_patches.puredata.abstractions import improv_client, improv_voice
from max_patches.puredata.clock import improv_clock
from max_patches.puredata.pages import example, help_client, help_clock, help_voice, improv_synth, improv_tone
from max_patches.puredata.patch import Patch

FOLDER: Final = Path(__file__).parent.parent / "pd"
PATCHES: Final[dict[str, Callable[[], Patch]]] = {
    "improv.client.pd": improv_client,
    "improv.voice.pd": improv_voice,
    "improv.clock.pd": improv_clock,
    "improv.tone.pd": improv_tone,
    "improv.synth.pd": improv_synth,
    "improv.client-help.pd": help_client,
    "improv.voice-help.pd": help_voice,
    "improv.clock-help.pd": help_clock,
    "improv_plays.pd": example,
}


def main() -> int:
    """Write, or compare."""
    check, stale = "--check" in sys.argv[1:], 0
    for name, make in PATCHES.items():
        path, text = FOLDER / name, make().text()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{'is not what the source makes' if check else 'written'}: {path.name}")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
