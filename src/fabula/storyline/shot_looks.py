"""How shots look: what a vision model says of each, its light and colours, and its length.

A vision model that learned from sentences hardly says how a picture is lit, which is what the shots of one film and of
one scene have in common. The stored thumbnails do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabula.errors import InputError
from fabula.files.pictures import by_shot, decode_picture, squash
from fabula.files.project import Project
from fabula.records import Shot, Thumbnail

SIDE, CELLS, BINS = 24, 3, 8
TO_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
LIGHT = CELLS * CELLS * 3 + 3 + 2 + 3 * BINS + 1
"""Values of a shot's light: means of the cells, spread, upper and lower edge, histograms, length."""
_RANGES = ((0.0, 1.0), (-0.4, 0.4), (-0.4, 0.4))


@dataclass(frozen=True)
class ShotLooks:
    """Features of shots.

    ``model`` is the name of the vision model, ``shots`` are the indices of the shots, and ``features`` (n, d) float32
    has a row for each: the model's vector, then ``LIGHT`` values.
    """

    model: str
    shots: tuple[int, ...]
    features: np.ndarray


def shot_looks(project: Project) -> ShotLooks:
    """The features of a film's shots.

    Raises:
        InputError: no vision model has looked at the film.
    """
    vectors = project.shot_vectors
    if vectors is None:
        cure = "read the film anew, with a vision model: fabula read FILM --force"
        raise InputError(project.path or project.title, "no vision model has looked at its shots", cure)
    pictures, shots = by_shot(project.thumbnails), {shot.index: shot for shot in project.shots}
    light = np.stack([_light(pictures.get(index, ()), shots[index]) for index in vectors.shots])
    return ShotLooks(vectors.model, vectors.shots, np.concatenate([vectors.vectors, light], 1, dtype=np.float32))


def _light(thumbnails: Sequence[Thumbnail], shot: Shot) -> np.ndarray:
    """The light of a shot: (LIGHT,) float32; the mean of its pictures, and its length."""
    found = [picture_light(decode_picture(thumbnail.jpeg)) for thumbnail in thumbnails]
    mean = np.mean(found, 0) if found else np.zeros(LIGHT - 1)
    return np.append(mean, 0.2 * np.log(shot.end - shot.start + 0.04)).astype(np.float32)


def picture_light(picture: np.ndarray) -> np.ndarray:
    """The light of a picture (height, width, 3) uint8: (LIGHT - 1,) float32, in luma and two differences of colour.

    The edges tell black bars; roots of the histograms' shares make rare tones count.
    """
    small = squash(picture, SIDE).astype(np.float32) / 255
    luma = small @ TO_LUMA
    tones = np.stack([luma, small[..., 2] - luma, small[..., 0] - luma], -1)
    cell = SIDE // CELLS
    cells = tones.reshape(CELLS, cell, CELLS, cell, 3).mean((1, 3))
    edges = luma[:2].mean(), luma[-2:].mean()
    shares = [np.histogram(tones[..., k], BINS, of)[0] / SIDE**2 for k, of in enumerate(_RANGES)]
    return np.concatenate([cells.ravel(), tones.std((0, 1)), edges, np.sqrt(shares).ravel()], dtype=np.float32)
