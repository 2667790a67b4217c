"""Books: EPUB, plain text, Markdown and HTML -> chapters, passages and sentences with offsets."""

from fabula.files.book.reader import read_book

__all__ = ["read_book"]
