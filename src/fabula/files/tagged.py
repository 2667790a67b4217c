"""Trailers and films with their tags, to train on and to measure with: a table, and catalogues that complete it."""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.files.catalogue import Catalogue as Catalogue
from fabula.files.catalogue import read_catalogue as read_catalogue
from fabula.files.catalogue_formats import FilmRow, imdb_id
from fabula.files.folds import stratified
from fabula.files.named_columns import table_rows
from fabula.files.tag_names import genre_names, keyword_names, split_year, title_key

PROJECT = ".fabula"
_IDS: dict[str, Callable[[str], str]] = {
    "film": str,
    "imdb_id": imdb_id,
    "tconst": imdb_id,
    "movielens_id": lambda own: f"movielens:{own}",
    "movieid": lambda own: f"movielens:{own}",
    "tmdb_id": lambda own: f"tmdb:{own}",
}
"""Columns that say which film it is, the best first, and the form that their ids get."""
_HELP = "see the columns in: fabula train tagger --help"


@dataclass(frozen=True, slots=True)
class TaggedFilm:
    """A trailer, clip or film and what is known of it.

    ``path`` is a video, or the project that was made of it. ``film`` is the id of the film that it is or advertises:
    things with one id never stand on two sides of a split. ``still_tail_from`` is the second from which the picture
    stands still. What nobody knows is None or empty.
    """

    path: Path
    film: str
    title: str | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    still_tail_from: float | None = None


def read_tagged(table: str | Path, folder: str | Path, *, partial: bool = False) -> tuple[TaggedFilm, ...]:
    """Read the table of a folder of trailers or films, in its order.

    Columns: ``file``; which film it is (``film``, ``imdb_id``, ``movielens_id``, ``tmdb_id``, or ``title`` and ``year``
    where the others are empty); ``genres`` and ``keywords`` with | between; ``still_tail_from``. Others do not matter.

    Args:
        table: the table, with commas or tabs.
        folder: has the files, or projects NAME.fabula of them, which are preferred.
        partial: leave out files that are not there, unless none is.

    Raises:
        InputError: a column is missing, a row is wrong or comes twice, a file is not there, or the table is empty.
    """
    table, folder = Path(table), Path(folder)
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder", "name the folder of the trailers")
    lines: dict[str, int] = {}
    films, missing = [], []
    for line, row in table_rows(table, ("file",)):
        name = row["file"]
        if name in lines:
            raise InputError(table, f"line {line}: {name!r} stands in line {lines[name]} already", "keep one of them")
        lines[name] = line
        path = _located(folder, name, table, line)
        if path is None:
            missing.append(name)
        else:
            films.append(_film(path, row, table, line))
    if missing and (not films or not partial):
        problem = f"line {lines[missing[0]]}: {missing[0]!r} is not in {folder} ({len(missing)} files are missing)"
        raise InputError(table, problem, "put it there, or take its row out")
    if not films:
        raise InputError(table, "there is no row below the names of its columns", _HELP)
    return tuple(films)


def _located(folder: Path, name: str, table: Path, line: int) -> Path | None:
    if not name:
        raise InputError(table, f"line {line}: no file is named", "name the file of each row")
    path = folder / name
    there = (place for place in (path.with_suffix(PROJECT), path) if place.is_file())
    return next(there, None)


def _film(path: Path, row: Mapping[str, str], table: Path, line: int) -> TaggedFilm:
    title, year = _titled(row, table, line)
    named = [form(row[column]) for column, form in _IDS.items() if row.get(column)]
    film = named[0] if named else _title_id(title, year)
    if not film:
        cure = "name the film: film, imdb_id, movielens_id or tmdb_id, or title and year"
        raise InputError(table, f"line {line}: nothing says which film {row['file']!r} belongs to", cure)
    film = imdb_id(film) if re.fullmatch(r"tt\d+", film) else film
    genres = genre_names(re.split(r"[|,;]", row.get("genres", "")))
    keywords = keyword_names(re.split(r"[|;]", row.get("keywords", "")))
    tail = _number(row, "still_tail_from", table, line)
    return TaggedFilm(path, film, title, year, genres, keywords, tail)


