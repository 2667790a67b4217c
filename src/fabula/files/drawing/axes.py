"""Scales and their marks: round numbers for values, full seconds and minutes for time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fabula.files.report.markup import clock

SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
HOUR = 3600


@dataclass(frozen=True)
class Scale:
    """Values from ``low`` to ``high`` on the pixels from ``first`` to ``last``."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        share = (value - self.low) / max(self.high - self.low, 1e-12)
        return self.first + share * (self.last - self.first)


def round_bounds(values: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    """Round numbers that enclose the values; ``from_zero`` for what is a share or a probability: zero is among them."""
    low, high = min([*values, *([0.0] if from_zero or not values else [])]), max(values, default=1.0)
    spread = max(high - low, 1e-6)
    step = 10.0 ** math.floor(math.log10(spread))
    step *= 2.0 if spread >= 5 * step else 1.0 if spread >= 2 * step else 0.5  # two to five steps in all
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return bottom, max(top, bottom + step)


def times(duration: float, most: int) -> list[int]:
    """Seconds from 0 to the end, evenly apart, at most so many steps."""
    step = next((step for step in SECONDS if duration / step <= most), HOUR * math.ceil(duration / HOUR / most))
    return list(range(0, int(duration) + 1, step))


def short_clock(seconds: float) -> str:
    """Seconds as m:ss, from an hour on as h:mm:ss."""
    return clock(seconds) if seconds >= HOUR else clock(seconds).removeprefix("0:").removeprefix("0")
