"""EPUB books, versions 2 and 3: from the ZIP archive to a manuscript."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fabula.errors import InputError
from fabula.files.book.epub_archive import Archive, DamagedMemberError
from fabula.files.book.epub_package import Link, read_package, some_of
from fabula.files.book.epub_toc import read_contents
from fabula.files.book.gutenberg import text_span
from fabula.files.book.headings import matter_of_file, matter_of_types, opens_story, read_heading, title_of_file
from fabula.files.book.html_text import MAX_BLOCKS, Document, read_markup
from fabula.files.book.outline import Manuscript, Opening, find_openings, join_blocks, nest_titles
from fabula.records import Matter

_STORY_STARTS = frozenset(["text", "bodymatter", "start"])


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of the reading order; ``first`` is the index of its first block in the whole book."""

    name: str
    document: Document
    first: int
    matter: Matter | None

    @property
    def title(self) -> str:
        heading = next((block.text for block in self.document.blocks if block.level), None)
        return heading or self.document.title or title_of_file(self.name)


def read_epub(path: Path) -> Manuscript:
    """Read an EPUB. Chapters come from its table of contents or, if that says too little, from its headings.

    Raises:
        InputError: the file is damaged, encrypted, too large, or no EPUB.
    """
    with Archive(path) as archive:
        package = read_package(archive)
        contents, landmarks, toc_warnings = read_contents(archive, package)
        documents, page_warnings = _read_pages(archive, package.pages)
    pages = _place(documents, landmarks)
    blocks = [replace(block, matter=block.matter or page.matter) for page in pages for block in page.document.blocks]
    source, pieces = join_blocks(blocks)
    openings = _contents_openings(pages, contents)
    chapters = [block for block in blocks if block.level and read_heading(block.text)]
    if len(openings) < max(2, len(chapters) // 2):
        openings = find_openings(source, pieces)
    return Manuscript(
        format="epub",
        source=source,
        pieces=pieces,
        openings=_nested(_with_lone_pages(openings, pages)),
        title=package.title,
        author=package.author,
        warnings=(*package.warnings, *toc_warnings, *page_warnings),
        span=text_span(source),
    )


def _read_pages(archive: Archive, names: Sequence[str]) -> tuple[dict[str, Document], list[str]]:
    documents: dict[str, Document] = {}
    warnings, mended, count = [], [], 0
    for name in names:
        try:
            documents[name] = document = read_markup(archive.read(name), xml=True)
        except DamagedMemberError as error:
            warnings.append(f"{error.problem}; the page was left out")
            continue
        if document.mended:
            mended.append(name)
        count += len(document.blocks)
        if count > MAX_BLOCKS:  # enough to be refused as a whole
            break
    if not documents:
        raise InputError(archive.path, "none of the EPUB's pages can be unpacked", "download or export the book again")
    if mended:
        warnings.append(f"not well-formed XHTML, read as HTML: {some_of(mended)}")
    return documents, warnings


def _place(documents: dict[str, Document], landmarks: Sequence[Link]) -> list[_Page]:
    """Number the blocks through and say of each page, as far as guide, landmarks and file names tell, its matter."""
    # A landmark inside a page says nothing of the whole page.
    marked = {link.page: matter_of_types(link.kind.split()) for link in landmarks if not link.fragment}
    starts = {link.page for link in landmarks if _STORY_STARTS.intersection(link.kind.split())}
    story = next((number for number, name in enumerate(documents) if name in starts), 0)
    pages, first = [], 0
    for number, (name, document) in enumerate(documents.items()):
        matter = marked.get(name) or matter_of_file(name)
        if not matter and number < story and not any(b.level and opens_story(b.text) for b in document.blocks):
            matter = Matter.FRONT
        pages.append(_Page(name, document, first, matter))
        first += len(document.blocks)
    return pages


def _contents_openings(pages: Sequence[_Page], contents: Sequence[Link]) -> list[Opening]:
    """Where the entries of the table of contents point; of several at one place the innermost, then the first."""
    by_name = {page.name: page for page in pages}
    best: dict[int, tuple[tuple[bool, int], Link]] = {}
    for link in contents:
        page = by_name.get(link.page or "")
        if not page:
            continue
        place = page.first + page.document.anchors.get(link.fragment, 0)
        # A page without text (a cover) shares its place with the next one, whose entry is the better.
        worth = (bool(page.document.blocks), len(link.titles))
        if place not in best or worth > best[place][0]:
            best[place] = worth, link
    return [Opening(place, best[place][1].titles) for place in sorted(best)]


def _with_lone_pages(openings: Sequence[Opening], pages: Sequence[_Page]) -> list[Opening]:
    """Add openings for pages that no opening points to: those before all others, and those of another matter.

    Any other such page goes on with the chapter before it, as chapters cut into several files do.
    """
    taken = {opening.piece for opening in openings}
    first = min(taken, default=None)
    added, matter = [], None
    for page in pages:
        own = next((block.matter for block in page.document.blocks if block.matter), page.matter)
        alone = first is None or page.first < first or (own is not matter and own is not None)
        if alone and page.first not in taken and page.document.blocks:
            added.append(Opening(page.first, (page.title,)))
        matter = own or matter
    return sorted([*openings, *added], key=lambda opening: opening.piece)


def _nested(openings: Sequence[Opening]) -> list[Opening]:
    """A flat table of contents lists parts and chapters as equals; put the chapters under their parts."""
    if any(len(opening.titles) > 1 for opening in openings):
        return list(openings)
    return nest_titles((opening.piece, opening.titles[-1]) for opening in openings if opening.titles)
