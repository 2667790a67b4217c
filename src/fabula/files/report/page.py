"""The page: its sections put into the template, with style and script inline under a strict policy."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from fabula.files.report.adaptation import render_adaptation
from fabula.files.report.chart import render_map
from fabula.files.report.data import ReportData
from fabula.files.report.header import render_footer, render_header
from fabula.files.report.markup import Html, join, text
from fabula.files.report.people import render_people
from fabula.files.report.reading import Reading
from fabula.files.report.storyline import render_storyline
from fabula.files.report.strip import render_strip
from fabula.files.report.texts import render_contents, render_screenplay

NAMES = {
    "map": "Map",
    "adaptation": "Adaptation",
    "storyline": "Storyline",
    "filmstrip": "Filmstrip",
    "characters": "Characters",
    "reading": "Reading",
    "book": "The book",
}


def render_report(data: ReportData) -> str:
    """Write the report: one HTML page that needs nothing else, neither network nor fonts nor scripts.

    Sections for which the data hold nothing are left out. The page can be read and printed without JavaScript.
    """
    sections = dict(zip(NAMES, _sections(data), strict=True))
    present = [(identifier, NAMES[identifier]) for identifier, section in sections.items() if section]
    return whole_page(
        data.title, render_header(data, present), sections.values(), render_footer(data), script=_part("page.js")
    )


def whole_page(
    title: str, header: Html, sections: Iterable[Html | None], footer: Html, *, style: str = "", script: str = ""
) -> str:
    """A page in the style of the report, complete in itself; ``style`` comes after the report's own."""
    return Template(_part("page.html")).substitute(
        title=text(title),
        script_hash=b64encode(sha256(script.encode()).digest()).decode("ascii"),
        style=_part("page.css") + style,
        script=script,
        header=header,
        sections=join(sections),
        footer=footer,
    )


def _sections(data: ReportData) -> Iterator[Html | None]:
    yield render_map(data)
    yield render_adaptation(data)
    yield render_storyline(data)
    yield render_strip(data)
    yield render_people(data)
    yield Reading(data).render() if data.cues else render_screenplay(data)
    yield render_contents(data)


@cache
def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
