"""BLEU (Papineni et al. 2002), with coco-caption's choices: closest reference length, no smoothing to speak of."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from fabula.metrics.ngrams import LONGEST, count_ngrams
from fabula.metrics.tokens import Tokens

_TINY, _SMALL = 1e-15, 1e-9  # coco-caption's, which keep 0 / 0 out; equal figures need equal ones


class Bleu:
    """The references of one picture, ready for any number of candidates."""

    def __init__(self, references: Sequence[Tokens]) -> None:
        self._most: Counter[Tokens] = Counter()
        for reference in references:
            self._most |= count_ngrams(reference)
        self._lengths = sorted({len(reference) for reference in references})

    def counts(self, candidate: Tokens) -> np.ndarray:
        """(10,): runs of 1 to 4 words that a reference has too, runs in all, length, and the closest reference's.

        A run counts as often as in the reference that has it most often. Of two lengths equally close, the shorter.
        """
        right = [0] * LONGEST
        for run, times in count_ngrams(candidate).items():
            right[len(run) - 1] += min(times, self._most[run])
        words = len(candidate)
        closest = min(self._lengths, key=lambda length: abs(length - words))
        return np.array([*right, *(max(words - n, 0) for n in range(LONGEST)), words, closest], float)


def bleu_scores(counts: np.ndarray) -> np.ndarray:
    """BLEU-1 to BLEU-4 from counts.

    Args:
        counts: (..., 10) of ``Bleu.counts``: of a sentence, or summed over a corpus.

    Returns:
        (..., 4) in 0..1.
    """
    right, runs = counts[..., :LONGEST], counts[..., LONGEST : 2 * LONGEST]
    product = np.cumprod((right + _TINY) / (runs + _SMALL), axis=-1)
    precision = product ** (1 / np.arange(1, LONGEST + 1))
    ratio = (counts[..., -2:-1] + _TINY) / (counts[..., -1:] + _SMALL)
    scores: np.ndarray = precision * np.exp(np.minimum(1 - 1 / ratio, 0))
    return scores
