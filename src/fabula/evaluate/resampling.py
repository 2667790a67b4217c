"""Intervals for a single film: its stretches are drawn with replacement, because neighbouring cues err together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from fabula.evaluate.correspondences import NEAR_CUES, Correspondence, Prediction, hits
from fabula.evaluate.statistics import PERCENTILES

STRETCH = 40  # cues, two to four minutes: about a scene
DRAWS = 1000


class Stretches:
    """The counts of each stretch, from which average precision and F1 follow for any number of copies of each.

    A correspondence belongs to the stretch of its first cue, and is found by the best prediction that hits it,
    wherever that one stands.
    """

    def __init__(
        self, truth: Sequence[Correspondence], without: Collection[int], predictions: Sequence[Prediction]
    ) -> None:
        told = {cue for row in truth for cue in range(row.first_cue, row.last_cue + 1)}
        scored = [p for p in predictions if p.cue in told or p.cue in without]
        self.count = max([*told, *without, 1]) // STRETCH + 1
        order = {score: k for k, score in enumerate(sorted({p.score for p in scored}, reverse=True))}
        self.good, self.total, self.new = (np.zeros((self.count, len(order) + 1)) for _ in range(3))
        first: defaultdict[int, int] = defaultdict(lambda: len(order))
        for p in scored:
            found = hits(truth, p, NEAR_CUES)
            self.total[p.cue // STRETCH, order[p.score]] += 1
            self.good[p.cue // STRETCH, order[p.score]] += bool(found)
            for k in found:
                first[k] = min(first[k], order[p.score])
        for k, row in enumerate(truth):  # the last column is for those that nothing finds
            self.new[row.first_cue // STRETCH, first[k]] += 1
        decided = [p for p in scored if p.aligned]
        self.decided = self._counted(p.cue for p in decided)
        self.right = self._counted(p.cue for p in decided if p.cue in told and hits(truth, p, 0))
        self.told = self._counted(told)

    def _counted(self, cues: Iterable[int]) -> np.ndarray:
        return np.bincount([cue // STRETCH for cue in cues], minlength=self.count).astype(float)

    def average_precision(self, copies: np.ndarray) -> np.ndarray:
        """(d,) for copies (d, stretches)."""
        good, total = (copies @ counts[:, :-1] for counts in (self.good, self.total))
        precision = good.cumsum(axis=1) / np.maximum(total.cumsum(axis=1), 1)
        found = copies @ self.new
        area: np.ndarray = (found[:, :-1] * precision).sum(axis=1) / np.maximum(found.sum(axis=1), 1)
        return area

    def f1(self, copies: np.ndarray) -> np.ndarray:
        """(d,) for copies (d, stretches): twice the right decisions over decisions and cues that tell something."""
        both = np.maximum(copies @ self.decided + copies @ self.told, 1)
        f1: np.ndarray = 2 * (copies @ self.right) / both
        return f1

    def intervals(self, seed: int = 0) -> tuple[tuple[float, float], tuple[float, float]]:
        """95 % percentile intervals of average precision and of F1, over stretches drawn with replacement."""
        rng = np.random.default_rng(seed)
        copies = rng.multinomial(self.count, np.full(self.count, 1 / self.count), DRAWS).astype(float)
        ap = np.percentile(self.average_precision(copies), PERCENTILES)
        f1 = np.percentile(self.f1(copies), PERCENTILES)
        return (float(ap[0]), float(ap[1])), (float(f1[0]), float(f1[1]))
