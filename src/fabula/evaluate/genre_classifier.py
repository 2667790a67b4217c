"""Which genre does a passage read like? A reader who learned from novels that no writer has seen.

A plain one, on purpose: words and pairs of words, weighted by tf-idf, and multinomial logistic regression. It shares
nothing with the sentence vectors that stories are written from, so it cannot be fooled by what steers them. Names would
give a novel away and not a genre: take them out with ``stories.names``; their mark is not read.
"""

import functools
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from fabula.align.words import tokenise
from fabula.files.novels import Novel
from fabula.stories.cutting import cut_paragraph
from fabula.stories.names import NAME

BUCKETS = 1 << 17  # for words and pairs; where two share one, it hardly matters (Weinberger et al. 2009)
PENALTY = 1e-4  # of the squared weights, against a mean loss; hardly matters between 1e-5 and 1e-3
STEPS = 200
SHORTEST, LONGEST = 40, 120  # words of a passage
MOST = 200  # passages of a novel, so that no long one is all that a genre is

Rewrite = Callable[[Sequence[str]], Sequence[str]]
"""Paragraphs of a novel -> the same paragraphs as they shall be read: ``stories.names.without_names``, say."""


@dataclass(frozen=True)
class Sample:
    """Passages, and the genre of each."""

    passages: tuple[str, ...]
    genres: tuple[str, ...]


@dataclass(frozen=True)
class Confusion:
    """How often each genre (row) was taken for each (column): ``counts`` (k, k)."""

    genres: tuple[str, ...]
    counts: np.ndarray

    @property
    def accuracy(self) -> float:
        """The share of right answers, each genre counting alike, so that chance is 1 / k."""
        recalls = self.recalls
        return float(np.nanmean(recalls)) if np.isfinite(recalls).any() else float("nan")

    @property
    def recalls(self) -> np.ndarray:
        """The share of each genre's passages that were recognised: (k,), nan for a genre without any."""
        totals = self.counts.sum(axis=1)
        recalls: np.ndarray = np.full(len(totals), np.nan)
        np.divide(np.diag(self.counts), totals, out=recalls, where=totals > 0)
        return recalls


class GenreClassifier:
    """Tells genres apart. Made by ``learn_genres``.

    Args:
        genres: the names of the columns.
        rarity: (BUCKETS,) weight of each feature.
        weights: (BUCKETS, k). There are no offsets: a text that says nothing is of each genre alike.
    """

    def __init__(self, genres: tuple[str, ...], rarity: np.ndarray, weights: np.ndarray) -> None:
        self.genres, self._rarity, self._weights = genres, rarity, weights

    def classify(self, texts: Sequence[str]) -> np.ndarray:
        """The probabilities of each text's genres, which are equally likely beforehand: (n, k)."""
        from scipy.special import softmax  # late: it takes long to import

        rows = _weighted(_counts(texts), self._rarity)
        chances: np.ndarray = softmax(rows @ self._weights, axis=1)
        return chances


def learn_genres(passages: Sequence[str], genres: Sequence[str]) -> GenreClassifier:
    """Learn to tell genres apart; each counts alike, however many passages it has. Nothing is random.

    Args:
        passages: some thousands.
        genres: of each passage.

    Raises:
        ValueError: the lengths differ, or there are fewer than two genres.
    """
    names = tuple(sorted(set(genres)))
    if len(names) < 2 or len(passages) != len(genres):
        raise ValueError(f"{len(passages)} passages of {len(genres)} genres, {len(names)} different ones: needs two")
    truth = np.searchsorted(names, genres)
    counts = _counts(passages)
    rarity = np.log((1 + len(passages)) / (1 + np.bincount(counts.indices, minlength=BUCKETS)))
    weights = _fit(_weighted(counts, rarity), truth, len(names))
    return GenreClassifier(names, rarity, weights)


def measure_genres(classifier: GenreClassifier, sample: Sample) -> Confusion:
    """What the classifier takes passages for; they must be of novels that it did not learn from.

    Raises:
        ValueError: a passage has a genre that the classifier does not know.
    """
    unknown = set(sample.genres) - set(classifier.genres)
    if unknown:
        raise ValueError(f"the classifier does not know {', '.join(sorted(unknown))}")
    size = len(classifier.genres)
    truth = np.searchsorted(classifier.genres, sample.genres)
    taken = classifier.classify(sample.passages).argmax(axis=1)
    counts = np.bincount(truth * size + taken, minlength=size * size).reshape(size, size)
    return Confusion(classifier.genres, counts)


