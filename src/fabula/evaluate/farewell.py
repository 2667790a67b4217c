"""The real test film: A Farewell to Arms (1932) with Hemingway's novel, whose truth is in numbers of the text's blocks.

Nothing is trained or tuned on it. Figures must equal those of the data's own scorer on ``fabula align --json``, which
knows a passage by its text: a text that occurs several times stands for all its places.
"""

import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fabula.align.book import alignable
from fabula.align.lattice import longest_common_subsequence
from fabula.errors import InputError
from fabula.evaluate.correspondences import Correspondence
from fabula.evaluate.known_films import KnownFilm, annotated_film
from fabula.features import DEFAULT_ENCODER, Encoder
from fabula.files.book import read_book
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.files.text import read_text
from fabula.train.annotated import Annotation

GROUP = "real film, never trained on"
SUBTITLES = "subs/public_domain_features/a-farewell-to-arms-1932-en.srt"
BOOK = "books/ernest-hemingway_a-farewell-to-arms.txt"
TRUTH, WITHOUT = "truth/farewell_to_arms.jsonl", "truth/farewell_to_arms_none.jsonl"
SURE = {"high": 0.9, "medium": 0.6}  # the annotator's words for how sure a row is
PART = 12  # characters from which on a text that is no block is looked for inside the blocks
WHOLE = 40  # characters of a block that may be a part of a text


def has_farewell(data: Path) -> bool:
    """Whether its texts and its truth are in the folder of data."""
    return all((data / name).is_file() for name in (SUBTITLES, BOOK, TRUTH, WITHOUT))


def farewell_film(data: Path, store: Store, encoder: str | Encoder = DEFAULT_ENCODER) -> KnownFilm:
    """The film; its paragraphs are the blocks that blank lines separate, from 0 over the whole text."""
    rows, found = _rows(data / TRUTH), farewell_annotation(data)
    texts = [plain(passage.text) for passage in alignable(found.book).passages]
    return dataclasses.replace(
        annotated_film(found, GROUP, store, encoder),
        correspondences=tuple(
            Correspondence(r["cue_first"], r["cue_last"], r["paragraph_first"], r["paragraph_last"], r["kind"])
            for r in rows
        ),
        places=tuple(same_text(texts, _blocks(data))),
        representative=True,
    )


def farewell_annotation(data: Path) -> Annotation:
    """The film's truth in numbers of its passages, as the other annotated films have it."""
    rows, without, blocks = _rows(data / TRUTH), _rows(data / WITHOUT), _blocks(data)
    book = read_book(data / BOOK)
    passages = alignable(book).passages
    texts = [plain(passage.text) for passage in passages]
    index = {int(b): passages[int(k)].index for b, k in longest_common_subsequence(blocks, texts)}
    told = []
    for row in rows:
        places = [index[b] for b in range(row["paragraph_first"], row["paragraph_last"] + 1) if b in index]
        if places:
            sure = SURE.get(row.get("confidence", ""), 0.9)
            told.append((row["cue_first"], row["cue_last"], places[0], places[-1], row["kind"], sure))
    none = tuple((row["cue_first"], row["cue_last"]) for row in without)
    return Annotation("A Farewell to Arms", read_subtitles(data / SUBTITLES).cues, book, tuple(told), none)


def _blocks(data: Path) -> list[str]:
    return [plain(block) for block in read_text(data / BOOK).text.split("\n\n") if block.strip()]


def plain(text: str) -> str:
    """Letters and figures of a text, all else as single spaces."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def same_text(texts: Sequence[str], blocks: Sequence[str]) -> list[tuple[int, ...]]:
    """The blocks that each plain text may stand for: those that are it, else those that have it or are in it."""
    exact = defaultdict(list)
    for k, block in enumerate(blocks):
        exact[block].append(k)
    return [tuple(exact.get(text) or _overlapping(text, blocks)) for text in texts]


def _overlapping(text: str, blocks: Sequence[str]) -> list[int]:
    if len(text) < PART:
        return []
    return [k for k, block in enumerate(blocks) if text in block or (len(block) >= WHOLE and block in text)]


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in read_text(path).text.splitlines() if line.strip()]
    except ValueError as error:
        raise InputError(path, f"a line is no JSON object ({error})", "fetch the file again") from error
