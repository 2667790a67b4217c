"""The columns of a typed screenplay, learnt from the file: every site and every program indents in its own way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fabula.files.screenplay.elements import has_setting
from fabula.files.screenplay.furniture import Line
from fabula.files.screenplay.names import is_name, normalise_name
from fabula.files.screenplay.slugs import is_heading

APART = 3
"""Columns closer than this are the same column, a little off."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where action, speech and names stand (columns), and whether the file puts blank lines between name and speech.

    ``names`` counts the character cues of the file by their normalised name; ``opening`` is the index of the
    first scene heading, before which the title page may stand.
    """

    action: int
    speech: int
    name: int
    spaced: bool
    names: Counter[str]
    opening: int = 0

    @property
    def speech_apart(self) -> bool:
        """Whether speech is indented more than action, so that the column tells them apart."""
        return self.speech - self.action >= APART

    @property
    def name_apart(self) -> bool:
        """Whether names have a column of their own."""
        return self.name - self.speech >= APART

    def in_speech(self, line: Line) -> bool:
        """Whether the line stands nearer to the column of speech than to that of action."""
        return 2 * line.indent >= self.action + self.speech

    def in_name(self, line: Line) -> bool:
        """Whether the line stands where names do."""
        if self.name_apart:
            return 2 * line.indent >= self.speech + self.name
        return self.in_speech(line)


def learn_layout(lines: list[Line]) -> Layout:
    """Learn the columns from lines that look like names and from what stands beneath them."""
    opening = next((i for i, line in enumerate(lines) if has_setting(line.text) or is_heading(line.text)), 0)
    cues = list(_likely_cues(lines, opening)) or list(_likely_cues(lines, 0))
    deeper = [c for c in cues if c[0].indent - c[1].indent >= APART]
    if 10 * len(deeper) >= len(cues):
        # Camera directions in capitals also look like names with speech beneath, but they are not indented.
        cues = deeper or cues
    if not cues:
        return Layout(0, 0, 0, False, Counter(), opening)
    (name, speech), _ = Counter((cue.indent, below.indent) for cue, below in cues).most_common(1)[0]
    spaced = 2 * sum(below.gap for _, below in cues) > len(cues)
    names = Counter(normalise_name(cue.text).name for cue, _ in cues)
    return Layout(_action_column(lines, speech), speech, name, spaced, names, opening)


def _likely_cues(lines: list[Line], start: int) -> Iterator[tuple[Line, Line]]:
    """Each line that looks like a name, with the first line of speech beneath it."""
    for index in range(start, len(lines) - 1):
        line = lines[index]
        if not (line.gap and is_name(line.text)):
            continue
        below = next((x for x in lines[index + 1 : index + 5] if not x.text.startswith("(")), None)
        if below is not None and below.indent <= line.indent and not has_setting(below.text):
            yield line, below


def _action_column(lines: list[Line], speech: int) -> int:
    """The commonest column left of speech; that of speech itself if hardly anything stands there."""
    left = Counter(line.indent for line in lines if line.indent <= speech - APART)
    if 10 * left.total() < len(lines):
        return speech
    return left.most_common(1)[0][0]
