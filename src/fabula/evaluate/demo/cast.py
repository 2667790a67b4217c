"""Who is in the film and how they look; and the pencil that draws in a figure's own units.

100 units are a tall man's height, the origin is where he stands or sits, x grows to the side he faces, y grows upwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fabula.evaluate.demo.drawing import Canvas, Point

Pose = Literal["stand", "walk", "sit", "ride", "aboard", "row"]


@dataclass(frozen=True)
class Look:
    """How one person looks: height against a tall man's, breadth, and colours."""

    height: float
    breadth: float
    coat: str
    legs: str
    skin: str
    hair: str
    hat: Literal["bowler", "guard", "cap", "hood", "none"]
    scarf: str | None = None
    beard: bool = False
    moustache: bool = False
    spectacles: bool = False
    braids: bool = False


LOOKS = {
    "ADA": Look(0.7, 0.95, "#f0b429", "#31415f", "#f6cfae", "#8c3b24", "hood", braids=True),
    "TOBIAS": Look(0.95, 1.3, "#2f4a78", "#39404d", "#eab896", "#f3efe6", "cap", beard=True),
    "QUILL": Look(1.06, 0.92, "#62796b", "#2f3437", "#f3d3bd", "#3a2f2b", "bowler", moustache=True, spectacles=True),
    "BESS": Look(0.92, 1.2, "#24706f", "#3a2c3e", "#c98d68", "#2a1f1d", "none", scarf="#d63a35"),
    "PYM": Look(0.97, 1.05, "#6d3f6b", "#40283f", "#f0c3a4", "#6b4b33", "guard", moustache=True),
}


@dataclass(frozen=True)
class Acting:
    """What a figure does at one moment: where it is, which way it faces (1 right, -1 left) and how it moves."""

    x: float
    y: float
    size: float
    facing: int = 1
    pose: Pose = "stand"
    hold: str | None = None
    talk: float = 0.0
    wave: float = 0.0
    time: float = 0.0


@dataclass(frozen=True)
class Pencil:
    """Draws in a figure's units on a canvas."""

    canvas: Canvas
    x: float
    y: float
    unit: float
    facing: int

    def at(self, x: float, y: float) -> Point:
        """The world's point for a figure's point."""
        return self.x + x * self.unit * self.facing, self.y - y * self.unit

    def blob(self, points: Sequence[Point], colour: str, alpha: int = 255) -> None:
        """A smooth closed shape."""
        self.canvas.blob([self.at(*p) for p in points], colour, alpha)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A polygon."""
        self.canvas.shape([self.at(*p) for p in points], colour)

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        """A thick line with round ends."""
        self.canvas.line([self.at(*p) for p in points], width * self.unit, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: str, alpha: int = 255) -> None:
        """An ellipse."""
        self.canvas.oval(*self.at(x, y), rx * self.unit, ry * self.unit, colour, alpha)
