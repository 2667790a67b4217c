"""Novels cut into passages of what their narrator says: what a decoder can learn, and a reader enjoys.

Nobody speaks in them and nobody is named, so that whoever learns from them can neither put words into a mouth nor
invent a name. (Marks in the place of names do not serve: a decoder that may not write the mark writes nonsense where
it expects one.)
"""

import re
from collections.abc import Iterable, Iterator

from fabula.files.book.sentences import iter_sentences
from fabula.stories.cutting import cut_paragraph
from fabula.stories.names import NAME

SHORTEST, LONGEST = 12, 80  # words

_UNFIT = re.compile(
    rf"""{NAME}
    | ["\[\](){{}}|=+<>\\/^~\#@%&$£\d]                  # speech, figures, references
    | (?:^|\s)'\w                                       # speech between single marks
    | (?<=\w[\s-])(?!I\b)[^\W\d_a-z]\w                  # a capital inside the sentence: somebody, or some place
    | (?<=[,;:'.][\s-])(?!I\b)[^\W\d_a-z]\w""",
    re.VERBOSE,
)
_CAPITALS = re.compile(r"[^\W\d_a-z]{2}")
_ENDS = (".", "!", "?", "...")


def passages_of(paragraphs: Iterable[str]) -> Iterator[str]:
    """The passages of 12 to 80 words that a narrator tells without a name; long ones cut between sentences.

    Args:
        paragraphs: of a novel, with NAME for its names (``names.without_names``).
    """
    for paragraph in paragraphs:
        for run in _narrated(paragraph):
            for span in cut_paragraph(run, SHORTEST, LONGEST):
                if span.words <= LONGEST:
                    yield run[span.char_start : span.char_end]


def _narrated(paragraph: str) -> Iterator[str]:
    """The runs of sentences that will do."""
    run: tuple[int, int] | None = None
    for start, end in iter_sentences(paragraph):
        if _is_fit(paragraph[start:end].strip()):
            run = (run[0] if run else start, end)
        elif run:
            yield paragraph[slice(*run)].strip()
            run = None
    if run:
        yield paragraph[slice(*run)].strip()


def _is_fit(sentence: str) -> bool:
    whole = sentence.endswith(_ENDS) and sentence[:1].isupper()
    return whole and not _UNFIT.search(sentence) and not _CAPITALS.search(sentence)
