"""A file of a shelf, cut into passages, as a folder of arrays that are read in place: texts, places, vectors."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fabula.errors import StorageError
from fabula.files.output import write_bytes

_TEXTS, _PLACES, _VECTORS, _DONE = "texts.utf8", "places.npz", "vectors.npy", "done.json"


@dataclass(frozen=True, slots=True)
class PartBook:
    """A book of a part. Its paragraphs are the rows ``first_row`` to ``last_row``, inclusive."""

    title: str
    author: str
    chapters: tuple[str, ...]
    first_row: int
    last_row: int


class Written(NamedTuple):
    """A paragraph as a part keeps it: its text, its number in its book, its chapter there (-1 if it has none)."""

    text: str
    number: int
    chapter: int


class Piece(NamedTuple):
    """A passage: the row of its paragraph, where in it it begins and ends, and how many words it has."""

    row: int
    char_start: int
    char_end: int
    words: int


@dataclass(frozen=True, slots=True)
class CutBook:
    """A book to be written: each paragraph with its passages, which are (char_start, char_end, words)."""

    title: str
    author: str
    chapters: tuple[str, ...]
    paragraphs: Iterable[tuple[Written, Sequence[tuple[int, int, int]]]]


class ShelfPart:
    """A part that has been written. Passages, and the paragraphs that they were cut from, are counted from 0.

    Args:
        folder: where it is.
        path: the file of the shelf that it was made of.

    Raises:
        StorageError: it cannot be read.
    """

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.path = folder, path
        try:
            with np.load(folder / _PLACES) as places:
                self._offsets, self._paragraphs = places["offsets"], places["paragraphs"]
                self.pieces: np.ndarray = places["pieces"]
                books = json.loads(str(places["books"]))
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(f"{folder}: this index of a shelf is damaged ({error}). Delete the folder.") from error
        self.books = tuple(PartBook(**(book | {"chapters": tuple(book["chapters"])})) for book in books)

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def vectors(self) -> np.ndarray:
        """The vectors of the passages, on disk: (n, d) float16."""
        found: np.ndarray = np.load(self.folder / _VECTORS, mmap_mode="r")
        return found

    @property
    def done(self) -> int:
        """How many passages have their vectors."""
        return int(self._note()["done"])

    @property
    def total(self) -> np.ndarray:
        """The sum of the vectors that are there, noted so that nobody needs to read them all: (d,) float64."""
        return np.array(self._note()["total"], np.float64)

    def _note(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads((self.folder / _DONE).read_text("utf-8"))
            return found
        return {"done": 0, "total": 0.0}

    def text(self, piece: int) -> str:
        """A passage."""
        row, start, end, _ = self.pieces[piece].tolist()
        return self.paragraph(row).text[start:end]

    def texts(self, first: int, last: int) -> list[str]:
        """The passages from ``first`` to before ``last``."""
        return [self.text(piece) for piece in range(first, last)]

    def paragraph(self, row: int) -> Written:
        """A paragraph."""
        with (self.folder / _TEXTS).open("rb") as file:
            file.seek(int(self._offsets[row]))
            data = file.read(int(self._offsets[row + 1] - self._offsets[row]))
        _, number, chapter = self._paragraphs[row].tolist()
        return Written(data.decode("utf-8", "surrogatepass"), number, chapter)

    def book(self, row: int) -> PartBook:
        """The book that a paragraph stands in."""
        return self.books[int(self._paragraphs[row, 0])]

    def append(self, vectors: np.ndarray) -> None:
        """Keep the vectors (k, d) of the passages that come next.

        Raises:
            StorageError: they cannot be written.
        """
        first, total = self.done, self.total + vectors.sum(axis=0, dtype=np.float64)
        shape = (len(self), vectors.shape[1])
        try:
            path = self.folder / _VECTORS
            made = {"mode": "r+"} if first else {"mode": "w+", "dtype": np.float16, "shape": shape}
            matrix = np.lib.format.open_memmap(path, **made)
            matrix[first : first + len(vectors)] = vectors
            matrix.flush()
        except (OSError, ValueError) as error:
            raise StorageError(f"{self.folder}: the index of a shelf cannot be written ({error}).") from error
        note = json.dumps({"done": first + len(vectors), "total": total.tolist()})
        write_bytes(self.folder / _DONE, note.encode(), force=True)


def write_part(folder: Path, path: Path, books: Iterable[CutBook]) -> ShelfPart:
    """Write the texts of a part, whole or not at all; it has no vectors yet.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as made:
            _write_texts(Path(made) / "part", books)
            with suppress(FileExistsError):  # another process was quicker, with the same texts
                (Path(made) / "part").rename(folder)
    except OSError as error:
        raise StorageError(f"{folder}: the index of a shelf cannot be written ({error}).") from error
    return ShelfPart(folder, path)


def _write_texts(folder: Path, books: Iterable[CutBook]) -> None:
    folder.mkdir()
    headers, offsets, paragraphs, pieces = list[PartBook](), [0], list[tuple[int, int, int]](), list[Piece]()
    with (folder / _TEXTS).open("wb") as file:
        for book in books:
            first = len(paragraphs)
            for row, (written, own) in enumerate(book.paragraphs, first):
                offsets.append(offsets[-1] + file.write(written.text.encode("utf-8", "surrogatepass")))
                paragraphs.append((len(headers), written.number, written.chapter))
                pieces += [Piece(row, *piece) for piece in own]
            headers.append(PartBook(book.title, book.author, book.chapters, first, len(paragraphs) - 1))
    np.savez(
        folder / _PLACES,
        offsets=np.array(offsets, np.int64),
        paragraphs=np.array(paragraphs, np.int32).reshape(-1, 3),
        pieces=np.array(pieces, np.int32).reshape(-1, 4),
        books=np.array(json.dumps([asdict(header) for header in headers])),
    )
