"""The last bars as a clip: what is played here is noted in a script, which writes it by the Live API on the main
thread.
"""

from typing import Final

from bridge.engine.parameters import VOICES
from max_patches.patcher import Patch

SCRIPT: Final = "improv_capture.js"


def capture(local: str) -> Patch:
    """Inlets: what is played, the clock's answer, bars, bang: keep. Outlets: bang for the clock, what came of it."""
    patch = Patch(local)
    log, where = patch.inlet("what is played"), patch.inlet("the clock's answer")
    bars, keep = patch.inlet("bars to keep"), patch.inlet("bang: keep them")
    ask, said = patch.outlet("bang: where is the song?"), patch.outlet("what came of it")
    script = patch.new(f"js {SCRIPT} " + " ".join(VOICES),
                       saved_object_attributes={"filename": SCRIPT, "parameter_enable": 0})  # fmt: skip
    calm = patch.new("deferlow")  # one for all, so that what comes first is heard first
    kinds, stop, pack = patch.new("route cue silence"), patch.new("t i b"), patch.new("pack 0 0")
    patch.chain(log, kinds)
    patch.chain(kinds[0], patch.new("prepend cue"), calm)
    patch.chain(kinds[1], stop)
    patch.wire(stop[1], ask)
    patch.wire(stop[0], pack)
    now, answer = patch.new("unpack 0"), patch.new("zl reg")
    patch.chain(where, now, pack[1])
    patch.wire(where, answer[1])
    patch.chain(pack, patch.new("prepend silence"), calm)
    patch.chain(bars, patch.new("prepend bars"), calm)
    order = patch.new("t b b")
    patch.chain(keep, order)
    patch.wire(order[1], ask)
    patch.chain(order[0], answer, patch.new("prepend keep"), calm)
    patch.chain(calm, script, patch.new("prepend set"), said)
    return patch
