"""A screenplay or a book that stands alone: what the page shows where there is nothing to set beside it."""

from collections.abc import Iterator

from fabula.files.report.data import ReportData
from fabula.files.report.filters import render_filters
from fabula.files.report.markup import Html, clock, count, el
from fabula.files.report.passages import first_lines
from fabula.files.report.places import Places
from fabula.files.report.speech import chip
from fabula.records import LineKind, ScriptLine


def render_screenplay(data: ReportData) -> Html | None:
    """The screenplay as a text to read, scene by scene, or None without lines."""
    if not data.lines:
        return None
    rows = el("div", *_script(data), class_="rows script")
    return el("section", el("h2", "Reading"), render_filters(data.ranks, {}, len(data.lines)), rows, id="reading")


def _script(data: ReportData) -> Iterator[Html]:
    headings = {scene.index: scene for scene in data.scenes}
    shown = None
    for line in data.lines:
        if line.scene != shown and line.scene in headings:
            scene = headings[line.scene]
            time = el("span", clock(scene.start), class_="time") if scene.start is not None else None
            yield el("h3", scene.heading, time, class_="scene")
        shown = line.scene
        if line.kind is not LineKind.HEADING or line.scene not in headings:
            yield el("div", _line(line, data), class_="row")


def _line(line: ScriptLine, data: ReportData) -> Html:
    place = data.ranks.get(line.speaker) if line.speaker else None
    content = chip(line.text, place) if place is not None and line.kind is LineKind.SPEAKER else line.text
    return el("p", content, class_=f"cue {line.kind}", dir="auto", data_who=place)


def render_contents(data: ReportData) -> Html | None:
    """The book's chapters, each opening to its first lines, or None if the reading shows the book already."""
    if data.book is None or data.pairs or data.book_only:
        return None
    places = Places(data.book)
    chapters = [
        el(
            "details",
            el("summary", places.title(chapter), el("span", count(len(found), "paragraph"), class_="number")),
            first_lines(found, places),
            class_="fold",
        )
        for chapter in data.book.chapters
        if (found := places.passages(chapter))
    ]
    return el("section", el("h2", "The book"), *chapters, id="book")
