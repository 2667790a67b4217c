"""Screenplays as plain text, the way they are found on the web: typed pages without any mark-up.

Lines become paragraphs, and paragraphs become elements by their column (learnt for each file), by their capitals,
and by what stands before them. Where speech and action share a column, their wording decides.
"""

import re
from collections.abc import Callable, Iterator

from fabula.files.screenplay.dual import dual_columns
from fabula.files.screenplay.elements import Draft, Element, has_setting
from fabula.files.screenplay.furniture import Line, read_lines
from fabula.files.screenplay.layout import APART, Layout, learn_layout
from fabula.files.screenplay.names import is_capitals, is_name, normalise_name
from fabula.files.screenplay.prose import is_spoken, is_told
from fabula.files.screenplay.slugs import action_elements, heading_elements, is_heading, is_transition
from fabula.files.screenplay.transcript import separate_cues
from fabula.records import LineKind

_LONGEST_TITLE = 90
_NO_SLUG = re.compile(r"[!?…\"”)]$|^[\"“(]")


def parse_text(text: str) -> Draft:
    """Type the lines of a plain text screenplay; the head of the module says how."""
    lines = separate_cues(read_lines(text))
    layout = learn_layout(lines)
    return Draft(_Typist(lines, layout).elements(), _title(lines, layout))


def speech_elements(lines: list[Line], *, dual: bool = False) -> Iterator[Element]:
    """Cut the lines beneath a cue into parentheticals and runs of dialogue, wrapped lines joined."""
    kind, run, number = LineKind.DIALOGUE, list[str](), 0
    for line in lines:
        rest = line.text
        while rest:
            if kind is LineKind.DIALOGUE and rest.startswith("("):
                if run:
                    yield Element(kind, " ".join(run), number, dual)
                kind, run = LineKind.PARENTHETICAL, []
            number = number if run else line.number
            inside, bracket, after = rest.partition(")") if kind is LineKind.PARENTHETICAL else (rest, "", "")
            run.append(inside + bracket)
            rest = after.strip()
            if bracket:
                yield Element(kind, " ".join(run), number, dual)
                kind, run = LineKind.DIALOGUE, []
    if run:
        yield Element(kind, " ".join(run), number, dual)


def _title(lines: list[Line], layout: Layout) -> str | None:
    """The first line, if it stands alone before the first scene."""
    if not layout.opening or not lines[1].gap or len(lines[0].text) > _LONGEST_TITLE or is_transition(lines[0].text):
        return None
    return lines[0].text.strip('"“”*_ ') or None


