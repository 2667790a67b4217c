"""Paragraphs -> passages of a length that can be borrowed."""

import math
from typing import NamedTuple

from fabula.files.book.sentences import split_sentences

SHORTEST, LONGEST = 20, 120
"""Words: a shorter paragraph says too little to stand alone, a longer one is cut at its sentences."""


class Span(NamedTuple):
    """A passage inside its paragraph, ``paragraph[char_start:char_end]``, and how many words it has."""

    char_start: int
    char_end: int
    words: int


def cut_paragraph(paragraph: str, shortest: int = SHORTEST, longest: int = LONGEST) -> list[Span]:
    """The passages of a paragraph, in order: itself, or pieces of about the same length that end where sentences do.

    Args:
        paragraph: its text.
        shortest: words; shorter passages are left out.
        longest: words; a sentence that is longer by itself stays whole.
    """
    words = len(paragraph.split())
    if words <= longest:
        start = len(paragraph) - len(paragraph.lstrip())
        return [Span(start, len(paragraph.rstrip()), words)] if words >= max(shortest, 1) else []
    sentences = [Span(start, end, len(paragraph[start:end].split())) for start, end in split_sentences(paragraph)]
    pieces = _pieces(sentences, words, longest)
    return [piece for piece in pieces if piece.words >= shortest]


def _pieces(sentences: list[Span], words: int, longest: int) -> list[Span]:
    """Nearly as few pieces as keep to the longest: a sentence belongs to the piece in which its middle word falls."""
    count = math.ceil(words / longest)
    while True:  # ends at twice that count: two sentences of one piece have their middles half of the longest apart
        groups: dict[int, list[Span]] = {}
        passed = 0
        for sentence in sentences:
            groups.setdefault(int((passed + sentence.words / 2) * count / words), []).append(sentence)
            passed += sentence.words
        pieces = [_joined(group) for group in groups.values()]
        if all(piece.words <= longest or len(group) == 1 for piece, group in zip(pieces, groups.values(), strict=True)):
            return pieces
        count += max(count // 8, 1)


def _joined(group: list[Span]) -> Span:
    return Span(group[0].char_start, group[-1].char_end, sum(sentence.words for sentence in group))
