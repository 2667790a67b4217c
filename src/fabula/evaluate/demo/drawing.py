"""A small drawing board in world units: the film's sets and figures are drawn with nothing else.

A set's world is 640 units wide and 360 high where the camera stands back. A :class:`Canvas` shows a part of it
at some number of pixels to a unit, drawn larger than the film's frame, so that scaling down smooths the edges.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Colour = tuple[int, int, int] | tuple[int, int, int, int]


@lru_cache(maxsize=512)
def ink(hex_colour: str, alpha: int = 255) -> Colour:
    """``"#f2c14e"`` as a colour of three numbers, or of four when it lets the ground through."""
    red, green, blue = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return (red, green, blue) if alpha == 255 else (red, green, blue, alpha)


def mix(first: str, second: str, weight: float) -> str:
    """The hex colour that lies ``weight`` (0 to 1) of the way from the first to the second."""
    pairs = zip(ink(first), ink(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * weight):02x}" for a, b in pairs)


@lru_cache(maxsize=16)
def _halo(strength: int) -> Image.Image:
    """A soft disc, 256 pixels wide: a mask that is ``strength`` in the middle and fades to nothing at the edge."""
    reach = np.linspace(-1, 1, 256)
    distance = np.hypot(reach[:, None], reach[None, :])
    return Image.fromarray((np.clip(1 - distance, 0, 1) ** 2 * strength).astype(np.uint8))


def _inside(corners: Sequence[Point], size: tuple[int, int]) -> Box:
    """A box in pixels, kept inside a picture of this size."""
    (left, top), (right, bottom) = corners
    width, height = size
    return max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height))


@lru_cache(maxsize=4)
def _spline(steps: int) -> NDArray[np.float64]:
    """The weights of four neighbouring points along a Catmull-Rom spline, (steps, 4)."""
    t = np.arange(steps)[:, None] / steps
    return np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]) / 2


def curve(points: Sequence[Point], closed: bool = True, steps: int = 6) -> list[Point]:
    """A smooth line through the points (a Catmull-Rom spline), as many short straight ones."""
    count = len(points)
    rows = np.arange(count if closed else count - 1)[:, None] + np.arange(-1, 3)
    control = np.asarray(points, dtype=float)[rows % count if closed else rows.clip(0, count - 1)]
    line = (_spline(steps) @ control).reshape(-1, 2).tolist()
    return [(x, y) for x, y in line] if closed else [*((x, y) for x, y in line), points[-1]]


@dataclass(frozen=True)
class Canvas:
    """A picture of the part of the world that begins at ``left, top``, at ``scale`` pixels to a unit."""

    image: Image.Image
    left: float
    top: float
    scale: float

    @classmethod
    def over(cls, box: Box, scale: float) -> "Canvas":
        """An empty canvas over (left, top, right, bottom) of the world."""
        left, top, right, bottom = box
        size = math.ceil((right - left) * scale), math.ceil((bottom - top) * scale)
        return cls(Image.new("RGB", size), left, top, scale)

    def copy(self) -> "Canvas":
        """A second canvas with the same picture, to draw moving things on."""
        return Canvas(self.image.copy(), self.left, self.top, self.scale)

    def seen(self, box: Box, size: tuple[int, int]) -> Image.Image:
        """The part of the picture in the box of the world, scaled to a size in pixels."""
        left, top, right, bottom = box
        part = _inside(self._pixels([(left, top), (right, bottom)]), self.image.size)
        return self.image.resize(size, Image.Resampling.BILINEAR, part)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [((x - self.left) * self.scale, (y - self.top) * self.scale) for x, y in points]

    @cached_property
    def _pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image, "RGBA")

    def shape(self, points: Sequence[Point], colour: str, alpha: int = 255) -> None:
        """A polygon."""
        self._pen.polygon(self._pixels(points), fill=ink(colour, alpha))

    def blob(self, points: Sequence[Point], colour: str, alpha: int = 255) -> None:
        """A closed smooth shape through the points."""
        self.shape(curve(points), colour, alpha)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: str, alpha: int = 255) -> None:
        """An ellipse around (x, y)."""
        (x0, y0), (x1, y1) = self._pixels([(x - rx, y - ry), (x + rx, y + ry)])
        self._pen.ellipse((x0, y0, x1, y1), fill=ink(colour, alpha))

    def ring(self, x: float, y: float, rx: float, ry: float, width: float, colour: str) -> None:
        """The outline of an ellipse."""
        (x0, y0), (x1, y1) = self._pixels([(x - rx, y - ry), (x + rx, y + ry)])
        self._pen.ellipse((x0, y0, x1, y1), outline=ink(colour), width=max(1, round(width * self.scale)))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, colour: str, alpha: int = 255, radius: float = 0.0
    ) -> None:
        """A rectangle, with round corners if a radius is given."""
        (left, top), (right, bottom) = self._pixels([(x0, y0), (x1, y1)])
        corner = min(radius * self.scale, (right - left) / 2, (bottom - top) / 2)
        self._pen.rounded_rectangle((left, top, right, bottom), corner, fill=ink(colour, alpha))

    def line(self, points: Sequence[Point], width: float, colour: str, alpha: int = 255) -> None:
        """A line with round ends and joints (when it lets nothing through)."""
        pen, pixels = self._pen, self._pixels(points)
        thick, fill = max(1.0, width * self.scale), ink(colour, alpha)
        pen.line(pixels, fill=fill, width=round(thick), joint="curve")
        if thick > 2 and alpha == 255:
            for x, y in (pixels[0], pixels[-1]):
                pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=fill)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: int = 150) -> None:
        """A soft light around (x, y)."""
        reach = radius * self.scale
        ((cx, cy),) = self._pixels([(x, y)])
        left, top = max(0, math.floor(cx - reach)), max(0, math.floor(cy - reach))
        right, bottom = min(self.image.width, math.ceil(cx + reach)), min(self.image.height, math.ceil(cy + reach))
        if right <= left or bottom <= top:
            return
        corners = ((left - cx, top - cy), (right - cx, bottom - cy))
        part = _inside([(x / reach * 128 + 128, y / reach * 128 + 128) for x, y in corners], (256, 256))
        mask = _halo(strength).resize((right - left, bottom - top), Image.Resampling.BILINEAR, part)
        self.image.paste(ink(colour)[:3], (left, top), mask)

    def wash(self, stops: Sequence[tuple[float, str]], y0: float = -200.0, y1: float = 560.0) -> None:
        """Fill the band from y0 to y1 with a gradient: (height in world units, colour) from top to bottom."""
        height = self.image.height
        first = max(0, round((y0 - self.top) * self.scale))
        last = min(height, round((y1 - self.top) * self.scale))
        if first >= last:
            return
        rows = np.arange(first, last) / self.scale + self.top
        heights = [stop for stop, _ in stops]
        channels = [np.interp(rows, heights, [ink(colour)[c] for _, colour in stops]) for c in range(3)]
        column = np.stack(channels, axis=-1).round().astype(np.uint8)[:, None]
        self.image.paste(Image.fromarray(column).resize((self.image.width, last - first)), (0, first))

    def ground(self, height: Callable[[float], float], colour: str, bottom: float = 560.0, step: float = 8.0) -> None:
        """Fill everything below a line given as a function of x: hills, water, snow."""
        right = self.left + self.image.width / self.scale
        xs = np.arange(self.left - step, right + 2 * step, step)
        self.shape([*((x, height(x)) for x in xs), (xs[-1], bottom), (xs[0], bottom)], colour)

    def paper(self) -> None:
        """Give the picture the faint tooth of paper; always the same."""
        noise = np.random.default_rng(7).normal(0, 1.5, (self.image.height, self.image.width, 1))
        toothed = np.asarray(self.image, dtype=np.float32) + noise
        self.image.paste(Image.fromarray(toothed.clip(0, 255).astype(np.uint8)))


def waver(seed: float, *waves: tuple[float, float], level: float = 0.0) -> Callable[[float], float]:
    """A gentle line about a level: the sum of sines given as (height, length), shifted by the seed."""
    return lambda x: (
        level + sum(h * math.sin(x * math.tau / wide + seed * (i + 1)) for i, (h, wide) in enumerate(waves))
    )


def scatter(count: int, seed: int) -> list[tuple[float, float, float]]:
    """``count`` triples of numbers between 0 and 1, always the same for a seed: places for stars and snow."""
    return [(float(a), float(b), float(c)) for a, b, c in np.random.default_rng(seed).random((count, 3))]


def soft(t: float) -> float:
    """Ease in and out between 0 and 1."""
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)
