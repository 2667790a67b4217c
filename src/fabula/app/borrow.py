"""``fabula borrow``: real passages of a shelf for a picture, or for the shots of a film."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fabula.align.shelf import borrow
from fabula.app.progress import shown_progress
from fabula.app.shelf import Books, Json, Quiet, read_books
from fabula.describing import describe, describe_project
from fabula.errors import FabulaError
from fabula.files.pictures import read_picture
from fabula.files.project import Project
from fabula.files.rows import Row, passage_row, shot_row, timecode
from fabula.reading import StageProgress
from fabula.records import Caption, Progress
from fabula.stories.borrowing import CAPTIONS, WORDS, Borrowed, Lender
from fabula.stories.cutting import SHORTEST
from fabula.stories.passage_index import Builder, PassageIndex
from fabula.vision import DEFAULT_CAPTIONER

PROJECT = ".fabula"


def borrow_command(
    path: Annotated[
        Path, typer.Argument(metavar="IMAGE|NAME.fabula", help="A picture, or a project with a film or subtitles.")
    ],
    books: Books,
    count: Annotated[int, typer.Option("-k", min=1, help="Passages for the picture, or for each shot.")] = 1,
    words: Annotated[
        str, typer.Option(metavar="FEWEST-MOST", help=f"Length of a passage, from {SHORTEST} words on.")
    ] = "{}-{}".format(*WORDS),
    context: Annotated[int, typer.Option(min=0, help="Paragraphs before and after, for reading on.")] = 0,
    caption: Annotated[
        str | None, typer.Option(help="What describes the pictures: builtin, a card, or hf:OWNER/MODEL.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Borrow real passages from a shelf of books for a picture, or for each shot of a film.

    The picture is described in several captions, and the passages nearest to them in meaning are given, cited to book,
    chapter and paragraph. A shot of a film is told by its caption and by what is said in it, whichever there is; no
    passage is lent twice. A project without a film has its cues told by passages that may tell such a line, with the
    probability of that.

    The shelf is read once: books (EPUB, text, HTML), collections (.txt.xz, in which a line is a paragraph and
    "=== author - title" begins a book), and folders of them. Each passage gets a vector, some fifty in a second, which
    is a novel in half a minute; vectors are kept in the user's cache, also when the work is interrupted. Paragraphs of
    more than 120 words are cut at their sentences.

    With --json a passage is {"text", "score", "book", "author", "path", "chapter", "paragraph", "before", "after"},
    with "image" and "captions", or with "shot", "start" and "end". Paragraphs are counted from 0. The score is a
    cosine: it compares passages, and is no probability.

    Example: fabula borrow beach.jpg --books novels -k 3 --context 1
    """
    length = _length(words)
    if path.suffix != PROJECT:
        pixels = read_picture(path)  # before the books: what cannot be used is said before anything long
        lender = Lender(_index(books, quiet=quiet), words=length, context=context)
        described = describe(pixels, captioner=caption or DEFAULT_CAPTIONER, captions=CAPTIONS)
        said = [found.text for found in described.captions]
        _put_picture(path, said, lender.lend(said, count), as_json=as_json)
        return
    with Project.open(path) as project:
        if not project.shots:
            _borrow_by_words(project, books, count, as_json=as_json, quiet=quiet)
            return
        lender = Lender(_index(books, quiet=quiet), words=length, context=context)
        captions = _captions(project, caption, quiet=quiet)
        lent = lender.lend_to_shots(project.shots, captions, project.cues, count)
        for shot in project.shots:
            for found in lent.get(shot.index, ()):
                row = {name: shot_row(shot)[name] for name in ("shot", "start", "end")}
                line = f"{shot.index:6d}  {timecode(shot.start)}  {_line(found)}"
                _put({**row, **asdict(found)}, line, as_json=as_json)


def _length(words: str) -> tuple[int, int]:
    """Fewest and most words, from "40-120"."""
    fewest, _, most = words.partition("-")
    try:
        length = int(fewest), int(most)
    except ValueError:
        raise FabulaError(f"--words {words} is no range: write it as 40-120.") from None
    if not 0 <= length[0] <= length[1]:
        raise FabulaError(f"--words {words} allows no passage: the fewest come first, as in 40-120.")
    return length


def _index(books: Sequence[Path], *, quiet: bool) -> PassageIndex:
    def say(line: str) -> None:
        if not quiet:
            sys.stderr.write(line + "\n")

    with shown_progress(quiet=quiet) as progress:
        index = Builder(progress=_told(progress, "passages"), told=say).build(books)
    if not len(index):
        raise FabulaError(f"The books have no paragraph of {SHORTEST} words or more.")
    return index


def _told(progress: StageProgress | None, stage: str) -> Progress | None:
    return partial(progress, stage) if progress else None


def _captions(project: Project, caption: str | None, *, quiet: bool) -> tuple[Caption, ...]:
    """What is seen in the shots; nothing where the project has no pictures."""
    if not project.captions and not project.thumbnails:
        return ()
    with shown_progress(quiet=quiet) as progress:
        return describe_project(project, caption, _told(progress, "captions"))


def _put_picture(path: Path, captions: Sequence[str], lent: Sequence[Borrowed], *, as_json: bool) -> None:
    if not as_json:
        sys.stdout.write("\n".join([str(path), *(f"  {caption}" for caption in captions)]) + "\n")
    for found in lent:
        row = {"image": str(path), "captions": list(captions), **asdict(found)}
        _put(row, "\n" + _line(found), as_json=as_json)


def _line(found: Borrowed) -> str:
    """A passage to read: where it stands, what comes before it, itself, what comes after it."""
    text = "\n".join([*found.before, found.text, *found.after])
    return f"{found.score:5.2f}  {found.source}: {text}"


def _put(row: Row, line: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(row, ensure_ascii=False) if as_json else line) + "\n")


def _borrow_by_words(project: Project, books: Sequence[Path], count: int, *, as_json: bool, quiet: bool) -> None:
    """Passages for each cue of a project that has no film, by the words and the meaning of what is said."""
    if not project.cues:
        raise FabulaError(f"{project.title} has neither a film nor subtitles: there is nothing to borrow for.")
    shelf_books = {book.path: book for book in read_books(books)}
    with shown_progress(quiet=quiet) as progress:
        told = _told(progress, "books")
        loans = borrow(project.cues, (), shelf_books.values(), per_shot=count, progress=told)
    for loan in loans:
        book = shelf_books[loan.path]
        title = book.title or Path(book.path).stem
        row = {"shot": loan.shot, "score": loan.score, "book": title, "passage": passage_row(book, loan.passage)}
        text = f"{loan.shot:6d}  {loan.score:4.2f}  {title}: {book.passages[loan.passage].prose}"
        _put(row, text, as_json=as_json)
