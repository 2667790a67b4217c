"""``fabula search``: places of films, screenplays and books, found by what is seen, said and written there."""

import dataclasses
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import fabula
from fabula.app.curve import respond
from fabula.app.progress import shown_progress
from fabula.errors import FabulaError, InputError
from fabula.files.output import write_text
from fabula.files.project import Project
from fabula.files.report.markup import clock, shorten
from fabula.files.report.sheet import render_sheet, where
from fabula.files.rows import hit_row
from fabula.files.text import read_text
from fabula.records import Answer, Hit, Medium
from fabula.search import Filters, Models, Query, SearchIndex, parse_query
from fabula.search.tags import TagIndex

WIDTH = 110
_TIME = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)")
Asked = list[tuple[str | Query, bool | None]]
"""Queries, or names of tags, each with what is expected of it."""
_EXPECTED = {"# answer": True, "# no answer": False}


def search_command(
    words: Annotated[
        list[str], typer.Argument(metavar="PROJECT... QUERY", help="Project files, and last what to look for.")
    ],
    speaker: Annotated[str | None, typer.Option(help="Only what NAME says, and what is seen meanwhile.")] = None,
    scene: Annotated[
        str | None, typer.Option(help="Only this scene: its number from 1, or words of its heading.")
    ] = None,
    chapter: Annotated[
        str | None, typer.Option(help="Only this chapter: its number from 1, or words of its title.")
    ] = None,
    after: Annotated[str | None, typer.Option(metavar="TIME", help="Seconds or h:mm:ss.")] = None,
    before: Annotated[str | None, typer.Option(metavar="TIME", help="Seconds or h:mm:ss.")] = None,
    channel: Annotated[list[Medium] | None, typer.Option(help="Look only there; may be given repeatedly.")] = None,
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, help="Hits at most.")] = 10,
    nearest: Annotated[bool, typer.Option("--nearest", help="Show the nearest even if nothing fits.")] = False,
    queries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Many queries instead of one: one on each line.")
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Instead of a query: the shots that respond most to a tag; repeatable."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with the pictures of the hits.")
    ] = None,
    vision: Annotated[str | None, typer.Option(help="Vision model; that of the reading otherwise.")] = None,
    encoder: Annotated[str | None, typer.Option(help="Sentence encoder; that of the reading otherwise.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each hit.")] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the page.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Find places in films, screenplays and books.

    The query is one argument, so put it in single quotes. Bare words are looked for by their meaning; words in double
    quotes inside of it must stand there exactly. Or it is the path of a picture. Texts in double quotes and
    pictures can be added and taken away with + and -. Every hit says which channels speak for it (picture,
    dialogue, script, book) and how probable it is; when nothing is likely to be right, nothing fits.

    With --tag the shots are put in the order of their response to a genre, a theme or any words, which is their score:
    it is a ranking, in which something always comes first.

    Each line of a file of queries is a query; after a tab "# answer" or "# no answer" says what is expected.

    For example:

    fabula search film.fabula 'a woman waits in the rain'

    fabula search one.fabula two.fabula 'he said "never again"' --speaker ANNA --after 0:30:00

    fabula search film.fabula '"beach" - "people" + sunset.jpg' --channel picture --html hits.html

    fabula search film.fabula --tag war --html war.html
    """
    paths, asked = _arguments(words, queries, tag)
    filters = Filters(speaker, scene, chapter, _seconds("--after", after), _seconds("--before", before), channel or ())
    with ExitStack() as stack:
        projects = [stack.enter_context(Project.open(path)) for path in paths]
        index = TagIndex(projects, respond) if tag else _index(projects, filters, Models(encoder, vision), quiet=quiet)
        answers = []
        for query, expected in asked:
            answers.append(dataclasses.replace(index.search(query, filters, limit), expected=expected))
            _put(answers[-1], several=len(asked) > 1, nearest=nearest, as_json=as_json)
        if html:
            title = f"Search: {answers[0].query}" if len(answers) == 1 else f"Search: {len(answers)} queries"
            page = render_sheet(title, answers, index.picture, made_with=fabula.__version__)
            write_text(html, page, force=force)
            _say(f"{html}: open it in any browser; it needs no network")


def _index(projects: Sequence[Project], filters: Filters, models: Models, *, quiet: bool) -> SearchIndex:
    with shown_progress(quiet=quiet) as progress:
        told = partial(progress, "sentences") if progress else None
        return SearchIndex(projects, filters.channels, models=models, progress=told, told=_say)


def _arguments(words: Sequence[str], queries: Path | None, tags: Sequence[str] | None) -> tuple[list[Path], Asked]:
    """The projects, and the queries with what is expected; a malformed query is told before anything is read."""
    if tags and queries is not None:
        raise FabulaError("--tag and --queries both say what to look for: leave one of them out.")
    if tags:
        return [Path(word) for word in words], [(tag, None) for tag in tags]
    if queries is not None:
        return [Path(word) for word in words], list(_queries(queries))
    if len(words) < 2:
        raise FabulaError("Name a project and then what to look for: fabula search film.fabula 'a house by the sea'")
    return [Path(word) for word in words[:-1]], [(parse_query(words[-1]), None)]


def _queries(path: Path) -> Iterator[tuple[str | Query, bool | None]]:
    lines = [line for line in read_text(path).text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError(path, "there is no query in it", "write one on each line")
    for line in lines:
        query, _, note = line.partition("\t")
        note = note.strip()
        if note and note not in _EXPECTED:
            cure = "write '# answer' or '# no answer' after the tab, or nothing"
            raise InputError(path, f"{note!r} is not known as what is expected of {query!r}", cure)
        yield parse_query(query), _EXPECTED.get(note)


def _seconds(option: str, time: str | None) -> float | None:
    """Seconds of "90", "1:30" or "0:01:30.5"."""
    if time is None:
        return None
    found = _TIME.fullmatch(time.strip())
    if found is None:
        raise InputError(option, f"{time!r} is no time", "write seconds (90) or h:mm:ss (0:01:30)")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


def _put(answer: Answer, *, several: bool, nearest: bool, as_json: bool) -> None:
    """Hits to standard output, that nothing fits to standard error."""
    if several and not as_json:
        sys.stdout.write(f"{answer.query}\n")
    if not answer.fits:
        best = f"; the nearest has a probability of {answer.hits[0].score:.2f}" if answer.hits else ""
        more = "" if nearest or not answer.hits else " (--nearest shows it)"
        _say(f"nothing fits{f' {answer.query!r}' if several else ''}{best}{more}")
    for hit in answer.hits if answer.fits or nearest else ():
        row = {"query": answer.query, **hit_row(hit)}
        sys.stdout.write((json.dumps(row, ensure_ascii=False) if as_json else "\n".join(_lines(hit))) + "\n")
    sys.stdout.flush()


def _lines(hit: Hit) -> Iterator[str]:
    """The place, and what stands there in each channel."""
    time = clock(hit.start) if hit.start is not None else "-"
    channels = "+".join(channel for channel, _ in hit.why)
    yield f"{hit.score:4.2f}  {time:>8}  {channels:<22}  {where(hit)}  [{Path(hit.project).name}]"
    for channel, text in hit.texts:
        yield f"      {channel}: {shorten(text, WIDTH)}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
