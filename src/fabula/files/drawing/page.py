"""Drawings as files: PNG, SVG with letters that can be searched, and a page that needs no network."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from fabula.files.drawing.heat import MARGIN, draw_heat
from fabula.files.drawing.layout import Frame, Sheet, Text, line_width, plan_sheet, text_width
from fabula.files.drawing.raster import DASH, PAPER, paint
from fabula.files.report.markup import Html, el, join
from fabula.records import Caption, Region

JPEG_QUALITY = 90
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #111;
  background: #f4f4f2 }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)) }
main.large { grid-template-columns: 1fr; justify-items: center }
figure { margin: 0; background: #fff; border-radius: 6px; overflow: hidden; box-shadow: 0 1px 4px #0003 }
figure svg, figure img { display: block; width: 100%; height: auto }
figcaption { color: #666; font-size: .85rem; padding: .25rem .75rem .5rem; overflow-wrap: anywhere }
"""


@dataclass(frozen=True)
class Drawing:
    """What is drawn of one picture: its pixels (height, width, 3) uint8, its description, and maps of its phrases."""

    title: str
    pixels: np.ndarray
    captions: tuple[Caption, ...]
    regions: tuple[Region, ...] = ()
    maps: tuple[tuple[str, np.ndarray], ...] = ()

    @property
    def sheet(self) -> Sheet:
        """Where everything stands."""
        height, width = self.pixels.shape[:2]
        return plan_sheet(width, height, self.captions, self.regions)


def render_png(drawing: Drawing) -> bytes:
    """The drawing as a PNG file; heat maps stand under it."""
    sheet = drawing.sheet
    page = paint(drawing.pixels, sheet)
    if drawing.maps:
        below = draw_heat(drawing.pixels, drawing.maps, sheet.picture[0])
        whole = Image.new("RGB", (page.width, page.height + below.height), PAPER)
        whole.paste(page)
        whole.paste(below, (0, page.height))
        page = whole
    file = BytesIO()
    page.save(file, "PNG", optimize=True)
    return file.getvalue()


def render_svg(drawing: Drawing) -> Html:
    """The drawing as an SVG document: the picture inside it, boxes and letters as such; heat maps stand under it."""
    sheet = drawing.sheet
    width, height = sheet.picture[0], sheet.height
    below = []
    if drawing.maps:
        heat = draw_heat(drawing.pixels, drawing.maps, 2 * width)  # twice as fine, for it cannot be redrawn
        below = [_picture(heat, (0, height, width, heat.height / 2))]
        height += heat.height / 2 + MARGIN
    return el(
        "svg",
        el("title", drawing.title),
        el("rect", width=f"{width}", height=f"{height:.1f}", fill=PAPER),
        _picture(Image.fromarray(drawing.pixels), (0, 0, *sheet.picture)),
        *(_frame(frame, line_width(sheet)) for frame in sheet.frames),
        *(_text(text) for text in sheet.texts),
        *below,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height:.1f}",
        width=f"{width}",
        height=f"{height:.1f}",
        font_family="Aileron, Helvetica, Arial, sans-serif",
    )


def render_page(title: str, drawings: Sequence[Drawing]) -> str:
    """Drawings one after another as a page: complete in itself."""
    figures = (el("figure", render_svg(drawing), el("figcaption", drawing.title)) for drawing in drawings)
    large = any(drawing.regions or drawing.maps for drawing in drawings) or len(drawings) == 1
    head = el("head", Html('<meta charset="utf-8">'), el("title", title), el("style", Html(STYLE)))
    body = el("body", el("h1", title), el("main", *figures, class_="large" if large else None))
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _picture(image: Image.Image, place: tuple[float, float, float, float]) -> Html:
    file = BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=JPEG_QUALITY)
    source = f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode()}"
    return el("image", href=source, preserveAspectRatio="none", **_at(place))


def _at(place: tuple[float, float, float, float]) -> dict[str, str]:
    return {name: f"{value:.1f}" for name, value in zip(("x", "y", "width", "height"), place, strict=True)}


def _frame(frame: Frame, width: int) -> Html:
    """The outline inside its box, on a white one."""
    x, y, w, h = frame.place
    inner = x + width / 2, y + width / 2, max(w - width, 1), max(h - width, 1)
    dashes = f"{DASH * width} {DASH * width}" if frame.dashed else None
    return join(
        (
            el("rect", fill="none", stroke="#ffffff", stroke_width=width + 2, **_at(inner)),
            el("rect", fill="none", stroke=frame.colour, stroke_width=width, stroke_dasharray=dashes, **_at(inner)),
        )
    )


def _text(text: Text) -> Html:
    """Letters, spread to the width that was planned, whatever font the viewer has."""
    x, y, _, height = text.place
    letters = el(
        "text",
        text.text,
        x=f"{x + text.pad:.1f}",
        y=f"{y + height / 2 + text.size * 0.35:.1f}",
        fill=text.colour,
        font_size=text.size,
        textLength=f"{text_width(text.text, text.size):.1f}",
        lengthAdjust="spacingAndGlyphs",
    )
    if text.ground is None:
        return letters
    return join((el("rect", fill=text.ground, **_at(text.place)), letters))
