"""The characters: how much each speaks, and when."""

from collections.abc import Sequence
from itertools import groupby

from fabula.files.report.data import ReportData
from fabula.files.report.markup import Html, clock, count, el, percent, share
from fabula.files.report.speech import COLOURS, Speech, hue

LANE = 1000
"""Width of a lane in its own units: the whole film."""
THIN = 1.5
"""The least width of a turn in a lane, in the same units."""


def render_people(data: ReportData) -> Html | None:
    """The table of characters, or None if no speaker is known."""
    if not data.speeches:
        return None
    ranked = sorted(data.speeches, key=lambda speech: (min(data.ranks[speech.name], COLOURS), speech.start))
    groups = [list(found) for _, found in groupby(ranked, key=lambda speech: min(data.ranks[speech.name], COLOURS))]
    total = sum(speech.amount for speech in ranked)
    most = max(sum(speech.amount for speech in group) for group in groups)
    rows = [_row(data, group, total, most) for group in groups]
    heads = ["Character", "Share of speech", "Time" if data.cues else "Words", "Share", "Lines", "When"]
    head = el("tr", *(el("th", name, scope="col") for name in heads))
    table = el("table", el("thead", head), el("tbody", *rows))
    return el("section", el("h2", "Characters"), el("p", _lead(data), class_="lead"), table, id="characters")


def _lead(data: ReportData) -> str:
    if data.cues:
        return "Time on screen of the subtitles that each character speaks, and when in the film."
    return "Words of dialogue in the screenplay, and where in it they are spoken."


def _row(data: ReportData, group: Sequence[Speech], total: float, most: float) -> Html:
    names = {speech.name for speech in group}
    place = data.ranks[group[0].name]
    amount = sum(speech.amount for speech in group)
    cells = [
        el("td", el("i", style=f"--width:{percent(amount / most)}"), class_="bar"),
        el("td", clock(amount) if data.cues else f"{amount:,.0f}", class_="number"),
        el("td", share(amount, total), class_="number"),
        el("td", f"{len(group):,}", class_="number"),
        el("td", _lane(data, group), class_="lane"),
    ]
    if place < COLOURS:
        link = el("a", group[0].name, href="#reading", data_who=place)
        return el("tr", el("th", link, scope="row", class_="who"), *cells, style=hue(place))
    return el("tr", el("th", count(len(names), "other"), scope="row", class_="who plain"), *cells, class_="others")


def _lane(data: ReportData, group: Sequence[Speech]) -> Html:
    whole = data.duration if data.cues else float(max(1, len(data.lines)))
    turns = [(LANE * speech.start / whole, LANE * (speech.end - speech.start) / whole) for speech in group]
    path = "".join(f"M{start:.1f} 0h{max(THIN, width):.1f}v10H{start:.1f}z" for start, width in turns)
    drawing = el("path", d=path)
    return el("svg", drawing, viewBox=f"0 0 {LANE} 10", preserveAspectRatio="none", role="img", aria_label="When")
