"""Subtitles aligned with a screenplay, a book, or both, from files, without a project."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fabula.align.book import align_book
from fabula.align.extras import heading_channels
from fabula.align.model import BUILTIN
from fabula.align.screenplay import align_screenplay
from fabula.errors import FabulaError
from fabula.features import DEFAULT_ENCODER
from fabula.files.book import read_book
from fabula.files.screenplay import read_screenplay
from fabula.files.subtitles import read_subtitles
from fabula.reading.doubts import doubt_of_book, doubt_of_screenplay
from fabula.reading.stages import StageProgress
from fabula.records import Book, Cue, Link, Scene


@dataclass(frozen=True)
class Alignment:
    """Subtitles aligned with a screenplay (``scenes`` is set), a book (``links`` and ``book`` are set), or both."""

    cues: tuple[Cue, ...]
    scenes: tuple[Scene, ...] | None
    links: tuple[Link, ...] | None
    book: Book | None
    warnings: tuple[str, ...] = ()


def align(
    subtitles: str | Path,
    screenplay: str | Path | None = None,
    book: str | Path | None = None,
    *,
    encoder: str = DEFAULT_ENCODER,
    model: str = BUILTIN,
    trust_book: bool = False,
    progress: StageProgress | None = None,
) -> Alignment:
    """Align subtitles with a screenplay, a book, or both, from files, without a project.

    Args:
        subtitles: SRT, WebVTT or ASS.
        screenplay: whose speakers and scenes are wanted, and whose headings help to find the pages.
        book: whose pages are wanted.
        encoder: the sentence encoder.
        model: the trained aligner of books: ``builtin`` or the path of a card.
        trust_book: link even if chance would explain how well the film fits the book.
        progress: called while stages run.

    Raises:
        InputError: a file cannot be used.
        FabulaError: neither a screenplay nor a book is named.
    """
    if screenplay is None and book is None:
        raise FabulaError("There is nothing to align the subtitles with: name a screenplay, a book, or both.")
    subs = read_subtitles(subtitles)
    script = read_screenplay(screenplay) if screenplay is not None else None
    text = read_book(book) if book is not None else None
    spoken = align_screenplay(subs.cues, script) if script else None
    told = partial(progress, "pages") if progress else None
    cues = spoken.cues if spoken else subs.cues
    channels = heading_channels(cues, spoken.scenes) if spoken else None
    found = (
        align_book(cues, text, encoder=encoder, model=model, channels=channels, trust=trust_book, progress=told)
        if text
        else None
    )
    return Alignment(
        cues,
        spoken.scenes if spoken else None,
        found.links if found else None,
        text,
        (
            *subs.warnings,
            *((*script.warnings, *doubt_of_screenplay(spoken)) if script and spoken else ()),
            *((*text.warnings, *doubt_of_book(found)) if text and found else ()),
        ),
    )
