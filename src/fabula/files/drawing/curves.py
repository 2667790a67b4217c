"""Curves over a film's time: a panel for each tag, several models overlaid, the strongest shots, the scenes.

After figure 7 of From Trailers to Storylines: thin is the response of each shot by itself, thick that of a model which
remembers the shots before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fabula.files.drawing.axes import Scale, round_bounds, short_clock, times
from fabula.files.drawing.canvas import SERIES, Block, Canvas, Line, Still, Words
from fabula.files.drawing.layout import fitted, text_width
from fabula.files.drawing.responses import Peak, peaks, response_line, strongest_near, thinned
from fabula.files.pictures import as_jpeg, by_shot, decode_picture
from fabula.files.project import Project
from fabula.records import SURPRISE, Curve, Scene, Shot, Thumbnail

WIDTH, LEFT, RIGHT = 1200.0, 48.0, 1184.0  # of the drawing, and of its plots
PLOT, NAME, GAP = 96.0, 26.0, 22.0  # heights: of a plot, of the line above it, between two panels
STILL = (96.0, 54.0)
STILL_PIXELS = 192  # of a picture's longest side: sharp on fine screens
STILLS, MOST_STILLS = 5, 48  # above a panel; on the whole drawing, so that it can be mailed
HEAD, ROW, LANE, AXIS = 48.0, 20.0, 22.0, 30.0
COLUMN = 2.0  # pixels in which a long film's shots become their lowest and their highest
CROWD = 600  # points of a panel's thin lines from which these are paler
SMALL, LARGE = 12, 20
LEAST_NAME = 28.0  # pixels of a scene that has room for some of its heading
UNITS = {
    "genre": "genre · probability",
    "keyword": "theme · probability",
    "open": "any words · probability",
    SURPRISE: "nats",
}


@dataclass(frozen=True)
class CurveFigure:
    """What is drawn: curves of one film, its shots, ``duration`` in seconds, and what else is known of it."""

    title: str
    curves: tuple[Curve, ...]
    shots: tuple[Shot, ...]
    duration: float
    scenes: tuple[Scene, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()

    @cached_property
    def panels(self) -> list[list[Curve]]:
        """The curves of each tag, in the order in which they were given."""
        names = dict.fromkeys((curve.kind, curve.name) for curve in self.curves)
        return [[curve for curve in self.curves if (curve.kind, curve.name) == name] for name in names]

    @cached_property
    def inks(self) -> dict[str, str]:
        """The colour of each model."""
        models = dict.fromkeys(curve.model for curve in self.curves)
        return {model: SERIES[k % len(SERIES)] for k, model in enumerate(models)}

    @cached_property
    def stills(self) -> dict[int, Thumbnail]:
        """The picture from the middle of each shot."""
        return {shot: found[len(found) // 2] for shot, found in by_shot(self.thumbnails).items()}

    @cached_property
    def timed_scenes(self) -> list[tuple[float, float, str]]:
        """Start, end and heading of the scenes that are found in the film, in the order of time."""
        timed = [(s.start, s.end, s.heading) for s in self.scenes if s.start is not None and s.end is not None]
        return sorted(timed)


def figure_of(project: Project, curves: Sequence[Curve]) -> CurveFigure:
    """The figure of some curves of a project."""
    shots = project.shots
    duration = max([project.film.duration if project.film else 0.0, *(shot.end for shot in shots), 1.0])
    return CurveFigure(project.title, tuple(curves), shots, duration, project.scenes, project.thumbnails)


def plan_curves(figure: CurveFigure) -> Canvas:
    """Lay the figure out: its legend, the panels one below another, then the scenes and the axis of time."""
    canvas = Canvas(WIDTH, 0.0, f"{figure.title}: {_tags(figure)} over time", _told(figure))
    across = Scale(0.0, figure.duration, LEFT, RIGHT)
    top = _head(canvas, figure)
    bands, ground = len(canvas.marks), top
    most = min(STILLS, max(1, MOST_STILLS // max(len(figure.panels), 1)))
    for panel in figure.panels:
        top = _panel(canvas, figure, panel, across, top, most) + GAP
    bottom = top - GAP + 6
    canvas.marks[bands:bands] = _ground(figure, across, ground, bottom)  # under the panels, so that it hides nothing
    canvas.height = _foot(canvas, figure, across, bottom)
    return canvas


def _tags(figure: CurveFigure) -> str:
    return ", ".join(panel[0].name for panel in figure.panels)


def _told(figure: CurveFigure) -> str:
    """The peaks in words, for those who hear the drawing."""
    told = []
    for panel in figure.panels:
        found = peaks(panel[0], figure.shots, 3, figure.duration / 20)
        where = ", ".join(f"{short_clock(peak.time)} ({peak.value:.2f})" for peak in found)
        told.append(f"{panel[0].name} is strongest at {where}." if where else f"{panel[0].name} is even throughout.")
    return " ".join(told)


def _head(canvas: Canvas, figure: CurveFigure) -> float:
    """Title and legend, which has lines of its own where the title leaves no room; returns where they end."""
    title, note = fitted(figure.title, LARGE, 500), "thick: smoothed over time · thin: each shot by itself"
    canvas.marks.append(Words((LEFT, 26), title, LARGE, bold=True))
    canvas.marks.append(Words((RIGHT, 26), note, SMALL, "soft", "end"))
    keys = {model: 46 + text_width(model, SMALL) for model in figure.inks} if len(figure.inks) > 1 else {}
    end = RIGHT - text_width(note, SMALL) - 28
    y, x = 26.0, end - sum(keys.values()) + 16
    if x < LEFT + text_width(title, LARGE) + 20:
        y, x, end = 26.0 + ROW, LEFT, RIGHT
    for model, width in keys.items():
        if x > LEFT and x + width - 16 > end:
            y, x = y + ROW, LEFT
        canvas.marks.append(Line(((x, y), (x + 22, y)), figure.inks[model], 2.5))
        canvas.marks.append(Words((x + 30, y), model, SMALL, "soft"))
        x += width
    return HEAD + y - 26


def _panel(canvas: Canvas, figure: CurveFigure, panel: Sequence[Curve], across: Scale, top: float, most: int) -> float:
    """One tag: its name, the pictures of its peaks, its curves; returns where it ends."""
    first = panel[0]
    name = Words((LEFT, top + NAME / 2), fitted(first.name, 15, 600), 15, bold=True)
    unit = Words((LEFT + name.width + 14, top + NAME / 2), UNITS.get(first.kind, first.kind), SMALL, "soft")
    canvas.marks += (name, unit)
    values = [value for curve in panel for value in (*curve.raw, *curve.smooth)]
    bounds = round_bounds(values, from_zero=first.kind != SURPRISE)
    floor = top + NAME + (STILL[1] + 22 if figure.stills else 0.0) + PLOT
    up = Scale(*bounds, floor, floor - PLOT)
    for value in (bounds[0], sum(bounds) / 2, bounds[1]):
        canvas.marks.append(Line(((LEFT, up.at(value)), (RIGHT, up.at(value))), "rule"))
        canvas.marks.append(Words((LEFT - 6, up.at(value)), f"{value:.3g}", 11, "soft", "end"))
    _lines(canvas, figure, panel, across, up, smooth=False)
    if figure.stills:
        apart = (STILL[0] + 8) * figure.duration / (RIGHT - LEFT)
        top_shots = [
            strongest_near(first, figure.shots, peak.time, apart / 4)
            for peak in peaks(first, figure.shots, most, apart)
        ]
        _pictures(canvas, figure, top_shots, across, up, top + NAME)
    _lines(canvas, figure, panel, across, up, smooth=True)
    return floor


def _lines(
    canvas: Canvas, figure: CurveFigure, panel: Sequence[Curve], across: Scale, up: Scale, *, smooth: bool
) -> None:
    """The curves of a panel: thick if smooth; else thin and pale, paler still where they are a thicket."""
    for curve in panel:
        line = response_line(curve, figure.shots, smooth=smooth)
        points = thinned([(across.at(time), up.at(value)) for time, value in line], COLUMN)
        fade = 0.0 if smooth else 0.5 if len(points) * len(panel) < CROWD else 0.8
        if points:
            canvas.marks.append(Line(points, figure.inks[curve.model], 2.2 if smooth else 0.9, fade))


def _pictures(canvas: Canvas, figure: CurveFigure, found: Sequence[Peak], across: Scale, up: Scale, top: float) -> None:
    """The pictures of shots in a row, each as near above its own as the others allow, and a line down to it."""
    shown = sorted((peak for peak in found if peak.shot in figure.stills), key=lambda peak: peak.time)
    centres = spread([across.at(peak.time) for peak in shown], STILL[0] + 8, LEFT + STILL[0] / 2, RIGHT - STILL[0] / 2)
    for peak, centre in zip(shown, centres, strict=True):
        jpeg = as_jpeg(decode_picture(figure.stills[peak.shot].jpeg), STILL_PIXELS)
        foot = top + STILL[1]
        note = f"shot {peak.shot}, {short_clock(peak.time)}: {peak.value:.2f}"
        bend = (across.at(peak.time), foot + 18)
        canvas.marks.append(Line(((centre, foot), bend, (bend[0], up.at(peak.value) - 3)), "edge", 1.0))
        canvas.marks.append(Still((centre - STILL[0] / 2, top, *STILL), jpeg, note))
        side, anchor = (-4, "end") if bend[0] > centre else (4, "start")  # not on the line
        canvas.marks.append(Words((centre + side, foot + 9), short_clock(peak.time), 11, "soft", anchor))


def spread(centres: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places near the given ones (in rising order), between two bounds and none nearer to the next than ``apart``."""
    found: list[float] = []
    for centre in centres:
        found.append(max(centre, found[-1] + apart if found else low))
    limit = high
    for k in range(len(found) - 1, -1, -1):
        found[k] = min(found[k], limit)
        limit = found[k] - apart
    return found


def _ground(figure: CurveFigure, across: Scale, top: float, bottom: float) -> list[Block]:
    """Every other scene as a band from the first panel to the axis."""
    return [
        Block((across.at(start), top, across.at(end) - across.at(start), bottom - top), "band", 0.35)
        for start, end, _ in figure.timed_scenes[::2]
    ]


def _foot(canvas: Canvas, figure: CurveFigure, across: Scale, top: float) -> float:
    """The scenes with their headings where there is room, and the times; returns where the drawing ends."""
    if figure.timed_scenes:
        for place, (start, end, heading) in enumerate(figure.timed_scenes):
            left, width = across.at(start), across.at(end) - across.at(start)
            canvas.marks.append(Block((left, top, width, LANE), "rule" if place % 2 else "edge", 0.55, heading))
            if width >= LEAST_NAME:
                canvas.marks.append(Words((left + 3, top + LANE / 2), fitted(heading, 10, width - 6), 10))
        top += LANE
    marks = times(figure.duration, 12)
    for seconds in marks:
        x = across.at(seconds)
        canvas.marks.append(Line(((x, top), (x, top + 5)), "edge"))
        canvas.marks.append(Words((x, top + 15), short_clock(seconds), SMALL, "soft", "middle"))
    return top + AXIS
