"""``fabula describe``: what is seen in pictures, or in the shots of a film."""

import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fabula.app.progress import shown_progress
from fabula.describing import CAPTIONS, GroundedPhrase, describe, describe_project, ground_phrases
from fabula.errors import FabulaError, InputError
from fabula.files.drawing import Drawing, render_page, render_png, render_svg
from fabula.files.output import write_bytes, write_text
from fabula.files.pictures import by_shot, decode_picture, read_picture
from fabula.files.project import Project
from fabula.files.rows import Row, description_row, shot_caption_rows, timecode
from fabula.records import Caption, Description
from fabula.vision import DEFAULT_CAPTIONER, DEFAULT_VISION, Grounder, load_vision

PROJECT = ".fabula"
DRAWN = (".png", ".svg", ".html")


def describe_command(
    paths: Annotated[
        list[Path], typer.Argument(metavar="IMAGE...|NAME.fabula", help="Pictures, or one project with a film.")
    ],
    captions: Annotated[int, typer.Option(min=1, help="How many distinct captions of each picture.")] = CAPTIONS,
    regions: Annotated[bool, typer.Option("--regions", help="Also say what stands where, with boxes.")] = False,
    heat: Annotated[bool, typer.Option("--heat", help="Draw where each phrase is seen, as heat maps.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Draw it: .png or .svg (one picture), .html (any number).")
    ] = None,
    vision: Annotated[
        str, typer.Option(help="What ties words to regions: builtin, a card, or hf:OWNER/MODEL.")
    ] = DEFAULT_VISION,
    caption: Annotated[
        str | None, typer.Option(help="What writes the captions: builtin, a card, or hf:OWNER/MODEL.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on a line for each picture or shot.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Describe pictures, or the shots of a film.

    Each picture gets some captions, best first. With --regions the phrases of the best caption are tied to boxes, and
    parts of the picture get captions of their own; -o draws the boxes with their phrases and colours the caption to
    match. A project gets one caption for each shot: those made when the film was read, unless --caption names a model.

    With --json a picture is {"image", "captions": [{"text", "score"}], "regions": [{"box": [x, y, width, height] in
    pixels, "text", "score"}]}, a shot {"shot", "start", "end", "captions"}. The score of a caption is the mean log
    probability of its words; that of a region the similarity of the words with it.

    Example: fabula describe beach.jpg --regions -o beach.png
    """
    projects = [path for path in paths if path.suffix == PROJECT]
    if projects and len(paths) > 1:
        raise FabulaError("Describe one project at a time, and pictures by themselves.")
    _check_output(output, len(paths), bool(projects))
    if projects:
        _describe_shots(projects[0], caption, output, as_json=as_json, force=force, quiet=quiet)
        return
    if heat and not isinstance(load_vision(vision), Grounder):
        raise FabulaError(
            f"{vision} has no scores of words and regions, which --heat would draw. Use --vision builtin."
        )
    drawings = []
    for path in paths:
        found = describe(path, vision, caption or DEFAULT_CAPTIONER, captions, regions or heat)
        sys.stdout.write((json.dumps(description_row(found), ensure_ascii=False) if as_json else _lines(found)) + "\n")
        sys.stdout.flush()
        if output:
            drawings.append(_drawing(path, found, vision, heat=heat))
    if output:
        _draw(output, drawings, force=force)


def _check_output(output: Path | None, count: int, project: bool) -> None:
    """Say what cannot be written before anything is computed."""
    if output is None:
        return
    if output.suffix.lower() not in DRAWN:
        raise InputError(output, "this is no kind of drawing", f"name a file that ends in {', '.join(DRAWN)}")
    if output.suffix.lower() != ".html" and (count > 1 or project):
        raise InputError(output, "this holds one picture", "name an .html file for several pictures or a project")


def _drawing(path: Path, found: Description, vision: str, *, heat: bool) -> Drawing:
    phrases: Sequence[GroundedPhrase] = ()
    if heat and found.captions:
        phrases = ground_phrases(path, found.captions[0].text, vision)
    maps = tuple((phrase.region.text, phrase.heat) for phrase in phrases)
    return Drawing(path.name, read_picture(path), found.captions, found.regions, maps)


def _draw(output: Path, drawings: Sequence[Drawing], *, force: bool) -> None:
    kind = output.suffix.lower()
    if kind == ".png":
        write_bytes(output, render_png(drawings[0]), force=force)
    elif kind == ".svg":
        write_text(output, render_svg(drawings[0]), force=force)
    else:
        title = drawings[0].title if len(drawings) == 1 else f"{len(drawings)} pictures"
        write_text(output, render_page(title, drawings), force=force)
    sys.stderr.write(f"{output}: drawn\n")


def _lines(found: Description) -> str:
    """A description to read: the file, its captions, its regions."""
    captions = (f"  {caption.score:6.2f}  {caption.text}" for caption in found.captions)
    regions = (f"  {region.score:6.2f}  {region.text}  at {_place(region.box)}" for region in found.regions)
    return "\n".join([found.image, *captions, *regions])


def _place(box: tuple[int, int, int, int]) -> str:
    return f"{box[0]},{box[1]} {box[2]}x{box[3]}"


def _describe_shots(
    path: Path, captioner: str | None, output: Path | None, *, as_json: bool, force: bool, quiet: bool
) -> None:
    with Project.open(path) as project:
        with shown_progress(quiet=quiet) as progress:
            tell = partial(progress, "captions") if progress else None
            told = describe_project(project, captioner, tell)
        for row in shot_caption_rows(project.shots, told):
            sys.stdout.write((json.dumps(row, ensure_ascii=False) if as_json else _shot_line(row)) + "\n")
        if output:
            write_text(output, render_page(project.title, list(_stills(project, told))), force=force)
            sys.stderr.write(f"{output}: drawn\n")


def _shot_line(row: Row) -> str:
    return f"{row['shot']:5d} {timecode(row['start'])}  {' / '.join(caption['text'] for caption in row['captions'])}"


def _stills(project: Project, told: Sequence[Caption]) -> Iterator[Drawing]:
    """A drawing of the middle picture of each shot that has a caption."""
    pictures, shots = by_shot(project.thumbnails), {shot.index: shot for shot in project.shots}
    for caption in told:
        if caption.shot in pictures and caption.shot in shots:
            stills = pictures[caption.shot]
            title = f"shot {caption.shot}, {timecode(shots[caption.shot].start)}"
            yield Drawing(title, decode_picture(stills[len(stills) // 2].jpeg), (caption,))
