"""Tags ranked for films: average precision over films, over the tags of a film, and recall of the first few.

Equal scores are no order: each figure is what it would be on average if they stood in random order, so that a tagger
that says the same of all films scores as chance does. The bootstrap draws films, because a film is what is sampled.
"""

from dataclasses import dataclass

import numpy as np

CUT = 3  # the paper's recall@3
DRAWS = 1000
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % percentile interval (Efron and Tibshirani 1993, section 13.3)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class TagFigures:
    """What is measured of a tagger, and the same for each bootstrap draw. Made by ``measure_tags``.

    Row 0 is of the films as they are, each other row of one draw; figures of two taggers measured with the same films
    and seed are of the same draws, so their difference is paired.

    Args:
        precisions: (1 + draws, m) average precision of each tag over films; nan where no film of the draw has it.
        film_precision: (1 + draws,) mean over films of the average precision over the film's tags.
        recall: (1 + draws,) mean over films of the share of a film's tags among its first few.
    """

    precisions: np.ndarray
    film_precision: np.ndarray
    recall: np.ndarray

    @property
    def mean_precision(self) -> np.ndarray:
        """(1 + draws,) MAP: the mean of the tags' average precisions, of the tags that a film of the draw has."""
        return _row_means(self.precisions)


def measure_tags(
    scores: np.ndarray, truth: np.ndarray, *, cut: int = CUT, draws: int = DRAWS, seed: int = 0
) -> TagFigures:
    """Measure scores of films' tags (From Trailers to Storylines, table 2: recall@3 and MAP).

    Args:
        scores: (n, m) of n films and m tags, higher is likelier; any scale that is common to all films of a tag, and
            for recall and ``film_precision`` to all tags of a film.
        truth: (n, m) bool: which film has which tag. Films without any count as wrong answers to each tag, and are
            left out of what is a mean over films.
        cut: how many first tags of a film recall looks at.
        draws: of films with replacement; 0 for the figures alone.
        seed: of the draws.

    Raises:
        ValueError: the shapes do not fit, there is no film with a tag, or a score is not a number.
    """
    scores, truth = _checked(scores, truth)
    copies = drawn_copies(len(scores), draws, seed)
    tagged = truth.any(axis=1)
    weights = copies[:, tagged].astype(float)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    return TagFigures(
        np.stack([average_precision(scores[:, k], truth[:, k], copies) for k in range(scores.shape[1])], axis=1),
        weights @ film_precisions(scores, truth)[tagged],
        weights @ film_recalls(scores, truth, cut)[tagged],
    )


def interval(values: np.ndarray) -> Interval:
    """The figure and its interval, of (1 + draws,) values of which the first is that of the films as they are.

    Subtract two taggers' values first for the interval of their difference. nan draws are left out.
    """
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, PERCENTILES) if len(drawn) else (np.nan, np.nan)
    return Interval(float(values[0]), float(low), float(high))


def drawn_copies(count: int, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """How often each of ``count`` films is drawn: (1 + draws, count) int; the first row has each once."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / max(count, 1)), draws)
    return np.concatenate([np.ones((1, count), int), drawn])


def average_precision(scores: np.ndarray, truth: np.ndarray, copies: np.ndarray | None = None) -> np.ndarray:
    """The expected average precision when equal scores are put in random order (McSherry and Najork 2008).

    Args:
        scores: (n,).
        truth: (n,) bool.
        copies: (d, n) int: how often each item stands in the list; once each if not said.

    Returns:
        (d,); nan where nothing is right.
    """
    copies = np.ones((1, len(scores))) if copies is None else np.asarray(copies, float)  # floats multiply faster
    _, group = np.unique(-np.asarray(scores, float), return_inverse=True)
    members = np.equal.outer(group, np.arange(group.max(initial=-1) + 1)).astype(float)
    sizes, right = copies @ members, (copies * np.asarray(truth, bool)) @ members
    sums = _precision_sums(sizes, right, sizes.cumsum(axis=1) - sizes, right.cumsum(axis=1) - right)
    return _shares(sums.sum(axis=1), right.sum(axis=1))


def film_precisions(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The expected average precision of each film's ranking of tags: (n,) for (n, m); nan for a film without a tag."""
    truth = np.asarray(truth, bool)
    above, equal = _standing(scores)
    sizes, higher = equal.sum(axis=2), above.sum(axis=2)
    right, right_higher = ((standing * truth[:, None, :]).sum(axis=2) for standing in (equal, above))
    own = _precision_sums(sizes, right, higher, right_higher) / sizes  # of each tag, as its group's mean
    return _shares(own.sum(axis=1), truth.sum(axis=1))


def film_recalls(scores: np.ndarray, truth: np.ndarray, cut: int = CUT) -> np.ndarray:
    """The share of each film's tags among its ``cut`` highest scores: (n,) for (n, m); nan for a film without a tag.

    Of equal scores at the border, those that have a place count by their chance to get it.
    """
    truth = np.asarray(truth, bool)
    above, equal = _standing(scores)
    chance = np.clip((cut - above.sum(axis=2)) / equal.sum(axis=2), 0, 1)
    return _shares((chance * truth).sum(axis=1), truth.sum(axis=1))


def _standing(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each film (n), tag (m) and other tag (m): whether the other stands higher, and whether equal (itself does)."""
    scores = np.asarray(scores, float)
    return scores[:, None, :] > scores[:, :, None], scores[:, None, :] == scores[:, :, None]


def _precision_sums(sizes: np.ndarray, right: np.ndarray, above: np.ndarray, right_above: np.ndarray) -> np.ndarray:
    """What the right answers of groups of equal scores add to average precision, on average over random orders.

    Of t items with r right answers, below N items with R right answers, the one in place j is right with probability
    r / t, and then (j - 1)(r - 1)/(t - 1) of those before it in the group are. The sum over j of
    r/t (R + 1 + (j - 1)(r - 1)/(t - 1)) / (N + j) has a closed form in harmonic numbers. All arrays of one shape.
    """
    last = (above + sizes).astype(int)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, last.max(initial=0) + 1))])
    inverse = harmonic[last] - harmonic[above.astype(int)]  # the sum of 1 / (N + j)
    others = (right - 1) / np.maximum(sizes - 1, 1)
    mean = (right_above + 1) * inverse + others * (sizes - (above + 1) * inverse)
    sums: np.ndarray = right / np.maximum(sizes, 1) * mean
    return sums


def _shares(values: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """What part of the totals the values are: (n,) for (n,) and (n,); nan where there is nothing to share."""
    out: np.ndarray = np.full(len(values), np.nan)
    np.divide(values, totals, out=out, where=totals > 0)
    return out


def _row_means(values: np.ndarray) -> np.ndarray:
    """Means over what is a number: (d,) for (d, m); nan for a row without any."""
    known = np.isfinite(values)
    return _shares(np.where(known, values, 0).sum(axis=1), known.sum(axis=1))


def _checked(scores: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores, truth = np.asarray(scores, float), np.asarray(truth, bool)
    if scores.ndim != 2 or scores.shape != truth.shape:
        raise ValueError(f"scores of shape {scores.shape} for tags of shape {truth.shape}")
    if not truth.any():
        raise ValueError("no film has a tag")
    if np.isnan(scores).any():
        raise ValueError("a score is not a number")
    return scores, truth
