"""Shelves of novels: what storytellers and styles are learned from."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from fabula.errors import InputError
from fabula.files.book import read_book
from fabula.files.fiction import Novel as Novel
from fabula.files.fiction import read_collection
from fabula.records import Matter

BOOKS = (".epub", ".txt", ".md", ".html", ".htm", ".xhtml")
HELD_BACK = 5  # one novel in so many is for testing


def read_novels(path: Path) -> Iterator[Novel]:
    """The novels of a shelf, one after the other, in the order of their files.

    Args:
        path: a folder of books (EPUB, text, Markdown, HTML), in which a folder's name is the genre of the books inside;
            or of collections GENRE.txt.xz (a line is a paragraph, ``=== author - title`` begins a book); or one file.

    Raises:
        InputError: there is no book, or a file cannot be read.
    """
    for file in book_files(path):
        if is_collection(file):
            yield from read_collection(file)
        else:
            yield _book(file, "" if file.parent == path or file == path else file.parent.name)


def book_files(path: Path) -> list[Path]:
    """The books and collections of a folder and of the folders in it, in the order of their names; or the file itself.

    Raises:
        InputError: there is none.
    """
    if not path.exists():
        raise InputError(path, "there is no such file or folder", "name a folder of books")
    files = sorted(file for file in path.rglob("*") if _is_book(file)) if path.is_dir() else [path]
    if not files:
        raise InputError(path, "there is no book in this folder", f"put books there ({', '.join(BOOKS)} or .txt.xz)")
    return files


def _is_book(path: Path) -> bool:
    return is_collection(path) or path.suffix.lower() in BOOKS


def is_collection(path: Path) -> bool:
    """Whether a file holds many novels: GENRE.txt.xz."""
    return path.name.endswith(".txt.xz")


def _book(path: Path, genre: str) -> Novel:
    book = read_book(path)
    body = {chapter.index for chapter in book.chapters if chapter.matter is Matter.BODY}
    paragraphs = tuple(passage.prose for passage in book.passages if passage.chapter in body)
    return Novel(book.author or "", book.title or path.stem, genre, paragraphs)


def is_held_back(novel: Novel) -> bool:
    """Whether a novel never trains anything, so that it can test everything: one in five, by its title and author."""
    digest = hashlib.sha256(f"{novel.title}\n{novel.author}".encode()).digest()
    return digest[0] % HELD_BACK == 0
