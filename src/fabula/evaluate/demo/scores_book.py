"""How well the film was laid beside the story: links, what only one of them has, and what was moved."""

from collections.abc import Mapping, Sequence

from fabula.evaluate.demo.tally import StageScore, detection, share, words
from fabula.evaluate.demo.truth import TrueCue, TrueParagraph, Truth
from fabula.records import Book, CueKind, Link, State

PASSAGES = 1
"""A link may name this many paragraphs before or after the true one."""


def score_book(truth: Truth, links: Sequence[Link], book: Book) -> list[StageScore]:
    """Scores of the book's alignment: correspondences, decisions, film-only cues, moved cues, book-only paragraphs."""
    places = find_paragraphs(truth.paragraphs, book)
    by_cue = {cue.number: [link for link in links if _covers(link, cue.number)] for cue in truth.cues}
    spoken = [cue for cue in truth.cues if cue.kind == CueKind.SPEECH]
    told = [cue for cue in spoken if cue.story]
    linked = [cue for cue in spoken if by_cue[cue.number]]
    true = [cue for cue in linked if cue.story]
    found = (_is_found(cue, by_cue[cue.number], places) for cue in told)
    alarms = (not by_cue[cue.number] for cue in spoken if cue.film_only)
    moved = (any(link.state is State.MOVED for link in by_cue[cue.number]) for cue in told if cue.moved)
    return [
        share(
            "book", "paragraphs", (p.id in places for p in truth.paragraphs), "paragraphs of the story are in the book"
        ),
        share(
            "book", "correspondences", found, f"cues from the story are linked within {PASSAGES} paragraph of theirs"
        ),
        share("book", "film only", alarms, "cues that only the film has were left without a link"),
        share("book", "moved", moved, "cues that the film tells at another place are marked as moved"),
        *detection("book decisions", "cues from the story", len(true), len(linked), len(told)),
        *_score_book_only(truth, links, places),
    ]


def find_paragraphs(paragraphs: Sequence[TrueParagraph], book: Book) -> dict[str, int]:
    """The index of each paragraph's passage in the book as read, by the paragraph's id."""
    passages = {words(passage.text): passage.index for passage in book.passages}
    found = ((paragraph.id, passages.get(words(paragraph.text))) for paragraph in paragraphs)
    return {name: index for name, index in found if index is not None}


def _covers(link: Link, cue: int) -> bool:
    """Whether the link connects this cue with a passage."""
    if link.first_cue is None or link.last_cue is None or link.first_passage is None:
        return False
    return link.first_cue <= cue <= link.last_cue


def _is_found(cue: TrueCue, links: Sequence[Link], places: Mapping[str, int]) -> bool:
    wanted = [places[name] for name, _ in cue.story if name in places]
    return any(_reaches(link, cue.number, place) for link in links for place in wanted)


def _reaches(link: Link, cue: int, place: int) -> bool:
    """Whether the cue's share of the link's passages comes near the place.

    A long link is divided evenly among its cues, so that one that joins everything with everything gains nothing.
    """
    if link.first_cue is None or link.last_cue is None or link.first_passage is None or link.last_passage is None:
        return False
    step = (link.last_passage - link.first_passage + 1) / (link.last_cue - link.first_cue + 1)
    low = link.first_passage + int((cue - link.first_cue) * step)
    high = max(low, int(link.first_passage + (cue - link.first_cue + 1) * step - 1e-9))
    return low - PASSAGES <= place <= high + PASSAGES


def _score_book_only(truth: Truth, links: Sequence[Link], places: Mapping[str, int]) -> list[StageScore]:
    """Paragraphs called book-only, among those that a cue tells or that the film leaves out.

    The rest (what is described, and may be seen or not) is no error either way.
    """
    called = {
        place
        for link in links
        if link.state is State.BOOK_ONLY and link.first_passage is not None and link.last_passage is not None
        for place in range(link.first_passage, link.last_passage + 1)
    }
    told = {name for cue in truth.cues for name, _ in cue.story}
    left_out = {places[p.id] for p in truth.paragraphs if p.book_only and p.id in places}
    kept = {places[name] for name in told if name in places}
    return detection(
        "book only", "paragraphs left out", len(called & left_out), len(called & (left_out | kept)), len(left_out)
    )
