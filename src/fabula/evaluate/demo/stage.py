"""What a set is to the renderer: four functions, a size for its figures and a tint for its light."""

from collections.abc import Callable
from dataclasses import dataclass

from fabula.evaluate.demo.drawing import Canvas, Point


def _nothing(canvas: Canvas, time: float) -> None:
    """Nothing moves here."""


def _still(time: float) -> Point:
    """Solid ground."""
    return 0.0, 0.0


@dataclass(frozen=True)
class Setting:
    """A place.

    ``paint`` draws what never moves, once for each shot. ``behind`` and ``front`` draw what moves behind and in
    front of the figures, given the seconds since the shot began. ``sway`` moves the figures with a boat.
    ``size`` is how many world units a hundredth of a tall man takes; ``shade`` tints the light.
    """

    paint: Callable[[Canvas], None]
    behind: Callable[[Canvas, float], None] = _nothing
    front: Callable[[Canvas, float], None] = _nothing
    sway: Callable[[float], Point] = _still
    size: float = 1.7
    shade: str = "#ffffff"
