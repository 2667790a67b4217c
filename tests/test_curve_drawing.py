"""Drawings of curves and of parts: what stands where, that it is true, and that it stays small."""

import io
import random
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from curve_example import PEAK, bump, figure, jpeg, shots
from fabula.files.drawing.axes import Scale, round_bounds, short_clock, times
from fabula.files.drawing.canvas import INKS, SERIES, Block, Canvas, Line, Still, Words
from fabula.files.drawing.canvas_png import SCALE, canvas_png
from fabula.files.drawing.canvas_svg import canvas_page, canvas_svg, path
from fabula.files.drawing.curves import LEFT, RIGHT, CurveFigure, plan_curves, spread
from fabula.files.drawing.matrix import plan_parts
from fabula.files.drawing.responses import peaks, response_line, thinned
from fabula.files.pictures import decode_picture
from fabula.records import Curve, Part
from test_report_parts import contrast

SVG = "{http://www.w3.org/2000/svg}"


def words(canvas: Canvas) -> list[str]:
    return [mark.text for mark in canvas.marks if isinstance(mark, Words)]


def curve(*values: float) -> Curve:
    return Curve("a", "genre", "m", tuple(range(len(values))), values, values)


def test_the_legend_leaves_the_title_its_room() -> None:
    """With few short names it stands beside the title, else below it, in as many lines as it needs."""

    def keys(title: str, *models: str) -> tuple[float, set[float]]:
        curves = [bump(f"tag {k}", PEAK, model=model) for k, model in enumerate(models)]
        canvas = plan_curves(replace(figure(*curves), title=title))
        places = [mark for mark in canvas.marks if isinstance(mark, Words) and mark.text in models]
        assert len(places) == len(models)
        assert all(mark.at[0] > LEFT and mark.at[0] + mark.width <= RIGHT for mark in places)
        plots = [mark.at[1] for mark in canvas.marks if isinstance(mark, Words) and mark.text == "tag 0"]
        return plots[0], {mark.at[1] for mark in places}

    beside, rows = keys("Short", "a", "b")
    assert rows == {26.0}
    below, rows = keys("A title that leaves not much of the line to what stands there", *"abcd", "e" * 40)
    assert 26.0 not in rows and len(rows) == 1 and below > beside
    lower, rows = keys("Short", *(f"{letter * 40}" for letter in "abcdef"))
    assert len(rows) > 1 and lower > below


def test_peaks_are_the_local_maxima_above_the_mean() -> None:
    dice = random.Random(3)
    for _ in range(100):
        values = [dice.randrange(5) / 4 for _ in range(dice.randrange(1, 12))]
        mean = sum(values) / len(values)

        def higher(k: int, step: int, values: list[float] = values) -> bool:
            while 0 <= k + step < len(values):
                if values[k + step] != values[k]:
                    return values[k] > values[k + step]
                k += step
            return True

        brute = {
            k
            for k, value in enumerate(values)
            if value > mean and higher(k, 1) and higher(k, -1) and (k == 0 or values[k - 1] != value)
        }
        found = peaks(curve(*values), shots(len(values)), 99)
        assert {peak.shot for peak in found} == brute
        assert [peak.value for peak in found] == sorted((values[k] for k in brute), reverse=True)


def test_peaks_keep_apart_and_the_highest_stays() -> None:
    made = curve(0, 5, 0, 6, 0, 0, 0, 4, 0)
    assert [peak.shot for peak in peaks(made, shots(9, 1.0), 9, apart=3.0)] == [3, 7]
    assert [peak.shot for peak in peaks(made, shots(9, 1.0), 2)] == [3, 1]
    assert peaks(curve(1, 1, 1), shots(3), 3) == []


def test_thinned_lines_keep_the_extremes_of_each_column() -> None:
    dice = random.Random(5)
    points = sorted((dice.uniform(0, 20), dice.random()) for _ in range(400))
    few = thinned(points, 2.0)
    assert len(few) <= 2 * 10
    assert [x for x, _ in few] == sorted(x for x, _ in few)
    for column in range(10):
        inside = [y for x, y in points if 2 * column <= x < 2 * column + 2]
        kept = [y for x, y in few if 2 * column <= x < 2 * column + 2]
        assert (min(kept), max(kept)) == (min(inside), max(inside))
    assert thinned(points[:1], 2.0) == points[:1]


