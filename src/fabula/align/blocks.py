"""Dynamic programs over blocks: runs of one sequence against runs of another, in order, with elements left out.

The programs go over prefixes, as in Gale and Church 1993 (section 3.3), with more shapes. All columns of a row
are computed at once, so that the time is rows * shapes operations on vectors.
"""

from collections.abc import Mapping, Sequence

import numpy as np

Shape = tuple[int, int]
"""Rows and columns of a block."""

Block = tuple[int, int, int, int]
"""First and last row, first and last column of a block, inclusive."""

RUN = 12  # elements that may stand on one side of a block when one stands on the other
SIDES = 4  # rows of a block with several of both
CELLS = 12  # cells of a block with several of both

SHAPES: list[Shape] = [
    *((1, k) for k in range(1, RUN + 1)),
    *((k, 1) for k in range(2, RUN + 1)),
    *((r, c) for r in range(2, SIDES + 1) for c in range(2, CELLS // 2 + 1) if r * c <= CELLS),
]

_UP, _LEFT = -1, -2


def best_blocks(odds: np.ndarray, alone: float = 0.0) -> list[Block]:
    """The disjoint blocks in order whose cells have the largest sum: the likeliest links if cells are independent.

    Args:
        odds: (n, m) log odds that a cell is in a link.
        alone: what a row in no block costs, in the same unit; columns may be left out for nothing.

    Returns:
        The blocks in order; they have the shapes of ``SHAPES``.
    """
    n, m = odds.shape
    sums = np.zeros((n + 1, m + 1))
    sums[1:, 1:] = odds.cumsum(axis=0, dtype=float).cumsum(axis=1)
    best, how = np.zeros((n + 1, m + 1)), np.full((n + 1, m + 1), _UP, np.int16)
    for i in range(1, n + 1):
        row, step = best[i - 1] - alone, how[i]
        for k, (rows, columns) in enumerate(SHAPES):
            if rows <= i and columns <= m:
                inside = sums[i] - sums[i - rows]
                value = best[i - rows, :-columns] + inside[columns:] - inside[:-columns]
                better = value > row[columns:]
                row[columns:][better] = value[better]
                step[columns:][better] = k
        np.maximum.accumulate(row, out=best[i])
        step[row < best[i]] = _LEFT
    return _walk_back(how, SHAPES)


def cheapest_blocks(costs: Mapping[Shape, np.ndarray], skip: float) -> list[Block]:
    """The cheapest way through two texts in order, by blocks of the shapes given and by skipping sentences.

    Args:
        costs: for a shape (r, c), the costs (n - r + 1, m - c + 1) of the blocks that start at each cell; (1, 1) must
            be among them.
        skip: what a sentence in no block costs.
    """
    n, m = costs[1, 1].shape
    shapes = list(costs)
    slope = skip * np.arange(m + 1)
    best, how = np.empty((n + 1, m + 1)), np.full((n + 1, m + 1), _UP, np.int16)
    best[0], how[0] = slope, _LEFT
    for i in range(1, n + 1):
        row, step = best[i - 1] + skip, how[i]
        for k, (r, c) in enumerate(shapes):
            if r <= i:
                value = best[i - r, :-c] + costs[r, c][i - r]
                better = value < row[c:]
                row[c:][better] = value[better]
                step[c:][better] = k
        best[i] = np.minimum.accumulate(row - slope) + slope
        step[row > best[i] + 1e-12] = _LEFT
    return _walk_back(how, shapes)


def _walk_back(how: np.ndarray, shapes: Sequence[Shape]) -> list[Block]:
    """From the far corner back along the steps taken: the number of a shape, or a row or a column left out."""
    found = []
    i, j = how.shape[0] - 1, how.shape[1] - 1
    while i and j:
        if how[i, j] == _LEFT:
            j -= 1
        elif how[i, j] == _UP:
            i -= 1
        else:
            rows, columns = shapes[how[i, j]]
            found.append((i - rows, i - 1, j - columns, j - 1))
            i, j = i - rows, j - columns
    return found[::-1]
