"""A planned drawing -> pixels."""

import math

import numpy as np
from PIL import Image, ImageDraw

from fabula.files.drawing.layout import Frame, Sheet, Text, font, line_width

DASH = 4  # line widths
PAPER = "#ffffff"


def paint(pixels: np.ndarray, sheet: Sheet) -> Image.Image:
    """The picture (height, width, 3) uint8 with its boxes, labels and captions."""
    picture = Image.fromarray(pixels).resize(sheet.picture, Image.Resampling.LANCZOS)
    page = Image.new("RGB", (sheet.picture[0], math.ceil(sheet.height)), PAPER)
    page.paste(picture)
    pen = ImageDraw.Draw(page)
    for frame in sheet.frames:
        _frame(pen, frame, line_width(sheet), sheet.picture)
    for text in sheet.texts:
        write(pen, text)
    return page


def _frame(pen: ImageDraw.ImageDraw, frame: Frame, width: int, picture: tuple[int, int]) -> None:
    """The outline, on a thin dark and light one, so that it is seen on any ground."""
    x, y, w, h = frame.place
    left, top = max(round(x), 0), max(round(y), 0)
    right, bottom = min(round(x + w), picture[0]) - 1, min(round(y + h), picture[1]) - 1
    if right <= left or bottom <= top:
        return
    if not frame.dashed:
        pen.rectangle((left, top, right, bottom), outline="#ffffff", width=width + 2)
        pen.rectangle((left + 1, top + 1, right - 1, bottom - 1), outline=frame.colour, width=width)
        return
    pen.rectangle((left, top, right, bottom), outline="#ffffff", width=width)
    dash = DASH * width
    for start in range(left, right, 2 * dash):
        for y0 in (top, bottom - width + 1):
            pen.rectangle((start, y0, min(start + dash, right), y0 + width - 1), fill=frame.colour)
    for start in range(top, bottom, 2 * dash):
        for x0 in (left, right - width + 1):
            pen.rectangle((x0, start, x0 + width - 1, min(start + dash, bottom)), fill=frame.colour)


def write(pen: ImageDraw.ImageDraw, text: Text) -> None:
    """A line of text in its place, on its ground if it has one."""
    x, y, width, height = text.place
    if text.ground:
        pen.rectangle((round(x), round(y), round(x + width), round(y + height) - 1), fill=text.ground)
    pen.text((x + text.pad, y + height / 2), text.text, fill=text.colour, font=font(text.size), anchor="lm")