class _Typist:
    """Walks over the lines once.

    ``speaking``: a speech may go on here; ``awaiting``: a cue or a parenthetical has just announced words;
    ``owing``: it was the cue, and nothing has been said yet.
    """

    def __init__(self, lines: list[Line], layout: Layout) -> None:
        self.lines, self.layout = lines, layout
        self.speaking = self.awaiting = self.owing = False
        headings = sum(has_setting(line.text) for line in lines)
        slugs = sum(map(self._is_slug, range(len(lines))))
        self.slugs_are_headings = 20 * headings < slugs

    def elements(self) -> list[Element]:
        """All elements of the file."""
        typed: list[Element] = []
        index = 0
        while index < len(self.lines):
            index, found = self._step(index)
            typed.extend(found)
        return typed

    def _step(self, index: int) -> tuple[int, list[Element]]:
        """What begins at ``index``: the index after it, and its elements."""
        line = self.lines[index]
        if is_heading(line.text):
            end = self._end(index, lambda x: is_capitals(x.text) and not self._is_cue_line(x))
            return end, self._told(heading_elements(self.lines[index:end]))
        if is_transition(line.text):
            return index + 1, self._told([Element(LineKind.TRANSITION, line.text, line.number)])
        if self._is_cue(index):
            return self._cue(index)
        if columns := self._dual(index):
            end = self._end(index, lambda _: True)
            return end, self._told([e for lines in columns for e in _whole_speech(lines, dual=True)])
        if self.slugs_are_headings and self._is_slug(index):
            return index + 1, self._told([Element(LineKind.HEADING, line.text, line.number)])
        end = self._end(index, lambda x: self.layout.in_speech(x) == self.layout.in_speech(line))
        return end, self._paragraph(self.lines[index:end])

    def _end(self, index: int, belongs: Callable[[Line], bool]) -> int:
        """The index after the lines that follow without a gap and belong to the one at ``index``."""
        end = index + 1
        while end < len(self.lines) and not self.lines[end].gap and belongs(self.lines[end]) and not self._starts(end):
            end += 1
        return end

    def _starts(self, index: int) -> bool:
        """Whether something new starts at a line that no gap precedes."""
        text = self.lines[index].text
        return is_heading(text) or is_transition(text) or (self.layout.name_apart and self._is_cue(index))

    def _told(self, elements: list[Element]) -> list[Element]:
        self.speaking = self.awaiting = self.owing = False
        return elements

    def _cue(self, index: int) -> tuple[int, list[Element]]:
        """A cue and the lines beneath it that touch it, which are speech whatever their column."""
        lines, layout = self.lines, self.layout
        touching = index + 1 < len(lines) and not lines[index + 1].gap
        left = lines[index + 1].indent - 1 if touching else 0
        end = self._end(index, lambda x: not layout.speech_apart or x.indent >= left or layout.in_speech(x))
        self.speaking = self.awaiting = self.owing = True
        cue = Element(LineKind.SPEAKER, lines[index].text, lines[index].number)
        return end, [cue, *self._spoken(lines[index + 1 : end])]

    def _spoken(self, lines: list[Line]) -> list[Element]:
        found = list(speech_elements(lines))
        self.awaiting = not found or found[-1].kind is LineKind.PARENTHETICAL
        self.owing = self.owing and all(e.kind is LineKind.PARENTHETICAL for e in found)
        return found

    def _paragraph(self, lines: list[Line]) -> list[Element]:
        if self.speaking and self._goes_on(lines):
            return self._spoken(lines)
        return self._told(action_elements(lines))

    def _goes_on(self, lines: list[Line]) -> bool:
        """Whether a paragraph belongs to the speech before it."""
        layout = self.layout
        if layout.speech_apart:
            return layout.in_speech(lines[0])
        if lines[0].text.startswith("("):
            return layout.spaced
        text = " ".join(line.text for line in lines)
        if self.awaiting:
            return not is_told(text, layout.names)
        return layout.spaced and is_spoken(text, layout.names)

    def _is_cue(self, index: int) -> bool:
        """Whether the line names who speaks next."""
        line, layout = self.lines[index], self.layout
        if index + 1 >= len(self.lines) or not (layout.name_apart or line.gap):
            return False
        below = self.lines[index + 1]
        if is_heading(below.text) or is_transition(below.text) or not is_name(line.text):
            return False
        if not layout.in_name(line):
            # Speeches typed side by side leave the columns; a known name over deeper text is still a cue.
            return self._is_known(line) and line.gap and not below.gap and below.indent < line.indent
        if below.gap:
            return layout.spaced and layout.in_speech(below) and self._is_plausible(index)
        # Two names above each other are a title page; but a speech at the right edge has its words there too.
        stacked = layout.in_name(below) and line.indent - below.indent < APART and not below.text.startswith("(")
        return not (layout.name_apart and stacked) and self._is_plausible(index)

    def _is_known(self, line: Line) -> bool:
        return self.layout.names[normalise_name(line.text).name] > 0

    def _is_cue_line(self, line: Line) -> bool:
        return self.layout.name_apart and self.layout.in_name(line)

    def _is_plausible(self, index: int) -> bool:
        """Where only capitals mark a name: not a title page, not a sign that the action just announced."""
        if self.layout.name_apart:
            return True
        if self.owing:
            return False
        name = normalise_name(self.lines[index].text).name
        if self.layout.names[name] > 1:
            return True
        before = self.lines[index - 1].text if index else ""
        announced = (before.endswith(":") and name not in before.upper()) or is_name(before)
        return index >= self.layout.opening and not announced

    def _dual(self, index: int) -> tuple[list[Line], list[Line]] | None:
        end = self._end(index, lambda _: True) if self.lines[index].gap else index
        return dual_columns(self.lines[index:end])

    def _is_slug(self, index: int) -> bool:
        """Whether the line is a slug: capitals alone in a paragraph of their own, not spoken and not a name."""
        line = self.lines[index]
        alone = line.gap and (index + 1 == len(self.lines) or self.lines[index + 1].gap)
        if not alone or len(line.text) > _LONGEST_TITLE or not is_capitals(line.text) or _NO_SLUG.search(line.text):
            return False
        aside = self.layout.speech_apart and self.layout.in_speech(line)
        return not (aside or has_setting(line.text) or is_transition(line.text) or self._is_cue(index))


def _whole_speech(lines: list[Line], *, dual: bool) -> list[Element]:
    cue = Element(LineKind.SPEAKER, lines[0].text, lines[0].number, dual)
    return [cue, *speech_elements(lines[1:], dual=dual)]
