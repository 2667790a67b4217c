"""Proper names taken out of prose, so that a decoder that learns from it can never invent one."""

import functools
import re
from collections.abc import Collection, Sequence

from fabula.align.names import learn_names
from fabula.align.words import tokenise

NAME = "<name>"  # stands for any proper name

_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|St|Sir|Lord|Lady|Captain|Colonel|Major|General|Professor|Aunt|Uncle|Madame|Monsieur)\.?"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_RUN = re.compile(rf"(?:{_TITLE}\s+)?{NAME}(?:(?:[ -]|\s(?:of|de|von|van|the)\s){NAME})*")
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "_": "", "*": ""})
_DASH = re.compile(r"\s*(?:--+|—|–)\s*")
_POINTS = re.compile(r"(?:\.\s*){3,}|…")


def plain_prose(text: str) -> str:
    """Prose as a decoder reads and writes it: straight quotes, one kind of dash, no marks of italics."""
    text = _POINTS.sub("... ", _DASH.sub(" - ", text.translate(_STRAIGHT)))
    return " ".join(text.split())


def without_names(paragraphs: Sequence[str], names: Collection[str] | None = None) -> list[str]:
    """Paragraphs of one book in plain prose, with NAME for each of its proper names, titles before them included.

    Args:
        paragraphs: of the whole book: that a word is a name shows in how the book writes it elsewhere.
        names: the tokens that are names, if they are known.
    """
    plain = [plain_prose(paragraph) for paragraph in paragraphs]
    known = learn_names(plain).keys() if names is None else names
    return [_RUN.sub(NAME, _WORD.sub(lambda found: _hidden(found.group(), known), text)) for text in plain]


def _hidden(word: str, names: Collection[str]) -> str:
    if not word[0].isupper() or len(word) < 2:
        return word
    possessive = word[-2:] == "'s"
    bare = word[:-2] if possessive else word
    if _token(bare) not in names:
        return word
    return f"{NAME}'s" if possessive else NAME


@functools.cache  # a book has few words that begin with a capital, and uses them often
def _token(word: str) -> str:
    return "".join(tokenise(word))
