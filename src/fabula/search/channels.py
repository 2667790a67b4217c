"""The channels: each gives the likeliest of its units with their probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.channels import unit_rows
from fabula.features import Encoder
from fabula.records import Medium
from fabula.search.evidence import EVIDENCE, FOUND, Evidence, probability
from fabula.search.query import Query
from fabula.search.units import Units
from fabula.search.words import WordIndex
from fabula.vision import Picture, Vision

ALIKE_AT, ALIKE = 0.5, 14.0
"""Two pictures show the same at even odds at this centred cosine; and by how many nats more for a cosine of 1 more."""
FEW = 20
"""Shots beside whose number the mean of all is trusted: that of three shots is no centre of what pictures share."""
SIGNS = (1, -1)

Part = tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]
"""How like each shot is to a part of the query (n,), and a function from likeness to probability."""


@dataclass(frozen=True)
class QueryVectors:
    """A query's texts in the space of sentences: what shall be there, and what shall not; each (d,), or None."""

    wanted: np.ndarray | None
    unwanted: np.ndarray | None = None


@dataclass(frozen=True)
class Found:
    """Units of a channel (k,), their probabilities (k,), and the rows (k,) of their best sentences or vectors."""

    units: np.ndarray
    probabilities: np.ndarray
    rows: np.ndarray


NOTHING = Found(np.zeros(0, np.intp), np.zeros(0), np.zeros(0, np.intp))


class Space:
    """Vectors to compare with, and what is known of them beforehand.

    Args:
        vectors: (n, d) float32, rows of unit length.
    """

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors
        self.mean = vectors.mean(axis=0)

    def likeness(self, wanted: np.ndarray, unwanted: np.ndarray | None) -> np.ndarray:
        """Cosine with what is wanted, less that with what is not as far as it exceeds its mean: (n,) float32.

        Up to a constant this is the product with the difference of both, so the order is that of vector arithmetic;
        the constant keeps a vector that has as much of the unwanted as most have at the cosine that it had.

        Args:
            wanted: (d,) of unit length.
            unwanted: the same, or None.
        """
        if unwanted is None:
            plain: np.ndarray = self.vectors @ wanted
            return plain
        level: np.ndarray = self.vectors @ (wanted - unwanted)
        level += float(self.mean @ unwanted)
        return level


def query_vectors(query: Query, encoder: Encoder) -> QueryVectors:
    """The query's texts as vectors; its pictures have none here."""
    wanted, unwanted = (summed(encoder.encode(texts)) if (texts := query.texts(s)) else None for s in SIGNS)
    return QueryVectors(wanted, unwanted)


def summed(vectors: np.ndarray) -> np.ndarray | None:
    """The sum of vectors (k, d), made of unit length: (d,); None without any."""
    return unit_rows(vectors.sum(axis=0, keepdims=True))[0].astype(np.float32) if len(vectors) else None


