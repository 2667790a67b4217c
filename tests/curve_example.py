"""Made films with curves whose peaks are known, for the tests of drawings, of the report and of the commands."""

import io
import math

from PIL import Image

from fabula.files.drawing.curves import CurveFigure
from fabula.records import Curve, Scene, Shot, Thumbnail

PEAK = 30


def shots(count: int = 60, seconds: float = 4.0) -> tuple[Shot, ...]:
    """Shots of equal length."""
    return tuple(Shot(k, seconds * k, seconds * (k + 1), 0, 0) for k in range(count))


def bump(name: str, peak: int, count: int = 60, kind: str = "genre", model: str = "made") -> Curve:
    """A curve with one peak; its raw response zigzags around it."""
    smooth = tuple(0.1 + 0.8 * math.exp(-(((k - peak) / 5) ** 2)) for k in range(count))
    raw = tuple(min(1.0, max(0.0, value + (0.05 if k % 2 else -0.05))) for k, value in enumerate(smooth))
    return Curve(name, kind, model, tuple(range(count)), raw, smooth)


def jpeg(colour: tuple[int, int, int] = (220, 30, 30)) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (64, 36), colour).save(out, "JPEG")
    return out.getvalue()


def figure(*curves: Curve, count: int = 60) -> CurveFigure:
    """A film of two scenes and a picture of each shot."""
    cut = shots(count)
    end = cut[-1].end
    scenes = (Scene(0, "INT. MILL - DAY", start=0.0, end=end / 2), Scene(1, "EXT. SEA - NIGHT", start=end / 2, end=end))
    pictures = tuple(Thumbnail(shot.index, 0, shot.start, jpeg()) for shot in cut)
    return CurveFigure("A <made> film", curves or (bump("war", PEAK, count),), cut, end, scenes, pictures)
