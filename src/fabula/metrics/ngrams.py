"""Runs of words, counted."""

from collections import Counter
from collections.abc import Iterator, Sequence

from fabula.metrics.tokens import Tokens

LONGEST = 4  # words: what BLEU and CIDEr were published with


def runs(words: Sequence[str], n: int) -> Iterator[Tokens]:
    """Every n words that follow each other."""
    return zip(*(words[k:] for k in range(n)), strict=False)


def count_ngrams(words: Tokens) -> Counter[Tokens]:
    """How often each run of one to four words occurs."""
    counts: Counter[Tokens] = Counter()
    for n in range(1, LONGEST + 1):
        counts.update(runs(words, n))
    return counts
