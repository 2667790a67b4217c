"""Novels cut into passages of a length that a decoder can learn and a reader enjoys."""

from collections.abc import Iterable, Iterator, Sequence

from fabula.files.book.sentences import split_sentences
from fabula.stories.names import NAME

SHORTEST, LONGEST = 12, 80  # words
SOMEONE = "someone"


def passages_of(paragraphs: Iterable[str]) -> Iterator[str]:
    """The paragraphs that are neither a cry nor a treatise; long ones cut between sentences."""
    for paragraph in paragraphs:
        for part in cut_between_sentences(paragraph, LONGEST):
            if SHORTEST <= part.count(" ") + 1 <= LONGEST:
                yield part


def cut_between_sentences(paragraph: str, longest: int) -> list[str]:
    """As many whole sentences together as have at most so many words; a longer sentence stands alone."""
    if paragraph.count(" ") < longest:
        return [paragraph]
    parts, first, words = [], 0, 0
    for start, end in split_sentences(paragraph):
        count = paragraph.count(" ", start, end) + 1
        if words and words + count > longest:
            parts.append(paragraph[first:start].strip())
            first, words = start, 0
        words += count
    return [*parts, paragraph[first:].strip()]


def meaning(passages: Sequence[str]) -> list[str]:
    """Passages as the sentence encoder reads them: it knows no mark for names."""
    return [passage.replace(NAME, SOMEONE) for passage in passages]
