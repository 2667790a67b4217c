"""What is known of films from elsewhere: MovieLens, IMDb and TMDB by one name, found by id or by title."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from fabula.errors import InputError
from fabula.files.catalogue_formats import FilmRow, read_imdb, read_movielens, read_tmdb
from fabula.files.tag_names import split_year, title_key

_NEAR = 1  # years by which two sources may differ: festival and release


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Films by id and by title. ``path`` is where they come from."""

    path: str
    films: tuple[FilmRow, ...]
    by_id: dict[str, int]
    by_title: dict[str, list[int]]

    def of(self, film: str) -> FilmRow | None:
        """The film of an id (tt0041959, movielens:1212, tmdb:1092; bare numbers are the catalogue's own ids)."""
        place = self.by_id.get(film)
        return None if place is None else self.films[place]

    def find(self, title: str, year: int | None = None) -> FilmRow | None:
        """The film of a title, which may end in its year; None if there is none, or several that fit as well.

        Accents, articles, punctuation and "The" behind a comma do not count, other titles ("a.k.a.") do; the year may
        be wrong by one, but the exact one is better. Without a year the title must be of one film alone.
        """
        found = self._titled(title, year)
        if found is None and year is None:
            found = self._titled(*split_year(title))
        return found

    def _titled(self, title: str, year: int | None) -> FilmRow | None:
        rows = [self.films[k] for name in _versions(title) for k in self.by_title.get(title_key(name), ())]
        rows = list(dict.fromkeys(rows))
        if year is None:
            return rows[0] if len(rows) == 1 else None
        for distance in range(_NEAR + 1):
            near = [row for row in rows if row.year is not None and abs(row.year - year) == distance]
            if near:
                return near[0] if len(near) == 1 else None
        return None


def _versions(title: str) -> list[str]:
    """The title and, of "Utopia aka Atoll K", its parts."""
    parts = title.replace("-", " ").lower().replace("a.k.a.", "aka").split(" aka ")
    return [title, *parts] if len(parts) > 1 else [title]


def make_catalogue(path: str | Path, films: Sequence[FilmRow]) -> Catalogue:
    """A catalogue of films that are at hand; of an id that comes twice the first film counts."""
    by_id: dict[str, int] = {}
    by_title: defaultdict[str, list[int]] = defaultdict(list)
    for place, film in enumerate(films):
        for name in (*film.ids, *(i.partition(":")[2] for i in film.ids[-1:] if ":" in i)):
            by_id.setdefault(name, place)
        for key in dict.fromkeys(title_key(title) for title in film.titles):
            by_title[key].append(place)
    return Catalogue(str(path), tuple(films), by_id, dict(by_title))


def read_catalogue(path: str | Path, only: Collection[str] | None = None, users: int = 2) -> Catalogue:
    """Read what a source knows of films.

    The formats: a folder of MovieLens (movies.csv; tags.csv and links.csv if there), IMDb's title.basics.tsv or
    .tsv.gz, TMDB's json of one film, of a list of films, or of a film on each line.

    Args:
        path: the folder or file.
        only: ids of the films to keep; IMDb's file has eleven million titles, and all its films if this is None.
        users: a MovieLens tag is a keyword of a film when so many users gave it.

    Raises:
        InputError: the format is none of these, a row is wrong, or nothing is in it.
    """
    path = Path(path)
    if path.is_dir() or path.name.lower() == "movies.csv":
        rows = read_movielens(path if path.is_dir() else path.parent, users)
    elif ".tsv" in path.name.lower():
        rows = read_imdb(path, only)
    elif ".json" in path.name.lower():
        rows = read_tmdb(path)
    else:
        cure = "give MovieLens' folder, IMDb's title.basics.tsv or TMDB's json"
        raise InputError(path, "this is no catalogue of films that fabula knows", cure)
    kept = [row for row in rows if only is None or not set(row.ids).isdisjoint(only)]
    if not kept:
        why = "there is no film in it" if only is None else "none of the films asked for is in it"
        raise InputError(path, why, "check that it is the file you meant")
    return make_catalogue(path, kept)
