"""A corpus of novels: one compressed file for each genre."""

import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fabula.errors import InputError

_HEAD = re.compile(r"=== (?:(?P<author>.*?) - )?(?P<title>.+)")


@dataclass(frozen=True, slots=True)
class Novel:
    """One book: its paragraphs in order, headings among them, and what kind of book it is ("" if nobody says)."""

    author: str
    title: str
    genre: str
    paragraphs: tuple[str, ...]


def read_fiction(folder: str | Path) -> Iterator[Novel]:
    """Read the novels of ``GENRE.txt.xz`` files, file by file in the order of their names.

    A line is a paragraph, an empty line a break, and ``=== author - title`` starts a book.

    Raises:
        InputError: the folder has no such file, a file is damaged, or it has text before its first book.
    """
    paths = sorted(Path(folder).glob("*.txt.xz"))
    if not paths:
        raise InputError(folder, "there is no .txt.xz file in this folder", "name the folder of the fiction corpus")
    for path in paths:
        yield from read_collection(path)


def read_collection(path: Path) -> Iterator[Novel]:
    """Read the novels of one such file.

    Raises:
        InputError: it is damaged, or it has text before its first book.
    """
    try:
        yield from _read_file(path)
    except (OSError, lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise InputError(path, f"the file is damaged ({error})", "fetch it again") from None


def _read_file(path: Path) -> Iterator[Novel]:
    genre = path.name.removesuffix(".txt.xz").removeprefix("fiction-")
    head: re.Match[str] | None = None
    paragraphs: list[str] = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in map(str.strip, lines):
            found = _HEAD.fullmatch(line)
            if found and head and paragraphs:
                yield Novel(head["author"] or "", head["title"], genre, tuple(paragraphs))
            if found:
                head, paragraphs = found, []
            elif line and head is None:
                raise InputError(path, "text stands before the first book", "start each book with '=== author - title'")
            elif line:
                paragraphs.append(line)
    if head and paragraphs:
        yield Novel(head["author"] or "", head["title"], genre, tuple(paragraphs))
