"""The words that two texts share in the same order, and where they stand in each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fabula.sequences import bit_rows

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SHORT = 3
"""A word of at most this many letters that matches alone, without a neighbour, is taken for chance."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, made comparable, and its place: which of the texts it stands in, and its span there."""

    key: str
    text: int
    span: Span


@dataclass(frozen=True, slots=True)
class Overlap:
    """The spans of shared words in each text of the left and of the right side, and how much they are.

    ``share`` is their share of the left's words, ``run`` the greatest number of them in a row on both sides.
    """

    left: tuple[tuple[Span, ...], ...]
    right: tuple[tuple[Span, ...], ...]
    share: float
    run: int = 0


def words(texts: Sequence[str]) -> list[Word]:
    """The words of several texts in order; case and the form of the apostrophe do not count."""
    return [
        Word(found.group().casefold().replace("’", "'"), index, found.span())
        for index, text in enumerate(texts)
        for found in WORD.finditer(text)
    ]


def common(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """A longest common subsequence, as pairs of positions."""
    return _trace([(1 << len(right)) - 1, *bit_rows(right, left)], left, right)


def _trace(rows: Sequence[int], left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """From the end, equal words are always a match worth taking: so runs of words stay together."""
    row, column, pairs = len(left), len(right), []
    while row and column:
        if left[row - 1] == right[column - 1]:
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif rows[row] >> column - 1 & 1:
            column -= 1
        else:
            row -= 1
    return pairs[::-1]


def overlap(left: Sequence[str], right: Sequence[str]) -> Overlap:
    """What two sides share word for word, each side being one or more texts."""
    ours, theirs = words(left), words(right)
    pairs = _meant(common([w.key for w in ours], [w.key for w in theirs]), ours)
    return Overlap(
        _spans([i for i, _ in pairs], ours, len(left)),
        _spans([j for _, j in pairs], theirs, len(right)),
        len(pairs) / len(ours) if ours else 0.0,
        _longest_run(pairs),
    )


def _longest_run(pairs: Sequence[tuple[int, int]]) -> int:
    """The greatest number of pairs that follow each other at once on both sides."""
    longest = length = 0
    for place, (i, j) in enumerate(pairs):
        length = length + 1 if place and pairs[place - 1] == (i - 1, j - 1) else 1
        longest = max(longest, length)
    return longest


def _meant(pairs: list[tuple[int, int]], ours: Sequence[Word]) -> list[tuple[int, int]]:
    """Without the short words that match alone: any paragraph holds an "of" and a "the"."""
    known = set(pairs)
    return [(i, j) for i, j in pairs if len(ours[i].key) > SHORT or (i - 1, j - 1) in known or (i + 1, j + 1) in known]


def _spans(chosen: Sequence[int], source: Sequence[Word], texts: int) -> tuple[tuple[Span, ...], ...]:
    """The spans of the chosen words in each text; neighbouring words become one span."""
    found: list[list[Span]] = [[] for _ in range(texts)]
    previous = None
    for position in chosen:
        word, spans = source[position], found[source[position].text]
        if spans and previous == position - 1:
            spans[-1] = (spans[-1][0], word.span[1])
        else:
            spans.append(word.span)
        previous = position
    return tuple(tuple(spans) for spans in found)
