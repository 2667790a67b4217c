"""The language model that any other has to beat: interpolated modified Kneser-Ney (Chen and Goodman 1999).

Runs of tokens are numbered instead of stored: a run of n tokens is the number of the run of n - 1 before its last token
and that last token, packed into one integer. The sorted integers of an order are its table, the place in it the number
of the run. So learning is one sort for each order, and looking up a binary search, both over all tokens at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

ORDER = 5
PLAIN_DISCOUNTS = (0.5, 1.0, 1.5)
"""Where a text is too small to estimate the discounts of runs seen once, twice, and more often (as KenLM does)."""


@dataclass(frozen=True)
class _Stream:
    """Passages one after the other, each between its marks: ``place`` counts from 0 at each start mark."""

    tokens: np.ndarray
    place: np.ndarray

    def runs(self, length: int) -> np.ndarray:
        """Where runs of so many tokens end that do not reach into the passage before: (k,) positions."""
        return np.flatnonzero(self.place >= length - 1)


@dataclass(frozen=True)
class _Runs:
    """The different runs of one length.

    ``keys`` (u,) are sorted; ``counts`` (u,) say how often each occurs; ``opening`` (u,) which begin with the start
    mark; ``endings`` (u,) are the numbers of the runs that are left without the first token.
    """

    keys: np.ndarray
    counts: np.ndarray
    opening: np.ndarray
    endings: np.ndarray


@dataclass(frozen=True)
class _Order:
    """What one order adds: ``shares`` (u,) of the runs' own mass, ``rest`` (contexts,) that is left to shorter runs."""

    keys: np.ndarray
    shares: np.ndarray
    rest: np.ndarray

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The numbers of the runs with these keys, -1 for one that was never seen: (n,)."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, at, -1)


class KneserNey:
    """Gives the probability of each token of a passage after those before it. Made by ``learn_kneser_ney``.

    The vocabulary is closed: tokens are 0 .. ``vocabulary`` - 1, and each of them and the end of the passage has a
    probability above 0 after anything; together these are 1.
    """

    def __init__(self, vocabulary: int, orders: tuple[_Order, ...]) -> None:
        self.vocabulary, self._orders = vocabulary, orders

    @property
    def order(self) -> int:
        """How many tokens the longest runs have."""
        return len(self._orders)

    def log_probability(self, tokens: np.ndarray) -> np.ndarray:
        """Of each token of a passage and, last, of its end, in nats: (n + 1,) for (n,) integers.

        Raises:
            ValueError: a token is not in the vocabulary.
        """
        logs: np.ndarray = np.log(self._probabilities(_stream([tokens], self.vocabulary))[1:])
        return logs

    def perplexity(self, passages: Iterable[np.ndarray], words: int) -> float:
        """How many words, equally likely, would surprise as much as each word of these passages.

        Args:
            passages: arrays of tokens. Their ends are predicted too, so a model to compare with must do the same.
            words: in all of them; with word pieces fewer than tokens. So models with other pieces can be compared.

        Raises:
            ValueError: a token is not in the vocabulary, or there is no word.
        """
        if words < 1:
            raise ValueError("perplexity needs at least one word")
        stream = _stream(passages, self.vocabulary)
        surprise = -np.log(self._probabilities(stream)[stream.place > 0]).sum()
        return float(np.exp(surprise / words))

    def _probabilities(self, stream: _Stream) -> np.ndarray:
        """(t,) of each token of the stream; without meaning for start marks."""
        chance = np.full(len(stream.tokens), 1 / (self.vocabulary + 1))
        numbers = np.zeros(len(stream.tokens), np.int64)  # of the runs that end here: at first the empty one
        for length, order in enumerate(self._orders, 1):
            ends = stream.runs(length)
            ends = ends[numbers[ends - 1] >= 0]
            contexts = numbers[ends - 1]
            found = order.find(_pack(contexts, stream.tokens[ends], self.vocabulary))
            own = np.where(found >= 0, order.shares[found], 0.0)
            chance[ends] = own + order.rest[contexts] * chance[ends]
            numbers = np.full(len(stream.tokens), -1, np.int64)
            numbers[ends] = found
        return chance


