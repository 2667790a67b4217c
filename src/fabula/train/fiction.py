"""Novels to make films from: a folder of compressed fiction, and what of a paragraph is speech or narration."""

import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fabula.errors import InputError
from fabula.files.book.sentences import iter_sentences

_HEAD = re.compile(r"=== (?:(?P<author>.*?) - )?(?P<title>.+)")
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "_": None})
_DASH = re.compile(r"\s*(?:—|--+)\s*")
_DOUBLE = re.compile(r'"([^"]+)(?:"|$)')
_SINGLE = re.compile(r"(?<!\w)'(?=[A-Z])(.+?[.,!?;:-])'(?!\w)")


@dataclass(frozen=True, slots=True)
class Novel:
    """One book of the corpus: its paragraphs in order, headings among them."""

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
        try:
            yield from _read_file(path)
        except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
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


def plain(text: str) -> str:
    """The text with straight quotes, " - " for dashes, single spaces and no marks of emphasis."""
    return " ".join(_DASH.sub(" - ", text.translate(_PLAIN)).split())


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in iter_sentences(text)]


def speech(paragraph: str) -> list[str]:
    """The sentences spoken in a paragraph, without inquit: '"No," he said, "I cannot."' -> ["No, I cannot."].

    Words in quotes count as spoken if they end as speech does; so titles and ironic words are left out.
    """
    parts = [part.strip() for part in _quoted(plain(paragraph))]
    joined = ""
    for part in parts:
        if joined.endswith(",") and part[:1].isupper() and not part.startswith(("I ", "I'")):
            joined = joined[:-1] + "."
        joined += " " + part
    return sentences(joined.strip().rstrip(",-")) if joined else []


def narration(paragraph: str) -> list[str]:
    """The sentences of a paragraph that nobody speaks; a rest of fewer than five words (an inquit) is none."""
    text = plain(paragraph)
    for part in _quoted(text):
        text = text.replace(part, " ")
    text = " ".join(re.sub(r'"\s*"|(?<!\w)\'\s+\'(?!\w)|"', " ", text).split())
    return [s for s in sentences(text) if len(s.split()) >= 5 and s[0].isupper()]


def _quoted(text: str) -> list[str]:
    pattern = _DOUBLE if '"' in text else _SINGLE
    return [part for part in pattern.findall(text) if part.rstrip()[-1:] in tuple(".,!?;:-")]
