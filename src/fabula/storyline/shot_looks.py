"""How shots look, whatever is seen in them, and how long they are: what taggers and models of what comes next read."""

from dataclasses import dataclass

import numpy as np

from fabula.errors import InputError
from fabula.files.appearance import PARTS
from fabula.files.project import Project
from fabula.storyline.telling_shots import telling_shots

LOOKS = {"length": 1, **PARTS}
"""Values of each part of a shot's features, one after the other."""
COMPARED = (1 + PARTS["light"], *(size for part, size in PARTS.items() if part != "light"))
"""The same as shots are compared: one number says too little by itself, so length is a part of light."""

TAGGED = "things"
"""What a tagger reads of a shot: light and texture make it worse, with the dozens of trailers that there are."""


@dataclass(frozen=True)
class ShotLooks:
    """Features of shots.

    ``model`` is the name of what has looked, ``shots`` are the indices of the shots, and ``features`` (n, d) float32
    has a row for each: its length, then the values of its appearance, the means of its keyframes.
    """

    model: str
    shots: tuple[int, ...]
    features: np.ndarray


def shot_looks(project: Project) -> ShotLooks:
    """The features of a film's shots.

    Raises:
        InputError: nobody has looked at the film, or only an older fabula.
    """
    seen = project.appearances
    if seen is None:
        cure = "read the film again, with a vision model: fabula read FILM -o PROJECT"
        raise InputError(project.path or project.title, "it is not known how its shots look", cure)
    shots = {shot.index: shot for shot in project.shots}
    lengths = np.array([[0.2 * np.log(shots[k].end - shots[k].start + 0.04)] for k in seen.shots])
    return ShotLooks(seen.model, seen.shots, np.concatenate([lengths, seen.vectors], 1, dtype=np.float32))


def telling_looks(project: Project, until: float | None = None) -> ShotLooks:
    """The same of the shots that tell something (see ``fabula.storyline.telling_shots``).

    Raises:
        InputError: as for ``shot_looks``.
    """
    looks = shot_looks(project)
    telling = telling_shots(project, until)[list(looks.shots)]
    return ShotLooks(looks.model, tuple(np.array(looks.shots)[telling].tolist()), looks.features[telling])


def look_part(features: np.ndarray, part: str) -> np.ndarray:
    """A part of shots' features: (n, d) -> (n, ``LOOKS[part]``)."""
    first = sum(LOOKS[name] for name in list(LOOKS)[: list(LOOKS).index(part)])
    return features[:, first : first + LOOKS[part]]
