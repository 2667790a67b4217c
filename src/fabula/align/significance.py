"""Does the film follow this book at all? A p-value against chance, as GNAT gives one for every alignment.

Alignments of films with books that they do not follow have scores too, made of common phrases and shared themes. The
best of many chance scores follows a Gumbel distribution (Karlin and Altschul 1990; Pial and Skiena 2023, GNAT); its two
parameters were fitted on films laid beside books of others, and stand in the model's card.
"""

from dataclasses import dataclass

import numpy as np

NEWTON_STEPS = 50
LENGTH = 1000  # texts of the book for which a Chance gives its location
SIGNIFICANT = 1e-5
"""The greatest p-value with which a film is said to follow a book. So small because films differ: the Gumbel was fitted
over all films, and one of songs and cries (Gulliver's Travels, 1939) scores 2e-5 with a book of another."""


def is_significant(p_value: float) -> bool:
    """Whether a film is said to follow a book: chance hardly ever gives such a score."""
    return p_value <= SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Gumbel:
    """The distribution of the largest of many chance scores: P(X <= x) = exp(-exp(-(x - location) / scale))."""

    location: float
    scale: float

    def tail(self, score: float) -> float:
        """The p-value: the probability that chance alone gives this score or a larger one. Exact for small ones."""
        return float(-np.expm1(-np.exp(min(-(score - self.location) / self.scale, 700.0))))


@dataclass(frozen=True, slots=True)
class Chance:
    """Chance scores of films with books of any length: a Gumbel distribution that moves with the book's length.

    A long book offers more chances: the greatest of many grows with the logarithm of their number (Karlin and
    Altschul 1990).

    Args:
        location: of the distribution for a book of LENGTH texts.
        scale: of the distribution.
        growth: of the location, for each e-fold of the length.
    """

    location: float
    scale: float
    growth: float = 0.0

    def tail(self, score: float, texts: int) -> float:
        """The p-value of a score with a book of so many texts."""
        return Gumbel(self.location + self.growth * float(np.log(max(texts, 1) / LENGTH)), self.scale).tail(score)


def fit_chance(scores: np.ndarray, texts: np.ndarray) -> Chance:
    """Fit by least squares on the logarithm of the length, then by maximum likelihood on what is left.

    Args:
        scores: (n,) of films with books of others.
        texts: (n,) lengths of the books.

    Raises:
        ValueError: fewer than two different scores.
    """
    length = np.log(np.asarray(texts, float) / LENGTH)
    spread = ((length - length.mean()) ** 2).sum()
    growth = float(((length - length.mean()) * (scores - scores.mean())).sum() / spread) if spread > 0 else 0.0
    found = fit_gumbel(np.asarray(scores) - growth * length)
    return Chance(round(found.location, 5), round(found.scale, 5), round(growth, 5))


def fit_gumbel(maxima: np.ndarray) -> Gumbel:
    """Fit by maximum likelihood from the moments' start (Eddy 1997, "Maximum likelihood fitting of extreme values").

    Args:
        maxima: (n,) best scores of comparisons that are known to be chance.

    Raises:
        ValueError: fewer than two different values: a spread cannot be seen.
    """
    values = np.asarray(maxima, float)
    if len(values) < 2 or np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        raise ValueError("a Gumbel fit needs at least two different values")
    mean, low = values.mean(), values.min()
    scale = float(values.std() * np.sqrt(6) / np.pi)  # the moments: variance = (pi * scale)^2 / 6
    for _ in range(NEWTON_STEPS):
        # The likelihood's derivative: scale = mean - sum(x w) / sum(w), w = exp(-x / scale); increasing in scale.
        weights = np.exp(-(values - low) / scale)
        tilted = (values * weights).sum() / weights.sum()
        spread = ((values - tilted) ** 2 * weights).sum() / weights.sum()
        step = (scale - mean + tilted) / (1 + spread / scale**2)
        scale = max(scale - step, scale / 2)
        if abs(step) < 1e-12 * scale:
            break
    location = low - scale * np.log(np.exp(-(values - low) / scale).mean())
    return Gumbel(float(location), float(scale))
