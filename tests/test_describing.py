"""Descriptions of pictures whose content is planted, and the command that gives them."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import fabula.app.describe
import fabula.describing
from fabula.app.cli import app
from fabula.describing import candidate_boxes, describe, describe_project, ground_phrases, overlap
from fabula.errors import FabulaError, InputError
from fabula.files.project import Project
from fabula.files.store import Store
from fabula.records import Caption, Shot, Thumbnail
from fabula.vision import HashVision
from picture_fakes import ColourCaptioner, ColourVision, picture

TOMATO, LEMON = (0, 0, 30, 20), (60, 40, 30, 20)


@pytest.fixture
def still() -> np.ndarray:
    return picture({"tomato": TOMATO, "lemon": LEMON})


def test_phrases_stand_where_their_things_are(still: np.ndarray) -> None:
    found = ground_phrases(still, "a ripe tomato is near the lemon", ColourVision())
    assert [phrase.region.text for phrase in found] == ["a ripe tomato", "the lemon"]
    assert overlap(found[0].region.box, TOMATO) > 0.8
    assert overlap(found[1].region.box, LEMON) > 0.8
    assert found[0].heat.shape == (9, 9)


def test_description_has_captions_phrases_and_parts(still: np.ndarray) -> None:
    found = describe(still, ColourVision(), ColourCaptioner(), captions=2, regions=True)
    assert found.image == ""
    assert [caption.text for caption in found.captions] == ["a snow near the tomato near the lemon .", "some snow ."]
    by_text = {region.text: region.box for region in found.regions}
    assert overlap(by_text["the tomato"], TOMATO) > 0.8
    parts = [region for region in found.regions if region.text.endswith(".")]
    assert parts, "the crops of the boxes have captions of their own"
    assert any("tomato" in region.text and overlap(region.box, TOMATO) > 0.5 for region in parts)
    for k, region in enumerate(parts):
        assert all(overlap(region.box, other.box) < 0.4 for other in parts[:k])


def test_without_regions_no_vision_is_loaded(still: np.ndarray) -> None:
    found = describe(still, "there is none of that name", ColourCaptioner(), captions=1)
    assert len(found.captions) == 1
    assert found.regions == ()


def test_a_vision_without_words_gives_parts_alone(still: np.ndarray) -> None:
    assert ground_phrases(still, "the lemon", HashVision()) == []
    found = describe(still, HashVision(), ColourCaptioner(), regions=True)
    assert all(region.text.endswith(".") for region in found.regions)


def test_bad_input(tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match="one caption"):
        describe(np.zeros((4, 4, 3), np.uint8), ColourVision(), ColourCaptioner(), captions=0)
    with pytest.raises(InputError, match="no such file"):
        describe(tmp_path / "none.jpg", ColourVision(), ColourCaptioner())


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (640, 427)])
def test_candidates_lie_in_the_picture(size: tuple[int, int]) -> None:
    for x, y, width, height in candidate_boxes(*size):
        assert 0 <= x < x + width <= size[0]
        assert 0 <= y < y + height <= size[1]


def test_tiny_pictures_are_described() -> None:
    found = describe(np.zeros((1, 1, 3), np.uint8), ColourVision(), ColourCaptioner(), regions=True)
    assert found.captions[0].text == "a coal ."


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 10, 10)) == 0


def jpeg(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


def make_project(path: Path, told: tuple[Caption, ...] = ()) -> Path:
    """A film of two shots with three pictures each, of which the middle one counts."""
    things = ("coal", "lemon", "coal", "coal", "tomato", "coal")
    stills = [Thumbnail(k // 3, k, float(k), jpeg(picture({}, thing))) for k, thing in enumerate(things)]
    shots = [Shot(0, 0.0, 3.0, 0, 2), Shot(1, 3.0, 6.5, 3, 5)]
    store = Store(path)
    store.save_stage("film", "key", {"shots": (Shot, shots), "thumbnails": (Thumbnail, stills)})
    store.save_stage("captions", "key", {"captions": (Caption, told)})
    store.close()
    return path


def test_shots_are_described_by_their_middle_picture(tmp_path: Path) -> None:
    with Project.open(make_project(tmp_path / "film.fabula")) as project:
        found = describe_project(project, ColourCaptioner())
    assert [(caption.shot, caption.text) for caption in found] == [(0, "a lemon ."), (1, "a tomato .")]


def test_stored_captions_are_not_made_again(tmp_path: Path) -> None:
    told = (Caption("what was told", -1.0, 0), Caption("and then", -2.0, 1))
    with Project.open(make_project(tmp_path / "film.fabula", told)) as project:
        assert describe_project(project) == told
        assert describe_project(project, ColourCaptioner())[0].text == "a lemon ."


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fakes under every name."""
    for module in (fabula.describing, fabula.app.describe):
        monkeypatch.setattr(module, "load_vision", lambda _: ColourVision())
    monkeypatch.setattr(fabula.describing, "load_captioner", lambda _: ColourCaptioner())


def command(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["describe", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.usefixtures("models")
def test_json_is_as_promised(still: np.ndarray, tmp_path: Path) -> None:
    paths = [tmp_path / "one.png", tmp_path / "two.png"]
    for path in paths:
        Image.fromarray(still).save(path)
    rows = [json.loads(line) for line in command(*paths, "--regions", "--json", "--captions", 2).splitlines()]
    assert [row["image"] for row in rows] == list(map(str, paths))
    for row in rows:
        assert set(row) == {"image", "captions", "regions"}
        assert [set(caption) for caption in row["captions"]] == [{"text", "score"}] * 2
        assert all(set(region) == {"box", "text", "score"} for region in row["regions"])
        x, y, width, height = row["regions"][0]["box"]
        assert all(isinstance(value, int) for value in (x, y, width, height))


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("kind", ["png", "svg", "html"])
def test_drawings_are_written_and_kept(still: np.ndarray, tmp_path: Path, kind: str) -> None:
    Image.fromarray(still).save(tmp_path / "one.png")
    target = tmp_path / f"out.{kind}"
    text = command(tmp_path / "one.png", "--heat", "-o", target)
    assert "the tomato" in text
    assert target.stat().st_size > 1000
    with pytest.raises(InputError, match="exists already"):
        command(tmp_path / "one.png", "--heat", "-o", target)


@pytest.mark.usefixtures("models")
def test_a_project_is_described_shot_by_shot(tmp_path: Path) -> None:
    path = make_project(tmp_path / "film.fabula")
    rows = [json.loads(line) for line in command(path, "--json", "-o", tmp_path / "film.html").splitlines()]
    assert [(row["shot"], row["start"], row["end"]) for row in rows] == [(0, 0.0, 3.0), (1, 3.0, 6.5)]
    assert [row["captions"][0]["text"] for row in rows] == ["a lemon .", "a tomato ."]
    assert all(set(row) == {"shot", "start", "end", "captions"} for row in rows)
    assert (tmp_path / "film.html").read_text("utf-8").count("<figure>") == 2


def test_what_cannot_be_drawn_is_said_before_anything_is_computed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="kind of drawing"):
        command("a.jpg", "-o", tmp_path / "out.gif")
    with pytest.raises(InputError, match="holds one picture"):
        command("a.jpg", "b.jpg", "-o", tmp_path / "out.png")
    with pytest.raises(FabulaError, match="one project"):
        command("a.fabula", "b.fabula")
