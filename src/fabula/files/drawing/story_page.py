"""Stories beside their pictures: a page that needs no network."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.files.pictures import as_jpeg
from fabula.files.report.markup import Html, el

LONGEST_SIDE = 480  # pixels of a picture on the page
STYLE = """
body { font: 16px/1.5 Georgia, serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem; color: #111;
  background: #f4f4f2 }
article { display: grid; grid-template-columns: minmax(12rem, 20rem) 1fr; gap: 1.5rem; background: #fff; padding: 1rem;
  border-radius: 6px; box-shadow: 0 1px 4px #0003; margin-bottom: 1.5rem }
img { width: 100%; height: auto; border-radius: 4px }
.seen { color: #666; font: .85rem/1.4 system-ui, sans-serif }
dl { columns: 22rem 2; column-gap: 1.5rem; margin: 0 }
dl div { break-inside: avoid; margin-bottom: .75rem }
dt { font: 600 .8rem/1.6 system-ui, sans-serif; text-transform: uppercase; letter-spacing: .05em; color: #7a4b2a }
dd { margin: 0 }
@media (max-width: 48rem) { article { grid-template-columns: 1fr } }
"""


@dataclass(frozen=True)
class Told:
    """A picture (height, width, 3) uint8 with its title, what is seen in it, and its story in each style."""

    title: str
    pixels: np.ndarray
    seen: str
    stories: Mapping[str, str]


def render_stories(title: str, told: Sequence[Told]) -> Html:
    """Each picture with its stories beside it."""
    head = el("head", el("meta", charset="utf-8"), el("title", title), el("style", Html(STYLE)))
    body = el("body", el("h1", title), *(_article(one) for one in told))
    return Html("<!doctype html>\n" + el("html", head, body, lang="en") + "\n")


def _article(one: Told) -> Html:
    source = f"data:image/jpeg;base64,{b64encode(as_jpeg(one.pixels, LONGEST_SIDE)).decode()}"
    picture = el("div", el("img", src=source, alt=one.title), el("p", one.seen, class_="seen"))
    stories = (el("div", el("dt", style), el("dd", text)) for style, text in one.stories.items())
    return el("article", picture, el("dl", *stories))
