"""Pictures found by sentences and sentences by pictures: ranks and recalls (Hodosh et al. 2013; VSE's evaluation)."""

from dataclasses import dataclass

import numpy as np

CUTS = (1, 5, 10)


@dataclass(frozen=True, eq=False)
class Recalls:
    """One direction of search. ``ranks`` (queries,) int: how many wrong answers stand before the right one (from 0)."""

    ranks: np.ndarray

    def recall(self, cut: int) -> float:
        """The share of queries whose answer is among the first ``cut``, in per cent."""
        return 100 * float(np.mean(self.ranks < cut))

    @property
    def recalls(self) -> tuple[float, ...]:
        """R@1, R@5 and R@10 in per cent."""
        return tuple(self.recall(cut) for cut in CUTS)

    @property
    def median_rank(self) -> int:
        """The median rank counted from 1: floor(median) + 1 of ranks from 0."""
        return int(np.floor(np.median(self.ranks))) + 1


@dataclass(frozen=True, eq=False)
class Retrieval:
    """Both directions. The rank of a picture as query is that of the best of its sentences."""

    image_to_text: Recalls
    text_to_image: Recalls

    @property
    def rsum(self) -> float:
        """The sum of the six recalls, by which VSE++ picks its models: 0 to 600."""
        return sum(self.image_to_text.recalls) + sum(self.text_to_image.recalls)

    @property
    def line(self) -> str:
        """The six recalls and their sum, for people."""
        ways = (self.image_to_text, self.text_to_image)
        return " | ".join(" ".join(f"{value:.1f}" for value in way.recalls) for way in ways) + f", sum {self.rsum:.1f}"


def measure_retrieval(scores: np.ndarray, picture_of: np.ndarray) -> Retrieval:
    """Ranks of the right answers; a wrong answer with the same score stands before the right one.

    Args:
        scores: (n, m) of n pictures and m sentences, higher is better.
        picture_of: (m,) int: for each sentence the row of its picture. A picture without a sentence is no query, but
            stands among the answers.

    Raises:
        ValueError: the shapes do not fit, there is no sentence, or a score is not a number.
    """
    scores, picture_of = np.asarray(scores), np.asarray(picture_of, int)
    _check(scores, picture_of)
    own = scores[picture_of, np.arange(len(picture_of))]
    before_picture = (scores >= own).sum(axis=0) - 1  # without itself
    best = np.full(len(scores), -np.inf)
    np.maximum.at(best, picture_of, own)
    queries = np.unique(picture_of)
    as_good = np.bincount(picture_of, weights=own >= best[picture_of], minlength=len(scores))
    before_sentence = (scores[queries] >= best[queries, None]).sum(axis=1) - as_good[queries].astype(int)
    return Retrieval(Recalls(before_sentence), Recalls(before_picture))


def _check(scores: np.ndarray, picture_of: np.ndarray) -> None:
    if scores.ndim != 2 or picture_of.shape != scores.shape[1:]:
        raise ValueError(f"scores of shape {scores.shape} for {picture_of.shape} sentences")
    if not len(picture_of):
        raise ValueError("there is no sentence")
    if picture_of.min() < 0 or picture_of.max() >= len(scores):
        raise ValueError("a sentence belongs to a picture that has no scores")
    if np.isnan(scores).any():
        raise ValueError("a score is not a number")
