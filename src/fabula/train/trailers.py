"""Trailers as training sees them: read once each, and of each the features of the shots that tell something."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.errors import FabulaError, InputError
from fabula.features import cache_folder
from fabula.files.project import Project, fingerprint
from fabula.files.tagged import PROJECT, TaggedFilm
from fabula.reading import read
from fabula.storyline.telling_shots import telling_shots

KEYFRAMES = 3  # of a shot: the paper's m
FEWEST = 4  # shots: a film with fewer says too little to learn from

Report = Callable[[str], None]


@dataclass(frozen=True)
class Trailers:
    """Films with their tags, and of each the features of its shots (s, values), in the film's order."""

    films: tuple[TaggedFilm, ...]
    shots: tuple[np.ndarray, ...]
    vision: str

    def __post_init__(self) -> None:
        assert len(self.films) == len(self.shots)

    def only(self, chosen: Sequence[int] | np.ndarray) -> "Trailers":
        """Some of them."""
        places = [int(k) for k in chosen]
        return Trailers(tuple(self.films[k] for k in places), tuple(self.shots[k] for k in places), self.vision)


def open_trailers(films: Sequence[TaggedFilm], told: Report = lambda line: None, fewest: int = FEWEST) -> Trailers:
    """Read films, as far as they were not read before, and take the features of their shots.

    What was read is kept as projects in the cache, so that a run that was cut short goes on where it was. Films that
    cannot be read, or have too few shots, are told and left out.

    Raises:
        FabulaError: none is left, or they were read by different vision models.
    """
    kept, shots, models = [], [], set()
    for k, film in enumerate(films):
        try:
            with _project(film) as project:
                vectors = project.shot_vectors
                chosen = telling_shots(project, film.still_tail_from)
        except InputError as error:
            told(f"left out: {error}")
            continue
        rows = vectors.vectors[chosen[list(vectors.shots)]] if vectors else np.zeros((0, 1), np.float32)
        told(f"{k + 1} of {len(films)}: {film.path.name}, {len(rows)} shots")
        if vectors is None or len(rows) < fewest:
            told(f"left out: {film.path} has {len(rows)} shots that tell something, fewer than {fewest}")
            continue
        kept.append(film)
        shots.append(rows)
        models.add(vectors.model)
    if len(models) != 1:
        raise FabulaError("No film is left to learn from." if not models else f"Read the films anew: {sorted(models)}.")
    return Trailers(tuple(kept), tuple(shots), models.pop())


def _project(film: TaggedFilm) -> Project:
    """The project of a film, made if need be."""
    if film.path.suffix == PROJECT:
        return Project.open(film.path)
    folder = cache_folder() / "films"
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{fingerprint(film.path)[:32]}{PROJECT}"
    return read(film=film.path, output=output, captioner="none", keyframes=KEYFRAMES)
