"""Channels: each one a matrix (film units x book units) that says how alike they are, in its own way.

Words: rarity-weighted n-gram overlap (the BLEU-1..5 maps of Zhu et al. 2015, section 4, weighted by surprise) and
TF-IDF cosine. Meaning: cosines of sentence vectors, of a line, of its neighbourhood, of its scene. Time: a
linear-timeline prior. ``standardise`` makes channels of cosines comparable from film to film.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

Tokens = Sequence[str]
ORDERS = (1, 2, 3, 4, 5)
COMMON = 0.5  # n-grams in more than this share of the texts carry under 0.7 nats and cost the most time: left out


def ngram_overlap(units: Sequence[Tokens], texts: Sequence[Tokens], orders: Sequence[int] = ORDERS) -> np.ndarray:
    """Shared n-grams, each worth its surprise -log(share of texts that have it), in nats.

    A shared run of k words counts once for every n-gram in it, so long runs weigh more than scattered words.

    Args:
        units: tokens of each film unit.
        texts: tokens of each book unit.
        orders: lengths of the n-grams.

    Returns:
        (units, texts) float32.
    """
    out = np.zeros((len(units), len(texts)), np.float32)
    for order in orders:
        spoken = [set(_ngrams(tokens, order)) for tokens in units]
        wanted = set().union(*spoken)  # a book has millions of n-grams; only those of the film are kept
        index = posting_lists([wanted.intersection(_ngrams(tokens, order)) for tokens in texts])
        for row, grams in zip(out, spoken, strict=True):
            for gram in grams:
                where = index.get(gram)
                if where is not None and len(where) <= COMMON * len(texts):
                    row[where] += np.log(len(texts) / len(where))
    return out


def surprise(units: Sequence[Tokens], texts: Sequence[Tokens]) -> np.ndarray:
    """How much each unit's words say in all: the overlap that it would have with itself, single words only.

    Returns:
        (units,) float32, in nats.
    """
    counts = Counter(word for tokens in texts for word in set(tokens))
    total = max(len(texts), 2)
    return np.array([sum(np.log(total / max(counts[w], 1)) for w in set(unit)) for unit in units], np.float32)


def tfidf_cosine(units: Sequence[Tokens], texts: Sequence[Tokens]) -> np.ndarray:
    """Cosine of word vectors weighted (1 + log count) * inverse document frequency: (units, texts) float32."""
    index = posting_lists([set(tokens) for tokens in texts])
    rarity = {word: float(np.log(len(texts) / len(where))) for word, where in index.items()}
    unseen = float(np.log(max(len(texts), 2)))
    counts = [Counter(tokens) for tokens in texts]
    weights = {word: _weights(word, where, counts, rarity[word]) for word, where in index.items()}
    norms = np.zeros(len(texts), np.float32)
    for word, where in index.items():
        norms[where] += weights[word] ** 2
    out = np.zeros((len(units), len(texts)), np.float32)
    for row, tokens in zip(out, units, strict=True):
        total = 0.0
        for word, count in Counter(tokens).items():
            weight = (1 + np.log(count)) * rarity.get(word, unseen)
            total += weight * weight
            if word in index and len(index[word]) <= COMMON * len(texts):
                row[index[word]] += weight * weights[word]
        row /= max(total, 1e-12) ** 0.5
    return out / np.maximum(np.sqrt(norms), 1e-6)


def _weights(word: str, where: np.ndarray, counts: Sequence[Counter[str]], rarity: float) -> np.ndarray:
    found: np.ndarray = 1 + np.log(np.array([counts[j][word] for j in where], np.float32))
    return found * rarity


def _ngrams(tokens: Tokens, order: int) -> Iterator[tuple[str, ...] | str]:
    return iter(tokens) if order == 1 else zip(*(tokens[i:] for i in range(order)), strict=False)


def posting_lists(keys: Sequence[set[Any]]) -> dict[Any, np.ndarray]:
    """For each key, the texts that have it."""
    postings: dict[Any, list[int]] = {}
    for j, found in enumerate(keys):
        for key in found:
            postings.setdefault(key, []).append(j)
    return {key: np.array(where, np.intp) for key, where in postings.items()}


def best_sentence(units: np.ndarray, sentences: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Cosine of each unit with the best sentence of each text.

    Args:
        units: (n, d) unit vectors.
        sentences: (s, d) unit vectors, texts in order.
        starts: (m,) index of each text's first sentence, strictly increasing.

    Returns:
        (n, m) float32.
    """
    out = np.empty((len(units), len(starts)), np.float32)
    for first in range(0, len(units), 512):  # a block at a time: the full product with sentences would be large
        block = units[first : first + 512]
        out[first : first + 512] = np.maximum.reduceat(block @ sentences.T, starts, axis=1)
    return out


def context_cosine(units: np.ndarray, texts: np.ndarray, reach: tuple[int, int] = (1, 1)) -> np.ndarray:
    """Cosine of neighbourhoods: each unit with its neighbours against each text with its neighbours.

    A single subtitle says little ("Not here."); three together say what the scene is about. Wide windows find what
    is retold in other words, over many lines.

    Args:
        units: (n, d) vectors.
        texts: (m, d) vectors.
        reach: neighbours on each side, of a unit and of a text.

    Returns:
        (n, m) float32.
    """
    near: np.ndarray = _with_neighbours(units, reach[0]) @ _with_neighbours(texts, reach[1]).T
    return near


def _with_neighbours(vectors: np.ndarray, reach: int) -> np.ndarray:
    summed = np.cumsum(np.pad(vectors, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    rows = np.arange(len(vectors))
    window = summed[np.minimum(rows + reach + 1, len(vectors))] - summed[np.maximum(rows - reach, 0)]
    return unit_rows(window).astype(np.float32)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """The vectors (n, d) scaled to unit length; zero vectors stay zero."""
    unit: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def timeline_prior(units: int, lengths: np.ndarray) -> np.ndarray:
    """Minus the distance in relative position, as if the film went through the text at one pace.

    Args:
        units: number of film units.
        lengths: (m,) length of each text.

    Returns:
        (units, m) float32 in [-1, 0].
    """
    film = (np.arange(units) + 0.5) / max(units, 1)
    text = (np.cumsum(lengths) - lengths / 2) / max(lengths.sum(), 1)
    prior: np.ndarray = -np.abs(film[:, None] - text[None, :]).astype(np.float32)
    return prior


def standardise(similarity: np.ndarray) -> np.ndarray:
    """Similarities in standard deviations above what the unit has with the book at large: (n, m) float32.

    Nearly all cells are no matches, so a row's mean and deviation are those of chance. Half of a column's mean
    is taken off first: some texts are near to everything (hubs), and their nearness means less.
    """
    level = similarity - 0.5 * similarity.mean(axis=0, keepdims=True)
    level -= level.mean(axis=1, keepdims=True)
    result: np.ndarray = level / np.maximum(level.std(axis=1, keepdims=True), 1e-6)
    return result
