"""A book as one HTML page."""

from pathlib import Path

from fabula.files.book.gutenberg import page_title, text_span
from fabula.files.book.html_text import read_markup
from fabula.files.book.outline import Manuscript, find_openings, join_blocks


def read_html_book(path: Path) -> Manuscript:
    """Read a page, as XML if it is well-formed; its headings tell the chapters."""
    document = read_markup(path.read_bytes(), xml=True)
    source, pieces = join_blocks(document.blocks)
    title, author = page_title(document.title) if document.title else (None, None)
    return Manuscript(
        format="html",
        source=source,
        pieces=pieces,
        openings=find_openings(source, pieces),
        title=title,
        author=document.author or author,
        span=text_span(source),
    )
