"""Lines of a typed page, freed of what belongs to the page and not to the play.

Page numbers, (MORE), CONTINUED, revision marks, running heads, dates and the scene numbers in the margins
are the page's furniture; screenplays on the web are full of it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from fabula.files.screenplay.elements import has_setting
from fabula.files.screenplay.names import is_name

# Web files often hold cp1252 bytes that were read as latin-1: U+0097 is a dash there.
_CONTROLS = {n: bytes([n]).decode("cp1252", "ignore") or " " for n in range(0x80, 0xA0)} | {0xA0: " ", 0xFEFF: ""}
_FOOTNOTE = re.compile(r"\[\d{1,3}\]")
_CONTINUED = re.compile(
    r"(?:[A-Z]?\d{1,4}[A-Z]?\.?\s+)?(?:\(CONTINUED\)|CONTINUED:?|CONT'D:|\(MORE\)|\((?i:continued|more)\))"
    r"\s{0,80}(?:\(\d+\))?(?:\s+[A-Z]?\d{1,4}[A-Z]?\.?)?"
)
_PAGE_NUMBER = re.compile(r"\W{0,4}(?i:page\s)?\W{0,4}(?P<page>\d{1,4})[A-Z]?(?: of \d{1,4})?\W{0,4}")
_DATE = re.compile(r"\W{0,4}(?i:rev(?:ised|\.)?\s)?\d{1,4}(?:[/.-]\d{1,4}){2}\W{0,4}")
_SITE = re.compile(r"(?i:back to imsdb|user comments|(?:writers|genres) :.*)")
_MARGIN = r"[A-Z]{0,2}\d{1,4}[A-Z]{0,2}"
_LEFT_NUMBER = re.compile(rf"(?P<number>{_MARGIN})[.)]?\s+(?=\S)")
_RIGHT_NUMBER = re.compile(rf"\s+(?P<number>{_MARGIN})[.)]?$")
_HEAD_WITH_PAGE = re.compile(r"(?P<head>\S.*?)\s{2,}(?P<page>\d{1,4})[A-Z]?\.?")
_LONGEST_HEAD = 120
_NEAR = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line with words: ``number`` in the file (1-based), ``indent`` in columns, ``gap`` if a blank line precedes."""

    number: int
    indent: int
    text: str
    gap: bool
    scene_number: str | None = None
    page_top: bool = False


def read_lines(text: str) -> list[Line]:
    """The lines of a screenplay's text that belong to the play."""
    lines = list(_worded_lines(text))
    furniture = _page_numbers(lines) | _running_heads(lines)
    furniture |= _page_repeats(lines, furniture)
    kept: list[Line] = []
    gap = True
    for index, line in enumerate(lines):
        gap = gap or line.gap
        if index not in furniture and not _is_furniture(line.text):
            kept.append(replace(line, gap=gap))
            gap = False
    return kept


def _worded_lines(text: str) -> Iterator[Line]:
    gap, page_top = True, False
    for number, raw in enumerate(text.split("\n"), start=1):
        page_top = page_top or "\f" in raw
        worded = _clean(raw)
        if worded.strip():
            indent = len(worded) - len(worded.lstrip())
            yield _without_margins(Line(number, indent, worded.strip(), gap, page_top=page_top))
        gap, page_top = not worded.strip(), page_top and not worded.strip()


def _clean(raw: str) -> str:
    """One line without tabs, control characters, footnote marks, and the stars that mark a revision."""
    known = raw if raw.isascii() else raw.translate(_CONTROLS)
    line = _FOOTNOTE.sub("", known.replace("\f", "").expandtabs(8)).rstrip()
    starless = line.rstrip("*")
    return starless if starless != line and (not starless or starless[-1] == " ") else line


def _without_margins(line: Line) -> Line:
    """Take the scene number out of the margins of a heading or, when both margins agree, of any slug."""
    left, right = _LEFT_NUMBER.match(line.text), _RIGHT_NUMBER.search(line.text[-12:])
    start = left.end() if left else 0
    end = len(line.text) - len(right.group()) if right else len(line.text)
    inner = line.text[start:end].strip()
    both = left and right and left.group("number") == right.group("number")
    if both or (left and has_setting(inner)):
        text = inner if both else line.text[start:]
        return replace(line, text=text, indent=line.indent + start, scene_number=left.group("number") if left else None)
    if right and right.group().startswith("  ") and has_setting(inner):
        return replace(line, text=inner, scene_number=right.group("number"))
    return line


def _is_furniture(text: str) -> bool:
    return any(p.fullmatch(text[: _LONGEST_HEAD + 1]) for p in (_CONTINUED, _DATE, _SITE))


def _page_numbers(lines: list[Line]) -> set[int]:
    """Lines that are only a number. One under a cue may be spoken, unless it counts on with its neighbours."""
    found = [(i, int(m["page"])) for i, x in enumerate(lines) if (m := _PAGE_NUMBER.fullmatch(x.text[:40]))]
    pages = set()
    for place, (index, page) in enumerate(found):
        around = [(found[k][1], k - place) for k in (place - 1, place + 1) if 0 <= k < len(found)]
        counts_on = any(0 < (other - page) * step <= _NEAR for other, step in around)
        if counts_on or lines[index].page_top or index == 0 or not is_name(lines[index - 1].text):
            pages.add(index)
    return pages


def _running_heads(lines: list[Line]) -> set[int]:
    """Lines such as "THE FILM - Blue Rev.     12." whose last number rises while the rest stays."""
    seen: dict[str, list[tuple[int, int]]] = {}
    for index, line in enumerate(lines):
        match = _HEAD_WITH_PAGE.fullmatch(line.text) if len(line.text) <= _LONGEST_HEAD else None
        if match and not has_setting(line.text):
            seen.setdefault(match["head"], []).append((index, int(match["page"])))
    return {
        index
        for places in seen.values()
        if len(places) >= 3 and all(a[1] < b[1] for a, b in pairwise(places))
        for index, _ in places
    }


def _page_repeats(lines: list[Line], pages: set[int]) -> set[int]:
    """Lines that return, but for their digits, beside most page breaks and hardly anywhere else."""
    breaks = pages | {i for i, line in enumerate(lines) if line.page_top}
    near = {i for b in breaks for i in range(b - _NEAR, b + _NEAR + 1) if 0 <= i < len(lines)} - pages
    masked = Counter(_masked(line.text) for line in lines)
    beside = Counter(_masked(lines[i].text) for i in near)
    return {i for i in near if _repeats(lines, i, beside[_masked(lines[i].text)], masked[_masked(lines[i].text)])}


def _repeats(lines: list[Line], index: int, beside: int, everywhere: int) -> bool:
    line = lines[index]
    followed = index + 1 < len(lines) and not lines[index + 1].gap
    if len(line.text) > _LONGEST_HEAD or has_setting(line.text) or (followed and is_name(line.text)):
        return False
    return beside >= 3 and beside >= 0.8 * everywhere


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", text[:_LONGEST_HEAD])
