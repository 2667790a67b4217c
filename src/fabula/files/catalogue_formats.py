"""Films and their tags as MovieLens, IMDb and TMDB write them."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import InputError
from fabula.files.named_columns import table_rows
from fabula.files.tag_names import genre_names, keyword_names, split_year
from fabula.files.text import read_text, require_file

_IMDB_FILMS = frozenset(("movie", "tvmovie", "video", ""))
_AGAIN = "fetch the file again"
_OTHER_TITLE = re.compile(r"\((?P<title>[^()]*)\)")


@dataclass(frozen=True, slots=True)
class FilmRow:
    """A film of a catalogue.

    ``ids`` has the one to call it by first (IMDb's, where it is known) and the catalogue's own last: "tt0041959",
    "tmdb:1092", "movielens:1212". ``titles`` has the main one first. Genres by MovieLens' names, keywords
    in lower case.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    year: int | None
    genres: tuple[str, ...]
    keywords: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id to call it by."""
        return self.ids[0]


def imdb_id(number: str) -> str:
    """IMDb's id of a number or id: "41959" -> "tt0041959"."""
    return f"tt{number.strip().removeprefix('tt').zfill(7)}"


def read_movielens(folder: Path, users: int = 2) -> list[FilmRow]:
    """The films of a folder of MovieLens (Harper and Konstan 2015): movies.csv; tags.csv and links.csv if there.

    Args:
        folder: where the files are.
        users: a tag is a keyword of a film when so many users gave it.
    """
    movies = folder / "movies.csv"
    links = _links(folder / "links.csv")
    tags = _user_tags(folder / "tags.csv", users)
    films = []
    for _, row in table_rows(movies, ("movieid", "title", "genres")):
        own = row["movieid"]
        title, year = split_year(row["title"])
        ids = (*links.get(own, ()), f"movielens:{own}")
        genres = genre_names(row["genres"].split("|"))
        films.append(FilmRow(ids, _titles(title), year, genres, keyword_names(tags.get(own, ()))))
    return films


def _titles(title: str) -> tuple[str, ...]:
    """The titles that a title of MovieLens has in it: ``Seven (a.k.a. Se7en)`` -> Seven, Se7en."""
    others = (re.sub(r"^a\.?k\.?a\.?\s", "", found["title"], flags=re.I) for found in _OTHER_TITLE.finditer(title))
    return tuple(dict.fromkeys((_OTHER_TITLE.sub("", title).strip() or title, *others, title)))


def _links(path: Path) -> dict[str, tuple[str, ...]]:
    if not path.is_file():
        return {}
    found = {}
    for _, row in table_rows(path, ("movieid", "imdbid")):
        tmdb = row.get("tmdbid")
        found[row["movieid"]] = (imdb_id(row["imdbid"]), *([f"tmdb:{tmdb}"] if tmdb else []))
    return found


def _user_tags(path: Path, users: int) -> dict[str, list[str]]:
    """Tags by film that so many users gave; synonyms count together."""
    if not path.is_file():
        return {}
    given: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for _, row in table_rows(path, ("userid", "movieid", "tag")):
        for name in keyword_names([row["tag"]]):
            given[row["movieid"], name].add(row["userid"])
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for (film, name), people in given.items():
        if len(people) >= users:
            tags[film].append(name)
    return tags


def read_imdb(path: Path, only: Collection[str] | None = None) -> list[FilmRow]:
    r"""The films of IMDb's title.basics.tsv(.gz), where \N means that nobody knows.

    Args:
        path: the file, which is read line by line: it has millions.
        only: ids to keep; all films otherwise, without series, episodes and games.
    """
    films = []
    for number, row in _imdb_rows(path):
        try:
            if row["tconst"] in only if only is not None else row.get("titleType", "").lower() in _IMDB_FILMS:
                films.append(_imdb_film(row))
        except ValueError as error:
            raise InputError(path, f"line {number}: {error}", _AGAIN) from None
    return films


def _imdb_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    require_file(path)
    number = 1
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            names = next(lines, b"").decode().rstrip("\r\n").split("\t")
            missing = [name for name in ("tconst", "primaryTitle", "startYear", "genres") if name not in names]
            if missing:
                raise InputError(path, f"there is no column {missing[0]!r}", "give IMDb's title.basics.tsv")
            for line in lines:
                number += 1
                yield number, dict(zip(names, line.decode().rstrip("\r\n").split("\t"), strict=True))
    except (OSError, EOFError, ValueError) as error:
        raise InputError(path, f"line {number}: {error}", _AGAIN) from None


def _imdb_film(row: Mapping[str, str]) -> FilmRow:
    titles = dict.fromkeys((row["primaryTitle"], row.get("originalTitle") or row["primaryTitle"]))
    year = None if row["startYear"] == "\\N" else int(row["startYear"])
    return FilmRow((row["tconst"],), tuple(titles), year, genre_names(row["genres"].split(",")))


def read_tmdb(path: Path) -> list[FilmRow]:
    """The films of TMDB's json: one object, a list (also under "results"), or one object on each line."""
    films = []
    for place, found in _tmdb_objects(read_text(path).text, path):
        try:
            films.append(_tmdb_film(found))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"{place}: this is no film of TMDB ({error!r})"
            raise InputError(path, problem, "each film needs id and title, and should have genres") from None
    return films


def _tmdb_objects(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        yield from _json_lines(text, path)
        return
    if isinstance(found, dict) and isinstance(found.get("results"), list):
        found = found["results"]
    for number, film in enumerate(found if isinstance(found, list) else [found], 1):
        yield f"film {number}", film


def _json_lines(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except ValueError as error:
                raise InputError(path, f"line {number}: this is no JSON ({error})", _AGAIN) from None


def _tmdb_film(found: Any) -> FilmRow:
    title = found.get("title") or found["original_title"]
    imdb, year = found.get("imdb_id"), str(found.get("release_date") or "")[:4]
    keywords = found.get("keywords") or []
    if isinstance(keywords, dict):
        keywords = keywords.get("keywords") or keywords.get("results") or []
    return FilmRow(
        (*([imdb_id(imdb)] if imdb else []), f"tmdb:{int(found['id'])}"),
        tuple(dict.fromkeys((title, found.get("original_title") or title))),
        int(year) if year else None,
        genre_names(_named(found.get("genres") or [])),
        keyword_names(_named(keywords)),
    )


def _named(tags: Sequence[Any]) -> list[str]:
    return [str(tag["name"]) if isinstance(tag, dict) else str(tag) for tag in tags]
