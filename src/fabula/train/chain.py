"""Learning the chain: its weights are those under which what the film really tells is most probable."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from fabula.align.chain import Chain, mass_near

START = Chain(
    scale=1.0,
    doubt=1.0,
    near=2.0,
    far=5.0,
    back=2.0,
    pause=4.0,
    inside=(0.35, 0.45, 0.08, 0.06, 0.01),
    across=(0.25, 0.3, 0.3, 0.1, 0.03),
    leave=0.1,
    stay_out=0.9,
)
Change = Callable[[Chain, float], Chain]
FACTORS = (2.0, 1.35)  # each round tries every number times and divided by this


def surprise_at_truth(
    chain: Chain, evidence: np.ndarray, gaps: np.ndarray, truth: Sequence[Sequence[int] | None]
) -> np.ndarray:
    """Minus log probability of what each unit tells: a text near one of its true ones, or nothing at all.

    The conditional likelihood of a chain, unit by unit; a unit that tells several texts is right with any of them.

    Returns:
        (k,) nats, for the units whose truth is known (not None).
    """
    matched, passing = chain.marginals(evidence, gaps)
    right = passing.sum(axis=1, dtype=np.float64)
    for row, told in enumerate(truth):
        if told:
            places = np.array(told)
            right[row] = mass_near(matched[row : row + 1].repeat(len(places), axis=0), places).max()
    known = np.array([told is not None for told in truth])
    surprise: np.ndarray = -np.log(np.clip(right[known], 1e-6, 1.0))
    return surprise


def learn_chain(
    examples: Sequence[tuple[np.ndarray, np.ndarray, Sequence[Sequence[int] | None]]],
    start: Chain = START,
    told: Callable[[str], None] | None = None,
) -> Chain:
    """Coordinate descent over the logarithms of the chain's numbers.

    The likelihood is smooth but its gradient through a thousand steps of the chain is dear; there are eighteen
    numbers, and a few rounds of trying each one larger and smaller suffice.

    Args:
        examples: (evidence, gaps, truth) of each pair.
        start: where to start.
        told: called with a line about each improvement.
    """

    def loss(chain: Chain) -> float:
        return float(np.mean([surprise_at_truth(chain, *example).mean() for example in examples]))

    best, least = start, loss(start)
    for factor in FACTORS:
        for name, change in _changes(best):
            for by in (factor, 1 / factor):
                tried = change(best, by)
                if (found := loss(tried)) < least:
                    best, least = tried, found
                    if told:
                        told(f"{least:.4f} with {name} x {by:.2f}")
                    break  # the other direction has just been left behind
    return best


def _changes(chain: Chain) -> Iterator[tuple[str, Change]]:
    for field in dataclasses.fields(chain):
        value = getattr(chain, field.name)
        if isinstance(value, tuple):
            for k in range(len(value)):
                yield f"{field.name}[{k}]", partial(_scaled_share, field.name, k)
        elif field.name in ("leave", "stay_out"):
            yield field.name, partial(_scaled_odds, field.name)
        else:
            yield field.name, partial(_scaled, field.name)


def _scaled(name: str, chain: Chain, by: float) -> Chain:
    return dataclasses.replace(chain, **{name: getattr(chain, name) * by})


def _scaled_share(name: str, k: int, chain: Chain, by: float) -> Chain:
    shares = [value * (by if i == k else 1) for i, value in enumerate(getattr(chain, name))]
    changed: dict[str, Any] = {name: tuple(round(share / sum(shares), 6) for share in shares)}
    return dataclasses.replace(chain, **changed)


def _scaled_odds(name: str, chain: Chain, by: float) -> Chain:
    odds = getattr(chain, name) / (1 - getattr(chain, name)) * by
    return dataclasses.replace(chain, **{name: odds / (1 + odds)})