def test_scales_are_round_and_enclose() -> None:
    assert round_bounds([0.03, 0.21], from_zero=True) == pytest.approx((0, 0.3))
    assert round_bounds([2.1, 2.9], from_zero=False) == pytest.approx((2, 3))
    assert round_bounds([-0.2, 0.4], from_zero=True)[0] <= -0.2
    for values in ([0.0], [], [1e-9, 3e-9], [7, 7], [-3, 12345]):
        low, high = round_bounds(values, from_zero=True)
        assert low < high
        assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)
    assert Scale(0, 10, 100, 0).at(2.5) == 75
    assert times(120, 12) == list(range(0, 121, 10))
    assert len(times(100_000, 12)) <= 13
    assert [short_clock(seconds) for seconds in (0, 9.7, 75, 600, 3599, 3600)] == [
        *("0:00", "0:09", "1:15", "10:00", "59:59", "1:00:00"),
    ]


def test_pictures_spread_but_stay_near() -> None:
    dice = random.Random(2)
    for _ in range(50):
        wished = sorted(dice.uniform(0, 100) for _ in range(6))
        found = spread(wished, 15, 5, 95)
        assert all(b - a >= 15 - 1e-9 for a, b in pairwise(found))
        assert found[0] >= 5
        assert found[-1] <= 95
    assert spread([20, 60], 15, 5, 95) == [20, 60]


def test_the_picture_of_the_strongest_shot_stands_over_the_peak() -> None:
    curve = bump("war", PEAK - 1)  # smooth, it is highest a shot before the strongest one
    raw = tuple(1.0 if k == PEAK else 0.2 for k in curve.shots)
    made = figure(replace(curve, raw=raw))
    made = replace(made, thumbnails=(*made.thumbnails[:PEAK], replace(made.thumbnails[PEAK], jpeg=jpeg((0, 0, 255)))))
    canvas = plan_curves(made)
    stills = [mark for mark in canvas.marks if isinstance(mark, Still)]
    assert len(stills) == 1
    assert decode_picture(stills[0].jpeg)[0, 0].argmax() == 2
    assert stills[0].note.startswith(f"shot {PEAK}, 2:02")
    peak = LEFT + (RIGHT - LEFT) * made.shots[PEAK].start / made.duration
    assert abs(stills[0].place[0] + stills[0].place[2] / 2 - peak) < 12
    lines = [mark for mark in canvas.marks if isinstance(mark, Line) and mark.ink == SERIES[0]]
    assert [line.width for line in lines] == sorted(line.width for line in lines)
    top = min(lines[0].points, key=lambda point: point[1])
    assert abs(top[0] - peak) < 12
    assert "strongest at 1:58" in canvas.description


def test_models_are_overlaid_in_colours_of_their_own() -> None:
    canvas = plan_curves(figure(bump("war", 10), bump("war", 40, model="other"), bump("sea", 20)))
    inks = [mark.ink for mark in canvas.marks if isinstance(mark, Line) and mark.width > 2]
    assert sorted(inks) == ["s0", "s0", "s0", "s1", "s1"]  # three curves and two keys of the legend
    assert {"made", "other", "war", "sea"} <= set(words(canvas))
    assert words(canvas).count("war") == 1
    assert "other" not in words(plan_curves(figure()))


def test_scenes_have_names_where_there_is_room() -> None:
    made = figure()
    assert {"INT. MILL - DAY", "EXT. SEA - NIGHT"} <= set(words(plan_curves(made)))
    thin = tuple(replace(made.scenes[0], index=k, start=k * 0.3, end=k * 0.3 + 0.3) for k in range(400))
    crowded = plan_curves(replace(made, scenes=thin))
    assert not any("INT" in text for text in words(crowded))
    assert sum(mark.note == "INT. MILL - DAY" for mark in crowded.marks if isinstance(mark, Block)) == 400


@pytest.mark.parametrize("bare", [CurveFigure("", (), (), 1.0), replace(figure(), thumbnails=(), scenes=())])
def test_what_is_missing_is_left_out(bare: CurveFigure) -> None:
    canvas = plan_curves(bare)
    assert not any(isinstance(mark, Still) for mark in canvas.marks)
    assert etree.fromstring(canvas_svg(canvas)).tag == f"{SVG}svg"
    assert canvas_png(canvas)


