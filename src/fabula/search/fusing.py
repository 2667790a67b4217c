"""One ranking over all channels: what points to the same place becomes one hit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabula.records import Medium
from fabula.search.channels import Found
from fabula.search.evidence import together
from fabula.search.units import Units

TOGETHER = 0.5
"""Share of the shorter of two stretches of film in which they must overlap to be the same place."""


@dataclass(frozen=True)
class Member:
    """What one channel says of a place: its unit, its probability, and the row of the best sentence."""

    medium: Medium
    unit: int
    row: int
    probability: float


@dataclass(frozen=True)
class Place:
    """Members of different channels that point to the same place, the strongest first."""

    members: tuple[Member, ...]
    score: float


def fuse(found: Mapping[Medium, Found], units: Mapping[Medium, Units], limit: int) -> list[Place]:
    """The places that the channels found, best first.

    A place is gathered around its strongest member: of each other channel the likeliest unit that overlaps with it in
    time and is not taken. Cues, shots and timed lines of a screenplay have times; a passage has those of the cues that
    the aligner has linked to it.

    Args:
        found: of each channel.
        units: of each channel.
        limit: how many places at most.
    """
    members = [
        Member(medium, int(unit), int(row), float(p))
        for medium, some in found.items()
        for unit, row, p in zip(some.units, some.rows, some.probabilities, strict=True)
    ]
    members.sort(key=lambda member: -member.probability)
    near = _overlaps(members, units)
    taken = np.zeros(len(members), bool)
    places = []
    for k in range(len(members)):
        if not taken[k]:
            chosen = {members[k].medium: k}
            for other in np.flatnonzero(near[k] & ~taken):
                if other > k:
                    chosen.setdefault(members[other].medium, int(other))
            taken[list(chosen.values())] = True
            gathered = tuple(members[j] for j in chosen.values())
            places.append(Place(gathered, together(np.array([member.probability for member in gathered]))))
    return sorted(places, key=lambda place: -place.score)[:limit]


def _overlaps(members: list[Member], units: Mapping[Medium, Units]) -> np.ndarray:
    """Which members are at the same place: (n, n) bool; false for what has no time."""
    start, end = np.empty(len(members)), np.empty(len(members))
    for k, member in enumerate(members):
        some = units[member.medium]
        start[k], end[k] = some.begin[member.unit], some.finish[member.unit]
    shared = np.minimum(end[:, None], end) - np.maximum(start[:, None], start)
    shorter = np.maximum(np.minimum((end - start)[:, None], end - start), 1e-3)
    same: np.ndarray = shared >= TOGETHER * shorter
    return same
