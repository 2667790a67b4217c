"""Screenplays in Fountain, the plain text mark-up (fountain.io/syntax, version 1.1).

Sections, synopses, notes, boneyards and page breaks are for the writer and leave no lines. Two departures from the
letter of the syntax: a heading may follow a heading without a blank line, and emphasis around a whole element
(``**INT. HOUSE**``) does not hide what it is.
"""

import re
from collections.abc import Callable, Iterator

from fabula.files.screenplay.elements import Draft, Element
from fabula.files.screenplay.names import is_capitals
from fabula.records import LineKind

_REMOVED = "\0"
_TITLE_KEY = re.compile(r"(?P<key>[A-Za-z][^:\n]{0,40}):(?P<value>.*)")
_SETTING = re.compile(r"(?i:INT\.?/EXT|EXT\.?/INT|I\.?/E|INT|EXT|EST)[. ]")
_SCENE_NUMBER = re.compile(r"\s*#(?P<number>[\w.-]{1,20})#\s*$")
_EXTENSION = re.compile(r"\([^()]*\)")
_MARK = re.compile(r"\\?(?:\*{1,3}|_)")
_FORCED_ACTION = "!"


def parse_fountain(text: str) -> Draft:
    """Type the lines of a Fountain file.

    A file without dialogue is read too, because an outline is a Fountain file as well; a warning says so.
    """
    lines = _strike_out(text).split("\n")
    title, start = _title_page(lines)
    elements = _Reader(lines, start).elements()
    spoken = any(e.kind is LineKind.DIALOGUE for e in elements)
    return Draft(elements, title, () if spoken else ("no dialogue found in the file",))


def plain(text: str) -> str:
    r"""Text without the marks of emphasis; an escaped mark stays as a character, blanks become single.

    >>> plain("**_Very_** 2 * 3, \\*star")
    'Very 2 * 3, *star'
    """
    opened: dict[str, int] = {}
    dropped: list[tuple[int, int]] = []
    for mark in _MARK.finditer(text):
        token, (start, end) = mark.group(), mark.span()
        if token[0] == "\\":
            dropped.append((start, start + 1))
        elif token in opened and not text[start - 1].isspace():
            before = opened.pop(token)
            dropped += [(before, before + len(token)), (start, end)]
        elif end < len(text) and not text[end].isspace():
            opened[token] = start
    kept, place = [], 0
    for start, end in sorted(dropped):
        kept.append(text[place:start])
        place = end
    return " ".join("".join([*kept, text[place:]]).split())


def _strike_out(text: str) -> str:
    """Remove boneyards and notes, but keep the number of lines; lines that lost words carry a mark."""
    without_boneyard = _remove(text, "/*", "*/", lambda _: True)
    return _remove(without_boneyard, "[[", "]]", lambda note: "\n\n" not in note)


def _remove(text: str, opening: str, closing: str, removable: Callable[[str], bool]) -> str:
    kept, place = [], 0
    start = text.find(opening)
    while start >= 0 and (end := text.find(closing, start + 2)) >= 0:
        if not removable(text[start:end]):
            # A stray opening far above must not keep a proper note in the text.
            start = text.rfind(opening, start, end)
        if removable(text[start:end]):
            kept += [text[place:start], "\n".join([_REMOVED] * (text.count("\n", start, end) + 1))]
            place = end + 2
        start = text.find(opening, end + 2)
    return "".join([*kept, text[place:]])


def _title_page(lines: list[str]) -> tuple[str | None, int]:
    """The title, and the index of the first line after the title page; (None, 0) without one."""
    first = _TITLE_KEY.fullmatch(lines[0])
    if first is None or _is_transition(lines[0]) or lines[0].upper().startswith("FADE IN") or _SETTING.match(lines[0]):
        return None, 0
    title: list[str] = []
    key = ""
    for index, line in enumerate(lines):
        if not line.strip():
            return plain(" ".join(title)) or None, index + 1
        field = None if line[0].isspace() else _TITLE_KEY.fullmatch(line)
        if field:
            key = field["key"].strip().lower()
        if key == "title":
            title.append(field["value"] if field else line)
    return plain(" ".join(title)) or None, len(lines)


def _is_transition(line: str) -> bool:
    # A blank after the colon is the writer's way of saying that this is no transition.
    return line.endswith("TO:") and line == line.upper()


