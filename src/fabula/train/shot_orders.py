"""Films as the model of their order sees them: the features of the shots of each, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.files.project import Project
from fabula.files.tagged import PROJECT, TaggedFilm, read_tagged
from fabula.storyline.shot_looks import shot_looks
from fabula.storyline.telling_shots import telling_shots

Report = Callable[[str], None]


@dataclass(frozen=True)
class ShotOrder:
    """A film or trailer as an order of shots.

    ``film`` says which film it is: things with one name never stand on two sides of a split. ``model`` is the vision
    model that looked at it, and ``features`` (n, d) are those of its shots, in order.
    """

    film: str
    model: str
    features: np.ndarray


def read_orders(folder: Path, table: Path | None = None, told: Report = lambda line: None) -> list[ShotOrder]:
    """The films of a folder of projects; black frames and cards at the end are left out.

    Args:
        folder: has projects (NAME.fabula) that ``fabula read`` made.
        table: which film each is, and from where its picture stands still (see ``fabula.files.tagged``); without it
            each project is a film of its own, as is one that it does not have.
        told: called with a line for each film that is left out.

    Raises:
        InputError: there is no project, none of them has been looked at, or different vision models did so.
    """
    found = []
    for film in _films(folder, table):
        with Project.open(film.path) as project:
            if project.shot_vectors is None:
                told(f"left out: {film.path} was read without a vision model")
                continue
            looks = shot_looks(project)
            telling = telling_shots(project, film.still_tail_from)[list(looks.shots)]
        found.append(ShotOrder(film.film, looks.model, looks.features[telling]))
    if not found:
        raise InputError(folder, "there is no project of a film in it", "read some: fabula read FILM -o NAME.fabula")
    models = sorted({order.model for order in found})
    if len(models) > 1:
        raise InputError(folder, f"its films were seen by different models, {', '.join(models)}", "read them anew")
    return [order for order in found if len(order.features)]


def _films(folder: Path, table: Path | None) -> Sequence[TaggedFilm]:
    """All projects of the folder, with what the table knows of them."""
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder", "name a folder of projects (NAME.fabula)")
    known = {film.path: film for film in read_tagged(table, folder, partial=True)} if table else {}
    return [known.get(path, TaggedFilm(path, path.stem)) for path in sorted(folder.glob(f"*{PROJECT}"))]
