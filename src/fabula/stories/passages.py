"""Novels cut into passages of a length that a decoder can learn and a reader enjoys."""

from collections.abc import Iterable, Iterator, Sequence

from fabula.stories.cutting import cut_paragraph
from fabula.stories.names import NAME

SHORTEST, LONGEST = 12, 80  # words
SOMEONE = "someone"


def passages_of(paragraphs: Iterable[str]) -> Iterator[str]:
    """The paragraphs that are neither a cry nor a treatise; long ones cut between sentences."""
    for paragraph in paragraphs:
        for span in cut_paragraph(paragraph, SHORTEST, LONGEST):
            if span.words <= LONGEST:
                yield paragraph[span.char_start : span.char_end]


def meaning(passages: Sequence[str]) -> list[str]:
    """Passages as the sentence encoder reads them: it knows no mark for names."""
    return [passage.replace(NAME, SOMEONE) for passage in passages]
