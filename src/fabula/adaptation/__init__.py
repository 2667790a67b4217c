"""What a film made of its book: chapter by chapter, along the film, and who is in both."""

from collections.abc import Sequence

from fabula.adaptation.chapters import use_of_chapters
from fabula.adaptation.film import film_stretches
from fabula.adaptation.names import use_of_names
from fabula.files.project import Project
from fabula.files.report.pairs import pair_up
from fabula.records import Adaptation, Book, Cue, Link

__all__ = ["adaptation_of", "study"]


def adaptation_of(project: Project) -> Adaptation | None:
    """What the film of a project made of its book, or None unless cues and a book were aligned."""
    return study(project.cues, project.links, project.book) if project.book and project.links else None


def study(cues: Sequence[Cue], links: Sequence[Link], book: Book) -> Adaptation:
    """Chapters, stretches of film and names, counted from links.

    Everything rests on what is spoken: what a film shows without words is told by no cue, and counts as unspoken or
    cut. Names are those that are spoken, or that the screenplay gives to speakers.

    Args:
        cues: the subtitles, with speakers where a screenplay gives them.
        links: one for each cue, then the stretches that only the book has.
        book: the book.
    """
    pairs = pair_up(links, cues, book)
    return Adaptation(use_of_chapters(book, links, pairs), film_stretches(cues, pairs), use_of_names(book, cues))
