"""Reading a book from any of its formats: EPUB, HTML, Markdown or plain text."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from fabula.errors import InputError
from fabula.files.book.epub import read_epub
from fabula.files.book.html_book import read_html_book
from fabula.files.book.html_text import MAX_BLOCKS
from fabula.files.book.outline import Manuscript, Section, divide, settle_matters
from fabula.files.book.plain import read_markdown, read_plain
from fabula.files.book.sentences import iter_sentences
from fabula.files.encodings import DecodedText
from fabula.files.text import read_text, require_file, sniff_kind
from fabula.records import Book, Chapter, Matter, Passage, Sentence

MAX_BYTES = 64 * 1024**2
"""Bytes of a book in plain text or Markdown; the longest novels have 10 MB."""
MAX_PAGE_BYTES = 32 * 1024**2
"""Bytes of a book in HTML."""
MAX_LINES = 2_000_000
MAX_PASSAGES = MAX_BLOCKS
MAX_SENTENCES = 1_000_000

_ZIP = (b"PK\3\4", b"PK\5\6", b"PK\7\10")
_HTML = re.compile(rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
_HTML_NAMES = frozenset([".html", ".htm", ".xhtml"])
_MARKDOWN_NAMES = frozenset([".md", ".markdown"])
_PALM_KIND = slice(60, 68)  # where a Palm database, which a Mobipocket book is, says what it is
_CONVERT = "convert it to EPUB, for example with Calibre"
_SPLIT = "check that the file is one book, and split it if it is"


def read_book(path: str | Path) -> Book:
    """Read a book; what the file holds decides on its format, and only then its name.

    Returns:
        The book: chapters in reading order with their matter, and passages and sentences whose offsets point
        into ``source``. Every chapter has a passage, and every passage a sentence.

    Raises:
        InputError: there is no such file, it is no book in a format known here, has no text, or is too large.
    """
    path = require_file(path)
    return _bind(path, _read(path))


def _read(path: Path) -> Manuscript:
    with path.open("rb") as file:
        head = file.read(4096)
    suffix = path.suffix.lower()
    if head.startswith(_ZIP):
        return read_epub(path)
    if kind := _unreadable_kind(head):
        raise InputError(path, f"this is {kind}, not a book that can be read here", _CONVERT)
    if suffix in _HTML_NAMES or _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        if path.stat().st_size > MAX_PAGE_BYTES:
            raise _too_large(path, f"{MAX_PAGE_BYTES // 1024**2} MiB")
        return read_html_book(path)
    text = _read_text(path)
    return read_markdown(text) if suffix in _MARKDOWN_NAMES else read_plain(text)


def _unreadable_kind(head: bytes) -> str | None:
    if head[_PALM_KIND] in {b"BOOKMOBI", b"TEXtREAd"}:
        return "a Mobipocket or Kindle book"
    if b"<FictionBook" in head:
        return "a FictionBook (FB2)"
    return sniff_kind(head)


def _read_text(path: Path) -> DecodedText:
    text = read_text(path, max_bytes=MAX_BYTES)
    if text.text.count("\n") > MAX_LINES:
        raise _too_large(path, f"{MAX_LINES:,} lines")
    return text


def _too_large(path: Path, limit: str) -> InputError:
    return InputError(path, f"it has more than the {limit} that a book may have", _SPLIT)


def _bind(path: Path, manuscript: Manuscript) -> Book:
    """Number chapters, passages and sentences through."""
    sections = divide(manuscript)
    if not sections:
        raise InputError(path, "no text was found in the book", "check that it is not a book of pictures or scans")
    if sum(len(section.passages) for section in sections) > MAX_PASSAGES:
        raise _too_large(path, f"{MAX_PASSAGES:,} paragraphs")
    passages = tuple(_passages(manuscript.source, sections))
    return Book(
        path=str(path),
        title=manuscript.title,
        author=manuscript.author,
        source=manuscript.source,
        chapters=tuple(_chapters(manuscript.title, sections)),
        passages=passages,
        sentences=tuple(_sentences(path, passages)),
        format=manuscript.format,
        warnings=manuscript.warnings,
    )


def _chapters(book_title: str | None, sections: Sequence[Section]) -> Iterator[Chapter]:
    first = 0
    for index, (section, matter) in enumerate(zip(sections, settle_matters(sections, book_title), strict=True)):
        untitled = "Front matter" if matter is Matter.FRONT else book_title or "Text"
        last = first + len(section.passages) - 1
        yield Chapter(index, section.title or untitled, matter, first, last)
        first = last + 1


def _passages(source: str, sections: Sequence[Section]) -> Iterator[Passage]:
    placed = ((chapter, piece) for chapter, section in enumerate(sections) for piece in section.passages)
    for index, (chapter, piece) in enumerate(placed):
        yield Passage(index, chapter, source[piece.start : piece.end], piece.start, piece.end)


def _sentences(path: Path, passages: Sequence[Passage]) -> Iterator[Sentence]:
    index = 0
    for passage in passages:
        for start, end in iter_sentences(passage.text):
            if index >= MAX_SENTENCES:
                raise _too_large(path, f"{MAX_SENTENCES:,} sentences")
            offset = passage.char_start
            yield Sentence(index, passage.index, passage.text[start:end], offset + start, offset + end)
            index += 1
