"""What is worth drawing of a curve: its line over time, and its peaks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fabula.records import Curve, Shot

Point = tuple[float, float]


def response_line(curve: Curve, shots: Sequence[Shot], *, smooth: bool) -> list[Point]:
    """(seconds, response) in the middle of each shot, and at the start of the first and the end of the last."""
    of = {shot.index: shot for shot in shots}
    values = curve.smooth if smooth else curve.raw
    known = [(of[index], value) for index, value in zip(curve.shots, values, strict=True) if index in of]
    if not known:
        return []
    middles = [((shot.start + shot.end) / 2, value) for shot, value in known]
    return [(known[0][0].start, known[0][1]), *middles, (known[-1][0].end, known[-1][1])]


def thinned(points: Sequence[Point], column: float) -> list[Point]:
    """A line with no more than its lowest and its highest point in each column so wide: drawn, it looks the same."""
    columns: dict[int, list[Point]] = {}
    for point in points:
        columns.setdefault(int(point[0] // column), []).append(point)
    kept = [{min(found, key=_height), max(found, key=_height)} for found in columns.values()]
    return [point for few in kept for point in sorted(few)]


def _height(point: Point) -> float:
    return point[1]


@dataclass(frozen=True)
class Peak:
    """A shot where a curve is higher than before and after it: the shot's index, its middle in seconds, the value."""

    shot: int
    time: float
    value: float


def peaks(curve: Curve, shots: Sequence[Shot], count: int, apart: float = 0.0) -> list[Peak]:
    """The highest local maxima of the smooth curve above its mean, highest first.

    Args:
        curve: the curve.
        shots: the film's, with those that the curve has.
        count: how many at most.
        apart: seconds that lie at least between two of them.
    """
    middle = {shot.index: (shot.start + shot.end) / 2 for shot in shots}
    mean = sum(curve.smooth) / max(len(curve.smooth), 1)
    found = [
        Peak(curve.shots[place], middle[curve.shots[place]], curve.smooth[place])
        for place in _maxima(curve.smooth)
        if curve.smooth[place] > mean
    ]
    chosen: list[Peak] = []
    for peak in sorted(found, key=lambda peak: (-peak.value, peak.time)):
        if len(chosen) < count and all(abs(peak.time - other.time) >= apart for other in chosen):
            chosen.append(peak)
    return chosen


def strongest_near(curve: Curve, shots: Sequence[Shot], seconds: float, reach: float) -> Peak:
    """The shot that responds most by itself, of those whose middle is so near to the time of a peak."""
    middle = {shot.index: (shot.start + shot.end) / 2 for shot in shots}
    known = [Peak(s, middle[s], raw) for s, raw in zip(curve.shots, curve.raw, strict=True) if s in middle]
    near = [peak for peak in known if abs(peak.time - seconds) <= reach]
    return max(near, key=lambda peak: (peak.value, -abs(peak.time - seconds)))


def _maxima(values: Sequence[float]) -> list[int]:
    """The places of the local maxima; of a plateau its first."""
    runs = [next(run) for _, run in groupby(enumerate(values), key=lambda item: item[1])]
    heights = [-math.inf, *(value for _, value in runs), -math.inf]
    return [place for k, (place, value) in enumerate(runs, 1) if heights[k - 1] < value > heights[k + 1]]
