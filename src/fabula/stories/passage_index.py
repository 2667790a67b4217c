"""The passages of a shelf of books, searched by meaning: built once, kept in the user's cache, exact.

A library's book takes some megabytes of disk; what is embedded stays, whenever the work is interrupted.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.features import (
    DEFAULT_ENCODER,
    SAVE_EVERY,
    Encoder,
    cache_folder,
    encoder_name,
    load_encoder,
    shifted_progress,
)
from fabula.files.book import read_book
from fabula.files.novels import book_files, is_collection, read_novels
from fabula.files.project import fingerprint
from fabula.files.shelf_parts import CutBook, ShelfPart, Written, write_part
from fabula.records import Matter, Progress
from fabula.search.channels import top
from fabula.stories.cutting import LONGEST, SHORTEST, cut_paragraph

VERSION = "1"  # of how books are cut: a change makes new indexes
ROWS = 512  # at once: their float32 copy stays in the processor's cache
WIDENED = np.float32(2.0**112)  # by how much the exponents of float32 and float16 are apart
THREADS = 2  # numpy lets go of the interpreter's lock while it computes

Told = Callable[[str], None]


class PassageIndex:
    """The passages of a shelf, with their vectors.

    Similarities are cosines of vectors from which ``centre`` was taken away: what all the passages have in common.

    Args:
        parts: files of the shelf, all of whose passages have vectors.
    """

    def __init__(self, parts: Sequence[ShelfPart]) -> None:
        self.parts = tuple(part for part in parts if len(part))
        self.starts = np.cumsum([0, *(len(part) for part in self.parts)])
        self.words = np.concatenate([np.zeros(0, np.int32), *(part.pieces[:, 3] for part in self.parts)])
        total = sum((part.total for part in self.parts), start=np.zeros(1))
        self.centre: np.ndarray = (total / max(len(self), 1)).astype(np.float32)

    def __len__(self) -> int:
        return len(self.words)

    def locate(self, passage: int) -> tuple[ShelfPart, int]:
        """The part that has a passage, and its number there."""
        k = int(np.searchsorted(self.starts, passage, side="right")) - 1
        return self.parts[k], passage - int(self.starts[k])

    def search(
        self, queries: np.ndarray, count: int = 10, words: tuple[int, int] = (0, LONGEST)
    ) -> list[list[tuple[int, float]]]:
        """The passages nearest to each query, best first, with their similarity. Every passage is looked at.

        Args:
            queries: (q, d) directions from the centre, of any length (see ``fabula.stories.borrowing``).
            count: passages for each query at most.
            words: fewest and most of a passage.
        """
        if not len(self):
            return [[] for _ in queries]
        fits = (self.words >= words[0]) & (self.words <= words[1])
        return nearest([part.vectors for part in self.parts], queries, self.centre, count, fits)


def nearest(
    matrices: Sequence[np.ndarray], queries: np.ndarray, centre: np.ndarray, count: int, fits: np.ndarray
) -> list[list[tuple[int, float]]]:
    """The rows whose difference from a centre points most as each query does: (row, cosine), best first.

    Args:
        matrices: (n_k, d) float16 of rows of unit length, in memory or on disk; rows are counted through all of them.
        queries: (q, d).
        centre: (d,).
        count: rows for each query at most.
        fits: (n,) which rows may be found.
    """
    unit = queries / np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-9)
    directions = np.concatenate([unit, centre[None]]).astype(np.float32).T
    shifts = centre @ directions
    scaled = directions * WIDENED
    starts = np.cumsum([0, *(len(matrix) for matrix in matrices)])

    def look(block: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        k, first = block
        along = widened(matrices[k][first : first + ROWS]) @ scaled - shifts
        # |p - c|² of rows of unit length, from the product that is there already
        lengths = np.sqrt(np.maximum(1.0 - 2.0 * along[:, -1] - shifts[-1], 1e-6))
        cosines = along[:, :-1] / lengths[:, None]
        offset = int(starts[k]) + first
        cosines[~fits[offset : offset + len(cosines)]] = -np.inf
        kept = min(count, len(cosines))
        best = np.argpartition(cosines, len(cosines) - kept, axis=0)[len(cosines) - kept :]
        return best + offset, np.take_along_axis(cosines, best, axis=0)

    blocks = [(k, first) for k, matrix in enumerate(matrices) for first in range(0, len(matrix), ROWS)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(look, blocks))
    rows, values = (np.concatenate([block[side] for block in found]) for side in (0, 1))
    return [
        [(int(own[place]), float(scores[place])) for place in top(scores, count)]
        for own, scores in zip(rows.T, values.T, strict=True)
    ]


def widened(halves: np.ndarray) -> np.ndarray:
    """Finite float16 as float32, each divided by WIDENED: three times as quick as numpy's own conversion, and exact.

    Sign, exponent and fraction are moved to their places; what stays is that the exponents count from another zero.
    """
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= np.int32(-0x70002000)  # of the copies of the sign only the first is one
    return bits.view(np.float32)


@dataclass(frozen=True)
class Builder:
    """How an index is built.

    Args:
        encoder: of the passages.
        folder: where indexes are kept.
        progress: called with passages embedded and in all.
        told: called with a line for the user before something long.
    """

    encoder: str | Encoder = DEFAULT_ENCODER
    folder: Path | None = None
    progress: Progress | None = None
    told: Told = lambda line: None

    def build(self, shelf: Sequence[Path]) -> PassageIndex:
        """The index of a shelf, from what is kept of it, and computing what is not.

        Args:
            shelf: books, collections (see ``fabula.files.novels.read_novels``) and folders of them. A file that was
                indexed before is known by its content, whatever its name.

        Raises:
            InputError: there is no book, or one cannot be read.
            StorageError: the index cannot be written.
        """
        files = list(dict.fromkeys(file for path in shelf for file in book_files(path)))
        parts = list({part.folder: part for part in map(self._part, files)}.values())  # a copy counts once
        todo = sum(len(part) - part.done for part in parts)
        if todo:
            self.told(f"{todo:,} passages of this shelf are new. Embedding them is done once; what is done is kept.")
        done = 0
        for part in parts:
            done = self._embed(part, done, todo)
        return PassageIndex(parts)

    def _part(self, file: Path) -> ShelfPart:
        said = "\n".join((VERSION, encoder_name(self.encoder), str(SHORTEST), str(LONGEST), fingerprint(file)))
        base = self.folder or cache_folder() / "shelves"
        folder = base / hashlib.sha256(said.encode()).hexdigest()[:32]
        if folder.is_dir():
            return ShelfPart(folder, file)
        self.told(f"reading {file.name}")
        return write_part(folder, file, _collected(file) if is_collection(file) else [_bound(file)])

    def _embed(self, part: ShelfPart, done: int, todo: int) -> int:
        """Embed what a part lacks; returns how many passages have been done in all."""
        for first in range(part.done, len(part), SAVE_EVERY):
            texts = part.texts(first, min(first + SAVE_EVERY, len(part)))
            encoder = load_encoder(self.encoder) if isinstance(self.encoder, str) else self.encoder
            part.append(encoder.encode(texts, shifted_progress(self.progress, done, todo)))
            done += len(texts)
        return done


def _collected(file: Path) -> Iterator[CutBook]:
    """The novels of a collection, which has no chapters: their paragraphs are counted from 0."""
    for novel in read_novels(file):
        written = ((Written(text, number, -1), cut_paragraph(text)) for number, text in enumerate(novel.paragraphs))
        yield CutBook(novel.title, novel.author, (), written)


def _bound(file: Path) -> CutBook:
    """A book of its own; its paragraphs have the numbers of its passages."""
    book = read_book(file)
    body = {chapter.index for chapter in book.chapters if chapter.matter is Matter.BODY}
    passages = [passage for passage in book.passages if passage.chapter in body]
    written = ((Written(p.prose, p.index, p.chapter), cut_paragraph(p.prose)) for p in passages)
    titles = tuple(chapter.title for chapter in book.chapters)
    return CutBook(book.title or file.stem, book.author or "", titles, written)