class TextChannel:
    """Sentences of cues, of a screenplay or of a book.

    Args:
        medium: which of them.
        units: what the sentences belong to.
        sentences: all of them, those of a unit together, units in order.
        starts: (units,) the place of each unit's first sentence.
        vectors: (sentences, d) float32, rows of unit length.
        evidence: how likeness becomes probability; learned for the built-in encoder.
    """

    def __init__(
        self,
        medium: Medium,
        units: Units,
        sentences: Sequence[str],
        starts: np.ndarray,
        vectors: np.ndarray,
        evidence: Evidence | None = None,
    ) -> None:
        self.medium, self.units, self.sentences, self.starts = medium, units, sentences, starts
        self.space = Space(vectors)
        self.words = WordIndex(sentences)
        self.evidence = evidence or EVIDENCE

    def likeness(self, query: Query, said: QueryVectors) -> tuple[np.ndarray, np.ndarray]:
        """Of every sentence: the cosine with the query, and the share of its words; each (sentences,) float32."""
        assert said.wanted is not None
        covered = self.words.covered(query.texts(1))
        if unwanted := query.texts(-1):
            covered = np.maximum(covered - self.words.covered(unwanted), 0)
        return self.space.likeness(said.wanted, said.unwanted), covered

    def find(self, query: Query, said: QueryVectors, mask: np.ndarray, count: int) -> Found:
        """The likeliest units, best first.

        Args:
            query: for its words.
            said: its vectors in the encoder's space.
            mask: (units,) which may be found.
            count: how many at most.
        """
        if said.wanted is None or not mask.any():
            return NOTHING
        odds = self.evidence.odds(*self.likeness(query, said))
        if query.exact:
            odds = self._only_exact(odds, query)
        best = np.where(mask, np.maximum.reduceat(odds, self.starts), -np.inf)
        chosen = top(best, count)
        return Found(chosen, probability(best[chosen]), self.best_rows(odds, chosen))

    def _only_exact(self, odds: np.ndarray, query: Query) -> np.ndarray:
        """What lacks the words in quotes is out; what has them is likelier for it."""
        have = np.ones(len(odds), bool)
        for run in query.exact:
            found = np.zeros(len(odds), bool)
            found[self.words.with_run(run)] = True
            have &= found
        return np.where(have, odds + FOUND, -np.inf)

    def best_rows(self, odds: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """The likeliest sentence of each of some units: (k,), from the odds of all sentences."""
        ends = np.append(self.starts[1:], len(odds))
        rows = [
            first + odds[first:last].argmax() for first, last in zip(self.starts[chosen], ends[chosen], strict=True)
        ]
        return np.array(rows, np.intp)


class PictureChannel:
    """Shots by what is seen in them.

    Args:
        units: the shots.
        vectors: (shots, d) float32, rows of unit length.
        vision: the model that made them.
    """

    def __init__(self, units: Units, vectors: np.ndarray, vision: Vision) -> None:
        self.units, self.space, self.vision = units, Space(vectors), vision
        self.centre = self.space.mean * (len(vectors) / (len(vectors) + FEW))
        squares = 1.0 - 2.0 * (vectors @ self.centre) + float(self.centre @ self.centre)
        self._lengths = np.sqrt(np.maximum(squares, 1e-6)).astype(np.float32)  # of the vectors less the centre

    def find(self, query: Query, mask: np.ndarray, count: int) -> Found:
        """The likeliest shots, best first; ``mask`` (shots,) says which may be found.

        A text's probability is the model's own. Where a query has texts and pictures, a shot must fit both: the
        geometric mean of their probabilities.
        """
        if not mask.any():
            return NOTHING
        parts = [part for part in (self._by_text(query), self._by_picture(query)) if part is not None]
        if not parts:
            return NOTHING
        chosen = top(np.where(mask, sum(level for level, _ in parts), -np.inf), count)
        fits = [fit(level[chosen]) for level, fit in parts]
        joint = np.exp(np.mean(np.log(np.maximum(fits, 1e-12)), axis=0))
        order = np.argsort(-joint, kind="stable")
        return Found(chosen[order], joint[order], chosen[order])

    def _by_text(self, query: Query) -> Part | None:
        if not query.texts(1):
            return None
        wanted, unwanted = (
            summed(self.vision.encode_text(texts)) if (texts := query.texts(s)) else None for s in SIGNS
        )
        assert wanted is not None

        def fit(cosines: np.ndarray) -> np.ndarray:
            found = self.vision.probability(cosines[:, None], wanted[None])
            return found[:, 0].astype(np.float64)

        return self.space.likeness(wanted, unwanted), fit

    def _by_picture(self, query: Query) -> Part | None:
        """Pictures with pictures, less what all shots have in common: two pictures of anything are somewhat alike."""
        if not query.pictures(1):
            return None
        wanted, unwanted = (self._centred(query.pictures(sign)) for sign in SIGNS)
        assert wanted is not None
        direction = wanted if unwanted is None else wanted - unwanted
        cosines = (self.space.vectors @ direction - float(self.centre @ direction)) / self._lengths
        return cosines, lambda found: probability(ALIKE * (found - ALIKE_AT))

    def _centred(self, pictures: Sequence[Picture]) -> np.ndarray | None:
        return summed(unit_rows(self.vision.encode_images(pictures) - self.centre)) if pictures else None


def top(values: np.ndarray, count: int) -> np.ndarray:
    """The places of the greatest values, greatest first, without those that are -inf: (<= count,)."""
    count = min(count, len(values))
    best = np.argpartition(values, len(values) - count)[len(values) - count :]
    best = best[values[best] > -np.inf]
    order: np.ndarray = best[np.lexsort((best, -values[best]))]
    return order
