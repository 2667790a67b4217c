"""The map: film time across, the book downwards, a point for each link.

All coordinates are percentages, so the drawing fits any width while points and letters keep their size.
What lies outside the plot (labels, stretches of one side only) is drawn over its edge, in the figure's padding.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from fabula.files.report.data import ReportData
from fabula.files.report.hours import hours
from fabula.files.report.markup import Html, clock, el, join, percent, shorten
from fabula.files.report.pairs import WORDINGS, Pair
from fabula.files.report.places import Places
from fabula.files.report.speech import speakers
from fabula.records import Book, Chapter, Matter, State

LABEL_GAP = 0.045
"""Two chapter labels stand at least this share of the plot's height apart."""
SIZES = (0.5, 0.8)
"""Scores from which a point is of middle and of full size."""
RADII = (2.6, 3.8, 5.0)
CROWD = 500
"""From so many points on, they are drawn smaller."""
LABEL = 36
WORDS = {State.ALIGNED: "in place", State.MOVED: "moved"}


def render_map(data: ReportData) -> Html | None:
    """The map with its legend, or None if nothing joins the film and a book."""
    if data.book is None or not data.pairs:
        return None
    places = Places(data.book)
    plot = el(
        "svg",
        el("title", "Film time from left to right, the book from top to bottom, one point for each link"),
        _shapes(0.65 if len(data.pairs) >= CROWD else 1.0),
        el("g", *_bands(data.book, places), class_="bands", aria_hidden="true"),
        el("g", *hours(data.duration), class_="hours", aria_hidden="true"),
        el("g", *_scenes(data), class_="scene-ticks", aria_hidden="true"),
        el("g", *_film_only(data), class_="film-only", aria_hidden="true"),
        el("g", *_book_only(data, places), class_="book-only", aria_hidden="true"),
        el("g", *_points(data, places), class_="points"),
        class_="plot",
        role="group",
        aria_label="Map of film and book",
    )
    return el(
        "section",
        el("h2", "Map"),
        el("p", "Each point joins lines of the film with a passage of the book. ", _advice(), class_="lead"),
        el("figure", el("div", plot, class_="axes"), el("div", class_="tip", hidden=True), class_="map"),
        _legend(data),
        id="map",
    )


def _advice() -> str:
    return "A film that follows its book runs down the diagonal; whatever lies off it has been moved."


def _shapes(scale: float) -> Html:
    radii = [f"{scale * radius:.2f}" for radius in RADII]
    tips = [f"{1.3 * scale * radius:.2f}" for radius in RADII]
    dots = [el("circle", r=radius, id=f"aligned-{size}") for size, radius in enumerate(radii)]
    gems = [el("path", d=f"M0-{tip}L{tip} 0L0 {tip}L-{tip} 0z", id=f"moved-{size}") for size, tip in enumerate(tips)]
    return el("defs", *dots, *gems)


def _bands(book: Book, places: Places) -> Iterator[Html]:
    free = 0.0
    for chapter in filter(places.passages, book.chapters):
        top, bottom = places.span(places.passages(chapter))
        yield el("rect", y=percent(top), width="100%", height=percent(bottom - top), class_="band")
        if top >= free and chapter.matter is Matter.BODY:  # a title page has no room, and takes the first chapter's
            yield _label(chapter, top, places)
            free = top + LABEL_GAP


def _label(chapter: Chapter, top: float, places: Places) -> Html:
    return join(
        el("text", name, y=percent(top), x=-20, dy="0.9em", class_=f"chapter {size}")
        for size, name in (("long", shorten(places.title(chapter), LABEL)), ("short", places.numeral(chapter)))
    )


def _scenes(data: ReportData) -> Iterator[Html]:
    for scene in data.scenes:
        if scene.start is not None:
            x = percent(scene.start / data.duration)
            yield el("line", x1=x, x2=x, y1=-9, y2=0)


def _film_only(data: ReportData) -> Iterator[Html]:
    for alone, run in groupby(data.timed_cues, key=lambda cue: cue.number not in data.pairs_of_cue):
        if alone:
            cues = list(run)
            start, end = cues[0].start / data.duration, cues[-1].end / data.duration
            yield el("rect", x=percent(start), y="100%", width=percent(max(0.0, end - start)), height=7)


def _book_only(data: ReportData, places: Places) -> Iterator[Html]:
    for stretch in data.book_only:
        top, bottom = places.span(stretch)
        yield el("rect", x=-13, y=percent(top), width=7, height=percent(bottom - top))


def _points(data: ReportData, places: Places) -> Iterator[Html]:
    for order, pair in enumerate(data.pairs):
        x = (pair.cues[0].start + pair.cues[-1].end) / 2 / data.duration
        y = sum(places.span(pair.passages)) / 2
        shape = f"#{pair.link.state}-{sum(pair.link.score >= limit for limit in SIZES)}"
        yield el(
            "a",
            el("use", href=shape, x=percent(x), y=percent(y)),
            id=f"l{pair.index}",
            class_=f"point {pair.link.state} {pair.kind}",
            href=f"#c{pair.cues[0].number}",
            tabindex=-1 if order else 0,
            aria_label=_name(pair, places),
        )


def _name(pair: Pair, places: Places) -> str:
    names = list(dict.fromkeys(name for cue in pair.cues for name in speakers(cue)))
    film = " ".join([clock(pair.cues[0].start), *names[:2]])
    return f"{film} · {places.of(pair.passages)} · {WORDS[pair.link.state]}, {pair.kind} · {pair.link.score:.2f}"


def _legend(data: ReportData) -> Html:
    found = Counter((pair.link.state, pair.kind) for pair in data.pairs)
    points = [
        _toggle(f"{state} {kind}", f"{WORDS[state]}, {kind}", f"{number:,}", el("use", href=f"#{state}-2", x=8, y=8))
        for state in WORDS
        for kind in WORDINGS
        if (number := found[state, kind])
    ]
    film = _toggle("film-only", "film only", "", el("rect", y=5, width=16, height=7))
    book = _toggle("book-only", "book only", f"{len(data.book_only):,}", el("rect", x=5, width=7, height=16))
    return el("fieldset", el("legend", "Show"), *points, film, book if data.book_only else None, class_="legend")


def _toggle(shows: str, label: str, number: str, swatch: Html) -> Html:
    box = el("input", type="checkbox", checked=True, data_shows=shows)
    key = el("svg", swatch, class_=f"key {shows}", width=16, height=16, aria_hidden="true")
    return el("label", box, key, label, el("span", number, class_="number") if number else None)
