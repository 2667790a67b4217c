"""Two people at once: speeches typed side by side in two columns."""

import re
from dataclasses import replace

from fabula.files.screenplay.furniture import Line
from fabula.files.screenplay.names import is_name

_WIDEST = 160
_GAP = re.compile(r"\S\s{3,}(?=\S)")
_WIDE_GAP = re.compile(r"\s{5,}")


def dual_columns(lines: list[Line]) -> tuple[list[Line], list[Line]] | None:
    """The left and the right speech, each with its cue first, of lines that begin with two names; else None."""
    if len(lines) < 2 or not _is_two_names(lines[0].text):
        return None
    starts = [line.indent + gap.end() for line in lines if (gap := _GAP.search(line.text[:_WIDEST]))]
    cut = min(starts)
    left = [part for line in lines if (part := _part(line, 0, cut))]
    right = [part for line in lines if (part := _part(line, cut, None))]
    return (left, right) if len(left) > 1 and len(right) > 1 else None


def _is_two_names(text: str) -> bool:
    names = _WIDE_GAP.split(text) if len(text) <= _WIDEST else []
    return len(names) == 2 and all(map(is_name, names))


def _part(line: Line, start: int, end: int | None) -> Line | None:
    """The words of a line between two columns. A line without a gap belongs to one side as a whole."""
    whole = " " * line.indent + line.text
    if not _GAP.search(line.text[:_WIDEST]):
        inside = line.indent >= start if end is None else line.indent < end
        return line if inside else None
    text = whole[start:end].strip()
    return replace(line, text=text) if text else None
