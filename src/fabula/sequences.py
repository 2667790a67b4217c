"""The heart of the longest common subsequence, for the aligners and for the report alike. Standard library only."""

from collections.abc import Hashable, Sequence


def bit_rows(columns: Sequence[Hashable], rows: Sequence[Hashable]) -> list[int]:
    """The table of the longest common subsequence, bit-parallel (Hyyrö 2004; Crochemore et al. 2001).

    One integer for each element of ``rows``; a cleared bit marks a column where the length grows. Time is len(rows)
    operations on integers of len(columns) bits.
    """
    masks: dict[Hashable, int] = {}
    for i, token in enumerate(columns):
        masks[token] = masks.get(token, 0) | 1 << i
    full = (1 << len(columns)) - 1
    row, table = full, []
    for token in rows:
        matched = row & masks.get(token, 0)
        row = ((row + matched) | (row - matched)) & full
        table.append(row)
    return table
