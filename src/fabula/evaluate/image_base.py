"""Untouched ImageNet features of films' shots: what a tagger has to beat ("Image-base" in the paper)."""

from collections.abc import Callable, Sequence

import numpy as np

from fabula.features import open_cache
from fabula.files.pictures import decode_picture, squash
from fabula.records import Progress, Thumbnail
from fabula.train.trailers import Trailers, open_film
from fabula.vision import picture_key

NAME = "efficientnet-lite2-imagenet"  # keys the cache
BATCH = 64


def image_base(thumbnails: Sequence[Thumbnail], progress: Progress | None = None) -> np.ndarray:
    """The mean region of each thumbnail by the backbone as it came: (n, 1280) float32; kept in the cache."""
    from fabula.models.efficientnet import SIZE, load_backbone, whole_features

    store = open_cache()
    keys = [picture_key(thumbnail.jpeg) for thumbnail in thumbnails]
    known = store.load_vectors(NAME, sorted(set(keys)))
    missing = {key: t.jpeg for key, t in zip(keys, thumbnails, strict=True) if key not in known}
    backbone = load_backbone() if missing else None
    todo = list(missing)
    for first in range(0, len(todo), BATCH):
        batch = todo[first : first + BATCH]
        squares = np.stack([squash(decode_picture(missing[key]), SIZE) for key in batch])
        assert backbone is not None
        found = whole_features(backbone, squares)
        store.save_vectors(NAME, batch, found)
        known |= dict(zip(batch, found.astype(np.float16), strict=True))
        if progress:
            progress(first + len(batch), len(todo))
    return np.stack([known[key] for key in keys]).astype(np.float32)


def by_shot(values: np.ndarray, thumbnails: Sequence[Thumbnail], shots: Sequence[int]) -> np.ndarray:
    """The mean of the thumbnails' values (n, d) in each of some shots: (shots, d)."""
    owner = np.array([thumbnail.shot for thumbnail in thumbnails])
    return np.stack([values[owner == shot].mean(0) for shot in shots])


def base_of_trailers(trailers: Trailers, told: Callable[[str], None] = lambda line: None) -> list[np.ndarray]:
    """The same for the shots of trailers: of each film (s, 1280)."""
    found = []
    for k, (film, indices) in enumerate(zip(trailers.films, trailers.indices, strict=True)):
        with open_film(film) as project:
            own = [thumbnail for thumbnail in project.thumbnails if thumbnail.shot in set(indices)]
        found.append(by_shot(image_base(own), own, indices))
        told(f"untouched features: {k + 1} of {len(trailers.films)}")
    return found
