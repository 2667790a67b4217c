"""``fabula tag``: genres and keywords of a film, and any other words as tags."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fabula.app.progress import shown_progress
from fabula.files.project import Project
from fabula.files.tagged import PROJECT
from fabula.reading import read
from fabula.records import Tag, TagKind

LIKELY, FEWEST = 0.3, 3  # tags below it are shown only with --all, but for the first three
BAR = 20


def tag_command(
    film: Annotated[Path, typer.Argument(metavar="FILM|NAME.fabula", help="A video, or a project of fabula read.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS]...", help="Any words as tags, those with spaces in quotes."),
    ] = None,
    tagger: Annotated[str, typer.Option(help="builtin, or a card (.json) of fabula train tagger.")] = "builtin",
    everything: Annotated[bool, typer.Option("--all", help="Show unlikely tags as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each tag.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Say of which genres a film is, and what it is about.

    Genres and keywords were learned from trailers (what is seen) and from texts (what is said and written). Each tag
    has the probability that all sources give together, and behind it that of each source by itself. Words are looked
    for in pictures, dialogue, screenplay and book alike; they are as probable as the film's best place for them.

    A video is read first, without keeping what was found; fabula read keeps it.

    With --json a tag is {"name", "kind": "genre", "keyword" or "open", "score", "why": {source: probability}}.

    Example: fabula tag film.fabula heist "a storm at sea"
    """
    from fabula.reading.looking import named_tagger
    from fabula.search.index import SearchIndex
    from fabula.storyline.curves import open_curves
    from fabula.storyline.tagging import open_tags, tag_project

    chosen = named_tagger(tagger)
    with shown_progress(quiet=quiet) as progress:
        project = Project.open(film) if film.suffix == PROJECT else read(film=film, captioner="none", progress=progress)
    with project:
        tags = list(tag_project(project, chosen))
        if words:
            tags = [*open_tags(open_curves(project, SearchIndex([project]), words)), *tags]
    lines = [json.dumps(tag_row(tag)) for tag in tags] if as_json else _shown(tags, everything=everything)
    sys.stdout.write("".join(line + "\n" for line in lines))
    if not tags:
        sys.stderr.write("There is nothing to go by: no shot was looked at, and there is no text.\n")


def tag_row(tag: Tag) -> dict[str, object]:
    """A tag with its probability and that of each source."""
    why = {source: round(score, 4) for source, score in tag.why}
    return {**dataclasses.asdict(tag), "score": round(tag.score, 4), "why": why}


def _shown(tags: Sequence[Tag], *, everything: bool) -> list[str]:
    lines = []
    for kind in (TagKind.OPEN, TagKind.GENRE, TagKind.KEYWORD):
        own = [tag for tag in tags if tag.kind is kind]
        whole = everything or kind is TagKind.OPEN
        lines += [_line(tag) for k, tag in enumerate(own) if whole or tag.score >= LIKELY or k < FEWEST]
    return lines


def _line(tag: Tag) -> str:
    bar = "█" * round(tag.score * BAR)
    why = ", ".join(f"{source} {score:.2f}" for source, score in tag.why)
    return f"{tag.kind.value:<8}{tag.name:<24}{tag.score:>5.2f}  {bar:<{BAR}}  {why}".rstrip()