def test_svg_is_whole_escaped_and_told_in_words() -> None:
    canvas = plan_curves(figure(bump("<war> & \x00peace", PEAK)))
    tree = etree.fromstring(canvas_svg(canvas))
    assert tree.findtext(f"{SVG}title").startswith("A <made> film: <war> & peace")
    assert "strongest at" in tree.findtext(f"{SVG}desc")
    assert "A <made> film" in [text.text for text in tree.iter(f"{SVG}text")]
    assert all(image.get("href").startswith("data:image/jpeg;base64,") for image in tree.iter(f"{SVG}image"))
    assert "prefers-color-scheme:dark" in tree.findtext(f"{SVG}style")
    page = canvas_page("A <made> film", [canvas])
    assert page.count("<svg ") == 1
    assert "<title>A &lt;made&gt; film</title>" in page


def test_paths_add_up_to_their_points() -> None:
    line = Line(((3.14, 2.72), (10.0, 0.0), (10.04, 7.77)), "ink")
    start, steps = path(line).removeprefix("M").split("l")
    walked = np.cumsum(np.array([float(n) for n in (start + " " + steps).split()]).reshape(-1, 2), axis=0)
    assert walked == pytest.approx(np.array(line.points), abs=0.051)


def test_png_has_what_the_svg_has() -> None:
    canvas = Canvas(40, 30, "", "")
    canvas.marks = [
        Block((0, 0, 20, 30), "s1"),
        Still((20, 0, 20, 30), jpeg((0, 0, 255)), ""),
        Line(((0, 15), (20, 15)), "s0", 4),
    ]
    pixels = np.asarray(Image.open(io.BytesIO(canvas_png(canvas))).convert("RGB"), int)
    assert pixels.shape == (30 * SCALE, 40 * SCALE, 3)
    for (row, column), colour in {(5, 5): (213, 94, 0), (30, 10): (0, 114, 178), (5, 60): (0, 0, 255)}.items():
        assert np.abs(pixels[row, column] - colour).max() < 6


def test_a_long_film_stays_small() -> None:
    dice = random.Random(0)
    curves = []
    for name in ("drama", "war", "romance", "comedy", "horror", "a storm"):
        for model in ("one", "two", "three"):
            raw = tuple(dice.random() for _ in range(2000))
            curves.append(Curve(name, "genre", model, tuple(range(2000)), raw, raw))
    assert len(canvas_svg(plan_curves(figure(*curves, count=2000)))) < 1_000_000


def test_colours_contrast_enough_in_light_and_dark() -> None:
    for way in (0, 1):
        grounds = [INKS[name][way] for name in ("paper", "band")]
        for name in ("ink", "soft"):
            assert min(contrast(INKS[name][way], ground) for ground in grounds) >= 4.5, name
        for name in (*SERIES, "edge"):
            assert min(contrast(INKS[name][way], ground) for ground in grounds) >= 3, name


def test_bars_of_parts_are_measured_by_column() -> None:
    made = (
        Part(0, 60, "INT. MILL", (("war", 0.2), ("sea", 0.9)), (("ANNA", 1.0),), 3),
        Part(60, 120, None, (("war", 0.1),), (("BEN", 0.75), ("ANNA", 0.25)), 4),
    )
    canvas = plan_parts("Film", made)
    bars = [(mark.ink, round(mark.place[2], 1)) for mark in canvas.marks if isinstance(mark, Block)]
    full = max(width for _, width in bars)
    assert bars == [("s0", full), ("s0", full / 2), ("s0", full), ("s1", full), ("s1", full / 4), ("s1", full)]
    names = [text for text in words(canvas) if text in ("war", "sea", "ANNA", "BEN")]
    assert names == ["war", "sea", "ANNA", "BEN"]  # Anna has four lines in all, Ben three
    assert {"0.20", "75%", "1:00", "INT. MILL"} <= set(words(canvas))
    assert canvas_png(plan_parts("Film", ()))


def test_lines_span_their_shots() -> None:
    line = response_line(curve(1, 2, 3), shots(3, 2.0), smooth=True)
    assert line == [(0, 1), (1, 1), (3, 2), (5, 3), (6, 3)]
    assert response_line(curve(1, 2), (), smooth=False) == []
    assert not re.search("nan|inf", canvas_svg(plan_curves(figure(curve(0.5)))).split("base64")[0])
