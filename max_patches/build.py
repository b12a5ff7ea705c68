"""Write everything that is made for Max and Live: `python -m max_patches.build`; `--check` only compares (exit 1)."""

import sys
from pathlib import Path
from typing import Final

from ableton.packer import File, pack
from max_patches.devices import MADE, devices
from max_patches.package import NAME, package
from max_patches.parts.capture import SCRIPT
from max_patches.picture import svg

ROOT: Final = Path(__file__).parent.parent


def made() -> dict[str, bytes]:
    """Every file that is made: its place in the repository -> its bytes."""
    files: dict[str, bytes] = {}
    script = File(SCRIPT, (ROOT / "ableton" / SCRIPT).read_bytes().replace(b"\r\n", b"\n"))
    for device in devices():
        patcher = device.json()
        name = f"{device.name}.amxd"
        files[f"ableton/{name}"] = pack(name, patcher, [script], date=MADE)
        files[f"docs/{device.name.lower().replace(' ', '-')}.svg"] = svg(patcher).encode()
    for place, text in package().items():
        files[f"max_patches/{NAME}/{place}"] = text.encode()
    return files


def main() -> int:
    """Write, or compare."""
    check = "--check" in sys.argv[1:]
    stale = []
    for place, data in made().items():
        path = ROOT / place
        if path.is_file() and path.read_bytes() == data:
            continue
        stale.append(place)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for place in stale:
        print(f"{'is not what the source makes' if check else 'written'}: {place}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
