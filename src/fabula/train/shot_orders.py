"""Films as the model of their order sees them: the features of the shots of each, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.files.project import Project
from fabula.files.tagged import PROJECT, TaggedFilm, read_tagged
from fabula.storyline.shot_looks import COMPARED, telling_looks

Report = Callable[[str], None]


@dataclass(frozen=True)
class ShotOrder:
    """A film or trailer as an order of shots.

    ``film`` says which film it is: things with one name never stand on two sides of a split. ``model`` is the name of
    what has looked at it; ``features`` (n, d) are those of its shots, in order, and ``parts`` the values of each part.
    """

    film: str
    model: str
    features: np.ndarray
    parts: tuple[int, ...] = COMPARED


def read_orders(folder: Path, table: Path | None = None, told: Report = lambda line: None) -> list[ShotOrder]:
    """The films of a folder of projects; black frames and cards at the end are left out.

    Args:
        folder: has projects (NAME.fabula) that ``fabula read`` made.
        table: which film each is, and from where its picture stands still (see ``fabula.files.tagged``); without it
            each project is a film of its own, as is one that it does not have.
        told: called with a line for each film that is left out.

    Raises:
        InputError: there is no project, or nobody has looked at any of them.
    """
    found = []
    for film in _films(folder, table):
        try:
            with Project.open(film.path) as project:
                looks = telling_looks(project, film.still_tail_from)
        except InputError as error:
            told(f"left out: {error}")
            continue
        if len(looks.shots):
            found.append(ShotOrder(film.film, looks.model, looks.features))
    if not found:
        raise InputError(folder, "there is no project of a film in it", "read some: fabula read FILM -o NAME.fabula")
    return found


def _films(folder: Path, table: Path | None) -> Sequence[TaggedFilm]:
    """All projects of the folder, with what the table knows of them."""
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder", "name a folder of projects (NAME.fabula)")
    known = {film.path: film for film in read_tagged(table, folder, partial=True)} if table else {}
    return [known.get(path, TaggedFilm(path, path.stem)) for path in sorted(folder.glob(f"*{PROJECT}"))]
