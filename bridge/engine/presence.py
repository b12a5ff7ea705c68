"""The presence of one player's band: idle, listening or playing.

Idle: the transport stands, or the band is told to listen only. Listening: until the bar line after the first notes of
whom it hears. Playing: until nobody whom it hears was heard for `patience_bars`; in `solo` it plays on.
"""

from bridge.engine.company import Company
from bridge.engine.ear import Ear
from bridge.engine.settings import Settings
from bridge.music.timeline import STEP, Place


class Presence:
    """The phase, and when it changes."""

    def __init__(self) -> None:
        self.phase = "idle"
        self.answered: int | None = None  # tick at which the band's own response last sounded
        self._waited = 0  # bar lines since the first note
        self._since = 0  # tick from which on somebody has to be heard before the band enters
        self._tick = 0  # of the last sixteenth

    def wait(self) -> None:
        """Whoever brings the band in has to be heard from now on."""
        self.answered, self._waited, self._since = None, 0, self._tick - STEP // 2

    def resume(self) -> None:
        """The transport runs again."""
        if self.phase == "idle":
            self._waited, self.phase = 0, "listening"

    def step(
        self, tick: int, place: Place, ear: Ear, company: Company, settings: Settings, *, mute: bool, counting: bool
    ) -> None:
        """The phase at the sixteenth `tick`; `mute`: the band is told to listen only."""
        self._tick = tick
        if mute or counting:
            self.phase, self._waited = "idle" if mute else "listening", 0
            return
        if self.phase == "idle":
            self.phase = "listening"
        bar_line = place.step == 0
        if self.phase == "playing":
            patience = settings.number("patience_bars") * place.meter.bar
            if settings.number("solo"):  # whoever is not listened to is not silent
                patience = 0
            if bar_line and patience and self._silent(tick, ear, company) > patience:
                self.phase = "listening"
                self.wait()
        elif any(last is not None and last >= self._since for last in (ear.last, company.last)):
            bars = int(settings.number("entry_bars"))
            self._waited += bar_line
            if (bars and bar_line and self._waited >= bars) or (not bars and place.phase % place.meter.beat < STEP):
                self.phase = "playing"

    def _silent(self, tick: int, ear: Ear, company: Company) -> int:
        """Ticks since anybody was heard, the band's own response included."""
        since = [tick if self.answered is None else tick - self.answered]
        if company.silent is not None:
            since.append(company.silent)
        if company.silent is None or ear.last is not None:
            since.append(ear.silent_since(tick))
        return min(since)