def learn_kneser_ney(passages: Iterable[np.ndarray], vocabulary: int, order: int = ORDER) -> KneserNey:
    """Learn from passages.

    As in Chen and Goodman (1999, section 3): three discounts for each order, estimated from how many runs were seen
    once to four times; shorter runs are counted by how many different tokens stand before them, those at the start of
    a passage, where nothing does, by how often they occur. One start mark and one end mark for each passage.

    Args:
        passages: arrays of tokens (n,), integers in 0 .. vocabulary - 1.
        vocabulary: how many tokens there are, seen or not.
        order: tokens in the longest run: 5 looks at four tokens to guess the next.

    Raises:
        ValueError: there is no passage, the order is less than 1, or a token is not in the vocabulary.
    """
    if order < 1:
        raise ValueError(f"no model has the order {order}")
    stream = _stream(passages, vocabulary)
    if not len(stream.tokens):
        raise ValueError("a language model needs at least one passage")
    numbers = np.zeros(len(stream.tokens), np.int64)
    orders: list[_Order] = []
    runs, contexts = None, 1
    for length in range(1, order + 1):
        longer, numbers = _count_runs(stream, length, numbers, vocabulary)
        if runs is not None:
            orders.append(_finish(runs, _variety(runs, longer), contexts, vocabulary))
            contexts = len(runs.keys)
        runs = longer
    assert runs is not None
    return KneserNey(vocabulary, (*orders, _finish(runs, runs.counts, contexts, vocabulary)))


def _stream(passages: Iterable[np.ndarray], vocabulary: int) -> _Stream:
    end, start = vocabulary, vocabulary + 1
    kept = [np.asarray(passage, np.int64) for passage in passages]
    lengths = np.array([len(passage) + 2 for passage in kept], np.int64)
    tokens = np.concatenate([np.zeros(0, np.int64), *(part for p in kept for part in ([start], p, [end]))])
    place = np.arange(len(tokens)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    inner = (place > 0) & (place < np.repeat(lengths, lengths) - 1)
    if inner.any() and not 0 <= tokens[inner].min() <= tokens[inner].max() < vocabulary:
        raise ValueError(f"a token is not in 0 .. {vocabulary - 1}")
    return _Stream(tokens, place)


def _pack(contexts: np.ndarray, tokens: np.ndarray, vocabulary: int) -> np.ndarray:
    keys: np.ndarray = contexts * (vocabulary + 2) + tokens
    return keys


def _count_runs(stream: _Stream, length: int, shorter: np.ndarray, vocabulary: int) -> tuple[_Runs, np.ndarray]:
    """The runs of one length, and their numbers at each position: (t,), -1 where none ends.

    ``shorter`` (t,) are the numbers of the runs that are one token shorter.
    """
    ends = stream.runs(length)
    packed = _pack(shorter[ends - 1], stream.tokens[ends], vocabulary)
    keys, first, inverse, counts = np.unique(packed, return_index=True, return_inverse=True, return_counts=True)
    numbers = np.full(len(stream.tokens), -1, np.int64)
    numbers[ends] = inverse
    seen = ends[first]
    return _Runs(keys, counts, stream.place[seen] == length - 1, shorter[seen]), numbers


def _variety(runs: _Runs, longer: _Runs) -> np.ndarray:
    """How many different tokens stand before each run: (u,)."""
    varied = np.bincount(longer.endings, minlength=len(runs.keys))
    return np.where(runs.opening, runs.counts, varied)


def _finish(runs: _Runs, counts: np.ndarray, contexts: int, vocabulary: int) -> _Order:
    counts = np.where(runs.keys == vocabulary + 1, 0, counts)  # the start mark by itself: nobody predicts it
    kept = _discounts(counts)[np.minimum(counts, 3)]
    context = runs.keys // (vocabulary + 2)
    totals = np.bincount(context, counts, contexts)
    rest = np.bincount(context, kept, contexts) / np.maximum(totals, 1)
    rest[totals == 0] = 1.0  # the end of a passage, which nothing follows
    shares = (counts - kept) / np.maximum(totals, 1)[context]
    return _Order(runs.keys, shares.astype(np.float32), rest.astype(np.float32))


def _discounts(counts: np.ndarray) -> np.ndarray:
    """What is taken from a run that counts 0, 1, 2 and 3 or more: (4,) (Chen and Goodman 1999, equation 26)."""
    often = np.bincount(np.minimum(counts, 5), minlength=6)[1:5].astype(float)
    if not often.all():
        return np.array([0.0, *PLAIN_DISCOUNTS])
    once = often[0] / (often[0] + 2 * often[1])
    steps = np.arange(1, 4)
    discounts = steps - (steps + 1) * once * often[1:] / often[:3]
    usable = ((discounts >= 0) & (discounts <= steps)).all()
    return np.array([0.0, *(discounts if usable else PLAIN_DISCOUNTS)])
