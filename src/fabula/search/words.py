"""Which sentences have a query's words: an inverted index over stems."""

import functools
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from fabula.align.words import tokenise

COMMON = 0.5  # stems in more than this share of the sentences say under 0.7 nats: their postings would only cost time


class WordIndex:
    """Sentences by their stems.

    A stem counts as often as its surprise -log(share of sentences that have it), once in a sentence: sentences are so
    short that BM25's saturation would end at the first occurrence, and its correction of length changes little.

    Args:
        texts: the sentences.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        numbers: dict[str, int] = {}
        rows: list[int] = []
        words: list[int] = []
        for row, text in enumerate(texts):
            found = {numbers.setdefault(stem, len(numbers)) for stem in stems(text)}
            words.extend(found)
            rows.extend([row] * len(found))
        order = np.argsort(np.array(words, np.int32), kind="stable")
        self._numbers = numbers
        self._rows = np.array(rows, np.int32)[order]
        counts = np.bincount(np.array(words, np.int32), minlength=len(numbers))
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def rows(self, stem: str) -> np.ndarray:
        """The sentences that have a stem, in order: (k,) int32."""
        number = self._numbers.get(stem)
        if number is None:
            return np.zeros(0, np.int32)
        found: np.ndarray = self._rows[self._starts[number] : self._starts[number + 1]]
        return found

    def surprise(self, stem: str) -> float:
        """-log of the share of sentences that have the stem, in nats; one that none has counts as if one had it."""
        return float(np.log(max(len(self.texts), 2) / max(len(self.rows(stem)), 1)))

    def covered(self, texts: Iterable[str]) -> np.ndarray:
        """The share of the query's surprise that each sentence has: (sentences,) float32 in 0..1.

        Args:
            texts: the query's texts; they count as one.
        """
        out = np.zeros(len(self.texts), np.float32)
        total = 1e-9
        for stem in sorted({stem for text in texts for stem in stems(text)}):
            worth, where = self.surprise(stem), self.rows(stem)
            total += worth
            if len(where) <= COMMON * len(self.texts) or len(self.texts) < 4:
                out[where] += worth
        out /= total
        return out

    def with_run(self, run: Sequence[str]) -> np.ndarray:
        """The sentences in which these tokens (as ``tokenise`` gives them) stand one after another: (k,) int."""
        candidates = functools.reduce(np.intersect1d, [self.rows(_stem(token)) for token in run])
        wanted = f" {' '.join(run)} "
        return np.array([k for k in candidates if wanted in f" {' '.join(tokenise(self.texts[k]))} "], np.intp)


def stems(text: str) -> list[str]:
    """The stems of a text's words (Porter's English stemmer, which does little harm to other languages)."""
    return [_stem(token) for token in tokenise(text)]


@functools.lru_cache(maxsize=1 << 18)
def _stem(token: str) -> str:
    return _stemmer()(token)


@functools.cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer  # late: it loads all its languages

    stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem
