"""Where everything stands on a drawing, in pixels, before anything is drawn."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from PIL import ImageFont

from fabula.records import Caption, Region

LEAST_WIDTH = 640  # smaller pictures are enlarged, so that labels can be read
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
"""Okabe and Ito's palette for all kinds of colour vision, the strongest first."""
LINE = 1.3  # height of a line, in font sizes
GAP = 3  # pixels between labels

Rectangle = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass(frozen=True)
class Frame:
    """A box around a thing; dashed for one that the caption does not name."""

    place: Rectangle
    colour: str
    dashed: bool


@dataclass(frozen=True)
class Text:
    """A line of text, ``pad`` pixels from the left of its place; with a ground of that colour if it has one."""

    place: Rectangle
    text: str
    size: int
    colour: str
    ground: str | None = None
    pad: float = 0.0


@dataclass
class Sheet:
    """A drawing: the picture scaled to ``picture`` (width, height) at the top left, and what is drawn on and below."""

    picture: tuple[int, int]
    size: int
    height: float
    frames: list[Frame] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font: no file to find on any machine."""
    return ImageFont.load_default(size)


def label(text: str, size: int, corner: tuple[float, float], ground: str) -> Text:
    """A line on a ground, with some room on both sides."""
    pad = size * 0.3
    return Text((*corner, text_width(text, size) + 2 * pad, size * LINE), text, size, ink_on(ground), ground, pad)


def text_width(text: str, size: int) -> float:
    """The width of a line in pixels."""
    return float(font(size).getlength(text))


def ink_on(ground: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance of WCAG 2)."""
    channels = (int(ground[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#000000" if luminance > 0.179 else "#ffffff"


def plan_sheet(width: int, height: int, captions: Sequence[Caption], regions: Sequence[Region]) -> Sheet:
    """Lay out a described picture.

    Each region gets a colour; labels stand near their boxes, and neither cover each other nor leave the picture: one
    that finds no room stands below it. Under the picture come the captions; in the first, each phrase that has a box
    stands on its colour.

    Args:
        width: of the picture, in pixels.
        height: of the picture.
        captions: the best one first.
        regions: with boxes in pixels of the picture.
    """
    scale = max(LEAST_WIDTH / width, 1.0)
    shown = round(width * scale), max(round(height * scale), 1)
    size = max(16, round(shown[0] / 45))
    sheet = Sheet(shown, size, shown[1])
    words = captions[0].text.split() if captions else []
    spans = phrase_spans(words, [region.text for region in regions])
    homeless = _draw_regions(sheet, regions, [span is not None for span in spans], scale)
    _write_captions(sheet, words, spans, [caption.text for caption in captions[1:]])
    for text, colour in homeless:
        sheet.height += _chip(sheet, text, colour, size * 0.75, sheet.height)
    if sheet.height > shown[1]:
        sheet.height += size * 0.75
    return sheet


def colour_of(k: int) -> str:
    """The colour of the kth region."""
    return COLOURS[k % len(COLOURS)]


def phrase_spans(words: Sequence[str], phrases: Sequence[str]) -> list[tuple[int, int] | None]:
    """Where each phrase stands in the caption (first word, end), each occurrence once; None for one that does not."""
    plain = [_plain(word) for word in words]
    taken: set[int] = set()
    found: list[tuple[int, int] | None] = []
    for phrase in phrases:
        sought = [_plain(word) for word in phrase.split()]
        starts = (k for k in range(len(words) - len(sought) + 1) if plain[k : k + len(sought)] == sought)
        start = next((k for k in starts if sought and taken.isdisjoint(range(k, k + len(sought)))), None)
        found.append(None if start is None else (start, start + len(sought)))
        taken.update(range(*found[-1]) if found[-1] else ())
    return found


def _plain(word: str) -> str:
    return word.strip(' .,;:!?"').lower()


def _draw_regions(
    sheet: Sheet, regions: Sequence[Region], named: Sequence[bool], scale: float
) -> list[tuple[str, str]]:
    """Boxes and labels; what finds no room on the picture is handed back with its colour."""
    stroke = line_width(sheet)
    for k, region in enumerate(regions):
        x, y, width, height = (value * scale for value in region.box)
        nested = sum(_same((x, y, width, height), (r.box, scale)) for r in regions[:k]) * stroke * 1.5
        inset = min(nested, width / 4, height / 4)
        place = x + inset, y + inset, width - 2 * inset, height - 2 * inset
        sheet.frames.append(Frame(place, colour_of(k), dashed=not named[k]))
    taken: list[Rectangle] = []
    homeless = []
    for k, (region, frame) in enumerate(zip(regions, sheet.frames, strict=True)):
        if not region.text:
            continue
        tag = label(fitted(region.text, sheet.size, sheet.picture[0] - sheet.size), sheet.size, (0, 0), frame.colour)
        room = find_room(frame.place, tag.place[2:], sheet.picture, taken)
        if room is None:
            homeless.append((region.text, colour_of(k)))
            continue
        taken.append(room)
        sheet.texts.append(replace(tag, place=room))
    return homeless


def line_width(sheet: Sheet) -> int:
    """The width of the boxes' lines."""
    return max(3, sheet.picture[0] // 210)


def _same(place: Rectangle, other: tuple[tuple[int, int, int, int], float]) -> bool:
    return all(abs(a - b * other[1]) < 6 for a, b in zip(place, other[0], strict=True))


def find_room(
    box: Rectangle, extent: tuple[float, float], picture: tuple[int, int], taken: Sequence[Rectangle]
) -> Rectangle | None:
    """A place for a label near its box, inside the picture and clear of other labels; None if there is no room."""
    if extent[0] > picture[0] or extent[1] > picture[1]:
        return None
    most = picture[0] - extent[0], picture[1] - extent[1]
    for x, y in _wishes(box, extent, most):
        place = (min(max(x, 0.0), most[0]), min(max(y, 0.0), most[1]), *extent)
        if not any(_touch(place, other) for other in taken):
            return place
    return None


def _wishes(box: Rectangle, extent: tuple[float, float], most: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Places to try: on the box's upper edge, in its corners, under it; then anywhere, the nearest first."""
    x, y, width, height = box
    right, bottom = x + width - extent[0], y + height - extent[1]
    yield x, y - extent[1]
    yield from ((x, y), (right, y - extent[1]), (right, y), (x, bottom), (x, bottom + extent[1]), (right, bottom))
    columns = [most[0] * k / 24 for k in range(25)]
    rows = [most[1] * k / 24 for k in range(25)]
    middle = x + width / 2 - extent[0] / 2
    yield from sorted(itertools.product(columns, rows), key=lambda p: (p[0] - middle) ** 2 + (p[1] - y) ** 2)


def _touch(a: Rectangle, b: Rectangle) -> bool:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return across > -GAP and down > -GAP


def fitted(text: str, size: int, width: float) -> str:
    """A text cut at its end so that it is no wider than that."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _write_captions(
    sheet: Sheet, words: Sequence[str], spans: Sequence[tuple[int, int] | None], others: Sequence[str]
) -> None:
    """The best caption with its phrases on their colours, then the others, smaller."""
    margin, large = sheet.size * 0.75, round(sheet.size * 1.25)
    if words:
        sheet.height += margin
        grounds = {k: colour_of(n) for n, span in enumerate(spans) if span for k in range(*span)}
        sheet.height = _flow(sheet, words, grounds, large, margin)
    for text in others:
        for line in _wrapped(text, round(sheet.size * 0.95), sheet.picture[0] - 2 * margin):
            small = round(sheet.size * 0.95)
            place = margin, sheet.height, text_width(line, small), small * LINE
            sheet.texts.append(Text(place, line, small, "#666666"))
            sheet.height += small * LINE


def _flow(sheet: Sheet, words: Sequence[str], grounds: dict[int, str], size: int, margin: float) -> float:
    """Words line by line; those of a phrase join into one coloured stretch. Returns where the text ends."""
    space, right = 1.2 * text_width(" ", size), sheet.picture[0] - margin
    pad = space / 3
    x, y = margin, sheet.height
    for k, word in enumerate(words):
        wide = text_width(word, size)
        if not any(letter.isalnum() for letter in word):
            x -= space if x > margin else 0.0
        elif x + wide > right and x > margin:
            x, y = margin, y + size * LINE * 1.1
        ground = grounds.get(k)
        ink = ink_on(ground) if ground else "#111111"
        after = space + pad if ground and grounds.get(k + 1) == ground else pad  # no gap within a phrase
        sheet.texts.append(Text((x - pad, y, pad + wide + after, size * LINE), word, size, ink, ground, pad))
        x += wide + space
    return y + size * LINE * 1.25


def _wrapped(text: str, size: int, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _chip(sheet: Sheet, text: str, colour: str, x: float, y: float) -> float:
    """A label that found no room on the picture, under it. Returns the height that it takes."""
    tag = label(fitted(text, sheet.size, sheet.picture[0] - 3 * x), sheet.size, (x, y + GAP), colour)
    sheet.texts.append(tag)
    return tag.place[3] + 2 * GAP
