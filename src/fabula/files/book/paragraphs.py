"""Paragraphs of a plain text: parted by empty lines, one on each line, or marked by the indent of their first line."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from fabula.files.book.headings import looks_like_title, read_heading

_SENTENCE_END = re.compile(r"""[.!?…:—–-]["'”’»)\]_*]*$""")
_LONG_LINE = 120  # characters; nobody wraps a text wider than that
_SAMPLE = 20_000  # lines that are enough to know how a text is laid out


class Line(NamedTuple):
    """A line that is not blank: its span without white space, its indent, and the blank lines before it."""

    start: int
    end: int
    indent: int
    gap: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A span of the source from the first to the last of some lines, and the blank lines before it."""

    start: int
    end: int
    gap: int
    lines: int = 1


class _Layout(Enum):
    BLANK = "blank lines between paragraphs"
    LINE = "a paragraph on each line"
    INDENT = "first lines indented"


def find_lines(source: str, start: int, end: int) -> Iterator[Line]:
    """The lines of a stretch of text that are not blank."""
    gap = 0
    while start < end:
        stop = source.find("\n", start, end)
        stop = end if stop < 0 else stop
        line = source[start:stop]
        text = line.strip()
        if text:
            indent = len(line) - len(line.lstrip())
            yield Line(start + indent, start + indent + len(text), indent + 3 * line.count("\t", 0, indent), gap)
            gap = 0
        else:
            gap += 1
        start = stop + 1


def find_paragraphs(source: str, start: int, end: int) -> list[Paragraph]:
    """The paragraphs of a stretch of text, whichever way it marks them; hard-wrapped lines stay together."""
    lines = list(find_lines(source, start, end))
    layout = _layout(source, lines[:_SAMPLE])
    margin = _margin(lines[:_SAMPLE])
    paragraphs: list[Paragraph] = []
    for line in lines:
        opens = line.gap or layout is _Layout.LINE or (layout is _Layout.INDENT and line.indent > margin)
        if opens or not paragraphs:
            paragraphs.append(Paragraph(line.start, line.end, line.gap))
        else:
            last = paragraphs[-1]
            paragraphs[-1] = Paragraph(last.start, line.end, last.gap, last.lines + 1)
    return paragraphs


def _layout(source: str, lines: Sequence[Line]) -> _Layout:
    """Find out how paragraphs are marked, from the line ends inside the blocks that blank lines part.

    In hard-wrapped text one such line in five ends a sentence; where lines are paragraphs nearly all do.
    """
    margin = _margin(lines)
    ended, indented = [], []
    for line, after in pairwise(lines):
        if not after.gap and not _is_heading(source[line.start : line.end]):
            ended.append(bool(_SENTENCE_END.search(source, max(line.start, line.end - 6), line.end)))
            indented.append(after.indent > margin)
    if not ended:
        return _Layout.BLANK
    before_indent = [end for end, indent in zip(ended, indented, strict=True) if indent]
    elsewhere = [end for end, indent in zip(ended, indented, strict=True) if not indent]
    if len(before_indent) > 0.08 * len(ended) and _share(before_indent) > 0.7 and _share(elsewhere) < 0.6:
        return _Layout.INDENT
    blocks = 1 + sum(line.gap > 0 for line in lines[1:])
    long = sum(line.end - line.start > _LONG_LINE for line in lines)
    dense = blocks == 1 or len(lines) >= 4 * blocks or (long > 0.05 * len(lines) and len(lines) >= 2 * blocks)
    return _Layout.LINE if dense and _share(ended) >= 0.7 else _Layout.BLANK


def _margin(lines: Sequence[Line]) -> int:
    """The least indent that is common, and one column more for carelessness."""
    indents = Counter(line.indent for line in lines)
    return 1 + min((indent for indent, count in indents.items() if 10 * count >= len(lines)), default=0)


def _is_heading(line: str) -> bool:
    return len(line) <= 60 and (looks_like_title(line) or read_heading(line) is not None)


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
