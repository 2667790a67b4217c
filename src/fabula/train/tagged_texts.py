"""Texts whose genres are known: trailers' words, novels, and the titles and keywords of films."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.files.catalogue import Catalogue, read_catalogue
from fabula.files.catalogue_formats import FilmRow
from fabula.files.novels import is_held_back, read_novels
from fabula.files.tag_names import split_year
from fabula.files.trailer_words import read_trailer_words

SHELF = {
    "adventure": ("Adventure",),
    "children": ("Children",),
    "gothic": ("Horror",),
    "humour": ("Comedy",),
    "mystery": ("Mystery", "Crime"),
    "romance": ("Romance",),
    "scifi": ("Sci-Fi",),
    "western": ("Western",),
}
"""The genres of films that books of a shelf are of."""
FEWEST = 20  # films of a genre that is learned
SUBTITLES = (".srt", ".vtt", ".ass")


@dataclass(frozen=True)
class TaggedTexts:
    """Texts of one source.

    Args:
        texts: the lines of each.
        genres: of each.
        groups: texts of one group (a film, an author) are never on two sides.
        told: the genres that the source says anything about.
        whole: lines are read on from one to the next; else each stands for itself.
        long: there is more in a text than needs to be read.
    """

    texts: tuple[tuple[str, ...], ...]
    genres: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]
    told: frozenset[str]
    whole: bool = True
    long: bool = False


@dataclass(frozen=True, eq=False)
class TextSources:
    """All that is learned from: texts by source, and where they come from.

    Args:
        genres: what is learned.
        shares: (m,) of the catalogue's films that are of each genre.
        texts: by the source's name.
        places: where each source lies.
        left_out: ids of the films that were kept out, because they are to test.
    """

    genres: tuple[str, ...]
    shares: np.ndarray
    texts: Mapping[str, TaggedTexts]
    places: Mapping[str, Path]
    left_out: frozenset[str]


def gather_texts(
    words: Path, movielens: Path, books: Path, tests: Path | None = None, without: Collection[str] = ()
) -> TextSources:
    """Read what is learned from. One novel in five is held back.

    A film that has a trailer teaches by its trailer alone, so that folds of trailers are folds of all that is known.

    Args:
        words: trailers' words by IMDb id (``read_trailer_words``).
        movielens: a catalogue with genres, and best with keywords (``read_catalogue``).
        books: a shelf of novels by genre (``read_novels``).
        tests: a folder of subtitles named TITLE-YEAR; what the catalogue knows of these films is left out.
        without: ids of more films that are to test.

    Raises:
        InputError: something cannot be read, or a source has nothing with a genre.
    """
    catalogue = read_catalogue(movielens, users=1)
    said = {film: text for film, text in read_trailer_words(words).items() if _genres(catalogue, film)}
    left = frozenset(film.id for film in known_films(tests, catalogue).values()) if tests else frozenset()
    left |= frozenset(without)
    films = [film for film in catalogue.films if film.genres and film.id not in said and film.id not in left]
    counts = Counter(genre for film in films for genre in film.genres)
    genres = tuple(sorted(genre for genre, count in counts.items() if count >= FEWEST)) or tuple(sorted(counts))
    shares = np.array([counts[genre] / len(films) for genre in genres]).clip(1e-3, 0.999)
    texts = {
        "trailers": _trailers({film: text for film, text in said.items() if film not in left}, catalogue, genres),
        "novels": _novels(books, genres),
        "titles": _films(films, [(film.titles[0],) for film in films], genres),
        "keywords": _films(films, [film.keywords for film in films], genres),
    }
    places = {"trailers": words, "novels": books, "titles": movielens, "keywords": movielens}
    for name, found in texts.items():
        if not found.texts:
            raise InputError(places[name], f"there are no {name} of a known genre in it", "name another folder")
    return TextSources(genres, shares, texts, places, left)


def known_films(folder: Path, catalogue: Catalogue) -> dict[Path, FilmRow]:
    """The subtitles of a folder whose films the catalogue knows with a genre, by title and year in the file's name.

    Raises:
        InputError: there is no such file.
    """
    found = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix.lower() in SUBTITLES:
            row = catalogue.find(*split_year(path.stem.removesuffix("-en").replace("-", " ")))
            if row and row.genres:
                found[path] = row
    if not found:
        cure = "name files like the-third-man-1949.srt, and films that the catalogue has"
        raise InputError(folder, "there are no subtitles of a film that the catalogue knows", cure)
    return found


def _genres(catalogue: Catalogue, film: str) -> tuple[str, ...]:
    row = catalogue.of(film)
    return row.genres if row else ()


def _trailers(said: Mapping[str, str], catalogue: Catalogue, genres: Collection[str]) -> TaggedTexts:
    own = tuple(_genres(catalogue, film) for film in said)
    return TaggedTexts(tuple(tuple(text.splitlines()) for text in said.values()), own, tuple(said), frozenset(genres))


def _novels(books: Path, genres: Collection[str]) -> TaggedTexts:
    novels = [novel for novel in read_novels(books) if novel.genre in SHELF and not is_held_back(novel)]
    own = tuple(SHELF[novel.genre] for novel in novels)
    told = frozenset(genre for found in own for genre in found if genre in genres)
    authors = tuple(novel.author.lower() or novel.title for novel in novels)
    return TaggedTexts(tuple(novel.paragraphs for novel in novels), own, authors, told, long=True)


def _films(films: list[FilmRow], texts: list[tuple[str, ...]], genres: Collection[str]) -> TaggedTexts:
    kept = [(film, text) for film, text in zip(films, texts, strict=True) if text]
    own = tuple(film.genres for film, _ in kept)
    ids = tuple(film.id for film, _ in kept)
    return TaggedTexts(tuple(text for _, text in kept), own, ids, frozenset(genres), whole=False)
