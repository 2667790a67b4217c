"""What the stem says of the keyframes of trailers, kept on disk: tuning reads it in every step."""

import hashlib
from collections.abc import Callable

import numpy as np

from fabula.features import cache_folder
from fabula.files.pictures import decode_picture
from fabula.models.appearance import BATCH, stem_cells
from fabula.models.tail_tuning import Keyframes
from fabula.storyline.shot_looks import telling_looks
from fabula.train.trailers import Trailers, open_film

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
        if not path.is_file():
            partial = path.with_suffix(".partial")
            cells = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=(len(frames), *CELLS))
            for first in range(0, len(frames), BATCH):
                pictures = [decode_picture(frame.jpeg) for frame in frames[first : first + BATCH]]
                cells[first : first + BATCH] = stem_cells(pictures).half().numpy()
            cells.flush()
            partial.replace(path)
            told(f"keyframes of {k + 1} of {len(trailers.films)}")
        rows = np.array([shots.index(frame.shot) for frame in frames])
        found.append(Keyframes(np.load(path, mmap_mode="r"), rows))
    return found
