"""AbLit: abridged novels with their originals and true links, sentence by sentence (Roemmele et al. 2023)."""

import json
import lzma
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import InputError

HELD_BACK = ("mansfield-park", "vanity-fair")
"""Nothing in fabula is trained or tuned on these two: they measure."""

Links = Sequence[tuple[Sequence[int], Sequence[int]]]
"""Sentences of the abridgement with sentences of the original (0-based); one side may be empty."""


@dataclass(frozen=True, slots=True)
class AbridgedChapter:
    """A chapter in both versions, its true links, and the partition (train, dev or test) that it belongs to.

    ``paragraphs`` has, for each sentence of the original, the number of its paragraph.
    """

    book: str
    number: int
    partition: str
    abridged: tuple[str, ...]
    original: tuple[str, ...]
    links: Links
    paragraphs: tuple[int, ...] = ()


def read_ablit(
    folder: Path, partitions: Collection[str] = ("test",), books: Sequence[str] | None = None
) -> list[AbridgedChapter]:
    """The chapters of the named partitions of the named novels.

    Args:
        folder: has one BOOK.jsonl.xz for each novel.
        partitions: which chapters.
        books: names of the files without endings; all novels otherwise.

    Raises:
        InputError: there is no such novel, or its file cannot be read.
    """
    there = {path.name.removesuffix(".jsonl.xz"): path for path in sorted(folder.glob("*.jsonl.xz"))}
    wanted = list(there) if books is None else list(books)
    missing = [book for book in wanted if book not in there]
    if missing or not there:
        problem = f"the novel {missing[0]!r} is not in it" if missing else "there is no novel (*.jsonl.xz) in it"
        raise InputError(folder, problem, "name the folder that has AbLit's novels, and novels that it has")
    return [c for book in wanted for c in _chapters(there[book], book) if c.partition in partitions]


def _chapters(path: Path, book: str) -> Iterator[AbridgedChapter]:
    number = 0
    try:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                row = json.loads(line)
                if "original_sentences" in row:  # other rows only say what the novel is
                    yield _chapter(row, book)
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, f"line {number}: {error!r}", "fetch the file again") from error


def _chapter(row: dict[str, Any], book: str) -> AbridgedChapter:
    abridged, original = tuple(row["abridged_sentences"]), tuple(row["original_sentences"])
    links = tuple((tuple(a), tuple(b)) for a, b in row["links"])
    places = tuple(int(place) for place in row["original_paragraph"])
    for a, b in links:
        if not (set(a) <= set(range(len(abridged))) and set(b) <= set(range(len(original)))):
            raise ValueError(f"chapter {row['chapter']}: a link points beyond the sentences")
    return AbridgedChapter(book, int(row["chapter"]), str(row["partition"]), abridged, original, links, places)
