"""How sure a figure is: bootstrap intervals and calibration. Arrays only."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PERCENTILES = (2.5, 97.5)


def bootstrap_interval(
    values: np.ndarray, statistic: Callable[[np.ndarray], float] = np.mean, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % percentile interval of a statistic (Efron and Tibshirani 1993, section 13.3).

    Args:
        values: (n, ...); the first axis is what is drawn with replacement. Give whole blocks (films, chapters) as
            rows when the things in a block are not independent, and sum over them in the statistic.
        statistic: a function of such an array.
        draws: how many resamples.
        seed: of the random numbers; the same seed gives the same interval.

    Raises:
        ValueError: there are no values.
    """
    values = np.asarray(values)
    if not len(values):
        raise ValueError("an interval needs at least one value")
    rng = np.random.default_rng(seed)
    drawn = [statistic(values[rng.integers(len(values), size=len(values))]) for _ in range(draws)]
    low, high = np.percentile(drawn, PERCENTILES)
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """One bin of a reliability diagram: probabilities in [low, high), their mean, and how often they came true."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float


def reliability(probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 10) -> list[ReliabilityRow]:
    """The rows of a reliability diagram, in equal bins of probability; bins without a value are left out.

    Args:
        probabilities: (n,) in 0..1; exactly 1 belongs to the last bin.
        outcomes: (n,) bool or 0/1: whether it came true.
        bins: how many bins.

    Raises:
        ValueError: the lengths differ or a probability is not in 0..1.
    """
    probabilities, outcomes = np.asarray(probabilities, float), np.asarray(outcomes, float)
    if probabilities.shape != outcomes.shape:
        raise ValueError(f"{probabilities.shape} probabilities for {outcomes.shape} outcomes")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("a probability is not in 0..1")
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    rows = []
    for k in np.unique(place):
        here = place == k
        predicted, observed = float(probabilities[here].mean()), float(outcomes[here].mean())
        rows.append(ReliabilityRow(k / bins, (k + 1) / bins, int(here.sum()), predicted, observed))
    return rows


def expected_calibration_error(probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 10) -> float:
    """Mean distance of predicted and observed over bins, weighted by count (Naeini, Cooper and Hauskrecht 2015).

    Returns:
        0 (perfect) to 1; 0 for no values. Raises ValueError as ``reliability``.
    """
    rows = reliability(probabilities, outcomes, bins)
    count = sum(row.count for row in rows)
    return sum(row.count * abs(row.predicted - row.observed) for row in rows) / count if count else 0.0
