"""Pins: what a reader has decided about single cues, as anchors of the aligners' chains.

A pinned unit may match its own position alone, or none; the chain then runs through it, so that its neighbours
profit from it. What is computed from the chain afterwards is made exact here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from fabula.records import Cue, Link, Passage, Pin, State

CERTAIN = 1e4
"""Nats: beyond any channel and any jump, however the chain scales evidence before it clips it."""

PINNED = (("pinned", 1.0),)
"""The reason that a pinned link gives."""


def pinned_places(cues: Sequence[Cue], passages: Sequence[Passage], pins: Sequence[Pin]) -> dict[int, int | None]:
    """The rows (positions in ``cues``) that are pinned in the book, and their columns (positions in ``passages``).

    None stands for a cue that the book does not have, or whose passage is not among those aligned (a preface).
    """
    columns = {passage.index: column for column, passage in enumerate(passages)}
    rows = {cue.number: row for row, cue in enumerate(cues)}
    return {
        rows[pin.cue]: None if pin.passage is None else columns.get(pin.passage)
        for pin in pins
        if pin.cue in rows and decides_place(pin)
    }


def pin_evidence(evidence: np.ndarray, places: Mapping[int, int | None]) -> np.ndarray:
    """Evidence in which each pinned unit can only be where it was pinned.

    Args:
        evidence: (units, positions) log-likelihood ratio against matching nothing.
        places: pinned row -> its column, or None for a unit without counterpart.

    Returns:
        A copy, or ``evidence`` itself if nothing is pinned.
    """
    if not places:
        return evidence
    pinned = evidence.copy()
    for row, column in places.items():
        pinned[row] = -CERTAIN
        if column is not None:
            pinned[row, column] = CERTAIN
    return pinned


def pin_speakers(evidence: np.ndarray, wanted: Mapping[int, str], speakers: Sequence[str]) -> np.ndarray:
    """Evidence in which each pinned part can only be in a turn of its speaker; which of them, the chain says.

    Args:
        evidence: (parts, turns) log-likelihood ratio against matching nothing.
        wanted: pinned row -> its speaker.
        speakers: the speaker of each turn.
    """
    if not wanted:
        return evidence
    pinned = evidence.copy()
    names = np.array(speakers)
    for row, name in wanted.items():
        pinned[row, names != name] = -CERTAIN
    return pinned


def pinned_speakers(cues: Sequence[Cue], pins: Sequence[Pin]) -> dict[int, tuple[str, ...]]:
    """For the number of each cue with a pinned speaker, who speaks its parts; a single name speaks them all."""
    said = {pin.cue: split_speakers(pin.speaker) for pin in pins if pin.speaker}
    parts = {cue.number: max(len(cue.parts), 1) for cue in cues if cue.number in said}
    return {number: _for_each(said[number], count) for number, count in parts.items()}


def _for_each(names: tuple[str, ...], parts: int) -> tuple[str, ...]:
    return names if len(names) == parts else (names[0],) * parts


def split_speakers(text: str) -> tuple[str, ...]:
    """The names in "ANNA / BEN", as exports join the speakers of a cue with two parts."""
    return tuple(name.strip() for name in text.split(" / "))


def with_pins(links: Sequence[Link], pins: Sequence[Pin]) -> tuple[Link, ...]:
    """The links with pinned ones certain and exact; a passage pinned is cut out of the stretches left out.

    Args:
        links: one for each cue, then the stretches that only the book has.
        pins: those that apply.
    """
    decided = {pin.cue: pin for pin in pins if decides_place(pin)}
    if not decided:
        return tuple(links)
    told = {pin.passage for pin in decided.values() if pin.passage is not None}
    found: list[Link] = []
    for link in links:
        if link.first_cue in decided:
            found.append(_pinned(link, decided[link.first_cue]))
        else:
            found += _without(link, told) if link.state is State.BOOK_ONLY else [link]
    return tuple(found)


def with_speakers(cues: Sequence[Cue], pins: Sequence[Pin]) -> tuple[Cue, ...]:
    """The cues with pinned speakers, who are certain."""
    pinned = pinned_speakers(cues, pins)
    return tuple(
        replace(cue, speaker=pinned[cue.number][0], speakers=pinned[cue.number], score=1.0)
        if cue.number in pinned
        else cue
        for cue in cues
    )


def place_pins(pins: Sequence[Pin]) -> tuple[Pin, ...]:
    """What the pins say of places in the book."""
    return tuple(replace(pin, speaker=None) for pin in pins if decides_place(pin))


def speaker_pins(pins: Sequence[Pin]) -> tuple[Pin, ...]:
    """What the pins say of speakers."""
    return tuple(replace(pin, passage=None, quote=None, nowhere=False) for pin in pins if pin.speaker)


def decides_place(pin: Pin) -> bool:
    """Whether a pin says where in the book a cue stands, or that it stands nowhere."""
    return pin.nowhere or pin.passage is not None


def _pinned(link: Link, pin: Pin) -> Link:
    if pin.passage is None:  # by the record's contract the score is that of telling a passage
        return Link(State.FILM_ONLY, 0.0, link.first_cue, link.last_cue, why=PINNED)
    first, last = link.first_passage, link.last_passage
    if first is not None and last is not None and first <= pin.passage <= last:
        return replace(link, score=1.0, first_passage=pin.passage, last_passage=pin.passage, why=PINNED)
    return Link(State.ALIGNED, 1.0, link.first_cue, link.last_cue, pin.passage, pin.passage, why=PINNED)


def _without(link: Link, told: set[int]) -> list[Link]:
    """The parts of a stretch of passages around those that are told after all."""
    assert link.first_passage is not None and link.last_passage is not None
    inside = sorted(passage for passage in told if link.first_passage <= passage <= link.last_passage)
    edges = [link.first_passage - 1, *inside, link.last_passage + 1]
    parts = [(before + 1, after - 1) for before, after in pairwise(edges) if after - before > 1]
    return [replace(link, first_passage=first, last_passage=last) for first, last in parts]


def applicable(
    pins: Sequence[Pin], cues: Sequence[Cue], passages: Sequence[Passage] = ()
) -> tuple[tuple[Pin, ...], tuple[str, ...]]:
    """The pins that still fit their cues and passages, and a warning for each of the others."""
    said = {cue.number: cue.text for cue in cues}
    fitting, warnings = [], []
    for pin in pins:
        if said.get(pin.cue) != pin.text:
            now = f"it says {_short(said[pin.cue])} now" if pin.cue in said else "there is no such cue now"
            warnings.append(f"the pin of cue {pin.cue} ({_short(pin.text)}) is kept but does not apply: {now}")
        elif pin.passage is not None and not _stands(pin, passages):
            now = f"passage {pin.passage} is another one now"
            warnings.append(f"the pin of cue {pin.cue} is kept but does not apply: {now}")
        else:
            fitting.append(pin)
    return tuple(fitting), tuple(warnings)


def _stands(pin: Pin, passages: Sequence[Passage]) -> bool:
    return pin.passage is not None and pin.passage < len(passages) and passages[pin.passage].text == pin.quote


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= 40 else f"“{line[:39]}…”"
