"""Pictures as training sees them: cut, turned and tinted at random, and carried through the backbone's frozen part.

The stem is most of the backbone's work and does not learn, so each view of a picture is computed once and kept on
disk; training then runs at the speed of the tail.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from fabula.files.pictures import read_picture, squash
from fabula.records import Progress

SMALLEST_CROP = 0.6  # of the area: captions speak of everything in a picture, so little may be cut off
BATCH = 32


def random_view(picture: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A random cut of a picture, perhaps mirrored, with other light: (h, w, 3) -> (size, size, 3) uint8."""
    height, width = picture.shape[:2]
    area = rng.uniform(SMALLEST_CROP, 1.0)
    aspect = np.exp(rng.uniform(-0.25, 0.25))
    high, wide = (min(np.sqrt(area / aspect), 1.0) * height, min(np.sqrt(area * aspect), 1.0) * width)
    top, left = rng.uniform(0, height - high), rng.uniform(0, width - wide)
    box = (left, top, left + wide, top + high)
    view = Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC, box=box)
    if rng.random() < 0.5:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        view = change(view).enhance(float(rng.uniform(0.7, 1.3)))
    return np.asarray(view)


def open_kept(
    path: Path, shape: tuple[int, ...], rows_of: Callable[[slice], np.ndarray], told: Callable[[], None] = lambda: None
) -> np.ndarray:
    """An array that is computed once, in batches, and kept on disk whole or not at all.

    Args:
        path: where; its folder is there.
        shape: of the array, float16.
        rows_of: computes some rows of it.
        told: called before it is computed.

    Returns:
        The array, mapped from disk.
    """
    if not path.is_file():
        told()
        partial = path.with_suffix(".partial")
        array = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=shape)
        for first in range(0, shape[0], BATCH):
            rows = slice(first, min(first + BATCH, shape[0]))
            array[rows] = rows_of(rows)
        array.flush()
        partial.replace(path)
    kept: np.ndarray = np.load(path, mmap_mode="r")
    return kept


def open_view(
    paths: Sequence[Path], folder: Path, view: int, seed: int = 0, progress: Progress | None = None
) -> np.ndarray:
    """What the stem says of one view of each picture, from disk where it has been computed.

    Args:
        paths: the pictures.
        folder: where views are kept; a computation that was cut short goes on where it was.
        view: 0 is the whole picture as it is, any other number a random view.
        seed: of the random views.
        progress: called while it computes.

    Returns:
        (n, 120, 17, 17) float16, mapped from disk.
    """
    from fabula.models.efficientnet import SIZE, load_backbone, pixels, stem_features

    folder.mkdir(parents=True, exist_ok=True)
    store, done_file = folder / f"view-{view}.npy", folder / f"view-{view}.done"
    done = int(done_file.read_text()) if done_file.is_file() and store.is_file() else 0
    shape = (len(paths), 120, 17, 17)
    if done == len(paths):
        finished: np.ndarray = np.load(store, mmap_mode="r")
        return finished
    if done:
        features = np.lib.format.open_memmap(store, mode="r+")
    else:
        features = np.lib.format.open_memmap(store, mode="w+", dtype=np.float16, shape=shape)
    backbone = load_backbone()
    for first in range(done, len(paths), BATCH):
        batch = []
        for k, path in enumerate(paths[first : first + BATCH], first):
            picture = read_picture(path)
            rng = np.random.default_rng((seed, view, k))
            batch.append(random_view(picture, SIZE, rng) if view else squash(picture, SIZE))
        features[first : first + len(batch)] = stem_features(backbone, pixels(np.stack(batch)))
        if (first // BATCH) % 16 == 15 or first + BATCH >= len(paths):
            features.flush()
            done_file.write_text(str(first + len(batch)))
        if progress:
            progress(first + len(batch), len(paths))
    return features
