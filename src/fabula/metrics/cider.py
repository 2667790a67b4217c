"""CIDEr and CIDEr-D (Vedantam, Zitnick and Parikh 2015).

What coco-caption and pycocoevalcap call "CIDEr", and what papers since 2015 report under that name, is CIDEr-D:
clipped and with a penalty for length, times ten. CIDEr is the measure of the paper's section 5, times ten as in its
authors' code; like that code it does not stem the words.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.metrics.ngrams import LONGEST, count_ngrams
from fabula.metrics.tokens import Tokens

SIGMA = 6.0  # words of difference in length: CIDEr-D's tolerance
SCALE = 10.0


@dataclass(frozen=True, slots=True)
class DocumentFrequencies:
    """In how many pictures' references each run of words occurs, of ``documents`` pictures."""

    counts: Mapping[Tokens, float]
    documents: float

    def rarity(self, run: Tokens) -> float:
        """log(documents / pictures that have it); a run that no picture has counts as if one had it."""
        return math.log(self.documents) - math.log(max(self.counts.get(run, 0.0), 1.0))


def document_frequencies(
    references: Iterable[Sequence[Tokens]], copies: Iterable[int] | None = None
) -> DocumentFrequencies:
    """Count over a corpus.

    Args:
        references: of each picture.
        copies: how often each picture counts; once otherwise. Where several captions of a picture are scored,
            coco-caption counts its references once for each.
    """
    counts: Counter[Tokens] = Counter()
    documents = 0
    pictures = list(references)
    for sentences, times in zip(pictures, copies or [1] * len(pictures), strict=True):
        documents += times
        for run in set().union(*map(count_ngrams, sentences)):
            counts[run] += times
    return DocumentFrequencies(counts, documents)


class Cider:
    """References prepared once; then some ten thousand sentences a second, fast enough for a reward in training."""

    def __init__(self, references: Sequence[Sequence[Tokens]], frequencies: DocumentFrequencies | None = None) -> None:
        """Weigh the references.

        Args:
            references: the sentences of each picture.
            frequencies: of a larger corpus; those of the references themselves otherwise.

        Raises:
            ValueError: a picture has no reference.
        """
        if not all(references):
            raise ValueError("a picture has no reference")
        frequencies = frequencies or document_frequencies(references)
        self._unseen = math.log(max(frequencies.documents, 1.0))
        self._rarities = {run: frequencies.rarity(run) for run in frequencies.counts}
        self._lengths = [list(map(_length, sentences)) for sentences in references]
        self._postings = [self._index(sentences) for sentences in references]

    def _weigh(self, words: Tokens) -> dict[Tokens, tuple[float, float]]:
        """The tf-idf weight of each run of words, and the norm of the weights of the runs of its length."""
        unseen, rarities = self._unseen, self._rarities
        weights = {run: times * rarities.get(run, unseen) for run, times in count_ngrams(words).items()}
        squares = [0.0] * (LONGEST + 1)
        for run, weight in weights.items():
            squares[len(run)] += weight * weight
        norms = [math.sqrt(square) for square in squares]
        return {run: (weight, norms[len(run)]) for run, weight in weights.items() if weight}

    def _index(self, sentences: Sequence[Tokens]) -> dict[Tokens, list[tuple[int, float, float]]]:
        """Each run with the references that have it: (reference, weight, norm)."""
        index: dict[Tokens, list[tuple[int, float, float]]] = {}
        for k, words in enumerate(sentences):
            for run, (weight, norm) in self._weigh(words).items():
                index.setdefault(run, []).append((k, weight, norm))
        return index

    def cider(self, candidates: Sequence[Tokens], pictures: Sequence[int] | None = None) -> np.ndarray:
        """CIDEr of each candidate: (n,) in 0..10. Arguments as ``cider_d``."""
        return np.array([self._plain(c, k) for c, k in self._paired(candidates, pictures)])

    def cider_d(self, candidates: Sequence[Tokens], pictures: Sequence[int] | None = None) -> np.ndarray:
        """CIDEr-D of each candidate: (n,) in 0..10.

        Args:
            candidates: sentences.
            pictures: for each, the number of its picture in ``references``; one candidate a picture otherwise.

        Raises:
            ValueError: as many pictures as candidates are needed.
        """
        return np.array([self._clipped(c, k) for c, k in self._paired(candidates, pictures)])

    def _paired(self, candidates: Sequence[Tokens], pictures: Sequence[int] | None) -> Iterable[tuple[Tokens, int]]:
        return zip(candidates, range(len(self._postings)) if pictures is None else pictures, strict=True)

    def _plain(self, candidate: Tokens, picture: int) -> float:
        postings, total = self._postings[picture], 0.0
        for run, (weight, norm) in self._weigh(candidate).items():
            for _, other, other_norm in postings.get(run, ()):
                total += weight * other / (norm * other_norm)
        return SCALE * total / LONGEST / len(self._lengths[picture])

    def _clipped(self, candidate: Tokens, picture: int) -> float:
        postings, lengths = self._postings[picture], self._lengths[picture]
        totals, own = [0.0] * len(lengths), _length(candidate)
        for run, (weight, norm) in self._weigh(candidate).items():
            for k, other, other_norm in postings.get(run, ()):
                totals[k] += min(weight, other) * other / (norm * other_norm)
        penalised = (
            total * math.exp(-((own - length) ** 2) / (2 * SIGMA**2))
            for total, length in zip(totals, lengths, strict=True)
        )
        return SCALE * sum(penalised) / LONGEST / len(lengths)


def _length(words: Tokens) -> int:
    """The number of pairs of neighbours, as coco-caption counts: only a caption without words makes a difference."""
    return max(len(words) - 1, 0)
