"""``fabula evaluate curves``: do curves of words peak in the scenes where the demo film has what they say?"""

import dataclasses
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fabula.app.demo import run_demo
from fabula.app.progress import shown_progress
from fabula.evaluate.curves import Planted, measure_peaks, planted_tags
from fabula.evaluate.demo import Truth
from fabula.files.project import Project


def curves(
    demo: Annotated[
        Path | None, typer.Option(help="A folder that fabula demo -o made; a new one is made and read if none.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each tag.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Look where curves of words are highest.

    The demo's screenplay has tags planted in its scenes (written down before any curve of theirs was drawn): some in
    its own words, and some in others. A tag is right if the shot that responds most lies in a scene that has it, by the
    raw curve and by the smoothed one.

    Example: fabula demo -o demo; fabula evaluate curves --demo demo
    """
    with TemporaryDirectory() as made:
        folder = demo or Path(made)
        with shown_progress(quiet=quiet) as progress:
            if demo is None:
                run_demo(folder, progress=progress)
        with Project.open(folder / "demo.fabula") as project:
            scenes = Truth.read(folder / "truth.json").scenes
            measured = {kind: measure_peaks(project, scenes, tags) for kind, tags in planted_tags().items()}
    for kind, found in measured.items():
        if as_json:
            sys.stdout.writelines(json.dumps({"kind": kind, **dataclasses.asdict(one)}) + "\n" for one in found)
            continue
        sys.stdout.writelines(_line(one) + "\n" for one in found)
        raw, smooth = (sum(right) for right in zip(*((one.right, one.right_smooth) for one in found), strict=True))
        sys.stdout.write(f"{kind}: right {raw} of {len(found)} raw, {smooth} smoothed\n")


def _line(one: Planted) -> str:
    marks = (f"{'right' if right else 'WRONG'} {place}" for right, place in _places(one))
    scenes = " ".join(map(str, one.scenes))
    return f"{one.tag:<39} scenes {scenes:<6} raw {next(marks):<9} smoothed {next(marks):<9} height {one.height:.2f}"


def _places(one: Planted) -> tuple[tuple[bool, int | None], ...]:
    return (one.right, one.raw), (one.right_smooth, one.smooth)
