"""Finding the order of shuffled sentences, and the vector of a next sentence, by small models on given vectors.

They are the same for every encoder: what differs is what its vectors tell.
"""

import itertools
from dataclasses import dataclass

import numpy as np

RIDGES = (1e-5, 1e-4, 1e-3)
MAP_RIDGES = (0.01, 0.1, 1.0, 10.0)
LEARNING = 0.8  # share of what is given that is learned from; the rest chooses the penalty
ITERATIONS = 80


@dataclass(frozen=True, eq=False)
class OrderScorer:
    """Log odds that sentence v comes right after u: a linear function of [u * v; u; v].

    Args:
        weights: (3, d) of the three.
        offset: added.
    """

    weights: np.ndarray
    offset: float

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """(n, k, d) of n times k sentences -> (n, k, k): [i, j] that j comes right after i."""
        both, first, second = self.weights
        together: np.ndarray = (vectors * both) @ vectors.transpose(0, 2, 1)
        together += (vectors @ first)[:, :, None] + (vectors @ second)[:, None, :] + self.offset
        return together

    def orders(self, vectors: np.ndarray) -> np.ndarray:
        """(n, k): the sentences in the order whose neighbours have the highest log odds, of all k! orders."""
        scores = self.scores(vectors)
        every = np.array(list(itertools.permutations(range(vectors.shape[1]))))
        sums = sum(scores[:, every[:, k], every[:, k + 1]] for k in range(every.shape[1] - 1))
        best: np.ndarray = every[np.argmax(sums, axis=1)]
        return best


def order_agreement(orders: np.ndarray) -> np.ndarray:
    """Kendall's tau of each order (n, k) with the true one, 0 to k - 1: (n,) from -1 to 1."""
    first, second = np.triu_indices(orders.shape[1], 1)
    agreement: np.ndarray = np.sign(orders[:, second] - orders[:, first]).mean(axis=1)
    return agreement


def learn_order(vectors: np.ndarray, seed: int = 0) -> OrderScorer:
    """Learn from stretches in their true order (n, k, d), with the penalty whose orders of a fifth of them are best.

    The stretches are shuffled before anything is asked of them: an order that is no better than another must not be
    the true one.
    """
    scaled = vectors * np.sqrt(vectors.shape[2])  # values of unit vectors are small, and the penalty counts them
    cut = max(int(LEARNING * len(scaled)), 1)
    fitted = [_fit(scaled[:cut], ridge) for ridge in RIDGES]
    best = max(fitted, key=lambda scorer: float(order_agreement(found_orders(scorer, scaled[cut:], seed)).mean()))
    scale = np.sqrt(vectors.shape[2]) ** np.array([2, 1, 1])[:, None]
    return OrderScorer(best.weights * scale, best.offset)


def found_orders(scorer: OrderScorer, vectors: np.ndarray, seed: int = 0) -> np.ndarray:
    """(n, k): the order that is found for stretches (n, k, d) that are shuffled first, as numbers of the true one."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(np.arange(vectors.shape[1]), (len(vectors), 1)), axis=1)
    orders = scorer.orders(np.take_along_axis(vectors, shuffled[:, :, None], axis=1))
    return np.take_along_axis(shuffled, orders, axis=1)


def _fit(vectors: np.ndarray, ridge: float) -> OrderScorer:
    """Logistic regression on all pairs of different sentences of each stretch."""
    from scipy.optimize import minimize  # late: it takes long to import

    _, k, d = vectors.shape
    right, asked = np.eye(k, k=1), 1 - np.eye(k)
    count = len(vectors) * asked.sum()

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        scorer = OrderScorer(values[:-1].reshape(3, d), float(values[-1]))
        scores = scorer.scores(vectors)
        error = (1 / (1 + np.exp(-np.clip(scores, -60, 60))) - right) * asked / count
        slope = np.stack(
            [
                np.einsum("nid,nid->d", error @ vectors, vectors),
                np.einsum("ni,nid->d", error.sum(2), vectors),
                np.einsum("nj,njd->d", error.sum(1), vectors),
            ]
        )
        cost = ((np.logaddexp(0, scores) - right * scores) * asked).sum() / count
        penalty = ridge * np.square(scorer.weights).sum() / 2
        return float(cost + penalty), np.append((slope + ridge * scorer.weights).ravel(), error.sum())

    found = minimize(loss, np.zeros(3 * d + 1), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}).x
    return OrderScorer(found[:-1].reshape(3, d), float(found[-1]))


@dataclass(frozen=True, eq=False)
class NextMap:
    """From a sentence's vector to the next one's: y - after = (x - before) matrix."""

    before: np.ndarray
    after: np.ndarray
    matrix: np.ndarray

    def scores(self, sentences: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """(n, d) and (m, d) -> (n, m): the cosine of what is expected to follow with what might."""
        cosines: np.ndarray = _unit((sentences - self.before) @ self.matrix) @ _unit(candidates - self.after).T
        return cosines


def learn_next(sentences: np.ndarray, following: np.ndarray) -> NextMap:
    """Ridge regression; the penalty with which a fifth of the pairs find each other best (mean rank) is taken.

    Args:
        sentences: (n, d).
        following: (n, d) the next ones.
    """
    cut = max(int(LEARNING * len(sentences)), 1)
    before, after = sentences[:cut].mean(0), following[:cut].mean(0)
    x, y = sentences[:cut] - before, following[:cut] - after
    square, product = (x.T @ x).astype(float), (x.T @ y).astype(float)
    size = np.trace(square) / len(square) + 1e-12
    maps = [
        NextMap(before, after, np.linalg.solve(square + ridge * size * np.eye(len(square)), product))
        for ridge in MAP_RIDGES
    ]

    def mean_rank(candidate: NextMap) -> float:
        scores = candidate.scores(sentences[cut:], following[cut:])
        return float((scores >= np.diag(scores)[:, None]).sum(1).mean())

    return min(maps, key=mean_rank)


def _unit(vectors: np.ndarray) -> np.ndarray:
    length: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = vectors / np.maximum(length, 1e-12)
    return unit
