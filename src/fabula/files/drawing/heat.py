"""Small multiples: one copy of the picture for each phrase, with where it is seen as heat."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from fabula.files.drawing.layout import LINE, colour_of, fitted, label
from fabula.files.drawing.raster import PAPER, write

MARGIN = 8
MOST_COLUMNS = 3
RAMP = ("#000004", "#420a68", "#932667", "#dd513a", "#fca50a", "#fcffa4")
"""Dark to light at an even pace (after the map "inferno"), so that it also reads without colour."""


def draw_heat(pixels: np.ndarray, maps: Sequence[tuple[str, np.ndarray]], width: int) -> Image.Image:
    """Copies of a picture side by side, each under its phrase and its map.

    Args:
        pixels: (height, width, 3) uint8.
        maps: each phrase with its scores (rows, columns), over the whole picture; its colour is that of its place.
        width: of the whole drawing.
    """
    columns = 2 if len(maps) == 4 else min(MOST_COLUMNS, max(len(maps), 1))
    tile = (width - MARGIN * (columns + 1)) // columns
    height, size = max(round(tile * pixels.shape[0] / pixels.shape[1]), 1), max(15, round(width / 48))
    head = round(size * LINE)
    rows = math.ceil(len(maps) / columns)
    page = Image.new("RGB", (width, rows * (height + head + MARGIN) + MARGIN), PAPER)
    pen = ImageDraw.Draw(page)
    for k, (phrase, scores) in enumerate(maps):
        row, column = divmod(k, columns)
        x, y = MARGIN + column * (tile + MARGIN), MARGIN + row * (height + head + MARGIN)
        write(pen, label(fitted(phrase, size, tile - size), size, (x, y), colour_of(k)))
        page.paste(heated(pixels, scores, (tile, height)), (x, y + head))
    return page


def heated(pixels: np.ndarray, scores: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """The picture in grey, and over it the map, the hotter the more opaque: PIL picture of that (width, height)."""
    low, high = float(np.median(scores)), float(scores.max())
    share = np.clip((scores - low) / max(high - low, 1e-9), 0, 1).astype(np.float32)
    smooth = np.asarray(Image.fromarray(share).resize(size, Image.Resampling.BICUBIC)).clip(0, 1)[..., None]
    grey = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS).convert("L"), np.float32)[
        ..., None
    ]
    anchors = np.array([[int(hue[k : k + 2], 16) for k in (1, 3, 5)] for hue in RAMP], np.float32)
    places = smooth[..., 0] * (len(RAMP) - 1)
    colours = np.stack([np.interp(places, np.arange(len(RAMP)), channel) for channel in anchors.T], axis=-1)
    mixed = 0.75 * grey * (1 - 0.75 * smooth) + colours * 0.75 * smooth
    return Image.fromarray(mixed.clip(0, 255).astype(np.uint8))
