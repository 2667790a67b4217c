"""The events of a part of a film in the order in which they are told: that of time, and within it the page's."""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from fabula.records import Evidence


@dataclass(frozen=True, slots=True)
class Event:
    """A piece of evidence with what its place depends on.

    ``start`` and ``end`` are seconds, infinite where no time is known; ``voice`` is the speaker as the screenplay or
    the subtitles write them, which tells MAN #1 from MAN #2.
    """

    evidence: Evidence
    start: float
    end: float
    scene: int | None = None
    voice: str | None = None

    @classmethod
    def of(cls, evidence: Evidence, scene: int | None, voice: str | None = None) -> "Event":
        """An event at the times of its evidence."""
        start, end = evidence.start, evidence.end
        return cls(evidence, inf if start is None else start, inf if end is None else end, scene, voice)

    @property
    def timed(self) -> bool:
        """Whether its time is known."""
        return self.start != inf


def in_order(events: Sequence[Event], said: Sequence[Event]) -> list[Event]:
    """The events as they are told.

    A line of the screenplay without a time follows the line before it. One of another scene that falls into a run of
    speech was given its time by guess: it waits until the run is over, or goes before it if its scene comes earlier.

    Args:
        events: all of them.
        said: those that are spoken and have a scene, in the order of time.
    """
    keys: dict[int, tuple[float, int, int]] = {}
    before = -inf
    runs = _Runs(said)
    written = [k for k, event in enumerate(events) if event.evidence.line is not None]
    for k in sorted(written, key=lambda k: events[k].evidence.line or 0):
        event = events[k]
        start = runs.outside(event) if event.timed else before
        keys[k] = (start, 1, event.evidence.line or 0)
        before = max(before, start) if event.timed else before
    for k, event in enumerate(events):
        keys.setdefault(k, (event.start, 0 if event.evidence.kind == "caption" else 2, event.evidence.cue or 0))
    return [events[k] for k in sorted(keys, key=lambda k: keys[k])]


class _Runs:
    """Stretches in which one scene speaks without interruption."""

    def __init__(self, said: Sequence[Event]) -> None:
        ordered = sorted(said, key=lambda event: event.start)
        groups = [list(group) for _, group in itertools.groupby(ordered, key=lambda event: event.scene)]
        self._spans = [(group[0].start, group[-1].end, group[0].scene) for group in groups]
        self._starts = [start for start, _, _ in self._spans]

    def outside(self, event: Event) -> float:
        """The event's start, or the edge of another scene's run that it must not interrupt."""
        place = bisect_right(self._starts, event.start) - 1
        if place < 0 or event.scene is None:
            return event.start
        start, end, scene = self._spans[place]
        if scene is None or scene == event.scene or event.start >= end:
            return event.start
        return end if event.scene > scene else start
