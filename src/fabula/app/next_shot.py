"""``fabula next``: what follows a shot, and how unexpected the shots of a film are."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

import fabula
from fabula.errors import FabulaError
from fabula.files.output import write_text
from fabula.files.pictures import by_shot
from fabula.files.project import Project
from fabula.files.report.markup import clock
from fabula.files.report.sheet import render_sheet
from fabula.files.rows import hit_row
from fabula.records import Answer, Curve, Hit, Thumbnail


def next_command(
    path: Annotated[Path, typer.Argument(metavar="NAME.fabula", help="A project that fabula read has made.")],
    after: Annotated[int | None, typer.Option(metavar="SHOT", help="The last shot that is known, from 0.")] = None,
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, help="Shots to show for each step.")] = 5,
    steps: Annotated[int, typer.Option(min=1, help="How many shots ahead to look, up to 5.")] = 1,
    surprise: Annotated[bool, typer.Option("--surprise", help="Tell how unexpected each shot is.")] = False,
    model: Annotated[Path | None, typer.Option(help="Card (.json) of fabula train next-shot.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with the shots' pictures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each shot.")] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the page.")] = False,
) -> None:
    """Tell which shots are likeliest to follow a shot, or how unexpected each is.

    A model that learned the order of shots from trailers looks at up to eight shots, of which SHOT is the last, and
    ranks the film's others: each with its probability, and marked where it is the one that really follows.

    With --surprise each shot has the nats by which it was unexpected after those before (0: it was certain), and the
    mean around it: high where the film turns to something else.

    With --json a candidate is {"after", "step", "follows", "shot", "score", "start", "end", ...}; with --surprise a
    shot is {"shot", "start", "end", "surprise", "smooth"}.

    For example:

    fabula next film.fabula --after 12 -k 5 --steps 3 --html next.html

    fabula next film.fabula --surprise --json
    """
    from fabula.storyline.next_shot import load_next_shot, predict
    from fabula.storyline.next_shot import surprise as surprise_of

    if surprise == (after is not None):
        raise FabulaError("Say --after SHOT to see what follows it, or --surprise for all shots.")
    with Project.open(path) as project:
        trained = load_next_shot(model)
        if after is None:
            _put(_surprise_lines(project, surprise_of(project, trained), as_json=as_json))
            return
        found = [predict(project, after, limit, step, trained) for step in range(1, steps + 1)]
        _put(line for step, hits in enumerate(found, 1) for line in _lines(after, step, hits, as_json=as_json))
        if html:
            write_text(html, _page(project, after, found), force=force)
            sys.stderr.write(f"{html}: open it in any browser; it needs no network\n")


def _lines(after: int, step: int, hits: Sequence[Hit], *, as_json: bool) -> Iterable[str]:
    for hit in hits:
        follows = hit.shot == after + step
        if as_json:
            row = {"after": after, "step": step, "follows": follows, **hit_row(hit)}
            yield json.dumps(row, ensure_ascii=False)
        else:
            mark = "  <- it does" if follows else ""
            yield f"+{step}  shot {hit.shot:5d}  {clock(hit.start or 0.0):>8}  {hit.score:6.4f}{mark}"


def _surprise_lines(project: Project, curve: Curve, *, as_json: bool) -> Iterable[str]:
    shots = {shot.index: shot for shot in project.shots}
    for index, raw, smooth in zip(curve.shots, curve.raw, curve.smooth, strict=True):
        shot = shots[index]
        if as_json:
            row = {"shot": index, "start": round(shot.start, 3), "end": round(shot.end, 3)}
            yield json.dumps(row | {"surprise": raw, "smooth": smooth})
        else:
            yield f"shot {index:5d}  {clock(shot.start):>8}  {raw:7.3f}  {smooth:7.3f}"


def _page(project: Project, after: int, found: Sequence[Sequence[Hit]]) -> str:
    """A section for each step, with the pictures of its shots."""
    pictures = by_shot(project.thumbnails)

    def picture_of(hit: Hit) -> Thumbnail | None:
        own = pictures.get(hit.shot if hit.shot is not None else -1, [])
        return own[len(own) // 2] if own else None

    asked = [f"{step} after shot {after}" for step in range(1, len(found) + 1)]
    answers = [Answer(query, tuple(hits), fits=bool(hits)) for query, hits in zip(asked, found, strict=True)]
    return render_sheet(f"What follows shot {after}?", answers, picture_of, made_with=fabula.__version__)


def _put(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
