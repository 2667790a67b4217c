"""Channels between two versions of one text: how a sentence of one may repeat a sentence of the other, cell by cell.

Only words are compared, so a chapter takes milliseconds. What the two versions share in order (the longest common
subsequence of all their words) is the strongest evidence; what they share in any order catches rewording; and where
the neighbours lie says the rest. All values are about 0..1.
"""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

from fabula.align.lattice import longest_common_subsequence
from fabula.align.words import tokenise

STEM = 4  # letters of a word that its inflections share: a stemmer for any European language
NEAR = 4.0  # sentences over which the nearness to the path of common words decays
LONG = 40.0  # words of a long sentence
CHANNELS = 17

Sentences = Sequence[str]


def version_channels(a: Sentences, b: Sentences) -> np.ndarray:
    """Everything that words say about each pair of sentences.

    Args:
        a: sentences of one version, in order.
        b: sentences of the other, in order.

    Returns:
        (len(a), len(b), CHANNELS) float32.
    """
    words = [tokenise(s) for s in a], [tokenise(s) for s in b]
    stems = [[w[:STEM] for w in t] for t in words[0]], [[w[:STEM] for w in t] for t in words[1]]
    pairs = [[[*pairwise(t)] for t in side] for side in words]
    lengths = _lengths(words[0])[:, None], _lengths(words[1])[None, :]
    shared, weighed = common_words(*words)
    in_order = [shared / lengths[0], shared / lengths[1]]
    flags = np.array([_begins(s) for s in a]).T[:, :, None], np.array([_begins(s) for s in b]).T[:, None, :]
    stack = [
        *in_order,
        *weighed,
        *overlaps(*words),
        *overlaps(*stems),
        overlaps(pairs[0], pairs[1]).max(axis=0),
        in_order[0].sum(axis=1, keepdims=True),
        in_order[1].sum(axis=0, keepdims=True),
        np.exp(-_distance(shared) / NEAR),
        np.minimum(lengths[0] / LONG, 1),
        np.minimum(lengths[1] / LONG, 1),
        flags[0][0] == flags[1][0],
        flags[0][1],
        flags[1][1],
    ]
    out = np.empty((len(a), len(b), CHANNELS), np.float32)
    for k, channel in enumerate(stack):
        out[:, :, k] = channel
    return out


def common_words(a: Sequence[Sequence[str]], b: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """What the longest common subsequence of all words finds in each pair of sentences.

    Returns:
        counts (n, m): words in common;
        shares (2, n, m): their share of the surprise of the words of a's and of b's sentence.
    """
    flat = [w for t in a for w in t], [w for t in b for w in t]
    at = [np.repeat(np.arange(len(side)), [len(t) for t in side]) for side in (a, b)]
    pairs = longest_common_subsequence(*flat)
    worth = _surprise(a, b)
    of_a, of_b = (np.array([worth[w] for w in side]) for side in flat)
    counts, mass = np.zeros((len(a), len(b))), np.zeros((len(a), len(b)))
    cells = at[0][pairs[:, 0]], at[1][pairs[:, 1]]
    np.add.at(counts, cells, 1)
    np.add.at(mass, cells, of_a[pairs[:, 0]])
    whole_a, whole_b = np.bincount(at[0], of_a, len(a)), np.bincount(at[1], of_b, len(b))
    return counts, np.stack([mass / np.maximum(whole_a, 1e-9)[:, None], mass / np.maximum(whole_b, 1e-9)[None, :]])


def overlaps(a: Sequence[Sequence[Hashable]], b: Sequence[Sequence[Hashable]]) -> np.ndarray:
    """Shared different keys in any order, each worth its surprise, as shares of a's and of b's sentence: (2, n, m)."""
    worth = _surprise(a, b)
    number = {key: k for k, key in enumerate(worth)}
    weights = np.array([*worth.values()])
    rows, columns = _incidence(a, number), _incidence(b, number)
    shared = (rows.multiply(weights[None, :]).tocsr() @ columns.T).toarray()
    whole = np.maximum(rows @ weights, 1e-9)[:, None], np.maximum(columns @ weights, 1e-9)[None, :]
    return np.stack([shared / whole[0], shared / whole[1]])


def _surprise(a: Sequence[Sequence[Hashable]], b: Sequence[Sequence[Hashable]]) -> dict[Hashable, float]:
    """-log of the share of the sentences that have a key; no key is worthless."""
    counts: dict[Hashable, int] = {}
    for tokens in (*a, *b):
        for key in set(tokens):
            counts[key] = counts.get(key, 0) + 1
    total = len(a) + len(b) + 1
    return {key: float(np.log(total / count)) for key, count in counts.items()}


def _incidence(texts: Sequence[Sequence[Hashable]], number: dict[Hashable, int]) -> "sparse.csr_matrix":
    from scipy import sparse  # late: most commands do not need it

    found = [[number[key] for key in set(tokens)] for tokens in texts]
    ends = np.cumsum([0, *(len(keys) for keys in found)])
    where = np.array([k for keys in found for k in keys], np.intp)
    return sparse.csr_matrix((np.ones(len(where)), where, ends), (len(texts), max(len(number), 1)))


def _lengths(texts: Sequence[Sequence[str]]) -> np.ndarray:
    return np.array([max(len(t), 1) for t in texts], float)


def _begins(sentence: str) -> tuple[bool, bool]:
    """Whether a sentence begins in speech, and whether it goes on where another one left off (a small letter)."""
    bare = sentence.lstrip()
    return bare[:1] in "\"'“‘«„—", bare.lstrip("\"'“‘«„—- ")[:1].islower()


def _distance(shared: np.ndarray) -> np.ndarray:
    """Sentences of b between a cell and the path of common words, which is drawn straight where it is not known."""
    n, m = shared.shape
    known = np.flatnonzero(shared.sum(axis=1))
    centre = (shared[known] @ np.arange(m)) / shared[known].sum(axis=1)
    path = np.interp(np.arange(n), [-1, *known, n], [-1, *centre, m])
    found: np.ndarray = np.abs(np.arange(m)[None, :] - path[:, None])
    return found
