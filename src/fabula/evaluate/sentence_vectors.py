"""Which sentence encoder to take: finding the next sentence, the order of sentences, and captions of one picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fabula.evaluate.sentence_items import SentenceItems
from fabula.evaluate.sentence_order import found_orders, learn_next, learn_order, order_agreement
from fabula.evaluate.statistics import bootstrap_interval
from fabula.metrics.retrieval import Recalls, measure_retrieval


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of an encoder with its 95 % interval (novels, or pictures, are drawn with replacement).

    ``method`` is "cosine" (the vectors as they are) or "learned" (a small model of them, from other novels);
    ``chance`` is what vectors without meaning would have.
    """

    encoder: str
    task: str
    method: str
    measure: str
    value: float
    low: float
    high: float
    chance: float


def measure_vectors(encoder: str, items: SentenceItems, vectors: np.ndarray, seed: int = 0) -> list[Figure]:
    """All tasks for one encoder.

    Args:
        encoder: its name.
        items: what is asked.
        vectors: (n, d) of the items' texts.
        seed: of the shuffles.
    """
    found = [*_next_sentences(items, vectors), *_orders(items, vectors, seed)]
    if len(items.captions):
        first, second = vectors[items.captions[:, 0]], vectors[items.captions[:, 1]]
        found += _retrieval("captions", "cosine", first @ second.T, np.arange(len(first)))
    return [Figure(encoder, *row) for row in found]


Row = tuple[str, str, str, float, float, float, float]


def _next_sentences(items: SentenceItems, vectors: np.ndarray) -> Iterator[Row]:
    """Is the next sentence nearer than another of the same novel, and which among all does it come as?"""
    now, following, others = (vectors[items.pairs[:, k]] for k in range(3))
    learned = learn_next(vectors[items.learned_pairs[:, 0]], vectors[items.learned_pairs[:, 1]])
    for method, score in (("cosine", lambda a, b: a @ b.T), ("learned", learned.scores)):
        scores, wrong = score(now, following), np.diag(score(now, others))
        right = np.diag(scores)
        better = (right > wrong) + 0.5 * (right == wrong)
        yield _row("next sentence", method, "accuracy", better, items.pair_novels, np.mean, 0.5)
        yield from _retrieval("neighbours", method, scores, items.pair_novels)


def _orders(items: SentenceItems, vectors: np.ndarray, seed: int) -> Iterator[Row]:
    """Of five shuffled sentences."""
    scorer = learn_order(vectors[items.learned_stretches], seed)
    agreement = order_agreement(found_orders(scorer, vectors[items.stretches], seed + 1))
    yield _row("order of five", "learned", "tau", agreement, items.stretch_novels, np.mean, 0.0)


def _retrieval(task: str, method: str, scores: np.ndarray, blocks: np.ndarray) -> Iterator[Row]:
    """Of the answer on the diagonal: recalls in per cent and the median rank, counted from 1; ties count against us."""
    found = measure_retrieval(scores, np.arange(len(scores))).image_to_text
    for cut in (1, 10):

        def recall(ranks: np.ndarray, cut: int = cut) -> float:
            return Recalls(ranks).recall(cut)

        yield _row(task, method, f"R@{cut}", found.ranks, blocks, recall, 100 * cut / len(scores))
    middle = (len(scores) + 1) / 2
    yield _row(task, method, "median rank", found.ranks, blocks, lambda ranks: Recalls(ranks).median_rank, middle)


def _row(
    task: str,
    method: str,
    measure: str,
    values: np.ndarray,
    blocks: np.ndarray,
    statistic: Callable[[np.ndarray], float],
    chance: float,
) -> Row:
    """A figure with its interval; values (n,) of one block (n,) stay together, because they are not independent."""
    groups = [values[blocks == block] for block in np.unique(blocks)]

    def drawn(rows: np.ndarray) -> float:
        return float(statistic(np.concatenate([groups[k] for k in rows.tolist()])))

    low, high = bootstrap_interval(np.arange(len(groups)), drawn)
    return task, method, measure, round(float(statistic(values)), 4), round(low, 4), round(high, 4), round(chance, 4)
