"""The sheet: queries with their hits and pictures on one page, complete in itself, to look through and to judge."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from fabula.files.report.markup import Html, clock, count, el, shorten
from fabula.files.report.page import whole_page
from fabula.files.report.strip import picture
from fabula.records import Answer, Hit, Thumbnail

SNIPPET = 180
NAMES = {"picture": "picture", "dialogue": "dialogue", "script": "screenplay", "book": "book"}

PictureOf = Callable[[Hit], Thumbnail | None]
"""The picture of a hit, if it has one."""


def render_sheet(title: str, answers: Sequence[Answer], picture_of: PictureOf, *, made_with: str) -> str:
    """Write the sheet of results: one HTML page, whose pictures are in it.

    Args:
        title: of the page.
        answers: one section for each.
        picture_of: gives the picture of a hit.
        made_with: the version of fabula.
    """
    several = len({hit.project for answer in answers for hit in answer.hits}) > 1
    sections = [_section(k, answer, picture_of, several) for k, answer in enumerate(answers, 1)]
    return whole_page(title, _header(title, answers), sections, _footer(made_with), style=_style())


def _header(title: str, answers: Sequence[Answer]) -> Html:
    fitting = sum(answer.fits for answer in answers)
    found = f"{count(len(answers), 'query', 'queries')}: {fitting} with an answer, {len(answers) - fitting} without."
    known = [answer for answer in answers if answer.expected is not None]
    agreed = sum(answer.fits == answer.expected for answer in known)
    verdict = f" {agreed} of {len(known)} as expected." if known else ""
    links = [el("li", el("a", answer.query, href=f"#q{k}"), _mark(answer)) for k, answer in enumerate(answers, 1)]
    return el(
        "header",
        el("h1", title, dir="auto"),
        el("p", found, verdict, class_="lead"),
        el("nav", el("ol", *links, class_="queries"), aria_label="Queries") if len(answers) > 1 else None,
        id="top",
    )


def _mark(answer: Answer) -> Html | None:
    """Whether the answer is of the kind that was expected."""
    if answer.expected is None:
        return None
    wanted = "an answer was expected" if answer.expected else "no answer was expected"
    right = answer.fits == answer.expected
    return el("span", "✓" if right else "✗", class_="right" if right else "wrong", title=wanted)


def _section(number: int, answer: Answer, picture_of: PictureOf, several: bool) -> Html:
    cards = el("ol", *(_card(hit, picture_of(hit), several) for hit in answer.hits), class_="hits")
    if answer.fits:
        shown = cards
    else:
        best = f" The nearest has a probability of {answer.hits[0].score:.2f}." if answer.hits else ""
        nearest = el("details", el("summary", "The nearest"), cards) if answer.hits else None
        shown = el("div", el("p", el("strong", "Nothing fits."), best, class_="verdict"), nearest)
    expected = {True: "An answer was expected.", False: "No answer was expected."}
    note = expected[answer.expected] if answer.expected is not None else None
    heading = el("h2", answer.query, " ", _mark(answer), dir="auto")
    return el("section", heading, el("p", note, class_="note") if note else None, shown, id=f"q{number}")


def _card(hit: Hit, thumbnail: Thumbnail | None, several: bool) -> Html:
    frame = picture(thumbnail) if thumbnail else el("span", class_="blank")
    time = el("span", clock(hit.start), class_="time") if hit.start is not None else None
    shot = el("span", f"shot {hit.shot}", class_="number") if hit.shot is not None else None
    line = [el("span", f"{hit.score:.2f}", class_="score"), time, shot]
    return el(
        "li",
        frame,
        el("p", *(part for piece in line if piece for part in (piece, " ")), class_="place"),
        el("p", Path(hit.project).name, class_="note") if several else None,
        el("p", where(hit), class_="note") if where(hit) else None,
        *(el("p", shorten(text, SNIPPET), class_=f"said {channel}", dir="auto") for channel, text in hit.texts),
        el("p", ", ".join(f"{NAMES[channel]} {share:.2f}" for channel, share in hit.why), class_="why"),
        class_="hit",
    )


def where(hit: Hit) -> str:
    """Who speaks, in which scene, and on which page."""
    passage = f" ¶ {hit.passage}" if hit.passage is not None else ""
    page = f"{hit.chapter or ''}{passage}".strip()
    return " · ".join(part for part in (hit.speaker, hit.heading, page) if part)


def _footer(made_with: str) -> Html:
    note = (
        "A score is the estimated probability that the place is what was asked for; below it stands what each channel "
        "gives by itself. Where even the best place is unlikely, nothing fits."
    )
    return el("footer", el("p", note), el("p", f"Made with fabula {made_with}.", class_="made"))


@cache
def _style() -> str:
    return files(__package__).joinpath("sheet.css").read_text("utf-8")
