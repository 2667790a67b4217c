"""Learning what a probability is worth: Platt scaling, and the threshold of the best expected F1."""

from collections.abc import Sequence

import numpy as np

from fabula.align.chain import NEAR, Calibration
from fabula.align.model import Answer

PULL = 1e-4  # towards no change: where every answer was right the likeliest curve would be infinitely steep


def outcomes(answer: Answer, truth: Sequence[Sequence[int] | None], near: int = NEAR) -> np.ndarray:
    """Whether each unit's likeliest text is right, give or take ``near`` texts: (n,) bool; not if it is unknown."""
    hits = (any(abs(p - q) <= near for q in told or ()) for p, told in zip(answer.places.tolist(), truth, strict=True))
    return np.fromiter(hits, bool, len(truth))


def learn_calibration(probabilities: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None) -> Calibration:
    """The logistic curve over log-odds that makes the outcomes likeliest (Platt 1999).

    Args:
        probabilities: (n,) of the chain, not calibrated.
        right: (n,) bool.
        weights: (n,) of the examples; all alike otherwise.
    """
    from scipy.optimize import minimize  # late: it takes long to import

    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    odds, sign = np.log(p / (1 - p)), np.where(right, 1.0, -1.0)
    share = np.full(len(right), 1 / len(right)) if weights is None else weights / weights.sum()

    def loss(values: np.ndarray) -> float:
        surprise = (share * np.logaddexp(0, -sign * (values[0] * odds + values[1]))).sum()
        return float(surprise + PULL * ((values[0] - 1) ** 2 + values[1] ** 2))

    slope, offset = minimize(loss, [1.0, 0.0], method="Nelder-Mead").x
    return Calibration(round(float(slope), 4), round(float(offset), 4))


def best_threshold(
    probabilities: np.ndarray, right: np.ndarray, tells: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """The probability from which on to accept, so that F1 of right decisions is greatest.

    Args:
        probabilities: (n,) calibrated.
        right: (n,) bool, whether the place is right.
        tells: (n,) bool, whether the unit tells anything.
        weights: (n,) of the units; all alike otherwise.
    """
    share = np.ones(len(right)) if weights is None else weights
    order = np.argsort(-probabilities)
    hits, said = np.cumsum((right * share)[order]), np.cumsum(share[order])
    f1 = 2 * hits / (said + (tells * share).sum())
    return round(float(probabilities[order][int(f1.argmax())]), 3)
