"""What the stem says of the keyframes of trailers, kept on disk: tuning reads it in every step."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from fabula.features import cache_folder
from fabula.files.pictures import decode_picture
from fabula.models.appearance import stem_cells
from fabula.models.tail_tuning import Keyframes
from fabula.records import Thumbnail
from fabula.storyline.shot_looks import telling_looks
from fabula.train.trailers import Trailers, open_film
from fabula.train.views import open_kept

CELLS = (120, 17, 17)


def keyframe_cells(trailers: Trailers, told: Callable[[str], None] = lambda line: None) -> list[Keyframes]:
    """The keyframes of the shots that tell something, of each trailer; 68 KiB each in the cache, computed once."""
    folder = cache_folder() / "views"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for k, film in enumerate(trailers.films):
        with open_film(film) as project:
            shots = telling_looks(project, film.still_tail_from).shots
            frames = [thumbnail for thumbnail in project.thumbnails if thumbnail.shot in set(shots)]
        key = hashlib.sha256(b"".join(frame.jpeg for frame in frames)).hexdigest()[:24]
        path = folder / f"keyframes-{key}.npy"
        line = f"keyframes of {k + 1} of {len(trailers.films)}"
        cells = open_kept(path, (len(frames), *CELLS), partial(_cells, frames), partial(told, line))
        found.append(Keyframes(cells, np.array([shots.index(frame.shot) for frame in frames])))
    return found


def _cells(frames: Sequence[Thumbnail], rows: slice) -> np.ndarray:
    """Those of some keyframes: (n, 120, 17, 17) float16."""
    return stem_cells([decode_picture(frame.jpeg) for frame in frames[rows]]).half().numpy()