def _titled(row: Mapping[str, str], table: Path, line: int) -> tuple[str | None, int | None]:
    title, year = row.get("title", ""), _number(row, "year", table, line)
    if year is None:
        title, found = split_year(title)
        return title or None, found
    return title or None, int(year)


def _number(row: Mapping[str, str], column: str, table: Path, line: int) -> float | None:
    text = row.get(column, "")
    try:
        value = float(text) if text else None
    except ValueError:
        raise InputError(
            table, f"line {line}: {text!r} in {column!r} is no number", "write a number or nothing"
        ) from None
    if value is not None and not 0 <= value < 1e6:  # not for NaN or infinity either
        raise InputError(table, f"line {line}: {text!r} in {column!r} cannot be", "write a number or nothing")
    return value


def _title_id(title: str | None, year: int | None) -> str:
    key = title_key(title or "")
    return f"title:{key}:{year or ''}" if key else ""


def with_catalogue(films: Sequence[TaggedFilm], catalogue: Catalogue) -> tuple[TaggedFilm, ...]:
    """The films with what a catalogue knows of them, found by id, else by title and year; what a film has it keeps.

    All that are found are called by the catalogue's first id, so that sources which name a film differently agree.

    Raises:
        InputError: none of the films is in it.
    """
    found = [_known(film, catalogue) for film in films]
    if films and not any(found):
        cure = "check that the table's ids are of this catalogue, or give titles and years"
        raise InputError(catalogue.path, f"none of the {len(films)} films is in it", cure)
    return tuple(_completed(film, row) if row else film for film, row in zip(films, found, strict=True))


def _known(film: TaggedFilm, catalogue: Catalogue) -> FilmRow | None:
    return catalogue.of(film.film) or (catalogue.find(film.title, film.year) if film.title else None)


def _completed(film: TaggedFilm, row: FilmRow) -> TaggedFilm:
    return dataclasses.replace(
        film,
        film=row.id,
        title=film.title or row.titles[0],
        year=film.year or row.year,
        genres=film.genres or row.genres,
        keywords=film.keywords or row.keywords,
    )


def with_common_keywords(
    films: Sequence[TaggedFilm], least: int = 1, most: int | None = None
) -> tuple[TaggedFilm, ...]:
    """The films without rare keywords (paper: 33 of more than 20,000 were kept).

    Args:
        films: the films; trailers of one film count once.
        least: how many films must have a keyword.
        most: keep so many, the most frequent.
    """
    counts = Counter(name for film, name in {(film.film, name) for film in films for name in film.keywords})
    ranked = sorted((name for name, count in counts.items() if count >= least), key=lambda n: (-counts[n], n))
    kept = set(ranked[:most])
    return tuple(dataclasses.replace(film, keywords=tuple(k for k in film.keywords if k in kept)) for film in films)


def without_films(films: Sequence[TaggedFilm], others: Iterable[str | TaggedFilm]) -> tuple[TaggedFilm, ...]:
    """The leak rule: the films without those that others are of, by id, and by title and year where others have them.

    Args:
        films: what may train.
        others: ids, or the films that test.
    """
    names: set[str] = set()
    for other in others:
        names |= {other} if isinstance(other, str) else _names(other)
    return tuple(film for film in films if names.isdisjoint(_names(film)))


def _names(film: TaggedFilm) -> set[str]:
    return {film.film, _title_id(film.title, film.year)} - {""}


def folds(films: Sequence[TaggedFilm], k: int = 5, seed: int = 0) -> np.ndarray:
    """The fold of each film, (n,) int in 0..k-1: split by film id, genres spread evenly (see ``folds.stratified``).

    Raises:
        ValueError: there are fewer films than folds.
    """
    return stratified([film.genres for film in films], k, seed, [film.film for film in films])
