"""Trailers as training sees them: read once each, and of each the features of the shots that tell something."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.errors import FabulaError, InputError
from fabula.features import cache_folder
from fabula.files.appearance import APPEARANCE
from fabula.files.project import Project, fingerprint
from fabula.files.tagged import PROJECT, TaggedFilm
from fabula.reading import read
from fabula.storyline.shot_looks import TAGGED, look_part, telling_looks

KEYFRAMES = 3  # of a shot: the paper's m
FEWEST = 4  # shots: a film with fewer says too little to learn from

Report = Callable[[str], None]


@dataclass(frozen=True)
class Trailers:
    """Films with their tags, and of each the features of its shots.

    Args:
        films: with tags.
        shots: of each film the features (s, values) of the shots that tell something, in the film's order: what a
            tagger reads.
        looks: the name of what has looked at them.
        seen: of each film the vectors (s, d) of the same shots in the space of a vision model.
        vision: the name of that model; "" if different ones have seen them.
    """

    films: tuple[TaggedFilm, ...]
    shots: tuple[np.ndarray, ...]
    looks: str
    seen: tuple[np.ndarray, ...] = ()
    vision: str = ""


def open_trailers(films: Sequence[TaggedFilm], told: Report = lambda line: None, fewest: int = FEWEST) -> Trailers:
    """Read films, as far as they were not read before, and take the features of their shots.

    What was read is kept as projects in the cache, so that a run that was cut short goes on where it was. Films that
    cannot be read, or have too few shots, are told and left out.

    Raises:
        FabulaError: none is left.
    """
    kept, shots, seen = [], [], []
    models = set()
    for k, film in enumerate(films):
        try:
            with open_film(film) as project:
                looks, vectors = telling_looks(project, film.still_tail_from), project.shot_vectors
        except InputError as error:
            told(f"left out: {error}")
            continue
        told(f"{k + 1} of {len(films)}: {film.path.name}, {len(looks.shots)} shots")
        if len(looks.shots) < fewest:
            told(f"left out: {film.path} has {len(looks.shots)} shots that tell something, fewer than {fewest}")
            continue
        kept.append(film)
        shots.append(look_part(looks.features, TAGGED))
        assert vectors is not None, "what has looks was seen"
        seen.append(vectors.vectors[np.isin(vectors.shots, looks.shots)])
        models.add(vectors.model)
    if not kept:
        raise FabulaError("No film is left to learn from.")
    return Trailers(tuple(kept), tuple(shots), APPEARANCE, tuple(seen), models.pop() if len(models) == 1 else "")


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
