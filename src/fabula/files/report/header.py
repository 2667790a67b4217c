"""The head and the foot of the page: what was read, the key figures, how to read them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath, PureWindowsPath

from fabula.files.report.data import ReportData
from fabula.files.report.markup import Html, clock, count, el, share
from fabula.files.report.pairs import RUN, VERBATIM
from fabula.records import Book, CueKind, Film, Matter, State

Figure = tuple[str, str, str]
"""A key figure: its name, its value, and what it is a part of."""


def render_header(data: ReportData, sections: Sequence[tuple[str, str]]) -> Html:
    """Title, sources, key figures, warnings, and links to the sections (identifier and name)."""
    sources = [item for name, value in _sources(data) for item in (el("dt", name), el("dd", value))]
    links = [el("li", el("a", name, href=f"#{identifier}")) for identifier, name in sections]
    key = [_figure(*figure) for figure in figures(data)]
    return el(
        "header",
        el("h1", data.title, dir="auto"),
        el("dl", *sources, class_="sources"),
        el("dl", *key, class_="figures") if key else None,
        _warnings(data.warnings) if data.warnings else None,
        el("nav", el("ul", *links), aria_label="Sections") if len(links) > 1 else None,
        id="top",
    )


def _figure(name: str, value: str, note: str) -> Html:
    return el("div", el("dt", name), el("dd", value), el("dd", note, class_="note") if note else None)


def _sources(data: ReportData) -> Iterator[tuple[str, str]]:
    if data.film:
        yield "Film", _film(data.film)
    if data.cues:
        yield "Subtitles", f"{count(len(data.cues), 'cue')} to {clock(max(cue.end for cue in data.cues))}"
    if data.lines:
        yield "Screenplay", f"{count(len(data.scenes), 'scene')}, {count(len(data.lines), 'line')}"
    if data.book:
        yield "Book", _book(data.book)


def _film(film: Film) -> str:
    return f"{name(film.path)}, {clock(film.duration)}, {film.width} × {film.height}, {film.fps:.5g} frames a second"


def _book(book: Book) -> str:
    title = book.title or name(book.path)
    by = f"{title} by {book.author}" if book.author else title
    return f"{by}, {count(len(book.chapters), 'chapter')}, {count(len(book.passages), 'paragraph')}"


def name(path: str) -> str:
    """The last part of a path of any system: a report tells nobody where its maker keeps files."""
    return PureWindowsPath(PurePath(path).name).name


def figures(data: ReportData) -> list[Figure]:
    """The key figures that the data allow."""
    found: list[Figure] = []
    if data.shots:
        found.append(("shots", f"{len(data.shots):,}", f"{data.duration / len(data.shots):.1f} s on average"))
    if data.scenes:
        timed = sum(scene.start is not None for scene in data.scenes)
        found.append(("scenes", f"{len(data.scenes):,}", f"{timed:,} found in the film" if data.cues else ""))
    return [*found, *_speaking(data), *_adaptation(data)]


def _speaking(data: ReportData) -> Iterator[Figure]:
    speech = [cue for cue in data.cues if cue.kind is CueKind.SPEECH]
    known = sum(any((*cue.speakers, cue.speaker, *cue.names)) for cue in speech)
    if known:
        yield "with a speaker", share(known, len(speech)), f"of {count(len(speech), 'spoken line')}"


def _adaptation(data: ReportData) -> Iterator[Figure]:
    if data.book is None or not data.pairs:
        return
    speech = [cue for cue in data.cues if cue.kind is CueKind.SPEECH]
    found = sum(cue.number in data.pairs_of_cue for cue in speech)
    body = [p.index for p in data.book.passages if data.book.chapters[p.chapter].matter is Matter.BODY]
    used = {passage.index for pair in data.pairs for passage in pair.passages}
    moved = sum(pair.link.state is State.MOVED for pair in data.pairs)
    yield "found in the book", share(found, len(speech)), f"of {count(len(speech), 'spoken line')}"
    yield "of the book used", share(len(used.intersection(body)), len(body)), f"of {count(len(body), 'paragraph')}"
    yield "moved", share(moved, len(data.pairs)), f"of {count(len(data.pairs), 'link')}"


def _warnings(warnings: Sequence[str]) -> Html:
    items = [el("li", warning, dir="auto") for warning in warnings]
    return el("details", el("summary", count(len(items), "warning")), el("ul", *items), class_="warnings")


def render_footer(data: ReportData) -> Html:
    """How to read the page, and what made it from what."""
    notes = [
        "A link’s score is the estimated probability that it is right: of ten links at 0.80, about eight hold.",
        f"Verbatim: at least {100 * VERBATIM:.0f} % of a line’s words stand in the passage in the same order, or "
        f"{RUN} words in a row; else it is a paraphrase. Words of both are marked; short words that match alone do "
        "not count.",
        "Moved: the passage stands elsewhere in the book than those of the lines around it.",
    ]
    speaker = "A question mark after a name: the screenplay’s line matches the subtitle only loosely."
    shown = (notes if data.pairs else []) + ([speaker] if data.cues and data.speeches else [])
    given = data.files or tuple(source.path for source in (data.film, data.book) if source)
    files = ", ".join(dict.fromkeys(name(path) for path in given))
    return el(
        "footer",
        el("h2", "How to read this page") if shown else None,
        *(el("p", note) for note in shown),
        el("p", f"Made with fabula {data.made_with}", f" from {files}" if files else None, ".", class_="made"),
    )
