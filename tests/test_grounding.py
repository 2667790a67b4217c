"""Measuring grounding with models whose answers are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import fabula.app.evaluate_vision
from fabula.app.cli import app
from fabula.errors import InputError
from fabula.evaluate.grounding import (
    KINDS,
    MosaicResult,
    cell_share,
    covered,
    inside,
    make_mosaics,
    measure_mosaics,
    point_at_boxes,
    summarise,
)
from fabula.files.boxes import read_boxes
from fabula.files.captions import CaptionedPicture
from picture_fakes import THINGS, ColourVision, picture

NAMES = list(THINGS)[:5]


@pytest.fixture
def pictures(tmp_path: Path) -> list[CaptionedPicture]:
    """Five pictures, each of one thing."""
    found = []
    for name in NAMES:
        Image.fromarray(picture({}, name, (40, 30))).save(tmp_path / f"{name}.png")
        found.append(CaptionedPicture(tmp_path / f"{name}.png", (f"the {name} is nice .", f"a nice {name}"), "test"))
    return found


def test_each_picture_stands_once_in_each_quarter(pictures: list[CaptionedPicture]) -> None:
    mosaics = make_mosaics(pictures, 5, seed=3)
    assert len(mosaics) == 5
    for mosaic in mosaics:
        assert len({p.path for p in mosaic.pictures}) == 4
        assert all(c in p.captions for p, c in zip(mosaic.pictures, mosaic.captions, strict=True))
    for quarter in range(4):
        assert {m.pictures[quarter].path for m in mosaics} == {p.path for p in pictures}
    assert make_mosaics(pictures, 5, seed=3) == mosaics
    assert make_mosaics(pictures, 5, seed=4) != mosaics
    assert len(make_mosaics(pictures, 4)) == 4
    with pytest.raises(ValueError, match="four"):
        make_mosaics(pictures[:3], 5)


def test_mosaic_has_its_pictures_in_reading_order(pictures: list[CaptionedPicture]) -> None:
    mosaic = make_mosaics(pictures, 5)[0]
    pixels = mosaic.pixels()
    assert pixels.shape == (448, 448, 3)
    corners = [pixels[5, 5], pixels[5, -5], pixels[-5, 5], pixels[-5, -5]]
    assert [tuple(c.tolist()) for c in corners] == [THINGS[p.path.stem] for p in mosaic.pictures]


def test_a_cell_is_shared_among_the_quarters_fairly() -> None:
    for grid in ((9, 9), (4, 6), (3, 8)):
        shares = np.array([[cell_share(c, grid, q) for q in range(4)] for c in range(grid[0] * grid[1])])
        assert shares.sum(1) == pytest.approx(1)
        assert shares.mean(0) == pytest.approx(0.25), "a model that points anywhere gets one in four"
    assert cell_share(0, (9, 9), 0) == 1
    assert cell_share(8, (9, 9), 1) == 1
    assert cell_share(4, (9, 9), 0) == 0.5
    assert cell_share(40, (9, 9), 3) == 0.25
    assert cell_share(80, (9, 9), 0) == 0


def by_kind(results: list[MosaicResult]) -> dict[str, float]:
    return {found.kind: found.accuracy for found in summarise(results)}


def test_a_model_that_sees_points_rightly(pictures: list[CaptionedPicture]) -> None:
    results = list(measure_mosaics(ColourVision(), make_mosaics(pictures, 5)))
    found = by_kind(results)
    assert found["nouns"] == found["nouns in phrases"] == found["phrases"] == 1
    assert [result.tallies[KINDS.index("nouns"), 2] for result in results] == [4] * 5


def test_a_model_that_looks_away_points_wrongly(pictures: list[CaptionedPicture]) -> None:
    found = by_kind(list(measure_mosaics(ColourVision(sign=-1), make_mosaics(pictures, 5))))
    assert found["nouns"] < 0.25
    assert found["phrases"] < 0.25


def test_ambiguous_words_are_left_out_and_counted(pictures: list[CaptionedPicture]) -> None:
    """ "nice" is in all captions; a plural of the same word in another picture's caption counts as the same."""
    twice = [CaptionedPicture(p.path, (*p.captions, "two tomatoes")) for p in pictures[1:]]
    results = list(measure_mosaics(ColourVision(), make_mosaics([pictures[0], *twice], 5)))
    nouns, content = KINDS.index("nouns"), KINDS.index("content words")
    named = sum(result.tallies[nouns, 2] + result.ambiguous[nouns] for result in results)
    assert sum(result.ambiguous[nouns] for result in results) > 0
    assert sum(result.ambiguous[content] for result in results) >= 10
    assert named >= 20


