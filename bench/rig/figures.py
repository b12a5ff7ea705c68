"""From a capture to figures: how far from the master's own sixteenths our notes fall, and whether any hangs."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PULSES = 6  # a sixteenth
GRACE = 0.050  # seconds after stop in which notes may still end
FAR = 0.010  # seconds from any pulse of the clock that make an onset a stray; half a pulse at 125 a minute
Captured = tuple[int, str, Sequence[int]]  # frame, port, bytes


@dataclass(frozen=True, slots=True)
class Errors:
    """Onset errors in milliseconds, late positive; `stray` counts onsets that belong to no sixteenth of the clock."""

    count: int = 0
    stray: int = 0
    median: float = 0.0  # signed
    median_abs: float = 0.0
    p99: float = 0.0  # absolute, as the maximum
    max: float = 0.0


@dataclass(slots=True)
class Notes:
    """One port's notes: onsets, and what went wrong with them."""

    onsets: list[int] = field(default_factory=list)
    doubled: int = 0  # struck again without a release
    unpaired: int = 0  # releases of what did not sound
    hanging: int = 0  # never released
    after_stop: int = 0  # still sounding, or struck, later than GRACE after a stop


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of `ordered` lies (nearest rank); 0 for none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(slots=True)
class Master:
    """The clock as captured, in frames: its pulses, those that are sixteenths, and the spans in which it stood."""

    pulses: list[int] = field(default_factory=list)
    sixteenths: list[int] = field(default_factory=list)
    still: list[tuple[int, int]] = field(default_factory=list)
    repaired: int = 0  # pulses that the capture missed, or wrote down twice, where a client missed its cycle

    def regular(self, frame: int, *, known: bool) -> list[int]:
        """The pulses up to and with the one at `frame`, evenly filled in; `known`: whether two before tell the pace."""
        if not known:
            return [frame]
        last, usual = self.pulses[-1], self.pulses[-1] - self.pulses[-2]
        count = round((frame - last) / usual) if 0 < usual < (frame - last) * 4 else 0
        if not 1 < count < 8:
            self.repaired += count == 0
            return [frame] if count else []
        self.repaired += count - 1
        return [last + round((frame - last) * part / count) for part in range(1, count + 1)]


def master(events: Iterable[Captured]) -> Master:
    """The clock in a capture."""
    found = Master()
    stops: list[int] = []
    running, pulse, heard = False, 0, 0
    for frame, port, data in events:
        if port != "clock":
            continue
        match data[0]:
            case 0xFA | 0xFB:
                pulse = 0 if data[0] == 0xFA else pulse
                if stops and not running:
                    found.still.append((stops[-1], frame))
                running, heard = True, 0
            case 0xF2:
                pulse = (data[1] | data[2] << 7) * PULSES
            case 0xFC if running:
                stops.append(frame)
                running = False
            case 0xF8 if running:
                for at in found.regular(frame, known=heard >= 2):
                    found.pulses.append(at)
                    if pulse % PULSES == 0:
                        found.sixteenths.append(at)
                    pulse += 1
                heard += 1
    if stops and not running:
        found.still.append((stops[-1], 1 << 62))
    return found


def notes(events: Iterable[Captured], port: str, still: Sequence[tuple[int, int]], rate: int) -> Notes:
    """What a port played, judged against the spans in which the clock stood; `rate` in frames a second."""
    found = Notes()
    sounding: dict[tuple[int, int], int] = {}
    grace = round(GRACE * rate)
    for frame, origin, data in events:
        kind, key = data[0] & 0xF0, (data[0] & 0x0F, data[1] if len(data) > 1 else 0)
        if origin != port or kind not in (0x80, 0x90):
            continue
        begun = sounding.pop(key, None)
        if begun is not None:
            found.after_stop += any(begun < stop + grace < frame for stop, _ in still)
        if kind == 0x90 and data[2]:
            found.doubled += begun is not None
            found.after_stop += any(stop + grace < frame < again for stop, again in still)
            found.onsets.append(frame)
            sounding[key] = frame
        else:
            found.unpaired += begun is None
    found.hanging = len(sounding)
    found.after_stop += sum(any(begun < stop + grace for stop, _ in still) for begun in sounding.values())
    return found


def errors(onsets: Iterable[int], grid: Sequence[int], rate: int) -> Errors:
    """Each onset against the nearest frame of `grid`; farther than `FAR` from all: a stray."""
    signed: list[float] = []
    stray = 0
    for onset in onsets:
        index = bisect_left(grid, onset)
        near = min((onset - frame for frame in grid[max(0, index - 1) : index + 1]), key=abs, default=rate)
        if abs(near) > FAR * rate:
            stray += 1
        else:
            signed.append(near / rate * 1e3)
    signed.sort()
    absolute = sorted(abs(error) for error in signed)
    return Errors(
        len(signed),
        stray,
        quantile(signed, 0.5),
        quantile(absolute, 0.5),
        quantile(absolute, 0.99),
        absolute[-1] if absolute else 0.0,
    )
