"""Does the aligner know a film's own book? Right pairs, wrong pairs, and the right book's rank on a shelf.

Wrong pairs are films with books of others: films with a book on the shelf against all its other books, and films
without one against one book each. Films on which chance was fitted are left out.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fabula.align.model import AlignerModel
from fabula.align.shelf import rank_books
from fabula.align.significance import is_significant
from fabula.errors import InputError
from fabula.features import DEFAULT_ENCODER, Encoder
from fabula.files.book import read_book
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.records import Book, Fit
from fabula.train.material import WITH_BOOKS, films_for_chance

RIGHT = {
    "a-farewell-to-arms": "ernest-hemingway_a-farewell-to-arms.txt",
    "the-little-princess": "frances-hodgson-burnett_a-little-princess.txt",
    "becky-sharp": "william-makepeace-thackeray_vanity-fair.epub",
    "cyrano": "cyrano_gutenberg_translation.txt",
    "gulliver": "jonathan-swift_gullivers-travels.epub",
}
"""The beginnings of films' names, and their books."""
TRAINED_ON = ("the-little-princess", "becky-sharp", "cyrano")
OTHERS = (
    "john-buchan_the-thirty-nine-steps.epub",
    "l-frank-baum_the-wonderful-wizard-of-oz.epub",
    "charles-dickens_a-christmas-carol.epub",
    "jerome-k-jerome_three-men-in-a-boat.epub",
    "h-g-wells_the-war-of-the-worlds.epub",
    "mary-shelley_frankenstein.epub",
    "baroness-orczy_the-scarlet-pimpernel.epub",
)
"""Books on the shelf that no film of the folder tells."""
STRANGERS = 20  # films without a book


@dataclass(frozen=True)
class Verdict:
    """What the aligner says of a film and a book, and what is true. ``trained_on``: it has learned from this film."""

    film: str
    book: str
    right: bool
    trained_on: bool
    fit: Fit

    @property
    def accepted(self) -> bool:
        """Whether the film is taken to follow the book."""
        return is_significant(self.fit.p_value)


@dataclass(frozen=True)
class ShelfSummary:
    """Counts of pairs, and for each film with a book the rank of its own among all books of the shelf."""

    right: int
    right_accepted: int
    wrong: int
    wrong_accepted: int
    books: int
    ranks: dict[str, int]


def judge_shelf(
    data: Path,
    model: AlignerModel,
    store: Store,
    *,
    strangers: int = STRANGERS,
    encoder: str | Encoder = DEFAULT_ENCODER,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[Verdict]:
    """A verdict for each pair: films with a book against the whole shelf, others against one book each.

    Args:
        data: folder with subs/public_domain_features and books.
        model: the aligner.
        store: where vectors are kept.
        strangers: how many films without a book.
        encoder: of the sentences.
        say: told of each film.

    Raises:
        InputError: the folder has no such films or books.
    """
    films = sorted((data / "subs" / "public_domain_features").glob("*.srt"))
    owned = {path: data / "books" / RIGHT[name] for path in films if (name := own_name(path)) in RIGHT}
    owned = {film: book for film, book in owned.items() if book.is_file()}
    paths = [*owned.values(), *(p for name in OTHERS if (p := data / "books" / name).is_file())]
    if not owned or len(paths) < 2:
        problem = "no film of subs/public_domain_features has its book in books/, or there are no other books"
        raise InputError(data, problem, "name another folder of data")
    shelf = [read_book(path) for path in dict.fromkeys(paths)]
    for film in [*owned, *stranger_films(films)[:strangers]]:
        right = str(owned.get(film, ""))
        books = shelf if right else [shelf[_number(film.stem) % len(shelf)]]
        say(f"{film.stem}: {len(books)} book{'s' if len(books) > 1 else ''}")
        yield from _verdicts(film, books, right, model, store, encoder)


def _verdicts(
    film: Path, books: Sequence[Book], right: str, model: AlignerModel, store: Store, encoder: str | Encoder
) -> Iterator[Verdict]:
    cues = read_subtitles(film).cues
    for book in books:  # one at a time, so that each verdict is seen as it comes
        for found in rank_books(cues, [book], model=model, store=store, encoder=encoder):
            trained = found.path == right and own_name(film) in TRAINED_ON
            yield Verdict(film.stem, Path(found.path).stem, found.path == right, trained, found.fit)


def own_name(film: Path) -> str:
    """The key of RIGHT that a film's name begins with; "" for a film without a book."""
    return next((name for name in RIGHT if film.name.startswith(name)), "")


def stranger_films(films: Sequence[Path]) -> list[Path]:
    """Films that no book of the shelf tells and on which chance was not fitted, shuffled by the hash of their names."""
    fitted = films_for_chance(films)
    strangers = (film for film in films if not film.name.startswith(WITH_BOOKS) and film not in fitted)
    return sorted(strangers, key=lambda film: _number(film.name))


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8])


def summarise_shelf(verdicts: Sequence[Verdict]) -> ShelfSummary:
    """Counts and ranks. A book of equal score does not stand before the right one."""
    right = [v for v in verdicts if v.right]
    wrong = [v for v in verdicts if not v.right]
    ranks = {own.film: 1 + sum(v.film == own.film and v.fit.score > own.fit.score for v in wrong) for own in right}
    return ShelfSummary(
        right=len(right),
        right_accepted=sum(v.accepted for v in right),
        wrong=len(wrong),
        wrong_accepted=sum(v.accepted for v in wrong),
        books=len({v.book for v in verdicts}),
        ranks=ranks,
    )
