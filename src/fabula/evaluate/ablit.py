"""The AbLit benchmark: which sentences of a novel an abridgement kept (Roemmele et al. 2023).

The measures are those of the data's own scorer: precision, recall and F1 of sentence pairs over all chapters, and of
the original sentences that were dropped. Intervals are over chapters, since errors in a chapter come together.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabula.evaluate.statistics import bootstrap_interval
from fabula.files.ablit import AbridgedChapter, Links


def count_links(chapter: AbridgedChapter, links: Links) -> np.ndarray:
    """What the scores are made of, in one chapter.

    Returns:
        (6,) int: sentence pairs right, said and true; originals rightly said to be dropped, said to be, and truly.
    """
    said, true = pair_set(links), pair_set(chapter.links)
    originals = set(range(len(chapter.original)))
    # A chapter without any answer says nothing about dropped sentences either, as the data's scorer has it.
    said_dropped = originals - {b for _, b in said} if links else set()
    dropped = originals - {b for _, b in true}
    both = len(said & true), len(said_dropped & dropped)
    return np.array([both[0], len(said), len(true), both[1], len(said_dropped), len(dropped)])


def pair_set(links: Links) -> set[tuple[int, int]]:
    """Every (abridged, original) pair of sentences in the links: a link of m and n has m * n."""
    return {(x, y) for a, b in links for x in a for y in b}


def f1(right: float, said: float, true: float) -> float:
    """The harmonic mean of right / said and right / true; 0 where nothing is right."""
    return float(2 * right / max(said + true, 1))


@dataclass(frozen=True, slots=True)
class AblitScore:
    """One method on the chapters: shares, the 95 % interval of F1 over chapters, and seconds of computing.

    ``seconds`` is all of it but the loading of models; ``embedding`` is the part of it that made vectors of sentences.
    """

    method: str
    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float
    dropped_precision: float
    dropped_recall: float
    dropped_f1: float
    seconds: float
    embedding: float
    chapters: int


def score_links(
    method: str, chapters: Sequence[AbridgedChapter], found: Sequence[Links], seconds: float, embedding: float = 0.0
) -> AblitScore:
    """Score a method's links, one list for each chapter.

    Raises:
        ValueError: there are no chapters, or not one list for each.
    """
    rows = np.array([count_links(c, links) for c, links in zip(chapters, found, strict=True)])
    low, high = bootstrap_interval(rows, lambda drawn: f1(*drawn[:, :3].sum(axis=0)))
    right, said, true, dropped, told, gone = (int(v) for v in rows.sum(axis=0))
    return AblitScore(
        method,
        right / max(said, 1),
        right / max(true, 1),
        f1(right, said, true),
        low,
        high,
        dropped / max(told, 1),
        dropped / max(gone, 1),
        f1(dropped, told, gone),
        seconds,
        embedding,
        len(rows),
    )


def predictions(chapters: Sequence[AbridgedChapter], found: Sequence[Links]) -> str:
    """The links in the format of the data's scorer: a JSON object for each chapter, one a line."""
    lines = [
        json.dumps({"book": c.book, "chapter": c.number, "links": links})
        for c, links in zip(chapters, found, strict=True)
    ]
    return "".join(line + "\n" for line in lines)
