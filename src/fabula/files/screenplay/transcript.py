"""Transcripts and stage plays, where name and words share a line ("MARA (low): Who is it?")."""

import re
from collections.abc import Iterator
from dataclasses import replace

from fabula.files.screenplay.elements import has_setting
from fabula.files.screenplay.furniture import Line
from fabula.files.screenplay.names import is_name
from fabula.files.screenplay.slugs import is_heading

_CUE_AND_WORDS = re.compile(r"(?P<name>[^:()\s][^:()]{0,40}?)\s*(?P<aside>\([^()]{1,200}\))?\s*:\s+(?P<words>\S.*)")
_FEWEST = 3


def separate_cues(lines: list[Line]) -> list[Line]:
    """Put the words beneath the name, as typed pages have them, if that is how most speeches of the file are set."""
    found = [_match(line) for line in lines]
    alone = sum(line.gap and is_name(line.text) for line in lines)
    if sum(match is not None for match in found) < max(_FEWEST, alone):
        return lines
    return [part for line, match in zip(lines, found, strict=True) for part in _parts(line, match)]


def _match(line: Line) -> re.Match[str] | None:
    match = _CUE_AND_WORDS.fullmatch(line.text)
    if match is None or has_setting(line.text) or is_heading(line.text) or not is_name(match["name"]):
        return None
    return match


def _parts(line: Line, match: re.Match[str] | None) -> Iterator[Line]:
    if match is None:
        yield line
        return
    yield replace(line, text=match["name"], gap=True)
    for text in (match["aside"], match["words"]):
        if text:
            yield replace(line, text=text, gap=False)
