"""The axis of time under a drawing of the film."""

from collections.abc import Iterator

from fabula.files.report.markup import Html, clock, el, percent

STEPS = (60, 120, 300, 600, 900, 1800, 3600)
TICKS = 8
LATE = 0.95
"""A time after this share of the film stands before its line where there is no room behind it."""


def hours(duration: float) -> Iterator[Html]:
    """Lines across a drawing, at full minutes, with their times below it."""
    step = next((step for step in STEPS if duration / step <= TICKS), STEPS[-1])
    for place, seconds in enumerate(range(0, int(duration) + 1, step)):
        x = percent(seconds / duration)
        yield el("line", x1=x, x2=x, y2="100%")
        size = ("odd " if place % 2 else "") + ("last" if seconds > LATE * duration else "")
        yield el("text", clock(seconds), x=x, y="100%", dy="2.6em", class_=f"hour {size}".strip())
