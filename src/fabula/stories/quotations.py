"""Quotations in a story, and the lines of the evidence that they must stand in."""

import bisect
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fabula.records import Evidence
from fabula.stories.names import plain_prose

DIALOGUE = "dialogue"

SINGLE = frozenset("‘'")
_MARK = re.compile("[“«\"‘']")
_ELISION = re.compile(r"['‘](?:tis|twas|em|cause|bout|round|til|till|neath|gainst|twill|twere|n)\b", re.IGNORECASE)
_SINGLE_END = re.compile(r"(?<=[,.!?…;:—–-])['’](?!\w)|['’](?=[,.!?;:])")
_DOUBLE_END = re.compile('[”"]')
_CLOSES = {"“": _DOUBLE_END, '"': _DOUBLE_END, "«": re.compile("»"), "‘": _SINGLE_END, "'": _SINGLE_END}
_BLANK = re.compile(r"\n[ \t\r]*\n")
_LOOSE_QUOTE = re.compile(r"(?<!\w)'|'(?!\w)|[\"«»]")
_DASH = re.compile(r"\s*-\s*")
_EDGES = " ,.;:-"


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between two marks, which are at ``start`` and before ``end``; of several paragraphs all the words."""

    text: str
    start: int
    end: int


def find_quotations(text: str) -> list[Quotation]:
    """The quotations of a text, in order; those inside others are part of these.

    Marks are “…”, "…", «…» and ‘…’ or '…'; single ones must begin a word and end with a stop or before one, because
    they are apostrophes too. A quotation whose paragraph ends without the mark goes on where the next paragraph opens
    with one; else it ends with its paragraph.
    """
    gap = _BLANK if _BLANK.search(text) else re.compile("\n")
    ends = [*(found.start() for found in gap.finditer(text)), len(text)]
    found: list[Quotation] = []
    position = 0
    for mark in _MARK.finditer(text):
        end = ends[bisect.bisect_left(ends, mark.start())]
        if mark.start() >= position and (mark.group() not in SINGLE or _opens_single(text, mark.start(), end)):
            found.append(_read(text, mark.start(), [other for other in ends if other >= end]))
            position = found[-1].end
    return found


def _opens_single(text: str, place: int, end: int) -> bool:
    """Whether a mark that may be an apostrophe opens a quotation, in a paragraph that goes up to ``end``."""
    before, after = text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    if before.isalnum() or not (after.isalnum() or after in tuple('“"…—')) or _ELISION.match(text, place):
        return False
    return _SINGLE_END.search(text, place + 1, end) is not None


def _read(text: str, mark: int, ends: Sequence[int]) -> Quotation:
    """The quotation that opens at ``mark``; ``ends`` are those of its paragraph and of all that follow."""
    pieces, start = list[str](), mark + 1
    following = re.compile(r"\s*" + re.escape(text[mark]))
    for end in ends:
        close = _CLOSES[text[mark]].search(text, start, end)
        if close:
            return Quotation(" ".join([*pieces, text[start : close.start()]]), mark, close.end())
        pieces.append(text[start:end])
        more = following.match(text, end)
        if not more:
            break
        start = more.end()
    return Quotation(" ".join(pieces), mark, end)


class Speeches:
    """The lines spoken in the evidence, in a form in which only the words and the stops between them count."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        spoken = [one for one in evidence if one.kind == DIALOGUE]
        self._runs = [(run[0].speaker, normal(" ".join(one.text for one in run))) for run in _runs(spoken)]

    def speakers(self, quotation: str) -> list[str | None] | None:
        """Who says these words, each as the evidence names him or her; None where nobody does.

        Quotation marks, dashes, ellipses, capitals and spaces do not matter, nor does a stop that the end of the
        quotation loses or turns into a comma; a question mark does.
        """
        wanted = normal(quotation).strip(_EDGES)
        if not wanted:
            return []
        pattern = re.compile(rf"(?<![\w']){re.escape(wanted)}(?![\w'])")
        found = [speaker for speaker, said in self._runs if pattern.search(said)]
        return found or None


def _runs(spoken: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    """Neighbouring lines of one speaker; lines of nobody knows whom stand alone, for each may be another's."""
    for speaker, lines in itertools.groupby(spoken, key=lambda one: one.speaker):
        if speaker is None:
            yield from ([line] for line in lines)
        else:
            yield list(lines)


@functools.lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """Words and stops: no marks of quotations, no ellipses, one kind of dash without spaces, no capitals."""
    plain = _LOOSE_QUOTE.sub("", plain_prose(text)).replace("...", " ")
    return " ".join(_DASH.sub("-", plain).casefold().split())
