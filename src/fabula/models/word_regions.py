"""What a vision model says of words and regions; without torch, so that everyone can name it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class WordRegions:
    """Which region of a picture each word speaks of.

    ``words`` as they stand in the text; ``scores`` (words, rows, columns) float32: the similarity of each word with
    each cell of a grid that is laid over the whole picture, row by row from its top left.
    """

    words: tuple[str, ...]
    scores: np.ndarray
