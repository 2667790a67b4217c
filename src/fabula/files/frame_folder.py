"""A folder of numbered pictures, read as a film."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from fabula.errors import InputError
from fabula.files.frames import PICTURE_HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, Video

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


class FrameFolder(Video):
    """The jpg, png and webp files of a folder in natural order: frame2.png comes before frame10.png."""

    def __init__(self, path: Path, fps: float) -> None:
        super().__init__(path)
        if not fps > 0:
            raise InputError(path, f"a rate of {fps} frames a second is none", "give a rate above 0")
        files = [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
        self._files = sorted(files, key=lambda file: _natural(file.name))
        readable = (picture for picture in map(_load, self._files) if picture is not None)
        first = next(readable, None)
        if first is None:
            problem = "none of its pictures can be read" if files else "the folder holds no jpg, png or webp pictures"
            raise InputError(path, problem, "name a video file or a folder of frames")
        self.width, self.height = first.size
        self.rate, self.codec = fps, self._files[0].suffix[1:].lower()
        self.expected_duration = len(files) / fps
        self._last_good = first

    def _decode(self, first: int, time: float) -> Iterator[tuple[float, Any]]:
        good = self._last_good
        for index, file in enumerate(self._files[first:], first):
            picture = _load(file)
            if picture is None:
                self.warnings.append(f"{file.name} (frame {index:,}) cannot be read; the frame before it stands in")
            good = picture or good
            yield index / self.rate, good

    def _small(self, frame: Any) -> NDArray[np.uint8]:
        return np.asarray(frame.resize((SMALL_WIDTH, SMALL_HEIGHT), Image.Resampling.BICUBIC))

    def _picture(self, frame: Any) -> Image.Image:
        width = max(2, round(frame.width / frame.height * PICTURE_HEIGHT))
        resized: Image.Image = frame.resize((width, PICTURE_HEIGHT), Image.Resampling.BILINEAR)
        return resized


def _natural(name: str) -> list[tuple[int, str]]:
    """A sorting key by which numbers count as numbers."""
    return [(int(part), "") if part.isdecimal() else (-1, part.lower()) for part in re.split(r"(\d+)", name)]


def _load(file: Path) -> Image.Image | None:
    """The picture, upright and in RGB, or None when it cannot be read."""
    try:
        with Image.open(file) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
