"""Sentences of books as numbers of words, and batches of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fabula.models.vocabulary import PADDING, Vocabulary

SPREAD = 4.0  # words by which neighbours in a batch may differ in length, so that batches are not always the same


@dataclass(frozen=True)
class Prose:
    """Sentences as numbers of words, in the order of their text.

    Args:
        words: (w,) int32, all of them in a row.
        starts: (n + 1,) int64, where each sentence begins; the last is w.
        runs: (n,) int32: sentences of one run stand beside each other in a book.
    """

    words: np.ndarray
    starts: np.ndarray
    runs: np.ndarray

    @property
    def middles(self) -> np.ndarray:
        """(m,) the sentences that have one before and one after them."""
        same = self.runs[1:] == self.runs[:-1]
        return np.flatnonzero(same[1:] & same[:-1]) + 1

    @property
    def lengths(self) -> np.ndarray:
        """(n,) words of each sentence."""
        return np.diff(self.starts)

    def padded(self, sentences: np.ndarray, before: Sequence[int] = (), after: Sequence[int] = ()) -> Tensor:
        """Some sentences (n,) as (n, t) int64, with marks before and after each, padded to the longest."""
        spans = zip(self.starts[sentences].tolist(), self.starts[sentences + 1].tolist(), strict=True)
        rows = [torch.tensor([*before, *self.words[start:end].tolist(), *after]) for start, end in spans]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PADDING)

    def batches(self, size: int, rng: np.random.Generator) -> list[np.ndarray]:
        """All middles, in batches of equal length whose neighbours are about as long as each other, shuffled."""
        middles, lengths = self.middles, self.lengths
        around = np.maximum(lengths[middles - 1], lengths[middles + 1]) + rng.uniform(0, SPREAD, len(middles))
        own = lengths[middles]
        order = np.lexsort((around, own))
        groups = np.split(middles[order], np.flatnonzero(np.diff(own[order])) + 1)
        found = [group[first : first + size] for group in groups for first in range(0, len(group), size)]
        return [found[k] for k in rng.permutation(len(found))]


def number_prose(runs: Sequence[Sequence[Sequence[str]]], vocabulary: Vocabulary, longest: int) -> Prose:
    """Runs of sentences of words as numbers; sentences are cut to so many words, and those without a word left out."""
    numbered = [[vocabulary.numbers(words[:longest]) for words in run if words] for run in runs]
    sentences = [row for run in numbered for row in run]
    words = np.fromiter((number for row in sentences for number in row), np.int32)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in sentences], dtype=np.int64)])
    return Prose(words, starts, np.repeat(np.arange(len(runs), dtype=np.int32), [len(run) for run in numbered]))
