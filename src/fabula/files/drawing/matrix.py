"""The storyline as a matrix: parts of the film downwards; across, its tags and its characters; a bar in each cell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fabula.files.drawing.axes import short_clock
from fabula.files.drawing.canvas import Block, Canvas, Line, Words
from fabula.files.drawing.layout import fitted
from fabula.records import Part

LEFT, TIMES, HEADING = 24.0, 60.0, 250.0  # margin; widths of the times and of the headings
CELL, ROW, BAR = 92.0, 24.0, 18.0
TOP = 92.0
MOST_TAGS, MOST_SPEAKERS = 8, 8
SIZE = 12


@dataclass(frozen=True)
class _Column:
    """A tag or a character: its value in each part (None where it has none), as it is told, and its largest."""

    name: str
    ink: str
    values: Sequence[float | None]
    told: str
    most: float


def plan_parts(title: str, parts: Sequence[Part]) -> Canvas:
    """Lay out the matrix.

    The bars of a tag are as long as its mean response in the part, those of a character as its share of the lines;
    each column has its own measure, whose longest bar fills the cell, so that a rare tag shows where it is strongest.
    """
    columns = [*_tags(parts), *_speakers(parts)]
    named = any(part.heading for part in parts)
    first = LEFT + TIMES + (HEADING if named else 0.0)
    wide = max(first + CELL * len(columns) + LEFT, 560.0)
    canvas = Canvas(wide, TOP + ROW * len(parts) + LEFT, f"{title}: what carries which part", _told(parts))
    canvas.marks.append(Words((LEFT, 30), fitted(title, 20, wide - 2 * LEFT), 20, bold=True))
    for place, part in enumerate(parts):
        y = TOP + ROW * (place + 0.5)
        canvas.marks.append(Line(((LEFT, y - ROW / 2), (wide - LEFT, y - ROW / 2)), "rule"))
        canvas.marks.append(Words((LEFT, y), short_clock(part.start), SIZE, "soft"))
        if part.heading:
            canvas.marks.append(Words((LEFT + TIMES, y), fitted(part.heading, SIZE, HEADING - 14), SIZE))
    for place, column in enumerate(columns):
        _draw(canvas, column, first + CELL * place)
    return canvas


def _tags(parts: Sequence[Part]) -> list[_Column]:
    names = list(dict.fromkeys(name for part in parts for name, _ in part.tags))[:MOST_TAGS]
    return [_column(name, "s0", [dict(part.tags).get(name) for part in parts], ".2f") for name in names]


def _speakers(parts: Sequence[Part]) -> list[_Column]:
    lines: Counter[str] = Counter()
    for part in parts:
        lines.update({name: round(share * part.lines) for name, share in part.speakers})
    names = sorted(lines, key=lambda name: (-lines[name], name))[:MOST_SPEAKERS]
    return [_column(name, "s1", [dict(part.speakers).get(name) for part in parts], ".0%") for name in names]


def _column(name: str, ink: str, values: Sequence[float | None], told: str) -> _Column:
    return _Column(name, ink, values, told, max((value for value in values if value is not None), default=0.0))


def _draw(canvas: Canvas, column: _Column, x: float) -> None:
    kind = "tag" if column.ink == "s0" else "share of lines"
    canvas.marks.append(Words((x, TOP - 30), fitted(column.name, SIZE, CELL - 10), SIZE, bold=True))
    canvas.marks.append(Words((x, TOP - 14), kind, 10, "soft"))
    for place, value in enumerate(column.values):
        if value is not None:
            y = TOP + ROW * (place + 0.5)
            width = (CELL - 10) * max(value, 0.0) / max(column.most, 1e-9)
            canvas.marks.append(Block((x, y - BAR / 2, width, BAR), column.ink, 0.6))
            canvas.marks.append(Words((x + 4, y), format(value, column.told), 11))


def _told(parts: Sequence[Part]) -> str:
    """Who speaks most in each part, for those who hear the drawing."""
    told = []
    for part in parts:
        who = f"{part.speakers[0][0]} speaks most" if part.speakers else "nobody speaks"
        told.append(f"{short_clock(part.start)}: {who}.")
    return " ".join(told)
