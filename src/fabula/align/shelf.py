"""A film and a shelf of books: which of them does it follow, and what could each of them lend it?

Book retrieval and borrowing of Zhu et al. 2015 (sections 6.2 and 6.3: books ranked for a film; a film told with the
sentences of other books), with the scores of the aligner.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.book import Text, alignable, make_pair, silences_before, spoken_cues
from fabula.align.chain import choice_probabilities
from fabula.align.model import BUILTIN, AlignerModel, load_model
from fabula.features import DEFAULT_ENCODER, Encoder, open_cache
from fabula.files.store import Store
from fabula.records import Book, Cue, Fit, Progress, Shot

MOST_WORDS = 120  # a passage longer than this is no caption for a shot


@dataclass(frozen=True)
class Ranked:
    """A book of the shelf and how well the film follows it."""

    title: str
    path: str
    fit: Fit


@dataclass(frozen=True)
class Loan:
    """A passage that a book lends to a shot; ``score`` is the probability that a shot like this one tells it."""

    shot: int
    path: str
    passage: int
    score: float


def rank_books(
    cues: Sequence[Cue],
    books: Iterable[Book],
    *,
    encoder: str | Encoder = DEFAULT_ENCODER,
    model: str | AlignerModel = BUILTIN,
    store: Store | None = None,
    progress: Progress | None = None,
) -> list[Ranked]:
    """The books by how well the film follows them, best first.

    Args:
        cues: the film's subtitles.
        books: the shelf; one book is in memory at a time.
        encoder: of the sentences.
        model: the trained aligner.
        store: where vectors are kept.
        progress: called while sentences are embedded.
    """
    loaded = load_model(model) if isinstance(model, str) else model
    spoken = spoken_cues(cues)
    gaps = silences_before(spoken)
    ranked = []
    for book in books:
        text = alignable(book)
        if spoken and text.passages:
            pair = make_pair(spoken, text, encoder, store or open_cache(), progress)
            evidence = loaded.evidence(pair)
            fit = loaded.fit(evidence, gaps, loaded.read_off(evidence, gaps))
            ranked.append(Ranked(book.title or book.path, book.path, fit))
    return sorted(ranked, key=lambda found: -found.fit.score)


def borrow(
    cues: Sequence[Cue],
    shots: Sequence[Shot],
    books: Iterable[Book],
    *,
    per_shot: int = 1,
    encoder: str | Encoder = DEFAULT_ENCODER,
    model: str | AlignerModel = BUILTIN,
    store: Store | None = None,
    progress: Progress | None = None,
) -> list[Loan]:
    """The passages of a shelf that tell best what each shot says, whatever film they belong to.

    There is no order to follow here, so the chain is left out: a passage's probability is that of the network's
    own choice between all passages of its book and none.

    Args:
        cues: the film's subtitles; a shot is told by the cues that begin in it.
        shots: the film's shots; without shots each cue counts as one, numbered as the cue.
        books: the shelf.
        per_shot: how many passages to lend to each shot.
        encoder: of the sentences.
        model: the trained aligner.
        store: where vectors are kept.
        progress: called while sentences are embedded.

    Returns:
        Loans by shot, best first. Shots without speech have none.
    """
    loaded = load_model(model) if isinstance(model, str) else model
    spoken = spoken_cues(cues)
    owner = np.array(shots_of(spoken, shots))
    found: dict[int, list[Loan]] = {}
    for book in books:
        text = alignable(book)
        if not spoken or not text.passages:
            continue
        pair = make_pair(spoken, text, encoder, store or open_cache(), progress)
        for loan in _loans(loaded.evidence(pair), owner, text, book, per_shot):
            found.setdefault(loan.shot, []).append(loan)
    return [loan for shot in sorted(found) for loan in sorted(found[shot], key=lambda x: -x.score)[:per_shot]]


def shots_of(cues: Sequence[Cue], shots: Sequence[Shot]) -> list[int]:
    """The index of the shot in which each cue begins; the cue's own number where there are no shots."""
    if not shots:
        return [cue.number for cue in cues]
    starts = [shot.start for shot in shots]
    return [shots[max(bisect_right(starts, cue.start) - 1, 0)].index for cue in cues]


def _loans(evidence: np.ndarray, owner: np.ndarray, text: Text, book: Book, count: int) -> Iterator[Loan]:
    short = np.array([len(passage.text.split()) <= MOST_WORDS for passage in text.passages])
    for shot in np.unique(owner):
        told = evidence[owner == shot].max(axis=0)  # the line that fits best decides, not the small talk around it
        chance = np.where(short, choice_probabilities(told), 0.0)
        for place in np.argsort(-chance)[:count].tolist():
            if chance[place] > 0:
                yield Loan(int(shot), book.path, text.passages[place].index, round(chance[place], 4))
