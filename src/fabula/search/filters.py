"""Which units may be found: by speaker, scene, chapter, time and channel."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from fabula.align.words import tokenise
from fabula.errors import FabulaError
from fabula.records import Medium
from fabula.search.units import Label, Units

_SHOWN = 12  # names in the message that says which there are


@dataclass(frozen=True)
class Filters:
    """What narrows a search; None lets everything pass.

    A shot, or a place of the book or the screenplay, that has no speaker, scene or chapter of its own has those of what
    is said at its time. ``after`` and ``before`` are seconds: what has no time does not pass them.
    """

    speaker: str | None = None
    scene: str | None = None
    chapter: str | None = None
    after: float | None = None
    before: float | None = None
    channels: Collection[Medium] = ()

    def masks(self, units: Mapping[Medium, Units]) -> dict[Medium, np.ndarray]:
        """For each channel, which of its units pass: (n,) bool.

        Raises:
            FabulaError: nobody has that name, or there is no such scene or chapter.
        """
        chosen = {medium: not self.channels or medium in self.channels for medium in units}
        passing = {medium: np.full(len(found), chosen[medium]) for medium, found in units.items()}
        for medium, found in units.items():
            if self.after is not None:
                passing[medium] &= found.start >= self.after
            if self.before is not None:
                passing[medium] &= found.start < self.before
        for kind, wanted in (("speaker", self.speaker), ("scene", self.scene), ("chapter", self.chapter)):
            if wanted is not None:
                for medium, mask in _labelled(units, kind, wanted).items():
                    passing[medium] &= mask
        return passing


def _labelled(units: Mapping[Medium, Units], kind: str, wanted: str) -> dict[Medium, np.ndarray]:
    """The units whose label fits, and those without a label that share their time."""
    own: dict[Medium, np.ndarray] = {}
    known: list[str] = []
    for medium, found in units.items():
        labels = getattr(found, f"{kind}s")
        fits = np.array([_fits(label, wanted) for label in labels] + [False])
        own[medium] = fits[getattr(found, kind)]
        known += [_shown(label) for label in labels]
    if not any(mask.any() for mask in own.values()):
        raise FabulaError(f"There is no {kind} {wanted!r} here. {_what_there_is(kind, known)}")
    at_that_time = _during([(units[medium], mask) for medium, mask in own.items()])
    return {medium: own[medium] | ((getattr(found, kind) < 0) & at_that_time(found)) for medium, found in units.items()}


def _fits(label: str | Label, wanted: str) -> bool:
    """Whether a name, or the number or the title of a scene or chapter, is meant: all words asked for are in it."""
    if not isinstance(label, str):
        number, label = label
        if wanted.strip().isdigit():
            return number == int(wanted)
    return set(tokenise(wanted)) <= set(tokenise(label)) and bool(tokenise(wanted))


def _shown(label: str | Label) -> str:
    return label if isinstance(label, str) else f"{label[0]} {label[1]}".strip()


def _what_there_is(kind: str, known: list[str]) -> str:
    names = list(dict.fromkeys(known))
    if not names:
        return f"No {kind} is known in what is searched."
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"There are: {', '.join(names[:_SHOWN])}{more}."


def _during(chosen: list[tuple[Units, np.ndarray]]) -> Callable[[Units], np.ndarray]:
    """A function that says which units overlap in time with any of the chosen ones."""
    starts = np.concatenate([found.begin[mask] for found, mask in chosen])
    ends = np.concatenate([found.finish[mask] for found, mask in chosen])
    timed = ~np.isnan(starts)
    order = np.argsort(starts[timed], kind="stable")
    begun, last = starts[timed][order], np.maximum.accumulate(ends[timed][order])

    def overlap(found: Units) -> np.ndarray:
        if not len(begun):
            return np.zeros(len(found), bool)
        before = np.searchsorted(begun, np.nan_to_num(found.finish, nan=-1.0))  # stretches that begin before its end
        running: np.ndarray = (before > 0) & (last[np.maximum(before - 1, 0)] > found.begin)
        return running

    return overlap
