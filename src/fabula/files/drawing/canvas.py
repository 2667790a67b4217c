"""A drawing of lines, boxes, words and pictures, in pixels, and its two colourings: for light and for dark screens."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fabula.files.drawing.layout import Rectangle, text_width

INKS = {
    "paper": ("#fcfaf5", "#181714"),
    "band": ("#f3efe5", "#2a2721"),
    "rule": ("#ddd6c7", "#3a362f"),
    "edge": ("#8d8677", "#857d6f"),
    "soft": ("#56514a", "#b0a899"),
    "ink": ("#211e1a", "#ece6da"),
    "s0": ("#0072b2", "#56b4e9"),
    "s1": ("#d55e00", "#e69f00"),
    "s2": ("#00805e", "#2fbf94"),
    "s3": ("#b0558a", "#d98fbb"),
    "s4": ("#7a6400", "#f0e442"),
    "s5": ("#5b4fa0", "#a99ff0"),
}
"""Names of colours, and what they are on light and on dark ground: those of the report. Each stands off both of its
grounds by 3 : 1 (letters, 4.5 : 1), and s0 to s5 are told apart by all kinds of colour vision."""
BOLDER = 1.06  # how much wider bold letters are
SERIES = tuple(name for name in INKS if name.startswith("s") and name[1:].isdigit())


@dataclass(frozen=True)
class Line:
    """A line through points (x, y); ``fade`` is how much of its ground shows through it, 0 to 1."""

    points: Sequence[tuple[float, float]]
    ink: str
    width: float = 1.0
    fade: float = 0.0


@dataclass(frozen=True)
class Block:
    """A filled rectangle; ``note`` is what it stands for, told where the pointer rests on it."""

    place: Rectangle
    ink: str
    fade: float = 0.0
    note: str | None = None


@dataclass(frozen=True)
class Words:
    """A line of text whose middle has the height ``at[1]``; ``anchor`` is what of it stands at ``at[0]``."""

    at: tuple[float, float]
    text: str
    size: int
    ink: str = "ink"
    anchor: str = "start"
    bold: bool = False

    @property
    def width(self) -> float:
        """Pixels that it takes."""
        return text_width(self.text, self.size) * (BOLDER if self.bold else 1.0)


@dataclass(frozen=True)
class Still:
    """A picture (a JPEG file) that fills its place."""

    place: Rectangle
    jpeg: bytes
    note: str


Mark = Line | Block | Words | Still


@dataclass
class Canvas:
    """A drawing: what is on it, the undermost first; ``title`` and ``description`` tell it to who cannot see it."""

    width: float
    height: float
    title: str
    description: str
    marks: list[Mark] = field(default_factory=list)


def blend(ink: str, fade: float, *, dark: bool = False) -> tuple[int, int, int]:
    """A colour of ``INKS`` as it looks on paper when so much of that shows through: RGB."""
    top, ground = (_channels(INKS[name][dark]) for name in (ink, "paper"))
    red, green, blue = (round(a * (1 - fade) + b * fade) for a, b in zip(top, ground, strict=True))
    return red, green, blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
