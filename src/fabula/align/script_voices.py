"""Who speaks what the screenplay does not have: a chain over the cast, from turn to turn of the subtitles.

States are the people of the screenplay (hidden Markov model). Between two turns the speaker stays or changes, with the
probability of ``script_change``; after a change, anyone may speak who speaks near that place of the screenplay. Where a
turn is found in the screenplay, that decides; where it is not, its neighbours on both sides do. Nobody calls
himself by his name, and names that the subtitles give themselves ("JOE: ...") count as well.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.script_evidence import NAMED
from fabula.align.turns import Part, Turn

NEAR = 4.0  # speeches: over so many the probability that somebody speaks falls to a third
OTHER_SCENE = 0.3  # how much less the people of another scene count
ANYBODY = 0.02  # share of the probability that goes to people who are not near
LEAST_MENTIONS = 3
PRIOR_MENTIONS = 1.0

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}|[A-Z][a-z]{2,}(?=[,.!?])")
"""A word with a capital inside a sentence, or before a stop: nearly always somebody's name or a form of address."""


@dataclass(frozen=True)
class Cast:
    """The people of a screenplay.

    ``of_turn`` (turns,) has the index of each speech's speaker in ``names``; ``near`` (turns, people) is the
    probability that somebody speaks around a place.
    """

    names: tuple[str, ...]
    of_turn: np.ndarray
    near: np.ndarray


def find_cast(turns: Sequence[Turn]) -> Cast:
    """Who speaks in a screenplay, and where."""
    names = tuple(sorted({turn.speaker for turn in turns}))
    of_turn = np.array([names.index(turn.speaker) for turn in turns])
    near = _nearness(turns) @ np.eye(len(names))[of_turn]
    near /= near.sum(axis=1, keepdims=True)
    return Cast(names, of_turn, (1 - ANYBODY) * near + ANYBODY / len(names))


def _nearness(turns: Sequence[Turn]) -> np.ndarray:
    place = np.arange(len(turns))
    scene = np.array([-1 if turn.scene is None else turn.scene for turn in turns])
    near: np.ndarray = np.exp(-np.abs(place[:, None] - place) / NEAR)
    near *= np.where(scene[:, None] == scene, 1.0, OTHER_SCENE)
    return near


def speaker_marginals(spoken: np.ndarray, silent: np.ndarray, cast: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Exact marginals of the chain over people (forward-backward): (n, people), rows sum to one.

    Args:
        spoken: (n, people) how strongly the screenplay says that somebody speaks a turn.
        silent: (n, 1) or (n, people) how strongly that person speaks it while the screenplay does not have it.
        cast: (n, people) probability that somebody speaks around that place; positive, rows sum to one.
        change: (n,) probability that the speaker differs from that of the turn before; the first is not used.
    """
    # Half of the cast's weight in nats: the chain's own steps carry it already, but only where the speaker changes.
    seen = spoken + silent * np.sqrt(cast)
    forward: np.ndarray = np.empty_like(seen)
    state = seen[0] * cast[0]
    forward[0] = state / state.sum()
    for k in range(1, len(seen)):
        state = seen[k] * _onwards(forward[k - 1], cast[k], change[k])
        forward[k] = state / state.sum()
    value = np.ones(seen.shape[1])
    for k in range(len(seen) - 1, -1, -1):
        forward[k] *= value
        forward[k] /= forward[k].sum()
        if k:
            value = _back(seen[k] * value, cast[k], change[k])
            value /= value.max()
    return forward


def _onwards(mass: np.ndarray, cast: np.ndarray, change: float) -> np.ndarray:
    """One step: stay, or change to another by the cast's probabilities."""
    leaving = mass / _others(cast)
    out: np.ndarray = (1 - change) * mass + change * cast * (leaving.sum() - leaving)
    return out


def _back(value: np.ndarray, cast: np.ndarray, change: float) -> np.ndarray:
    """The transpose of ``_onwards``."""
    expected = cast * value
    out: np.ndarray = (1 - change) * value + change * (expected.sum() - expected) / _others(cast)
    return out


def _others(cast: np.ndarray) -> np.ndarray:
    """The probability of all the others; a cast of one has no others, and stays."""
    others: np.ndarray = np.maximum(1 - cast, 1e-9)
    return others


def own_names(parts: Sequence[Part], turns: Sequence[Turn], cast: Cast) -> np.ndarray:
    """Log-likelihood ratio of each person speaking a part, from the names in it: (parts, people).

    For each name the screenplay shows who uses it and who, though present, never does.
    """
    uses: dict[str, np.ndarray] = {}
    chances: dict[str, np.ndarray] = {}
    count: Counter[str] = Counter()
    people = np.eye(len(cast.names))
    for place, turn in enumerate(turns):
        for name in names_in(turn.text):
            count[name] += 1
            uses[name] = uses.get(name, 0.0) + people[cast.of_turn[place]]
            chances[name] = chances.get(name, 0.0) + cast.near[place]
    weight = {
        name: np.log((uses[name] + PRIOR_MENTIONS) / (chances[name] + PRIOR_MENTIONS))
        for name, mentions in count.items()
        if mentions >= LEAST_MENTIONS
    }
    out = np.zeros((len(parts), len(cast.names)))
    for row, part in zip(out, parts, strict=True):
        for name in names_in(part.text) & weight.keys():
            row += weight[name]
    return out


def names_in(text: str) -> set[str]:
    """Words of a text that are written as names are."""
    return {found.group() for found in _NAME.finditer(" ".join(text.split()))}


def subtitle_names(parts: Sequence[Part], spoken: np.ndarray, cast: Cast) -> dict[str, int]:
    """Whom of the cast each name in the subtitles means: the one whose lines bear it, or else the one of that name.

    Args:
        parts: turns of speech in the subtitles.
        spoken: (parts, people) how strongly the screenplay says that somebody speaks a part.
        cast: the people of the screenplay.

    Returns:
        Index of the person for each name in capitals; names that the screenplay does not know are left out.
    """
    borne: dict[str, np.ndarray] = {}
    for part, row in zip(parts, spoken, strict=True):
        if part.name:
            borne[part.name.upper()] = borne.get(part.name.upper(), 0.0) + row
    found = {name: cast.names.index(name) for name in borne if name in cast.names}
    for name, row in borne.items():
        if row.max() >= 1.5 and row.max() >= 0.7 * row.sum():
            found[name] = int(row.argmax())
    return found


def name_evidence(parts: Sequence[Part], meant: Mapping[str, int], people: int) -> np.ndarray:
    """Nats for the speakers that the subtitles name: (parts, people)."""
    out = np.zeros((len(parts), people))
    for row, part in zip(out, parts, strict=True):
        if part.name and part.name.upper() in meant:
            row[meant[part.name.upper()]] = NAMED
    return out