def sample_passages(novels: Iterable[Novel], rewrite: Rewrite | None = None, most: int = MOST) -> Sample:
    """The passages of 40 to 120 words of novels, spread evenly over each.

    Args:
        novels: with their genres.
        rewrite: what is done to the paragraphs of each novel first.
        most: passages of one novel.
    """
    passages: list[str] = []
    genres: list[str] = []
    for novel in novels:
        paragraphs = rewrite(novel.paragraphs) if rewrite else novel.paragraphs
        long = [p[s.char_start : s.char_end] for p in paragraphs for s in cut_paragraph(p, SHORTEST, LONGEST)]
        chosen = np.unique(np.linspace(0, len(long) - 1, min(most, len(long))).round().astype(int))
        passages += [long[k] for k in chosen]
        genres += [novel.genre] * len(chosen)
    return Sample(tuple(passages), tuple(genres))


def split_novels(novels: Iterable[Novel], share: float = 0.5) -> tuple[tuple[Novel, ...], tuple[Novel, ...]]:
    """Novels to learn from, and to measure with: each genre divided, no author on both sides.

    An author is recognised more easily than a genre; authors are told apart by surname. Nothing is random: they are
    taken in an order that says nothing about them, each to the side that lacks novels of the genre.

    Args:
        novels: with their genres.
        share: of the novels that the first side has, nearly.
    """
    authors: dict[str, list[Novel]] = defaultdict(list)
    for novel in novels:
        authors[_surname(novel)].append(novel)
    sides: tuple[list[Novel], list[Novel]] = ([], [])
    seen, taken = Counter[str](), Counter[str]()
    for author in sorted(authors, key=lambda name: (zlib.crc32(name.encode()), name)):
        genre, count = authors[author][0].genre, len(authors[author])
        first = taken[genre] <= share * seen[genre]
        seen[genre] += count
        taken[genre] += first * count
        sides[not first].extend(authors[author])
    return tuple(sides[0]), tuple(sides[1])


def _surname(novel: Novel) -> str:
    """Wells, whether the novel says "Wells, H. G." or "H. G. Wells"; the title, if it does not say."""
    last, comma, _ = novel.author.partition(",")
    return (last if comma else last.split()[-1]).lower() if last.strip() else novel.title


@functools.lru_cache(maxsize=1 << 20)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _features(text: str) -> list[int]:
    """The buckets of a text's words and pairs of words."""
    words = [_hash(word) for word in tokenise(text.replace(NAME, " "))]
    pairs = [(first * 31 + second) * 2654435761 >> 7 for first, second in pairwise(words)]
    return [feature % BUCKETS for feature in words + pairs]


def _counts(texts: Iterable[str]) -> Any:
    """How often each text has each feature: a sparse matrix (n, BUCKETS)."""
    from scipy.sparse import csr_matrix  # late: it takes long to import

    found = [np.unique(np.array(_features(text), np.int64), return_counts=True) for text in texts]
    ends = np.cumsum([0, *(len(features) for features, _ in found)])
    columns = np.concatenate([np.zeros(0, np.int64), *(features for features, _ in found)])
    values = np.concatenate([np.zeros(0), *(counts for _, counts in found)])
    return csr_matrix((values, columns, ends), shape=(len(found), BUCKETS))


def _weighted(counts: Any, rarity: np.ndarray) -> Any:
    """tf-idf with the logarithm of the counts, each row of unit length (Salton and Buckley 1988)."""
    rows = counts.copy()
    rows.data = (1 + np.log(rows.data)) * rarity[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(rows.indptr))
    return rows


def _fit(rows: Any, truth: np.ndarray, size: int) -> np.ndarray:
    """Multinomial logistic regression with a penalty on the squared weights, by L-BFGS: (BUCKETS, k)."""
    from scipy.optimize import minimize  # late: they take long to import
    from scipy.special import log_softmax

    shares = (1 / (size * np.bincount(truth, minlength=size)))[truth]
    wanted = np.eye(size)[truth]
    used = np.unique(rows.indices)
    rows = rows[:, used]
    columns = rows.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, size)
        logs = log_softmax(rows @ weights, axis=1)
        slope = columns @ (shares[:, None] * (np.exp(logs) - wanted)) + PENALTY * weights
        value = -(shares * logs[np.arange(len(truth)), truth]).sum() + PENALTY / 2 * (weights**2).sum()
        return float(value), slope.ravel()

    best = minimize(loss, np.zeros(len(used) * size), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    weights = np.zeros((BUCKETS, size))
    weights[used] = best.reshape(-1, size)
    return weights
