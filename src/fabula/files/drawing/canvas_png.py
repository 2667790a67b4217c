"""A canvas -> PNG, in the colours for light ground."""

import math
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from fabula.files.drawing.canvas import Block, Canvas, Line, Mark, Still, Words, blend
from fabula.files.drawing.layout import font
from fabula.files.pictures import decode_picture

SCALE = 2  # pixels of the file for one of the canvas: sharp on fine screens and on paper
FINER = 2  # drawn so much larger and scaled down, for Pillow's lines have no soft edges
MOST = 120_000_000  # pixels that are drawn at once; a larger canvas has harder edges
ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}


def canvas_png(canvas: Canvas) -> bytes:
    """The drawing as a PNG file, two pixels for one of the canvas."""
    size = math.ceil(SCALE * canvas.width), math.ceil(SCALE * canvas.height)
    finer = FINER if FINER**2 * size[0] * size[1] <= MOST else 1
    page = Image.new("RGB", (finer * size[0], finer * size[1]), blend("paper", 0))
    pen = ImageDraw.Draw(page)
    for mark in canvas.marks:
        _draw(page, pen, mark, SCALE * finer)
    file = BytesIO()
    page.resize(size, Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


def _draw(page: Image.Image, pen: ImageDraw.ImageDraw, mark: Mark, scale: int) -> None:
    match mark:
        case Line():
            points = [(scale * x, scale * y) for x, y in mark.points]
            width = max(1, round(scale * mark.width))
            pen.line(
                points, fill=blend(mark.ink, mark.fade), width=width, joint="curve" if width > SCALE * FINER else None
            )
        case Block():
            left, top, right, bottom = _corners(mark.place, scale)
            pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=blend(mark.ink, mark.fade))
        case Words():
            at = scale * mark.at[0], scale * mark.at[1]
            stroke = round(scale * mark.size / 50) if mark.bold else 0  # Pillow's own font has one weight
            colour, anchor = blend(mark.ink, 0), ANCHORS[mark.anchor]
            pen.text(at, mark.text, fill=colour, font=font(scale * mark.size), anchor=anchor, stroke_width=stroke)
        case Still():
            left, top, right, bottom = _corners(mark.place, scale)
            page.paste(_filling(decode_picture(mark.jpeg), (right - left, bottom - top)), (left, top))


def _corners(place: tuple[float, float, float, float], scale: int) -> tuple[int, int, int, int]:
    x, y, width, height = (scale * value for value in place)
    return round(x), round(y), round(x + width), round(y + height)


def _filling(picture: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """The middle of a picture (height, width, 3), so that it fills (width, height)."""
    image = Image.fromarray(picture)
    grow = max(size[0] / image.width, size[1] / image.height)
    wide, high = size[0] / grow, size[1] / grow
    left, top = (image.width - wide) / 2, (image.height - high) / 2
    return image.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + wide, top + high))
