"""Where something stands in a book: for reading ("III. The Storm ¶ 12") and for drawing (a share of its length)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fabula.files.report.markup import shorten
from fabula.records import Book, Chapter, Passage

TITLE = 44
NUMERAL = re.compile(r"\s*(?:chapter|part|book|kapitel|chapitre)?\s*([ivxlc]+|\d+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a book's passages."""

    book: Book

    def chapter(self, passage: Passage) -> Chapter:
        """The chapter that a passage belongs to."""
        return self.book.chapters[passage.chapter]

    def title(self, chapter: Chapter) -> str:
        """A chapter's title in a line, or its number if it has none."""
        return shorten(chapter.title, TITLE) or f"Chapter {chapter.index + 1}"

    def numeral(self, chapter: Chapter) -> str:
        """The numeral that a title begins with, or a dot: for narrow places."""
        found = NUMERAL.match(chapter.title)
        return found[1] if found else "·"

    def paragraph(self, passage: Passage) -> int:
        """A passage's number in its chapter, from 1."""
        return passage.index - self.chapter(passage).first_passage + 1

    def of(self, stretch: Sequence[Passage]) -> str:
        """The place of a stretch of passages: "III. The Storm ¶ 12–52"."""
        first, last = stretch[0], stretch[-1]
        place = f"{self.title(self.chapter(first))} ¶ {self.paragraph(first)}"
        if first.chapter != last.chapter:
            return f"{place} – {self.title(self.chapter(last))} ¶ {self.paragraph(last)}"
        return place if first.index == last.index else f"{place}–{self.paragraph(last)}"

    def span(self, stretch: Sequence[Passage]) -> tuple[float, float]:
        """Where a stretch begins and ends, as shares of the length of the book."""
        length = max(1, self.book.passages[-1].char_end)
        return stretch[0].char_start / length, stretch[-1].char_end / length

    def passages(self, chapter: Chapter) -> tuple[Passage, ...]:
        """The passages of a chapter."""
        return self.book.passages[chapter.first_passage : chapter.last_passage + 1]
