"""What sources of directions count, learned from texts that the directions did not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabula.storyline.words import Reading

PRIOR_FILMS = 10.0  # of the catalogue, that a genre's share among trailers is smoothed with
PULL = 3e-3  # to equal weights and no shift: where every text is right the likeliest weights would be infinite
_DOUBTS = (-3.0, 5.0)  # logarithms of stretches


@dataclass(frozen=True, eq=False)
class _Examples:
    """Whole texts first, then each of their stretches alone; a text's halves of the weight are its and theirs.

    Args:
        leanings: (e, c, m) of each, the mean of its stretches.
        counts: (e,) stretches.
        owners: (e,) of which text.
        shares: (e,) of all weight, which is 1.
    """

    leanings: np.ndarray
    counts: np.ndarray
    owners: np.ndarray
    shares: np.ndarray

    def odds(self, offsets: np.ndarray, weights: np.ndarray, shift: float, doubt: float) -> np.ndarray:
        """(e, m) log odds, as ``TextTagger.probabilities`` has them."""
        trust = self.counts / (self.counts + doubt)
        out: np.ndarray = offsets + trust[:, None] * (np.einsum("ecm,c->em", self.leanings, weights) + shift)
        return out


def _examples(leanings: Sequence[np.ndarray]) -> _Examples:
    counts, texts = np.array([len(part) for part in leanings]), np.arange(len(leanings))
    alone = np.repeat(texts, counts)
    shares = np.concatenate([np.ones(len(texts)), 1 / counts[alone]]) / (2 * len(texts))
    values = np.concatenate([np.stack([part.mean(axis=0) for part in leanings]), *leanings])
    return _Examples(values, np.concatenate([counts, np.ones(len(alone))]), np.concatenate([texts, alone]), shares)


def learn_reading(
    leanings: Sequence[np.ndarray], truth: np.ndarray, told: np.ndarray, mean: np.ndarray, base: np.ndarray
) -> tuple[Reading, np.ndarray]:
    """The weights, shift and doubt that make the genres of whole texts, and of their stretches alone, likeliest.

    Args:
        leanings: (w, c, m) of the stretches of each text, by directions that did not see it.
        truth: (n, m) bool.
        told: (m,) bool: the genres that these texts say anything about.
        mean: (d,) of their vectors.
        base: (m,) log odds of the genres in the catalogue.

    Returns:
        The reading, and the log odds (n, m) that it gives to the texts.
    """
    from scipy.optimize import minimize  # late: it takes long to import

    examples, texts = _examples(leanings), len(leanings)
    films = truth.sum(axis=0) + PRIOR_FILMS / (1 + np.exp(-base))
    offsets = np.log(films / (texts + PRIOR_FILMS - films))
    scale = np.maximum(examples.leanings[:texts][:, :, told].std(axis=(0, 2)), 1e-9)
    sign = np.where(truth[examples.owners], 1.0, -1.0)

    def odds(found: np.ndarray) -> np.ndarray:
        return examples.odds(offsets, found[:-2] / scale, found[-1], float(np.exp(found[-2])))

    def loss(found: np.ndarray) -> float:
        lost = np.logaddexp(0, -sign * odds(found))[:, told].sum(axis=1)
        return float(examples.shares @ lost + PULL * np.square(found - start).sum())

    start = np.array([*np.full(len(scale), 0.5), 0.0, 0.0])
    bounds = [(0.0, None)] * len(scale) + [_DOUBTS, (None, None)]
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    doubt, shift = float(np.exp(best[-2])), float(best[-1])
    return Reading(mean.astype(np.float32), best[:-2] / scale, shift, doubt, offsets), odds(best)[:texts]
