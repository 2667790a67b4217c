"""A canvas -> SVG: one text, complete in itself, that follows the reader's choice of light or dark."""

from base64 import b64encode
from collections.abc import Sequence
from itertools import pairwise

from fabula.files.drawing.canvas import INKS, Block, Canvas, Line, Mark, Still, Words
from fabula.files.report.markup import Html, el

FAMILY = "Aileron, Helvetica, Arial, sans-serif"
SCOPE = "drawn"
"""The class of our drawings, so that the colours of one on a page touch nothing else."""


STYLE = f"""
:root {{ color-scheme: light dark }}
body {{ margin: 2rem auto; max-width: 80rem; padding: 0 1rem; background: {INKS["paper"][0]} }}
figure {{ margin: 0 0 3rem }}
figure svg {{ display: block; width: 100%; height: auto }}
@media (prefers-color-scheme: dark) {{ body {{ background: {INKS["paper"][1]} }} }}
"""


def canvas_page(title: str, canvases: Sequence[Canvas]) -> Html:
    """Drawings one below another as an HTML page that needs no network."""
    head = el("head", Html('<meta charset="utf-8">'), el("title", title), el("style", Html(STYLE)))
    body = el("body", *(el("figure", canvas_svg(canvas)) for canvas in canvases))
    return Html(f"<!doctype html>\n{el('html', head, body, lang='en')}\n")


def canvas_svg(canvas: Canvas) -> Html:
    """The drawing as an SVG document; letters stay letters, so that they can be searched."""
    return el(
        "svg",
        el("title", canvas.title),
        el("desc", canvas.description),
        el("style", Html(_style())),
        el("rect", width="100%", height="100%", class_="paper"),
        *(_mark(mark) for mark in canvas.marks),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_short(canvas.width)} {_short(canvas.height)}",
        width=_short(canvas.width),
        height=_short(canvas.height),
        role="img",
        class_=SCOPE,
    )


def _style() -> str:
    light, dark = ("".join(_rules(name, colours[way]) for name, colours in INKS.items()) for way in (0, 1))
    shape = f".{SCOPE} path{{fill:none;stroke-linejoin:round}}.{SCOPE} text{{font-family:{FAMILY}}}"
    return f"{shape}{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _rules(name: str, colour: str) -> str:
    return f".{SCOPE} .{name}{{fill:{colour}}}.{SCOPE} path.{name}{{fill:none;stroke:{colour}}}"


def _mark(mark: Mark) -> Html:
    match mark:
        case Line():
            return el("path", d=path(mark), stroke_width=_short(mark.width), class_=mark.ink, opacity=_opacity(mark))
        case Block():
            note = el("title", mark.note) if mark.note else None
            return el("rect", note, class_=mark.ink, opacity=_opacity(mark), **_at(mark.place))
        case Words():
            return _words(mark)
        case Still():
            source = f"data:image/jpeg;base64,{b64encode(mark.jpeg).decode('ascii')}"
            picture = {"href": Html(source), "preserveAspectRatio": "xMidYMid slice"}
            return el("image", el("title", mark.note), **picture, **_at(mark.place))


def path(line: Line) -> str:
    """A line as path data, each point relative to the one before: a third shorter than absolute ones."""
    tenths = [(round(10 * x), round(10 * y)) for x, y in line.points]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(tenths)]
    return f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}l" + " ".join(f"{_tenth(x)} {_tenth(y)}" for x, y in steps)


def _words(words: Words) -> Html:
    x, y = words.at
    return el(
        "text",
        words.text,
        x=_short(x),
        y=_short(y + words.size * 0.35),  # from the middle of the letters to their foot
        font_size=words.size,
        font_weight=600 if words.bold else None,
        textLength=_short(words.width),  # as planned, whatever font the viewer has
        lengthAdjust="spacingAndGlyphs",
        text_anchor=words.anchor if words.anchor != "start" else None,
        class_=words.ink,
    )


def _opacity(mark: Line | Block) -> str | None:
    return f"{1 - mark.fade:.2f}" if mark.fade else None


def _at(place: tuple[float, float, float, float]) -> dict[str, str]:
    return {name: _short(value) for name, value in zip(("x", "y", "width", "height"), place, strict=True)}


def _tenth(tenths: int) -> str:
    return f"{tenths / 10:.10g}"


def _short(value: float) -> str:
    return f"{round(value, 1):.10g}"
