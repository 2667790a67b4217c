"""The storyline: what the film is about, and how its shots respond to its strongest tags over time."""

from collections.abc import Iterator, Sequence

from fabula.files.drawing.axes import Scale, round_bounds
from fabula.files.drawing.responses import peaks, response_line, thinned
from fabula.files.report.data import ReportData
from fabula.files.report.hours import hours
from fabula.files.report.markup import Html, clock, el, percent
from fabula.records import SURPRISE, Curve, Tag

MOST = 6
"""Curves of tags; that of surprise comes after them."""
CHIPS = 16
MARKED = 4
"""Peaks of a curve that are links to their shots."""
APART = 24
"""Two of them lie at least this part of the film from each other."""
LANE, HEIGHT = 1000.0, 100.0
"""Width and height of a curve's drawing in its own units."""


def render_storyline(data: ReportData) -> Html | None:
    """The section, or None if nobody tagged the film."""
    curves = _shown(data.curves)
    if not data.tags and not curves:
        return None
    return el(
        "section",
        el("h2", "Storyline"),
        el("p", _lead(data.tags, curves), class_="lead"),
        el("ul", *_chips(data.tags), class_="film-tags") if data.tags else None,
        el("div", *_panels(data, curves), class_="responses") if curves else None,
        id="storyline",
    )


def _shown(curves: Sequence[Curve]) -> list[Curve]:
    """One curve of each tag, the first six, and then that of surprise."""
    first = list({curve.name: curve for curve in reversed(curves)}.values())[::-1]
    tags = [curve for curve in first if curve.kind != SURPRISE]
    return [*tags[:MOST], *(curve for curve in first if curve.kind == SURPRISE)]


def _lead(tags: Sequence[Tag], curves: Sequence[Curve]) -> str:
    said = "What the film is about, each with its probability. " if tags else ""
    if not curves:
        return said.rstrip()
    surprise = " Surprise: how unexpected a shot is after those before it, in nats."
    drawn = (
        "Below, the response of each shot by itself (thin) and with what came before (thick); a dot leads to a peak."
    )
    return f"{said}{drawn}{surprise if curves[-1].kind == SURPRISE else ''}"


def _chips(tags: Sequence[Tag]) -> Iterator[Html]:
    for tag in tags[:CHIPS]:
        why = ", ".join(f"{source} {share:.2f}" for source, share in tag.why)
        yield el(
            "li", tag.name, " ", el("span", f"{tag.score:.2f}", class_="number"), class_=tag.kind, title=why or None
        )


def _panels(data: ReportData, curves: Sequence[Curve]) -> Iterator[Html]:
    for place, curve in enumerate(curves, 1):
        top = max(peaks(curve, data.shots, 1), default=None, key=lambda peak: peak.value)
        where = f"highest at {clock(top.time)}: {top.value:.2f}" if top else "even throughout"
        drawing = _drawing(data, curve, last=place == len(curves))
        yield el("figure", el("figcaption", el("b", curve.name), " ", el("span", where, class_="note")), drawing)


def _drawing(data: ReportData, curve: Curve, *, last: bool) -> Html:
    """A curve over the whole width of the page, like every strip of the film; below the last one are the times."""
    raw, smooth = (response_line(curve, data.shots, smooth=way) for way in (False, True))
    bounds = round_bounds([value for _, value in (*raw, *smooth)], from_zero=curve.kind != SURPRISE)
    across, up = Scale(0.0, data.duration, 0.0, LANE), Scale(*bounds, HEIGHT, 0.0)
    lines = [
        el("path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in thinned(placed, 2.0)), class_=name)
        for name, line in (("raw", raw), ("smooth", smooth))
        if (placed := [(across.at(time), up.at(value)) for time, value in line])
    ]
    view = f"0 0 {LANE:.0f} {HEIGHT:.0f}"
    dots = [
        el(
            "a",
            el("title", f"shot {peak.shot + 1}, {clock(peak.time)}: {peak.value:.2f}"),
            el("circle", cx=percent(peak.time / data.duration), cy=percent(up.at(peak.value) / HEIGHT), r=4),
            href=f"#s{peak.shot}",
            aria_label=f"{curve.name}: shot {peak.shot + 1}, {clock(peak.time)}",
        )
        for peak in sorted(peaks(curve, data.shots, MARKED, data.duration / APART), key=lambda peak: peak.time)
    ]
    return el(
        "svg",
        el("title", f"{curve.name} over time"),
        el("g", *hours(data.duration), class_="hours", aria_hidden="true"),
        el("svg", *lines, viewBox=view, preserveAspectRatio="none"),
        *dots,
        class_="timeline final" if last else "timeline",
        role="group",
        aria_label=f"{curve.name} over time",
    )
