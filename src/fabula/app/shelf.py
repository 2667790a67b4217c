"""``fabula shelf``: which of many books does a film follow?"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fabula.align.shelf import rank_books
from fabula.align.significance import is_significant
from fabula.app.progress import shown_progress
from fabula.errors import InputError
from fabula.files.book import read_book
from fabula.files.subtitles import read_subtitles
from fabula.records import Book

KINDS = (".epub", ".txt", ".md", ".html", ".htm", ".xhtml")

Books = Annotated[list[Path], typer.Option("--books", help="A book, or a folder of books; may be given repeatedly.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on each line of standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def shelf(
    subs: Annotated[Path, typer.Option("--subs", help="Subtitles: SRT, WebVTT, ASS or SSA.")],
    books: Books,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rank the books of a shelf for a film.

    Says of each book how well the film follows it: the mean evidence for each cue in nats, the probability p that
    chance gives as much, and the share of the cues that the book is expected to have.

    Example: fabula shelf --subs film.srt --books novels
    """
    cues = read_subtitles(subs).cues
    with shown_progress(quiet=quiet) as progress:
        told = partial(progress, "books") if progress else None
        ranked = rank_books(cues, read_books(books), progress=told)
    for found in ranked:
        row = {
            "book": found.title,
            "path": found.path,
            **asdict(found.fit),
            "follows": is_significant(found.fit.p_value),
        }
        verdict = "follows" if row["follows"] else "no"
        line = f"{found.fit.score:8.3f}  p {found.fit.p_value:8.2g}  {found.fit.told:4.0%}  {verdict:<8}{found.title}"
        sys.stdout.write((json.dumps(row, ensure_ascii=False) if as_json else line) + "\n")


def _paths(books: Sequence[Path]) -> list[Path]:
    """The books named, and those in folders that are named."""
    found: list[Path] = []
    for path in books:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in KINDS)
            if not inside:
                raise InputError(path, "there is no book in this folder", f"put books there ({', '.join(KINDS)})")
            found += inside
        else:
            found.append(path)
    return found


def read_books(books: Sequence[Path]) -> Iterator[Book]:
    """The books named, and those in folders that are named, one after the other."""
    for path in _paths(books):
        yield read_book(path)
