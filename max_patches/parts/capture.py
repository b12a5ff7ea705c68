"""The last bars as a clip: what is played here is noted in a script, which writes it by the Live API on the main
thread.
"""

from typing import Final

from max_patches.parts.band import PLAYED
from max_patches.patcher import Patch

SCRIPT: Final = "improv_capture.js"


def capture(local: str) -> Patch:
    """Inlets: what is played, the clock's answer, bars, bang: keep. Outlet: what came of it.

    The clock is not asked: a button is pressed on the main thread, which must not disturb it. Its last answer will do.
    """
    patch = Patch(local)
    log, where = patch.inlet("what is played"), patch.inlet("the clock's answer")
    bars, keep = patch.inlet("bars to keep"), patch.inlet("bang: keep them")
    said = patch.outlet("what came of it")
    script = patch.new(f"js {SCRIPT} " + " ".join(PLAYED),
                       saved_object_attributes={"filename": SCRIPT, "parameter_enable": 0})  # fmt: skip
    calm = patch.new("deferlow")  # one for all, so that what comes first is heard first
    kinds, pack = patch.new("route cue silence"), patch.new("pack 0 0")
    patch.chain(log, kinds)
    patch.chain(kinds[0], patch.new("prepend cue"), calm)
    patch.chain(kinds[1], pack)
    now, answer = patch.new("unpack 0"), patch.new("zl reg")
    patch.chain(where, now, pack[1])
    patch.wire(where, answer[1])
    patch.chain(pack, patch.new("prepend silence"), calm)
    patch.chain(bars, patch.new("prepend bars"), calm)
    patch.chain(keep, answer, patch.new("prepend keep"), calm)
    patch.chain(calm, script, patch.new("prepend set"), said)
    return patch
