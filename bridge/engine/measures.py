"""Measures: how early cues leave, how long a step takes; percentiles over the latest values."""

from collections import deque
from collections.abc import Iterable

KEPT = 65536  # values; about an hour of a busy band


class Measure:
    """The latest values of one quantity and its percentiles."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=KEPT)

    def add(self, value: float) -> None:
        """Take a value."""
        self._values.append(value)

    def __len__(self) -> int:
        return len(self._values)

    def percentiles(self, percents: Iterable[float], latest: int = KEPT) -> list[float]:
        """The smallest values that are at or above each percentage of all (nearest rank); zeros where there are
        none.
        """
        values = sorted(list(self._values)[-latest:])
        if not values:
            return [0.0 for _ in percents]
        return [values[min(len(values) - 1, max(0, -int(-percent * len(values) // 100) - 1))] for percent in percents]
