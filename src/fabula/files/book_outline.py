"""The outline of a book: its pieces of text in reading order, and where its chapters open.

Every reader of books (EPUB, HTML, Markdown, plain text) delivers a :class:`Manuscript`; ``book.py`` binds it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fabula.files.book_headings import CHAPTER, NUMERAL, heading_title, is_apparatus, read_heading, same_title
from fabula.files.html_text import Block
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
        (index, piece.level, heading_title(source[piece.start : piece.end]))
        for index, piece in enumerate(pieces)
        if piece.level
    ]
    depth = depth or _chapter_level(headings, pieces)
    return list(_nest(heading for heading in headings if heading[1] <= depth))


def nest_titles(titles: Iterable[tuple[int, str]]) -> list[Opening]:
    """Openings from a flat table of contents of (piece, title): "Part One" goes before the chapters that follow it."""
    ranked = ((piece, found.rank if (found := read_heading(title)) else CHAPTER, title) for piece, title in titles)
    return list(_nest((piece, min(rank, CHAPTER), title) for piece, rank, title in ranked))


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


def settle_matters(sections: Sequence[Section]) -> list[Matter]:
    """The matter of each section: what the file says, else told from its title and from where it stands.

    A preface, contents or notes are front matter before the story and back matter after it; amid the story a
    chapter only happens to be called so.
    """
    told = [
        section.matter or (None if _is_beside_story(i, sections) else Matter.BODY) for i, section in enumerate(sections)
    ]
    body = [i for i, matter in enumerate(told) if matter is Matter.BODY]
    if not body:
        return [matter or Matter.BODY for matter in told]
    return [
        matter or (Matter.FRONT if i < body[0] else Matter.BACK if i > body[-1] else Matter.BODY)
        for i, matter in enumerate(told)
    ]


def _is_beside_story(index: int, sections: Sequence[Section]) -> bool:
    title = sections[index].title.rpartition(_JOINT)[2]
    return is_apparatus(title) if title else _is_title_page(sections)


def _is_title_page(sections: Sequence[Section]) -> bool:
    """Whether the text before the first heading is a title page and the like, not a first chapter without a heading."""
    if len(sections) < 2:
        return False
    following = read_heading(sections[1].title.rpartition(_JOINT)[2])
    size, *others = [sum(piece.end - piece.start for piece in section.passages) for section in sections]
    is_second = following is not None and (following.number or 1) > 1
    return not is_second and size <= max(_TITLE_PAGE, sum(others) / len(others))


def is_ornament(text: str) -> bool:
    """Whether a paragraph is only a printer's break such as "* * *"."""
    return len(text) < 200 and _ORNAMENTS.issuperset(text)


def _nest(headings: Iterable[tuple[int, int, str]]) -> Iterator[Opening]:
    """Give each heading (piece, level, title) the titles of the parts that it stands in."""
    path: list[tuple[int, str]] = []
    for piece, level, title in headings:
        if is_apparatus(title):  # an index belongs to the book, not to its last part
            path = []
            yield Opening(piece, (title,))
            continue
        path = [outer for outer in path if outer[0] < level] + [(level, title)]
        yield Opening(piece, tuple(name for _, name in path))


def _chapter_level(headings: Sequence[tuple[int, int, str]], pieces: Sequence[Piece]) -> int:
    """The level of chapters: that of numbered ones, or else the first whose headings mostly have text under them."""
    ranked = [(level, found.rank) for _, level, title in headings if (found := read_heading(title))]
    for rank in (CHAPTER, NUMERAL):
        numbered = Counter(level for level, its in ranked if its == rank)
        if numbered:
            return max(numbered, key=lambda level: numbered[level])
    levels = Counter(level for _, level, _ in headings)
    filled = Counter(level for index, level, _ in headings if index + 1 < len(pieces) and not pieces[index + 1].level)
    told = [level for level in sorted(levels) if levels[level] > 1 and 2 * filled[level] >= levels[level]]
    return told[0] if told else max(levels, default=0)
