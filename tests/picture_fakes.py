"""Models of pictures that know colours: a thing is its colour, so every answer is known."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from fabula.records import Caption, Progress
from fabula.vision import Picture, WordRegions, as_array

CELL = 8  # pixels of a cell of the grid
THINGS = {
    "tomato": (220, 30, 30),
    "grass": (40, 150, 40),
    "sky": (40, 60, 200),
    "lemon": (240, 220, 40),
    "coal": (0, 0, 0),
    "snow": (255, 255, 255),
}


def shares(pixels: np.ndarray) -> np.ndarray:
    """Which share of a picture is nearest to each thing's colour: (things,)."""
    colours = np.array(list(THINGS.values()), float)
    nearest = np.square(pixels.reshape(-1, 1, 3).astype(float) - colours).sum(2).argmin(1)
    return np.bincount(nearest, minlength=len(THINGS)) / len(nearest)


class ColourVision:
    """Scores and grounds by colour. ``sign`` -1 points at everything but the thing."""

    name, dimension = "colour", len(THINGS)

    def __init__(self, grid: tuple[int, int] = (9, 9), sign: float = 1.0) -> None:
        self.grid, self.sign = grid, sign

    def encode_images(self, images: Sequence[Picture], progress: Progress | None = None) -> np.ndarray:
        found = np.stack([shares(as_array(image)) for image in images])
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)

    def encode_text(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        found = np.array([[float(thing in text.lower()) for thing in THINGS] for text in texts])
        return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)

    def score(self, images: Sequence[Picture], texts: Sequence[str]) -> np.ndarray:
        return self.encode_images(images) @ self.encode_text(texts).T

    def probability(self, cosines: np.ndarray, texts: np.ndarray) -> np.ndarray:
        return np.clip(cosines, 0, 1)

    def ground(self, images: Sequence[Picture], texts: Sequence[str]) -> list[WordRegions]:
        return [self._one(as_array(image), text) for image, text in zip(images, texts, strict=True)]

    def _one(self, pixels: np.ndarray, text: str) -> WordRegions:
        rows, columns = self.grid
        whole = Image.fromarray(pixels).resize((columns * CELL, rows * CELL), Image.Resampling.NEAREST)
        bands = [np.split(band, columns, axis=1) for band in np.split(np.asarray(whole), rows, axis=0)]
        cells = np.array([[shares(cell) for cell in band] for band in bands])  # (rows, columns, things)
        words = tuple(text.split())
        known = [[float(thing in word.lower()) for thing in THINGS] for word in words]
        scores = self.sign * np.einsum("wt,rct->wrc", np.array(known), cells)
        return WordRegions(words, scores.astype(np.float32))


class ColourCaptioner:
    """Names the things that fill most of a picture."""

    name = "colour-captioner"

    def caption(
        self, images: Sequence[Picture], count: int = 1, progress: Progress | None = None
    ) -> list[list[Caption]]:
        told = []
        for image in images:
            found = shares(as_array(image))
            names = [list(THINGS)[k] for k in np.argsort(-found, kind="stable") if found[k] > 0.02]
            texts = [f"a {' near the '.join(names)} .", *(f"some {name} ." for name in names)]
            told.append([Caption(text, -0.5 - k) for k, text in enumerate(texts[:count])])
            if progress:
                progress(len(told), len(images))
        return told


def picture(
    boxes: dict[str, tuple[int, int, int, int]], ground: str = "snow", size: tuple[int, int] = (90, 60)
) -> np.ndarray:
    """A picture (height, width, 3) of that (width, height) with things in boxes (x, y, width, height)."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:] = THINGS[ground]
    for thing, (x, y, width, height) in boxes.items():
        pixels[y : y + height, x : x + width] = THINGS[thing]
    return pixels
