"""``fabula evaluate script``: speakers and scenes on labelled films, on changed drafts, and with evidence left out."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from fabula.errors import InputError
from fabula.evaluate.data import data_folder
from fabula.evaluate.script_gold import GoldFilm, gold_films
from fabula.evaluate.scripts import Share, ablations, calibration, draft_curves, judge, moved_scenes, shares

Table = Iterator[tuple[str, dict[str, Any]]]


def script(
    data: Annotated[
        Path | None, typer.Option(help="Folder with scripts/FILM; else $FABULA_DATA, else the demo.")
    ] = None,
    curves: Annotated[bool, typer.Option(help="Also measure on drafts with lines and scenes changed.")] = True,
    encoder: Annotated[
        str | None, typer.Option(help="Sentence encoder to compare meanings with, as for books; words alone without.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each figure.")] = False,
) -> None:
    """Measure speakers and scenes from screenplays.

    Four tables: every film with 95 % intervals; accuracy against the amount of lines dropped, reworded or misspelt,
    scenes moved and people renamed by seeded code; which moved scenes are found; and what is lost when one kind of
    evidence is left out.
    """
    for text, row in _tables(gold_films(_folder(data)), curves, encoder):
        sys.stdout.write((json.dumps(row) if as_json else text) + "\n")
        sys.stdout.flush()  # the drafts take minutes: show what is known


def _folder(data: Path | None) -> Path | None:
    """The labelled films, if there are any; the demo serves otherwise, unless a folder was named."""
    try:
        return data_folder(data, "scripts").parent
    except InputError:
        if data is not None:
            raise
        return None


def _tables(films: list[GoldFilm], curves: bool, encoder: str | None) -> Table:
    for film in films:
        yield from _film(film, encoder)
    if curves:
        for point in draft_curves(films, encoder=encoder):
            text = f"{point.kind:<8}{point.amount:4.0%}  accuracy {point.accuracy:.3f}"
            yield (
                f"{text}  lowest film {point.lowest_film:.3f}  calibration error {point.calibration_error:.3f}",
                {"draft": dataclasses.asdict(point)},
            )
        for moved in moved_scenes(films):
            found = f"{moved.right} of {moved.planted} found, {moved.right} of {moved.reported} reported right"
            yield f"{moved.film:<18}moved scenes  {found}", {"moved_scenes": dataclasses.asdict(moved)}
        for row in ablations(films, encoder=encoder):
            text = f"without {row.without:<16}as written {row.as_written:.3f}"
            yield (
                f"{text}  dropped {row.dropped:.3f}  reworded {row.reworded:.3f}  misspelt {row.misspelt:.3f}",
                {"without": dataclasses.asdict(row)},
            )


def _film(film: GoldFilm, encoder: str | None) -> Table:
    judged = judge(film, encoder=encoder)
    for share in shares(judged):
        yield _line(film.name, share), {"film": film.name, **dataclasses.asdict(share), "value": share.value}
    error = calibration(judged)
    yield f"{film.name:<18}{'calibration error':<32}{error:7.3f}", {"film": film.name, "calibration_error": error}


def _line(film: str, share: Share) -> str:
    if not share.of:
        return f"{film:<18}{share.name:<32}      -"
    interval = f"[{share.low:.3f}, {share.high:.3f}]"
    return f"{film:<18}{share.name:<32}{share.value:7.3f} {interval:<17}{share.right:5d} of {share.of}"