class _Reader:
    """Reads the lines after the title page, block by block."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines = lines
        self.index = start
        self.typed: list[Element] = []
        self.last_cue: int | None = None

    def elements(self) -> list[Element]:
        """All elements of the body."""
        fresh = True
        while self.index < len(self.lines):
            line = self.lines[self.index]
            if line.replace(_REMOVED, "").strip():
                fresh = self._element(line, fresh)
            else:
                fresh = fresh or _REMOVED not in line
                self.index += 1
        return self.typed

    def _element(self, raw: str, fresh: bool) -> bool:
        """Type what stands at the index; whether the next line may begin anything, as after a blank line."""
        line = raw.replace(_REMOVED, "")
        text = line.strip()
        if text[0] in "#=":
            self.index += 1
            return True
        if fresh and self._is_cue(text):
            self._speech(text)
            return True
        kind, words = self._one_line(line, fresh)
        if kind is not None:
            number = _SCENE_NUMBER.search(words) if kind is LineKind.HEADING else None
            words = words[: number.start()] if number else words
            self._add(kind, words, self.index, scene_number=number["number"] if number else None)
            self.index += 1
            return True
        self._action()
        return False

    def _one_line(self, line: str, fresh: bool) -> tuple[LineKind | None, str]:
        """Kind and words of an element that is one line; (None, "") of anything else."""
        text = plain(line)
        forced = line.strip()
        if forced[0] == "." and forced[1:2].isalnum():
            return LineKind.HEADING, forced[1:]
        if forced[0] == ">":
            inner = forced[1:].strip()
            centred = inner.endswith("<")
            return (LineKind.ACTION, inner[:-1]) if centred else (LineKind.TRANSITION, inner)
        if forced[0] == "~":
            return LineKind.ACTION, forced[1:]
        if fresh and forced[0] != _FORCED_ACTION and _SETTING.match(text):
            return LineKind.HEADING, line
        if fresh and _is_transition(line.lstrip()) and self._is_blank(self.index + 1):
            return LineKind.TRANSITION, line
        return None, ""

    def _is_cue(self, text: str) -> bool:
        """Whether a line after a blank one names a speaker: capitals with words beneath, or forced by @."""
        if self._is_blank(self.index + 1) or text[0] in "!.>~":
            return False
        name = _EXTENSION.sub("", plain(text)).rstrip("^ ")
        if text[0] == "@":
            return len(name) > 1
        return is_capitals(name) and not name.endswith("TO:") and not _SETTING.match(name + " ")

    def _speech(self, text: str) -> None:
        """A cue and its speech, which lasts to the next blank line (one of two spaces is no blank line)."""
        dual = text.endswith("^")
        if dual and self.last_cue is not None:
            self.typed[self.last_cue :] = [_paired(e) for e in self.typed[self.last_cue :]]
        self.last_cue = len(self.typed)
        self._add(LineKind.SPEAKER, text.removeprefix("@").rstrip("^ "), self.index, dual=dual)
        self.index += 1
        self.typed.extend(self._said(dual))

    def _said(self, dual: bool) -> Iterator[Element]:
        run: list[str] = []
        first = self.index
        for text in self._spoken_lines():
            aside = text.startswith("(") and text.endswith(")")
            if aside and run:
                yield Element(LineKind.DIALOGUE, " ".join(run), first + 1, dual)
                run = []
            if aside:
                yield Element(LineKind.PARENTHETICAL, plain(text), self.index, dual)
            elif words := plain(text.removeprefix("~")):
                first = first if run else self.index - 1
                run.append(words)
        if run:
            yield Element(LineKind.DIALOGUE, " ".join(run), first + 1, dual)

    def _spoken_lines(self) -> Iterator[str]:
        while self.index < len(self.lines) and (self.lines[self.index].strip() or len(self.lines[self.index]) > 1):
            self.index += 1
            yield self.lines[self.index - 1].replace(_REMOVED, "").strip()

    def _action(self) -> None:
        """A paragraph of action: to the next blank line, or to a line that is forced to be something else."""
        first = self.index
        words = []
        while self.index < len(self.lines) and (self.index == first or not self._ends_action()):
            words.append(self.lines[self.index].replace(_REMOVED, "").strip())
            self.index += 1
        self._add(LineKind.ACTION, " ".join(words).removeprefix(_FORCED_ACTION), first)

    def _ends_action(self) -> bool:
        line = self.lines[self.index].strip()
        return not line or line[0] in "#=>~" or (line[0] == "." and line[1:2].isalnum())

    def _is_blank(self, index: int) -> bool:
        return index >= len(self.lines) or (not self.lines[index].strip() and len(self.lines[index]) < 2)

    def _add(
        self, kind: LineKind, text: str, index: int, *, dual: bool = False, scene_number: str | None = None
    ) -> None:
        if words := plain(text):
            self.typed.append(Element(kind, words, index + 1, dual, scene_number))


def _paired(element: Element) -> Element:
    """The first of two who speak at once is only known when the second comes."""
    spoken = element.kind in (LineKind.SPEAKER, LineKind.PARENTHETICAL, LineKind.DIALOGUE)
    return Element(element.kind, element.text, element.source_line, dual=True) if spoken else element
