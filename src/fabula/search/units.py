"""What can be found, in columns: the shots, cues, screenplay lines and passages of several projects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from fabula.align.book import alignable, spoken_text
from fabula.files.book.sentences import split_sentences
from fabula.files.project import Project
from fabula.records import Chapter, Cue, CueKind, LineKind, Link, Matter, Medium, State

APART = 1e7
"""Seconds between two films on the axis of time on which all lie: more than any film is long."""

T = TypeVar("T")

TEXTUAL = (Medium.DIALOGUE, Medium.SCRIPT, Medium.BOOK)
LONGEST = 3
"""Cues that are joined at most, where a sentence runs on from one to the next."""

_WRITTEN = frozenset({LineKind.HEADING, LineKind.ACTION, LineKind.DIALOGUE})
_ENDS = tuple(".?!…\"”'’)]")

Label = tuple[int, str]
"""A scene or a chapter: its number, from 1, and its heading or title."""


@dataclass(frozen=True)
class Unit:
    """One thing that can be found; ``item`` is its place in the project's list. What is not known is None."""

    project: int
    item: int
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    scene: Label | None = None
    chapter: Label | None = None


class Units:
    """Units of one kind, in columns (n,): times are nan, and labels -1, where they are not known.

    ``begin`` and ``finish`` are their times on an axis on which all the films lie one after another.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self.project = np.array([unit.project for unit in units], np.int32)
        self.item = np.array([unit.item for unit in units], np.int32)
        self.start = np.array([np.nan if unit.start is None else unit.start for unit in units], float)
        self.end = np.array([np.nan if unit.end is None else unit.end for unit in units], float)
        self.begin, self.finish = self.start + APART * self.project, self.end + APART * self.project
        self.speakers, self.speaker = _labels(unit.speaker for unit in units)
        self.scenes, self.scene = _labels(unit.scene for unit in units)
        self.chapters, self.chapter = _labels(unit.chapter for unit in units)

    def __len__(self) -> int:
        return len(self.item)

    def unit(self, row: int) -> Unit:
        """One of them, as it was given."""
        timed = not np.isnan(self.start[row])
        return Unit(
            int(self.project[row]),
            int(self.item[row]),
            float(self.start[row]) if timed else None,
            float(self.end[row]) if timed else None,
            self.speakers[self.speaker[row]] if self.speaker[row] >= 0 else None,
            self.scenes[self.scene[row]] if self.scene[row] >= 0 else None,
            self.chapters[self.chapter[row]] if self.chapter[row] >= 0 else None,
        )


def _labels(values: Iterable[T | None]) -> tuple[list[T], np.ndarray]:
    """The different values, and for each thing the place of its value (-1 for None)."""
    numbers: dict[T, int] = {}
    codes = [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), np.array(codes, np.int32)


@dataclass(frozen=True)
class Written:
    """Units with their sentences: those of unit k are ``sentences[k]``, at least one."""

    units: list[Unit]
    sentences: list[list[str]]


class Reader:
    """Makes units of what a project has.

    Args:
        project: the project.
        number: its place among the projects that are searched.
    """

    def __init__(self, project: Project, number: int) -> None:
        self.project, self.number = project, number
        self._cues = {cue.number: cue for cue in project.cues}
        self._links = [link for link in project.links if link.state in (State.ALIGNED, State.MOVED)]
        chapters = project.book.chapters if project.book else ()
        self._chapters = {found.index: label for found, label in _numbered(chapters)}

    def shots(self) -> tuple[list[Unit], np.ndarray | None]:
        """The shots that a vision model has looked at, and their vectors."""
        seen = self.project.shot_vectors
        if seen is None or not len(seen.shots):
            return [], None
        place = {shot.index: k for k, shot in enumerate(self.project.shots)}
        rows = [k for k, shot in enumerate(seen.shots) if shot in place]
        every = self.every_shot()
        return [every[place[seen.shots[row]]] for row in rows], seen.vectors[rows]

    def every_shot(self) -> list[Unit]:
        """All shots, also those that no vision model has looked at."""
        return [
            Unit(self.number, item, shot.start, shot.end, scene=self._scene(shot.scene))
            for item, shot in enumerate(self.project.shots)
        ]

    def texts(self, medium: Medium) -> Written:
        """The units of one of the channels that are written."""
        make = {Medium.DIALOGUE: self._dialogue, Medium.SCRIPT: self._script, Medium.BOOK: self._book}
        pairs = make[medium]()
        return Written([unit for unit, found in pairs if found], [found for _, found in pairs if found])

    def _dialogue(self) -> list[tuple[Unit, list[str]]]:
        chapters = self._chapters_of_cues()
        pairs = []
        cues = self.project.cues
        for k, cue in enumerate(cues):
            if cue.kind is CueKind.ADVERTISEMENT:
                continue
            chapter = chapters.get(cue.number)
            unit = Unit(self.number, k, cue.start, cue.end, said_by(cue), self._scene(cue.scene), chapter)
            pairs.append((unit, _running(cues, k)))
        return pairs

    def _script(self) -> list[tuple[Unit, list[str]]]:
        pairs = []
        for k, line in enumerate(self.project.lines):
            if line.kind in _WRITTEN:
                unit = Unit(self.number, k, line.start, line.end, line.speaker, self._scene(line.scene))
                pairs.append((unit, sentences_of(line.text)))
        return pairs

    def _book(self) -> list[tuple[Unit, list[str]]]:
        book = self.project.book
        if book is None:
            return []
        text, told = alignable(book), self._cues_of_passages()
        ends = [*text.starts[1:], len(text.sentences)]
        pairs = []
        for passage, first, last in zip(text.passages, text.starts, ends, strict=True):
            first_cue, last_cue = told.get(passage.index, (None, None))
            unit = Unit(
                self.number,
                passage.index,
                first_cue.start if first_cue else None,
                last_cue.end if last_cue else None,
                scene=self._scene(first_cue.scene) if first_cue else None,
                chapter=self._chapters.get(passage.chapter),
            )
            pairs.append((unit, [sentence.prose for sentence in text.sentences[first:last]]))
        return pairs

    def _scene(self, index: int | None) -> Label | None:
        scenes = self.project.scenes
        return (index + 1, scenes[index].heading) if index is not None and index < len(scenes) else None

    def _chapters_of_cues(self) -> dict[int, Label]:
        book = self.project.book
        found: dict[int, Label] = {}
        for link in self._links:
            if book and link.first_passage is not None and link.first_cue is not None and link.last_cue is not None:
                label = self._chapters.get(book.passages[link.first_passage].chapter)
                if label:
                    found |= dict.fromkeys(range(link.first_cue, link.last_cue + 1), label)
        return found

    def _cues_of_passages(self) -> dict[int, tuple[Cue, Cue]]:
        """For each passage that the film tells, the first and the last cue of the surest link to it."""
        found: dict[int, tuple[Cue, Cue]] = {}
        for link in sorted(self._links, key=lambda link: link.score):
            for passage in _passages(link):
                if link.first_cue in self._cues and link.last_cue in self._cues:
                    found[passage] = (self._cues[link.first_cue], self._cues[link.last_cue])
        return found


def said_by(cue: Cue) -> str | None:
    """Who speaks a cue, as the screenplay or else the subtitles themselves say; two names are joined by " / "."""
    names = [name for name in (*cue.speakers, cue.speaker) if name] or [name for name in cue.names if name]
    return " / ".join(dict.fromkeys(names)) or None


def sentences_of(text: str) -> list[str]:
    """The sentences of a paragraph, each in one line."""
    prose = " ".join(text.split())
    return [prose[first:last] for first, last in split_sentences(prose)]


def _running(cues: Sequence[Cue], place: int) -> list[str]:
    """What a cue says; and, if its sentence runs on, that together with the cues that end it."""
    own = " ".join(spoken_text(cues[place]).split())
    if not own:
        return []
    joined = own
    for cue in cues[place + 1 : place + LONGEST]:
        if joined.endswith(_ENDS) or cue.kind is not CueKind.SPEECH:
            break
        joined = f"{joined} {' '.join(spoken_text(cue).split())}"
    return [own] if joined == own else [own, joined]


def _passages(link: Link) -> range:
    if link.first_passage is None or link.last_passage is None:
        return range(0)
    return range(link.first_passage, link.last_passage + 1)


def _numbered(chapters: Sequence[Chapter]) -> list[tuple[Chapter, Label]]:
    """The chapters of the body with their numbers, from 1."""
    body = [chapter for chapter in chapters if chapter.matter is Matter.BODY]
    return [(chapter, (number, chapter.title)) for number, chapter in enumerate(body, 1)]
