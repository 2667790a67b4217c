"""Picture files -> RGB arrays."""

from collections import defaultdict
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fabula.errors import InputError
from fabula.files.text import require_file
from fabula.records import Thumbnail

MOST_PIXELS = 200_000_000  # what a picture may say to be: a small file can unfold to many gigabytes
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})

Picture = str | Path | np.ndarray
"""A picture's file, or its RGB bytes: (height, width, 3) uint8."""


def as_array(image: Picture) -> np.ndarray:
    """The RGB bytes of a picture: (height, width, 3) uint8."""
    return image if isinstance(image, np.ndarray) else read_picture(image)


def read_picture(path: str | Path) -> np.ndarray:
    """A picture as RGB bytes, turned as its camera says, transparency on white: (height, width, 3) uint8.

    Raises:
        InputError: there is no such file, it is no picture, it is cut short, or it is larger than any picture.
    """
    path = require_file(path)
    return _decode(path, path)


def decode_picture(data: bytes) -> np.ndarray:
    """A picture's RGB bytes from those of its file, such as a stored thumbnail's: (height, width, 3) uint8.

    Raises:
        InputError: they are no picture, are cut short, or unfold to more than any picture.
    """
    return _decode(BytesIO(data), "a stored picture")


def by_shot(thumbnails: Iterable[Thumbnail]) -> dict[int, list[Thumbnail]]:
    """The pictures of each shot, in the order of time."""
    shots: defaultdict[int, list[Thumbnail]] = defaultdict(list)
    for thumbnail in sorted(thumbnails, key=lambda thumbnail: thumbnail.time):
        shots[thumbnail.shot].append(thumbnail)
    return dict(shots)


def _decode(source: Path | BytesIO, name: str | Path) -> np.ndarray:
    try:
        with Image.open(source) as found:
            if found.width * found.height > MOST_PIXELS:
                raise InputError(name, f"{found.width} x {found.height} pixels is too large", "scale it down first")
            return np.asarray(_flat(ImageOps.exif_transpose(found)))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InputError(name, f"this is no picture that can be read ({error})", "save it as JPEG or PNG") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(name, f"the picture is damaged ({error})", "copy it again, or save it anew") from error


def _flat(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    opaque = Image.new("RGBA", picture.size, "white")
    opaque.alpha_composite(picture.convert("RGBA"))
    return opaque.convert("RGB")


def squash(picture: np.ndarray, size: int) -> np.ndarray:
    """The whole picture as a square, whatever its aspect: (height, width, 3) -> (size, size, 3) uint8.

    Nothing is cut off, so a region of the square is a region of the picture.
    """
    if picture.shape[:2] == (size, size):
        return picture
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC))


def as_jpeg(picture: np.ndarray, longest: int) -> bytes:
    """RGB bytes (height, width, 3) as a JPEG file in memory, scaled down so that no side has more than ``longest``."""
    image = Image.fromarray(picture)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def write_jpeg(path: Path, picture: np.ndarray) -> None:
    """Write RGB bytes (height, width, 3) as JPEG."""
    Image.fromarray(picture).save(path, "JPEG", quality=90)
