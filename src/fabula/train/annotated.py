"""Real films with their books, annotated by reading: few, but the only pairs that are not made up.

The annotations (numbers of cues and passages) are in this package; the texts are not, and come with the data folder.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from fabula.align.book import alignable, make_pair, silences_before, spoken_cues
from fabula.errors import InputError
from fabula.features import DEFAULT_ENCODER, Encoder
from fabula.files.book import read_book
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.records import Book, Cue
from fabula.train.pairs import TruePair

SURE = 0.5
"""Correspondences of less confidence than this are left out: a wrong one teaches more harm than a right one good."""


@dataclass(frozen=True)
class Annotation:
    """A film with its book, and what an annotator found.

    ``correspondences``: (first cue, last cue, first passage, last passage, kind, confidence). ``without``: ranges of
    cues that have no counterpart. Cues in neither are not known.
    """

    name: str
    cues: tuple[Cue, ...]
    book: Book
    correspondences: tuple[tuple[int, int, int, int, str, float], ...]
    without: tuple[tuple[int, int], ...]


def read_annotations(data: Path) -> Iterator[Annotation]:
    """The annotated films whose texts are in the data folder.

    Raises:
        InputError: a text is there but not the one that was annotated.
    """
    folder = resources.files("fabula.train") / "annotations"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        found = json.loads(file.read_text("utf-8"))
        subtitles, book = data / found["subtitles"], data / found["book"]
        if subtitles.is_file() and book.is_file():
            yield _annotation(Path(file.name).stem, found, subtitles, book)


def _annotation(name: str, found: dict[str, Any], subtitles: Path, book: Path) -> Annotation:
    cues, text = read_subtitles(subtitles).cues, read_book(book)
    for path, kind, count in ((subtitles, "cues", len(cues)), (book, "passages", len(text.passages))):
        if count != found[kind]:
            cure = "use the file that was annotated, or annotate this one"
            raise InputError(path, f"{count} {kind}, but the annotation is of a text with {found[kind]}", cure)
    rows = tuple((a, b, p, q, str(kind), float(sure)) for a, b, p, q, kind, sure in found["correspondences"])
    return Annotation(name, cues, text, rows, tuple((a, b) for a, b in found["without"]))


def pair_of_annotation(found: Annotation, store: Store, encoder: str | Encoder = DEFAULT_ENCODER) -> TruePair:
    """A film with its book to learn from; what is not annotated is not known."""
    spoken, text = spoken_cues(found.cues), alignable(found.book)
    place = {passage.index: k for k, passage in enumerate(text.passages)}
    truth: dict[int, set[int]] = {cue: set() for a, b in found.without for cue in range(a, b + 1)}
    for first, last, begin, end, _, sure in found.correspondences:
        if sure >= SURE:
            for cue in range(first, last + 1):
                truth.setdefault(cue, set()).update(place[p] for p in range(begin, end + 1) if p in place)
    rows: Sequence[tuple[int, ...] | None] = [
        tuple(sorted(truth[cue.number])) if cue.number in truth else None for cue in spoken
    ]
    return TruePair(found.name, make_pair(spoken, text, encoder, store), tuple(rows), silences_before(spoken))
