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
    """Films with their tags, and of each the features of its shots.

    Args:
        films: with tags.
        shots: of each film the features (s, values) of the shots that tell something, in the film's order.
        vision: the name of the model that made them.
        indices: of those shots in the film's project.
    """

    films: tuple[TaggedFilm, ...]
    shots: tuple[np.ndarray, ...]
    vision: str
    indices: tuple[tuple[int, ...], ...] = ()


def open_trailers(films: Sequence[TaggedFilm], told: Report = lambda line: None, fewest: int = FEWEST) -> Trailers:
    """Read films, as far as they were not read before, and take the features of their shots.

    What was read is kept as projects in the cache, so that a run that was cut short goes on where it was. Films that
    cannot be read, or have too few shots, are told and left out.

    Raises:
        FabulaError: none is left, or they were read by different vision models.
    """
    kept, shots, indices, models = [], [], [], set()
    for k, film in enumerate(films):
        try:
            with open_film(film) as project:
                vectors = project.shot_vectors
                chosen = telling_shots(project, film.still_tail_from)
        except InputError as error:
            told(f"left out: {error}")
            continue
        telling = chosen[list(vectors.shots)] if vectors else np.zeros(0, bool)
        rows = vectors.vectors[telling] if vectors else np.zeros((0, 1), np.float32)
        told(f"{k + 1} of {len(films)}: {film.path.name}, {len(rows)} shots")
        if vectors is None or len(rows) < fewest:
            told(f"left out: {film.path} has {len(rows)} shots that tell something, fewer than {fewest}")
            continue
        kept.append(film)
        shots.append(rows)
        indices.append(tuple(np.array(vectors.shots)[telling].tolist()))
        models.add(vectors.model)
    if len(models) != 1:
        raise FabulaError("No film is left to learn from." if not models else f"Read the films anew: {sorted(models)}.")
    return Trailers(tuple(kept), tuple(shots), models.pop(), tuple(indices))


def drawn(films: Sequence[TaggedFilm], count: int | None, seed: int = 0) -> tuple[TaggedFilm, ...]:
    """So many of the films, for the data-scaling experiment of the paper's table 2: each larger set has the smaller."""
    order = np.random.default_rng(seed).permutation(len(films))[: count or len(films)]
    return tuple(films[k] for k in sorted(order.tolist()))


def open_film(film: TaggedFilm) -> Project:
    """The project of a film, made if need be."""
    if film.path.suffix == PROJECT:
        return Project.open(film.path)
    folder = cache_folder() / "films"
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{fingerprint(film.path)[:32]}{PROJECT}"
    return read(film=film.path, output=output, captioner="none", tagger="none", keyframes=KEYFRAMES)