def test_intervals_hold_the_accuracy() -> None:
    rng = np.random.default_rng(0)
    results = []
    for _ in range(200):
        right = rng.binomial(4, 0.7)
        tallies = np.tile([right, right, 4.0], (len(KINDS), 1))
        results.append(MosaicResult(("a", "b", "c", "d"), tallies, np.ones(len(KINDS), int)))
    for found in summarise(results):
        low, high = found.interval
        assert low < found.accuracy < high
        assert 0.65 < found.accuracy < 0.75
        assert high - low < 0.1
        assert found.count == 800
        assert found.left_out == 200


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    """Two pictures with boxes, of which one thing is in two places."""
    (tmp_path / "images").mkdir()
    first = picture({"tomato": (0, 0, 20, 20), "lemon": (60, 30, 30, 30)})
    Image.fromarray(first).save(tmp_path / "images" / "1.png")
    Image.fromarray(picture({"tomato": (0, 0, 9, 60), "coal": (81, 0, 9, 60)})).save(tmp_path / "images" / "2.png")
    boxes = [(1, 0, [0, 0, 20, 20]), (1, 1, [60, 30, 30, 30]), (2, 0, [0, 0, 9, 60]), (2, 0, [81, 0, 9, 60])]
    rows = {
        "images": [{"id": k, "file_name": f"{k}.png"} for k in (1, 2, 3)],
        "categories": [{"id": 0, "name": "tomato"}, {"id": 1, "name": "lemon"}],
        "annotations": [{"image_id": i, "category_id": c, "bbox": b} for i, c, b in boxes],
    }
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path


def test_pointing_game(instances: Path) -> None:
    pictures = read_boxes(instances)
    assert [len(p.things) for p in pictures] == [2, 1]
    model, middle = point_at_boxes(ColourVision(), pictures)
    assert model.accuracy == 1
    assert model.count == 3
    assert middle.accuracy == pytest.approx(0)
    assert model.chance == pytest.approx((400 / 5400 + 900 / 5400 + 0.2) / 3)
    assert point_at_boxes(ColourVision(sign=-1), pictures)[0].accuracy == 0


def test_boxes_and_points() -> None:
    assert inside(5, 5, [(0, 0, 6, 6)])
    assert not inside(6, 5, [(0, 0, 6, 6)])
    assert covered([(0, 0, 5, 10), (0, 0, 5, 10)], 10, 10) == 0.5
    assert covered([(-3, -3, 8, 8), (8, 8, 20, 20)], 10, 10) == pytest.approx(0.29)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"images": []}', '{"images": [{"id": 1}], "categories": [], "annotations": []}']
)
def test_broken_boxes_are_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "instances.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match="COCO"):
        read_boxes(path)


def test_missing_pictures_are_named(instances: Path) -> None:
    (instances.parent / "images" / "2.png").unlink()
    with pytest.raises(InputError, match=r"2\.png is missing"):
        read_boxes(instances)


def test_command(
    pictures: list[CaptionedPicture], instances: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fabula.app.evaluate_vision, "load_vision", lambda _: ColourVision())
    table = tmp_path / "captions.csv"
    lines = [f"{p.path.name},{caption},test" for p in pictures for caption in p.captions]
    table.write_text("\n".join(["file,caption,split", *lines]), "utf-8")
    arguments = ["evaluate", "grounding", "--data", str(table), "--boxes", str(instances)]
    done = CliRunner().invoke(app, [*arguments, "--json", "--each"], catch_exceptions=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum("mosaic" in row for row in rows) == 5
    assert {row["kind"]: row["accuracy"] for row in rows if "kind" in row}["nouns"] == 1
    text = CliRunner().invoke(app, arguments, catch_exceptions=False).stdout
    assert "names in boxes" in text
    assert "chance 0.250" in text


@pytest.mark.data
def test_boxes_of_coco(data_dir: Path) -> None:
    found = read_boxes(data_dir / "coco-mini" / "instances.json")
    assert len(found) == 79
    assert sum(len(boxes) for picture in found for boxes in picture.things.values()) == 624
