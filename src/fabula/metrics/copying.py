"""Which stretch of a text was copied? An index of all that a writer has learned from, searched for the longest run.

The index is a suffix array (Manber and Myers 1993) over words: every position of the corpus, sorted by the words from
there on. Whatever stands in the corpus stands beside its place in that order. It takes 8 bytes for each word.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

DEPTH = 64
"""Words by which positions are sorted, a power of 2: up to here the longest run is exact."""
_BREAK = 0  # stands between paragraphs, so that no run goes on from one to the next
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class CopiedRun:
    """Words of a text that stand in the corpus one after the other.

    ``words`` is how many; ``start`` the index of the first in the text; ``paragraph`` the index of one that has them,
    None if there are none.
    """

    words: int
    start: int = 0
    paragraph: int | None = None


class CopyIndex:
    """Finds runs of words in a corpus.

    Words are what the caller cuts text into (``align.words.tokenise``: case folded, without punctuation), the same for
    corpus and texts; replace names first where a name shall not count.

    Args:
        paragraphs: the words of each paragraph; they are read once and not kept.
    """

    def __init__(self, paragraphs: Iterable[Sequence[str]]) -> None:
        self._numbers: dict[str, int] = {}
        flat, starts = array("i", [_BREAK]), array("q")
        for paragraph in paragraphs:
            starts.append(len(flat))
            flat.extend([self._numbers.setdefault(word, len(self._numbers) + 1) for word in paragraph])
            flat.append(_BREAK)
        self._words = np.frombuffer(flat, np.int32)
        self._starts = np.frombuffer(starts, np.int64)
        self._order = _sorted_positions(self._words, DEPTH)

    def longest_run(self, text: Sequence[str]) -> CopiedRun:
        """The longest run of a text's words that a paragraph of the corpus has, the first of several.

        Runs of up to 64 words are exact; of a longer one at least 64 words are found.
        """
        numbers = [self._numbers.get(word, _UNKNOWN) for word in text]
        best = CopiedRun(0)
        for start in range(len(numbers)):
            if start + best.words >= len(numbers):
                break
            length, position = self._prefix(numbers[start:])
            if length > best.words:
                best = CopiedRun(length, start, self._paragraph(position))
        return best

    def _prefix(self, numbers: list[int]) -> tuple[int, int]:
        """How many of these words, from the first on, stand together in the corpus, and at which position."""
        place = bisect_left(self._order, numbers[:DEPTH], key=self._from)
        beside = [int(position) for position in self._order[max(place - 1, 0) : place + 1]]
        return max((_common(numbers, self._words[p : p + len(numbers)]), p) for p in beside)

    def _from(self, position: int) -> list[int]:
        words: list[int] = self._words[position : position + DEPTH].tolist()
        return words

    def _paragraph(self, position: int) -> int:
        return int(np.searchsorted(self._starts, position, side="right")) - 1


def _common(numbers: Sequence[int], words: np.ndarray) -> int:
    same = words == numbers[: len(words)]
    return len(same) if same.all() else int(same.argmin())


def _sorted_positions(words: np.ndarray, depth: int) -> np.ndarray:
    """The positions in the order of the ``depth`` words from there on, by prefix doubling: (n,) int32.

    When positions are ranked by so many words, the rank of a position and that of the one as many words on rank them by
    twice as many. Positions that are alike so far keep the order of the corpus.
    """
    ranks, width = words.copy(), 1
    while True:
        keys = ranks.astype(np.int64) * (int(ranks.max()) + 2)
        keys[:-width] += ranks[width:] + 1  # what has no words left stands before all that have
        order = np.argsort(keys, kind="stable").astype(np.int32)
        keys = keys[order]
        width *= 2
        if width >= depth:
            return order
        ranks[order] = np.concatenate([[0], np.cumsum(keys[1:] != keys[:-1], dtype=np.int32)])
