"""``fabula curve``: how the shots of a film respond to tags over its time, and what carries which part."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fabula.app.curve_text import curve_lines, curve_object, part_cells, part_lines, part_objects
from fabula.errors import FabulaError, InputError
from fabula.files.drawing.canvas import Canvas
from fabula.files.drawing.canvas_png import canvas_png
from fabula.files.drawing.canvas_svg import canvas_page, canvas_svg
from fabula.files.drawing.curves import CurveFigure, figure_of, plan_curves
from fabula.files.drawing.matrix import plan_parts
from fabula.files.output import write_bytes, write_text
from fabula.files.project import Project
from fabula.files.rows import CURVE_COLUMNS, Row, curve_rows, to_csv
from fabula.records import SURPRISE, Curve, Part, TagKind
from fabula.storyline.parts import PARTS, storyline_parts

KINDS = (".svg", ".png", ".csv", ".html")
STRONGEST = 6
PART_COLUMNS = ("start", "end", "heading", "kind", "name", "value")


def curve_command(
    path: Annotated[Path, typer.Argument(metavar="NAME.fabula", help="A project that fabula read has made.")],
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="[TAG]...", help="Genres, themes, or any words in quotes.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=f"Draw or write them: {', '.join(KINDS)}.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="What responds: pictures, dialogue, anything (all that is known), or a tagger's card; repeatable."
        ),
    ] = None,
    characters: Annotated[
        bool, typer.Option("--characters", help="Tell which tags and which characters carry which part.")
    ] = False,
    parts: Annotated[
        int | None,
        typer.Option(min=1, help=f"With --characters: so many equal parts; else the scenes, or {PARTS} parts."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each curve, or part.")] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
) -> None:
    """Follow tags through a film.

    Each curve is the response of the film's shots to a tag: of each by itself, and smoothed by a model that remembers
    the shots before. Without tags these are the film's own strongest genres. A tag may be any words; put those with
    spaces in quotes. In the terminal a curve is a line of blocks, and below it are its peaks with their scenes; -o
    draws a panel for each tag, with the scenes and the pictures of the strongest shots on the axis of time.

    With --json a curve is {"tag", "kind", "model", "peaks": [{"shot", "time", "response", "scene"}], "shots": [{"shot",
    "start", "end", "raw", "smooth"}]}; a part is {"start", "end", "heading", "tags", "speakers", "lines", "leads"}:
    mean responses, shares of the spoken lines, and the tag that stands out there.

    For example:

    fabula curve film.fabula romance war "a storm"

    fabula curve film.fabula -o curves.svg

    fabula curve film.fabula --characters -o parts.svg
    """
    if output is not None and output.suffix.lower() not in KINDS:
        raise InputError(output, "this is no kind of drawing or table", f"name a file that ends in {', '.join(KINDS)}")
    with Project.open(path) as project:
        figure = figure_of(project, chosen_curves(project, tags or (), model or ()))
        found = _parts(project, figure.curves, parts) if characters else None
    if output is not None:
        _write(output, figure, found, force=force)
    elif as_json:
        rows = [curve_object(curve, figure) for curve in figure.curves] if found is None else part_objects(found)
        _put([json.dumps(row, ensure_ascii=False) for row in rows])
    else:
        _put(list(curve_lines(figure) if found is None else part_lines(found)))


def respond(project: Project, tags: Sequence[str], models: Sequence[str] = ()) -> Sequence[Curve]:
    """The curves of some tags, stored or computed.

    Raises:
        FabulaError: nobody has looked at the film, or a model is unknown.
    """
    from fabula.storyline.curves import curves  # late: it loads models

    return curves(project, tags, models=models) if models else curves(project, tags)


def chosen_curves(project: Project, tags: Sequence[str], models: Sequence[str]) -> Sequence[Curve]:
    """The curves that are asked for; without tags those that are stored, or else of the strongest genres.

    Raises:
        FabulaError: there are none.
    """
    if not tags and not models and project.curves:
        return project.curves
    names = tags or [tag.name for tag in project.tags if tag.kind is TagKind.GENRE][:STRONGEST]
    found = respond(project, names, models) if names else ()
    if not found:
        raise FabulaError("The film has no tags of its own yet. Name some: fabula curve film.fabula romance war")
    return found


def _parts(project: Project, curves: Sequence[Curve], count: int | None) -> tuple[Part, ...]:
    tags = [curve for curve in curves if curve.kind != SURPRISE]
    return storyline_parts(project.shots, project.cues, project.scenes, tags, count)


def _write(output: Path, figure: CurveFigure, parts: Sequence[Part] | None, *, force: bool) -> None:
    """The drawing or the table; an HTML page of parts has the curves above them."""
    canvas = plan_curves(figure) if parts is None else plan_parts(figure.title, parts)
    kind = output.suffix.lower()
    if kind == ".png":
        write_bytes(output, canvas_png(canvas), force=force)
    elif kind == ".csv":
        write_text(output, _csv(figure, parts), force=force)
    elif kind == ".html":
        write_text(output, canvas_page(figure.title, _both(figure, canvas, parts)), force=force)
    else:
        write_text(output, canvas_svg(canvas), force=force)
    sys.stderr.write(f"{output}: {'written' if kind == '.csv' else 'drawn'}\n")


def _both(figure: CurveFigure, canvas: Canvas, parts: Sequence[Part] | None) -> list[Canvas]:
    return [canvas] if parts is None else [plan_curves(figure), canvas]


def _csv(figure: CurveFigure, parts: Sequence[Part] | None) -> str:
    if parts is not None:
        return to_csv(part_cells(parts), PART_COLUMNS)
    rows: list[Row] = [row for curve in figure.curves for row in curve_rows(curve, figure.shots)]
    return to_csv(rows, CURVE_COLUMNS)


def _put(lines: Sequence[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
