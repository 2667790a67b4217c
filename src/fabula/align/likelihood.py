"""Evidence that one text repeats another, as a likelihood ratio of its words."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from fabula.align.channels import Tokens, posting_lists

KEPT = (0.85, 0.5)
"""Share of a line's words that survive on its way from page to film: when spoken as written, and when reworded."""


def word_likelihood(units: Sequence[Tokens], texts: Sequence[Tokens]) -> np.ndarray:
    """Log-likelihood ratio that a unit was made from a text, against its words standing there by chance.

    A unit's word stands in the text with probability ``KEPT`` if the unit was made from it, and otherwise with
    1 - exp(-rate * length), the chance that a text of that length has the word. Words count as independent;
    the two shares kept are mixed half and half.

    Args:
        units: tokens of each film unit.
        texts: tokens of each text.

    Returns:
        (units, texts) float64, in nats.
    """
    counts = Counter(word for tokens in texts for word in tokens)
    total = max(sum(counts.values()), 1)
    lengths = np.array([len(tokens) for tokens in texts], float)
    where = posting_lists([set(tokens) for tokens in texts])
    chance = {word: -np.expm1(-counts[word] / total * lengths[at]) for word, at in where.items()}
    ratios = [np.empty((len(units), len(texts))) for _ in KEPT]
    for i, tokens in enumerate(units):
        words = set(tokens)
        unheard = sum((counts[word] + 0.5) / total for word in words) * lengths  # -log of missing them all by chance
        for kept, ratio in zip(KEPT, ratios, strict=True):
            ratio[i] = len(words) * np.log1p(-kept) + unheard
            for word in words & where.keys():
                hit = chance[word]
                ratio[i, where[word]] += np.log(kept / hit) - np.log1p(-kept) + np.log1p(-hit)
    mixed: np.ndarray = np.logaddexp(*ratios) - np.log(len(KEPT))
    return mixed
