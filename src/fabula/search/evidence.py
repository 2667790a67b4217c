"""From likeness to probability: how sure it is that a sentence is what was asked for.

The best of ten thousand sentences is alike to anything by chance. So three things count: the cosine of the sentence
vectors; by how many standard deviations it exceeds the greatest that chance would give among so many (the mean and the
deviation are those of the query with all sentences, the greatest of n normal values is about sqrt(2 ln n); Karlin and
Altschul 1990 correct for the size of what is searched in the same way); and how much of the query's words is there.
"""

from dataclasses import dataclass

import numpy as np

LEAST_DEVIATION = 0.05  # of cosines: a few sentences that are all alike must not make every difference seem great
FOUND = 4.0
"""Nats for a sentence that has the words in quotes, as it was asked for."""
SHARE = 0.5
"""How much of a channel's probability counts beside a stronger one. They are not independent: a screenplay's line and
the cue that speaks it are the same words, and a wrong place is wrong in both."""
FITS = 0.35
"""The least probability of the best hit, below which nothing fits. On the questions that ``EVIDENCE`` was learned from,
the share answered right and the share refused once the answer is gone are greatest in sum from .2 to
.35: the strictest."""


@dataclass(frozen=True)
class Evidence:
    """Log-odds that a sentence is what was asked for: a line in three measures.

    Args:
        offset: without any likeness, in nats.
        cosine: for a cosine of 1.
        excess: for a standard deviation more than the greatest by chance.
        words: for all of the query's words.
    """

    offset: float
    cosine: float
    excess: float
    words: float

    def odds(self, cosines: np.ndarray, covered: np.ndarray) -> np.ndarray:
        """Log-odds of each sentence: (n,) float32.

        Args:
            cosines: (n,) of the query with every sentence of the channel.
            covered: (n,) share of the query's words that each has.
        """
        level, spread = background(cosines)
        slope = self.cosine + self.excess / spread
        offset = self.offset - self.excess * (level / spread + greatest_by_chance(len(cosines)))
        odds: np.ndarray = np.float32(slope) * cosines + np.float32(self.words) * covered + np.float32(offset)
        return odds


def background(cosines: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation of a query's cosines with everything: what chance gives."""
    return float(cosines.mean()), max(float(cosines.std()), LEAST_DEVIATION)


def greatest_by_chance(count: int) -> float:
    """About the greatest of so many standard normal values."""
    return float(np.sqrt(2 * np.log(max(count, 2))))


def measures(cosines: np.ndarray, covered: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """What ``Evidence`` weighs, for some of the sentences: (k, 4) of 1, cosine, excess and words."""
    level, spread = background(cosines)
    excess = (cosines[rows] - level) / spread - greatest_by_chance(len(cosines))
    return np.stack([np.ones(len(rows)), cosines[rows], excess, covered[rows]], axis=1)


def probability(odds: np.ndarray) -> np.ndarray:
    """Log-odds as probabilities, of the same shape."""
    found: np.ndarray = np.exp(-np.logaddexp(0, -odds.astype(np.float64)))
    return found


EVIDENCE = Evidence(-4.586, 0.912, 0.569, 5.705)
"""Learned by ``fabula train search`` with the built-in encoder, from 607 questions: lines of three annotated films
asked of their books and the books' passages asked of the lines, without the verbatim ones, and sentences of
three abridged novels asked of the originals. One for all channels: learned for each by
itself, on fewer questions, it was no better on texts that were held back."""


def together(probabilities: np.ndarray) -> float:
    """The probability of a place to which several channels point, from theirs, the strongest first.

    Noisy-or (Pearl 1988): it is wrong only if all are wrong; all but the strongest count ``SHARE`` of their own.
    """
    shares = np.full(len(probabilities), SHARE)
    shares[0] = 1.0
    return float(1 - np.prod(1 - shares * probabilities))
