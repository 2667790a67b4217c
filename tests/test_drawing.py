"""Drawings: labels that can be read, whatever the boxes are."""

import io
import itertools
import re

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from fabula.files.drawing import Drawing, draw_heat, plan_sheet, render_page, render_png, render_svg
from fabula.files.drawing.layout import COLOURS, find_room, fitted, ink_on, phrase_spans, text_width
from fabula.records import Caption, Region

CAPTION = Caption("A man in a red shirt stands near the window .", -1.0)


def random_regions(seed: int, count: int, width: int, height: int) -> list[Region]:
    rng = np.random.default_rng(seed)
    regions = []
    for k in range(count):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        box = (x, y, int(rng.integers(1, width - x + 1)), int(rng.integers(1, height - y + 1)))
        regions.append(Region(box, " ".join(["word"] * int(rng.integers(1, 9))) + str(k), 0.5))
    return regions


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [(640, 427), (100, 150), (900, 60), (2000, 1500)])
def test_labels_neither_overlap_nor_leave_the_picture(seed: int, size: tuple[int, int]) -> None:
    regions = random_regions(seed, 9, *size)
    sheet = plan_sheet(*size, [CAPTION], regions)
    width, height = sheet.picture
    labels = [t.place for t in sheet.texts if t.ground and t.place[1] + t.place[3] <= height]
    for x, y, wide, high in labels:
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
    for a, b in itertools.combinations(labels, 2):
        apart = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
        assert apart, (a, b)
    drawn = [t.text for t in sheet.texts if t.ground]
    assert len(drawn) == len(regions), "a label without room on the picture stands under it"
    assert all(t.place[0] + t.place[2] <= width + 1 for t in sheet.texts)
    assert all(t.place[1] + t.place[3] <= sheet.height for t in sheet.texts)


def test_small_pictures_are_enlarged_and_large_ones_are_not() -> None:
    assert plan_sheet(224, 112, [CAPTION], []).picture == (640, 320)
    assert plan_sheet(1280, 720, [CAPTION], []).picture == (1280, 720)


def test_equal_boxes_are_drawn_inside_one_another() -> None:
    regions = [Region((100, 100, 300, 200), text, 1.0) for text in ("one", "two", "three")]
    first, second, third = (frame.place for frame in plan_sheet(640, 427, [], regions).frames)
    assert first[0] < second[0] < third[0]
    assert first[0] + first[2] > second[0] + second[2] > third[0] + third[2]


def test_phrases_are_found_in_the_caption_once_each() -> None:
    words = ["A", "dog", "and", "a", "dog", "near", "the", "sea", "."]
    assert phrase_spans(words, ["a dog", "a dog", "the sea", "a cat", ""]) == [(0, 2), (3, 5), (6, 8), None, None]


def test_caption_words_stand_on_the_colour_of_their_box() -> None:
    regions = [Region((0, 0, 50, 50), "the window", 1.0), Region((60, 0, 50, 50), "a man", 1.0)]
    sheet = plan_sheet(640, 427, [CAPTION], regions)
    grounds = {t.text: t.ground for t in sheet.texts if t.place[1] >= 427}
    assert grounds["window"] == grounds["the"] == COLOURS[0]
    assert grounds["man"] == COLOURS[1]
    assert grounds["stands"] is None
    assert [frame.dashed for frame in sheet.frames] == [False, False]
    assert plan_sheet(640, 427, [CAPTION], [Region((0, 0, 9, 9), "a cat", 1.0)]).frames[0].dashed


def test_letters_contrast_with_their_ground() -> None:
    assert ink_on("#0072b2") == "#ffffff"
    assert ink_on("#f0e442") == "#000000"


def test_no_room_is_said() -> None:
    assert find_room((0, 0, 10, 10), (200, 20), (100, 100), []) is None
    assert find_room((0, 0, 10, 10), (90, 90), (100, 100), [(0, 0, 100, 100)]) is None
    place = find_room((0, 0, 10, 10), (50, 20), (100, 100), [(0, 0, 100, 60)])
    assert place is not None
    assert place[1] >= 60


def test_long_texts_are_cut() -> None:
    cut = fitted("a very long label that has no room", 16, 100)
    assert text_width(cut, 16) <= 100
    assert cut.endswith("…")
    assert fitted("short", 16, 100) == "short"


@pytest.fixture
def drawing() -> Drawing:
    pixels = np.full((60, 90, 3), 128, np.uint8)
    regions = (Region((9, 6, 30, 30), "a man", 0.5), Region((40, 20, 40, 30), "<b>a cat & dog</b>", 0.4))
    heat = np.zeros((9, 9), np.float32)
    heat[1, 7] = 1
    return Drawing("one & <two>", pixels, (CAPTION, Caption("Another one .", -2.0)), regions, (("a man", heat),))


def test_png_has_the_boxes_in_their_colours(drawing: Drawing) -> None:
    page = np.asarray(Image.open(io.BytesIO(render_png(drawing))).convert("RGB"))
    assert page.shape[1] == 640
    scale = 640 / 90
    colours = [tuple(int(hue[k : k + 2], 16) for k in (1, 3, 5)) for hue in COLOURS]
    edge = page[round(20 * scale), round(9 * scale) : round(9 * scale) + 6]
    assert colours[0] in map(tuple, edge.tolist())
    inside = page[round(12 * scale), round(20 * scale)]
    assert tuple(inside.tolist()) == (128, 128, 128)


def test_heat_is_hottest_where_it_was_planted(drawing: Drawing) -> None:
    page = np.asarray(draw_heat(drawing.pixels, drawing.maps, 640), int)
    saturation = page.max(2) - page.min(2)
    saturation[: page.shape[0] // 9] = 0  # the label
    row, column = np.unravel_index(saturation.argmax(), saturation.shape)
    assert column > 0.6 * page.shape[1]
    assert row < 0.4 * page.shape[0]
    flat = draw_heat(drawing.pixels, [("a", np.ones((9, 9), np.float32))] * 5, 640)
    assert flat.width == 640


def test_svg_is_well_formed_and_escaped(drawing: Drawing) -> None:
    root = etree.fromstring(render_svg(drawing).encode())
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<b>a cat & dog</b>" in texts
    assert len(root.findall(".//{http://www.w3.org/2000/svg}image")) == 2


def test_page_needs_no_network(drawing: Drawing) -> None:
    page = render_page("Two & more", [drawing, drawing])
    assert page.startswith("<!doctype html>")
    assert page.count("<figure>") == 2
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "Two &amp; more" in page
