"""The outline of a book: its pieces of text in reading order, and where its chapters open.

Every reader of books (EPUB, HTML, Markdown, plain text) delivers a :class:`Manuscript`; ``book.py`` binds it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from fabula.files.book.headings import CHAPTER, NUMERAL, heading_title, is_apparatus, read_heading, same_title
from fabula.files.book.html_text import Block
from fabula.records import Matter

_JOINT = " · "
_TITLE_PAGE = 2000  # characters that a title page with its contents may have
_ORNAMENTS = frozenset(" \t\n*#~=_+-–—•·.§⁂⁎✻❦")


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of the source: a paragraph (``level`` 0) or a heading (1 is the highest level).

    ``matter`` is set when the file itself says to which part of the book the piece belongs.
    """

    start: int
    end: int
    level: int = 0
    matter: Matter | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A chapter opens at a piece. ``titles`` run from the outermost part to the chapter itself."""

    piece: int
    titles: tuple[str, ...]


@dataclass(slots=True)
class Manuscript:
    """A book before it is bound: the source text, its pieces in order, and the openings of its chapters.

    What stands outside ``span``, if there is one, is a publisher's licence and no part of the book.
    """

    format: str
    source: str
    pieces: list[Piece]
    openings: list[Opening]
    title: str | None = None
    author: str | None = None
    warnings: tuple[str, ...] = ()
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter in the making: its title, its matter as far as the file says, and its passages (never none)."""

    title: str
    matter: Matter | None
    passages: tuple[Piece, ...]


def join_blocks(blocks: Iterable[Block]) -> tuple[str, list[Piece]]:
    """The source text of a book of markup, blocks parted by an empty line, and its pieces."""
    texts, pieces, start = [], [], 0
    for block in blocks:
        end = start + len(block.text)
        texts.append(block.text)
        pieces.append(Piece(start, end, block.level, block.matter))
        start = end + 2
    return "\n\n".join(texts), pieces


def find_openings(source: str, pieces: Sequence[Piece], depth: int | None = None) -> list[Opening]:
    """Openings at the headings down to level ``depth``, which is found out if it is None."""
    headings = [
        _Heading(index, piece.level, heading_title(source[piece.start : piece.end]), piece.matter)
        for index, piece in enumerate(pieces)
        if piece.level
    ]
    depth = depth or _chapter_level(headings, pieces)
    return list(_nest(heading for heading in headings if heading.level <= depth))


def nest_titles(titles: Iterable[tuple[int, str]]) -> list[Opening]:
    """Openings from a flat table of contents of (piece, title): "Part One" goes before the chapters that follow it."""
    ranked = ((piece, found.rank if (found := read_heading(title)) else CHAPTER, title) for piece, title in titles)
    return list(_nest(_Heading(piece, min(rank, CHAPTER), title) for piece, rank, title in ranked))


def divide(manuscript: Manuscript) -> list[Section]:
    """The sections that have passages, in order; text before the first opening makes a section without a title."""
    openings = [Opening(0, ()), *manuscript.openings, Opening(len(manuscript.pieces), ())]
    sections = (_section(manuscript, opening, after.piece) for opening, after in pairwise(openings))
    return [section for section in sections if section.passages]


def _section(manuscript: Manuscript, opening: Opening, end: int) -> Section:
    own = manuscript.pieces[opening.piece : end]
    first, last = manuscript.span or (0, len(manuscript.source))
    passages = tuple(
        piece
        for piece in own
        if not piece.level
        and first <= piece.start
        and piece.end <= last
        and not is_ornament(manuscript.source[piece.start : piece.end])
    )
    titles = opening.titles
    if len(titles) > 1 and manuscript.title and same_title(titles[0], manuscript.title):
        titles = titles[1:]  # the whole book hangs under its own title
    return Section(_JOINT.join(titles), next((piece.matter for piece in own if piece.matter), None), passages)


def settle_matters(sections: Sequence[Section], book_title: str | None) -> list[Matter]:
    """The matter of each section: what the file says, else told from its title and from where it stands.

    A preface, contents or notes are front matter before the story and back matter after it; amid the story a
    chapter only happens to be called so.
    """
    told = [section.matter or (None if is_apparatus(_own_title(section)) else Matter.BODY) for section in sections]
    if not sections[0].matter and _is_title_page(sections, book_title):
        told[0] = Matter.FRONT
    body = [i for i, matter in enumerate(told) if matter is Matter.BODY]
    if not body:
        return [matter or Matter.BODY for matter in told]
    return [
        matter or (Matter.FRONT if i < body[0] else Matter.BACK if i > body[-1] else Matter.BODY)
        for i, matter in enumerate(told)
    ]


def _own_title(section: Section) -> str:
    return section.title.rpartition(_JOINT)[2]


def _is_title_page(sections: Sequence[Section], book_title: str | None) -> bool:
    """Whether what stands before the first chapter, or under the book's title, is its title page and the like.

    It is not if it is long, or if the chapter after it is numbered 2: then it is the first, without a heading.
    """
    size, *others = [sum(piece.end - piece.start for piece in section.passages) for section in sections]
    title = sections[0].title
    if not others or (title and not same_title(title, book_title or "")):
        return False
    following = read_heading(_own_title(sections[1]))
    is_second = following is not None and (following.number or 1) > 1
    return not is_second and size <= (_TITLE_PAGE if title else max(_TITLE_PAGE, sum(others) / len(others)))


def is_ornament(text: str) -> bool:
    """Whether a paragraph is only a printer's break such as "* * *", or marks the place of a picture."""
    is_picture = text.startswith("[Illustration") and text.endswith("]")
    return is_picture or (len(text) < 200 and _ORNAMENTS.issuperset(text))


class _Heading(NamedTuple):
    piece: int
    level: int
    title: str
    matter: Matter | None = None


def _nest(headings: Iterable[_Heading]) -> Iterator[Opening]:
    """Give each heading the titles of the parts that it stands in."""
    path: list[_Heading] = []
    for heading in headings:
        path = [outer for outer in path if outer.level < heading.level] + [heading]
        if is_apparatus(heading.title) or heading.matter in {Matter.FRONT, Matter.BACK}:
            path = [heading]  # an index belongs to the book, not to its last part
        yield Opening(heading.piece, tuple(outer.title for outer in path))


def _chapter_level(headings: Sequence[_Heading], pieces: Sequence[Piece]) -> int:
    """The level of chapters: that of numbered ones, or else the first whose headings mostly have text under them."""
    ranked = [(heading.level, found.rank) for heading in headings if (found := read_heading(heading.title))]
    for rank in (CHAPTER, NUMERAL):
        numbered = Counter(level for level, its in ranked if its == rank)
        if numbered:
            return max(numbered, key=lambda level: numbered[level])
    levels = Counter(heading.level for heading in headings)
    filled = Counter(h.level for h in headings if h.piece + 1 < len(pieces) and not pieces[h.piece + 1].level)
    told = [level for level in sorted(levels) if levels[level] > 1 and 2 * filled[level] >= levels[level]]
    return told[0] if told else max(levels, default=0)
